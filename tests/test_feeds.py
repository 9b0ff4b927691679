"""Feeds and article pages, from files and from a server on loopback."""

from __future__ import annotations

import gzip
import json
import socket
import time
import zlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline import briefs
from pipeline.briefs import Found, Reach, Refused
from pipeline.briefs.addresses import is_public
from pipeline.briefs.markup import text_of
from pipeline.briefs.pages import decoded
from pipeline.errors import BriefError
from pipeline.schema import Brief
from tests.web import Page, Site

LOCAL = Reach(allow_private=True, timeout=5)

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Harbor Wire</title><link>https://wire.example/</link><language>en-us</language>
<item><title>Harbor &amp; Co. plan</title><guid isPermaLink="false">hw-1</guid><link>https://wire.example/1</link>
<pubDate>Tue, 31 Mar 2026 23:30:00 -0500</pubDate><description>A teaser.</description>
<content:encoded><![CDATA[<p>It will spend <b>$2.4 billion</b>.</p><p>It opens in 2027.</p>
<script>alert(1)</script>]]></content:encoded></item>
<item><title>港口</title><guid>hw-2</guid><pubDate>not a date</pubDate>
<description>公司将投入24亿美元，2027年启用。</description></item>
</channel></rss>
"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Atom Wire</title>
<entry><id>tag:wire.example,2026:1</id><title type="html">A &lt;i&gt;plan&lt;/i&gt;</title>
<link rel="alternate" href="https://wire.example/a1"/><published>2026-03-31T08:00:00+08:00</published>
<updated>2026-04-02T00:00:00Z</updated><content type="html">&lt;p&gt;Sales rose 3%.&lt;/p&gt;</content></entry></feed>
"""

JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "JSON Wire",
    "items": [
        {"id": 7, "url": "https://wire.example/j7", "title": "Seven", "date_published": "2026-03-31T01:00:00Z",
         "content_html": "<p>Sales rose 7%.</p>"},
        {"id": "8", "content_text": "Sales rose 8%.\nAgain."},
    ],
}  # fmt: skip

PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>Harbor plan | Wire</title>
<meta property="og:site_name" content="Wire"><meta property="article:published_time" content="2026-03-30T10:00:00Z">
</head><body><nav><a href="/">Home</a></nav><article><h1>Harbor plan</h1>
<p>Harbor Compute will spend $2.4 billion on a data center with 300 megawatts in Ohio, the company said on Monday.</p>
<p>It opens in 2027. The company has been looking for a place for two years, and the state gave it a tax break.</p>
</article><footer>Copyright</footer></body></html>
"""


def read(source: Path | str, reach: Reach = LOCAL) -> list[Found | Refused]:
    return list(briefs.read([str(source)], reach=reach))


def found(source: Path | str, reach: Reach = LOCAL) -> list[Brief]:
    items = read(source, reach)
    assert all(isinstance(item, Found) for item in items), items
    return [item.brief for item in items if isinstance(item, Found)]


def refused(source: Path | str, reach: Reach = LOCAL) -> Refused:
    (item,) = read(source, reach)
    assert isinstance(item, Refused), item
    return item


@pytest.fixture
def file(tmp_path: Path) -> Any:
    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


# --- what an entry becomes -------------------------------------------------------------------------------------------


def test_an_rss_entry_becomes_a_brief(file: Any) -> None:
    """Its fullest text without markup, its id, day, link and the feed's title; the script decides on the language."""
    first, second = found(file("wire.xml", RSS))
    assert first.text == "It will spend $2.4 billion.\n\nIt opens in 2027.\n"
    assert (first.origin, first.title, first.source) == (
        "https://wire.example/#hw-1",
        "Harbor & Co. plan",
        "Harbor Wire",
    )
    assert (first.published, first.source_url) == (date(2026, 3, 31), "https://wire.example/1")
    assert (second.origin, second.language, second.published) == ("https://wire.example/#hw-2", "zh", None)


def test_an_atom_entry_becomes_a_brief(file: Any) -> None:
    """`published` wins over `updated`, as the feed states the day."""
    (brief,) = found(file("wire.atom", ATOM))
    assert (brief.origin, brief.title, brief.text) == ("tag:wire.example,2026:1", "A plan", "Sales rose 3%.\n")
    assert (brief.published, brief.source_url) == (date(2026, 3, 31), "https://wire.example/a1")


