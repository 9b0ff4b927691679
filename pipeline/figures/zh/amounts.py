"""Chinese rules: amounts with units, counts of things, fractions, percentages, multiples, ordinals, vague amounts.

Lives here: Chinese patterns and what they mean. Does not: numerals (`numbers`), word lists (`nouns`), dates (`dates`). Imports `engine`,
`shared`, `units`, `numbers`, `nouns`.
"""

from __future__ import annotations

import re
from decimal import Decimal

from pipeline.figures import shared, units
from pipeline.figures.engine import NOTHING, ONE, Piece, Rule, Source
from pipeline.figures.zh.nouns import (
    FALSE_UNIT,
    IDIOM,
    MEASURE,
    NOT_ONE,
    in_name,
    is_version,
    noun_after,
    opens_a_verb,
    sign_before,
)
from pipeline.figures.zh.numbers import NUMBER, read_number
from pipeline.schema import Bound

NAMES = units.chinese_names()
_ENGLISH = units.english_names()
_MEASURE_WORDS = frozenset({"名", "位", "户", "杯"})
"""Units that are measure words first: a noun may follow them."""
_NAME = units.alternation(name for name in NAMES if name not in _MEASURE_WORDS)
UNIT = (
    rf"(?:(?P<name>{_NAME})| ?(?P<symbol>{shared.SYMBOL})(?![a-z0-9])"
    rf"| ?(?P<english>{units.alternation(_ENGLISH)})(?![a-z]))"
)

_PERSONS = frozenset({"人", "名", "位", "人次"})
_MORE = r"(?P<more>[多余来几])?"


def _unit(match: re.Match[str], source: Source) -> str | None:
    if match["name"]:
        return NAMES[match["name"]]
    if match["symbol"]:
        return shared.symbol_unit(source.cased, *match.span("symbol"))
    return _ENGLISH[match["english"]] if match["english"] else ""


def _make(match: re.Match[str], source: Source, unit: str) -> Piece | None:
    read = read_number(match["number"])
    if read is None:
        return None
    low, high, scale = read
    begin, negative = sign_before(source, match.start())
    if negative:
        low, high = -high, -low
    piece = shared.amount(low, ONE, unit)
    piece.high, piece.scale, piece.start = (piece.low if low == high else high), scale, begin
    if "多" in match[0] or "余" in match[0]:
        piece.bound = "over"
    return piece


def _amount(match: re.Match[str], source: Source) -> Piece | None:
    if in_name(source, match.start("number")):
        return NOTHING
    text = source.lower
    name_start = match.start("name")
    if name_start >= 0 and FALSE_UNIT.match(text, name_start):
        return None
    unit = _unit(match, source)
    if unit is None:
        return None
    piece = _make(match, source, unit)
    if piece is None:
        return None
    if match["half"]:
        piece.low = piece.high = (piece.low or Decimal(0)) + Decimal("0.5")
    elif piece.kind == "duration" and match["number"] == "一":
        return _relative(match, source, piece)
    if unit == "C" and "华氏" in text[max(0, match.start() - 6) : match.start()]:
        piece.unit = "F"
    return piece


_PAST = re.compile("(?:过去|最近)(?:的)?$")
_AGO = re.compile(r"(?:之|以)?前(?![后景途往沿期]|[\d一二三四五六七八九十])")


def _relative(match: re.Match[str], source: Source, piece: Piece) -> Piece:
    """过去一年 is a stretch of time; 一年前, like 上年同期, only names a time."""
    text, start = source.lower, match.start()
    past = _PAST.search(text, max(0, start - 3), start)
    if past:
        piece.start, piece.rule = past.start(), "past stretch of time"
        return piece
    return NOTHING if not match["more"] and _AGO.match(source.lower, match.end()) else piece


_HALF = r"(?P<half>半(?!导|岛|径|数|场|决))?"
AMOUNT = Rule("amount with a unit", re.compile(rf"(?!{NOT_ONE}){NUMBER}{_MORE}{UNIT}{_HALF}"), _amount)


def _count(match: re.Match[str], source: Source) -> Piece | None:
    text = source.lower
    if in_name(source, match.start("number")):
        return NOTHING
    piece = _make(match, source, "")
    if piece is None:
        return None
    word = match["measure"]
    noun = noun_after(text, match.end())
    if opens_a_verb(source, match.start("number"), match.start("measure"), noun):
        return NOTHING
    piece.unit = "person" if word in _PERSONS else noun or NAMES.get(word) or word.strip("个")
    piece.kind = "count" if piece.unit else "number"
    if piece.kind == "number" and match["number"] in ("一", "两"):
        piece.rule = "small number word"
    return piece


COUNT = Rule(
    "count with a measure word",
    re.compile(rf"(?!{NOT_ONE}){NUMBER}{_MORE}(?:大|小|整|满|届)?(?P<measure>{MEASURE})(?!元)(?<![万亿]级)"),
    _count,
)


