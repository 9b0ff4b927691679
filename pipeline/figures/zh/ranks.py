"""Chinese ages, ordinals, scores and vague amounts: 15岁, 第三, 3比1, 数十家, 数以万计, 百亿元级.

Lives here: their patterns and what they mean. Does not: amounts with units (`amounts`), parts (`parts`), numerals
(`numbers`). Imports `engine`, `shared`, `units`, `numbers`, `nouns`, `beside`.
"""

from __future__ import annotations

import re
from decimal import Decimal

from pipeline.figures import shared, units
from pipeline.figures.engine import NOTHING, ONE, Piece, Rule, Source
from pipeline.figures.zh.beside import MORE, make
from pipeline.figures.zh.nouns import FALSE_MEASURE, FALSE_UNIT, MEASURE, noun_after
from pipeline.figures.zh.numbers import NUMBER, read_number

NAMES = units.chinese_names()
_NAME = units.alternation(NAMES)
_PERSONS = frozenset({"人", "名", "位", "人次"})


def _age(match: re.Match[str], source: Source) -> Piece | None:
    piece = make(match, source, NAMES[match["unit"] or "年"])
    if piece:
        piece.kind = "age"
        if match["half"] and piece.low == piece.high and piece.low is not None:
            piece.low = piece.high = piece.low + Decimal("0.5")
    return piece


AGE = Rule(
    "age",
    re.compile(
        rf"{NUMBER}{MORE}(?:周?岁(?P<half>半)?|(?P<unit>个月|周|天)大(?!会|赛|战|型|家|规|概|约|量|桥|学|选|雨))"
    ),
    _age,
)


def _tens_of_age(match: re.Match[str], source: Source) -> Piece | None:
    """七旬 is seventy to seventy-nine; 年近六旬 is nearly sixty."""
    read = read_number(match["n"])
    if read is None:
        return None
    low = read[0] * 10
    near = source.lower[max(0, match.start() - 1) : match.start()] == "近"
    return Piece("age", low, low if near else low + 9, unit="year")


TENS_OF_AGE = Rule("age in tens", re.compile(r"(?P<n>[四五六七八九])旬"), _tens_of_age)


def _ordinal(match: re.Match[str], source: Source) -> Piece | None:
    read = read_number(match["number"])
    if read is None:
        return None
    return Piece("ordinal", read[0], read[0], unit="century" if match["century"] else "")


_RANKED = units.alternation(
    "个 名 位 届 次 场 轮 天 年 周 分钟 小时 期 批 代 章 条 款 项 节 局 盘 回 回合 站 阶段 赛段 个月 交易日 种 类 颗 枚 座 家 部 集 页 层 排 组 只 台 架 艘 例".split()
)
"""What is ranked, told with its ordinal: 第21届, 第67分钟."""
ORDINAL = Rule(
    "ordinal",
    re.compile(rf"第(?!二(?:天|日|次世界)){NUMBER}(?:(?P<century>世纪)|(?!{FALSE_MEASURE}){_RANKED})?"),
    _ordinal,
)
ORDINAL_NAME = Rule(
    "name with an ordinal",
    re.compile(r"第(?:一(?:时间|财经|手|产业|线|夫人|人称|生产力)|三(?:方|世界|产业|者)|二产业|四范式)"),
    shared.nothing,
)
FIRST = Rule(
    "first",
    re.compile(
        r"首(?:次|月|期|年|周|个|位|家|款|批|届|例|条|座|艘|架|枚|颗|部|场|轮|先|只|支|台|项|日|季|回|度|颁)|头(?:一次|一回|号|名)"
    ),
    lambda match, source: Piece("ordinal", ONE, ONE) if match[0] not in ("首先", "首都", "首度颁") else NOTHING,
)
_TWO_MAGNITUDES = {"百上千": (100, 9990), "千上百": (100, 9990), "千上万": (1000, 99900)}


