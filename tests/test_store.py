"""The output folder: whole or not at all, never outside itself, never over a person's work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path

import pytest

from pipeline import store
from pipeline.disclosure import COMPOSITE, NOTICE
from pipeline.errors import BriefError, OutputError
from pipeline.render import to_json, to_markdown
from pipeline.render.markdown import parse_markdown
from pipeline.schema import Decision, Draft
from tests.sample_draft import BRIEF, DRAFT, EN, REPLAYED, RUN, THIN, ZH

TODAY = date(2026, 6, 1)
DECISION = Decision(status="approved", reviewer="the night desk", at="2026-05-13", content_sha256=DRAFT.content_sha256)


def visible(out: Path) -> list[str]:
    """Names in a folder that are not hidden."""
    return sorted(name for name in os.listdir(out) if not name.startswith("."))


def everything(folder: Path) -> dict[str, bytes]:
    """All files below a folder with what they hold, but for the lock."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != ".writing")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def titled(title: str) -> Draft:
    """The sample draft under another English title."""
    return DRAFT.model_copy(update={"en": EN.model_copy(update={"title": title})})


# --- saving ----------------------------------------------------------------------------------------------------------


def test_folder_of_a_draft(tmp_path: Path) -> None:
    """A draft's folder is named by date, title and id, holds its six files, and leaves nothing else behind."""
    folder = store.save(DRAFT, RUN, tmp_path / "out", today=TODAY)
    assert folder.name == f"2026-05-12-harbor-grid-bets-1-2-billion-on-the-port-of-rotterdam-{DRAFT.id}"
    assert visible(folder) == ["brief.txt", "draft.json", "en.md", "review.html", "run.json", "zh.md"]
    assert os.listdir(tmp_path / "out") == [folder.name]
    assert (folder / "brief.txt").read_bytes() == BRIEF.text.encode()
    assert store.load(folder) == DRAFT
    assert store.load_run(folder) == RUN
    assert store.load_decision(folder) is None


def test_folder_of_a_thin_draft(tmp_path: Path) -> None:
    """A thin draft has no editions; without a date of its own it stands under the day of the run."""
    folder = store.save(THIN, RUN, tmp_path, today=TODAY)
    assert folder.name == f"2026-06-01-press-conference-{THIN.id}"
    assert visible(folder) == ["brief.txt", "draft.json", "review.html", "run.json"]
    assert not store.is_edited(folder)


def test_saving_again_changes_nothing(tmp_path: Path) -> None:
    """The same draft saved twice gives the same bytes in one folder."""
    store.save(DRAFT, RUN, tmp_path, today=TODAY)
    store.rebuild_index(tmp_path)
    before = everything(tmp_path)
    store.save(DRAFT, RUN, tmp_path, today=date(2027, 1, 1))
    store.rebuild_index(tmp_path)
    assert everything(tmp_path) == before


def test_redone_draft_stays_in_its_folder(tmp_path: Path) -> None:
    """An untouched draft that is made anew replaces the old one under the old name, also with another title."""
    folder = store.save(DRAFT, RUN, tmp_path, today=TODAY)
    assert store.save(titled("Another title"), RUN, tmp_path, today=TODAY) == folder
    assert set(os.listdir(tmp_path)) == {folder.name, ".writing"}
    assert store.load(folder).en == EN.model_copy(update={"title": "Another title"})


@pytest.mark.parametrize("name", ["en.md", "zh.md"])
def test_edited_draft_is_not_overwritten(tmp_path: Path, name: str) -> None:
    """A draft whose edition a person changed is kept as it is, and that is said."""
    folder = store.save(DRAFT, RUN, tmp_path, today=TODAY)
    assert not store.is_kept(folder)
    (folder / name).write_text((folder / name).read_text().replace("350", "351"))
    before = everything(tmp_path)
    assert store.is_edited(folder)
    with pytest.raises(OutputError, match="edited or decided by a person"):
        store.save(DRAFT, RUN, tmp_path, today=TODAY)
    assert everything(tmp_path) == before
    assert set(os.listdir(tmp_path)) <= {folder.name, ".writing"}


