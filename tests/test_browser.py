"""The pages in a real browser: Chromium from file://, every way a reviewer goes, in every width and mode.

Slow: `make check` runs them. Without a Chromium they are skipped.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from pipeline import store
from pipeline.checker import check_draft
from pipeline.disclosure import DISCLAIMER, NOTICE, RECORDED
from pipeline.render import Server, index_html, index_row, to_html
from pipeline.schema import LANGUAGES, Decision, Draft, Waiver
from tests.conftest import ROOT
from tests.sample_draft import DRAFT, REPLAYED, RUN, THIN, crowded
from tests.test_render import APPROVED, hostile_draft

_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((path for path in map(shutil.which, _NAMES) if path), None)
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
WIDTHS = (320, 390, 768, 1280)
MODES = ("light", "dark")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no Chromium: the pages were not tried. Install it: apt-get install chromium"
    ),
]

Open = Callable[..., AbstractContextManager[Page]]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this module, with none of its own traffic."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An output folder with a space and a Han character in its path, and every kind of page in it."""
    out = tmp_path_factory.mktemp("out 稿")
    drafts = {"draft": DRAFT, "thin": THIN, "crowded": crowded(30), "clean": crowded(0), "hostile": hostile_draft()}
    pages = {name: to_html(draft, run=REPLAYED) for name, draft in drafts.items()}
    pages["approved"] = to_html(DRAFT, run=RUN, decision=APPROVED)
    pages["void"] = to_html(edited(), run=RUN, decision=APPROVED, original=DRAFT)
    pages["served"] = to_html(DRAFT, run=RUN, server=Server(base="/x", token="secret"))
    for name, html in pages.items():
        (out / name).mkdir()
        (out / name / "review.html").write_text(html, encoding="utf-8")
    rows = [index_row(draft, name) for name, draft in drafts.items()]
    rows.append(index_row(DRAFT, "approved", APPROVED))
    (out / "index.html").write_text(index_html(rows, unreadable=["a <b> folder"]), encoding="utf-8")
    (out / "empty.html").write_text(index_html([]), encoding="utf-8")
    return out


@pytest.fixture(scope="module")
def show(browser: Browser, out: Path) -> Open:
    """Opens a page of the folder, offline, in a window of its own."""

    @contextmanager
    def show(name: str, width: int = 1280, mode: str = "light", **more: Any) -> Iterator[Page]:
        context = browser.new_context(
            viewport={"width": width, "height": 844}, color_scheme=mode, offline=True, accept_downloads=True, **more
        )
        page = context.new_page()
        page.goto(address(out, name))
        yield page
        context.close()

    return show


def address(out: Path, name: str) -> str:
    """Where a page stands: a list by its file, a draft by its folder."""
    return (out / name if name.endswith(".html") else out / name / "review.html").as_uri()


def edited() -> Draft:
    """The sample with a sentence of each language changed by a person."""
    assert DRAFT.en
    assert DRAFT.zh
    en, zh = (
        edition.model_copy(
            update={
                "body": tuple(
                    p.model_copy(
                        update={"text": p.text.replace("400 gigawatts", "400 megawatts").replace("下跌", "降")}
                    )
                    for p in edition.body
                )
            }
        )
        for edition in (DRAFT.en, DRAFT.zh)
    )
    return DRAFT.model_copy(update={"en": en, "zh": zh})


EVERY_PAGE = (
    "draft", "thin", "crowded", "clean", "hostile", "approved", "void", "served", "index.html", "empty.html",
)  # fmt: skip


def in_view(page: Page, selector: str) -> bool:
    """Whether the whole of an element, or its first lines, can be seen: in the window, and not under another one."""
    return bool(
        page.locator(selector).first.evaluate(
            """element => {
              const box = element.getClientRects()[0];
              const x = Math.min(box.left + Math.min(box.width / 2, 60), innerWidth - 2);
              const y = box.top + Math.min(box.height / 2, 20);
              const top = document.elementFromPoint(x, y);
              const seen = element === top || element.contains(top) || top.contains(element);
              return box.top >= 0 && y <= innerHeight && seen;
            }"""
        )
    )


def target(page: Page) -> str:
    """The element the address names."""
    return "#" + page.evaluate("decodeURIComponent(location.hash.slice(1))")


# --- 1 to 3: alone, offline, and deaf to what a text says ------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY_PAGE)
def test_a_page_asks_for_nothing(browser: Browser, out: Path, name: str) -> None:
    """Offline, a page is one request and no message, and its policy lets nothing in."""
    context = browser.new_context(offline=True)
    page = context.new_page()
    requests: list[str] = []
    messages: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.goto(address(out, name), wait_until="load")
    page.keyboard.press("j")
    page.keyboard.press("?")
    assert requests == [address(out, name)]
    assert messages == []
    policy = page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content")
    assert str(policy).startswith("default-src 'none'; ")
    assert page.locator(":is([src], link, style ~ style, iframe, object, embed)").count() == 0
    for link in page.locator("a[href^='http']").all():
        assert link.get_attribute("rel") == "noopener noreferrer nofollow"
    context.close()


