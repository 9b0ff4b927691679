"""What belongs to a figure: the part of its sentence that is its own, where the sentence has several figures.

Lives here: where one figure's words end and the next one's begin, and what these words are (`Clause`). Does not: what
follows from them (`subject.py`), the sentence as a whole (`context.py`). Imports `schema`, `context`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cached_property

from pipeline.checker.context import NAME, Page, content, stem
from pipeline.checker.values import family
from pipeline.schema import Figure, PartialDate

_CONNECTOR = re.compile(
    r"[,;:，、；：]|(?<![A-Za-z])(?:and|while|but|whereas|from|compared|versus|against|after|with|as|up|down)(?![A-Za-z])|"
    r"而|和|与|及|但|其中|较|另"
)
"""Where the words behind one figure end and those before the next begin."""
_BREAK = re.compile(r"[,;:，；：、]|(?<![A-Za-z])(?:while|but|whereas|and|which|who)(?![A-Za-z])|而|但")
_CONTRASTS = tuple(
    tuple(map(re.compile, row.split(" | ")))
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
\bnorth\w*|北部|以北 | \bsouth\w*|南部|以南
\b(?:killed|died|dead|deaths?)\b|死亡|遇难 | \b(?:injured|wounded|hurt)\b|受伤
""".strip().splitlines()  # noqa: E501
)  # fmt: skip
"""Things that are easily taken for each other. A row lists the sides, each in both languages."""
_OPPOSITES = tuple(
    tuple(re.compile(side) for side in row.split(" | "))
    for row in r"""
\bprofits?\b|盈利|利润 | \b(?:loss|losses)\b|亏损
\bsurplus\b|顺差|盈余 | \bdeficit\b|逆差|赤字
\bhir(?:e|es|ed|ing)\b|recruit|招聘 | \bdismiss|lay(?:ing|s)? off|laid off|\bcut(?:s|ting)?\b|裁员|裁减|解雇
\babove\b|高于 | \bbelow\b|低于
inflow|流入 | outflow|流出
""".strip().splitlines()
)
"""Words that turn a figure of the same value into its opposite."""
_REPORTED = re.compile(r"(?:said|says|announced|reported|told|disclosed|表示|宣布|公布|透露)[^.,;，。；]{0,24}$")
"""What makes a date that of the report, not of what it reports."""
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
        known = page.clauses[key] = Clause(figure, page)
    return known


class Clause:
    """The words of a figure's own and those at the head of its sentence, which may hold for it too: its names, dates,
    content words and sides of contrasts, each worked out when first asked for."""

    def __init__(self, figure: Figure, page: Page) -> None:
        self._figure = figure
        self._page = page
        self._head, self._end = page.sentence(figure.start)

    @cached_property
    def _near(self) -> list[Figure]:
        return self._page.beside(self._figure)

    @cached_property
    def _covered(self) -> list[tuple[int, int]]:
        return [(figure.start, figure.end) for figure in (*self._near, self._figure)]

    @cached_property
    def _own(self) -> tuple[int, int]:
        """Where its own words are."""
        figure, page = self._figure, self._page
        peers = [other for other in self._near if family(other) == family(figure)]
        left = max((other.end for other in peers if other.end <= figure.start), default=self._head)
        right = min((other.start for other in peers if other.start >= figure.end), default=self._end)
        begin = _own_begin(page, left, figure.start, left == self._head)
        return begin, _own_end(page, figure.end, right)

    @cached_property
    def names(self) -> frozenset[str]:
        """Its own names."""
        return self._names_in(*self._own)

    @cached_property
    def named(self) -> frozenset[str]:
        """Its own names or, where it has none, those at the head."""
        return self.names or self._names_at_head

    @cached_property
    def _names_at_head(self) -> frozenset[str]:
        return self._names_in(self._head, self._own[0])

    @cached_property
    def periods(self) -> tuple[PartialDate, ...]:
        """The dates of an amount: its own or, where it has none, those at the head."""
        if self._figure.when is not None:
            return ()
        begin, stop = self._own
        dated = [other for other in self._near if other.when is not None]
        dated = [other for other in dated if not _REPORTED.search(self._page.lower, self._head, other.start)]
        own = [other for other in dated if begin <= other.start < stop]
        lead = [other for other in dated if other.start < begin]
        return tuple(other.when for other in own or lead if other.when is not None)

    @cached_property
    def words(self) -> frozenset[str]:
        """Its own content words that are in no figure, no names and no words of mere movement."""
        return self._words_in(*self._own, self.names)

    @cached_property
    def inherited(self) -> frozenset[str]:
        """Such words at the head."""
        return self._words_in(self._head, self._own[0], self._names_at_head)

    @cached_property
    def marks(self) -> dict[int, frozenset[int]]:
        """The rows of `_CONTRASTS` that it has a side of, with these sides."""
        return {row: sides for row in range(len(_CONTRASTS)) if (sides := self.sides(row))}

    def sides(self, row: int) -> frozenset[int]:
        """The sides it has of one row of `_CONTRASTS`."""
        text, own = self._page.lower, self._own
        return frozenset([at for at, side in enumerate(_CONTRASTS[row]) if side.search(text, *own)])

    @cached_property
    def opposites(self) -> dict[int, frozenset[int]]:
        """The rows of `_OPPOSITES` that it has a side of, with these sides."""
        text, own = self._page.lower, self._own
        found = {
            row: frozenset([at for at, side in enumerate(sides) if side.search(text, *own)])
            for row, sides in enumerate(_OPPOSITES)
        }
        return {row: sides for row, sides in found.items() if sides}

    def _words_in(self, begin: int, stop: int, names: frozenset[str]) -> frozenset[str]:
        if begin >= stop:
            return frozenset()
        starts, stems = self._page.words(begin)
        inside = {
            index
            for left, right in self._covered
            for index in range(bisect_left(starts, left), bisect_left(starts, right))
        }
        own = range(bisect_left(starts, begin), bisect_left(starts, stop))
        return frozenset(stems[index] for index in own if index not in inside) - _EMPTY - set(map(content, names))

    def _names_in(self, begin: int, stop: int) -> frozenset[str]:
        known = self._page.names_of(begin) if begin < stop else frozenset()
        return frozenset(
            match[0]
            for match in NAME.finditer(self._page.text, begin, stop)
            if match[0] in known and not any(left <= match.start() < right for left, right in self._covered)
        )


def _own_begin(page: Page, left: int, at: int, first: bool) -> int:
    """Where the words before a figure begin that are its own: behind what joins it to the figure before, or at the
    last comma that leaves it words enough."""
    if not first:
        joined = _CONNECTOR.search(page.text, left, at)
        left = joined.end() if joined else left
    starts, _ = page.words(at)
    for match in reversed(list(_BREAK.finditer(page.text, left, at))):
        if bisect_left(starts, at) - bisect_left(starts, match.end()) >= _LEAST_WORDS:
            return match.end()
    return left


def _own_end(page: Page, at: int, right: int) -> int:
    ends = _BREAK.search(page.text, at, right) or _CONNECTOR.search(page.text, at, right)
    return ends.start() if ends else right
