"""What a feed holds: RSS and Atom (feedparser), JSON Feed (jsonfeed.org/version/1.1), as entries of one shape.

Lives here: telling a feed, and its entries. Does not: what becomes of an entry (`feeds`). Imports layer 0, feedparser.
"""

from __future__ import annotations

import io
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from pipeline.briefs.found import PARSER_FAILURES, Temporary
from pipeline.briefs.markup import text_of
from pipeline.errors import BriefError, ConfigurationError
from pipeline.urls import public_url

_ROOT = re.compile(rb"<(?:\w+:)?(?:rss|feed|RDF)[\s>]", re.IGNORECASE)
_END = re.compile(rb"</(?:\w+:)?(?:rss|feed|RDF)\s*>", re.IGNORECASE)
_XML = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<(?:\?xml|!--|!doctype (?!html)|(?:\w+:)?(?:rss|feed|RDF)\b)", re.IGNORECASE)
_JSON_FEED = "https://jsonfeed.org/version/"
_DATES = ("published", "updated", "published_parsed", "updated_parsed")
_LONGEST_ADDRESS = 500
WEB = re.compile(r"https?://", re.IGNORECASE)
"""How the link of a page begins."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as its feed gives it. `html` says that `text` is markup; `stamps` are its dates, the best first; `home`
    is the address the feed gives for itself."""

    id: str
    title: str
    text: str
    html: bool
    link: str
    stamps: tuple[str, ...]
    language: str
    feed: str
    home: str
    origin: str = ""


def is_feed(raw: bytes) -> bool:
    """Whether these bytes are a feed, by how they begin."""
    head = raw[:4096].replace(b"\0", b"").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    return bool(_XML.match(head) and _ROOT.search(head)) or _json_feed(raw) is not None


def entries_of(raw: bytes, content_type: str, url: str) -> list[Entry]:
    """The entries of a feed. Raises `BriefError` when it is none, `ConfigurationError` without feedparser."""
    feed = _json_feed(raw)
    if feed is not None:
        return list(_json_entries(feed))
    return _xml_entries(raw, content_type, url)


# --- RSS and Atom ----------------------------------------------------------------------------------------------------