def _bare(match: re.Match[str], source: Source) -> Piece | None:
    text = source.lower
    if in_name(source, match.start("number")):
        return NOTHING
    number = match["number"]
    if not number[0].isdigit() and number[0] != "." and len(number) == 1 and not _stands_alone(text, match):
        return None
    if is_version(source, match.start("number"), match.end()):
        return NOTHING
    if re.fullmatch(r"[万亿兆百千]+", number):
        return None
    piece = _make(match, source, "")
    if piece is not None and not re.search(r"[\d百千万亿]", number):
        piece.rule = "small number word"
    return piece


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """A single numeral counts only between quotation marks, at the ends, or behind 是."""
    before, after = text[max(0, match.start() - 1) : match.start()], text[match.end() : match.end() + 1]
    return (not before or before in '是为却而前“"(,、 和') and (not after or after in '”"),。、;不而却 的和')


IDIOM_RULE = Rule("name or idiom", IDIOM, lambda match, source: NOTHING)
BARE = Rule("bare number", re.compile(NUMBER + _MORE), _bare)
OF_THE_ORDER = Rule(
    "order of magnitude", re.compile(rf"{NUMBER}级(?<=[万亿]级)"), lambda match, source: _make(match, source, "")
)

# --- parts of a whole ------------------------------------------------------------------------------------------------

_N = rf"(?:{NUMBER[len('(?P<number>') : -1]})"


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
    scale_word = match["below"] in ("百", "千", "万", "百万", "千万", "万万")
    if scale_word and not match["whole"]:
        return Piece("percent", value * 100, value * 100, unit="percent", start=start)
    return Piece("multiple", value, value, start=start)


FRACTION = Rule(
    "fraction",
    re.compile(rf"(?:(?P<whole>{_N})又)?(?P<below>{_N}|[百千万]{1, 3})分之(?P<minus>负)?(?P<above>{_N})"),
    _percent,
)


def _tenths(match: re.Match[str], source: Source) -> Piece | None:
    read = read_number(match["number"])
    if read is None or read[0] > 10:
        return None
    low, high = read[0] * 10, read[1] * 10
    if match["half"]:
        low = high = low + 5
    return Piece("percent", low, high, unit="percent", bound="over" if match["more"] else "exact")


TENTHS = Rule(
    "tenths",
    re.compile(
        rf"{NUMBER}{_MORE}成(?P<half>半)?(?!立|为|员|功|本|长|交|都|果|绩|就|年|熟|份|语|效|因|品|型|形|才|群|名|了|吉|龙|分|建|像)"
    ),
    _tenths,
)


def _discount(match: re.Match[str], source: Source) -> Piece | None:
    if match["number"] is None:
        return Piece("percent", Decimal(50), Decimal(50), unit="percent")
    digits = match["number"]
    read = read_number(digits.replace(" ", ""))
    if read is None:
        return None
    value = read[0] * 10 if read[0] < 10 else read[0]
    return Piece("percent", value, value, unit="percent") if value <= 100 else None


DISCOUNT = Rule("discount", re.compile(rf"{NUMBER}折(?!扣|射|叠|腾|合|算|戟|返|磨|断|中)"), _discount)
POINTS_NAME = Rule("half off", re.compile(r"(?<=打)(?P<number>(?!))?对折"), _discount)

_GROWTH = re.compile(
    r"(?:增长|增加|上涨|提高|提升|高出|多出|上升|扩大|激增|猛增|暴涨|飙升|增幅|涨幅|增|涨|高|多)(?:了|达|近|约|逾|超过|超|将近|超出|大约|幅达)*$"
)


def _times(match: re.Match[str], source: Source) -> Piece | None:
    read = read_number(match["number"])
    if read is None:
        return None
    before = source.lower[max(0, match.start() - 10) : match.start()]
    grown = 1 if read[0] < 10 and _GROWTH.search(before) else 0
    half = Decimal("0.5") if match["half"] else 0
    bound: Bound = "over" if match["more"] or match["more2"] else "exact"
    return Piece("multiple", read[0] + half + grown, read[1] + half + grown, bound=bound)


TIMES = Rule("multiple", re.compile(rf"{NUMBER}{_MORE}倍(?P<half>半)?(?P<more2>多)?"), _times)


def _fan(match: re.Match[str], source: Source) -> Piece | None:
    read = read_number(match["n"]) if match["n"] else (ONE, ONE, ONE)
    if read is None or read[0] > 20:
        return None
    value = Decimal(2) ** int(read[0])
    return Piece("multiple", value, value)


DOUBLED = Rule("doubled", re.compile(r"翻(?:了)?(?:(?P<n>[一二两三四五六七八九十\d])?(?:番|倍)|(?:一)?倍)"), _fan)
HALF = Rule(
    "half",
    re.compile(r"(?:一半|半数|减半|大半|(?<!超)过半|对半|折半)"),
    lambda match, source: Piece(
        "multiple", Decimal("0.5"), Decimal("0.5"), bound="over" if match[0] in ("大半", "过半") else "exact"
    ),
)
_HALF_UNIT = units.alternation(
    ["年", "个月", "小时", "个小时", "个多小时", "天", "个世纪", "个钟头", "公里", "吨", "个百分点", "公斤", "斤"]
)


