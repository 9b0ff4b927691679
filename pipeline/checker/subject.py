"""What is a figure said of, and does the brief give its value to that very thing?

Lives here: the search for another value of the brief that the words of a figure point to. Does not: what belongs to a
figure (`clause.py`), verdicts (`support.py`), values (`values.py`). Imports `schema`, `context`, `evidence`, `values`.

Two ways lead to another value. Where the brief gives two values to two things, a name, a period, one side of a contrast
or words that only one of them has tell which of them the draft speaks of (`told_apart`). Where nothing does so, another
value must have a clear lead in common words (`nearer`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pipeline.checker.clause import Clause, clause_of
from pipeline.checker.context import LIST_REACH, Fact, Page, affinity, listed_together
from pipeline.checker.evidence import Witness
from pipeline.checker.values import value_of
from pipeline.schema import Figure, PartialDate

SUBJECT_BLOCKS = 20
"""How much better (in points of `affinity`) another count or place of the brief must fit the words around one before
"the brief has this number, said of something else" blocks. From half the lead on it is a warning. Amounts and dates are
said of a whole sentence, not of the noun beside them: nearness tells nothing of them."""

_COUNTS = ("count", "number", "ordinal")
_LOOSE = ("date", "score", "time", "ordinal", "age", "vague")
"""Kinds that a sentence has of several things at once: scores name two sides, dates hold for whole paragraphs."""

_MEASURES = ("money", "percent", "percentage_point", "quantity")
_WORDS_THAT_TELL = {"en": 2, "zh": 5}
"""So many words (pairs of Han characters) of a rival tell that the draft speaks of it; one is too often a chance."""
_FEW = 20
"""Counts up to this many are too often of several people or things named in one sentence."""
_LITTLE = 10
"""A value that fits the words around a figure less well by more than this (in points of `affinity`) is no rival."""


def told_apart(figure: Figure, page: Page, witness: Witness, facts: Sequence[Fact]) -> Fact | None:
    """Another value that the brief gives for the very thing a figure is said of, while it gives the figure's own value,
    each time, for something else. `facts` are those with the figure's value."""
    if figure.kind in _LOOSE or any(fact.page is None for fact in facts):
        return None
    mine, theirs = clause_of(figure, page), [clause_of(fact.figure, fact.page) for fact in facts if fact.page]
    pointers: _Pointers | None = None
    if figure.kind == "count" and page.language == "en" and (noun := _counted_elsewhere(figure, page, witness, facts)):
        return noun
    for rival, home in _rivals(figure, page, witness):
        pointers = pointers or _pointers(mine, theirs)
        if not _may_point_to(pointers, rival, home):
            continue
        other = clause_of(rival.figure, home)
        if _by_marks(pointers, other) or _by_periods(pointers, other):
            return rival
        large = figure.kind == "count" and figure.low is not None and figure.low > _FEW
        named = (figure.kind in _MEASURES or large) and _by_names(mine, theirs, other)
        worded = page.language == home.language and _by_words(mine, theirs, other, page)
        if (named or worded) and _fits(figure, page, rival, facts):
            return rival
    return None


def _counted_elsewhere(figure: Figure, page: Page, witness: Witness, facts: Sequence[Fact]) -> Fact | None:
    """215 employees where the brief has 215 shops and another number of employees."""
    noun = page.noun(figure)
    if not noun or any(fact.page is None or fact.page.language != page.language for fact in facts):
        return None
    if any(fact.figure.kind != "count" for fact in facts):
        return None
    said = page.sentence_words(figure.start)
    nouns = {fact.page.noun(fact.figure) for fact in facts if fact.page is not None}
    if "" in nouns or noun in nouns or nouns & said or any(noun in _sentence(fact) for fact in facts):
        return None
    return next((fact for fact in witness.counting(noun) if value_of(fact.figure) != value_of(figure)), None)


def _sentence(fact: Fact) -> frozenset[str]:
    return clause_of(fact.figure, fact.page).words if fact.page is not None else frozenset()


def _rivals(figure: Figure, page: Page, witness: Witness) -> Iterator[tuple[Fact, Page]]:
    """The facts of the same kind with another value, and their pages."""
    mine, shelf = value_of(figure), witness.family(figure)
    for fact in shelf.facts if shelf.small else shelf.alike(page.around(figure)):
        if fact.page is not None and may_contradict(figure, fact.figure) and value_of(fact.figure) != mine:
            yield fact, fact.page


class _Pointers(NamedTuple):
    """What a draft says of a figure that no clause of the brief with its value says: all that can point to a rival."""

    marks: dict[int, frozenset[int]]
    periods: tuple[PartialDate, ...]
    names: frozenset[str]
    words: frozenset[str]


def _pointers(mine: Clause, theirs: Sequence[Clause]) -> _Pointers:
    elsewhere = mine.periods and all(one.periods and not _overlap(mine.periods, one.periods) for one in theirs)
    renamed = mine.names and all(one.named - mine.names and mine.names - one.named for one in theirs)
    return _Pointers(
        {
            row: mine.marks[row]
            for row in mine.marks
            if all(_contrasts(mine.marks[row], one.sides(row)) for one in theirs)
        },
        mine.periods if elsewhere else (),
        mine.names if renamed else frozenset(),
        mine.words.difference(*(one.words for one in theirs)),
    )


def _contrasts(some: frozenset[int], others: frozenset[int]) -> bool:
    return bool(others) and some.isdisjoint(others)


