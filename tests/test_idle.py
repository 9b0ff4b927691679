"""A run with nothing to do leaves a note, and the next one says the same from it; whatever has changed is looked at."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.cli.idle import NAME, Note
from tests.conftest import ROOT
from tests.test_cli import commentary, loaded_by

RUN = ("run", "inbox", "--out", "out")
OPTIONS = {"sources": ("inbox",), "out": "out", "quiet": False} | dict.fromkeys(
    ("force", "dry_run", "replay", "record", "log_file", "as_json")
)


def age(folder: Path, seconds: float = 300) -> None:
    """As if all in it had been written so long ago."""
    when = time.time() - seconds
    for path in (folder, *folder.rglob("*")):
        os.utime(path, (when, when), follow_symlinks=False)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a brief, a finished draft and the note of a run that had nothing to do."""
    monkeypatch.chdir(tmp_path)
    for name in ("inbox/brief.txt", "out/2026-draft-0123/draft.json", "out/index.html", "prompts/write.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("as it was", encoding="utf-8")
    age(tmp_path)
    leave_a_note()
    return tmp_path


def leave_a_note(**changes: object) -> None:
    note = Note(OPTIONS | changes, {})
    note.begin(["prompts", "commentary.toml"])
    note.keep(["1 skipped"])


def recalled(environment: dict[str, str] | None = None, **changes: object) -> list[str] | None:
    return Note(OPTIONS | changes, environment or {}).recall()


def test_what_was_said_is_said_again(place: Path) -> None:
    """While nothing has changed, the note gives the lines; locks and the ledger of the output folder are no change."""
    assert recalled() == ["1 skipped"]
    for name in (".lock", ".writing", ".ledger/reply.json"):
        (place / "out" / name).parent.mkdir(exist_ok=True)
        (place / "out" / name).touch()
    assert recalled(environment={"PATH": "/bin"}) == ["1 skipped"]


def rewritten(place: Path) -> None:
    """The same length and the same time: only the times of the system tell."""
    path = place / "inbox" / "brief.txt"
    before = path.stat()
    path.write_text("As it was", encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES: dict[str, Callable[[Path], object]] = {
    "a new brief": lambda place: (place / "inbox" / "new.txt").write_text("new", encoding="utf-8"),
    "a brief edited to the same length": rewritten,
    "a brief removed": lambda place: (place / "inbox" / "brief.txt").unlink(),
    "a draft removed": lambda place: (place / "out" / "2026-draft-0123" / "draft.json").unlink(),
    "a decision": lambda place: (place / "out" / "2026-draft-0123" / "decision.json").touch(),
    "an index removed": lambda place: (place / "out" / "index.html").unlink(),
    "the remains of a killed run": lambda place: (place / "out" / ".tmp-draft").mkdir(),
    "a prompt edited": lambda place: (place / "prompts" / "write.md").write_text("new", encoding="utf-8"),
    "settings": lambda place: (place / "commentary.toml").touch(),
    "a note cut short": lambda place: (place / "out" / NAME).write_text('{"state": "', encoding="utf-8"),
    "a note of another kind": lambda place: (place / "out" / NAME).write_text("[1]", encoding="utf-8"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_is_looked_at(place: Path, change: Callable[[Path], object]) -> None:
    """After any change to briefs, drafts, prompts or settings there is nothing to recall, however old it looks."""
    change(place)
    age(place)
    assert recalled() is None


def test_another_command_is_another_run(place: Path) -> None:
    """Other options, variables or another folder to work in: nothing is recalled."""
    assert recalled(sources=("inbox", "prompts")) is None
    assert recalled(quiet=True) is None
    assert recalled(environment={"COMMENTARY_MODEL": "m"}) is None
    assert recalled(environment={"OPENAI_BASE_URL": "https://model.example/v1"}) is None
    os.chdir(place / "inbox")
    assert Note(OPTIONS | {"sources": (str(place / "inbox"),), "out": str(place / "out")}, {}).recall() is None


@pytest.mark.parametrize(
    "changes",
    [{name: True} for name in ("force", "dry_run", "replay", "record", "log_file", "as_json")]
    + [{"sources": sources} for sources in (("-",), ("https://news.example/feed",))],
    ids=str,
)
def test_some_runs_leave_no_note(place: Path, changes: dict[str, object]) -> None:
    """What asks anew, tells more, or reads what has no times is never said from a note."""
    (place / "out" / NAME).unlink()
    leave_a_note(**changes)
    assert not (place / "out" / NAME).exists()


def test_what_was_written_just_now_leaves_no_note(place: Path) -> None:
    """A brief may still be being written, a minute long; then the next run looks for itself."""
    (place / "out" / NAME).unlink()
    (place / "inbox" / "brief.json").write_text('{"text": "not yet', encoding="utf-8")
    leave_a_note()
    assert not (place / "out" / NAME).exists()


def test_a_change_during_the_run_leaves_no_note(place: Path) -> None:
    """What changed after it was looked at would be missed."""
    (place / "out" / NAME).unlink()
    note = Note(OPTIONS, {})
    note.begin(["prompts"])
    (place / "inbox" / "brief.txt").unlink()
    note.keep(["1 skipped"])
    assert not (place / "out" / NAME).exists()


def test_the_command_uses_its_note(tmp_path: Path) -> None:
    """The third run says what the second did, without loading pydantic; an edit between brings the work back."""
    briefs = ROOT / "fixtures" / "demo" / "briefs" / "chip-talks.md"
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "talks.md").write_bytes(briefs.read_bytes())
    replay = ("--replay", ROOT / "fixtures" / "demo" / "replies")
    assert commentary(*RUN, *replay, cwd=tmp_path).returncode == 0
    age(tmp_path)
    second = commentary(*RUN, cwd=tmp_path)
    assert (tmp_path / "out" / NAME).exists()
    third = commentary(*RUN, cwd=tmp_path)
    assert (third.returncode, third.stdout, third.stderr) == (0, second.stdout, second.stderr)
    assert third.stdout == "skipped  talks.md: finished before\n1 skipped\n"

    code = f"from pipeline.cli import _run\n_run({list(RUN)!r})"
    loaded_by(code, tmp_path)  # with the variables of this process
    loaded_by(code, tmp_path)
    assert loaded_by(code, tmp_path) == set()

    (tmp_path / "inbox" / "talks.md").write_text("No news.\n", encoding="utf-8")
    age(tmp_path)
    assert commentary(*RUN, cwd=tmp_path, OPENAI_API_KEY="x").stdout.startswith("thin     talks.md -> out")
