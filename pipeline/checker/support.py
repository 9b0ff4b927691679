"""Is this figure supported by that evidence?

Lives here: the verdict on one figure (`judge`) by its value, its bound, its direction, and what it is said of. Does
not: how values compare (`values.py`), arithmetic (`derive.py`), how evidence is read (`evidence.py`), findings and
reasons (`__init__.py`, `reasons.py`). Imports `schema`, `figures`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from pipeline.checker.context import OWN_MOST, Fact, Page, affinity, listed_together, own_count, stem
from pipeline.checker.derive import derive
from pipeline.checker.equivalents import says_otherwise, says_the_same
from pipeline.checker.evidence import Witness
from pipeline.checker.reasons import spelled_power
from pipeline.checker.subject import SUBJECT_BLOCKS, nearer, same_kind, told_apart, turned_round
from pipeline.checker.values import Relation, digits, family, measure, power_of_ten, relate, value_of, written_number
from pipeline.figures import is_soft
from pipeline.schema import Figure, PartialDate, Severity, Verdict

SAME_THING = 30
"""From this `affinity` on, two figures of different value are said of the same thing: one contradicts the other."""

STRANGERS = 6
"""Below this `affinity` two figures stand in words that have nothing to do with each other."""

SMALL = 20
"""A count up to this needs its noun: "five stores" is not supported by a five that counts something else."""

_GOOD = ("supported", "rounded", "derived")
_SWAPPED = ("money", "quantity")
_PEOPLE = frozenset(
    stem(word)
    for word in "person people man men woman women boy girl child children student worker employee player officer "
    "individual friend suspect victim passenger patient resident teenager soldier tourist visitor citizen".split()
)
_POINTS_BACK = re.compile(r"(?:these|those|[这那]|上述|前述|以上)\s*$", re.IGNORECASE)
"""What stands before a count of things already named: these three names."""

_AS_A_WORD = re.compile(r"[”’」』\"]\s*$")
"""What stands before 二字, two characters: a quoted word."""

_COUNTS_THE_TEXT = re.compile(
    r"(?<![a-z])(?:passage|article|text|summary) (?:[a-z]+ ){0,3}(?:describ|mention|contain|discuss|refer|"
    r"provid|cover|list|quot|is about|names)[a-z]*(?: [a-z]+){0,3} $",
    re.IGNORECASE,
)
"""What stands before a count of the text's own parts: the passage describes two people of that name."""

_POINTS_BACK_EN = re.compile(r"(?<![a-z])(?:of|the|these|those|all|both|other|any|our|its|their)\s$", re.IGNORECASE)
_MOST_ENDS = 8
"""Facts looked at for each end of a range."""

_FIRST = ("首", "头")
_TELLS_APART = re.compile(
    r",? (?:of (?:these|those|them|the two)|is|was|being|may|might|will|would|can|could|"
    r"should|has|had|does|did|seems|comes)(?![a-z])|, [A-Z]"
)
"""What follows "the first" and "the second" where they only tell two things apart."""

_AT_FIRST = re.compile(r"\s*(?:[.,;:!?)”]|$|(?:on|to|by|because|and|but|then|if|when|in|for|with|among)(?![a-z]))")
_PLACED = re.compile(
    r"(?:[’']s|s[’']|(?<![a-z])(?:the|an?|its|their|his|her|our|my|your|no|finish\w*|came|come|plac\w*|rank\w*))\s+$",
    re.IGNORECASE,
)
"""What follows a "first" that is an adverb (feel it first, falls first on), and what stands before one that is not."""

_SOME_FIRST = re.compile(r"(?<![a-z])(?:the|an?|its|their|your|our)\s+$", re.IGNORECASE)
_RANKED = re.compile(
    r"(?<![a-z])(?:becom\w+|became|is|was|are|were|been|being|be|as|world|country|nation|region)(?:[’']s)?\s+"
    r"(?:the\s+)?$|[’']s\s+$",
    re.IGNORECASE,
)
_RANK_FOLLOWS = re.compile(
    r"[ -](?:times?|ever|straight|consecutive|successive|place|quarter|half|year|month|week|day|round|\w+est|"
    r"major|since|\w+ to|\w+ \w+ to)(?![a-z])|\s*-",
    re.IGNORECASE,
)
"""What makes "the first" or "its first" a claim: was the first, the world's first, for the first time, first to."""

