"""The served pages in a real browser, against the command itself: what a reviewer does, and what others try.

Slow: `make check` runs them. Without a Chromium they are skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from pipeline import review, store
from pipeline.disclosure import DISCLAIMER, NOTICE
from tests.sample_draft import DRAFT
from tests.test_browser import ARGUMENTS, CHROMIUM, violations
from tests.test_serve import Served, Server, files, fresh, running
from tests.web import Page as Answer
from tests.web import Site

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.loopback,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no Chromium: the pages were not tried. Install it: apt-get install chromium"
    ),
]

HOSTILE = """<img src=x onerror="document.title='run'"> O'Hara "$HOME" `id` {{7*7}}"""
NAMES_OF_OTHERS = "--host-resolver-rules=MAP evil.example 127.0.0.1"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests of this file, its folder with a space and a Han character."""
    with running(tmp_path_factory.mktemp("served") / "out 稿") as server:
        yield server


@pytest.fixture
def served(server: Server) -> Served:
    """The server, its folder as new."""
    return fresh(server)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium, for which the name of another site leads to this machine."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, NAMES_OF_OTHERS])
        yield chromium
        chromium.close()


Visit = Callable[..., Page]


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser as a reviewer finds it."""
    context = browser.new_context()
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def visit(context: BrowserContext, served: Served) -> Visit:
    """Opens the draft's page in a tab of its own; the tabs share what the browser keeps."""

    def visit() -> Page:
        page = context.new_page()
        page.goto(f"{served.url}{served.folder.name}/review.html")
        return page

    return visit


def fill(page: Page, *, reviewer: str = "Ann Lee", note: str = "", waiver: str = "Asked the port.") -> None:
    """The reviewer's name, a note, and a note for every flag."""
    for area in page.locator("[data-waive]").all():
        area.fill(waiver)
    page.locator("#reviewer").fill(reviewer)
    page.locator("#note").fill(note)


def press(page: Page, status: str) -> None:
    """Press a button that decides, and wait for the page to come anew."""
    with page.expect_navigation():
        page.locator(f"[data-status={status}]").click()


def editor(page: Page, field: str = "body[1]", language: str = "en") -> Any:
    """The text field of a paragraph, opened."""
    page.locator(f".edit[data-language={language}][data-field='{field}']").click()
    return page.locator(f".cell:has([data-language={language}][data-field='{field}']) .editor textarea")


def save(page: Page, area: Any) -> None:
    """Save what was typed, and wait for the page to come anew."""
    with page.expect_navigation():
        area.locator("xpath=..").locator("button.primary").click()


# --- what a reviewer does --------------------------------------------------------------------------------------------


def test_a_day_of_a_reviewer(context: BrowserContext, served: Served) -> None:
    """From the printed address: waive, approve, reopen, reject; each step is on disk, on the page and in the list."""
    page = context.new_page()
    said: list[str] = []
    asked: set[str] = set()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.add(request.url.partition("/")[2].partition("/")[2].partition("/")[0]))
    page.goto(served.url)
    assert page.locator("header strong").first.inner_text() == NOTICE["en"]
    page.locator(".drafts a").click()
    approve = page.locator("[data-status=approved]")
    assert approve.is_disabled()
    assert "Approve waits for" in page.locator("#blocked").inner_text()
    fill(page)
    assert approve.is_enabled()
    press(page, "approved")
    assert "reviewed by Ann Lee on" in page.locator("header strong").first.inner_text()
    assert page.locator("footer p").first.inner_text() == DISCLAIMER["en"]
    decision = store.load_decision(served.folder)
    assert decision
    assert {waiver.note for waiver in decision.waivers} == {"Asked the port."}
    page.locator("nav a").first.click()
    page.locator(".drafts .state-approved").wait_for()
    page.locator(".drafts a").click()
    page.locator("#reviewer").fill("Bo")
    press(page, "reopened")
    assert page.locator("header strong").first.inner_text() == NOTICE["en"]
    fill(page, note="Wrong angle.")
    press(page, "rejected")
    last = store.load_decision(served.folder)
    assert last
    assert [one.status for one in (*last.earlier, last)] == ["approved", "reopened", "rejected"]
    assert "Wrong angle." in page.locator("#decide").inner_text()
    assert said == []
    assert asked == {f"127.0.0.1:{served.port}"}


def test_a_paragraph_is_edited_and_checked_again(visit: Visit, served: Served) -> None:
    """A text that was typed is checked at once: its flags go, the change is shown, en.md holds it; labels stay."""
    page = visit()
    before = page.locator(".flag").count()
    area = editor(page)
    assert "[c2, c3]" in area.input_value() or "[c3]" in area.input_value()
    area.fill(area.input_value().replace("400 gigawatts", "400 megawatts"))
    save(page, area)
    assert page.locator(".change ins").all_inner_texts() == ["megawatts"]
    assert page.locator(".flag").count() != before
    shown = [card.get_attribute("data-finding") for card in page.locator(".flag").all()]
    assert sorted(map(str, shown)) == sorted(finding.id for finding in store.load(served.folder).report.findings)
    text = (served.folder / "en.md").read_text(encoding="utf-8")
    assert "400 megawatts" in text
    assert text.count(NOTICE["en"]) == text.count(DISCLAIMER["en"]) == 1
    assert review.look(served.folder).untaken == ()


