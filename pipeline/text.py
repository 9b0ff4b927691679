"""Text as it comes from people and models: script, folding with offsets back, sentences, citation markers.

Lives here: everything that looks at characters and knows nothing of figures, briefs or findings.
Imports nothing of the package.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_HAN = re.compile(f"[{HAN}]+")
_LATIN = re.compile(r"[A-Za-z]+")
_LATIN_WORD = re.compile(r"[A-Za-z0-9]+(?:[.,'’\-][A-Za-z0-9]+)*")


def han_count(text: str) -> int:
    """Number of Han characters."""
    return len("".join(_HAN.findall(text)))


def language_of(text: str) -> Literal["en", "zh"]:
    """The language by script: Chinese when Han characters make up a fifth or more of Han and Latin letters."""
    if text.isascii():
        return "en"
    han, latin = han_count(text), len("".join(_LATIN.findall(text)))
    return "zh" if han and han * 4 >= latin else "en"


def word_count(text: str) -> int:
    """Length in the unit of the script: Latin words and numbers, plus Han characters."""
    return len(_LATIN_WORD.findall(text)) + han_count(text)


# --- folding ---------------------------------------------------------------------------------------------------------

_HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufe00-\ufe0f]"
)
_NOT_READ = re.compile(rf"{_HIDDEN.pattern}|(?<=\d)[\u0300-\u036f\u20d0-\u20f0]+")
"""What folding leaves out: hidden characters, and marks that are combined with a digit."""
_FOLD_ONE = {
    "‘": "'", "’": "'", "‛": "'", "′": "'", "“": '"', "”": '"', "„": '"', "″": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-", "﹣": "-",
    "〜": "~", "～": "~", "∼": "~", "，": ",", "．": ".", "：": ":", "；": ";", "％": "%", "﹪": "%", "٪": "%",
    "（": "(", "）": ")", "＄": "$", "￥": "¥", "￡": "£", "／": "/", "＋": "+", "－": "-",
}  # fmt: skip


_MAY_FOLD = re.compile(rf"[^\x00-\x7f、。{HAN}]")
"""Neither ASCII nor Han: what remains is rare, so a text is folded by its few distinct characters of this sort."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A copy of a text made for matching.

    `text` is what patterns see. `gaps` has, for each character of the original that the copy leaves out, the offset in
    the copy of what follows it, in order; so a half-open span of the copy maps to a half-open span of the original.
    """

    text: str
    gaps: tuple[int, ...] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original text behind a span of the copy."""
        if not self.gaps:
            return start, end
        left = start + bisect_right(self.gaps, start)
        return left, left if start == end else end + bisect_right(self.gaps, end - 1)


def leave_out(text: str, pattern: re.Pattern[str]) -> Folded:
    """The text without what a pattern matches."""
    out = [offset for match in pattern.finditer(text) for offset in range(*match.span())]
    gaps = tuple(offset - index for index, offset in enumerate(out))
    return Folded(pattern.sub("", text) if gaps else text, gaps)


def hidden_characters(text: str) -> list[int]:
    """Offsets of characters a reader cannot see: zero-width, bidirectional controls, soft hyphens, variation marks."""
    return [m.start() for m in _HIDDEN.finditer(text)]


_CONTROLS = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]")


def without_controls(text: str) -> str:
    """The text without control characters other than tab and line ends: no file or page of ours may hold them."""
    return _CONTROLS.sub("", text)


def is_blank(text: str) -> bool:
    """Whether a reader sees nothing: white space and hidden characters only."""
    return not _HIDDEN.sub("", text).strip()


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    known = _FOLD_ONE.get(character)
    if known is not None:
        return known
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.digit(character))
    if category == "Zs":
        return " "
    if "\uff01" <= character <= "\uff5e":  # full-width ASCII
        return chr(ord(character) - 0xFEE0)
    return character


@lru_cache(maxsize=64)  # a paragraph is folded for its figures, its names and its quotations
def fold(text: str) -> Folded:
    """Fold a text for matching: full-width and other scripts' digits, odd spaces, quotes, dashes, hidden characters.

    Never changes what a figure says, only how it is written. The copy is at most as long as the original.
    """
    if text.isascii():
        return Folded(text)
    seen = leave_out(text, _NOT_READ)
    folded = seen.text
    for character in set(_MAY_FOLD.findall(folded)):
        folded = folded.replace(character, _fold_character(character))
    return Folded(folded, seen.gaps)


