"""Limits on what is asked: how much at once, how much a minute, how much in a run.

Lives here: `Paced` and `Budgeted`. Does not: retries (`openai.py`), counting and prices (`tokens.py`). Imports layer 0
and `pipeline.llm`.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

from pipeline.errors import ConfigurationError, NoMoreCalls, PipelineError
from pipeline.llm import LLM, Reply, Request
from pipeline.llm.chat import Retryable
from pipeline.llm.tokens import Rates, cost_of, rates_of, request_tokens

# --- how much at once, how much a minute -----------------------------------------------------------------------------


@dataclass(slots=True)
class Sent:
    """A request of the last minute: when it began, and its tokens, expected at first and counted when it has ended."""

    at: float
    tokens: int


class LastMinute:
    """The requests of the last minute, and when the next one may begin so that no minute holds too many."""

    def __init__(self, *, requests: int | None, tokens: int | None, seconds: float = 60.0) -> None:
        self._requests = requests
        self._tokens = tokens
        self._seconds = seconds
        self._sent: deque[Sent] = deque()

    def free_at(self, now: float, tokens: int) -> float:
        """When a request of so many tokens may begin, `now` at the earliest. One over the limit by itself waits for all
        others. A moment, not a wait: added to a clock, a wait may fall short of the moment by a rounding."""
        while self._sent and self._sent[0].at + self._seconds <= now:
            self._sent.popleft()
        excess = sum(sent.tokens for sent in self._sent) + tokens - self._tokens if self._tokens else 0
        surplus = len(self._sent) + 1 - self._requests if self._requests else 0
        free = now
        for number, sent in enumerate(self._sent, 1):
            if excess <= 0 and number > surplus:
                break
            excess -= sent.tokens
            free = sent.at + self._seconds
        return free

    def add(self, now: float, tokens: int) -> Sent:
        """Note that a request begins."""
        sent = Sent(now, tokens)
        if self._requests or self._tokens:
            self._sent.append(sent)
        return sent


class Paced:
    """At most `in_flight` requests at once over all briefs, and `rpm` requests and `tpm` tokens in any minute.

    Requests start in the order they come. When the endpoint says that there are too many, all wait as long as it asks,
    and from then on half as many are in flight; with each round of answers it is one more, up to `in_flight`. The
    tokens of a request are its prompt by estimate and the longest reply that its stage had so far (a quarter of its
    limit at first), until its reply counts them.
    """

    def __init__(
        self,
        llm: LLM,
        *,
        in_flight: int,
        rpm: int | None = None,
        tpm: int | None = None,
        minute: float = 60.0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._llm = llm
        self._in_flight = in_flight
        self._width = float(in_flight)
        self._busy = 0
        self._shut_until = 0.0
        self._slowed_at = float("-inf")
        self._minute = LastMinute(requests=rpm, tokens=tpm, seconds=minute)
        self._counts_tokens = tpm is not None
        self._longest: dict[str, int] = {}
        self._now = now
        self._turn = asyncio.Lock()
        self._changed = asyncio.Event()

    async def complete(self, request: Request) -> Reply:
        """Answer one request when there is a place for it."""
        async with self._turn:
            await self._wait_for_place(request)
            sent = self._minute.add(self._now(), self._expected(request))
            self._busy += 1
        began = self._now()
        try:
            reply = await self._llm.complete(request)
        except Retryable as error:
            if error.throttled:
                self._slow_down(error.retry_after or 0, began)
            raise
        finally:
            self._busy -= 1
            self._changed.set()
        self._width = min(self._in_flight, self._width + 1 / self._width)
        self._longest[request.stage] = max(reply.output_tokens, self._longest.get(request.stage, 0))
        sent.tokens = reply.input_tokens + reply.output_tokens
        return reply

    def _expected(self, request: Request) -> int:
        if not self._counts_tokens:
            return 0
        return request_tokens(request) + self._longest.get(request.stage, request.max_output_tokens // 4)

    async def _wait_for_place(self, request: Request) -> None:
        while True:
            self._changed.clear()
            now = self._now()
            wait = max(self._shut_until, self._minute.free_at(now, self._expected(request))) - now
            if self._busy >= max(1, int(self._width)):
                wait = max(wait, 3600.0)
            if wait <= 0:
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._changed.wait()

    def _slow_down(self, seconds: float, began: float) -> None:
        """Halve once for all requests that were in flight together: only the first of them began before it was shut."""
        now = self._now()
        if began >= self._slowed_at:
            self._width = max(1.0, self._width / 2)
            self._slowed_at = now
        self._shut_until = max(self._shut_until, now + seconds)
        self._changed.set()


# --- how much in a run -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Amount:
    """What calls use: tokens, in and out, and US dollars."""

    tokens: int = 0
    cost: Decimal = Decimal(0)

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.tokens + other.tokens, self.cost + other.cost)

    def __sub__(self, other: Amount) -> Amount:
        return Amount(self.tokens - other.tokens, self.cost - other.cost)


def at_most(request: Request, rates: Rates | None) -> Amount:
    """The most that a request can use: its prompt, over-estimated, and a reply as long as its limit."""
    sent, received = request_tokens(request), request.max_output_tokens
    if rates is None:
        return Amount(sent + received)
    return Amount(sent + received, (sent * rates.input + received * rates.output) / 1_000_000)


class Budgeted:
    """Lets a call start only when it fits what is left of the run's budget: `max_cost` US dollars, `max_tokens` tokens.

    What is gone is what was spent and what the calls in flight may yet spend (`at_most`); a try whose answer was lost
    on the way counts in full. A call that does not fit waits for those in flight, which mostly use less; when none is
    left the budget is reached: `NoMoreCalls`, from then on for every call. `ConfigurationError` when not even the first
    call fits, or when money is limited and the model has no price.
    """

    def __init__(
        self,
        llm: LLM,
        *,
        prices: Mapping[str, Rates],
        max_cost: Decimal | None = None,
        max_tokens: int | None = None,
    ) -> None:
        self._llm = llm
        self._prices = prices
        self._max_cost = max_cost
        self._max_tokens = max_tokens
        self._spent = Amount()
        self._reserved = Amount()
        self._in_flight = 0
        self._reached = False
        self._turn = asyncio.Lock()
        self._changed = asyncio.Event()

    async def complete(self, request: Request) -> Reply:
        """Answer one request if the budget allows it."""
        most = self._most(request)
        async with self._turn:
            await self._wait_until_it_fits(request, most)
            self._reserved += most
            self._in_flight += 1
        used = most
        try:
            reply = await self._llm.complete(request)
            cost = cost_of(reply, self._prices, asked=request.model)
            used = Amount(reply.input_tokens + reply.output_tokens, most.cost if cost is None else cost)
            return reply
        except PipelineError as error:
            used = most if isinstance(error, Retryable) and error.billed else Amount()
            raise
        finally:
            self._spent += used
            self._reserved -= most
            self._in_flight -= 1
            self._changed.set()

    def _most(self, request: Request) -> Amount:
        rates = rates_of(request.model, self._prices)
        if rates is None and self._max_cost is not None:
            raise ConfigurationError(
                f"max_cost is set and the price of model {request.model!r} is unknown. "
                f'Set it in commentary.toml under [prices."{request.model}"], or limit with max_tokens.'
            )
        return at_most(request, rates)

    async def _wait_until_it_fits(self, request: Request, most: Amount) -> None:
        while not self._reached and (over := self._over(self._spent + self._reserved + most)):
            if not self._in_flight:
                if self._spent == Amount():
                    raise ConfigurationError(f"{over} does not pay for one call ({request.place}). Raise it.")
                self._reached = True
                self._said = f"{over} is reached before {request.place}. What is finished is kept: run again to go on."
                break
            self._changed.clear()
            await self._changed.wait()
        if self._reached:
            raise NoMoreCalls(self._said)

    def _over(self, amount: Amount) -> str | None:
        """The limit that an amount goes beyond, for people."""
        if self._max_cost is not None and amount.cost > self._max_cost:
            return f"the budget of ${self._max_cost} (max_cost)"
        if self._max_tokens is not None and amount.tokens > self._max_tokens:
            return f"the budget of {self._max_tokens:,} tokens (max_tokens)"
        return None
