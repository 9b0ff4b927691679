"""How servers differ in the chat-completions API: presets, and what was found out about an endpoint, kept on disk.

Lives here: the table of servers and the memory. Does not: what a request looks like in a dialect (`chat.py`), and
finding out (`openai.py`, by the first 400). Imports layer 0, `pipeline.llm.chat`.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from pipeline.errors import OutputError
from pipeline.files import atomic_write
from pipeline.llm.chat import LIMIT_FIELDS, STRUCTURED, Dialect
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
