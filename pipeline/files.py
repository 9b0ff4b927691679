"""The one way this package writes a file: whole or not at all.

Lives here: `atomic_write`, its two halves, a file of a folder to come, and the name rule that keeps outputs inside
their folder. Imports `errors`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import tempfile
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from pipeline.errors import OutputError

T = TypeVar("T")


def atomic_write(path: Path, data: str | bytes) -> None:
    """Write `data` to `path` so that a reader sees the old file or the new one, never a part.

    A temporary file in the same folder, fsync, rename, fsync of the folder. Raises `OutputError`.
    """
    payload = data.encode("utf-8") if isinstance(data, str) else data
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".tmp-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(payload)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
        sync_folder(path.parent)
    except OSError as error:
        raise _cannot_write(path, error) from error


def write_unseen(path: Path, data: str) -> None:
    """Write a file of a folder that nobody sees yet: durable, and without a rename of its own, since the folder will be
    renamed into place when all its files are there. Raises `OutputError`."""
    try:
        with path.open("xb") as file:
            file.write(data.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        path.chmod(0o644)
    except OSError as error:
        raise _cannot_write(path, error) from error


def write_beside(path: Path, data: bytes) -> Path:
    """The first half of `atomic_write`, for who can tell whether a file is whole: `data` in a temporary file whose name
    follows from `path`, not yet durable. A process that is killed after this has lost nothing. Raises `OutputError`."""
    temporary = beside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(data)
    except OSError as error:
        raise _cannot_write(path, error) from error
    return temporary


def beside(path: Path) -> Path:
    """Where `write_beside` writes."""
    return path.with_name(f".tmp-{path.stem}")


def put_in_place(temporary: Path, path: Path) -> None:
    """The second half: fsync, rename, fsync of the folder. Raises `OutputError`."""
    try:
        handle = os.open(temporary, os.O_RDWR)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        os.replace(temporary, path)
        sync_folder(path.parent)
    except OSError as error:
        raise _cannot_write(path, error) from error


def _cannot_write(path: Path, error: OSError) -> OutputError:
    reason = error.strerror or str(error)
    return OutputError(f"{path}: cannot write: {reason}. Make room or choose another --out.")


async def to_the_end(write: Callable[..., T], *arguments: Any) -> T:
    """Run a write in a thread, so that nothing else waits for the disk; a cancellation waits until it has ended."""
    writing = asyncio.ensure_future(asyncio.to_thread(write, *arguments))
    try:
        return await asyncio.shield(writing)
    except asyncio.CancelledError:
        await asyncio.wait([writing])
        raise


def write_if_changed(path: Path, data: str) -> bool:
    """`atomic_write`, left out when the file already holds `data`. Returns whether it wrote."""
    try:
        if path.read_bytes() == data.encode("utf-8"):
            return False
    except OSError:
        pass
    atomic_write(path, data)
    return True


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` durable; where folders cannot be opened (Windows) there is nothing to do."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def slug(text: str, *, limit: int = 60) -> str:
    """A safe folder name part from any text: lower-case ASCII words joined by hyphens, "" when none remain."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", ascii_text.lower())
    name = ""
    for word in words:
        longer = f"{name}-{word}" if name else word
        if len(longer) > limit:
            break
        name = longer
    return name or "".join(words)[:limit]


def shipped(folder: str) -> Path:
    """A folder of data shipped with the package, `prompts` or `demo`: in a wheel inside it, else beside it."""
    package = Path(__file__).parent
    inside = package / f"_{folder}"
    if inside.is_dir():
        return inside
    return package.parent / {"prompts": "prompts", "demo": "fixtures/demo"}[folder]
