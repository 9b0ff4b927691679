"""The model client for every endpoint that speaks OpenAI's chat completions, and the one retry layer.

Lives here: the client factory, `OpenAILLM` (one question, one deadline, what the endpoint answered told apart) and
`Retrying`. Does not: what is asked (`stages`), what a finished reply is worth (`tokens`), where it is kept (`ledger`).
The only importer of openai and tenacity; beside them layer 0, `pipeline.llm` and `tokens`.
"""

from __future__ import annotations

import asyncio
import json
import math
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Literal, NamedTuple, TypeVar

import openai
import tenacity

from pipeline.errors import BriefError, ConfigurationError, NoMoreCalls, PipelineError, UpstreamError
from pipeline.llm import LLM, Reply, Request
from pipeline.llm.chat import (
    LIMIT_FIELDS,
    STRUCTURED,
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
from pipeline.llm.tokens import Count, estimated
from pipeline.urls import is_endpoint

T = TypeVar("T")

DEFAULT_BASE_URL = "https://api.openai.com/v1"


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
    key = api_key.strip()
    if not key:
        raise ConfigurationError("No API key. Set OPENAI_API_KEY; for a local server any word will do.")
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise ConfigurationError("The API key holds a space or a character no key has. Copy it again.")
    client = openai.AsyncOpenAI(
        api_key=key,
        base_url=_checked_url(base_url or DEFAULT_BASE_URL),
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


def _checked_url(url: str) -> str:
    if not is_endpoint(url):
        raise ConfigurationError(f"{_without_credentials(url)!r} is no base URL. Write one like {DEFAULT_BASE_URL}.")
    return url.strip()


def endpoint_of(base_url: str | None) -> str:
    """The name of an endpoint: its base URL, or the default one, without credentials."""
    return _without_credentials(base_url or DEFAULT_BASE_URL)


def _without_credentials(url: str) -> str:
    return re.sub(r"(?<=//)[^/@]*@", "", url.strip()).split("?")[0].rstrip("/")


# --- what an endpoint refuses ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Problem:
    """What an endpoint said when it refused a request: `said` is for people, on one line and without a key."""

    status: int
    codes: frozenset[str]
    param: str
    words: str
    said: str
    retry_after: float | None


_RETRIED_STATUS = frozenset({408, 409, 425, 429})
_QUOTA = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "1113"})
_FILTER = frozenset({"content_filter", "content_policy_violation", "data_inspection_failed", "invalid_prompt"})
_NO_MODEL = re.compile(r"model_not_found|invalid_model|model\b.{0,80}\b(?:not found|not exist)")
_CONTEXT = re.compile(
    r"context_length_exceeded|context (?:length|window|size)|(?:prompt|input) is too long|exceeds the maximum number"
)
_FORMAT = re.compile(r"response_format|json_schema|json_object|structured.output|guided|grammar")
_LIMIT = re.compile(r"max_(?:completion_)?tokens")
_UNKNOWN = re.compile(
    r"unsupported|not (?:supported|permitted)|does not support|extra_forbidden|additional properties|unrecogni[sz]ed|"
    r"(?:unknown|unexpected)[_ ](?:parameter|field|name|argument|key)"
)


def _problem(error: openai.APIStatusError, key: str, now: float) -> Problem:
    fields = error.body if isinstance(error.body, dict) else {}
    message = fields.get("message") or error.body or "no reason given"
    text = message if isinstance(message, str) else json.dumps(message, ensure_ascii=False, default=str)
    param = str(fields.get("param") or "")
    return Problem(
        status=error.status_code,
        codes=frozenset(str(fields.get(name)) for name in ("code", "type")),
        param=param,
        words=" ".join((param, str(fields.get("code")), text)).lower(),
        said=one_line(text, key),
        retry_after=_retry_after(error.response.headers, now),
    )


