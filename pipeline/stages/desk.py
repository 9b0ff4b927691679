"""What all stages share: where a draft is worked on, how a question is asked, how an answer becomes paragraphs.

Imports layers 0 and 1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict

from pipeline import disclosure, prompts
from pipeline.llm import LLM, Message, Request, ask
from pipeline.schema import Brief, Citation, Language, Paragraph
from pipeline.settings import Settings
from pipeline.text import Mark, read_markers, without_controls, write_markers

T = TypeVar("T")

OUTPUT_TOKENS = {"extract": 8192, "write": 8192, "translate": 4096, "headline": 4096, "revise": 4096}
"""Output limit of each stage. Some models spend part of it on reasoning, so it is well above what an answer needs."""


class Answer(BaseModel):
    """A structured answer: unknown fields are ignored, since models add some; missing ones are errors."""

    model_config = ConfigDict(frozen=True, extra="ignore")


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a draft is worked on: its brief, the model to ask and the settings. The same for all stages of a draft."""

    brief: Brief
    llm: LLM
    settings: Settings

    async def ask(
        self,
        stage: str,
        variables: Mapping[str, Any],
        parse: Callable[[str], T],
        *,
        part: str = "",
        round: int = 0,
        answer: type[BaseModel] | None = None,
        otherwise: Callable[[str], T] | None = None,
    ) -> T:
        """Render the prompt of a stage, ask the model, parse the answer; see `llm.ask`."""
        system, user = prompts.load(stage, self.settings.prompts_dir).render(variables)
        request = Request(
            brief=self.brief.id,
            stage=stage,
            part=part,
            round=round,
            model=self.settings.model,
            messages=(Message(role="system", content=system), Message(role="user", content=user)),
            max_output_tokens=OUTPUT_TOKENS[stage],
            output_schema=_schema(answer) if answer else None,
        )
        return await ask(self.llm, request, parse, otherwise=otherwise)

    def tidy(self, text: str, language: Language) -> str:
        """The safe fixes of typography, in the spacing of the settings."""
        from pipeline.typography import tidy  # here, since it takes a while to load and the first question needs none

        return tidy(text, language, spacing=self.settings.spacing)


@cache
def _schema(answer: type[BaseModel]) -> dict[str, Any]:
    return answer.model_json_schema()


def material(brief: Brief, *more: str) -> dict[str, Any]:
    """The brief, and the fence around all material of a prompt."""
    return {"brief": brief, "fence": prompts.fence(brief.text, brief.title or "", *more)}


def one_block(text: str, language: Language) -> str:
    """The answer as one paragraph: without a disclaimer of its own, line breaks, or the number shown in the prompt."""
    text, _ = disclosure.strip_own(without_controls(text), language)
    text = re.sub(r"^\s*[（(]\d{1,2}[)）]\s*", "", text.strip())
    return re.sub(r"\s*\n\s*", "" if language == "zh" else " ", text)


def read_paragraph(marked: str, known: frozenset[str] | set[str]) -> Paragraph:
    """A paragraph from text with markers; markers of claims that do not exist are left out."""
    text, marks = read_markers(marked)
    return Paragraph(text=text, citations=tuple(_citation(mark, known) for mark in marks))


def _citation(mark: Mark, known: frozenset[str] | set[str]) -> Citation:
    claims = tuple(claim for claim in mark.claims if claim in known)
    stance: Any = ("inference" if mark.inferred else "fact") if claims else "opinion"
    return Citation(start=mark.start, end=mark.end, claims=claims, stance=stance)


@lru_cache(maxsize=512)
def marked(paragraph: Paragraph) -> str:
    """A paragraph with its markers behind the sentences, as a prompt shows it."""
    return write_markers(
        paragraph.text, tuple(Mark(c.start, c.end, c.claims, c.stance == "inference") for c in paragraph.citations)
    )
