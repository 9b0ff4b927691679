"""Getting feeds and pages from the network, within limits.

Lives here: proxies, redirects, time and size, several at once. Does not: which addresses may be reached (`addresses`),
what a source answered before (`remembered`), what the bytes mean. Imports layer 0, httpx.
"""

from __future__ import annotations

import contextlib
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.briefs.addresses import addresses_of, check_name
from pipeline.briefs.found import Reach, Temporary
from pipeline.briefs.remembered import Remembered, recall, remember
from pipeline.errors import BriefError, ConfigurationError
from pipeline.urls import public_url

if TYPE_CHECKING:
    import httpx

_REDIRECTS = 5
_RETRIED_STATUS = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Fetched:
    """The decompressed bytes of a 200, their content type, and the URL at the end of the redirects."""

    body: bytes
    content_type: str
    url: str


Answer = Callable[[], Fetched]
"""Waits for a fetch. Raises `BriefError`, which is `Temporary` where another try may help."""


def side_by_side(urls: Iterable[str], reach: Reach, *, most: int, memory: Path | None = None) -> Iterator[Answer]:
    """Fetch URLs, so many at a time, and give the answers to wait for in the order of the URLs."""
    coming = iter(urls)
    under_way: deque[Answer] = deque()
    while True:
        under_way.extend(begin(url, reach, memory=memory) for url in islice(coming, most - len(under_way)))
        if not under_way:
            return
        yield under_way.popleft()


def begin(url: str, reach: Reach, *, memory: Path | None = None) -> Answer:
    """Begin to fetch a URL, following redirects. With a `memory` folder the server is asked for what is new since.

    The work is done in a thread: neither the look-up of a name nor a server that drips can be cut short otherwise.
    """
    way = _Way(reach, memory)
    due = time.monotonic() + reach.timeout
    outcome: list[Fetched | Exception] = []

    def work() -> None:
        try:
            outcome.append(way.followed(url))
        except Exception as error:  # raised again by the caller
            outcome.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()

    def answer() -> Fetched:
        thread.join(max(0.0, due - time.monotonic()))
        late = not outcome  # closing the clients makes a thread that is late fail, too
        way.close()
        if late:
            raise Temporary(f"no complete answer within {reach.timeout:g} s. Try again later, or raise source_timeout.")
        result = outcome[0]
        if isinstance(result, Fetched):
            way.remember(result)
            return result
        raise _told(result)

    return answer


def _httpx() -> Any:
    try:
        import httpx
    except ImportError as error:
        raise ConfigurationError(
            "feeds and pages need more packages: pip install 'news-commentary[feeds,web]'"
        ) from error
    return httpx


@cache
def _certificates() -> Any:
    """Read once: it takes longer than a short request."""
    return _httpx().create_ssl_context()


def _told(error: Exception) -> Exception:
    """A failure as a reason. Errors that are none of the network's are bugs and stay what they are."""
    httpx = _httpx()
    if isinstance(error, httpx.InvalidURL | UnicodeError):
        return BriefError("not a valid URL. Correct it.")
    if isinstance(error, httpx.HTTPError | OSError):
        what = " ".join(str(error).split())[:120].rstrip(".") or type(error).__name__
        if "CERTIFICATE_VERIFY_FAILED" in what:  # with no message at every run, nobody would look
            return BriefError(
                f"its certificate is not valid: {what}. Check the URL; SSL_CERT_FILE names others to trust."
            )
        who = "the proxy refused or failed" if isinstance(error, httpx.ProxyError) else "cannot be fetched"
        return Temporary(f"{who}: {what}. Try again later.")
    return error


