"""One feed a language: Atom and JSON Feed, each item with its labels.

An item has no summary: some readers would show it without the labels.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import unquote
from xml.etree import ElementTree

from pipeline.disclosure import FEED_NOTICE
from pipeline.export.articles import Article, File, Options, labels, urn_of
from pipeline.render.html import safe_link, visible
from pipeline.render.markdown import tag_name
from pipeline.render.names import HTML_LANGUAGE
from pipeline.schema import Language


class _Feed(NamedTuple):
    """A language's articles, newest first, and what a feed says of itself."""

    language: Language
    articles: list[Article]
    title: str
    producer: str
    updated: datetime


_TITLES: dict[Language, str] = {"en": "{producer}: commentary", "zh": "{producer}：评论"}


def _feeds(found: Sequence[Article], options: Options) -> list[_Feed]:
    feeds = []
    for language, title in _TITLES.items():
        mine = [article for article in found if article.language == language]
        mine.sort(key=lambda article: (article.updated, article.urn), reverse=True)
        producer = options.producer or unquote(mine[0].aigc.ContentProducer)
        updated = mine[0].updated if mine else options.decided
        feeds.append(_Feed(language, mine, title.format(producer=producer), producer, updated))
    return feeds


def _address(options: Options, name: str) -> str | None:
    return f"{options.url.rstrip('/')}/{name}" if options.url else None


def jsonfeed(found: Sequence[Article], options: Options) -> list[File]:
    """JSON Feed 1.1 (jsonfeed.org/version/1.1); ours under `_news_commentary`."""
    files = []
    for feed in _feeds(found, options):
        name = f"feed.{feed.language}.json"
        document = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": feed.title,
            "description": FEED_NOTICE[feed.language],
            **({"home_page_url": options.home} if options.home else {}),
            **({"feed_url": address} if (address := _address(options, name)) else {}),
            "language": HTML_LANGUAGE[feed.language],
            "authors": [{"name": feed.producer}],
            "items": [_item(article, options) for article in feed.articles],
        }
        files.append((name, json.dumps(document, ensure_ascii=False, indent=2) + "\n"))
    return files


def _item(article: Article, options: Options) -> dict[str, Any]:
    return {
        "id": article.urn,
        **({"url": address} if (address := article.address(options.link)) else {}),
        "title": visible(article.edition.title),
        "content_html": article.html,
        "date_published": article.date.isoformat(),
        "date_modified": article.updated.isoformat(),
        "language": HTML_LANGUAGE[article.language],
        "tags": [tag_name(tag, article.language) for tag in article.case.draft.tags],
        "_news_commentary": labels(article)
        | {
            "translation_key": article.case.draft.id,
            "is_based_on": safe_link(article.case.draft.brief.source_url),
        },
    }


_ATOM = "http://www.w3.org/2005/Atom"
_OURS = "urn:news-commentary:labels"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def atom(found: Sequence[Article], options: Options) -> list[File]:
    """Atom (RFC 4287); the labels as categories and as elements of a namespace of our own."""
    ElementTree.register_namespace("", _ATOM)
    ElementTree.register_namespace("nc", _OURS)
    files = []
    for feed in _feeds(found, options):
        name = f"feed.{feed.language}.atom"
        root = ElementTree.Element(f"{{{_ATOM}}}feed", {"xml:lang": HTML_LANGUAGE[feed.language]})
        _add(root, "id", urn_of("feed", feed.producer, feed.language))
        _add(root, "title", feed.title)
        _add(root, "subtitle", FEED_NOTICE[feed.language])
        _add(root, "updated", feed.updated.isoformat())
        _add(_add(root, "author"), "name", feed.producer)
        _add(root, "generator", "news-commentary")
        if address := _address(options, name):
            _add(root, "link", rel="self", type="application/atom+xml", href=address)
        if options.home:
            _add(root, "link", rel="alternate", type="text/html", href=options.home)
        for article in feed.articles:
            _entry(root, article, options)
        ElementTree.indent(root)
        files.append((name, f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(root, "unicode")}\n'))
    return files


def _entry(root: ElementTree.Element, article: Article, options: Options) -> None:
    entry = _add(root, "entry")
    draft, decision = article.case.draft, article.decision
    _add(entry, "id", article.urn)
    _add(entry, "title", article.edition.title)
    _add(entry, "published", article.date.isoformat())
    _add(entry, "updated", article.updated.isoformat())
    if decision:
        _add(_add(entry, "contributor"), "name", decision.reviewer)
    if address := article.address(options.link):
        _add(entry, "link", rel="alternate", type="text/html", href=address)
    if source := safe_link(draft.brief.source_url):
        _add(entry, "link", rel="via", href=source)
    for tag in draft.tags:
        _add(entry, "category", term=tag, label=tag_name(tag, article.language))
    scheme, _, term = draft.disclosure.digital_source_type.rpartition("/")
    _add(entry, "category", scheme=f"{scheme}/", term=term)
    for name, value in (labels(article) | {"translation_key": draft.id}).items():
        if name not in ("aigc_json", "models", "prompt_versions"):
            shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            _add(entry, f"{{{_OURS}}}{name}", shown)
    _add(entry, "content", article.html, type="html")


def _add(parent: ElementTree.Element, name: str, text: str | None = None, **attributes: str) -> ElementTree.Element:
    """A child with text that XML can hold, whatever it was."""
    tag = name if name.startswith("{") else f"{{{_ATOM}}}{name}"
    child = ElementTree.SubElement(parent, tag, {key: _xml(value) for key, value in attributes.items()})
    child.text = None if text is None else _xml(text)
    return child


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", str(visible(text)))
