"""What an endpoint says when it refuses a request, and the error that this amounts to.

Lives here: the words by which endpoints refuse, Retry-After, and `verdict`. Does not: a 200 that is no answer
(`chat.py`), waiting (`retrying.py`). Needs no vendor package. Imports layer 0, `pipeline.llm` and `chat`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from pipeline.errors import BriefError, ConfigurationError, PipelineError, UpstreamError
from pipeline.llm import Request
from pipeline.llm.chat import Retryable, one_line
from pipeline.urls import public_url

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


@dataclass(frozen=True, slots=True)
class Refusal:
    """What an endpoint said when it refused a request: `said` is for people, on one line and without a key."""

    status: int
    codes: frozenset[str]
    param: str
    words: str
    said: str
    retry_after: float | None

    @property
    def filtered(self) -> bool:
        """Whether the provider's content filter stopped the prompt."""
        return bool(self.codes & _FILTER)

    @property
    def of_limit_field(self) -> bool:
        """Whether the name of the output limit is not known there."""
        return self._of_form and bool(_LIMIT.search(self.words) and _UNKNOWN.search(self.words))

    @property
    def of_structure(self) -> bool:
        """Whether the way an object was asked for is not known there."""
        return self._of_form and bool(_FORMAT.search(self.words))

    @property
    def _of_form(self) -> bool:
        return self.status in (400, 422) and not _CONTEXT.search(self.words)


def read_refusal(status: int, body: object, headers: Mapping[str, str], *, key: str, now: float) -> Refusal:
    """What an answer with an error status says. `body` is its JSON, its `error` where it has one, or its text."""
    fields = body if isinstance(body, dict) else {}
    moved = "location" in headers and f"moved to {public_url(headers['location'])}"
    message: Any = fields.get("message") or body or moved or "no reason given"
    text = message if isinstance(message, str) else json.dumps(message, ensure_ascii=False, default=str)
    param = str(fields.get("param") or "")
    return Refusal(
        status=status,
        codes=frozenset(str(fields.get(name)) for name in ("code", "type")),
        param=param,
        words=" ".join((param, str(fields.get("code")), text)).lower(),
        said=one_line(text, key),
        retry_after=_retry_after(headers, now),
    )


def _retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds to wait, from `retry-after-ms`, or `retry-after` as seconds or as an HTTP date; None when unreadable."""
    for name, unit in (("retry-after-ms", 1000), ("retry-after", 1)):
        try:
            seconds = float(headers[name]) / unit
        except (KeyError, ValueError):
            continue
        return None if math.isnan(seconds) or seconds < 0 else seconds
    due = timestamp(headers.get("retry-after"))
    if due is None:
        return None
    sent = timestamp(headers.get("date"))  # the server's own clock, where it says it, is the one its date is meant in
    return max(0.0, due - (now if sent is None else sent))


def timestamp(date: str | None) -> float | None:
    """An HTTP date in seconds since 1970; None when there is none, or none that can be read."""
    try:
        return parsedate_to_datetime(date).timestamp() if date else None
    except (ValueError, OverflowError):
        return None


def verdict(refusal: Refusal, *, request: Request, endpoint: str) -> PipelineError:
    """The error a refusal amounts to. Temporary ones are `Retryable`.

    A 400 that names the model or a parameter holds for every brief: configuration. Any other 400 can only be about the
    messages, which differ from brief to brief: that brief fails with the reason and the others go on.
    """
    status, said = refusal.status, refusal.said
    if status == 402 or refusal.codes & _QUOTA:
        return ConfigurationError(f"{endpoint}: the quota is used up ({said}). Check billing, or use another key.")
    if status == 401:
        return ConfigurationError(f"{endpoint}: the key was rejected ({said}). Check OPENAI_API_KEY and base_url.")
    if status == 403:
        return ConfigurationError(f"{endpoint}: the key may not do this ({said}). Give it access, or use another one.")
    if status in _RETRIED_STATUS or status >= 500:
        throttled = status == 429 or refusal.retry_after is not None
        cause = UpstreamError(f"{endpoint} answered {status} ({said})")
        return Retryable(cause, refusal.retry_after, throttled=throttled, billed=False)
    if status in (400, 404, 422) and _NO_MODEL.search(refusal.words):
        return ConfigurationError(f"{endpoint}: there is no model {request.model!r} ({said}). Set model to one it has.")
    if status not in (400, 413, 422):
        return ConfigurationError(
            f"{endpoint} answered {status} ({said}). Check base_url: it usually ends in /v1, without /chat/completions."
        )
    if status == 413 or _CONTEXT.search(refusal.words):
        return BriefError(f"{request.place}: longer than model {request.model} can read ({said}). Shorten the brief.")
    about_prompt = not refusal.param or refusal.param.startswith("messages") or _LIMIT.search(refusal.param)
    if _UNKNOWN.search(refusal.words) or _FORMAT.search(refusal.words) or not about_prompt:
        return ConfigurationError(
            f"{endpoint} does not take this request ({said}). Check structured, limit_field, extra_body and model."
        )
    return BriefError(f"{request.place}: {endpoint} refused the request ({said}). Change the brief or the prompt.")
