"""Tokens and prices: the estimate is never too low for real text, the count never surprises with a network."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.llm import Message, Reply
from pipeline.llm.tokens import (
    FAILURE_KEPT,
    PRICES,
    Count,
    Encoder,
    Load,
    Price,
    cost_of,
    count,
    estimate,
    fetched,
    load_encoding,
    request_tokens,
)
from tests.server import Answer, Server, a_request


class Words:
    """An encoder that counts words."""

    def encode_ordinary(self, text: str) -> list[int]:
        return [len(word) for word in text.split()]


def loader(*results: Encoder | Exception) -> tuple[Load, list[bool]]:
    """A loader that gives or raises these in order, and a list of whether it was allowed to fetch."""
    asked: list[bool] = []
    queue = list(results)

    def load(model: str, fetch: bool) -> Encoder:
        asked.append(fetch)
        result = queue.pop(0)
        if isinstance(result, Exception):
            raise result
        return result

    return load, asked


TEXT = "Rain fell on the quiet harbour."


def test_a_local_table_gives_an_exact_count() -> None:
    """Where the table is on this machine the count is exact, loaded once, and nothing is fetched."""
    load, asked = loader(Words())
    assert count(TEXT, "m", table="auto", load=load) == Count(6, False)
    assert count("two words", "m", table="auto", load=load) == Count(2, False)
    assert asked == [False]


def test_table_none_loads_nothing() -> None:
    """With `none` there is an estimate and no attempt to load."""
    load, asked = loader()
    assert count(TEXT, "m", table="none", load=load) == Count(estimate(TEXT), True)
    assert asked == []


@pytest.mark.parametrize(
    "error", [OSError("none here"), KeyError("unknown model"), ValueError("damaged"), ImportError()]
)
def test_table_local_never_fetches(error: Exception) -> None:
    """With `local` a missing table, an unknown model or a damaged table gives an estimate, and is asked for once."""
    load, asked = loader(error)
    assert count(TEXT, "m", table="local", load=load) == Count(estimate(TEXT), True)
    assert count(TEXT, "m", table="local", load=load).estimated
    assert asked == [False]


def test_table_auto_fetches_a_missing_table(tmp_path: Path) -> None:
    """With `auto` a missing table is fetched."""
    load, asked = loader(OSError("none here"), Words())
    assert count(TEXT, "m", table="auto", cache=tmp_path, load=load) == Count(6, False)
    assert asked == [False, True]


def test_table_auto_does_not_fetch_for_an_unknown_model(tmp_path: Path) -> None:
    """A model tiktoken has never heard of needs no network to be estimated."""
    load, asked = loader(KeyError("some-model"))
    assert count(TEXT, "m", table="auto", cache=tmp_path, load=load).estimated
    assert asked == [False]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("later", "fetches"), [(60, False), (FAILURE_KEPT - 1, False), (FAILURE_KEPT + 1, True), (-60, True)]
)
def test_a_failed_fetch_is_remembered_for_a_day(tmp_path: Path, later: int, fetches: bool) -> None:
    """After a failure no other run tries for a day; a note from the future is not believed."""
    now = 1_800_000_000
    first, asked_first = loader(OSError("none here"), OSError("offline"))
    assert count(TEXT, "m", table="auto", cache=tmp_path, load=first, now=lambda: now).estimated
    second, asked_second = loader(OSError("none here"), Words())
    result = count(TEXT, "m", table="auto", cache=tmp_path, load=second, now=lambda: now + later)
    assert asked_first == [False, True]
    assert asked_second == ([False, True] if fetches else [False])
    assert result.estimated is not fetches


def test_a_cache_that_cannot_be_written_does_not_matter(tmp_path: Path) -> None:
    """Without a usable cache folder the failure is just not remembered."""
    (tmp_path / "file").write_text("")
    for cache in (None, tmp_path / "file"):
        load, _ = loader(OSError("none here"), OSError("offline"))
        assert count(TEXT, "m", table="auto", cache=cache, load=load).estimated


def test_tiktoken_itself_reaches_for_no_network_unasked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The real tiktoken without its table raises instead of fetching, and its own function is put back."""
    import tiktoken.load

    original = tiktoken.load.read_file
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    with pytest.raises(OSError, match="not on this machine"):
        load_encoding("gpt-4o", False)
    with pytest.raises(KeyError):
        load_encoding("some-model", False)
    assert tiktoken.load.read_file is original
    assert list(tmp_path.iterdir()) == []


