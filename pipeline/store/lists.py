"""The two lists of all drafts: `index.html` for people, `drafts.jsonl` for programs.

Lives here: making them right, and leaving them alone when they are. Does not: how they look (`render`). Imports lower
layers.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from pipeline.errors import BriefError
from pipeline.files import atomic_write, write_if_changed
from pipeline.render import IndexRow, index_html, index_row, layout_sha256
from pipeline.schema import canonical_json, sha256
from pipeline.store.folders import draft_folders, load, load_decision
from pipeline.store.locks import writing
from pipeline.store.touched import read_bytes


def rebuild_index(out: Path) -> list[str]:
    """Make `index.html` and `drafts.jsonl` right; they are left alone when they are. Raises `OutputError`.

    Returns the names of folders whose draft cannot be read; the page names them as well.
    """
    with writing(out):
        rows, unreadable = index_rows(out)
        lines = "".join(f"{_json_line(row)}\n" for row in rows)
        write_if_changed(out / "drafts.jsonl", lines)
        inputs = sha256(canonical_json([lines, unreadable, layout_sha256()]))
        if not _is_stamped(out / "index.html", inputs):
            page = index_html(rows, unreadable=unreadable)
            atomic_write(out / "index.html", page + _stamp(inputs, page))
    return unreadable


def index_rows(out: Path) -> tuple[list[IndexRow], list[str]]:
    """What the lists say of every draft, and the names of folders whose draft cannot be read."""
    rows, unreadable = [], []
    for folder in draft_folders(out):
        try:
            rows.append(index_row(load(folder), folder.name, load_decision(folder)))
        except BriefError:
            unreadable.append(folder.name)
    return rows, unreadable


def _json_line(row: IndexRow) -> str:
    """One line, also for readers that take U+2028 and its like for line ends."""
    line = json.dumps(row.model_dump(mode="json"), ensure_ascii=False)
    return re.sub("[\x85\u2028\u2029]", lambda match: f"\\u{ord(match[0]):04x}", line)


def _stamp(inputs: str, page: str) -> str:
    """The last line of `index.html`: what it was made from and that it is whole. A run with nothing to do reads it and
    need not lay out the page, nor load what lays it out."""
    return f"<!-- {inputs} {sha256(page)} -->\n"


def _is_stamped(path: Path, inputs: str) -> bool:
    page, mark, _ = (read_bytes(path) or b"").decode("utf-8", "replace").rpartition("<!-- ")
    return bool(mark) and read_bytes(path) == (page + _stamp(inputs, page)).encode()
