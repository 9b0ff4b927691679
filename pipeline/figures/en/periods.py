"""English periods: years, decades, quarters, halves, fiscal years, and parts of them.

Lives here: patterns that name a stretch of the calendar, and what is said of years wherever they stand. Does not: days,
months and weekdays (`dates`), relative dates (`relative`) but for the year behind a quarter, half or month ("of last
year"). Imports `engine`, `shared`, `units`.
"""

from __future__ import annotations

import re
from typing import Any

from pipeline.figures import units
from pipeline.figures.en import words
from pipeline.figures.engine import NOTHING, Piece, Rule, Source
from pipeline.figures.shared import date_of

_YEAR = r"(?P<year>1[5-9]\d\d|20\d\d|21\d\d)(?![\d%]|[.,]\d)"
YEAR = re.compile(
    rf"{_YEAR}(?:(?:-| - (?=\d\d season)|/(?=\d\d (?:fiscal|financial|school|academic|season)))(?P<to>\d\d)(?!\d))?"
)
PARTS: dict[str, Any] = {
    "early": "early",
    "mid": "mid",
    "late": "late",
    "middle": "mid",
    "end": "late",
    "start": "early",
    "beginning": "early",
    "close": "late",
}
PART = r"(?:(?P<part>early|mid|late)(?:[ -]| in )|(?:the )?(?P<part2>middle|end|start|beginning) of )"


def part_of(match: re.Match[str]) -> Any:
    """Early, mid or late, from what a match of `PART` holds."""
    return PARTS.get(match["part"] or match["part2"] or "")


def number(text: str | None) -> int | None:
    """The number that digits write, if there are any."""
    return int(text) if text else None


def full_year(text: str | None) -> int | None:
    """The year of 2019, '87 and 87."""
    if not text:
        return None
    value = int(text.lstrip("'"))
    return value if value > 99 else value + (1900 if value > 40 else 2000)


# --- years, decades, quarters, halves ---------------------------------------------------------------------------------

_YEAR_BEFORE = re.compile(
    r"(?:^|[^a-z])(?:in|since|until|till|by|from|of|the|through|to|and|or|between|before|after|during|for|fiscal|early|late|mid|year|its|his|her|their|our|as of|around|circa|late-|mid-|early-|pre-|post-)[ -]$"
)


def year(match: re.Match[str], source: Source, *, counts: bool) -> Piece | None:
    """A bare number from 1500 to 2199; round and old ones that could count a noun need a word before them."""
    value = int(match["year"])
    lower = source.lower
    near = lower[max(0, match.start() - 9) : match.start()]
    introduced = bool(_YEAR_BEFORE.search(near))
    if near.endswith(("than ", "least ", "most ", "nearly ", "almost ")):
        return None
    if not 1900 <= value <= 2059 and not introduced and not (1700 <= value < 2100 and near.endswith("(")):
        return None
    if (value % 100 == 0 or value < 1900) and counts and not re.search(r"(?:in|since|of|the|by|for) $", near):
        return None
    if match["to"] and int(match["to"]) <= value % 100:
        return None
    return date_of(year=value)


PART_YEAR = Rule(
    "part of a year",
    re.compile(rf"{PART}{_YEAR}"),
    lambda match, source: date_of(year=int(match["year"]), part=part_of(match)),
)
_DECADES = {
    word: value
    for value, word in enumerate("twenties thirties forties fifties sixties seventies eighties nineties".split(), 2)
}
DECADE = Rule(
    "decade",
    re.compile(
        rf"(?:{PART}(?:the )?)?(?:(?P<year>1[5-9]\d0|20\d0)(?:s|'s)(?![a-z])|(?:'|(?<=')|(?<=post-)|(?<=the ))(?P<short>\d0)s(?![a-z]))"
    ),
    lambda match, source: date_of(
        decade=int(match["year"])
        if match["year"]
        else 1900 + int(match["short"]) + (100 if int(match["short"]) < 20 else 0),
        part=part_of(match),
    ),
)