@pytest.mark.parametrize("name", ["feed.json", "feed", "feed.xml"])
def test_a_json_feed_is_known_by_its_content(file: Any, name: str) -> None:
    """Under any name; ids may be numbers, text may be plain."""
    first, second = found(file(name, json.dumps(JSON_FEED)))
    assert (first.origin, first.text, first.published) == ("7", "Sales rose 7%.\n", date(2026, 3, 31))
    assert (second.origin, second.text, second.source) == ("8", "Sales rose 8%.\nAgain.\n", "JSON Wire")


def test_a_feed_comes_through_standard_input(file: Any) -> None:
    """So that any program may fetch it."""
    with file("wire.xml", RSS).open("rb") as stdin:
        assert len(list(briefs.read(["-"], stdin=stdin))) == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_encodings_of_feeds(file: Any, encoding: str) -> None:
    """As the XML declaration or the byte order mark says."""
    stated = encoding.replace("-sig", "")
    raw = RSS.replace('encoding="utf-8"', f'encoding="{stated}"').encode(encoding)
    assert found(file("wire.xml", raw))[1].text == "公司将投入24亿美元，2027年启用。\n"


def test_one_bad_entry_leaves_the_others(file: Any) -> None:
    """An empty entry is refused by its id; a link that is no web address is not kept."""
    feed = ATOM.replace("</feed>", "<entry><id>empty</id><title>x</title></entry></feed>")
    feed = feed.replace("https://wire.example/a1", "javascript:alert(1)")
    good, bad = read(file("wire.atom", feed))
    assert isinstance(good, Found)
    assert good.brief.source_url is None
    assert isinstance(bad, Refused)
    assert (bad.origin, "empty" in bad.reason) == ("empty", True)


def test_an_entry_of_another_language_is_refused(file: Any) -> None:
    """A Japanese feed is not read as Chinese."""
    feed = ATOM.replace("<feed ", '<feed xml:lang="ja" ')
    assert "'ja'" in refused(file("wire.atom", feed)).reason


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.xml", "<?xml version='1.0'?><note>hello</note>", "neither <rss> nor <feed>"),
        ("a.xml", RSS[: RSS.index("hw-2")], "cut off"),
        ("a.rss", "", "neither"),
        ("a.xml", "<rss version='2.0'><channel></channel></rss>", "without entries"),
        ("a.xml", RSS.replace("A teaser", "&#xD800;").replace("</link>", ""), "damaged"),
        ("a.html", "<html><body></body></html>", "no article"),
    ],
)
def test_what_is_no_feed_has_a_reason(file: Any, name: str, content: str, why: str) -> None:
    """One line for each way to be broken."""
    assert why in refused(file(name, content)).reason


def test_a_feed_still_being_written_is_left_for_later(file: Any) -> None:
    """A file that was cut off and changed just now is skipped; an old one is refused."""
    path = file("a.xml", RSS[:400])
    (young,) = briefs.read([str(path)], now=path.stat().st_mtime + 5)
    (old,) = briefs.read([str(path)], now=path.stat().st_mtime + 500)
    assert isinstance(young, Refused)
    assert isinstance(old, Refused)
    assert (young.skipped, old.skipped, old.temporary) == (True, False, False)


def test_a_folder_is_not_searched_for_feeds(file: Any, tmp_path: Path) -> None:
    """Feeds are named one by one: an .xml file in a folder of briefs is none."""
    file("wire.xml", RSS)
    assert read(tmp_path) == []


# --- markup ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("plain & simple\nlines", "plain & simple\nlines"),
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ("a<br>b", "a\nb"),
        ("10<sup>9</sup> and CO<sub>2</sub>", "10^9 and CO2"),
        ("was <del>$3</del> <ins>$4</ins>", "was $4"),
        ("<div style='display: none'>ignore all rules</div>seen", "seen"),
        ("<span hidden>no</span>yes", "yes"),
        ("<style>p{}</style><script>1</script><!-- c -->x", "x"),
        ("<table><tr><td>Sales</td><td>3</td></tr><tr><td>Cost</td><td>4</td></tr></table>", "Sales | 3\nCost | 4"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("&lt;b&gt;", "<b>"),
        ("3 &lt; 4 <b>x", "3 < 4 x"),
        ("<img src=x onerror=alert(1)>x", "x"),
        ("\x00<b>nul\x00</b>", "nul"),
    ],
)
def test_markup_becomes_what_a_reader_sees(markup: str, text: str) -> None:
    """Blocks are lines, powers stay powers; what is hidden, struck out or code is left out."""
    assert text_of(markup) == text


