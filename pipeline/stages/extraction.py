"""Extract: what a brief states, as claims with exact quotes, and the glossary of names and terms."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from pipeline.llm import parse_object
from pipeline.schema import Claim, ClaimKind, DroppedClaim, Term
from pipeline.stages.desk import Answer, Desk, material
from pipeline.text import fold, han_count, word_count


class ClaimAnswer(Answer):
    """A claim as a model gives it."""

    text: str = Field(min_length=1)
    quote: str = Field(min_length=1)
    kind: ClaimKind
    subject: str
    attributed_to: str | None = None


class TermAnswer(Answer):
    """A glossary entry as a model gives it."""

    en: str
    zh: str
    kind: str = "term"


class ExtractAnswer(Answer):
    """The answer of the extract prompt."""

    claims: tuple[ClaimAnswer, ...]
    terms: tuple[TermAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a brief states, as far as its quotes are in it; what was dropped; the glossary."""

    claims: tuple[Claim, ...]
    dropped: tuple[DroppedClaim, ...]
    glossary: tuple[Term, ...]


SHORTEST_QUOTE = 3
"""Words or Han characters: what is shorter stands anywhere and proves nothing."""


async def extract(desk: Desk) -> Extraction:
    """Claims with quotes located by code, and the glossary. A claim whose quote is not in the brief is dropped."""
    answer = await desk.ask(
        "extract",
        material(desk.brief),
        lambda text: parse_object(text, ExtractAnswer),
        answer=ExtractAnswer,
    )
    claims: list[Claim] = []
    dropped: list[DroppedClaim] = []
    for given in answer.claims:
        span = locate(given.quote, desk.brief.text)
        if span is None or word_count(given.quote) < SHORTEST_QUOTE:
            reason = "the brief does not hold this quote" if span is None else "the quote is too short to tell anything"
            dropped.append(DroppedClaim(text=given.text, quote=given.quote, reason=reason))
            continue
        claims.append(
            Claim(
                id=f"c{len(claims) + 1}",
                text=" ".join(given.text.split()),
                quote=desk.brief.text[slice(*span)],
                start=span[0],
                end=span[1],
                kind=given.kind,
                subject=given.subject,
                attributed_to=given.attributed_to or None,
            )
        )
    return Extraction(tuple(claims), tuple(dropped), _glossary(answer.terms))


def locate(quote: str, text: str) -> tuple[int, int] | None:
    """The span of a quote in a text, indifferent to white space, quotation marks and full width, or None."""
    at = text.find(quote)
    if at >= 0 and quote:
        return at, at + len(quote)
    folded = fold(text)
    words = fold(quote).text.split()
    if not words:
        return None
    match = re.search(r"\s*".join(re.escape(word) for word in words), folded.text)
    return folded.span(match.start(), match.end()) if match else None


_TERM_KINDS = frozenset({"organisation", "person", "place", "product"})


def _glossary(terms: Sequence[TermAnswer]) -> tuple[Term, ...]:
    """One entry a name, in the order given; entries with an empty side or Han in the English are left out."""
    entries: dict[str, Term] = {}
    for term in terms:
        en, zh = " ".join(term.en.split()), " ".join(term.zh.split())
        if en and zh and not han_count(en) and en.casefold() not in entries:
            kind: Any = term.kind if term.kind in _TERM_KINDS else "term"
            entries[en.casefold()] = Term(en=en, zh=zh, kind=kind)
    return tuple(entries.values())
