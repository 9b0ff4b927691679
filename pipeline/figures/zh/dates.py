"""Chinese dates: 2026年6月15日, 二〇二五年, 5月中旬, 一季度, 上半年, 20世纪80年代, 周六.

Lives here: patterns that name a place in the calendar. Does not: times of day (`clock`), dates that count from the
publication date (`relative`), durations. Imports `engine`, `numbers`.
"""

from __future__ import annotations

import re
from decimal import Decimal

from pipeline.figures import units
from pipeline.figures.engine import NOTHING, ONE, Piece, Rule, Source
from pipeline.figures.shared import date_of
from pipeline.figures.zh.numbers import DIGIT_VALUES, read_number

_HAN_YEAR = "[一二][零〇一二三四五六七八九]{3}"
_YEAR = rf"(?:(?P<year>1[5-9]\d\d|20\d\d|21\d\d|{_HAN_YEAR}|零[零〇一二三四五六七八九])年?(?:(?<=年)|(?=财年)))"
IN_MONTH = r"(?:(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九]|正)月(?:份)?)"
ON_DAY = r"(?:(?P<day>3[01]|[12]\d|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|初?[一二三四五六七八九])(?:[日号]|(?<=初.)|(?<=[十].)(?![年月个天多余])))"
PARTS = {"初": "early", "上旬": "early", "年初": "early", "月初": "early", "中": "mid", "中旬": "mid", "年中": "mid",
          "底": "late", "末": "late", "下旬": "late", "年底": "late", "年末": "late", "月底": "late",
          "月末": "late", "月中": "mid"}  # fmt: skip
WEEKDAYS = {c: i for i, c in enumerate("一二三四五六", 1)} | {"日": 7, "天": 7}


def integer(text: str | None) -> int | None:
    if not text:
        return None
    read = read_number("一" if text == "正" else text.removeprefix("初"))
    return int(read[0]) if read else None


def _year(text: str | None) -> int | None:
    value = integer(text)
    if value is not None and text and text.startswith("零"):
        return 2000 + value
    return value


def _full(match: re.Match[str], source: Source) -> Piece | None:
    groups = match.groupdict()
    return date_of(
        year=_year(groups.get("year")), month=integer(groups.get("month")), day=integer(groups.get("day")),
        part=PARTS.get(groups.get("part") or ""),
    )  # fmt: skip


_QUANTITY_BEFORE = re.compile(
    r"(?:超过|不到|不足|至少|超|逾|近|约|达|达到|高达|共|为|第|至|到|多于|少于|高于|低于|编号|[a-z$¥€£]|(?<!\d)-)$"
)


def _full_if_free(match: re.Match[str], source: Source) -> Piece | None:
    """2020 before a noun is a year, unless a word before it says that it counts."""
    if _QUANTITY_BEFORE.search(source.lower[max(0, match.start() - 3) : match.start()]):
        return None
    return _full(match, source)


YEAR_MONTH_DAY = Rule("year, month and day", re.compile(rf"{_YEAR}{IN_MONTH}{ON_DAY}"), _full)
YEAR_MONTH = Rule(
    "year and month",
    re.compile(rf"{_YEAR}{IN_MONTH}(?P<part>[上中下]旬|初|中(?!国|央|心|共|方|美|日|期)|底|末)?"),
    _full,
)
YEAR = Rule(
    "year",
    re.compile(
        rf"{_YEAR}(?:度)?(?P<part>年?[初底末]|年中|中(?!国|央|心|共|方|美|日|期|考|标|东|小|欧|俄|间|医|学|的))?(?!代|产|级)"
    ),
    _full,
)
MONTH_DAY = Rule("month and day", re.compile(rf"{IN_MONTH}{ON_DAY}"), _full)
MONTH = Rule(
    "month alone",
    re.compile(rf"{IN_MONTH}(?P<part>[上中下]旬|初|中(?!国|央|心|共|方|美|日)|底|末)?(?!球|亮|光|饼)"),
    _full,
)
DAY = Rule(
    "day alone",
    re.compile(r"(?P<day>3[01]|[12]\d|0?[1-9]|二十[一二三四五六七八九]|三十一?)日(?!元|圆|游|本|均|内)"),
    _full,
)
YEAR_GLUED = Rule(
    "year without 年",
    re.compile(r"(?P<year>(?:19[5-9]|20[0-4])\d)(?![\d.,%]|-\d{1,2}-)(?:[-/]\d\d(?=赛季|年|财年|学年))?"),
    _full_if_free,
)
MONTH_OF_MANY = Rule(
    "month before another month",
    re.compile(r"(?P<month>1[0-2]|0?[1-9])(?=(?:[-至到~、和]|月?-)(?:1[0-2]|0?[1-9])月)"),
    _full,
)
_MONTHS = {(1, 6): 1, (7, 12): 2}


