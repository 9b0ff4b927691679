"""Hostile feeds and pages: no crash, no local file read, nothing beyond its limit, time that stays linear."""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.briefs import MAX_CHARACTERS, Found, Reach, Refused
from pipeline.briefs.entries import is_feed
from pipeline.briefs.feeds import MOST_ENTRIES, from_feed
from pipeline.briefs.markup import text_of
from pipeline.briefs.pages import decoded, from_page, is_page
from pipeline.errors import BriefError
from tests.test_feeds import ATOM, JSON_FEED, PAGE, RSS

ROUNDS = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def entries(raw: bytes, content_type: str = "") -> list[Found | Refused]:
    """What a feed gives; only `BriefError` may be raised, and nothing is fetched."""

    def never(*_: object, **__: object) -> list[Any]:
        raise AssertionError("a name was looked up")

    is_feed(raw)
    try:
        items = list(from_feed(raw, "feed", Reach(resolve=never), content_type=content_type, url="https://a.example/f"))
    except BriefError:
        return []
    for item in items:
        if isinstance(item, Found):
            assert 0 < len(item.brief.text) <= MAX_CHARACTERS + 1
            assert "\0" not in item.brief.text
            assert (item.brief.source_url or "http").lower().startswith("http")
        else:
            assert item.reason
    return items


NOISE = [
    b"<![CDATA[", b"]]>", b"<!--", b"&#x0;", b"&#xD800;", b"&lt;", b"<item>", b"</item>", b"\xff\xfe", b"\0", b"&a;",
    b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"<?xml version='1.0' encoding='utf-7'?>", b"<feed>", b"]", b"}", b'"',
    b"9" * 400, b"null", b"xml:base='file:///etc/'", b"<svg><style>",
]  # fmt: skip


def mutated(*seeds: bytes) -> st.SearchStrategy[bytes]:
    """One of the seeds with pieces cut out, doubled, or replaced by noise and markup."""
    noise = st.one_of(
        st.binary(max_size=8),
        st.sampled_from(NOISE),
    )  # fmt: skip

    @st.composite
    def build(draw: st.DrawFn) -> bytes:
        data = draw(st.sampled_from(seeds))
        for _ in range(draw(st.integers(1, 4))):
            at = draw(st.integers(0, len(data)))
            end = min(len(data), at + draw(st.integers(0, 40)))
            data = data[:at] + draw(noise) + data[end if draw(st.booleans()) else at :]
        return data

    return build()


@ROUNDS
@given(mutated(RSS.encode(), ATOM.encode(), RSS.encode("utf-16"), json.dumps(JSON_FEED).encode()))
def test_a_mutated_feed_never_crashes(raw: bytes) -> None:
    """Every entry is a brief within the limits or has a reason."""
    entries(raw)


@ROUNDS
@given(st.binary(max_size=300), st.sampled_from(["", "text/xml; charset=utf-7", "a/b; charset=\ud800", "x" * 500]))
def test_any_bytes_are_no_crash(raw: bytes, content_type: str) -> None:
    """As a feed and as a page, whatever the server calls them."""
    entries(raw, content_type)
    entries(b"<rss>" + raw + b"</rss>", content_type)
    is_page(raw)
    with contextlib.suppress(BriefError):
        decoded(raw, content_type)


FIELDS = "id url title content_html content_text summary date_published language items version".split()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@ROUNDS
@given(JSON, st.lists(JSON, max_size=3))
def test_a_json_feed_of_any_shape_never_crashes(top: Any, items: list[Any]) -> None:
    """Values of the wrong kind are passed over or refused."""
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": top, "language": top, "items": items or top}
    entries(json.dumps(feed).encode())


@ROUNDS
@given(mutated(PAGE.encode(), PAGE.encode("utf-16")))
def test_a_mutated_page_never_crashes(raw: bytes) -> None:
    """It is an article or has a reason."""
    try:
        found = from_page(raw, "page")
        assert 0 < len(found.brief.text) <= MAX_CHARACTERS + 1
    except BriefError:
        pass


@ROUNDS
@given(st.text(alphabet="<>/=\"'&;#x0a b-!?[]" + "pdivscrt\n\x1e\x1d\ud800中", max_size=200))
def test_any_markup_is_text(markup: str) -> None:
    """Nothing that looks like an element remains, save what was written as text."""
    text_of(markup)


def test_a_local_file_is_never_read(tmp_path: Path) -> None:
    """Neither by an entity, nor an external DTD, an XInclude, a base, nor a link."""
    secret = tmp_path / "secret.txt"
    secret.write_text("t0psecret", encoding="utf-8")
    uri = secret.as_uri()
    body = (
        f"<rss version='2.0' xml:base='{uri}' xmlns:xi='http://www.w3.org/2001/XInclude'><channel><title>&x;</title><item>"
        f"<guid>1</guid><link>{uri}</link><description>&x; &y; text <xi:include href='{uri}' parse='text'/>"
        f"&lt;object data='{uri}'&gt;&lt;iframe src='{uri}'&gt;</description></item></channel></rss>"
    )
    for doctype in (
        f"<!DOCTYPE rss [<!ENTITY x SYSTEM '{uri}'>]>",
        f"<!DOCTYPE rss [<!ENTITY % p SYSTEM '{uri}'> %p; <!ENTITY y '%p;'>]>",
        f"<!DOCTYPE rss SYSTEM '{uri}'>",
        f"<!DOCTYPE rss PUBLIC 'x' '{uri}' [<!ENTITY x SYSTEM '{uri}'>]>",
    ):
        items = entries(f"<?xml version='1.0'?>{doctype}{body}".encode())
        items += entries(f"<?xml version='1.0'?><!-- <rss > -->{doctype}{body}".encode())
        assert items
        assert "t0psecret" not in str(items)
    assert "t0psecret" not in text_of(f"<object data='{uri}'></object><p>x</p>")


