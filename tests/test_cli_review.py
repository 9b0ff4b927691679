"""`commentary review`: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from pipeline import review, store
from pipeline.schema import Decision
from tests.conftest import ROOT
from tests.sample_draft import DRAFT, RUN, THIN
from tests.test_cli import commentary

TODAY = date(2026, 5, 12)
BLOCKING = [finding.id for finding in DRAFT.report.blocking]
WAIVE = [word for id in BLOCKING for word in ("--waive", f"{id}=checked = twice")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sample draft in `out`, below the folder the commands run in."""
    folder = store.save(DRAFT, RUN, tmp_path / "out", today=TODAY)
    store.rebuild_index(tmp_path / "out")
    return folder


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`commentary review` beside the output folder."""
    return commentary("review", *arguments, cwd=folder.parent.parent)


def decision(folder: Path) -> Decision:
    """The decision on record."""
    found = store.load_decision(folder)
    assert found is not None
    return found


def test_list(folder: Path) -> None:
    """One line a draft: standing, folder, what is open, title; the same as JSON."""
    thin = store.save(THIN, RUN, folder.parent, today=TODAY)
    listed = run(folder, "list")
    assert (listed.returncode, listed.stderr) == (0, "")
    assert listed.stdout.splitlines() == [
        f"unreviewed {folder.name} [3 block, 1 warn] {DRAFT.en.title}",  # type: ignore[union-attr]
        f"unreviewed {thin.name} [thin] {THIN.brief.title}",
    ]
    rows = json.loads(run(folder, "list", "out", "--json").stdout)
    assert (rows["schema_version"], rows["unreadable"]) == (1, [])
    assert [row["id"] for row in rows["drafts"]] == [DRAFT.id, THIN.id]
    assert rows["drafts"][0]["blocking_open"] == 3
    assert rows["drafts"][0]["content_sha256"] == DRAFT.content_sha256


def test_list_says_what_a_reviewer_must_know(folder: Path) -> None:
    """Who decided, that the text has changed since, and what to do next."""
    run(folder, "approve", DRAFT.id, "--reviewer", "Ann", *WAIVE)
    assert "[1 warn, 3 waived; approved by Ann on 20" in run(folder, "list").stdout
    path = folder / "en.md"
    path.write_text(path.read_text().replace("change of trade", "change of business"))
    edited = run(folder, "list").stdout
    assert edited.startswith("void ")
    assert "en.md edited, not checked yet: commentary review rebuild" in edited
    run(folder, "rebuild", DRAFT.id)
    assert "the text has changed since; edited by a person]" in run(folder, "list").stdout


def test_list_names_what_cannot_be_read(folder: Path) -> None:
    """A damaged draft does not hide the others."""
    bad = folder.parent / "2026-01-01-bad-000000000000"
    bad.mkdir()
    (bad / "draft.json").write_text("{}")
    listed = run(folder, "list")
    assert listed.returncode == 65
    assert listed.stdout.count("\n") == 1
    assert bad.name in listed.stderr
    assert len(json.loads(run(folder, "list", "--json").stdout)["unreadable"]) == 1


def test_empty_folder_and_none(tmp_path: Path) -> None:
    """An empty folder names the next command; a missing one is a usage error."""
    (tmp_path / "out").mkdir()
    assert "commentary run BRIEFS --out out" in commentary("review", "list", cwd=tmp_path).stdout
    assert commentary("review", "list", "nowhere", cwd=tmp_path).returncode == 2


def test_show(folder: Path) -> None:
    """Findings with the ids that waivers need, the text's hash, and the record."""
    run(folder, "approve", DRAFT.id, "--reviewer", "Ann", "--note", "a\nb", *WAIVE)
    run(folder, "reopen", DRAFT.id, "--reviewer", "Bo")
    shown = run(folder, "show", DRAFT.id).stdout
    assert f"text {DRAFT.content_sha256}" in shown
    for id in BLOCKING:
        assert f"\n{id} block " in shown
    assert shown.count("(waived: checked = twice)") == 3
    assert "approved by Ann: a\\nb\n" in shown
    assert shown.splitlines()[-1].endswith("reopened by Bo")
    document = json.loads(run(folder, "show", str(folder), "--json").stdout)
    assert document["decision"]["status"] == "reopened"
    assert document["decision"]["earlier"][0]["reviewer"] == "Ann"
    assert [finding["waiver"] for finding in document["findings"]].count("checked = twice") == 3