def _months(match: re.Match[str], source: Source) -> Piece | None:
    """1至6月 is the first half of the year."""
    half = _MONTHS.get((integer(match["first"]) or 0, integer(match["last"]) or 0))
    return date_of(year=_year(match["year"]), half=half) if half else None


MONTHS = Rule(
    "months of a half-year",
    re.compile(
        rf"{_YEAR}?(?P<first>1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月?(?:[-~至到]|--)(?P<last>1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月份?"
    ),
    _months,
)
_NAMED_DAYS = {"五一": (5, 1), "五四": (5, 4), "六一": (6, 1), "六四": (6, 4), "七一": (7, 1), "七七": (7, 7), "八一": (8, 1),
               "九一八": (9, 18), "一二九": (12, 9)}  # fmt: skip
NAMED_DAY = Rule(
    "day by its name",
    re.compile(
        rf"(?P<day>{units.alternation(_NAMED_DAYS)})(?=[\"”』」]?(?:运动|事件|事变|屠杀|遗孤|孤|捐|难属|死难|民主|当年|的名义|节|假期|黄金周|小长假|长假|青年|儿童|建军|建党|讲话|勋章))"
    ),
    lambda match, source: date_of(month=_NAMED_DAYS[match["day"]][0], day=_NAMED_DAYS[match["day"]][1]),
)
DAY_OF_MANY = Rule(
    "day before another day",
    re.compile(r"(?P<day>3[01]|[12]\d|0?[1-9])(?=[-至到~、和](?:3[01]|[12]\d|0?[1-9])日)"),
    _full,
)


def _fiscal(match: re.Match[str], source: Source) -> Piece | None:
    half = {"上": 1, "下": 2}.get(match["half"] or "")
    quarter = 1 if match["first"] else integer(match["quarter"] or match["q"])
    return date_of(year=_year(match["year"]), fiscal=True, quarter=quarter, half=half)


FISCAL = Rule(
    "fiscal year",
    re.compile(
        rf"(?P<year>(?:19|20)\d\d|{_HAN_YEAR})(?:财年|财政年度)(?:的?(?:第?(?P<quarter>[一二三四1-4])财?季度?(?![节军赛])|(?P<first>首)财?季度?|"
        r" ?q(?P<q>[1-4])(?![a-z\d])|(?P<half>[上下])半(?:财?年)度?))?"
    ),
    _fiscal,
)


def _short_year(match: re.Match[str], source: Source) -> Piece | None:
    value = int(match[1]) if match[1] else int(integer(match[2]) or 0)
    return date_of(year=value + (1900 if value > 40 else 2000))


SHORT_YEAR = Rule(
    "year of two digits",
    re.compile(r"(?:'|(?=0|9\d年(?:[世夏冬春秋]|奥|香港)))(\d\d)年(?!代)|(零[一二三四五六七八九])年"),
    _short_year,
)


_TITLE_BEFORE = re.compile(r"[》”][( ]?$")