_LISTS_ITSELF = re.compile(r"(?:^|[\n。；;：:.!?！？]\s*[“\"]?)(?:And |But )?$")
_LIST_COMMA = re.compile(
    r"[，,、：:]|(?: one)?,? (?:is|concerns|comes|lies)(?![a-z])|(?:个|条|点|种|层)?(?:则?是|在于)"
)
"""Before and behind the ordinals by which a text numbers its own points: Second, ... / 第二，……"""

_SOME_FIRST_ZH = re.compile(r"第一(?:个(?!月|季)|批|家|步|块|道)")
_RANKED_ZH = re.compile(r"(?:全球|世界|全国|国内|中国|亚洲|欧洲|美国|行业|业内|史上|历史上|有史以来|[是为成])\s*$")
"""第一个 is 'the first' of some, and a claim only as the first of the world, or the first ever."""


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
    relative = figure.when is not None and figure.when.relative is not None
    figure = witness.dated(figure)
    if _is_rhetorical(figure, page, witness) or _is_in_a_name(figure, witness):
        return Judgement("supported")
    if figure.when is not None and figure.when.relative is not None:
        return _judge_relative(figure, figure.when, page, witness)
    judgement = _judge_cited(figure, page, witness, cited)
    if judgement.verdict not in _GOOD and _is_of_its_own_making(figure, page, witness):
        return Judgement("supported")
    if relative and judgement.verdict == "unsupported":
        return replace(judgement, severity="warn")  # "this year" places an event, it seldom states a fact
    return judgement


def _judge_relative(figure: Figure, when: PartialDate, page: Page, witness: Witness) -> Judgement:
    """A date that counts from a publication date nobody knows, or a week: it cannot be judged unless the brief says
    the same, or names a day of that week."""
    same = [fact for fact in witness.comparable(figure) if fact.figure.when and when.covers(fact.figure.when)]
    if same:
        return Judgement("supported", _closest(figure, page, same))
    if witness.has_week(when):
        return Judgement("supported")
    return Judgement("unsupported", None, "info" if (when.relative or "").endswith("0") else "warn", "relative")


def _judge_cited(figure: Figure, page: Page, witness: Witness, cited: Sequence[Fact]) -> Judgement:
    if cited:
        judgement = _judge_by(figure, page, witness, cited)
        if judgement.verdict in _GOOD:
            return judgement
    judgement = _judge_by(figure, page, witness, None)
    if cited and judgement.verdict in ("supported", "rounded") and figure.when is None:
        # a date carries over from sentence to sentence: where the brief gives it does not matter
        return Judgement("subject", judgement.fact, "warn", "cited")
    return judgement


def _judge_by(figure: Figure, page: Page, witness: Witness, cited: Sequence[Fact] | None) -> Judgement:
    """The verdict by the facts cited, or by all the evidence."""
    related, misplaced = _related(figure, page, witness.comparable(figure) if cited is None else cited)
    same = related["same"] + related["emphasis"]
    if same:
        return _judge_same(figure, page, witness, same, related["about"] + related["qualifier"], cited)
    pieced = _pieced_together(figure, witness) or _spanned(figure, witness)
    if pieced is not None and (cited is None or pieced in cited):
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
        if relation not in ("same", "emphasis"):
            if says_the_same(figure, page, fact):
                relation = "same"
        elif otherwise := says_otherwise(figure, page, fact):
            relation = _OTHERWISE[otherwise]
        if relation == "none":
            continue
        if _counts_the_same(figure, page, fact):
            related[relation].append(fact)
        elif relation in ("same", "emphasis"):
            misplaced.append(fact)
    related["same"] += [fact for fact in related["precision"] if _other_end_is_told(figure, page, fact)]
    return related, misplaced


_OTHERWISE: dict[str, Relation] = {"rate": "unit", "discount": "none", "change": "level"}
"""What a figure of the same value is to a fact when the words beside them differ."""


