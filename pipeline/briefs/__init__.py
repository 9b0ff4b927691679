"""Reading briefs: text, Markdown, JSON, JSON Lines, folders, standard input, feeds and article pages.

One bad brief never stops the others: each source gives `Found` or a `Refused` with one clear reason. Lives here: which
reader a source needs. The readers are files of this folder, by kind of source: `files`, `feeds`, `pages`; `fetching`
alone reaches the network. Does not: what becomes of a brief. Imports layer 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from pipeline.briefs.decoding import MAX_CHARACTERS, Decoded, decode
from pipeline.briefs.files import OUTPUT_MARKS, SUFFIXES, from_file, from_folder, from_standard_input
from pipeline.briefs.found import Found, Reach, Refused, shown
from pipeline.errors import BriefError
from pipeline.schema import Brief

__all__ = [
    "ACCEPTED",
    "MAX_CHARACTERS",
    "OUTPUT_MARKS",
    "SUFFIXES",
    "Decoded",
    "Found",
    "Reach",
    "Refused",
    "decode",
    "exists",
    "is_url",
    "read",
    "read_one",
]

ACCEPTED = f"{' '.join(SUFFIXES)}, folders of them, feeds and article pages by path or URL, and - for standard input"

ORDINARY = Reach()
"""Nothing private is fetched, and feeds are taken as they are."""


def read(
    sources: Iterable[str], *, stdin: BinaryIO | None = None, now: float = 0.0, reach: Reach = ORDINARY
) -> Iterator[Found | Refused]:
    """All briefs of all sources in order: files, folders (searched through), URLs, `-` for standard input.

    `now` is the time in seconds since 1970: a JSON file that does not parse and changed within the last minute is left
    for the next run. A path that does not exist raises `BriefError`, a missing extra `ConfigurationError`; anything
    else that is wrong gives a `Refused`.
    """
    sources = list(sources)
    answers = _fetched([source for source in sources if is_url(source)], reach)
    for source in sources:
        if source == "-":
            yield from from_standard_input(stdin, reach)
        elif is_url(source):
            from pipeline.briefs.online import from_url

            yield from from_url(source, next(answers), reach)
        elif not exists(source):
            raise BriefError(f"{source}: no such file or folder. Check the path.")
        elif Path(source).is_dir():
            yield from from_folder(Path(source), now, reach)
        else:
            yield from from_file(Path(source), shown(Path(source).name), now, reach)


def _fetched(urls: list[str], reach: Reach) -> Iterator[Any]:
    from pipeline.briefs.online import fetches

    yield from fetches(urls, reach)


def read_one(path: Path) -> Brief:
    """The brief of one file, for callers that have exactly one. Raises `BriefError`."""
    items = list(from_file(path, path.name, 0.0, ORDINARY))
    if len(items) != 1:
        raise BriefError(f"{path}: holds {len(items)} briefs. Give a file with one.")
    if isinstance(items[0], Refused):
        raise BriefError(f"{path}: {items[0].reason}")
    return items[0].brief


def is_url(source: str) -> bool:
    """Whether a source is fetched from the network."""
    return source.lower().startswith(("http://", "https://"))


def exists(source: str) -> bool:
    """Whether there is a file or folder of this name, or it is a URL; a name that cannot be one is none."""
    try:
        return is_url(source) or Path(source).exists()
    except (OSError, ValueError):
        return False