def _quarter(match: re.Match[str], source: Source) -> Piece | None:
    """A quarter; 第三季 behind the title of a programme is its third season."""
    groups = match.groupdict()
    if match[0].endswith("季") and _TITLE_BEFORE.search(source.lower, max(0, match.start() - 2), match.start()):
        return NOTHING
    half = {"上": 1, "下": 2, "前": 1, "后": 2}.get(groups.get("half") or "")
    return date_of(
        year=_year(groups.get("year")),
        quarter=integer(groups.get("quarter")),
        half=half,
        fiscal=bool(groups.get("fiscal")),
        part=PARTS.get(groups.get("part") or ""),
    )


IN_QUARTER = r"第?(?P<quarter>[一二三四1-4])(?P<fiscal>财)?季(?:度|(?![度节军军赛]))"
BEFORE_CHRIST = Rule(
    "year before Christ",
    re.compile(r"(?<=公元前)(?P<n>\d{1,4}|[一二三四五六七八九零〇百千]+)年"),
    lambda match, source: date_of(year=-(integer(match["n"]) or 1)),
)
ANNO_DOMINI = Rule(
    "year after Christ",
    re.compile(r"(?:(?<=公元)(?P<year>\d{1,4})|(?<=年[-至到~])(?P<later>1[0-4]\d\d|[1-9]\d\d))年(?!前|多|后|来|以)"),
    lambda match, source: date_of(year=int(match["year"] or match["later"])),
)
QUARTER = Rule("quarter", re.compile(rf"{_YEAR}?(?:的)?{IN_QUARTER}(?P<part>[初末]|底)?"), _quarter)
QUARTER_OF_MANY = Rule(
    "quarter before another quarter",
    re.compile(r"第?(?P<quarter>[一二三1-3])(?=[-至到~、和](?:第?[二三四2-4])季度)"),
    _quarter,
)
MONTHS_SO_FAR = Rule(
    "months from the beginning of a year",
    re.compile(
        r"(?<![月日天之以目周此])(?<![一二两三四五六七八九十几多]年)(?<!(?<!\d\d)\d年)前(?P<n>[2-9]|1[01]|[二两三四五六七八九十]|十一)月(?!份|球|\d|[一二三四五六七八九十])"
    ),
    lambda match, source: Piece(
        "duration", ONE * (integer(match["n"]) or 0), ONE * (integer(match["n"]) or 0), unit="month"
    ),
)
QUARTERS = Rule(
    "quarters from the beginning of a year",
    re.compile(r"前(?P<n>[二两三23])个?季度"),
    lambda match, source: Piece(
        "duration", ONE * (integer(match["n"]) or 0), ONE * (integer(match["n"]) or 0), unit="quarter"
    ),
)
QUARTER_Q = Rule(
    "quarter",
    re.compile(rf"(?:{_YEAR}|(?P<bare>20\d\d))?(?:q(?P<quarter>[1-4])|h(?P<half>[12]))(?![a-z\d])"),
    lambda match, source: date_of(
        year=_year(match["year"] or match["bare"]), quarter=integer(match["quarter"]), half=integer(match["half"])
    ),
)
QUARTER_FIRST = Rule("quarter", re.compile(r"q(?P<quarter>[1-4])(?![a-z\d])(?: ?(?P<year>20\d\d)(?!\d))?"), _quarter)
HALF_FIRST = Rule(
    "half-year",
    re.compile(r"h(?P<n>[12])(?=$|[^a-z\d\u4e00-\u9fff]|营收|收入|业绩|净利|财报|销量)"),
    lambda match, source: date_of(half=int(match["n"])),
)
HALF_YEAR = Rule("half-year", re.compile(rf"{_YEAR}?(?P<half>[上下])半年(?:度)?"), _quarter)


