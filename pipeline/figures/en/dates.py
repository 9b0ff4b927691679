"""English dates: days, months, weekdays.

Lives here: patterns that name a day or a month. Does not: years and their parts (`periods`), durations (`amounts`), relative
dates (`relative`). Imports `engine`, `shared`, `units`, `periods`.
"""

from __future__ import annotations

import re

from pipeline.figures import units
from pipeline.figures.en.periods import PART, full_year, number, part_of, relative_year
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


def _day(match: re.Match[str]) -> int | None:
    return number(match["day"]) or _NTH.get(match["nth"] or "")


def _month(text: str) -> int:
    return ALL_MONTHS[text.rstrip(" .")]


def _month_first(match: re.Match[str], source: Source) -> Piece | None:
    if (
        match["month"] in ("may", "march", "mar", "sun", "dec", "sep", "jan")
        and not match["day"]
        and not source.cased[match.start("month")].isupper()
    ):
        return None
    weekday = _ALL_DAYS.get((match["weekday"] or "").rstrip("."))
    return date_of(month=_month(match["month"]), day=_day(match), year=full_year(match["year"]), weekday=weekday)


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
    year, relative = full_year(match["year"]), relative_year(match)
    return date_of(month=_month(match["month"]), year=year, part=part_of(match), relative=relative)


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


_MONTH_AFTER = re.compile(rf"(?: ?- ?| to | through | until | and | or |, ){MONTH}(?![a-z])")


_DATE_BEFORE_LOWER = re.compile(
    r"(?<![a-z])(?:in|since|until|till|by|last|this|next|early|late|mid|of|during|before|after)[ -]$"
)


def _is_month_in_lower_case(source: Source, name: str, start: int) -> bool:
    """A text all in lower case, where "in march" is a month; may and march are verbs elsewhere."""
    if name not in MONTHS or any(map(str.isupper, source.cased[max(0, start - 200) : start + 200])):
        return False
    if name not in ("may", "march", "august"):
        return True
    return bool(_DATE_BEFORE_LOWER.search(source.lower[max(0, start - 12) : start]))


def _lone_month(match: re.Match[str], source: Source) -> Piece | None:
    start = match.start("month")
    name = match["month"].rstrip(".")
    if not source.cased[start].isupper() and not _is_month_in_lower_case(source, name, start):
        return None
    if name in _SHORT and name not in ("may", "sept") and not source.lower.startswith(".", start + len(name)):
        return None
    if (
        name in ("may", "march", "august")
        and not match["part"]
        and not match["part2"]
        and not _DATE_BEFORE.search(source.lower[max(0, start - 12) : start])
        and not _MONTH_AFTER.match(source.lower, match.end("month"))
    ):
        return None
    end = match.end("month") - (match["month"].endswith(".") and name in MONTHS)
    piece = date_of(month=_month(match["month"]), part=part_of(match))
    if piece:
        piece.end = end
    return piece


MONTH_ALONE = Rule(
    "month alone",
    re.compile(rf"(?:{PART})?(?P<month>{MONTH})(?!-(?!quarter|to-|{MONTH})[a-z]|(?<=may)'[a-z])"),
    _lone_month,
)


WEEKDAY_ALONE = Rule(
    "weekday alone",
    re.compile(
        rf"(?P<day>{units.alternation(WEEKDAYS)})s?(?![a-z])(?:,? (?:of )?(?P<which>last|this|next) week(?![a-z]))?"
    ),
    lambda match, source: date_of(
        weekday=WEEKDAYS[match["day"]],
        relative={"last": "week-1", "this": "week+0", "next": "week+1"}.get(match["which"] or ""),
    ),
)
WEEKDAY_DIGITS = Rule(
    "weekday and a date in digits",
    re.compile(
        rf"(?P<weekday>{_WEEKDAY}),? (?:(?P<year>20\d\d)[-/])?(?P<month>\d{{1,2}})[./-](?P<day>\d{{1,2}})(?![\d:])"
    ),
    lambda match, source: date_of(
        year=number(match["year"]),
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
DOTS = Rule(
    "date in digits, day first",
    re.compile(r"(0?[1-9]|[12]\d|3[01])\.(0?[1-9]|1[0-2])\.((?:19|20)\d\d)(?!\d)"),
    lambda match, source: date_of(year=int(match[3]), month=int(match[2]), day=int(match[1])),
)
COMPACT = Rule(
    "date in digits",
    re.compile(r"((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?![\d.,%])"),
    lambda match, source: date_of(year=int(match[1]), month=int(match[2]), day=int(match[3])),
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

DIGIT_RULES = (
    PLAN, DAY_OF_MANY, NTH, BEFORE_CHRIST, DAY_MONTH, SLASHES, COMPACT, YEAR_MONTH_DAY, MONTH_SLASH_YEAR,
)  # fmt: skip
WORD_RULES = (PLAN, MONTH_DAY, DAY_MONTH, MONTH_YEAR, MONTH_ALONE, WEEKDAY_ALONE, WEEKDAY_DIGITS)
STARTS = (*ALL_MONTHS, *_ALL_DAYS, *_NTH)
