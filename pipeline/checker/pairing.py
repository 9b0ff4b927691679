"""Pairing in order: which paragraph or quotation of one edition answers which of the other.

Lives here: the pairing and the measures of likeness behind it. Does not: what is wrong with a pair (`alignment.py`,
`quotations.py`). Imports `schema`, `text` and `words`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline.checker.words import ANCHOR
from pipeline.schema import Language, Paragraph, Term
from pipeline.text import fold, word_count

_LARGEST_TABLE = 40_000
_FULL = 1_000_000
"""More than all likenesses together: as many as possible are paired before any likeness counts."""


def pair(
    en: Sequence[Paragraph], zh: Sequence[Paragraph], glossary: Sequence[Term]
) -> list[tuple[int | None, int | None]]:
    """Indices of paragraphs side by side: by position when the counts are equal, else by what they share, in order.

    None stands where one has no counterpart; Chinese paragraphs without one come last.
    """
    if len(en) == len(zh):
        return [(index, index) for index in range(len(en))]
    left = [_anchors(paragraph, "en", glossary) for paragraph in en]
    right = [_anchors(paragraph, "zh", glossary) for paragraph in zh]
    words, characters = ([word_count(paragraph.text) for paragraph in body] for body in (en, zh))

    def likeness(i: int, j: int) -> int:
        shared = 200 * len(left[i] & right[j]) // max(1, len(left[i] | right[j]))
        return 1 + shared + length_fit(words[i], characters[j])

    partner = align(len(en), len(zh), likeness)
    lost = set(range(len(zh))) - set(partner.values())
    pairs: list[tuple[int | None, int | None]] = [(i, partner.get(i)) for i in range(len(en))]
    return pairs + [(None, j) for j in sorted(lost)]


def _anchors(paragraph: Paragraph, language: Language, glossary: Sequence[Term]) -> set[str]:
    """What a paragraph and its translation have in common: numbers, Latin names, glossary names, cited claims."""
    shared = set(ANCHOR.findall(fold(paragraph.text).text)) | paragraph.claim_ids
    return shared | {term.en for term in glossary if (term.en if language == "en" else term.zh) in paragraph.text}


def length_fit(words: int, characters: int) -> int:
    """How well lengths fit, up to 100: 1.7 Han characters an English word is the middle of good translations."""
    expected, given = words * 17, characters * 10
    return 100 * min(expected, given) // max(1, expected, given)


def align(rows: int, columns: int, likeness: Callable[[int, int], int]) -> dict[int, int]:
    """The pairing in order, of as many as there are on the shorter side, with the greatest likeness in all."""
    if rows * columns > _LARGEST_TABLE:
        return {index: index for index in range(min(rows, columns))}
    best = [[0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], best[i + 1][j + 1] + _FULL + likeness(i, j))
    partner: dict[int, int] = {}
    i = j = 0
    while i < rows and j < columns:
        if best[i][j] == best[i + 1][j]:
            i += 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            partner[i] = j
            i, j = i + 1, j + 1
    return partner
