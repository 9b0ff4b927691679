"""How two figures compare as values: the same, a rounding, another bound, a power of ten apart, another unit.

Lives here: what can be said of two figures without looking at the words around them; the tolerances are a table.
Does not: evidence, subjects, verdicts (`support.py`), pairing of editions (`parity.py`).
Imports `schema` and `figures`.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

from pipeline.figures.units import BY_ID, dimension, to_base
from pipeline.schema import Figure, FigureKind, PartialDate

Relation = Literal["same", "emphasis", "about", "rounded", "qualifier", "precision", "scale", "unit", "level", "none"]
"""`about`: only a mere "about" was added or dropped, or a "nearly" dropped. `emphasis`: "as much as" put on an exact
value, which is no finding."""

ABOUT, TOWARDS, FRACTION, FIRST_UNIT = Decimal("0.05"), Decimal("0.10"), Decimal("0.20"), Decimal("0.5")
"""Tolerances of the stated number: about and 约; nearly, over, 近, 超过; over and under with a plain fraction, and with
one unit of time ("more than a year" for 15 months)."""

EMPHASIS = ("as much as", "as many as", "高达", "多达")
"""Words that stress an exact value and do not limit it."""

_SIDE = {"over": "above", "at_least": "above", "under": "below", "at_most": "below", "nearly": "below"}
_ROUNDED_FROM = ("exact", "about")
_FAMILY = {
    "count": "count", "number": "count", "vague": "count", "ordinal": "ordinal", "multiple": "multiple",
    "score": "score", "time": "clock",
}  # fmt: skip
_UNCONVERTED = frozenset(_FAMILY.values())
_COUNTED = ("count", "people", "")
_PEOPLE = {"person", "household"}
_SUBUNITS = {"cent": ("USD", Decimal("0.01")), "penny": ("GBP", Decimal("0.01"))}


class Measure(NamedTuple):
    """A figure in base units. Two measures compare as values only within one family ("USD", "power", "count")."""

    low: Decimal
    high: Decimal
    family: str

    @property
    def exact(self) -> bool:
        """Whether it is one value, not a range."""
        return self.low == self.high


def family(figure: Figure) -> str:
    """What a figure may be compared with: its base dimension or currency, "count" for all that is merely counted."""
    return "date" if figure.when is not None else _conversion(figure.kind, figure.unit)[0]


def measure(figure: Figure) -> Measure:
    """The value of a figure that is no date, in the base unit of its family."""
    low, high = figure.low, figure.high
    assert low is not None
    assert high is not None
    kin, factor = _conversion(figure.kind, figure.unit)
    return Measure(low, high, kin) if factor is None else Measure(low * factor, high * factor, kin)


@lru_cache(maxsize=4096)
def _conversion(kind: FigureKind, unit: str) -> tuple[str, Decimal | None]:
    """The family of a unit, and its factor where it converts into another."""
    named = _FAMILY.get(kind)
    whole, factor = _SUBUNITS.get(unit, (unit, None))
    base = to_base(Decimal(0), whole)[1]
    if named is not None and (named != "count" or dimension(unit) in _COUNTED):
        kin = named
    else:
        kin = "count" if base in _COUNTED or unit not in BY_ID else base
    if factor is None and kin not in _UNCONVERTED and unit in BY_ID:
        factor = BY_ID[unit].factor
    return kin, factor


def value_of(figure: Figure) -> tuple[object, ...]:
    """What a figure says, whatever its bound: its date, or its value in base units."""
    return (figure.when,) if figure.when is not None else (measure(figure).low, measure(figure).high)


@lru_cache(maxsize=8192)
def digits(value: Decimal) -> str:
    """The significant digits of a value, without leading or trailing zeros: 35000000000 and 3.5 give "35"."""
    return "".join(map(str, value.as_tuple().digits)).strip("0")


def power_of_ten(one: Decimal, other: Decimal) -> int:
    """The power of ten between two values with the same digits; 0 when they are equal or their digits differ."""
    if not one or not other or digits(one) != digits(other):
        return 0
    return one.normalize().adjusted() - other.normalize().adjusted()


_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def written_number(figure: Figure) -> str:
    """The number of a figure as it is written in digits, without separators; "" when it is written in words."""
    match = _NUMBER.search(figure.text)
    return match[0].replace(",", "") if match else ""


def precision(figure: Figure) -> int:
    """How many significant digits a figure claims: zeros after a decimal point count (2.80), others do not (280)."""
    number = written_number(figure)
    return len(number.replace(".", "").lstrip("0")) if "." in number else len(digits(measure(figure).low))


def round_to(value: Decimal, size: int) -> Decimal:
    """A value rounded half up to a number of significant digits."""
    return Context(prec=size, rounding=ROUND_HALF_UP).plus(value)


def admitted(draft: Figure, stated: Decimal, truth: Decimal) -> bool:
    """Whether the wording of a figure admits it as a rounding of the true value (both in base units)."""
    off = truth - stated
    if abs(off) > abs(stated) * FIRST_UNIT:  # the widest of all tolerances
        return False
    if not stated or len(digits(stated)) > len(digits(truth)):
        return False
    plain = draft.kind == "multiple" and draft.low is not None and draft.low < 1
    near = abs(stated) * (FRACTION if plain else TOWARDS)
    if draft.kind == "duration" and draft.low == 1:
        near = abs(stated) * FIRST_UNIT
    match draft.bound:
        case "exact":
            size = precision(draft)
            return 2 <= size < len(digits(truth)) and round_to(truth, size) == stated
        case "about":
            return abs(off) <= abs(stated) * ABOUT
        case "over":
            return 0 < off <= near
        case "nearly" | "under":
            return 0 < -off <= near
        case _:
            return False


# --- relations -------------------------------------------------------------------------------------------------------


def relate(draft: Figure, fact: Figure) -> Relation:
    """How a figure of a draft stands to a figure of the brief, by value alone."""
    if draft.when is not None or fact.when is not None:
        return relate_dates(draft.when, fact.when) if draft.when and fact.when else "none"
    one, other = measure(draft), measure(fact)
    if one.family == other.family == "count" and {draft.unit, fact.unit} == _PEOPLE and draft.low == fact.low:
        return "unit"
    if one.family == other.family:
        return _relate_values(draft, one, fact, other)
    if {one.family, other.family} == {"share", "multiple"}:
        return _relate_values(draft, _as_share(one), fact, _as_share(other))
    if _says_no_unit(draft, fact) or _same_hour(draft, fact):
        return "same"
    return "unit" if _other_unit(draft, fact) else "none"


def _says_no_unit(draft: Figure, fact: Figure) -> bool:
    """An age in commas (Ann Lee, 34,), and a number that leaves out the unit its brief gives, or the other way."""
    if (draft.low, draft.high) != (fact.low, fact.high) or {"score", "multiple", "time"} & {draft.kind, fact.kind}:
        return False
    if "ordinal" in (draft.kind, fact.kind):
        return "number" in (draft.kind, fact.kind) and any(map(str.isdecimal, draft.text + fact.text))
    return (draft.kind == "number" and not draft.unit) or (fact.kind == "number" and draft.kind == "age")


def _same_hour(draft: Figure, fact: Figure) -> bool:
    """7 p.m. of a draft where the brief says 7 of the time; a clock time itself supports only a clock time."""
    if draft.kind != "time" or fact.kind != "number" or draft.low is None or fact.low is None:
        return False
    return fact.low <= 12 and draft.low % 720 == fact.low * 60 % 720


def _as_share(value: Measure) -> Measure:
    factor = 100 if value.family == "multiple" else 1
    return Measure(value.low * factor, value.high * factor, "share")


def relate_dates(draft: PartialDate, fact: PartialDate) -> Relation:
    """A coarser date is supported by a finer one; a finer one than the brief's is too precise."""
    if draft.covers(fact):
        return "same"
    if (fact.year is None and fact.decade is None) or (draft.part and fact.part and draft.part != fact.part):
        return "none"
    vaguer = fact.model_copy(update={"part": None}) if fact.part else fact
    return "precision" if vaguer.covers(draft) else "none"


