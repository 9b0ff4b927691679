"""Feeds fetched every few minutes: only what is new, side by side, through the proxy that the environment names."""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from pipeline import briefs
from pipeline.briefs import Found, Reach, Refused
from pipeline.briefs.feeds import GIVE_UP_AFTER
from pipeline.cli.setup import reach_of
from pipeline.settings import Settings
from tests.fakes import story, told
from tests.server import Server
from tests.test_cli import commentary
from tests.test_feeds import PAGE, RSS
from tests.test_feeds_cli import rss, run
from tests.web import Page, Site


def drafts(folder: Path) -> list[Path]:
    return sorted((folder / "out").glob("*/draft.json"))


# --- only what is new ------------------------------------------------------------------------------------------------


@pytest.mark.loopback
def test_an_unchanged_feed_is_not_sent_again(tmp_path: Path) -> None:
    """The second run asks for what is new, is told that nothing is, and ends as if it had the feed; so does the third
    when a draft was thrown away."""
    page = Page(
        rss(story("One."), story("Two.")), headers={"etag": '"v1"', "last-modified": "Tue, 31 Mar 2026 08:00:00 GMT"}
    )
    with Server(told) as server, Site({"/go": Page("", 302, {"location": "/feed"}), "/feed": page}) as site:
        assert run(tmp_path, server, site.url("/go"))[0] == 0
        code, records, _ = run(tmp_path, server, site.url("/go"))
        assert (code, [r["type"] for r in records]) == (0, ["skipped", "skipped", "summary"])
        (path, headers) = site.asked[-1]
        assert (path, headers["if-none-match"]) == ("/feed", '"v1"')
        assert headers["if-modified-since"] == "Tue, 31 Mar 2026 08:00:00 GMT"
        assert "if-none-match" not in site.asked[-2][1], "the redirect has no version of its own"
        for path in drafts(tmp_path)[0].parent.iterdir():
            path.unlink()
        code, records, _ = run(tmp_path, server, site.url("/go"))
        assert [r["type"] for r in records] == ["skipped", "draft", "summary"]


@pytest.mark.loopback
def test_force_and_dry_run_ask_for_the_whole_feed(tmp_path: Path) -> None:
    """`--force` does not trust what the server says of its versions; `--dry-run` writes nothing."""
    with Server(told) as server, Site({"/feed": Page(RSS, headers={"etag": '"v1"'})}) as site:
        run(tmp_path, server, site.url("/feed"), "--dry-run")
        assert not (tmp_path / "out").exists()
        run(tmp_path, server, site.url("/feed"))
        run(tmp_path, server, site.url("/feed"), "--force")
    assert not [headers for _, headers in site.asked if "if-none-match" in headers]


@pytest.mark.loopback
@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"[" * 100_000 + b"\n"),
        lambda path: path.write_bytes(b'{"sha256": 1}\n'),
        lambda path: path.unlink(),
    ],
    ids=["cut", "empty", "nested", "odd", "gone"],
)
def test_a_damaged_memory_costs_one_answer(tmp_path: Path, damage: Any) -> None:
    """What was remembered is hashed again; when it is not whole the feed is asked for anew."""
    reach = Reach(allow_private=True, memory=tmp_path)
    with Site({"/feed": Page(RSS, headers={"etag": '"v1"'})}) as site:
        for _ in range(2):
            assert len(list(briefs.read([site.url("/feed")], reach=reach))) == 2
            (path,) = tmp_path.iterdir()
            damage(path)
    assert not [headers for _, headers in site.asked if "if-none-match" in headers]


@pytest.mark.loopback
def test_a_feed_without_versions_is_not_remembered(tmp_path: Path) -> None:
    """Also one that has stopped to name them; a name that is no header is none, and no token is in a file's name."""
    reach = Reach(allow_private=True, memory=tmp_path)
    url = "/feed?token=t0psecret"
    with Site({url: Page(RSS, headers={"etag": '"v1"'})}) as site:
        list(briefs.read([site.url(url)], reach=reach))
        (path,) = tmp_path.iterdir()
        assert "t0psecret" not in path.name
        assert b"t0psecret" not in path.read_bytes()
        for headers in ({}, {"etag": "v\xe9"}, {"etag": "v" * 600}):
            site.pages[url] = Page(RSS, headers=headers)
            assert len(list(briefs.read([site.url(url)], reach=reach))) == 2
            assert list(tmp_path.iterdir()) == []


# --- side by side ----------------------------------------------------------------------------------------------------