@pytest.mark.parametrize(("name", "scripting"), [*product(("hostile", "index.html"), (True, False))])
def test_hostile_text_is_text(show: Open, name: str, scripting: bool) -> None:
    """Markup, templates, a closing script tag, a direction mark and NUL are seen as what they are and run nothing."""
    with show(name, java_script_enabled=scripting) as page:
        page.on("dialog", lambda dialog: pytest.fail(f"a text opened a dialog: {dialog.message}"))
        assert page.locator("img, iframe, [onerror], [onload]").count() == 0
        assert page.locator("script").count() == (1 if name == "index.html" else 3)
        text = page.locator("body").inner_text()
        for part in ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}", "⟨U+202E⟩abc␀"):
            assert part in text
        assert "\u202e" not in text


# --- 4 to 7: the layout, and what is marked --------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY_PAGE)
def test_no_page_scrolls_sideways(show: Open, name: str) -> None:
    """At every width the page is as wide as the window; on a phone the header takes little of its height."""
    with show(name) as page:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, width
            if width == 390 and not name.endswith(".html"):
                assert page.locator(".bar").bounding_box()["height"] <= 56  # type: ignore[index]


def test_no_page_scrolls_sideways_without_scripting(show: Open) -> None:
    """What stands in for the buttons fits as well."""
    with show("crowded", java_script_enabled=False) as page:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, width


def test_paragraphs_start_level(show: Open) -> None:
    """Wide, both languages of a paragraph begin at one height; on a phone the Chinese follows the English."""
    tops = """[...document.querySelectorAll('.pair')].map(pair => [...pair.children].map(cell => {
      const box = cell.firstElementChild.getBoundingClientRect(); return [box.top, box.bottom]; }))"""
    with show("draft") as page:
        for english, chinese in page.evaluate(tops):
            assert abs(english[0] - chinese[0]) <= 4
    with show("draft", 390) as page:
        for english, chinese in page.evaluate(tops):
            assert chinese[0] >= english[1]


def test_a_citation_stays_with_its_sentence(show: Open) -> None:
    """No line begins with the number of a claim or a flag, in either language, however narrow the column."""
    torn = """[...document.querySelectorAll('.cell sup')].filter(sup => {
      const range = document.createRange(); range.selectNodeContents(sup.parentElement); range.setEndBefore(sup);
      const before = [...range.getClientRects()].pop();
      return before && sup.getBoundingClientRect().left < before.right - 1; }).map(sup => sup.textContent)"""
    with show("draft") as page:
        assert page.locator(".cell sup").count() > 5
        for width in range(320, 620, 12):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate(torn) == [], width


def test_a_missing_paragraph_is_a_gap(show: Open, out: Path) -> None:
    """Unequal counts of paragraphs show a gap in the row that lacks one, and a flag."""
    assert DRAFT.zh
    short = DRAFT.model_copy(update={"zh": DRAFT.zh.model_copy(update={"body": DRAFT.zh.body[:2]})})
    short = short.model_copy(update={"report": check_draft(short)})
    (out / "short").mkdir(exist_ok=True)
    (out / "short" / "review.html").write_text(to_html(short), encoding="utf-8")
    with show("short") as page:
        assert page.locator(".gap").count() == 1
        assert "No Chinese text answers this one" in page.locator("#row-body-2 .gap").inner_text()
        assert page.locator("#row-body-2 .flag", has_text="Paragraphs do not match").count() == 1


@pytest.mark.parametrize(("name", "draft"), [("draft", DRAFT), ("crowded", crowded(30)), ("clean", crowded(0))])
def test_every_flag_is_there(show: Open, name: str, draft: Draft) -> None:
    """As many flags as the draft has, by language and severity; each leads to its text, to the character."""
    with show(name) as page:
        for language, severity in product(LANGUAGES, ("block", "warn", "info")):
            expected = [f for f in draft.report.findings if (f.language, f.severity) == (language, severity)]
            cards = page.locator(f".flag[data-language={language}][data-severity={severity}]")
            assert cards.count() == len(expected)
        for finding in draft.report.findings:
            mark = page.locator(f".flag[data-finding='{finding.id}'] > header .where a").get_attribute("href")
            assert page.locator(str(mark)).evaluate("element => element.textContent") == finding.text


# --- 8 and 9: from a figure to the brief -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "width", "scripting"), [*product(("draft", "crowded"), (390, 1280), (True, False))], ids=str
)
def test_from_a_figure_to_the_brief(show: Open, name: str, width: int, scripting: bool) -> None:
    """A figure leads to its note, the note to the claim, the claim to the quote; each lands in view."""
    with show(name, width, java_script_enabled=scripting) as page:
        for figure in (".fig:not(mark) > a >> nth=1", "mark.fig > a >> nth=0"):
            page.locator(f".pair {figure}").click()
            assert in_view(page, target(page)), figure
            page.locator(f"{target(page)} a[href^='#claim']").first.click()
            assert in_view(page, target(page)), "claim"
            page.locator(f"{target(page)} .quote a").click()
            assert in_view(page, target(page)), "quote"
            assert page.locator(target(page)).evaluate("element => element.localName") == "mark"


