"""English rules: multiples, vague amounts, ages, and "a year" where it is one year.

Lives here: patterns whose number is a word of its own kind, or whose meaning hangs on the words around. Does not:
amounts (`amounts`), dates (`dates`). Imports `engine`, `shared`, `units` and its neighbours.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import cast

from pipeline.figures import shared, units
from pipeline.figures.en import dates, words
from pipeline.figures.en.amounts import AGO
from pipeline.figures.en.beside import NAME, NAMES, before, noun_after
from pipeline.figures.en.names import in_name
from pipeline.figures.engine import NOTHING, ONE, Piece, Rule, Source
from pipeline.figures.shared import DIGITS
from pipeline.schema import Bound

MULTIPLES: dict[str, int | Decimal] = {
    "double": 2, "doubled": 2, "doubles": 2, "doubling": 2, "twofold": 2, "two-fold": 2, "twice": 2, "triple": 3,
    "tripled": 3, "triples": 3, "tripling": 3, "treble": 3, "trebled": 3, "trebles": 3, "trebling": 3, "threefold": 3, "three-fold": 3, "quadruple": 4, "quadrupled": 4,
    "quadrupling": 4, "quadruples": 4, "fourfold": 4, "four-fold": 4, "quintupled": 5, "quintuple": 5, "fivefold": 5, "five-fold": 5,
    "sixfold": 6, "sevenfold": 7, "eightfold": 8, "tenfold": 10, "ten-fold": 10, "hundredfold": 100,
    "halved": Decimal("0.5"), "halving": Decimal("0.5"), "halves": Decimal("0.5"), "halve": Decimal("0.5"),
}  # fmt: skip
_NOT_DOUBLE = re.compile(
    r"[ -](?:check\w*|digits?|standards?|down|room|bed|fault|act|agent|click|whammy|decker|edged|jump|header)"
)


_THAN_WHAT = re.compile(
    r" (?:as (?!\w+ (?:came|beat|won|lost|went|fought|saw|made|took|held|were|was))|the |that |what |its |their |his |her |"
    r"larger|bigger|higher|faster|more )"
)


_NOT_TIMES = re.compile(
    r"(?:^|[\n.;:,(\"]|(?<![a-z])(?:than|over|nearly|almost|about|roughly|is|was|are|were|at|to)) ?$"
)


def _counts_times(source: Source, start: int, end: int) -> bool:
    """Scored twice, twice a year: occurrences, where nothing is measured by something else."""
    if _THAN_WHAT.match(source.lower, end):
        return False
    return not _NOT_TIMES.search(before(source, start, 8))


def _multiple(match: re.Match[str], source: Source) -> Piece:
    """Doubled, twice as much; "scored twice" counts times."""
    if _NOT_DOUBLE.match(source.lower, match.end()):
        return NOTHING
    value = Decimal(MULTIPLES[match[1]])
    if match[1] == "twice" and _counts_times(source, match.start(), match.end()):
        return Piece("count", value, value, unit="time")
    return Piece("multiple", value, value)


MULTIPLE_WORD = Rule("multiple", re.compile(rf"({units.alternation(MULTIPLES)})(?![a-z])"), _multiple)


def _fold(match: re.Match[str], source: Source) -> Piece:
    if in_name(source, match.start()):
        return NOTHING
    value = shared.decimal(match[1])
    return Piece("multiple", value, value)


MULTIPLE_DIGITS = Rule(
    "multiple in digits",
    re.compile(
        rf"({DIGITS})(?:[x×](?! ?\d)|[ -]?fold|[ -]times(?= (?:as |more|less|higher|lower|larger|bigger|greater|faster|"
        r"smaller|the |that|what)))(?![a-z])"
    ),
    _fold,
)

_VAGUE = {
    "dozens": (24, 99), "scores": (40, 99), "hundreds": (200, 999), "thousands": (2000, 9999),
    "millions": (2 * 10**6, 10**7), "billions": (2 * 10**9, 10**10), "trillions": (2 * 10**12, 10**13),
}  # fmt: skip
_TIMES = {"tens": (20, 99), "dozens": (24, 99), "hundreds": (200, 999)}
_FEW = {
    "several": (Decimal(2), Decimal("9.9")),
    "a few": (Decimal(2), Decimal("9.9")),
    "many": (Decimal(2), Decimal("9.9")),
    "a couple of": (Decimal(2), Decimal(3)),
    "a couple": (Decimal(2), Decimal(3)),
}


_FEW_OF = ("dozen", "hundred", "thousand", "million", "billion", "trillion")


def _vague(match: re.Match[str], source: Source) -> Piece:
    """Dozens, hundreds of thousands: an interval that a reader would accept."""
    if match["few"]:
        low, high = _FEW[match["few"]]
        scale = words.MAGNITUDES[match["magnitude"]] * (words.MAGNITUDES[match["more"]] if match["more"] else ONE)
    elif match["times"]:
        low, high = map(Decimal, _TIMES[match["times"]])
        scale = words.MAGNITUDES[match["of"]]
    else:
        low, high = map(Decimal, _VAGUE[match["of"]])
        scale = ONE
    at = match.end() + (3 if source.lower.startswith(" of ", match.end()) else 0)
    unit = NAMES[match["name"]] if match["name"] else noun_after(source.lower, at)
    return Piece("vague", low * scale, high * scale, unit=unit)


VAGUE = Rule(
    "vague amount",
    re.compile(
        rf"(?:(?P<few>{units.alternation(_FEW)}) (?P<magnitude>{units.alternation(_FEW_OF)})(?: (?P<more>thousand|million|billion|trillion))?"
        rf"|(?:(?P<times>tens|dozens|hundreds) of )?(?P<of>{units.alternation(_VAGUE)}))(?![a-z])"
        rf"(?: (?:of )?(?P<name>{NAME})(?![a-z]))?"
    ),
    _vague,
)


def _aged(match: re.Match[str], source: Source) -> Piece | None:
    value = words.number_of(match, "digits", "words")
    if value is None or value > 150:
        return None
    limit = (
        (match["limit"] or "").strip().replace(" ", "_").replace("older_than", "over").replace("younger_than", "under")
    )
    return Piece("age", value, value, unit="year", bound=cast(Bound, limit or "exact"))


AGE_LIMIT = Rule(
    "age",
    re.compile(
        r"(?:(?P<limit>over|under)-(?P<digits>\d\d)s(?![a-z])|(?:people |adults |anyone |those )?"
        r"(?<![a-z])(?P<than>older|younger) than (?P<years>\d\d)(?![\d%]|[.,]\d| ?(?:minutes|hours|days|weeks|months)))"
    ),
    lambda match, source: Piece(
        "age", Decimal(match["digits"] or match["years"]), Decimal(match["digits"] or match["years"]), unit="year",
        bound=cast(Bound, match["limit"] or {"older": "over", "younger": "under"}[match["than"]]),
    ),
)  # fmt: skip
AGE_RANGE = Rule(
    "age",
    re.compile(
        r"(?:aged (?:between )?(?P<a>\d{1,3})(?: and |-| to )(?P<b>\d{1,3})(?!\d)|(?P<c>\d{1,3})-(?:to-)?(?P<d>\d{1,3})"
        r"[ -]years?[ -]olds?(?![a-z]))"
    ),
    lambda match, source: Piece(
        "age", Decimal(match["a"] or match["c"]), Decimal(match["b"] or match["d"]), unit="year"
    ),
)


AGED = Rule(
    "age",
    re.compile(
        rf"(?:aged|at the age of|age of|age)[ :]{{1,2}}(?P<limit>over |under |at least )?(?:(?P<digits>\d{{1,3}})(?![\d,.]*\d|%)|(?P<words>{words.RUN}))"
    ),
    _aged,
)
YEAR_OLD = Rule(
    "age",
    re.compile(
        r"(?P<digits>\d{1,3})(?: - |[ -])?(?:years?(?: - |[ -])olds?|y\.?o\.?)(?![a-z])(?P<words>(?!))?(?P<limit>(?!))?"
    ),
    _aged,
)
_NAMED = re.compile(r"[A-Z][\w'-]*, $")
_DATED = re.compile(rf"(?:{dates.MONTH}|day) ?\d*, $")


def _comma_age(match: re.Match[str], source: Source) -> Piece | None:
    """Smith, 26, has been charged: a capitalised name stands before the commas."""
    start = match.start()
    if not _NAMED.search(source.cased[max(0, start - 24) : start]) or _DATED.search(before(source, start, 16)):
        return None
    return Piece("age", Decimal(match[1]), Decimal(match[1]), unit="year")


COMMA_AGE = Rule("age between commas", re.compile(r"(?<=[a-z], )([1-9]\d?)(?=, )"), _comma_age)

_MEASURED = frozenset(
    {"power", "energy", "length", "area", "volume", "mass", "data", "data rate", "points", "speed", "frequency"}
)
_MEASURES = {
    f"{'an' if name[0] in 'aeiou' else 'a'} {name}": unit.id
    for unit in units.UNITS
    if unit.dimension in _MEASURED
    for name in map(str.lower, unit.en)
}
_LIMITS_A = re.compile(r"(?<![a-z])(?:than|over|nearly|almost|least|under|half) $")


def _a_measure(match: re.Match[str], source: Source) -> Piece | None:
    """More than a gigawatt, nearly a tonne; "a kilo" alone is a rate as often as an amount."""
    if not _LIMITS_A.search(before(source, match.start(), 8)):
        return None
    unit = _MEASURES[match[1]]
    return Piece(shared.kind_of(unit), ONE, ONE, unit=unit)


A_MEASURE = Rule("one, as an article", re.compile(rf"({units.alternation(_MEASURES)})(?![a-z-])"), _a_measure)
_FOR_A = re.compile(r"(?<![a-z])(?:for|in|within|after|nearly|almost|over|than|half|about|every|least) $")
_LIMITED = re.compile(r"(?<![a-z])(?:nearly|almost|over|than|half|about|least|under|around|roughly) $")
_LATER = re.compile(r" (?:later|after|or so|or more)(?![a-z])")


def _a_unit(match: re.Match[str], source: Source) -> Piece | None:
    """For an hour, less than a week, the past year; "a day" in "$5 a day" is none, "a year ago" only names a time."""
    start = match.start()
    if match["past"]:
        return Piece("duration", ONE, ONE, unit=match["unit"], rule="past stretch of time")
    if AGO.match(source.lower, match.end()) and not _LIMITED.search(before(source, start, 8)):
        return NOTHING
    if not _FOR_A.search(before(source, start, 8)) and not _LATER.match(source.lower, match.end()):
        return None
    piece = Piece("duration", ONE, ONE, unit=match["unit"])
    if before(source, start, 5) == "over ":  # "over a year" is more than a year, "over three years" a stretch of time
        piece.bound, piece.start = "over", start - 5
    return piece


A_UNIT = Rule(
    "one, as an article",
    re.compile(
        r"(?:an?|(?P<past>(?:the )?past)) (?P<unit>year|month|week|day|hour|minute|decade|century|fortnight)(?![a-z]|-(?!ago))"
    ),
    _a_unit,
)
_LONG = {"centenary": 1, "centennial": 1, "bicentenary": 2, "bicentennial": 2, "millennium": 10, "a millennium": 10}
LONG_TIME = Rule(
    "long time in one word",
    re.compile(rf"({units.alternation(_LONG)})(?![a-z])|(?P<article>a decade|a century)(?![a-z])"),
    lambda match, source: (
        Piece("duration", ONE, ONE, unit=match["article"].split()[1])
        if match["article"]
        else Piece("duration", Decimal(_LONG[match[1]]), Decimal(_LONG[match[1]]), unit="century")
    ),
)
IN_ONES_TWENTIES = Rule(
    "age",
    re.compile(r"(?P<tens>[1-9]0)s(?![a-z])(?<!'\d0s)"),
    lambda match, source: (
        Piece("age", Decimal(match["tens"]), Decimal(match["tens"]) + 9, unit="year")
        if re.search(r"(?<![a-z])(?:his|her|their|my|our|your|early|mid|late)[ -]$", before(source, match.start(), 7))
        else None
    ),
)
STARTS = (
    *_LONG, *words.STARTS, *_MEASURES, *MULTIPLES, *_VAGUE, "tens", "half", "aged", "age", "at the age of", "a quarter", "a year", "a month",
    *(f"{few} {magnitude}" for few in _FEW for magnitude in _FEW_OF), "over-", "under-", "older than", "younger than",
    "a week", "a day", "a decade", "a century", "an hour", "a minute", "a fortnight", "past", "the past",
)  # fmt: skip
