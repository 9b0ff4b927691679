"""The words of the chat-completions API: how a question is put, how an answer is told apart, token counts.

Lives here: the form of requests and replies and `Retryable`. Does not: connections, refusals and retries (`openai.py`).
Needs no vendor package. Imports layer 0, `pipeline.llm` and `tokens`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from pipeline.errors import BadReplyError, UpstreamError
from pipeline.llm import Finish, Request
from pipeline.llm.tokens import Count, request_tokens

Structured = Literal["json_schema", "json_object", "prompt"]
LimitField = Literal["max_completion_tokens", "max_tokens"]
STRUCTURED: tuple[Structured, ...] = ("json_schema", "json_object", "prompt")
LIMIT_FIELDS: tuple[LimitField, ...] = ("max_completion_tokens", "max_tokens")
"""In the order in which they are tried."""


class Dialect(NamedTuple):
    """How an endpoint wants to be asked: for an object, and for a limit of the answer."""

    structured: Structured = "json_schema"
    limit_field: LimitField = "max_completion_tokens"


class Retryable(UpstreamError):
    """One try failed and another may succeed. `Retrying` turns the last one into its `cause`.

    `retry_after` is the wait in seconds the endpoint asked for, `throttled` whether it said that there are too many
    requests, `billed` whether an answer may have been made that is to be paid for, `requests` the HTTP requests sent.
    """

    def __init__(
        self, cause: UpstreamError, retry_after: float | None = None, *, throttled: bool = False, billed: bool = True
    ) -> None:
        super().__init__(str(cause))
        self.cause = cause
        self.retry_after = retry_after
        self.throttled = throttled
        self.billed = billed
        self.requests = 1


def one_line(text: str, key: str) -> str:
    """A server's text for a message: white space collapsed, cut, and anything that is or looks like a key masked."""
    if len(key) >= 8:  # a local server's dummy key may be a word of the message
        text = text.replace(key, "***")
    line = " ".join(re.sub(r"\bsk-[\w*.\-]+", "***", text).split())
    return line if len(line) <= 200 else line[:199] + "…"


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


class ChatAnswer(NamedTuple):
    text: str
    finish: Finish


def _unusable(what: str) -> Retryable:
    return Retryable(BadReplyError(f"the answer {what}"))


def read_object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        begin = " ".join(body[:60].decode("utf-8", "replace").split())
        raise _unusable(f"is not JSON (it begins with {begin!r})") from None
    if not isinstance(value, dict):
        raise _unusable("is not a JSON object")
    return value


def read_answer(value: Mapping[str, Any], key: str) -> ChatAnswer:
    """Text and finish reason of a chat completion. Raises `Retryable` when it is not one."""
    if value.get("error"):
        raise _unusable(f"is an error: {one_line(json.dumps(value['error'], ensure_ascii=False), key)}")
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
        return ChatAnswer(refusal, "refusal")
    finish = _FINISH.get(reason, "unknown")
    return ChatAnswer(_text(message.get("content"), finish), finish)


def _text(content: Any, finish: Finish) -> str:
    if content is None and finish != "stop":
        return ""
    if isinstance(content, list):  # in parts, of which those of type "thinking" are reasoning
        parts = [part for part in content if isinstance(part, dict) and part.get("type") == "text"]
        content = "".join(part["text"] for part in parts if isinstance(part.get("text"), str))
    if not isinstance(content, str):
        raise _unusable("has no text")
    text = without_reasoning(content)
    if finish == "stop" and not text:
        raise _unusable("is empty")
    if re.search("[\ud800-\udfff]", text):
        raise _unusable("holds half a character")
    return text


_REASON = "think|thinking|thought|reasoning|seed:think"
_THINK = re.compile(rf"[<＜](/?)(?:{_REASON})\s*[>＞]|\[(/?)(?:{_REASON})\]|◁(/?)think▷", re.IGNORECASE)


def without_reasoning(text: str) -> str:
    """A reply without its `<think>…</think>` blocks; a closing tag alone ends reasoning that began with the reply.

    An opening tag that is never closed takes the rest with it only when nothing stands before it: elsewhere the answer
    may be speaking of such tags, and cutting it there would be silent loss.
    """
    kept: list[str] = []
    at = 0
    opened: int | None = None
    for tag in _THINK.finditer(text):
        if tag[1] or tag[2] or tag[3]:
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


class Usage(NamedTuple):
    input: int
    cached: int
    output: int
    estimated: bool


def read_usage(value: Mapping[str, Any]) -> Usage | None:
    """The server's token counts, None when it does not give both."""
    usage = value.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    sent, received = _token_count(usage.get("prompt_tokens")), _token_count(usage.get("completion_tokens"))
    if sent is None or received is None:
        return None
    details = usage.get("prompt_tokens_details")
    named = details.get("cached_tokens") if isinstance(details, dict) else usage.get("prompt_cache_hit_tokens")
    return Usage(sent, min(_token_count(named) or 0, sent), received, False)


def own_usage(request: Request, text: str, count: Callable[[str, str], Count]) -> Usage:
    """Token counts where the server gives none: counted here, or estimated."""
    received = count(text, request.model)
    sent = request_tokens(request, lambda part: count(part, request.model).tokens)
    return Usage(sent, 0, received.tokens, received.estimated)


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


def write_body(request: Request, structured: Structured, limit_field: LimitField) -> dict[str, Any]:
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