def test_decided_draft_is_not_overwritten(tmp_path: Path) -> None:
    """A draft with a decision is kept, whether its editions were printed before or after the decision."""
    folder = store.save(DRAFT, RUN, tmp_path, today=TODAY)
    (folder / "decision.json").write_text(to_json(DECISION))
    assert store.is_kept(folder)
    assert not store.is_edited(folder)
    for item in store.formats_of(DRAFT):
        (folder / item.name).write_text(item.print(DRAFT, RUN, DECISION, None))
    assert not store.is_edited(folder)
    with pytest.raises(OutputError):
        store.save(DRAFT, RUN, tmp_path, today=TODAY)


def test_edit_taken_in_is_not_overwritten(tmp_path: Path) -> None:
    """Files as the printer gives them are a person's all the same when the draft carries the mark of an edit."""
    disclosure = DRAFT.disclosure.model_copy(update={"digital_source_type": COMPOSITE})
    folder = store.save(DRAFT.model_copy(update={"disclosure": disclosure}), RUN, tmp_path, today=TODAY)
    assert store.is_edited(folder)
    with pytest.raises(OutputError):
        store.save(DRAFT, RUN, tmp_path, today=TODAY)


def test_files_printed_under_an_earlier_decision_are_no_edit(tmp_path: Path) -> None:
    """Killed between a decision and the printing, a folder has the notice of the decision before: nobody edited it."""
    folder = store.save(DRAFT, RUN, tmp_path, today=TODAY)
    (folder / "en.md").write_text(to_markdown(DRAFT, "en", run=RUN, decision=DECISION))
    newer = DECISION.model_copy(update={"status": "reopened", "earlier": (DECISION,)})
    (folder / "decision.json").write_text(to_json(newer))
    assert not store.is_edited(folder)


def test_a_decision_made_while_a_draft_is_made_anew_is_not_lost(tmp_path: Path) -> None:
    """A draft is replaced under the lock that decisions are written under, and looked at under it."""
    folder = store.save(DRAFT, RUN, tmp_path, today=TODAY)
    started = threading.Event()

    def redo() -> None:
        started.set()
        with pytest.raises(OutputError, match="decided by a person"):
            store.save(DRAFT, RUN, tmp_path, today=TODAY)

    with store.writing(tmp_path):
        other = threading.Thread(target=redo)
        other.start()
        started.wait(5)
        time.sleep(0.1)
        (folder / "decision.json").write_text(to_json(DECISION))
    other.join(10)
    assert store.load_decision(folder) == DECISION


@pytest.mark.parametrize("missing", ["en.md", "run.json"])
def test_what_cannot_be_compared_counts_as_edited(tmp_path: Path, missing: str) -> None:
    """A folder that lacks what the comparison needs is not overwritten."""
    folder = store.save(DRAFT, RUN, tmp_path, today=TODAY)
    (folder / missing).unlink()
    assert store.is_edited(folder)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("/absolute/name", "absolute-name"),
        ("a\nb\x00c\u202ed", "a-b-cd"),
        ("..", "harbor-grid-to-build-campus-in-rotterdam"),
        ("x" * 300, "x" * 60),
        ("标题", "harbor-grid-to-build-campus-in-rotterdam"),
    ],
)
def test_hostile_titles_stay_inside(tmp_path: Path, title: str, name: str) -> None:
    """Whatever a title holds, the folder stands in the output folder under a plain name."""
    out = tmp_path / "out"
    folder = store.save(titled(title), RUN, out, today=TODAY)
    assert folder.parent == out
    assert folder.name == f"2026-05-12-{name}-{DRAFT.id}"
    assert os.listdir(tmp_path) == ["out"]


