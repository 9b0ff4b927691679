"""Decisions and edits: nothing a person decided or wrote is lost; an approval counts for the text it was given to."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipeline import checker, review, store
from pipeline.disclosure import COMPOSITE, DISCLAIMER, GENERATED, NOTICE
from pipeline.errors import BriefError, LockedError, OutputError, PipelineError, ReviewError
from pipeline.render import to_json
from pipeline.render.markdown import FIELDS, parse_markdown
from pipeline.schema import Brief, Decision, Draft, Run, Waiver
from tests.sample_draft import DRAFT, EN, REPLAYED, RUN, THIN, ZH

TODAY = date(2026, 5, 12)
NOW = datetime(2026, 5, 13, 9, 30, tzinfo=UTC)
BLOCKING = [finding.id for finding in DRAFT.report.blocking]
WAIVERS = [Waiver(finding_id=id, note="checked by telephone") for id in BLOCKING]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sample draft in an output folder with lists."""
    made = store.save(DRAFT, RUN, tmp_path / "out", today=TODAY)
    store.rebuild_index(made.parent)
    return made


def approve(folder: Path, **more: object) -> Decision:
    """An approval with everything that blocks waived."""
    return review.decide(folder, "approved", **({"reviewer": "Ann Lee", "at": NOW, "waivers": WAIVERS} | more))  # type: ignore[arg-type]


def change(path: Path, old: str, new: str) -> None:
    """A person's edit of a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def line(folder: Path) -> dict[str, object]:
    """The draft's line in drafts.jsonl."""
    found: dict[str, object] = json.loads((folder.parent / "drafts.jsonl").read_text(encoding="utf-8"))
    return found


# --- decisions -------------------------------------------------------------------------------------------------------


def test_approval_is_recorded_and_shown(folder: Path) -> None:
    """An approval says who, when and on which text, and every file of the draft and the lists show it."""
    decision = approve(folder, note="fine")
    assert decision == store.load_decision(folder)
    assert (decision.draft_id, decision.content_sha256) == (DRAFT.id, DRAFT.content_sha256)
    assert (decision.reviewer, decision.at) == ("Ann Lee", "2026-05-13T09:30:00+00:00")
    assert "AI-generated; reviewed by Ann Lee on 2026-05-13." in (folder / "en.md").read_text()
    assert "已由 Ann Lee 于 2026-05-13 审核" in (folder / "zh.md").read_text()
    assert "Ann Lee" in (folder / "review.html").read_text()
    assert line(folder)["review_status"] == "approved"
    assert store.load(folder) == DRAFT
    assert store.is_kept(folder)


def test_blocking_findings_must_be_fixed_or_waived(folder: Path) -> None:
    """Without a waiver for each blocking finding an approval is refused with the ids; warnings do not stop it."""
    with pytest.raises(ReviewError, match=f"{len(BLOCKING)} blocking findings are open: {BLOCKING[0]}"):
        approve(folder, waivers=())
    with pytest.raises(ReviewError, match="1 blocking finding is open"):
        approve(folder, waivers=WAIVERS[1:])
    assert store.load_decision(folder) is None
    assert not store.is_edited(folder)
    approve(folder)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"waivers": [Waiver(finding_id=BLOCKING[0], note=" \n")]}, "needs a note"),
        ({"waivers": [*WAIVERS, Waiver(finding_id="feedfeedfeed", note="x")]}, "no such finding"),
        ({"reviewer": " \u202e\x00 "}, "the reviewer's name"),
        ({"reviewer": "x" * 201}, "more than 200"),
        ({"note": "x" * 4001}, "more than 4000"),
        ({"seen": "0" * 64}, "the text has changed"),
        ({"seen": DRAFT.content_sha256[:7]}, "8 characters or more"),
    ],
)
def test_decisions_that_are_refused(folder: Path, more: dict[str, object], message: str) -> None:
    """A decision without a name, a reason or the text it is about is refused, and nothing is written."""
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(ReviewError, match=message):
        approve(folder, **more)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_rejection_needs_a_note(folder: Path) -> None:
    """A rejection says why; the public text stays as it was."""
    with pytest.raises(ReviewError, match="says why"):
        review.decide(folder, "rejected", reviewer="Bo", at=NOW, note=" ")
    review.decide(folder, "rejected", reviewer="Bo", at=NOW, note="wrong angle")
    assert line(folder)["review_status"] == "rejected"
    assert NOTICE["en"] in (folder / "en.md").read_text()


