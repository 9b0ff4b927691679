"""English dates: days, months, years, quarters, halves, decades, fiscal years, weekdays.

Lives here: patterns that name a place in the calendar. Does not: durations (`amounts`), relative dates
(`relative`) but for the year behind a quarter, half or month ("of last year"). Imports `engine`, `shared`, `units`.
"""

from __future__ import annotations

import re
from typing import Any

from pipeline.figures import units
from pipeline.figures.engine import NOTHING, Piece, Rule, Source
from pipeline.figures.shared import date_of

_MONTH_NAMES = "january february march april may june july august september october november december".split()
MONTHS = {name: index for index, name in enumerate(_MONTH_NAMES, 1)}
_SHORT = {name[:3]: index for name, index in MONTHS.items()} | {"sept": 9}
ALL_MONTHS = MONTHS | _SHORT
MONTH = rf"(?:{units.alternation(MONTHS)}(?![a-z])|{units.alternation(_SHORT)}(?![a-z])(?: ?\.)?)"
_DAY_NAMES = "monday tuesday wednesday thursday friday saturday sunday".split()
WEEKDAYS = {name: index for index, name in enumerate(_DAY_NAMES, 1)}
_ALL_DAYS = WEEKDAYS | {name[:3]: index for name, index in WEEKDAYS.items()} | {"tues": 2, "thur": 4, "thurs": 4}
_WEEKDAY = rf"{units.alternation(_ALL_DAYS)}(?![a-z])\.?"
_NTH = {
    word: value for value, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(), 1)
} | {f"twenty{dash}{word}": 20 + value for dash in " -" for value, word in enumerate(
    "first second third fourth fifth sixth seventh eighth ninth".split(), 1)} | {
    "thirtieth": 30, "thirty first": 31, "thirty-first": 31,
}  # fmt: skip
_DAY = rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?|(?P<nth>{units.alternation(_NTH)}))(?![a-z\d]|[.,]\d)"
_YEAR = r"(?P<year>1[5-9]\d\d|20\d\d|21\d\d)(?![\d%]|[.,]\d)"
YEAR = re.compile(rf"{_YEAR}(?:-(?P<to>\d\d)(?!\d))?")
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


def _part(match: re.Match[str]) -> Any:
    return PARTS.get(match["part"] or match["part2"] or "")


def _number(text: str | None) -> int | None:
    return int(text) if text else None


def _day(match: re.Match[str]) -> int | None:
    return _number(match["day"]) or _NTH.get(match["nth"] or "")


def _month(text: str) -> int:
    return ALL_MONTHS[text.rstrip(" .")]


def _full_year(text: str | None) -> int | None:
    """The year of 2019, '87 and 87."""
    if not text:
        return None
    value = int(text)
    return value if value > 99 else value + (1900 if value > 40 else 2000)


def _month_first(match: re.Match[str], source: Source) -> Piece | None:
    if (
        match["month"] in ("may", "march", "mar", "sun", "dec", "sep", "jan")
        and not match["day"]
        and not source.cased[match.start("month")].isupper()
    ):
        return None
    weekday = _ALL_DAYS.get((match["weekday"] or "").rstrip("."))
    return date_of(month=_month(match["month"]), day=_day(match), year=_full_year(match["year"]), weekday=weekday)


_THEN_YEAR = r"(?:,? ?(?:of )?(?P<year>(?:1[5-9]|20|21)\d\d)(?![\d%]|[.,]\d))?"
_DAY_OF_WEEK = rf"(?:(?P<weekday>{_WEEKDAY}),? (?:the )?)?"
DAY_OF_MANY = Rule(
    "day of a month named later",
    re.compile(
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?= ?(?:-|and|to|or|,|&) ?(?:the )?\d{{1,2}}(?:st|nd|rd|th)? (?:of )?(?P<month>{MONTH}))"
    ),
    lambda match, source: date_of(month=_month(match["month"]), day=int(match["day"])),
)
_ON_BEFORE = re.compile(r"(?<![a-z])(?:on|until|till|by|since|from|of|to) (?:the )?$")
_NOT_A_DAY = re.compile(
    r" (?!and(?![a-z])|or(?![a-z])|to(?![a-z])|that|in(?![a-z])|at(?![a-z])|when|the(?![a-z])|by|after|before|shows?|as(?![a-z])|with|of this|of the|local|for)[a-z]|-"
)
NTH = Rule(
    "day of the month",
    re.compile(r"(?P<day>\d{1,2})(?:st|nd|rd|th)(?![a-z])(?: day)?(?: of (?:this|the|last|next) month)?"),
    lambda match, source: _nth(match, source),
)


