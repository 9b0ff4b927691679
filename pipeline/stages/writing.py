"""Write: the English body, as plain paragraphs with claim markers behind sentences."""

from __future__ import annotations

import re

from pipeline import disclosure
from pipeline.llm import BadOutput
from pipeline.schema import Paragraph
from pipeline.stages.desk import Desk, material, read_paragraph
from pipeline.stages.extraction import Extraction
from pipeline.text import is_blank, paragraphs, without_controls

FEWEST, MOST = 3, 20
"""Paragraphs an article may have: each is a call for its translation."""


async def write(desk: Desk, found: Extraction) -> tuple[tuple[Paragraph, ...], tuple[str, ...]]:
    """The English body, and notes on what code took out of it (a disclaimer the model wrote itself)."""
    known = {claim.id for claim in found.claims}
    notes: list[str] = []

    def parse(text: str) -> tuple[Paragraph, ...]:
        notes.clear()
        text, removed = disclosure.strip_own(without_controls(text), "en")
        if removed:
            notes.append("write: a disclaimer the model wrote itself was removed")
        blocks = (desk.tidy(text[start:end], "en") for start, end in paragraphs(text))
        read = (read_paragraph(block, known) for block in blocks if not _is_heading(block))
        body = tuple(paragraph for paragraph in read if not is_blank(paragraph.text))
        if not FEWEST <= len(body) <= MOST:
            raise BadOutput(f"it has {len(body)} paragraphs separated by blank lines; 6 to 8 are asked for.")
        return body

    variables = material(desk.brief, *(claim.text for claim in found.claims)) | {
        "claims": found.claims,
        "glossary": found.glossary,
    }
    return await desk.ask("write", variables, parse), tuple(notes)


def _is_heading(text: str) -> bool:
    return text.startswith("#") or bool(re.fullmatch(r"\*\*[^*]+\*\*|[-*_=]{3,}", text))
