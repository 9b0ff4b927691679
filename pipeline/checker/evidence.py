"""The evidence, read once: its pages, their figures, and what its dates mean when its publication date is known.

Lives here: `Witness`, and `Shelf`, which finds the few facts worth a look among many. Does not: verdicts
(`support.py`), what the words around a figure say (`context.py`). Imports `schema`, `text`, `figures`.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import islice, pairwise, takewhile

from pipeline.checker.context import Fact, Page, listed_together, own_count
from pipeline.checker.values import digits, family, measure, relate, written_number
from pipeline.schema import Figure, PartialDate
from pipeline.text import language_of

_PUBLISHED = re.compile(
    r"^\W{0,4}(?:published|publication date|date|发布日期|发布时间|发布于|日期)\W{0,4}[:：]\s*(.{4,40})",
    re.IGNORECASE | re.MULTILINE,
)
_DATELINE_END = re.compile(r"\s*(?:\([^)\n]{2,30}\)|（[^）\n]{2,30}）)?\s*(?:[-–—]{1,2}\s|电|讯|消息)")
_DATELINE_REACH = 80
"""A dateline stands at the very beginning: its date begins within so many characters."""

_KINDRED = {
    "share": ("multiple",), "multiple": ("share",), "clock": ("count",), "ordinal": ("count", "calendar"),
    "count": ("ordinal",), "calendar": ("ordinal",),
}  # fmt: skip
"""Families that say the same in other terms: half is 50%, and a brief may write 7 where a draft says 7 p.m."""

CANDIDATES = 64
"""A figure is compared with at most so many facts of a sort: those nearest in value, or with the rarest words in
common. Evidence with fewer, that is nearly all, is looked at whole; with more, the work grows with the text alone."""

_PAIRED = ("share", "points")
"""Families whose figures are no operands of a change in percent."""

_CODE = re.compile(r"\d[\d,.]*\d")


class Shelf:
    """Facts of one family. However many there are, a look at them takes CANDIDATES at most, in the brief's order."""

    def __init__(self, facts: list[Fact]) -> None:
        self.facts = facts
        self._order = {id(fact): index for index, fact in enumerate(facts)}

    @property
    def small(self) -> bool:
        """Whether all of it may be looked at."""
        return len(self.facts) <= CANDIDATES

    def near(self, figure: Figure) -> Sequence[Fact]:
        """The facts that a figure may relate to by value."""
        if self.small:
            return self.facts
        if figure.when is not None:
            return self._near_dates(figure.when)
        value = measure(figure)
        found = [*self._nearest(self._points, value.low), *self._nearest(self._ranges, value.low)]
        found += self._by_digits.get(digits(value.low), ())
        return self._in_order(found)

    def alike(self, words: Iterable[str]) -> Sequence[Fact]:
        """The facts that have words in common with these, the rarest first where there are many."""
        if self.small:
            return self.facts
        found: dict[int, Fact] = {}
        for facts in sorted((self._by_word[word] for word in words if word in self._by_word), key=len):
            found.update((id(fact), fact) for fact in islice(facts, CANDIDATES - len(found)))
        return self._in_order(found.values())

    def _in_order(self, facts: Iterable[Fact]) -> list[Fact]:
        unique = {self._order[id(fact)]: fact for fact in facts}
        return [unique[index] for index in sorted(unique)]

    @cached_property
    def _points(self) -> tuple[list[Decimal], list[Fact]]:
        return _by_value(fact for fact in self.facts if fact.figure.low is not None and _is_point(fact))

    @cached_property
    def _ranges(self) -> tuple[list[Decimal], list[Fact]]:
        return _by_value(fact for fact in self.facts if fact.figure.low is not None and not _is_point(fact))

    def _nearest(self, column: tuple[list[Decimal], list[Fact]], value: Decimal) -> list[Fact]:
        """The facts just below, at and just above a value."""
        values, facts = column
        left, right = bisect_left(values, value), bisect_right(values, value)
        equal = facts[left : min(right, left + CANDIDATES // 2)]
        return facts[max(0, left - CANDIDATES // 4) : left] + equal + facts[right : right + CANDIDATES // 4]

    @cached_property
    def _by_digits(self) -> dict[str, list[Fact]]:
        found: dict[str, list[Fact]] = defaultdict(list)
        for fact in self.facts:
            same = found[digits(measure(fact.figure).low)] if fact.figure.low is not None else []
            if len(same) < CANDIDATES // 4:
                same.append(fact)
        return found

    @cached_property
    def _by_word(self) -> dict[str, list[Fact]]:
        found: dict[str, list[Fact]] = defaultdict(list)
        for fact in self.facts:
            for word in fact.page.around(fact.figure) if fact.page is not None else ():
                found[word].append(fact)
        return found

    def _near_dates(self, when: PartialDate) -> list[Fact]:
        """The dates that a date covers, and those that leave its month or day open."""
        coarse = {(name, getattr(when, name)) for name in ("year", "decade")} | {("decade", when.implied("decade"))}
        found = [fact for key in coarse for fact in self._coarse.get(key, ())]
        known = [(name, value) for name, value in when if value and name != "fiscal"]
        rarest = min((self._by_part.get(key, []) for key in known), key=len, default=[])
        covered = (fact for fact in rarest[: CANDIDATES * 4] if fact.figure.when and when.covers(fact.figure.when))
        return self._in_order([*found, *islice(covered, CANDIDATES)])

    @cached_property
    def _by_part(self) -> dict[tuple[str, object], list[Fact]]:
        """The dates by each field they know or imply."""
        found: dict[tuple[str, object], list[Fact]] = defaultdict(list)
        for fact in self.facts:
            when = fact.figure.when
            for name in PartialDate.model_fields if when is not None else ():
                if when is not None and (value := when.implied(name)):
                    found[name, value].append(fact)
        return found

    @cached_property
    def _coarse(self) -> dict[tuple[str, object], list[Fact]]:
        """The dates without a day, by year or decade."""
        found: dict[tuple[str, object], list[Fact]] = defaultdict(list)
        for fact in self.facts:
            when = fact.figure.when
            if when is None or when.day:
                continue
            key = ("year", when.year) if when.year else ("decade", when.decade)
            if len(found[key]) < CANDIDATES // 2:
                found[key].append(fact)
        return found


def _is_point(fact: Fact) -> bool:
    return fact.figure.low == fact.figure.high


def _by_value(facts: Iterable[Fact]) -> tuple[list[Decimal], list[Fact]]:
    ordered = sorted(facts, key=lambda fact: measure(fact.figure).low)
    return [measure(fact.figure).low for fact in ordered], ordered


_EMPTY = Shelf([])


class Witness:
    """The evidence of one check. `facts` holds every figure of it, and the publication date as one of them.

    `names` are names and terms that hold a number (GPT-5, 十四五): what stands inside them is no fact.
    """

    def __init__(self, evidence: Sequence[str], published: date | None = None, names: Sequence[str] = ()) -> None:
        self.pages = [Page(text, language_of(text), index) for index, text in enumerate(evidence)]
        self.published = published or _published_in(self.pages)
        self.facts = [
            Fact(_completed(figure, self.published), page)
            for page in self.pages
            for figure in _with_shared_scale(without_names(page.figures, page.text, names), page)
        ]
        self._same: dict[Figure, Fact | None] = {}
        if self.published is not None:
            self.facts.append(Fact(_as_figure(self.published), None))

    @cached_property
    def families(self) -> dict[str, Shelf]:
        """The facts by what they may be compared with."""
        found: dict[str, list[Fact]] = defaultdict(list)
        for fact in self.facts:
            found[family(fact.figure)].append(fact)
        return {name: Shelf(facts) for name, facts in found.items()}

    def dated(self, figure: Figure) -> Figure:
        """The figure; a relative date as what it means on the publication date, when that is known."""
        if figure.when is None or figure.when.relative is None or self.published is None:
            return figure
        return figure.model_copy(update={"when": resolved(figure.when, self.published)})

    def has_week(self, when: PartialDate) -> bool:
        """Whether a date of the evidence, or its publication, lies in a week that counts from the publication date."""
        if self.published is None or when.relative is None:
            return False
        try:
            monday = date(**_counted_from(self.published, "week", int(when.relative[-2:]), 1))
        except OverflowError:
            return False
        days = (_as_day(fact.figure.when) for fact in self.facts)
        return any(day is not None and 0 <= (day - monday).days < 7 for day in days)

    def family(self, figure: Figure) -> Shelf:
        """The facts a figure may be compared with by value."""
        return self.families.get(family(figure), _EMPTY)

    @cached_property
    def _by_number(self) -> dict[tuple[object, object], dict[str, list[Fact]]]:
        found: dict[tuple[object, object], dict[str, list[Fact]]] = defaultdict(lambda: defaultdict(list))
        for fact in self.facts:
            same = found[fact.figure.low, fact.figure.high][family(fact.figure)]
            if len(same) < CANDIDATES:
                same.append(fact)
        return found

    def comparable(self, figure: Figure) -> list[Fact]:
        """The facts that a figure may relate to: those of its family or a kindred one, and those with its number."""
        kin = family(figure)
        kindred = (kin, *_KINDRED.get(kin, ()))
        near = [fact for name in kindred if name in self.families for fact in self.families[name].near(figure)]
        if figure.when is not None:
            return near
        numbered = self._by_number.get((figure.low, figure.high), {})
        return near + [fact for name, facts in numbered.items() if name not in kindred for fact in facts]

    def written(self, number: str) -> list[Fact]:
        """The amounts of money and quantities whose number is written so."""
        return self._by_writing.get(number, [])

    @cached_property
    def _by_writing(self) -> dict[str, list[Fact]]:
        found: dict[str, list[Fact]] = defaultdict(list)
        for fact in self.facts:
            if fact.figure.kind in ("money", "quantity") and len(found[written_number(fact.figure)]) < CANDIDATES:
                found[written_number(fact.figure)].append(fact)
        return found

    def counting(self, noun: str) -> list[Fact]:
        """The facts that count what a noun says."""
        return self._by_noun.get(noun, [])

    @cached_property
    def _by_noun(self) -> dict[str, list[Fact]]:
        found: dict[str, list[Fact]] = defaultdict(list)
        for fact in self.families.get("count", _EMPTY).facts:
            if fact.page is not None and len(found[noun := fact.page.noun(fact.figure)]) < CANDIDATES:
                found[noun].append(fact)
        return found

    @cached_property
    def own_counts(self) -> frozenset[int]:
        """What the evidence itself counts of the things that texts count of their own making."""
        found = {own_count(fact.figure, fact.page) for fact in self.facts if fact.page is not None}
        return frozenset(index for index in found if index is not None)

    @cached_property
    def years(self) -> frozenset[int]:
        """The years that its dates name."""
        return frozenset(fact.figure.when.year for fact in self.facts if fact.figure.when and fact.figure.when.year)

    @cached_property
    def yearless(self) -> dict[PartialDate, Fact]:
        """Its dates without a year, the first fact of each."""
        found: dict[PartialDate, Fact] = {}
        for fact in self.facts:
            if fact.figure.when is not None and fact.figure.when.year is None:
                found.setdefault(fact.figure.when, fact)
        return found

    @cached_property
    def told_together(self) -> list[tuple[Fact, Fact]]:
        """Amounts that follow each other in one sentence, and may be the ends of a change in percent."""
        amounts = [
            fact for fact in self.facts if fact.page is not None and fact.figure.when is None and _is_point(fact)
        ]
        return [
            (one, other)
            for one, other in pairwise(amounts)
            if one.page is not None
            and one.page is other.page
            and family(one.figure) not in _PAIRED
            and one.page.sentence(one.figure.start) == one.page.sentence(other.figure.start)
        ]

    def told_about(self, words: frozenset[str]) -> list[tuple[Fact, Fact]]:
        """Those of `told_together` whose sentence has one of these words, the rarest first; CANDIDATES at most."""
        found: dict[int, tuple[Fact, Fact]] = {}
        for indices in sorted((self._told_by_word[word] for word in words if word in self._told_by_word), key=len):
            found.update((index, self.told_together[index]) for index in indices[: CANDIDATES - len(found)])
        return [found[index] for index in sorted(found)]

    @cached_property
    def _told_by_word(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for index, (one, _) in enumerate(self.told_together):
            for word in one.page.sentence_words(one.figure.start) if one.page is not None else ():
                if len(found[word]) < CANDIDATES:
                    found[word].append(index)
        return found

    def same(self, figure: Figure) -> Fact | None:
        """A fact with the value and bound of a figure, whatever it is said of."""
        if figure not in self._same:
            near = self.comparable(figure)
            self._same[figure] = next((fact for fact in near if relate(figure, fact.figure) == "same"), None)
        return self._same[figure]

    @cached_property
    def codes(self) -> frozenset[str]:
        """The numbers that stand in the evidence unread, as parts of names and codes."""
        found = set()
        for page in self.pages:
            read = {offset for figure in page.figures for offset in range(figure.start, figure.end)}
            found |= {match[0] for match in _CODE.finditer(page.text) if match.start() not in read}
        return frozenset(found)

    def within(self, spans: Iterable[tuple[int, int]]) -> list[Fact]:
        """The facts inside spans of the brief, the first page; no more than four times CANDIDATES."""
        facts, starts = self._of_brief
        found: dict[int, Fact] = {}
        for start, end in spans:
            for index in range(bisect_left(starts, start), bisect_left(starts, end)):
                if facts[index].figure.end <= end and len(found) < CANDIDATES * 4:
                    found[index] = facts[index]
        return [found[index] for index in sorted(found)]

    @cached_property
    def _of_brief(self) -> tuple[list[Fact], list[int]]:
        facts = [fact for fact in self.facts if fact.page is not None and fact.page.source == 0]
        return facts, [fact.figure.start for fact in facts]


def _with_shared_scale(figures: Sequence[Figure], page: Page) -> list[Figure]:
    """The figures, and for 1, 4 and 12 in "1, 4, 12 and 27 billion tonnes" what they are with the scale and unit of 27.

    The bare readings stay: such a list may also give its unit to the last member alone.
    """
    found: list[Figure] = []
    follower: Figure | None = None
    for figure in reversed(figures):
        bare = figure.kind == "number" and not figure.unit and figure.text.isdecimal()
        if bare and follower is not None and listed_together(page, figure, follower):
            found.append(_scaled(figure, follower))
        else:
            follower = figure if figure.when is None and _is_scaled(figure) else None
        found.append(figure)
    return found[::-1]


def _is_scaled(figure: Figure) -> bool:
    if figure.low != figure.high or figure.kind not in ("number", "count", "quantity"):
        return False
    return bool(figure.low) and bool(written_number(figure).strip("0."))  # a zero has no scale


def _scaled(bare: Figure, last: Figure) -> Figure:
    """A bare number with the scale word, unit and kind of the last of its list."""
    assert bare.low is not None
    assert last.low is not None
    value = bare.low * (last.low / Decimal(written_number(last)))
    shared = {"kind": last.kind, "unit": last.unit, "dimension": last.dimension}
    return bare.model_copy(update={**shared, "low": value, "high": value})


def without_names(figures: Iterable[Figure], text: str, names: Sequence[str]) -> list[Figure]:
    """The figures that are no part of a name: a name that holds a number neither needs support nor gives it.

    A figure that begins within a name may end behind it: in Gemma 3支持 what follows can look like a measure word.
    """
    pattern = _with_number(tuple(names))
    if pattern is None:
        return list(figures)
    spans = [match.span() for match in pattern.finditer(text)]
    starts = [start for start, _ in spans]
    return [figure for figure in figures if figure.kind in _MEASURED or not _is_part(figure, spans, starts)]


@lru_cache(maxsize=16)
def _with_number(names: tuple[str, ...]) -> re.Pattern[str] | None:
    """What finds the names that hold a number; None when none does. Kept: each sentence of a draft asks for it."""
    numbered = [name for name in dict.fromkeys(names) if any(map(str.isdigit, name))]
    spelled = "|".join(map(re.escape, sorted(numbered, key=len, reverse=True)))
    return re.compile(rf"(?<!\d)(?:{spelled})(?![.,]?\d)") if numbered else None


_MEASURED = frozenset({"money", "percent", "percentage_point", "quantity"})
"""An amount with its unit is a figure also within a term: 3 nanometres in "3nm process"."""


def _is_part(figure: Figure, spans: Sequence[tuple[int, int]], starts: Sequence[int]) -> bool:
    index = bisect_right(starts, figure.start) - 1
    if index < 0:
        return False
    start, end = spans[index]
    return figure.end <= end or start < figure.start < end


# --- dates -----------------------------------------------------------------------------------------------------------


def _published_in(pages: Sequence[Page]) -> date | None:
    """The date of a "Published:" line, else of a dateline with a year, of the first page."""
    if not pages:
        return None
    page = pages[0]
    line = _PUBLISHED.search(page.text)
    if line is not None:
        in_line = (_as_day(f.when) for f in page.figures if line.start(1) <= f.start < line.end(1))
        day = next((day for day in in_line if day is not None), None)
        if day is not None:
            return day
    opening = takewhile(lambda figure: figure.start < _DATELINE_REACH, page.figures)
    days = (_as_day(figure.when) for figure in opening if _DATELINE_END.match(page.text, figure.end))
    return next((day for day in days if day is not None), None)


def _as_day(when: PartialDate | None) -> date | None:
    """The calendar day of a date known to the day."""
    if when is None or not (when.year and when.month and when.day):
        return None
    try:
        return date(when.year, when.month, when.day)
    except ValueError:
        return None


def resolved(when: PartialDate, published: date) -> PartialDate:
    """A date that counts from the publication date, as one of the calendar; a week without its day stays."""
    if when.relative is None:
        return when
    unit, number = when.relative[:-2], int(when.relative[-2:])
    if unit == "week" and not when.weekday:
        return when
    try:
        known = _counted_from(published, unit, number, when.weekday or 1)
    except OverflowError:  # before the year 1 or after 9999
        return when
    return when.model_copy(update={**known, "relative": None})


def _counted_from(published: date, unit: str, number: int, weekday: int) -> dict[str, int]:
    """The year, half, quarter, month or day so many units from a date; in a week, the day of that name."""
    if unit in ("week", "day"):
        days = number if unit == "day" else 7 * number + weekday - published.isoweekday()
        day = published + timedelta(days=days)
        return {"year": day.year, "month": day.month, "day": day.day}
    size = _MONTHS_OF[unit]
    at = published.year * 12 // size + (published.month - 1) // size + number
    known = {"year": at * size // 12}
    return known if unit == "year" else known | {unit: at % (12 // size) + 1}


_MONTHS_OF = {"year": 12, "half": 6, "quarter": 3, "month": 1}


def _completed(figure: Figure, published: date | None) -> Figure:
    """A date without its year or month gets those of the publication date; a weekday becomes the last such day."""
    when = figure.when
    if when is None or published is None or when.year or when.decade:
        return figure
    if when.relative is not None:
        return figure.model_copy(update={"when": resolved(when, published)})
    if when.month or when.quarter or when.half:
        known: dict[str, int] = {"year": published.year}
    elif when.day:
        known = {"year": published.year, "month": published.month}
    elif when.weekday:
        day = published - timedelta(days=(published.isoweekday() - when.weekday) % 7)
        known = {"year": day.year, "month": day.month, "day": day.day}
    else:
        return figure
    return figure.model_copy(update={"when": when.model_copy(update=known)})


def _as_figure(day: date) -> Figure:
    when = PartialDate(year=day.year, month=day.month, day=day.day)
    text = day.isoformat()
    return Figure(kind="date", when=when, text=text, start=0, end=len(text), rule="publication date")
