"""`commentary config show`, `prompts list`, `prompts show` and `schema`: what is in force."""

from __future__ import annotations

import json
from typing import Any

from pipeline import prompts
from pipeline.cli.setup import load_settings, say, user_file
from pipeline.errors import PromptError
from pipeline.schema import SCHEMA_VERSION, Draft
from pipeline.settings import Settings


def config_show(*, as_json: bool) -> int:
    """Every setting with value and origin; secrets masked."""
    loaded = load_settings()
    rows = [
        {"key": key, "value": _plain(getattr(loaded.settings, key)), "origin": loaded.origins[key]}
        for key in Settings.model_fields
    ]
    secrets = (("OPENAI_API_KEY", loaded.access.api_key),)
    rows += [
        {"key": name, "value": "set" if value else None, "origin": f"environment {name}" if value else "default"}
        for name, value in secrets
    ]
    if as_json:
        say(json.dumps({"schema_version": SCHEMA_VERSION, "settings": rows}, ensure_ascii=False, indent=2))
        return 0
    for row in rows:
        value = "(not set)" if row["value"] in (None, "", {}) else row["value"]
        say(f"{row['key']:<16} {value!s:<24} {row['origin']}")
    say(f"\nsettings file of this user: {user_file()}")
    return 0


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: item.model_dump(mode="json") if hasattr(item, "model_dump") else item for key, item in value.items()
        }
    return value if isinstance(value, str | int | float | type(None)) else str(value)


def prompts_list(*, as_json: bool) -> int:
    """Name, version, hash, file and purpose of each prompt in force."""
    folder = load_settings().settings.prompts_dir
    loaded = [prompts.load(name, folder) for name in prompts.NAMES]
    if as_json:
        rows = [
            {"name": p.name, "version": p.version, "sha256": p.sha256, "path": str(p.path), "about": p.about}
            for p in loaded
        ]
        say(json.dumps({"schema_version": SCHEMA_VERSION, "prompts": rows}, ensure_ascii=False, indent=2))
        return 0
    for prompt in loaded:
        say(f"{prompt.name:<10} version {prompt.version:<4} {prompt.sha256[:12]}  {prompt.path}")
        say(f"{'':<10} {prompt.about}")
    return 0


def prompts_show(*, name: str) -> int:
    """The text of a prompt in force."""
    if name not in prompts.NAMES:
        raise PromptError(f"no prompt is called {name!r}. Known: {', '.join(prompts.NAMES)}.")
    say(prompts.load(name, load_settings().settings.prompts_dir).source.rstrip("\n"))
    return 0


def schema() -> int:
    """The JSON Schema of `draft.json`."""
    say(json.dumps(Draft.model_json_schema(), ensure_ascii=False, indent=2))
    return 0
