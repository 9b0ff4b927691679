"""Many briefs at once: the folder lock, what is done already, concurrency, what stops a run.

Lives here: everything about a run that is not about one draft. It knows briefs, a model and `flow.produce`; how a model
is reached (`connect`), the clock and the printing come in as arguments. Imports layers 0 to 3.
"""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from pipeline import parked, prompts, store, waiting
from pipeline.briefs import Found, Refused
from pipeline.errors import (
    BadReplyError,
    BriefError,
    ConfigurationError,
    NoMoreCalls,
    OutputError,
    Parked,
    PipelineError,
    UpstreamError,
)
from pipeline.files import atomic_write, to_the_end
from pipeline.llm import LLM, Metered, Price, Request
from pipeline.schema import Brief, Draft, Run, Severity, canonical_json, sha256
from pipeline.settings import Settings
from pipeline.summary import Ending, Outcome, Summary
from pipeline.urls import public_url

Connect = Callable[[], AbstractAsyncContextManager[LLM]]
"""Opens the model for a run; called only when there is work, so an idle run needs no key and loads no client."""


@dataclass(frozen=True, slots=True)
class Job:
    """How a run is made; the same for all its briefs."""

    out: Path
    settings: Settings
    version: str
    connect: Connect
    now: Callable[[], datetime]
    price: Price = lambda reply: None
    force: bool = False
    lock_wait: float = 0.0
    recorded: bool = False
    on_todo: Callable[[int], None] = lambda count: None
    """Told how many briefs are to be worked on, before the first call."""
    on_outcome: Callable[[Outcome], None] = lambda outcome: None
    on_step: Callable[[Brief, Request], None] = lambda brief, request: None

    def inputs_sha256(self, brief: Brief) -> str:
        """Hash of all that decides what a model is asked about a brief: a parked one is tried again when it changes."""
        loaded = [prompts.load(name, self.settings.prompts_dir).sha256 for name in prompts.NAMES]
        settings = self.settings
        asked = [settings.model, settings.base_url, settings.structured, settings.limit_field, settings.extra_body]
        return sha256(canonical_json([brief.id, *asked, loaded]))


async def run(items: Iterable[Found | Refused], job: Job, summary: Summary | None = None) -> Summary:
    """Make a draft of every brief that has none yet. One bad brief never stops the others.

    What would fail every brief stops the run and is `stopped` of the summary: a set-up the provider refuses, a folder
    that cannot be written any more, a budget that is reached. `summary` is filled as the run goes, for callers who may
    interrupt it. Raises `LockedError` when another run holds the folder, `OutputError` when it cannot be used at all.
    """
    started = time.monotonic()
    summary = summary or Summary()
    try:
        with locked(job.out, job.lock_wait):
            try:
                todo, fleeting = _todo(items, job, summary)
                try:
                    await _work(todo, job, summary)
                except (ConfigurationError, OutputError) as error:
                    summary.stop(error)
                _keep_the_rest(fleeting, job, summary)
            except (ConfigurationError, OutputError) as error:
                summary.stop(error)
            try:
                store.rebuild_index(job.out)
            except OutputError as error:
                summary.stop(error)
    finally:
        summary.seconds = time.monotonic() - started
    return summary


@contextmanager
def locked(out: Path, wait: float) -> Iterator[None]:
    """Hold the folder for a run, without what an earlier one left half done."""
    with store.held(
        out / ".lock", wait, f"{out}: another run is at work here. Wait for it, or use --lock-wait SECONDS."
    ):
        store.sweep(out)
        yield


# --- what there is to do ---------------------------------------------------------------------------------------------


class Sorted(NamedTuple):
    """The briefs to work on, and those to keep whatever becomes of this run."""

    todo: list[Found]
    fleeting: list[Found]


def sorted_out(items: Iterable[Found | Refused], job: Job, summary: Summary) -> Sorted:
    """The briefs to work on, those that waited since an earlier run first; the others are told of at once."""

    def end(outcome: Outcome) -> None:
        summary.outcomes.append(outcome)
        job.on_outcome(outcome)

    found: dict[str, Found] = {}
    settled: dict[str, Outcome | None] = {}
    for item in items:
        if isinstance(item, Refused):
            end(_refused(item))
        elif (id := item.brief.id) in found:
            first = found[id].brief.origin or "standard input"
            end(_told(item.brief, "skipped", reason=f"the same brief as {first}"))
        else:
            found[id], outcome = item, _settled(item.brief, job)
            settled[id] = outcome
            if outcome is not None:
                end(outcome)

    waited: dict[str, Found] = {}
    replaced = {item.brief.origin for item in found.values() if item.fleeting and item.brief.origin}
    for item in waiting.read(job.out):
        if isinstance(item, Refused):
            end(_refused(item))
        elif (id := item.brief.id) in found:
            waited[id] = found[id]
        elif item.brief.origin not in replaced and store.find(job.out, id) is None:
            waited[id], settled[id] = item, _settled(item.brief, job)  # a parked one was told of when it was parked
    every = (waited | found).values()
    todo = [item for item in every if settled[item.brief.id] is None]
    return Sorted(todo, [item for item in every if item.fleeting and not _has_draft(settled[item.brief.id])])


