"""A picture of a draft in one strip: what each sentence is, where the figures stand, where the flags are.

Lives here: where things lie on the strip, in per cent of its width. Does not: how it is drawn (`templates/`).
Imports layer 0 and this package.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.render.html import anchor
from pipeline.render.marks import Flag
from pipeline.schema import Draft, Edition, Language, Reading, Stance

_GAP, _GAPS = 0.6, 20.0
"""Between two paragraphs, and at most between all of them, in per cent of the width."""

_STANCES: tuple[Stance, ...] = ("fact", "inference", "opinion")


@dataclass(frozen=True, slots=True)
class Piece:
    """Something on the strip: from `x`, `width` wide; `kind` is a stance, a verdict or a severity, `target` the id of
    the element it stands for."""

    x: float
    width: float
    kind: str
    target: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One edition on the strip. `shares` are the per cents of its body that are fact, inference and opinion."""

    language: Language
    sentences: tuple[Piece, ...]
    figures: tuple[Piece, ...]
    flags: tuple[Piece, ...]
    shares: dict[Stance, int]


def lanes(draft: Draft, flags: Sequence[Flag]) -> list[Lane]:
    """Both editions, their paragraphs above each other: a row is as wide as its share of both texts."""
    if not draft.editions:
        return []
    spans = _spans(draft.editions)
    return [_lane(edition, spans, draft.report.figures, flags) for edition in draft.editions]


def _spans(editions: Sequence[Edition]) -> dict[str, tuple[float, float]]:
    """Start and width of each field, from the mean of its shares of the editions."""
    weights: dict[str, float] = {"title": 0.0, "lead": 0.0}
    weights |= {f"body[{n}]": 0.0 for n in range(max(len(edition.body) for edition in editions))}
    for edition in editions:
        whole = sum(len(text) for _, text in edition.fields()) or 1
        for name, text in edition.fields():
            weights[name] += len(text) / whole / len(editions)
    gap = min(_GAP, _GAPS / len(weights))
    scale = (100 - gap * (len(weights) - 1)) / (sum(weights.values()) or 1)
    spans, at = {}, 0.0
    for name, weight in weights.items():
        spans[name] = (at, weight * scale)
        at += weight * scale + gap
    return spans


def _lane(
    edition: Edition, spans: dict[str, tuple[float, float]], figures: Sequence[Reading], flags: Sequence[Flag]
) -> Lane:
    texts = dict(edition.fields())

    def piece(field: str, start: int, end: int, kind: str, target: str = "") -> Piece:
        x, width = spans[field]
        scale = width / (len(texts[field]) or 1)
        return Piece(round(x + start * scale, 2), round(max(end - start, 0) * scale, 2), kind, target)

    read = [r for r in figures if r.language == edition.language and r.field in texts]
    found = [flag for flag in flags if flag.finding.language == edition.language and flag.finding.field in texts]
    return Lane(
        language=edition.language,
        sentences=tuple(
            piece(name, start, end, kind, row_anchor(name)) for name, start, end, kind in _sentences(edition)
        ),
        figures=tuple(piece(r.field, r.figure.start, r.figure.end, r.verdict) for r in read),
        flags=tuple(
            piece(flag.finding.field, flag.finding.start, flag.finding.end, flag.finding.severity, flag.id)
            for flag in found
            if flag.open
        ),
        shares=shares(edition),
    )


def row_anchor(field: str) -> str:
    """Where the row of a field stands on the page."""
    return anchor("row", field)


def _sentences(edition: Edition) -> Iterator[tuple[str, int, int, str]]:
    """Field, start, end and stance of every sentence; titles and leads have no stance of their own."""
    for name, text in edition.fields():
        if name in ("title", "lead"):
            yield name, 0, len(text), "none"
    for index, paragraph in enumerate(edition.body):
        if not paragraph.citations:
            yield f"body[{index}]", 0, len(paragraph.text), "none"
        for citation in paragraph.citations:
            yield f"body[{index}]", citation.start, citation.end, citation.stance


def shares(edition: Edition) -> dict[Stance, int]:
    """Per cent of the body by stance, by length; they add up to 100, or there are none."""
    lengths: dict[Stance, int] = dict.fromkeys(_STANCES, 0)
    for paragraph in edition.body:
        for citation in paragraph.citations:
            lengths[citation.stance] += max(citation.end - citation.start, 0)
    whole = sum(lengths.values())
    if not whole:
        return {}
    rounded = {stance: length * 100 // whole for stance, length in lengths.items()}
    by_rest = sorted(_STANCES, key=lambda stance: -(lengths[stance] * 100 % whole))
    for stance in by_rest[: 100 - sum(rounded.values())]:
        rounded[stance] += 1
    return rounded
