"""The model client: through respx for the shapes of HTTP, and through a real socket because respx replaces the client.

Every wait goes to an injected `sleep`, so no test sleeps between tries.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from email.utils import formatdate
from typing import Any

import httpx
import pytest
import respx
from openai import AsyncOpenAI
from pydantic import BaseModel

from pipeline.errors import BadReplyError, BriefError, ConfigurationError, NoMoreCalls, PipelineError, UpstreamError
from pipeline.llm import Message, Reply, Request
from pipeline.llm.chat import Retryable, strict_schema, without_reasoning
from pipeline.llm.openai import MANY, OpenAILLM, Retrying, make_client
from pipeline.llm.tokens import Count
from tests.server import Answer, Queue, Server, a_request, completion, refusal

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


# --- what is sent and what comes back --------------------------------------------------------------------------------


def test_a_good_answer_becomes_a_reply() -> None:
    """Text, model and the server's token counts are taken over; one request was sent."""
    usage = {"prompt_tokens": 90, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 64}}
    http = Http(ok(model="some-model-2026-11-01", usage=usage))
    reply = http.ask()
    assert (reply.text, reply.finish, reply.model) == ("Good evening.", "stop", "some-model-2026-11-01")
    assert (reply.input_tokens, reply.cached_tokens, reply.output_tokens, reply.estimated) == (90, 64, 7, False)
    assert reply.attempts == 1
    assert http.bodies == [
        {
            "model": "some-model",
            "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello."}],
            "max_completion_tokens": 100,
        }
    ]


def test_settings_reach_the_request() -> None:
    """The limit field and the extra body are sent as set."""
    http = Http(ok())
    http.ask(limit_field="max_tokens", extra_body={"reasoning_effort": "low"})
    assert http.bodies[0]["max_tokens"] == 100
    assert "max_completion_tokens" not in http.bodies[0]
    assert http.bodies[0]["reasoning_effort"] == "low"


@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": 5}, {"prompt_tokens": -1, "completion_tokens": 2}, "7"])
def test_missing_usage_is_estimated(usage: Any) -> None:
    """Without sound token counts from the server they are estimated, and that is said."""
    reply = Http(ok("Good evening, all.", usage=usage)).ask()
    assert reply.estimated
    assert reply.input_tokens > 16
    assert reply.output_tokens >= 5


def test_missing_usage_is_counted_where_that_can_be_done() -> None:
    """With a table at hand the counts are exact and not called estimates."""

    def letters(text: str, model: str) -> Count:
        return Count(len(text), False)

    reply = Http(ok("Good evening.", usage=None)).ask(count=letters)
    assert (reply.output_tokens, reply.estimated) == (13, False)


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


# --- trying again ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 529])
def test_temporary_failures_are_tried_again(status: int) -> None:
    """An overloaded or broken server is asked again, also when it answers with a page."""
    http = Http(httpx.Response(status, html="<h1>later</h1>"), ok())
    assert http.ask().attempts == 2
    assert (len(http.bodies), len(http.waits)) == (2, 1)


@pytest.mark.parametrize("failure", [httpx.ConnectError("no"), httpx.ReadError("reset"), httpx.ReadTimeout("slow")])
def test_a_lost_connection_is_tried_again(failure: Exception) -> None:
    """A refused, dropped or silent connection is tried again."""
    assert Http(failure, failure, ok()).ask().attempts == 3


@pytest.mark.parametrize("attempts", [1, 2, 4])
def test_an_endless_failure_gets_exactly_the_attempts(attempts: int) -> None:
    """Exactly as many requests are sent as attempts were given, then the error says what to do."""
    http = Http(said(500, refusal(None, "out of order")))
    with pytest.raises(UpstreamError, match=r"write: .*answered 500 \(out of order\).*run it again later") as caught:
        http.ask(attempts=attempts)
    assert not isinstance(caught.value, BadReplyError | Retryable)
    assert caught.value.exit_code == 75
    assert len(http.bodies) == attempts


