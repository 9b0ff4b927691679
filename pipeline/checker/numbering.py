"""Numbers that are no figures and yet must be the same in both editions: list numbers, names that hold a number.

Lives here: the comparison of these between editions. Does not: names against the brief (`names.py`), figures
(`parity.py`). Imports `names` and `sides`.
"""

from __future__ import annotations

import re
from decimal import Decimal

from pipeline.checker.names import numbered_names
from pipeline.checker.sides import Mismatch, Place, Side, differ
from pipeline.schema import Figure

_LIST_NUMBER = re.compile(r"^ *(?P<number>\d{1,2})[.)、．）](?!\d)", re.MULTILINE)


def renumbered(english: Side, chinese: Side) -> list[Mismatch]:
    """List numbers that differ where both editions of a field have as many of them."""
    found = []
    for there, here in zip(_list_numbers(english), _list_numbers(chinese), strict=True):
        if len(there) == len(here):
            pairs = zip(here, there, strict=True)
            found += [differ(one, other) for one, other in pairs if one.figure.low != other.figure.low]
    return found


def _list_numbers(side: Side) -> list[list[Place]]:
    return [
        [
            Place(side.language, field, index, page, _as_figure(match["number"], *match.span("number"), "list number"))
            for match in _LIST_NUMBER.finditer(page.text)
        ]
        for index, (field, page) in enumerate(zip(side.fields, side.pages, strict=True))
    ]


def renamed(english: Side, chinese: Side) -> list[Mismatch]:
    """A name the Chinese has with a number that the English lacks, which has it with another: H200 for H100."""
    here = _names(chinese)
    there = _names(english) if here else {}
    found = []
    for family in here.keys() & there.keys():
        strange, left = (
            [place for number, place in mine.items() if number not in theirs]
            for mine, theirs in ((here[family], there[family]), (there[family], here[family]))
        )
        found += [differ(one, other) for one, other in zip(strange, left, strict=False)]
    return found


def _names(side: Side) -> dict[str, dict[str, Place]]:
    """The names of an edition that hold a number: by family and number, the first place of each."""
    names: dict[str, dict[str, Place]] = {}
    for index, (field, page) in enumerate(zip(side.fields, side.pages, strict=True)):
        for name in numbered_names(page.text):
            figure = _as_figure(page.text[name.start : name.end], name.start, name.end, "name with a number")
            names.setdefault(name.family, {}).setdefault(name.number, Place(side.language, field, index, page, figure))
    return names


def _as_figure(text: str, start: int, end: int, rule: str) -> Figure:
    """A number that is no figure in the shape of one, so that a finding can point at it."""
    number = Decimal("".join(filter(str.isdecimal, text)) or 0)
    return Figure(kind="number", low=number, high=number, text=text, start=start, end=end, rule=rule)