@pytest.mark.parametrize("target", ["empty", "missing", "complete"])
def test_symbolic_links_are_not_followed(tmp_path: Path, target: str) -> None:
    """A link where the folder should go is left alone and is no draft; nothing is written where it points."""
    complete = store.save(DRAFT, RUN, tmp_path / "first", today=TODAY)
    elsewhere = complete if target == "complete" else tmp_path / target
    out = tmp_path / "out"
    out.mkdir()
    (tmp_path / "empty").mkdir()
    (out / complete.name).symlink_to(elsewhere)
    before = everything(tmp_path / "first")
    folder = store.save(titled("Another"), RUN, out, today=TODAY)
    again = store.save(DRAFT, RUN, out, today=TODAY)
    assert folder == again == store.find(out, DRAFT.id)
    assert (out / complete.name).is_symlink()
    assert everything(tmp_path / "first") == before
    assert os.listdir(tmp_path / "empty") == []


def test_taken_name(tmp_path: Path) -> None:
    """A name that something else already has, be it a link to nowhere, gets a number."""
    name = store.save(DRAFT, RUN, tmp_path / "first", today=TODAY).name
    (tmp_path / name).symlink_to(tmp_path / "nowhere")
    folder = store.save(DRAFT, RUN, tmp_path, today=TODAY)
    assert folder.name == name.removesuffix(DRAFT.id) + f"2-{DRAFT.id}"


def test_a_damaged_draft_is_found_and_a_folder_without_one_is_not(tmp_path: Path) -> None:
    """A draft.json that cannot be read is still this draft, and is never written over; none is no draft."""
    folder = store.save(DRAFT, RUN, tmp_path, today=TODAY)
    (folder / "draft.json").write_text('{"id": "')
    assert store.find(tmp_path, DRAFT.id) == folder
    with pytest.raises(OutputError):
        store.save(DRAFT, RUN, tmp_path, today=TODAY)
    (folder / "draft.json").unlink()
    assert store.find(tmp_path, DRAFT.id) is None


def test_nothing_half_done_when_printing_fails(tmp_path: Path) -> None:
    """When a file cannot be made, no folder appears and no temporary one stays."""
    broken = DRAFT.model_copy(update={"zh": None})
    with pytest.raises(ValueError, match="no zh edition"):
        store.save(broken, RUN, tmp_path, today=TODAY)
    assert os.listdir(tmp_path) == []


def test_disk_errors_are_output_errors(tmp_path: Path) -> None:
    """An output folder that cannot be written is an `OutputError` that names it."""
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OutputError, match="out"):
        store.save(DRAFT, RUN, tmp_path / "out", today=TODAY)
    with pytest.raises(OutputError, match="out"):
        store.rebuild_index(tmp_path / "out")


def test_full_disk_leaves_the_old_draft(tmp_path: Path) -> None:
    """When there is no room for the new draft the old one stays whole."""
    folder = store.save(DRAFT, RUN, tmp_path, today=TODAY)
    before = everything(tmp_path)
    code = (
        "import resource, signal, sys\n"
        "from datetime import date\n"
        "from pathlib import Path\n"
        "from pipeline import store\n"
        "from pipeline.errors import OutputError\n"
        "from tests.sample_draft import DRAFT, RUN\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))\n"
        "try:\n"
        "    store.save(DRAFT, RUN, Path(sys.argv[1]), today=date(2026, 6, 1))\n"
        "except OutputError:\n"
        "    sys.exit(74)\n"
    )
    assert subprocess.run([sys.executable, "-B", "-c", code, str(tmp_path)], check=False).returncode == 74
    assert everything(tmp_path) == before
    assert set(os.listdir(tmp_path)) <= {folder.name, ".writing"}


