"""HTML to text: what a reader would see of a feed entry. Nothing is executed or fetched. Imports layer 0 and lxml."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from pipeline.errors import BriefError

if TYPE_CHECKING:
    from lxml.etree import _Element

_UNSEEN = frozenset(
    "script style template noscript iframe object embed svg math head title select button form audio video canvas "
    "del s strike".split()
)
"""Elements whose content is no text of the entry; struck-out figures no longer hold."""

_BLOCKS = frozenset(
    "address article aside body caption dd details div dl dt fieldset figcaption figure footer header hr html li main "
    "nav ol section summary table tr ul".split()
)
_PARAGRAPHS = frozenset("blockquote h1 h2 h3 h4 h5 h6 p pre".split())
_BLOCK, _PARAGRAPH = "\x1e", "\x1d"
"""Where a block or a paragraph begins or ends; several in a row break the text once."""

_BREAKS = re.compile(r"[ \n]*[\x1e\x1d][ \n\x1e\x1d]*")
_TAG = re.compile(r"<[a-zA-Z/!]")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_DEEPEST = 2000


def text_of(value: str) -> str:
    """The text of an HTML fragment, a line for each block; text without tags keeps its lines.

    Raises `BriefError` for markup nested too deep to be read whole.
    """
    if not _TAG.search(value):
        return html.unescape(value).strip()
    root = _parsed(value)
    if root is None:
        return ""
    text = _BREAKS.sub(lambda run: "\n\n" if _PARAGRAPH in run[0] else "\n", "".join(_pieces(root)))
    lines = [" ".join(line.split()).strip(" |") for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _parsed(value: str) -> _Element | None:
    from lxml import etree

    clean = "".join(c if c >= " " or c in "\t\n\r" else " " for c in value)
    parser = etree.HTMLParser(
        no_network=True, huge_tree=True, remove_comments=True, remove_pis=True, encoding="utf-8", default_doctype=False
    )
    try:
        return etree.fromstring(clean.encode("utf-8", "replace"), parser)
    except etree.ParserError:  # nothing but comments
        return None
    except etree.XMLSyntaxError as error:
        raise BriefError("its HTML cannot be read. Save the text in a file.") from error


def _pieces(root: _Element) -> list[str]:
    """The text in order. Without recursion: markup may be nested deeper than Python calls may be."""
    pieces: list[str] = []
    stack: list[tuple[_Element, bool]] = [(root, False)]
    open_elements = 0
    while stack:
        element, left = stack.pop()
        tag = element.tag if isinstance(element.tag, str) else ""
        if left:
            open_elements -= 1
            pieces.append(_between(tag))
            pieces.append(element.tail or "")
            continue
        if tag in _UNSEEN or not tag or _is_hidden(element):
            pieces.append(element.tail or "")
            continue
        open_elements += 1
        if open_elements > _DEEPEST:
            raise BriefError(f"its HTML is nested over {_DEEPEST:,} deep. Save the text in a file.")
        pieces.append(_between(tag) if tag not in ("td", "th") else "")
        if tag == "br":
            pieces.append("\n")
        if tag == "sup" and re.search(r"\d\Z", "".join(pieces[-3:])):
            pieces.append("^")  # 10<sup>9</sup> is not 109
        pieces.append(_flowing(element.text, tag))
        stack.append((element, True))
        stack.extend((child, False) for child in reversed(element))
    return pieces


def _flowing(text: str | None, tag: str) -> str:
    return (text or "") if tag == "pre" else re.sub(r"\s+", " ", text or "")


def _between(tag: str) -> str:
    if tag in ("td", "th"):
        return " | "
    if tag in _PARAGRAPHS:
        return _PARAGRAPH
    return _BLOCK if tag in _BLOCKS else ""


def _is_hidden(element: _Element) -> bool:
    return "hidden" in element.attrib or bool(_HIDDEN.search(str(element.get("style") or "")))
