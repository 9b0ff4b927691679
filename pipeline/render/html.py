"""Text made safe for a page: escapes, addresses, anchors, data for scripts, and marks around spans of a text.

Lives here: what keeps a text of a brief, a model or a person from acting on a page. Does not: what the pages show
(`page`). Imports nothing of the package.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup
from markupsafe import escape as escape_html
from pydantic_core import to_json

# --- escaping --------------------------------------------------------------------------------------------------------

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
"""Controls, direction marks, and what has no width, except the joiners that scripts and emoji need."""


def visible(value: Any) -> Any:
    """Characters that would act on the page without being seen are shown: NUL as a symbol, U+202E by its name."""
    if isinstance(value, str) and not (isinstance(value, Markup) or value.isprintable()):
        return _INVISIBLE.sub(_shown, value)
    return value


def _shown(match: re.Match[str]) -> str:
    code = ord(match[0])
    return chr(0x2400 + code) if code < 0x20 else f"⟨U+{code:04X}⟩"


def escaped(text: str) -> Markup:
    """Text that a page shows as it is, in an element or a quoted attribute."""
    return escape_html(visible(text))


def safe_link(url: str | None) -> str | None:
    """An outside address a reader may follow: http and https only."""
    try:
        return url if url and urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        return None


def anchor(*parts: object) -> str:
    """A fragment name from anything: letters, digits and hyphens."""
    return "-".join(re.sub(r"[^A-Za-z0-9]+", "-", str(part)).strip("-") for part in parts)


def script_json(value: Any) -> Markup:
    """JSON that no text can end early inside a script element."""
    # Escaped here; HTML escapes would not be read inside a script.
    return Markup(_RISKY_IN_JSON.sub(_unicode_escape, to_json(value, indent=1).decode()))


_RISKY_IN_JSON = re.compile(f"[<>&\u2028\u2029]|{_INVISIBLE.pattern}")


def _unicode_escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


# --- marks inside a text ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mark:
    """A span to mark. `render` gives the opening and closing markup, told whether another mark begins inside and
    whether this is the first piece of the span."""

    start: int
    end: int
    render: Callable[[bool, bool], tuple[str, str]]


class _Writer:
    """The text as far as it is written, and the marks that are open there, innermost last."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.pieces: list[str] = []
        self.open: list[tuple[int, str]] = []

    def go_to(self, place: int) -> None:
        """Write up to a place and close the marks that end before it or there."""
        while self.open and self.open[-1][0] <= place:
            end, closing = self.open.pop()
            self._write(end)
            self.pieces.append(closing)
        self._write(place)

    def _write(self, place: int) -> None:
        self.pieces.append(escaped(self.text[self.at : place]))
        self.at = place


def marked(text: str, marks: Iterable[Mark]) -> Markup:
    """The text with marks around their spans; an empty span is a note at that place.

    Spans may nest. One that crosses the end of another is marked in two pieces; what lies outside the text is left out.
    """
    writer = _Writer(text)
    queue: list[tuple[int, bool, int, int, bool]] = []
    known = list(marks)

    def put(start: int, end: int, index: int, first: bool) -> None:
        heapq.heappush(queue, (start, start != end, -end, index, first))

    for index, mark in enumerate(known):
        start, end = max(0, mark.start), min(mark.end, len(text))
        if start < end or start == end == mark.start == mark.end:
            put(start, end, index, True)
    while queue:
        start, _, minus_end, index, first = heapq.heappop(queue)
        writer.go_to(start)
        end = min(-minus_end, writer.open[-1][0]) if writer.open else -minus_end
        if end < -minus_end:
            put(end, -minus_end, index, False)
        opening, closing = known[index].render(bool(queue) and queue[0][0] < end, first)
        writer.pieces.append(opening)
        writer.open += [(end, closing)] if start < end else []
    writer.go_to(len(text))
    return Markup("".join(writer.pieces))