@pytest.mark.parametrize("width", [390, 1280])
def test_a_note_leads_back(show: Open, width: int) -> None:
    """The cross and Esc close a note, and the reader stands at the figure again."""
    with show("draft", width) as page:
        figure = page.locator(".pair .fig:not(mark) > a").nth(3)
        for close in (lambda: page.locator(".note:target .close").click(), lambda: page.keyboard.press("Escape")):
            figure.click()
            assert page.locator(".note:visible").count() == 1
            close()
            assert page.locator(".note:visible").count() == 0
            assert in_view(page, target(page))
        assert figure.evaluate("element => element === document.activeElement")


# --- 10 to 12: keys --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "width"), [*product(("draft", "crowded"), (390, 1280))], ids=str)
def test_keys_go_through_the_flags(show: Open, name: str, width: int) -> None:
    """j and k go from flag to flag and round, clear of the bars, with the focus, and say where one stands."""
    with show(name, width) as page:
        cards = page.locator(".flag:not([data-severity=info])")
        total = cards.count()
        order = [*range(min(total, 3)), *range(min(total, 3) - 2, -1, -1), total - 1]
        for step, expected in enumerate(order):
            page.keyboard.press("j" if step < min(total, 3) else "k")
            card = cards.nth(expected)
            assert card.evaluate("element => element === document.activeElement"), step
            assert page.locator("#count").inner_text() == f"{expected + 1} of {total}"
            assert in_view(page, f"#{card.get_attribute('id')} > header")
        page.keyboard.press("j")
        assert page.locator("#count").inner_text() == f"1 of {total}"
        page.locator("#next").click()
        assert page.locator("#count").inner_text() == f"2 of {total}"
        assert page.locator("#count").evaluate("element => element.localName") == "output"


def test_keys_are_dead_while_typing(show: Open) -> None:
    """In a text field, with a modifier, during composition and when switched off, a letter is a letter."""
    with show("draft") as page:
        page.locator("#note").press_sequentially("jk?d")
        assert page.locator("#note").input_value() == "jk?d"
        assert not page.locator("#help").is_visible()
        assert page.locator("#count").inner_text() == "4 flags"
        page.locator("#note").blur()
        for press in ("Control+j", "Alt+j", "Meta+j"):
            page.keyboard.press(press)
        page.evaluate(
            """() => { for (const more of [{ isComposing: true }, { keyCode: 229 }])
              document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true, ...more })); }"""
        )
        assert page.locator("#count").inner_text() == "4 flags"
        page.keyboard.press("?")
        assert page.locator("#help").is_visible()
        assert "next open flag" in page.locator("#help").inner_text()
        page.keyboard.press("j")
        assert page.locator("#count").inner_text() == "4 flags"
        page.locator("#keys-on").uncheck()
        page.keyboard.press("Escape")
        assert not page.locator("#help").is_visible()
        page.keyboard.press("j")
        assert page.locator("#count").inner_text() == "4 flags"
        page.reload()
        page.keyboard.press("j")
        assert page.locator("#count").inner_text() == "4 flags"


@pytest.mark.parametrize("name", ["draft", "served", "index.html"])
def test_tab_reaches_everything(show: Open, name: str) -> None:
    """Tab goes to a skip link first and then, in reading order and visibly, to everything that can be used."""
    usable = """[...document.querySelectorAll("a[href], button, input, select, textarea, summary, pre[tabindex='0']")]
      .filter(e => e.tabIndex >= 0 && !e.disabled && e.checkVisibility() && !(e.type === "radio" && !e.checked))"""
    with show(name) as page:
        page.evaluate(f"window.usable = {usable}")
        seen = []
        for _ in range(page.evaluate("usable.length")):
            page.keyboard.press("Tab")
            seen.append(page.evaluate("usable.indexOf(document.activeElement)"))
            style = page.evaluate(
                """() => { const e = document.activeElement;
                  return getComputedStyle(e.closest("label:has([type=radio])") || e).outlineStyle; }"""
            )
            assert style != "none", page.evaluate("document.activeElement.outerHTML")
            if len(seen) == 1:
                assert page.evaluate("document.activeElement.className") == "skip"
                assert in_view(page, ".skip")
        assert seen == list(range(len(seen)))


