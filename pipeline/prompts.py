"""Loading and rendering the prompts of `prompts/*.md`: front matter with a version, a system part and a user part.

Lives here: the files, the sandboxed rendering and the fence around material. Does not: which variables a stage gives
(`stages.py`). The only importer of Jinja2 beside `render`, at the first rendering. Imports layer 0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import PromptError
from pipeline.files import shipped
from pipeline.schema import Value, sha256

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

NAMES = ("extract", "write", "translate", "headline", "revise")
_PARTS = re.compile(r"^<!-- (system|user) -->[ \t]*\n", re.MULTILINE)


class Prompt:
    """One prompt file. `version` and `about` from its front matter; `sha256` over the whole file."""

    def __init__(self, name: str, path: Path, source: str) -> None:
        self.name, self.path, self.source = name, path, source
        self.sha256 = sha256(source)
        front, parts = _split(path, source)
        self.version, self.about = str(front["version"]), str(front.get("about", ""))
        self.system, self.user = parts["system"], parts["user"]

    @cached_property
    def _templates(self) -> tuple[Any, Any]:
        from jinja2 import TemplateError

        environment = _environment()
        try:
            return environment.from_string(self.system), environment.from_string(self.user)
        except TemplateError as error:
            line = getattr(error, "lineno", None)
            raise PromptError(f"{self.path}: template error in line {line} of a part: {error}. Correct it.") from error

    def render(self, variables: Mapping[str, Any]) -> tuple[str, str]:
        """The system and the user message. Raises `PromptError` that names an unknown variable."""
        from jinja2 import TemplateError

        try:
            system, user = (template.render(variables).strip() for template in self._templates)
        except TemplateError as error:
            known = ", ".join(sorted(variables))
            raise PromptError(f"{self.path}: {error}. Known variables: {known}.") from error
        return system, user


def load(name: str, folder: Path | None = None) -> Prompt:
    """The prompt of this name: from `folder` when it has one, else the shipped one. Raises `PromptError`."""
    if folder is not None and not folder.is_dir():
        raise PromptError(f"prompts_dir {folder}: no such folder. Correct the setting or leave it out.")
    return _load(name, folder)


@lru_cache(maxsize=64)
def _load(name: str, folder: Path | None) -> Prompt:
    path = shipped("prompts") / f"{name}.md"
    if folder is not None and (folder / f"{name}.md").is_file():
        path = folder / f"{name}.md"
    try:
        source = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(f"{path}: cannot read this prompt: {error}. Known prompts: {', '.join(NAMES)}.") from error
    return Prompt(name, path, source.replace("\r\n", "\n"))


def _split(path: Path, source: str) -> tuple[dict[str, Any], dict[str, str]]:
    import yaml

    match = re.match(r"---\n(.*?)\n---\n", source, re.DOTALL)
    try:
        front = yaml.safe_load(match[1]) if match else None
    except yaml.YAMLError as error:
        raise PromptError(f"{path}: its front matter is not valid YAML: {error}. Correct it.") from error
    if not isinstance(front, dict) or "version" not in front:
        raise PromptError(f'{path}: no front matter with a version. Start the file with ---, version: "1", ---.')
    pieces = _PARTS.split(source[match.end() :] if match else source)
    parts = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    if set(parts) != {"system", "user"} or len(pieces) != 5:
        raise PromptError(f"{path}: needs one line <!-- system --> and one line <!-- user -->. Add them.")
    return front, parts


@lru_cache(maxsize=1)
def _environment() -> SandboxedEnvironment:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Environment(ImmutableSandboxedEnvironment):
        def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
            # the same answer for values of our own: they are frozen, and asking by the rules takes most of a rendering
            return not attr.startswith("_") if isinstance(obj, Value) else super().is_safe_attribute(obj, attr, value)

    return Environment(
        undefined=StrictUndefined,
        autoescape=False,  # prompts are plain text
        keep_trailing_newline=True,
    )


def fence(*materials: str) -> str:
    """A line that encloses material in a prompt: from its hash, so never random, and never inside it."""
    digest = sha256("\0".join(materials))
    while True:
        line = f"======== {digest[:16]} ========"
        if not any(digest[:16] in material for material in materials):
            return line
        digest = sha256(digest)
