"""Is this figure supported by that evidence?

Lives here: the verdict on one figure (`judge`) by its value, its bound, its direction, and what it is said of. Does
not: how values compare (`values.py`), arithmetic (`derive.py`), how evidence is read (`evidence.py`), findings and
reasons (`__init__.py`, `reasons.py`). Imports `schema`, `figures`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from pipeline.checker.context import Fact, Page, affinity, stem
from pipeline.checker.derive import derive
from pipeline.checker.evidence import Witness
from pipeline.checker.reasons import spelled_power
from pipeline.checker.values import Relation, digits, family, measure, power_of_ten, relate, written_number
from pipeline.figures import is_soft
from pipeline.schema import Figure, PartialDate, Severity, Verdict

SUBJECT_BLOCKS = 40
"""How much better (in points of `affinity`) another value of the brief must fit the words around a figure before
"the brief has this number, said of something else" blocks. Half of it for counts and ordinals, which are said of the
noun beside them, while an amount of money is said of a whole sentence. From half the lead on it is a warning."""

SAME_THING = 30
"""From this `affinity` on, two figures of different value are said of the same thing: one contradicts the other."""

STRANGERS = 6
"""Below this `affinity` two figures stand in words that have nothing to do with each other."""

SMALL = 20
"""A count up to this needs its noun: "five stores" is not supported by a five that counts something else."""

_COUNTS = ("count", "number", "ordinal")
_SWAPPED = ("money", "quantity")
_MEASURES = ("money", "percent", "percentage_point", "quantity")
_PEOPLE = frozenset(
    stem(word)
    for word in "person people man men woman women boy girl child children student worker employee player officer "
    "individual friend suspect victim passenger patient resident teenager soldier tourist visitor citizen".split()
)
_POINTS_BACK = re.compile(r"(?:these|those|[这那]|上述|前述|以上)\s*$", re.IGNORECASE)
"""What stands before a count of things already named: these three names."""

_AS_A_WORD = re.compile(r"[”’」』\"]\s*$")
"""What stands before 二字, two characters: a quoted word."""

_FIRST = ("首", "头")
_TELLS_APART = re.compile(r",? (?:of (?:these|those|them|the two)|is|was|being)(?![a-z])|, [A-Z]")
"""What follows "the first" and "the second" where they only tell two things apart."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one figure: the fact behind it or closest to it, and what the reason is written from."""

    verdict: Verdict
    fact: Fact | None = None
    severity: Severity = "block"
    case: str = ""
    values: dict[str, str] = field(default_factory=dict)
    expression: str | None = None


def judge(figure: Figure, page: Page, witness: Witness, cited: Sequence[Fact] = ()) -> Judgement:
    """The verdict on a figure of a draft: by the facts its sentence cites first, then by the whole evidence."""
    if _is_rhetorical(figure, page) or _is_in_a_name(figure, witness):
        return Judgement("supported")
    if cited:
        judgement = _judge_by(figure, page, witness, cited)
        if judgement.verdict in ("supported", "rounded", "derived"):
            return judgement
    judgement = _judge_by(figure, page, witness, None)
    if cited and judgement.verdict in ("supported", "rounded"):
        return Judgement("subject", judgement.fact, "warn", "cited")
    return judgement


def _judge_by(figure: Figure, page: Page, witness: Witness, cited: Sequence[Fact] | None) -> Judgement:
    """The verdict by the facts cited, or by all the evidence."""
    facts = witness.facts if cited is None else cited
    related, misplaced = _related(figure, page, witness.comparable(figure) if cited is None else cited)
    same = related["same"] + related["emphasis"]
    if same:
        return _judge_same(figure, page, witness, same, related["about"] + related["qualifier"])
    pieced = _pieced_together(figure, facts)
    if pieced is not None:
        return Judgement("supported", pieced)
    if related["rounded"]:
        return Judgement("rounded", _closest(figure, page, related["rounded"]), "info")
    derivation = derive(figure, page, witness)
    if derivation is not None:
        fact = derivation.operands[0] if derivation.operands else None
        return Judgement("derived", fact, derivation.severity, derivation.case, {}, derivation.expression)
    return _judge_different(figure, page, witness, related, misplaced)


