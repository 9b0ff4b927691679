"""Finding out which form an endpoint takes: what is refused is left for the next form, and that is remembered."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import respx

from pipeline.errors import ConfigurationError
from pipeline.llm import Reply, Request
from pipeline.llm.openai import OpenAILLM
from tests.server import a_request, refusal
from tests.wire import SCHEMA, URL, Http, a_client, ok, said

NO_SCHEMA = refusal(None, "'response_format.type' json_schema is not supported by this model.", "response_format")
NO_FORMAT = refusal(None, "This response_format type is unavailable now")
NO_FIELD = refusal("unsupported_parameter", "Unsupported parameter: 'max_completion_tokens'.", "max_completion_tokens")


def test_structured_output_falls_back_and_is_remembered() -> None:
    """A refused json_schema becomes json_object, then the schema in the prompt; the next request starts there."""
    ask = a_request(output_schema=SCHEMA)

    def replies(body: dict[str, Any]) -> httpx.Response:
        kind = body.get("response_format", {}).get("type")
        return {"json_schema": said(400, NO_SCHEMA), "json_object": said(422, NO_FORMAT)}.get(kind, ok("{}"))

    first, second, bodies = twice(ask, replies)
    assert (first.attempts, second.attempts) == (3, 1)
    kinds = [body.get("response_format", {}).get("type") for body in bodies]
    assert kinds == ["json_schema", "json_object", None, None]
    assert bodies[0]["messages"][0]["content"] == "Be brief."
    for body in bodies[1:]:
        system = body["messages"][0]["content"]
        assert system.startswith("Be brief.\n\nAnswer with one JSON object")
        assert '"additionalProperties": false' in system


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, NO_FIELD),
        (400, refusal(None, "Unrecognized request argument supplied: max_completion_tokens")),
        (400, {"message": "Additional properties are not allowed ('max_completion_tokens' was unexpected)"}),
        (
            422,
            {"detail": [{"type": "extra_forbidden", "loc": ["body", "max_completion_tokens"], "msg": "Extra inputs"}]},
        ),
    ],
)
def test_the_limit_field_falls_back_and_is_remembered(status: int, error: dict[str, Any]) -> None:
    """A max_completion_tokens refused in any wording becomes max_tokens; the next request starts there."""

    def replies(body: dict[str, Any]) -> httpx.Response:
        return said(status, error) if "max_completion_tokens" in body else ok()

    first, second, bodies = twice(a_request(), replies)
    assert (first.attempts, second.attempts) == (2, 1)
    assert [("max_tokens" in body) for body in bodies] == [False, True, True]


def test_every_request_counts_as_an_attempt() -> None:
    """A try that failed after it had changed its form counts each request it sent."""
    http = Http(said(400, NO_FIELD), httpx.Response(500), ok())
    assert http.ask().attempts == len(http.bodies) == 3


def twice(
    ask: Request, replies: Callable[[dict[str, Any]], httpx.Response]
) -> tuple[Reply, Reply, list[dict[str, Any]]]:
    """Two replies of one model to the same request, and the bodies that were sent."""
    bodies: list[dict[str, Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(request.content))
        return replies(bodies[-1])

    async def run() -> tuple[Reply, Reply]:
        with respx.mock:
            respx.post(f"{URL}/chat/completions").mock(side_effect=answer)
            llm = OpenAILLM(a_client())
            return await llm.complete(ask), await llm.complete(ask)

    return (*asyncio.run(run()), bodies)


def test_requests_in_flight_together_find_the_form_once() -> None:
    """Requests that are refused side by side move on by one form, not one each."""
    kinds: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        kinds.append(json.loads(request.content).get("response_format", {}).get("type"))
        return said(400, NO_SCHEMA) if kinds[-1] == "json_schema" else ok("{}")

    async def run() -> None:
        with respx.mock:
            respx.post(f"{URL}/chat/completions").mock(side_effect=answer)
            llm = OpenAILLM(a_client())
            await asyncio.gather(*(llm.complete(a_request(output_schema=SCHEMA)) for _ in range(4)))

    asyncio.run(run())
    assert sorted(map(str, kinds)) == ["json_object"] * 4 + ["json_schema"] * 4


def test_a_form_that_was_set_is_not_left() -> None:
    """With `structured` set its refusal is a configuration error that names the setting."""
    http = Http(said(400, NO_SCHEMA))
    with pytest.raises(ConfigurationError, match="structured"):
        http.ask(a_request(output_schema=SCHEMA), structured="json_schema")
    assert len(http.bodies) == 1
    with pytest.raises(ConfigurationError, match="limit_field"):
        Http(said(400, NO_FIELD)).ask(limit_field="max_completion_tokens")
    other = refusal(None, "'response_format.type' must be 'json_schema' or 'text'")
    with pytest.raises(ConfigurationError, match="structured"):
        Http(said(400, other)).ask(a_request(output_schema=SCHEMA), structured="json_object")


def test_an_endpoint_that_refuses_every_form_is_a_wrong_set_up() -> None:
    """A server that refuses whatever is sent gets each form once and no more."""
    http = Http(said(400, NO_SCHEMA))
    with pytest.raises(ConfigurationError):
        http.ask(a_request(output_schema=SCHEMA))
    assert len(http.bodies) == 3
