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
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

import openai
import tenacity

from pipeline.errors import BadReplyError, BriefError, ConfigurationError, PipelineError, UpstreamError
from pipeline.llm import LLM, Finish, Reply, Request
from pipeline.llm.tokens import Count, estimated, request_tokens

DEFAULT_BASE_URL = "https://api.openai.com/v1"

Structured = Literal["json_schema", "json_object", "prompt"]
LimitField = Literal["max_completion_tokens", "max_tokens"]


class Retryable(UpstreamError):
    """One try failed and another may succeed. `Retrying` turns the last one into its `cause`.

    `retry_after` is the wait in seconds the endpoint asked for, `attempts` the HTTP requests this try has sent.
    """

    def __init__(self, cause: UpstreamError, retry_after: float | None = None) -> None:
        super().__init__(str(cause))
        self.cause = cause
        self.retry_after = retry_after
        self.attempts = 1


# --- the client ------------------------------------------------------------------------------------------------------


def make_client(
    *,
    api_key: str,
    base_url: str | None = None,
    organization: str | None = None,
    project: str | None = None,
    http_client: Any = None,
    timeout: float,
) -> openai.AsyncOpenAI:
    """The one place that builds a client: no retries of its own, nothing taken from the environment unasked.

    `timeout` (seconds) holds for connecting and for each read; the total deadline is `OpenAILLM`'s. `http_client` is an
    `httpx.AsyncClient` or the kind the SDK itself uses. Raises `ConfigurationError` for a key or URL that cannot be.
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
        http_client=http_client,
    )
    client.organization = organization or None  # the SDK would read these two from the environment when not given
    client.project = project or None
    return client


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        sound = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        sound = False
    if not sound or re.search(r"\s", url.strip()):
        raise ConfigurationError(f"{_without_credentials(url)!r} is no base URL. Write one like {DEFAULT_BASE_URL}.")
    return url.strip()


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
        said=_one_line(text, key),
        retry_after=_retry_after(error.response.headers, now),
    )


def _one_line(text: str, key: str) -> str:
    """A server's text for a message: white space collapsed, cut, and anything that is or looks like a key masked."""
    if len(key) >= 8:  # a local server's dummy key may be a word of the message
        text = text.replace(key, "***")
    line = " ".join(re.sub(r"\bsk-[\w*.\-]+", "***", text).split())
    return line if len(line) <= 200 else line[:199] + "…"


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
        return Retryable(UpstreamError(f"{endpoint} answered {status} ({said})"), problem.retry_after)
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


# --- what an endpoint answers ----------------------------------------------------------------------------------------

_FINISH: dict[str, Finish] = {
    "stop": "stop",
    "length": "length",
    "max_tokens": "length",
    "content_filter": "content_filter",
    "sensitive": "content_filter",
}
_INTERRUPTED = frozenset({"error", "abort", "network_error", "insufficient_system_resource"})
"""Finish reasons by which servers say that they broke off, not the model."""


class _Answer(NamedTuple):
    text: str
    finish: Finish


def _unusable(what: str) -> Retryable:
    return Retryable(BadReplyError(f"the answer {what}"))


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        begin = " ".join(body[:60].decode("utf-8", "replace").split())
        raise _unusable(f"is not JSON (it begins with {begin!r})") from None
    if not isinstance(value, dict):
        raise _unusable("is not a JSON object")
    return value


def _answer(value: Mapping[str, Any], key: str) -> _Answer:
    """Text and finish reason of a chat completion. Raises `Retryable` when it is not one."""
    if value.get("error"):
        raise _unusable(f"is an error: {_one_line(json.dumps(value['error'], ensure_ascii=False), key)}")
    choices = value.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        raise _unusable("has no choices")
    reason = choice.get("finish_reason")
    if not isinstance(reason, str) or not reason or reason in _INTERRUPTED:
        raise _unusable(f"broke off (finish reason {reason!r})")
    refusal = message.get("refusal")
    if isinstance(refusal, str) and refusal:
        return _Answer(refusal, "refusal")
    finish = _FINISH.get(reason, "unknown")
    return _Answer(_text(message.get("content"), finish), finish)


def _text(content: Any, finish: Finish) -> str:
    if content is None and finish != "stop":
        return ""
    if not isinstance(content, str):
        raise _unusable("has no text")
    text = without_reasoning(content)
    if finish == "stop" and not text:
        raise _unusable("is empty")
    if re.search("[\ud800-\udfff]", text):
        raise _unusable("holds half a character")
    return text


_THINK = re.compile(r"<(/?)think(?:ing)?>", re.IGNORECASE)


