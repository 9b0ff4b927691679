"""`commentary prompts list`, `prompts show` and `schema`: what is in force."""

from __future__ import annotations

import json

from pipeline import prompts
from pipeline.cli.setup import load_settings
from pipeline.cli.streams import say
from pipeline.errors import PromptError
from pipeline.schema import SCHEMA_VERSION, Draft


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
