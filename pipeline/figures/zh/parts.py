"""Chinese parts and multiples of a whole: 三分之一, 百分之三十, 三成, 八五折, 增长两倍, 翻两番, 近半.

Lives here: patterns of fractions, tenths, discounts, multiples and halves. Does not: 30% (`amounts`), numerals
(`numbers`). Imports `engine`, `shared`, `units`, `numbers`, `beside`.
"""

from __future__ import annotations

import re
from decimal import Decimal

from pipeline.figures import shared, units
from pipeline.figures.engine import NOTHING, ONE, Piece, Rule, Source
from pipeline.figures.zh.beside import LIMIT, MORE, limit_of, sign_before
from pipeline.figures.zh.numbers import NUMBER, NUMBER_OR_SPAN, read_number
from pipeline.schema import Bound

NAMES = units.chinese_names()
_N = rf"(?:{NUMBER[len('(?P<number>') : -1]})"
_SLIGHTLY: dict[str, Bound] = {"强": "over", "弱": "under", "": "exact"}
_SLIGHT = "(?P<slight>[强弱](?=$|[^\u4e00-\u9fff]|[的是在来为,]))?"


def _percent(match: re.Match[str], source: Source) -> Piece | None:
    above, below = read_number(match["above"]), read_number(match["below"])
    if not above or not below or not below[0]:
        return None
    value = above[0] / below[0]
    if match["whole"]:
        whole = read_number(match["whole"])
        value = value + (whole[0] if whole else 0)
    start, negative = sign_before(source, match.start())
    if bool(match["minus"]) != negative:
        value = -value
    bound = _SLIGHTLY[match["slight"] or ""]
    scale_word = match["below"] in ("百", "千", "万", "百万", "千万", "万万")
    if scale_word and not match["whole"]:
        return Piece("percent", value * 100, value * 100, unit="percent", bound=bound, start=start)
    return Piece("multiple", value, value, bound=bound, start=start)


FRACTION = Rule(
    "fraction",
    re.compile(rf"(?:(?P<whole>{_N})又)?(?P<below>{_N}|[百千万]{1, 3})分之(?P<minus>负)?(?P<above>{_N}){_SLIGHT}"),
    _percent,
)
HUNDRED_PERCENT = Rule(
    "a hundred percent",
    re.compile("百分百"),
    lambda match, source: Piece("percent", Decimal(100), Decimal(100), unit="percent"),
)


def _tenths(match: re.Match[str], source: Source) -> Piece | None:
    read = read_number(match["number"])
    if read is None or read[0] > 10:
        return None
    low, high = read[0] * 10, read[1] * 10
    if match["half"]:
        more = read_number(match["half"])
        low = high = low + (5 if match["half"] == "半" or more is None else more[0])
    bound: Bound = "over" if match["more"] else _SLIGHTLY[match["slight"] or ""]
    return Piece("percent", low, high, unit="percent", bound=bound, scale=Decimal(10))


TENTHS = Rule(
    "tenths",
    re.compile(
        rf"{NUMBER_OR_SPAN}{MORE}成(?P<half>半|[一二三四五六七八九](?=$|[^\u4e00-\u9fff]|[的左以至到]))?{_SLIGHT}"
        r"(?!立|为|员|功|本|长|交|都|果|绩|就|年|熟|份|语|效|因|品|型|形|才|群|名|了|吉|龙|分|建|像)"
    ),
    _tenths,
)


def _discount(match: re.Match[str], source: Source) -> Piece | None:
    if match["number"] is None:
        return Piece("percent", Decimal(50), Decimal(50), unit="percent")
    read = read_number(match["number"].replace(" ", ""))
    if read is None:
        return None
    value = read[0] * 10 if read[0] < 10 else read[0]
    return Piece("percent", value, value, unit="percent") if value <= 100 else None


DISCOUNT = Rule("discount", re.compile(rf"{NUMBER}折(?!扣|射|叠|腾|合|算|戟|返|磨|断|中|纸|页)"), _discount)
HALF_PRICE = Rule(
    "half off",
    re.compile(r"(?P<number>(?!))?对折(?:(?<=打对折)|(?=出售|销售|促销|优惠|处理|[价购买]))"),
    _discount,
)

_GROWTH = re.compile(
    rf"(?:增长|增加|上涨|提高|提升|高出|多出|上升|扩大|激增|猛增|暴涨|飙升|增幅|涨幅|增|涨|高|多|贵)(?:了|幅?达到?|为)?(?P<limit>{LIMIT})?$"
)