def _judge_same(
    figure: Figure,
    page: Page,
    witness: Witness,
    facts: Sequence[Fact],
    hedged: Sequence[Fact],
    cited: Sequence[Fact] | None,
) -> Judgement:
    """The value is there: does it go the same way, and is it said of the same thing?

    `hedged` are the facts of this value with another bound: they too may be what the draft speaks of. Where the
    sentence cites quotes that hold the value, only another value of these quotes can be what it should have said.
    """
    mine = None if page.is_level_behind_change(figure) else page.direction(figure)
    agreeing = [fact for fact in facts if not _opposed(mine, fact)]
    if not agreeing:
        return Judgement("direction", facts[0])
    if turned_round(figure, page, agreeing):
        return Judgement("direction", facts[0], case="opposite")
    fact = _closest(figure, page, _told_alike(figure, agreeing))
    apart = told_apart(figure, page, witness, [fact, *agreeing, *hedged])
    if apart is not None and (cited is None or apart in cited):
        return Judgement("subject", fact, "block", "rival", {"rival": apart.figure.text})
    rival = nearer(figure, page, witness, fact)
    if rival is None or (cited is not None and rival[0] not in cited):
        return Judgement("supported", fact)
    other, lead = rival
    severity: Severity = "block" if lead >= SUBJECT_BLOCKS else "warn"
    return Judgement("subject", fact, severity, "rival", {"rival": other.figure.text})


def _judge_different(
    figure: Figure, page: Page, witness: Witness, related: dict[Relation, list[Fact]], misplaced: Sequence[Fact]
) -> Judgement:
    """The value is not there: the first verdict that fits, in the fixed order of the codes."""
    if related["about"]:
        return Judgement("qualifier", _closest(figure, page, related["about"]), "warn")
    if related["qualifier"]:
        severity: Severity = "warn" if _SUPPOSES.search(page.clause_before(figure)) else "block"
        return Judgement("qualifier", _closest(figure, page, related["qualifier"]), severity)
    if related["precision"]:
        severity = "warn" if figure.bound in ("about", "nearly") else "block"
        return Judgement("precision", _closest(figure, page, related["precision"]), severity)
    if related["scale"]:
        fact = _closest(figure, page, related["scale"])
        power = power_of_ten(measure(figure).low, measure(fact.figure).low)
        return Judgement("scale", fact, case="more" if power > 0 else "less", values=spelled_power(abs(power)))
    if related["unit"]:
        return Judgement("unit", _closest(figure, page, related["unit"]))
    if related["level"]:
        return Judgement("subject", _closest(figure, page, related["level"]), "block", "level")
    swapped = _same_digits_elsewhere(figure, page, witness)
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
    for fact in witness.counting(noun):
        if value_of(fact.figure) != value_of(figure) and _affinity(figure, page, fact) >= near:
            return Judgement("contradicted", fact)
    return Judgement("subject", closest, "block" if near < STRANGERS else "warn", "elsewhere")


def _same_digits_elsewhere(figure: Figure, page: Page, witness: Witness) -> Fact | None:
    """35 gigawatts where the brief has $35 billion: the number as it is written, said of another kind of thing;
    its digits where the languages write scales differently."""
    kin, number = family(figure), written_number(figure)
    if figure.kind not in _SWAPPED or len(number) < 2:
        return None
    written = next((fact for fact in witness.written(number) if family(fact.figure) != kin), None)
    if written is not None or len(digits(measure(figure).low)) < 2:
        return written
    others = (fact for fact in witness.facts if fact.page is not None and fact.page.language != page.language)
    swapped = (fact for fact in others if fact.figure.kind in _SWAPPED and family(fact.figure) != kin)
    return next((fact for fact in swapped if digits(measure(fact.figure).low) == digits(measure(figure).low)), None)


