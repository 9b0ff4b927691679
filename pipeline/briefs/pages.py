"""Article pages: the text of an article without what stands around it. Imports layer 0 and trafilatura."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.briefs.decoding import decode
from pipeline.briefs.found import PARSER_FAILURES, Found
from pipeline.briefs.parsing import make_brief
from pipeline.errors import BriefError, ConfigurationError
from pipeline.schema import sha256
from pipeline.urls import public_url

_PAGE = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<!--[^>]{0,1000}>\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE
)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w-]{2,20})", re.IGNORECASE)
_LATIN = "cp1252"
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "iso-8859-1": _LATIN, "ascii": _LATIN}
"""What browsers read for a name, as the WHATWG Encoding Standard says."""

_KNOWN = re.compile(
    r"utf-?8|utf-?16(?:le|be)?|gb18030|big5(?:-hkscs)?|euc-(?:jp|kr)|shift_jis|koi8-[ru]|cp1252|windows-125\d|"
    r"iso-8859-\d{1,2}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Article:
    """What a page holds."""

    text: str
    title: str | None
    site: str | None
    published: str | None


def is_page(raw: bytes) -> bool:
    """Whether these bytes are an HTML page, by how they begin."""
    return bool(_PAGE.match(raw[:4096]))


def from_page(raw: bytes, origin: str, *, content_type: str = "", url: str = "") -> Found:
    """The brief of one page. Raises `BriefError` when it holds no article."""
    article = article_of(raw, content_type)
    fields = {
        "title": article.title,
        "published": article.published,
        "source": article.site,
        "source_url": public_url(url) or None,
    }
    brief = make_brief(article.text, origin, fields, "the text of an article page")
    return Found(brief, sha256(raw), fleeting=bool(url))


def article_of(raw: bytes, content_type: str = "") -> Article:
    """The article of a page. Its date is taken only where the page states one for machines."""
    try:
        from trafilatura import bare_extraction
    except ImportError as error:
        raise ConfigurationError("article pages need one more package: pip install 'news-commentary[web]'") from error
    page = "".join(c if c >= " " or c in "\t\n\r" else " " for c in decoded(raw, content_type))
    try:
        found = bare_extraction(
            page,
            with_metadata=True,
            include_comments=False,
            include_tables=True,
            date_extraction_params={"extensive_search": False, "original_date": True},
        )
    except PARSER_FAILURES as error:
        raise BriefError("its HTML cannot be read. Save the text in a file.") from error
    text = (getattr(found, "text", None) or "").strip()
    if not text:
        raise BriefError("no article was found on the page. Save its text in a file.")
    return Article(text, *(getattr(found, name, None) or None for name in ("title", "sitename", "date")))


def decoded(raw: bytes, content_type: str = "") -> str:
    """The text of a page: as the server says, else as the page says, else as a brief's bytes are read.

    Latin-1 is what servers say that were never told, and any bytes are some: it is believed last.
    """
    head = raw[:4096].decode("latin-1")
    found = [match[1].lower() for match in (_CHARSET.search(content_type), _CHARSET.search(head)) if match]
    stated = [_SUPERSETS.get(name, name) for name in found]
    for name in [*(name for name in stated if name != _LATIN), *(["utf-8", _LATIN] if _LATIN in stated else [])]:
        if _KNOWN.fullmatch(name):
            try:
                return raw.decode(name).removeprefix("\ufeff")
            except (UnicodeDecodeError, LookupError):
                continue
    return decode(raw, most=None).text
