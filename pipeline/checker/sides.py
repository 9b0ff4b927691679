"""Two editions side by side, and where they differ: the types of `parity.py` and of what it is made of.

Lives here: a figure at its place, an edition as pages, a mismatch. Does not: when two figures differ (`parity.py`,
`assignment.py`, `numbering.py`). Imports `schema` and `context`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.checker.context import Page
from pipeline.schema import Figure, Language

Code = Literal["parity.missing", "parity.value", "figures.unread", "paragraph.misaligned"]
Case = Literal["", "bound", "direction", "moved"]


@dataclass(frozen=True, slots=True)
class Place:
    """A figure of one edition: its language, field and paragraph."""

    language: Language
    field: str
    paragraph: int
    page: Page
    figure: Figure


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A figure without a counterpart, or two counterparts that differ: the Chinese one with the English beside it.

    They differ in their value or (`bound`) in their bound alone; `moved`: they agree, in neighbouring paragraphs.
    """

    code: Code
    place: Place
    counterpart: Place | None = None
    case: Case = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One edition: its fields as pages. `anywhere` are fields (title, lead) whose answer may stand in any other;
    `names` are names that hold a number, whose figures may answer and need no answer."""

    language: Language
    fields: tuple[str, ...]
    pages: tuple[Page, ...]
    anywhere: frozenset[int] = frozenset()
    names: tuple[str, ...] = ()

    def places(self) -> list[list[Place]]:
        """The readings, field by field."""
        return [
            [Place(self.language, field, index, page, figure) for figure in page.figures]
            for index, (field, page) in enumerate(zip(self.fields, self.pages, strict=True))
        ]


def differ(one: Place, other: Place, case: Case = "") -> Mismatch:
    """Counterparts that differ, whichever is the Chinese one."""
    chinese, english = (one, other) if one.language == "zh" else (other, one)
    return Mismatch("parity.value", chinese, english, case)


def moved(one: Place, other: Place) -> Mismatch:
    """Counterparts that agree and stand in neighbouring paragraphs."""
    chinese, english = (one, other) if one.language == "zh" else (other, one)
    return Mismatch("paragraph.misaligned", chinese, english, "moved")
