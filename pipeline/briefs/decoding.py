"""Bytes to text: the encodings a brief may have. Imports layer 0."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from pipeline.errors import BriefError
from pipeline.text import han_count

MAX_CHARACTERS = 200_000
MAX_BYTES = 4 * MAX_CHARACTERS + 4096


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text with `\\n` line ends and no byte order mark, and what decoding had to assume."""

    text: str
    note: str | None = None


def decode(raw: bytes, most: int | None = MAX_CHARACTERS) -> Decoded:
    """Text of UTF-8, of UTF-16 with a byte order mark, or of GB18030 (noted), `most` characters of it.

    Raises `BriefError` for anything else.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        text, note = _decoded(raw, "utf-16"), "read as UTF-16"
    else:
        text, note = _decoded(raw, "utf-8-sig"), None
        if text is None:
            text, note = _decoded(raw, "gb18030"), "read as GB18030: not UTF-8"
            if text is not None and not _looks_chinese(text):
                text = None
    if text is not None and "\0" in text:
        raise BriefError("holds NUL bytes, so it is no text. Save it as UTF-8.")
    if text is None:
        raise BriefError("not text in UTF-8, UTF-16 with BOM or GB18030. Save it as UTF-8.")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if most is not None and len(text) > most:
        raise BriefError(f"{len(text):,} characters are more than the {most:,} a brief may have. Shorten it.")
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
