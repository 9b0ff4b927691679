"""Do the English and the Chinese carry the same figures?

Lives here: which figures of two editions answer each other and which stay without an answer (`mismatches`). Does not:
when one figure answers another (`counterparts.py`), what a lone one was meant to be (`assignment.py`), list numbers and
names (`numbering.py`), whether either edition is true (`support.py`), findings and reasons. Imports `schema`.

Two strengths: strong figures (digits, magnitudes, percent, money) must find an answer among all readings of the other
side in their paragraph or a neighbour; soft ones may answer and never raise an alarm. An equal count of numbers on
both sides is not asked for: human translations do not have it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from pipeline.checker.assignment import paired
from pipeline.checker.context import NUMBER, Fact, Page
from pipeline.checker.counterparts import Answer, answers, is_conversion, is_strong
from pipeline.checker.equivalents import says_otherwise, says_the_same
from pipeline.checker.evidence import CANDIDATES, without_names
from pipeline.checker.numbering import renamed, renumbered
from pipeline.checker.sides import Case, Mismatch, Place, Side, differ, moved
from pipeline.checker.values import measure
from pipeline.schema import Figure, Language

_SORTS = ("weekday", "fraction", "multiple", "ordinal", "vague")
"""Soft figures that answer only to their like."""

_DIFFERING: dict[Answer, Case] = {"bound": "bound", "words": "", "direction": "direction"}
"""The answers that are a difference, with its case."""


def mismatches(english: Side, chinese: Side) -> list[Mismatch]:
    """The figures on which two editions differ. With the same fields they are compared by field, else as a whole."""
    aligned = english.fields == chinese.fields
    places: dict[Language, list[list[Place]]] = {"en": english.places(), "zh": chinese.places()}
    found: list[Mismatch] = []
    lone: dict[Language, list[Place]] = {"en": [], "zh": []}
    told: dict[Language, list[Place]] = {"en": [], "zh": []}
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
                    found.append(differ(place, counterpart, _DIFFERING[answer]))
                elif counterpart is not None and counterpart.paragraph not in near:
                    found.append(moved(place, counterpart))
                elif answer == "no":
                    is_told = _is_told_unread(place, [there.pages[i] for i in near])
                    (told if is_told else lone)[side.language].append(place)
    found += paired(lone, told, places)
    if aligned:
        found += _strict(places) + renumbered(english, chinese)
    found += renamed(english, chinese)
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
    if answer == "bound" and any(_is_a_limit(place) for place in (one, other)):
        return "yes"
    way = one.page.direction(one.figure)
    if not way or other.page.direction(other.figure) in (None, way):
        return answer
    return answer if _is_compared_with(one) or _is_compared_with(other) else "direction"


_THE_LIMIT = re.compile(
    r"(?:below|above|over|under|beyond|exceed\w*|top(?:ped|s)|cross\w*|breach\w*|pass(?:ed|es|ing)|past|hit|than|at) "
    r"(?:the|its|their|a|an) $",
    re.IGNORECASE,
)
_COMPARED_WITH = re.compile(
    r"(?:from|than|below|above|against|低于|高于|优于|(?<![同环])比)[^,.;，。；]{0,8}$", re.IGNORECASE
)


def _is_a_limit(place: Place) -> bool:
    """Whether the bound before a figure is said of something else: below the 5% threshold."""
    return bool(_THE_LIMIT.search(place.page.text[max(0, place.figure.start - 16) : place.figure.start]))


def _is_compared_with(place: Place) -> bool:
    """Whether a figure is what another is compared with, so that the words about a rise or fall are not its own."""
    return bool(_COMPARED_WITH.search(place.page.text[max(0, place.figure.start - 16) : place.figure.start]))


_POWERS = {6: "百万", 7: "千万", 8: "亿", 10: "百亿", 11: "千亿", 12: "万亿"}
_NO_NUMBER_BEFORE = r"(?<![\d.〇零一二两三四五六七八九十百千万亿数几上])"
_TOLD: dict[object, re.Pattern[str]] = {
    "year": re.compile(
        r"(?:上一?|前一?|次|翌|同|当|此前一?|后一)年|the year (?:before|after)|"
        r"(?:an?|one|two|three|four|five|\d+) years? later|"
        r"(?:the|that) (?:previous|prior|following|next|same|preceding) year|that year",
        re.IGNORECASE,
    ),
    "day": re.compile(
        r"[次翌隔][日天]|[当同][日天]|(?:the|that) (?:next|following|previous|same) day|that day|"
        r"the day (?:before|after)",
        re.IGNORECASE,
    ),
    **{Decimal(10) ** power: re.compile(rf"{_NO_NUMBER_BEFORE}{word}(?![万亿])") for power, word in _POWERS.items()},
}
"""What is told without a figure: another year, another day, and the magnitudes that Chinese says without a number
before them (万亿参数, 每百万词元)."""

_THREE_MONTHS = re.compile(
    r"first (?:three|3) months|(?:three|3) months (?:to|through|ended|ending)|截至.{0,12}(?:三|3)个月", re.IGNORECASE
)
_THE_PERIOD_BEFORE = re.compile(r"(?:from|over|on|than)(?: in)? (?:the (?:previous|prior|preceding) )?$", re.IGNORECASE)
_AROUND = 40


@lru_cache(maxsize=64)
def _told_in_words(text: str) -> frozenset[object]:
    """Which of these a text tells."""
    return frozenset(what for what, pattern in _TOLD.items() if pattern.search(text))


def _is_told_unread(place: Place, pages: Sequence[Page]) -> bool:
    """Whether the other side tells a figure by what is not read as one: digits in a name or code, "the next year" for a
    year, 当天 for a day, a quarter for the three months to June, 万亿 alone for a trillion."""
    figure, when = place.figure, place.figure.when
    known = {name for name, value in when if value} if when else set()
    what = "day" if "day" in known else "year" if known == {"year"} else figure.low
    if what in _TOLD and any(what in _told_in_words(page.text) for page in pages):
        return True
    if "month" in known or figure.unit == "month":
        before = place.page.text[max(0, figure.start - _AROUND) : figure.start]
        if _THE_PERIOD_BEFORE.search(before) and any("环比" in page.text for page in pages):
            return True
        around = place.page.text[max(0, figure.start - _AROUND) : figure.end + _AROUND]
        if _THREE_MONTHS.search(around):
            return any(other.when and other.when.quarter for page in pages for other in page.figures)
    wanted = {match[0] for match in NUMBER.finditer(figure.text)}
    return bool(wanted) and any(wanted <= page.unread_numbers for page in pages)


def _strict(places: dict[Language, list[list[Place]]]) -> list[Mismatch]:
    """A soft figure differs when each side has just one of its sort (`_SORTS`) and they are not the same."""
    found = []
    for english, chinese in zip(places["en"], places["zh"], strict=True):
        ours, theirs = _by_sort(english), _by_sort(chinese)
        for sort in _SORTS:
            one, other = ours.get(sort, ()), theirs.get(sort, ())
            if len(one) != 1 or len(other) != 1 or any(answers(one[0].figure, p.figure) == "yes" for p in chinese):
                continue
            if not any(answers(p.figure, other[0].figure) == "yes" for p in english):
                found.append(differ(one[0], other[0]))
    return found


def _by_sort(places: Sequence[Place]) -> dict[str, list[Place]]:
    sorts: dict[str, list[Place]] = {}
    for place in places:
        sorts.setdefault(_sort(place.figure), []).append(place)
    return sorts


def _sort(figure: Figure) -> str:
    """The sort of a soft figure that answers only to its like; "" for any other."""
    if figure.when is not None:
        return "weekday" if {name for name, value in figure.when if value} == {"weekday"} else ""
    if figure.kind in ("ordinal", "vague"):
        return figure.kind
    if figure.kind != "multiple" or figure.high is None:
        return ""
    return "fraction" if figure.high < 1 else "multiple"
