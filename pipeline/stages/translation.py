"""Translate: one paragraph of the English body into Chinese, with the whole as context."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from pipeline.llm import BadOutput
from pipeline.schema import Brief, Claim, Paragraph
from pipeline.stages.desk import Desk, marked, material, one_block, read_paragraph
from pipeline.stages.extraction import Extraction


async def translate(desk: Desk, found: Extraction, body: Sequence[Paragraph], index: int) -> Paragraph:
    """Paragraph `index` of the body in Chinese, with the same set of markers (asked again once when they differ)."""
    known = {claim.id for claim in found.claims}
    expected = body[index].claim_ids

    def accept(text: str) -> Paragraph:
        paragraph = read_paragraph(desk.tidy(one_block(text, "zh"), "zh"), known)
        if not paragraph.text:
            raise BadOutput("it is empty.")
        return paragraph

    def parse(text: str) -> Paragraph:
        paragraph = accept(text)
        if paragraph.claim_ids != expected:
            given, wanted = (", ".join(sorted(ids)) or "none" for ids in (paragraph.claim_ids, expected))
            raise BadOutput(f"its markers are {given}; the English paragraph has {wanted}.")
        return paragraph

    article = [marked(paragraph) for paragraph in body]
    quotes = _chinese_sources(desk.brief, found.claims)
    variables = material(desk.brief, *article, *quotes) | {
        "glossary": found.glossary,
        "article": article,
        "number": index + 1,
        "quotes": quotes,
    }
    paragraph = await desk.ask("translate", variables, parse, part=f"body[{index}]", otherwise=accept)
    return _with_own_words(paragraph, desk.brief)


def _chinese_sources(brief: Brief, claims: Sequence[Claim]) -> list[str]:
    """The quotes of the claims, once each, when the brief is Chinese: the translation takes wording from them."""
    if brief.language != "zh":
        return []
    return list(dict.fromkeys(" ".join(claim.quote.split()) for claim in claims))


_QUOTED = re.compile(r"[“「]([^“”「」]{6,200})[”」]")
_SAME_QUOTATION = 0.6
"""Similarity from which two Chinese quotations are one, worded twice; measured on nothing yet, chosen to be safe."""


def _with_own_words(paragraph: Paragraph, brief: Brief) -> Paragraph:
    """Restore the quotations of a Chinese brief verbatim where the translation came back in other words."""
    originals = [match[1] for match in _QUOTED.finditer(brief.text)] if brief.language == "zh" else []
    if not originals:
        return paragraph

    def restore(match: re.Match[str]) -> str:
        close = difflib.get_close_matches(match[1], originals, n=1, cutoff=_SAME_QUOTATION)
        return match[0].replace(match[1], close[0]) if close else match[0]

    text = _QUOTED.sub(restore, marked(paragraph))
    return read_paragraph(text, paragraph.claim_ids)