def _half_unit(match: re.Match[str], source: Source) -> Piece | None:
    if source.lower[max(0, match.start() - 1) : match.start()] in ("上", "下", "前", "后") and match["name"] == "年":
        return NOTHING
    half = Decimal("0.5")
    if match["name"] == "年":
        return Piece("duration", Decimal(6), Decimal(6), unit="month", bound="over" if match["more"] else "exact")
    unit = NAMES.get(match["name"]) or NAMES.get(match["name"].lstrip("个多"), "")
    return Piece(shared.kind_of(unit), half, half, unit=unit)


HALF_UNIT = Rule("half a unit", re.compile(rf"半(?P<name>{_HALF_UNIT})(?P<more>多)?"), _half_unit)

# --- ages, ordinals, scores, vague ----------------------------------------------------------------------------------------


def _age(match: re.Match[str], source: Source) -> Piece | None:
    piece = _make(match, source, NAMES[match["unit"] or "年"])
    if piece:
        piece.kind = "age"
    return piece


AGE = Rule(
    "age",
    re.compile(rf"{NUMBER}{_MORE}(?:周?岁半?|(?P<unit>个月|周|天)大(?!会|赛|战|型|家|规|概|约|量|桥|学|选|雨))"),
    _age,
)


def _ordinal(match: re.Match[str], source: Source) -> Piece | None:
    read = read_number(match["number"])
    if read is None:
        return None
    return Piece("ordinal", read[0], read[0], unit="century" if match["century"] else "")


ORDINAL = Rule(
    "ordinal",
    re.compile(
        rf"第(?!一(?:时间|财经|手|产业|线|夫人|人称|生产力)|三(?:方|世界|产业|者)|二(?:天|日|次世界|产业)){NUMBER}(?P<century>世纪)?"
    ),
    _ordinal,
)
ORDINAL_NAME = Rule(
    "name with an ordinal",
    re.compile(r"第(?:一(?:时间|财经|手|产业|线|夫人|人称|生产力)|三(?:方|世界|产业|者)|二产业)"),
    shared.nothing,
)
FIRST = Rule(
    "first",
    re.compile(
        r"首(?:次|个|位|家|款|批|届|例|条|座|艘|架|枚|颗|部|场|轮|先|只|支|台|项|日|季|回|度|颁)|头(?:一次|一回|号|名)"
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


def _vague(match: re.Match[str], source: Source) -> Piece | None:
    if match["teens"]:
        low, high = Decimal(11), Decimal(19)
        scale = Decimal(_VAGUE_SCALE.get(match["teens"][2:], 1)) if len(match["teens"]) > 2 else ONE
    else:
        scale = Decimal(_VAGUE_SCALE[match["scale"]])
        low, high = (Decimal(2), Decimal("9.9")) if match["head"] in "数几" else (ONE, Decimal("9.9"))
        if scale == 10:
            low, high = low, Decimal("9.9")
    unit = ""
    if match["name"]:
        if FALSE_UNIT.match(source.lower, match.start("name")):
            return None
        unit = NAMES[match["name"]]
    elif match["measure"]:
        unit = "person" if match["measure"] in _PERSONS else match["measure"].replace("个", "")
    noun = noun_after(source.lower, match.end()) if not match["name"] else ""
    piece = Piece("vague", low * scale, high * scale, unit=noun or unit)
    if match["head"] and match["head"] in "上成" and not match["teens"]:
        piece.bound = "over"
    return piece


VAGUE = Rule(
    "vague amount",
    re.compile(
        rf"(?:(?P<teens>十几(?:万亿|[万亿])?)|(?P<head>[数几上成])(?P<scale>{units.alternation(_VAGUE_SCALE)}))(?:(?P<name>{_NAME})|(?P<measure>{MEASURE}))?"
    ),
    _vague,
)


def _yuan(match: re.Match[str], source: Source) -> Piece | None:
    return _make(match, source, NAMES[match["currency"]])


MONEY_NAME_FIRST = Rule(
    "money, currency first", re.compile(rf"(?P<currency>人民币|港币|美金){NUMBER}{_MORE}元?(?:人民币)?"), _yuan
)


def _versus(match: re.Match[str], source: Source) -> Piece | None:
    left, right = read_number(match[1]), read_number(match[2])
    return Piece("score", left[0], right[0]) if left and right else None


SCORE_BI = Rule(
    "score",
    re.compile(r"(\d{1,3}|[零一二三四五六七八九十])比(\d{1,3}|[零一二三四五六七八九十])(?![\d.%年月万亿]|[百千])"),
    _versus,
)


def _sign(match: re.Match[str], source: Source) -> Piece | None:
    return _make(match, source, shared.SIGNS[match["currency"]])


MONEY_SIGN_FIRST = Rule(
    "money, sign first", re.compile(rf"(?P<currency>{units.alternation(shared.SIGNS)}) ?{NUMBER}{_MORE}元?"), _sign
)
