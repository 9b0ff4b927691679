"""Rules that do not depend on the language: digits, symbols, ISO dates, clock times, scores, and what is no figure.

Lives here: patterns in digits and signs, and the small functions that turn them into values. Does not: any English or
Chinese word. Imports `engine`, `units`, `schema`.

No pattern has a word boundary beside a digit: Han characters are word characters, so a number glued to Han would
become invisible. `(?![a-z])` says what is meant.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from pipeline.figures import units
from pipeline.figures.engine import NOTHING, ONE, Piece, Rule, Source
from pipeline.schema import FigureKind, PartialDate

DIGITS = (
    r"(?:10(?:\^|的)(?:\d{1,3}(?!\d))(?:(?<=\^\d)|(?<=\^\d\d)|(?<=\^\d\d\d)|次方)|\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d{1,2}(?:,\d{2}){1,4},\d{3}(?!\d)(?:\.\d+)?|\d{1,3}(?:, 000){1,3}(?!\d)|\d{1,3} 000(?![\d,])"
    r"|\d{1,3}(?: \d{3}){2,}(?![\d,])(?:\.\d+)?|\d+ \. \d+|\d+(?:\.\d+)?(?:(?: ?[x×] ?10(?:\^[+-]?|-)|e[+-]?)\d{1,3}(?![\da-z]))?|\.\d+)"
)
NUMERAL = re.compile(r"\.?\d+(?:[.,]\d+){0,9}")
"""The digits a number begins with."""
DIGITS_GO_ON = " ,^的x×e"
"""What may follow these where `DIGITS` matches more than them."""
VULGAR = {"½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅛": (1, 8), "⅜": (3, 8),
          "⅝": (5, 8), "⅞": (7, 8), "⅙": (1, 6)}  # fmt: skip
VULGAR_SIGNS = "".join(VULGAR)
FRACTION = rf"(?: ?[{VULGAR_SIGNS}]|  ?\d{{1,2}} ?/ ?\d{{1,3}}(?![\d/]))"

SIGNS = units.currency_symbols()
SYMBOLS = units.symbols() | units.trailing_signs()
_SIGN = units.alternation(SIGNS)
SIGN_CHARACTERS = "".join(sign for sign in SIGNS if len(sign) == 1)
SIGN_START = rf"(?<![a-z])(?={_SIGN} ?-?\.?\d)"
"""Where an amount of money begins with its sign."""

SYMBOL = units.alternation({symbol.lower() for symbol in SYMBOLS})
_SYMBOL_LOWER: dict[str, str] = {}
for _symbol, _unit in SYMBOLS.items():
    _SYMBOL_LOWER.setdefault(_symbol.lower(), _unit)

DURATIONS = frozenset({"duration", "calendar"})
_KIND_BY_UNIT: dict[str, FigureKind] = {
    "percent": "percent", "permille": "percent", "percentage_point": "percentage_point",
    "basis_point": "percentage_point", "person": "count", "household": "count", "token": "count", "point": "count",
    "": "number",
}  # fmt: skip


def kind_of(unit: str) -> FigureKind:
    """The kind of a figure with this unit."""
    known = _KIND_BY_UNIT.get(unit)
    if known:
        return known
    dimension = units.dimension(unit)
    if dimension == "money":
        return "money"
    if dimension in DURATIONS:
        return "duration"
    return "count" if dimension == "count" else "quantity"


_POWER = re.compile(r"[x×]10\^?")
_POWER_ALONE = re.compile(r"10(?:\^|的)(\d+)(?:次方)?")


def decimal(digits: str) -> Decimal:
    """The value of digits with separators or a power of ten: 1,234.5; 1 234 567; 1 . 5; 1.3x10^6; 10^25."""
    alone = _POWER_ALONE.fullmatch(digits)
    if alone:
        return Decimal(1).scaleb(int(alone[1]))
    plain = _POWER.sub("e", digits.replace(",", "").replace(" ", ""))
    return Decimal(plain)


def _power(match: re.Match[str], source: Source) -> Piece | None:
    """1.1^23, 2^5: the value, when it is one that a text may mean."""
    exponent = int(match["exponent"])
    base = Decimal(match["base"])
    if abs(exponent) > 400 or not base:
        return None
    value = base**exponent
    return Piece("number", value, value)


POWER = Rule(
    "power",
    re.compile(r"(?P<base>\d{1,6}(?:\.\d{1,6})?)\^(?P<exponent>[+-]?\d{1,3})(?![\d.])"),
    _power,
)


def fraction(text: str) -> Decimal:
    """The value of ½ or of 4/5."""
    text = text.replace(" ", "")
    if text in VULGAR:
        above, below = VULGAR[text]
        return Decimal(above) / Decimal(below)
    above_text, below_text = text.split("/")
    return Decimal(above_text) / Decimal(below_text) if int(below_text) else Decimal(0)


def symbol_unit(text: str, start: int, end: int) -> str | None:
    """The unit a symbol stands for, by its case (MW, mW) or, where only one case exists, by its letters."""
    spelled = text[start:end]
    known = SYMBOLS.get(spelled)
    one_case = len(spelled) > 2 or spelled.islower() or spelled.isupper()
    return known or (_SYMBOL_LOWER.get(spelled.lower()) if len(spelled) > 1 and one_case else None)


def amount(value: Decimal, scale: Decimal, unit: str) -> Piece:
    """A figure of one value, its scale expanded; permille is told as percent."""
    if unit == "permille":
        value, unit = value / 10, "percent"
    return Piece(kind_of(unit), value * scale, value * scale, unit=unit, scale=scale)


def date_of(**known: Any) -> Piece | None:
    """A date figure from the fields of `PartialDate` that are known; None when there is no such month or day."""
    month, day = known.get("month"), known.get("day")
    if (month is not None and not 1 <= month <= 12) or (day is not None and not 1 <= day <= 31):
        return None
    return Piece("date", when=PartialDate(**known))


# --- what is no figure -----------------------------------------------------------------------------------------------


def nothing(match: re.Match[str], source: Source) -> Piece:
    """The whole match holds no figure."""
    return NOTHING


ADDRESS = Rule("web address", re.compile(r"(?:https?://|www\.)[^\s\u3000-\u9fff\uff00-\uffef]+"), nothing)
VERSION = Rule("version number", re.compile(r"\d{1,4}(?:\.\d{1,6}){2,}(?![\d])"), nothing)
PHONE = Rule(
    "telephone number",
    re.compile(
        r"(?:\+\d{1,3}[\d \-/()]{6,20}\d|1[3-9]\d{9}(?![\d.,%]| ?[a-z亿万元])|0\d{2,3}-\d{7,8}(?!\d)|400-\d{3,4}-\d{3,4}"
        r"|\d{3}-\d{3}-\d{4}(?!\d)|(?:(?<=call )|(?<=tel )|(?<=tel. )|(?<=ring )|(?<=dial )|(?<=phone ))\d{3}-\d{4}(?!\d))"
    ),
    nothing,
)
LIST_NUMBER = Rule(
    "list number",
    re.compile(r"(?:(?<=\n)|(?<![\s\S]))\d{1,2}(?:[.)] |[、)](?=\S)|[.](?=[^\W\d]))"),
    nothing,
)
NAME = Rule(
    "name with a number",
    re.compile(
        r"[2-6]g(?![a-z])|[234]d(?![a-z])|[48]k(?= ?(?:tv|video|screen|ultra|电视|视频|超高清|画质))|911(?=事件|恐)|120(?=急救)|"
        r"24/7|9/11(?!/)|7-eleven|401\(?k|\d{3} ?max(?![a-z])|"
        r"7\d7(?:-\d+)?[a-z]{0,3}(?= (?:jet|aircraft|plane|max|dreamliner|客机|飞机))"
    ),
    nothing,
)


# --- money, times, scores, dates in digits ----------------------------------------------------------------------------

_SHORT = units.alternation(units.SCALES_SHORT)
_LONG = units.alternation(units.SCALES_EN)
SCALE = rf"(?:[ -]?(?P<scale>{_LONG})(?![a-z])| ?(?P<short>{_SHORT})(?![a-z0-9]))"


def scale_of(match: re.Match[str]) -> Decimal:
    """The factor of the scale word a match holds."""
    word = match["scale"] or ""
    return units.SCALES_EN[word] if word else units.SCALES_SHORT.get(match["short"] or "", ONE)


def money(match: re.Match[str], source: Source) -> Piece:
    """An amount with its sign before it."""
    sign = -1 if match["minus"] else 1
    value = decimal(match["number"]) + (fraction(match["fraction"]) if match["fraction"] else 0)
    return amount(sign * value, scale_of(match), SIGNS[match["currency"]])


MONEY_SIGN_FIRST = Rule(
    "money, sign first",
    re.compile(
        rf"(?P<currency>{_SIGN}) ?(?P<minus>-)?(?P<number>\d{{1,3}}(?:, \d{{3}})+(?!\d)|{DIGITS})(?P<fraction>{FRACTION})?{SCALE}?"
        r"(?: (?:us |u\.s\. )?(?:dollars|euros|pounds|yen|yuan)(?![a-z]))?"
    ),
    money,
)


ZONE = r"(?: (?:gmt|utc|bst|e[sd]?t|c[es]t|cest|p[sd]t|hkt|sgt|jst)(?![a-z]))?"
"""What may name the time zone behind a clock time."""


def _clock(match: re.Match[str], source: Source) -> Piece | None:
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    seconds = int(match.groupdict().get("second") or 0)
    half = (match["half"] or "")[:1]
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 24 or minute > 59 or seconds > 59:
        return None
    return minutes(hour, minute, seconds)


def minutes(hour: int, minute: int, second: int = 0) -> Piece:
    """A clock time, in minutes after midnight."""
    value = Decimal(hour * 60 + minute) + Decimal(second) / 60
    return Piece("time", value, value, unit="clock")


CLOCK = Rule(
    "clock time",
    re.compile(
        r"(?P<hour>\d{1,2}): ?(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?![\d:])(?: ?(?P<half>[ap]\.?m)(?![a-z])\.?)?"
        + ZONE
    ),
    _clock,
)
CLOCK_HALF = Rule(
    "clock time with a.m. or p.m.",
    re.compile(r"(?P<hour>\d{1,2})(?:[.:] ?(?P<minute>\d{2}))? ?(?P<half>[ap]\.m\.?|[ap]m)(?![a-z])" + ZONE),
    lambda match, source: None if int(match["hour"]) > 12 else _clock(match, source),
)


def _lap(match: re.Match[str], source: Source) -> Piece:
    value = Decimal(match[1] or 0) * 3600 + Decimal(match[2]) * 60 + Decimal(match[3])
    return Piece("duration", value, value, unit="second")


LAP_TIME = Rule("race time", re.compile(r"(?:(\d{1,2}):)?(\d{1,2}):(\d{2}\.\d+)"), _lap)


ISO_DATE = Rule(
    "date in digits, year first",
    re.compile(r"(1[5-9]\d\d|20\d\d)(?:([-/.])(\d{1,2})(?:\2(\d{1,2}))(?![\d])|-(\d{1,2})(?![\d-]))"),
    lambda match, source: date_of(
        year=int(match[1]), month=int(match[3] or match[5]), day=int(match[4]) if match[4] else None
    ),
)

SCORE_WORDS = re.compile(
    r"(?<![a-z])(?:w[io]n|wins|winning|beat|beaten|beats|victory|defeat\w*|draw\w*|loss|lost|lose|lead\w*|goal\w*|scor\w+|"
    r"ahead|match|game|set|sets|aggregate|penalt\w+|tie|thrash\w*|down|up|level\w*|final|series)(?![a-z])|"
    r"战胜|击败|战平|不敌|大胜|险胜|负于|取胜|逆转|比分|领先|落后|获胜|胜|负|平|扳|小组赛|主场|客场"
)


def _score(match: re.Match[str], source: Source) -> Piece | None:
    left, right = Decimal(match["left"]), Decimal(match["right"])
    near = source.lower[max(0, match.start() - 60) : match.end() + 40]
    if left < right and match["mark"] in "-" and not SCORE_WORDS.search(near):
        return None
    return Piece("score", left, right)


SCORE = Rule(
    "score",
    re.compile(
        r"(?P<left>\d{1,3}) ?(?P<mark>[-:]|比) ?(?P<right>\d{1,3})(?![\d.,:/%-]{0,6}\d|-?[a-z%]|[ -](?:million|billion|thousand|percent|years?|"
        r"months?|days?|weeks?|hours?|minutes?|per)|[多余]?[十百千万亿]|[年月日号个岁名人位家元])"
    ),
    _score,
)
