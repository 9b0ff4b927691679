"""Do the English and the Chinese carry the same figures?

Lives here: which figures of two editions stay without an answer (`mismatches`). Does not: when one figure answers
another (`counterparts.py`), whether either is true (`support.py`), findings and reasons. Imports `schema`.

Two strengths: strong figures (digits, magnitudes, percent, money) must find an answer among all readings of the other
side in their paragraph or a neighbour; soft ones may answer and never raise an alarm. An equal count of numbers on
both sides is not asked for: human translations do not have it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pipeline.checker.context import NUMBER, Fact, Page
from pipeline.checker.counterparts import Answer, answers, is_conversion, is_strong
from pipeline.checker.equivalents import says_otherwise, says_the_same
from pipeline.checker.evidence import CANDIDATES, without_names
from pipeline.checker.names import NumberedName, numbered_names
from pipeline.checker.values import digits, measure, value_of
from pipeline.schema import LANGUAGES, Figure, Language

Code = Literal["parity.missing", "parity.value", "figures.unread", "paragraph.misaligned"]
Case = Literal["", "bound", "direction", "moved"]

_SORTS = ("month", "weekday", "fraction", "multiple")
"""Soft figures that answer only to their like."""

_DIFFERING: dict[Answer, Case] = {"bound": "bound", "words": "", "direction": "direction"}
"""The answers that are a difference, with its case."""

_SAME_SORT = 7
"""The likeness (`_likeness`) of two figures of one kind and unit in the same paragraph, whatever their values."""


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


def mismatches(english: Side, chinese: Side) -> list[Mismatch]:
    """The figures on which two editions differ. With the same fields they are compared by field, else as a whole."""
    aligned = english.fields == chinese.fields
    places: dict[Language, list[list[Place]]] = {"en": english.places(), "zh": chinese.places()}
    found: list[Mismatch] = []
    lone: dict[Language, list[Place]] = {"en": [], "zh": []}
    for side, there in ((english, chinese), (chinese, english)):
        for index, paragraph in enumerate(places[side.language]):
            near = [index] if aligned and index not in side.anywhere else list(range(len(there.pages)))
            pool = _Pool(_pool(places[there.language], index, near))
            asking = _asking(side, index)
            for rank, place in enumerate(paragraph):
                if place.figure.start not in asking:
                    continue
                candidates = pool.candidates(place.figure, rank, len(paragraph))
                answer, counterpart = _best_answer(place, candidates, paragraph)
                if answer in _DIFFERING and counterpart is not None:
                    found.append(_differ(place, counterpart, _DIFFERING[answer]))
                elif counterpart is not None and counterpart.paragraph not in near:
                    found.append(_moved(place, counterpart))
                elif answer == "no" and not _stands_unread(place.figure, [there.pages[i] for i in near]):
                    lone[side.language].append(place)
    found += _pair(lone, places)
    if aligned:
        found += _strict(places)
    found += _renamed(english, chinese)
    return list(dict.fromkeys(found))


def _asking(side: Side, index: int) -> set[int]:
    """Where in a field the figures begin that must find an answer."""
    page = side.pages[index]
    return {figure.start for figure in without_names(page.figures, page.text, side.names) if is_strong(figure)}


def _pool(paragraphs: Sequence[list[Place]], index: int, near: Sequence[int]) -> list[Place]:
    """The readings that may answer: those of the same paragraph first, then of its neighbours."""
    order = dict.fromkeys((index, *near, index - 1, index + 1))
    return [place for i in order if 0 <= i < len(paragraphs) for place in paragraphs[i]]


class _Pool:
    """The readings that may answer, a few of them at a time where there are many.

    A pool of more than twice CANDIDATES, which no news text has, gives a figure those of its number, of its value in
    base units, and those about as far along as itself.
    """

    def __init__(self, places: Sequence[Place]) -> None:
        self.places = places
        self._by_number: dict[object, list[int]] = {}
        for index, place in enumerate(places if len(places) > 2 * CANDIDATES else ()):
            for key in _numbers(place.figure):
                self._by_number.setdefault(key, []).append(index)

    def candidates(self, figure: Figure, rank: int, size: int) -> Sequence[Place]:
        """The readings to look at for the figure that is `rank`th of `size` on its side."""
        if len(self.places) <= 2 * CANDIDATES:
            return self.places
        here = rank * len(self.places) // max(size, 1)
        chosen = set(range(max(0, here - CANDIDATES // 2), min(len(self.places), here + CANDIDATES // 2)))
        for key in _numbers(figure):
            chosen.update(self._by_number.get(key, ())[:CANDIDATES])
        return [self.places[index] for index in sorted(chosen)]


def _numbers(figure: Figure) -> set[object]:
    """What a figure is found by: its number, its value in base units, its date."""
    if figure.when is not None:
        return {figure.when}
    value = measure(figure)
    return {figure.low, figure.high, (value.family, value.low), (value.family, value.high)}


def _best_answer(place: Place, pool: Sequence[Place], beside: Sequence[Place]) -> tuple[Answer, Place | None]:
    """The first that says the same; else one that may mean the same and is the counterpart of no other figure beside
    this one; else one that differs in its bound or its words; a conversion where nothing has the unit."""
    figure, differing = place.figure, dict[Answer, Place]()
    loose: list[Place] = []
    for other in pool:
        answer = _answer(place, other)
        if answer == "yes":
            return "yes", other
        if answer == "loose":
            loose.append(other)
        differing.setdefault(answer, other)
    for other in loose:
        if not any(answers(mine.figure, other.figure) == "yes" for mine in beside if mine.figure is not figure):
            return "yes", other
    for answer in _DIFFERING:
        if answer in differing:
            return answer, differing[answer]
    if not any(figure.unit == other.figure.unit for other in pool):
        converted = next((other for other in pool if is_conversion(figure, other.figure)), None)
        if converted is not None:
            return "yes", converted
    return "no", None


def _answer(one: Place, other: Place) -> Answer:
    """Whether a figure says what another says, with the words right beside them: 九折 and 10% off, rose and 下降."""
    answer, told = answers(one.figure, other.figure), Fact(other.figure, other.page)
    if one.figure.when is not None or answer == "loose":
        return answer
    if answer == "no":
        return "yes" if says_the_same(one.figure, one.page, told) else "no"
    if says_otherwise(one.figure, one.page, told):
        return "words"
    ways = {place.page.direction(place.figure) for place in (one, other)}
    return "direction" if ways == {"up", "down"} else answer


def _stands_unread(figure: Figure, pages: Sequence[Page]) -> bool:
    """Whether the digits stand on the other side as something that was not read as a figure: a name, a code."""
    wanted = {match[0] for match in NUMBER.finditer(figure.text)}
    return bool(wanted) and any(wanted <= page.unread_numbers for page in pages)


# --- figures without an answer ---------------------------------------------------------------------------------------


def _pair(lone: dict[Language, list[Place]], places: dict[Language, list[list[Place]]]) -> list[Mismatch]:
    """Lone figures of both sides that are evidently counterparts differ in value; the others are missing."""
    differing = _assigned(lone["zh"], lone["en"])
    left = {language: [place for place in lone[language] if place not in differing] for language in LANGUAGES}
    for language, other in (LANGUAGES, LANGUAGES[::-1]):
        repeated = _said_again(places[other], places[language]) if left[language] else []
        differing |= _assigned(left[language], [p for p in repeated if p not in differing], alike=_SAME_SORT)
    found = [_differ(place, differing[place]) for place in lone["zh"] if place in differing]
    found += [_differ(differing[place], place) for place in left["en"] if place in differing]
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


def _likeness(one: Place, other: Place) -> int:
    """How evidently two figures are counterparts: number, digits and dimension together, or one of them; 0 for none."""
    if abs(one.paragraph - other.paragraph) > 1:
        return 0
    if one.figure.when is not None or other.figure.when is not None:
        return 1 if one.figure.when is not None and other.figure.when is not None else 0
    mine, theirs = measure(one.figure), measure(other.figure)
    alike = (
        3 * (one.figure.low == other.figure.low)
        + 3 * (digits(mine.low) == digits(theirs.low))
        + 2 * (mine.family == theirs.family)
        + (one.figure.kind == other.figure.kind)
    )
    return 2 * alike + (one.paragraph == other.paragraph) if alike else 0


def _differ(one: Place, other: Place, case: Case = "") -> Mismatch:
    chinese, english = (one, other) if one.language == "zh" else (other, one)
    return Mismatch("parity.value", chinese, english, case)


def _moved(one: Place, other: Place) -> Mismatch:
    chinese, english = (one, other) if one.language == "zh" else (other, one)
    return Mismatch("paragraph.misaligned", chinese, english, "moved")


def _strict(places: dict[Language, list[list[Place]]]) -> list[Mismatch]:
    """A month, weekday or fraction differs when each side has just one of its sort and they are not the same."""
    found = []
    for english, chinese in zip(places["en"], places["zh"], strict=True):
        for sort in _SORTS:
            one, other = ([p for p in side if _sort(p.figure) == sort] for side in (english, chinese))
            if len(one) != 1 or len(other) != 1 or any(answers(one[0].figure, p.figure) == "yes" for p in chinese):
                continue
            if not any(answers(p.figure, other[0].figure) == "yes" for p in english):
                found.append(_differ(one[0], other[0]))
    return found


def _sort(figure: Figure) -> str:
    """The sort of a soft figure that answers only to its like; "" for any other."""
    if figure.when is not None:
        known = {name for name, value in figure.when if value}
        return known.pop() if known in ({"month"}, {"weekday"}) else ""
    if figure.kind != "multiple" or figure.high is None:
        return ""
    return "fraction" if figure.high < 1 else "multiple"


# --- names that hold a number ----------------------------------------------------------------------------------------


def _renamed(english: Side, chinese: Side) -> list[Mismatch]:
    """A name the Chinese has with a number that the English lacks, which has it with another: H200 for H100."""
    here, there = _names(chinese), _names(english)
    found = []
    for family in here.keys() & there.keys():
        strange, left = (
            [place for number, place in mine.items() if number not in theirs]
            for mine, theirs in ((here[family], there[family]), (there[family], here[family]))
        )
        found += [_differ(one, other) for one, other in zip(strange, left, strict=False)]
    return found


def _names(side: Side) -> dict[str, dict[str, Place]]:
    """The names of an edition that hold a number: by family and number, the first place of each."""
    names: dict[str, dict[str, Place]] = {}
    for index, (field, page) in enumerate(zip(side.fields, side.pages, strict=True)):
        for name in numbered_names(page.text):
            place = Place(side.language, field, index, page, _as_figure(name, page.text[name.start : name.end]))
            names.setdefault(name.family, {}).setdefault(name.number, place)
    return names


def _as_figure(name: NumberedName, text: str) -> Figure:
    """A name in the shape of a figure, so that a finding can point at it."""
    number = Decimal("".join(filter(str.isdecimal, text)) or 0)
    return Figure(
        kind="number", low=number, high=number, text=text, start=name.start, end=name.end, rule="name with a number"
    )
