"""Talking to a language model: the protocol, what a request and a reply are, and `ask`.

`LLM` is one method; everything else wraps it, outermost first: `Ledger(Retrying(OpenAILLM(...)))`. Lives here: the
types, `ask` (complete, parse, validate, one re-ask) and `Metered`, which notes the calls of one brief. Does not: any
network, disk or vendor code (`openai.py`, `chat.py`, `ledger.py`, `replay.py`, `tokens.py`). Imports layer 0.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Literal, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from pipeline.errors import Parked, PipelineError
from pipeline.schema import Call, Value, canonical_json, sha256
from pipeline.text import without_controls

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

Finish = Literal["stop", "length", "content_filter", "refusal", "unknown"]


class Message(Value):
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class Request(Value):
    """One question to a model, and its place in the work: the ledger and the recordings find it by that place.

    `part` is the paragraph or field asked about ("" when the stage asks once), `round` the repair round (0 at first),
    `reask` 1 for the second question after an invalid answer. `output_schema` is a JSON Schema when the answer must be
    an object.
    """

    brief: str
    stage: str
    part: str = ""
    round: int = 0
    reask: int = 0
    model: str
    messages: tuple[Message, ...]
    max_output_tokens: int
    output_schema: dict[str, Any] | None = None

    @property
    def prompt_sha256(self) -> str:
        """Hash of all that the model reads: the messages and the schema."""
        messages = [[message.role, message.content] for message in self.messages]
        return sha256(canonical_json([messages, self.output_schema]))

    @property
    def place(self) -> str:
        """Where this request stands, for people: "translate body[2], round 1"."""
        return " ".join(filter(None, (self.stage, self.part))) + (f", round {self.round}" if self.round else "")

    def corrected(self, answer: str, problem: str) -> Request:
        """The same question once more, with the invalid answer and what was wrong with it."""
        return self.model_copy(
            update={
                "reask": self.reask + 1,
                "messages": (
                    *self.messages,
                    Message(role="assistant", content=answer),
                    Message(role="user", content=f"That answer cannot be used: {problem}\nAnswer again, complete."),
                ),
            }
        )


class Reply(Value):
    """A model's finished answer. `text` never holds reasoning. Token counts are the server's, or `estimated`.

    `attempts` counts transport attempts; 0 when no request was sent (ledger, recording).
    """

    text: str
    finish: Finish = "stop"
    model: str
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    estimated: bool = False
    seconds: float = 0.0
    attempts: int = 1
    replayed: bool = False
    stale: bool = False
    """A recorded reply whose prompt has changed since it was recorded."""
    edited: bool = False
    """A recorded reply that is not as the model gave it."""


class LLM(Protocol):
    """Anything that answers a request. Raises `PipelineError`s; returns a reply with any finish reason."""

    async def complete(self, request: Request) -> Reply:
        """Answer one request."""
        ...


class NotRecorded(Exception):
    """A recording folder has no reply for this place. Only repairs may go without."""


class BadOutput(ValueError):
    """A reply arrived whole but does not have the form asked for; the message says what is wrong, for the model."""


_PARKED = {
    "length": "the reply was cut by its length limit, also with twice the limit",
    "content_filter": "the provider's content filter stopped the reply",
    "refusal": "the model refused",
    "unknown": "the reply ended for a reason the provider does not explain",
}


async def ask(
    llm: LLM, request: Request, parse: Callable[[str], T], *, otherwise: Callable[[str], T] | None = None
) -> T:
    """Ask, parse, and on an invalid answer ask once more with what was wrong. Raises `Parked` when it stays unusable.

    `parse` raises `BadOutput`. `otherwise` makes what it can of an answer that stays invalid, instead of parking. A
    reply cut by length is asked for once more with twice the limit.
    """
    while True:
        reply = await llm.complete(request)
        if reply.finish == "length":
            request = request.model_copy(update={"max_output_tokens": request.max_output_tokens * 2})
            reply = await llm.complete(request)
        if reply.finish != "stop":
            why = _PARKED[reply.finish]
            raise Parked(f"{request.place}: {why}. Change the brief, prompt or model, or use --force.")
        try:
            return parse(reply.text)
        except BadOutput as error:
            problem = str(error)
        if request.reask and otherwise is not None:
            try:
                return otherwise(reply.text)
            except BadOutput as error:
                problem = str(error)
        if request.reask:
            raise Parked(
                f"{request.place}: the answer stayed invalid after one re-ask: {problem.rstrip('.')}. "
                "Change the prompt or model, or use --force."
            )
        request = request.corrected(reply.text, problem)


def parse_object(text: str, model: type[M]) -> M:
    """The one JSON object of a reply, validated. Raises `BadOutput` with a message a model can act on."""
    try:
        return model.model_validate(_without_controls(_json_object(text)))
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in problem['loc']) or 'the object'}: {problem['msg']}"
            for problem in error.errors()[:5]
        )
        raise BadOutput(f"it does not fit the schema: {problems}") from error


def _without_controls(value: Any) -> Any:
    """JSON can spell control characters that plain text cannot hold; no answer needs them."""
    if isinstance(value, str):
        return without_controls(value)
    if isinstance(value, list):
        return [_without_controls(item) for item in value]
    return {key: _without_controls(item) for key, item in value.items()} if isinstance(value, dict) else value


def _json_object(text: str) -> dict[str, Any]:
    """The only JSON object in a text, be it the whole of it, in a code fence or inside prose."""
    found: list[dict[str, Any]] = []
    at = text.find("{")
    while at != -1 and len(found) < 2:
        value, end = _decode(text, at)
        found.append(value)
        at = text.find("{", end)
    if len(found) != 1:
        raise BadOutput(f"it must be exactly one JSON object, found {'more' if found else 'none'}")
    return found[0]


def _decode(text: str, at: int) -> tuple[dict[str, Any], int]:
    try:
        value, end = _DECODER.raw_decode(text, at)
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # no file takes half a surrogate pair
    except BadOutput:
        raise
    except json.JSONDecodeError as error:
        raise BadOutput(f"it is not valid JSON: {error.msg} at line {error.lineno} column {error.colno}") from error
    except RecursionError as error:
        raise BadOutput("its JSON is nested too deeply") from error
    except UnicodeEncodeError as error:
        raise BadOutput("it holds half of a surrogate pair; write the character itself") from error
    except ValueError as error:
        raise BadOutput("it holds a number of thousands of digits") from error
    return value, end


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    unique: dict[str, Any] = {}
    for key, value in pairs:
        if key in unique:
            raise BadOutput(f'the key "{key}" stands twice in one object')
        unique[key] = value
    return unique


def _no_constant(name: str) -> Any:
    raise BadOutput(f"{name} is not allowed in JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique_keys, parse_constant=_no_constant)


Price = Callable[[Reply], Decimal | None]


class Metered:
    """Notes every call of one brief for `run.json` and tells `progress` about each; changes nothing.

    `price` gives the cost of a reply in US dollars, or None when it is unknown.
    """

    def __init__(
        self, llm: LLM, *, price: Price = lambda reply: None, progress: Callable[[Request], None] = lambda request: None
    ) -> None:
        self._llm = llm
        self._price = price
        self._progress = progress
        self.calls: list[Call] = []
        self.failed_requests = 0
        """HTTP requests of calls that came to nothing."""
        self.stale: list[str] = []
        self.edited: list[str] = []

    async def complete(self, request: Request) -> Reply:
        self._progress(request)
        try:
            reply = await self._llm.complete(request)
        except PipelineError as error:
            self.failed_requests += error.requests
            raise
        if reply.stale:
            self.stale.append(request.place)
        if reply.edited:
            self.edited.append(request.place)
        self.calls.append(
            Call(
                stage=request.stage,
                part=request.part,
                round=request.round,
                reask=request.reask,
                model=reply.model,
                prompt_sha256=request.prompt_sha256,
                input_tokens=reply.input_tokens,
                cached_tokens=reply.cached_tokens,
                output_tokens=reply.output_tokens,
                estimated=reply.estimated,
                seconds=round(reply.seconds, 3),
                attempts=reply.attempts,
                cost=self._price(reply) if reply.attempts else Decimal(0),
                replayed=reply.replayed,
            )
        )
        return reply


__all__ = [
    "LLM",
    "BadOutput",
    "Finish",
    "Message",
    "Metered",
    "NotRecorded",
    "Price",
    "Reply",
    "Request",
    "ask",
    "parse_object",
]
