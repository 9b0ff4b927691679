"""Counterparts of the figures that nothing answers: which of the other edition they were meant to be.

Lives here: the pairing of lone figures, the most alike first. Does not: which figures are lone (`parity.py`). Imports
`sides` and `values`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pipeline.checker.evidence import CANDIDATES
from pipeline.checker.sides import Mismatch, Place, differ
from pipeline.checker.values import digits, measure, value_of
from pipeline.schema import LANGUAGES, Language

_SAME_SORT = 7
"""The likeness (`_likeness`) of two figures of one kind and unit in the same paragraph, whatever their values."""


def paired(
    lone: dict[Language, list[Place]], told: dict[Language, list[Place]], places: dict[Language, list[list[Place]]]
) -> list[Mismatch]:
    """Lone figures of both sides that are evidently counterparts differ in value; the others are missing.

    `told` are figures that the other side may tell without a figure: counterparts only where a lone date is left.
    """
    differing = _assigned(lone["zh"], lone["en"])
    left = {language: [place for place in lone[language] if place not in differing] for language in LANGUAGES}
    for language, other in (LANGUAGES, LANGUAGES[::-1]):
        repeated = _said_again(places[other], places[language]) if left[language] else []
        differing |= _assigned(left[language], [p for p in repeated if p not in differing], alike=_SAME_SORT)
        mine, theirs = ([p for p in side if p.figure.when] for side in (left[language], told[other]))
        differing |= _assigned([p for p in mine if p not in differing], [p for p in theirs if p not in differing])
    found = [differ(place, differing[place]) for place in lone["zh"] if place in differing]
    found += [differ(differing[place], place) for place in left["en"] if place in differing]
    found += [Mismatch("parity.missing", p) for side in ("zh", "en") for p in left[side] if p not in differing]
    for language, other in (LANGUAGES, LANGUAGES[::-1]):
        if not any(places[other]):
            found = _unread(found, language)
    return found


def _assigned(mine: Sequence[Place], theirs: Sequence[Place], alike: int = 1) -> dict[Place, Place]:
    """One to one, the most alike first, then the nearest in the text: each place with its counterpart, both ways."""
    ranked = []
    for rank, place in enumerate(mine):
        here = rank * len(theirs) // len(mine)
        for index in range(max(0, here - CANDIDATES), min(len(theirs), here + CANDIDATES)):
            likeness = _likeness(place, theirs[index])
            if likeness >= alike:
                ranked.append((-likeness, abs(_along(place) - _along(theirs[index])), rank, index))
    assigned: dict[Place, Place] = {}
    for _, _, rank, index in sorted(ranked):
        if mine[rank] not in assigned and theirs[index] not in assigned:
            assigned |= {mine[rank]: theirs[index], theirs[index]: mine[rank]}
    return assigned


def _along(place: Place) -> int:
    """How far along its field a figure stands, in thousandths."""
    return 1000 * place.figure.start // len(place.page.text)


def _said_again(theirs: Sequence[Sequence[Place]], mine: Sequence[Sequence[Place]]) -> list[Place]:
    """The figures that are said more often there than here: 65% and 65% where there is 65% and 63% here."""
    repeated = []
    for paragraph, others in zip(theirs, mine, strict=False):
        there, here = (Counter(value_of(place.figure) for place in side) for side in (paragraph, others))
        repeated += [place for place in paragraph if there[value_of(place.figure)] > here[value_of(place.figure)] > 0]
    return repeated


def _unread(found: list[Mismatch], language: Language) -> list[Mismatch]:
    """Nothing at all was read on the other side: the first figure missing there says so."""
    for index, mismatch in enumerate(found):
        if mismatch.place.language == language and mismatch.code == "parity.missing":
            return [*found[:index], Mismatch("figures.unread", mismatch.place), *found[index + 1 :]]
    return found


def _told(place: Place) -> set[str]:
    """The fields that a date tells; none for any other figure."""
    return {name for name, value in place.figure.when if value} if place.figure.when else set()


def _likeness(one: Place, other: Place) -> int:
    """How evidently two figures are counterparts: number, digits and dimension together, or one of them; 0 for none."""
    if abs(one.paragraph - other.paragraph) > 1:
        return 0
    if one.figure.when is not None or other.figure.when is not None:
        shared = len(_told(one) & _told(other))
        return 2 * shared + (one.paragraph == other.paragraph) if shared else 0
    mine, theirs = measure(one.figure), measure(other.figure)
    alike = (
        3 * (one.figure.low == other.figure.low)
        + 3 * (digits(mine.low) == digits(theirs.low))
        + 2 * (mine.family == theirs.family)
        + (one.figure.kind == other.figure.kind)
    )
    return 2 * alike + (one.paragraph == other.paragraph) if alike else 0