def test_waits_grow_and_differ() -> None:
    """Without a word from the server the waits double from one second, each with up to a second at random."""
    first, second = Http(httpx.Response(500)), Http(httpx.Response(500))
    for http in (first, second):
        with pytest.raises(UpstreamError):
            http.ask()
        assert [int(wait) for wait in http.waits] == [1, 2, 4]
    assert first.waits != second.waits


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        pytest.param({"retry_after": "7"}, 7, id="seconds"),
        pytest.param({"retry_after": "2.5"}, 2.5, id="fraction"),
        pytest.param({"retry_after_ms": "1500"}, 1.5, id="milliseconds"),
        pytest.param({"retry_after_ms": "250", "retry_after": "9"}, 0.25, id="milliseconds-first"),
        pytest.param({"retry_after_ms": "soon", "retry_after": "9"}, 9, id="unreadable-milliseconds"),
        pytest.param({"retry_after": formatdate(NOW + 20, usegmt=True)}, 20, id="date"),
        pytest.param(
            {"retry_after": formatdate(NOW + 5020, usegmt=True), "date": formatdate(NOW + 5000, usegmt=True)},
            20,
            id="date-by-the-servers-clock",
        ),
        pytest.param({"retry_after": "60"}, 60, id="the-cap"),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_obeyed(status: int, headers: Mapping[str, str], wait: float) -> None:
    """The wait a server asks for is kept, in every form it can be written in."""
    http = Http(said(status, {}, **headers), ok())
    http.ask()
    assert http.waits == [wait]


@pytest.mark.parametrize(
    "value",
    ["", "soon", "-3", "nan", "0", "Tue, 99 Foo 2026", pytest.param(formatdate(NOW - 30, usegmt=True), id="past")],
)
def test_an_empty_retry_after_means_the_usual_wait(value: str) -> None:
    """A Retry-After that asks for nothing readable, or for no wait, never makes the client hammer."""
    http = Http(said(429, {}, retry_after=value), ok())
    http.ask()
    assert [int(wait) for wait in http.waits] == [1]


@pytest.mark.parametrize("value", ["61", "3600", "inf", pytest.param(formatdate(NOW + 3600, usegmt=True), id="date")])
def test_a_retry_after_above_the_cap_ends_at_once(value: str) -> None:
    """A server that asks for more than the cap is not asked again."""
    http = Http(said(429, {}, retry_after=value))
    with pytest.raises(NoMoreCalls, match=r"asks to wait .* s, over the 60 s of retry_after_cap. What is finished"):
        http.ask()
    assert (len(http.bodies), http.waits) == (1, [])


def test_a_long_wait_ends_what_is_being_tried_too() -> None:
    """When one request is asked to stay away for an hour, another between two tries makes no further one."""
    llm = Queue(Retryable(UpstreamError("down")), Retryable(UpstreamError("busy"), 3600), "never asked for")

    async def run() -> None:
        retrying = Retrying(llm, sleep=lambda seconds: asyncio.sleep(0.01))
        results = await asyncio.gather(*(retrying.complete(a_request()) for _ in range(2)), return_exceptions=True)
        assert [type(result) for result in results] == [NoMoreCalls] * 2
        assert [result.requests for result in results if isinstance(result, PipelineError)] == [1, 1]

    asyncio.run(run())
    assert len(llm.asked) == 2


def test_a_provider_that_is_down_is_not_asked_on_and_on() -> None:
    """After five requests in a row without an answer the next one sends nothing; an answer starts the count anew."""
    down = [Retryable(UpstreamError("down")) for _ in range(4)]
    llm = Queue(*down, "Up again.", *down, Retryable(UpstreamError("down")), "never asked for")
    retrying = Retrying(llm, attempts=1, sleep=noted([]))
    ended: list[type] = []
    for _ in range(11):
        try:
            ended.append(type(asyncio.run(retrying.complete(a_request()))))
        except PipelineError as error:
            ended.append(type(error))
    assert ended == [UpstreamError] * 4 + [Reply] + [UpstreamError] * 4 + [NoMoreCalls] * 2
    assert len(llm.asked) == 10


def test_only_retryable_failures_are_tried_again() -> None:
    """An error that another try cannot help passes through at once; so does a cancellation."""
    for error in (ConfigurationError("x"), BriefError("x"), asyncio.CancelledError()):
        llm = Queue(error, "never asked for")
        with pytest.raises(type(error)):
            asyncio.run(Retrying(llm, sleep=noted([])).complete(a_request()))
        assert len(llm.asked) == 1