def _decade_word(match: re.Match[str], source: Source) -> Piece | None:
    """The nineties, late seventies; "in his seventies" is an age, temperatures in the seventies are degrees."""
    before = source.lower[max(0, match.start() - 6) : match.start()]
    if before.endswith(("his ", "her ", "their ", "my ", "its ", "your ")):
        return NOTHING
    part = part_of(match)
    if not (part or match["century"] or not before or before.endswith(("the ", "id-", "ly ", "te "))):
        return None
    century = 2000 if (match["century"] or "").startswith("twenty") else 1900
    return date_of(decade=century + 10 * _DECADES[match["word"]], part=part)


DECADE_WORD = Rule(
    "decade in words",
    re.compile(
        rf"(?:{PART}(?:the )?)?(?P<century>nineteen[- ]|twenty[- ])?(?P<word>{units.alternation(_DECADES)})(?![a-z])"
    ),
    _decade_word,
)

_OF_YEAR = (
    r"(?:,? (?:of (?:the )?(?:year )?|in )?(?:(?P<fy>fy ?|fiscal (?:year )?)?(?P<year>(?:19|20)\d\d|(?<=fy)\d\d|'\d\d)(?![\ds%])"
    r"|(?P<relative>last|this|next) (?:(?P<fy2>fiscal|financial) )?year(?![a-z])))?"
)


def relative_year(match: re.Match[str]) -> str | None:
    """The relative year behind a quarter, half or month: "of last year"."""
    return {"last": "year-1", "this": "year+0", "next": "year+1"}.get(match["relative"] or "")


PLACES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "final": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}


def _quarter(match: re.Match[str], source: Source) -> Piece | None:
    if match["which"] and match["which"] == "final":
        return None
    quarter = int(match["q"]) if match["q"] else PLACES[match["which"]]
    fiscal = bool(match["fy"] or match["fy2"] or match["fiscal"] or match["fiscal2"])
    return date_of(quarter=quarter, year=full_year(match["year"]), fiscal=fiscal, relative=relative_year(match))


QUARTER = Rule(
    "quarter",
    re.compile(
        rf"(?P<fiscal>fiscal )?(?:q(?P<q>[1-4])|(?P<which>{units.alternation(PLACES)})[ -](?P<fiscal2>fiscal[ -])?quarter)(?![a-z\d]|[- ]?final){_OF_YEAR}"
    ),
    _quarter,
)
QUARTER_GLUED = Rule(
    "quarter",
    re.compile(r"(?:([1-4])q|([12])h)(?: |(?=\d))?((?:20)?\d\d)?(?![\da-z])"),
    lambda match, source: (
        date_of(quarter=number(match[1]), half=number(match[2]), year=full_year(match[3]))
        if match[3] or match[1]
        else None
    ),
)
YEAR_QUARTER = Rule(
    "quarter",
    re.compile(r"((?:19|20)\d\d)(?:'s)?[ -]?(?:q([1-4])|h([12]))(?![a-z\d])"),
    lambda match, source: date_of(year=int(match[1]), quarter=number(match[2]), half=number(match[3])),
)


def _year_s_quarter(match: re.Match[str], source: Source) -> Piece | None:
    which, fiscal = match["which"], bool(match["fiscal"])
    if not which:
        return date_of(year=int(match["year"]), fiscal=True)
    if match["of"] == "half" and PLACES[which] > 2:
        return None
    return date_of(year=int(match["year"]), fiscal=fiscal, **{match["of"]: PLACES[which]})


YEAR_S_QUARTER = Rule(
    "quarter",
    re.compile(
        rf"(?P<year>(?:19|20)\d\d)(?=(?:'s)? )(?P<fiscal> (?:fiscal|financial) year(?![a-z]))?"
        rf"(?:(?:'s)? (?P<which>{units.alternation(PLACES)})[ -](?P<of>quarter|half)(?![a-z])|(?<=year))"
    ),
    _year_s_quarter,
)


