"""Trying again: the one retry layer there is.

Lives here: `Retrying`, how long it waits and when it gives up. Does not: which failures are temporary (`refusals.py`,
`chat.py`). The only importer of tenacity; beside it layer 0, `pipeline.llm` and `chat`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import tenacity

from pipeline.errors import NoMoreCalls, PipelineError
from pipeline.llm import LLM, Reply, Request
from pipeline.llm.chat import Retryable

GIVE_UP_AFTER = 5
"""So many requests in a row whose every attempt failed, and the provider counts as down."""


class Retrying:
    """Tries a request again while it fails with `Retryable`: the only retry layer there is.

    At most `attempts` tries. Between them the wait the endpoint asks for, or else 1, 2, 4 ... seconds and up to one
    more at random, so that requests that failed together do not return together. Raises `UpstreamError` (or
    `BadReplyError`, as the last failure was). When the endpoint asks for a wait of over `retry_after_cap` seconds, or
    after `GIVE_UP_AFTER` such requests without an answer between them, it raises `NoMoreCalls`, and so does every
    request that comes later.
    """

    def __init__(
        self,
        llm: LLM,
        *,
        attempts: int = 4,
        retry_after_cap: float = 60,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._llm = llm
        self._attempts = attempts
        self._cap = retry_after_cap
        self._sleep = sleep
        self._backoff = tenacity.wait_exponential_jitter(max=retry_after_cap)
        self._failed_in_a_row = 0
        self._ended: str | None = None
        self._asked_to_stay_away = False

    async def complete(self, request: Request) -> Reply:
        """Answer one request; the reply's `attempts` counts every HTTP request that was sent for it."""
        sent = 0

        async def once() -> Reply:
            nonlocal sent
            if self._ended and (not sent or self._asked_to_stay_away):
                raise NoMoreCalls(self._ended)
            try:
                return await self._llm.complete(request)
            except PipelineError as error:
                sent += error.requests
                raise

        retrying = tenacity.AsyncRetrying(
            sleep=self._sleep,
            stop=self._stop,
            wait=self._wait,
            retry=tenacity.retry_if_exception_type(Retryable),
            reraise=True,
        )
        try:
            reply: Reply = await retrying(once)
        except Retryable as error:
            raise _after(self._given_up(request, error, sent), sent) from None
        except PipelineError as error:
            raise _after(error, sent)  # noqa: B904 - the same error, with the requests of all attempts
        self._failed_in_a_row = 0
        return reply.model_copy(update={"attempts": reply.attempts + sent})

    def _wait(self, state: tenacity.RetryCallState) -> float:
        return _asked(state) or self._backoff(state)

    def _stop(self, state: tenacity.RetryCallState) -> bool:
        return state.attempt_number >= self._attempts or _asked(state) > self._cap

    def _given_up(self, request: Request, error: Retryable, sent: int) -> PipelineError:
        self._failed_in_a_row += 1
        wait = error.retry_after or 0
        if wait > self._cap:
            self._asked_to_stay_away = True
            self._ended = f"{error.cause}, and asks to wait {wait:g} s, over the {self._cap:g} s of retry_after_cap"
        elif self._failed_in_a_row >= GIVE_UP_AFTER:
            self._ended = f"{self._failed_in_a_row} requests in a row failed in every attempt, the last: {error.cause}"
        if self._ended:
            self._ended += ". What is finished is kept: run it again later."
            return NoMoreCalls(self._ended)
        requests = "1 request" if sent == 1 else f"{sent} requests"
        return type(error.cause)(
            f"{request.place}: {error.cause}; {requests} sent. What is finished is kept: run it again later."
        )


def _after(error: PipelineError, requests: int) -> PipelineError:
    error.requests = requests
    return error


def _asked(state: tenacity.RetryCallState) -> float:
    """The wait the endpoint asked for after this try, 0 when it named none."""
    error = state.outcome.exception() if state.outcome else None
    return (error.retry_after or 0) if isinstance(error, Retryable) else 0
