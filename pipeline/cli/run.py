"""`commentary run`, `commentary demo` and `commentary prune`: briefs to drafts, and old replies thrown away."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Callable, Coroutine, Iterable
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from pipeline import __version__, briefs, runner, waiting
from pipeline.cli.printing import Printer, blocked_line
from pipeline.cli.setup import connection, load_settings, price_of, prices_of, reach_of, replaying, warn
from pipeline.cli.streams import note, say
from pipeline.errors import LockedError, OutputError, UpstreamError
from pipeline.files import shipped
from pipeline.llm import Reply, Request
from pipeline.runner import Job
from pipeline.settings import Settings
from pipeline.summary import Summary, heaviest

Items = Iterable[briefs.Found | briefs.Refused]


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
    printer = Printer(as_json=as_json, quiet=quiet, out=job.out, log_file=None)
    if not (quiet or as_json):
        _say_recorded()
    code = _work(briefs.read([str(folder / "briefs")]), job, printer)
    if not (quiet or as_json or code == OutputError.exit_code):
        say(str(Path(out) / "index.html"))
    return code


def run(
    *,
    sources: tuple[str, ...],
    out: str,
    force: bool,
    strict: bool,
    dry_run: bool,
    lock_wait: float,
    replay: str | None,
    record: str | None,
    log_file: str | None,
    as_json: bool,
    quiet: bool,
    **flags: Any,
) -> int:
    """Briefs from anywhere to drafts in `out`."""
    for source in sources:
        if not source:
            raise click.UsageError("a SOURCE is empty. Name a file, a folder or a URL; is a variable unset?")
        if source != "-" and not briefs.exists(source):
            raise click.UsageError(f"{source}: no such file or folder. Check the path.")
    if dry_run and (replay or record):
        raise click.UsageError("--dry-run asks nothing: leave out --replay and --record.")
    if replay and record:
        raise click.UsageError("--record keeps a model's replies and --replay asks none: leave out one of them.")
    loaded = load_settings(flags, quiet=quiet)
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
        lock_wait=lock_wait,
        recorded=bool(replay),
    )
    stdin = getattr(sys.stdin, "buffer", None)
    reach = reach_of(settings, folder, remember=not (dry_run or force))
    items = briefs.read(sources, stdin=stdin, now=time.time(), reach=reach)
    printer = Printer(as_json=as_json, quiet=quiet, out=folder, log_file=log_file)
    if dry_run:
        return _plan(items, job, printer)
    if replay and not (quiet or as_json):
        _say_recorded()
    code = _work(items, job, printer, strict=strict)
    if quiet and code not in (0, UpstreamError.exit_code):
        warn(loaded)
    return code


def _say_recorded() -> None:
    from pipeline.disclosure import RECORDED

    say(RECORDED["en"])


def _work(items: Items, job: Job, printer: Printer, *, strict: bool = False) -> int:
    """Run the job and print what becomes of each brief, then the summary."""
    summary = Summary()
    sys.setswitchinterval(0.001)  # a reply that arrives while a draft is checked shall not wait for it
    interrupted = 0
    try:
        with printer.progress():
            told = replace(job, on_todo=printer.on_todo, on_step=printer.on_step, on_outcome=printer.outcome)
            interrupted = _interruptible(runner.run(items, told, summary))
    except (LockedError, OutputError) as error:
        summary.stop(error)
    code = interrupted or heaviest((summary.exit_code, printer.exit_code, 1 if strict and summary.blocking else 0))
    if interrupted:
        note("commentary: interrupted; finished calls and drafts are kept, the next run continues")
    printer.summary(summary, code)
    if code == 1:
        note(f"commentary: {blocked_line(summary, job.out)}")
    return code if interrupted else heaviest((code, printer.exit_code))


def _plan(items: Items, job: Job, printer: Printer) -> int:
    """Print what a run would ask; nothing is asked or written."""
    from pipeline.plan import plans

    summary = Summary()
    told = replace(job, on_outcome=printer.outcome)
    made = asyncio.run(plans(items, told, prices_of(job.settings), _kept(job), summary))
    for plan in made:
        printer.plan(plan)
    printer.planned(made, summary)
    return heaviest((summary.exit_code, printer.exit_code))


def _kept(job: Job) -> Callable[[Request], Reply | None]:
    """What the ledger of a job has for a request."""
    from pipeline.llm.access import endpoint_of
    from pipeline.llm.ledger import Ledger

    if job.force:
        return lambda request: None
    endpoint = endpoint_of(job.settings.base_url)
    return Ledger(None, job.out / ".ledger", endpoint=endpoint, parameters=job.settings.extra_body).kept


class Interrupted(KeyboardInterrupt):
    """A signal asked the run to end, wherever it is."""

    def __init__(self, code: int) -> None:
        super().__init__()
        self.code = code


def _interruptible(work: Coroutine[Any, Any, Any]) -> int:
    """Run to the end, code 0, or until SIGTERM or Ctrl-C, code 143 or 130.

    The handlers raise, so that waiting for a lock or for standard input ends as well; a second signal changes nothing.
    """
    codes = {signal.SIGTERM: 143, signal.SIGINT: 130}

    def stop(number: int, frame: Any) -> None:
        for each in codes:
            signal.signal(each, signal.SIG_IGN)
        raise Interrupted(codes[signal.Signals(number)])

    before = {number: signal.signal(number, stop) for number in codes}
    try:
        asyncio.run(work)
    except Interrupted as interrupted:
        return interrupted.code
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0


def prune(*, out: str, days: float, dry_run: bool, quiet: bool) -> int:
    """Throw away the ledger's replies of a certain age, and briefs that have waited so long."""
    from pipeline.llm.ledger import older_than
    from pipeline.llm.ledger import prune as throw_away

    ledger = Path(out) / ".ledger"
    if not (ledger.is_dir() or (Path(out) / waiting.NAME).exists()):
        raise click.BadParameter(f"{out} has no ledger: no such folder: {ledger}", param_hint="--out")
    with nullcontext() if dry_run else runner.locked(Path(out), 0):
        now = time.time()
        old = older_than(ledger, days * 86400, now=now)
        if not dry_run:
            throw_away(old)
        before = datetime.fromtimestamp(max(0.0, now - days * 86400), UTC)
        waited = waiting.drop(Path(out), before, dry_run=dry_run)
    if not quiet:
        what = "would be removed" if dry_run else "removed"
        also = f" and {waited} waiting brief{'s' * (waited > 1)}" if waited else ""
        say(f"{len(old.paths)} replies{also} of {days:g} days and older {what}, {old.size / 1e6:.1f} MB of replies")
    return 0
