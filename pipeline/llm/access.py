"""What opens an endpoint: its address and its key, looked at before anything is sent.

Lives here: the default address, what an address and a key must look like, and the name of an endpoint. Does not: any
connection (`openai.py`). Imports layer 0.
"""

from __future__ import annotations

import re

from pipeline.errors import ConfigurationError
from pipeline.urls import is_endpoint

DEFAULT_BASE_URL = "https://api.openai.com/v1"


def checked_key(key: str) -> str:
    """A key without spaces around it. Raises `ConfigurationError`, which does not repeat it."""
    key = key.strip()
    if not key:
        raise ConfigurationError("No API key. Set OPENAI_API_KEY; for a local server any word will do.")
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise ConfigurationError("The API key holds a space or a character no key has. Copy it again.")
    return key


def checked_url(url: str) -> str:
    """A base URL without spaces around it. Raises `ConfigurationError` for one that could never answer."""
    if not is_endpoint(url):
        raise ConfigurationError(f"{_without_credentials(url)!r} is no base URL. Write one like {DEFAULT_BASE_URL}.")
    return url.strip()


def endpoint_of(base_url: str | None) -> str:
    """The name of an endpoint: its base URL, or the default one, without credentials."""
    return _without_credentials(base_url or DEFAULT_BASE_URL)


def _without_credentials(url: str) -> str:
    return re.sub(r"(?<=//)[^/@]*@", "", url.strip()).split("?")[0].rstrip("/")
