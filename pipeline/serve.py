"""The pages of an output folder on this machine, with buttons that decide and texts that can be edited.

Lives here: the routes, who may use them, and running the server. Does not: what is decided or edited (`review`), the
pages (`render`), the clock (an argument). Imports layers 0 to 4; starlette and uvicorn when it runs (extra `serve`).

Who may use it: a browser on this machine that was given the address. The server listens on loopback; the address holds
a random token, and every request must name this very host, so that another site cannot reach it by a name of its own.
What changes something must also come from our own pages (Origin) and carry the token in a header.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar
from urllib.parse import quote

from pydantic import Field, ValidationError

from pipeline import review, store
from pipeline.errors import BriefError, ConfigurationError, LockedError, OutputError, PipelineError, ReviewError
from pipeline.render import Server, index_html, to_html
from pipeline.schema import Language, Value, Waiver

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

V = TypeVar("V", bound=Value)

HOST = "127.0.0.1"
LARGEST_BODY = 200_000
"""Bytes of a request: far more than a long paragraph or a decision with a note for every flag."""

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""The address holds the token: it goes into no cache and to no other site."""


class Decided(Value):
    """What a page sends to `decision`."""

    status: Literal["approved", "rejected", "reopened"]
    reviewer: str
    note: str = ""
    waivers: tuple[Waiver, ...] = ()
    content_sha256: str = Field(min_length=64, max_length=64)


class Asked(Value):
    """What a page sends to `rebuild`: nothing."""


class Typed(Value):
    """What a page sends to `text`."""

    language: Language
    field: str
    text: str
    content_sha256: str


@dataclass(frozen=True, slots=True)
class Site:
    """One output folder that is served: its token, the hosts it answers to, and the clock."""

    out: Path
    port: int
    now: Callable[[], datetime]
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    @property
    def hosts(self) -> tuple[str, ...]:
        """What a browser on this machine puts into Host."""
        return f"{HOST}:{self.port}", f"localhost:{self.port}"

    @property
    def url(self) -> str:
        """Where the list of drafts is."""
        return f"http://{HOST}:{self.port}/{self.token}/"

    def folder(self, name: str) -> Path:
        """The folder of a draft by its name: one of those that are listed, never a path."""
        for folder in store.draft_folders(self.out, ending=name):
            if folder.name == name:
                return folder
        raise _Refused(404, "no such draft.")


