"""Figures that follow from the brief by arithmetic, when the words of the draft say so.

Lives here: sums, differences, ratios, changes in percent, time between dates, counts of listed things; each with its
expression. Does not: verdicts (`support.py`). A bare coincidence derives nothing: the operation must be named, and its
operands fixed by the sentence or the one before, or by one sentence of the brief about the same thing.
Imports `schema`, `text`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import combinations
from typing import Literal

from pipeline.checker.clause import clause_of
from pipeline.checker.context import Direction, Fact, Page, stem
from pipeline.checker.evidence import CANDIDATES, Witness
from pipeline.checker.values import admitted, digits, family, measure, round_to
from pipeline.schema import Figure, PartialDate
from pipeline.text import HAN

Operation = Literal["sum", "difference", "ratio", "growth", "decline", "each"]

_WORDS = {
    "sum": (
        r"total\w*|combined|together|altogether|sum|in all|overall",
        "合计|共计|总计|总共|一共|总额|总和|加起来|累计|相加",
    ),
    "difference": (
        r"difference|gap|differ\w*|gain\w*|jump\w*|widen\w*|narrow\w*|more than|less than|fewer|"
        r"higher than|lower than|ahead of|behind|remain\w*|left|rest|by|rose|fell|"
        r"increas\w*|decreas\w*|up|down|added|above|below",
        "相差|差距|差额|多出|高出|低于|少了|多了|增加|减少|净增|剩余|其余|差",
    ),
    "ratio": (
        r"times|double[ds]?|triple[ds]?|twice|half|third|quarter|fold|ratio|share|of (?:the|its|that)|more than|"
        r"less than|account\w*|represent\w*",
        "倍|翻番|翻一番|一半|分之|占|比例|之比|成",
    ),
    "each": (r"each|apiece|per|average\w*|every|a head", "每|平均|均价|单价|人均"),
    "growth": (
        r"grew|grow\w*|rose|ris\w*|increas\w*|gain\w*|climb\w*|jump\w*|surg\w*|up|more|higher|expan\w*",
        "增|涨|升|扩大|多",
    ),
    "decline": (
        r"fell|fall\w*|declin\w*|drop\w*|decreas\w*|down|cut|less|lower|shr[aiu]nk\w*",
        "降|跌|减|缩|少",
    ),
    "margin": (r"by|lead\w*|led|behind|ahead|down|up|margin|clear", "落后|领先|净胜|大胜|分差|差距"),
    "elapsed": (
        r"from|between|since|after|later|earlier|before|within|over|span\w*|until|to|by|in",
        "从|自|至|到|间|后|前|历时|相隔|内|以来|距",
    ),
}  # fmt: skip
"""The words that name an operation, in English and Chinese."""

_NAMED = {
    operation: re.compile(rf"(?<![a-z])(?:{english})(?![a-z])|{chinese}")
    for operation, (english, chinese) in _WORDS.items()
}
_SIGNS = {"sum": "+", "difference": "−", "ratio": "/", "each": "/"}
_WAY: dict[Operation, Direction] = {"growth": "up", "decline": "down"}


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a figure follows: the operands, the arithmetic as text, and how much a reviewer should care."""

    operands: tuple[Fact, ...]
    expression: str
    severity: Literal["warn", "info"] = "warn"
    case: str = ""


def derive(figure: Figure, page: Page, witness: Witness) -> Derivation | None:
    """How a figure of a draft follows from the brief; None when it does not, or when the words do not say so."""
    if figure.when is not None or figure.low != figure.high:
        return None
    said = _said(page.sentence_text(figure.start))
    named = _named(figure, page, witness) if said else []
    return (
        _elapsed(figure, said, named)
        or _between_events(figure, page, said, witness)
        or _by_two(figure, said, named)
        or _sum_of_all(figure, said, named)
        or _margin(figure, said, named)
        or _change_told_once(figure, page, said, witness)
        or _listed(figure, page, witness.pages)
    )


@lru_cache(maxsize=64)
def _said(words: str) -> frozenset[str]:
    """The operations that a sentence names."""
    return frozenset(operation for operation, pattern in _NAMED.items() if pattern.search(words))