def _has_draft(settled: Outcome | None) -> bool:
    return settled is not None and settled.folder is not None


def _todo(items: Iterable[Found | Refused], job: Job, summary: Summary) -> Sorted:
    """The briefs to work on now, as many as the limit allows. What may be gone by the next run is kept first."""
    todo, fleeting = sorted_out(items, job, summary)
    waiting.keep(job.out, fleeting, now=job.now())
    summary.left_over = max(0, len(todo) - (job.settings.limit or len(todo)))
    return Sorted(todo[: job.settings.limit], fleeting)


def _keep_the_rest(fleeting: list[Found], job: Job, summary: Summary) -> None:
    """Keep what may be gone by the next run and is not done; a parked one silently, until its inputs change."""
    done = {outcome.id for outcome in summary.outcomes if not outcome.later and (outcome.folder or outcome.exit_code)}
    rest = [found for found in fleeting if found.brief.id not in done]
    waiting.keep(job.out, rest, now=job.now())
    summary.waiting = sum(1 for found in rest if not parked.is_parked(job.out, found.brief.id))


def _refused(item: Refused) -> Outcome:
    if item.temporary:
        return Outcome("deferred", item.origin, reason=item.reason, exit_code=UpstreamError.exit_code)
    code = 0 if item.skipped else BriefError.exit_code
    return Outcome("skipped" if item.skipped else "failed", item.origin, reason=item.reason, exit_code=code)


def _settled(brief: Brief, job: Job) -> Outcome | None:
    """The outcome of a brief that needs no work: finished or parked before."""
    folder = store.find(job.out, brief.id)
    if folder is not None:
        if not job.force:
            return _finished(brief, folder, job, "finished before")
        if store.is_kept(folder):
            return _finished(brief, folder, job, "edited or decided by a person, --force leaves it alone")
    reason = None if job.force else parked.why(job.out, brief.id, inputs=job.inputs_sha256(brief))
    if reason is not None:
        return _told(brief, "parked", reason=f"parked before: {reason}", exit_code=Parked.exit_code, later=True)
    return None


def _finished(brief: Brief, folder: Path, job: Job, reason: str) -> Outcome:
    try:
        draft = store.load(folder)
    except BriefError as error:
        return _told(brief, "failed", folder=folder, reason=str(error), exit_code=error.exit_code)
    more = {"title": _title(draft), "findings": _severities(draft), "outdated": _is_outdated(folder, job)}
    return _told(brief, "skipped", folder=folder, reason=reason, **more)


def _is_outdated(folder: Path, job: Job) -> bool:
    """Whether a draft was made with other prompts or another model than now; no, where none was asked or it is not
    known."""
    try:
        run = store.load_run(folder)
    except BriefError:
        return False
    loaded = {name: prompts.load(name, job.settings.prompts_dir).sha256 for name in prompts.NAMES}
    asked = bool(run.calls) and not run.replayed
    return asked and (run.prompts_sha256 != loaded or run.settings.get("model") != job.settings.model)


def _told(brief: Brief, type: Ending, **more: Any) -> Outcome:
    return Outcome(type, brief.origin, brief.id, **more)


# --- the work --------------------------------------------------------------------------------------------------------


async def _work(todo: list[Found], job: Job, summary: Summary) -> None:
    job.on_todo(len(todo))
    if not todo:
        return
    summary.unfinished = len(todo)
    _check_room(job.out)
    async with job.connect() as llm:
        loading = asyncio.create_task(_load_what_comes_later())
        try:
            await _all(todo, llm, job, summary)
        finally:
            loading.cancel()
            await asyncio.wait({loading})


async def _load_what_comes_later() -> None:
    """Load the checker and the page while the first replies are on their way: that takes longer than all that comes
    before the first questions, which are asked first."""
    await asyncio.sleep(FIRST_QUESTIONS)
    for module in ("pipeline.checker", "pipeline.render.page"):
        await asyncio.to_thread(import_module, module)


FIRST_QUESTIONS = 0.2
"""Seconds in which the first questions are sent."""


