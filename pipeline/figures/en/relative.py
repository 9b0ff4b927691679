"""English dates that count from the publication date: last year, next quarter, yesterday, last Friday.

Lives here: patterns and the offset they mean (`PartialDate.relative`). Does not: what day that is, which needs the
publication date (`checker/evidence.py`). Imports `engine`, `shared` and `dates`.
"""

from __future__ import annotations

import re

from pipeline.figures import units
from pipeline.figures.en import dates, periods
from pipeline.figures.engine import ONE, Piece, Rule, Source
from pipeline.figures.shared import date_of

WHICH = {"last": -1, "this": 0, "next": 1}
_UNITS = ("year", "quarter", "month", "week")
_DAYS = {
    "yesterday": -1, "last night": -1, "today": 0, "tonight": 0, "this morning": 0, "this afternoon": 0,
    "this evening": 0, "tomorrow": 1,
}  # fmt: skip


def offset(unit: str, which: str) -> str:
    """`PartialDate.relative` of "last year" and its like."""
    return f"{unit}{WHICH[which]:+d}"


def _relative(match: re.Match[str], source: Source) -> Piece | None:
    """Last year; its third quarter; "the last year" is a stretch of time."""
    if match["the"]:
        return Piece("duration", ONE, ONE, unit=match["unit"], rule="past stretch of time")
    which = periods.PLACES.get(match["place"] or "")
    part = periods.PARTS.get(match["part"] or match["part2"] or "")
    within = {match["of"]: which} if which else {"month": dates.MONTHS[match["month"]]} if match["month"] else {}
    if within.get("half", 0) > 2:
        return None
    return date_of(relative=offset(match["unit"], match["which"]), part=part, **within)


PERIOD = Rule(
    "relative date",
    re.compile(
        rf"(?:{periods.PART})?(?:(?P<the>the (?=last))(?P<last>last)|(?P<which>last|this|next)) (?P<unit>{'|'.join(_UNITS)})(?![a-z-])"
        rf"(?:(?<=year)'s (?P<place>{units.alternation(periods.PLACES)})[ -](?P<of>quarter|half)(?![a-z])|(?<=year)'s (?P<month>{units.alternation(dates.MONTHS)})(?![a-z]))?"
    ),
    _relative,
)
DAY = Rule(
    "relative date",
    re.compile(rf"({units.alternation(_DAYS)})(?![a-z])"),
    lambda match, source: date_of(relative=f"day{_DAYS[match[1]]:+d}"),
)
WEEKDAY = Rule(
    "relative date",
    re.compile(rf"(?P<which>last|this|next) (?P<day>{units.alternation(dates.WEEKDAYS)})(?![a-z])"),
    lambda match, source: date_of(relative=offset("week", match["which"]), weekday=dates.WEEKDAYS[match["day"]]),
)

RULES = (PERIOD, DAY, WEEKDAY)
STARTS = (
    *_DAYS, *(f"{which} {unit}" for which in (*WHICH, "the last") for unit in _UNITS),
    *(f"{which} {day}" for which in WHICH for day in dates.WEEKDAYS),
)  # fmt: skip