class _Refused(Exception):
    """A request that is not answered as asked: status and one line."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


_STATUS: tuple[tuple[type[PipelineError], int], ...] = (
    (ReviewError, 409),
    (BriefError, 422),
    (LockedError, 503),
    (OutputError, 507),
)


# --- who may ---------------------------------------------------------------------------------------------------------


def _admit(site: Site, request: Request) -> None:
    """Refuse what does not come from a browser that was given the address."""
    if request.headers.getlist("host") not in [[host] for host in site.hosts]:
        raise _Refused(403, "this host is not served.")
    if not _same(request.path_params["token"], site.token):
        raise _Refused(404, "no such page: use the address that commentary review serve printed.")


def _admit_change(site: Site, request: Request) -> None:
    """Refuse a change that does not come from our own pages."""
    headers = request.headers
    if headers.getlist("origin") != [f"http://{headers['host']}"] or headers.get("sec-fetch-site") not in _OWN:
        raise _Refused(403, "changes are taken from this server's own pages only.")
    if not _same(headers.get("x-commentary-token", ""), site.token):
        raise _Refused(403, "the token is missing or wrong.")
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise _Refused(415, "send JSON.")


_OWN = (None, "same-origin")


def _same(given: str, token: str) -> bool:
    return secrets.compare_digest(given.encode("utf-8", "replace"), token.encode())


async def _sent(request: Request, kind: type[V]) -> V:
    """What a page sent, read no further than is allowed."""
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > LARGEST_BODY:
            raise _Refused(413, f"more than {LARGEST_BODY:,} bytes.")
    try:
        return kind.model_validate_json(bytes(raw))
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(str(part) for part in problem["loc"]) or "the object"
        raise _Refused(400, f"{where}: {problem['msg']}.") from error


# --- what is answered ------------------------------------------------------------------------------------------------


def _index(site: Site) -> str:
    rows, unreadable = store.index_rows(site.out)
    return index_html(rows, unreadable=unreadable)


def _page(site: Site, name: str) -> str:
    case = review.look(site.folder(name))
    untaken = tuple(store.EDITIONS[language] for language in case.untaken)
    server = Server(base=f"/{site.token}/{quote(name)}", token=site.token, untaken=untaken)
    original = case.original if case.edited else None
    return to_html(case.draft, run=case.run, decision=case.decision, original=original, server=server)


def _decide(site: Site, name: str, made: Decided) -> None:
    review.decide(
        site.folder(name),
        made.status,
        reviewer=made.reviewer,
        at=site.now(),
        note=made.note,
        waivers=made.waivers,
        seen=made.content_sha256,
    )


def _edit(site: Site, name: str, typed: Typed) -> None:
    review.edit(site.folder(name), typed.language, typed.field, typed.text, seen=typed.content_sha256)


def _rebuild(site: Site, name: str) -> None:
    review.rebuild(site.folder(name))
    review.rebuild_lists(site.out)


def application(site: Site) -> Starlette:
    """The routes of a site. The work is done in threads: it reads and writes files."""
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse
    from starlette.routing import Route

    async def index(request: Request) -> Response:
        return HTMLResponse(await run_in_threadpool(_index, site))

    async def page(request: Request) -> Response:
        return HTMLResponse(await run_in_threadpool(_page, site, request.path_params["folder"]))

    async def decision(request: Request) -> Response:
        _admit_change(site, request)
        await run_in_threadpool(_decide, site, request.path_params["folder"], await _sent(request, Decided))
        return JSONResponse({})

    async def text(request: Request) -> Response:
        _admit_change(site, request)
        await run_in_threadpool(_edit, site, request.path_params["folder"], await _sent(request, Typed))
        return JSONResponse({})

    async def rebuild(request: Request) -> Response:
        _admit_change(site, request)
        await _sent(request, Asked)
        await run_in_threadpool(_rebuild, site, request.path_params["folder"])
        return JSONResponse({})

    def guarded(answer: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                _admit(site, request)
                response = await answer(request)
            except (_Refused, PipelineError) as error:
                status, said = _status(error), str(error)
                response = (
                    JSONResponse({"error": said}, status)
                    if request.method == "POST"
                    else PlainTextResponse(said + "\n", status)
                )
            response.headers.update(_HEADERS)
            return response

        return endpoint

    site_application = Starlette(
        routes=[
            Route("/{token}/", guarded(index)),
            Route("/{token}/index.html", guarded(index)),
            Route("/{token}/{folder}/review.html", guarded(page)),
            Route("/{token}/{folder}/decision", guarded(decision), methods=["POST"]),
            Route("/{token}/{folder}/text", guarded(text), methods=["POST"]),
            Route("/{token}/{folder}/rebuild", guarded(rebuild), methods=["POST"]),
        ]
    )
    site_application.router.redirect_slashes = False  # a redirect would echo a host that was not looked at
    return site_application


def _status(error: _Refused | PipelineError) -> int:
    if isinstance(error, _Refused):
        return error.status
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


# --- running ---------------------------------------------------------------------------------------------------------


def serve(out: Path, *, port: int, now: Callable[[], datetime], started: Callable[[str], None]) -> None:
    """Serve an output folder until Ctrl-C; `started` is told the address once. A port of 0 means any free one.

    Raises `ConfigurationError` when the extra is missing or the port is taken.
    """
    try:
        import uvicorn
    except ImportError as error:
        raise ConfigurationError(
            "commentary review serve needs the extra `serve`: pip install 'news-commentary[serve]'"
        ) from error
    try:
        listener = socket.create_server((HOST, port))
    except OSError as error:
        raise ConfigurationError(f"port {port} of {HOST}: {error.strerror}. Choose another --port.") from error
    with listener:
        site = Site(out, listener.getsockname()[1], now)
        config = uvicorn.Config(
            application(site),
            http="h11",
            loop="asyncio",
            ws="none",
            lifespan="off",
            access_log=False,  # a log would hold the token
            log_config=None,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=64,
            timeout_graceful_shutdown=2,
        )
        started(site.url)
        uvicorn.Server(config).run(sockets=[listener])
