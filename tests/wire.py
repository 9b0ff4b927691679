"""What tests of the model client use in place of HTTP: answers through respx, and waits that are noted, not slept.

A test of one request says `Http(answer, ...).ask()`. What only a real socket shows is in test_llm_openai.py.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import respx
from openai import AsyncOpenAI
from pydantic import BaseModel

from pipeline.llm import Reply, Request
from pipeline.llm.openai import OpenAILLM, make_client
from pipeline.llm.retrying import Retrying
from tests.server import a_request, completion

KEY = "sk-test-0123456789abcdef"
URL = "https://model.example/v1"
NOW = 1_800_000_000.0


class Part(BaseModel):
    """A part of an answer."""

    title: str
    note: str | None = None


SCHEMA = Part.model_json_schema()


def a_client(key: str = KEY) -> AsyncOpenAI:
    """A client that respx can answer for: the SDK's own would go to the network past it."""
    http_client = httpx.AsyncClient(verify=False)  # nothing is connected to, and certificates take longest to load
    return make_client(api_key=key, base_url=URL, http_client=http_client, timeout=5)


class Http:
    """Answers through respx, in order and the last one again and again; remembers the bodies sent and the waits."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self._answers = list(answers)
        self.bodies: list[dict[str, Any]] = []
        self.waits: list[float] = []

    def ask(self, request: Request | None = None, *, attempts: int = 4, **options: Any) -> Reply:
        """The reply of a new model with these options to a request."""
        return asyncio.run(self._ask(request or a_request(), attempts, {"now": lambda: NOW} | options))

    async def _ask(self, request: Request, attempts: int, options: dict[str, Any]) -> Reply:
        with respx.mock(assert_all_called=False) as router:
            router.post(f"{URL}/chat/completions").mock(side_effect=self._answer)
            client = a_client()
            llm = OpenAILLM(client, **options)
            try:
                return await Retrying(llm, attempts=attempts, sleep=noted(self.waits)).complete(request)
            finally:
                await llm.aclose()

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.bodies.append(json.loads(request.content))
        given = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(given, Exception):
            raise given
        return given


def noted(waits: list[float]) -> Callable[[float], Awaitable[None]]:
    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    return sleep


def ok(text: str | None = "Good evening.", **changes: Any) -> httpx.Response:
    return httpx.Response(200, json=completion(text) | changes)


def said(status: int, error: Any, **headers: str) -> httpx.Response:
    return httpx.Response(
        status, json=error, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