_LETTER_AT_DIGIT = re.compile(r"[0-9,$€£¥](?:(?<=[OoIlОоΟο][0-9])|(?=[OoIlОоΟο]))")
"""What every number with a letter in it has; most texts have none of it."""
_POSING = re.compile(
    r"(?<![A-Za-z0-9_.\-/#@])(?<!\d)(?:"
    r"\d[\d,.]{0,20}[OoIlОоΟο]{1,20}\d[\d,.OoIlОоΟο]{0,20}"
    r"|(?=[\d,]{0,20}[OoОоΟο])\d{1,3}(?:,[\dOoОоΟο]{3}){1,6}"
    r"|[$€£¥](?=[\d,.]{0,20}[OoIlОоΟο])[OoIlОоΟο\d][\d,.OoIlОоΟο]{0,20}"
    r"|(?:\d[\d,.]{0,20}[OIОоΟο]{1,20}|[OIlОоΟο][\dOОоΟο]{0,20}\d)"
    r"(?=%|％| ?(?:million|billion|trillion|per ?cent)|[万亿]|个百分点)"
    r")(?![A-Za-z])"
)
_AS_DIGIT = str.maketrans("OoОоΟοIl", "00000011")


def letters_as_digits(text: str) -> Iterator[tuple[int, int, str]]:
    """Numbers in which letters pose as digits (2O28, $3O million, l5%): start, end and the number in digits."""
    if _LETTER_AT_DIGIT.search(text):
        for match in _POSING.finditer(text):
            number = match[0].rstrip(".,")
            if any(character.isdigit() for character in number):
                yield match.start(), match.start() + len(number), number.translate(_AS_DIGIT)


def read_through_letters(text: str) -> str:
    """The text with such numbers in digits; as long as before, so offsets stay."""
    pieces, at = [], 0
    for start, end, digits in letters_as_digits(text):
        pieces += [text[at:start], digits]
        at = end
    return "".join([*pieces, text[at:]])


# --- sentences -------------------------------------------------------------------------------------------------------

_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"“‘'\[])(?:[A-Z]|(?:[A-Za-z]\.)+[A-Za-z]|Mr|Mrs|Ms|Dr|Prof|Sr|Jr|St|Gen|Gov|Sen|Rep|Lt|Col|Sgt|Rev|"
    r"No|Nos|Fig|Inc|Corp|Co|Ltd|Cos|Bros|vs|v|etc|approx|est|dept|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|"
    r"e\.g|i\.e|cf|al|Vol|pp|Mt|Ave|Blvd|Rd)$"
)
_LIST_NUMBER = re.compile(r"(?:^|\n)[ \t]*\d{1,2}$")
_ENDS_COMPANY = re.compile(r"(?:Inc|Corp|Co|Ltd|Jr|Sr|etc|[a-z]\.[a-z]|[A-Z]\.[A-Z])$")
_BOUNDARY = re.compile(
    r"[.!?。！？…\n](?:(?<=\n)\n*|(?:(?<=[.!?])[.!?]*|(?<=[。！？])[。！？]*|(?<=…)…*)"
    rf"(?:[\"”’'」』）)\]]|{_HIDDEN.pattern})*)"
)
"""Begins with one class of characters, so that the search leaps from mark to mark."""
_CONTINUES = re.compile(r"\s*[a-z,;:，；：、]")
_NEXT_WORD = re.compile(r"\s*([^\W\d_]+)")


_SOFT_BREAK = re.compile(r"\n(?<=[^\n]{40}\n)(?=[^\s\-•*#>|])(?!\d{1,3}[.)、]\s)")