def _named(figure: Figure, page: Page, witness: Witness) -> list[Fact]:
    """The facts that the figure's sentence, or the one before, names; at most one for each figure named."""
    start, end = page.sentence(figure.start)
    if start:
        start = page.sentence(max(0, start - 2))[0]
    named: dict[int, Fact] = {}
    for other in page.neighbours(figure):
        fact = witness.same(other) if start <= other.start < end else None
        if fact is not None:
            named[id(fact)] = fact
    return list(named.values())


# --- time between two dates ------------------------------------------------------------------------------------------


def _elapsed(figure: Figure, said: frozenset[str], named: Sequence[Fact]) -> Derivation | None:
    if family(figure) not in ("calendar", "duration") or figure.bound != "exact" or "elapsed" not in said:
        return None
    dated = sorted((fact for fact in named if fact.figure.when is not None), key=_order)
    for earlier, later in combinations(dated, 2):
        if _time_between(earlier.figure.when, later.figure.when, figure):
            expression = f"{later.figure.text} − {earlier.figure.text} = {figure.text}"
            return Derivation((earlier, later), expression)
    return None


def _between_events(figure: Figure, page: Page, said: frozenset[str], witness: Witness) -> Derivation | None:
    """Eight years after it was founded: two events that the sentence names and the brief dates."""
    if figure.kind != "duration" or figure.bound != "exact" or "elapsed" not in said:
        return None
    words = page.sentence_words(figure.start)
    told = (
        [(fact, _event(fact, words)) for fact in witness.families["date"].alike(words)]
        if "date" in witness.families
        else []
    )
    dated = [(fact, event) for fact, event in told if event]
    for (one, first), (other, second) in combinations(dated, 2):
        if first == second or not (first - second and second - first):
            continue
        earlier, later = sorted((one, other), key=_order)
        if _time_between(earlier.figure.when, later.figure.when, figure):
            return Derivation((earlier, later), f"{later.figure.text} − {earlier.figure.text} = {figure.text}")
    return None


def _event(fact: Fact, words: frozenset[str]) -> frozenset[str]:
    """What of a sentence names the event that a date of the brief dates."""
    if fact.page is None or fact.figure.when is None or not fact.figure.when.year:
        return frozenset()
    clause = clause_of(fact.figure, fact.page)
    return clause.words & words


def _order(fact: Fact) -> tuple[int, int, int]:
    when = fact.figure.when or PartialDate()
    return when.year or 0, when.month or 0, when.day or 0


def _time_between(one: PartialDate | None, other: PartialDate | None, figure: Figure) -> bool:
    if one is None or other is None or not one.year or not other.year:
        return False
    stated = measure(figure).low
    if family(figure) == "calendar":
        months = (other.year - one.year) * 12
        return stated == (months + other.month - one.month if one.month and other.month else months)
    if one.month and one.day and other.month and other.day:
        days = (date(other.year, other.month, other.day) - date(one.year, one.month, one.day)).days
        return stated == days * 86400
    return False


# --- arithmetic ------------------------------------------------------------------------------------------------------


def _by_two(figure: Figure, said: frozenset[str], named: Sequence[Fact]) -> Derivation | None:
    """A result of two figures that the words name."""
    if not said & {*_SIGNS, *_WAY}:
        return None
    for one, other in combinations(_amounts(named), 2):
        found = _result(figure, said, one, other)
        if found is not None:
            return found
    return None


def _amounts(facts: Sequence[Fact]) -> list[Fact]:
    return [fact for fact in facts if fact.figure.when is None and fact.figure.low == fact.figure.high]


def _each(figure: Figure, said: frozenset[str], one: Fact, other: Fact) -> Derivation | None:
    """At $90 million for 30 trams each costs $3 million."""
    if (
        "each" not in said
        or figure.kind not in ("money", "quantity")
        or "count" not in (family(one.figure), family(other.figure))
    ):
        return None
    whole, number = (other, one) if family(one.figure) == "count" else (one, other)
    parts = measure(number.figure).low
    if family(whole.figure) != family(figure) or parts <= 1:
        return None
    value, stated = measure(whole.figure).low / parts, measure(figure).low
    if value != stated and round_to(value, max(2, len(digits(stated)))) != stated:
        return None
    return Derivation((whole, number), _expression(figure, "each", whole, number))


