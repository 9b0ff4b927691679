"""Chinese amounts with units, counts of things and bare numbers: 350亿美元, 20 GW, 三家公司, 4.78万亿.

Lives here: the patterns of a number with what it measures or counts. Does not: other money (`money`), parts and
multiples (`parts`), ordinals and vague amounts (`ranks`), word lists (`nouns`, `names`), numerals (`numbers`). Imports
`engine`, `shared`, `units` and these.
"""

from __future__ import annotations

import re
from decimal import Decimal

from pipeline.figures import shared, units
from pipeline.figures.engine import NOTHING, Piece, Rule, Source
from pipeline.figures.zh.beside import MORE, make
from pipeline.figures.zh.names import in_name, is_code, is_version
from pipeline.figures.zh.nouns import (
    FALSE_MEASURE,
    FALSE_UNIT,
    MEASURE,
    NOT_ONE,
    TAIL_OF_A_WORD,
    noun_after,
    opens_a_verb,
    repeats_names,
)
from pipeline.figures.zh.numbers import NUMBER, NUMBER_OR_SPAN

NAMES = units.chinese_names()
_ENGLISH = units.english_names()
_MEASURE_WORDS = frozenset({"名", "位", "户", "杯"})
"""Units that are measure words first: a noun may follow them."""
_NAME = units.alternation(name for name in NAMES if name not in _MEASURE_WORDS)
UNIT = (
    rf"(?:(?P<name>{_NAME})| ?(?P<symbol>{shared.SYMBOL})(?![a-z0-9])"
    rf"|个? ?(?P<english>{units.alternation(_ENGLISH)})(?![a-z]))"
)
_POINTS = "分(?=$|[^\u4e00-\u9fff]|[的以和与至到及]|大胜|险胜|领先|落后|战胜|击败|之差|优势|左右|外加|助攻|篮板)"
_SHORT = "(?P<short>[kw](?![a-z]))?"
_SHORT_SCALES = {"k": Decimal(1000), "w": Decimal(10000)}
"""Colloquial scale letters before a unit: 15k元, 30w元."""

_PERSONS = frozenset({"人", "名", "位", "人次"})


def _unit(match: re.Match[str], source: Source) -> str | None:
    if match["name"]:
        return NAMES[match["name"]]
    if match["symbol"]:
        return shared.symbol_unit(source.cased, *match.span("symbol"))
    return _ENGLISH[match["english"]] if match["english"] else ""


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
    piece = make(match, source, unit)
    if piece is None:
        return None
    if match["short"] and piece.low is not None and piece.high is not None:
        factor = _SHORT_SCALES[match["short"]]
        piece.low, piece.high, piece.scale = piece.low * factor, piece.high * factor, factor
    if match["half"]:
        piece.low = piece.high = (piece.low or Decimal(0)) + Decimal("0.5")
    elif piece.kind == "duration" and match["number"] == "一":
        return _relative(match, source, piece)
    if "多" in (match["name"] or ""):
        piece.bound = "over"
    if unit == "C" and "华氏" in text[max(0, match.start() - 6) : match.start()]:
        piece.unit = "F"
    if match["name"] == "度" and ("电" in text[max(0, match.start() - 6) : match.start()] or piece.scale >= 10000):
        piece.unit = "kWh"
    elif match["name"] == "度" and not _is_temperature(text, match, piece.low):
        piece.unit = "degree"
    return piece


_WARM = re.compile("温|零下|热|冷|寒|摄氏|华氏|天气|降雪|晴|阴")
_NOT_WARM = re.compile("近视|远视|视力|度数|转|角|倾|弯|酒|曲|酱香|浓香|窖|经|纬")
_HOT = 60


def _is_temperature(text: str, match: re.Match[str], value: Decimal | None) -> bool:
    """Whether 度 is of warmth and not of an angle, of spirits or of glasses: by the words near, or else by its size."""
    near = max(0, match.start() - 14), match.end() + 6
    if _WARM.search(text, *near):
        return True
    return value is not None and value < _HOT and not _NOT_WARM.search(text, *near)


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


_HALF = r"(?P<half>半(?!导|岛|径|数|场|决|个|载))?"
AMOUNT = Rule("amount with a unit", re.compile(rf"(?!{NOT_ONE}){NUMBER_OR_SPAN}{MORE}{_SHORT}{UNIT}{_HALF}"), _amount)


_COUNTED = {name: unit for name, unit in NAMES.items() if units.dimension(unit) != "money"}
_JOINS = tuple("与和至到")
"""Between two numbers; 间 behind the second is "between" then: 100与200间."""


