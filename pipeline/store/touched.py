"""What people touched: drafts that were edited or decided on, and files that are not ours.

Lives here: telling a person's text from a printed one. Does not: taking an edit in (`review`). Imports lower layers.
"""

from __future__ import annotations

import os
from pathlib import Path

from pipeline.disclosure import COMPOSITE, standing
from pipeline.errors import BriefError
from pipeline.render.markdown import FIELDS, ParsedEdition, parse_markdown
from pipeline.schema import Decision, Draft, Edition, Language, Run
from pipeline.store.folders import EDITIONS, FORMATS, ORIGINAL, formats_of, load, load_decision, load_run

TEMPORARY = ".tmp-"
"""How the names of files and folders begin that are not whole yet."""


def is_kept(folder: Path) -> bool:
    """Whether a person edited or decided on this draft, or keeps a file of their own beside it: nothing may overwrite
    it then."""
    return (folder / "decision.json").exists() or _holds_more(folder) or is_edited(folder)


_OF_THE_SYSTEM = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})


def _holds_more(folder: Path) -> bool:
    """Whether there is a file that is not ours: a note, a picture, what an editor keeps of an open file. Also when that
    cannot be said."""
    ours = {*(item.name for item in FORMATS), ORIGINAL, *_OF_THE_SYSTEM}
    try:
        return any(name not in ours and not name.startswith(TEMPORARY) for name in os.listdir(folder))
    except OSError:
        return True


def is_edited(folder: Path) -> bool:
    """Whether a person changed the text of this draft: `en.md` or `zh.md` are not as printed, or an edit was taken in.

    Also when that cannot be said.
    """
    try:
        draft, run, decision = load(folder), load_run(folder), load_decision(folder)
    except BriefError:
        return True
    return draft.disclosure.digital_source_type == COMPOSITE or bool(untaken(folder, draft, run, decision))


def untaken(folder: Path, draft: Draft, run: Run, decision: Decision | None) -> list[Language]:
    """The editions whose files hold an edit that was not taken in yet.

    A decision changes the printed notice, and may be newer than the files. A file that says the same in other bytes
    (line ends of another system, a printer of another version) holds no edit.
    """
    decisions = (None, decision, *decision.earlier) if decision else (None,)
    printers = {item.name: item.print for item in formats_of(draft)}
    return [
        edition.language
        for edition in draft.editions
        if (name := EDITIONS[edition.language]) in printers
        and (found := read_bytes(folder / name))
        not in [printers[name](draft, run, known, None).encode() for known in decisions]
        and not _says(found, edition, draft, decision)
    ]


def _says(found: bytes | None, edition: Edition, draft: Draft, decision: Decision | None) -> bool:
    """Whether a file holds this very edition and nothing else that a person could have written."""
    try:
        parsed = parse_markdown((found or b"").decode(), edition.language)
    except (UnicodeDecodeError, BriefError):
        return False
    more = parsed.comment or parsed.front.keys() - FIELDS or relabelled(parsed, draft, decision)
    return (parsed.edition, parsed.tags) == (edition, draft.tags) and not more


def relabelled(parsed: ParsedEdition, draft: Draft, decision: Decision | None) -> list[str]:
    """The labels of a front matter that a person changed by hand."""
    decisions = (None, decision, *decision.earlier) if decision else (None,)
    printed: dict[str, set[str]] = {
        "ai_generated": {"true"},
        "digital_source_type": {draft.disclosure.digital_source_type},
        "review_status": {standing(draft, known) for known in decisions},
        "draft_id": {draft.id},
    }
    return [label for label, values in printed.items() if label in parsed.front and parsed.front[label] not in values]


def read_bytes(path: Path) -> bytes | None:
    """What a file holds, None when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError:
        return None
