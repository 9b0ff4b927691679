"""Figures that say the same in other terms: a fifth straight quarter and five quarters in a row, 20% off and 八折.

Lives here: equal meanings that equal values do not show. Does not: values, units and bounds (`values.py`), verdicts
(`support.py`). Imports `schema`, `context`.
"""

from __future__ import annotations

import re

from pipeline.checker.context import Fact, Page
from pipeline.schema import Figure

_NEAR = 24
_IN_A_ROW = re.compile(
    r"(?<![a-z])(?:straight|consecutive|successive|in a row|running)(?![a-z])|连续|连(?=[续第])", re.IGNORECASE
)
_OFF = re.compile(
    r"(?<![a-z])(?:off|discount\w*|cheaper|cut|reduc\w*|sav\w+|less)(?![a-z])|优惠|折扣|立减|减免|便宜|省|降价|让利",
    re.IGNORECASE,
)
_COUNTED = ("count", "duration", "number")


def says_the_same(figure: Figure, page: Page, fact: Fact) -> bool:
    """Whether a figure of a draft and a fact mean one thing though their kinds or values differ."""
    home = fact.page
    if home is None or figure.low is None or not (_has_other_terms(figure) or _has_other_terms(fact.figure)):
        return False
    pairs = ((figure, page, fact.figure, home), (fact.figure, home, figure, page))
    return any(_same_row(*pair) or _same_discount(*pair) or _same_fall(*pair) for pair in pairs)


def _has_other_terms(figure: Figure) -> bool:
    """Whether it is a figure that others may say in their own terms."""
    return figure.kind == "ordinal" or figure.rule == "discount" or (figure.low is not None and figure.low < 0)


def _around(figure: Figure, page: Page) -> str:
    return page.text[max(0, figure.start - _NEAR) : figure.end + _NEAR]


def _same_row(one: Figure, page: Page, other: Figure, home: Page) -> bool:
    """The fifth straight quarter is the last of five quarters in a row."""
    if one.kind != "ordinal" or other.kind not in _COUNTED or one.low != other.low:
        return False
    return bool(_IN_A_ROW.search(_around(one, page)) and _IN_A_ROW.search(_around(other, home)))


def _same_discount(one: Figure, page: Page, other: Figure, home: Page) -> bool:
    """八折 leaves 80% of a price, and takes 20% off it."""
    if one.rule != "discount" or other.unit != "percent" or one.low is None or other.low is None:
        return False
    return other.rule != "discount" and one.low + other.low == 100 and bool(_OFF.search(_around(other, home)))


def _same_fall(one: Figure, page: Page, other: Figure, home: Page) -> bool:
    """A growth of -8.2% is a fall of 8.2%."""
    if one.low is None or other.low is None or one.low != one.high or one.unit != other.unit:
        return False
    return one.low < 0 and other.low == -one.low and home.direction(other) == "down"
