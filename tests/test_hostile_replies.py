"""Whatever a model says, there is a whole draft or one reason: the replies of the story, damaged by a seed."""

from __future__ import annotations

import asyncio
import json
import random
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline import Draft, Settings, produce, store
from pipeline.errors import Parked
from pipeline.llm import Reply, Request
from pipeline.schema import Run
from tests.fakes import BRIEF, script

pytestmark = pytest.mark.slow

SEEDS = range(80)
CORRECTION = '{"sentences": [{"number": 1, "text": "It costs $9."}]}'
PIECES = [
    "\x00", "\x1b[31m", "\u202e", "\u2028", "\ufeff", "\u200b", "\r", "\n\n", "[c1]", "[c99]", "[~c1]", "[c1, c2", "[]",
    "========", "---\n", "\n# ", "`" * 3, "|", "{{ x }}", "{% raw %}", "<!--", "<script>alert(1)</script>", "&lt;",
    "[a](javascript:x)", "“", "」", "1e999", "９９％", "∞", "²", "½", "2026-13-45", "二〇二六年", "万亿", "百分之",
    "12:60", "第0季度", "9" * 400, "1" + ",000" * 200, "AI-generated draft, not reviewed by a human.", "AI 生成稿件。",
    "A" * 5000, "很" * 3000, "[[" * 200, "<think>", "</think>", "{", "}", '"', "🇨🇳👨‍👩‍👧", "é́́",
]  # fmt: skip


def damaged(dice: random.Random, text: str) -> str:
    """A text with pieces put in, cut out, repeated, and numbers exchanged."""
    for _ in range(dice.randrange(1, 4)):
        at, piece, numbers = dice.randrange(len(text) + 1), dice.choice(PIECES), list(re.finditer(r"\d+", text))
        changed = [text[:at] + piece + text[at:], text[:at] + text[at + dice.randrange(60) :], text + text[at:][:200]]
        if numbers:
            number = dice.choice(numbers)
            changed.append(text[: number.start()] + dice.choice((piece, "7", "2027")) + text[number.end() :])
        text = dice.choice(changed)
    return text


def damaged_object(dice: random.Random, value: Any) -> Any:
    """A JSON value with fields left out, texts damaged, items repeated, numbers out of all bounds."""
    if isinstance(value, dict):
        return {key: damaged_object(dice, item) for key, item in value.items() if dice.random() > 0.01}
    if isinstance(value, list):
        items = [damaged_object(dice, item) for item in value]
        return items + items[:1] * dice.randrange(30) if dice.random() < 0.1 else items
    if isinstance(value, str):
        return damaged(dice, value) if dice.random() < 0.15 else value
    return dice.choice((-1, 101, 10**30, 1.5, None, "5", True)) if dice.random() < 0.1 else value


class Hostile:
    """Answers as the story does, every second time damaged."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)

    async def complete(self, request: Request) -> Reply:
        texts = script().get(
            (request.stage, request.part, 0), ['{"sentences": [{"number": 1, "text": "It costs $9."}]}']
        )
        text = texts[0]
        if self._dice.random() < 0.5 and request.output_schema:
            text = json.dumps(damaged_object(self._dice, json.loads(text)), ensure_ascii=False)
        elif self._dice.random() < 0.5:
            text = damaged(self._dice, text)
        return Reply(text=text or "x", model="hostile\x1b[31m")


def made(seed: int) -> Draft | None:
    """The draft that comes of it, None when the brief is parked; nothing else may happen."""
    try:
        return asyncio.run(produce(BRIEF, llm=Hostile(seed), settings=Settings(head_start=0)))
    except Parked:
        return None


def test_damaged_replies_make_a_whole_draft_or_park_the_brief(tmp_path: Path) -> None:
    """Every draft is saved, read back as it was, and printed so that the printed text is not taken for an edit."""
    drafts = [draft for draft in map(made, SEEDS) if draft is not None]
    assert len(SEEDS) > len(drafts) > len(SEEDS) // 2
    run = Run(
        version="0", models=("m",), prompts={}, prompts_sha256={}, settings={}, source_sha256="0" * 64, replayed=False,
        started="2026-01-01T00:00:00+00:00", seconds=1.0, calls=(),
    )  # fmt: skip
    for number, draft in enumerate(drafts):
        folder = store.save(draft, run, tmp_path / str(number), today=date(2026, 1, 1))
        assert store.load(folder) == draft
        assert not store.is_edited(folder)
        assert store.rebuild_index(tmp_path / str(number)) == []