def _result(figure: Figure, said: frozenset[str], one: Fact, other: Fact) -> Derivation | None:
    if family(one.figure) != family(other.figure):
        return _each(figure, said, one, other)
    large, small = (one, other) if measure(one.figure).low >= measure(other.figure).low else (other, one)
    for operation, value in _results(measure(large.figure).low, measure(small.figure).low):
        if operation in said and _gives(figure, value, operation, one.figure) and _fits(operation, one, other):
            return Derivation((large, small), _expression(figure, operation, large, small))
    return None


def _fits(operation: Operation, one: Fact, other: Fact) -> bool:
    """Whether growth or decline goes the way the brief dates the two amounts."""
    went = _went(one, other) if operation in _WAY else None
    return went is None or _WAY[operation] == went


def _went(one: Fact, other: Fact) -> Direction | None:
    """Whether the later of two dated amounts is the higher one; None when the brief does not date both."""
    dated = []
    for fact in (one, other):
        period = fact.page.period(fact.figure) if fact.page is not None else None
        if period is None or period.year is None:
            return None
        dated.append((period.year, period.quarter or 0, period.month or 0, measure(fact.figure).low))
    (*before, earlier), (*after, later) = sorted(dated)
    return None if before == after else "up" if later > earlier else "down"


def _results(large: Decimal, small: Decimal) -> Iterator[tuple[Operation, Decimal]]:
    yield "sum", large + small
    yield "difference", large - small
    if small > 0:
        yield "ratio", large / small
        yield "ratio", small / large
        yield "growth", (large - small) / small * 100
        yield "decline", (large - small) / large * 100


def _gives(figure: Figure, value: Decimal, operation: Operation, operand: Figure) -> bool:
    """Whether the result is the figure: exactly for sums and differences, correctly rounded for ratios and changes."""
    kin, stated = family(figure), measure(figure).low
    if operation in ("sum", "difference"):
        pair = kin, family(operand)
        fits = pair[0] == pair[1] and not (operation == "difference" and kin == "share")
        fits = fits or (operation == "difference" and pair == ("points", "share"))
        return fits and (value == stated or admitted(figure, stated, value))
    if kin == "multiple" and operation == "ratio":
        return _after_rounding(figure, stated, value)
    if kin == "multiple" and operation in _WAY and stated < 1:  # a third more
        return abs(value - stated * 100) <= 1
    return kin == "share" and _after_rounding(figure, stated, value * 100 if operation == "ratio" else value)


def _after_rounding(figure: Figure, stated: Decimal, value: Decimal) -> bool:
    """A quotient rounded to the places that the figure gives; a rough one only as its wording admits."""
    if not stated or not value:
        return False
    places = max(0, -int(stated.normalize().as_tuple().exponent))
    within = abs(value - stated) * 2 <= Decimal(1).scaleb(-places)  # no quantize: a quotient may have any size
    exact = within and len(digits(stated)) >= min(2, places + 1)
    return exact or (figure.bound != "exact" and admitted(figure, stated, round_to(value, 6)))


def _expression(figure: Figure, operation: Operation, large: Fact, small: Fact) -> str:
    one, other = large.figure.text, small.figure.text
    if operation in _SIGNS:
        return f"{one} {_SIGNS[operation]} {other} = {figure.text}"
    return f"({one} − {other}) / {other if operation == 'growth' else one} = {figure.text}"


def _sum_of_all(figure: Figure, said: frozenset[str], named: Sequence[Fact]) -> Derivation | None:
    """The total of a list of more than two amounts."""
    terms = [fact for fact in _amounts(named) if family(fact.figure) == family(figure)]
    if len(terms) < 3 or "sum" not in said:
        return None
    if sum(measure(fact.figure).low for fact in terms) != measure(figure).low:
        return None
    return Derivation(tuple(terms), f"{' + '.join(fact.figure.text for fact in terms)} = {figure.text}")


def _margin(figure: Figure, said: frozenset[str], named: Sequence[Fact]) -> Derivation | None:
    """By how much a named score was won or lost."""
    if figure.kind not in ("count", "number") or "margin" not in said:
        return None
    for fact in named:
        one, other = fact.figure.low, fact.figure.high
        if fact.figure.kind == "score" and one is not None and other is not None and abs(one - other) == figure.low:
            return Derivation((fact,), f"{max(one, other)} − {min(one, other)} = {figure.text}")
    return None