def _may_point_to(pointers: _Pointers, rival: Fact, home: Page) -> bool:
    """A quick look, by the rival's whole sentence, before its clause is worked out."""
    at = rival.figure.start
    if pointers.marks or pointers.periods or not pointers.names.isdisjoint(home.names_of(at)):
        return True
    enough = _WORDS_THAT_TELL[home.language]
    return len(pointers.words) >= enough and len(pointers.words & home.sentence_words(at)) >= enough


def _fits(figure: Figure, page: Page, rival: Fact, facts: Sequence[Fact]) -> bool:
    """Whether the words around a figure fit a rival about as well as they fit those with its value."""
    near = page.around(figure)
    here = max(affinity(near, fact.page.around(fact.figure)) for fact in facts if fact.page is not None)
    return rival.page is not None and affinity(near, rival.page.around(rival.figure)) - here >= -_LITTLE


def _by_marks(pointers: _Pointers, other: Clause) -> bool:
    """Net profit where the brief gives the value for operating profit, and another one for net profit."""
    return any(sides == other.sides(row) for row, sides in pointers.marks.items())


def _by_periods(pointers: _Pointers, other: Clause) -> bool:
    """A period of the draft that the rival has, while the value is given for another period."""
    return _overlap(pointers.periods, other.periods)


def _by_names(mine: Clause, theirs: Sequence[Clause], other: Clause) -> bool:
    """A name of the draft that the rival has, while the value is given for another name."""
    return all(bool(one.named - mine.names) and bool((mine.names & other.named) - one.named) for one in theirs)


def _overlap(some: Iterable[PartialDate], others: Sequence[PartialDate]) -> bool:
    return any(one.covers(other) or other.covers(one) for one in some for other in others)


def _by_words(mine: Clause, theirs: Sequence[Clause], other: Clause, page: Page) -> bool:
    """Words of the draft that only the rival has, where the draft has none that only the value's own clause has.

    A clause behind the first of its sentence may share the words at the head of it; both readings are tried.
    """
    for with_head in (False, True):
        rival = other.words | other.inherited if with_head else other.words
        own = [one.words | one.inherited if with_head else one.words for one in theirs]
        pointing = (mine.words & rival).difference(*own)
        apart = [one - rival for one in own]
        enough = len(pointing) >= _WORDS_THAT_TELL[page.language]
        if enough and all(apart) and not any(mine.words & words for words in apart):
            return True
    return False


def turned_round(figure: Figure, page: Page, facts: Sequence[Fact]) -> bool:
    """A profit of the brief told as a loss, hired for dismissed: the opposite word, wherever the value stands."""
    mine = clause_of(figure, page).opposites if figure.when is None else {}
    if not mine or any(fact.page is None or (fact.figure.low or 0) < 0 for fact in facts):
        return False  # a profit of -$3 million is a loss
    theirs = [clause_of(fact.figure, fact.page).opposites for fact in facts if fact.page is not None]
    return any(all(row in one and not sides & one[row] for one in theirs) for row, sides in mine.items())


# --- by nearness alone -----------------------------------------------------------------------------------------------


def nearer(figure: Figure, page: Page, witness: Witness, fact: Fact) -> tuple[Fact, int] | None:
    """Another count or place of the brief that fits the words around one better, and by how much."""
    if figure.kind not in _COUNTS or fact.page is None or page.language != fact.page.language:
        return None
    mine = page.around(figure)
    own, lead = affinity(mine, fact.page.around(fact.figure)), SUBJECT_BLOCKS // 2
    if sum(mine.values()) < own + lead:
        return None
    best: tuple[Fact, int] | None = None
    for other in witness.family(figure).alike(mine):
        if other.page is None or value_of(other.figure) in page.values or not may_contradict(figure, other.figure):
            continue
        ahead = affinity(mine, other.page.around(other.figure)) - own
        if (
            ahead >= lead
            and (best is None or ahead > best[1])
            and not (_became(other, fact) or _is_end_of_list(figure, page, fact, other))
        ):
            best = other, ahead
    return best


_TO = re.compile(r"[^\s，。；、]{0,4}[到至为]|(?: \w+){0,2} to (?:\w+ )?")
"""提高到, "tokens to": what stands between a value and what became of it."""


def _became(before: Fact, fact: Fact) -> bool:
    """From 20 tokens to 60: what is said of the first value is said of the second, too."""
    home = fact.page
    if home is None or home is not before.page:
        return False
    return _TO.fullmatch(home.text, before.figure.end, fact.figure.start) is not None


def _is_end_of_list(figure: Figure, page: Page, fact: Fact, rival: Fact) -> bool:
    """From 1 to 27 billion, told in two figures, where the brief lists 1, 4, 12 and 27: 12 is no rival of 1."""
    home = fact.page
    if home is None or home is not rival.page or not listed_together(home, fact.figure, rival.figure):
        return False
    told = {value_of(other) for other in page.beside(figure) if abs(other.start - figure.start) <= LIST_REACH}
    ends = (end for end in home.neighbours(fact.figure) if value_of(end) in told)
    return any(listed_together(home, fact.figure, end) for end in ends)


def may_contradict(figure: Figure, other: Figure) -> bool:
    """Whether a fact may be a rival: the same kind of figure, and for dates one as fine that says another day."""
    if figure.when is not None and other.when is not None:
        known = [name for name, value in figure.when if value is not None]
        return all(getattr(other.when, name) is not None for name in known) and not figure.when.covers(other.when)
    return same_kind(figure, other)


def same_kind(figure: Figure, other: Figure) -> bool:
    """Whether two figures are of one kind, counts and bare numbers taken as one."""
    return figure.kind == other.kind or {figure.kind, other.kind} <= {"count", "number"}
