"""Feeds to briefs: one entry is one brief, of its own text or of the page it links to.

An entry's HTML becomes text, its id the brief's origin. A broken entry is refused alone; a feed that was cut off is
refused whole, because its last entry would be half. Imports layer 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from email.utils import parsedate_to_datetime

from pipeline.briefs.entries import WEB, Entry, entries_of
from pipeline.briefs.fetching import Fetched, side_by_side
from pipeline.briefs.found import Found, Reach, Refused, Temporary, shown
from pipeline.briefs.markup import text_of
from pipeline.briefs.pages import article_of
from pipeline.briefs.parsing import LONGEST_FIELD, make_brief
from pipeline.errors import BriefError
from pipeline.schema import sha256
from pipeline.urls import public_url

PAGES = 4
"""Article pages fetched at once: mostly one server has them all."""
GIVE_UP_AFTER = 5
"""So many pages in a row that could not be fetched, and the others of that feed are left for the next run."""


MOST_ENTRIES = 5000
"""Entries of one feed that are read."""


def from_feed(
    raw: bytes, origin: str, reach: Reach, *, content_type: str = "", url: str = ""
) -> Iterator[Found | Refused]:
    """The briefs of a feed's entries. Raises `BriefError` when it is none, `ConfigurationError` without feedparser."""
    entries = [_known_by(entry, origin if url else "") for entry in entries_of(raw, content_type, url)]
    if not entries:
        yield Refused(origin, "a feed without entries", skipped=True)
    if len(entries) > MOST_ENTRIES:
        yield Refused(
            origin, f"{len(entries):,} entries, of which the first {MOST_ENTRIES:,} are read. Split the feed."
        )
        entries = entries[:MOST_ENTRIES]
    seen = [reach.article_pages and _seen(entry, reach) for entry in entries]
    wanted = [entry.link for entry, old in zip(entries, seen, strict=True) if _has_page(entry, reach) and not old]
    answers = side_by_side(wanted, reach, most=PAGES)
    failed = 0
    for number, (entry, old) in enumerate(zip(entries, seen, strict=True), 1):
        place = shown(entry.origin or f"{origin}: entry {number}")
        if old:
            yield Refused(place, "seen before", skipped=True)
            continue
        try:
            page = None
            if _has_page(entry, reach):
                if failed >= GIVE_UP_AFTER:
                    raise Temporary(f"not tried: {GIVE_UP_AFTER} pages before it could not be fetched.")
                page = next(answers)()
                failed = 0
            yield _brief(entry, page)
        except BriefError as error:
            failed += isinstance(error, Temporary)
            yield Refused(place, str(error), temporary=isinstance(error, Temporary))


def _known_by(entry: Entry, address: str) -> Entry:
    """An entry with its origin: its id, where that is one for all the world; else the feed's address with it, since
    two feeds may both count from 1. An id without end is shortened."""
    id = entry.id if len(entry.id) <= _LONGEST_ID else f"{entry.id[:80]}…{sha256(entry.id.encode(errors='replace'))}"
    where = address or entry.home
    return replace(entry, origin=id if not id or not where or _OF_THE_WORLD.match(id) else f"{where}#{id}")


_OF_THE_WORLD = re.compile(r"https?://\S|urn:\S|tag:[^,\s]+,\d{4}", re.IGNORECASE)
_LONGEST_ID = 500


def _seen(entry: Entry, reach: Reach) -> bool:
    """Whether there is a draft of an entry, by origin and link; older drafts have the bare id for their origin."""
    link = public_url(entry.link)
    return bool(entry.id) and any(reach.seen(origin, link) for origin in (entry.origin, entry.id))


def _has_page(entry: Entry, reach: Reach) -> bool:
    return reach.article_pages and _is_read(entry) and bool(WEB.match(entry.link))


def _is_read(entry: Entry) -> bool:
    return entry.language.lower().replace("_", "-").split("-")[0] in ("", "en", "zh")


def _brief(entry: Entry, page: Fetched | None) -> Found:
    """The brief of an entry, with the text of its page where that was fetched."""
    if not _is_read(entry):
        raise BriefError(f"its language is {entry.language[:20]!r}, known are en and zh.")
    link = entry.link if WEB.match(entry.link) and len(entry.link) <= LONGEST_FIELD else ""
    text, note, source = entry.text, None, entry.text.encode("utf-8", "surrogatepass")
    if page is not None:
        text, note, source = article_of(page.body, page.content_type).text, "the text of an article page", page.body
    elif entry.html:
        text = text_of(text)
    fields = {
        "title": text_of(entry.title),
        "published": _published(entry.stamps),
        "source": entry.feed,
        "source_url": public_url(link) or None,
    }
    # the script decides on the language: many feeds state that of their software
    brief = make_brief(text.replace("\0", ""), entry.origin or None, fields, note)
    return Found(brief, sha256(source), fleeting=True)


def _published(stamps: tuple[str, ...]) -> date | None:
    """The day as the feed states it, in its own time zone; None when it states none that can be read."""
    for stamp in stamps:
        for read in (datetime.fromisoformat, parsedate_to_datetime):
            try:
                return read(stamp.strip()).date()
            except (ValueError, TypeError, OverflowError, IndexError):
                continue
    return None