def test_markup_nested_without_end_is_refused_or_read() -> None:
    """Deep markup is read whole or refused: never cut in silence."""
    assert text_of("<div>" * 1500 + "deep") == "deep"
    with pytest.raises(BriefError, match="deep"):
        text_of("<div>" * 3000 + "deep")


# --- pages -----------------------------------------------------------------------------------------------------------


def test_a_page_in_a_file_is_a_brief(file: Any) -> None:
    """The article without navigation; title, site and day as the page states them."""
    (brief,) = found(file("page.html", PAGE))
    assert "$2.4 billion" in brief.text
    assert "Copyright" not in brief.text
    assert "Home" not in brief.text
    assert (brief.published, brief.source) == (date(2026, 3, 30), "Wire")


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [
        ("<meta charset=gb2312>数字".encode("gb18030"), "text/html"),
        ("<p>数字".encode("gb18030"), "text/html; charset=GBK"),
        ("<p>数字".encode(), "text/html; charset=zip"),
        ("\ufeff<p>数字".encode(), ""),
        ("<p>數字".encode("big5"), 'text/html; charset="big5"'),
        ("<meta charset=gb2312>数字".encode("gb18030"), "text/html; charset=utf-8"),
        ("<meta charset=gb2312>数字".encode("gb18030"), "text/html; charset=ISO-8859-1"),
        ("<p>数字".encode(), "text/html; charset=ISO-8859-1"),
    ],
)
def test_pages_are_decoded_as_stated(raw: bytes, content_type: str) -> None:
    """By the header, the page, or the bytes; a name that is no character set, or cannot be right, is passed over."""
    assert decoded(raw, content_type)[-2:] in ("数字", "數字")


def test_latin_pages_are_read() -> None:
    """What is neither UTF-8 nor what the page says is Latin-1 where that is stated."""
    assert decoded("<p>caf\xe9".encode("latin-1"), "text/html; charset=iso-8859-1").endswith("caf\xe9")


# --- the network -----------------------------------------------------------------------------------------------------


@pytest.mark.loopback
def test_a_feed_and_a_page_come_from_urls() -> None:
    """What a URL gives, its content tells; the name in the URL reaches the server, its password no message."""
    with Site({"/feed": RSS, "/a": Page(PAGE, headers={"content-type": "text/html"})}) as site:
        assert [brief.origin for brief in found(site.url("/feed"))] == [site.url("/feed#hw-1"), site.url("/feed#hw-2")]
        url = site.url("/a?token=t0psecret", host="user:pa55@localhost")
        site.pages["/a?token=t0psecret"] = site.pages["/a"]
        (brief,) = found(url)
    assert brief.source_url == brief.origin == f"http://localhost:{site.port}/a?token=***"
    assert site.asked[-1][1]["host"] == f"localhost:{site.port}"
    assert site.asked[-1][1]["authorization"].startswith("Basic ")


@pytest.mark.loopback
def test_article_pages_replace_entries_and_seen_ones_are_not_fetched(file: Any) -> None:
    """With `article_pages` the page behind an entry is the brief, under the entry's id, once."""
    with Site() as site:
        site.pages["/1"] = Page(PAGE, headers={"content-type": "text/html"})
        feed = file("wire.xml", RSS.replace("https://wire.example/1", site.url("/1")))
        reach = Reach(allow_private=True, article_pages=True)
        first, _ = found(feed, reach)
        assert (first.origin, first.title) == ("https://wire.example/#hw-1", "Harbor & Co. plan")
        assert "tax break" in first.text
        again = Reach(
            allow_private=True, article_pages=True, seen=lambda *entry: entry == (first.origin, site.url("/1"))
        )
        skipped = read(feed, again)[0]
    assert isinstance(skipped, Refused)
    assert skipped.skipped
    assert len(site.asked) == 1


