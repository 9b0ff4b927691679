"""Rows about settings and the shape of the key. Imports layers 0 and 1."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pipeline.doctor.row import Row
from pipeline.settings import Loaded, is_local


def settings_row(loaded: Loaded) -> Row:
    """Where the settings come from, and what is odd about them."""
    origins = sorted({origin for origin in loaded.origins.values() if origin != "default"})
    said = f"from {', '.join(origins)}" if origins else "all as shipped"
    if loaded.warnings:
        return Row(
            "settings", "warn", " ".join(loaded.warnings), "Correct it: `commentary config show` lists what is in force"
        )
    return Row("settings", "ok", said)


_PLACEHOLDER = re.compile(r"your|my[-_]|example|placeholder|change[-_]?me|\.\.\.|x{4,}|[<>*…]|^sk-$", re.IGNORECASE)
_PAIR = "Check that key and base_url belong together"
_STEP = "Set OPENAI_API_KEY to the key alone"


def key_row(loaded: Loaded) -> Row:
    """Whether the key has the shape of one. Never shows it."""
    key, base_url = loaded.access.api_key, loaded.settings.base_url
    host = urlsplit(base_url or "https://api.openai.com").hostname or ""
    if key is None:
        if is_local(base_url):
            return Row("key", "ok", "not set, and a server on this machine needs none")
        return Row(
            "key", "fail", "OPENAI_API_KEY is not set", "Set it; any word will do for a server that needs none", 78
        )
    if not (key.isascii() and key.isprintable() and " " not in key):
        return Row("key", "fail", "holds a space or a character no key has", f"Copy it again. {_STEP}", 78)
    if key[0] in "\"'" or "=" in key[:-2]:
        return Row("key", "fail", "holds quotes or a variable's name", _STEP, 78)
    said = f"set, {len(key)} characters"
    if is_local(base_url):
        return Row("key", "ok", said)
    if _PLACEHOLDER.search(key):
        return Row("key", "fail", f"{said}: looks like a placeholder", _STEP, 78)
    if host == "api.openai.com" and not key.startswith("sk-"):
        return Row("key", "warn", f"{said}, but OpenAI's begin with sk-", _PAIR)
    if host != "api.openai.com" and key.startswith("sk-proj-"):
        return Row("key", "warn", f"{said}: a key of OpenAI's, sent to {host}", _PAIR)
    if len(key) < 16:
        return Row("key", "warn", f"{said}: short for a key", "Check that it was copied whole")
    return Row("key", "ok", said)
