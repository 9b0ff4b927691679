"""What a run says: results on stdout, progress on stderr or in a log file."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import briefs
from pipeline.cli.setup import printable
from pipeline.cli.streams import note, say
from pipeline.errors import OutputError
from pipeline.llm import Request
from pipeline.schema import SCHEMA_VERSION, Brief
from pipeline.summary import Outcome, Summary

if TYPE_CHECKING:
    from pipeline.plan import Plan, Step


class Log:
    """A file that lines are added to, each with its time. Raises `OutputError` when it cannot be written."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, text: str) -> None:
        """Add a line, or the lines of a trace."""
        stamp = datetime.now(UTC).isoformat(timespec="seconds")
        try:
            with self.path.open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(f"{stamp} {text}\n")
        except OSError as error:
            reason = error.strerror or str(error)
            raise OutputError(f"{self.path}: cannot write the log: {reason}. Choose another --log-file.") from error


def bug_line(error: Exception) -> str:
    """A line about a bug outside of a brief's work; its trace goes to a file of the user's, or with none to stderr."""
    from platformdirs import user_log_path

    what = f"a bug in this program: {type(error).__name__}: {error}"
    trace = "".join(traceback.format_exception(error)).rstrip()
    path = user_log_path("news-commentary", appauthor=False) / "commentary.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        Log(path).add(f"{what}\n{trace}")
    except (OSError, OutputError):
        note(trace)
        return f"{what}. Report it with the trace above."
    return f"{printable(what)}. Report it with the trace in {path}."