def test_approve_from_a_shell(folder: Path) -> None:
    """The line a page offers, with quotes, dollar signs and line ends in it, decides as it says."""
    name, note = 'Ann "the $HOME" O\'Hara', "50% of `x`; $(touch pwned)"
    line = shlex.join([
        "review", "approve", str(folder), "--reviewer", name, "--note", note, *WAIVE,
        "--content", DRAFT.content_sha256[:12],
    ])  # fmt: skip
    done = commentary(*shlex.split(line), cwd=folder.parent.parent)
    assert done.returncode == 0
    assert done.stdout.startswith(f"approved   {folder.name} by {name} on ")
    assert done.stdout.endswith(", 3 findings waived\n")
    found = decision(folder)
    assert (found.reviewer, found.note, len(found.waivers)) == (name, note, 3)
    assert found.waivers[0].note == "checked = twice"
    assert found.at[10] == "T"
    assert not list(folder.parent.parent.rglob("pwned"))


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["approve", DRAFT.id, "--reviewer", "Ann"], 65, "3 blocking findings are open"),
        (["approve", DRAFT.id, "--reviewer", " ", *WAIVE], 65, "reviewer's name"),
        (["approve", DRAFT.id, "--reviewer", "A", *WAIVE, "--content", "0" * 12], 65, "the text has changed"),
        (["approve", DRAFT.id, "--reviewer", "A", "--waive", "x"], 2, "ID=NOTE"),
        (["approve", DRAFT.id, "--reviewer", "A", "--waive", "x= "], 2, "ID=NOTE"),
        (["approve", DRAFT.id], 2, "--reviewer"),
        (["reject", DRAFT.id, "--reviewer", "A"], 2, "--note"),
        (["reject", DRAFT.id, "--reviewer", "A", "--note", " "], 65, "says why"),
        (["reopen", DRAFT.id, "--reviewer", "A"], 65, "no decision to take back"),
        (["approve", "nothing", "--reviewer", "A"], 2, "no such draft in out, out/demo and here"),
        (["approve", DRAFT.id, "--reviewer", "A", "--out", "nowhere"], 2, "no such folder"),
        (["rebuild", "nothing"], 2, "no such draft"),
        (["apply", "nothing.json"], 65, "nothing.json: cannot read"),
    ],
)
def test_what_is_refused(folder: Path, arguments: list[str], code: int, said: str) -> None:
    """A refusal is one line that says why, and decides nothing."""
    done = run(folder, *arguments)
    assert done.returncode == code
    assert said in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert store.load_decision(folder) is None


def test_a_draft_in_two_places_is_not_guessed(folder: Path) -> None:
    """An id that two folders hold is a usage error that names both."""
    other = store.save(DRAFT, RUN, folder.parent / "demo", today=TODAY)
    done = run(folder, "show", DRAFT.id)
    assert done.returncode == 2
    assert str(other) in done.stderr


def test_apply_goes_on_after_a_bad_file(folder: Path, tmp_path: Path) -> None:
    """Of several files each is taken in or named; the code says that one was not."""
    waivers = [{"finding_id": id, "note": "known"} for id in BLOCKING]
    made = {
        "draft_id": DRAFT.id, "status": "approved", "reviewer": "Ann", "at": "2026-05-13T09:30:00Z", "note": "",
        "waivers": waivers, "content_sha256": DRAFT.content_sha256,
    }  # fmt: skip
    (tmp_path / "bad.json").write_text("{")
    (tmp_path / "decision (1).json").write_text(json.dumps(made))
    done = run(folder, "apply", "bad.json", "decision (1).json")
    assert done.returncode == 65
    assert done.stdout.startswith(f"approved   {folder.name} by Ann on 2026-05-13T09:30:00+00:00")
    assert done.stderr.count("\n") == 1
    assert decision(folder).reviewer == "Ann"


def test_rebuild_shows_the_differences(folder: Path) -> None:
    """Words in English, characters in Chinese; the approval is said to be void; a second time nothing is left."""
    run(folder, "approve", DRAFT.id, "--reviewer", "Ann", *WAIVE)
    for name, old, new in (("en.md", "400 gigawatts", "400 megawatts"), ("zh.md", "换了一个行当", "换了一门生意")):
        path = folder / name
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    done = run(folder, "rebuild", "out")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"void       {folder.name} ")
    assert lines[0].endswith("; the approval by Ann is void")
    assert "400 [-gigawatts-]{+megawatts+}." in lines[1]
    assert "[-个行当-]{+门生意+}" in lines[2]
    assert run(folder, "rebuild", DRAFT.id).stdout == f"unchanged  {folder.name}\n"
    assert json.loads((folder.parent / "drafts.jsonl").read_text())["review_status"] == "void"


