"""The evidence, read once: its pages, their figures, and what its dates mean when its publication date is known.

Lives here: `Witness`. Does not: verdicts (`support.py`), what the words around a figure say (`context.py`).
Imports `schema`, `text`, `figures`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import cached_property

from pipeline.checker.context import Fact, Page
from pipeline.checker.values import family, relate
from pipeline.schema import Figure, PartialDate
from pipeline.text import language_of

_PUBLISHED = re.compile(
    r"^\W{0,4}(?:published|publication date|date|发布日期|发布时间|发布于|日期)\W{0,4}[:：]\s*(.{4,40})",
    re.IGNORECASE | re.MULTILINE,
)
_DATELINE_END = re.compile(r"\s*(?:\([^)\n]{2,30}\)|（[^）\n]{2,30}）)?\s*(?:[-–—]{1,2}\s|电|讯|消息)")
_DATELINE_REACH = 80
"""A dateline stands at the very beginning: its date begins within so many characters."""

_KINDRED = {"share": ("multiple",), "multiple": ("share",), "clock": ("count",)}
"""Families that say the same in other terms: half is 50%, and a brief may write 7 where a draft says 7 p.m."""

_CODE = re.compile(r"\d[\d,.]*\d")


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
            for figure in without_names(page.figures, page.text, names)
        ]
        self._same: dict[Figure, Fact | None] = {}
        if self.published is not None:
            self.facts.append(Fact(_as_figure(self.published), None))

    @cached_property
    def families(self) -> dict[str, list[Fact]]:
        """The facts by what they may be compared with."""
        found: dict[str, list[Fact]] = defaultdict(list)
        for fact in self.facts:
            found[family(fact.figure)].append(fact)
        return found

    @cached_property
    def _by_number(self) -> dict[tuple[object, object], list[Fact]]:
        found: dict[tuple[object, object], list[Fact]] = defaultdict(list)
        for fact in self.facts:
            found[fact.figure.low, fact.figure.high].append(fact)
        return found

    def comparable(self, figure: Figure) -> list[Fact]:
        """The facts that a figure may relate to: those of its family or a kindred one, and those with its number."""
        kin = family(figure)
        near = [fact for name in (kin, *_KINDRED.get(kin, ())) for fact in self.families.get(name, ())]
        if figure.when is not None:
            return near
        numbered = self._by_number.get((figure.low, figure.high), ())
        return near + [fact for fact in numbered if family(fact.figure) not in (kin, *_KINDRED.get(kin, ()))]

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
        """The facts inside spans of the brief, the first page."""
        limits = list(spans)
        return [
            fact
            for fact in self.facts
            if fact.page is not None and fact.page.source == 0 and _inside(fact.figure, limits)
        ]


def without_names(figures: Iterable[Figure], text: str, names: Sequence[str]) -> list[Figure]:
    """The figures that are no part of a name: a name that holds a number neither needs support nor gives it."""
    numbered = [name for name in names if any(character.isdigit() for character in name)]
    spans = [match.span() for name in numbered for match in re.finditer(re.escape(name), text)]
    return [figure for figure in figures if not _inside(figure, spans)]


def _inside(figure: Figure, spans: Iterable[tuple[int, int]]) -> bool:
    return any(start <= figure.start and figure.end <= end for start, end in spans)


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
    opening = (f for f in page.figures if f.start < _DATELINE_REACH and _DATELINE_END.match(page.text, f.end))
    return next((day for day in (_as_day(figure.when) for figure in opening) if day is not None), None)


def _as_day(when: PartialDate | None) -> date | None:
    """The calendar day of a date known to the day."""
    if when is None or not (when.year and when.month and when.day):
        return None
    try:
        return date(when.year, when.month, when.day)
    except ValueError:
        return None


def _completed(figure: Figure, published: date | None) -> Figure:
    """A date without its year or month gets those of the publication date; a weekday becomes the last such day."""
    when = figure.when
    if when is None or published is None or when.year or when.decade:
        return figure
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
