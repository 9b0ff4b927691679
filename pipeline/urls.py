"""URLs that can be used, and that can be shown: without what only their owner may know.

Lives here: whether one can be an endpoint, masking. Does not: fetching (`briefs/fetching.py`, `llm/openai.py`). Imports
nothing.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_SECRET = r"[\w-]*(?:key|token|secret|passw(?:or)?d|pwd|auth|sig|signature|credential)s?"
_SECRET_NAME = re.compile(rf"{_SECRET}\Z", re.IGNORECASE)
_SECRET_IN_QUERY = re.compile(rf"(?<=[?&;])({_SECRET})=[^&;#]*", re.IGNORECASE)
_USER = re.compile(r"(?<=//)[^/?#]*@")


def is_endpoint(url: str) -> bool:
    """Whether a URL can be an endpoint: http or https, a host, a port that there is, no space."""
    try:
        parts = urlsplit(url.strip())
        return bool(
            parts.scheme in ("http", "https")
            and parts.hostname
            and (parts.port is None or parts.port > 0)
            and not re.search(r"\s", url.strip())
        )
    except ValueError:
        return False


def public_url(url: str) -> str:
    """A URL for messages and files: user and password left out, keys and tokens of its query masked."""
    return _SECRET_IN_QUERY.sub(r"\1=***", _USER.sub("", url.strip()))


def is_secret_name(name: str) -> bool:
    """Whether a field of this name holds what nobody may see: `api_key`, `access-token`, `Authorization`."""
    return bool(_SECRET_NAME.match(name)) or name.lower() == "authorization"
