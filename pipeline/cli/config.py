"""`commentary config show`, `config path` and `config init`: what is set, where, and a file to begin with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic_core import PydanticUndefined

from pipeline.cli.setup import FILE, load_settings, printable, user_file
from pipeline.cli.streams import say
from pipeline.errors import ConfigurationError
from pipeline.files import atomic_write
from pipeline.llm.dialects import PRESETS, Preset
from pipeline.schema import SCHEMA_VERSION
from pipeline.settings import TABLES, Settings
from pipeline.urls import is_secret_name, public_url

SECRETS = {"OPENAI_API_KEY": "api_key", "OPENAI_ORG_ID": "organization", "OPENAI_PROJECT_ID": "project"}
"""Variables that are no settings, with the field of `Access` that holds each. Only that one is set is said."""


def config_show(*, as_json: bool) -> int:
    """Every setting with value and origin; secrets masked."""
    loaded = load_settings()
    rows = [
        {"key": key, "value": _shown(key, getattr(loaded.settings, key)), "origin": loaded.origins[key]}
        for key in Settings.model_fields
    ]
    for name, part in SECRETS.items():
        is_set = bool(getattr(loaded.access, part))
        rows.append(
            {"key": name, "value": "set" if is_set else None, "origin": f"environment {name}" if is_set else "default"}
        )
    if as_json:
        say(json.dumps({"schema_version": SCHEMA_VERSION, "settings": rows}, ensure_ascii=False, indent=2))
        return 0
    for row in rows:
        value = "(not set)" if row["value"] in (None, "", {}) else row["value"]
        value = str(value).lower() if isinstance(value, bool) else value
        say(f"{row['key']:<18} {printable(str(value)):<24} {printable(str(row['origin']))}")
    return 0


def _shown(key: str, value: Any) -> Any:
    """A value for people and JSON, without what only its owner may know."""
    if value is not None and key and is_secret_name(key):
        return "***"
    if isinstance(value, dict):
        return {name: _shown(name, item) for name, item in value.items()}
    if isinstance(value, list):
        return [_shown("", item) for item in value]
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if isinstance(value, str):
        return public_url(value) if "://" in value else value
    return value if isinstance(value, int | float | type(None)) else str(value)


def config_path() -> int:
    """The files that are looked for, the strongest first, and whether they are there."""
    for path in (Path(FILE), user_file()):
        say(f"{path.absolute()}  ({'in force' if path.exists() else 'not there'})")
    return 0


def config_init(*, preset: str | None, user: bool) -> int:
    """A new settings file. One that is there is left alone."""
    path = user_file() if user else Path(FILE)
    if path.exists() or path.is_symlink():
        raise ConfigurationError(f"{path}: is there already and was left alone. Edit it, or remove it first.")
    atomic_write(path, template(PRESETS[preset] if preset else None))
    say(f"{path} written: every setting with its default, commented out. Edit it, then see `commentary config show`.")
    if preset:
        say("Then check the endpoint: commentary doctor")
    return 0


_EXAMPLES: dict[str, Any] = {
    "base_url": "http://localhost:8000/v1",
    "rpm": 60,
    "tpm": 100_000,
    "max_cost": 5,
    "max_tokens": 2_000_000,
    "limit": 20,
    "prompts_dir": "my-prompts",
}
"""What is shown for a setting that is unset by default."""


def template(preset: Preset | None) -> str:
    """A settings file: a preset's values set, everything else commented out."""
    lines = ["# Settings of news-commentary. Flags and COMMENTARY_... variables win over this file.", ""]
    set_here: dict[str, Any] = {}
    if preset:
        lines[1:1] = [f"# For {preset.about}"]
        set_here = {
            "model": preset.model,
            "base_url": preset.base_url,
            "structured": preset.dialect.structured,
            "limit_field": preset.dialect.limit_field,
        }
    for key, field in Settings.model_fields.items():
        if key in TABLES:
            continue
        value = set_here.get(key)
        default = None if field.default is PydanticUndefined else field.default
        shown = value if value is not None else _EXAMPLES.get(key) if default is None else default
        lines += [f"# {field.description}", f"{'' if value is not None else '# '}{key} = {json.dumps(shown)}", ""]
    return "\n".join(lines) + _TABLES_SHOWN


_TABLES_SHOWN = """\
# fields added to every request, as the endpoint wants them
# [extra_body]
# reasoning_effort = "low"

# US dollars for a million tokens, by model; without them the price of a model not known here is said to be unknown
# [prices."some-model"]
# input = "0.50"
# cached = "0.05"
# output = "2.00"
"""
