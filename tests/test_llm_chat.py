"""The words of chat completions: what an answer is told to be, and how an object is asked for."""

from __future__ import annotations

import json

import httpx
import pytest

from pipeline.errors import BadReplyError
from pipeline.llm import Message
from pipeline.llm.chat import strict_schema, without_reasoning
from tests.server import a_request, completion, refusal
from tests.wire import SCHEMA, Http, ok, said

# --- what comes back -------------------------------------------------------------------------------------------------


def test_cached_tokens_in_another_vendors_form() -> None:
    """A cache count beside the usage counts, and never above the input."""
    usage = {"prompt_tokens": 90, "completion_tokens": 7, "prompt_cache_hit_tokens": 400}
    assert Http(ok(usage=usage)).ask().cached_tokens == 90


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("length", "length"),
        ("content_filter", "content_filter"),
        ("sensitive", "content_filter"),
        ("tool_calls", "unknown"),
        ("some_new_reason", "unknown"),
    ],
)
@pytest.mark.parametrize("text", ["Half a sen", None])
def test_other_finish_reasons_are_returned(reason: str, finish: str, text: str | None) -> None:
    """A reply that was cut or stopped is a reply with its reason, with or without text, and is not tried again."""
    http = Http(httpx.Response(200, json=completion(text, finish=reason)))
    reply = http.ask()
    assert (reply.finish, reply.text) == (finish, text or "")
    assert len(http.bodies) == 1


def test_a_refusal_is_returned() -> None:
    """A refusal in place of content is finish `refusal`, whatever the finish reason says."""
    reply = Http(httpx.Response(200, json=completion(None, refusal="I cannot help with that."))).ask()
    assert (reply.finish, reply.text) == ("refusal", "I cannot help with that.")


@pytest.mark.parametrize("code", ["content_filter", "data_inspection_failed"])
def test_a_filtered_prompt_is_a_filtered_reply(code: str) -> None:
    """A 400 by which a vendor's filter refuses the prompt is finish `content_filter`: the brief is parked."""
    http = Http(said(400, refusal(code, "The prompt was filtered.")))
    assert http.ask().finish == "content_filter"
    assert len(http.bodies) == 1


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<think>Let me see.</think>\n\nRain.", "Rain."),
        ("Let me see.\n</think>\nRain.", "Rain."),
        ("<THINK>a</THINK> <thinking>b</thinking> Rain.", "Rain."),
        ("<think>one</think>Rain <think>two</think>and wind.", "Rain and wind."),
        ("a <think>b</think> c </think> Rain.", "Rain."),
        ("<think >a</think >Rain.", "Rain."),
        ("[THINK]a[/THINK]Rain.", "Rain."),
        ("◁think▷a◁/think▷Rain.", "Rain."),
        ("<reasoning>a</reasoning>Rain.", "Rain."),
        ("<think>never closed", ""),
        ("  Rain.  ", "Rain."),
        ("The model writes a <think> tag first.", "The model writes a <think> tag first."),
        ('<think>{"a": 1}</think>{"a": 2}', '{"a": 2}'),
    ],
)
def test_reasoning_is_stripped(content: str, text: str) -> None:
    """Reasoning blocks, also without their opening tag, never reach the text; a mention of the tag cuts nothing."""
    assert without_reasoning(content) == text


def test_stripping_reasoning_is_linear() -> None:
    """A hostile reply of opening tags is looked through once."""
    assert without_reasoning("a" + "<think>" * 100_000 + "x" * 1_000_000).startswith("a<think>")


def test_reasoning_fields_are_ignored() -> None:
    """Reasoning in a field of its own is not part of the reply."""
    answer = httpx.Response(200, json=completion("Rain.", reasoning_content="secret", reasoning="secret"))
    assert "secret" not in Http(answer).ask().model_dump_json()


# --- a 200 that is no reply ------------------------------------------------------------------------------------------

