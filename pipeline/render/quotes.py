"""Quotes of the brief: where a page shows them, in which sentence they stand, which claims rest on them.

Lives here: looking a span of the brief up. Does not: marking the brief (`marks`). Imports layer 0 and `html`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pipeline.render.html import Mark, anchor, escaped, marked
from pipeline.schema import Brief, Claim, Draft, Evidence
from pipeline.text import sentence_spans


def in_brief(brief: Brief, evidence: Evidence | None) -> bool:
    """Whether a span is one of the brief's text."""
    return evidence is not None and evidence.source == 0 and 0 <= evidence.start < evidence.end <= len(brief.text)


def quote_anchor(brief: Brief, evidence: Evidence | None) -> str | None:
    """Where the page marks a quote of the brief."""
    return f"b-{evidence.start}" if evidence and in_brief(brief, evidence) else None


def claim_anchor(claim: Claim) -> str:
    """Where a claim stands on the page."""
    return anchor("claim", claim.id)


@dataclass(frozen=True, slots=True)
class Source:
    """The brief, ready to be quoted: its sentences, and the claims by where their quotes stand."""

    brief: Brief
    sentences: Sequence[tuple[int, int]]
    claims: Sequence[Claim]

    @classmethod
    def of(cls, draft: Draft) -> Source:
        return cls(draft.brief, sentence_spans(draft.brief.text), draft.claims)

    def excerpt(self, evidence: Evidence | None) -> Markup | None:
        """The sentences of the brief around a quote, with the quote marked; the quote alone when it is not there."""
        if evidence is None:
            return None
        if not in_brief(self.brief, evidence):
            return Markup("<mark>{}</mark>").format(escaped(evidence.quote))
        around = [span for span in self.sentences if span[0] < evidence.end and evidence.start < span[1]]
        start = min([evidence.start, *(start for start, _ in around)])
        end = max([evidence.end, *(end for _, end in around)])
        inside = Mark(evidence.start - start, evidence.end - start, lambda *_: ("<mark>", "</mark>"))
        return marked(self.brief.text[start:end], [inside])

    def claims_at(self, evidence: Evidence | None, cited: Iterable[str] = ()) -> tuple[Claim, ...]:
        """The claims whose quote the evidence lies in, those the sentence cites first; without any, the cited ones."""
        cited = frozenset(cited)
        if evidence is not None and in_brief(self.brief, evidence):
            near = [claim for claim in self.claims if claim.start < evidence.end and evidence.start < claim.end]
            both = [claim for claim in near if claim.id in cited]
            if near:
                return tuple(both or near)
        return tuple(claim for claim in self.claims if claim.id in cited)