def _times(match: re.Match[str], source: Source) -> Piece | None:
    """The multiple; growth by so many times is one more than that, and is told with its verb: 增长两倍 is 3."""
    read = read_number(match["number"])
    first = read_number(match["first"]) if match["first"] else read
    if read is None or first is None or first[0] > read[1]:
        return None
    half = Decimal("0.5") if match["half"] else Decimal(0)
    piece = Piece("multiple", first[0] + half, read[1] + half)
    if match["more"] or match["more2"]:
        piece.bound = "over"
    grown = _GROWTH.search(source.lower, max(0, match.start() - 10), match.start()) if read[0] < 10 else None
    if grown:
        piece.low, piece.high = first[0] + half + 1, read[1] + half + 1
        piece.start = grown.start()
        if grown["limit"]:
            piece.bound = limit_of(grown["limit"])
    return piece


TIMES = Rule(
    "multiple",
    re.compile(rf"(?:(?P<first>{_N})倍?[至到~-])?{NUMBER_OR_SPAN}{MORE}倍(?P<half>半)?(?P<more2>多)?"),
    _times,
)


def _fan(match: re.Match[str], source: Source) -> Piece | None:
    """翻两番 is doubled twice; 翻三倍, as people say it, is three times."""
    read = read_number(match["n"]) if match["n"] else (ONE, ONE, ONE)
    if read is None or read[0] > 20:
        return None
    value = max(read[0], Decimal(2)) if match["times"] else Decimal(2) ** int(read[0])
    return Piece("multiple", value, value, bound=limit_of(match["limit"]) if match["limit"] else "exact")


DOUBLED = Rule(
    "doubled", re.compile(rf"翻了?(?P<limit>{LIMIT})?(?P<n>[一二两三四五六七八九十\d])?(?:番|(?P<times>倍))"), _fan
)
_NO_MORE_THAN_HALF = "[年个月天小日世场决径导岛价程壁球夜途截百晌数]"
HALF = Rule(
    "half",
    re.compile(
        rf"(?:一半|(?<!超)过半数|半数|减半|大半(?!年|天)|(?<!超)过半(?!{_NO_MORE_THAN_HALF})|对半|折半|(?:(?<=[近逾])|(?<=超)(?<!超过))半(?!{_NO_MORE_THAN_HALF}))"
    ),
    lambda match, source: Piece(
        "multiple", Decimal("0.5"), Decimal("0.5"), bound="over" if match[0] in ("大半", "过半", "过半数") else "exact"
    ),
)
HALF_HUNDRED = Rule(
    "half a hundred", re.compile("半百"), lambda match, source: Piece("number", Decimal(50), Decimal(50))
)
_HALF_UNIT = units.alternation(
    ["年", "个月", "小时", "个小时", "个多小时", "天", "个世纪", "个钟头", "公里", "吨", "个百分点", "公斤", "斤"]
)


def _half_unit(match: re.Match[str], source: Source) -> Piece | None:
    if source.lower[max(0, match.start() - 1) : match.start()] in ("上", "下", "前", "后") and match["name"] == "年":
        return NOTHING
    half = Decimal("0.5")
    if match["name"] == "年":
        return Piece(
            "duration",
            Decimal(6),
            Decimal(6),
            unit="month",
            bound="over" if match["more"] or match["most"] else "exact",
        )
    unit = NAMES.get(match["name"]) or NAMES.get(match["name"].lstrip("个多"), "")
    return Piece(shared.kind_of(unit), half, half, unit=unit)


HALF_UNIT = Rule("half a unit", re.compile(rf"(?P<most>大(?=半年))?半(?P<name>{_HALF_UNIT})(?P<more>多)?"), _half_unit)
_AND_A_HALF = ["小时", "钟头", "月", "星期", "礼拜", "世纪", "季度", "百分点"]


def _and_a_half(match: re.Match[str], source: Source) -> Piece | None:
    """一个半小时 is an hour and a half."""
    read = read_number(match["number"])
    if read is None:
        return None
    unit = NAMES.get("个" + match["name"]) or NAMES.get(match["name"]) or match["name"]
    value = read[0] + Decimal("0.5")
    return Piece(shared.kind_of(unit), value, value, unit=unit)


AND_A_HALF = Rule(
    "a number of units and a half",
    re.compile(rf"{NUMBER}个半(?P<name>{units.alternation(_AND_A_HALF)})(?![报刊薪])"),
    _and_a_half,
)