@dataclass
class _Way:
    """One fetch from URL to body: its clients, by proxy (None: without one), and what is known of the last time."""

    reach: Reach
    memory: Path | None
    known: Remembered | None = None
    headers: Any = None
    clients: dict[str | None, httpx.Client] = field(default_factory=dict)
    closed: bool = False

    def close(self) -> None:
        self.closed = True
        for client in list(self.clients.values()):
            client.close()

    def remember(self, got: Fetched) -> None:
        if self.headers is not None:
            remember(self.memory, got.url, self.headers, got.body)

    def followed(self, url: str) -> Fetched:
        target = _httpx().URL(url)
        for _ in range(_REDIRECTS + 1):
            self.known = recall(self.memory, str(target), most=self.reach.max_bytes)
            response = self._answer(target)
            try:
                location = response.headers.get("location")
                if response.status_code in (301, 302, 303, 307, 308) and location:
                    target = target.join(location)
                    continue
                if response.status_code == 304 and self.known is not None:
                    return Fetched(self.known.body, self.known.content_type, str(target))
                _check_status(response.status_code)
                body = _body(response, self.reach.max_bytes)
                self.headers = response.headers
                return Fetched(body, response.headers.get("content-type", ""), str(target))
            finally:
                response.close()
        raise BriefError(f"redirected more than {_REDIRECTS} times. Give the URL it leads to.")

    def _answer(self, target: httpx.URL) -> httpx.Response:
        """The answer of the proxy, or of the first address of a host that takes a connection."""
        httpx = _httpx()
        if target.scheme not in ("http", "https") or not target.host:
            raise BriefError(f"leads to {public_url(str(target))[:200]!r}, not an http or https address.")
        proxy = self.reach.proxy(str(target))
        if proxy is not None:
            check_name(target, self.reach)
            client = self._client(proxy)
            return client.send(client.build_request("GET", target, headers=self._asking()), stream=True)
        client = self._client(None)
        *others, last = addresses_of(target, self.reach)
        for address in others:
            with contextlib.suppress(httpx.ConnectError, httpx.ConnectTimeout):
                return client.send(self._request(target, address, client), stream=True)
        return client.send(self._request(target, last, client), stream=True)

    def _client(self, proxy: str | None) -> httpx.Client:
        httpx = _httpx()
        if self.closed:
            raise Temporary("cut short. Try again later.")
        if proxy not in self.clients:
            # half the time for connecting, so that a second address has its turn
            limits = httpx.Timeout(self.reach.timeout, connect=self.reach.timeout / 2)
            try:
                self.clients[proxy] = httpx.Client(
                    timeout=limits, trust_env=False, follow_redirects=False, verify=_certificates(), proxy=proxy
                )
            except (ValueError, ImportError, httpx.InvalidURL) as error:  # an unknown scheme, a missing package
                raise ConfigurationError(
                    f"the proxy {public_url(str(proxy))!r} of the environment cannot be used for feeds. Correct "
                    "HTTP_PROXY, HTTPS_PROXY or ALL_PROXY, or name the feed's host in NO_PROXY."
                ) from error
        return self.clients[proxy]

    def _asking(self) -> dict[str, str]:
        return {
            "user-agent": "news-commentary",
            "accept": "application/rss+xml, application/atom+xml, application/feed+json, text/html;q=0.9, */*;q=0.5",
            "accept-encoding": "gzip",
            **(self.known.asking if self.known else {}),
        }

    def _request(self, target: httpx.URL, address: str, client: httpx.Client) -> httpx.Request:
        """A request to an address that was looked at: the name is not looked up again when connecting.

        The server's certificate is checked against the name all the same.
        """
        return client.build_request(
            "GET",
            target.copy_with(host=address),
            headers={"host": target.netloc.decode("ascii"), **self._asking()},
            extensions={"sni_hostname": target.raw_host.decode("ascii")},
        )


def _check_status(status: int) -> None:
    if status == 200:
        return
    if status >= 500 or status in _RETRIED_STATUS:
        raise Temporary(f"the server answered {status}. Try again later.")
    hint = " It needs a login: save the feed to a file." if status in (401, 403) else " Check the URL."
    raise BriefError(f"the server answered {status}.{hint}")


def _body(response: httpx.Response, most: int) -> bytes:
    """The body, never more than `most` bytes of it in memory, packed or unpacked."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip", ""):
        raise BriefError(f"the server sent it packed as {encoding[:20]!r}, which was not asked for.")
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 16) if "gzip" in encoding else None
    body = bytearray()
    for chunk in response.iter_raw():
        try:
            body += unpack.decompress(chunk, most + 1 - len(body)) if unpack else chunk
        except zlib.error as error:
            raise Temporary("the server sent damaged data. Try again later.") from error
        if len(body) > most:
            raise BriefError(f"more than the {most:,} bytes a source may have. Raise source_max_bytes if it is meant.")
    if unpack and not unpack.eof:
        raise Temporary("the server broke off. Try again later.")
    return bytes(body)