def test_entities_that_multiply_do_not() -> None:
    """A kilobyte of nested entities is refused at once; where it is hidden, the parser stops it."""
    levels = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, 11))
    bomb = f"<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY e0 'ha'>{levels}]>{RSS.split('?>')[1]}"
    began = time.monotonic()
    with pytest.raises(BriefError, match="entities"):
        list(from_feed(bomb.encode(), "feed", Reach()))
    assert time.monotonic() - began < 1
    hidden = bomb.replace("<!DOCTYPE", "<!-- <rss > --><!DOCTYPE").replace("A teaser", "&e10;")
    assert len(str(entries(hidden.encode()))) < 10_000


HOSTILE = {
    "open": "<", "tags": "<a ", "attributes": '<a b="', "comments": "<!--", "cdata": "<![CDATA[", "entities": "&#",
    "closing": "</", "items": "<item>", "nested": "<div>", "declarations": "<!ENTITY ", "instructions": "<?",
    "tables": "<table><td>", "lists": "<ul><li>x", "spaces": " ", "superscript": "1<sup>",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("reader", ["feed", "page", "markup", "text in a feed"])
def test_time_is_linear(unit: str, reader: str) -> None:
    """Four times the markup takes about four times as long, not sixteen, for every reader."""

    def seconds(size: int) -> float:
        markup = unit * (size // len(unit))
        began = time.perf_counter()
        if reader == "feed":
            entries(f"<rss><channel><item><guid>1</guid><title>x{markup}</rss>".encode())
        elif reader == "text in a feed":
            entries(json.dumps(JSON_FEED | {"items": [{"id": "1", "content_html": markup}]}).encode())
        else:
            with contextlib.suppress(BriefError):
                text_of(markup) if reader == "markup" else from_page(f"<html><body>{markup}".encode(), "page")
        return time.perf_counter() - began

    seconds(1000)
    small, large = min(seconds(25_000) for _ in range(2)), min(seconds(100_000) for _ in range(2))
    assert large < max(10 * small, 0.5)


MANY = {
    "attributes": lambda: "<item " + " ".join(f"a{n}='1'" for n in range(30_000)) + "/>",
    "bare attributes": lambda: "<item " + " ".join(f"a{n}=1" for n in range(30_000)) + "/>",
    "namespaces": lambda: "".join(f"<x{n}:y xmlns:x{n}='u{n}'/>" for n in range(30_000)),
    "categories": lambda: "<item>" + "".join(f"<category>{n}</category>" for n in range(30_000)) + "</item>",
    "keywords": lambda: (
        f"<item><itunes:keywords xmlns:itunes='i'>{','.join(map(str, range(30_000)))}</itunes:keywords>"
    ),
}


@pytest.mark.parametrize("name", MANY)
def test_what_a_parser_takes_minutes_for_is_refused_at_once(name: str) -> None:
    """Its time for these grows by their square, and no feed has so many."""
    began = time.monotonic()
    with pytest.raises(BriefError, match="as no feed has"):
        list(from_feed(f"<rss version='2.0'><channel>{MANY[name]()}</channel></rss>".encode(), "feed", Reach()))
    assert time.monotonic() - began < 2


def test_escaped_markup_and_many_commas_are_no_reason_to_refuse() -> None:
    """A long article is not taken for an attack."""
    text = '&lt;img src=&quot;a&quot; b="c"&gt;, and so on, ' * 3000
    (item,) = entries(f"<rss version='2.0'><channel><item><description>{text}</description></item></rss>".encode())
    assert isinstance(item, Found)


def test_more_entries_than_a_feed_may_have_are_told() -> None:
    """The first are read and one line says what was not."""
    items = entries(f"<rss><channel>{'<item><title>x</title></item>' * (MOST_ENTRIES + 7)}</channel></rss>".encode())
    assert len(items) == MOST_ENTRIES + 1
    assert "5,007 entries" in items[0].reason  # type: ignore[union-attr]


def test_fields_without_end_are_shortened_or_refused() -> None:
    """An id of a megabyte is not printed at every run; a title of one is no title."""
    feed = "<rss><channel><item><guid>{}</guid><title>{}</title><description>text</description></item></rss>"
    (item,) = entries(feed.format("g" * 1_000_000, "").encode())
    assert isinstance(item, Found)
    assert len(item.brief.origin or "") < 300
    (item,) = entries(feed.format("1", "t" * 1_000_000).encode())
    assert isinstance(item, Refused)
    assert "1,000,000 characters" in item.reason
