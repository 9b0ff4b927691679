"""Briefs in files: single ones, folders, JSON Lines, standard input. Imports layer 0."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pipeline.briefs.decoding import MAX_BYTES, MAX_CHARACTERS, Decoded, decode
from pipeline.briefs.found import Found, Reach, Refused, Temporary, shown
from pipeline.briefs.parsing import NotJSON, from_text
from pipeline.errors import BriefError
from pipeline.schema import sha256

SUFFIXES = (".txt", ".md", ".json", ".jsonl")
"""What a folder is searched for."""

_FEED_SUFFIXES = (".xml", ".rss", ".atom")
_PAGE_SUFFIXES = (".html", ".htm", ".xhtml")
_STILL_WRITTEN = 60.0
_TEMPORARY = re.compile(r"^\.|\.(?:tmp|part|swp)$|~$", re.IGNORECASE)


def from_folder(folder: Path, now: float, reach: Reach) -> Iterator[Found | Refused]:
    """The briefs of all files of a folder."""
    for file in _files_in(folder):
        if isinstance(file, Refused):
            yield file
        else:
            yield from from_file(file, _origin(file, folder), now, reach)


def _files_in(folder: Path) -> Iterator[Path | Refused]:
    """The files of a folder a brief may be in, sorted; what is left out is said.

    Left out are hidden and temporary names, links that leave the folder, and output folders of this program: drafts are
    no briefs.
    """
    root = folder.resolve()
    unreadable: list[OSError] = []
    for place, folders, files in os.walk(folder, onerror=unreadable.append):
        folders[:] = sorted(name for name in folders if not _TEMPORARY.search(name))
        for name in filter(lambda name: (Path(place) / name).is_symlink(), folders):
            yield Refused(_origin(Path(place) / name, folder), "a link to a folder", skipped=True)
        if {*files, *folders} >= OUTPUT_MARKS:
            folders.clear()
            yield Refused(_origin(place, folder), "an output folder, drafts are no briefs", skipped=True)
            continue
        for name in sorted(files):
            yield from _file_in(Path(place) / name, folder, root)
    for error in unreadable:
        yield Refused(_origin(error.filename, folder), f"cannot read: {error.strerror}. Make it readable.")


OUTPUT_MARKS = frozenset({".lock", "drafts.jsonl", "index.html"})
"""What every output folder holds."""


def _file_in(path: Path, folder: Path, root: Path) -> Iterator[Path | Refused]:
    origin = _origin(path, folder)
    try:
        if _TEMPORARY.search(path.name):
            yield Refused(origin, "hidden or temporary name", skipped=True)
        elif path.is_symlink() and not path.resolve(strict=True).is_relative_to(root):
            yield Refused(origin, "a link that leaves the folder", skipped=True)
        elif path.suffix.lower() in SUFFIXES:
            yield path if path.is_file() else Refused(origin, "not a file", skipped=True)
    except (OSError, RuntimeError) as error:
        yield Refused(origin, f"cannot be followed or read: {error}. Mend or remove it.")


def _origin(path: str | Path, folder: Path) -> str:
    """The path within its source, for people: a name that is no UTF-8 with its bytes escaped."""
    return shown(Path(path).relative_to(folder).as_posix())


def from_standard_input(stdin: BinaryIO | None, reach: Reach) -> Iterator[Found | Refused]:
    """The brief of standard input, or those of a feed's entries."""
    raw = stdin.read(max(MAX_BYTES, reach.max_bytes) + 1) if stdin else b""
    try:
        from pipeline.briefs.entries import is_feed
        from pipeline.briefs.feeds import from_feed

        if is_feed(raw):
            yield from from_feed(raw, "standard input", reach)
        else:
            yield Found(from_text(decode(raw), None, ".md"), sha256(raw), fleeting=True)
    except BriefError as error:
        yield Refused("standard input", str(error))


def from_file(path: Path, origin: str, now: float, reach: Reach) -> Iterator[Found | Refused]:
    """The briefs of one file: one, or those of its lines or entries."""
    try:
        if path.suffix.lower() == ".jsonl":
            yield from _from_lines(path, origin)
            return
        raw = _read(path, reach.max_bytes)
        yield from _from_bytes(raw, path.suffix.lower(), origin, reach)
    except (NotJSON, Temporary) as error:
        if now and now - path.stat().st_mtime < _STILL_WRITTEN:
            yield Refused(origin, "not complete yet (changed just now), left for the next run", skipped=True)
        else:
            yield Refused(origin, str(error))
    except BriefError as error:
        yield Refused(origin, str(error))
    except OSError as error:
        yield Refused(origin, f"cannot read: {error.strerror}. Make it readable.")


def _read(path: Path, most: int) -> bytes:
    """The bytes of a file of any kind (a named pipe has no size), or `BriefError` when they are too many."""
    with path.open("rb") as file:
        raw = file.read(max(most, MAX_BYTES) + 1)
    if len(raw) > max(most, MAX_BYTES):
        raise BriefError(f"{max(path.stat().st_size, len(raw)):,} bytes are too many. Shorten it.")
    return raw


def _from_bytes(raw: bytes, suffix: str, origin: str, reach: Reach) -> Iterator[Found | Refused]:
    if suffix not in (".txt", ".md"):
        from pipeline.briefs.entries import is_feed
        from pipeline.briefs.feeds import from_feed
        from pipeline.briefs.pages import from_page, is_page

        if suffix in _FEED_SUFFIXES or is_feed(raw):
            yield from from_feed(raw, origin, reach)
            return
        if suffix in _PAGE_SUFFIXES or (suffix not in SUFFIXES and is_page(raw)):
            yield from_page(raw, origin)
            return
    if len(raw) > MAX_BYTES:
        raise BriefError(f"{len(raw):,} bytes, a brief may have {MAX_CHARACTERS:,} characters. Shorten it.")
    yield Found(from_text(_of_json(raw) if suffix == ".json" else decode(raw), origin, suffix), sha256(raw))


def _from_lines(path: Path, origin: str) -> Iterator[Found | Refused]:
    """The briefs of a JSON Lines file, one line in memory at a time."""
    with path.open("rb") as file:
        number = 0
        while raw := file.readline(MAX_BYTES + 1):
            number += 1
            place = f"{origin}:{number}"
            if len(raw) > MAX_BYTES:
                yield Refused(place, f"longer than the {MAX_CHARACTERS:,} characters a brief may have. Shorten it.")
                while raw and not raw.endswith(b"\n"):
                    raw = file.readline(MAX_BYTES + 1)
                continue
            if not raw.strip():
                continue
            try:
                yield Found(from_text(_of_json(raw), place, ".json"), sha256(raw))
            except NotJSON as error:
                if not raw.endswith(b"\n"):  # the end of a file that may still be written
                    raise NotJSON(f"line {number}: {error}") from error
                yield Refused(place, str(error))
            except BriefError as error:
                yield Refused(place, str(error))


def _of_json(raw: bytes) -> Decoded:
    """As `decode`; a file that is cut within a character is no JSON either."""
    try:
        return decode(raw, None)
    except BriefError as error:
        raise NotJSON(str(error)) from error
