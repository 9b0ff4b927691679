"""When does a figure of one edition say what a figure of the other says?

Lives here: two figures of different languages, compared as a translator would (`answers`, `is_conversion`), and which
figures need an answer at all (`is_strong`). Does not: the pairing of editions (`parity.py`), support by evidence
(`support.py`). Imports `schema`, `figures`.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal

from pipeline.checker.values import Measure, digits, measure, relate_bounds, round_to
from pipeline.figures import is_named_day, is_soft
from pipeline.figures.units import CURRENCIES
from pipeline.schema import Figure, PartialDate

Answer = Literal["yes", "loose", "bound", "words", "direction", "no"]
"""`bound`: the same value, but more than on one side and less than, or nothing, on the other; `words`, `direction`: the
words beside them make them differ, or let one rise and the other fall. `loose`: a date that may be meant by another, a
day or year told as a number; it answers only where nothing else on its own side is its own."""

CONVERTED = Decimal("0.05")
"""How far a translator's conversion (20里, 10 km; three months, 90 days) may be off."""

_MONTH, _HALF_DAY, _LAST_HOUR, _DAYS_OF_A_MONTH, _LONG = Decimal(2629800), Decimal(720), 24, 31, (10, 100)
_DOLLARS = frozenset({"USD", "AUD", "CAD", "HKD", "SGD", "NZD", "TWD"})
_SAME_NUMBER = (
    _DOLLARS, frozenset({"CNY", "JPY"}), frozenset({"temperature", "angle"}), frozenset({"temperature (F)", "angle"}),
)  # fmt: skip
"""Families whose figures answer each other by number: a bare "$" or "¥" names no country, and degrees no scale."""

_CONVERTS: dict[frozenset[str], dict[str, Decimal]] = {
    frozenset({"share", "multiple"}): {"multiple": Decimal(100)},
    frozenset({"calendar", "duration"}): {"calendar": _MONTH},
    frozenset({"speed", "length"}): {"speed": Decimal(1000)},
}
"""Families that convert into each other: half is 50%, three months are 90 days, 时速80公里 is 80 km/h."""

_POINTS = frozenset({"point", "percentage_point", "basis_point"})
"""The point of "ten points" may be a point of percent, never percent itself."""

_DATED_NUMBERS = ("number", "ordinal", "count", "age", "duration")


def is_strong(figure: Figure) -> bool:
    """Whether a figure must find an answer: not soft, not vague, not a mere one, not a day or two in words."""
    in_words = not any(character.isdigit() for character in figure.text)
    if figure.kind == "ordinal" and figure.high is not None:
        return not in_words and figure.high > _DAYS_OF_A_MONTH
    if figure.when is not None and figure.when.month:
        return not is_named_day(figure)
    if is_soft(figure) or figure.kind == "vague" or _is_of_a_match(figure):
        return False
    if figure.kind == "money" and figure.high == 1:
        return False  # 1美元 is "a dollar"
    if figure.kind not in ("number", "count", "duration") or figure.high is None:
        return True
    if in_words and figure.kind == "duration" and figure.low == figure.high:
        if figure.high % 1 != 0:
            return figure.high > 1  # 一年半
        return figure.high > 2 and figure.high not in _LONG  # 十年前 is "a decade ago", 百年 often just a long time
    return figure.high > 1


def _is_of_a_match(figure: Figure) -> bool:
    """The first half, 下半场: without a year as often of a match as of a year."""
    return figure.when is not None and figure.when.half is not None and figure.when.year is None


def answers(one: Figure, other: Figure) -> Answer:
    """Whether a figure says what another says in the other language."""
    if one.when is not None and other.when is not None:
        if dates_agree(one.when, other.when):
            return "yes"
        return "loose" if may_be(one.when, other.when) or may_be(other.when, one.when) else "no"
    if one.when is not None:
        return "loose" if _is_part_of(one.when, other) else "no"
    if other.when is not None:
        return "loose" if _is_part_of(other.when, one) else "no"
    if not _same_value(one, other):
        return "no"
    return "bound" if _bounds_differ(one, other) else "yes"


