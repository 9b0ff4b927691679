"""The words around a figure: which sentence it stands in, what it is said of, whether it rose or fell.

Lives here: a text read once (`Page`) and what its words say near a figure. Does not: values (`values.py`), verdicts
(`support.py`). Imports `schema`, `text` and `figures`. All weights are whole numbers.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import add
from typing import Any, Literal

from pipeline.checker.values import value_of
from pipeline.figures import find_figures
from pipeline.figures.engine import lower_copy
from pipeline.schema import Evidence, Figure, Language, PartialDate
from pipeline.text import HAN, sentence_spans

Direction = Literal["up", "down"]

REACH = 10
"""Words (English) or pairs of Han characters (Chinese) to either side that count as the context of a figure."""

CROWD = 12
"""Figures to either side in one sentence that are looked at together: a sentence with more of them is a table."""

_STOP = frozenset(
    "a an the of in on at to for from by with as and or but is are was were be been being has have had will would it "
    "its that this these those which who whom their his her they he she we our you your i not no than then there into "
    "over about more most some such also after before per said says say between during while when where what how all "
    "any out up down just only".split()
)
NAME = re.compile(r"[A-Z][A-Za-z]+")
_LOWER_WORD = re.compile("[a-z]+")
_TOKEN = re.compile(rf"[A-Za-z][A-Za-z'’]*|[{HAN}]+")
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_SUFFIX = re.compile(r"(?:ation|ments?|ings?|ies|ers?|ors?|ed|es|ly|al|s|e|y)$")

_UP = (
    r"rose|rises?|rising|risen|increas\w*|gr[eo]w(?!th)\w*|growth(?= (?:of|was|is|at|by|to))|gain\w*|"
    r"climb\w*|jump\w*|surg\w*|soar\w*|advanc\w*|rais\w*|higher|up|added|expan\w*|improv\w*|accelerat\w*|doubl\w*|tripl\w*|boost\w*"
)
_DOWN = (
    r"fell|falls?|falling|fallen|decreas\w*|declin\w*|drop\w*|lost|loses?|losing|slid\w*|slump\w*|plung\w*|tumbl\w*|sank|"
    r"lower\w*|down|cut\w*|reduc\w*|shr[aiu]nk\w*|contract(?:ed|ing|ion)|slow(?:ed|s|down)|halv\w*|dip(?:s|ped|ping)?|weaken\w*"
)
_DIRECTION = re.compile(
    rf"(?<![A-Za-z])(?:(?P<up>{_UP})|(?P<down>{_DOWN}))(?![A-Za-z])"
    r"|(?P<up_zh>增长|增加|上升|上涨|提高|提升|增幅|涨幅|攀升|走高|收涨|回升|扩大|增至|升至|涨至|高出|上调)"
    r"|(?P<down_zh>下降|下跌|减少|降低|下滑|降幅|跌幅|回落|走低|收跌|缩减|萎缩|降至|跌至|减至|低于去年|下调|缩小)",
    re.IGNORECASE,
)
_FILLER = re.compile(r"\s*(?:net |annual |sharp |的|，)?")
_CLAUSE_END = re.compile(r"[,;:，；：。！？!?、]|\.(?=\s)|(?<![A-Za-z])(?:while|but|whereas|compared)(?![A-Za-z])|而")

_LIMITED = ("money", "percent", "percentage_point", "quantity", "count", "number", "duration")
_LIMIT_REACH = 30
_LIMIT = re.compile(
    rf"(?:(?P<at_most>(?:capped|limited|caps?|limits?) (?:\w+ )?(?:at|to) |reach(?:es|ing)? up to |"
    rf"(?:(?:上限|封顶)[为是]?|(?:最多|最高|至多)[{HAN}]{{0,4}})\s*)|(?P<at_least>下限[为是]?\s*|(?:至少|最少|最低)[{HAN}]{{0,8}}\s*))\Z",
    re.IGNORECASE,
)
"""A bound said right before a figure and outside its span. "As much as" and 高达 are none, they are emphasis."""

LIST_REACH = 80
_LIST_WORD = re.compile(
    r"[\d.,$€£¥、，和与及至到/~～–—-]|(?<![A-Za-z])(?:and|or|to|through|[bmk]|bn|(?:m|b|tr)illion)(?![A-Za-z])|[万亿千百十]",
    re.IGNORECASE,
)
"""What stands between the members of a list of figures."""

_OWN_COUNTS = (
    ("point caveat", "点"), ("kind sort type", "种 类"), ("layer", "层"), ("side aspect respect front", "方面 头 端"),
    ("thing matter", "件事 回事 码事"), ("sentence word", "句 句话"), ("step", "步"),
    ("way path route direction", "条路 个方向 条思路"),
    ("question problem issue", "个问题 个疑问 个难题"), ("reason", "个原因 个理由 条理由 重原因"), ("party camp", "方"),
    ("possibility reading interpretation explanation scenario", "个可能 个解释 个解读 个情形"),
    ("lesson conclusion implication answer distinction difference sense end name",
     "个教训 条教训 个结论 条结论 个答案 个区别 个差别 个意思 重意思 重含义 个名字 个词 个判断"),
)  # fmt: skip
"""What a text counts of its own making: two points, 三种可能. One row is one meaning in both languages."""

OWN_MOST = 4
"""More of them than this are counted, not a turn of phrase."""


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """A rough English stem, enough to see that "stores" and "store" are one word."""
    word = word.lower().replace("’", "'").removesuffix("'s").rstrip("'")
    short = _SUFFIX.sub("", word)
    return (short if len(short) >= 3 else word)[:7]


@lru_cache(maxsize=16384)
def content(word: str) -> str:
    """The stem of a word that carries content; "" for the others."""
    return stem(word) if len(word) > 1 and word.lower() not in _STOP else ""


def _content_words(text: str, start: int, end: int) -> tuple[list[int], list[str]]:
    starts: list[int] = []
    stems: list[str] = []
    for match in _TOKEN.finditer(text, start, end):
        word, at = match[0], match.start()
        if word[0].isascii():
            meaning = content(word)
            if meaning:
                starts.append(at)
                stems.append(meaning)
        else:
            starts.extend(range(at, at + len(word) - 1))
            stems.extend(map(add, word, word[1:]))
    return starts, stems


class Page:
    """A text with its figures, sentences and content words, each worked out when first asked for."""

    def __init__(self, text: str, language: Language, source: int = 0) -> None:
        self.text = text
        self.language = language
        self.source = source
        self._contexts: dict[tuple[int, int], dict[str, int]] = {}
        self._words: dict[int, tuple[list[int], list[str]]] = {}
        self._sentence_words: dict[int, frozenset[str]] = {}
        self._sentence_texts: dict[int, str] = {}
        self._names: dict[int, set[str]] = {}
        self._periods: dict[tuple[int, int], PartialDate | None] = {}
        self.clauses: dict[tuple[int, int], Any] = {}

    @cached_property
    def lower(self) -> str:
        """The text in lower case, with the same offsets."""
        return lower_copy(self.text)

    @cached_property
    def figures(self) -> list[Figure]:
        """Its figures in order, each with the bound that the words right before it give ("capped at")."""
        return [self._bounded(figure) for figure in find_figures(self.text, self.language)]

    def _bounded(self, figure: Figure) -> Figure:
        if figure.bound != "exact" or figure.kind not in _LIMITED:
            return figure
        before = self.text[max(0, figure.start - _LIMIT_REACH) : figure.start]
        if before.isascii() and before[-3:].lower() not in ("at ", "to "):
            return figure  # no English limit ends so
        match = _LIMIT.search(before)
        return figure.model_copy(update={"bound": match.lastgroup}) if match else figure

    @cached_property
    def values(self) -> frozenset[tuple[object, ...]]:
        """What its figures say."""
        return frozenset(value_of(figure) for figure in self.figures)

    @cached_property
    def unread_numbers(self) -> frozenset[str]:
        """The numbers in digits that were read as no figure: those of names and codes."""
        read = {offset for figure in self.figures for offset in range(figure.start, figure.end)}
        return frozenset(match[0] for match in NUMBER.finditer(self.text) if match.start() not in read)

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        return sentence_spans(self.text)

    @cached_property
    def _sentence_ends(self) -> list[int]:
        return [end for _, end in self.sentences]

    def sentence(self, at: int) -> tuple[int, int]:
        """The span of the sentence that holds an offset."""
        index = min(bisect_right(self._sentence_ends, at), len(self.sentences) - 1)
        return self.sentences[index] if index >= 0 else (0, len(self.text))

    def words(self, at: int) -> tuple[list[int], list[str]]:
        """Offsets and stems of the content words of a sentence, in order; pairs of characters for Han text."""
        start, end = self.sentence(at)
        if start not in self._words:
            self._words[start] = _content_words(self.text, start, end)
        return self._words[start]

    def sentence_words(self, at: int) -> frozenset[str]:
        """The content words of the sentence that holds an offset."""
        start, _ = self.sentence(at)
        if start not in self._sentence_words:
            self._sentence_words[start] = frozenset(self.words(at)[1])
        return self._sentence_words[start]

    def sentence_text(self, at: int) -> str:
        """The sentence that holds an offset, in lower case."""
        start, end = self.sentence(at)
        if start not in self._sentence_texts:
            self._sentence_texts[start] = self.text[start:end].lower()
        return self._sentence_texts[start]

    @cached_property
    def by_word(self) -> dict[str, list[tuple[int, int]]]:
        """The sentences that hold a content word."""
        found: dict[str, list[tuple[int, int]]] = {}
        for start, end in self.sentences:
            for word in self.sentence_words(start):
                found.setdefault(word, []).append((start, end))
        return found

    def around(self, figure: Figure) -> dict[str, int]:
        """The content words near a figure in its sentence, weighted by nearness (REACH next to it, 1 far off)."""
        key = figure.start, figure.end
        if key not in self._contexts:
            self._contexts[key] = self._around(figure)
        return self._contexts[key]

    def _around(self, figure: Figure) -> dict[str, int]:
        starts, stems = self.words(figure.start)
        here, behind = bisect_left(starts, figure.start), bisect_left(starts, figure.end)
        before, after = stems[max(0, here - REACH) : here], stems[behind : behind + REACH]
        # from far to near, so that a word that stands twice keeps the weight of its nearer place
        weights = dict(zip(before, range(REACH + 1 - len(before), REACH + 1), strict=True))
        for word, weight in zip(reversed(after), range(REACH + 1 - len(after), REACH + 1), strict=True):
            if weight > weights.get(word, 0):
                weights[word] = weight
        return weights

    def noun(self, figure: Figure) -> str:
        """The stem of what a figure counts or orders: its unit, or the next content word close behind it."""
        if figure.kind == "count" and figure.unit:
            return stem(figure.unit) if figure.unit.isascii() else figure.unit
        starts, stems = self.words(figure.start)
        index = bisect_left(starts, figure.end)
        return stems[index] if index < len(starts) and starts[index] - figure.end <= 2 else ""

    def beside(self, figure: Figure) -> list[Figure]:
        """The other figures of its sentence, those near it where there are many."""
        start, end = self.sentence(figure.start)
        return [other for other in self.neighbours(figure) if start <= other.start < end]

    def neighbours(self, figure: Figure) -> list[Figure]:
        """The figures before and behind it in the text, CROWD to either side."""
        here = bisect_left(self._figure_starts, figure.start)
        near = self.figures[max(0, here - CROWD) : here + CROWD + 1]
        return [other for other in near if other.start != figure.start]

    @cached_property
    def _figure_starts(self) -> list[int]:
        return [figure.start for figure in self.figures]

    def names(self, figure: Figure) -> set[str]:
        """The capitalised names in the sentence of a figure."""
        return self.names_of(figure.start)

    def names_of(self, at: int) -> set[str]:
        """The capitalised names in a sentence; a first word counts when it is a name elsewhere in the text too."""
        start, end = self.sentence(at)
        if start not in self._names:
            self._names[start] = {
                match[0]
                for match in NAME.finditer(self.text, start, end)
                if match.start() > start or self._is_sure(match[0].lower())
            }
        return self._names[start]

    def _is_sure(self, word: str) -> bool:
        """Whether a capitalised first word is a name: the text does not have it in lower case."""
        return word not in _STOP and word not in self._lower_words

    @cached_property
    def _lower_words(self) -> set[str]:
        return set(_LOWER_WORD.findall(self.text))

    def period(self, figure: Figure) -> PartialDate | None:
        """The date nearest to a figure in its sentence, one in the same clause before any other."""
        key = figure.start, figure.end
        if key not in self._periods:
            dated = [other for other in self.beside(figure) if other.when is not None]
            nearest = min(dated, key=lambda other: self._gap(figure, other), default=None)
            self._periods[key] = nearest.when if nearest is not None else None
        return self._periods[key]

    def _gap(self, figure: Figure, other: Figure) -> tuple[bool, int]:
        left, right = sorted((figure, other), key=lambda one: one.start)
        between = self.text[left.end : right.start]
        return _CLAUSE_END.search(between) is not None, len(between)

    def nouns(self, figure: Figure) -> set[str]:
        """What the other figures of its sentence count."""
        return {self.noun(other) for other in self.beside(figure) if other.kind == "count"}

    def direction(self, figure: Figure) -> Direction | None:
        """Whether the words of its clause say that the figure rose or fell; None when they say neither or both."""
        match = _DIRECTION.match(self.text, _skip(self.text, figure.end))
        if match:
            return _way(match)
        before = _clause_before(self.text, figure.start)
        found = [_way(match) for match in _DIRECTION.finditer(before)]
        return found[-1] if found else None

    def clause_before(self, figure: Figure) -> str:
        """The words of its clause before a figure, in lower case."""
        return _clause_before(self.text, figure.start).lower() + figure.text.lower()

    def is_level_behind_change(self, figure: Figure) -> bool:
        """Whether a figure is where a change led that is told before it: raised by 25 basis points to 2%."""
        if not _TO_LEVEL.search(self.text, max(0, figure.start - 4), figure.start):
            return False
        near = [other for other in self.beside(figure) if other.end <= figure.start <= other.end + 6]
        return any(other.when is None for other in near)


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure of the evidence, its date completed from the publication date, and the page it stands on."""

    figure: Figure
    page: Page | None

    @property
    def evidence(self) -> Evidence | None:
        """Where it stands; None for the publication date when that was given apart."""
        if self.page is None:
            return None
        return Evidence(source=self.page.source, start=self.figure.start, end=self.figure.end, quote=self.figure.text)