# --- 13, 14, 19: for everybody ---------------------------------------------------------------------------------------

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong by the rules of WCAG A and AA."""
    rules = {"type": "tag", "values": WCAG}
    found = Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]}).response["violations"]
    return [
        f"{item['id']}: {node['html'][:200]} {node['failureSummary'][:200]}" for item in found for node in item["nodes"]
    ]


@pytest.mark.parametrize(("name", "mode"), [*product(EVERY_PAGE, MODES)])
def test_axe_finds_nothing(show: Open, name: str, mode: str) -> None:
    """No violation of WCAG A and AA, light or dark, wide and narrow, with no flag or thirty."""
    with show(name, mode=mode, bypass_csp=True) as page:
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 844})
            assert violations(page) == []


@pytest.mark.parametrize("mode", MODES)
def test_axe_finds_nothing_in_use(show: Open, mode: str) -> None:
    """Nor with a note open, the keys listed, a decision offered, or a paragraph being edited."""
    with show("draft", 390, mode, bypass_csp=True) as page:
        page.locator(".pair .fig:not(mark) > a").first.click()
        assert violations(page) == []
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        assert violations(page) == []
        page.keyboard.press("Escape")
        settle(page, "approved")
        assert violations(page) == []
    with show("served", 1280, mode, bypass_csp=True) as page:
        page.locator(".edit").nth(4).click()
        assert violations(page) == []


def test_languages_are_told(show: Open) -> None:
    """The page, both texts, titles, tags and quotes say in which language they are."""
    with show("draft") as page:
        assert page.locator("html").get_attribute("lang") == "en"
        for cell in page.locator(".cell").all():
            han = re.search("[一-鿿]{4}", cell.inner_text())
            assert cell.get_attribute("lang") == ("zh-Hans" if han else "en")
        for element in page.locator("q, .brief, blockquote, .brief-title").all():
            assert element.get_attribute("lang") in ("en", "zh-Hans")
        unmarked = page.evaluate(
            """() => { const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
              while (walk.nextNode()) { const e = walk.currentNode.parentElement;
                if (e.closest("script, style, textarea, output, #blocked, .problem, [lang]").lang === "en"
                    && /[一-鿿]{2}/.test(walk.currentNode.data)) found.push(walk.currentNode.data); }
              return found; }"""
        )
        assert [text for text in unmarked if not any(f.reason in text for f in DRAFT.report.findings)] == []
    with show("index.html") as page:
        assert page.locator(".title[lang=zh-Hans]").first.inner_text() == DRAFT.zh.title if DRAFT.zh else ""


CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = colour => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const linear = v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const light = c => [.2126, .7152, .0722].reduce((sum, part, i) => sum + part * linear(c[i] / 255), 0);
  const behind = e => { const c = e ? rgb(getComputedStyle(e).backgroundColor) : [255, 255, 255, 255];
    return c[3] === 255 ? c : behind(e.parentElement); };
  return [...document.querySelectorAll("mark, .fig, .fig a, .state, .number, del, ins, .tag, .verdict")].map(e => {
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(behind(e))];
    return [e.outerHTML.slice(0, 90), (Math.max(a, b) + .05) / (Math.min(a, b) + .05)]; });
}"""


@pytest.mark.parametrize(("name", "mode"), [*product(("draft", "crowded", "void", "index.html"), MODES)])
def test_highlights_can_be_read(show: Open, name: str, mode: str) -> None:
    """The text of every mark, badge and change stands out from its ground by 4.5 to 1."""
    with show(name, mode=mode) as page:
        measured = page.evaluate(CONTRAST)
        assert measured
        assert [(html, ratio) for html, ratio in measured if ratio < 4.5] == []
        assert (
            page.evaluate("getComputedStyle(document.body).backgroundColor")
            == {
                "light": "rgb(247, 245, 240)",
                "dark": "rgb(19, 21, 24)",
            }[mode]
        )


def test_forced_colours_and_reduced_motion(show: Open) -> None:
    """With colours forced, flags and figures are still told apart by their lines; nothing on the pages moves."""
    with show("draft", forced_colors="active", reduced_motion="reduce") as page:
        parts = """e => ["Line", "Style", "Thickness"].map(part => getComputedStyle(e)["textDecoration" + part])"""
        kinds = ("s-block", "s-warn", "v-supported")
        lines = {kind: page.locator(f".pair .fig.{kind}").first.evaluate(parts) for kind in kinds}
        assert all(line[0] == "underline" for line in lines.values())
        assert len({tuple(line) for line in lines.values()}) == 3
        moving = (
            "e => ['transitionDuration', 'animationDuration'].some(name => parseFloat(getComputedStyle(e)[name]) > 0)"
        )
        assert not page.evaluate(f"[...document.querySelectorAll('*')].some({moving})")


# --- 15 to 17: the decision ------------------------------------------------------------------------------------------


def settle(page: Page, status: str, reviewer: str = "Ann", note: str = "Seen.") -> None:
    """Waive every flag with the note and press a button."""
    for area in page.locator("[data-waive]").all():
        area.fill(note)
    page.locator("#reviewer").fill(reviewer)
    page.locator("#note").fill(note)
    page.locator(f"[data-status={status}]").click()