def without_reasoning(text: str) -> str:
    """A reply without its `<think>…</think>` blocks; a closing tag alone ends reasoning that began with the reply.

    An opening tag that is never closed takes the rest with it only when nothing stands before it: elsewhere the answer
    may be speaking of such tags, and cutting it there would be silent loss.
    """
    kept: list[str] = []
    at = 0
    opened: int | None = None
    for tag in _THINK.finditer(text):
        if tag[1]:
            if opened is None:
                kept.clear()
            at, opened = tag.end(), None
        elif opened is None:
            kept.append(text[at : tag.start()])
            opened = tag.start()
    if opened is None:
        kept.append(text[at:])
    elif "".join(kept).strip():
        kept.append(text[opened:])
    return "".join(kept).strip()


class _Usage(NamedTuple):
    input: int
    cached: int
    output: int
    estimated: bool


def _usage(value: Mapping[str, Any]) -> _Usage | None:
    """The server's token counts, None when it does not give both."""
    usage = value.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    sent, received = _token_count(usage.get("prompt_tokens")), _token_count(usage.get("completion_tokens"))
    if sent is None or received is None:
        return None
    details = usage.get("prompt_tokens_details")
    named = details.get("cached_tokens") if isinstance(details, dict) else usage.get("prompt_cache_hit_tokens")
    return _Usage(sent, min(_token_count(named) or 0, sent), received, False)


def _own_usage(request: Request, text: str, count: Callable[[str, str], Count]) -> _Usage:
    """Token counts where the server gives none: counted here, or estimated."""
    received = count(text, request.model)
    sent = request_tokens(request, lambda part: count(part, request.model).tokens)
    return _Usage(sent, 0, received.tokens, received.estimated)


def _token_count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


# --- how a question is put -------------------------------------------------------------------------------------------

_LEFT_OUT = frozenset({"default", "title", "examples", "minLength", "maxLength", "uniqueItems"})
"""Schema keywords that strict mode refuses or that only cost tokens; pydantic checks the answer against them all."""


def strict_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A pydantic JSON Schema in OpenAI's strict form: closed objects, every field required, no `oneOf`.

    Source: developers.openai.com/api/docs/guides/structured-outputs, "Supported schemas".
    """
    strict: dict[str, Any] = {}
    for keyword, value in schema.items():
        if keyword in _LEFT_OUT or keyword == "discriminator":
            continue
        if keyword in ("properties", "$defs"):
            strict[keyword] = {name: strict_schema(part) for name, part in value.items()}
        elif keyword in ("anyOf", "oneOf"):
            strict["anyOf"] = [strict_schema(part) for part in value]
        else:
            strict[keyword] = strict_schema(value) if isinstance(value, dict) else value
    if "$ref" in strict and len(strict) > 1:  # nothing may stand beside a reference
        strict["anyOf"] = [{"$ref": strict.pop("$ref")}]
    if strict.get("type") == "object":
        strict.setdefault("properties", {})
        strict["additionalProperties"] = False
        strict["required"] = list(strict["properties"])
    return strict


def _body(request: Request, structured: Structured, limit_field: LimitField) -> dict[str, Any]:
    messages = [{"role": message.role, "content": message.content} for message in request.messages]
    body: dict[str, Any] = {"model": request.model, "messages": messages, limit_field: request.max_output_tokens}
    if request.output_schema is None:
        return body
    if structured == "json_schema":
        name = re.sub(r"[^A-Za-z0-9_-]", "_", request.stage)[:64] or "answer"
        form = {"name": name, "strict": True, "schema": strict_schema(request.output_schema)}
        return body | {"response_format": {"type": "json_schema", "json_schema": form}}
    _tell_schema(messages, request.output_schema)
    return body | ({"response_format": {"type": "json_object"}} if structured == "json_object" else {})


def _tell_schema(messages: list[dict[str, str]], schema: Mapping[str, Any]) -> None:
    """Write the schema into the system message: some models take only one, and only at the beginning."""
    told = (
        "Answer with one JSON object and nothing else: no prose, no code fence. It must fit this JSON Schema:\n"
        + json.dumps(strict_schema(schema), ensure_ascii=False)
    )
    if messages and messages[0]["role"] == "system":
        messages[0]["content"] += f"\n\n{told}"
    else:
        messages.insert(0, {"role": "system", "content": told})


# --- the model -------------------------------------------------------------------------------------------------------


class OpenAILLM:
    """A model behind a chat-completions endpoint: one request, one total deadline, no retries.

    `timeout` is the deadline in seconds of each HTTP request from connecting to the last byte. `structured` says how an
    object is asked for and `limit_field` how the output limit is called; with `auto` each begins with its first choice
    and a 400 that refuses it moves on to the next, for as long as this object lives. Servers that ignore an unknown
    limit field (Ollama) say nothing: set it. `extra_body` is added to every request. `count` counts the
    tokens of a text for a model where the server gives no usage. `now` is the clock that a
    Retry-After date is measured against when the server sends none.

    Raises `Retryable`, `ConfigurationError` or `BriefError`. A reply that was cut, filtered or refused is returned.
    """

    def __init__(
        self,
        client: openai.AsyncOpenAI,
        *,
        timeout: float = 180,
        structured: Structured | Literal["auto"] = "auto",
        limit_field: LimitField | Literal["auto"] = "auto",
        extra_body: Mapping[str, Any] | None = None,
        count: Callable[[str, str], Count] = estimated,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._count = count
        self._client = client
        self._timeout = timeout
        self._extra_body = dict(extra_body) if extra_body else None
        self._now = now
        self._structured: tuple[Structured, ...] = ("json_schema", "json_object", "prompt")
        self._limit_fields: tuple[LimitField, ...] = ("max_completion_tokens", "max_tokens")
        if structured != "auto":
            self._structured = (structured,)
        if limit_field != "auto":
            self._limit_fields = (limit_field,)

    @property
    def endpoint(self) -> str:
        """The base URL, without credentials: for messages and for the ledger."""
        return _without_credentials(str(self._client.base_url))

    async def complete(self, request: Request) -> Reply:
        """Answer one request; see the class for what is raised."""
        began, sent = time.monotonic(), 0
        while True:
            structured, limit_field = self._structured[0], self._limit_fields[0]
            sent += 1
            try:
                value = _object(await self._post(_body(request, structured, limit_field)))
                return await self._reply(value, _answer(value, self._client.api_key), request, began, sent)
            except openai.APIStatusError as error:
                problem = _problem(error, self._client.api_key, self._now())
                if problem.codes & _FILTER:
                    return await self._reply({}, _Answer("", "content_filter"), request, began, sent)
                if not self._adapts(problem, request, structured, limit_field):
                    # without the SDK's error, whose text may repeat the key
                    raise _counted(_verdict(problem, request=request, endpoint=self.endpoint), sent) from None
            except Retryable as error:
                _counted(error, sent)
                raise

    async def aclose(self) -> None:
        """Close the client's connections."""
        await self._client.close()

    async def _post(self, body: dict[str, Any]) -> bytes:
        """The body of a 200, unparsed: parsed by the SDK, a body that is no completion has many shapes and no error."""
        create = self._client.chat.completions.with_raw_response.create
        try:
            async with asyncio.timeout(self._timeout):
                response = await create(**body, extra_body=self._extra_body)
        except (TimeoutError, openai.APITimeoutError):
            raise Retryable(
                UpstreamError(f"{self.endpoint} gave no complete answer within {self._timeout:g} s")
            ) from None
        except openai.APIConnectionError as error:
            cause = error.__cause__ or error
            why = _one_line(f"{type(cause).__name__}: {cause}".rstrip(": "), self._client.api_key)
            raise Retryable(UpstreamError(f"the connection to {self.endpoint} failed ({why})")) from None
        return bytes(response.http_response.content)

    async def _reply(
        self, value: Mapping[str, Any], answer: _Answer, request: Request, began: float, sent: int
    ) -> Reply:
        model, usage = value.get("model"), _usage(value)
        if usage is None:  # in a thread: a table may have to be loaded, or even fetched
            usage = await asyncio.to_thread(_own_usage, request, answer.text, self._count)
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


