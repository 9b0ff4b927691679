"""Printing that survives a closed pipe and a full disk.."""

from __future__ import annotations

import os
import sys
from typing import Any

from pipeline.errors import OutputError


def say(line: str) -> None:
    """Print to stdout; when nobody reads any more (`| head -1`), go on silently. Raises `OutputError` when full."""
    try:
        print(line, flush=True)
    except BrokenPipeError:
        to_nowhere(sys.stdout)
    except OSError as error:
        to_nowhere(sys.stdout)
        raise OutputError(f"standard output: cannot write: {error.strerror or error}. Make room.") from error


def note(line: str) -> None:
    """Print to stderr, where there is one that takes it."""
    if sys.stderr is not None:
        try:
            print(line, file=sys.stderr, flush=True)
        except OSError:
            to_nowhere(sys.stderr)


def to_nowhere(stream: Any) -> None:
    """Point a stream that takes no more to nowhere, so that Python's last flush of it says nothing."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
