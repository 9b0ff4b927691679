"""How a text is read: find candidates cheaply, try the heavy rules there, join neighbours, attach bounds.

Lives here: what a rule is and the order of the steps, for every language. Does not: any rule, word or unit. Imports
`schema`, `text` and `units`.

A `Grammar` names what may begin a figure (one cheap expression with a named group for each kind of beginning) and the
rules to try at such a place. The longest match that its rule accepts wins, an earlier rule on a tie. Every expression looks at a bounded piece of text, so the cost
grows with the length of the text and with nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import cast

from pipeline.figures.units import to_base
from pipeline.schema import Bound, FigureKind, PartialDate

ONE = Decimal(1)


@dataclass(slots=True)
class Piece:
    """A figure while it is read. `scale` is the factor of its scale word ("billion"), already within low and high.

    `start` and `end` are offsets into the copy made for matching; a rule leaves them at -1 for the whole match.
    """

    kind: FigureKind
    low: Decimal | None = None
    high: Decimal | None = None
    when: PartialDate | None = None
    unit: str = ""
    bound: Bound = "exact"
    scale: Decimal = ONE
    start: int = -1
    end: int = -1
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """The copy of a text that patterns see: `lower` for matching, `cased` with the same offsets."""

    lower: str
    cased: str


NOTHING = Piece("number")
"""What a rule produces for text that looks like a figure and is none: the whole match is passed over."""

Produce = Callable[[re.Match[str], Source], "Piece | None"]
"""Gives the figure, `NOTHING`, or None when the rule does not apply after all and the next longest may try."""


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A name in plain English, a pattern over the lower-case copy, and what a match means."""

    name: str
    pattern: re.Pattern[str]
    produce: Produce


@dataclass(frozen=True, slots=True, eq=False)
class Grammar:
    """The rules of one language. `candidates` have a named group for every key of `rules`, which begins where the
    figure may begin; the match itself begins at one class of characters, so that the search can leap to the next."""

    candidates: Sequence[re.Pattern[str]]
    rules: Mapping[str, Sequence[Rule]]
    numeral: re.Pattern[str]
    """The digits or numerals at the beginning of a candidate, none for a word."""
    only_before: Mapping[Rule, str]
    """For a rule that can only match when one of a few characters follows the numeral: these. Others are always tried."""
    rules_of_word: Mapping[str, Sequence[Rule]]
    """For a word that few rules begin with: these. At others all rules of the kind are tried."""
    joiner: re.Pattern[str]
    """What may stand between the two ends of a range."""
    change: re.Pattern[str]
    """What before a first end with a unit of its own makes two figures a change ("from 5% to 7%") and no range; the group
    `amount` may also begin a range."""
    between: re.Pattern[str]
    """What before the first end says that they are a range, and belongs to it."""
    closing: re.Pattern[str]
    """What closes such a range."""
    before: re.Pattern[str]
    """Words before a figure that limit it ("more than"), at the end of the searched piece; a named group a bound. The
    group `rate` makes an amount the measure of a rate (per, 每), which is no figure of its own; `none` says that the words
    limit nothing here (a dispute over three islands)."""
    negated: re.Pattern[str]
    """What before such words turns the limit round: will not exceed."""
    after: re.Pattern[str]
    """Words behind a figure that limit it (以上), likewise."""
    enclosing: re.Pattern[str]
    """What may stand between a lower and an upper bound of one thing."""
    measures: frozenset[FigureKind]
    """The kinds of amount that may be the measure of a rate."""
    period: str
    """The word that limits an amount and before a duration only names a stretch of time: over, 近."""
    lasting: re.Pattern[str]
    """What before that word makes it a bound after all ("for over three years"), at the end of the searched piece."""
    compared: re.Pattern[str]
    """What behind the duration does so ("over two minutes ahead")."""
    more_days: re.Pattern[str]
    """What may stand between two days of one month."""
    compound: re.Pattern[str]
    """What may stand between the parts of one measure: 2 hours 30 minutes."""