def test_rebuild_of_a_folder_makes_its_lists(folder: Path) -> None:
    """Also where there were none: drafts that were copied there become a work queue."""
    for name in ("index.html", "drafts.jsonl"):
        (folder.parent / name).unlink()
    assert run(folder, "rebuild", DRAFT.id).returncode == 0
    assert not (folder.parent / "index.html").exists()
    assert run(folder, "rebuild", "out").returncode == 0
    assert folder.name in (folder.parent / "index.html").read_text()
    assert json.loads((folder.parent / "drafts.jsonl").read_text())["id"] == DRAFT.id


def test_rebuild_goes_on_after_a_bad_draft(folder: Path) -> None:
    """An edition that cannot be read back is named; the other drafts are rebuilt."""
    thin = store.save(THIN, RUN, folder.parent, today=TODAY)
    (folder / "en.md").write_text("---\n")
    done = run(folder, "rebuild", "out")
    assert done.returncode == 65
    assert done.stdout == f"unchanged  {thin.name}\n"
    assert "en.md: line 1" in done.stderr
    assert (folder / "en.md").read_text() == "---\n"


DEMO = ROOT / "fixtures" / "demo"


def test_a_run_leaves_decided_and_edited_drafts_alone(tmp_path: Path) -> None:
    """`run --force` writes nothing over an edit that was taken in, nor over a decision, and says so."""
    brief = "nvidia-q1-fy2026.md"
    make = ["run", DEMO / "briefs" / brief, "--out", "out", "--replay", DEMO / "replies", "--force"]
    assert commentary(*make, cwd=tmp_path).returncode == 0
    folder = next(store.draft_folders(tmp_path / "out"))
    draft = store.load(folder)
    review.edit(folder, "zh", "title", "人写的标题", seen=draft.content_sha256)
    for _ in range(2):
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        again = commentary(*make, cwd=tmp_path)
        assert again.returncode == 0
        assert "--force leaves it alone" in again.stdout
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
        assert commentary("review", "reject", folder, "--reviewer", "A", "--note", "x", cwd=tmp_path).returncode == 0
    assert len(list(store.draft_folders(tmp_path / "out"))) == 1


def test_a_changed_brief_makes_a_revision_beside(tmp_path: Path) -> None:
    """The decided draft stays as it was; the new one stands beside it, and the list says which is newer."""
    briefs = tmp_path / "briefs"
    briefs.mkdir()
    (briefs / "a.txt").write_text("Chip talks were held on Monday.")
    assert commentary("run", "briefs", "--out", "out", "--replay", DEMO / "replies", cwd=tmp_path).returncode == 0
    folder = next(store.draft_folders(tmp_path / "out"))
    commentary("review", "reject", folder, "--reviewer", "A", "--note", "too thin", cwd=tmp_path)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    time.sleep(1.1)  # runs are told apart by the second they began in
    (briefs / "a.txt").write_text("Chip talks were held on Tuesday.")
    assert commentary("run", "briefs", "--out", "out", "--replay", DEMO / "replies", cwd=tmp_path).returncode == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    (newer,) = [other.name for other in store.draft_folders(tmp_path / "out") if other.name != folder.name]
    listed = commentary("review", "list", cwd=tmp_path).stdout.splitlines()
    assert len(listed) == 2
    (old,) = [line for line in listed if line.startswith("rejected")]
    assert f"its brief has changed: {newer} is newer" in old


def test_help_is_light(tmp_path: Path) -> None:
    """The help of every command here loads neither pydantic nor the checker, jinja2 or the server."""
    heavy = {"pydantic", "jinja2", "starlette", "uvicorn", "pipeline.checker", "openai", "rich"}
    code = (
        "import sys; from click.testing import CliRunner; from pipeline.cli import commentary\n"
        "for command in (['review', '--help'], ['review', 'serve', '--help'], ['export', '--help']):\n"
        "    assert CliRunner().invoke(commentary, command).exit_code == 0\n"
        f"loaded = {heavy} & set(sys.modules)\n"
        "sys.exit(str(loaded) if loaded else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
