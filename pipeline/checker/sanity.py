"""Are the units around a figure of one kind: power against power, a stock against a stock, points as points?

Lives here: what `unit.kind` warns of, from the words of the sentence alone. Does not: whether the brief supports the
figure (`support.py`). Imports `schema`, `context`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from pipeline.checker.context import Page
from pipeline.schema import Figure

_WITHIN = "[^.。;；]"
_CLAUSE = "[^.。,，;；]"
_MORE_THAN = (
    r"more than|exceed\w*|(?:larger|greater|bigger|higher|lower|smaller) than|less than|equal(?:s|ling)?|equivalent|"
    r"as much as|compar\w+|dwarf\w*|surpass\w*|match\w*|rival\w*|超过|相当于|高于|多于|大于|低于|不及|堪比|等于|"
    r"比(?=.*(?:还|更|要)[多大高少])"
)
_ENERGY_USE = (
    rf"(?:annual|yearly|a year|per year|each year|一年|全年|年度|每年){_WITHIN}{{0,40}}?(?:consumption|usage|use|"
    r"demand|needs|generation|output|用电|耗电|发电|电量|能耗)|(?:consum\w+|uses?|used) (?:in|over) a year|"
    rf"(?:consumption|usage|generation){_WITHIN}{{0,20}}?(?:a year|per year|in a year)|用电量|发电量|耗电量"
)
_A_FLOW = (
    rf"(?:annual|yearly|年度|全年|一年){_WITHIN}{{0,30}}?(?:output|revenue|sales|income|budget|spending|gdp|产出|营收|收入|"
    r"销售额|预算|支出|生产总值)|(?<![a-z])gdp(?![a-z])|gross domestic product|国内生产总值"
)


_REACH = 100
"""Characters of its sentence before a figure that are looked at; behind it twice as many."""


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


_POWER_AGAINST_ENERGY = _pattern(rf"(?:{_MORE_THAN}){_WITHIN}{{0,60}}?(?:{_ENERGY_USE})")
_ENERGY_BEHIND = _pattern(
    r"\s*(?:of|的)?\s*(?:energy|能量|电能)(?![a-z])|\s*(?:of electricity )?(?:a|per) hour(?![a-z])"
)
_STORES = _pattern(rf"(?:stor(?:e|es|ed|ing)|储存|存储|存下){_CLAUSE}{{0,12}}$")
_CONSUMES = _pattern(rf"(?:consum\w+|uses?|using|used|burn\w*|耗电|用电|消耗){_CLAUSE}{{0,12}}$")
_A_YEAR = _pattern(r"\s*(?:of (?:electricity|power) )?(?:a|per|each|every) year|\s*annually|(?=.{0,6}每年)")
_PEAK = _pattern(rf"(?:peak (?:load|demand|power)|峰值(?:负荷|功率)?|最大负荷|最高负荷){_CLAUSE}{{0,12}}$")
_STOCK = _pattern(
    r"(?:market (?:value|cap\w*)|valu(?:ed|ation)|net worth|fortune|wealth|total assets|市值|估值|身家|总资产|财富)"
    rf"{_WITHIN}{{0,24}}$"
)
_FLOW = _pattern(rf"{_WITHIN}{{0,20}}?(?:{_MORE_THAN}){_WITHIN}{{0,60}}?(?:{_A_FLOW})")


def oddities(figure: Figure, page: Page) -> Iterator[str]:
    """The cases of `unit.kind` that a figure gives: "power", "energy", "stock", "points"; at most one."""
    start, end = page.sentence(figure.start)
    before = page.text[max(start, figure.start - _REACH) : figure.start]
    behind = page.text[figure.end : min(end, figure.end + 2 * _REACH)]
    if figure.dimension == "power" and _is_taken_for_energy(before, behind):
        yield "power"
    elif figure.dimension == "energy" and _PEAK.search(before):
        yield "energy"
    elif figure.kind == "money" and _STOCK.search(before) and _FLOW.match(behind):
        yield "stock"
    elif figure.unit == "percent" and _is_difference_of_shares(figure, page):
        yield "points"


def _is_taken_for_energy(before: str, behind: str) -> bool:
    """20 GW, more than a city uses in a year; stores 3 GW of energy; consumes 5 GW a year."""
    if _POWER_AGAINST_ENERGY.search(behind) or _STORES.search(before) or _ENERGY_BEHIND.match(behind):
        return True
    return bool(_CONSUMES.search(before) and _A_YEAR.match(behind))


def _is_difference_of_shares(figure: Figure, page: Page) -> bool:
    """A rise of 4% from 18% to 22% is one of four points."""
    if figure.low is None or figure.low != figure.high or figure.low <= 0:
        return False
    shares = [other for other in page.beside(figure) if other.unit == "percent" and other.low is not None]
    told = [other.low or Decimal(0) for other in shares if figure.end <= other.start <= figure.end + 40]
    return len(told) == 2 and abs(told[1] - told[0]) == figure.low and page.direction(figure) is not None