def _xml_entries(raw: bytes, content_type: str, url: str) -> list[Entry]:
    try:
        import feedparser
    except ImportError as error:
        raise ConfigurationError("feeds need more packages: pip install 'news-commentary[feeds]'") from error
    plain = raw.replace(b"\0", b"")
    root = _ROOT.search(plain)
    if not root:
        raise BriefError("not a feed: it has neither <rss> nor <feed>. Check the path or URL.")
    if b"<!ENTITY" in plain[: root.start()]:  # a kilobyte of them takes seconds, even where the parser limits them
        raise BriefError("it declares XML entities of its own, which no feed needs. Remove them.")
    _check_shape(plain)
    if not _END.search(plain):
        raise Temporary("the feed was cut off before its end. Try again later.")
    headers = {"content-type": content_type or "application/xml"}
    try:  # a file object, because feedparser opens a string that is a path or URL
        parsed = feedparser.parse(
            io.BytesIO(raw), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except PARSER_FAILURES as error:
        raise BriefError("the feed is damaged: it is no well-formed XML, and cannot be read as it is.") from error
    return [_xml_entry(entry, parsed.feed, url) for entry in parsed.entries]


def _check_shape(plain: bytes) -> None:
    """Refuse what no feed has, and what takes the parser time by its square: minutes for what a server may send."""
    namespaces = set(re.findall(rb"xmlns[\w.:-]*\s*=\s*[\"']([^\"'<]*)", plain))
    terms = max(sum(1 + term.count(b",") for term in _TERM.findall(entry)) for entry in _ENTRY.split(plain))
    if len(namespaces) > _MOST or terms > 2 * _MOST or _ATTRIBUTES.search(plain):
        raise BriefError(
            f"it has over {_MOST} namespaces, over {_MOST} attributes in a tag or over {2 * _MOST} keywords for an "
            "entry, as no feed has. Check what the server sends."
        )


_MOST = 200
_ENTRY = re.compile(rb"<(?:[\w.-]+:)?(?:item|entry)\b", re.IGNORECASE)
_TERM = re.compile(rb"<(?:[\w.-]+:)?(?:category|subject|keywords)\b(?:[^<>]*>\s*(?:<!\[CDATA\[)?[^<]*)?", re.IGNORECASE)
"""What becomes a keyword; some tags hold several, with commas between them."""
_ATTRIBUTES = re.compile(
    rb"<[^\s<>/=]++(?:\s++[^\s<>=\"']++\s*+=\s*+(?:\"[^\"<]*+\"|'[^'<]*+'|[^\s<>\"']++)){%d}" % (_MOST + 1)
)


def _xml_entry(entry: dict[str, Any], feed: dict[str, Any], url: str) -> Entry:
    texts = [*entry.get("content", ()), entry.get("summary_detail") or {}]
    fullest = max(texts, key=lambda text: len(text.get("value") or ""))
    dates = [dict.get(entry, name) for name in _DATES]  # feedparser's own `get` takes one date for another
    stamps = [time.strftime("%Y-%m-%d", moment) if isinstance(moment, tuple) else moment for moment in dates]
    return Entry(
        id=" ".join(str(entry.get("id") or entry.get("link") or "").split()),
        title=str(entry.get("title") or ""),
        text=str(fullest.get("value") or ""),
        html=fullest.get("type") != "text/plain",
        link=_joined(url, str(entry.get("link") or "").strip()),
        stamps=tuple(str(stamp) for stamp in stamps if stamp),
        language=str(entry.get("language") or feed.get("language") or ""),
        feed=text_of(str(feed.get("title") or "")),
        home=_home([link.get("href") for link in feed.get("links", ()) if link.get("rel") == "self"], feed.get("link")),
    )


def _home(own: list[Any], site: Any) -> str:
    """Where a feed says it is: its own address, else that of its site."""
    return next((public_url(str(url))[:_LONGEST_ADDRESS] for url in (*own, site) if url and WEB.match(str(url))), "")


def _joined(url: str, link: str) -> str:
    try:
        return urljoin(url, link)
    except ValueError:
        return ""


# --- JSON Feed -------------------------------------------------------------------------------------------------------


def _json_feed(raw: bytes) -> dict[str, Any] | None:
    """The feed when this is one."""
    if b"jsonfeed.org/version/" not in raw.replace(b"\\/", b"/"):
        return None
    try:
        feed = json.loads(raw.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError):
        return None
    stated = feed.get("version") if isinstance(feed, dict) else None
    return feed if isinstance(stated, str) and stated.startswith(_JSON_FEED) else None


def _json_entries(feed: dict[str, Any]) -> Iterator[Entry]:
    items = feed.get("items")
    for item in items if isinstance(items, list) else []:
        yield _json_entry(item if isinstance(item, dict) else {}, feed)


def _json_entry(item: dict[str, Any], feed: dict[str, Any]) -> Entry:
    plain, markup = _text(item, "content_text"), _text(item, "content_html")
    return Entry(
        id=" ".join((_text(item, "id") or _text(item, "url")).split()),
        title=_text(item, "title"),
        text=plain or markup or _text(item, "summary"),
        html=bool(markup) and not plain,
        link=(_text(item, "url") or _text(item, "external_url")).strip(),
        stamps=tuple(filter(None, (_text(item, "date_published"), _text(item, "date_modified")))),
        language=_text(item, "language") or _text(feed, "language"),
        feed=_text(feed, "title"),
        home=_home([_text(feed, "feed_url")], _text(feed, "home_page_url")),
    )


def _text(table: dict[str, Any], name: str) -> str:
    value = table.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
