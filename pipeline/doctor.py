"""`commentary doctor`: whether a run would work here, one row a thing that may be wrong, each with the next step.

Lives here: the rows. Does not: printing, asking the user, opening the endpoint (`cli/`). Nothing is mended, and nothing
written but one empty file that is removed again. Imports layers 0, 1 and `summary`.
"""

from __future__ import annotations

import difflib
import importlib.metadata
import importlib.util
import os
import re
import shutil
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import urlsplit

from pipeline.errors import BadReplyError, ConfigurationError, OutputError, PipelineError, UpstreamError
from pipeline.files import atomic_write
from pipeline.llm import Message, Reply, Request
from pipeline.llm.chat import Dialect, Retryable
from pipeline.llm.ledger import rehash
from pipeline.llm.tokens import Rates, count, rates_of, request_tokens
from pipeline.settings import Loaded, is_local

Status = Literal["ok", "warn", "fail", "skip"]


@dataclass(frozen=True, slots=True)
class Row:
    """What was found about one thing, and what to do about it. `exit_code` is 0 unless it failed."""

    name: str
    status: Status
    said: str
    next: str = ""
    exit_code: int = 0


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


def _failed(name: str, error: PipelineError) -> Row:
    said, _, step = str(error).rpartition(". ")
    return Row(name, "fail", said or step, step if said else "", error.exit_code)


# --- the set-up ------------------------------------------------------------------------------------------------------


def settings_row(loaded: Loaded) -> Row:
    """Where the settings come from, and what is odd about them."""
    origins = sorted({origin for origin in loaded.origins.values() if origin != "default"})
    said = f"from {', '.join(origins)}" if origins else "all as shipped"
    if loaded.warnings:
        return Row(
            "settings", "warn", loaded.warnings[0], "Correct it: `commentary config show` lists what is in force"
        )
    return Row("settings", "ok", said)


_PLACEHOLDER = re.compile(r"your|my[-_]|example|placeholder|change[-_]?me|\.\.\.|x{4,}|[<>*…]|^sk-$", re.IGNORECASE)
_PAIR = "Check that key and base_url belong together"
_STEP = "Set OPENAI_API_KEY to the key alone"


def key_row(loaded: Loaded) -> Row:
    """Whether the key has the shape of one. Never shows it."""
    key, base_url = loaded.access.api_key, loaded.settings.base_url
    host = urlsplit(base_url or "https://api.openai.com").hostname or ""
    if key is None:
        if is_local(base_url):
            return Row("key", "ok", "not set, and a server on this machine needs none")
        return Row(
            "key", "fail", "OPENAI_API_KEY is not set", "Set it; any word will do for a server that needs none", 78
        )
    if not (key.isascii() and key.isprintable() and " " not in key):
        return Row("key", "fail", "holds a space or a character no key has", f"Copy it again. {_STEP}", 78)
    if key[0] in "\"'" or "=" in key[:-2]:
        return Row("key", "fail", "holds quotes or a variable's name", _STEP, 78)
    said = f"set, {len(key)} characters"
    if is_local(base_url):
        return Row("key", "ok", said)
    if _PLACEHOLDER.search(key):
        return Row("key", "fail", f"{said}: looks like a placeholder", _STEP, 78)
    if host == "api.openai.com" and not key.startswith("sk-"):
        return Row("key", "warn", f"{said}, but OpenAI's begin with sk-", _PAIR)
    if host != "api.openai.com" and key.startswith("sk-proj-"):
        return Row("key", "warn", f"{said}: a key of OpenAI's, sent to {host}", _PAIR)
    if len(key) < 16:
        return Row("key", "warn", f"{said}: short for a key", "Check that it was copied whole")
    return Row("key", "ok", said)


# --- the endpoint ----------------------------------------------------------------------------------------------------


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
        return _failed("endpoint", error), None
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
        return _failed("model", error)
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


# --- this machine ----------------------------------------------------------------------------------------------------