def _nth(match: re.Match[str], source: Source) -> Piece | None:
    """On the 25th; the 21st of this month. The 25th anniversary is an ordinal."""
    if match[0].endswith("month"):
        return date_of(day=int(match["day"]))
    before = source.lower[max(0, match.start() - 10) : match.start()]
    if (
        not _ON_BEFORE.search(before)
        or "of " in before
        or "to " in before
        or _NOT_A_DAY.match(source.lower, match.end())
    ):
        return None
    return date_of(day=int(match["day"]))


BEFORE_CHRIST = Rule(
    "year before Christ",
    re.compile(r"(\d{1,4}) ?(?:b\.c\.(?:e\.)?|bc(?:e)?(?![a-z]))"),
    lambda match, source: date_of(year=-int(match[1])),
)
PLAN = Rule(
    "name of a plan", re.compile(r"(?:\d{1,2}th|[a-z]+th)[ -]five[ -]year[ -]plan"), lambda match, source: NOTHING
)
MONTH_DAY = Rule(
    "date, month first",
    re.compile(
        rf"{_DAY_OF_WEEK}(?P<month>{MONTH})[ /-]{{1,2}}(?:the )?{_DAY}(?:[,-]{{0,2}} ?(?:of )?(?P<year>(?:1[5-9]|20|21)\d\d)(?![\d%]|[.,]\d))?"
    ),
    _month_first,
)
DAY_MONTH = Rule(
    "date, day first",
    re.compile(
        rf"{_DAY_OF_WEEK}(?:the )?{_DAY}(?: day)?(?: of |[ /-])(?P<month>{MONTH})(?:[,-]? ?/?(?:of )?(?P<year>(?:1[5-9]|20|21)\d\d|(?<=of )'?\d\d)(?![\d%]|[.,]\d))?"
    ),
    _month_first,
)


def _month_year(match: re.Match[str], source: Source) -> Piece | None:
    year, relative = _full_year(match["year"]), _relative_year(match)
    return date_of(month=_month(match["month"]), year=year, part=_part(match), relative=relative)


MONTH_YEAR = Rule(
    "month and year",
    re.compile(
        rf"(?:{PART})?(?P<month>{MONTH})(?:(?:,? (?:of )?|[-/])(?P<year>(?:1[5-9]|20|21)\d\d|(?<=of )'?\d\d)(?![\d%]|[.,]\d)"
        r"|,? (?:of )?(?P<relative>last|this|next) year(?![a-z]))"
    ),
    _month_year,
)

_DATE_BEFORE = re.compile(
    r"(?:in|since|until|till|by|last|this|next|early|late|mid|of|from|through|to|between|and|during|before|after|ending|ended|for|every|on|and|or|,)[ -]$|(?:^|[^a-z])[a-z]+'s $"
)


def _lone_month(match: re.Match[str], source: Source) -> Piece | None:
    start = match.start("month")
    name = match["month"].rstrip(".")
    if not source.cased[start].isupper():
        return None
    if name in _SHORT and name != "may" and not source.lower.startswith(".", start + len(name)):
        return None
    if (
        name in ("may", "march", "august")
        and not match["part"]
        and not match["part2"]
        and not _DATE_BEFORE.search(source.lower[max(0, start - 12) : start])
    ):
        return None
    end = match.end("month") - (match["month"].endswith(".") and name in MONTHS)
    piece = date_of(month=_month(match["month"]), part=_part(match))
    if piece:
        piece.end = end
    return piece