def _half(match: re.Match[str], source: Source) -> Piece | None:
    half = int(match["h"]) if match["h"] else (1 if match["which"] in ("first", "1st") else 2)
    fiscal = bool(match["fy"] or match["fy2"])
    return date_of(half=half, year=full_year(match["year"]), fiscal=fiscal, relative=relative_year(match))


HALF_YEAR = Rule(
    "half-year",
    re.compile(rf"(?:h(?P<h>[12])|(?P<which>first|second|1st|2nd|latter)(?:[ -]| - )half)(?![a-z\d]){_OF_YEAR}"),
    _half,
)


_TENS = units.alternation("ten twenty thirty forty fifty sixty seventy eighty ninety".split())
_TEENS = "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"


def _year_in_words(match: re.Match[str], source: Source) -> Piece | None:
    """Nineteen ninety-nine, twenty twenty-five."""
    rest = words.read(match["rest"])
    century = {"eighteen": 1800, "nineteen": 1900, "twenty": 2000}[match["century"]]
    return date_of(year=century + int(rest.value)) if rest and rest.kind == "number" else None


YEAR_WORDS = Rule(
    "year in words",
    re.compile(
        rf"(?P<century>eighteen|nineteen|twenty)[- ](?P<rest>{_TENS}(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?|"
        rf"{units.alternation(_TEENS.split())})(?![a-z-])(?! (?:people|percent|per cent|years|million|thousand|hundred))"
    ),
    _year_in_words,
)


_HALVES = {"first six months": 1, "second six months": 2, "january to june": 1, "january-june": 1,
           "july to december": 2, "july-december": 2, "january through june": 1, "july through december": 2}  # fmt: skip
MONTHS = Rule(
    "months of a half-year",
    re.compile(rf"(?P<months>{units.alternation(_HALVES)})(?![a-z]){_OF_YEAR}"),
    lambda match, source: date_of(
        half=_HALVES[match["months"]], year=full_year(match["year"]), fiscal=bool(match["fy"] or match["fy2"]),
        relative=relative_year(match),
    ),
)  # fmt: skip


def _fiscal(match: re.Match[str], source: Source) -> Piece | None:
    quarter = number(match["q"]) or PLACES.get(match["which"] or "")
    return date_of(year=full_year(match["year"]), quarter=quarter, fiscal=True)


_ITS_QUARTER = rf"(?:(?:'s)?,? (?:q(?P<q>[1-4])(?![a-z\d])|(?P<which>{units.alternation(PLACES)})[ -](?:fiscal[ -])?quarter(?![a-z])))?"
FISCAL = Rule(
    "fiscal year",
    re.compile(
        rf"(?:fy ?'?|fiscal (?:year )?|financial year )(?P<year>(?:19|20)\d\d|(?<=fy)\d\d|(?<=fy')\d\d)(?!\d)(?:[-/]\d\d(?!\d))?{_ITS_QUARTER}"
    ),
    _fiscal,
)

DIGIT_RULES = (DECADE, QUARTER_GLUED, YEAR_QUARTER, YEAR_S_QUARTER, QUARTER, HALF_YEAR)
WORD_RULES = (MONTHS, PART_YEAR, DECADE, DECADE_WORD, QUARTER, HALF_YEAR, FISCAL, YEAR_WORDS)
STARTS = (
    *_HALVES, *_DECADES, *(f"{c}{dash}{d}" for c in ("nineteen", "twenty") for dash in " -" for d in _DECADES), "early", "mid", "late",
    "middle", "end", "start", "beginning", "q1", "q2", "q3", "q4", "h1", "h2", "fy", "fiscal", "financial", "the middle",
    "the end", "the start", "the beginning",
)  # fmt: skip
