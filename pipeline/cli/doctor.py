"""`commentary doctor`: the rows, in the order in which a set-up fails, and the question before money is spent."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from pipeline import doctor
from pipeline.cli.setup import endpoint_of, load_settings, prices_of, printable
from pipeline.cli.streams import say
from pipeline.doctor import Row
from pipeline.errors import ConfigurationError
from pipeline.schema import SCHEMA_VERSION
from pipeline.settings import Loaded
from pipeline.summary import heaviest

if TYPE_CHECKING:
    from pipeline.llm.openai import OpenAILLM

T = TypeVar("T")

TIMEOUT = 60.0
"""Seconds the endpoint has for one answer, at most."""


def run(*, out: str, yes: bool, offline: bool, as_json: bool, **flags: str | None) -> int:
    """Print one row a thing; the exit code says what kind of thing is wrong."""
    loaded = load_settings(flags)
    rows = []
    for row in _rows(loaded, Path(out), yes=yes, offline=offline):
        rows.append(row)
        if not as_json:
            say(_line(row))
    if as_json:
        checks = [{key: value for key, value in asdict(row).items() if key != "exit_code"} for row in rows]
        say(json.dumps({"schema_version": SCHEMA_VERSION, "checks": checks}, ensure_ascii=False, indent=2))
    return heaviest(row.exit_code for row in rows)


def _rows(loaded: Loaded, out: Path, *, yes: bool, offline: bool) -> Iterator[Row]:
    yield doctor.settings_row(loaded)
    key = doctor.key_row(loaded)
    yield key
    if offline or key.status == "fail":
        why = "not looked at: --offline" if offline else "not looked at without a key"
        yield from (Row(name, "skip", why) for name in ("endpoint", "model"))
        yield doctor.clock_row(None, time.time())
    else:
        yield from _asked(loaded, yes=yes)
    yield doctor.folder_row(out)
    yield doctor.ledger_row(out)
    yield from doctor.extras_rows()
    yield doctor.token_row(loaded.settings.model, loaded.settings.token_table)


def _asked(loaded: Loaded, *, yes: bool) -> list[Row]:
    """What the endpoint tells. The user is asked between two event loops: within one, Ctrl-C would not be heard."""
    settings = loaded.settings.model_copy(update={"timeout": min(loaded.settings.timeout, TIMEOUT)})
    model, hasty = settings.model, Loaded(settings, loaded.origins, loaded.access)
    try:
        answers, listed = asyncio.run(_opened(hasty, doctor.endpoint_row))
    except ConfigurationError as error:
        return [doctor.configuration_row(error)]
    clock = doctor.clock_row(listed, time.time())
    if answers.status == "fail":
        return [answers, Row("model", "skip", f"{model}: not asked, the endpoint comes first"), clock]
    if not (yes or _agreed(loaded)):
        return [answers, doctor.listed_row(model, listed), clock]
    return [answers, asyncio.run(_opened(hasty, lambda endpoint: doctor.model_row(endpoint, model))), clock]


async def _opened(loaded: Loaded, look: Callable[[OpenAILLM], Awaitable[T]]) -> T:
    endpoint = endpoint_of(loaded)
    try:
        return await look(endpoint)
    finally:
        await endpoint.aclose()


def _agreed(loaded: Loaded) -> bool:
    """Whether the person at the terminal agrees to spend; without one, nobody does."""
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr and sys.stderr.isatty()):
        return False
    model = loaded.settings.model
    bound = doctor.price_bound(model, prices_of(loaded.settings))
    price = "its price is not known" if bound is None else f"at most ${bound:.4f}"
    return click.confirm(f"Ask {model} one short question ({price})?", default=False, err=True)


def _line(row: Row) -> str:
    line = f"{row.status:<5} {row.name:<12} {printable(row.said)}"
    return f"{line}. {printable(row.next).rstrip('.')}." if row.next else line
