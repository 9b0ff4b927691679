"""What endpoints say when they refuse, and which error it becomes: the set-up's, a brief's, or a temporary one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import respx

from pipeline.errors import BriefError, ConfigurationError
from pipeline.llm import Reply
from pipeline.llm.openai import OpenAILLM
from tests.server import a_request, refusal
from tests.wire import KEY, URL, Http, a_client, said

CONFIGURATION = [
    pytest.param(401, refusal("invalid_api_key", f"Incorrect API key provided: {KEY}."), "key was rejected", id="key"),
    pytest.param(401, refusal(None, "Bad key sk-te***cdef"), "key was rejected", id="masked-key"),
    pytest.param(403, refusal(None, "No access to this model."), "may not do this", id="forbidden"),
    pytest.param(404, refusal("model_not_found", "The model `some-model` does not exist"), "no model", id="model"),
    pytest.param(404, refusal(None, 'model "some-model" not found, try pulling it'), "no model", id="model-local"),
    pytest.param(400, refusal("invalid_request_error", "Model Not Exist"), "no model", id="model-400"),
    pytest.param(404, {"detail": "Not Found"}, "ends in /v1", id="url"),
    pytest.param(405, {"detail": "Method Not Allowed"}, "ends in /v1", id="method"),
    pytest.param(429, refusal("insufficient_quota", "You exceeded your quota."), "quota is used up", id="quota"),
    pytest.param(402, refusal(None, "Insufficient Balance"), "quota is used up", id="balance"),
    pytest.param(400, refusal("unknown_parameter", "Unknown parameter: 'foo'.", "foo"), "extra_body", id="parameter"),
    pytest.param(400, refusal(None, "Invalid value.", "reasoning_effort"), "extra_body", id="value"),
]


@pytest.mark.parametrize(("status", "error", "why"), CONFIGURATION)
def test_a_wrong_set_up_stops_at_once(status: int, error: Any, why: str) -> None:
    """A wrong key, model, URL or parameter is one line that says what and why, after one request, without the key."""
    http = Http(said(status, error))
    with pytest.raises(ConfigurationError, match=why) as caught:
        http.ask()
    message = str(caught.value)
    assert len(http.bodies) == 1
    assert URL in message
    assert "\n" not in message
    assert "sk-" not in message
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("status", "error", "why"),
    [
        (400, refusal("context_length_exceeded", "Too much text.", "messages"), "Shorten the brief"),
        (400, refusal(None, "This model's maximum context length is 4096 tokens, you asked for 9000"), "Shorten"),
        (400, refusal(None, "'max_tokens' is too large: 9000. This model's maximum context length is 8192"), "Shorten"),
        (400, {"error": "the request exceeds the available context size"}, "Shorten"),
        (400, refusal(None, "max_completion_tokens 9000 is not supported: context window 8192"), "Shorten"),
        (413, "Payload too large", "Shorten"),
        (400, refusal("invalid_value", "max_tokens is too large: at most 4096.", "max_tokens"), "at most 4096"),
        (400, refusal(None, "Something about this text."), "Something about this text"),
        (400, refusal(None, "This content is not allowed. Unknown reason."), "refused the request"),
        (422, {"detail": "text cannot be read", "param": None}, "Change the brief"),
    ],
)
def test_a_refused_text_is_that_briefs_problem(status: int, error: Any, why: str) -> None:
    """A request that is too long or refused for its text fails its brief with the reason, and is not tried again."""
    http = Http(said(status, error))
    with pytest.raises(BriefError, match=why):
        http.ask()
    assert len(http.bodies) == 1


@pytest.mark.parametrize(
    ("key", "repeated"),
    [pytest.param("vendor-0123456789", "***", id="any-vendors-key"), pytest.param("ask", "ask", id="dummy-key")],
)
def test_keys_are_masked_in_what_a_server_says(key: str, repeated: str) -> None:
    """A key of any form is masked; the short one of a local server is a word like any other and is left."""

    async def refused() -> Reply:
        client = a_client(key)
        with respx.mock:
            respx.post(f"{URL}/chat/completions").mock(return_value=said(403, refusal(None, f"{key} may not")))
            return await OpenAILLM(client).complete(a_request())

    with pytest.raises(ConfigurationError) as caught:
        asyncio.run(refused())
    assert f"({repeated} may not)" in str(caught.value)