def _decade(match: re.Match[str], source: Source) -> Piece | None:
    century, decade = integer(match["century"]), match["decade"]
    tens = integer(decade)
    if tens is None:
        return None
    if tens < 10:
        tens *= 10
    start = tens if tens >= 1000 else ((century - 1) * 100 if century else (2000 if tens < 20 else 1900)) + tens
    part = {
        "初": "early",
        "末": "late",
        "中期": "mid",
        "中": "mid",
        "初期": "early",
        "末期": "late",
        "后期": "late",
        "早期": "early",
    }.get(match["part"] or "")
    return date_of(decade=start // 10 * 10, part=part)


DECADE = Rule(
    "decade",
    re.compile(
        r"(?:(?:(?P<century>\d{2}|十九|二十|二十一)|[上本])世纪)?(?P<decade>\d0|(?:19|20)\d0|[一二三四五六七八九]十|十)年代(?P<part>初期|末期|中期|后期|早期|初|末|中)?"
    ),
    _decade,
)
DECADE_OF_MANY = Rule(
    "decade before another decade",
    re.compile(
        r"(?:(?:(?P<century>\d{2}|十九|二十)|[上本])世纪)?(?P<decade>[一二三四五六七八])(?=[二三四五六七八九]十年代)(?P<part>(?!))?"
    ),
    _decade,
)
CENTURY_PART = Rule(
    "beginning of the century",
    re.compile(r"本世纪初"),
    lambda match, source: date_of(decade=2000),
)
CENTURY = Rule(
    "century",
    re.compile(r"(?P<n>\d{1,2}|[一二三四五六七八九]?十[一二三四五六七八九]?)世纪(?!\d|[一二三四五六七八九]十年代)"),
    lambda match, source: Piece(
        "ordinal", Decimal(integer(match["n"]) or 0), Decimal(integer(match["n"]) or 0), unit="century"
    ),
)
WEEKDAY = Rule(
    "weekday",
    re.compile(r"(?:周|星期|礼拜)([一二三四五六日天])(?!一?个|年|岁|天|[月期围边])"),
    lambda match, source: date_of(weekday=WEEKDAYS[match[1]]),
)


def _born(match: re.Match[str], source: Source) -> Piece | None:
    """90后 are those born in the 1990s, 95后 those born from 1995 on."""
    spelled = match[1] if match[1].isascii() else "".join(str(int(DIGIT_VALUES[c])) for c in match[1])
    year = int(spelled) + (2000 if spelled.startswith("0") else 1900)
    return date_of(year=year) if year % 10 else date_of(decade=year)


BORN = Rule("decade of birth", re.compile(r"([06-9][05]|[零〇六七八九][零〇五])后(?![来续果卫面者方])"), _born)
PLAN = Rule(
    "name of a plan",
    re.compile(
        r"第?(?:十[一二三四五]|1[1-9])个五年(?=规划|计划)|十[一二三四五]五(?:(?=[\"”』」]?(?:五年)?(?:规划|时期|期间|计划|收官|开局|以来|末))"
        r"|(?![岁天个名家人月日号万亿百千点次元条件种位]))|十[一二三四五](?=五年规划)|[\"“『「] ?十[一二三四五]五[\"”』」]"
    ),
    lambda match, source: NOTHING,
)

BORN_OF_MANY = Rule(
    "decade of birth before another",
    re.compile(
        r"([06-9][05]|[零〇六七八九][零〇五])(?=[、和至到/-]?(?:[06-9][05]|[零〇六七八九][零〇五])后(?![来续果卫面者方]))"
    ),
    _born,
)
DAY_SPOKEN = Rule(
    "day alone",
    re.compile(
        r"(?P<day>3[01]|[12]\d|0?[1-9])号(?=[前后晚早上下凌会将到起左宣在]|举行|召开|抵达|出发|开始|发布|公布|离开|返回|赴|[^\u4e00-\u9fff]|$)"
    ),
    _full,
)

RULES = (
    BEFORE_CHRIST,
    ANNO_DOMINI, NAMED_DAY, MONTHS, MONTH_OF_MANY, DAY_OF_MANY, YEAR_MONTH_DAY, YEAR_MONTH, YEAR, MONTH_DAY, MONTH, DAY, YEAR_GLUED,
    FISCAL, SHORT_YEAR, QUARTER, QUARTER_Q, HALF_YEAR, DECADE,
    DECADE_OF_MANY, CENTURY, BORN, BORN_OF_MANY, DAY_SPOKEN, QUARTER_OF_MANY,
)  # fmt: skip
