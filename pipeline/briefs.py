"""Reading briefs: text, Markdown with front matter, JSON, JSON Lines, folders and standard input.

One bad brief never stops the others: each source gives a `Brief` or a `Refused` with one clear reason. Lives here:
finding, decoding and parsing. Does not: what becomes of a brief. Imports layer 0.
"""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

import yaml
from pydantic import ValidationError

from pipeline.errors import BriefError
from pipeline.schema import Brief, sha256
from pipeline.text import han_count

SUFFIXES = (".txt", ".md", ".json", ".jsonl")
MAX_CHARACTERS = 200_000
_MAX_BYTES = 4 * MAX_CHARACTERS + 4096
_FIELDS = ("title", "published", "language", "source", "source_url")
_STILL_WRITTEN = 60.0
_TEMPORARY = re.compile(r"^\.|\.(?:tmp|part|swp)$|~$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """A brief, and SHA-256 of the bytes it was read from."""

    brief: Brief
    source_sha256: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A source that gave no brief. `skipped` when it was left out on purpose and is no error."""

    origin: str
    reason: str
    skipped: bool = False


def read(sources: Iterable[str], *, stdin: BinaryIO | None = None, now: float = 0.0) -> Iterator[Found | Refused]:
    """All briefs of all sources in order: files, folders (searched through), `-` for standard input.

    `now` is the time in seconds since 1970: a JSON file that does not parse and changed within the last minute is left
    for the next run. A path that does not exist raises `BriefError`; anything else that is wrong gives a `Refused`.
    """
    for source in sources:
        if source == "-":
            yield from _standard_input(stdin)
        elif not exists(source):
            raise BriefError(f"{source}: no such file or folder. Check the path.")
        elif Path(source).is_dir():
            for file in _files_in(Path(source)):
                if isinstance(file, Refused):
                    yield file
                else:
                    yield from _from_file(file, _origin(file, Path(source)), now)
        else:
            yield from _from_file(Path(source), _shown(Path(source).name), now)


def read_one(path: Path) -> Brief:
    """The brief of one file, for callers that have exactly one. Raises `BriefError`."""
    items = list(_from_file(path, path.name, 0.0))
    if len(items) != 1:
        raise BriefError(f"{path}: holds {len(items)} briefs. Give a file with one.")
    if isinstance(items[0], Refused):
        raise BriefError(f"{path}: {items[0].reason}")
    return items[0].brief


def exists(source: str) -> bool:
    """Whether there is a file or folder of this name; a name that cannot be one is none."""
    try:
        return Path(source).exists()
    except (OSError, ValueError):
        return False


def _files_in(folder: Path) -> Iterator[Path | Refused]:
    """The files of a folder a brief may be in, sorted; what is left out is said.

    Left out are hidden and temporary names, links that leave the folder, and output folders of this program: drafts are
    no briefs.
    """
    root = folder.resolve()
    unreadable: list[OSError] = []
    for place, folders, files in os.walk(folder, onerror=unreadable.append):
        folders[:] = sorted(name for name in folders if not _TEMPORARY.search(name))
        if {*files, *folders} >= OUTPUT_MARKS:
            folders.clear()
            yield Refused(_origin(place, folder), "an output folder, drafts are no briefs", skipped=True)
            continue
        for name in sorted(files):
            yield from _file_in(Path(place) / name, folder, root)
    for error in unreadable:
        yield Refused(_origin(error.filename, folder), f"cannot read: {error.strerror}. Make it readable.")


OUTPUT_MARKS = frozenset({".lock", "drafts.jsonl", "index.html"})
"""What every output folder holds."""


def _file_in(path: Path, folder: Path, root: Path) -> Iterator[Path | Refused]:
    origin = _origin(path, folder)
    try:
        if _TEMPORARY.search(path.name):
            yield Refused(origin, "hidden or temporary name", skipped=True)
        elif path.is_symlink() and not path.resolve(strict=True).is_relative_to(root):
            yield Refused(origin, "a link that leaves the folder", skipped=True)
        elif path.suffix.lower() in SUFFIXES and path.is_file():
            yield path
    except (OSError, RuntimeError) as error:
        yield Refused(origin, f"cannot be followed or read: {error}. Mend or remove it.")


def _origin(path: str | Path, folder: Path) -> str:
    """The path within its source, for people: a name that is no UTF-8 with its bytes escaped."""
    return _shown(Path(path).relative_to(folder).as_posix())


def _shown(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode()


def _standard_input(stdin: BinaryIO | None) -> Iterator[Found | Refused]:
    raw = stdin.read(_MAX_BYTES + 1) if stdin else b""
    try:
        yield Found(_from_text(decode(raw), None, ".md"), sha256(raw))
    except BriefError as error:
        yield Refused("standard input", str(error))


def _from_file(path: Path, origin: str, now: float) -> Iterator[Found | Refused]:
    try:
        if path.suffix.lower() == ".jsonl":
            yield from _from_lines(path, origin)
            return
        size = path.stat().st_size
        if size > _MAX_BYTES:
            raise BriefError(f"{size:,} bytes, a brief may have {MAX_CHARACTERS:,} characters. Shorten it.")
        raw = path.read_bytes()
        yield Found(_from_text(decode(raw), origin, path.suffix.lower()), sha256(raw))
    except _NotJSON as error:
        if now and now - path.stat().st_mtime < _STILL_WRITTEN:
            yield Refused(origin, "not complete yet (changed just now), left for the next run", skipped=True)
        else:
            yield Refused(origin, str(error))
    except BriefError as error:
        yield Refused(origin, str(error))
    except OSError as error:
        yield Refused(origin, f"cannot read: {error.strerror}. Make it readable.")


def _from_lines(path: Path, origin: str) -> Iterator[Found | Refused]:
    """The briefs of a JSON Lines file, one line in memory at a time."""
    with path.open("rb") as file:
        number = 0
        while raw := file.readline(_MAX_BYTES + 1):
            number += 1
            place = f"{origin}:{number}"
            if len(raw) > _MAX_BYTES:
                yield Refused(place, f"longer than the {MAX_CHARACTERS:,} characters a brief may have. Shorten it.")
                while raw and not raw.endswith(b"\n"):
                    raw = file.readline(_MAX_BYTES + 1)
                continue
            if not raw.strip():
                continue
            try:
                yield Found(_from_text(decode(raw), place, ".json"), sha256(raw))
            except BriefError as error:
                yield Refused(place, str(error))


# --- bytes to text ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text with `\\n` line ends and no byte order mark, and what decoding had to assume."""

    text: str
    note: str | None = None


def decode(raw: bytes) -> Decoded:
    """Text of UTF-8, of UTF-16 with a byte order mark, or of GB18030 (noted). Raises `BriefError` for anything else."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        text, note = _decoded(raw, "utf-16"), "read as UTF-16"
    else:
        text, note = _decoded(raw, "utf-8-sig"), None
        if text is None:
            text, note = _decoded(raw, "gb18030"), "read as GB18030: not UTF-8"
            if text is not None and not _looks_chinese(text):
                text = None
    if text is None or "\0" in text:
        raise BriefError("not text in UTF-8, UTF-16 with BOM or GB18030. Save it as UTF-8.")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > MAX_CHARACTERS:
        raise BriefError(f"{len(text):,} characters are more than the {MAX_CHARACTERS:,} a brief may have. Shorten it.")
    return Decoded(text, note)


def _decoded(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _looks_chinese(text: str) -> bool:
    """Whether text decoded as GB18030 is Chinese and not another encoding read as such."""
    foreign = sum(1 for c in text if not c.isascii() and unicodedata.category(c) in ("Co", "Cn", "Cc", "Cs"))
    beyond_ascii = sum(1 for c in text if not c.isascii())
    return not foreign and han_count(text) * 2 > beyond_ascii


# --- text to brief ---------------------------------------------------------------------------------------------------


class _NotJSON(BriefError):
    """A JSON file that does not parse; perhaps it is still being written."""


def _from_text(decoded: Decoded, origin: str | None, suffix: str) -> Brief:
    if suffix == ".json":
        return _from_object(decoded, origin)
    fields: dict[str, Any] = {}
    text, note = decoded.text, decoded.note
    if suffix == ".md":
        fields, text, unused = _front_matter(text)
        if unused:
            note = "; ".join(filter(None, (note, f"front matter not used: {', '.join(unused)}")))
    return _brief(text, origin, fields, note)


def _front_matter(text: str) -> tuple[dict[str, Any], str, list[str]]:
    """Known fields, the text below the front matter, and the names of fields that have no use here."""
    match = re.match(r"---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)", text, re.DOTALL)
    if not match:
        return {}, text, []
    try:
        table = yaml.safe_load(match[1])
    except (ValueError, RecursionError) as error:  # 2026-13-45, a number of 5,000 digits, brackets without end
        raise BriefError("its front matter holds a value that cannot be read. Correct it.") from error
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        where = f" at line {line + 2}" if line is not None else ""
        raise BriefError(f"its front matter is not valid YAML{where}. Correct it or remove the --- lines.") from error
    if table is None:
        table = {}
    if not isinstance(table, dict):
        raise BriefError("its front matter is not a list of `name: value` lines. Correct it or remove the --- lines.")
    fields = {key: value for key, value in table.items() if key in _FIELDS}
    unused = [str(key) for key in table if key not in _FIELDS]
    return fields, text[match.end() :], unused


def _from_object(decoded: Decoded, origin: str | None) -> Brief:
    try:
        table = json.loads(decoded.text)
    except (ValueError, RecursionError) as error:
        raise _NotJSON(f"not valid JSON: {error}. Correct the file.") from error
    if not isinstance(table, dict):
        raise BriefError("not a JSON object. Write one object, or one a line in a .jsonl file.")
    unknown = sorted(set(table) - {"text", "id", *_FIELDS})
    if unknown:
        raise BriefError(f"unknown field {', '.join(unknown)}. Known: text, id, {', '.join(_FIELDS)}.")
    if not isinstance(table.get("text"), str):
        raise BriefError('no "text", or not a string. Put the brief there.')
    identity = table.get("id")
    if identity is not None and not isinstance(identity, str | int):
        raise BriefError('"id" is neither a string nor a number. Correct it.')
    identity = None if identity is None else _shown(str(identity))
    fields = {key: table[key] for key in _FIELDS if table.get(key) is not None}
    text = table["text"].replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        raise BriefError("its text holds NUL characters. Remove them.")
    return _brief(text, identity or origin, fields, decoded.note)


def _brief(text: str, origin: str | None, fields: dict[str, Any], note: str | None) -> Brief:
    if not text.strip():
        raise BriefError("empty: there is no text. Put the brief's text in.")
    try:
        return Brief(
            text=text.strip("\n").rstrip() + "\n",
            origin=origin,
            title=_string(fields, "title"),
            language=_language(fields),
            published=_date(fields.get("published")),
            source=_string(fields, "source"),
            source_url=_string(fields, "source_url"),
            note=note,
        )
    except (ValidationError, UnicodeEncodeError) as error:
        raise BriefError("its text or fields hold characters that are not valid Unicode. Save it as UTF-8.") from error


def _string(fields: dict[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if value is None or isinstance(value, dict | list):
        if value is not None:
            raise BriefError(f'"{name}" is not a text. Correct it.')
        return None
    return " ".join(str(value).split()) or None


def _language(fields: dict[str, Any]) -> Any:
    """As stated, else "" so that `Brief` goes by script. `zh-CN` and `en-GB` are understood."""
    stated = (_string(fields, "language") or "").lower().replace("_", "-").split("-")[0]
    if stated not in ("", "en", "zh"):
        raise BriefError(f'"language" is {stated!r}, known are en and zh. Correct it or leave it out.')
    return stated


def _date(value: Any) -> date | None:
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return datetime.fromisoformat(str(value).strip()).date()
    except ValueError as error:
        raise BriefError(f'"published" is {str(value)[:40]!r}, not a date. Write it as 2026-03-31.') from error
