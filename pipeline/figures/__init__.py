"""The recogniser: every figure of an English or Chinese text, with its value, unit, bound and span.

Lives here: the two public functions. Does not: rules (`en`, `zh`, `shared`), units (`units`), the order of the steps
(`engine`). Pure and deterministic: no network, clock or disk. Imports layer 0.
"""

from __future__ import annotations

import re

from pipeline.figures import en, zh
from pipeline.figures.engine import Piece
from pipeline.figures.units import dimension
from pipeline.schema import Figure, Language, PartialDate
from pipeline.text import HAN, fold, language_of, read_through_letters

_LINE = re.compile(r"[^\n]+\n*")
_HAS_HAN = re.compile(f"[{HAN}]")
_READERS = {"en": en.read, "zh": zh.read}


def find_figures(text: str, language: Language | None = None) -> list[Figure]:
    """All figures of a text in order, without overlap; spans are offsets into `text`.

    With no language each line is read by its script, so a text of both languages is read whole. Chinese rules also
    read amounts in digits with English words or symbols ("$35 billion", 20 GW).
    """
    folded = fold(text)
    read = read_through_letters(folded.text)
    found: list[Figure] = []
    for start, end, chosen in _stretches(read, language):
        pieces, copied = _READERS[chosen](read[start:end])
        for piece in pieces:
            left, right = copied.span(piece.start, piece.end)
            found.append(_figure(piece, text, *folded.span(start + left, start + right)))
    return found


def _figure(piece: Piece, text: str, start: int, end: int) -> Figure:
    return Figure(
        kind=piece.kind, low=piece.low, high=piece.high, when=piece.when, unit=piece.unit,
        dimension=dimension(piece.unit), bound=piece.bound, text=text[start:end], start=start, end=end, rule=piece.rule,
    )  # fmt: skip


def _stretches(text: str, language: Language | None) -> list[tuple[int, int, Language]]:
    """Spans of the text to be read in one language: neighbouring lines of one script together."""
    if language is not None or not _HAS_HAN.search(text):
        return [(0, len(text), language or "en")]
    stretches: list[tuple[int, int, Language]] = []
    for line in _LINE.finditer(text):
        chosen = language_of(line[0])
        if stretches and stretches[-1][2] == chosen:
            stretches[-1] = (stretches[-1][0], line.end(), chosen)
        else:
            stretches.append((line.start(), line.end(), chosen))
    return stretches


_DIGIT = re.compile(r"\d")
_SMALL = 100
_SOFT_RULES = frozenset({"past stretch of time", "long time in one word", "noon or midnight", "day by its name"})


def is_soft(figure: Figure) -> bool:
    """Whether a figure is too weak to raise an alarm between two editions: it may answer for another, no more.

    Soft are ordinals, months, weekdays and relative dates alone, fractions and multiples in words, vague amounts below a thousand,
    numbers up to a hundred in words without a unit of measure ("one", 一, 两家公司, 三点建议), the past year, a decade,
    noon, and days by their name (六四).
    Digits, magnitudes, percentages and money are strong.
    """
    if figure.kind == "ordinal" or figure.rule in _SOFT_RULES:
        return True
    if figure.kind == "date":
        return figure.when is not None and _known(figure.when) <= {"month", "weekday", "part", "relative"}
    if _DIGIT.search(figure.text) or figure.high is None:
        return False
    if figure.kind in ("multiple", "number", "count", "vague"):
        return figure.high <= (_SMALL if figure.kind in ("number", "count") else 1000)
    return False


def is_named_day(figure: Figure) -> bool:
    """Whether a figure is a day called by its name: 六四."""
    return figure.rule == "day by its name"


def _known(when: PartialDate) -> set[str]:
    return {name for name, value in when if value}


__all__ = ["find_figures", "is_soft"]
