"""Rows about what only the endpoint can tell: does it answer, take the key, know the model? Imports layers 0 and 1."""

from __future__ import annotations

import difflib
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Protocol

from pipeline.doctor.row import Row, failed
from pipeline.errors import BadReplyError, ConfigurationError, PipelineError, UpstreamError
from pipeline.llm import Message, Reply, Request
from pipeline.llm.chat import Dialect, Retryable
from pipeline.llm.tokens import Rates, rates_of, request_tokens


class Listed(Protocol):
    """The models an endpoint names and its clock."""

    @property
    def models(self) -> tuple[str, ...] | None: ...

    @property
    def clock(self) -> float | None: ...


class Endpoint(Protocol):
    """What is used of a model's endpoint."""

    @property
    def endpoint(self) -> str: ...

    @property
    def dialect(self) -> Dialect: ...

    async def listing(self) -> Listed: ...

    async def complete(self, request: Request) -> Reply: ...


_BASE_URL = "Check base_url: it usually ends in /v1"


async def endpoint_row(endpoint: Endpoint) -> tuple[Row, Listed | None]:
    """Whether the endpoint answers and takes the key: by its list of models, which costs nothing."""
    try:
        listed = await endpoint.listing()
    except Retryable as error:
        if isinstance(error.cause, BadReplyError):
            said = f"{endpoint.endpoint} is no API: {error}"
            return Row("endpoint", "fail", said, _BASE_URL, ConfigurationError.exit_code), None
        step = "Check base_url and the network, or try again later"
        return Row("endpoint", "fail", str(error), step, error.exit_code), None
    except PipelineError as error:
        return failed("endpoint", error), None
    if listed.models is None:
        said = f"{endpoint.endpoint} answers, but keeps no list of models, so the key is not checked"
        return Row("endpoint", "warn", said, _BASE_URL), listed
    return Row("endpoint", "ok", f"{endpoint.endpoint} answers and lists {len(listed.models)} models"), listed


def clock_row(listed: Listed | None, now: float) -> Row:
    """Whether the clock here is right, going by the endpoint's."""
    shown = datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds")
    if listed is None or listed.clock is None:
        return Row("clock", "skip", f"{shown}; no server's clock to compare with")
    off = now - listed.clock
    if abs(off) > 300:
        way = "fast" if off > 0 else "slow"
        return Row("clock", "warn", f"{shown} is {abs(off):,.0f} s {way}", "Set the clock: drafts are dated by it")
    return Row("clock", "ok", f"{shown}, within {max(1, round(abs(off)))} s of the endpoint's")


_ASK = "`commentary doctor --yes` asks it one short question"


def listed_row(model: str, listed: Listed | None) -> Row:
    """The model, as far as can be told without spending anything."""
    if listed is None or not listed.models:
        return Row("model", "skip", f"{model}: not asked", _ASK)
    if model in listed.models or f"{model}:latest" in listed.models:
        return Row(
            "model", "ok", f"{model} is listed; not asked", "`commentary doctor --yes` asks it one short question"
        )
    close = difflib.get_close_matches(model, listed.models, n=1)
    hint = f"did you mean {close[0]}?" if close else f"it lists {', '.join(sorted(listed.models)[:5])}"
    return Row("model", "warn", f"{model} is not among the {len(listed.models)} models listed; {hint}", "Set model")


QUESTION = Request(
    brief="doctor",
    stage="doctor",
    model="",
    messages=(
        Message(role="system", content="Answer as you are told."),
        Message(role="user", content='Answer with this JSON object and nothing else: {"ready": true}'),
    ),
    max_output_tokens=512,
    output_schema={
        "type": "object",
        "properties": {"ready": {"type": "boolean"}},
        "required": ["ready"],
        "additionalProperties": False,
    },
)
"""What a model is asked. The limit leaves room for reasoning."""


def price_bound(model: str, prices: Mapping[str, Rates]) -> Decimal | None:
    """What the question costs at most in US dollars; None when the model has no price."""
    rates = rates_of(model, prices)
    if rates is None:
        return None
    return (request_tokens(QUESTION) * rates.input + QUESTION.max_output_tokens * rates.output) / 1_000_000


async def model_row(endpoint: Endpoint, model: str) -> Row:
    """Whether the model answers, how fast, and in which dialect. This costs money."""
    began = time.monotonic()
    try:
        reply = await endpoint.complete(QUESTION.model_copy(update={"model": model}))
    except UpstreamError as error:
        return Row("model", "fail", str(error), "Try again later", UpstreamError.exit_code)
    except PipelineError as error:
        return failed("model", error)
    structured, limit_field = endpoint.dialect
    said = (
        f"{model} answered in {time.monotonic() - began:.1f} s ({reply.input_tokens} tokens in, {reply.output_tokens} "
        f"out); structured = {structured}, limit_field = {limit_field}"
    )
    if reply.finish != "stop":
        return Row("model", "warn", f"{said}; it ended with {reply.finish}", "Try another model if drafts are parked")
    if "true" not in reply.text:
        return Row("model", "warn", f"{said}; not as it was told", "Try another model if drafts are parked")
    return Row("model", "ok", said)


def configuration_row(error: ConfigurationError) -> Row:
    """An endpoint that cannot even be opened."""
    return failed("endpoint", error)
