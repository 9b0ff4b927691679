"""Which addresses may be fetched from: none of this machine or its network, unless that is allowed. Imports layer 0."""

from __future__ import annotations

import ipaddress
import re
import socket
from typing import TYPE_CHECKING

from pipeline.briefs.found import Reach, Temporary
from pipeline.errors import BriefError

if TYPE_CHECKING:
    import httpx


def addresses_of(target: httpx.URL, reach: Reach) -> list[str]:
    """The addresses of a host, all of which may be fetched from. Raises `BriefError`."""
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
    check_addresses(target.host, addresses, reach)
    return addresses


def check_addresses(host: str, addresses: list[str], reach: Reach) -> None:
    """Raises `BriefError` when one of a host's addresses may not be fetched from."""
    if not reach.allow_private and not all(is_public(address) for address in addresses):
        raise _private(host)


def check_name(target: httpx.URL, reach: Reach) -> None:
    """Whether a proxy may be asked for a host. The proxy looks the name up, so only what the name tells is known:
    an address of this machine or its network however it is written, or a name that is only known there."""
    host = target.raw_host.decode("ascii").strip("[]").rstrip(".").lower()
    try:
        public = is_public(socket.inet_ntoa(socket.inet_aton(host)))  # 127.1 and 0x7f000001, too
    except OSError:
        public = is_public(host) if ":" in host else "." in host and not _LOCAL_NAME.search(host)
    if not public and not reach.allow_private:
        raise _private(target.host)


_LOCAL_NAME = re.compile(r"\.(?:localhost|local|localdomain|internal|intranet|lan|corp|home|home\.arpa|private)\Z")
"""Names of private networks: RFC 6761, 6762 and 8375, ICANN's `internal`, and those RFC 6762 lists as in use."""


def _private(host: str) -> BriefError:
    return BriefError(
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