def _related(figure: Figure, page: Page, facts: Sequence[Fact]) -> tuple[dict[Relation, list[Fact]], list[Fact]]:
    """The facts by their relation to the figure, and those with its value that count something else."""
    related: dict[Relation, list[Fact]] = defaultdict(list)
    misplaced: list[Fact] = []
    for fact in facts:
        relation = relate(figure, fact.figure)
        if relation == "none":
            continue
        if _counts_the_same(figure, page, fact):
            related[relation].append(fact)
        elif relation in ("same", "emphasis"):
            misplaced.append(fact)
    related["same"] += [fact for fact in related["precision"] if _other_end_is_told(figure, page, fact)]
    return related, misplaced


def _judge_same(
    figure: Figure, page: Page, witness: Witness, facts: Sequence[Fact], hedged: Sequence[Fact]
) -> Judgement:
    """The value is there: does it go the same way, and is it said of the same thing?

    `hedged` are the facts of this value with another bound: they too may be what the draft speaks of.
    """
    mine = page.direction(figure)
    agreeing = [fact for fact in facts if not _opposed(mine, fact)]
    if not agreeing:
        return Judgement("direction", facts[0])
    fact = _closest(figure, page, agreeing)
    other_subject = _said_of_another(figure, page, witness, [fact, *agreeing, *hedged])
    if other_subject is not None:
        return Judgement("subject", fact, "block", "rival", {"rival": other_subject.figure.text})
    rival = _rival(figure, page, witness, fact)
    if rival is None:
        return Judgement("supported", fact)
    other, lead = rival
    severity: Severity = "block" if lead >= _lead_that_blocks(figure) else "warn"
    return Judgement("subject", fact, severity, "rival", {"rival": other.figure.text})


def _judge_different(
    figure: Figure, page: Page, witness: Witness, related: dict[Relation, list[Fact]], misplaced: Sequence[Fact]
) -> Judgement:
    """The value is not there: the first verdict that fits, in the fixed order of the codes."""
    if related["about"]:
        return Judgement("qualifier", _closest(figure, page, related["about"]), "warn")
    if related["qualifier"]:
        return Judgement("qualifier", _closest(figure, page, related["qualifier"]))
    if related["precision"]:
        return Judgement("precision", _closest(figure, page, related["precision"]))
    if related["scale"]:
        fact = _closest(figure, page, related["scale"])
        power = power_of_ten(measure(figure).low, measure(fact.figure).low)
        return Judgement("scale", fact, case="more" if power > 0 else "less", values=spelled_power(abs(power)))
    if related["unit"]:
        return Judgement("unit", _closest(figure, page, related["unit"]))
    swapped = _same_digits_elsewhere(figure, witness)
    if swapped is not None:
        return Judgement("subject", swapped, case="elsewhere")
    if misplaced:
        return _judge_misplaced(figure, page, witness, misplaced)
    return _contradicted_or_unsupported(figure, page, witness)


def _judge_misplaced(figure: Figure, page: Page, witness: Witness, misplaced: Sequence[Fact]) -> Judgement:
    """A small count the brief has of something else.

    It blocks when the brief counts the same thing otherwise, in words at least as close, or when it says its own count
    in words that share nothing with these. The rest may be another name of one thing, and is a warning.
    """
    closest = _closest(figure, page, misplaced)
    near, noun = _affinity(figure, page, closest), page.noun(figure)
    for fact in witness.families.get("count", ()):
        same_noun = fact.page is not None and fact.page.noun(fact.figure) == noun
        if same_noun and _value(fact.figure) != _value(figure) and _affinity(figure, page, fact) >= near:
            return Judgement("contradicted", fact)
    return Judgement("subject", closest, "block" if near < STRANGERS else "warn", "elsewhere")


def _same_digits_elsewhere(figure: Figure, witness: Witness) -> Fact | None:
    """35 gigawatts where the brief has $35 billion: the number as it is written, said of another kind of thing."""
    kin, number = family(figure), written_number(figure)
    if figure.kind not in _SWAPPED or len(number) < 2:
        return None
    others = (fact for fact in witness.facts if fact.figure.kind in _SWAPPED and family(fact.figure) != kin)
    return next((fact for fact in others if written_number(fact.figure) == number), None)