def lower_copy(text: str) -> str:
    """A lower-case copy with the same offsets."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def scan(source: Source, grammar: Grammar) -> list[Piece]:
    """All figures of a text in order, without overlap, spans in the copy."""
    pieces = _read(source, grammar)
    pieces = _join(source, grammar, pieces)
    pieces = _attach_bounds(source, grammar, pieces)
    return _enclose(source, grammar, pieces)


def _read(source: Source, grammar: Grammar) -> list[Piece]:
    text = source.lower
    pieces: list[Piece] = []
    end = 0
    for start, passed, kind in candidates(text, grammar):
        if start < end:
            continue
        piece, end = _best(source, rules_at(text, grammar, start, passed, kind), start, passed)
        if piece is not None and piece is not NOTHING:
            if pieces and piece.start < pieces[-1].end:
                piece.start = start
            pieces.append(piece)
    return pieces


def candidates(text: str, grammar: Grammar) -> list[tuple[int, int, str]]:
    """Where a figure may begin, in order: the offset, where to go on when there is none, the kind of beginning."""
    padded = "\n" + text  # so that the first word too has a character before it
    found = [
        (candidate.start(kind) - 1, candidate.end() - 1, kind)
        for pattern in grammar.candidates
        for candidate in pattern.finditer(padded)
        if (kind := candidate.lastgroup)
    ]
    return sorted(found)


def rules_at(text: str, grammar: Grammar, start: int, passed: int, kind: str) -> Sequence[Rule]:
    """The rules to try on a candidate."""
    numeral = grammar.numeral.match(text, start)
    if numeral:
        return _rules_before(grammar, kind, text[numeral.end() : numeral.end() + 1])
    return grammar.rules_of_word.get(text[start:passed]) or grammar.rules[kind]


@lru_cache(maxsize=8192)
def _rules_before(grammar: Grammar, kind: str, follower: str) -> Sequence[Rule]:
    only = grammar.only_before
    return [rule for rule in grammar.rules[kind] if rule not in only or follower in only[rule]]


def _best(source: Source, rules: Sequence[Rule], start: int, passed: int) -> tuple[Piece | None, int]:
    """The longest match that its rule accepts, and where reading goes on."""
    matches = [(match, rule) for rule in rules if (match := rule.pattern.match(source.lower, start))]
    if len(matches) > 1:
        matches.sort(key=_length, reverse=True)
    for match, rule in matches:
        piece = rule.produce(match, source)
        if piece is NOTHING:
            return NOTHING, max(match.end(), passed)
        if piece is not None:
            piece.rule = piece.rule or rule.name
            piece.start = start if piece.start < 0 else piece.start
            piece.end = match.end() if piece.end < 0 else piece.end
            return piece, max(piece.end, start + 1)
    return None, passed


def _length(found: tuple[re.Match[str], Rule]) -> int:
    return found[0].end()


# --- neighbours ------------------------------------------------------------------------------------------------------

_MEASURES = frozenset({"number", "money", "percent", "percentage_point", "quantity", "count", "duration", "age"})


def _join(source: Source, grammar: Grammar, pieces: list[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        if joined and piece.start - joined[-1].end <= 10:
            whole = _compound(source, grammar, joined[-1], piece) or _range(source, grammar, joined[-1], piece)
            if whole:
                joined[-1] = whole
                continue
            piece = _next_day(source, grammar, joined[-1], piece) or piece
        joined.append(piece)
    return joined


def _next_day(source: Source, grammar: Grammar, left: Piece, right: Piece) -> Piece | None:
    """August 9 and 10, May 5-7: the second day has the month of the first."""
    if right.when is not None:
        return _with_month(source, grammar, left, right)
    day = right.low
    if (
        left.when is None
        or not left.when.month
        or not left.when.day
        or day is None
        or right.kind not in ("number", "ordinal")
    ):
        return None
    if day != day.to_integral_value() or not left.when.day < day <= 31 or "," in source.lower[right.start : right.end]:
        return None
    if not grammar.more_days.fullmatch(source.lower, left.end, right.start):
        return None
    when = PartialDate(year=left.when.year, month=left.when.month, day=int(day))
    return Piece("date", when=when, start=right.start, end=right.end, rule="day of the month before")


def _with_month(source: Source, grammar: Grammar, left: Piece, right: Piece) -> Piece | None:
    """3月5日至7日: the second day is of the same month."""
    if left.when is None or right.when is None or right.when != PartialDate(day=right.when.day):
        return None
    if not left.when.month or not left.when.day or not grammar.more_days.fullmatch(source.lower, left.end, right.start):
        return None
    right.when = PartialDate(year=left.when.year, month=left.when.month, day=right.when.day)
    return right


def _compound(source: Source, grammar: Grammar, left: Piece, right: Piece) -> Piece | None:
    """2 hours 30 minutes: descending units of one dimension, exact in the smaller one."""
    if left.kind == "money" and right.unit == "cent" and left.unit != "cent" and left.low and right.low:
        return _with_cents(source, grammar, left, right)
    if left.kind != right.kind or left.kind not in ("duration", "quantity") or left.unit == right.unit:
        return None
    if left.low is None or right.low is None or left.low != left.high or right.low != right.high:
        return None
    (large, dimension_left), (small, dimension_right) = to_base(left.low, left.unit), to_base(right.low, right.unit)
    factor = to_base(ONE, left.unit)[0] / to_base(ONE, right.unit)[0]
    if dimension_left != dimension_right or factor <= 1 or right.low >= factor or not large or not small:
        return None
    if not grammar.compound.fullmatch(source.lower, left.end, right.start):
        return None
    value = left.low * factor + right.low
    return Piece(left.kind, value, value, unit=right.unit, start=left.start, end=right.end, rule="compound measure")


def _with_cents(source: Source, grammar: Grammar, left: Piece, right: Piece) -> Piece | None:
    """Three dollars 50 cents."""
    if left.low is None or right.low is None or not grammar.compound.fullmatch(source.lower, left.end, right.start):
        return None
    value = left.low + right.low / 100
    return Piece("money", value, value, unit=left.unit, start=left.start, end=right.end, rule="money with cents")


def _range(source: Source, grammar: Grammar, left: Piece, right: Piece) -> Piece | None:
    """10-15%, $5 to $10 million, 10%至15%: the first end takes scale and unit of the second where it has none."""
    if left.kind not in _MEASURES or right.kind not in _MEASURES or left.low is None or right.low is None:
        return None
    if left.low != left.high or right.low != right.high or left.rule == "range":
        return None
    text = source.lower
    joiner = grammar.joiner.fullmatch(text, left.end, right.start)
    if not joiner:
        return None
    opening = grammar.between.search(text, max(0, left.start - 16), left.start)
    closing = grammar.closing.match(text, right.end)
    if joiner.lastgroup == "closed" and not opening and not closing:
        return None
    if left.unit and right.unit and left.unit != right.unit and not left.kind == right.kind == "count":
        return None
    if left.unit and not right.unit and left.kind != "money" and not opening:
        return None  # 0.2% to 7.1185 per dollar, nine months to 523,000
    if joiner.lastgroup == "either" and (left.unit or left.scale != ONE):
        return None
    if joiner.lastgroup == "word" and (left.unit or left.scale != ONE):
        change = grammar.change.search(text, max(0, left.start - 14), left.start)
        if change and (change.lastgroup != "amount" or right.low > 2 * left.low):
            return None  # by 0.6% to 2.7% is a change and where it led, by 12% to 15% a range
    low, scale = left.low, left.scale
    if scale == ONE and right.scale != ONE and low < right.low / right.scale:
        low, scale = low * right.scale, right.scale
    if not low < right.low:
        if not (low < 0 and right.low < 0):
            return None
        low, right.low, right.high = right.low, low, low
    kind = right.kind if right.unit or not left.unit else left.kind
    return Piece(
        kind, low, right.high if right.high is not None and right.high > low else right.low, None,
        right.unit or left.unit, right.bound, right.scale, opening.start() if opening else left.start,
        closing.end() if closing else right.end, "range",
    )  # fmt: skip


def _attach_bounds(source: Source, grammar: Grammar, pieces: list[Piece]) -> list[Piece]:
    """Give each figure its bound, and leave out what a rate is measured by: per million tokens, 每10万人."""
    kept: list[Piece] = []
    previous = 0
    for index, piece in enumerate(pieces):
        bare = piece.bound == "exact" and piece.low is not None and piece.kind not in ("ordinal", "score")
        following = pieces[index + 1].start if index + 1 < len(pieces) else len(source.lower)
        if not bare or _attach_bound(source.lower, grammar, piece, kept, previous, following):
            kept.append(piece)
        previous = piece.end
    return kept


def _attach_bound(
    text: str, grammar: Grammar, piece: Piece, kept: Sequence[Piece], previous: int, following: int
) -> bool:
    """Set the bound of a figure; False when it is the measure of a rate."""
    found = grammar.before.search(text, max(previous, piece.start - _REACH), piece.start)
    if found and found.lastgroup == "rate":
        if piece.kind in grammar.measures:
            return False
    elif (
        found
        and found.lastgroup != "none"
        and not _mere_period(text, grammar, piece, found)
        and not _compares(text, found, kept, previous)
    ):
        piece.bound, piece.start = cast(Bound, found.lastgroup), found.start()
        negated = grammar.negated.search(text, max(previous, piece.start - _REACH), piece.start)
        if negated and piece.bound in _TURNED_ROUND:
            piece.bound, piece.start = _TURNED_ROUND[piece.bound], negated.start()
    found = grammar.after.match(text, piece.end)
    if found and found.end() <= following and piece.bound in ("exact", "about"):
        piece.bound, piece.end = cast(Bound, found.lastgroup), found.end()
    return True


_REACH = 32
"""Characters before a figure that are searched for words that limit it."""

_TURNED_ROUND: dict[str, Bound] = {"over": "at_most", "under": "at_least", "at_least": "under", "at_most": "over"}


_COMPARED = frozenset({"percent", "percentage_point", "money", "quantity", "multiple"})


def _compares(text: str, words: re.Match[str], before: Sequence[Piece], previous: int) -> bool:
    """15% less than £1.2m: the words between two figures compare them and limit neither."""
    if not before or before[-1].kind not in _COMPARED or words.lastgroup not in ("over", "under"):
        return False
    return text[previous : words.start()] in ("", " ")


_LOWER, _UPPER = frozenset({"over", "at_least"}), frozenset({"under", "at_most"})


def _enclose(source: Source, grammar: Grammar, pieces: list[Piece]) -> list[Piece]:
    """Above 1,000 and below 1,500: two bounds of one thing are a range."""
    enclosed: list[Piece] = []
    for piece in pieces:
        left = enclosed[-1] if enclosed else None
        if left and left.unit in ("", piece.unit) and grammar.enclosing.fullmatch(source.lower, left.end, piece.start):
            lower, upper = (left, piece) if left.bound in _LOWER else (piece, left)
            if lower.bound in _LOWER and upper.bound in _UPPER and (lower.low or 0) < (upper.high or 0):
                enclosed[-1] = Piece(
                    piece.kind, lower.low, upper.high, unit=piece.unit, start=left.start, end=piece.end, rule="range"
                )
                continue
        enclosed.append(piece)
    return enclosed


def _mere_period(text: str, grammar: Grammar, piece: Piece, words: re.Match[str]) -> bool:
    """Over three years, 近两年: a stretch of time, no bound; "for over three years" has one."""
    if piece.kind != "duration" or words[0].strip() != grammar.period:
        return False
    at = words.start()
    return not (grammar.lasting.search(text, max(0, at - 12), at) or grammar.compared.match(text, piece.end))
