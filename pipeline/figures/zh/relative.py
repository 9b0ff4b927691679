"""Chinese dates that count from the publication date: 去年, 去年三季度, 本月7日, 上周五, 昨晚, 年底.

Lives here: the words, what may not stand beside them (如今年轻人, 日本周三), and the offset they mean (`PartialDate.relative`).
Does not: what day that is, which needs the publication date (`checker/evidence.py`); years that count from another
year of the text (次年, 同年, 上年). Imports `engine`, `shared`, `dates`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.figures.engine import Piece, Produce, Rule, Source
from pipeline.figures.shared import date_of
from pipeline.figures.zh.dates import IN_MONTH, IN_QUARTER, ON_DAY, PARTS, WEEKDAYS, integer


class Word(NamedTuple):
    """A word, its offset, the characters that may not stand before it, and a pattern of what may not follow."""

    word: str
    offset: int
    before: str = ""
    behind: str = ""

    @property
    def pattern(self) -> str:
        before = f"(?<![{self.before}])" if self.before else ""
        return before + self.word + (f"(?!{self.behind})" if self.behind else "")


_OTHER_YEAR = "轻|龄|代(?!表)|味|均|产|薪|报|货(?!币)"
_YEARS = (
    Word("大前年", -3),
    Word("前年", -2, "目此之以提史当生战年月日天先赛会午世节疫多少", _OTHER_YEAR),
    Word("去年", -1, "过失逝死离而老除", _OTHER_YEAR),
    Word("今年", 0, "如现当迄", r"轻|龄|味|(?<=至今年)[均产]"),
    Word("本年度", 0, "日基成版课"),
    Word("明年", 1, "说证表声发文清透简开阐申注光黎三", _OTHER_YEAR),
    Word("后年", 2, "以之最战然随前先落事今此售背节会0-9零〇五岁", _OTHER_YEAR),
)
_QUARTERS = (
    Word("上(?:一个|个|一)?季度", -1, "以如"),
    Word("(?:本|这一个|这个|这一)季度", 0, "日"),
    Word("下(?:一个|个|一)?季度", 1, "以"),
)
_MONTHS = (
    Word("上上个?月", -2),
    Word("上个?月", -1, "以", "[球亮台色饼]"),
    Word("(?:本|这个|这)月", 0, "日基", "[球亮]"),
    Word("下个?月", 1, "", "[球亮台]"),
)
_WEEK = "(?:周|个?星期|个?礼拜)"
_OTHER_WEEK = "[期边围转岁年全密详]|先生|女士|总"
_WEEKS = (
    Word(f"上上{_WEEK}", -2),
    Word(f"上{_WEEK}", -1, "以会坛式场台", _OTHER_WEEK),
    Word(f"(?:[本这]{_WEEK}|这一周|本星期)", 0, "日基文根", _OTHER_WEEK),
    Word(f"下{_WEEK}", 1, "天地旗名", _OTHER_WEEK),
)
_NO_WEATHER = "[气津空然数线文使台王]"
_DAYS = (
    Word("大前天", -3),
    Word("大后天", 3),
    Word("前天", -2, "目提以之从当此年日天月周赛午饭几数", _NO_WEATHER),
    Word("昨[天日晚夜晨早]", -1, "", "重现|世界"),
    Word(
        "(?<![时直]至)(?<!直到)今[天日晚夜晨早]",
        0,
        "如",
        "头条|俄罗斯|美国|说法|亚洲|之|的(?:中国|世界|人们|我们|年轻人|孩子|社会)|[天日]?(?:文化|的)?》",
    ),
    Word("明[天日晚早晨]", 1, "说证表声发文清透简的好黎分", "系|会更好|控股|集团|之星|的太阳"),
    Word("后天", 2, "先然最以之随此年月日几数", "[性的形习]|环境|因素|努力|获得|养成|天"),
)
_STOP = "(?=$|[^\\u4e00-\\u9fff]|[旬前后以]|完成|建成|投产|推出|上市)"
_IN_YEAR = (
    rf"(?:的?{IN_MONTH}(?:{ON_DAY}|(?P<part>[上中下]旬|初|底|末|中{_STOP})(?!旬))?|的?{IN_QUARTER}|的?(?P<half>[上下])半年|年?同期"
    rf"|(?P<part2>年?(?:初(?![中级步创衷始次赛心选审试版露现稿])|[底末](?![薪部层线气色端代日期])|中{_STOP})))?"
)
_IN_MONTH_OF = rf"(?:份?的?{ON_DAY}|(?P<part>[上中下]旬|[初底末]|中{_STOP}))?"


def _counted(words: tuple[Word, ...]) -> str:
    return "|".join(f"(?P<w{index}>{word.pattern})" for index, word in enumerate(words))


def _produce(unit: str, words: tuple[Word, ...]) -> Produce:
    def produce(match: re.Match[str], source: Source) -> Piece | None:
        known = match.groupdict()
        word = next(word for index, word in enumerate(words) if known[f"w{index}"])
        return date_of(
            relative=f"{unit}{word.offset:+d}",
            part=PARTS.get(known.get("part") or known.get("part2") or ""),
            half={"上": 1, "下": 2}.get(known.get("half") or ""),
            fiscal=bool(known.get("fiscal")),
            weekday=WEEKDAYS.get(known.get("weekday") or ""),
            **{name: integer(known.get(name)) for name in ("month", "day", "quarter")},
        )

    return produce


def _rule(unit: str, words: tuple[Word, ...], within: str = "") -> Rule:
    return Rule("relative date", re.compile(f"(?:{_counted(words)}){within}"), _produce(unit, words))


YEAR = _rule("year", _YEARS, _IN_YEAR)
QUARTER = _rule("quarter", _QUARTERS, "(?P<part>[初末])?")
MONTH = _rule("month", _MONTHS, _IN_MONTH_OF)
WEEK = _rule("week", _WEEKS, "(?P<weekday>[一二三四五六日天](?!个|年|天))?(?P<part>(?<=[周期拜])末)?")
DAY = _rule("day", _DAYS)
END_OF_YEAR = Rule(
    "relative date",
    re.compile(
        r"(?<![去今明前后当每同次该上下本全半近多几末\d年零〇一二三四五六七八九十])(?P<part>年[初底末])(?![薪年级中期会])"
    ),
    lambda match, source: date_of(relative="year+0", part=PARTS[match["part"]]),
)
END_OF_MONTH = Rule(
    "relative date",
    re.compile(r"(?<![上下本当每个该同次全半份数几近腊正蜜岁\d一二三四五六七八九十])(?P<part>月[初底末])"),
    lambda match, source: date_of(relative="month+0", part=PARTS[match["part"]]),
)

RULES = (YEAR, QUARTER, MONTH, WEEK, DAY, END_OF_YEAR, END_OF_MONTH)
STARTS = "[去今明昨](?=[年天日晚夜晨早])|[前后](?=[年天])|大(?=[前后][年天])|这(?=[一个周星礼月])|[年月](?=[初底末])"
"""Where such a date may begin, beside 上, 本 and 下."""
