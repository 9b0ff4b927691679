"""English clock times and scores in words: noon, eight a.m., 8 o'clock in the morning, 1845 GMT, two-nil, 3 to 1.

Lives here: patterns with words. Does not: 17:00 and 5 p.m. in digits, scores in digits (`shared`). Imports `engine`,
`shared`, `words`.
"""

from __future__ import annotations

import re
from decimal import Decimal

from pipeline.figures import shared, units
from pipeline.figures.en import words
from pipeline.figures.engine import Piece, Rule, Source

_NOON = {"noon": 720, "12 noon": 720, "midday": 720, "midnight": 0}
NOON = Rule(
    "noon or midnight",
    re.compile(rf"({units.alternation(_NOON)})(?![a-z]|[ -](?:mass|oil|blue))"),
    lambda match, source: Piece("time", Decimal(_NOON[match[1]]), Decimal(_NOON[match[1]]), unit="clock"),
)
_HOURS = {word: int(value) for word, value in words.VALUES.items() if 1 <= value <= 12}
_HOUR = rf"(?:(?P<digits>\d{{1,2}})|(?P<word>{units.alternation(_HOURS)}))"


def _oclock(match: re.Match[str], source: Source) -> Piece | None:
    """Eight a.m., 8 o'clock in the evening."""
    hour = int(match["digits"]) if match["digits"] else _HOURS[match["word"]]
    later = (match["half"] or "").startswith("p") or match["part"] in ("afternoon", "evening")
    if not 1 <= hour <= 12:
        return None
    value = Decimal((hour % 12 + 12 * later) * 60 if match["half"] or match["part"] else hour * 60)
    return Piece("time", value, value, unit="clock")


OCLOCK = Rule(
    "clock time in words",
    re.compile(
        rf"{_HOUR}(?: (?P<half>[ap]\.?m\.?)(?![a-z])|(?: ?o'clock)(?: in the (?P<part>morning|afternoon|evening))?)"
        + shared.ZONE
    ),
    _oclock,
)
_PAST = {"half past": 30, "quarter past": 15, "a quarter past": 15, "quarter to": -15, "a quarter to": -15}


def _half_past(match: re.Match[str], source: Source) -> Piece | None:
    hour = int(match["digits"]) if match["digits"] else _HOURS[match["word"]]
    value = Decimal((hour * 60 + _PAST[match["past"]]) % 1440)
    return Piece("time", value, value, unit="clock") if 1 <= hour <= 24 else None


HALF_PAST = Rule(
    "clock time in words",
    re.compile(rf"(?P<past>{units.alternation(_PAST)}) {_HOUR}(?![a-z\\d]|[ -](?:million|billion|percent|per cent|%))"),
    _half_past,
)
ZULU = Rule(
    "clock time of four digits",
    re.compile(r"([01]\d|2[0-3])([0-5]\d) (?:gmt|utc|bst|cet|cest|est|edt|hkt|local time)(?![a-z])"),
    lambda match, source: shared.minutes(int(match[1]), int(match[2])),
)
_SIDE = rf"(?:\d{{1,3}}|{units.alternation(words.VALUES)})"


def _side(text: str) -> Decimal:
    return Decimal(text) if text.isdecimal() else words.VALUES.get(text, Decimal(0))


NIL = Rule(
    "score in words",
    re.compile(rf"(?P<left>{_SIDE})-(?P<right>nil|nought)(?![a-z])"),
    lambda match, source: Piece("score", _side(match["left"]), _side(match["right"])),
)
RATIO = Rule(
    "ratio",
    re.compile(
        rf"(?P<left>{_SIDE})(?:-to-(?P<one>one|1)(?![\d.])|(?:(?<=ratio of \d)|(?<=ratio of \d\d)) to (?P<right>\d{{1,3}})(?![\d.]))"
    ),
    lambda match, source: Piece("score", _side(match["left"]), _side(match["one"] or match["right"])),
)

DIGIT_RULES = (NOON, OCLOCK, ZULU, NIL, RATIO)
WORD_RULES = (NOON, HALF_PAST, OCLOCK, NIL, RATIO)
STARTS = (*_PAST, "noon", "midday", "midnight")