def _contradicted_or_unsupported(figure: Figure, page: Page, witness: Witness) -> Judgement:
    shelf = witness.family(figure)
    near = shelf.facts if shelf.small else [*shelf.alike(page.around(figure)), *shelf.near(figure)]
    peers = [fact for fact in near if same_kind(figure, fact.figure)]
    loose = _is_of_a_match(figure) or _is_some_first(figure, page) or _is_a_mere_weekday(figure, near)
    severity: Severity = "warn" if loose else "block"
    if not peers:
        return Judgement("unsupported", None, severity, "nothing")
    fact = _closest(figure, page, peers)
    shared = _affinity(figure, page, fact)
    if shared >= min(SAME_THING, sum(page.around(figure).values())) > 0 or _is_the_only_one(fact, peers, page):
        return Judgement("contradicted", fact)
    return Judgement("unsupported", fact, severity)


def _is_the_only_one(fact: Fact, peers: Sequence[Fact], page: Page) -> bool:
    """Whether a brief in the other language, whose words cannot be compared, gives one value of the kind alone."""
    foreign = fact.page is not None and fact.page.language != page.language
    return foreign and len(peers) == 1 and fact.figure.when is None and _has_digit(fact.figure)


# --- what needs no support of its own --------------------------------------------------------------------------------


def _is_rhetorical(figure: Figure, page: Page, witness: Witness) -> bool:
    """A soft number that nothing makes a claim: 一个 as an article, a number word without a noun, these three, 首次."""
    if not is_soft(figure):
        return _is_a_year_s(figure, page)
    if figure.kind == "ordinal":
        return _is_loose_ordinal(figure, page)
    before = page.text[max(0, figure.start - 8) : figure.start]
    if _POINTS_BACK.search(before) or (figure.unit == "字" and _AS_A_WORD.search(before)):
        return True
    if figure.low == 1 and page.language == "en" and witness.counting(page.noun(figure)):
        return False  # one worker, where the brief counts workers
    if figure.low == figure.high == 1 or _COUNTS_THE_TEXT.search(page.text, max(0, figure.start - 60), figure.start):
        return True
    if figure.kind != "number" or page.noun(figure):
        return False
    return (figure.high or 0) <= 2 or bool(_POINTS_BACK_EN.search(before))


def _is_a_year_s(figure: Figure, page: Page) -> bool:
    """一年的用电量, a day's work: an article, no length of time."""
    return (
        figure.kind == "duration"
        and figure.low == figure.high == 1
        and figure.bound == "exact"
        and (page.text.startswith(("的", "'s", "’s"), figure.end) and not _has_digit(figure))
    )


def _is_of_its_own_making(figure: Figure, page: Page, witness: Witness) -> bool:
    """Two points, 三个问题: what a text says of itself, unless the evidence counts the same."""
    if figure.low is None or figure.low > OWN_MOST or figure.low != figure.high or _has_digit(figure):
        return False
    own = own_count(figure, page)
    return own is not None and own not in witness.own_counts


def _has_digit(figure: Figure) -> bool:
    return any(character.isdecimal() for character in figure.text)


_SUPPOSES = re.compile(r"\b(?:if|unless|were to)\b|(?<!不)[若倘]|如果|假如|假设|要是|一旦|只要|除非|哪怕")
"""A sentence that supposes: "if it charged below 8 yuan" sets a mark and states nothing."""

_ENDS_CLAUSE = re.compile(r"\s*(?:[.,;:!?)—]|$)")


def _is_loose_ordinal(figure: Figure, page: Page) -> bool:
    """首次, the first of the two, feel it first, Second: an ordinal that ranks nothing."""
    text, start, end = page.text, figure.start, figure.end
    if figure.text.startswith(_FIRST) or _TELLS_APART.match(text, end):
        return True
    before = text[max(0, start - 24) : start]
    if _LISTS_ITSELF.search(before) and _LIST_COMMA.match(text, end):
        return True
    if not _has_digit(figure) and before.lower().endswith("the ") and _ENDS_CLAUSE.match(text, end):
        return True  # the whole of the second: what it is of has been named
    if figure.low != 1 or _has_digit(figure):
        return False
    if not figure.text.isascii():
        return _SOME_FIRST_ZH.match(text, start) is not None and not _RANKED_ZH.search(before)
    if _AT_FIRST.match(text, end):
        return not _PLACED.search(before)
    return bool(_SOME_FIRST.search(before)) and not _RANKED.search(before) and not _RANK_FOLLOWS.match(text, end)