@pytest.mark.loopback
def test_feeds_are_fetched_side_by_side_and_read_in_order(tmp_path: Path) -> None:
    """Six feeds of half a second take less than two seconds; a slow one is cut by its own time and the others stay."""
    pages = {f"/{n}": Page(rss(f"Text {n}."), after=0.5) for n in range(6)}
    with Site({**pages, "/slow": Page(RSS, after=5)}) as site:
        began = time.monotonic()
        urls = [site.url("/slow"), *map(site.url, pages)]
        items = list(briefs.read(urls, reach=Reach(allow_private=True, timeout=1)))
        assert time.monotonic() - began < 2
    assert isinstance(items[0], Refused)
    assert "within 1 s" in items[0].reason
    assert [item.brief.text for item in items[1:] if isinstance(item, Found)] == [f"Text {n}.\n" for n in range(6)]


def linked(site: Site, count: int) -> str:
    """A feed whose entries link to pages."""
    items = "".join(
        f"<item><guid>{site.url(f'/{n}')}</guid><link>{site.url(f'/{n}')}</link></item>" for n in range(count)
    )
    return f"<rss version='2.0'><channel><title>Wire</title>{items}</channel></rss>"


@pytest.mark.loopback
def test_pages_that_cannot_be_fetched_do_not_hold_up_a_run() -> None:
    """After five in a row the others of that feed are left for the next run, each with its reason."""
    with Site() as site:
        site.pages["/feed"] = linked(site, 30)
        site.pages.update({f"/{n}": Page("", 503) for n in range(30)})
        site.pages["/0"] = Page(PAGE, headers={"content-type": "text/html"})
        items = list(briefs.read([site.url("/feed")], reach=Reach(allow_private=True, article_pages=True)))
        assert isinstance(items[0], Found)
        assert all(isinstance(item, Refused) and item.temporary for item in items[1:])
        tried = [item for item in items[1:] if "answered 503" in item.reason]  # type: ignore[union-attr]
        assert len(tried) == GIVE_UP_AFTER
        assert len(site.asked) < 15


# --- certificates ----------------------------------------------------------------------------------------------------


@pytest.mark.loopback
@pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl to make a certificate")
def test_a_certificate_is_checked_against_the_name(tmp_path: Path) -> None:
    """Though the connection is made to the address that was looked at; one that is not trusted is told, not put off."""
    made = "openssl req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem -days 2 -subj /CN=localhost"
    subprocess.run(
        [*made.split(), "-addext", "subjectAltName=DNS:localhost"], cwd=tmp_path, check=True, capture_output=True
    )
    keys = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    keys.load_cert_chain(tmp_path / "c.pem", tmp_path / "k.pem")
    trusted = {"SSL_CERT_FILE": str(tmp_path / "c.pem"), "COMMENTARY_ALLOW_PRIVATE": "true"}
    with Site({"/feed": RSS}, keys=keys) as site:
        url = site.url("/feed", host="localhost").replace("http:", "https:")
        code, said = fetch(tmp_path, url, **trusted)
        assert (code, said.count("plan ")) == (0, 2), said
        for target, environment in ((url, {}), (url.replace("localhost", "127.0.0.1"), trusted)):
            code, said = fetch(tmp_path, target, **{"COMMENTARY_ALLOW_PRIVATE": "true"} | environment)
            assert (code, "certificate is not valid" in said) == (65, True), said


# --- one id in two feeds ---------------------------------------------------------------------------------------------


@pytest.mark.loopback
def test_two_feeds_that_count_from_one_are_two_origins() -> None:
    """An id of a feed's own is told with the feed's address; one for all the world stands alone."""
    with Site({f"/{n}": rss(f"Text {n}.", ids="{}") for n in "ab"}) as site:
        site.pages["/c"] = rss("Text c.", ids="tag:wire.example,2026:{}")
        site.pages["/d"] = rss("Text d.", ids="https://wire.example/{}")
        items = list(briefs.read([site.url(f"/{n}") for n in "abcd"], reach=Reach(allow_private=True)))
    assert [item.brief.origin for item in items if isinstance(item, Found)] == [
        site.url("/a#1"), site.url("/b#1"), "tag:wire.example,2026:1", "https://wire.example/1"
    ]  # fmt: skip