def test_approve_waits_for_the_waivers(show: Open) -> None:
    """Approve is disabled and says why until each blocking flag has a note; what was typed outlives a reload."""
    with show("draft") as page:
        approve, why = page.locator("[data-status=approved]"), page.locator("#blocked")
        assert approve.get_attribute("aria-describedby") == "blocked"
        notes = page.locator(".flag[data-severity=block] [data-waive]").all()
        for left in range(len(notes), 0, -1):
            assert approve.is_disabled()
            assert f"{left} flag" in why.inner_text()
            notes[len(notes) - left].fill("agreed with the desk")
        assert approve.is_enabled()
        assert not why.is_visible()
        assert page.title().startswith("[1 flag] ")
        assert page.locator(".todo .total").inner_text() == "1"
        assert page.locator(".todo .waived").count() == len(notes)
        page.reload()
        assert approve.is_enabled()
        notes[0].fill("  ")
        assert approve.is_disabled()


def test_a_name_is_needed_and_a_reason_to_reject(show: Open) -> None:
    """Without a name nothing is offered, nor a rejection without a note; the page says so and leads there."""
    with show("draft") as page:
        page.locator("[data-status=rejected]").click()
        assert "name" in page.locator("#problem").inner_text()
        assert page.evaluate("document.activeElement.id") == "reviewer"
        page.locator("#reviewer").fill("Ann")
        page.locator("[data-status=rejected]").click()
        assert "note" in page.locator("#problem").inner_text()
        assert page.evaluate("document.activeElement.id") == "note"
        page.locator("#note").fill("Thin on facts.")
        page.locator("[data-status=rejected]").click()
        assert page.locator("#problem").inner_text() == ""
        assert page.locator("#command").inner_text().startswith("commentary review reject ")
        page.locator("#note").fill("")
        assert not page.locator("#offer").is_visible()


TRICKY = 'it\'s $HOME `id` "q" \\ ! 同意'


@pytest.mark.parametrize("status", ["approved", "rejected"])
def test_the_command_says_what_was_decided(show: Open, out: Path, status: str) -> None:
    """A shell gives the command's words as they were typed, whatever is in them, and the folder of the page."""
    with show("draft") as page:
        settle(page, status, reviewer=TRICKY, note=f"{TRICKY}\n\x1bsecond line")
        command = page.locator("#command").inner_text()
    script = f"commentary() {{ printf '%s\\0' \"$@\"; }}; {command}"
    for shell in ("sh", "bash"):
        done = subprocess.run([shell, "-c", script], capture_output=True, text=True, check=True)
        words = done.stdout.split("\0")[:-1]
        assert words[:3] == ["review", {"approved": "approve", "rejected": "reject"}[status], str(out / "draft")]
        note = f"{TRICKY} second line"
        waived = [w for f in DRAFT.report.findings if f.severity != "info" for w in ("--waive", f"{f.id}={note}")]
        seen = ["--content", DRAFT.content_sha256[:16]]
        assert words[3:9] == ["--reviewer", TRICKY, *seen, "--note", note]
        assert sorted(words[9:]) == sorted(waived)


def test_the_file_is_a_decision(show: Open) -> None:
    """The file to download is a `Decision` on this very content, with the waivers and the time."""
    with show("draft") as page:
        settle(page, "approved", note=TRICKY)
        with page.expect_download() as download:
            page.locator("#download").click()
        assert download.value.suggested_filename == "decision.json"
        decision = Decision.model_validate_json(Path(download.value.path()).read_text(encoding="utf-8"))
    assert (decision.status, decision.reviewer, decision.note) == ("approved", "Ann", TRICKY)
    assert (decision.draft_id, decision.content_sha256) == (DRAFT.id, DRAFT.content_sha256)
    waived = {f.id for f in DRAFT.report.findings if f.severity != "info"}
    assert set(decision.waivers) == {Waiver(finding_id=id, note=TRICKY) for id in waived}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", decision.at)


def test_the_command_can_be_copied(show: Open) -> None:
    """The button puts the command where it can be pasted."""
    with show("draft", permissions=["clipboard-read", "clipboard-write"]) as page:
        settle(page, "rejected")
        page.locator("#copy").click()
        page.get_by_text("Copied.").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == page.locator("#command").inner_text()


COPY = """([from, to]) => {
  const range = document.createRange();
  const [first, last] = [from, to].map((one) => document.querySelector(one));
  range.setStart(first, 0);
  range.setEnd(last, from === to ? last.childNodes.length : 0);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
  let copied = null;
  const listen = (event) => {
    copied = ["plain", "html"].map((kind) => event.clipboardData.getData("text/" + kind));
    event.preventDefault();
  };
  document.addEventListener("copy", listen);
  document.execCommand("copy");
  document.removeEventListener("copy", listen);
  return copied;
}"""