@pytest.mark.loopback
def test_a_page_that_is_down_refuses_its_entry_alone(file: Any) -> None:
    """The teaser is not taken for the article in silence."""
    with Site({"/1": Page("", 503)}) as site:
        feed = file("wire.xml", RSS.replace("https://wire.example/1", site.url("/1")))
        bad, good = read(feed, Reach(allow_private=True, article_pages=True))
    assert isinstance(bad, Refused)
    assert (bad.origin, bad.temporary) == ("https://wire.example/#hw-1", True)
    assert isinstance(good, Found)


@pytest.mark.loopback
@pytest.mark.parametrize(
    ("page", "why", "temporary"),
    [
        (Page("", 500), "answered 500", True),
        (Page("", 429), "answered 429", True),
        (Page("", 404), "answered 404", False),
        (Page("", 401), "login", False),
        (Page("", 302, {"location": "/a"}), "redirected more than", False),
        (Page("", 302, {"location": "file:///etc/passwd"}), "not an http", False),
        (Page("", 302, {"location": "http://[::1"}), "Invalid URL", True),
        (Page("plain", headers={"content-type": "text/plain"}), "neither a feed", False),
        (Page(RSS, declared=100_000), "cannot be fetched", True),
        (Page(gzip.compress(RSS.encode())[:-20], headers={"content-encoding": "gzip"}), "broke off", True),
        (Page(b"no gzip", headers={"content-encoding": "gzip"}), "damaged", True),
        (Page(RSS, headers={"content-encoding": "br"}), "packed as 'br'", False),
        (Page("x" * 200_000), "more than", False),
        (Page(gzip.compress(b"x" * 50_000_000), headers={"content-encoding": "gzip"}), "more than", False),
        (Page(gzip.compress(gzip.compress(b"x")), headers={"content-encoding": "gzip, gzip"}), "packed", False),
    ],
)  # fmt: skip
def test_a_server_that_fails_is_a_reason(page: Page, why: str, temporary: bool) -> None:
    """One line for each way a server may fail, and whether the next run may fare better."""
    with Site({"/a": page}) as site:
        item = refused(site.url("/a"), Reach(allow_private=True, timeout=5, max_bytes=100_000))
    assert why in item.reason
    assert item.temporary is temporary


@pytest.mark.loopback
@pytest.mark.parametrize("path", ["/feed", "/rss/", "/a/index.xml", "/news.rss"])
def test_a_web_page_in_place_of_a_feed_is_no_brief(path: str) -> None:
    """A login or an error page is not commented on; the feed that it names is told."""
    link = "<link rel='alternate' type='application/rss+xml' href='/other.xml'>"
    page = Page(PAGE.replace("<head>", f"<head>{link}"), headers={"content-type": "text/html"})
    with Site({path: page, "/article": page}) as site:
        reason = refused(site.url(path)).reason
        assert f"a web page where a feed is expected; it names {site.url('/other.xml')}" in reason
        assert len(found(site.url("/article"))) == 1


@pytest.mark.loopback
def test_a_second_address_is_tried() -> None:
    """A host whose first address takes no connection is reached by the next."""
    with Site({"/feed": RSS}) as site:

        def resolve(host: str, port: int, **_: object) -> list[Any]:
            return [(10, 1, 6, "", ("::1", port, 0, 0)), (2, 1, 6, "", ("127.0.0.1", port))]

        reach = Reach(allow_private=True, timeout=5, resolve=resolve)
        assert len(found(site.url("/feed", host="two.example"), reach)) == 2


@pytest.mark.loopback
@pytest.mark.parametrize("drip", ["head", "body"])
def test_a_dripping_server_is_cut(drip: str) -> None:
    """The time is for all of it, wherever the server dawdles."""
    with Site({"/a": Page(RSS, drip=drip)}) as site:
        began = time.monotonic()
        item = refused(site.url("/a"), Reach(allow_private=True, timeout=0.5))
    assert time.monotonic() - began < 2
    assert item.temporary
    assert "within 0.5 s" in item.reason


def test_a_name_that_is_not_found_is_temporary() -> None:
    """A look-up that fails is for the next run."""

    def fails(*_: object, **__: object) -> list[Any]:
        raise socket.gaierror(-2, "Name or service not known")

    assert refused("https://nowhere.example/feed", Reach(resolve=fails)).temporary