def _relate_values(draft: Figure, one: Measure, fact: Figure, other: Measure) -> Relation:
    if one.low == other.low and one.high == other.high:
        return relate_bounds(draft, fact)
    convertible = draft.unit != fact.unit and not {draft.unit, fact.unit} & _SUBUNITS.keys()
    if convertible and one.exact and other.exact:
        converted = _relate_converted(draft, one.low, fact, other.low)
        if converted != "none":
            return converted
    if not one.exact:
        return _relate_interval(draft, one, other)
    if not other.exact:
        return _relate_to_interval(draft, one, fact, other)
    if fact.bound in _ROUNDED_FROM and admitted(draft, one.low, other.low):
        # about 7.60 is no rounding of about 7.50: a second hedge must be coarser than the first
        return "rounded" if fact.bound == "exact" or precision(draft) < precision(fact) else "none"
    if _open_end(draft, one, fact, other):
        return "same"
    if _too_precise(one.low, other.low):
        return "precision"
    return "scale" if _is_scale(draft, one, other) else "none"


_TINY = Decimal("1e-9")


def _relate_converted(draft: Figure, stated: Decimal, fact: Figure, truth: Decimal) -> Relation:
    """Two units of one dimension: 100 hectares are 1,500 mu, 16 miles a rounding of 26 km, 26 miles another unit."""
    if not stated or not truth:
        return "none"
    if abs(stated - truth) <= _TINY * abs(truth):
        return relate_bounds(draft, fact)
    factor, other = to_base(Decimal(1), draft.unit)[0], to_base(Decimal(1), fact.unit)[0]
    if power_of_ten(factor, other):
        return "none"  # kilo for mega is told as a power of ten
    if draft.bound in ("exact", "about") and abs(truth - stated) <= abs(stated) * FIRST_UNIT:
        size = max(2, precision(draft))
        if round_to(truth / factor, size) == round_to(stated / factor, size):
            return "rounded"
    return "unit" if draft.low == fact.low else "none"