@pytest.mark.parametrize(
    ("name", "start", "end", "languages", "fields"),
    [
        ("draft", "#p-en-body-1", "#p-en-body-1", "en", ["body[1]"]),
        ("draft", "#p-zh-body-1", "#p-zh-body-1", "zh", ["body[1]"]),
        ("approved", "#p-en-body-1", "#p-zh-body-1", "en", ["body[1]"]),
        ("hostile", "#p-en-body-0", "#decide", "en zh", []),
        ("approved", "#p-en-title", "#brief", "en zh", []),
        ("thin", "#brief", "#claims", "", []),
    ],
    ids=["paragraph", "Chinese", "to the next cell", "hostile", "beyond the text", "brief"],
)
def test_copied_text_carries_its_labels(
    show: Open, name: str, start: str, end: str, languages: str, fields: list[str]
) -> None:
    """A paragraph and more is copied between the notice and the disclaimer of its language, once, without marks."""
    with show(name) as page:
        plain, html = page.evaluate(COPY, [start, end])
        blocks = plain.split("\n\n")
        notices = {lang: page.locator("header strong").nth(int(lang == "zh")).inner_text() for lang in LANGUAGES}
        for language in LANGUAGES:
            labelled = language in languages.split()
            assert plain.count(notices[language]) == plain.count(DISCLAIMER[language]) == labelled
            assert html.count(DISCLAIMER[language]) == labelled
        if languages:
            first, last = languages.split()[0], languages.split()[-1]
            assert (blocks[0], blocks[-1]) == (notices[first], DISCLAIMER[last])
            assert not re.search(r"<(?!/?p[ >])", html)
        for field in fields:
            edition = DRAFT.en if languages == "en" else DRAFT.zh
            assert edition
            recorded = [RECORDED[edition.language]] if name == "draft" else []
            assert blocks[1:-1] == [*recorded, dict(edition.fields())[field]]


def test_labels_are_copied_once(show: Open) -> None:
    """What begins with the notice on the page, or ends with the disclaimer there, gets the other one alone."""
    with show("draft") as page:
        for start, end in (
            ("header strong", "#brief"),
            ("#p-en-title", "footer p[lang]"),
            ("header", "footer p[lang]"),
        ):
            plain, _ = page.evaluate(COPY, [start, end])
            assert [plain.count(NOTICE[language]) for language in LANGUAGES] == [1, 1]
            assert plain.count(DISCLAIMER["en"]) == plain.count(DISCLAIMER["zh"]) == 1


def test_a_few_words_are_copied_as_they_are(show: Open) -> None:
    """A figure to look up is no text: it is copied alone."""
    with show("draft") as page:
        assert page.evaluate(COPY, ["#p-en-body-1 .fig", "#p-en-body-1 .fig"]) == ["", ""]


def test_without_scripting_the_commands_are_there(show: Open) -> None:
    """A browser without scripting shows commands that name every blocking flag, and no dead control."""
    with show("draft", java_script_enabled=False) as page:
        commands = [element.inner_text() for element in page.locator("#decide pre:visible").all()]
        blocking = [f.id for f in DRAFT.report.blocking]
        assert shlex.split(commands[0])[:6] == ["commentary", "review", "approve", ".", "--reviewer", "YOUR NAME"]
        assert sorted(shlex.split(commands[0])[9::2]) == sorted(f"{id}=WHY" for id in blocking)
        assert shlex.split(commands[1])[2] == "reject"
        assert page.locator(":is(button, input, textarea, select):visible").count() == 0


def test_a_changed_text_is_shown_as_such(show: Open) -> None:
    """After an edit the page marks the words (English) and characters (Chinese) that changed; the approval is void."""
    with show("void") as page:
        changes = page.locator(".change")
        assert changes.count() == 2
        assert changes.first.locator("del").inner_text() == "gigawatts"
        assert changes.first.locator("ins").inner_text() == "megawatts"
        assert page.locator(".change [lang=zh-Hans] :is(del, ins)").all_inner_texts() == ["下跌", "降"]
        assert "Changed since its approval" in page.locator("#decide").inner_text()
        assert NOTICE["en"] in page.locator("header").first.inner_text()
        assert page.locator("[data-status=approved]").is_visible()


def test_a_decided_draft_can_be_reopened(show: Open) -> None:
    """An approved draft says who approved it and offers to reopen it, nothing else."""
    with show("approved") as page:
        assert "the night desk" in page.locator("#decide").inner_text()
        assert [b.get_attribute("data-status") for b in page.locator("[data-status]").all()] == ["reopened"]
        page.locator("#reviewer").fill("Ann")
        page.locator("[data-status=reopened]").click()
        assert page.locator("#command").inner_text().startswith("commentary review reopen ")


# --- 18: paper -------------------------------------------------------------------------------------------------------


def test_print(show: Open) -> None:
    """On paper there are no controls; flags have numbers and reasons, labels are there, and lines tell marks apart."""
    with show("draft") as page:
        page.emulate_media(media="print")
        assert page.locator(":is(button, input, textarea, select, nav, .note, dialog):visible").count() == 0
        for finding in DRAFT.report.findings:
            card = page.locator(f".flag[data-finding='{finding.id}']")
            assert finding.reason in card.inner_text()
            number = card.locator(".number").inner_text()
            assert page.locator(f".pair sup.n a[href='#{card.get_attribute('id')}']").inner_text() == number
        text = page.locator("body").inner_text()
        assert text.strip().startswith(NOTICE["en"])
        assert text.strip().endswith(DISCLAIMER["zh"])
        lines = page.locator(".pair .fig").evaluate_all("all => all.map(e => getComputedStyle(e).textDecorationLine)")
        assert set(lines) == {"underline"}