def is_conversion(one: Figure, other: Figure) -> bool:
    """Whether a translator may have converted one unit into the other: miles into kilometres, never MW into GW."""
    if one.when is not None or other.when is not None or one.unit == other.unit:
        return False
    mine, theirs = measure(one), measure(other)
    if mine.family != theirs.family or mine.family == "count" or (_is_decimal(one) and _is_decimal(other)):
        return False
    return _close(mine, theirs)


# --- dates -----------------------------------------------------------------------------------------------------------


def dates_agree(one: PartialDate, other: PartialDate) -> bool:
    """Whether a date is told by another: they share a field, differ in none, and its month or day is there too.

    A year the translator added or left out does not matter, and 26日 may do for July 26.
    """
    if (one.decade is None) != (other.decade is None):
        return False
    fields = [(one.implied(name), other.implied(name)) for name, _ in one if name != "fiscal"]
    common = [(mine, theirs) for mine, theirs in fields if mine is not None and theirs is not None]
    if not common:
        return False
    if any(getattr(one, name) and not _tells(other, name) for name in ("month", "day")):
        return False
    if (one.half and other.quarter) or (one.quarter and other.half):
        return False  # the first quarter lies in the first half, and is not it
    return all(mine == theirs for mine, theirs in common)


def _tells(when: PartialDate, name: str) -> bool:
    """Whether a date tells its day, or a month that its day lies in."""
    return bool(when.day or (name == "month" and when.month))


def may_be(relative: PartialDate, absolute: PartialDate) -> bool:
    """Whether a relative date may be the other: 去年 is some year, yesterday some day."""
    if (
        relative.relative is None
        or absolute.relative is not None
        or {name for name, value in relative if value} != {"relative"}
    ):
        return False
    unit = relative.relative[:-2]
    return any(absolute.implied(name) is not None for name in _WITHIN.get(unit, (unit,)))


_WITHIN = {"week": ("day", "weekday"), "day": ("day", "weekday")}


def _is_part_of(when: PartialDate, number: Figure) -> bool:
    """A number or ordinal that one language writes where the other has a date: the 7th, 2021, 90后, 7日 for 7-day."""
    if number.kind not in _DATED_NUMBERS:
        return False
    parts = {when.year, when.day, when.month, when.quarter, when.half, when.decade}
    parts |= {whole % 100 for whole in (when.year, when.decade) if whole is not None}
    return any(part is not None and number.low == part for part in parts)


# --- values ----------------------------------------------------------------------------------------------------------


def _same_value(one: Figure, other: Figure) -> bool:
    mine, theirs = measure(one), measure(other)
    families = frozenset({mine.family, theirs.family})
    if "clock" in families:
        told = _names_half_day(one) and _names_half_day(other)
        here, there = ((figure.low or Decimal(0)) % _DAY if told else _hour(figure) for figure in (one, other))
        return here == there or (int(here) == int(there) and int(here) in (here, there))  # seconds told on one side
    if families == {"score"}:
        return {one.low, one.high} == {other.low, other.high}
    if families == {"temperature", "temperature (F)"}:
        return abs((theirs if one.unit == "F" else mine).low - _celsius(one if one.unit == "F" else other)) <= 1
    if len(families) == 1:
        if "vague" in (one.kind, other.kind):
            return _touch(mine, theirs)
        if mine.exact != theirs.exact and mine.family in _WHOLE_RANGES and one.bound == other.bound == "exact":
            return False
        return _overlap(mine, theirs) or (_is_decimal(one) and _is_decimal(other) and _round_alike(mine, theirs))
    if families in _CONVERTS:
        factors = _CONVERTS[families]
        return _close(_times(mine, factors), _times(theirs, factors))
    if "score" in families:
        return bool({one.low, one.high} & {other.low, other.high})
    by_number = _is_bare(one) or _is_bare(other) or _are_points(one, other) or _are_times(one, other)
    if not by_number and any(families <= group for group in _SAME_NUMBER):
        by_number = "money" not in (one.kind, other.kind) or _names_no_country(one) or _names_no_country(other)
    return by_number and any(alike(_as_stated(one), _as_stated(other)) for alike in (_overlap, _round_alike))


def _celsius(figure: Figure) -> Decimal:
    """Degrees Fahrenheit as degrees Celsius."""
    return ((figure.low or Decimal(0)) - 32) * 5 / 9


