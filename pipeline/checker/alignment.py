"""Do the paragraphs of the two editions stand side by side: each with its translation, citations and length?

Lives here: the check behind `paragraph.misaligned`. Does not: which paragraph stands beside which (`pairing.py`).
Imports `schema`, `text`, `hygiene_case` and `words`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline.checker.hygiene_case import Case, Field, Note
from pipeline.checker.words import tokens
from pipeline.schema import Language, Severity
from pipeline.text import word_count

_SHORTEST_FOR_RATIO = 40
_FEWEST_PER_TEN_WORDS: dict[Language, int] = {"en": 12, "zh": 10}
_MOST_PER_TEN_WORDS = 23
"""Han characters for ten English words by the language of the brief: what was Chinese first is wordier in English. Of
human translations of 40 words or more 3 in 100 lie outside; with 12 for both it would be 29."""


def misaligned(case: Case) -> Iterator[Note]:
    """Paragraphs without counterpart, untranslated, citing other claims, or far from the length of a translation."""
    counts = {str(language): str(len(body)) for language, body in case.bodies.items()}
    cites = [any(place.claims for place in body) for body in case.bodies.values()]
    for en, zh in case.pairs:
        if en is None or zh is None or not (en.text.strip() and zh.text.strip()):
            present = next((place for place in (en, zh) if place and place.text.strip()), None)
            if present:
                rule, end = "paragraph without counterpart", len(present.text)
                yield Note("paragraph.misaligned", rule, "block", present, 0, end, counts)
            continue
        untranslated = [place for place in (en, zh) if place in case.untranslated]
        if untranslated:
            rule = "copied paragraph" if tokens(en.text) == tokens(zh.text) else "untranslated paragraph"
            yield _side_by_side(rule, "block", untranslated[0], zh if untranslated[0] is en else en, {})
            continue
        if all(cites) and en.claims != zh.claims:
            only = {"en": _listed(en.claims - zh.claims), "zh": _listed(zh.claims - en.claims)}
            yield _side_by_side("different citations", "warn", zh, en, only)
        words, characters = word_count(en.text), word_count(zh.text)
        fewest = words * _FEWEST_PER_TEN_WORDS[case.home]
        if words >= _SHORTEST_FOR_RATIO and not fewest <= characters * 10 <= words * _MOST_PER_TEN_WORDS:
            yield _side_by_side("unusual length", "warn", zh, en, {"en": str(words), "zh": str(characters)})


def _side_by_side(rule: str, severity: Severity, place: Field, other: Field, values: Mapping[str, str]) -> Note:
    return Note("paragraph.misaligned", rule, severity, place, 0, len(place.text), values, counterpart=other.whole)


def _listed(ids: frozenset[str]) -> str:
    return ", ".join(sorted(ids, key=lambda claim: (len(claim), claim))) or "-"