# --- with a server ---------------------------------------------------------------------------------------------------


@pytest.mark.loopback
def test_a_server_is_told(browser: Browser) -> None:
    """Shown by a server, the same page sends the decision and the edited text as its contract says."""
    sent: list[tuple[str, dict[str, Any], str | None]] = []
    html = to_html(DRAFT, run=RUN, server=Server(base="/t/draft", token="secret"))
    context = browser.new_context()
    page = context.new_page()
    answers = iter([(409, {"error": "The draft has changed."}), (200, {}), (200, {})])

    def answer(route: Any) -> None:
        if route.request.method == "GET":
            route.fulfill(body=html, content_type="text/html; charset=utf-8")
            return
        sent.append((route.request.url, route.request.post_data_json, route.request.headers.get("x-commentary-token")))
        status, body = next(answers)
        route.fulfill(status=status, body=json.dumps(body), content_type="application/json")

    page.route("**/*", answer)
    page.goto("http://localhost/t/draft/review.html")
    assert page.locator("#offer").count() == 0
    settle(page, "approved", note="Seen.")
    page.get_by_text("The draft has changed.").wait_for()
    assert page.locator("#note").input_value() == "Seen."
    with page.expect_navigation():
        page.locator("[data-status=approved]").click()
    assert page.locator("#note").input_value() == ""
    page.locator(".edit[data-language=en][data-field='body[1]']").click()
    area = page.locator(".editor textarea")
    assert "[c2, c3]" in area.input_value()
    area.fill("A new text. [c2]")
    with page.expect_navigation():
        page.locator(".editor button.primary").click()
    assert {url for url, _, _ in sent[:2]} == {"http://localhost/t/draft/decision"}
    assert {token for _, _, token in sent} == {"secret"}
    decided = sent[1][1]
    assert decided["status"] == "approved"
    assert decided["content_sha256"] == DRAFT.content_sha256
    assert {w["finding_id"] for w in decided["waivers"]} == {
        f.id for f in DRAFT.report.findings if f.severity != "info"
    }
    assert sent[2][0] == "http://localhost/t/draft/text"
    assert sent[2][1] == {
        "language": "en",
        "field": "body[1]",
        "text": "A new text. [c2]",
        "content_sha256": DRAFT.content_sha256,
    }
    context.close()


# --- 20: the list ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def queue(out: Path) -> str:
    """A list of five hundred drafts."""
    row = index_row(DRAFT, "x")
    severities = [
        {"block": 2, "warn": 1, "info": 0},
        {"block": 0, "warn": 3, "info": 1},
        {"block": 0, "warn": 0, "info": 0},
    ]
    rows = [
        row.model_copy(
            update={
                "folder": f"2026-05-{number % 28 + 1:02}-draft-{number}",
                "titles": {"en": f"Draft number {number}: {row.titles['en']}", "zh": f"{row.titles['zh']}{number}"},
                "findings": severities[number % 3],
                "scores": {"hot": number % 100, "quality": number * 7 % 100, "impact": number * 13 % 100},
                "published": date(2026, 5, number % 28 + 1),
                "review_status": "approved" if number % 10 == 9 else "unreviewed",
            }
        )
        for number in range(500)
    ]
    html = index_html(rows)
    assert len(html.encode()) <= 3_000_000
    (out / "queue.html").write_text(html, encoding="utf-8")
    return "queue.html"


def test_a_long_list_is_quick(show: Open, queue: str) -> None:
    """Five hundred drafts: filtered, searched and sorted in less than a blink, and kept as they were left."""
    with show(queue) as page:
        rows = page.locator(".drafts > li:not([hidden])")
        assert rows.count() == 500
        assert page.title() == "[450 to review] Drafts"
        work = """() => { const box = document.querySelector("#search"), sort = document.querySelector("#sort");
          const begun = performance.now();
          for (const text of ["number 4", "", "海港", ""]) { box.value = text; box.dispatchEvent(new Event("input")); }
          for (const by of ["hot", "newest", "urgent"]) { sort.value = by; sort.dispatchEvent(new Event("change")); }
          document.body.offsetHeight;
          return (performance.now() - begun) / 7; }"""
        assert page.evaluate(work) < 200
        page.locator("#search").fill("number 49")
        assert rows.count() == 15
        assert page.locator("#shown").inner_text() == "15 of 500"
        page.locator("#sort").select_option("hot")
        assert rows.evaluate_all("all => all.map(e => +e.dataset.hot)") == sorted(
            (number % 100 for number in (49, 149, 249, 349, 449, *range(490, 500))), reverse=True
        )
        page.locator("input[value=block]").check(force=True)
        assert rows.count() == 3
        page.reload()
        assert rows.count() == 3
        assert page.locator("#sort").input_value() == "hot"
        page.locator("#search").fill("nothing has this")
        assert page.locator("#none").is_visible()
        page.locator("#clear").click()
        assert rows.count() == 500