_OWN_ENGLISH = {stem(word): index for index, (words, _) in enumerate(_OWN_COUNTS) for word in words.split()}
_OWN_CHINESE = {word: index for index, (_, words) in enumerate(_OWN_COUNTS) for word in words.split()}
_OWN_HAN = re.compile(rf"第?[一二两三四]({'|'.join(sorted(_OWN_CHINESE, key=len, reverse=True))})")


def own_count(figure: Figure, page: Page) -> int | None:
    """What a figure counts or orders, when that is of the text's own making (two points, 第三个问题); else None."""
    if figure.kind not in ("count", "number", "ordinal"):
        return None
    match = _OWN_HAN.match(page.text, figure.start)
    return _OWN_CHINESE[match[1]] if match else _OWN_ENGLISH.get(page.noun(figure))


def listed_together(page: Page, one: Figure, other: Figure) -> bool:
    """Whether nothing but figures and what joins a list stands between two figures of a page."""
    first, last = sorted((one, other), key=lambda figure: figure.start)
    return last.start - first.end <= LIST_REACH and not _LIST_WORD.sub("", page.text[first.end : last.start]).strip()


_TO_LEVEL = re.compile(r"(?:(?<![A-Za-z])to |[至到])$", re.IGNORECASE)


def _clause_before(text: str, at: int) -> str:
    piece = text[max(0, at - 60) : at]
    ends = [match.end() for match in _CLAUSE_END.finditer(piece)]
    return piece[ends[-1] :] if ends else piece


def _skip(text: str, at: int) -> int:
    match = _FILLER.match(text, at)
    return match.end() if match else at


def _way(match: re.Match[str]) -> Direction:
    return "up" if (match.lastgroup or "").startswith("up") else "down"


def affinity(one: dict[str, int], other: dict[str, int]) -> int:
    """How much the contexts of two figures share: the sum of the lesser weights of their common words."""
    if len(other) < len(one):
        one, other = other, one
    return sum(min(weight, other[word]) for word, weight in one.items() if word in other)
