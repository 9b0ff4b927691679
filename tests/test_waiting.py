"""Briefs whose source may have let go of them by the next run: nothing that was seen is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline import waiting
from pipeline.briefs import Found
from pipeline.errors import BadReplyError, BriefError, OutputError, Parked, UpstreamError
from pipeline.schema import Brief
from pipeline.settings import Settings
from tests.fakes import BRIEF, Scripted, script
from tests.test_cli import commentary
from tests.test_runner import WHEN, PerBrief, another, endings, files, go, job


def entry(brief: Brief) -> Found:
    return Found(brief, "0" * 64, fleeting=True)


def kept(out: Path) -> list[str | None]:
    return [item.brief.origin for item in waiting.read(out) if isinstance(item, Found)]


class Failing:
    """A model that fails for some briefs, by id."""

    def __init__(self, **errors: Exception) -> None:
        self._errors = errors
        self._model = PerBrief()

    async def complete(self, request: object) -> object:
        error = self._errors.get(request.brief)  # type: ignore[attr-defined]
        if error is not None:
            raise error
        return await self._model.complete(request)


@pytest.mark.parametrize(
    ("error", "waits"),
    [
        (UpstreamError("down"), True),
        (BadReplyError("html"), True),
        (ValueError("a bug"), True),
        (BriefError("too long for the model"), False),
    ],
    ids=["provider down", "unusable reply", "bug", "the brief itself"],
)
def test_an_entry_that_is_not_done_is_taken_up_without_its_source(
    tmp_path: Path, error: Exception, waits: bool
) -> None:
    """Deferred now, gone from its feed later: the next run makes its draft. One that cannot be used is told once."""
    bad, good = another(1), another(2)
    first = go([entry(bad), entry(good)], job(tmp_path, Failing(**{bad.id: error})))
    assert kept(tmp_path) == (["1.md"] if waits else [])
    assert first.waiting == len(kept(tmp_path))
    second = go([], job(tmp_path, PerBrief()))
    assert endings(second) == (["draft"] if waits else [])
    assert (kept(tmp_path), second.waiting) == ([], 0)
    assert not (tmp_path / waiting.NAME).exists()


def test_what_the_limit_leaves_over_waits_and_comes_first(tmp_path: Path) -> None:
    """The oldest are not pushed back for ever by what is new."""
    limited = job(tmp_path, PerBrief(), settings=Settings(head_start=0, limit=1))
    go([entry(another(n)) for n in (1, 2, 3)], limited)
    assert kept(tmp_path) == ["2.md", "3.md"]
    summary = go([entry(another(n)) for n in (4, 3)], limited)
    assert [outcome.origin for outcome in summary.outcomes] == ["2.md"]
    assert kept(tmp_path) == ["3.md", "4.md"]
    assert (summary.left_over, summary.waiting) == (2, 2)


def test_everything_is_kept_before_the_first_call(tmp_path: Path) -> None:
    """A run that is killed at its first call has lost nothing it saw; its file goes by what has a draft."""

    class Killed(BaseException):
        pass

    class Kill:
        async def complete(self, request: object) -> object:
            assert kept(tmp_path) == ["1.md", "2.md"]
            raise Killed

    with pytest.raises(Killed):
        go([entry(another(1)), entry(another(2))], job(tmp_path, Kill()))
    before = (tmp_path / waiting.NAME).read_bytes()
    go([], job(tmp_path, PerBrief()))
    (tmp_path / waiting.NAME).write_bytes(before)  # as if killed before its last line
    assert endings(go([], job(tmp_path, PerBrief()))) == []
    assert kept(tmp_path) == []


def test_a_changed_entry_replaces_the_one_that_waits(tmp_path: Path) -> None:
    """A text its feed has corrected is not bought."""
    old, new = (Brief(text=f"{BRIEF.text}{word}.\n", origin="tag:a,2026:1") for word in ("Old", "New"))
    go([entry(old)], job(tmp_path, Failing(**{old.id: UpstreamError("down")})))
    summary = go([entry(new)], job(tmp_path, PerBrief()))
    assert [outcome.id for outcome in summary.outcomes] == [new.id]
    assert kept(tmp_path) == []


def test_a_parked_one_waits_in_silence_for_other_inputs(tmp_path: Path) -> None:
    """Gone from its feed it is not told of at every run, and made again with another model or `--force`."""
    go([entry(BRIEF)], job(tmp_path, Failing(**{BRIEF.id: Parked("refused")})))
    assert kept(tmp_path) == ["harbor.md"]
    before = files(tmp_path)
    idle = go([], job(tmp_path, PerBrief()))
    assert (endings(idle), idle.exit_code, idle.waiting) == ([], 0, 0)
    assert files(tmp_path) == before
    told = go([entry(BRIEF)], job(tmp_path, PerBrief()))
    assert (endings(told), told.exit_code) == (["parked"], 65)
    other = job(tmp_path, PerBrief(), settings=Settings(head_start=0, model="another"))
    assert endings(go([], other)) == ["draft"]
    assert kept(tmp_path) == []


def test_force_makes_no_draft_anew_that_is_not_asked_for(tmp_path: Path) -> None:
    """A line left by a killed run whose brief has its draft is only dropped."""
    go([entry(BRIEF)], job(tmp_path, PerBrief()))
    waiting.keep(tmp_path, [entry(BRIEF)], now=WHEN)
    assert endings(go([], job(tmp_path, Scripted({}), force=True))) == []
    assert kept(tmp_path) == []


def test_briefs_in_files_do_not_wait(tmp_path: Path) -> None:
    """Their files are there the next time, or were removed on purpose."""
    brief = another(1)
    go([Found(brief, "0" * 64)], job(tmp_path, Failing(**{brief.id: UpstreamError("down")})))
    assert kept(tmp_path) == []


def test_a_damaged_line_is_told_and_the_others_stay(tmp_path: Path) -> None:
    """One flipped letter breaks the id of that brief alone; the reason is said once."""
    waiting.keep(tmp_path, [entry(another(1)), entry(another(2))], now=WHEN)
    path = tmp_path / waiting.NAME
    path.write_bytes(path.read_bytes().replace(b"under 1", b"under 9") + b"[" * 100_000 + b"\n\xff\n")
    summary = go([], job(tmp_path, PerBrief()))
    assert endings(summary) == ["draft", "failed", "failed", "failed"]
    assert summary.exit_code == 65
    assert endings(go([], job(tmp_path, Scripted(script())))) == []


def test_a_file_that_cannot_be_read_is_left_alone(tmp_path: Path) -> None:
    """Nothing is thrown away because of it; the run stops and says why."""
    (tmp_path / waiting.NAME).mkdir()
    summary = go([entry(BRIEF)], job(tmp_path, PerBrief()))
    assert isinstance(summary.stopped, OutputError)
    assert (tmp_path / waiting.NAME).is_dir()


def test_what_waits_too_long_is_dropped_on_request(tmp_path: Path) -> None:
    """By the day it was first kept, which a later run does not renew; `--dry-run` only counts."""
    out = tmp_path / "out"
    now = datetime.now(UTC)
    waiting.keep(out, [entry(another(1))], now=now - timedelta(days=91))
    waiting.keep(out, [entry(another(1)), entry(another(2))], now=now - timedelta(days=2))
    for arguments, said, left in (
        (["--days", "90", "--dry-run"], "0 replies and 1 waiting brief of 90 days and older would be removed", 2),
        (["--days", "90"], "0 replies and 1 waiting brief of 90 days and older removed", 1),
        (["--days", "0"], "1 waiting brief", 0),
    ):
        result = commentary("prune", "--out", "out", *arguments, cwd=tmp_path)
        assert (result.returncode, said in result.stdout) == (0, True), result.stdout + result.stderr
        assert len(kept(out)) == left
