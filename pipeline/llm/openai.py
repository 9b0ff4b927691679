"""The model client for every endpoint that speaks OpenAI's chat completions.

Lives here: the client factory and `OpenAILLM`: one question, one deadline. Does not: what a question and an answer look
like (`chat.py`), which form an endpoint takes (`dialects.py`), what a refusal means (`refusals.py`), trying again
(`retrying.py`). The only importer of openai; beside it layer 0, `pipeline.llm` and the modules named.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal, NamedTuple, TypeVar

import openai

from pipeline.errors import UpstreamError
from pipeline.llm import Reply, Request
from pipeline.llm.access import DEFAULT_BASE_URL, checked_key, checked_url, endpoint_of
from pipeline.llm.chat import (
    ChatAnswer,
    Dialect,
    LimitField,
    Retryable,
    Structured,
    one_line,
    own_usage,
    read_answer,
    read_object,
    read_usage,
    write_body,
)
from pipeline.llm.dialects import Speech
from pipeline.llm.refusals import Refusal, read_refusal, timestamp, verdict
from pipeline.llm.tokens import Count, estimated

T = TypeVar("T")


# --- the client ------------------------------------------------------------------------------------------------------


def make_client(
    *,
    api_key: str,
    base_url: str | None = None,
    organization: str | None = None,
    project: str | None = None,
    http_client: Any = None,
    in_flight: int = 1,
    timeout: float,
) -> openai.AsyncOpenAI:
    """The one place that builds a client: no retries of its own, nothing taken from the environment unasked.

    `timeout` (seconds) holds for connecting and for each read; the total deadline is `OpenAILLM`'s. `http_client` is an
    `httpx.AsyncClient` or the kind the SDK itself uses; when it is not given and many calls are to be `in_flight`, the
    SDK's transport over aiohttp, where that is installed. Raises `ConfigurationError` for a key or URL that cannot be.
    """
    client = openai.AsyncOpenAI(
        api_key=checked_key(api_key),
        base_url=checked_url(base_url or DEFAULT_BASE_URL),
        timeout=timeout,
        max_retries=0,
        http_client=http_client or (_over_aiohttp(timeout) if in_flight >= MANY else None),
    )
    client.organization = organization or None  # the SDK would read these two from the environment when not given
    client.project = project or None
    return client


MANY = 16
"""Calls in flight from which aiohttp pays: the time of a call grows with them over the default transport, and does not
over this one, but it takes a while to load. Measured in docs/performance.md."""


def _over_aiohttp(timeout: float) -> Any:
    """The SDK's transport over aiohttp, None where that is not installed (the extra `many`) or the SDK is older."""
    try:
        return openai.DefaultAioHttpClient(timeout=timeout)
    except (AttributeError, RuntimeError):
        return None


# --- the model -------------------------------------------------------------------------------------------------------


_OPTIONS: Any = {"headers": {"X-Stainless-Raw-Response": "true"}, "follow_redirects": False}
"""By the header the SDK is told to hand over the HTTP response itself. A redirect would turn one request into twenty, a
question into a GET, and lead a brief to where nobody sent it: it is told as the wrong address that it is."""


class Listing(NamedTuple):
    """The models an endpoint names, None when it keeps no list, and its clock, in seconds since 1970."""

    models: tuple[str, ...] | None
    clock: float | None