def _change_told_once(figure: Figure, page: Page, said: frozenset[str], witness: Witness) -> Derivation | None:
    """Growth of 25% where one sentence of the brief has both revenues: subject and period fix the operands."""
    if not said or family(figure) != "share":
        return None
    rough = len(digits(measure(figure).low)) < 2
    for one, other in witness.told_about(page.sentence_words(figure.start)):
        if rough and not _dates_one_of(figure, page, (one, other)):
            continue  # 30% is met by chance; the period fixes the operands
        found = _result(figure, said, one, other)
        if found is not None:
            return found
    return None


def _dates_one_of(figure: Figure, page: Page, facts: Sequence[Fact]) -> bool:
    """Whether the draft names the period of one of two amounts of the brief."""
    period = page.period(figure)
    periods = [fact.page.period(fact.figure) for fact in facts if fact.page is not None]
    return period is not None and any(period.covers(other) for other in periods if other is not None)


# --- counts of listed things -----------------------------------------------------------------------------------------

_ITEM = rf"(?:[A-Z][\w.&'’-]*(?: [A-Z0-9][\w.&'’-]*){{0,4}}|[{HAN}·]{{2,12}})"
_LIST = re.compile(rf"{_ITEM}(?:(?:, | , |、)(?:and )?{_ITEM})*(?:,? and |,? & |和|及|以及|与){_ITEM}")
_HAN_LIST = re.compile(rf"[{HAN}·]{{2,12}}(?:、[{HAN}·]{{2,12}}){{2,}}")
_SEPARATOR = re.compile(r", and |,? and |,? & | , |, |、|以及|和|及|与")
_NUMBERED = re.compile(r"^[ \t]*(\d{1,2})[.)、]", re.MULTILINE)
_SPEAKER = re.compile(rf"^[ \t]*([A-Z][\w .'-]{{0,30}}|[{HAN}·]{{2,8}})[:：](?=\s*\S)", re.MULTILINE)
_TALKERS = frozenset(stem(word) for word in "person people individual friend speaker host colleague guest".split())
_MOST_LISTED = 12
_LONGEST = 1000
"""Characters of a sentence that are searched for lists; a longer one is a table."""


def _listed(figure: Figure, page: Page, sources: Sequence[Page]) -> Derivation | None:
    """A count of things that the draft's sentence lists, or the brief: by name, by number, or as speakers."""
    if figure.kind not in ("count", "number") or figure.low is None or not 2 <= figure.low <= _MOST_LISTED:
        return None
    start, end = page.sentence(figure.start)
    for names in _lists(page.text[start : min(end, start + _LONGEST)]):
        if len(names) == figure.low and all(any(name in source.text for source in sources) for name in names):
            return Derivation((), ", ".join(names), "info", "listed")
    noun = page.noun(figure)
    for source in sources:
        if figure.low in (_last_numbered(source.text), _speakers(source.text) if noun in _TALKERS else 0):
            return Derivation((), f"1 … {figure.low}", "info", "listed")
        for names in _lists_about(noun, source):
            if len(names) == figure.low > 2:
                return Derivation((), ", ".join(names), "info", "listed")
    return None


@lru_cache(maxsize=512)
def _lists(text: str) -> tuple[tuple[str, ...], ...]:
    """The lists of names in a sentence."""
    found = [tuple(name.strip() for name in _SEPARATOR.split(match[0])) for match in _LIST.finditer(text)]
    for match in _HAN_LIST.finditer(text):
        first, *middle, last = match[0].split("、")
        # the ends of a list run into the words around it: only what is next to the separator is sure
        found.append((first[-2:], *middle, last[:2]))
    return tuple(found)


def _lists_about(noun: str, source: Page) -> Iterator[tuple[str, ...]]:
    """The lists in sentences of the brief that have the noun counted."""
    for start, end in source.by_word.get(noun, ())[:CANDIDATES] if noun else ():
        yield from _lists(source.text[start : min(end, start + _LONGEST)])


@lru_cache(maxsize=256)
def _last_numbered(text: str) -> int:
    """How many items a numbered list has; 0 when the numbers do not run from one up."""
    numbers = [int(match[1]) for match in _NUMBERED.finditer(text)]
    return len(numbers) if numbers == list(range(1, len(numbers) + 1)) else 0


@lru_cache(maxsize=256)
def _speakers(text: str) -> int:
    """How many people speak, more than once each, in a transcript."""
    lines = Counter(match[1] for match in _SPEAKER.finditer(text))
    return sum(count > 1 for count in lines.values())