def unwrapped(text: str) -> str:
    """The text with the line breaks inside its paragraphs as spaces: as long as before, so offsets stay.

    A break after a line of 40 characters or more wraps a paragraph, unless the next line begins an item of a list.
    """
    return _SOFT_BREAK.sub(" ", text)


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Half-open spans of the sentences of a mixed English and Chinese text, in order.

    Every character that is not white space between sentences belongs to exactly one span. A line that only wraps does
    not end a sentence.
    """
    text = unwrapped(text)
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _BOUNDARY.finditer(text):
        if match[0][0] != "\n" and not _is_end(text, match):
            continue
        _add_trimmed(spans, text, start, match.end())
        start = match.end()
    _add_trimmed(spans, text, start, len(text))
    return spans


def _add_trimmed(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    right = len(piece.rstrip())
    if right > left:
        spans.append((start + left, start + right))


def _is_end(text: str, match: re.Match[str]) -> bool:
    mark, end = _HIDDEN.sub("", match[0]), match.end()
    if mark[0] in "。！？":
        return not _CONTINUES.match(text, end) if mark[-1] in "”’」』" else True
    if end >= len(text):
        return True
    follows_space = text[end].isspace()
    if not follows_space and not _HAN.match(text[end]) and text[end] not in "“‘\"'「『[":
        return False  # 3.5, example.com, U.S.-led
    if mark[0] in "!?…" or mark.startswith(".."):
        return not (follows_space and _CONTINUES.match(text, end))
    following = _NEXT_WORD.match(text, end)
    if following and following[1][0].islower():
        return False
    near = max(0, match.start() - 24), match.start()
    if _LIST_NUMBER.search(text, *near):
        return False
    if _ABBREVIATION.search(text, *near):
        return following is not None and following[1] in _OPENERS and bool(_ENDS_COMPANY.search(text, *near))
    return True


_OPENERS = frozenset(
    "The A An It He She They We I In On At But And This That These Those Its His Her Their For By As If When While "
    "After Before What Why How Now Yet So There".split()
)


def paragraphs(text: str) -> list[tuple[int, int]]:
    """Half-open spans of the paragraphs of a text: runs of lines between blank lines, trimmed."""
    spans: list[tuple[int, int]] = []
    start = 0
    for match in re.finditer(r"\n[^\S\n]*(?:\n[^\S\n]*)+", text):
        _add_trimmed(spans, text, start, match.start())
        start = match.end()
    _add_trimmed(spans, text, start, len(text))
    return spans


# --- citation markers ------------------------------------------------------------------------------------------------

_ID = r"[cC]\d{1,3}"
_BRACKETED = rf"(?:\[|【|［)\s*([~～]?)\s*({_ID}(?:\s*[,，、;]\s*[~～]?{_ID})*)\s*(?:\]|】|］)"
MARKER = re.compile(rf"[ \t]*(?<!\\){_BRACKETED}")
_LITERAL = re.compile(rf"(?<!\\)(\\*)(?={_BRACKETED})")
_ESCAPED = re.compile(rf"(?<!\\)\\(\\*)(?={_BRACKETED})")


@dataclass(frozen=True, slots=True)
class Mark:
    """A sentence of a text without markers, the claim ids that stood behind it, and whether they were inferred from."""

    start: int
    end: int
    claims: tuple[str, ...]
    inferred: bool


def read_markers(marked: str) -> tuple[str, tuple[Mark, ...]]:
    """Split a paragraph with markers such as `[c3]`, `[c1, c4]` or `[~c2]` into plain text and one mark a sentence.

    A marker belongs to the sentence it follows, before or after the full stop. `[~c2]` says the sentence is inferred
    from c2 and does not state it. A backslash makes it text: `\\[c3]` reads as the four characters [c3].
    """
    plain, placed = _strip_markers(marked)
    marks = []
    pending = list(placed)
    for start, end in sentence_spans(plain):
        claims: dict[str, None] = {}
        inferred = False
        while pending and pending[0][0] <= end:
            _, tilde, ids = pending.pop(0)
            claims.update(dict.fromkeys(ids))
            inferred = inferred or tilde
        marks.append(Mark(start, end, tuple(claims), inferred))
    if pending and marks:
        last = marks[-1]
        late = dict.fromkeys((*last.claims, *(c for _, _, ids in pending for c in ids)))
        marks[-1] = Mark(last.start, last.end, tuple(late), last.inferred or any(t for _, t, _ in pending))
    return plain, tuple(marks)


def _strip_markers(marked: str) -> tuple[str, list[tuple[int, bool, tuple[str, ...]]]]:
    marked = re.sub(r"\s+", " ", marked).strip()
    pieces: list[str] = []
    placed: list[tuple[int, bool, tuple[str, ...]]] = []
    length = at = 0
    for match in MARKER.finditer(marked):
        piece = _ESCAPED.sub(r"\1", marked[at : match.start()])
        pieces.append(piece)
        length += len(piece)
        ids = tuple(c.lower() for c in re.findall(_ID, match[2]))
        placed.append((length, bool(match[1]), ids))
        at = match.end()
    pieces.append(_ESCAPED.sub(r"\1", marked[at:]))
    plain = "".join(pieces)
    trimmed = plain.strip()
    cut = len(plain) - len(plain.lstrip())
    return trimmed, [(max(0, min(p - cut, len(trimmed))), t, ids) for p, t, ids in placed]


def write_markers(plain: str, marks: Iterator[Mark] | tuple[Mark, ...]) -> str:
    """The inverse of `read_markers`: put the markers behind their sentences, escape what only looks like one."""
    out: list[str] = []
    at = 0
    for mark in marks:
        out.append(_LITERAL.sub(r"\1\\", plain[at : mark.end]))
        if mark.claims:
            tilde = "~" if mark.inferred else ""
            out.append(f" [{', '.join(tilde + claim for claim in mark.claims)}]")
        at = mark.end
    out.append(_LITERAL.sub(r"\1\\", plain[at:]))
    return "".join(out)
