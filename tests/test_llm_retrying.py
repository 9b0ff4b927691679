"""Trying again: how often, after what wait, and when no more. No test sleeps: the waits are noted."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from email.utils import formatdate

import httpx
import pytest

from pipeline.errors import BadReplyError, BriefError, ConfigurationError, NoMoreCalls, PipelineError, UpstreamError
from pipeline.llm import Reply, Request
from pipeline.llm.chat import Retryable
from pipeline.llm.retrying import Retrying
from tests.server import Queue, a_request, refusal
from tests.wire import NOW, Http, noted, ok, said


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


@pytest.mark.parametrize(("wait", "cap", "obeyed"), [(5, 5, True), (5.1, 5, False), (0.5, 0.5, True), (1, 0.5, False)])
def test_the_cap_is_as_it_is_set(wait: float, cap: float, obeyed: bool) -> None:
    """A wait as long as the cap is kept, a longer one never begun, and the usual ones stay below the cap."""
    waits: list[float] = []
    llm = Queue(Retryable(UpstreamError("busy"), wait), *[Retryable(UpstreamError("down"))] * 2, "Yes.")
    asked = Retrying(llm, retry_after_cap=cap, sleep=noted(waits)).complete(a_request())
    if obeyed:
        assert asyncio.run(asked).attempts == 4
        assert waits[0] == wait
        assert max(waits) <= cap
    else:
        with pytest.raises(NoMoreCalls):
            asyncio.run(asked)
        assert (len(llm.asked), waits) == (1, [])


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