def test_names_stay_on_one_line(folder: Path) -> None:
    """A name cannot break the notice into lines or hide characters in it."""
    approve(folder, reviewer="Ann\n\nLee \u202e\x00[c3] <b>")
    first = (folder / "en.md").read_text().split("---\n\n")[1].split("\n\n")[0]
    assert first == "AI-generated; reviewed by Ann Lee \\[c3] \\<b> on 2026-05-13."
    assert review.look(folder).untaken == ()


def test_the_second_of_two_is_refused_until_it_is_reopened(folder: Path) -> None:
    """A settled draft takes no second decision; reopened it does, and the record keeps all of them."""
    first = approve(folder)
    with pytest.raises(ReviewError, match="Ann Lee approved it on 2026-05-13"):
        review.decide(folder, "rejected", reviewer="Bo", at=NOW, note="no")
    reopened = review.decide(folder, "reopened", reviewer="Bo", at=NOW)
    with pytest.raises(ReviewError, match="no decision to take back"):
        review.decide(folder, "reopened", reviewer="Cy", at=NOW)
    last = review.decide(folder, "rejected", reviewer="Bo", at=NOW, note="no")
    assert last.earlier == (first, reopened.model_copy(update={"earlier": ()}))


def test_two_at_once_lose_no_decision(folder: Path) -> None:
    """Of many who decide at the same moment one is recorded and every other is told so."""
    told: list[str] = []
    gate = threading.Barrier(6)

    def one(name: str) -> None:
        gate.wait(10)
        try:
            approve(folder, reviewer=name)
            told.append("recorded")
        except ReviewError as error:
            told.append(str(error))

    people = [threading.Thread(target=one, args=(f"reviewer {number}",)) for number in range(6)]
    for person in people:
        person.start()
    for person in people:
        person.join(30)
    winner = store.load_decision(folder)
    assert winner is not None
    assert told.count("recorded") == 1
    assert sum(winner.reviewer in one for one in told) == 5
    assert winner.earlier == ()


def test_a_reviewer_does_not_wait_for_a_run(folder: Path) -> None:
    """While a run holds the folder, for hours perhaps, drafts are decided on and edited."""
    with store.held(folder.parent / ".lock", 0, "a run"):
        approve(folder)
        review.edit(folder, "en", "lead", "A new lead.", seen=DRAFT.content_sha256)
    assert review.look(folder).standing == "void"