class Printer:
    """One line a brief on stdout, or on stderr when it has none; steps on stderr or in the log; one summary.

    A bug's trace goes to the log file, or to `.log` in the output folder. A line that cannot be printed or logged is no
    reason to lose a draft: it is `trouble`, said once, and decides on the exit code.
    """

    def __init__(self, *, as_json: bool, quiet: bool, out: Path, log_file: str | None) -> None:
        self._json = as_json
        self._quiet = quiet
        self._log = Log(Path(log_file)) if log_file else None
        self._traces = self._log or Log(out / ".log")
        self.on_todo: Callable[[int], None] = lambda count: None
        self.on_step: Callable[[Brief, Request], None] = lambda brief, request: None
        self._ended: Callable[[], None] = lambda: None
        self.trouble: OutputError | None = None

    @contextmanager
    def progress(self) -> Iterator[None]:
        """Steps as they begin: lines in the log, a bar on a terminal, else one plain line a step."""
        if self._log:
            self._begin(self._log)
            self.on_step = lambda brief, request: self._tell(f"{_name(brief)}: {request.place}")
            yield
        elif self._quiet:
            yield
        elif _is_terminal(sys.stderr):
            with self._bar():
                yield
        else:
            self.on_step = lambda brief, request: note(f"{_name(brief)}: {request.place}")
            yield

    def _begin(self, log: Log) -> None:
        try:
            log.add("begun")
        except OutputError:
            self._log = None
            raise

    @contextmanager
    def _bar(self) -> Iterator[None]:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
        from rich.text import Text

        console = Console(stderr=True)
        columns = (BarColumn(20), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
        # rich would take what goes to stdout for the terminal of stderr, also when stdout is a file
        with Progress(*columns, console=console, transient=True, redirect_stdout=_is_terminal(sys.stdout)) as progress:
            bar = progress.add_task("reading briefs", total=None)

            def step(brief: Brief, request: Request) -> None:
                name = Text(f"{_name(brief)}: {request.place}")
                name.truncate(max(20, console.width - 45), overflow="ellipsis")
                progress.update(bar, description=name.markup)

            self.on_todo = lambda count: progress.update(bar, total=count)
            self.on_step = step
            self._ended = lambda: progress.advance(bar)
            yield

    def _tell(self, line: str) -> None:
        if self._log:
            self._try(self._log.add, line)

    def _say(self, line: str) -> None:
        self._try(say, line)

    def _try(self, write: Callable[[str], None], line: str) -> None:
        try:
            write(line)
        except OutputError as error:
            if self.trouble is None:
                note(f"commentary: {error}")
            self.trouble = error

    def outcome(self, outcome: Outcome) -> None:
        """One line about one brief."""
        line = outcome_line(outcome)
        if outcome.detail:
            self._try(self._traces.add, f"{line}\n{outcome.detail.rstrip()}")
            line += f". Report it with the trace in {self._traces.path}."
        else:
            self._tell(line)
        if outcome.type not in ("skipped", "failed") or outcome.folder:
            self._ended()
        if self._json:
            self._say(json.dumps(outcome_record(outcome), ensure_ascii=False))
        elif outcome.exit_code:
            if not (self._quiet and outcome.exit_code == 75):
                note(line)
        elif not self._quiet:
            self._say(line)

    def summary(self, summary: Summary, code: int) -> None:
        """The last line; before it on stderr why the run stopped, if it did."""
        record = summary_record(summary, code)
        lines = summary_lines(summary, record)
        silent = self._quiet and code in (0, 75)
        for line in lines:
            self._tell(line)
        if summary.stopped is not None:
            self._tell(str(summary.stopped))
            if not silent:
                note(f"commentary: {printable(str(summary.stopped))}")
        if self._json:
            self._say(json.dumps(record, ensure_ascii=False))
        elif not silent:
            for line in lines:
                self._say(line)

    @property
    def exit_code(self) -> int:
        """0, or the code for what could not be printed or logged."""
        return self.trouble.exit_code if self.trouble else 0

    def planned(self, plans: Sequence[Plan], summary: Summary) -> None:
        """All plans together, for people."""
        if not (self._json or self._quiet):
            self._say(_planned_line(plans, summary))

    def plan(self, plan: Plan) -> None:
        """What a brief would take."""
        if self._json:
            self._say(json.dumps(_plan_record(plan), ensure_ascii=False))
        elif not self._quiet:
            for line in _plan_lines(plan):
                self._say(line)


def _is_terminal(stream: Any) -> bool:
    return stream is not None and stream.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")


def _name(brief: Brief) -> str:
    return printable(brief.origin or brief.id)


# --- outcomes --------------------------------------------------------------------------------------------------------


def outcome_line(outcome: Outcome) -> str:
    """What became of a brief, for people."""
    where = printable(outcome.origin or outcome.id or "standard input")
    what = f"{outcome.type:<8} {where}"
    if outcome.folder is not None and outcome.type in ("draft", "thin"):
        what += f" -> {outcome.folder}"
    if outcome.type == "draft":
        what += f" [{_counted(outcome.findings)}]"
    return f"{what}: {printable(outcome.reason)}" if outcome.reason else what


def _counted(findings: Any) -> str:
    return ", ".join(f"{findings[level]} {level}" for level in _LEVELS if findings.get(level)) or "clean"


_LEVELS = ("block", "warn", "info")


def outcome_record(outcome: Outcome) -> dict[str, Any]:
    """What became of a brief, for programs."""
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


# --- the summary -----------------------------------------------------------------------------------------------------


def summary_record(summary: Summary, code: int) -> dict[str, Any]:
    """A run in numbers. `requests` are all that were sent: the calls, their retries, and those that came to nothing."""
    calls = summary.calls
    asked = [call for call in calls if call.attempts]
    retries = sum(call.attempts - 1 for call in asked)
    made = [outcome.findings for outcome in summary.outcomes if outcome.type == "draft"]
    return {
        "schema_version": SCHEMA_VERSION,
        "type": "summary",
        "endings": dict(summary.endings),
        "findings": {level: sum(findings.get(level, 0) for findings in made) for level in _LEVELS},  # type: ignore[call-overload]
        "left_over": summary.left_over,
        "unfinished": summary.unfinished,
        "waiting": summary.waiting,
        "outdated": sum(outcome.outdated for outcome in summary.outcomes),
        "calls": len(asked),
        "from_ledger": sum(1 for call in calls if not call.attempts and not call.replayed),
        "replayed": sum(1 for call in calls if call.replayed),
        "retries": retries,
        "requests": len(asked) + retries + summary.failed_requests,
        "input_tokens": sum(call.input_tokens for call in asked),
        "cached_tokens": sum(call.cached_tokens for call in asked),
        "output_tokens": sum(call.output_tokens for call in asked),
        "estimated": any(call.estimated for call in asked),
        "cost_usd": None if summary.cost is None else str(summary.cost),
        "seconds": round(summary.seconds, 3),
        "stopped": None if summary.stopped is None else str(summary.stopped),
        "exit_code": code,
    }


_NO_BRIEF = f"no brief found; accepted are {briefs.ACCEPTED}"


def summary_lines(summary: Summary, record: dict[str, Any]) -> list[str]:
    """A run in numbers, for people."""
    if not (summary.outcomes or summary.unfinished or summary.left_over or summary.waiting or summary.stopped):
        return [_NO_BRIEF]
    parts = [f"{count} {name}" for name, count in record["endings"].items()]
    parts += [f"{record['unfinished']} not finished"] if summary.unfinished else []
    parts += [f"{record['left_over']} left over by limit"] if summary.left_over else []
    line = [", ".join(parts) or "nothing done"]
    if summary.waiting:
        line.append(f"{summary.waiting} kept for the next run")
    if record["endings"].get("draft"):
        line.append(f"findings: {_counted(record['findings'])}")
    if record["outdated"]:
        line.append(f"{record['outdated']} made with other prompts or another model (--force makes them anew)")
    if record["replayed"]:
        line.append(f"{record['replayed']} recorded replies")
    if record["requests"] or record["from_ledger"]:
        line.append(_spent(record))
    line.append(f"{summary.seconds:.1f} s")
    return ["; ".join(line)]


def _spent(record: dict[str, Any]) -> str:
    lost = record["requests"] - record["calls"] - record["retries"]
    failed = f", {lost} requests in vain" if lost else ""
    about = "about " if record["estimated"] else ""
    cost = "unknown price" if record["cost_usd"] is None else f"${float(record['cost_usd']):.4f}"
    return (
        f"{record['calls']} calls, {record['retries']} retries{failed}, {record['from_ledger']} from the ledger; "
        f"{about}{record['input_tokens']:,} tokens in ({record['cached_tokens']:,} cached), "
        f"{record['output_tokens']:,} out; {cost}"
    )


def blocked_line(summary: Summary, out: Path) -> str:
    """Why `--strict` is not content, and where to look."""
    names = [outcome.folder.name for outcome in summary.outcomes if outcome.folder and outcome.findings.get("block")]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return (
        f"--strict: {summary.blocking} blocking findings in {', '.join(names[:3])}{more}. "
        f"See {out / 'index.html'}, or `commentary review list {out}`."
    )


# --- plans -----------------------------------------------------------------------------------------------------------


def _plan_lines(plan: Plan) -> Iterator[str]:
    calls, kept = sum(step.count for step in plan.steps), sum(step.count for step in plan.steps if step.in_ledger)
    sent, received = (sum(getattr(step, name) for step in plan.asked) for name in ("input_tokens", "output_tokens"))
    yield (
        f"plan     {_name(plan.brief)}: about {calls} calls to {printable(plan.model)}, {kept} of them in the ledger; "
        f"about {sent:,} tokens in, {received:,} out; {_bound(plan.most)}"
    )
    for step in plan.steps:
        yield f"  {_step_line(step)}"


def _planned_line(plans: Sequence[Plan], summary: Summary) -> str:
    if not (plans or summary.outcomes):
        return _NO_BRIEF
    parts = [f"{len(plans)} to work on", *(f"{count} {name}" for name, count in summary.endings.items())]
    parts += [f"{summary.left_over} left over by limit"] if summary.left_over else []
    bounds = [plan.most for plan in plans]
    most = None if None in bounds else sum(bound for bound in bounds if bound is not None)
    return f"{', '.join(parts)}; {_bound(most)}, repairs and second questions apart; nothing was asked or written"


def _step_line(step: Step) -> str:
    name = " ".join(filter(None, (step.stage, step.part))) + (f" x {step.count}" if step.count > 1 else "")
    what = f"{name:<20} prompt {step.stage} {step.prompt_sha256[:12]}"
    if step.in_ledger:
        return f"{what}, in the ledger"
    how = "" if step.request_sha256 else ", hangs on replies not there yet"
    return f"{what}, about {step.input_tokens:,} in, {step.output_tokens:,} out; {_bound(step.most)}{how}"


def _bound(most: Any) -> str:
    return "unknown price" if most is None else f"at most ${most:.4f}"


def _plan_record(plan: Plan) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "type": "plan",
        "id": plan.brief.id,
        "origin": plan.brief.origin,
        "model": plan.model,
        "steps": [
            {
                "stage": step.stage,
                "part": step.part,
                "count": step.count,
                "prompt_sha256": step.prompt_sha256,
                "request_sha256": step.request_sha256,
                "in_ledger": step.in_ledger,
                "input_tokens": step.input_tokens,
                "output_tokens": step.output_tokens,
                "most_usd": None if step.most is None else str(step.most),
            }
            for step in plan.steps
        ],
        "estimated": True,
        "most_usd": None if plan.most is None else str(plan.most),
    }