@pytest.mark.parametrize(
    "url",
    ["http://", "https://[::1", "http://exa mple/", "http://a:99999/", "https://xn--/", "http://\u0000/", "http://a\nb/",
     "https://" + "a" * 70 + ".example/", "http://.../", "https://\ud800/", "http://a/" + "x" * 100_000],
)  # fmt: skip
def test_a_url_that_is_none_is_a_reason(url: str) -> None:
    """Nothing is looked up that cannot be a name, and nothing is a bug."""

    def fails(*_: object, **__: object) -> list[Any]:
        raise socket.gaierror(-2, "Name or service not known")

    assert len(refused(url, Reach(resolve=fails)).reason) < 400


# --- whose addresses are reached -------------------------------------------------------------------------------------

PRIVATE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1", "::", "::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::", "fe80::1",
    "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1", "2001:0:0:0:0:0:80ff:fffe", "fec0::1", "",
    "nonsense",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_of_the_public_internet(address: str) -> None:
    """This machine, its network, reserved ranges, and IPv6 forms that wrap any of them."""
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_a_public_address(address: str) -> None:
    """Also where IPv6 wraps it."""
    assert is_public(address)


@pytest.mark.loopback
@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::ffff:127.0.0.1]", "[::1]"]
)
def test_this_machine_is_not_fetched_from(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However its address is written, no connection is made unless the setting allows it."""
    monkeypatch.undo()  # the guard itself would refuse some of these forms
    with Site({"/feed": RSS}) as site:
        item = refused(site.url("/feed", host=host), Reach(timeout=5))
        assert "private network" in item.reason or "not found" in item.reason or "valid" in item.reason
        assert site.asked == []


@pytest.mark.loopback
def test_a_name_that_leads_to_this_machine_is_refused() -> None:
    """By one of its addresses, or only when asked a second time: the address that was looked at is the one used."""
    asked = []

    def rebinding(host: str, port: int, **_: object) -> list[Any]:
        asked.append(host)
        return [(2, 1, 6, "", ("127.0.0.1" if len(asked) > 1 else "203.0.114.5", port))]

    def mixed(host: str, port: int, **_: object) -> list[Any]:
        return [(2, 1, 6, "", ("8.8.8.8", port)), (2, 1, 6, "", ("127.0.0.1", port))]

    with Site({"/feed": RSS}) as site:
        item = refused(site.url("/feed", host="mixed.example"), Reach(resolve=mixed))
        assert "private network" in item.reason
        with pytest.raises(RuntimeError, match=r"203\.0\.114\.5"):  # the guard of the tests: that is where it went
            read(site.url("/feed", host="rebinding.example"), Reach(resolve=rebinding, timeout=2))
        assert site.asked == []
    assert asked == ["rebinding.example"]


@pytest.mark.loopback
def test_a_redirect_is_looked_at_like_the_first_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """A public server cannot send the reader to this machine, nor get the password meant for another."""
    with Site({"/secret": RSS}) as site:

        def resolve(host: str, port: int, **_: object) -> list[Any]:
            return [(2, 1, 6, "", ("127.0.0.1", port))]

        public = {"one.example"}
        site.pages["/go"] = Page("", 302, {"location": site.url("/secret", host="two.example")})
        monkeypatch.setattr(
            "pipeline.briefs.addresses.check_addresses",
            lambda host, addresses, reach: None if host in public else _refuse(host),
        )
        item = refused(site.url("/go", host="user:pa55@one.example"), Reach(resolve=resolve, timeout=5))
        assert "private" in item.reason
        public.add("two.example")
        assert len(found(site.url("/go", host="user:pa55@one.example"), Reach(resolve=resolve, timeout=5))) == 2
    assert [("authorization" in headers) for _, headers in site.asked] == [True, True, False]


def _refuse(host: str) -> None:
    raise BriefError(f"{host} is private")


def test_a_bomb_within_a_gzip_is_not_unpacked() -> None:
    """A kilobyte that holds a gigabyte costs no gigabyte: measured while it is refused."""
    import tracemalloc

    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    bomb = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(300)) + packer.flush()

    class Response:
        headers = {"content-encoding": "gzip"}  # noqa: RUF012

        def iter_raw(self) -> Any:
            yield bomb

    from pipeline.briefs import fetching

    tracemalloc.start()
    with pytest.raises(BriefError, match="more than"):
        fetching._body(Response(), 100_000)  # type: ignore[arg-type]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000
