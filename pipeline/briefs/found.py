"""What reading gives, and how far it may reach. Imports layer 0."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import BriefError
from pipeline.schema import Brief

PARSER_FAILURES = (ValueError, LookupError, TypeError, AttributeError, AssertionError, ArithmeticError, RecursionError)
"""What lenient parsers of others raise for input they did not foresee: that source is refused and the others go on."""


class Temporary(BriefError):
    """A source that is down, or not complete; the next run may fare better."""


@dataclass(frozen=True, slots=True)
class Found:
    """A brief, and SHA-256 of the bytes it was read from. `fleeting` when its source may not hold it the next time."""

    brief: Brief
    source_sha256: str
    fleeting: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """A source that gave no brief.

    `skipped` when it was left out on purpose and is no error, `temporary` when the next run may find it well: a server
    that is down, for example.
    """

    origin: str
    reason: str
    skipped: bool = False
    temporary: bool = False


@dataclass(frozen=True, slots=True)
class Reach:
    """How feeds and pages are fetched.

    `timeout` is for each, in seconds from looking up the name to the last byte; `max_bytes` holds before and after
    decompression. With `allow_private` addresses of this machine and its network are fetched too. With `article_pages`
    a feed's entry is the page it links to, unless `seen` knows the entry by origin and link. `memory` is a folder for
    what sources answered: they are asked for what is new since. `proxy` names the proxy for a URL, None for none;
    `resolve` looks up host names.
    """

    timeout: float = 20.0
    max_bytes: int = 5_000_000
    allow_private: bool = False
    article_pages: bool = False
    seen: Callable[[str, str], bool] = lambda origin, link: False
    memory: Path | None = None
    proxy: Callable[[str], str | None] = lambda url: None
    resolve: Callable[..., list[Any]] = socket.getaddrinfo


def shown(name: str) -> str:
    """A name for people: one that is no valid Unicode with its bytes escaped."""
    return name.encode("utf-8", "backslashreplace").decode()
