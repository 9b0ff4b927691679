"""What a person changed in a draft, and how two versions of a text differ: words in English, characters in Chinese.

Lives here: finding the changes and marking them. Does not: where a page shows them. Imports layer 0 and `html`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from markupsafe import Markup

from pipeline.render.html import escaped
from pipeline.schema import Draft, Edition, Language

_UNIT = re.compile(r"[A-Za-zÀ-ÿ]+|\d+(?:[.,]\d+)*|\s+|.", re.DOTALL)
"""A word, a number, white space, or one character: Han characters stand for themselves."""

_LONGEST = 1500
"""Texts of more units than this are compared as a whole: the time of a comparison grows with the square."""


_ALIKE = 0.3
"""Texts that share less than this are shown one after the other: marks on every word say nothing."""


@dataclass(frozen=True, slots=True)
class Change:
    """A field of an edition before and after a person edited it. Where a paragraph was taken out, `field` is the one
    that now stands in its place, and `after` is empty."""

    language: Language
    field: str
    before: str
    after: str


def changes(original: Draft, draft: Draft) -> list[Change]:
    """Every title, lead and paragraph that is not as it was, in reading order."""
    pairs = ((original.en, draft.en), (original.zh, draft.zh))
    return [change for was, now in pairs if was and now for change in _of_edition(was, now)]


def _of_edition(was: Edition, now: Edition) -> Iterator[Change]:
    for field in ("title", "lead"):
        before, after = getattr(was, field), getattr(now, field)
        if before != after:
            yield Change(now.language, field, before, after)
    old, new = [p.text for p in was.body], [p.text for p in now.body]
    for _, old_start, old_end, new_start, new_end in _edits(old, new):
        for step in range(max(old_end - old_start, new_end - new_start)):
            before = old[old_start + step] if old_start + step < old_end else ""
            after = new[new_start + step] if new_start + step < new_end else ""
            at = new_start + step if after else min(new_end, len(new) - 1)
            yield Change(now.language, f"body[{max(at, 0)}]", before, after)


def _edits(old: list[str], new: list[str]) -> Iterator[tuple[str, int, int, int, int]]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return (edit for edit in matcher.get_opcodes() if edit[0] != "equal")


Part = tuple[Literal["equal", "delete", "insert"], str]


def parts(before: str, after: str) -> Iterator[Part]:
    """Both texts as one, in pieces: what stayed, what went out, what came in."""
    old, new = _UNIT.findall(before), _UNIT.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if max(len(old), len(new)) > _LONGEST or matcher.ratio() < _ALIKE:
        old, new = [before], [after]
        matcher.set_seqs(old, new)
    for kind, a, b, c, d in matcher.get_opcodes():
        gone, come = "".join(old[a:b]), "".join(new[c:d])
        if kind == "equal":
            yield "equal", gone
        else:
            yield from (("delete", gone),) if gone else ()
            yield from (("insert", come),) if come else ()


_ELEMENT = {"equal": "{}", "delete": "<del>{}</del>", "insert": "<ins>{}</ins>"}


def difference(before: str, after: str) -> Markup:
    """Both texts as one, what went in `del` and what came in `ins`."""
    return Markup("".join(_ELEMENT[kind].format(escaped(text)) for kind, text in parts(before, after)))
