"""Limits: how many requests at once, how many a minute, how much money and how many tokens a run."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import BadReplyError, BriefError, ConfigurationError, NoMoreCalls, UpstreamError
from pipeline.llm import LLM, Reply, Request
from pipeline.llm.chat import Retryable
from pipeline.llm.limits import Budgeted, LastMinute, Paced, at_most
from pipeline.llm.tokens import Price, request_tokens
from tests.clock import now, timeless
from tests.server import Queue, a_request


class Watched:
    """A model that takes a moment; remembers when each request began and how many were in flight at most."""

    def __init__(self, answer: Callable[[int], Reply | Exception] | None = None, seconds: float = 0.01) -> None:
        self._answer = answer or (lambda number: Reply(text="Yes.", model="m"))
        self._seconds = seconds
        self.began: list[float] = []
        self.places: list[str] = []
        self.in_flight = 0
        self.most = 0

    async def complete(self, request: Request) -> Reply:
        self.began.append(now())
        self.places.append(request.part)
        self.in_flight += 1
        self.most = max(self.most, self.in_flight)
        number = len(self.began)
        try:
            await asyncio.sleep(self._seconds)
        finally:
            self.in_flight -= 1
        answer = self._answer(number)
        if isinstance(answer, Exception):
            raise answer
        return answer


def all_of(llm: LLM, count: int, **changes: Any) -> list[Any]:
    """What becomes of so many requests side by side, each with its own part."""

    async def run() -> list[Any]:
        requests = (llm.complete(a_request(part=str(number), **changes)) for number in range(count))
        return await asyncio.gather(*requests, return_exceptions=True)

    return timeless(run())


# --- pacing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("in_flight", [1, 3, 50])
def test_never_more_than_so_many_are_in_flight(in_flight: int) -> None:
    """The bound is reached and not passed, and requests start in the order they came."""
    llm = Watched()
    replies = all_of(Paced(llm, in_flight=in_flight), 20)
    assert all(isinstance(reply, Reply) for reply in replies)
    assert llm.most == min(in_flight, 20)
    assert llm.places == [str(number) for number in range(20)]


def test_a_cancelled_request_frees_its_place() -> None:
    """A request that is cancelled in flight, or while it waits, does not hold up the others."""
    llm = Watched(seconds=0.02)

    async def run() -> None:
        paced = Paced(llm, in_flight=1)
        tasks = [asyncio.create_task(paced.complete(a_request(part=str(n)))) for n in range(4)]
        await asyncio.sleep(0.005)
        tasks[0].cancel()
        tasks[2].cancel()
        await asyncio.wait(tasks)

    timeless(run())
    assert llm.places == ["0", "1", "3"]


def test_no_minute_has_too_many_requests() -> None:
    """With 5 requests a minute the sixth begins when the first is a minute old, and so on."""
    llm = Watched(seconds=0)
    all_of(Paced(llm, in_flight=50, rpm=5, now=now), 12)
    assert llm.began == pytest.approx([0] * 5 + [60] * 5 + [120] * 2)


def test_tokens_a_minute_are_counted_as_they_come() -> None:
    """Expected tokens hold a place, counted ones replace them: small replies let more requests through."""
    small = Watched(lambda number: Reply(text="", model="m", input_tokens=10, output_tokens=10), seconds=0)
    request = a_request(max_output_tokens=4000)
    expected = request_tokens(request) + 1000
    all_of(Paced(small, in_flight=1, tpm=expected, now=now), 20, max_output_tokens=4000)
    assert small.began == [0] * 20

    large = Watched(lambda number: Reply(text="", model="m", input_tokens=10, output_tokens=expected), seconds=0)
    all_of(Paced(large, in_flight=9, tpm=expected, now=now), 3, max_output_tokens=4000)
    assert large.began == pytest.approx([0, 60, 120])


def test_both_limits_of_a_minute_hold() -> None:
    """Where requests would still be free, tokens hold the next one back, and the other way round."""
    llm = Watched(lambda number: Reply(text="", model="m", input_tokens=300, output_tokens=100), seconds=0)
    one = request_tokens(a_request()) + 100  # with the longest reply so far
    all_of(Paced(llm, in_flight=1, rpm=3, tpm=400 + one, now=now), 4)
    assert llm.began == pytest.approx([0, 0, 60, 60])
    llm.began.clear()
    all_of(Paced(llm, in_flight=1, rpm=1, tpm=10_000, now=now), 3)
    assert llm.began == pytest.approx([0, 60, 120])


@given(
    st.lists(st.tuples(st.floats(0, 30), st.integers(0, 50)), max_size=40),
    st.integers(1, 6) | st.none(),
    st.integers(1, 100) | st.none(),
)
@settings(max_examples=200, deadline=None)
def test_any_minute_is_within_the_limits(
    asked: list[tuple[float, int]], requests: int | None, tokens: int | None
) -> None:
    """However requests come, 60 seconds never hold more than allowed; one too large for any minute goes alone."""
    minute = LastMinute(requests=requests, tokens=tokens)
    now, went = 0.0, []
    for pause, size in asked:
        now = minute.free_at(now + pause, size)
        assert minute.free_at(now, size) == now
        minute.add(now, size)
        went.append((now, size))
    for index, (at, _) in enumerate(went):
        inside = [size for moment, size in went[: index + 1] if moment + 60 > at]
        assert requests is None or len(inside) <= requests
        assert tokens is None or sum(inside) <= tokens or len([size for size in inside if size]) <= 1


def test_a_busy_endpoint_is_left_alone_by_all() -> None:
    """Asked to wait, nobody sends until then; afterwards fewer are in flight, and with answers more again."""

    def answer(number: int) -> Reply | Exception:
        return Retryable(UpstreamError("busy"), 30, throttled=True) if number <= 8 else Reply(text="", model="m")

    llm = Watched(answer, seconds=1)
    paced = Paced(llm, in_flight=8, now=now)

    results = all_of(paced, 30)
    assert sum(isinstance(result, Retryable) for result in results) == 8
    assert llm.began[:8] == [0] * 8
    assert llm.began[8:12] == pytest.approx([31] * 4)
    assert llm.began[12] == pytest.approx(32)
    assert llm.most == 8


# --- budgets ---------------------------------------------------------------------------------------------------------

PRICES = {"some-model": Price(input=Decimal(1_000_000), output=Decimal(1_000_000))}  # a dollar a token
MOST = at_most(a_request(), PRICES["some-model"])


def budgeted(llm: LLM, **limits: Any) -> Budgeted:
    return Budgeted(llm, prices=PRICES, **limits)


def used(tokens: int) -> Reply:
    return Reply(text="", model="some-model", input_tokens=tokens - 1, output_tokens=1)


@pytest.mark.parametrize("limit", ["max_cost", "max_tokens"])
def test_a_call_starts_only_when_it_fits(limit: str) -> None:
    """Of 10 calls of 50 as many are made as fit with the most that one may use, and none after that."""
    llm = Watched(lambda number: used(50), seconds=0)
    results = all_of(budgeted(llm, **{limit: MOST.tokens + 120}), 10)
    assert [type(result) for result in results] == [Reply] * 3 + [NoMoreCalls] * 7
    assert f"({limit}) is reached" in str(results[-1])
    assert len(llm.began) == 3


def test_calls_in_flight_are_reserved_in_full() -> None:
    """Side by side only as many start as fit with the most that each may use; the others wait for what is left."""
    llm = Watched(lambda number: used(1))
    all_of(budgeted(llm, max_tokens=MOST.tokens * 3), 12)
    assert llm.most == 3
    assert len(llm.began) == 12


@given(st.lists(st.integers(1, 130), min_size=1, max_size=30), st.integers(1, 2000))
@settings(max_examples=100, deadline=None)
def test_a_budget_is_never_passed(sizes: list[int], extra: int) -> None:
    """Whatever replies use within their limits, the sum stays within the budget."""
    replies = [min(size, MOST.tokens) for size in sizes]
    spent = 0

    def answer(number: int) -> Reply:
        nonlocal spent
        spent += replies[number - 1]
        return used(replies[number - 1])

    llm = budgeted(Watched(answer, seconds=0), max_tokens=MOST.tokens + extra)
    results = all_of(llm, len(replies))
    assert spent <= MOST.tokens + extra
    assert all(isinstance(result, Reply | NoMoreCalls) for result in results)


def test_a_budget_below_one_call_is_a_wrong_set_up() -> None:
    """Waiting would not help; nothing is sent."""
    llm = Queue("never asked for")
    (result,) = all_of(budgeted(llm, max_tokens=MOST.tokens - 1), 1)
    assert isinstance(result, ConfigurationError)
    assert llm.asked == []


def test_money_cannot_be_limited_without_a_price() -> None:
    """The model is named and how to set its price; tokens can be limited all the same."""
    llm = Queue("Yes.")
    (result,) = all_of(budgeted(llm, max_cost=Decimal(5)), 1, model="new-model")
    assert isinstance(result, ConfigurationError)
    assert '[prices."new-model"]' in str(result)
    assert isinstance(all_of(budgeted(llm, max_tokens=10_000), 1, model="new-model")[0], Reply)


FAILURES = {
    "refused": (Retryable(UpstreamError("500"), billed=False), True),
    "wrong text": (BriefError("400"), True),
    "lost": (Retryable(UpstreamError("cut")), False),
    "unusable": (Retryable(BadReplyError("html")), False),
}


@pytest.mark.parametrize(("failure", "free"), FAILURES.values(), ids=FAILURES)
def test_a_lost_answer_counts_in_full_and_a_refusal_nothing(failure: Exception, free: bool) -> None:
    """What may have been billed is counted as if it had been."""
    llm = budgeted(Queue(failure, "Yes."), max_tokens=MOST.tokens)

    async def twice() -> list[Any]:
        return [*(await asyncio.gather(llm.complete(a_request()), return_exceptions=True)),
                *(await asyncio.gather(llm.complete(a_request()), return_exceptions=True))]  # fmt: skip

    first, second = timeless(twice())
    assert first is failure
    assert isinstance(second, Reply if free else NoMoreCalls)


@pytest.mark.parametrize("make", [lambda llm: Paced(llm, in_flight=1), lambda llm: budgeted(llm, max_tokens=10**6)])
def test_a_limit_leaves_no_task_behind(make: Callable[[LLM], LLM]) -> None:
    """Cancelling requests that wait and that are in flight leaves nothing running."""

    async def run() -> None:
        llm = make(Watched(seconds=5))
        tasks = [asyncio.create_task(_of(llm.complete(a_request()))) for _ in range(3)]
        await asyncio.sleep(0.01)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    timeless(run())


async def _of(reply: Awaitable[Reply]) -> Reply:
    return await reply