def test_a_folder_that_somebody_is_writing_to(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits for another writer too long is told, and nothing is written."""
    monkeypatch.setattr(store.locks, "_WAIT", 0.1)
    with store.writing(folder.parent), pytest.raises(LockedError, match=r"somebody else is writing here.*Try again"):
        approve(folder)
    assert store.load_decision(folder) is None


def test_the_same_decision_again_changes_nothing(folder: Path) -> None:
    """A page that sends twice, or a command run again, is no second decision."""
    first = approve(folder)
    assert approve(folder, at=NOW + timedelta(hours=1)) == first
    assert store.load_decision(folder) == first


def test_thin_draft_cannot_be_approved(tmp_path: Path) -> None:
    """There is nothing to publish in a thin draft; it can be rejected."""
    folder = store.save(THIN, RUN, tmp_path, today=TODAY)
    with pytest.raises(ReviewError, match="no article to approve"):
        approve(folder, waivers=())
    review.decide(folder, "rejected", reviewer="Bo", at=NOW, note="no news")
    assert review.look(folder).standing == "rejected"


def test_a_draft_alone_is_decided_without_lists(tmp_path: Path) -> None:
    """A draft's folder that was moved elsewhere is decided on there; no lists appear beside it."""
    folder = store.save(DRAFT, RUN, tmp_path, today=TODAY)
    approve(folder)
    assert not (tmp_path / "index.html").exists()


# --- waivers ---------------------------------------------------------------------------------------------------------


def test_waivers_stay_when_other_sentences_change(folder: Path) -> None:
    """After an edit elsewhere the waivers of untouched sentences hold; the approval is void and can be given again."""
    approve(rechecked(folder), waivers=waive_all(folder))
    change(folder / "en.md", "change of trade", "change of business")
    review.rebuild(folder)
    case = review.look(folder)
    assert case.standing == "void"
    assert case.blocking == ()
    approve(folder, waivers=())
    assert review.look(folder).standing == "approved"


def test_a_waiver_lapses_when_its_sentence_changes(folder: Path) -> None:
    """A finding in a sentence that was edited must be waived anew."""
    approve(rechecked(folder), waivers=waive_all(folder))
    change(folder / "en.md", "lift the site to", "bring the site up to")
    review.rebuild(folder)
    with pytest.raises(ReviewError, match="blocking finding"):
        approve(folder, waivers=())


def rechecked(folder: Path) -> Path:
    """The folder, its draft with the findings that the checker really makes."""
    change(folder / "en.md", "---\n\n", "---\n\n\n")
    review.rebuild(folder)
    return folder


def waive_all(folder: Path) -> list[Waiver]:
    """A waiver for each blocking finding."""
    blocking = review.look(folder).draft.report.blocking
    assert blocking
    return [Waiver(finding_id=finding.id, note="known") for finding in blocking]


# --- edits -----------------------------------------------------------------------------------------------------------


def test_an_edit_voids_the_approval(folder: Path) -> None:
    """From the moment an edit is saved the approval is void; taken in, the text is checked, labelled and shown anew."""
    approve(folder)
    change(folder / "en.md", "400 gigawatts", "400 megawatts")
    assert review.look(folder).standing == "void"
    rebuilt = review.rebuild(folder)
    review.rebuild_lists(folder.parent)
    assert rebuilt.voided
    draft = store.load(folder)
    assert draft.en is not None
    assert "400 megawatts" in draft.en.body[1].text
    assert "figure.scale" not in {finding.code for finding in draft.report.findings}
    assert draft.disclosure.digital_source_type == COMPOSITE
    assert draft.disclosure.AIGC.ReservedCode1 == draft.content_sha256
    assert store.load_original(folder) == DRAFT
    for name, language in (("en.md", "en"), ("zh.md", "zh")):
        text = (folder / name).read_text()
        assert NOTICE[language] in text  # type: ignore[index]
        assert f"digital_source_type: {COMPOSITE}" in text
        assert text.count(DISCLAIMER[language]) == 1  # type: ignore[index]
    page = (folder / "review.html").read_text()
    assert "<del>gigawatts</del><ins>megawatts</ins>" in page
    assert line(folder)["review_status"] == "void"
    assert review.look(folder).untaken == ()


def test_an_approval_is_no_edit(folder: Path) -> None:
    """After an approval alone the text is still a model's."""
    approve(folder)
    review.rebuild(folder)
    assert store.load(folder).disclosure.digital_source_type == GENERATED
    assert not (folder / store.ORIGINAL).exists()


def test_an_edit_must_be_checked_before_an_approval(folder: Path) -> None:
    """What a person wrote is not approved unseen by the checker."""
    change(folder / "zh.md", "对手", "竞争者")
    with pytest.raises(ReviewError, match=r"zh\.md edited, not checked yet"):
        approve(folder)


def test_a_rejection_leaves_an_edit_alone(folder: Path) -> None:
    """A decision never prints over a file that somebody is editing."""
    change(folder / "zh.md", "对手", "竞争者")
    edited = (folder / "zh.md").read_bytes()
    review.decide(folder, "rejected", reviewer="Bo", at=NOW, note="no")
    assert (folder / "zh.md").read_bytes() == edited


def test_undoing_an_edit_makes_it_a_models_text_again(folder: Path) -> None:
    """A text that is again as the models left it is labelled so, and an approval of it counts again."""
    before = approve(rechecked(folder), waivers=waive_all(folder))
    for old, new in (("change of trade", "change of business"), ("change of business", "change of trade")):
        change(folder / "en.md", old, new)
        review.rebuild(folder)
    case = review.look(folder)
    assert case.draft.disclosure.digital_source_type == GENERATED
    assert case.standing == "approved"
    assert case.decision == before
    assert "change of business" not in (folder / "review.html").read_text()


def test_citations_are_an_edit_too(folder: Path) -> None:
    """Who changes only which claims stand behind a sentence has edited: nothing may overwrite that."""
    change(folder / "en.md", "[c5]", "[c4]")
    review.rebuild(folder)
    assert store.load(folder).disclosure.digital_source_type == COMPOSITE
    assert store.is_kept(folder)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n", "\r\n"),
        ("---\ntitle", "\ufeff---\ntitle"),
        ("change of trade", "change\nof trade"),
        ("\n\n", " \n\n\n"),
        (f"{DISCLAIMER['en']}\n", ""),
        ("AIGC:", "AIGC: "),
    ],
    ids=["Windows", "mark", "wrapped", "blanks", "label", "front matter"],
)
def test_a_file_saved_by_another_editor_is_no_edit(folder: Path, old: str, new: str) -> None:
    """Other line ends, wrapped lines and the like change nothing of the text: an approval stands."""
    approve(rechecked(folder), waivers=waive_all(folder))
    text = (folder / "en.md").read_text()
    assert old in text
    (folder / "en.md").write_bytes(text.replace(old, new).encode())
    assert review.look(folder).untaken == ()
    assert review.look(folder).standing == "approved"
    review.rebuild(folder)
    assert (folder / "en.md").read_text() == text
    assert review.look(folder).standing == "approved"