UNUSABLE = [
    pytest.param(httpx.Response(200, html="<html><body>Sign in</body></html>"), "not JSON", id="html"),
    pytest.param(httpx.Response(200, content=b""), "not JSON", id="nothing"),
    pytest.param(httpx.Response(200, content=json.dumps(completion("Rain."))[:60]), "not JSON", id="cut-json"),
    pytest.param(httpx.Response(200, content=b'{"a": "\xff\xfe"}'), "not JSON", id="not-utf8"),
    pytest.param(httpx.Response(200, content=b"[" * 200_000), "not JSON", id="deep"),
    pytest.param(httpx.Response(200, json=[completion("Rain.")]), "not a JSON object", id="list"),
    pytest.param(httpx.Response(200, json=refusal("overloaded", "busy")), "an error: .*busy", id="error-object"),
    pytest.param(ok(choices=[]), "no choices", id="no-choices"),
    pytest.param(ok(choices=None), "no choices", id="null-choices"),
    pytest.param(ok(choices=[{"finish_reason": "stop"}]), "no choices", id="no-message"),
    pytest.param(ok(None), "no text", id="null-content"),
    pytest.param(httpx.Response(200, json=completion([{"type": "text"}])), "empty", id="list-content"),
    pytest.param(ok("  \n"), "empty", id="blank"),
    pytest.param(ok("<think>only thoughts</think>"), "empty", id="only-reasoning"),
    pytest.param(httpx.Response(200, content=json.dumps(completion("\ud83d"))), "half a char", id="half-a-character"),
    pytest.param(httpx.Response(200, json=completion("Rain", finish=None)), "broke off", id="no-finish-reason"),
    pytest.param(httpx.Response(200, json=completion("Ra", finish="network_error")), "broke off", id="interrupted"),
]


@pytest.mark.parametrize(("answer", "why"), UNUSABLE)
def test_a_200_that_stays_unusable_is_a_bad_reply(answer: httpx.Response, why: str) -> None:
    """A 200 that is no reply is tried again within the budget and then said to be one."""
    http = Http(answer)
    with pytest.raises(BadReplyError, match=why) as caught:
        http.ask()
    assert len(http.bodies) == 4
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("answer", "why"), UNUSABLE)
def test_a_200_that_gets_better_is_a_reply(answer: httpx.Response, why: str) -> None:
    """An unusable 200 followed by a good one costs one more attempt and nothing else."""
    reply = Http(answer, ok()).ask()
    assert (reply.text, reply.attempts) == ("Good evening.", 2)


# --- asking for an object --------------------------------------------------------------------------------------------


def test_a_schema_is_sent_in_strict_form() -> None:
    """With a schema the first choice is json_schema, closed and with every field required."""
    http = Http(ok("{}"))
    http.ask(a_request(output_schema=SCHEMA))
    form = http.bodies[0]["response_format"]
    assert form["type"] == "json_schema"
    assert (form["json_schema"]["name"], form["json_schema"]["strict"]) == ("write", True)
    assert form["json_schema"]["schema"] == {
        "type": "object",
        "description": "A part of an answer.",
        "properties": {"title": {"type": "string"}, "note": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
        "required": ["title", "note"],
        "additionalProperties": False,
    }


def test_strict_schema_reaches_every_level() -> None:
    """Definitions, list items and unions are made strict too, and nothing stands beside a reference."""
    schema = {
        "$defs": {"Part": SCHEMA},
        "type": "object",
        "properties": {
            "title": {"type": "array", "items": {"$ref": "#/$defs/Part"}, "maxItems": 3},
            "one": {"$ref": "#/$defs/Part", "description": "The one."},
            "either": {"oneOf": [SCHEMA, {"type": "null"}], "discriminator": {"propertyName": "title"}},
            "default": {"type": "string", "maxLength": 9, "default": "x"},
        },
    }
    strict = strict_schema(schema)
    part = strict["$defs"]["Part"]
    assert part["additionalProperties"] is False
    assert strict["required"] == ["title", "one", "either", "default"]
    assert strict["properties"]["title"] == {"type": "array", "items": {"$ref": "#/$defs/Part"}, "maxItems": 3}
    assert strict["properties"]["one"] == {"description": "The one.", "anyOf": [{"$ref": "#/$defs/Part"}]}
    assert strict["properties"]["either"] == {"anyOf": [part, {"type": "null"}]}
    assert strict["properties"]["default"] == {"type": "string"}
    assert "default" in schema["properties"]["default"], "the given schema is left as it is"


def test_the_schema_is_told_without_a_system_message() -> None:
    """Where there is no system message to add the schema to, one is put first."""
    ask = a_request(output_schema=SCHEMA, messages=(Message(role="user", content="Hello."),))
    http = Http(ok("{}"))
    http.ask(ask, structured="prompt")
    assert [message["role"] for message in http.bodies[0]["messages"]] == ["system", "user"]
    assert "response_format" not in http.bodies[0]
