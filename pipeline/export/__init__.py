"""Approved drafts for publishing, with every label: Hugo, plain JSON, Atom, JSON Feed.

`articles` says what may be published and what is said of it, `files` and `feeds` print it. Does not live here: the text
between its labels (`render`), the wording of the labels (`disclosure`), what can be typed (`cli`). Imports layers 0 to
4. The same drafts give the same files: nothing here depends on the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.export.articles import Article, File, FormatName, Options, articles, newest
from pipeline.export.feeds import atom, jsonfeed
from pipeline.export.files import BadKey, hugo, plain_json
from pipeline.files import atomic_write

_FORMATS: dict[FormatName, Callable[[Sequence[Article], Options], list[File]]] = {
    "hugo": hugo,
    "json": plain_json,
    "atom": atom,
    "jsonfeed": jsonfeed,
}


def export(articles: Sequence[Article], to: Path, options: Options) -> list[Path]:
    """Write the articles in a format to a folder and return the files. Raises `OutputError`, `BadKey`."""
    written = []
    for name, text in _FORMATS[options.format](articles, options):
        atomic_write(to / name, text)
        written.append(to / name)
    return written


__all__ = ["Article", "BadKey", "FormatName", "Options", "articles", "export", "newest"]