@pytest.mark.loopback
def test_a_table_is_fetched_whole_or_not_at_all() -> None:
    """The bytes of a table come back; an error, a cut body and a dripping server are the same as no network."""
    with Server([Answer(b"table")]) as server:
        assert fetched(server.url, 2) == b"table"
    for answer in (Answer(b"no", status=404), Answer(b"table" * 100, drop=7), Answer(b"table" * 100, drip=0.05)):
        with Server([answer]) as server, pytest.raises(OSError, match="could not be fetched"):
            fetched(server.url, 0.2)


# Counts by the o200k_base and cl100k_base tables are at most one token for each piece listed here.
PIECES = {
    "english": "The| harbour| reopened| on| Tuesday| after| three| days| of| storms|,| the| port| authority| said|.",
    "figures": "Prices| rose| |3|.|2|%| to| $|1|,|204|.|50| in| |202|6|.",
    "chinese": "港|口|周|二|重|新|开|放|，|此|前|三|天|有|暴|风|雨|。",
    "json": '{"|title|":| "|Rain|",| "|score|":| |72|}',
}


@pytest.mark.parametrize("text", PIECES.values(), ids=PIECES)
def test_the_estimate_is_above_the_count_for_real_text(text: str) -> None:
    """For prose, figures, Chinese and JSON the estimate is at least the number of pieces and at most thrice that."""
    pieces = text.count("|") + 1
    assert pieces <= estimate(text.replace("|", "")) <= 3 * pieces


@given(st.text(), st.text())
def test_the_estimate_grows_with_the_text(one: str, two: str) -> None:
    """An estimate is never negative, never above the strict bound of a token a byte, and grows with the text."""
    together = estimate(one + two)
    assert max(estimate(one), estimate(two)) <= together <= estimate(one) + estimate(two)
    assert 0 <= together <= len((one + two).encode("utf-8", "surrogatepass"))


def test_a_request_counts_messages_and_schema() -> None:
    """A request's tokens are those of its messages with a frame around each, and of its schema."""
    request = a_request(messages=(Message(role="system", content="a b c"), Message(role="user", content="d")))
    words: Callable[[str], int] = lambda text: len(text.split())  # noqa: E731
    assert request_tokens(request, words) == 3 + 1 + 16
    assert request_tokens(request.model_copy(update={"output_schema": {"type": "object"}}), words) == 3 + 1 + 16 + 1


PRICE = Price(input=Decimal("2"), cached=Decimal("0.5"), output=Decimal("8"))


def test_a_reply_costs_what_its_tokens_cost() -> None:
    """Fresh input, cached input and output each have their price a million tokens; the sum is exact."""
    reply = Reply(text="", model="m", input_tokens=1_000_000, cached_tokens=400_000, output_tokens=250_001)
    assert cost_of(reply, {"m": PRICE}) == Decimal("1.2") + Decimal("0.2") + Decimal("2.000008")


def test_an_unknown_price_is_none_and_not_zero() -> None:
    """A model without a price costs None; a dated snapshot costs what its model does."""
    reply = Reply(text="", model="m-2026-11-01", input_tokens=1_000_000)
    assert cost_of(reply, {"m": PRICE}) == 2
    assert cost_of(reply, {"other": PRICE}) is None
    assert cost_of(Reply(text="", model="m-mini", input_tokens=5), {"m": PRICE}) is None


def test_cached_input_without_a_price_of_its_own_is_not_free() -> None:
    """Where no price for cached input is given it costs what other input does."""
    reply = Reply(text="", model="m", input_tokens=1_000_000, cached_tokens=1_000_000)
    assert cost_of(reply, {"m": Price(input=Decimal(2), output=Decimal(8))}) == 2


def test_shipped_prices_are_sound() -> None:
    """Cached input is never dearer than fresh input, and no price is a float."""
    for price in PRICES.values():
        assert price.cached is not None
        assert 0 <= price.cached <= price.input
        assert all(isinstance(value, Decimal) for value in (price.input, price.cached, price.output))


@pytest.mark.parametrize(
    "module", ["pipeline.llm", "pipeline.llm.ledger", "pipeline.llm.replay", "pipeline.llm.tokens"]
)
def test_nothing_heavy_is_imported(module: str) -> None:
    """Only the client module loads openai and tenacity, and only the first count loads tiktoken."""
    heavy = {"openai", "tenacity", "tiktoken", "httpx", "httpx2", "requests", "regex"}
    code = f"import sys, {module}; print(sorted(sys.modules.keys() & {heavy!r}))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
