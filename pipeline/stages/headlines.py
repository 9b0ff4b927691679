"""Headline: title, lead, tags and scores in both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import Field

from pipeline.llm import BadOutput, parse_object
from pipeline.schema import Language, Paragraph, Scores
from pipeline.stages.desk import Answer, Desk, material, one_block
from pipeline.stages.extraction import Extraction
from pipeline.tags import TAGS, find_tag
from pipeline.text import is_blank, read_markers


class HeadlineAnswer(Answer):
    """The answer of the headline prompt."""

    title_en: str = Field(min_length=1)
    title_zh: str = Field(min_length=1)
    lead_en: str = Field(min_length=1)
    lead_zh: str = Field(min_length=1)
    tags: tuple[str, ...]
    scores: Scores


@dataclass(frozen=True, slots=True)
class Headline:
    """Titles and leads by language, tag ids of the vocabulary, tags it does not have, and the scores."""

    titles: Mapping[Language, str]
    leads: Mapping[Language, str]
    tags: tuple[str, ...]
    unknown_tags: tuple[str, ...]
    scores: Scores


async def headline(desk: Desk, found: Extraction, body: Sequence[Paragraph]) -> Headline:
    """What stands above the article, in both languages. Tags outside the vocabulary are set aside, not guessed."""
    article = [paragraph.text for paragraph in body]
    variables = material(desk.brief, *article) | {"glossary": found.glossary, "article": article, "tags": TAGS}

    def parse(text: str) -> Headline:
        return _headline(desk, parse_object(text, HeadlineAnswer))

    return await desk.ask("headline", variables, parse, answer=HeadlineAnswer)


def _headline(desk: Desk, answer: HeadlineAnswer) -> Headline:
    tags = {spelling: find_tag(spelling) for spelling in answer.tags}
    return Headline(
        titles={"en": _line(desk, answer, "title_en"), "zh": _line(desk, answer, "title_zh")},
        leads={"en": _line(desk, answer, "lead_en"), "zh": _line(desk, answer, "lead_zh")},
        tags=tuple(dict.fromkeys(tag.id for tag in tags.values() if tag)),
        unknown_tags=tuple(spelling for spelling, tag in tags.items() if tag is None),
        scores=answer.scores,
    )


def _line(desk: Desk, answer: HeadlineAnswer, name: str) -> str:
    """A title or lead: one block, tidied, without markers or a disclaimer; `BadOutput` when nothing is left."""
    language: Language = "zh" if name.endswith("zh") else "en"
    plain, _ = read_markers(one_block(getattr(answer, name), language))
    if is_blank(plain):
        raise BadOutput(f"{name}: there is no text in it.")
    return desk.tidy(plain, language)
