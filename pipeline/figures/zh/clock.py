"""Chinese times of day and race times: 下午5点, 晚8点半, 17时30分, 零时, 4分19秒87.

Lives here: patterns that name a place on the clock or a time measured by one. Does not: days (`dates`). Imports `engine`, `dates`.
"""

from __future__ import annotations

import re
from decimal import Decimal

from pipeline.figures.engine import Piece, Rule, Source
from pipeline.figures.zh.dates import integer

_AFTERNOON = frozenset({"下午", "晚上", "傍晚", "晚", "午后", "晚间", "当晚", "深夜"})
_EVENINGS = frozenset({"昨晚", "今晚", "明晚", "昨夜", "今夜"})
"""Days (`relative`) that say which half of the day an hour behind them is in."""
_QUARTERS = {"一刻": 15, "三刻": 45}


def _clock(match: re.Match[str], source: Source) -> Piece | None:
    hour, spelled, part = integer(match["hour"]), match["minute"] or "", match["part"] or ""
    minute = 30 if match["half"] else _QUARTERS.get(spelled) or integer(spelled) or 0
    if hour is None or hour > 24 or minute > 59:
        return None
    if not part and source.lower[max(0, match.start() - 2) : match.start()] in _EVENINGS:
        part = "晚"
    if (hour < 12 and part in _AFTERNOON) or (hour < 3 and part == "中午"):
        hour += 12
    if not part and match[0].endswith("点") and not _is_hour(match, source):
        return None
    value = Decimal(hour * 60 + minute)
    return Piece("time", value, value, unit="clock")


_EVENT = "举行|召开|见面|出发|到达|抵达|发布|公布|截止|结束"
_SURE_HOUR = re.compile(f"许|前(?!述|面|提)|开[始盘门放会幕工业馆赛]|起(?!因)|{_EVENT}")
_TO_ANOTHER = re.compile(r"(?:[至到]|左右).{0,6}?[点时]")
_TIME_BEFORE = re.compile(
    r"(?:[日号天晚早晨夜午时]|周[一二三四五六日]|星期[一二三四五六日]|时间|点(?:半|\d\d分?)?[至到-])[^,。;!?]{0,4}$"
)
_SCORED = re.compile("[涨跌升降高低扣得共报挫达列下](?:了|出|到|约|近|逾)?$")


def _is_hour(match: re.Match[str], source: Source) -> bool:
    """Whether a bare 三点 is a time: two points are made more often than it is two o'clock, unless something near
    speaks of time. 9点 is nine o'clock unless an index moved by it."""
    text = source.lower
    late = match["hour"].isdigit() and int(match["hour"]) > 5
    if late and not _SCORED.search(text, max(0, match.start() - 3), match.start()):
        return True
    if _SURE_HOUR.match(text, match.end()) or _TO_ANOTHER.match(text, match.end()):
        return True
    return bool(_TIME_BEFORE.search(text, max(0, match.start() - 9), match.start()))


def _race(match: re.Match[str], source: Source) -> Piece:
    known = match.groupdict()
    seconds = Decimal(known.get("exact") or f"{match['seconds']}.{match['behind'] or 0}")
    value = Decimal(known.get("hours") or 0) * 3600 + Decimal(known.get("minutes") or 0) * 60 + seconds
    return Piece("duration", value, value, unit="second")


_SMALL = "[一二三四五六七八九两十]{1,3}"


def _hours_minutes(match: re.Match[str], source: Source) -> Piece | None:
    hours, minutes = integer(match["hours"]), integer(match["minutes"])
    if hours is None or minutes is None:
        return None
    value = Decimal(hours * 60 + minutes)
    return Piece("duration", value, value, unit="minute")


RACE = Rule(
    "minutes and seconds",
    re.compile(
        r"(?:(?P<hours>\d{1,3})小?时)?(?P<minutes>\d{1,2})分钟?(?:(?P<seconds>\d{1,2})秒(?P<behind>\d{1,3})?|(?P<exact>\d{1,2}\.\d+)秒)"
    ),
    _race,
)
LAP = Rule(
    "seconds and hundredths",
    re.compile(r"(?P<seconds>\d{1,2})秒(?P<behind>\d{1,3})(?![\d.%年月日号个名人万亿])"),
    _race,
)
HOURS_MINUTES = Rule(
    "hours and minutes",
    re.compile(rf"(?P<hours>\d{{1,3}}|{_SMALL})个?小时(?P<minutes>[0-5]?\d|{_SMALL})分(?!钟|之|\d)"),
    _hours_minutes,
)
_PART_OF_DAY = r"(?P<part>凌晨|清晨|早上|早晨|上午|中午|午后|下午|傍晚|晚上|晚间|当晚|深夜|晚|早)"
_HOUR = r"(?P<hour>2[0-4]|1\d|0?\d|[零一二两三四五六七八九]|二?十[一二三四五六七八九]?)"
_MINUTE = r"(?:(?P<minute>[0-5]?\d|[一二三四五]?十[一二三四五六七八九]?|[一三]刻)分?|(?P<half>半))"
CLOCK_PART = Rule(
    "clock time",
    re.compile(rf"{_PART_OF_DAY}{_HOUR}(?:[点时](?!间){_MINUTE}?(?:整|钟)?)"),
    _clock,
)
CLOCK_PART_DIGITS = Rule(
    "clock time", re.compile(rf"{_PART_OF_DAY}{_HOUR}[:.](?P<minute>[0-5]\d)(?P<half>(?!))?"), _clock
)
NOON = Rule(
    "noon or midnight",
    re.compile("(?P<noon>中午|正午)|午夜(?!场|剧场|凶铃)"),
    lambda match, source: Piece(
        "time", Decimal(720 if match["noon"] else 0), Decimal(720 if match["noon"] else 0), unit="clock"
    ),
)
_NOT_AN_HOUR = "间代候期常光段尚隔空速长区差事"
CLOCK = Rule(
    "clock time",
    re.compile(
        rf"(?P<part>(?!))?{_HOUR}(?:[点时](?:{_MINUTE}(?![\d\u4e00-\u9fff]点)|整|钟)|点(?=许|左右|前|后|开|,|至|到|起|$|{_EVENT})"
        rf"|(?<=[\d零])时(?![{_NOT_AN_HOUR}]))"
    ),
    _clock,
)

RULES = (CLOCK, RACE, LAP, HOURS_MINUTES)