def test_what_is_not_ours_is_kept(folder: Path) -> None:
    """A file that a person put into a draft's folder keeps the whole folder from being made anew."""
    (folder / ".DS_Store").write_bytes(b"x")
    assert not store.is_kept(folder)
    (folder / ".en.md.swp").write_bytes(b"x")
    assert store.is_kept(folder)
    with pytest.raises(OutputError, match="not overwritten"):
        store.save(DRAFT, RUN, folder.parent, today=TODAY)
    assert (folder / ".en.md.swp").exists()


def test_an_edit_saved_during_an_approval_is_not_overwritten(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a person saves between the look at the draft and the writing of its files stays, and voids the approval."""
    write = review.decisions.atomic_write

    def slow(path: Path, data: str) -> None:
        change(folder / "en.md", "400 gigawatts", "400 megawatts")
        write(path, data)

    monkeypatch.setattr(review.decisions, "atomic_write", slow)
    approve(folder)
    assert "400 megawatts" in (folder / "en.md").read_text()
    assert review.look(folder).standing == "void"


def test_rebuild_twice_changes_nothing(folder: Path) -> None:
    """The second time there is nothing to take in."""
    change(folder / "en.md", "400 gigawatts", "400 megawatts")
    review.rebuild(folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    again = review.rebuild(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert again.before.draft == again.after.draft


def test_tags_are_edited_in_either_file(folder: Path) -> None:
    """Tags changed in one file hold for both; changed differently in both they are refused."""
    change(folder / "zh.md", "- 能源", "- 融资")
    review.rebuild(folder)
    assert store.load(folder).tags == ("data-center", "funding", "eu")
    assert "- Funding" in (folder / "en.md").read_text()
    change(folder / "zh.md", "- 融资", "- 能源")
    change(folder / "en.md", "- Funding", "- Chips")
    with pytest.raises(ReviewError, match="Make them agree"):
        review.rebuild(folder)


def test_unknown_tags_are_kept_and_flagged(folder: Path) -> None:
    """A tag outside the vocabulary is the person's; the checker says so."""
    change(folder / "en.md", "- Energy", "- Harbours")
    review.rebuild(folder)
    draft = store.load(folder)
    assert "Harbours" in draft.tags
    assert any(finding.code == "tag.unknown" for finding in draft.report.findings)
    assert "- Harbours" in (folder / "en.md").read_text()


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("en.md", "ai_generated:", "author: me\nai_generated:", "`author` in the front matter cannot be kept"),
        ("en.md", f"draft_id: {DRAFT.id}", "draft_id: 000000000000", "is the text of draft 000000000000"),
        ("en.md", "title:", "title: [", "not valid YAML"),
        ("en.md", "title: ", "title: Rotterdam: ", "not valid YAML: .* stands in single quotes"),
        ("en.md", "\ntags:", " # check this\ntags:", "line 3: what follows # in the front matter would be lost"),
        ("zh.md", "\n---\n", "\n# ask Bo\n---\n", "what follows # in the front matter would be lost"),
        ("en.md", "- Energy", "- Energy # ?", "line 6: what follows #"),
        ("en.md", "---\ntitle: ", "---\ntitle:\nlead: ", "`lead` stands twice"),
        ("en.md", f"title: {EN.title}", "title: ''", "has no title"),
        ("en.md", f"title: {EN.title}\n", "", "`title` is gone"),
        ("zh.md", f"lead: {ZH.lead}\n", "", "`lead` is gone"),
        ("zh.md", "tags:", "ai_generated:", "stands twice"),
        ("en.md", "---\n", "\n---\n", "does not begin with its front matter"),
        ("en.md", "\n\nAI", "\n\n<<<<<<< HEAD\n\nAI", r"line \d+: a conflict mark"),
        ("zh.md", "[c5]", "[c5", r"line \d+: a citation marker without its closing bracket"),
        ("zh.md", "\n---\n", "\n", "no closing ---"),
    ],
)
def test_edits_that_cannot_be_kept(folder: Path, name: str, old: str, new: str, message: str) -> None:
    """What would be lost, or belongs elsewhere, is refused with the file's name; nothing is written."""
    change(folder / name, old, new)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(PipelineError, match=message) as caught:
        review.rebuild(folder)
    assert name in str(caught.value)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_empty_missing_and_binary_editions(folder: Path) -> None:
    """An edition that is gone, empty or no text is refused; the draft stays as it was."""
    path = folder / "en.md"
    text = path.read_text()
    for content in (b"", text[: text.index("\n---\n") + 5].encode(), b"\x00\x01" * 50, None):
        path.unlink() if content is None else path.write_bytes(content)
        with pytest.raises((BriefError, ReviewError), match=r"en\.md"):
            review.rebuild(folder)
        assert store.load(folder) == DRAFT


