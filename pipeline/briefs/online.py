"""What a URL gives: a feed's briefs or one article. Imports layer 0."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.briefs.entries import is_feed
from pipeline.briefs.feeds import from_feed
from pipeline.briefs.fetching import Answer, side_by_side
from pipeline.briefs.found import Found, Reach, Refused, Temporary
from pipeline.briefs.pages import from_page, is_page
from pipeline.errors import BriefError
from pipeline.urls import public_url

MOST = 8
"""Sources fetched at once."""


def fetches(urls: Iterable[str], reach: Reach) -> Iterator[Answer]:
    """Fetch sources side by side: one that is slow does not keep the others waiting."""
    return side_by_side(urls, reach, most=MOST, memory=reach.memory)


def from_url(url: str, answer: Answer, reach: Reach) -> Iterator[Found | Refused]:
    """The briefs behind a URL; what it is, its content tells."""
    origin = public_url(url)
    try:
        got = answer()
        if is_feed(got.body):
            yield from from_feed(got.body, origin, reach, content_type=got.content_type, url=got.url)
        elif is_page(got.body) or "html" in got.content_type.lower():
            yield from_page(got.body, origin, content_type=got.content_type, url=got.url)
        else:
            raise BriefError(f"neither a feed nor an article page ({got.content_type[:80] or 'no content type'}).")
    except BriefError as error:
        yield Refused(origin, str(error), temporary=isinstance(error, Temporary))
