"""Getting a feed or a page from the network, within limits.

Lives here: which addresses may be reached, redirects, time and size. Does not: what the bytes mean. Proxies of the
environment are not used: with one between, the address that is reached could not be known. Imports layer 0, httpx.
"""

from __future__ import annotations

import contextlib
import ipaddress
import threading
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.briefs.found import Reach, Temporary
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


def fetch(url: str, reach: Reach) -> Fetched:
    """Fetch a URL, following redirects. Raises `BriefError`, which is `Temporary` where another try may help.

    The work is done in a thread: neither the look-up of a name nor a server that drips can be cut short otherwise.
    """
    httpx = _httpx()
    # half the time for connecting, so that a second address has its turn
    limits = httpx.Timeout(reach.timeout, connect=reach.timeout / 2)
    client = httpx.Client(timeout=limits, trust_env=False, follow_redirects=False)
    outcome: list[Fetched | Exception] = []

    def work() -> None:
        try:
            outcome.append(_followed(url, client, reach))
        except Exception as error:  # raised again by the caller
            outcome.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(reach.timeout)
    late = not outcome  # closing the client makes a thread that is late fail, too
    client.close()
    if late:
        raise Temporary(f"no complete answer within {reach.timeout:g} s. Try again later, or raise source_timeout.")
    result = outcome[0]
    if isinstance(result, Fetched):
        return result
    raise _told(result)


def _httpx() -> Any:
    try:
        import httpx
    except ImportError as error:
        raise ConfigurationError(
            "feeds and pages need more packages: pip install 'news-commentary[feeds,web]'"
        ) from error
    return httpx


def _told(error: Exception) -> Exception:
    """A failure as a reason. Errors that are none of the network's are bugs and stay what they are."""
    httpx = _httpx()
    if isinstance(error, httpx.InvalidURL | UnicodeError):
        return BriefError("not a valid URL. Correct it.")
    if isinstance(error, httpx.HTTPError | OSError):
        what = " ".join(str(error).split())[:120].rstrip(".") or type(error).__name__
        return Temporary(f"cannot be fetched: {what}. Try again later.")
    return error


def _followed(url: str, client: httpx.Client, reach: Reach) -> Fetched:
    httpx = _httpx()
    target = httpx.URL(url)
    for _ in range(_REDIRECTS + 1):
        response = _answer(target, client, reach)
        try:
            location = response.headers.get("location")
            if response.status_code in (301, 302, 303, 307, 308) and location:
                target = target.join(location)
                continue
            _check_status(response.status_code)
            body = _body(response, reach.max_bytes)
            return Fetched(body, response.headers.get("content-type", ""), str(target))
        finally:
            response.close()
    raise BriefError(f"redirected more than {_REDIRECTS} times. Give the URL it leads to.")


def _answer(target: httpx.URL, client: httpx.Client, reach: Reach) -> httpx.Response:
    """The answer of the first address of a host that takes a connection."""
    httpx = _httpx()
    if target.scheme not in ("http", "https") or not target.host:
        raise BriefError(f"leads to {public_url(str(target))[:200]!r}, not an http or https address.")
    *others, last = _addresses(target, reach)
    for address in others:
        with contextlib.suppress(httpx.ConnectError, httpx.ConnectTimeout):
            return client.send(_request(target, address, client), stream=True)
    return client.send(_request(target, last, client), stream=True)


def _request(target: httpx.URL, address: str, client: httpx.Client) -> httpx.Request:
    """A request to an address that was looked at: the name is not looked up again when connecting.

    The server's certificate is checked against the name all the same.
    """
    return client.build_request(
        "GET",
        target.copy_with(host=address),
        headers={
            "host": target.netloc.decode("ascii"),
            "user-agent": "news-commentary",
            "accept": "application/rss+xml, application/atom+xml, application/feed+json, text/html;q=0.9, */*;q=0.5",
            "accept-encoding": "gzip",
        },
        extensions={"sni_hostname": target.raw_host.decode("ascii")},
    )


def _addresses(target: httpx.URL, reach: Reach) -> list[str]:
    """The addresses of a host, all of which may be fetched from."""
    port = target.port or (443 if target.scheme == "https" else 80)
    try:
        found = reach.resolve(target.raw_host.decode("ascii"), port, type=1)
    except UnicodeError as error:
        raise BriefError("not a valid host name. Correct the URL.") from error
    except OSError as error:
        raise Temporary(f"the name {target.host!r} was not found. Check it, or try again later.") from error
    addresses = list(dict.fromkeys(str(row[4][0]) for row in found))
    if not addresses:
        raise Temporary(f"the name {target.host!r} has no address. Check it, or try again later.")
    _check_address(target.host, addresses, reach)
    return addresses


def _check_address(host: str, addresses: list[str], reach: Reach) -> None:
    if not reach.allow_private and not all(is_public(address) for address in addresses):
        raise BriefError(
            f"{host} is at an address of this machine or a private network, which is not fetched from. "
            "If that is meant, set allow_private = true."
        )


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, also when it wraps an IPv4 address."""
    try:
        ip = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        wrapped = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if wrapped is None and ip in _NAT64:
            wrapped = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if wrapped is not None:
            return is_public(str(wrapped))
        if ip not in _UNICAST:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_UNICAST = ipaddress.IPv6Network("2000::/3")


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