def _count(match: re.Match[str], source: Source) -> Piece | None:
    text = source.lower
    if in_name(source, match.start("number")):
        return NOTHING
    piece = make(match, source, "")
    if piece is None:
        return None
    word = match["measure"]
    noun = noun_after(text, match.end())
    if word == "间" and not noun and text[max(0, match.start() - 1) : match.start()] in _JOINS:
        return None
    if word == "所" and is_code(source, match.start("number"), match["number"]):
        return NOTHING
    if repeats_names(source, match["number"], match.start("number"), word):
        return NOTHING
    if opens_a_verb(source, match.start("number"), match.start("measure"), noun):
        return NOTHING
    piece.unit = "person" if word in _PERSONS else noun or _COUNTED.get(word) or word.strip("个")
    piece.kind = "count" if piece.unit else "number"
    if piece.kind == "number" and match["number"] in ("一", "两"):
        piece.rule = "small number word"
    return piece


COUNT = Rule(
    "count with a measure word",
    re.compile(
        rf"(?!{NOT_ONE}){NUMBER_OR_SPAN}{MORE}(?:大|小|整|满|届)?(?P<measure>(?!{FALSE_MEASURE}){MEASURE})(?!元)(?<![万亿]级)"
    ),
    _count,
)


def _with_centimetres(match: re.Match[str], source: Source) -> Piece:
    value = Decimal(f"{match['metres']}.{match['behind']}")
    return Piece("quantity", value, value, unit="m")


METRES = Rule(
    "metres and centimetres",
    re.compile(rf"(?P<metres>\d{{1,3}})米(?P<behind>\d{{1,2}})(?![\d.,%年月日号时点万亿米]|{MEASURE})"),
    _with_centimetres,
)


def _scaled_by_a_measure(match: re.Match[str], source: Source) -> Piece | None:
    piece = make(match, source, _unit(match, source) or "" if match["unit"] else "")
    if piece is not None and piece.low is not None and piece.high is not None:
        factor = units.SCALES_ZH[match["scale"]]
        piece.low, piece.high, piece.scale = piece.low * factor, piece.high * factor, factor
    return piece


SPOKEN_SCALE = Rule(
    "scale word behind a measure word",
    re.compile(rf"(?!{NOT_ONE}){NUMBER}{MORE}个(?P<scale>亿)(?P<unit>{UNIT})?"),
    _scaled_by_a_measure,
)
CASUALTIES = Rule(
    "dead and hurt",
    re.compile(rf"{NUMBER}{MORE}[死伤](?=\d|[一二两三四五六七八九十]|$|[^\u4e00-\u9fff]|的?(?:事故|惨剧|悲剧))"),
    lambda match, source: make(match, source, "person"),
)


def _dozens(match: re.Match[str], source: Source) -> Piece | None:
    piece = make(match, source, "")
    if piece is not None and piece.low is not None and piece.high is not None:
        piece.low, piece.high = piece.low * 12, piece.high * 12
    return piece


DOZENS = Rule(
    "dozens",
    re.compile(rf"{NUMBER}(?P<more>多)?打(?=$|[^\u4e00-\u9fff]|的|鸡蛋|啤酒|苹果|玫瑰|鲜花|毛巾|杯子|铅笔)"),
    _dozens,
)
_ONLY_SCALES = re.compile("[万亿兆百千]+")
_LIMITED = re.compile("[近逾超破]")
_SPAN = re.compile("[一二两三四五六七八][至到]")


def _bare(match: re.Match[str], source: Source) -> Piece | None:
    text = source.lower
    if in_name(source, match.start("number")):
        return NOTHING
    number = match["number"]
    limited = match["more"] or _LIMITED.search(text, max(0, match.start() - 1), match.start())
    if _ONLY_SCALES.fullmatch(number):
        return make(match, source, "") if limited else None
    if not number[0].isdigit() and number[0] != "." and len(number) == 1 and not _stands_alone(text, match):
        return None
    if is_code(source, match.start("number"), number) or is_version(source, match.start("number"), match.end()):
        return NOTHING
    if _SPAN.match(number) and not re.search("[百千万亿]", number):
        return None
    piece = make(match, source, "")
    if piece is not None and not re.search(r"[\d百千万亿]", number):
        piece.rule = "small number word"
    return piece


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """A single numeral counts only between quotation marks, at the ends, or behind 是."""
    before, after = text[max(0, match.start() - 1) : match.start()], text[match.end() : match.end() + 1]
    return (not before or before in '是为却而前“"(,、 和') and (not after or after in '”"),。、;不而却 的和')


POINTS = Rule(
    "points of a score",
    re.compile(rf"(?!{NOT_ONE}){NUMBER}{MORE}{_POINTS}"),
    lambda match, source: make(match, source, "point"),
)
BARE = Rule("bare number", re.compile(rf"(?!{TAIL_OF_A_WORD}){NUMBER_OR_SPAN}{MORE}"), _bare)
