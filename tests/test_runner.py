"""Many briefs at once: what is done, what is left, what goes on when one fails."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from pipeline import runner, store
from pipeline.briefs import Found, Refused
from pipeline.errors import (
    BadReplyError,
    ConfigurationError,
    LockedError,
    NoMoreCalls,
    OutputError,
    UpstreamError,
)
from pipeline.files import shipped
from pipeline.llm import Reply
from pipeline.runner import Job
from pipeline.schema import Brief
from pipeline.settings import Settings
from pipeline.summary import Outcome, Summary, heaviest
from tests.fakes import BRIEF, Scripted, script

WHEN = datetime(2026, 5, 5, 12, tzinfo=UTC)


def found(brief: Brief) -> Found:
    return Found(brief, "0" * 64)


def another(number: int) -> Brief:
    """The same story with one sentence more, hence another brief."""
    return Brief(text=f"{BRIEF.text}Filed under {number}.\n", title=BRIEF.title, origin=f"{number}.md")


class PerBrief:
    """A scripted model for each brief; `scripts` changes the replies of some."""

    def __init__(self, **scripts: Any) -> None:
        self._scripts = scripts
        self.models: dict[str, Scripted] = {}

    async def complete(self, request: Any) -> Reply:
        model = self.models.setdefault(request.brief, Scripted(self._scripts.get(request.brief, script())))
        return await model.complete(request)

    @property
    def calls(self) -> int:
        return sum(len(model.requests) for model in self.models.values())


def job(out: Path, llm: Any, **more: Any) -> Job:
    @asynccontextmanager
    async def connect() -> AsyncIterator[Any]:
        yield llm

    settings = more.pop("settings", Settings(head_start=0, in_flight=3))
    return Job(out=out, settings=settings, version="0", connect=connect, now=lambda: WHEN, **more)


def go(items: Iterable[Found | Refused], job: Job) -> Summary:
    return asyncio.run(runner.run(list(items), job))


def files(out: Path) -> dict[str, bytes]:
    return {str(p.relative_to(out)): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}


def endings(summary: Summary) -> list[str]:
    return sorted(outcome.type for outcome in summary.outcomes)


def test_every_brief_gets_a_folder_and_a_line(tmp_path: Path) -> None:
    """Drafts, index and list agree."""
    summary = go([found(another(n)) for n in range(5)], job(tmp_path, PerBrief()))
    assert endings(summary) == ["draft"] * 5
    assert summary.exit_code == 0
    assert len((tmp_path / "drafts.jsonl").read_text(encoding="utf-8").splitlines()) == 5
    assert {p.name for p in next(tmp_path.glob("2026-*")).iterdir()} == {
        "draft.json",
        "en.md",
        "zh.md",
        "review.html",
        "brief.txt",
        "run.json",
    }


def test_a_second_run_makes_no_call_and_changes_no_file(tmp_path: Path) -> None:
    """Finished work is found again by id; not even the model is opened."""
    go([found(BRIEF)], job(tmp_path, PerBrief()))
    before = files(tmp_path)

    def refuse() -> Any:
        raise AssertionError("the model was opened")

    idle = job(tmp_path, None)
    idle = Job(out=idle.out, settings=idle.settings, version="0", connect=refuse, now=lambda: WHEN)
    summary = go([found(BRIEF)], idle)
    assert endings(summary) == ["skipped"]
    assert files(tmp_path) == before


def with_other_prompt(folder: Path) -> dict[str, Any]:
    text = (shipped("prompts") / "write.md").read_text(encoding="utf-8")
    (folder / "write.md").write_text(f"{text}\nMind the style.\n", encoding="utf-8")
    return {"prompts_dir": folder}


@pytest.mark.parametrize("changed", [{"model": "another-model"}, with_other_prompt], ids=["model", "prompt"])
def test_a_finished_draft_made_otherwise_is_counted_and_left_alone(tmp_path: Path, changed: Any) -> None:
    """Prompts or model have changed since: nothing is asked or written, and the summary says how many there are."""
    out = tmp_path / "out"
    go([found(BRIEF), found(another(1))], job(out, PerBrief()))
    before, llm = files(out), PerBrief()
    more = changed if isinstance(changed, dict) else changed(tmp_path)
    summary = go([found(BRIEF), found(another(1))], job(out, llm, settings=Settings(head_start=0, **more)))
    assert sum(outcome.outdated for outcome in summary.outcomes) == 2
    assert (endings(summary), llm.calls) == (["skipped", "skipped"], 0)
    assert files(out) == before


def test_a_thin_draft_that_no_model_was_asked_for_is_not_outdated(tmp_path: Path) -> None:
    """Another model would not make more of a few words."""
    thin = Brief(text="Nothing to tell 1.\n", origin="thin.md")
    go([found(thin)], job(tmp_path, PerBrief()))
    (outcome,) = go([found(thin)], job(tmp_path, PerBrief(), settings=Settings(head_start=0, model="other"))).outcomes
    assert (outcome.type, outcome.outdated) == ("skipped", False)


def test_the_same_brief_twice_is_made_once(tmp_path: Path) -> None:
    """Two names of one text are one draft."""
    llm = PerBrief()
    summary = go([found(BRIEF), found(BRIEF.model_copy(update={"origin": "other.md"}))], job(tmp_path, llm))
    assert endings(summary) == ["draft", "skipped"]
    assert llm.calls == 6


@pytest.mark.parametrize(
    ("error", "ending", "code"),
    [(UpstreamError("down"), "deferred", 75), (BadReplyError("html"), "failed", 65), (ValueError("bug"), "error", 70)],
)
def test_one_bad_brief_does_not_stop_the_others(tmp_path: Path, error: Exception, ending: str, code: int) -> None:
    """The others are written, the bad one is told of, the exit code says so."""
    bad = another(1)
    replies: dict[Any, Any] = script()
    replies["write", "", 0] = [error]
    summary = go([found(another(n)) for n in range(3)], job(tmp_path, PerBrief(**{bad.id: replies})))
    assert endings(summary) == sorted(["draft", "draft", ending])
    assert summary.exit_code == code
    assert len(list(tmp_path.glob("2026-*"))) == 2


@pytest.mark.parametrize(("heavy", "light"), list(combinations((70, 78, 74, 75, 65, 1, 0), 2)))
def test_the_code_that_weighs_most_wins(heavy: int, light: int) -> None:
    """A bug, then the set-up, the output, try again later, bad briefs, findings; in whatever order they come."""
    assert heaviest([light, heavy, light]) == heaviest([heavy, light]) == heavy


def test_what_stops_a_run_weighs_with_what_became_of_its_briefs() -> None:
    """A budget that is reached weighs more than a bad brief, a full folder more than both; what comes later and weighs
    less changes nothing."""
    summary = Summary(outcomes=[Outcome("failed", "a.txt", exit_code=65)])
    for error, code in [(NoMoreCalls("budget"), 75), (OutputError("full"), 74), (NoMoreCalls("late"), 74)]:
        summary.stop(error)
        assert summary.exit_code == code


def test_a_refused_source_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    """A refused file makes 65, a skipped one does not."""
    items: Sequence[Found | Refused] = [Refused("a.txt", "empty"), Refused(".b", "hidden", skipped=True), found(BRIEF)]
    summary = go(items, job(tmp_path, PerBrief()))
    assert endings(summary) == ["draft", "failed", "skipped"]
    assert summary.exit_code == 65


def test_a_wrong_set_up_stops_the_run_and_keeps_what_is_done(tmp_path: Path) -> None:
    """A rejected key would fail for every brief; finished drafts stay and are in the index."""
    bad = another(2)
    replies: dict[Any, Any] = script()
    replies["write", "", 0] = [ConfigurationError("key rejected")]
    one_by_one = Settings(head_start=0, in_flight=1)
    summary = go(
        [found(another(1)), found(bad), found(another(3))],
        job(tmp_path, PerBrief(**{bad.id: replies}), settings=one_by_one),
    )
    assert "key rejected" in str(summary.stopped)
    assert (summary.exit_code, summary.unfinished) == (78, 2)
    assert len(list(tmp_path.glob("2026-*"))) == 1
    assert len((tmp_path / "drafts.jsonl").read_text(encoding="utf-8").splitlines()) == 1


def test_a_parked_brief_is_not_bought_again(tmp_path: Path) -> None:
    """Its reason is recorded; the next run asks nothing; --force or another model asks again."""
    replies: dict[Any, Any] = script()
    replies["write", "", 0] = [Reply(text="", finish="refusal", model="m")]
    summary = go([found(BRIEF)], job(tmp_path, PerBrief(**{BRIEF.id: replies})))
    assert (endings(summary), summary.exit_code) == (["parked"], 65)
    record = json.loads((tmp_path / "parked" / f"{BRIEF.id}.json").read_text(encoding="utf-8"))
    assert "refused" in record["reason"]

    llm = PerBrief()
    assert endings(go([found(BRIEF)], job(tmp_path, llm))) == ["parked"]
    assert llm.calls == 0
    other = Settings(head_start=0, model="another-model")
    assert endings(go([found(BRIEF)], job(tmp_path, llm, settings=other))) == ["draft"]
    assert not (tmp_path / "parked" / f"{BRIEF.id}.json").exists()


@pytest.mark.parametrize(
    "changed",
    [
        lambda folder: {"model": "another-model"},
        lambda folder: {"base_url": "http://127.0.0.1:9/v1"},
        lambda folder: {"extra_body": {"temperature": 0}},
        lambda folder: {"structured": "prompt"},
        with_other_prompt,
    ],
    ids=["model", "endpoint", "parameters", "form", "prompt"],
)
def test_a_parked_brief_is_tried_again_when_what_is_asked_changes(tmp_path: Path, changed: Any) -> None:
    """Model, endpoint, parameters, the form of the answer or a prompt: with another of these the answer may be one."""
    refused: dict[Any, Any] = script() | {("write", "", 0): [Reply(text="", finish="refusal", model="m")]}
    go([found(BRIEF)], job(tmp_path / "out", PerBrief(**{BRIEF.id: refused})))
    assert endings(go([found(BRIEF)], job(tmp_path / "out", PerBrief()))) == ["parked"]
    settings = Settings(head_start=0, **changed(tmp_path))
    assert endings(go([found(BRIEF)], job(tmp_path / "out", PerBrief(), settings=settings))) == ["draft"]


def test_force_makes_an_untouched_draft_anew_and_leaves_an_edited_one(tmp_path: Path) -> None:
    """What a person wrote is never overwritten."""
    go([found(BRIEF)], job(tmp_path, PerBrief()))
    llm = PerBrief()
    assert endings(go([found(BRIEF)], job(tmp_path, llm, force=True))) == ["draft"]
    assert llm.calls == 6
    assert len(list(tmp_path.glob("2026-*"))) == 1

    folder = store.find(tmp_path, BRIEF.id)
    assert folder is not None
    edited = folder / "en.md"
    edited.write_text(edited.read_text(encoding="utf-8").replace("floor space", "square feet"), encoding="utf-8")
    before = files(tmp_path)
    summary = go([found(BRIEF)], job(tmp_path, llm, force=True))
    assert endings(summary) == ["skipped"]
    assert "edited" in (summary.outcomes[0].reason or "")
    assert files(tmp_path) == before


def test_a_limit_counts_new_work_and_says_what_is_left(tmp_path: Path) -> None:
    """`--limit 1` of three: one made, two left over; the next run makes the next."""
    items = [found(another(n)) for n in range(3)]
    one = Settings(head_start=0, limit=1)
    summary = go(items, job(tmp_path, PerBrief(), settings=one))
    assert (endings(summary), summary.left_over) == (["draft"], 2)
    summary = go(items, job(tmp_path, PerBrief(), settings=one))
    assert (endings(summary), summary.left_over) == (["draft", "skipped"], 1)


def test_a_held_folder_is_refused_at_once(tmp_path: Path) -> None:
    """The second run says why and does nothing."""
    with FileLock(tmp_path / ".lock"), pytest.raises(LockedError, match="another run"):
        go([found(BRIEF)], job(tmp_path, PerBrief()))


def test_a_folder_that_cannot_be_written_is_told_before_the_first_call(tmp_path: Path) -> None:
    """A file in the place of the folder costs no call."""
    (tmp_path / "out").write_text("in the way", encoding="utf-8")
    llm = PerBrief()
    with pytest.raises(OutputError, match="cannot write"):
        go([found(BRIEF)], job(tmp_path / "out", llm))
    assert llm.calls == 0


def test_a_draft_folder_of_a_newer_version_is_refused_by_name(tmp_path: Path) -> None:
    """It is told of and left alone; the others go on."""
    go([found(BRIEF)], job(tmp_path, PerBrief()))
    folder = store.find(tmp_path, BRIEF.id)
    assert folder is not None
    draft = json.loads((folder / "draft.json").read_text(encoding="utf-8"))
    (folder / "draft.json").write_text(json.dumps(draft | {"schema_version": 99}), encoding="utf-8")
    summary = go([found(BRIEF), found(another(1))], job(tmp_path, PerBrief()))
    assert endings(summary) == ["draft", "failed"]
    assert any("99" in (outcome.reason or "") for outcome in summary.outcomes)


def test_calls_are_recorded_in_run_json_only(tmp_path: Path) -> None:
    """Models, hashes and tokens are in run.json; draft.json has none of them."""
    go([found(BRIEF)], job(tmp_path, PerBrief()))
    folder = store.find(tmp_path, BRIEF.id)
    assert folder is not None
    run = store.load_run(folder)
    assert len(run.calls) == 6
    assert run.models == ("scripted",)
    assert run.source_sha256 == "0" * 64
    assert b"scripted" not in (folder / "draft.json").read_bytes()


def test_a_bug_is_told_with_its_trace(tmp_path: Path) -> None:
    """The outcome of a bug holds the trace for the report."""
    replies: dict[Any, Any] = script()
    replies["extract", "", 0] = [RuntimeError("boom")]
    (outcome,) = go([found(BRIEF)], job(tmp_path, PerBrief(**{BRIEF.id: replies}))).outcomes
    assert "boom" in (outcome.reason or "")
    assert "Traceback" in (outcome.detail or "")


def test_a_damaged_draft_is_told_of_and_not_made_again(tmp_path: Path) -> None:
    """An unreadable draft.json is not an absent draft: no second folder, no call."""
    go([found(BRIEF)], job(tmp_path, PerBrief()))
    folder = store.find(tmp_path, BRIEF.id)
    assert folder is not None
    (folder / "draft.json").write_text("{ half", encoding="utf-8")
    llm = PerBrief()
    assert endings(go([found(BRIEF)], job(tmp_path, llm))) == ["failed"]
    assert llm.calls == 0
    assert len(list(tmp_path.glob("2026-*"))) == 1