def _retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds to wait, from `retry-after-ms`, or `retry-after` as seconds or as an HTTP date; None when unreadable."""
    for name, unit in (("retry-after-ms", 1000), ("retry-after", 1)):
        try:
            seconds = float(headers[name]) / unit
        except (KeyError, ValueError):
            continue
        return None if math.isnan(seconds) or seconds < 0 else seconds
    due = _timestamp(headers.get("retry-after"))
    if due is None:
        return None
    sent = _timestamp(headers.get("date"))  # the server's own clock, where it says it, is the one its date is meant in
    return max(0.0, due - (now if sent is None else sent))


def _timestamp(date: str | None) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp() if date else None
    except (ValueError, OverflowError):
        return None


def _verdict(problem: Problem, *, request: Request, endpoint: str) -> PipelineError:
    """The error a refusal amounts to. Temporary ones are `Retryable`.

    A 400 that names the model or a parameter holds for every brief: configuration. Any other 400 can only be about the
    messages, which differ from brief to brief: that brief fails with the reason and the others go on.
    """
    status, said = problem.status, problem.said
    if status == 402 or problem.codes & _QUOTA:
        return ConfigurationError(f"{endpoint}: the quota is used up ({said}). Check billing, or use another key.")
    if status == 401:
        return ConfigurationError(f"{endpoint}: the key was rejected ({said}). Check OPENAI_API_KEY and base_url.")
    if status == 403:
        return ConfigurationError(f"{endpoint}: the key may not do this ({said}). Give it access, or use another one.")
    if status in _RETRIED_STATUS or status >= 500:
        throttled = status == 429 or problem.retry_after is not None
        cause = UpstreamError(f"{endpoint} answered {status} ({said})")
        return Retryable(cause, problem.retry_after, throttled=throttled, billed=False)
    if status in (400, 404, 422) and _NO_MODEL.search(problem.words):
        return ConfigurationError(f"{endpoint}: there is no model {request.model!r} ({said}). Set model to one it has.")
    if status not in (400, 413, 422):
        return ConfigurationError(
            f"{endpoint} answered {status} ({said}). Check base_url: it usually ends in /v1, without /chat/completions."
        )
    if status == 413 or _CONTEXT.search(problem.words):
        return BriefError(f"{request.place}: longer than model {request.model} can read ({said}). Shorten the brief.")
    about_prompt = not problem.param or problem.param.startswith("messages") or _LIMIT.search(problem.param)
    if _UNKNOWN.search(problem.words) or _FORMAT.search(problem.words) or not about_prompt:
        return ConfigurationError(
            f"{endpoint} does not take this request ({said}). Check structured, limit_field, extra_body and model."
        )
    return BriefError(f"{request.place}: {endpoint} refused the request ({said}). Change the brief or the prompt.")


# --- the model -------------------------------------------------------------------------------------------------------


_RAW = {"X-Stainless-Raw-Response": "true"}
"""By this header the SDK is told to hand over the HTTP response itself."""


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
        self._on_dialect = on_dialect
        self._structured = STRUCTURED[STRUCTURED.index(begin.structured) :]
        # the first of them last when it is remembered that it was refused: servers are updated
        self._limit_fields = tuple(sorted(LIMIT_FIELDS, key=lambda name: name != begin.limit_field))
        if structured != "auto":
            self._structured = (structured,)
        if limit_field != "auto":
            self._limit_fields = (limit_field,)
        self._told = self.dialect

    @property
    def endpoint(self) -> str:
        """The base URL, without credentials: for messages and for the ledger."""
        return endpoint_of(str(self._client.base_url))

    async def complete(self, request: Request) -> Reply:
        """Answer one request; see the class for what is raised."""
        began, sent = time.monotonic(), 0
        while True:
            structured, limit_field = self._structured[0], self._limit_fields[0]
            sent += 1
            try:
                value = read_object(await self._post(write_body(request, structured, limit_field)))
                reply = await self._reply(value, read_answer(value, self._client.api_key), request, began, sent)
                self._answered_in(Dialect(structured, limit_field), reply, request)
                return reply
            except openai.APIStatusError as error:
                problem = _problem(error, self._client.api_key, self._now())
                if problem.codes & _FILTER:
                    return await self._reply({}, ChatAnswer("", "content_filter"), request, began, sent)
                if not self._adapts(problem, request, structured, limit_field):
                    verdict = _verdict(problem, request=request, endpoint=self.endpoint)
                    verdict.requests = sent
                    raise verdict from None  # without the SDK's error, whose text may repeat the key
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
            self._client.post(
                "/chat/completions", cast_to=object, body=body | self._extra_body, options={"headers": _RAW}
            )
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
                return Listing(None, _timestamp(error.response.headers.get("date")))
            problem = _problem(error, self._client.api_key, self._now())
            asked = Request(brief="", stage="models", model="", messages=(), max_output_tokens=1)
            raise _verdict(problem, request=asked, endpoint=self.endpoint) from None
        rows = read_object(bytes(response.content)).get("data")
        names = [row.get("id") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        return Listing(tuple(str(name) for name in names), _timestamp(response.headers.get("date")))

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
        return Dialect(self._structured[0], self._limit_fields[0])

    def _answered_in(self, dialect: Dialect, reply: Reply, request: Request) -> None:
        """Note what an answer tells of the dialect it was asked for in."""
        over = not reply.estimated and reply.output_tokens > request.max_output_tokens
        if over and dialect.limit_field == LIMIT_FIELDS[0]:
            self._limit_fields = self._limit_fields[-1:]
        elif dialect != self._told and (
            request.output_schema is not None or dialect.structured == self._told.structured
        ):
            self._told = dialect
            self._on_dialect(dialect)

    def _adapts(self, problem: Problem, request: Request, structured: Structured, limit_field: LimitField) -> bool:
        """Whether the request is worth sending once more in another form, which is remembered.

        With several requests in flight another one may already have moved on: then this one just follows.
        """
        if problem.status not in (400, 422) or _CONTEXT.search(problem.words):
            return False
        if _LIMIT.search(problem.words) and _UNKNOWN.search(problem.words):
            self._limit_fields = self._limit_fields[-1:]
            return limit_field != self._limit_fields[0]
        if request.output_schema is not None and _FORMAT.search(problem.words):
            if structured == self._structured[0] and len(self._structured) > 1:
                self._structured = self._structured[1:]
            return structured != self._structured[0]
        return False


# --- trying again ----------------------------------------------------------------------------------------------------


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