def test_labels_in_the_text_are_printed_once(folder: Path) -> None:
    """A notice a person changed or repeated does not become text; what no person may remove comes back."""
    change(folder / "en.md", NOTICE["en"], "AI-generated, reviewed by our desk.")
    change(folder / "en.md", DISCLAIMER["en"], "")
    change(folder / "en.md", "ai_generated: true", "ai_generated: false")
    rebuilt = review.rebuild(folder)
    text = (folder / "en.md").read_text()
    assert text.count(NOTICE["en"]) == text.count(DISCLAIMER["en"]) == text.count("ai_generated: true") == 1
    assert "our desk" not in text
    assert rebuilt.notes
    assert store.load(folder).en == EN


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("en.md", DISCLAIMER["en"], f"{DISCLAIMER['en']}\n\n{DISCLAIMER['en']}"),
        ("en.md", f"\n\n{DISCLAIMER['en']}", f"\n{DISCLAIMER['en']}"),
        ("zh.md", f"\n\n{DISCLAIMER['zh']}", f"\n{DISCLAIMER['zh']}"),
        ("en.md", NOTICE["en"], f"{NOTICE['en']}\n{NOTICE['en']}"),
        ("en.md", NOTICE["en"], f"{NOTICE['en']}\n\n{NOTICE['en']}"),
        ("en.md", f"{NOTICE['en']}\n\n", f"{NOTICE['en']}\n"),
        ("zh.md", f"{NOTICE['zh']}\n\n", f"{NOTICE['zh']}\n"),
        ("zh.md", NOTICE["zh"], ""),
    ],
    ids=["end twice", "end glued", "zh end glued", "lines", "start twice", "start glued", "zh start glued", "gone"],
)
@pytest.mark.parametrize("run", [RUN, REPLAYED], ids=["served", "recorded"])
def test_clumsy_hands_leave_each_label_once(tmp_path: Path, run: Run, name: str, old: str, new: str) -> None:
    """A label that was doubled, glued to a paragraph or taken out stands once again, and the text is as it was."""
    folder = store.save(DRAFT, run, tmp_path / "out", today=TODAY)
    before = (folder / name).read_text()
    change(folder / name, old, new)
    review.rebuild(folder)
    assert (folder / name).read_text() == before
    assert (store.load(folder).en, store.load(folder).zh) == (EN, ZH)


def test_a_label_in_the_front_matter_is_put_back(folder: Path) -> None:
    """Who writes `approved` into the front matter has approved nothing, and is told."""
    change(folder / "en.md", "review_status: unreviewed", "review_status: approved")
    rebuilt = review.rebuild(folder)
    assert rebuilt.notes == ("en.md: `review_status` was put back: it is not decided here",)
    assert rebuilt.after.standing == "unreviewed"


