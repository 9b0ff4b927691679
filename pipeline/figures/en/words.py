"""English number words: "three hundred and five", "two and a half", "one twenty-fifth", "twenty-first", "a third".

Lives here: the words, one expression for a run of them, and what a run is worth. Does not: units, nouns, digits.
Imports `units`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pipeline.figures import units
from pipeline.figures.shared import decimal

ONE = Decimal(1)
_DIGITS = "zero one two three four five six seven eight nine".split()
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_NTH = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth"
).split()
_NTH_TENS = "twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth".split()

VALUES = (
    {word: Decimal(value) for value, word in enumerate([*_DIGITS, *_TEENS])}
    | {word: Decimal(10 * value) for value, word in enumerate(_TENS, 2)}
    | {"nought": Decimal(0), "naught": Decimal(0)}
)
MAGNITUDES = units.SCALES_EN
ORDINALS = (
    {word: Decimal(value) for value, word in enumerate(_NTH, 1)}
    | {word: Decimal(10 * value) for value, word in enumerate(_NTH_TENS, 2)}
    | {word + "th": value for word, value in MAGNITUDES.items() if not word.endswith(("s", "dozen", "lakh", "crore"))}
    | {"nineth": Decimal(9)}
)
PARTS = (
    {"half": Decimal(2), "halves": Decimal(2), "quarter": Decimal(4), "quarters": Decimal(4)}
    | {word: value for word, value in ORDINALS.items() if value > 2}
    | {word + "s": value for word, value in ORDINALS.items() if word != "second"}
)
_WORD = units.alternation([*VALUES, *MAGNITUDES, *ORDINALS, *PARTS])
_GAP = (
    r"(?: {1,3}| ?- ?|(?:(?<=thousand)|(?<=illion)), (?=[a-z-]+ (?:hundred|thousand)))"
    r"(?:and(?: {1,3}|-)(?:an?[ -])?|(?:point|dot) )?"
)
RUN = rf"(?:{_WORD}(?![a-z])(?:{_GAP}{_WORD}(?![a-z])){{0,23}})"
"""A run of number words; `read` says how much of it is one number."""
STARTS = tuple(word for word in {*VALUES, *MAGNITUDES, *ORDINALS} if not word.endswith("ths"))

_TOKEN = re.compile(r"[a-z]+")
_Token = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Words:
    """What a run of words is worth and how many of its characters belong to it; `size` is its last magnitude."""

    kind: Literal["number", "ordinal", "fraction"]
    value: Decimal
    end: int
    size: Decimal = ONE


def read(run: str) -> Words | None:
    """The number at the beginning of a run, or None."""
    tokens = [(token[0], token.end()) for token in _TOKEN.finditer(run)]
    whole, at, size = _cardinal(tokens)
    if at == 0:
        return _ordinal(tokens, Decimal(0), 0)
    end = tokens[at - 1][1]
    if at == len(tokens):
        return Words("number", whole, end, size)
    part = _part(tokens, at, whole)
    if part:
        return part
    if tokens[at][0] in ("point", "dot"):
        return _decimals(tokens, at + 1, whole) or Words("number", whole, end, size)
    if tokens[at][0] == "and":
        mixed = _mixed(tokens, at + 1, whole, size)
        if mixed:
            return mixed
    return Words("number", whole, end, size)


def _cardinal(tokens: list[_Token], begin: int = 0) -> tuple[Decimal, int, Decimal]:
    """The value of the words of a whole number, the index behind them, and the last magnitude among them."""
    total = section = last = Decimal(0)
    size, at = ONE, begin
    while at < len(tokens):
        joined = tokens[at][0] == "and" and at > begin
        here = at + joined
        word = tokens[here][0] if here < len(tokens) else ""
        if joined and _is_part(tokens, here):
            break
        if word in MAGNITUDES:
            factor = MAGNITUDES[word]
            if at > begin and factor == last:
                break
            total, section = _magnify(total, section if at > begin else ONE, factor)
            last = size = factor
        elif word in VALUES and _may_follow(VALUES[word], last, at > begin):
            section += VALUES[word]
            last = VALUES[word]
        else:
            break
        at = here + 1
    return total + section, at, size if at > begin and tokens[at - 1][0] in MAGNITUDES else ONE


def _magnify(total: Decimal, section: Decimal, factor: Decimal) -> tuple[Decimal, Decimal]:
    if factor == 12:
        few = section % 100
        return total, section * 12 if not few else section + few * 11
    if factor == 100:
        return total, section * 100
    if total and factor > total:
        return (total + section) * factor, Decimal(0)
    return total + (section or ONE) * factor, Decimal(0)


def _may_follow(value: Decimal, last: Decimal, begun: bool) -> bool:
    """Twenty may be followed by one to nine, a magnitude by anything smaller."""
    return not begun or last >= 100 or (20 <= last <= 90 and 0 < value < 10)


def _is_part(tokens: list[_Token], at: int) -> bool:
    """Whether a fraction stands here: a half, three quarters, two thirds."""
    words = [word for word, _ in tokens[at : at + 3]]
    if words[:1] in (["a"], ["an"], ["one"]):
        return len(words) > 1 and words[1] in PARTS
    return len(words) > 1 and words[0] in VALUES and words[1] in PARTS and words[1] != "half"


def _part(tokens: list[_Token], at: int, above: Decimal) -> Words | None:
    """An ordinal behind a number ends it ("twenty-first") or divides it ("two thirds", "one twenty-fifth")."""
    word, end = tokens[at]
    before = tokens[at - 1][0]
    if word in ORDINALS and _closes(before, ORDINALS[word]):
        return _ordinal(tokens, above, at)
    if word in PARTS:
        return Words("fraction", above / PARTS[word], end)
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if word in VALUES and 20 <= VALUES[word] <= 90 and following and following[0] in PARTS and PARTS[following[0]] < 10:
        return Words("fraction", above / (VALUES[word] + PARTS[following[0]]), following[1])
    return None


def _closes(before: str, value: Decimal) -> bool:
    if value >= 100:
        return True
    return (before in MAGNITUDES) or (before in VALUES and 20 <= VALUES[before] <= 90 and value < 10)


def _ordinal(tokens: list[_Token], head: Decimal, at: int) -> Words | None:
    word, end = tokens[at]
    value = ORDINALS.get(word)
    if value is None:
        return None
    return Words("ordinal", head * value if head and value >= 100 else head + value, end)


def _decimals(tokens: list[_Token], at: int, whole: Decimal) -> Words | None:
    digits, end = "", 0
    for word, word_end in tokens[at:]:
        if word not in VALUES:
            break
        value = str(VALUES[word])
        digits = (
            digits[:-1] + value if len(value) == 1 and digits.endswith("0") and len(digits) == 2 else digits + value
        )
        end = word_end
    return Words("number", whole + Decimal(f"0.{digits}"), end) if digits else None


def _mixed(tokens: list[_Token], at: int, whole: Decimal, size: Decimal) -> Words | None:
    """Two and a half; five billion and three quarters, where the fraction is of the billion."""
    if not _is_part(tokens, at):
        return None
    above = VALUES.get(tokens[at][0], ONE)
    word, end = tokens[at + 1]
    following = tokens[at + 2][0] if at + 2 < len(tokens) else ""
    part = above / PARTS[word]
    if following in MAGNITUDES:
        if size == ONE:
            return Words("number", (whole + part) * MAGNITUDES[following], tokens[at + 2][1], MAGNITUDES[following])
        return Words("number", whole + part * MAGNITUDES[following], tokens[at + 2][1], size)
    return Words("number", whole + part * (size if size >= 1000 else ONE), end, size)


def number_of(match: re.Match[str], digits: str, spelled: str) -> Decimal | None:
    """The value of whichever of two named groups matched: one in digits, one in words."""
    if match[digits]:
        return decimal(match[digits])
    found = read(match[spelled]) if match[spelled] else None
    return found.value if found and found.kind == "number" and found.end == len(match[spelled]) else None
