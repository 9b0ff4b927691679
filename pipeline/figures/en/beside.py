"""What stands beside an English number: its sign and unit, and the thing counted.

Lives here: signs and articles before a number, units and plural nouns behind it, "one" as a pronoun. Does not: numbers,
the names they belong to (`names`). Imports `engine`, `shared`, `units`.
"""

from __future__ import annotations

import re

from pipeline.figures import shared, units
from pipeline.figures.engine import Piece, Source

NAMES = units.english_names()
NAME = units.alternation(NAMES)
_UNIT_NAME = rf"(?: ?-? ?| (?:us|u\.s\.) | of (?:a|one) (?=percent))(?P<name>{NAME})(?![a-z])"
_UNIT_SYMBOL = (
    rf"(?: ?|-(?=[a-zμµ°%]{{2,}}(?![a-z])))(?P<symbol>{shared.SYMBOL})(?:(?<=[%°‰])|(?![a-z0-9]|-?\d|'[a-z]))"
)
UNIT = rf"(?:{_UNIT_NAME}|{_UNIT_SYMBOL})"
NO_FRACTION, NO_SCALE = "(?P<fraction>(?!))?", "(?P<scale>(?!))?(?P<short>(?!))?"
NO_UNIT = "(?P<name>(?!))?(?P<symbol>(?!))?"


def before(source: Source, start: int, length: int) -> str:
    """The characters before an offset, at most so many."""
    return source.lower[max(0, start - length) : start]


def with_article(source: Source, start: int) -> int:
    """Where "a hundred" or "a half" begins: at the article, when there is one."""
    return start - 2 if re.search(r"(?:^|[^a-z])a $", before(source, start, 3)) else start


_SIGN_BEFORE = re.compile(
    r"(?:(?P<tolerance>(?<![a-z])plus(?: or |[-/]|-or-)minus |\+ ?/ ?- ?|± ?)"
    r"|(?P<minus>(?:^ ?|[(\n\t<>=:]|\n |[a-z,:;(=] )-|(?:^|\n) ?- |(?<![a-z])(?:minus|negative) ))$"
)


def signed(piece: Piece, source: Source, start: int) -> Piece:
    """With the sign before it; plus or minus 2% is a tolerance of 2%."""
    if source.lower[start - 1 : start] not in "- ±":
        return piece
    begin = max(0, start - 14)
    found = _SIGN_BEFORE.search(source.lower[begin:start])
    if not found:
        return piece
    if found["tolerance"]:
        piece.start = begin + found.start()
    elif piece.low is not None:
        piece.low = piece.high = -piece.low
        piece.start = start - (
            9 if "negative" in found[0] else 6 if "minus" in found[0] else 2 if found[0].endswith("- ") else 1
        )
    return piece


def unit_of(match: re.Match[str], source: Source) -> str | None:
    """The id of the unit that a match of `UNIT` holds; "" for none, None for a symbol in the wrong case."""
    if match["name"]:
        return NAMES[match["name"]]
    if match["symbol"]:
        return shared.symbol_unit(source.cased, *match.span("symbol"))
    return ""


_OLD = re.compile(r"(?: - |[ -])olds?(?![a-z])| of age(?![a-z])")


def age(piece: Piece, source: Source) -> None:
    """A duration with "old" behind it is an age."""
    old = _OLD.match(source.lower, piece.end)
    if old:
        piece.kind, piece.end, piece.rule = "age", old.end(), "age"


# --- nouns ----------------------------------------------------------------------------------------------------------

_IRREGULAR = {
    "people": "person", "persons": "person", "men": "man", "women": "woman", "children": "child", "feet": "foot",
    "lives": "life", "wives": "wife", "knives": "knife", "leaves": "leaf", "police": "police", "staff": "staff",
    "series": "series", "movies": "movie", "cookies": "cookie", "criteria": "criterion", "crises": "crisis",
    "analyses": "analysis", "aircraft": "aircraft", "buses": "bus", "viruses": "virus", "gases": "gas",
    "cattle": "cattle", "gpus": "gpu", "cpus": "cpu", "tpus": "tpu", "npus": "npu", "skus": "sku", "campuses": "campus", "axes": "axis", "caches": "cache", "heroes": "hero", "ties": "tie", "personnel": "person",
}  # fmt: skip
_STOPS = frozenset(
    "of in on at to for from by with and or but the a an is are was were be been has have had will would can could may "
    "than as that this these those it its his her their our your who which what when while after before since until per "
    "not no if so more less over under about against into out up down also said says did does do each every between "
    "others during through across around near all both he she they we you i there here then now ago later earlier because".split()
)
_NO_PLURAL = ("ss", "us", "is", "'s")
_NOUN = re.compile(r"(?: | ?- ?)([a-z][a-z'-]{0,30})")


def singular(word: str) -> str:
    """The singular of a plural English noun: stores, companies, boxes."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1]


_LIMIT_BETWEEN = re.compile(r" or (?:so|more|fewer|less)(?= )")


def noun_after(text: str, at: int, within: int = 4) -> str:
    """The thing counted: the first plural within so many words, in the singular; "" when no word looks like one."""
    limit = _LIMIT_BETWEEN.match(text, at)
    at = limit.end() if limit else at
    for _ in range(within):
        match = _NOUN.match(text, at)
        if not match or match[1] in _STOPS:
            return ""
        word = match[1].rstrip("'-")
        if word in _IRREGULAR or (word.endswith("s") and len(word) > 3 and not word.endswith(_NO_PLURAL)):
            return singular(word)
        at = match.end()
    return ""


_PRONOUN_BEFORE = re.compile(
    r"(?:^|[^a-z])(?:no|this|that|which|the|every|any|each|another|some|first|new|old|bad|good|only|next|last|big|an?|"
    r"one by|one after|until|unless|whether) $"
)
_PRONOUN_BEHIND = re.compile(
    r"-(?:off|sided|size|on-one|way|time|stop)(?![a-z])|"
    r" (?:of (?:the|its|his|her|their|our|my|your|these|those|them|us|which|whom|many|several|two)|another|day|by one|"
    r"thing|is|was|can|could|must|should|who|that|which|would|has|might|may|step|way|or the other|and the same|hand|side|end|else|after (?:the other|another)|to another|cannot|needs? to|"
    r"does|did|had|knows?|thinks?|looks?|says?|sees?|gets?|asks?|expects?|considers?|believes?|wants?|assumes?|counts?)"
    r"(?![a-z])|'(?:s|d|ll)(?![a-z])"
)


def is_pronoun(source: Source, start: int, end: int) -> bool:
    """Whether "one" counts nothing: one of the, no one, this one, one knows, one side, one by one."""
    return bool(
        _PRONOUN_BEHIND.match(source.lower, end) or _PRONOUN_BEFORE.search(source.lower[max(0, start - 11) : start])
    )