def test_front_matter_names_are_known() -> None:
    """The names that a person may not add to are those the printer writes."""
    printed = parse_markdown(store.FORMATS[1].print(DRAFT, RUN, None, None), "en")
    assert set(printed.front) == FIELDS


def test_a_file_saved_while_it_is_read_is_not_overwritten(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When an editor saves in the middle, its text stays and the person is asked to run it again."""
    change(folder / "en.md", "400 gigawatts", "400 megawatts")
    check = checker.check_draft

    def slow(draft: Draft) -> object:
        change(folder / "en.md", "400 megawatts", "500 megawatts")
        return check(draft)

    monkeypatch.setattr(checker, "check_draft", slow)
    with pytest.raises(ReviewError, match="saved while it was read"):
        review.rebuild(folder)
    assert "500 megawatts" in (folder / "en.md").read_text()
    assert store.load(folder) == DRAFT


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("dies_before", ["original.json", "en.md", "zh.md", "review.html", "draft.json"])
def test_killed_in_between_loses_no_text(folder: Path, language: str, dies_before: str) -> None:
    """Killed before any of its writes, an edit is whole or not there, and a rebuild makes all files agree."""
    field, old, new = {"en": ("lead", EN.lead, "A new lead."), "zh": ("lead", ZH.lead, "新的导语。")}[language]
    code = (
        "import sys, os\nfrom pathlib import Path\nfrom pipeline import files, review, store\n"
        "folder, language, field, text, last = sys.argv[1:]\n"
        "write = files.atomic_write\n"
        "def dying(path, data):\n"
        "    os._exit(9) if path.name == last else write(path, data)\n"
        "files.atomic_write = review.edits.atomic_write = store.lists.atomic_write = dying\n"
        "seen = store.load(Path(folder)).content_sha256\n"
        "review.edit(Path(folder), language, field, text, seen=seen)\n"
    )
    arguments = [sys.executable, "-c", code, str(folder), language, field, new, dies_before]
    subprocess.run(arguments, check=False, timeout=60)
    review.rebuild(folder)
    draft = store.load(folder)
    edition = draft.en if language == "en" else draft.zh
    assert edition is not None
    assert edition.lead in (old, new)
    assert review.look(folder).untaken == ()
    changed = edition.lead == new
    assert (draft.disclosure.digital_source_type == COMPOSITE) == changed
    assert not changed or store.load_original(folder) == DRAFT


# --- one field from a page -------------------------------------------------------------------------------------------


def test_one_paragraph_is_replaced(folder: Path) -> None:
    """A paragraph with its markers is replaced; draft, both files, page and report agree."""
    text = "Four more would lift the site to 400 megawatts. [c3] If they come, so be it. [~c2] # Not a heading"
    rebuilt = review.edit(folder, "en", "body[1]", text, seen=DRAFT.content_sha256)
    draft = store.load(folder)
    assert draft == rebuilt.after.draft
    assert draft.en is not None
    assert draft.en.body[1].text == text.replace(" [c3]", "").replace(" [~c2]", "")
    assert [citation.claims for citation in draft.en.body[1].citations] == [("c3",), ("c2",), ()]
    assert parse_markdown((folder / "en.md").read_text(), "en").edition == draft.en
    assert store.is_edited(folder)
    assert review.look(folder).untaken == ()


@pytest.mark.parametrize(
    ("language", "field", "text", "message"),
    [
        ("en", "body[9]", "x", "no such field"),
        ("en", "tags", "x", "no such field"),
        ("en", "body[-1]", "x", "no such field"),
        ("en", "body[١]", "x", "no such field"),
        ("en", "title", " \u200b\n", "the text is empty"),
        ("en", "body[0]", "[c1]", "the text is empty"),
        ("en", "body[0]", "One.\r\n\r\nTwo.", "one paragraph"),
        ("zh", "body[0]", DISCLAIMER["zh"], "labels are printed by themselves"),
        ("en", "body[0]", "AI-generated; reviewed by Me on 2026-01-01.", "labels are printed by themselves"),
    ],
)
def test_edits_that_are_refused(folder: Path, language: str, field: str, text: str, message: str) -> None:
    """An edit of what is not there, to nothing, or to a label is refused."""
    with pytest.raises(ReviewError, match=message):
        review.edit(folder, language, field, text, seen=DRAFT.content_sha256)  # type: ignore[arg-type]
    assert store.load(folder) == DRAFT


def test_edits_on_an_old_page_are_refused(folder: Path) -> None:
    """Of two who edit the same page the second is told; nor does a page write over a file under edit."""
    review.edit(folder, "en", "title", "One", seen=DRAFT.content_sha256)
    with pytest.raises(ReviewError, match="changed since this page was loaded"):
        review.edit(folder, "en", "title", "Two", seen=DRAFT.content_sha256)
    change(folder / "zh.md", "对手", "竞争者")
    with pytest.raises(ReviewError, match="not checked yet"):
        review.edit(folder, "en", "title", "Two", seen=store.load(folder).content_sha256)


# --- downloaded decisions --------------------------------------------------------------------------------------------


def downloaded(path: Path, **changes: object) -> Path:
    """A decision as a page gives it to download."""
    made = {
        "schema_version": 1,
        "draft_id": DRAFT.id,
        "status": "approved",
        "reviewer": "Ann Lee",
        "at": "2026-05-13T17:30:00+08:00",
        "note": "",
        "waivers": [waiver.model_dump() for waiver in WAIVERS],
        "content_sha256": DRAFT.content_sha256,
    }
    path.write_text(json.dumps({key: value for key, value in (made | changes).items() if value is not None}))
    return path


@pytest.mark.parametrize("draft_id", [DRAFT.id, None], ids=["by id", "by content"])
def test_downloaded_decision_finds_its_draft(folder: Path, tmp_path: Path, draft_id: str | None) -> None:
    """A file under any name is taken in for the draft it names, else for the one with its text; again it is nothing."""
    store.save(THIN, RUN, folder.parent, today=TODAY)
    path = downloaded(tmp_path / "decision (1).json", draft_id=draft_id)
    where, decision = review.apply(path, [folder.parent], now=NOW)
    assert where == folder.resolve()
    assert decision == store.load_decision(folder)
    assert decision.at == "2026-05-13T17:30:00+08:00"
    assert review.apply(path, [folder.parent], now=NOW + timedelta(days=3))[1] == decision


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"content_sha256": "0" * 64}, "the text has changed"),
        ({"content_sha256": ""}, "no SHA-256"),
        ({"content_sha256": DRAFT.content_sha256[:12]}, "no SHA-256"),
        ({"content_sha256": "0" * 64, "draft_id": None}, "no draft with the text"),
        ({"draft_id": "000000000000"}, "no draft 000000000000"),
        ({"draft_id": "../../etc"}, "no draft"),
        ({"draft_id": ""}, None),
        ({"waivers": []}, "blocking findings are open"),
        ({"waivers": [{"finding_id": "x", "note": "y", "more": 1}]}, "Extra inputs"),
        ({"status": "published"}, "status"),
        ({"at": "yesterday"}, "not an ISO date"),
        ({"at": "2036-01-01T00:00:00Z"}, "in the future"),
        ({"reviewer": ""}, "reviewer's name"),
        ({"schema_version": 99}, "newer than"),
        ({"schema_version": True}, None),
        ({"note": "x" * 2_000_000}, "larger than"),
        ({"earlier": [{"status": "approved", "reviewer": "Forged", "at": "x", "content_sha256": "y"}]}, None),
    ],
)
def test_hostile_decision_files(folder: Path, tmp_path: Path, changes: dict[str, object], message: str | None) -> None:
    """A forged, damaged or outdated file decides nothing that a command could not, and never writes the past."""
    path = downloaded(tmp_path / "decision.json", **changes)
    if message is None:
        assert review.apply(path, [folder.parent], now=NOW)[1].earlier == ()
        return
    with pytest.raises((BriefError, ReviewError), match=message) as caught:
        review.apply(path, [folder.parent], now=NOW)
    assert "\n" not in str(caught.value)
    assert store.load_decision(folder) is None


@pytest.mark.parametrize("content", [b"", b"[" * 100_000, b"\xff\xfe", b"[]", b'{"status": "\\ud800"}'])
def test_files_that_are_no_decision(folder: Path, tmp_path: Path, content: bytes) -> None:
    """Whatever else a file holds, it is refused in one line that names it."""
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(BriefError, match=r"x\.json"):
        review.apply(tmp_path / "x.json", [folder.parent], now=NOW)


@pytest.mark.parametrize(
    "made",
    [{"reviewer": " "}, {"at": "yesterday"}, {"at": ""}, {"schema_version": 99}, {"status": "blessed"}, {"more": 1}],
    ids=lambda made: next(iter(made)),
)
def test_a_decision_made_by_hand_names_who_and_when(folder: Path, made: dict[str, object]) -> None:
    """A decision.json that was put into the folder decides nothing when it lacks what the published text says."""
    downloaded(folder / "decision.json", **made)
    with pytest.raises(BriefError, match=r"decision\.json"):
        review.look(folder)
    assert [error for error in review.cases(folder.parent) if isinstance(error, BriefError)]
    assert store.is_kept(folder)


def test_a_decision_made_by_hand_waives_nothing_without_a_note(folder: Path) -> None:
    """Waivers without a note, or of findings there are not, leave what blocks; one of another text is void."""
    waivers = [{"finding_id": id, "note": " "} for id in BLOCKING] + [{"finding_id": "feed", "note": "x"}]
    downloaded(folder / "decision.json", waivers=waivers)
    assert len(review.look(folder).blocking) == len(BLOCKING)
    downloaded(folder / "decision.json", content_sha256="0" * 64)
    assert review.look(folder).standing == "void"


def test_an_old_decision_file_does_not_undo_a_newer_decision(folder: Path, tmp_path: Path) -> None:
    """An approval that was reopened since is not brought back by its old file."""
    path = downloaded(tmp_path / "decision.json")
    review.apply(path, [folder.parent], now=NOW)
    review.decide(folder, "reopened", reviewer="Bo", at=NOW + timedelta(hours=2))
    with pytest.raises(ReviewError, match="before Bo reopened the draft"):
        review.apply(path, [folder.parent], now=NOW + timedelta(hours=3))
    assert review.look(folder).standing == "reopened"


def test_two_drafts_of_one_text_are_not_guessed(folder: Path, tmp_path: Path) -> None:
    """A file without a draft's id that fits two drafts is refused."""
    brief = Brief(text=DRAFT.brief.text + " More.", title=DRAFT.brief.title)
    store.save(DRAFT.model_copy(update={"id": brief.id, "brief": brief}), RUN, folder.parent, today=TODAY)
    with pytest.raises(ReviewError, match="2 drafts fit"):
        review.apply(downloaded(tmp_path / "decision.json", draft_id=None), [folder.parent], now=NOW)


# --- finding ---------------------------------------------------------------------------------------------------------


def test_locate(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A draft is meant by its folder, a file in it, its name, its id, or the folder one is in."""
    out = folder.parent
    for name in (str(folder), str(folder / "review.html"), folder.name, DRAFT.id):
        assert review.locate(name, [out]) == [folder.resolve()]
    for name in ("nothing", "../out", "", f"x/{DRAFT.id}", str(out)):
        assert review.locate(name, [out]) == []
    monkeypatch.chdir(folder)
    assert review.locate(".", []) == [folder.resolve()]
    assert review.locate("nothing", []) == []


def test_a_changed_brief_makes_a_revision_beside(folder: Path) -> None:
    """The newer draft of a source is named beside the older; a brief without a source has none."""
    brief = Brief(text=DRAFT.brief.text, title=DRAFT.brief.title, published=DRAFT.brief.published, origin="a.txt")
    newer = Brief(text=DRAFT.brief.text + " More.", title=DRAFT.brief.title, origin="a.txt")
    old = DRAFT.model_copy(update={"brief": brief})
    new = DRAFT.model_copy(update={"id": newer.id, "brief": newer})
    out = folder.parent / "two"
    store.save(old, RUN, out, today=TODAY)
    last = store.save(new, RUN.model_copy(update={"started": "2027-01-01T00:00:00+00:00"}), out, today=TODAY)
    known = [case for case in review.cases(out) if isinstance(case, review.Case)]
    assert review.superseded(known) == {old.id: last}
    assert review.superseded([review.look(folder)]) == {}


def test_a_decision_reads_back(folder: Path) -> None:
    """What is written is what is read, earlier decisions included."""
    approve(folder)
    decision = review.decide(folder, "reopened", reviewer="Bo", at=NOW, note="line\nbreak \u2028 “quotes”")
    assert Decision.model_validate_json(to_json(decision)) == decision == store.load_decision(folder)
