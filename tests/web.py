"""A small web server on loopback, for what fetches feeds and pages. A test that starts it is marked `loopback`."""

from __future__ import annotations

import contextlib
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Page:
    """One answer, after so many seconds. `drip` sends head or body byte by byte; `declared` is a false length."""

    body: bytes | str = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    drip: str = ""
    declared: int | None = None
    after: float = 0


class Site:
    """Pages by path, for a `with` block; one with an `etag` answers 304 to who has it. `asked` are the paths and
    headers of the requests, in order. Asked by absolute URLs it is a proxy; with `keys` it speaks TLS."""

    def __init__(self, pages: Mapping[str, Page | str] | None = None, *, keys: ssl.SSLContext | None = None) -> None:
        self._keys = keys
        self.pages: dict[str, Page | str] = dict(pages or {})
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.stopping = threading.Event()

    @property
    def port(self) -> int:
        return int(self._tcp.server_address[1])

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """The URL of a page, by any name of this machine."""
        return f"http://{host}:{self.port}{path}"

    def __enter__(self) -> Self:
        self._tcp = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"site": self}))
        self._tcp.daemon_threads = True
        if self._keys:
            self._tcp.socket = self._keys.wrap_socket(self._tcp.socket, server_side=True)
        threading.Thread(target=self._tcp.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stopping.set()
        self._tcp.shutdown()
        self._tcp.server_close()


class _Handler(BaseHTTPRequestHandler):
    site: Site
    timeout = 10

    def do_GET(self) -> None:
        self.site.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        found = self.site.pages.get(self.path, Page("nothing here", 404))
        page = Page(found) if isinstance(found, str) else found
        body = page.body.encode() if isinstance(page.body, str) else page.body
        self.site.stopping.wait(page.after)
        if page.headers.get("etag", "") == self.headers.get("if-none-match"):
            self.send_response(304)
            self.end_headers()
            return
        if page.drip == "head":
            self._drip(b"HTTP/1.1 200 OK\r\nx-slow: " + b"x" * 1000)
            return
        self.send_response(page.status)
        for name, value in {"content-type": "text/xml", **page.headers}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body) if page.declared is None else page.declared))
        self.end_headers()
        if page.drip:
            self._drip(body)
        else:
            self.wfile.write(body)

    def _drip(self, data: bytes) -> None:
        for byte in data:
            if self.site.stopping.is_set():
                break
            self.wfile.write(bytes([byte]))
            time.sleep(0.05)

    def handle(self) -> None:
        with contextlib.suppress(OSError):  # the client went away
            super().handle()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""