def test_an_edit_voids_the_approval(visit: Visit, served: Served) -> None:
    """Who edits an approved text sees the approval void and decides again."""
    page = visit()
    fill(page)
    press(page, "approved")
    area = editor(page, "title")
    area.fill("Harbor Grid bets on Rotterdam")
    save(page, area)
    assert page.locator("header strong").first.inner_text() == NOTICE["en"]
    assert "Changed since its approval" in page.locator("#decide").inner_text()
    assert review.look(served.folder).standing == "void"


def test_what_is_refused_is_said_beside_the_text(visit: Visit, served: Served) -> None:
    """An edit to nothing is refused, what was typed stays, and nothing is written."""
    page = visit()
    before = files(served.folder)
    area = editor(page)
    area.fill(" ")
    area.locator("xpath=..").locator("button.primary").click()
    page.get_by_text("the text is empty").wait_for()
    area.fill(NOTICE["en"])
    area.locator("xpath=..").locator("button.primary").click()
    page.get_by_text("labels are printed by themselves").wait_for()
    assert area.input_value() == NOTICE["en"]
    assert files(served.folder) == before


def test_what_was_typed_is_not_lost(visit: Visit, served: Served) -> None:
    """Saving one paragraph keeps what is typed in another; Escape and a reload keep it too, Cancel alone does not."""
    page = visit()
    first, second = editor(page, "lead"), editor(page, "body[0]", "zh")
    second.fill("还没有写完的一段")
    page.keyboard.press("Escape")
    assert second.is_visible()
    first.fill("A new lead.")
    save(page, first)
    assert page.locator(".editor textarea").input_value() == "还没有写完的一段"
    page.reload()
    assert page.locator(".editor textarea").input_value() == "还没有写完的一段"
    fill(page)
    page.locator("[data-status=approved]").click()
    assert "save or cancel it first" in page.locator("#problem").inner_text()
    assert store.load_decision(served.folder) is None
    page.locator(".editor button[type=button]").click()
    page.reload()
    assert page.locator(".editor").count() == 0


def test_hostile_words_are_words(visit: Visit, served: Served) -> None:
    """A name, a note, a waiver and a text full of markup come back as they were typed and run nothing."""
    page = visit()
    area = editor(page, "title")
    area.fill(HOSTILE)
    save(page, area)
    fill(page, reviewer=HOSTILE, note=HOSTILE, waiver=HOSTILE)
    press(page, "approved")
    assert page.title().endswith(HOSTILE)
    title = page.locator("h1").first
    assert (
        title.evaluate("e => [...e.childNodes].filter(n => n.tagName !== 'SUP').map(n => n.textContent).join('')")
        == HOSTILE
    )
    assert page.locator("#decide .panel").inner_text().count(HOSTILE) == 2
    assert page.locator("main img").count() == 0
    decision = store.load_decision(served.folder)
    assert decision
    assert (decision.reviewer, decision.note) == (HOSTILE, HOSTILE)


def test_an_edited_file_is_taken_in(visit: Visit, served: Served) -> None:
    """A reviewer who edited en.md in an editor has it checked by a button, without a terminal."""
    english = served.folder / "en.md"
    text = english.read_text(encoding="utf-8").replace("400 gigawatts", "400 megawatts")
    english.write_text(text.replace("title: ", "title: Rotterdam: ", 1), encoding="utf-8")
    page = visit()
    page.locator("#rebuild").click()
    page.get_by_text("not valid YAML").wait_for()
    english.write_text(text, encoding="utf-8")
    with page.expect_navigation():
        page.locator("#rebuild").click()
    assert page.locator(".change ins").all_inner_texts() == ["megawatts"]
    assert page.locator("#rebuild").count() == 0


# --- two at once -----------------------------------------------------------------------------------------------------


def test_an_old_page_decides_nothing(visit: Visit, served: Served) -> None:
    """A page does not decide on a text that it did not show; what was typed there stays."""
    old, new = visit(), visit()
    area = editor(new, "lead")
    area.fill("Another lead.")
    save(new, area)
    fill(old, note="Seen.")
    old.locator("[data-status=approved]").click()
    old.get_by_text("the text has changed since it was looked at").wait_for()
    assert old.locator("#note").input_value() == "Seen."
    assert store.load_decision(served.folder) is None


def test_an_old_page_overwrites_no_edit(visit: Visit, served: Served) -> None:
    """Of two who edit one paragraph the second is refused, keeps the text, and is told on the new page."""
    old, new = visit(), visit()
    mine, theirs = editor(old, "lead"), editor(new, "lead")
    theirs.fill("Their lead.")
    save(new, theirs)
    mine.fill("My lead.")
    mine.locator("xpath=..").locator("button.primary").click()
    old.get_by_text("the text has changed since this page was loaded").wait_for()
    english = store.load(served.folder).en
    assert english
    assert english.lead == "Their lead."
    old.reload()
    assert old.locator(".editor textarea").input_value() == "My lead."
    assert "The text has changed since you typed this" in old.locator(".editor .problem").inner_text()


