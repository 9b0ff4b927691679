"""Settings: `commentary.toml`, environment and flags; every value knows its origin.

Order: flag, environment, ./commentary.toml, the user's file, default. Lives here: the settings, their loading and the
messages about bad ones. Does not: reading argv or the environment (`cli.py` passes both in). Imports layer 0.
"""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, JsonValue, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from pipeline.errors import ConfigurationError
from pipeline.schema import Value
from pipeline.urls import is_endpoint, is_secret_name, public_url

DAY = 86_400
"""Seconds nobody waits longer for; infinity and what is no number are none."""


class Prices(Value):
    """US dollars for a million tokens of one model. `cached` is for cached input, the full price when unset."""

    input: Decimal = Field(ge=0)
    output: Decimal = Field(ge=0)
    cached: Decimal | None = Field(default=None, ge=0)


class Settings(Value):
    """What can be set. The defaults are what most users want.

    Nine calls in flight are the headline and the eight translations of one draft: with fewer the last of them waits.
    """

    model: str = Field(default="gpt-5.6-luna", min_length=1, description="model name, as the endpoint knows it")
    base_url: str | None = Field(default=None, description="endpoint of a compatible server; unset: OpenAI")
    timeout: float = Field(default=180, gt=0, le=DAY, description="seconds one attempt of a call may take in all")
    attempts: int = Field(default=4, ge=1, le=20, description="attempts of a call before its brief is deferred")
    retry_after_cap: float = Field(
        default=60, ge=0, le=DAY, description="longest wait, in seconds, a server may ask for"
    )
    in_flight: int = Field(default=9, ge=1, le=1000, description="calls in flight at once, over all briefs")
    rpm: int | None = Field(default=None, ge=1, description="requests a minute at most; unset: no limit")
    tpm: int | None = Field(default=None, ge=1, description="tokens a minute at most, in and out; unset: no limit")
    max_cost: Decimal | None = Field(default=None, gt=0, description="US dollars a run may cost; unset: no limit")
    max_tokens: int | None = Field(default=None, ge=1, description="tokens a run may use, in and out; unset: no limit")
    limit: int | None = Field(default=None, ge=1, description="briefs a run works on at most; unset: all")
    repair_rounds: int = Field(default=2, ge=0, le=10, description="rounds of repair for findings that block")
    head_start: float = Field(
        default=1.0, ge=0, le=DAY, description="seconds the first translation goes ahead of the others"
    )
    structured: Literal["auto", "json_schema", "json_object", "prompt"] = Field(
        default="auto", description="how the endpoint is asked for JSON"
    )
    limit_field: Literal["auto", "max_completion_tokens", "max_tokens"] = Field(
        default="auto", description="name of the endpoint's output limit"
    )
    token_table: Literal["auto", "local"] = Field(
        default="auto", description="tiktoken's table: fetch it once, or never"
    )
    producer: str = Field(default="", description="ContentProducer of the AI label: who publishes")
    spacing: Literal["tight", "spaced", "keep"] = Field(
        default="tight", description="space between Han and Latin characters"
    )
    source_timeout: float = Field(
        default=20, gt=0, le=DAY, description="seconds a feed or article page may take in all"
    )
    source_max_bytes: int = Field(default=5_000_000, ge=1, description="bytes a feed or article page may have")
    allow_private: bool = Field(default=False, description="fetch feeds from this machine and its network, too")
    article_pages: bool = Field(default=False, description="read the page behind each entry of a feed, not the entry")
    prompts_dir: Path | None = Field(default=None, description="folder with your own prompts, beside the shipped ones")
    extra_body: dict[str, JsonValue] = Field(default_factory=dict, description="fields added to every request")
    prices: dict[str, Prices] = Field(default_factory=dict, description="US dollars for a million tokens, by model")

    @field_validator("base_url")
    @classmethod
    def _can_be_reached(cls, url: str | None) -> str | None:
        if url is not None and not is_endpoint(url):
            raise PydanticCustomError("url", "no http or https URL; write one like https://host/v1")
        return url

    @field_validator("extra_body")
    @classmethod
    def _can_be_sent(cls, fields: dict[str, JsonValue]) -> dict[str, JsonValue]:
        if taken := sorted(TAKEN & set(fields)):
            raise PydanticCustomError("taken", "{name} is written by this program; leave it out", {"name": taken[0]})
        try:
            json.dumps(fields, allow_nan=False)
        except ValueError as error:
            raise PydanticCustomError("json", "inf and nan cannot be sent; leave them out") from error
        return fields


