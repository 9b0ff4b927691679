"""`commentary run` and `commentary demo`: briefs to drafts, one line a draft, one summary."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from collections.abc import Coroutine, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from pipeline import __version__, briefs, runner
from pipeline.cli.setup import connection, load_settings, note, price_of, printable, reach_of, replaying, say
from pipeline.disclosure import RECORDED
from pipeline.files import shipped
from pipeline.llm import Request
from pipeline.runner import Job, Outcome, Summary
from pipeline.schema import SCHEMA_VERSION, Brief
from pipeline.settings import Settings

T = TypeVar("T")


def demo(*, out: str, as_json: bool, quiet: bool) -> int:
    """The shipped briefs from their recorded replies, with the default settings whatever is set here."""
    folder = shipped("demo")
    job = Job(
        out=Path(out),
        settings=Settings(head_start=0),
        version=__version__,
        connect=replaying(folder / "replies"),
        now=lambda: datetime.now(UTC),
        recorded=True,
    )
    code = _work(briefs.read([str(folder / "briefs")]), job, as_json=as_json, quiet=quiet)
    if not (quiet or as_json):
        say(str(Path(out) / "index.html"))
    return code


def run(
    *,
    sources: tuple[str, ...],
    out: str,
    force: bool,
    strict: bool,
    limit: int | None,
    lock_wait: float,
    replay: str | None,
    record: str | None,
    as_json: bool,
    quiet: bool,
    **flags: Any,
) -> int:
    """Briefs from anywhere to drafts in `out`."""
    for source in sources:
        if source != "-" and not briefs.exists(source):
            import click

            raise click.UsageError(f"{source}: no such file or folder. Check the path.")
    loaded = load_settings(flags)
    folder = Path(out)
    settings = loaded.settings.model_copy(update={"head_start": 0.0}) if replay else loaded.settings
    connect = (
        replaying(Path(replay))
        if replay
        else connection(loaded, folder, force=force, record=Path(record) if record else None)
    )
    job = Job(
        out=folder,
        settings=settings,
        version=__version__,
        connect=connect,
        now=lambda: datetime.now(UTC),
        price=price_of(settings),
        force=force,
        limit=limit,
        lock_wait=lock_wait,
        recorded=bool(replay),
    )
    stdin = getattr(sys.stdin, "buffer", None)
    items = briefs.read(sources, stdin=stdin, now=time.time(), reach=reach_of(settings, folder))
    return _work(items, job, as_json=as_json, quiet=quiet, strict=strict)


def _work(
    items: Iterable[briefs.Found | briefs.Refused], job: Job, *, as_json: bool, quiet: bool, strict: bool = False
) -> int:
    """Run the job and print what becomes of each brief, then the summary."""
    printer = Printer(as_json=as_json, quiet=quiet)
    if job.recorded and not (quiet or as_json):
        say(RECORDED["en"])
    with printer.progress() as on_step:
        summary, interrupted = _interruptible(
            runner.run(items, replace(job, on_outcome=printer.outcome, on_step=on_step))
        )
    if summary is None:
        note("commentary: interrupted; finished calls and drafts are kept, the next run continues")
        return interrupted
    code = summary.exit_code
    if strict and not code and summary.blocking:
        code = 1
    printer.summary(summary, code)
    return code


class Interrupted(KeyboardInterrupt):
    """A signal asked the run to end, wherever it is."""

    def __init__(self, code: int) -> None:
        super().__init__()
        self.code = code


def _interruptible(work: Coroutine[Any, Any, T]) -> tuple[T | None, int]:
    """Run to the end, or until SIGTERM or Ctrl-C: then the result is None and the code 143 or 130.

    The handlers raise, so that waiting for a lock or for standard input ends as well; a second signal changes nothing.
    """
    codes = {signal.SIGTERM: 143, signal.SIGINT: 130}

    def stop(number: int, frame: Any) -> None:
        for each in codes:
            signal.signal(each, signal.SIG_IGN)
        raise Interrupted(codes[signal.Signals(number)])

    before = {number: signal.signal(number, stop) for number in codes}
    try:
        return asyncio.run(work), 0
    except Interrupted as interrupted:
        return None, interrupted.code
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Printer:
    """What a run says: results on stdout, steps on stderr."""

    def __init__(self, *, as_json: bool, quiet: bool) -> None:
        self._json = as_json
        self._quiet = quiet
        self._bar: Any = None

    def progress(self) -> Any:
        """A context that gives the callback for steps: a live line on a terminal, else one plain line a step."""
        from contextlib import nullcontext

        if self._quiet:
            return nullcontext(_ignore)
        if sys.stderr is not None and sys.stderr.isatty():
            return self._live()
        return nullcontext(lambda brief, request: note(f"{_name(brief)}: {request.place}"))

    def _live(self) -> Any:
        from contextlib import contextmanager

        from rich.console import Console

        @contextmanager
        def live() -> Any:
            with Console(stderr=True).status("reading briefs") as status:
                self._bar = status
                yield lambda brief, request: status.update(f"{_name(brief)}: {request.place}")
            self._bar = None

        return live()

    def outcome(self, outcome: Outcome) -> None:
        """One line about one brief."""
        if outcome.detail:
            note(outcome.detail.rstrip())
        if self._json:
            say(json.dumps(_record(outcome), ensure_ascii=False))
        elif outcome.exit_code and outcome.exit_code != 75:
            note(_line(outcome))
        elif not self._quiet:
            say(_line(outcome))

    def summary(self, summary: Summary, code: int) -> None:
        """The last line."""
        if self._json:
            say(json.dumps(_summary_record(summary, code), ensure_ascii=False))
        elif not self._quiet or code not in (0, 75):
            for line in _summary_lines(summary):
                say(line)


def _ignore(brief: Brief, request: Request) -> None:
    """No progress."""


def _name(brief: Brief) -> str:
    return printable(brief.origin or brief.id)


def _line(outcome: Outcome) -> str:
    where = printable(outcome.origin or outcome.id or "standard input")
    what = f"{outcome.type:<8} {where}"
    if outcome.folder is not None and outcome.type in ("draft", "thin"):
        what += f" -> {outcome.folder}"
    if outcome.type == "draft":
        what += f" [{_counted(outcome.findings)}]"
    return f"{what}: {printable(outcome.reason)}" if outcome.reason else what


def _counted(findings: Any) -> str:
    return (
        ", ".join(f"{findings[level]} {level}" for level in ("block", "warn", "info") if findings.get(level)) or "clean"
    )


def _record(outcome: Outcome) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "type": outcome.type,
        "id": outcome.id,
        "origin": outcome.origin,
        "folder": str(outcome.folder) if outcome.folder else None,
        "title": outcome.title,
        "findings": dict(outcome.findings),
        "reason": outcome.reason,
    }


def _summary_record(summary: Summary, code: int) -> dict[str, Any]:
    calls = summary.calls
    asked = [call for call in calls if call.attempts]
    return {
        "schema_version": SCHEMA_VERSION,
        "type": "summary",
        "endings": dict(summary.endings),
        "left_over": summary.left_over,
        "calls": len(asked),
        "from_ledger": sum(1 for call in calls if not call.attempts and not call.replayed),
        "replayed": sum(1 for call in calls if call.replayed),
        "retries": sum(call.attempts - 1 for call in asked),
        "input_tokens": sum(call.input_tokens for call in asked),
        "cached_tokens": sum(call.cached_tokens for call in asked),
        "output_tokens": sum(call.output_tokens for call in asked),
        "estimated": any(call.estimated for call in asked),
        "cost_usd": None if summary.cost is None else str(summary.cost),
        "seconds": round(summary.seconds, 3),
        "exit_code": code,
    }


def _summary_lines(summary: Summary) -> list[str]:
    """The summary for people."""
    if not summary.outcomes:
        return [f"no brief found; accepted are {briefs.ACCEPTED}"]
    record = _summary_record(summary, 0)
    endings = ", ".join(f"{count} {name}" for name, count in record["endings"].items())
    parts = [endings]
    if summary.left_over:
        parts.append(f"{summary.left_over} left over by --limit")
    if record["replayed"]:
        parts.append(f"{record['replayed']} recorded replies")
    if record["calls"] or record["from_ledger"]:
        parts.append(_spent(record))
    parts.append(f"{summary.seconds:.1f} s")
    return ["; ".join(parts)]


def _spent(record: dict[str, Any]) -> str:
    about = "about " if record["estimated"] else ""
    cost = "unknown price" if record["cost_usd"] is None else f"${float(record['cost_usd']):.4f}"
    return (
        f"{record['calls']} calls, {record['retries']} retries, {record['from_ledger']} from the ledger; "
        f"{about}{record['input_tokens']:,} tokens in ({record['cached_tokens']:,} cached), "
        f"{record['output_tokens']:,} out; {cost}"
    )