_LOW = 200_000_000
"""Bytes free below which a disk counts as nearly full."""


def folder_row(out: Path) -> Row:
    """Whether drafts can be written: a file is written as they are, and removed."""
    there = next(place for place in (out, *out.absolute().parents) if place.exists())
    try:
        if there == out:
            probe = out / ".tmp-doctor"
            atomic_write(probe, b"")
            probe.unlink()
        elif not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
            raise OutputError(f"{out}: cannot be made in {there}. Choose another --out or make that writable.")
        free = shutil.disk_usage(there).free
    except OutputError as error:
        return _failed("folder", error)
    except OSError as error:
        return _failed("folder", OutputError(f"{out}: {error.strerror or error}. Choose another --out."))
    state = "can be written" if there == out else "will be made"
    if free < _LOW:
        return Row("folder", "warn", f"{out} {state}; only {free / 1e6:,.0f} MB are free", "Make room")
    return Row("folder", "ok", f"{out} {state}; {free / 1e9:,.1f} GB free")


def ledger_row(out: Path) -> Row:
    """Whether every kept reply is as it was written: each is hashed again."""
    found = rehash(out / ".ledger")
    if not found.records:
        return Row("ledger", "ok", "no replies kept yet")
    aside = f"; {found.aside} set aside by earlier runs" if found.aside else ""
    if found.damaged:
        names = ", ".join(path.name[:12] + "…" for path in found.damaged[:3])
        said = f"{len(found.damaged)} of {found.records:,} replies are damaged ({names}){aside}"
        return Row("ledger", "fail", said, "Look at the disk; a run sets them aside and asks those alone anew", 65)
    return Row("ledger", "ok", f"{found.records:,} replies hashed again, all sound{aside}")


def extras_rows(distribution: str = "news-commentary") -> Iterable[Row]:
    """Which optional packages are here, by what this package says of itself."""
    try:
        extras = importlib.metadata.metadata(distribution).get_all("Provides-Extra") or []
    except importlib.metadata.PackageNotFoundError:
        yield Row("extras", "skip", f"{distribution} is not installed, only run", "pip install .")
        return
    for extra in sorted(set(extras) - {"dev"}):
        yield _extra_row(distribution, extra, _packages(distribution, extra))


_REQUIREMENT = re.compile(r"([\w.-]+)\s*(?:\[([^\]]*)\])?[^;]*;.*extra\s*==\s*['\"]([\w.-]+)['\"]")


def _packages(distribution: str, extra: str) -> list[str]:
    """The packages of an extra, and of the extras that it asks of other packages in turn."""
    packages = []
    for requirement in importlib.metadata.requires(distribution) or []:
        match = _REQUIREMENT.match(requirement)
        if match and match[3] == extra:
            packages.append(match[1])
            if match[2] and _version(match[1]):
                packages += [name for part in match[2].split(",") for name in _packages(match[1], part.strip())]
    return packages


def _extra_row(distribution: str, extra: str, packages: list[str]) -> Row:
    versions = {package: _version(package) for package in packages}
    missing = [package for package, version in versions.items() if version is None]
    if missing:
        step = f"pip install '{distribution}[{extra}]' where it is needed"
        return Row(f"extra {extra}", "skip", f"not here: {', '.join(missing)}", step)
    return Row(f"extra {extra}", "ok", ", ".join(f"{package} {version}" for package, version in versions.items()))


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def token_row(model: str, table: Literal["auto", "local"]) -> Row:
    """Whether tokens are counted or estimated where a server does not say. Nothing is fetched."""
    if not count("ready", model, table="local").estimated:
        return Row("token table", "ok", f"tokens of {model} are counted")
    later = "; a run tries once to fetch the table" if table == "auto" else ""
    return Row("token table", "skip", f"no table for {model} here{later}: tokens are estimated, and said to be")


def configuration_row(error: ConfigurationError) -> Row:
    """An endpoint that cannot even be opened."""
    return _failed("endpoint", error)
