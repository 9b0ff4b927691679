"""The model client: through respx for the shapes of HTTP, and through a real socket, since respx stands in for one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pipeline.errors import ConfigurationError, UpstreamError
from pipeline.llm import Message, Reply
from pipeline.llm.chat import Retryable
from pipeline.llm.openai import MANY, OpenAILLM, make_client
from pipeline.llm.retrying import Retrying
from pipeline.llm.tokens import Count
from tests.server import Answer, Server, a_request, completion
from tests.wire import KEY, Http, noted, ok

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
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_a_wrong_address_and_is_not_followed(in_flight: int, status: int) -> None:
    """One request, and the address that the server names; nothing is sent there."""
    with Server(["x"]) as elsewhere:
        moved = Answer(status=status, headers={"location": f"{elsewhere.url}/chat/completions?key=s3cret"})
        with Server([moved]) as server, pytest.raises(ConfigurationError, match=f"moved to {elsewhere.url}") as caught:
            asyncio.run(ask_server(server, in_flight))
        assert (len(server.journal), elsewhere.journal) == (1, [])
    assert "s3cret" not in str(caught.value)


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