def _check_room(out: Path) -> None:
    """Fail before the first call where a draft could not be written after it."""
    probe = out / ".tmp-probe"
    atomic_write(probe, bytes(ROOM))
    probe.unlink()


ROOM = 1 << 18
"""Bytes: what a draft's folder takes, and the ledger's records of its calls."""


async def _all(todo: list[Found], llm: LLM, job: Job, summary: Summary) -> None:
    """Work on all briefs, half as many more at once as calls may be in flight: while some are checked and written the
    calls of others fill their places. The first fatal error ends all."""
    queue = iter(todo)

    async def work() -> None:
        for found in queue:
            outcome = await _one(found, llm, job, summary)
            summary.outcomes.append(outcome)
            summary.unfinished -= 1
            job.on_outcome(outcome)
            if summary.stopped:
                return

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(job.settings.in_flight * 3 // 2, len(todo))):
                group.create_task(work())
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None


async def _one(found: Found, llm: LLM, job: Job, summary: Summary) -> Outcome:
    from pipeline.flow import produce  # here, since a run with nothing to do needs no checker

    brief = found.brief
    metered = Metered(llm, price=job.price, progress=lambda request: job.on_step(brief, request))
    started, begun = job.now(), time.monotonic()
    try:
        draft = await produce(brief, llm=metered, settings=job.settings)
        record = _record(found, metered, job, started, time.monotonic() - begun)
        folder = await to_the_end(partial(store.save, draft, record, job.out, today=started.date()))
        parked.release(job.out, brief.id)
    except (ConfigurationError, OutputError):
        raise
    except Parked as error:
        parked.park(job.out, brief, str(error), inputs=job.inputs_sha256(brief), at=job.now())
        return _told(brief, "parked", reason=str(error), exit_code=error.exit_code, later=True)
    except NoMoreCalls as error:
        summary.stop(error)
        return _told(brief, "deferred", reason=str(error), exit_code=error.exit_code, later=True)
    except UpstreamError as error:
        ending: Ending = "failed" if isinstance(error, BadReplyError) else "deferred"
        return _told(brief, ending, reason=str(error), exit_code=error.exit_code, later=True)
    except PipelineError as error:
        return _told(brief, "failed", reason=str(error), exit_code=error.exit_code)
    except Exception as error:
        reason = f"a bug in this program: {type(error).__name__}: {error}"
        return _told(brief, "error", reason=reason, exit_code=70, later=True, detail=traceback.format_exc())
    finally:
        summary.calls.extend(metered.calls)
        summary.failed_requests += metered.failed_requests
    ending = "thin" if draft.status == "thin" else "draft"
    findings = _severities(draft)
    told = draft.thin_reason or _about_recordings(record)
    return _told(brief, ending, folder=folder, title=_title(draft), reason=told, findings=findings)


def _about_recordings(run: Run) -> str | None:
    """What a reader must know of the recordings a draft was made from."""
    told = []
    if run.edited_recordings:
        told.append(f"{len(run.edited_recordings)} of its recorded replies were edited")
    if run.stale_recordings:
        told.append(f"the prompt of {len(run.stale_recordings)} recorded replies has changed since")
    return "; ".join(told) or None


def _record(found: Found, metered: Metered, job: Job, started: datetime, seconds: float) -> Run:
    """What differs from run to run, and how the draft was made."""
    loaded = [prompts.load(name, job.settings.prompts_dir) for name in prompts.NAMES]
    shown = ("model", "repair_rounds", "spacing", "producer")
    base_url = job.settings.base_url and public_url(job.settings.base_url)
    return Run(
        version=job.version,
        models=tuple(sorted({call.model for call in metered.calls})),
        prompts={prompt.name: prompt.version for prompt in loaded},
        prompts_sha256={prompt.name: prompt.sha256 for prompt in loaded},
        settings={"base_url": base_url} | {name: str(getattr(job.settings, name)) for name in shown},
        source_sha256=found.source_sha256,
        replayed=job.recorded,
        stale_recordings=tuple(sorted(metered.stale)),
        edited_recordings=tuple(sorted(metered.edited)),
        started=started.isoformat(timespec="seconds"),
        seconds=round(seconds, 3),
        calls=tuple(metered.calls),
    )


def _severities(draft: Draft) -> dict[Severity, int]:
    levels: tuple[Severity, ...] = ("block", "warn", "info")
    return {level: sum(1 for finding in draft.report.findings if finding.severity == level) for level in levels}


def _title(draft: Draft) -> str | None:
    return draft.en.title if draft.en is not None else draft.brief.title