def _contradicted_or_unsupported(figure: Figure, page: Page, witness: Witness) -> Judgement:
    peers = [fact for fact in witness.families.get(family(figure), ()) if _same_kind(figure, fact.figure)]
    severity: Severity = "warn" if _is_of_a_match(figure) else "block"
    if not peers:
        return Judgement("unsupported", None, severity, "nothing")
    fact = _closest(figure, page, peers)
    if _affinity(figure, page, fact) >= SAME_THING:
        return Judgement("contradicted", fact)
    return Judgement("unsupported", fact, severity)


# --- what needs no support of its own --------------------------------------------------------------------------------


def _is_rhetorical(figure: Figure, page: Page) -> bool:
    """A soft number that nothing makes a claim: 一个 as an article, a number word without a noun, these three, 首次."""
    if not is_soft(figure):
        return False
    if figure.kind == "ordinal":
        return figure.text.startswith(_FIRST) or _TELLS_APART.match(page.text, figure.end) is not None
    before = page.text[max(0, figure.start - 8) : figure.start]
    if _POINTS_BACK.search(before) or (figure.unit == "字" and _AS_A_WORD.search(before)):
        return True
    return figure.low == figure.high == 1 or (figure.kind == "number" and not page.noun(figure))


def _is_in_a_name(figure: Figure, witness: Witness) -> bool:
    """A bare number that the evidence has inside a name or code, where it was not read as a figure: Au99.99."""
    return figure.kind == "number" and len(digits(measure(figure).low)) > 2 and figure.text in witness.codes


def _is_of_a_match(figure: Figure) -> bool:
    """The second half, without a year, is as often that of a match, which no brief needs to name."""
    return figure.when is not None and figure.when == PartialDate(half=figure.when.half)


def _pieced_together(figure: Figure, facts: Sequence[Fact]) -> Fact | None:
    """A day or month whose year the brief leaves to the reader, where the brief names that year elsewhere."""
    if figure.when is None or figure.when.year is None or figure.when.fiscal:
        return None
    without = figure.when.model_copy(update={"year": None})
    dated = [(fact, fact.figure.when) for fact in facts if fact.figure.when is not None]
    if without == PartialDate() or all(when.year != figure.when.year for _, when in dated):
        return None
    return next((fact for fact, when in dated if when.year is None and without.covers(when)), None)


def _other_end_is_told(figure: Figure, page: Page, fact: Fact) -> bool:
    """One end of a range of the brief, where the same sentence gives the other end as well."""
    if figure.when is not None or fact.figure.when is not None or fact.figure.kind == "vague":
        return False
    mine, span = measure(figure), measure(fact.figure)
    if mine.low not in (span.low, span.high):
        return False
    end = span.high if mine.low == span.low else span.low
    others = (other for other in page.beside(figure) if other.when is None)
    return any(end in (measure(other).low, other.low) for other in others)


# --- said of the same thing ------------------------------------------------------------------------------------------


def _affinity(figure: Figure, page: Page, fact: Fact) -> int:
    if fact.page is None:
        return 0
    return affinity(page.around(figure), fact.page.around(fact.figure))


def _closest(figure: Figure, page: Page, facts: Sequence[Fact]) -> Fact:
    """The fact whose surroundings share most with the figure's; the closest value where the words say nothing."""
    if len(facts) == 1:
        return facts[0]
    return max(facts, key=lambda fact: (_affinity(figure, page, fact), -_distance(figure, fact.figure)))


def _distance(one: Figure, other: Figure) -> Decimal:
    if one.low is None or other.low is None:
        return Decimal(0)
    return abs(measure(one).low - measure(other).low)


def _opposed(mine: str | None, fact: Fact) -> bool:
    if mine is None or fact.page is None or fact.figure.when is not None:
        return False
    theirs = fact.page.direction(fact.figure)
    return theirs is not None and theirs != mine


