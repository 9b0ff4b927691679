"""Briefs that their source may not hold any more when the next run looks: `out/.waiting.jsonl`, until they are done.

An entry leaves its feed, standard input is read once. Lives here: that file. Does not: which briefs are done
(`runner`). Imports layers 0 and 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import ValidationError

from pipeline.briefs import Found, Refused
from pipeline.errors import OutputError
from pipeline.files import write_if_changed
from pipeline.schema import Brief, canonical_json

NAME = ".waiting.jsonl"


def read(out: Path) -> Iterator[Found | Refused]:
    """The briefs that wait, in the order in which they were first seen. A line that was damaged is refused.

    Raises `OutputError` when the file cannot be read.
    """
    path = out / NAME
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return
    except OSError as error:
        raise OutputError(f"{path}: cannot read: {error.strerror or error}. Make it readable.") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _brief_of(line, f"{NAME}:{number}")


def origins(out: Path) -> set[tuple[str, str]]:
    """Origin and link of the briefs that wait, "" for none."""
    briefs = [item.brief for item in read(out) if isinstance(item, Found)]
    return {(brief.origin or "", brief.source_url or "") for brief in briefs}


def _brief_of(line: bytes, place: str) -> Found | Refused:
    try:
        record = json.loads(line)
        return Found(Brief.model_validate(record["brief"]), str(record["source_sha256"]), fleeting=True)
    except (ValueError, LookupError, TypeError, RecursionError, ValidationError):
        return Refused(place, "a brief kept from an earlier run is damaged and was dropped. Look at the disk.")


def keep(out: Path, briefs: Iterable[Found]) -> None:
    """Let these briefs wait, and no others. Raises `OutputError`."""
    path = out / NAME
    lines = [
        canonical_json({"brief": found.brief.model_dump(mode="json"), "source_sha256": found.source_sha256}) + "\n"
        for found in briefs
    ]
    try:
        if lines:
            write_if_changed(path, "".join(lines))
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{path}: cannot write: {error.strerror or error}. Make it writable.") from error
