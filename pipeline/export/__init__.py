"""Approved drafts for publishing, with every label: Hugo, plain JSON, Atom, JSON Feed.

`articles` says what may be published and what is said of it, `files` and `feeds` print it. Does not live here: the text
between its labels (`render`), the wording of the labels (`disclosure`), what can be typed (`cli`). Imports layers 0 to
4. The same drafts give the same files: nothing here depends on the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.export.articles import EPOCH, Article, File, FormatName, Options, articles, newest, producer_named
from pipeline.export.feeds import atom, jsonfeed
from pipeline.export.files import BadKey, hugo, names, plain_json
from pipeline.files import write_if_changed
from pipeline.review import Case

_FORMATS: dict[FormatName, Callable[[Sequence[Article], Options], list[File]]] = {
    "hugo": hugo,
    "json": plain_json,
    "atom": atom,
    "jsonfeed": jsonfeed,
}


def export(articles: Sequence[Article], to: Path, options: Options) -> list[Path]:
    """Write the articles in a format to a folder and return its files; those that are right already are left alone.

    A feed without articles is a feed. Raises `OutputError`, `BadKey`.
    """
    named = [(to / name, text) for name, text in _FORMATS[options.format](articles, options)]
    for path, text in named:
        write_if_changed(path, text)
    return [path for path, _ in named]


def left_over(case: Case, to: Path, options: Options) -> list[Path]:
    """The files of an earlier export of a draft, for one that is not to be published now."""
    return [path for name in names(case, options.format) if (path := to / name).is_file()]


__all__ = [
    "EPOCH",
    "Article",
    "BadKey",
    "FormatName",
    "Options",
    "articles",
    "export",
    "left_over",
    "newest",
    "producer_named",
]
