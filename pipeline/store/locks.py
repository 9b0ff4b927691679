"""Locks of the kernel on an output folder: one for what is written in moments, any other by its path.

Lives here: taking and freeing a lock. Does not: how long a run waits for its own (`runner`). Imports `errors`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.errors import LockedError, OutputError

_WAIT = 10.0


@contextmanager
def writing(out: Path) -> Iterator[None]:
    """Hold the output folder while a draft that is there already, a decision, or a list is written.

    Held for moments: a decision is never lost between a look and a write. Not the lock of a run, which is held for
    hours. Raises `LockedError` after ten seconds, `OutputError`.
    """
    busy = f"{out}: somebody else is writing here for {_WAIT:.0f} seconds. Try again."
    with held(out / ".writing", _WAIT, busy):
        yield


@contextmanager
def held(path: Path, wait: float, busy: str) -> Iterator[None]:
    """Hold a lock of the kernel, which is free again when its process dies.

    Raises `LockedError` with the text of `busy` when it is not to be had within `wait` seconds, `OutputError`.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path, timeout=wait)
        lock.acquire()
    except Timeout as error:
        raise LockedError(busy) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(
            f"{path.parent}: cannot write here: {reason}. Choose another --out, make room or make it writable."
        ) from error
    try:
        yield
    finally:
        lock.release()