def test_sweep_removes_temporary_names_only(tmp_path: Path) -> None:
    """What a killed run left under temporary names goes; drafts and the ledger stay; links are not followed."""
    folder = store.save(DRAFT, RUN, tmp_path / "out", today=TODAY)
    out = folder.parent
    (out / ".ledger").mkdir()
    (out / ".tmp-abc").mkdir()
    (out / ".tmp-abc" / "en.md").write_text("half")
    (out / ".tmp-file").write_text("half")
    (tmp_path / "precious").mkdir()
    (out / ".tmp-link").symlink_to(tmp_path / "precious")
    store.sweep(out)
    assert set(os.listdir(out)) == {folder.name, ".ledger"}
    assert (tmp_path / "precious").is_dir()


# --- finding and loading ---------------------------------------------------------------------------------------------


def test_find(tmp_path: Path) -> None:
    """A draft is found by its id, whatever its date and title; hidden folders and other ids are not it."""
    assert store.find(tmp_path / "missing", DRAFT.id) is None
    folder = store.save(DRAFT, RUN, tmp_path, today=TODAY)
    assert store.find(tmp_path, DRAFT.id) == folder
    assert store.find(tmp_path, DRAFT.id[1:]) is None
    assert store.find(tmp_path, "../x") is None
    folder.rename(tmp_path / f".tmp-{folder.name}")
    assert store.find(tmp_path, DRAFT.id) is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (to_json(DRAFT).replace('"schema_version": 1', '"schema_version": 2', 1), "schema_version 2 is newer than 1"),
        ("[]", "must hold a JSON object"),
        ("{", "is not valid JSON"),
        ("[" * 100000, "is not valid JSON"),
        (to_json(DRAFT).replace('"status": "complete"', '"status": "odd"', 1), "status: Input should be"),
    ],
    ids=["newer", "list", "cut", "deep", "value"],
)
def test_load_refuses(tmp_path: Path, content: str, message: str) -> None:
    """A newer or damaged draft is refused with the file and the reason in one line."""
    (tmp_path / "draft.json").write_text(content)
    with pytest.raises(BriefError, match=message) as caught:
        store.load(tmp_path)
    assert "draft.json" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_load_names_a_missing_file(tmp_path: Path) -> None:
    """A folder without a draft is named."""
    with pytest.raises(BriefError, match=r"draft\.json: cannot read"):
        store.load(tmp_path)


def test_edited_edition_is_read_back(tmp_path: Path) -> None:
    """A person's edit of a paragraph comes back as that paragraph, everything else as it was."""
    folder = store.save(DRAFT, REPLAYED, tmp_path, today=TODAY)
    text = (folder / "zh.md").read_text(encoding="utf-8").replace("对手", "竞争者")
    edition = parse_markdown(text, "zh").edition
    assert edition.body[2].text == ZH.body[2].text.replace("对手", "竞争者")
    assert edition.model_copy(update={"body": edition.body[:2]}) == ZH.model_copy(update={"body": ZH.body[:2]})


# --- the lists -------------------------------------------------------------------------------------------------------


def test_lists_of_drafts(tmp_path: Path) -> None:
    """Both lists hold every draft with its labels, one line a draft, sorted by folder."""
    folders = [store.save(THIN, RUN, tmp_path, today=TODAY), store.save(DRAFT, RUN, tmp_path, today=TODAY)]
    assert store.rebuild_index(tmp_path) == []
    lines = [json.loads(line) for line in (tmp_path / "drafts.jsonl").read_text().splitlines()]
    assert [line["folder"] for line in lines] == sorted(folder.name for folder in folders)
    assert lines[0]["titles"] == {"en": EN.title, "zh": ZH.title}
    assert lines[0]["findings"] == {"block": 3, "warn": 1, "info": 1}
    assert [line["status"] for line in lines] == ["complete", "thin"]
    assert all(line["ai_generated"] is True and line["AIGC"]["Label"] == "1" for line in lines)
    page = (tmp_path / "index.html").read_text()
    assert all(f"{folder.name}/review.html" in page for folder in folders)


