"""What is a figure said of, and does the brief give its value to that very thing?

Lives here: the search for another value of the brief that the words of a figure point to. Does not: what belongs to a
figure (`context.py`), verdicts (`support.py`), values (`values.py`). Imports `schema`, `context`, `evidence`, `values`.

Two ways lead to another value. Where the brief gives two values to two things, a name, a period, one side of a contrast
or words that only one of them has tell which of them the draft speaks of (`told_apart`). Where nothing does so, another
value must have a clear lead in common words (`nearer`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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
_LITTLE = 10
"""A value that fits the words around a figure less well by more than this (in points of `affinity`) is no rival."""


def told_apart(figure: Figure, page: Page, witness: Witness, facts: Sequence[Fact]) -> Fact | None:
    """Another value that the brief gives for the very thing a figure is said of, while it gives the figure's own value,
    each time, for something else. `facts` are those with the figure's value."""
    if any(fact.page is None for fact in facts):
        return None
    rivals = [] if figure.kind in _LOOSE else _rivals(figure, page, witness)
    if not rivals:
        return None
    mine, near = clause_of(figure, page), page.around(figure)
    here = max(affinity(near, fact.page.around(fact.figure)) for fact in facts if fact.page is not None)
    theirs = [clause_of(fact.figure, fact.page) for fact in facts if fact.page is not None]
    for rival in rivals:
        assert rival.page is not None
        ahead = affinity(near, rival.page.around(rival.figure)) - here
        other = clause_of(rival.figure, rival.page)
        sure = (
            _by_marks(mine, theirs, other)
            or _by_periods(mine, theirs, other)
            or (figure.kind in _MEASURES and ahead >= -_LITTLE and _by_names(mine, theirs, other))
        )
        if sure or (
            ahead >= -_LITTLE and page.language == rival.page.language and _by_words(mine, theirs, other, page)
        ):
            return rival
    return None


def _rivals(figure: Figure, page: Page, witness: Witness) -> list[Fact]:
    """The facts of the same kind with another value, which the draft does not give beside the figure."""
    mine = value_of(figure)
    return [
        fact
        for fact in witness.family(figure).alike(page.around(figure))
        if fact.page is not None and may_contradict(figure, fact.figure) and value_of(fact.figure) != mine
    ]


def _by_marks(mine: Clause, theirs: Sequence[Clause], other: Clause) -> bool:
    """Net profit where the brief gives the value for operating profit, and another one for net profit."""
    return any(
        side == other.marks.get(index) and all(index in one.marks and not side & one.marks[index] for one in theirs)
        for index, side in mine.marks.items()
    )


def _by_names(mine: Clause, theirs: Sequence[Clause], other: Clause) -> bool:
    """A name of the draft that the rival has, while the value is given for another name."""
    return all(bool(one.named - mine.names) and bool((mine.names & other.named) - one.named) for one in theirs)


def _by_periods(mine: Clause, theirs: Sequence[Clause], other: Clause) -> bool:
    """A period of the draft that the rival has, while the value is given for another period."""
    if not mine.periods or not _overlap(mine.periods, other.periods):
        return False
    return all(one.periods and not _overlap(mine.periods, one.periods) for one in theirs)


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
        if ahead >= lead and (best is None or ahead > best[1]) and not _is_end_of_list(figure, page, fact, other):
            best = other, ahead
    return best


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