@pytest.mark.loopback
def test_pages_are_told_apart_by_link_and_older_drafts_are_known(tmp_path: Path) -> None:
    """A draft whose origin is the bare id, as earlier versions wrote it, is not redone; the other feed's entry is."""
    with Server(["unasked"]) as server, Site() as site:
        for name in "ab":
            site.pages[f"/{name}/1"] = Page(
                PAGE.replace("300", f"30{ord(name)}"), headers={"content-type": "text/html"}
            )
            link = f"<link>{site.url(f'/{name}/1')}</link></item>"
            site.pages[f"/{name}"] = rss("", ids="{}").replace("</item>", link)
        reach = reach_of(Settings(allow_private=True, article_pages=True), tmp_path / "out", remember=True)
        (item,) = briefs.read([site.url("/a")], reach=reach)
        assert isinstance(item, Found)
        old = item.brief.model_copy(update={"origin": "1"})
        folder = tmp_path / "out" / f"2026-03-30-draft-{old.id}"
        folder.mkdir(parents=True)
        (folder / "draft.json").write_text(json.dumps({"id": old.id, "brief": old.model_dump(mode="json")}))
        reach = reach_of(Settings(allow_private=True, article_pages=True), tmp_path / "out", remember=True)
        first, second = briefs.read([site.url("/a"), site.url("/b")], reach=reach)
        assert isinstance(first, Refused)
        assert first.skipped
        assert isinstance(second, Found)
        assert server.bodies == []


# --- proxies ---------------------------------------------------------------------------------------------------------


def fetch(cwd: Path, url: str, **environment: str) -> tuple[int, str]:
    """The exit code and the output of a dry run over one feed."""
    result = commentary("run", url, "--dry-run", cwd=cwd, **environment)
    return result.returncode, result.stdout + result.stderr


@pytest.mark.loopback
@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_the_proxy_of_the_environment_is_used(tmp_path: Path, name: str) -> None:
    """It is asked for the name, which is not looked up here, and gets what is to be known of it."""
    with Site({"http://wire.example/feed": RSS}) as proxy:
        code, said = fetch(tmp_path, "http://wire.example/feed", **{name: proxy.url("", host="me:pa55@127.0.0.1")})
        assert (code, said.count("plan ")) == (0, 2), said
        assert proxy.asked[0][1]["proxy-authorization"].startswith("Basic ")
    assert "pa55" not in said


@pytest.mark.loopback
def test_no_proxy_goes_straight_and_is_checked(tmp_path: Path) -> None:
    """A host that NO_PROXY names is reached directly, by the rules for addresses."""
    with Site() as proxy, Site({"/feed": RSS}) as site:
        environment = {"HTTP_PROXY": proxy.url(""), "NO_PROXY": "other.example,127.0.0.1"}
        code, said = fetch(tmp_path, site.url("/feed"), **environment)
        assert (code, "allow_private" in said) == (65, True), said
        code, said = fetch(tmp_path, site.url("/feed"), COMMENTARY_ALLOW_PRIVATE="true", **environment)
        assert (code, len(site.asked)) == (0, 1), said
        assert proxy.asked == []


@pytest.mark.loopback
@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "0x7f000001", "2130706433", "[::1]", "[::ffff:10.0.0.1]", "169.254.169.254", "localhost",
     "LOCALHOST.", "intranet", "printer.local", "metadata.google.internal", "nas.home.arpa"],
)  # fmt: skip
def test_a_proxy_is_not_asked_for_what_is_private_by_its_name(host: str) -> None:
    """Nor by a redirect. What a public name leads to is for the proxy's own rules."""
    with Site({"http://wire.example/go": Page("", 302, {"location": f"http://{host}/feed"})}) as proxy:
        reach = Reach(timeout=5, proxy=lambda url: proxy.url(""))
        for url in (f"http://{host}/feed", "http://wire.example/go"):
            (item,) = briefs.read([url], reach=reach)
            assert isinstance(item, Refused)
            assert "allow_private" in item.reason
        assert [path for path, _ in proxy.asked] == ["http://wire.example/go"]
        allowed = Reach(timeout=5, proxy=reach.proxy, allow_private=True)
        assert "answered 404" in next(iter(briefs.read([f"http://{host}/feed"], reach=allowed))).reason  # type: ignore[union-attr]


@pytest.mark.loopback
@pytest.mark.parametrize(
    ("proxy", "code", "said"),
    [
        ("http://127.0.0.1:9", 75, "cannot be fetched"),
        ("socks9://user:pa55@127.0.0.1:1080", 78, "HTTP_PROXY"),
        ("http://[::1", 78, "HTTP_PROXY"),
        ("127.0.0.1:9", 75, "cannot be fetched"),
    ],
)
def test_a_proxy_that_will_not_do(tmp_path: Path, proxy: str, code: int, said: str) -> None:
    """One that does not answer is for later; one that cannot be is configuration, and its password is not shown."""
    returned, text = fetch(tmp_path, "http://wire.example/feed", HTTP_PROXY=proxy)
    assert (returned, said in text) == (code, True), text
    assert "pa55" not in text
    assert "Traceback" not in text
