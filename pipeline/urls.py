"""URLs that can be shown, without what only their owner may know, and whether one is a URL at all.

Lives here: masking, the shape. Does not: fetching (`briefs/fetching.py`, `llm/openai.py`). Imports nothing.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_SECRET = r"[\w-]*(?:key|token|secret|passw(?:or)?d|pwd|auth|sig|signature|credential)s?"
_SECRET_NAME = re.compile(rf"{_SECRET}\Z", re.IGNORECASE)
_SECRET_IN_QUERY = re.compile(rf"(?<=[?&;])({_SECRET})=[^&;#]*", re.IGNORECASE)
_USER = re.compile(r"(?<=//)[^/?#]*@")


def public_url(url: str) -> str:
    """A URL for messages and files: user and password left out, keys and tokens of its query masked."""
    return _SECRET_IN_QUERY.sub(r"\1=***", _USER.sub("", url.strip()))


def is_web_address(url: str) -> bool:
    """Whether this is a whole http or https URL, as a base URL must be."""
    try:
        parts = urlsplit(url.strip())
        whole = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
    return bool(whole) and not re.search(r"\s", url.strip())


def is_secret_name(name: str) -> bool:
    """Whether a field of this name holds what nobody may see: `api_key`, `access-token`, `Authorization`."""
    return bool(_SECRET_NAME.match(name)) or name.lower() == "authorization"