def _is_in_a_name(figure: Figure, witness: Witness) -> bool:
    """A bare number that the evidence has inside a name or code, where it was not read as a figure: Au99.99."""
    return figure.kind == "number" and len(digits(measure(figure).low)) > 2 and figure.text in witness.codes


def _is_some_first(figure: Figure, page: Page) -> bool:
    """The first close, its first use: what came first of several is often said without a brief that ranks it."""
    if figure.kind != "ordinal" or figure.low != 1 or _has_digit(figure):
        return False
    before = page.text[max(0, figure.start - 24) : figure.start]
    if _RANK_FOLLOWS.match(page.text, figure.end):
        return False
    return not _RANKED.search(before) and not _RANKED_ZH.search(before)


def _is_a_mere_weekday(figure: Figure, facts: Sequence[Fact]) -> bool:
    """A weekday where the brief tells no day of the week: it cannot be checked, and seldom matters."""
    if figure.when is None or figure.when != PartialDate(weekday=figure.when.weekday):
        return False
    return not any(fact.figure.when is not None and fact.figure.when.implied("weekday") for fact in facts)


def _is_of_a_match(figure: Figure) -> bool:
    """The second half, without a year, is as often that of a match, which no brief needs to name."""
    return figure.when is not None and figure.when == PartialDate(half=figure.when.half)


def _pieced_together(figure: Figure, witness: Witness) -> Fact | None:
    """A day or month whose year the brief leaves to the reader, where the brief names that year elsewhere."""
    if figure.when is None or figure.when.year not in witness.years or figure.when.fiscal:
        return None
    without = figure.when.model_copy(update={"year": None})
    if without == PartialDate():
        return None
    return next((fact for when, fact in witness.yearless.items() if without.covers(when)), None)


def _spanned(figure: Figure, witness: Witness) -> Fact | None:
    """From 1 to 27 billion, where the brief gives both ends in one list or says them of the same thing."""
    if figure.when is not None or figure.low == figure.high or figure.kind in ("vague", "score"):
        return None
    ends = []
    for value in (figure.low, figure.high):
        end = figure.model_copy(update={"low": value, "high": value, "bound": "exact"})
        ends.append([fact for fact in witness.comparable(end) if fact.page and relate(end, fact.figure) == "same"])
    pairs = ((low, high) for low in ends[0][:_MOST_ENDS] for high in ends[1][:_MOST_ENDS])
    return next((high for low, high in pairs if _of_one_thing(low, high)), None)


def _of_one_thing(one: Fact, other: Fact) -> bool:
    """Whether two facts stand in one list of figures, or in words that have much in common."""
    if one.page is None or other.page is None:
        return False
    alike = affinity(one.page.around(one.figure), other.page.around(other.figure))
    return alike >= SAME_THING or (one.page is other.page and listed_together(one.page, one.figure, other.figure))


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
        return Decimal(one.when != other.when)
    return abs(measure(one).low - measure(other).low)


def _told_alike(figure: Figure, facts: Sequence[Fact]) -> Sequence[Fact]:
    """Of facts that all support a date those that name it in the most like parts: a quarter by a quarter before a day
    of it, and in the brief before its title."""

    def unlike(fact: Fact) -> tuple[int, bool]:
        pairs = zip(figure.when or (), fact.figure.when or (), strict=False)
        return sum(mine != theirs for mine, theirs in pairs), bool(fact.evidence and fact.evidence.source)

    if figure.when is None:
        return facts
    least = min(map(unlike, facts))
    return [fact for fact in facts if unlike(fact) == least]


def _opposed(mine: str | None, fact: Fact) -> bool:
    if mine is None or fact.page is None or fact.figure.when is not None:
        return False
    theirs = fact.page.direction(fact.figure)
    return theirs is not None and theirs != mine


def _counts_the_same(figure: Figure, page: Page, fact: Fact) -> bool:
    """Whether a small count counts what the brief's counts, as far as the words can tell."""
    if fact.page is None or page.language != fact.page.language:
        return True
    if figure.kind not in ("count", "number", "vague"):
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
