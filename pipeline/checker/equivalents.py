"""Figures that say the same in other terms, or another thing in the same: 20% off and 八折; $60 a month and $60 a year.

Lives here: what the words right beside two figures add to or take from their values. Does not: values, units and bounds
(`values.py`), what a figure is said of (`subject.py`), verdicts (`support.py`). Imports `schema`, `context`.
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
    r"(?<![a-z])(?:off|discount\w*|cheaper|cut|reduc\w*|sav\w+|less|below)(?![a-z])|优惠|折扣|立减|减免|便宜|省|降价|让利",
    re.IGNORECASE,
)
_LEFT = re.compile(r"(?:%| ?per ?cent) of ", re.IGNORECASE)
_COUNTED = ("count", "duration", "number")
_SHARES = ("percent", "percentage_point")
_LOST = re.compile(r"(?<![a-z])(?:los[te]\w*|beaten|defeat\w*|down)(?![a-z])|不敌|负于|惨败|落败|输给", re.IGNORECASE)
_LOSS = re.compile(r"(?<![a-z])loss|亏损|deficit|逆差|赤字", re.IGNORECASE)
_PERIODS = {
    "second": "秒", "minute": "分钟", "hour": "小时", "day": "天 日", "week": "周", "month": "月", "quarter": "季度 季",
    "year": "年",
}  # fmt: skip
_PERIOD_OF = {word: index for index, (en, zh) in enumerate(_PERIODS.items()) for word in (en, *zh.split())}
_EN_PERIOD, _ZH_PERIOD = "|".join(_PERIODS), "|".join(word for zh in _PERIODS.values() for word in zh.split())
_RATE_BEHIND = re.compile(
    rf"[^.,;:，。；]{{0,16}}?(?:\b(?:a|an|per|each|every) |/ ?)(?P<unit>{_EN_PERIOD})\b", re.IGNORECASE
)
_RATE_BEFORE = re.compile(rf"每(?P<unit>{_ZH_PERIOD})[^，。；、]{{0,6}}$")
_PER_SHARE = re.compile(r"[^.;。；]{0,12}?(?:(?:a|per|each) share|每股)", re.IGNORECASE)
_PER_SHARES = re.compile(r"每(?P<count>10|十|100|百)股[^，。；]{0,8}$")
_SHARES_OF = {"10": 10, "十": 10, "100": 100, "百": 100}
_FROM = re.compile(r"(?<![a-z])from $|[从自]$", re.IGNORECASE)
_BY, _TO = re.compile(r"(?<![a-z])by $", re.IGNORECASE), re.compile(r"(?<![a-z])to $|[至到]了?$", re.IGNORECASE)


def says_the_same(figure: Figure, page: Page, fact: Fact) -> bool:
    """Whether a figure of a draft and a fact mean one thing though their kinds or values differ."""
    home = fact.page
    if home is None or figure.low is None:
        return False
    if not (_has_other_terms(figure) or _has_other_terms(fact.figure) or _may_be_a_dividend(figure, fact.figure)):
        return False
    pairs = ((figure, page, fact.figure, home), (fact.figure, home, figure, page))
    return any(says(*pair) for pair in pairs for says in _WAYS)


def _has_other_terms(figure: Figure) -> bool:
    """Whether it is a figure that others may say in their own terms."""
    if figure.kind in ("ordinal", "score", "multiple") or figure.unit.endswith(("/s", "OPS")):
        return True
    return figure.rule == "discount" or (figure.low is not None and figure.low < 0)


def _may_be_a_dividend(one: Figure, other: Figure) -> bool:
    """Whether two amounts are of the sizes of a share's and of some shares'."""
    if one.kind != "money" or other.kind != "money" or one.unit != other.unit or one.low is None or other.low is None:
        return False
    return any(count in (one.low, other.low) for size in (10, 100) for count in (one.low * size, other.low * size))


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
    """A growth of -8.2% is a fall of 8.2%, a profit of -$3 million a loss."""
    if one.low is None or other.low is None or one.low != one.high or one.unit != other.unit or one.low >= 0:
        return False
    if one.kind == "money":
        return other.low == -one.low and bool(_LOSS.search(_around(other, home)))
    return one.kind in _SHARES and other.low == -one.low and home.direction(other) == "down"


def _same_growth(one: Figure, page: Page, other: Figure, home: Page) -> bool:
    """What doubled rose by 100%."""
    if one.kind != "multiple" or other.unit != "percent" or one.low is None or other.low is None or one.low < 2:
        return False
    return other.low == (one.low - 1) * 100 and home.direction(other) == "up"


def _same_score(one: Figure, page: Page, other: Figure, home: Page) -> bool:
    """Who lost 1-3 was beaten 3-1."""
    if one.kind != "score" or other.kind != "score" or (one.low, one.high) != (other.high, other.low):
        return False
    return bool(_LOST.search(_around(one, page))) != bool(_LOST.search(_around(other, home)))


def _same_dividend(one: Figure, page: Page, other: Figure, home: Page) -> bool:
    """每10股派3.5元 is 0.35 yuan a share."""
    match = _PER_SHARES.search(page.text, max(0, one.start - 16), one.start)
    if not match or one.unit != other.unit or one.low is None or other.low is None:
        return False
    return one.low == other.low * _SHARES_OF[match["count"]] and bool(_PER_SHARE.match(home.text, other.end))


def _same_flow(one: Figure, page: Page, other: Figure, home: Page) -> bool:
    """1.8 TB/s is 每秒传输1.8TB, 50 TOPS 每秒50万亿次."""
    if _rate(other, home) != _PERIOD_OF["second"] or one.low is None:
        return False
    return (one.unit == f"{other.unit}/s" and one.low == other.low) or (
        one.unit == "TOPS" and other.low == one.low * 10**12
    )


_WAYS = (_same_row, _same_discount, _same_fall, _same_growth, _same_score, _same_dividend, _same_flow)


def says_otherwise(figure: Figure, page: Page, fact: Fact) -> str:
    """How two figures of one value differ by the words beside them: in the period of a rate, in what is left of a
    price, in a change and where it led; "" when they do not."""
    home = fact.page
    if home is None:
        return ""
    rate = _rate(figure, page)
    if rate is not None and _rate(fact.figure, home) not in (None, rate):
        return "rate"
    if "discount" in (figure.rule, fact.figure.rule) and figure.rule != fact.figure.rule:
        told = (figure, page) if fact.figure.rule == "discount" else (fact.figure, home)
        if _OFF.search(_around(*told)) and not _LEFT.search(_around(*told)):
            return "discount"
    mine = _change(figure, page)
    theirs = _change(fact.figure, home) if mine else ""
    if theirs and mine != theirs:
        way = page.direction(figure)
        if "from" in (mine, theirs) or (way and way == home.direction(fact.figure)):
            return "change"
    return ""


def _rate(figure: Figure, page: Page) -> int | None:
    """The period by which a figure is told: $60 a month, 每月60美元; None when there is none."""
    match = _RATE_BEHIND.match(page.text, figure.end, figure.end + 40) or _RATE_BEFORE.search(
        page.text, max(0, figure.start - 10), figure.start
    )
    return _PERIOD_OF[match["unit"].lower()] if match else None


def _change(figure: Figure, page: Page) -> str:
    """Whether a figure is a change ("by"), where it led ("to") or where it began ("from")."""
    begin = max(0, figure.start - 5)
    if _FROM.search(page.text, begin, figure.start):
        return "from"
    if _BY.search(page.text, begin, figure.start):
        return "by"
    return "to" if _TO.search(page.text, begin, figure.start) else ""
