"""The words around a figure: which sentence it stands in, what it is said of, whether it rose or fell.

Lives here: a text read once (`Page`) and what its words say near a figure. Does not: values (`values.py`), verdicts
(`support.py`). Imports `schema`, `text` and `figures`. All weights are whole numbers.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from pipeline.figures import find_figures
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
_NAME = re.compile(r"[A-Z][A-Za-z]+")
_TOKEN = re.compile(rf"[A-Za-z][A-Za-z'’]*|[{HAN}]+")
_SUFFIX = re.compile(r"(?:ation|ments?|ings?|ies|ers?|ors?|ed|es|ly|al|s|e|y)$")

_UP = (
    r"rose|rises?|rising|risen|increas\w*|gr[eo]w\w*|growth|gain\w*|climb\w*|jump\w*|surg\w*|soar\w*|advanc\w*|"
    r"rais\w*|higher|up|added|expan\w*|improv\w*|accelerat\w*|doubl\w*|tripl\w*|boost\w*"
)
_DOWN = (
    r"fell|falls?|falling|fallen|decreas\w*|declin\w*|drop\w*|los[est]\w*|slid\w*|slump\w*|plung\w*|tumbl\w*|sank|"
    r"lower\w*|down|cut\w*|reduc\w*|shr[aiu]nk\w*|contract\w*|slow\w*|halv\w*|dip\w*|weaken\w*"
)
_DIRECTION = re.compile(
    rf"(?<![A-Za-z])(?:(?P<up>{_UP})|(?P<down>{_DOWN}))(?![A-Za-z])"
    r"|(?P<up_zh>增长|增加|上升|上涨|提高|提升|增幅|涨幅|攀升|走高|收涨|回升|扩大|增至|升至|涨至|高出|上调)"
    r"|(?P<down_zh>下降|下跌|减少|降低|下滑|降幅|跌幅|回落|走低|收跌|缩减|萎缩|降至|跌至|减至|低于去年|下调|缩小)",
    re.IGNORECASE,
)
_FILLER = re.compile(r"\s*(?:net |annual |sharp |的|，)?")
_CLAUSE_END = re.compile(r"[,;:，；：。！？!?、]|\.(?=\s)|(?<![A-Za-z])(?:while|but|whereas|compared)(?![A-Za-z])|而")


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """A rough English stem, enough to see that "stores" and "store" are one word."""
    word = word.lower().replace("’", "'").removesuffix("'s").rstrip("'")
    short = _SUFFIX.sub("", word)
    return (short if len(short) >= 3 else word)[:7]


class Page:
    """A text with its figures, sentences and content words, each worked out when first asked for."""

    def __init__(self, text: str, language: Language, source: int = 0) -> None:
        self.text = text
        self.language = language
        self.source = source
        self._contexts: dict[tuple[int, int], dict[str, int]] = {}
        self._names: dict[int, set[str]] = {}

    @cached_property
    def figures(self) -> list[Figure]:
        return find_figures(self.text, self.language)

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

    @cached_property
    def words(self) -> tuple[list[int], list[str]]:
        """Offsets and stems of the content words in order; pairs of characters for Han text."""
        starts: list[int] = []
        stems: list[str] = []
        for match in _TOKEN.finditer(self.text):
            word, start = match[0], match.start()
            if word[0].isascii():
                if word.lower() not in _STOP and len(word) > 1:
                    starts.append(start)
                    stems.append(stem(word))
            else:
                starts.extend(range(start, start + len(word) - 1))
                stems.extend(word[i : i + 2] for i in range(len(word) - 1))
        return starts, stems

    def sentence_words(self, at: int) -> frozenset[str]:
        """The content words of the sentence that holds an offset."""
        start, end = self.sentence(at)
        starts, stems = self.words
        return frozenset(stems[bisect_left(starts, start) : bisect_left(starts, end)])

    def around(self, figure: Figure) -> dict[str, int]:
        """The content words near a figure in its sentence, weighted by nearness (REACH next to it, 1 far off)."""
        key = figure.start, figure.end
        if key not in self._contexts:
            self._contexts[key] = self._around(figure)
        return self._contexts[key]

    def _around(self, figure: Figure) -> dict[str, int]:
        start, end = self.sentence(figure.start)
        starts, stems = self.words
        left, here = bisect_left(starts, max(start, 0)), bisect_left(starts, figure.start)
        behind, right = bisect_left(starts, figure.end), bisect_left(starts, end)
        weights: dict[str, int] = {}
        for distance, index in enumerate(range(here - 1, max(left, here - REACH) - 1, -1)):
            weights.setdefault(stems[index], REACH - distance)
        for distance, index in enumerate(range(behind, min(right, behind + REACH))):
            weights[stems[index]] = max(weights.get(stems[index], 0), REACH - distance)
        return weights

    def noun(self, figure: Figure) -> str:
        """The stem of what a figure counts or orders: its unit, or the next content word close behind it."""
        if figure.kind == "count" and figure.unit:
            return stem(figure.unit) if figure.unit.isascii() else figure.unit
        starts, stems = self.words
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
        """The capitalised names in its sentence; a first word counts when it is a name elsewhere in the text too."""
        start, end = self.sentence(figure.start)
        return {
            match[0]
            for match in _NAME.finditer(self.text, start, end)
            if match.start() > start or match[0] in self._sure
        }

    @cached_property
    def _sure(self) -> set[str]:
        """The names that stand capitalised inside a sentence, or whose lower-case word the text does not have."""
        lower = set(re.findall(r"[a-z]+", self.text))
        return {name for name in _NAME.findall(self.text) if name.lower() not in lower and name.lower() not in _STOP}

    def period(self, figure: Figure) -> PartialDate | None:
        """The date nearest to a figure in its sentence, one in the same clause before any other."""
        dated = [other for other in self.beside(figure) if other.when is not None]
        nearest = min(dated, key=lambda other: self._gap(figure, other), default=None)
        return nearest.when if nearest is not None else None

    def _gap(self, figure: Figure, other: Figure) -> tuple[bool, int]:
        left, right = sorted((figure, other), key=lambda one: one.start)
        between = self.text[left.end : right.start]
        return _CLAUSE_END.search(between) is not None, len(between)

    def nouns(self, figure: Figure) -> set[str]:
        """What the other figures of its sentence count."""
        return {self.noun(other) for other in self.beside(figure) if other.kind == "count"}

    def direction(self, figure: Figure) -> Direction | None:
        """Whether the words of its clause say that the figure rose or fell; None when they say neither or both."""
        before = _clause_before(self.text, figure.start)
        found = [_way(match) for match in _DIRECTION.finditer(before)]
        if found:
            return found[-1]
        match = _DIRECTION.match(self.text, _skip(self.text, figure.end))
        return _way(match) if match else None


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
