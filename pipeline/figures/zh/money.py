"""Chinese money that is not a number before its unit: 人民币3.5亿元, 新台币18.72元, 15块8毛, 两块五, 五毛钱.

Lives here: patterns with the currency first, and of the parts of a yuan. Does not: 350亿美元 (`amounts`), numerals
(`numbers`). Imports `engine`, `shared`, `units`, `nouns`, `numbers`, `beside`.
"""

from __future__ import annotations

import re
from decimal import Decimal

from pipeline.figures import shared, units
from pipeline.figures.engine import ONE, Piece, Rule, Source
from pipeline.figures.zh.beside import LIMIT, MORE, limit_of, make
from pipeline.figures.zh.nouns import MEASURE
from pipeline.figures.zh.numbers import NUMBER, read_number

NAMES = units.chinese_names()
CURRENCIES = {
    name: unit.id
    for unit in units.CURRENCIES
    for name in unit.zh
    if len(name) > 1 and name[0] not in "元块个枚" and unit.id.isupper() and not name.endswith("台币元")
} | {"美币": "USD"}
_MONEY_FIRST = frozenset("币金")
"""How a name ends that may stand before a plain number; after 美元 or 日元 a number needs 元 or a scale word."""
_NOT_MONEY = (
    rf"(?![\d.,%零〇一二两三四五六七八九十百千万亿兆几多余/年月日号时点倍成折岁]|{units.alternation(NAMES)}|{MEASURE})"
)


def _named_first(match: re.Match[str], source: Source) -> Piece | None:
    read = read_number(match["number"])
    if read is None or (not match["yuan"] and read[2] == ONE and match["currency"][-1] not in _MONEY_FIRST):
        return None
    piece = make(match, source, CURRENCIES[match["currency"]])
    if piece is not None and match["limit"]:
        piece.bound = limit_of(match["limit"])
    return piece


NAME_FIRST = Rule(
    "money, currency first",
    re.compile(
        rf"(?<![兑对])(?P<currency>{units.alternation(CURRENCIES)})(?P<limit>{LIMIT})?{NUMBER}{MORE}(?:(?P<yuan>元(?:人民币)?)|{_NOT_MONEY})"
    ),
    _named_first,
)
STARTS = rf"(?:{units.alternation(CURRENCIES)})(?=(?:{LIMIT})?[\d一二两三四五六七八九十百千几])"
SIGN_FIRST = Rule(
    "money, sign first",
    re.compile(rf"(?P<currency>{units.alternation(shared.SIGNS)}) ?{NUMBER}{MORE}元?"),
    lambda match, source: make(match, source, shared.SIGNS[match["currency"]]),
)

_CODES = {unit.id.lower(): unit.id for unit in units.CURRENCIES if unit.id.isupper()} | {"rmb": "CNY"}
CODE_FIRST = Rule(
    "money, currency code first",
    re.compile(rf"(?P<currency>{units.alternation(_CODES)}) ?{NUMBER}{MORE}元?"),
    lambda match, source: make(match, source, _CODES[match["currency"]]),
)

_DIGIT = "[1-9一二两三四五六七八九]"
_AT_THE_END = "(?=$|[^\\d.\u4e00-\u9fff]|[的一左至到涨降升跌每和或以起])"
"""Behind a colloquial amount no other word goes on: 三块五花肉 is no price."""


def _tenths(digit: str | None) -> Decimal:
    read = read_number(digit) if digit else None
    return read[0] / 10 if read else Decimal(0)


def _with_parts(match: re.Match[str], source: Source) -> Piece | None:
    whole = read_number(match["number"])
    if whole is None or whole[2] != ONE:
        return None
    value = whole[0] + _tenths(match["jiao"] or match["tenth"]) + _tenths(match["fen"]) / 10
    return Piece("money", value, value, unit="CNY")


WITH_PARTS = Rule(
    "yuan and parts of it",
    re.compile(
        rf"{NUMBER}(?:[元块](?P<jiao>{_DIGIT})[角毛](?:(?P<fen>{_DIGIT})分?)?钱?|块(?P<tenth>{_DIGIT})(?:钱|{_AT_THE_END}))"
    ),
    _with_parts,
)


def _part_alone(match: re.Match[str], source: Source) -> Piece | None:
    read = read_number(match["number"])
    if read is None:
        return None
    size = Decimal(100) if match["part"] == "分" else Decimal(10)
    return Piece("money", read[0] / size, read[1] / size, unit="CNY")


PART_ALONE = Rule(
    "part of a yuan",
    re.compile(rf"{NUMBER}(?P<part>[角毛分])(?:钱|(?<=\d[角毛]){_AT_THE_END})"),
    _part_alone,
)
