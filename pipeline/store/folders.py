"""The folder of a draft: which files it has, finding it in the output folder, and reading it.

Lives here: the table of files, names, loading. Does not: writing (`saving`). Imports lower layers.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from pipeline.errors import BriefError, OutputError
from pipeline.files import slug
from pipeline.render import to_html, to_json, to_markdown
from pipeline.schema import SCHEMA_VERSION, Decision, Draft, Language, Run, Value

V = TypeVar("V", bound=Value)


class Format(NamedTuple):
    """A file of a draft's folder: its name, how it is printed, and whether a thin draft has it too.

    The last argument of `print` is the draft as the models left it, when a person has edited it since.
    """

    name: str
    print: Callable[[Draft, Run, Decision | None, Draft | None], str]
    thin: bool


FORMATS: tuple[Format, ...] = (
    Format("draft.json", lambda draft, run, decision, original: to_json(draft), thin=True),
    Format("en.md", lambda draft, run, decision, _: to_markdown(draft, "en", run=run, decision=decision), thin=False),
    Format("zh.md", lambda draft, run, decision, _: to_markdown(draft, "zh", run=run, decision=decision), thin=False),
    Format(
        "review.html",
        lambda draft, run, decision, original: to_html(draft, run=run, decision=decision, original=original),
        thin=True,
    ),
    Format("brief.txt", lambda draft, run, decision, original: draft.brief.text, thin=True),
    Format("run.json", lambda draft, run, decision, original: to_json(run), thin=True),
)
EDITIONS: dict[Language, str] = {"en": "en.md", "zh": "zh.md"}
"""The files a person may edit."""
ORIGINAL = "original.json"
"""The draft as the models left it, beside one that a person has edited."""

_LARGEST_DECISION = 1_000_000


def formats_of(draft: Draft) -> tuple[Format, ...]:
    """The files this draft has: a thin one has no editions."""
    return tuple(item for item in FORMATS if item.thin or draft.status == "complete")


def draft_folders(out: Path, ending: str = "") -> Iterator[Path]:
    """The folders in `out` that hold a draft, by name. Hidden names, links and unfinished folders are passed over."""
    try:
        names = sorted(name for name in os.listdir(out) if name.endswith(ending) and not name.startswith("."))
    except FileNotFoundError:
        return
    except OSError as error:
        raise OutputError(f"{out}: cannot read: {error.strerror or error}. Choose another --out.") from error
    for name in names:
        folder = out / name
        if not folder.is_symlink() and (folder / "draft.json").is_file():
            yield folder


def find(out: Path, draft_id: str) -> Path | None:
    """The complete folder of a draft, by its id; None when there is none. A draft that cannot be read is one too."""
    for folder in draft_folders(out, ending=f"-{slug(draft_id)}"):
        try:
            if _read_object(folder / "draft.json").get("id") == draft_id:
                return folder
        except BriefError:
            return folder
    return None


def origins(out: Path) -> set[tuple[str, str]]:
    """Origin and link of the briefs of all drafts, "" for none. A draft that cannot be read is left out."""
    found = set()
    for folder in draft_folders(out):
        with contextlib.suppress(BriefError):
            brief = _read_object(folder / "draft.json").get("brief")
            if isinstance(brief, dict):
                found.add((str(brief.get("origin") or ""), str(brief.get("source_url") or "")))
    return found


def load(folder: Path) -> Draft:
    """The draft of a folder. Raises `BriefError` when it is damaged or of a newer version than this program knows."""
    return _load(folder / "draft.json", Draft)


def load_run(folder: Path) -> Run:
    """How the draft of a folder was made. Raises `BriefError`."""
    return _load(folder / "run.json", Run)


def load_decision(folder: Path) -> Decision | None:
    """The reviewer's decision on a draft, None when there is none yet. Raises `BriefError`, also for one that does not
    say who decided and when: the published text would name nobody."""
    path = folder / "decision.json"
    if not path.exists():
        return None
    decision = _load(path, Decision)
    if not decision.reviewer.strip() or not _is_moment(decision.at):
        raise BriefError(f"{path}: does not say who decided and when. Move it away and decide again.")
    return decision


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def load_original(folder: Path) -> Draft | None:
    """The draft as the models left it, None when nobody has edited it since. Raises `BriefError`."""
    path = folder / ORIGINAL
    return _load(path, Draft) if path.exists() else None


def load_decision_file(path: Path) -> Decision:
    """A decision from a file of any name, as a page gives it to download. Raises `BriefError`."""
    return _load(path, Decision, largest=_LARGEST_DECISION)


def _load(path: Path, kind: type[V], *, largest: int = -1) -> V:
    data = _read_object(path, largest)
    version = data.get("schema_version", SCHEMA_VERSION)
    if not isinstance(version, int) or version > SCHEMA_VERSION:
        raise BriefError(
            f"{path}: schema_version {version} is newer than {SCHEMA_VERSION}, the newest known here. Upgrade."
        )
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(str(part) for part in problem["loc"]) or "the object"
        raise BriefError(f"{path}: {where}: {problem['msg']}.") from error


def _read_object(path: Path, largest: int = -1) -> dict[str, Any]:
    """The JSON object of a file. `largest` bounds the bytes that are read."""
    try:
        with path.open("rb") as file:
            raw = file.read(largest + 1 if largest >= 0 else -1)
    except OSError as error:
        raise BriefError(f"{path}: cannot read: {error.strerror or error}.") from error
    if 0 <= largest < len(raw):
        raise BriefError(f"{path}: larger than {largest:,} bytes.")
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BriefError(f"{path}: is not valid JSON: {error}.") from error
    if not isinstance(data, dict):
        raise BriefError(f"{path}: must hold a JSON object.")
    return data
