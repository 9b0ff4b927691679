"""Briefs whose reply could not be used: `out/parked/<id>.json` says why, and for which inputs.

Imports layer 0.
"""

from __future__ import annotations

import contextlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.files import atomic_write
from pipeline.schema import SCHEMA_VERSION, Brief


def park(out: Path, brief: Brief, reason: str, *, inputs: str, at: datetime) -> None:
    """Record why a brief is parked. `inputs` is the hash of all that decides what a model is asked about it."""
    record = {
        "schema_version": SCHEMA_VERSION,
        "id": brief.id,
        "origin": brief.origin,
        "reason": reason,
        "inputs": inputs,
        "at": at.isoformat(timespec="seconds"),
    }
    atomic_write(_path(out, brief.id), json.dumps(record, ensure_ascii=False, indent=2) + "\n")


def why(out: Path, id: str, *, inputs: str) -> str | None:
    """Why a brief is parked; None when it is not, or when its inputs have changed since."""
    record = _read(_path(out, id))
    return str(record.get("reason")) if record.get("inputs") == inputs else None


def is_parked(out: Path, id: str) -> bool:
    """Whether a brief is parked, with whatever inputs."""
    return _path(out, id).exists()


def release(out: Path, id: str) -> None:
    """A brief that has a draft is parked no longer."""
    with contextlib.suppress(OSError):
        _path(out, id).unlink()


def _path(out: Path, id: str) -> Path:
    return out / "parked" / f"{id}.json"


def _read(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}