def test_two_tabs_keep_what_is_typed_in_each(visit: Visit, served: Served) -> None:
    """What is typed in one tab is not forgotten because another tab types, or decides."""
    one, two = visit(), visit()
    editor(one, "lead").fill("Half a lead")
    fill(two, note="Wrong angle.")
    press(two, "rejected")
    one.reload()
    assert one.locator(".editor textarea").input_value() == "Half a lead"


def test_the_second_to_decide_is_told_of_the_first(visit: Visit, served: Served) -> None:
    """A decision made in another tab is not undone by a page that does not show it."""
    old, new = visit(), visit()
    fill(new, reviewer="Bo", note="Wrong angle.")
    press(new, "rejected")
    fill(old)
    old.locator("[data-status=approved]").click()
    old.get_by_text("Bo rejected it on").wait_for()
    decision = store.load_decision(served.folder)
    assert decision
    assert (decision.status, decision.earlier) == ("rejected", ())


# --- what others try -------------------------------------------------------------------------------------------------


def test_a_wrong_token_shows_and_changes_nothing(visit: Visit, context: BrowserContext, served: Served) -> None:
    """Without the token in the address there is no page; a page whose token is not the server's cannot decide."""
    before = files(served.folder)
    stranger = context.new_page()
    answer = stranger.goto(served.url.replace(served.token, "x" * len(served.token)))
    assert answer
    assert answer.status == 404
    assert DRAFT.id not in stranger.content()
    page = visit()
    page.evaluate("page.token = 'x'")
    fill(page)
    page.locator("[data-status=approved]").click()
    page.get_by_text("the token is missing or wrong").wait_for()
    assert files(served.folder) == before


SENT = """async (address) => {
  const body = JSON.stringify({ status: "rejected", reviewer: "Eve", note: "x", content_sha256: "%s" });
  const tries = [
    { method: "POST", body, headers: { "Content-Type": "application/json", "X-Commentary-Token": "%s" } },
    { method: "POST", body, mode: "no-cors" },
    { method: "POST", body, headers: { "Content-Type": "text/plain" } },
    { method: "GET" },
  ];
  return Promise.all(tries.map((one) => fetch(address, one).then((reply) => reply.type, () => "refused")));
}"""


def test_another_site_reads_and_changes_nothing(context: BrowserContext, served: Served) -> None:
    """A page of another origin that even knows address and token gets no answer, no frame, and decides nothing."""
    before = files(served.folder)
    draft = f"{served.url}{served.folder.name}"
    form = (
        f'<form id="f" method="post" enctype="text/plain" action="{draft}/decision"><input name="a" value="b"></form>'
    )
    framed = f'<iframe src="{draft}/review.html"></iframe>'
    answers = {"/": Answer(f"<!doctype html>{form}{framed}", headers={"content-type": "text/html"})}
    with Site(answers) as site:
        page = context.new_page()
        page.goto(site.url("/", "localhost"))
        sent = SENT % (DRAFT.content_sha256, served.token)
        assert page.evaluate(sent, f"{draft}/decision") == ["refused"] * 4
        assert "Harbor Grid" not in "".join(frame.content() for frame in page.frames)
        with page.expect_navigation() as posted:
            page.evaluate("document.getElementById('f').submit()")
        assert posted.value.status in (403, 415)
    assert files(served.folder) == before


def test_a_name_of_another_site_reaches_nothing(context: BrowserContext, served: Served) -> None:
    """A name that was pointed at this machine is refused, be it with the right port and token."""
    page = context.new_page()
    answer = page.goto(served.url.replace("127.0.0.1", "evil.example"))
    assert answer
    assert answer.status == 403
    answer = page.goto(served.url.replace("127.0.0.1", "localhost"))
    assert answer
    assert answer.status == 200


# --- for everybody ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, served: Served, mode: Any) -> None:
    """No violation of WCAG A and AA in the served list and draft, in an editor, and where a file waits."""
    english = served.folder / "en.md"
    context = browser.new_context(color_scheme=mode, bypass_csp=True, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(served.url)
    assert violations(page) == []
    page.goto(f"{served.url}{served.folder.name}/review.html")
    editor(page).fill(" ")
    page.locator(".editor button.primary").click()
    page.get_by_text("the text is empty").wait_for()
    page.evaluate("scrollTo(0, 0)")  # no control lies half under a bar
    assert violations(page) == []
    english.write_text(english.read_text(encoding="utf-8").replace("80 megawatts", "90 megawatts"), encoding="utf-8")
    page.reload()
    page.locator("#rebuild").wait_for()
    page.set_viewport_size({"width": 1280, "height": 844})
    assert violations(page) == []
    context.close()