def test_lists_are_left_alone_when_right(tmp_path: Path) -> None:
    """Lists that are right are not written again; damaged, missing or outdated ones are."""
    store.save(DRAFT, RUN, tmp_path, today=TODAY)
    store.rebuild_index(tmp_path)
    right = everything(tmp_path)
    stamps = {name: (tmp_path / name).stat().st_ino for name in ("index.html", "drafts.jsonl")}
    store.rebuild_index(tmp_path)
    assert {name: (tmp_path / name).stat().st_ino for name in stamps} == stamps
    (tmp_path / "index.html").write_text((tmp_path / "index.html").read_text().replace("Harbor", "Harbour"))
    (tmp_path / "drafts.jsonl").unlink()
    store.rebuild_index(tmp_path)
    assert everything(tmp_path) == right
    store.save(THIN, RUN, tmp_path, today=TODAY)
    store.rebuild_index(tmp_path)
    assert "Press conference" in (tmp_path / "index.html").read_text()


def test_nothing_to_do_loads_no_template_engine(tmp_path: Path) -> None:
    """Lists that are right are recognised without the template engine."""
    store.save(DRAFT, RUN, tmp_path, today=TODAY)
    store.rebuild_index(tmp_path)
    code = (
        "import sys; from pathlib import Path; from pipeline import store; out = Path(sys.argv[1]);"
        f"store.rebuild_index(out); store.is_kept(store.find(out, {DRAFT.id!r})); sys.exit('jinja2' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-B", "-c", code, str(tmp_path)], check=False).returncode == 0


def test_lists_do_not_say_how_a_draft_was_made(tmp_path: Path) -> None:
    """`draft.json` and `drafts.jsonl` are the same for recorded and for served replies."""
    lists = []
    for name, run in (("served", RUN), ("recorded", REPLAYED)):
        folder = store.save(DRAFT, run, tmp_path / name, today=TODAY)
        store.rebuild_index(tmp_path / name)
        lists.append(((folder / "draft.json").read_bytes(), (tmp_path / name / "drafts.jsonl").read_bytes()))
    assert lists[0] == lists[1]


def test_unreadable_drafts_are_named(tmp_path: Path) -> None:
    """A draft that cannot be read does not hide the others; it is returned and named on the page."""
    folder = store.save(DRAFT, RUN, tmp_path, today=TODAY)
    bad = tmp_path / "2026-01-01-broken-000000000000"
    bad.mkdir()
    (bad / "draft.json").write_text("{}")
    assert store.rebuild_index(tmp_path) == [bad.name]
    page = (tmp_path / "index.html").read_text()
    assert bad.name in page
    assert folder.name in page


def test_decision_reaches_the_lists(tmp_path: Path) -> None:
    """After an approval the lists say who reviewed the draft."""
    folder = store.save(DRAFT, RUN, tmp_path, today=TODAY)
    (folder / "decision.json").write_text(to_json(DECISION))
    store.rebuild_index(tmp_path)
    line = json.loads((tmp_path / "drafts.jsonl").read_text())
    assert line["review_status"] == "approved"
    assert "the night desk" in line["notice"]["zh"]
    assert NOTICE["en"] not in (tmp_path / "index.html").read_text()


def test_one_line_a_draft(tmp_path: Path) -> None:
    """No title breaks a line of the list, whatever a reader takes for a line end."""
    title = "a\nb\u2028c\x85d"
    store.save(titled(title), RUN, tmp_path, today=TODAY)
    store.rebuild_index(tmp_path)
    lines = (tmp_path / "drafts.jsonl").read_text().splitlines()
    assert [json.loads(line)["titles"]["en"] for line in lines] == [title]


def test_empty_folder(tmp_path: Path) -> None:
    """A folder without drafts gets an empty list and a page that names the next command."""
    assert store.rebuild_index(tmp_path / "out") == []
    assert (tmp_path / "out" / "drafts.jsonl").read_text() == ""
    assert "commentary run briefs/" in (tmp_path / "out" / "index.html").read_text()