def test_the_list_without_scripting(show: Open, queue: str) -> None:
    """Without scripting the list is whole, what needs work first, with no control that does nothing."""
    with show(queue, java_script_enabled=False) as page:
        queues = page.locator(".drafts > li").evaluate_all("all => all.map(e => e.dataset.queue)")
        assert queues == sorted(queues, key=["block", "warn", "clean", "approved"].index)
        assert page.locator(":is(button, input, select):visible").count() == 0


def test_from_the_list_to_a_draft_and_back(show: Open) -> None:
    """A row leads to its draft, and the draft back to the list."""
    with show("index.html") as page:
        page.locator(".drafts a").first.click()
        assert page.url.endswith("/review.html")
        page.locator(".bar nav a").first.click()
        assert page.url.endswith("/index.html")


def test_an_empty_list_names_the_next_command(show: Open) -> None:
    """A folder without drafts says how to make some."""
    with show("empty.html") as page:
        assert "commentary run briefs/ --out out/" in page.locator("main").inner_text()


# --- a folder as it is written ---------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sample as `save` writes it, under a title that a shell would act on."""
    assert DRAFT.en
    title = 'It\'s $HOME `or` "what"?'
    draft = DRAFT.model_copy(update={"en": DRAFT.en.model_copy(update={"title": title})})
    folder = store.save(draft, RUN, tmp_path / "it's $OUT", today=date(2026, 5, 12))
    store.rebuild_index(folder.parent)
    return folder


def run_in_shell(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What happens when a command of the page is pasted into a shell where `commentary` is installed."""
    commentary = f'commentary() {{ {shlex.quote(sys.executable)} -m pipeline "$@"; }}'
    return subprocess.run(
        ["sh", "-c", f"{commentary}; {command}"], capture_output=True, text=True, check=False, cwd=ROOT,
        env=os.environ | environment,
    )  # fmt: skip


def test_from_the_list_to_an_approval(browser: Browser, folder: Path) -> None:
    """From the list to the draft, waive, approve, and the command in a shell writes the decision and the page."""
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((folder.parent / "index.html").as_uri())
    page.locator(".drafts a").click()
    assert page.url == (folder / "review.html").as_uri()
    settle(page, "approved", reviewer="Ann O'Hara", note=TRICKY)
    done = run_in_shell(page.locator("#command").inner_text())
    assert done.returncode == 0, done.stderr
    decision = store.load_decision(folder)
    assert decision
    assert (decision.status, decision.reviewer, decision.note) == ("approved", "Ann O'Hara", TRICKY)
    assert {waiver.note for waiver in decision.waivers} == {TRICKY}
    page.reload()
    assert "reviewed by Ann O'Hara" in page.locator("header").first.inner_text()
    assert page.locator("[data-status]").get_attribute("data-status") == "reopened"
    context.close()


def test_a_downloaded_decision_is_taken_in(browser: Browser, folder: Path, tmp_path: Path) -> None:
    """The file a page gives is taken in by the command that stands beside it, wherever the file lies."""
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((folder / "review.html").as_uri())
    settle(page, "rejected", note="Thin on facts.")
    with page.expect_download() as download:
        page.locator("#download").click()
    download.value.save_as(tmp_path / "decision.json")
    command = page.locator("#apply").inner_text()
    context.close()
    done = run_in_shell(f"cd {shlex.quote(str(tmp_path))} && {command}", PYTHONPATH=str(ROOT))
    assert done.returncode == 0, done.stderr
    decision = store.load_decision(folder)
    assert decision
    assert (decision.status, decision.note) == ("rejected", "Thin on facts.")


def test_an_edit_voids_an_approval(browser: Browser, folder: Path) -> None:
    """After an approval, an edit of a file and `review rebuild`: the page marks the change and asks again."""
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((folder / "review.html").as_uri())
    settle(page, "approved")
    assert run_in_shell(page.locator("#command").inner_text()).returncode == 0
    english = folder / "en.md"
    english.write_text(
        english.read_text(encoding="utf-8").replace("a change of trade", "a new trade"), encoding="utf-8"
    )
    done = run_in_shell(f"commentary review rebuild {shlex.quote(str(folder))}")
    assert done.returncode == 0, done.stderr
    page.reload()
    assert page.locator(".change del").all_inner_texts() == ["change of"]
    assert page.locator(".change ins").all_inner_texts() == ["new"]
    assert "Changed since its approval" in page.locator("#decide").inner_text()
    assert NOTICE["en"] in page.locator("header").first.inner_text()
    assert page.locator("[data-status=approved]").count() == 1
    context.close()
