"""What the commands share: the settings in force, the model behind them, and printing that survives a closed pipe."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from pipeline.briefs import Reach
from pipeline.cli.streams import note
from pipeline.errors import ConfigurationError
from pipeline.llm import LLM, Reply
from pipeline.settings import BadSetting, Loaded, Settings, is_local, load

if TYPE_CHECKING:
    from pipeline.llm.chat import Dialect
    from pipeline.llm.openai import OpenAILLM
    from pipeline.llm.tokens import Rates

FILE = "commentary.toml"


def load_settings(flags: Mapping[str, Any] | None = None, *, quiet: bool = False) -> Loaded:
    """The settings in force here and now; odd things are said on stderr unless `quiet`."""
    try:
        loaded = load(flags=flags, environment=os.environ, files=(Path(FILE), user_file()))
    except BadSetting as error:
        if error.from_flag:
            raise click.UsageError(str(error)) from error
        raise
    if not quiet:
        warn(loaded)
    own = loaded.settings.prompts_dir
    if own is None:
        return loaded
    return replace(loaded, settings=loaded.settings.model_copy(update={"prompts_dir": own.expanduser()}))


def warn(loaded: Loaded) -> None:
    """Say what is odd about settings, on stderr."""
    for warning in loaded.warnings:
        note(f"warning: {warning}")


def user_file() -> Path:
    """Where a user's own settings lie on this system."""
    from platformdirs import user_config_path

    return user_config_path("news-commentary", appauthor=False) / FILE


def _cache_folder() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("news-commentary", appauthor=False)


def printable(text: str) -> str:
    """Text of others on one line: line breaks and terminal controls shown as escapes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def reach_of(settings: Settings, out: Path, *, remember: bool) -> Reach:
    """How feeds and pages are fetched. The drafts of `out` are looked through when the first entry asks; with
    `remember` what a source answered is kept there, too."""
    known: set[tuple[str, str]] = set()
    looked = False

    def seen(origin: str, link: str) -> bool:
        nonlocal looked
        if not looked:
            from pipeline import store, waiting

            known.update(store.origins(out))
            known.update(waiting.origins(out))
            looked = True
        return (origin, link) in known

    return Reach(
        timeout=settings.source_timeout,
        max_bytes=settings.source_max_bytes,
        allow_private=settings.allow_private,
        article_pages=settings.article_pages,
        seen=seen,
        memory=out / ".feeds" if remember else None,
        proxy=_proxy_of,
    )


def _proxy_of(url: str) -> str | None:
    """The proxy that the environment names for a URL; None where NO_PROXY names its host."""
    from urllib.request import getproxies_environment, proxy_bypass

    proxies, parts = getproxies_environment(), urlsplit(url)
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(parts.netloc.rpartition("@")[2]):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


# --- the model -------------------------------------------------------------------------------------------------------


def api_key(loaded: Loaded) -> str:
    """The key to use. A server on this machine needs none. Raises `ConfigurationError` when there is none."""
    if loaded.access.api_key:
        return loaded.access.api_key
    if is_local(loaded.settings.base_url):
        return "not-needed"
    raise ConfigurationError(
        "no API key: OPENAI_API_KEY is not set. Set it (any word for a server that needs none), "
        "or try `commentary demo`, which needs no key."
    )


def endpoint_of(loaded: Loaded) -> OpenAILLM:
    """The endpoint of the settings, asked in the dialect that was found out before, or that its kind speaks."""
    from pipeline.llm import access, openai
    from pipeline.llm.chat import Dialect
    from pipeline.llm.dialects import Memory, preset_of
    from pipeline.llm.tokens import count

    settings = loaded.settings
    client = openai.make_client(
        api_key=api_key(loaded),
        base_url=settings.base_url,
        organization=loaded.access.organization,
        project=loaded.access.project,
        in_flight=settings.in_flight,
        timeout=settings.timeout,
    )
    named = access.endpoint_of(settings.base_url)
    memory = Memory(_cache_folder() / "dialects.json", named, settings.model, time.time)
    preset = preset_of(settings.base_url)
    begin = memory.recall() or (preset.dialect if preset else Dialect())

    def keep(found: Dialect) -> None:
        memory.keep(  # what was set is no finding
            Dialect(
                found.structured if settings.structured == "auto" else begin.structured,
                found.limit_field if settings.limit_field == "auto" else begin.limit_field,
            )
        )

    return openai.OpenAILLM(
        client,
        timeout=settings.timeout,
        structured=settings.structured,
        limit_field=settings.limit_field,
        begin=begin,
        on_dialect=keep,
        extra_body=settings.extra_body,
        count=partial(count, table=settings.token_table, cache=_cache_folder()),
    )


def connection(loaded: Loaded, out: Path, *, force: bool = False, record: Path | None = None) -> Callable[[], Any]:
    """Opens the model of the settings: ledger over retries over limits over the endpoint."""

    @asynccontextmanager
    async def connect() -> AsyncIterator[LLM]:
        from pipeline.llm.ledger import Ledger
        from pipeline.llm.limits import Budgeted, Paced
        from pipeline.llm.retrying import Retrying

        settings = loaded.settings
        endpoint = endpoint_of(loaded)
        paced = Paced(endpoint, in_flight=settings.in_flight, rpm=settings.rpm, tpm=settings.tpm)
        budgeted = Budgeted(
            paced, prices=prices_of(settings), max_cost=settings.max_cost, max_tokens=settings.max_tokens
        )
        retrying = Retrying(budgeted, attempts=settings.attempts, retry_after_cap=settings.retry_after_cap)
        llm: LLM = Ledger(
            retrying, out / ".ledger", endpoint=endpoint.endpoint, parameters=settings.extra_body, force=force
        )
        if record is not None:
            from pipeline.llm.replay import Record

            llm = Record(llm, record)
        try:
            yield llm
        finally:
            await endpoint.aclose()

    return connect


def replaying(folder: Path) -> Callable[[], Any]:
    """Opens a folder of recorded replies in place of a model."""
    if not folder.is_dir():
        raise click.BadParameter(f"no such folder: {folder}", param_hint="--replay")

    @asynccontextmanager
    async def connect() -> AsyncIterator[LLM]:
        from pipeline.llm.replay import Replay

        yield Replay(folder)

    return connect


def prices_of(settings: Settings) -> Mapping[str, Rates]:
    """The prices of the settings, then the shipped ones."""
    from pipeline.llm.tokens import PRICES

    return {**PRICES, **settings.prices}


def price_of(settings: Settings) -> Callable[[Reply], Any]:
    """What a reply cost, by these prices."""

    def price(reply: Reply) -> Any:
        from pipeline.llm.tokens import cost_of

        return cost_of(reply, prices_of(settings), asked=settings.model)

    return price
