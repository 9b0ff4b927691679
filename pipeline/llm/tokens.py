"""Tokens and what they cost: counting and prices.

Lives here: the estimate that needs nothing, the count by tiktoken where its table can be had, and the price table.
Does not: what to do about a request that is too dear. Imports layer 0, `pipeline.llm`, and tiktoken, which
is loaded at the first count: neither importing this module nor `estimate` loads it or touches the network.
"""

from __future__ import annotations

import contextlib
import re
import string
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from http.client import HTTPException
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from pipeline.errors import OutputError
from pipeline.files import atomic_write
from pipeline.llm import Reply, Request
from pipeline.schema import Value, canonical_json

Table = Literal["auto", "local", "none"]
"""Where tiktoken's table may come from: fetched once if need be, from this machine only, or nowhere (estimate)."""

FETCH_SECONDS = 5.0
FAILURE_KEPT = 24 * 60 * 60
"""Seconds for which a failed attempt to fetch a table is remembered."""


class Count(NamedTuple):
    """A number of tokens, and whether it is an estimate."""

    tokens: int
    estimated: bool


# --- estimating ------------------------------------------------------------------------------------------------------

_PROSE = (string.ascii_letters + " ").encode()
_ASCII = bytes(range(128))


def estimate(text: str) -> int:
    """More tokens than a text has, from its UTF-8: a token for 3 letters or spaces, for each other ASCII character, and
    for 2 bytes of anything else (a Han character is 3).

    English prose has 4 to 5 letters a token and Chinese 1 to 1.4 tokens a character in the tables in use since 2023, so
    this is above them by a third or more. It is no strict bound: that is one token a byte, which random letters come
    near to.
    """
    data = text.encode("utf-8", "surrogatepass")
    rest = data.translate(None, _PROSE)
    beyond_ascii = len(rest.translate(None, _ASCII))
    prose, marks = len(data) - len(rest), len(rest) - beyond_ascii
    return -(-prose // 3) + marks + -(-beyond_ascii // 2)


def request_tokens(request: Request, count: Callable[[str], int] = estimate) -> int:
    """Tokens that a request sends: its messages, 8 a message for the frame around each, and its schema."""
    messages = sum(count(message.content) + 8 for message in request.messages)
    return messages + (count(canonical_json(request.output_schema)) if request.output_schema is not None else 0)


def estimated(text: str, model: str) -> Count:
    """`count` without any table, for any model."""
    return Count(estimate(text), True)


# --- counting --------------------------------------------------------------------------------------------------------


class Encoder(Protocol):
    """What is used of a tiktoken encoding."""

    def encode_ordinary(self, text: str) -> list[int]:
        """The tokens of a text; marks such as <|endoftext|> in it are plain text."""
        ...


Load = Callable[[str, bool], Encoder]
"""Gets the encoder of a model, through the network only where the second argument says so."""


def load_encoding(model: str, fetch: bool) -> Encoder:
    """tiktoken's encoding for a model. Raises `KeyError` for a model it does not know, `OSError` without its table.

    tiktoken fetches a missing table without asking and without a time limit, and has no switch for either. So the one
    function it fetches with is replaced while it loads.
    """
    import tiktoken
    import tiktoken.load

    with _LOADING:
        original = tiktoken.load.read_file
        tiktoken.load.read_file = fetched if fetch else _not_here
        try:
            return tiktoken.encoding_for_model(model)
        finally:
            tiktoken.load.read_file = original


_LOADING = threading.Lock()


def _not_here(blobpath: str) -> bytes:
    raise OSError(f"{blobpath} is not on this machine")


def fetched(blobpath: str, seconds: float = FETCH_SECONDS) -> bytes:
    """The bytes behind a URL, or `OSError` after so many seconds in all.

    In a thread that may be left behind, because looking up a host name cannot be interrupted.
    """
    found: list[bytes] = []

    def fetch() -> None:
        failures = contextlib.suppress(OSError, HTTPException)
        with failures, urllib.request.urlopen(blobpath, timeout=seconds) as response:
            found.append(response.read())

    thread = threading.Thread(target=fetch, daemon=True)
    thread.start()
    thread.join(seconds)
    if not found:
        raise OSError(f"{blobpath} could not be fetched within {seconds:g} s")
    return found[0]


def count(
    text: str,
    model: str,
    *,
    table: Table = "local",
    cache: Path | None = None,
    load: Load = load_encoding,
    now: Callable[[], float] = time.time,
) -> Count:
    """Tokens of a text for a model: exact where tiktoken knows the model and its table can be had, else `estimate`.

    The first count of a model loads its table (over a second) and is remembered for the process, a failure too. Only
    `auto` may fetch a missing table; it tries once, for 5 s, and notes a failure in `cache` for a day.
    """
    encoder = _encoder(model, table, cache, load, now)
    if encoder is None:
        return Count(estimate(text), True)
    return Count(len(encoder.encode_ordinary(text)), False)


@lru_cache(maxsize=32)
def _encoder(model: str, table: Table, cache: Path | None, load: Load, now: Callable[[], float]) -> Encoder | None:
    if table == "none":
        return None
    try:
        return load(model, False)
    except OSError:
        return _fetched_encoder(model, cache, load, now()) if table == "auto" else None
    except _CANNOT_LOAD:
        return None


_CANNOT_LOAD = (LookupError, ValueError, ImportError, AttributeError)
"""An unknown model, a damaged table, a tiktoken that is missing or built otherwise than expected."""


def _fetched_encoder(model: str, cache: Path | None, load: Load, now: float) -> Encoder | None:
    note = cache / "token-table-failed" if cache else None
    if note and _failed_lately(note, now):
        return None
    try:
        return load(model, True)
    except (OSError, *_CANNOT_LOAD):
        if note:
            with contextlib.suppress(OutputError):
                atomic_write(note, f"{now:.0f}\n")
        return None


def _failed_lately(note: Path, now: float) -> bool:
    try:
        return 0 <= now - float(note.read_text("utf-8")) < FAILURE_KEPT
    except (OSError, ValueError):
        return False


# --- prices ----------------------------------------------------------------------------------------------------------


class Rates(Protocol):
    """US dollars per million tokens. `cached` is for input read from the vendor's cache, the full price when None."""

    @property
    def input(self) -> Decimal: ...

    @property
    def cached(self) -> Decimal | None: ...

    @property
    def output(self) -> Decimal: ...


class Price(Value):
    """`Rates` as a value."""

    input: Decimal
    cached: Decimal | None = None
    output: Decimal


PRICES: Mapping[str, Rates] = {
    # https://developers.openai.com/api/docs/models/gpt-5.6-luna, read 2026-11-24
    "gpt-5.6-luna": Price(input=Decimal("0.20"), cached=Decimal("0.02"), output=Decimal("1.20")),
}

_SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}$")


def rates_of(model: str, prices: Mapping[str, Rates] = PRICES) -> Rates | None:
    """The price of a model, None when it is unknown. A dated snapshot costs what its model does."""
    return prices.get(model) or prices.get(_SNAPSHOT.sub("", model))


def cost_of(reply: Reply, prices: Mapping[str, Rates] = PRICES, *, asked: str = "") -> Decimal | None:
    """What a reply cost in US dollars, None when that is unknown.

    Servers may call a model otherwise than the price list does: then the price of the model `asked` for holds.
    """
    price = rates_of(reply.model, prices) or rates_of(asked, prices)
    if price is None:
        return None
    fresh = reply.input_tokens - reply.cached_tokens
    cached = price.input if price.cached is None else price.cached
    total = fresh * price.input + reply.cached_tokens * cached + reply.output_tokens * price.output
    return total / 1_000_000
