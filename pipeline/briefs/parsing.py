"""Text to brief: plain text, Markdown with front matter, a JSON object. Imports layer 0."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from typing import Any

import yaml
from pydantic import ValidationError

from pipeline.briefs.decoding import MAX_CHARACTERS, Decoded
from pipeline.briefs.found import shown
from pipeline.errors import BriefError
from pipeline.schema import Brief

FIELDS = ("title", "published", "language", "source", "source_url")

LONGEST_FIELD = 2000


class NotJSON(BriefError):
    """A JSON file that does not parse; perhaps it is still being written."""


def from_text(decoded: Decoded, origin: str | None, suffix: str) -> Brief:
    """The brief of a file's text, by the suffix of its name."""
    if suffix == ".json":
        return from_object(decoded, origin)
    fields: dict[str, Any] = {}
    text, note = decoded.text, decoded.note
    if suffix == ".md":
        fields, text, unused = _front_matter(text)
        if unused:
            note = "; ".join(filter(None, (note, f"front matter not used: {', '.join(unused)}")))
    return make_brief(text, origin, fields, note)


def _front_matter(text: str) -> tuple[dict[str, Any], str, list[str]]:
    """Known fields, the text below the front matter, and the names of fields that have no use here."""
    match = re.match(r"---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)", text, re.DOTALL)
    if not match:
        return {}, text, []
    try:
        table = yaml.safe_load(match[1])
    except (ValueError, RecursionError) as error:  # 2026-13-45, a number of 5,000 digits, brackets without end
        why = str(error)[:60] if isinstance(error, ValueError) else "too deep"
        raise BriefError(f"its front matter holds a value that cannot be read ({why}). Correct it.") from error
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        where = f" at line {line + 2}" if line is not None else ""
        raise BriefError(f"its front matter is not valid YAML{where}. Correct it or remove the --- lines.") from error
    if table is None:
        table = {}
    if not isinstance(table, dict):
        raise BriefError("its front matter is not a list of `name: value` lines. Correct it or remove the --- lines.")
    fields = {key: value for key, value in table.items() if key in FIELDS}
    unused = [str(key) for key in table if key not in FIELDS]
    return fields, text[match.end() :], unused


def from_object(decoded: Decoded, origin: str | None) -> Brief:
    try:
        table = json.loads(decoded.text)
    except (ValueError, RecursionError) as error:
        raise NotJSON(f"not valid JSON: {error}. Correct the file.") from error
    if not isinstance(table, dict):
        raise BriefError("not a JSON object. Write one object, or one a line in a .jsonl file.")
    unknown = sorted(set(table) - {"text", "id", *FIELDS})
    if unknown:
        raise BriefError(f"unknown field {', '.join(unknown)}. Known: text, id, {', '.join(FIELDS)}.")
    if not isinstance(table.get("text"), str):
        raise BriefError('no "text", or not a string. Put the brief there.')
    identity = table.get("id")
    if isinstance(identity, bool) or not (identity is None or isinstance(identity, str | int)):
        raise BriefError('"id" is neither a string nor a number. Correct it.')
    identity = None if identity is None else shown(str(identity))
    fields = {key: table[key] for key in FIELDS if table.get(key) is not None}
    text = table["text"].replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        raise BriefError("its text holds NUL characters. Remove them.")
    return make_brief(text, identity or origin, fields, decoded.note)


def make_brief(text: str, origin: str | None, fields: dict[str, Any], note: str | None) -> Brief:
    """A brief of text and fields as their source gave them. Raises `BriefError` that names what cannot be used."""
    if not text.strip():
        raise BriefError("empty: there is no text. Put the brief's text in.")
    if len(text) > MAX_CHARACTERS:
        raise BriefError(f"{len(text):,} characters are more than the {MAX_CHARACTERS:,} a brief may have. Shorten it.")
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
    text = " ".join(str(value).split())
    if len(text) > LONGEST_FIELD:
        raise BriefError(f'"{name}" has {len(text):,} characters, {LONGEST_FIELD:,} at most. Shorten it.')
    return text or None


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
