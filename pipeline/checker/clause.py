"""What belongs to a figure: the part of its sentence that is its own, where the sentence has several figures.

Lives here: where one figure's words end and the next one's begin, and what these words are (`Clause`). Does not: what
follows from them (`subject.py`), the sentence as a whole (`context.py`). Imports `schema`, `context`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from pipeline.checker.context import NAME, Page, content, stem
from pipeline.schema import Figure, PartialDate


@dataclass(frozen=True, slots=True)
class Clause:
    """Names, dates and content words of a figure's own, and the words at the head of its sentence, which may hold for
    it too. `named` are its names or, where it has none, those at the head; `marks` the sides of `_CONTRASTS` it has."""

    names: frozenset[str]
    named: frozenset[str]
    periods: tuple[PartialDate, ...]
    words: frozenset[str]
    inherited: frozenset[str]
    marks: dict[int, frozenset[int]]


_CONNECTOR = re.compile(
    r"[,;:，、；：]|(?<![A-Za-z])(?:and|while|but|whereas|from|compared|versus|against|after|with|as|up|down)(?![A-Za-z])|"
    r"而|和|与|及|但|其中|较|另"
)
"""Where the words behind one figure end and those before the next begin."""
_BREAK = re.compile(r"[,;:，；：、]|(?<![A-Za-z])(?:while|but|whereas|and|which|who)(?![A-Za-z])|而|但")
_CONTRASTS = tuple(
    tuple(re.compile(side, re.IGNORECASE) for side in row.split(" | "))
    for row in r"""
year[- ]o(?:n|ver)[- ]year|\byoy\b|同比 | quarter[- ]o(?:n|ver)[- ]quarter|month[- ]on[- ]month|\bqoq\b|sequential|环比
operating (?:profit|income|loss)|(?:营业|经营)利润 | net (?:profit|income|earnings|loss)|净利|净亏损 | gross (?:profit|margin)|毛利 | \b(?:revenues?|sales|turnover)\b|营业?收入|营收|销售额 | \b(?:costs?|expens\w+|spending)\b|成本|费用|支出
\binputs?\b|输入 | \boutputs?\b|输出
\bimport\w*|进口 | \bexport\w*|出口
per share|a share\b|每股 | \btotal (?:payout|dividend)|总额|总计
\b(?:men|male|boys)\b|男性|男子|男生 | \b(?:women|female|girls)\b|女性|女子|女生
pre-?tax|税前 | after-?tax|税后
\bcore\b|核心 | \bheadline\b|整体
\bsupply\b|供给|供应 | \bdemand\b|需求
\bwholesale\b|批发 | \bretail\b|零售
\bbuy\w*|bought|purchas\w+|买入|购入 | \bs(?:ell|old)\w*|卖出|售出
\bhighest\b|最高 | \blowest\b|最低
\bmedian\b|中位 | \b(?:mean|average)\b|平均
""".strip().splitlines()  # noqa: E501
)  # fmt: skip
"""Things that are easily taken for each other. A row lists the sides, each in both languages."""
_LEAST_WORDS = 2


_EMPTY = frozenset(
    stem(word)
    for word in "rise rose risen fell fall fallen grew grow grown growing increase increased decrease decreased "
    "climbed jumped surged dropped declined gained added reached hit stood came totalled totaled reported posted "
    "recorded said told announced expects expected plans planned according number figure amount made make worth "
    "still now around last this next first second third new one two also will would may might year month week day "
    "company".split()
)
"""Words that tell no two things apart."""


def clause_of(figure: Figure, page: Page) -> Clause:
    """The part of its sentence that belongs to a figure of a page."""
    key = figure.start, figure.end
    known: Clause | None = page.clauses.get(key)
    if known is None:
        known = page.clauses[key] = _clause(figure, page)
    return known


def _clause(figure: Figure, page: Page) -> Clause:
    start, end = page.sentence(figure.start)
    near = page.beside(figure)
    peers = [other for other in near if (other.when is None) == (figure.when is None)]
    left = max((other.end for other in peers if other.end <= figure.start), default=start)
    right = min((other.start for other in peers if other.start >= figure.end), default=end)
    begin = _own_begin(page, left, figure.start, left == start)
    stop = _own_end(page, figure.end, right)
    covered = [(other.start, other.end) for other in (*near, figure)]
    own, head = _names_in(page, begin, stop, covered), _names_in(page, start, begin, covered)
    dated = [other for other in near if other.when is not None]
    periods = [other.when for other in dated if begin <= other.start < stop] if figure.when is None else []
    lead = [other.when for other in dated if other.start < begin] if figure.when is None else []
    marks = {}
    for index, sides in enumerate(_CONTRASTS):
        found = frozenset(at for at, side in enumerate(sides) if side.search(page.text, begin, stop))
        if found:
            marks[index] = found
    return Clause(
        names=own,
        named=own or head,
        periods=tuple(when for when in periods or lead if when is not None),
        words=_words_in(page, begin, stop, covered, own),
        inherited=_words_in(page, start, begin, covered, head),
        marks=marks,
    )


def _own_begin(page: Page, left: int, at: int, first: bool) -> int:
    """Where the words before a figure begin that are its own: behind what joins it to the figure before, or at the
    last comma that leaves it words enough."""
    if not first:
        joined = _CONNECTOR.search(page.text, left, at)
        left = joined.end() if joined else left
    breaks = [match.end() for match in _BREAK.finditer(page.text, left, at)]
    enough = (end for end in reversed(breaks) if len(_stems_in(page, end, at)) >= _LEAST_WORDS)
    return next(enough, left)


def _own_end(page: Page, at: int, right: int) -> int:
    ends = _BREAK.search(page.text, at, right) or _CONNECTOR.search(page.text, at, right)
    return ends.start() if ends else right


def _stems_in(page: Page, begin: int, stop: int) -> list[tuple[int, str]]:
    starts, stems = page.words(begin)
    left, right = bisect_left(starts, begin), bisect_left(starts, stop)
    return list(zip(starts[left:right], stems[left:right], strict=True))


def _words_in(
    page: Page, begin: int, stop: int, covered: list[tuple[int, int]], names: frozenset[str]
) -> frozenset[str]:
    """The content words of a piece that are in no figure, no names and no words of mere movement."""
    if begin >= stop:
        return frozenset()
    named = {content(name) for name in names}
    return frozenset(
        word
        for at, word in _stems_in(page, begin, stop)
        if word not in named and word not in _EMPTY and not any(left <= at < right for left, right in covered)
    )


def _names_in(page: Page, begin: int, stop: int, covered: list[tuple[int, int]]) -> frozenset[str]:
    known = page.names_of(begin) if begin < stop else frozenset()
    return frozenset(
        match[0]
        for match in NAME.finditer(page.text, begin, stop)
        if match[0] in known and not any(left <= match.start() < right for left, right in covered)
    )