@dataclass(frozen=True, slots=True)
class Access:
    """What the provider needs to know who calls. Never printed, never stored."""

    api_key: str | None = field(default=None, repr=False)
    organization: str | None = None
    project: str | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings with the origin of each value, the access, and what was odd but is no error."""

    settings: Settings
    origins: Mapping[str, str]
    access: Access
    warnings: tuple[str, ...] = ()


TAKEN = frozenset({"model", "messages", "stream", "n", "max_tokens", "max_completion_tokens"})
"""Fields of a request that limits, prices and the ledger rely on."""

TABLES = frozenset({"extra_body", "prices"})
"""Settings that are tables of a file, and nothing else."""

_PREFIX = "COMMENTARY_"
_OURS_BUT_NO_SETTING = frozenset({"COMMENTARY_OUT"})


def load(
    *,
    flags: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    files: Iterable[Path] = (),
) -> Loaded:
    """Settings in force. `files` in order of weight, strongest first; a missing one is skipped.

    Raises `ConfigurationError` that names a bad value or key and where it stands.
    """
    environment = environment or {}
    values: dict[str, Any] = {}
    origins = dict.fromkeys(Settings.model_fields, "default")
    warnings: list[str] = []

    def take(found: Mapping[str, Any], origin: str) -> None:
        for key, value in found.items():
            if key not in values:
                values[key] = value
                origins[key] = origin.format(key=key.replace("_", "-"), variable=_PREFIX + key.upper())

    take({k: v for k, v in (flags or {}).items() if v is not None}, "flag --{key}")
    take(_from_environment(environment, warnings), "environment {variable}")
    if _set(environment, "OPENAI_BASE_URL"):
        take({"base_url": _set(environment, "OPENAI_BASE_URL")}, "environment OPENAI_BASE_URL")
    for path in files:
        take(_from_file(path), str(path))

    settings = _validated(values, origins)
    if settings.base_url and not settings.base_url.rstrip("/").split("?")[0].endswith(("/v1", "/v2", "/v3", "/v4")):
        shown = f"{public_url(settings.base_url)} ({origins['base_url']})"
        warnings.append(f"base_url {shown} does not end with /v1; most servers need it.")
    access = Access(
        api_key=_set(environment, "OPENAI_API_KEY"),
        organization=_set(environment, "OPENAI_ORG_ID"),
        project=_set(environment, "OPENAI_PROJECT_ID"),
    )
    return Loaded(settings, origins, access, tuple(warnings))


def _set(environment: Mapping[str, str], name: str) -> str | None:
    """The stripped value of a variable; empty means unset."""
    return environment.get(name, "").strip() or None


def _from_environment(environment: Mapping[str, str], warnings: list[str]) -> dict[str, str]:
    found = {}
    for name in sorted(environment):
        if not name.startswith(_PREFIX) or name in _OURS_BUT_NO_SETTING:
            continue
        key = name.removeprefix(_PREFIX).lower()
        if key in TABLES:
            warnings.append(f"environment variable {name} is not used: {key} is a table. Write it into a file.")
        elif key not in Settings.model_fields:
            hint = _KEY_ELSEWHERE if is_secret_name(key) else _did_you_mean(key, upper=True)
            warnings.append(f"environment variable {name} is unknown and not used{hint}")
        elif value := _set(environment, name):
            found[key] = value
    return found


def _from_file(path: Path) -> dict[str, Any]:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot read: {error.strerror}. Make it readable or remove it.") from error
    try:
        table = tomllib.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # no UTF-8, no TOML, a number of 5,000 digits, brackets without end
        raise ConfigurationError(f"{path}: not valid TOML: {str(error)[:200]}. Correct the file.") from error
    for key in table:
        if key not in Settings.model_fields:
            hint = _KEY_ELSEWHERE if is_secret_name(key) else _did_you_mean(key)
            raise ConfigurationError(f"{path}: unknown setting {key!r}{hint}")
    return table


_KEY_ELSEWHERE = ". Keys are kept in no file here: set the variable OPENAI_API_KEY."


def _did_you_mean(key: str, *, upper: bool = False) -> str:
    close = difflib.get_close_matches(key, Settings.model_fields, n=1)
    if not close:
        return ". `commentary config show` lists all settings."
    return f"; did you mean {_PREFIX + close[0].upper() if upper else close[0]!r}?"


def is_local(base_url: str | None) -> bool:
    """Whether an endpoint is on this machine, where servers need no key."""
    try:
        return urlsplit(base_url or "").hostname in ("localhost", "127.0.0.1", "::1")
    except ValueError:
        return False


class BadSetting(ConfigurationError):
    """A value that does not fit its setting. `from_flag` when it came from the command line."""

    def __init__(self, message: str, *, from_flag: bool) -> None:
        super().__init__(message)
        self.from_flag = from_flag


def _validated(values: Mapping[str, Any], origins: Mapping[str, str]) -> Settings:
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        problem = min(error.errors(), key=lambda problem: problem["type"] != "extra_forbidden")
        key, *inside = (str(part) for part in problem["loc"])
        where = ".".join([key, *inside])
        if problem["type"] == "extra_forbidden":
            raise _bad(key, f"{where} is unknown. Known: {', '.join(Prices.model_fields)}", origins) from error
        message = problem["msg"][0].lower() + problem["msg"][1:]
        raise _bad(key, f"{where}{_value(where, problem['input'])}: {message}", origins) from error


def _bad(key: str, said: str, origins: Mapping[str, str]) -> BadSetting:
    origin = origins.get(key, "?")
    return BadSetting(f"{origin}: {said}. Correct it.", from_flag=origin.startswith("flag "))


def _value(where: str, value: Any) -> str:
    """A bad value for a message, where it can be shown."""
    if isinstance(value, dict | list) or any(is_secret_name(part) for part in where.split(".")):
        return ""
    shown = repr(public_url(value) if isinstance(value, str) else value)
    return f" is {shown if len(shown) <= 60 else shown[:59] + '…'}"