MONTH_ALONE = Rule("month alone", re.compile(rf"(?:{PART})?(?P<month>{MONTH})(?!['-][a-z])"), _lone_month)


def _weekday_alone(match: re.Match[str], source: Source) -> Piece | None:
    return date_of(weekday=WEEKDAYS[match[1]]) if source.cased[match.start()].isupper() else None


WEEKDAY_ALONE = Rule("weekday alone", re.compile(rf"({units.alternation(WEEKDAYS)})s?(?![a-z])"), _weekday_alone)
WEEKDAY_DIGITS = Rule(
    "weekday and a date in digits",
    re.compile(
        rf"(?P<weekday>{_WEEKDAY}),? (?:(?P<year>20\d\d)[-/])?(?P<month>\d{{1,2}})[./-](?P<day>\d{{1,2}})(?![\d:])"
    ),
    lambda match, source: date_of(
        year=_number(match["year"]),
        month=int(match["month"]),
        day=int(match["day"]),
        weekday=_ALL_DAYS[match["weekday"].rstrip(".")],
    ),
)
SLASHES = Rule(
    "date in digits, month first",
    re.compile(r"(\d{1,2})([/-])(\d{1,2})\2((?:19|20)\d\d)(?!\d)"),
    lambda match, source: (
        date_of(year=int(match[4]), month=int(match[1]), day=int(match[3]))
        or date_of(year=int(match[4]), month=int(match[3]), day=int(match[1]))
    ),
)
MONTH_SLASH_YEAR = Rule(
    "month and year in digits",
    re.compile(r"(0?[1-9]|1[0-2])[/-]((?:19|20)\d\d)(?![\d/-])"),
    lambda match, source: date_of(year=int(match[2]), month=int(match[1])),
)
YEAR_MONTH_DAY = Rule(
    "date, year first",
    re.compile(rf"((?:19|20)\d\d)[/-](?:(?P<month>{MONTH})[/-](\d{{1,2}})|(\d{{1,2}})[/-](?P<month2>{MONTH}))(?!\d)"),
    lambda match, source: date_of(
        year=int(match[1]), month=_month(match["month"] or match["month2"]), day=int(match[3] or match[4])
    ),
)

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
    lambda match, source: date_of(year=int(match["year"]), part=_part(match)),
)
_DECADES = {
    word: value
    for value, word in enumerate("twenties thirties forties fifties sixties seventies eighties nineties".split(), 2)
}
DECADE = Rule(
    "decade",
    re.compile(
        rf"(?:{PART}(?:the )?)?(?:(?P<year>1[5-9]\d0|20\d0)(?:s|'s)(?![a-z])|(?:'|(?<=post-)|(?<=the ))(?P<short>\d0)s(?![a-z]))"
    ),
    lambda match, source: date_of(
        decade=int(match["year"])
        if match["year"]
        else 1900 + int(match["short"]) + (100 if int(match["short"]) < 20 else 0),
        part=_part(match),
    ),
)
DECADE_WORD = Rule(
    "decade in words",
    re.compile(rf"(?:{PART}(?:the )?)?(?P<word>{units.alternation(_DECADES)})(?![a-z])"),
    lambda match, source: (
        date_of(decade=1900 + 10 * _DECADES[match["word"]], part=_part(match))
        if source.lower[max(0, match.start() - 5) : match.start()].endswith(("the ", "id-", "ly ", "te "))
        else None
    ),
)

_OF_YEAR = (
    r"(?:,? (?:of (?:the )?(?:year )?|in )?(?:(?P<fy>fy ?|fiscal (?:year )?)?(?P<year>(?:19|20)\d\d|(?<=fy)\d\d)(?![\ds%])"
    r"|(?P<relative>last|this|next) (?:(?P<fy2>fiscal|financial) )?year(?![a-z])))?"
)


