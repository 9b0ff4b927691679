"""What a URL gives: a feed's briefs or one article. Imports layer 0."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urljoin, urlsplit

from pipeline.briefs.entries import is_feed
from pipeline.briefs.feeds import from_feed
from pipeline.briefs.fetching import Answer, Fetched, side_by_side
from pipeline.briefs.found import Found, Reach, Refused, Temporary
from pipeline.briefs.pages import from_page, is_page
from pipeline.errors import BriefError
from pipeline.urls import public_url

MOST = 8
"""Sources fetched at once."""


def fetches(urls: Iterable[str], reach: Reach) -> Iterator[Answer]:
    """Fetch sources side by side: one that is slow does not keep the others waiting."""
    return side_by_side(urls, reach, most=MOST, memory=reach.memory)


_FEED_NAME = re.compile(r"(?:\.(?:xml|rss|atom|rdf)|/(?:feed|rss|atom)s?/?)\Z", re.IGNORECASE)
_ALTERNATE = re.compile(rb"<link\b[^<>]{0,500}application/(?:rss|atom)\+xml[^<>]{0,500}>", re.IGNORECASE)
_HREF = re.compile(rb"href\s*=\s*[\"']?([^\"'\s<>]{1,500})", re.IGNORECASE)


def _its_feed(page: Fetched) -> str:
    """Where a page says its feed is, for a message."""
    link = _ALTERNATE.search(page.body[:100_000])
    href = _HREF.search(link[0]) if link else None
    try:
        return f"; it names {public_url(urljoin(page.url, href[1].decode()))}" if href else ""
    except ValueError:
        return ""


def from_url(url: str, answer: Answer, reach: Reach) -> Iterator[Found | Refused]:
    """The briefs behind a URL; what it is, its content tells."""
    origin = public_url(url)
    try:
        got = answer()
        if is_feed(got.body):
            yield from from_feed(got.body, origin, reach, content_type=got.content_type, url=got.url)
        elif _FEED_NAME.search(urlsplit(url).path) and is_page(got.body):
            raise BriefError(f"a web page where a feed is expected{_its_feed(got)}. Check the URL.")
        elif is_page(got.body) or "html" in got.content_type.lower():
            yield from_page(got.body, origin, content_type=got.content_type, url=got.url)
        else:
            raise BriefError(f"neither a feed nor an article page ({got.content_type[:80] or 'no content type'}).")
    except BriefError as error:
        yield Refused(origin, str(error), temporary=isinstance(error, Temporary))
