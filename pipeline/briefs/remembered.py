"""What a source answered the last time, so that it is only asked for what is new (RFC 9110, conditional requests).

One file a URL, named by its hash: a URL may hold a token. A file that is lost or damaged costs one full answer. Imports
layer 0.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.files import atomic_write
from pipeline.schema import sha256

_VALIDATORS = {"etag": "if-none-match", "last-modified": "if-modified-since"}
"""What a server calls a version, and how it is asked whether that is still the newest."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A body, its content type, and the headers that ask whether it is still the newest."""

    body: bytes
    content_type: str
    asking: Mapping[str, str]


def recall(folder: Path | None, url: str, *, most: int) -> Remembered | None:
    """What a URL answered the last time, if it is here, whole, and of so many bytes at most."""
    if folder is None:
        return None
    try:
        head, body = _path(folder, url).read_bytes().split(b"\n", 1)
        about = json.loads(head)
        if about["sha256"] != sha256(body) or len(body) > most:
            return None
        return Remembered(body, str(about["content_type"]), {str(k): str(v) for k, v in about["asking"].items()})
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def remember(folder: Path | None, url: str, headers: Mapping[str, str], body: bytes) -> None:
    """Keep an answer that its server has a name for, and drop an older one. Raises `OutputError`."""
    if folder is None:
        return
    asking = {ask: headers[name] for name, ask in _VALIDATORS.items() if _is_sound(headers.get(name, ""))}
    if asking:
        about = {"sha256": sha256(body), "content_type": headers.get("content-type", ""), "asking": asking}
        atomic_write(_path(folder, url), json.dumps(about).encode() + b"\n" + body)
    else:
        with contextlib.suppress(OSError):
            _path(folder, url).unlink()


def _is_sound(validator: str) -> bool:
    return 0 < len(validator) <= 500 and validator.isascii() and validator.isprintable()


def _path(folder: Path, url: str) -> Path:
    return folder / sha256(url)[:32]