def _relative_year(match: re.Match[str]) -> str | None:
    """The relative year behind a quarter, half or month: "of last year"."""
    return {"last": "year-1", "this": "year+0", "next": "year+1"}.get(match["relative"] or "")


PLACES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "final": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}


def _quarter(match: re.Match[str], source: Source) -> Piece | None:
    if match["which"] and match["which"] == "final":
        return None
    quarter = int(match["q"]) if match["q"] else PLACES[match["which"]]
    fiscal = bool(match["fy"] or match["fy2"] or match["fiscal"] or match["fiscal2"])
    return date_of(quarter=quarter, year=_full_year(match["year"]), fiscal=fiscal, relative=_relative_year(match))


QUARTER = Rule(
    "quarter",
    re.compile(
        rf"(?P<fiscal>fiscal )?(?:q(?P<q>[1-4])|(?P<which>{units.alternation(PLACES)})[ -](?P<fiscal2>fiscal[ -])?quarter)(?![a-z\d]|[- ]?final){_OF_YEAR}"
    ),
    _quarter,
)
QUARTER_GLUED = Rule(
    "quarter",
    re.compile(r"([1-4])q((?:20)?\d\d)(?!\d)"),
    lambda match, source: date_of(quarter=int(match[1]), year=_full_year(match[2])),
)
YEAR_QUARTER = Rule(
    "quarter",
    re.compile(r"((?:19|20)\d\d)(?:'s)?[ -]?(?:q([1-4])|h([12]))(?![a-z\d])"),
    lambda match, source: date_of(year=int(match[1]), quarter=_number(match[2]), half=_number(match[3])),
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
    return date_of(half=half, year=_full_year(match["year"]), fiscal=fiscal, relative=_relative_year(match))


HALF_YEAR = Rule(
    "half-year",
    re.compile(rf"(?:h(?P<h>[12])|(?P<which>first|second|1st|2nd|latter)[ -]half)(?![a-z\d]){_OF_YEAR}"),
    _half,
)


def _fiscal(match: re.Match[str], source: Source) -> Piece | None:
    quarter = _number(match["q"]) or PLACES.get(match["which"] or "")
    return date_of(year=_full_year(match["year"]), quarter=quarter, fiscal=True)


_ITS_QUARTER = rf"(?:(?:'s)?,? (?:q(?P<q>[1-4])(?![a-z\d])|(?P<which>{units.alternation(PLACES)})[ -](?:fiscal[ -])?quarter(?![a-z])))?"
FISCAL = Rule(
    "fiscal year",
    re.compile(
        rf"(?:fy ?'?|fiscal (?:year )?|financial year )(?P<year>(?:19|20)\d\d|(?<=fy)\d\d|(?<=fy')\d\d)(?!\d){_ITS_QUARTER}"
    ),
    _fiscal,
)
FIRST_OF = Rule(
    "not a month", re.compile(r"(?:may|march)(?= (?:be|have|not|also|well|or may))"), lambda match, source: NOTHING
)

DIGIT_RULES = (
    PLAN,
    DAY_OF_MANY,
    NTH,
    BEFORE_CHRIST,
    DAY_MONTH,
    SLASHES,
    YEAR_MONTH_DAY,
    MONTH_SLASH_YEAR,
    DECADE,
    QUARTER_GLUED,
    YEAR_QUARTER,
    YEAR_S_QUARTER,
    QUARTER,
    HALF_YEAR,
)
WORD_RULES = (
    PLAN, MONTH_DAY, DAY_MONTH, MONTH_YEAR, MONTH_ALONE, WEEKDAY_ALONE, WEEKDAY_DIGITS, PART_YEAR, DECADE, DECADE_WORD,
    QUARTER, HALF_YEAR, FISCAL,
)  # fmt: skip
STARTS = (
    *ALL_MONTHS, *_ALL_DAYS, *_NTH, *_DECADES, "early", "mid", "late", "middle", "end", "start", "beginning",
    "q1", "q2", "q3", "q4", "h1", "h2", "fy", "fiscal", "financial", "the middle", "the end", "the start", "the beginning",
)  # fmt: skip