class OpenAILLM:
    """A model behind a chat-completions endpoint: one request, one total deadline, no retries.

    `timeout` is the deadline in seconds of each HTTP request from connecting to the last byte. `structured` says how an
    object is asked for and `limit_field` how the output limit is called; with `auto` each begins as in `begin`, and a
    400 that refuses it moves on to the next, for as long as this object lives; so does an answer over its limit, which
    the server passed over. `on_dialect` is told of a dialect found out that way once it was answered in. `extra_body`
    is added to every request. `count` counts the tokens of a text for a model where the server gives no usage. `now` is
    the clock that a Retry-After date is measured against when the server sends none.

    Raises `Retryable`, `ConfigurationError` or `BriefError`. A reply that was cut, filtered or refused is returned.
    """

    def __init__(
        self,
        client: openai.AsyncOpenAI,
        *,
        timeout: float = 180,
        structured: Structured | Literal["auto"] = "auto",
        limit_field: LimitField | Literal["auto"] = "auto",
        begin: Dialect = Dialect(),  # noqa: B008 - a frozen value
        on_dialect: Callable[[Dialect], None] = lambda dialect: None,
        extra_body: Mapping[str, Any] | None = None,
        count: Callable[[str, str], Count] = estimated,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._count = count
        self._client = client
        self._timeout = timeout
        self._extra_body = dict(extra_body or {})
        self._now = now
        self._speech = Speech(structured, limit_field, begin=begin, on_found=on_dialect)

    @property
    def endpoint(self) -> str:
        """The base URL, without credentials: for messages and for the ledger."""
        return endpoint_of(str(self._client.base_url))

    async def complete(self, request: Request) -> Reply:
        """Answer one request; see the class for what is raised."""
        began, sent = time.monotonic(), 0
        while True:
            dialect = self.dialect
            sent += 1
            try:
                value = read_object(await self._post(write_body(request, dialect.structured, dialect.limit_field)))
                reply = await self._reply(value, read_answer(value, self._client.api_key), request, began, sent)
                self._speech.understood(dialect, request, reply)
                return reply
            except openai.APIStatusError as error:
                refusal = self._refusal(error)
                if refusal.filtered:
                    return await self._reply({}, ChatAnswer("", "content_filter"), request, began, sent)
                if not self._speech.adapts(refusal, dialect, request):
                    failure = verdict(refusal, request=request, endpoint=self.endpoint)
                    failure.requests = sent
                    raise failure from None  # without the SDK's error, whose text may repeat the key
            except Retryable as error:
                error.requests = sent
                raise

    async def aclose(self) -> None:
        """Close the client's connections."""
        await self._client.close()

    async def _post(self, body: dict[str, Any]) -> bytes:
        """The body of a 200, unparsed: parsed by the SDK, a body that is no completion has many shapes and no error.

        Through the client's own `post`, since `chat.completions.create` walks the whole body once more by its types,
        which costs as much time as all the rest of a call.
        """
        response: Any = await self._in_time(
            self._client.post("/chat/completions", cast_to=object, body=body | self._extra_body, options=_OPTIONS)
        )
        return bytes(response.http_response.content)

    async def _in_time(self, answering: Awaitable[T]) -> T:
        """What the SDK gives within the deadline, or `Retryable`."""
        try:
            async with asyncio.timeout(self._timeout):
                return await answering
        except TimeoutError:
            raise self._too_late() from None
        except openai.APIConnectionError as error:
            raise self._disconnected(error) from None

    async def listing(self) -> Listing:
        """The models the endpoint lists, and its clock: asking costs nothing. Raises as `complete` does."""
        try:
            response = (await self._in_time(self._client.models.with_raw_response.list())).http_response
        except openai.APIStatusError as error:
            if error.status_code in (404, 405, 501):
                return Listing(None, timestamp(error.response.headers.get("date")))
            asked = Request(brief="", stage="models", model="", messages=(), max_output_tokens=1)
            raise verdict(self._refusal(error), request=asked, endpoint=self.endpoint) from None
        rows = read_object(bytes(response.content)).get("data")
        names = [row.get("id") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        return Listing(tuple(str(name) for name in names), timestamp(response.headers.get("date")))

    def _refusal(self, error: openai.APIStatusError) -> Refusal:
        return read_refusal(
            error.status_code, error.body, error.response.headers, key=self._client.api_key, now=self._now()
        )

    def _too_late(self) -> Retryable:
        return Retryable(UpstreamError(f"{self.endpoint} gave no complete answer within {self._timeout:g} s"))

    def _disconnected(self, error: openai.APIConnectionError) -> Retryable:
        """A connection that was not made, was lost, or was silent for too long."""
        cause = error.__cause__ or error
        cause = cause.__cause__ or cause  # the transport over aiohttp calls every lost connection a timeout
        name = type(cause).__name__
        if "Timeout" in name and "Connect" not in name:
            return self._too_late()
        why = one_line(f"{name}: {cause}".rstrip(": "), self._client.api_key)
        made = not re.search("Connect(?!ion)", name)  # else there was nobody to answer
        return Retryable(UpstreamError(f"the connection to {self.endpoint} failed ({why})"), billed=made)

    async def _reply(
        self, value: Mapping[str, Any], answer: ChatAnswer, request: Request, began: float, sent: int
    ) -> Reply:
        model, usage = value.get("model"), read_usage(value)
        if usage is None:  # in a thread: a table may have to be loaded, or even fetched
            usage = await asyncio.to_thread(own_usage, request, answer.text, self._count)
        return Reply(
            text=answer.text,
            finish=answer.finish,
            model=model if isinstance(model, str) and model else request.model,
            input_tokens=usage.input,
            cached_tokens=usage.cached,
            output_tokens=usage.output,
            estimated=usage.estimated,
            seconds=time.monotonic() - began,
            attempts=sent,
        )

    @property
    def dialect(self) -> Dialect:
        """How the endpoint is asked now."""
        return self._speech.dialect
