"""Revise: corrected sentences of a paragraph, or a paragraph, a title or a lead as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import Field

from pipeline.llm import BadOutput, parse_object
from pipeline.schema import Edition, Finding, Paragraph
from pipeline.stages.desk import Answer, Desk, marked, material, one_block, read_paragraph
from pipeline.stages.extraction import Extraction
from pipeline.text import is_blank, language_of, read_markers, sentence_spans, word_count


class SentenceAnswer(Answer):
    """One corrected sentence."""

    number: int
    text: str = Field(min_length=1)


class ReviseAnswer(Answer):
    """The answer of the revise prompt for an English paragraph."""

    # or for the sentences of a Chinese one; the docstring is sent with the schema, so recordings hold to its words

    sentences: tuple[SentenceAnswer, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Passage:
    """What is to be revised: a field of an edition, its text with markers, its counterpart, and what was found.

    `tried` holds earlier corrections that were undone because they made nothing better.
    """

    edition: Edition
    field: str
    marked: str
    counterpart: str
    findings: tuple[Finding, ...]
    tried: tuple[str, ...] = ()


async def revise(desk: Desk, found: Extraction, passage: Passage, *, round: int) -> str:
    """The corrected passage, with markers; where sentences are revised, no other sentence can change.

    Raises `llm.NotRecorded` when a recording has no such repair.
    """
    if _is_by_sentence(passage):
        return await _revise_sentences(desk, found, passage, round)
    language = passage.edition.language

    def parse(text: str) -> str:
        corrected = desk.tidy(one_block(text, language), language)
        _hold_to(passage.marked, corrected, "the passage")
        return corrected

    variables = _revision(desk, found, passage) | {"numbered": [], "passage": passage.marked}
    variables["findings"] = [_said(finding) for finding in passage.findings]
    return await desk.ask("revise", variables, parse, part=_part(passage), round=round)


_WHOLE = frozenset({"text.truncated", "paragraph.misaligned"})
"""What no sentence alone can put right."""


def _is_by_sentence(passage: Passage) -> bool:
    """Whether only the flagged sentences are revised: in an English paragraph, and in a Chinese one for leaks alone,
    since its figures answer to the English as a whole."""
    codes = {finding.code for finding in passage.findings}
    if not passage.field.startswith("body") or codes & _WHOLE:
        return False
    return passage.edition.language == "en" or codes == {"language.leak"}


async def _revise_sentences(desk: Desk, found: Extraction, passage: Passage, round: int) -> str:
    """Replace the flagged sentences of a paragraph by the corrected ones; all others stay as they are."""
    language = passage.edition.language
    paragraph = read_paragraph(passage.marked, {claim.id for claim in found.claims})
    spans = sentence_spans(paragraph.text)
    sentences = [marked(_sentence(paragraph, start, end)) for start, end in spans]
    numbers = [
        next((i for i, (start, end) in enumerate(spans, 1) if start <= finding.start < end), 1)
        for finding in passage.findings
    ]

    def parse(text: str) -> str:
        answer = parse_object(text, ReviseAnswer)
        wanted = set(numbers)
        corrected = {s.number: desk.tidy(" ".join(s.text.split()), language) for s in answer.sentences}
        if not wanted & set(corrected):
            raise BadOutput(f"it holds none of the flagged sentences {sorted(wanted)}.")
        for number in wanted & set(corrected):
            _hold_to(sentences[number - 1], corrected[number], f"sentence {number}")
        return (" " if language == "en" else "").join(
            corrected[number] if number in corrected and number in wanted else sentence
            for number, sentence in enumerate(sentences, 1)
        )

    variables = _revision(desk, found, passage) | {
        "numbered": sentences,
        "passage": "",
        "findings": [
            _said(finding) | {"number": number} for finding, number in zip(passage.findings, numbers, strict=True)
        ],
    }
    return await desk.ask("revise", variables, parse, part=_part(passage), round=round, answer=ReviseAnswer)


SHORTEST, LONGEST = 1 / 6, 3
"""How much shorter or longer a correction may be than what it corrects: more than that is another text."""


def _hold_to(before: str, after: str, what: str) -> None:
    """Refuse a correction that is no correction: nothing, an excuse, an explanation around it."""
    (plain, marks), (corrected, kept) = read_markers(before), read_markers(after)
    if is_blank(corrected):
        raise BadOutput(f"{what}: there is no text in it.")
    if any(mark.claims for mark in marks) and not any(mark.claims for mark in kept):
        raise BadOutput(f"{what}: its markers are lost.")
    length = word_count(corrected) / max(1, word_count(plain))
    same_script = language_of(corrected) == language_of(plain)  # not where an untranslated paragraph is translated
    if same_script and not SHORTEST <= length <= LONGEST:
        raise BadOutput(f"{what}: it is not a correction of the text given, but another text.")


def _sentence(paragraph: Paragraph, start: int, end: int) -> Paragraph:
    """One sentence of a paragraph as a paragraph of its own."""
    citations = tuple(
        citation.model_copy(update={"start": 0, "end": end - start})
        for citation in paragraph.citations
        if citation.start == start
    )
    return Paragraph(text=paragraph.text[start:end], citations=citations)


def _revision(desk: Desk, found: Extraction, passage: Passage) -> dict[str, Any]:
    return material(desk.brief, passage.marked, passage.counterpart, *passage.tried) | {
        "claims": found.claims,
        "glossary": found.glossary,
        "language": passage.edition.language,
        "field": passage.field,
        "counterpart": passage.counterpart,
        "tried": passage.tried,
    }


def _said(finding: Finding) -> dict[str, Any]:
    """What the prompt shows of a finding."""
    return {"text": finding.text, "reason": finding.reason, "suggestion": finding.suggestion}


def _part(passage: Passage) -> str:
    return f"{passage.edition.language} {passage.field}"


def revised(edition: Edition, field: str, text: str, known: frozenset[str]) -> Edition:
    """The edition with one field replaced by a corrected text (with markers, when it is a paragraph)."""
    if not field.startswith("body"):
        plain, _ = read_markers(text)
        return edition.model_copy(update={field: plain})
    index = int(field[5:-1])
    body = list(edition.body)
    body[index] = read_paragraph(text, known)
    return edition.model_copy(update={"body": tuple(body)})