def _up_to_the_next(match: re.Match[str], source: Source) -> Piece:
    """成百上千 is anything from hundreds to thousands."""
    low, high = _TWO_MAGNITUDES[match["magnitudes"]]
    return Piece("vague", Decimal(low), Decimal(high), unit=noun_after(source.lower, match.end()))


UP_TO_THE_NEXT = Rule(
    "vague amount of two magnitudes",
    re.compile(rf"成(?P<magnitudes>{units.alternation(_TWO_MAGNITUDES)})(?:名|位|个|家)?"),
    _up_to_the_next,
)
_VAGUE_SCALE = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7, "亿": 10**8,
                "十亿": 10**9, "百亿": 10**10, "千亿": 10**11, "万亿": 10**12}  # fmt: skip


def _counted(match: re.Match[str], source: Source) -> str:
    """The unit or the thing counted behind a vague amount; "" for a word that only looks like a unit."""
    if match["name"] and not FALSE_UNIT.match(source.lower, match.start("name")):
        return NAMES[match["name"]]
    noun, measure = noun_after(source.lower, match.end()), match["measure"] or ""
    return noun or ("person" if measure in _PERSONS else measure.strip("个倍"))


def _vague(match: re.Match[str], source: Source) -> Piece | None:
    if match["teens"]:
        low, high = Decimal(11), Decimal(19)
        scale = Decimal(_VAGUE_SCALE.get(match["teens"][2:], 1)) if len(match["teens"]) > 2 else ONE
    else:
        scale = Decimal(_VAGUE_SCALE[match["scale"]])
        low, high = (Decimal(2), Decimal("9.9")) if match["head"] in "数几" else (ONE, Decimal("9.9"))
        if scale == 10:
            low, high = low, Decimal("9.9")
    piece = Piece("vague", low * scale, high * scale, unit=_counted(match, source))
    if match["name"] and not piece.unit:
        piece.end = match.start("name")
    if match["head"] and match["head"] in "上成" and not match["teens"]:
        piece.bound = "over"
    return piece


VAGUE = Rule(
    "vague amount",
    re.compile(
        rf"(?:(?P<teens>十几(?:万亿|[万亿])?)|(?P<head>(?<!倒)数|[几上]|(?<![形达组构建生完造促变])成)(?P<scale>{units.alternation(_VAGUE_SCALE)}))(?:(?P<name>{_NAME})|(?P<measure>{MEASURE}|倍))?"
    ),
    _vague,
)


def _counted_by(match: re.Match[str], source: Source) -> Piece:
    low = Decimal(_VAGUE_SCALE[match["scale"]])
    return Piece("vague", low, low * Decimal("9.9"))


COUNTED_BY = Rule(
    "vague amount of a magnitude",
    re.compile(rf"数以(?P<scale>{units.alternation(_VAGUE_SCALE)})计"),
    _counted_by,
)


def _of_the_order(match: re.Match[str], source: Source) -> Piece:
    """百亿元级 is from ten billion up to the next power of ten; 5万吨级 (a number of its own) is exact."""
    low = Decimal(_VAGUE_SCALE[match["scale"]])
    return Piece("vague", low, low * Decimal("9.9"), unit=NAMES[match["name"]] if match["name"] else "")


OF_THE_ORDER = Rule(
    "order of magnitude",
    re.compile(
        rf"(?P<scale>{units.alternation(s for s in _VAGUE_SCALE if s[-1] in '万亿')})(?P<name>{_NAME})?级(?!别)"
    ),
    _of_the_order,
)


def _versus(match: re.Match[str], source: Source) -> Piece | None:
    left, right = read_number(match[1]), read_number(match[2])
    return Piece("score", left[0], right[0]) if left and right else None


_SIDE = r"\d{1,3}(?:\.\d{1,2})?|[零一二三四五六七八九十百]{1,5}"
SCORE_BI = Rule("score", re.compile(rf"({_SIDE})比({_SIDE})(?![\d.%年月万亿千个人名家]|[十百])"), _versus)