def test_calls_side_by_side_have_their_own_tries() -> None:
    """Requests that fail side by side each get all their attempts."""
    tries: dict[str, int] = {}

    class Failing:
        async def complete(self, request: Request) -> Reply:
            tries[request.part] = tries.get(request.part, 0) + 1
            await asyncio.sleep(0)
            raise Retryable(UpstreamError("down"))

    async def run() -> None:
        llm = Retrying(Failing(), attempts=3, sleep=lambda seconds: asyncio.sleep(0))
        parts = (llm.complete(a_request(part=str(number))) for number in range(5))
        results = await asyncio.gather(*parts, return_exceptions=True)
        assert [type(result) for result in results] == [UpstreamError] * 4 + [NoMoreCalls]

    asyncio.run(run())
    assert set(tries.values()) == {3}


# --- what cannot be helped by trying again ---------------------------------------------------------------------------

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


def test_the_schema_is_told_without_a_system_message() -> None:
    """Where there is no system message to add the schema to, one is put first."""
    ask = a_request(output_schema=SCHEMA, messages=(Message(role="user", content="Hello."),))
    http = Http(ok("{}"))
    http.ask(ask, structured="prompt")
    assert [message["role"] for message in http.bodies[0]["messages"]] == ["system", "user"]
    assert "response_format" not in http.bodies[0]


# --- the client ------------------------------------------------------------------------------------------------------


def test_nothing_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not given is the default, also where the SDK would read a variable; retries are never the SDK's."""
    for name in ("BASE_URL", "ORG_ID", "PROJECT_ID", "API_KEY"):
        monkeypatch.setenv(f"OPENAI_{name}", "https://elsewhere.example")
    client = make_client(api_key=" some-key \n", base_url="", timeout=9)
    assert str(client.base_url) == "https://api.openai.com/v1/"
    assert (client.api_key, client.organization, client.project) == ("some-key", None, None)
    assert (client.max_retries, client.timeout) == (0, 9)
    named = make_client(api_key="k", organization="org-1", project="proj-1", timeout=9)
    assert (named.organization, named.project) == ("org-1", "proj-1")


@pytest.mark.parametrize("key", ["", "  ", "two words", "ключ", "line\nbreak"])
def test_a_key_that_cannot_be_is_refused(key: str) -> None:
    """A missing or mangled key is a configuration error that does not repeat it."""
    with pytest.raises(ConfigurationError) as caught:
        make_client(api_key=key, timeout=9)
    assert not key.strip() or key not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["api.example.com/v1", "ftp://example.com", "http://", "http://host:port/v1", "https://a b/v1", "http://[::1"],
)
def test_a_url_that_cannot_be_is_refused(url: str) -> None:
    """A base URL that could never answer is named before any request."""
    with pytest.raises(ConfigurationError, match="base URL"):
        make_client(api_key="k", base_url=url, timeout=9)


def test_credentials_in_a_url_are_not_repeated() -> None:
    """User and password in a base URL reach neither a message nor the ledger's endpoint."""
    client = make_client(api_key="k", base_url="https://me:secret@model.example/v1?key=secret", timeout=9)
    assert OpenAILLM(client).endpoint == "https://model.example/v1"
    with pytest.raises(ConfigurationError) as caught:
        make_client(api_key="k", base_url="ftp://me:secret@model.example", timeout=9)
    assert "secret" not in str(caught.value)


# --- through a real socket -------------------------------------------------------------------------------------------


both_transports = pytest.mark.parametrize("in_flight", [1, MANY], ids=["default", "aiohttp"])


async def ask_server(server: Server, in_flight: int, *, timeout: float = 5, attempts: int = 2) -> Reply:
    client = make_client(api_key=KEY, base_url=server.url, in_flight=in_flight, timeout=timeout)
    llm = OpenAILLM(client, timeout=timeout)
    try:
        return await Retrying(llm, attempts=attempts, sleep=noted([])).complete(a_request())
    finally:
        await llm.aclose()


@pytest.mark.loopback
@both_transports
def test_the_real_client_gets_a_reply(in_flight: int) -> None:
    """The production client, over a socket: key and body arrive, the reply comes back, no connection stays."""
    with Server(["Good evening."]) as server:
        reply = asyncio.run(ask_server(server, in_flight))
        server.wait_until_closed()
    assert (reply.text, reply.attempts) == ("Good evening.", 1)
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"
    assert server.bodies[0]["model"] == "some-model"


