"""How servers differ in the chat-completions API: presets, finding out by the first 400, and remembering it on disk.

Lives here: the table of servers, `Speech` and the memory. Does not: what a request looks like in a dialect (`chat.py`),
by which words an endpoint refuses one (`refusals.py`). Imports layer 0, `pipeline.llm`, `chat` and `refusals`.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from pipeline.errors import OutputError
from pipeline.files import atomic_write
from pipeline.llm import Reply, Request
from pipeline.llm.chat import LIMIT_FIELDS, STRUCTURED, Dialect, LimitField, Structured
from pipeline.llm.refusals import Refusal
from pipeline.schema import sha256


class Preset(NamedTuple):
    """What is known of a server. `recognised` are the host, or the port on any host, by which it is known."""

    name: str
    base_url: str | None
    model: str
    dialect: Dialect
    recognised: frozenset[str | int]
    about: str


PRESETS = {
    preset.name: preset
    for preset in (
        Preset(
            "openai",
            None,
            "gpt-5.6-luna",
            Dialect("json_schema", "max_completion_tokens"),
            frozenset({"api.openai.com"}),
            "OpenAI: https://developers.openai.com/api/docs",
        ),
        Preset(
            "deepseek",
            "https://api.deepseek.com/v1",
            "deepseek-chat",
            Dialect("json_object", "max_tokens"),
            frozenset({"api.deepseek.com"}),
            "DeepSeek: no JSON Schema; https://api-docs.deepseek.com",
        ),
        Preset(
            "ollama",
            "http://localhost:11434/v1",
            "qwen3",
            Dialect("json_schema", "max_tokens"),
            frozenset({11434}),
            "Ollama: passes over max_completion_tokens in silence",
        ),
        Preset(
            "vllm",
            "http://localhost:8000/v1",
            "Qwen/Qwen3-8B",
            Dialect("json_schema", "max_completion_tokens"),
            frozenset(),
            "vLLM: `vllm serve MODEL`",
        ),
        Preset(
            "llama.cpp",
            "http://localhost:8080/v1",
            "default",
            Dialect("json_schema", "max_tokens"),
            frozenset(),
            "llama.cpp: `llama-server -m MODEL.gguf`",
        ),
    )
}
"""Tested against servers that simulate these dialects (tests/test_llm_dialects.py), not against the real ones."""


def preset_of(base_url: str | None) -> Preset | None:
    """The preset that an endpoint is recognised as by its host or port; None for others, which are found out."""
    try:
        parts = urlsplit(base_url or "https://api.openai.com")
        known_by = {parts.hostname, parts.port} - {None}
    except ValueError:
        return None
    return next((preset for preset in PRESETS.values() if preset.recognised & known_by), None)


class Speech:
    """The dialect one endpoint is asked in, as it is found out: a form that is refused is left for the next one.

    `structured` and `limit_field` are `auto` or are kept to. `on_found` is told of another dialect than that of `begin`
    once it was answered in.
    """

    def __init__(
        self,
        structured: Structured | Literal["auto"],
        limit_field: LimitField | Literal["auto"],
        *,
        begin: Dialect,
        on_found: Callable[[Dialect], None],
    ) -> None:
        self._structured: tuple[Structured, ...] = STRUCTURED[STRUCTURED.index(begin.structured) :]
        # the first of them last when it is remembered that it was refused: servers are updated
        self._limit_fields: tuple[LimitField, ...] = tuple(
            sorted(LIMIT_FIELDS, key=lambda name: name != begin.limit_field)
        )
        if structured != "auto":
            self._structured = (structured,)
        if limit_field != "auto":
            self._limit_fields = (limit_field,)
        self._on_found = on_found
        self._told = self.dialect

    @property
    def dialect(self) -> Dialect:
        """How the endpoint is asked now."""
        return Dialect(self._structured[0], self._limit_fields[0])

    def understood(self, dialect: Dialect, request: Request, reply: Reply) -> None:
        """Note what an answer tells of the dialect it was asked for in."""
        over = not reply.estimated and reply.output_tokens > request.max_output_tokens
        if over and dialect.limit_field == LIMIT_FIELDS[0]:
            self._limit_fields = self._limit_fields[-1:]
        elif dialect != self._told and (
            request.output_schema is not None or dialect.structured == self._told.structured
        ):
            self._told = dialect
            self._on_found(dialect)

    def adapts(self, refusal: Refusal, dialect: Dialect, request: Request) -> bool:
        """Whether a request refused in a dialect is worth sending once more in another one, which is remembered.

        With several requests in flight another one may already have moved on: then this one just follows.
        """
        if refusal.of_limit_field:
            self._limit_fields = self._limit_fields[-1:]
            return dialect.limit_field != self._limit_fields[0]
        if request.output_schema is not None and refusal.of_structure:
            if dialect.structured == self._structured[0] and len(self._structured) > 1:
                self._structured = self._structured[1:]
            return dialect.structured != self._structured[0]
        return False


KEPT = 30 * 24 * 60 * 60
"""Seconds after which what was found out is found out again: servers are updated."""


@dataclass(frozen=True, slots=True)
class Memory:
    """The dialect of one model at one endpoint, in a file that several runs may share. Losing it costs a 400."""

    path: Path
    endpoint: str
    model: str
    now: Callable[[], float]

    def recall(self) -> Dialect | None:
        """What was found out within the last 30 days."""
        entry = self._entries().get(self._key)
        if not isinstance(entry, dict):
            return None
        structured, limit_field, at = (entry.get(name) for name in ("structured", "limit_field", "at"))
        fresh = isinstance(at, int | float) and 0 <= self.now() - at < KEPT
        if not fresh or structured not in STRUCTURED or limit_field not in LIMIT_FIELDS:
            return None
        return Dialect(structured, limit_field)

    def keep(self, dialect: Dialect) -> None:
        """Note a dialect that was answered in. A folder that cannot be written is no error."""
        entry = {"structured": dialect.structured, "limit_field": dialect.limit_field, "at": int(self.now())}
        with contextlib.suppress(OutputError):
            atomic_write(self.path, json.dumps({**self._entries(), self._key: entry}, indent=1) + "\n")

    @property
    def _key(self) -> str:
        return sha256(f"{self.endpoint}\n{self.model}")[:16]

    def _entries(self) -> Mapping[str, Any]:
        try:
            entries = json.loads(self.path.read_bytes())
        except (OSError, ValueError, RecursionError):
            return {}
        return entries if isinstance(entries, dict) else {}