def relate_bounds(draft: Figure, fact: Figure) -> Relation:
    """How the bounds of two figures with one value compare."""
    mine, theirs = draft.bound, fact.bound
    if mine == theirs or {mine, theirs} in ({"over", "at_least"}, {"under", "at_most"}, {"under", "nearly"}):
        return "same"
    if {mine, theirs} in ({"exact", "about"}, {"nearly", "about"}) or (mine, theirs) == ("exact", "nearly"):
        return "about"
    if "exactly" in (mine, theirs) and "exact" in (mine, theirs):
        return "qualifier" if mine == "exactly" else "same"
    if theirs == "exact" and draft.text.lower().startswith(EMPHASIS):
        return "emphasis"
    return "qualifier"


def _relate_interval(draft: Figure, one: Measure, other: Measure) -> Relation:
    """A range or vague magnitude in a draft: good when the true value, or the true range, lies inside a vague one."""
    inside = one.low <= other.low and other.high <= one.high
    if inside and draft.kind == "vague":
        return "same"
    power = power_of_ten(one.low, other.low)
    return "scale" if power and power == power_of_ten(one.high, other.high) else "none"


def _relate_to_interval(draft: Figure, one: Measure, fact: Figure, other: Measure) -> Relation:
    """A point against a range: its ends with a fitting bound are the same statement, anything inside is too precise."""
    side = _SIDE.get(draft.bound)
    if (side == "below" and one.low == other.high) or (side == "above" and one.low == other.low):
        return "same"
    if draft.bound == "about" and other.low <= one.low <= other.high:
        return "rounded"
    return "precision" if other.low <= one.low <= other.high else "none"


def _open_end(draft: Figure, one: Measure, fact: Figure, other: Measure) -> bool:
    """More than 70 of a brief that says more than 75, within the tolerance: the draft says less and is right."""
    if "age" in (draft.kind, fact.kind):
        return False
    mine, theirs = _SIDE.get(draft.bound), _SIDE.get(fact.bound)
    near = abs(one.low) * TOWARDS
    return mine == theirs == "above" and 0 < other.low - one.low <= near


def _too_precise(stated: Decimal, truth: Decimal) -> bool:
    size = len(digits(truth))
    return size >= 2 and len(digits(stated)) > size and round_to(stated, size) == truth


def _is_scale(draft: Figure, one: Measure, other: Measure) -> bool:
    """Small bare counts are a power of ten apart by chance (1 and 10); units, money and longer numbers are not."""
    if not power_of_ten(one.low, other.low):
        return False
    return one.family != "count" or len(digits(one.low)) > 1 or min(one.low, other.low) >= 100


def _other_unit(draft: Figure, fact: Figure) -> bool:
    """The same number with another unit or currency: €35 billion for $35 billion, 20% for 20 GW."""
    if draft.low != fact.low or draft.high != fact.high:
        return False
    if draft.low == 1 and not any(map(str.isdecimal, draft.text)):
        return False  # "more than a year" is no "more than one day" with another unit
    return bool(draft.unit in BY_ID and fact.unit in BY_ID and draft.kind != "ordinal" and fact.kind != "ordinal")
