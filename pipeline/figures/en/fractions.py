"""English fractions: two thirds, half a million, an hour and a half, one in five, 3/4.

Lives here: patterns of parts of a whole. Does not: number words (`words`), whole amounts (`amounts`). Imports `engine`,
`shared`, `units`, `words`, `beside`.
"""

from __future__ import annotations

import re
from decimal import Decimal

from pipeline.figures import shared, units
from pipeline.figures.en import words
from pipeline.figures.en.beside import (
    NAME,
    NAMES,
    UNIT,
    age,
    before,
    noun_after,
    signed,
    unit_of,
    with_article,
)
from pipeline.figures.en.names import in_name
from pipeline.figures.engine import NOTHING, ONE, Piece, Rule, Source

BIG = units.alternation(["hundred", "thousand", "million", "billion", "trillion", "dozen"])
_OF_WHAT = (
    rf"(?:[ -]{{1,3}}(?:of )?(?:an? {{1,3}})?(?P<scale>{BIG})(?![a-z]))?"
    rf"(?:[ -](?:an? |of (?:an?|one) |us |u\.s\. )?(?P<name>{NAME})(?![a-z]))?"
)
PART_BEHIND = re.compile(r"-|[ -]of(?! a year)| (?:more|less|higher|lower|larger|smaller)|[.,;)]|$")


_AFTER_PART = re.compile(_OF_WHAT)


def part(match: re.Match[str], source: Source, value: Decimal, end: int) -> Piece | None:
    """Two thirds, three-quarters of a million, half a mile; three quarters in a row are no fraction."""
    text = source.lower
    of = _AFTER_PART.match(text, end)
    scale = words.MAGNITUDES[of["scale"]] if of and of["scale"] else ONE
    unit = NAMES[of["name"]] if of and of["name"] else ""
    in_a_row = not unit and scale == ONE and "quarters" in match[0][:14] and "-" not in match[0]
    if in_a_row and not PART_BEHIND.match(text, end):
        return Piece("duration", value * 4, value * 4, unit="quarter", end=end)
    piece = Piece("multiple", value * scale, value * scale, unit=unit, scale=scale, rule="fraction in words")
    piece.start, piece.end = match.start(), of.end() if of and (unit or scale != ONE) else end
    if unit:
        piece.kind = shared.kind_of(unit)
    elif scale != ONE:
        piece.unit = noun_after(text, piece.end)
        piece.kind = "count" if piece.unit else "number"
    return signed(piece, source, match.start())


_NOT_HALF = re.compile(r"(?:first|second|1st|2nd|other|better|last|latter|front|back|final|opening)[ -]$")


def _half(match: re.Match[str], source: Source) -> Piece | None:
    if _NOT_HALF.search(before(source, match.start(), 9)):
        return NOTHING
    piece = part(match, source, Decimal("0.5"), match.end())
    if piece:
        piece.start = with_article(source, match.start())
    return piece


HALF = Rule("half", re.compile(r"half(?![a-z])"), _half)


def _quarter(match: re.Match[str], source: Source) -> Piece | None:
    of = _AFTER_PART.match(source.lower, match.end())
    if not PART_BEHIND.match(source.lower, match.end()) and not (of and (of["scale"] or of["name"])):
        return None
    return part(match, source, Decimal("0.25"), match.end())


QUARTER = Rule("fraction in words", re.compile(r"(?:a|one) quarter(?![a-z])"), _quarter)


def _unit_and_part(match: re.Match[str], source: Source) -> Piece | None:
    """One hour and a half, 3 million and a quarter."""
    article = (match["words"] or "") in ("a", "an")
    whole = ONE if article else words.number_of(match, "digits", "words")
    if whole is None:
        return None
    part = ONE / words.PARTS[match["below"]]
    scale = words.MAGNITUDES[match["scale"]] if match["scale"] else ONE
    piece = shared.amount(whole + part, scale, NAMES[match["name"]] if match["name"] else "")
    piece.end = match.end()
    if piece.kind == "duration":
        age(piece, source)
    return piece


UNIT_AND_PART = Rule(
    "amount and a half",
    re.compile(
        rf"(?:(?P<digits>\d{{1,3}})|(?P<words>an?|{units.alternation(words.VALUES)}))(?: (?P<scale>{BIG})| (?P<name>{NAME})) "
        r"and (?:an? )?(?P<below>half|quarter|third)(?![a-z])(?! (?:million|billion|trillion|thousand))"
    ),
    _unit_and_part,
)


_SHARES = (3, 4, 5, 10, 20, 100, 1000)
"""Of how many one says "three in ten"; two in seven is as often two inside a group of seven."""


def _one_in(match: re.Match[str], source: Source) -> Piece | None:
    """One in five, 3 out of 10; not "two in 2019"."""
    above, below = words.number_of(match, "d1", "w1"), words.number_of(match, "d2", "w2")
    if above is None or below is None or not 0 < above < below:
        return None
    if match["how"] == "in" and above > 1 and below not in _SHARES:
        return None
    if match["d2"] and 1800 < below < 2100:
        return None
    return Piece("multiple", above / below, above / below)


_PERIOD = (
    "years?|months?|weeks?|days?|hours?|minutes?|jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec|million|billion"
)
ONE_IN = Rule(
    "one in so many",
    re.compile(
        rf"(?:(?P<d1>\d{{1,3}})|(?P<w1>{units.alternation(words.VALUES)})) (?P<how>in|out of)(?: every)? "
        rf"(?:(?P<d2>\d[\d,]{{0,8}})(?![.%\d])|(?P<w2>{words.RUN}))(?![a-z]|-| (?:{_PERIOD}))"
    ),
    _one_in,
)


def _over(match: re.Match[str], source: Source) -> Piece | None:
    """One over three, 1 over 20: a fraction read aloud, when nothing follows that it could count."""
    above, below = words.number_of(match, "d1", "w1"), words.number_of(match, "d2", "w2")
    if above is None or not below:
        return None
    return signed(Piece("multiple", above / below, above / below), source, match.start())


OVER = Rule(
    "fraction read aloud",
    re.compile(
        rf"(?:(?P<d1>\d{{1,4}})|(?P<w1>{units.alternation(words.VALUES)})) over (?:(?P<d2>\d{{1,4}})|(?P<w2>{words.RUN}))"
        r"(?=\s*(?:$|[.;!?)]))"
    ),
    _over,
)


def _fraction(match: re.Match[str], source: Source) -> Piece | None:
    if in_name(source, match.start()):
        return None
    if match["below"]:
        above, below = int(match["above"]), int(match["below"])
        if not below or not (above == 1 or below in (3, 4, 5, 8, 16)):
            return None
    value = shared.fraction(match["fraction"])
    unit = unit_of(match, source) or ""
    return Piece(shared.kind_of(unit) if unit else "multiple", value, value, unit=unit)


FRACTION_DIGITS = Rule(
    "fraction in digits",
    re.compile(rf"(?P<fraction>(?P<above>\d{{1,2}})/(?P<below>\d{{1,3}})(?![\d/])|[{shared.VULGAR_SIGNS}]){UNIT}?"),
    _fraction,
)