def _counts_the_same(figure: Figure, page: Page, fact: Fact) -> bool:
    """Whether a small count counts what the brief's counts, as far as the words can tell."""
    if figure.kind not in ("count", "number", "vague") or fact.page is None or page.language != fact.page.language:
        return True
    value = measure(figure).high
    if value > SMALL or value != int(value):
        return True
    mine, theirs = page.noun(figure), fact.page.noun(fact.figure)
    if not mine or not theirs or mine == theirs or {mine, theirs} <= _PEOPLE:
        return True
    if theirs in page.sentence_words(figure.start):
        return True
    return mine in fact.page.sentence_words(fact.figure.start) and mine not in fact.page.nouns(fact.figure)


def _lead_that_blocks(figure: Figure) -> int:
    return SUBJECT_BLOCKS // 2 if figure.kind in _COUNTS else SUBJECT_BLOCKS


def _rival(figure: Figure, page: Page, witness: Witness, fact: Fact) -> tuple[Fact, int] | None:
    """Another value of the brief that fits the words around a figure better, and by how much."""
    if fact.page is None or page.language != fact.page.language:
        return None
    mine = page.around(figure)
    own, lead = affinity(mine, fact.page.around(fact.figure)), _lead_that_blocks(figure) // 2
    if sum(mine.values()) < own + lead:
        return None
    stated = {_value(other) for other in page.figures}
    best: tuple[Fact, int] | None = None
    for other in witness.families.get(family(figure), ()):
        if other.page is None or _value(other.figure) in stated or not _may_contradict(figure, other.figure):
            continue
        ahead = affinity(mine, other.page.around(other.figure)) - own
        if ahead >= lead and (best is None or ahead > best[1]):
            best = other, ahead
    return best


def _said_of_another(figure: Figure, page: Page, witness: Witness, facts: Sequence[Fact]) -> Fact | None:
    """Another value that the brief gives for the very name or period the draft speaks of, where the value of the draft
    is given, each time, for another name or period."""
    if figure.kind not in _MEASURES:
        return None
    names, period, words = page.names(figure), page.period(figure), page.around(figure)
    rivals = [
        other
        for other in witness.families.get(family(figure), ())
        if other.page is not None and _value(other.figure) != _value(figure) and _same_kind(figure, other.figure)
    ]
    for rival in rivals:
        if not _share_a_word(words, facts[0], rival):
            continue
        elsewhere = all(_other_name(names, fact, rival) or _other_period(period, fact, rival) for fact in facts)
        if elsewhere and _affinity(figure, page, rival) >= _affinity(figure, page, facts[0]):
            return rival
    return None


def _share_a_word(words: dict[str, int], fact: Fact, rival: Fact) -> bool:
    """Draft, fact and rival have a word in common: revenue, say. Without it the rival measures something else."""
    if fact.page is None or rival.page is None:
        return False
    return any(word in fact.page.around(fact.figure) and word in rival.page.around(rival.figure) for word in words)


def _other_name(names: set[str], fact: Fact, rival: Fact) -> bool:
    """The draft and the rival share a name that the sentence of the fact lacks, and that one names another."""
    if fact.page is None or rival.page is None or not names:
        return False
    theirs, wanted = fact.page.names(fact.figure), rival.page.names(rival.figure)
    return bool(theirs - names) and bool((names & wanted) - theirs)


def _other_period(period: PartialDate | None, fact: Fact, rival: Fact) -> bool:
    """The rival is given for the period of the draft, the fact for another."""
    if period is None or fact.page is None or rival.page is None:
        return False
    theirs, wanted = fact.page.period(fact.figure), rival.page.period(rival.figure)
    if theirs is None or wanted is None or not period.covers(wanted):
        return False
    return not period.covers(theirs) and not theirs.covers(period)


def _may_contradict(figure: Figure, other: Figure) -> bool:
    """Whether a fact may be a rival: the same kind of figure, and for dates one as fine that says another day."""
    if figure.when is not None and other.when is not None:
        known = [name for name, value in figure.when if value is not None]
        return all(getattr(other.when, name) is not None for name in known) and not figure.when.covers(other.when)
    return _same_kind(figure, other)


def _same_kind(figure: Figure, other: Figure) -> bool:
    return figure.kind == other.kind or {figure.kind, other.kind} <= {"count", "number"}


def _value(figure: Figure) -> tuple[object, ...]:
    return (figure.when,) if figure.when is not None else (measure(figure).low, measure(figure).high)