@pytest.mark.loopback
@both_transports
@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(Answer(status=503, headers={"retry-after": "3"}), id="503"),
        pytest.param(Answer(completion("Rain."), drop=25), id="dropped-in-the-body"),
        pytest.param(Answer("<html>Sign in</html>", headers={"content-type": "text/html"}), id="html"),
        pytest.param(Answer(completion("Rain.") | {"choices": []}), id="no-choices"),
        pytest.param(Answer(b"\x1f\x8bnot gzip", headers={"content-encoding": "gzip"}), id="bad-gzip"),
    ],
)
def test_the_real_client_tries_again(in_flight: int, broken: Answer) -> None:
    """Over a socket too a broken answer is followed by one more request."""
    with Server([broken, "Good evening."]) as server:
        reply = asyncio.run(ask_server(server, in_flight))
    assert (reply.text, reply.attempts, len(server.bodies)) == ("Good evening.", 2, 2)


@pytest.mark.loopback
@both_transports
@pytest.mark.parametrize("slow", [Answer(completion("x" * 500), drip=0.02), Answer(hang=True)], ids=["drip", "silence"])
def test_a_dripping_or_silent_server_is_cut(in_flight: int, slow: Answer) -> None:
    """The deadline counts from the request to the last byte, so a byte now and then does not keep a call alive."""
    with Server([slow]) as server:
        with pytest.raises(UpstreamError, match=r"no complete answer within 0\.15 s.*2 requests sent"):
            asyncio.run(ask_server(server, in_flight, timeout=0.15))
        server.wait_until_closed()


@pytest.mark.loopback
@both_transports
@pytest.mark.parametrize("drop", [None, 10], ids=["before any byte", "in the body"])
def test_a_lost_connection_may_have_been_billed(in_flight: int, drop: int | None) -> None:
    """A connection that is lost after the question was sent counts as paid for; one that was never made does not."""

    async def failure(url: str) -> Retryable:
        llm = OpenAILLM(make_client(api_key=KEY, base_url=url, in_flight=in_flight, timeout=5))
        with pytest.raises(Retryable, match=r"connection to .* failed") as caught:
            await llm.complete(a_request())
        await llm.aclose()
        return caught.value

    with Server([Answer(completion("Rain."), drop=drop) if drop else Answer(gone=True)]) as server:
        url = server.url
        assert asyncio.run(failure(url)).billed
    assert not asyncio.run(failure(url)).billed


@pytest.mark.loopback
@both_transports
def test_nobody_listening_is_an_upstream_error(in_flight: int) -> None:
    """A port where nobody listens is tried again and then reported with its address."""
    with Server(["x"]) as server:
        url = server.url
    with pytest.raises(UpstreamError, match=f"connection to {url} failed"):
        asyncio.run(ask_server(server, in_flight))


@pytest.mark.loopback
@both_transports
def test_cancelling_leaves_nothing_behind(in_flight: int) -> None:
    """A cancelled call leaves no task and no open connection, and is not tried again."""

    async def run(server: Server) -> None:
        llm = OpenAILLM(make_client(api_key=KEY, base_url=server.url, in_flight=in_flight, timeout=30))
        call = asyncio.create_task(Retrying(llm).complete(a_request()))
        while not server.bodies:
            await asyncio.sleep(0.005)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await asyncio.to_thread(server.wait_until_closed)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        await llm.aclose()

    with Server([Answer(hang=True)]) as server:
        asyncio.run(run(server))
        assert len(server.bodies) == 1


@pytest.mark.loopback
@both_transports
def test_many_calls_at_once_each_get_their_own_answer(in_flight: int) -> None:
    """Calls in flight together over one client do not mix up their answers."""

    async def run(server: Server) -> list[Reply]:
        llm = OpenAILLM(make_client(api_key=KEY, base_url=server.url, in_flight=in_flight, timeout=5))
        asks = (a_request(messages=(Message(role="user", content=f"Number {number}"),)) for number in range(20))
        replies = await asyncio.gather(*(llm.complete(ask) for ask in asks))
        await llm.aclose()
        return replies

    with Server(lambda body: body["messages"][0]["content"]) as server:
        replies = asyncio.run(run(server))
    assert [reply.text for reply in replies] == [f"Number {number}" for number in range(20)]
