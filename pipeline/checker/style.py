"""Is the text in house style, where only a reader can put it right?

Lives here: the checks behind `style.*`, all of them info, as one table of patterns and a few that look at a whole text.
Does not: safe fixes (`typography.tidy`, made before checking). Imports `schema`, `text`, `typography`, `hygiene_case`.
The letters and numbers of the rules (Z07, E02 ...) are those of the house style.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from pipeline.checker.hygiene_case import Case, Field, Note
from pipeline.checker.words import ADDRESS, blank
from pipeline.figures import units
from pipeline.figures.en.dates import MONTHS
from pipeline.schema import Language, Reading
from pipeline.text import HAN
from pipeline.typography import tidy, traditional


class Style(NamedTuple):
    """A pattern of one language that house style writes otherwise; the suggestion is a replacement as of `re`."""

    code: str
    rule: str
    language: Language
    pattern: str
    suggestion: str | None = None


_DIGITS = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
_IN_NUMBER, _JOINED = r"[\d.,A-Za-z]", r"[0-9A-Za-z.,-]"
_FULL_WIDTH = "[０-９]+(?:．[０-９]+)?％?"
_OTHER_SCALE = rf"(?<!{_IN_NUMBER})[0-9][0-9,.]{{0,20}} ?[十百千][万亿]"
_BARE_ZEROS = rf"(?<!{_IN_NUMBER})[1-9][0-9,]{{0,20}}00,?000(?!{_IN_NUMBER})"
_RANGE = rf"(?<!{_JOINED})({_DIGITS}%?)-({_DIGITS}%)(?!{_JOINED})"
_TABLE = (
    Style("style.number", "magnitude no Chinese text uses", "zh", _OTHER_SCALE),  # N03
    Style("style.number", "bare zeros", "zh", _BARE_ZEROS),
    Style("style.number", "more than two decimals", "zh", rf"(?<!{_IN_NUMBER})[0-9]{{1,20}}\.[0-9]{{3,20}}(?=[万亿])"),
    Style("style.percent", "percent in words", "en", rf"(?<![\d.,])({_DIGITS}) per ?cent(?![a-z])", r"\1%"),  # E02
    Style("style.range", "hyphen in a range", "en", _RANGE, r"\1–\2"),  # N05
    Style("style.range", "hyphen in a range", "zh", _RANGE.replace("%?)-", "%?)[-–]"), r"\1至\2"),
    Style("style.digits", "full-width digits", "zh", _FULL_WIDTH),
    Style("style.digits", "full-width digits", "en", _FULL_WIDTH),
    Style("style.quotes", "straight quotation marks", "zh", r'"(?=\S)'),  # Z04
)
_PAIRS: dict[Language, tuple[tuple[str, str], ...]] = {
    "en": (("“", "”"),), "zh": (("“", "”"), ("「", "」"), ("『", "』"), ("《", "》"), ("（", "）")),
}  # fmt: skip
_SPELLED_FIRST = ("GW", "MW", "GWh", "TWh", "kWh", "nm", "basis_point")
_UNITS = {symbol: units.BY_ID[id].en for id in _SPELLED_FIRST for symbol in units.BY_ID[id].symbols}
"""The names of units by their symbols; other symbols (km, GB, %) need no name."""
_SYMBOL = re.compile(rf"(?<=\d)[ -]?(?P<symbol>{'|'.join(sorted(_UNITS, key=len, reverse=True))})(?![A-Za-z])")
_MONTHS = "|".join(name.title() for name in MONTHS)
_MONTH_FIRST, _DAY_FIRST = re.compile(rf"\b(?:{_MONTHS}) \d{{1,2}}(?!\d)"), re.compile(rf"\b\d{{1,2}} (?:{_MONTHS})\b")
_TIGHT = re.compile(rf"[{HAN}][A-Za-z0-9]|[A-Za-z0-9%][{HAN}]")
_SPACED = re.compile(rf"[{HAN}] [A-Za-z0-9]|[A-Za-z0-9%] [{HAN}]")
_AROUND = 12
_MOST = 10
"""So many places of one rule are shown in a field; what is wrong more often is a way of writing."""


def style_notes(case: Case, readings: Sequence[Reading]) -> Iterator[Note]:
    """What house style would write otherwise, field by field, then what differs within an edition."""
    for place in case.fields:
        yield from _matches(place)
        yield from _unbalanced(place)
        yield from _untidy(place)
        yield from _traditional(place)
    for places in case.by_language.values():
        yield from _two_spacings(places)
        yield from _two_date_forms(places)
        yield from _units_not_spelled(places)
    yield from _relative_dates(case, readings)


def skipped() -> tuple[str, ...]:
    """The checks that were not made because a library is missing, each with what to install."""
    return () if traditional("") is not None else ("style.traditional: install news-commentary[zh]",)


def _note(code: str, rule: str, place: Field, span: tuple[int, int], suggestion: str | None = None) -> Note:
    return Note(code, rule, "info", place, *span, suggestion=suggestion)


def _matches(place: Field) -> Iterator[Note]:
    text = blank(ADDRESS, place.text)
    for style in _TABLE:
        if style.language == place.language:
            for match in islice(re.finditer(style.pattern, text), _MOST):
                suggestion = match.expand(style.suggestion) if style.suggestion else None
                yield _note(style.code, style.rule, place, match.span(), suggestion)


def _unbalanced(place: Field) -> Iterator[Note]:
    """Z04, E01: the first mark of a kind whose partner is missing; one finding a field."""
    for opening, closing in _PAIRS[place.language]:
        counts = place.text.count(opening), place.text.count(closing)
        if counts[0] != counts[1]:
            at = place.text.find(opening if counts[0] > counts[1] else closing)
            yield _note("style.quotes", "mark without its partner", place, (at, at + 1))


def _untidy(place: Field) -> Iterator[Note]:
    """Z01, Z03, Z05, E01: the first place that `tidy` would still change, with what it would be."""
    tidied = tidy(place.text, place.language, spacing="keep")
    if tidied != place.text:
        start = next((i for i, (a, b) in enumerate(zip(place.text, tidied, strict=False)) if a != b), len(tidied))
        start = min(start, len(place.text) - 1)
        better = tidied[max(0, start - _AROUND) : start + _AROUND]
        yield _note("style.punctuation", "punctuation or spaces", place, (start, start + 1), better)


def _traditional(place: Field) -> Iterator[Note]:
    """Z07: traditional characters, a run at a time."""
    if place.language == "zh":
        for start, end, simplified in traditional(place.text) or ():
            yield _note("style.traditional", "traditional characters", place, (start, end), simplified)


def _two_spacings(places: Sequence[Field]) -> Iterator[Note]:
    """Z02: Han beside Latin with and without a space in one edition; the rarer way is shown once."""
    yield from _rarer("style.spacing", "two spacings", [p for p in places if p.language == "zh"], (_TIGHT, _SPACED))


def _two_date_forms(places: Sequence[Field]) -> Iterator[Note]:
    """E03: March 4 and 4 March in one edition."""
    forms = (_MONTH_FIRST, _DAY_FIRST)
    yield from _rarer("style.date", "two forms of date", [p for p in places if p.language == "en"], forms)


def _rarer(code: str, rule: str, places: Sequence[Field], ways: Sequence[re.Pattern[str]]) -> Iterator[Note]:
    texts = [(place, blank(ADDRESS, place.text)) for place in places]
    found = [[(place, match.span()) for place, text in texts for match in way.finditer(text)] for way in ways]
    if all(found):
        yield _note(code, rule, *min(found, key=len)[0])


def _units_not_spelled(places: Sequence[Field]) -> Iterator[Note]:
    """E02: a unit by its symbol before the body has spelled it."""
    told: set[str] = set()
    for place in places:
        if place.language == "en" and place.name.startswith("body"):
            for match in _SYMBOL.finditer(place.text):
                symbol = match["symbol"]
                before = place.text[: match.start()].casefold()
                if symbol not in told and not any(name in before for name in _UNITS[symbol]):
                    yield _note("style.unit", "unit not spelled at first", place, match.span("symbol"))
                told.add(symbol)
            told |= {symbol for symbol, names in _UNITS.items() if any(n in place.text.casefold() for n in names)}


def _relative_dates(case: Case, readings: Sequence[Reading]) -> Iterator[Note]:
    """E03: yesterday, 昨天, last year: right on the day of writing and unclear after; a quarter is a report’s own."""
    places = {(place.language, place.name): place for place in case.fields}
    for reading in readings:
        figure, place = reading.figure, places.get((reading.language, reading.field))
        relative = figure.when.relative if figure.when else None
        if place is not None and relative and not relative.startswith("quarter"):
            yield _note("style.relative_date", "relative date", place, (figure.start, figure.end))