def _counted(error: PipelineError, sent: int) -> PipelineError:
    if isinstance(error, Retryable):
        error.attempts = sent
    return error


# --- trying again ----------------------------------------------------------------------------------------------------


class Retrying:
    """Tries a request again while it fails with `Retryable`: the only retry layer there is.

    At most `attempts` tries. Between them the wait the endpoint asks for, or else 1, 2, 4 ... seconds and up to one
    more at random, so that requests that failed together do not return together. Raises `UpstreamError` (or
    `BadReplyError`, as the last failure was) at once when the wait asked for is over `retry_after_cap` seconds.
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

    async def complete(self, request: Request) -> Reply:
        """Answer one request; the reply's `attempts` counts every HTTP request that was sent for it."""
        failed = 0

        async def once() -> Reply:
            nonlocal failed
            try:
                return await self._llm.complete(request)
            except Retryable as error:
                failed += error.attempts
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
            raise self._given_up(request, error, failed) from None
        return reply.model_copy(update={"attempts": reply.attempts + failed})

    def _wait(self, state: tenacity.RetryCallState) -> float:
        return _asked(state) or self._backoff(state)

    def _stop(self, state: tenacity.RetryCallState) -> bool:
        return state.attempt_number >= self._attempts or _asked(state) > self._cap

    def _given_up(self, request: Request, error: Retryable, sent: int) -> UpstreamError:
        wait = error.retry_after or 0
        why = f", and asks to wait {wait:g} s, over the {self._cap:g} s of retry_after_cap" if wait > self._cap else ""
        requests = "1 request" if sent == 1 else f"{sent} requests"
        return type(error.cause)(
            f"{request.place}: {error.cause}{why}; {requests} sent. What is finished is kept: run it again later."
        )


def _asked(state: tenacity.RetryCallState) -> float:
    """The wait the endpoint asked for after this try, 0 when it named none."""
    error = state.outcome.exception() if state.outcome else None
    return (error.retry_after or 0) if isinstance(error, Retryable) else 0