def _is_bare(figure: Figure) -> bool:
    """Whether a number has no unit and may be of any; what doubled is not two of something."""
    return not figure.unit and figure.kind != "multiple"


def _are_times(one: Figure, other: Figure) -> bool:
    """Times that may be no occasions: "eight times a rival's" and 8倍."""
    return "multiple" in (one.kind, other.kind) and "time" in (one.unit, other.unit)


def _are_points(one: Figure, other: Figure) -> bool:
    return "point" in (one.unit, other.unit) and (
        {one.unit, other.unit} <= _POINTS or "count" == one.kind == other.kind
    )


def _names_no_country(figure: Figure) -> bool:
    return (figure.unit == "USD" and "$" in figure.text and "US" not in figure.text) or "¥" in figure.text


def _as_stated(figure: Figure) -> Measure:
    return Measure(figure.low or Decimal(0), figure.high or Decimal(0), "")


_WHOLE_RANGES = frozenset({"share", *(unit.id for unit in CURRENCIES)})
"""Families of which a range is told as one: 40% is no translation of 38% to 40%."""


def _overlap(one: Measure, other: Measure) -> bool:
    """The same value or range; an end of a range for a number."""
    if one.exact != other.exact:
        point, span = (one, other) if one.exact else (other, one)
        return point.low in (span.low, span.high)
    return (one.low, one.high) == (other.low, other.high)


def _round_alike(one: Measure, other: Measure) -> bool:
    """Whether one is a translator's rounding of the other, to three digits or more: 19.93 million for 1993.03万."""
    return one.exact and other.exact and (_rounds(one.low, other.low) or _rounds(other.low, one.low))


def _is_decimal(figure: Figure) -> bool:
    """Whether the unit is a power of ten of its base, so that a rounding in one is a rounding in the other."""
    return figure.low is not None and digits(measure(figure).low) == digits(figure.low)


def _rounds(fine: Decimal, rough: Decimal) -> bool:
    size = len(digits(rough))
    return 3 <= size < len(digits(fine)) and round_to(fine, size) == rough


def _touch(one: Measure, other: Measure) -> bool:
    return one.low <= other.high and other.low <= one.high


def _close(one: Measure, other: Measure) -> bool:
    pairs = ((one.low, other.low), (one.high, other.high))
    return all(abs(mine - theirs) <= CONVERTED * max(abs(mine), abs(theirs)) for mine, theirs in pairs)


def _times(value: Measure, factors: dict[str, Decimal]) -> Measure:
    factor = factors.get(value.family, Decimal(1))
    return Measure(value.low * factor, value.high * factor, "")


_HALF_DAY_TOLD = re.compile(
    r"[ap]\.? ?m|morning|afternoon|evening|[上下中]午|凌晨|清晨|[早晚]|深夜|傍晚", re.IGNORECASE
)
_DAY = 1440


def _names_half_day(figure: Figure) -> bool:
    """Whether a clock time tells morning from evening."""
    told = bool(_HALF_DAY_TOLD.search(figure.text)) or (figure.low or 0) >= 780
    return figure.kind == "time" and told


def _hour(figure: Figure) -> Decimal:
    """Minutes on the dial: 17:00, 5 p.m., 下午5点 and a bare 5 are one."""
    value = figure.low or Decimal(0)
    if figure.kind == "time":
        return value % _HALF_DAY
    return value * 60 % _HALF_DAY if value <= _LAST_HOUR else value  # too large for a clock


_LIMITS_BEHIND = ("以上", "以下", "or more", "or less", "or fewer")
"""Limits that no translator leaves out, as "at least" and "up to" often are."""


def _bounds_differ(one: Figure, other: Figure) -> bool:
    """More than against less than, or against an exact value; "up to" and "at least" often go untranslated."""
    if one.low != one.high or other.low != other.high or "time" in (one.kind, other.kind):
        return False
    if {one.bound, other.bound} <= {"exact", "exactly"}:
        return False
    if {one.bound, other.bound} & {"at_most", "at_least"} and "exact" in (one.bound, other.bound):
        return any(figure.text.endswith(_LIMITS_BEHIND) for figure in (one, other))
    return "qualifier" == relate_bounds(one, other) == relate_bounds(other, one)
