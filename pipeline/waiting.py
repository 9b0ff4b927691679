"""Briefs that their source may not hold any more when the next run looks: `out/.waiting.jsonl`, until they are done.

An entry leaves its feed, standard input is read once. Lives here: that file. Does not: which briefs are done
(`runner`). Imports layers 0 and 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from pipeline.briefs import Found, Refused
from pipeline.errors import OutputError
from pipeline.files import write_if_changed
from pipeline.schema import Brief, canonical_json

NAME = ".waiting.jsonl"


def read(out: Path) -> Iterator[Found | Refused]:
    """The briefs that wait, in the order in which they were first seen. A line that was damaged is refused.

    Raises `OutputError` when the file cannot be read.
    """
    for number, line in enumerate(_lines(out), 1):
        record = _record(line)
        if record is None:
            reason = "a brief kept from an earlier run is damaged and was dropped. Look at the disk."
            yield Refused(f"{NAME}:{number}", reason)
        else:
            yield record.found


def origins(out: Path) -> set[tuple[str, str]]:
    """Origin and link of the briefs that wait, "" for none."""
    briefs = [item.brief for item in read(out) if isinstance(item, Found)]
    return {(brief.origin or "", brief.source_url or "") for brief in briefs}


def keep(out: Path, briefs: Iterable[Found], *, now: datetime) -> None:
    """Let these briefs wait, and no others; each since it was first kept. Raises `OutputError`."""
    since = {record.found.brief.id: record.since for line in _lines(out) if (record := _record(line))}
    _write(out, [Waiting(found, since.get(found.brief.id, now)) for found in briefs])


def drop(out: Path, before: datetime, *, dry_run: bool) -> int:
    """Let briefs that have waited since before a moment wait no longer, and return how many. Raises `OutputError`."""
    records = [record for line in _lines(out) if (record := _record(line))]
    rest = [record for record in records if record.since > before]
    if not dry_run and len(rest) < len(records):
        _write(out, rest)
    return len(records) - len(rest)


class Waiting(NamedTuple):
    """A brief, and since when it waits."""

    found: Found
    since: datetime


def _lines(out: Path) -> list[bytes]:
    path = out / NAME
    try:
        return [line for line in path.read_bytes().split(b"\n") if line.strip()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise OutputError(f"{path}: cannot read: {error.strerror or error}. Make it readable.") from error


def _record(line: bytes) -> Waiting | None:
    try:
        record = json.loads(line)
        found = Found(Brief.model_validate(record["brief"]), str(record["source_sha256"]), fleeting=True)
        return Waiting(found, datetime.fromisoformat(record["since"]).astimezone(UTC))
    except (ValueError, LookupError, TypeError, RecursionError, OverflowError):
        return None


def _write(out: Path, records: Iterable[Waiting]) -> None:
    path = out / NAME
    lines = [
        canonical_json(
            {
                "brief": found.brief.model_dump(mode="json"),
                "since": since.astimezone(UTC).isoformat(timespec="seconds"),
                "source_sha256": found.source_sha256,
            }
        )
        for found, since in records
    ]
    try:
        if lines:
            write_if_changed(path, "\n".join([*lines, ""]))
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{path}: cannot write: {error.strerror or error}. Make it writable.") from error
