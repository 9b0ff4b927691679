"""`commentary run` on feeds: exit codes, drafts, and what a second run does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.fakes import story, told
from tests.server import Answer, Server, refusal
from tests.test_cli import commentary
from tests.test_feeds import RSS
from tests.web import Page, Site


def run(
    cwd: Path, server: Server, *sources: str, allow: str = "true", **environment: str
) -> tuple[int, list[dict[str, object]], str]:
    result = commentary(
        "run", *sources, "--out", "out", "--json", cwd=cwd,
        OPENAI_BASE_URL=server.url.replace("//", "//user:pa55@"), COMMENTARY_ALLOW_PRIVATE=allow,
        COMMENTARY_SOURCE_TIMEOUT="5", **environment,
    )  # fmt: skip
    return result.returncode, [json.loads(line) for line in result.stdout.splitlines()], result.stderr


@pytest.mark.loopback
def test_a_second_run_over_a_feed_changes_nothing(tmp_path: Path) -> None:
    """Entries that were seen are skipped; drafts carry link, day and feed (thin ones here: no model is asked)."""
    with Server(["unasked"]) as server, Site({"/feed": RSS}) as site:
        code, records, said = run(tmp_path, server, site.url("/feed"))
        assert code == 0, said
        assert sorted((r["type"], r["origin"]) for r in records[:2]) == [
            ("thin", site.url("/feed#hw-1")),
            ("thin", site.url("/feed#hw-2")),
        ]
        files = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*.json*")}
        code, records, _ = run(tmp_path, server, site.url("/feed"))
        assert [r["type"] for r in records] == ["skipped", "skipped", "summary"]
        assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*.json*")} == files
        assert server.bodies == []
    assert not [path for path in files if "pa55" in path.read_text(encoding="utf-8")]
    (draft,) = (tmp_path / "out").glob("2026-03-31-*/draft.json")
    brief = json.loads(draft.read_text(encoding="utf-8"))["brief"]
    assert (brief["source_url"], brief["source"]) == ("https://wire.example/1", "Harbor Wire")


@pytest.mark.loopback
def test_a_broken_feed_is_a_reason_and_the_others_go_on(tmp_path: Path) -> None:
    """Gone: 65. Down: 75, for the next run. Both: 75 weighs more. A bad entry beside good ones: 65."""
    with Server(["unasked"]) as server, Site({"/feed": RSS, "/down": Page("", 503)}) as site:
        code, records, _ = run(tmp_path, server, site.url("/gone"), site.url("/feed"))
        assert (code, [r["type"] for r in records]) == (65, ["failed", "thin", "thin", "summary"])
        code, records, _ = run(tmp_path, server, site.url("/down"), site.url("/gone"))
        assert (code, [r["type"] for r in records]) == (75, ["deferred", "failed", "summary"])


@pytest.mark.loopback
def test_this_machine_is_not_read_unless_that_is_set(tmp_path: Path) -> None:
    """One line that names the setting; nothing is asked of the server; the password is in no output."""
    with Server(["unasked"]) as server, Site({"/feed": RSS}) as site:
        url = site.url("/feed?token=t0psecret", host="user:pa55@localhost")
        code, records, said = run(tmp_path, server, url, allow="false")
        assert site.asked == []
    assert code == 65
    assert "allow_private" in str(records[0]["reason"])
    assert "pa55" not in f"{records}{said}"
    assert "t0psecret" not in f"{records}{said}"


def test_a_missing_extra_is_configuration(tmp_path: Path) -> None:
    """Without the packages the line says how to get them."""
    for name in ("feedparser", "httpx", "trafilatura"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('not here')", encoding="utf-8")
    (tmp_path / "wire.xml").write_text(RSS, encoding="utf-8")
    for source in ("wire.xml", "https://wire.example/feed"):
        result = commentary("run", source, cwd=tmp_path, PYTHONPATH=f"{tmp_path}:{ROOT}", OPENAI_API_KEY="x")
        assert result.returncode == 78, result.stderr
        assert "pip install 'news-commentary[feeds" in result.stderr


def rss(*entries: str, ids: str = "hw-{}") -> str:
    """A feed with an entry for each text."""
    items = "".join(
        f"<item><guid isPermaLink='false'>{ids.format(number)}</guid><title>Harbor</title>"
        f"<description>{text}</description></item>"
        for number, text in enumerate(entries, 1)
    )
    return f"<rss version='2.0'><channel><title>Harbor Wire</title>{items}</channel></rss>"


@pytest.mark.loopback
def test_an_entry_that_left_its_feed_before_it_was_done_is_not_lost(tmp_path: Path) -> None:
    """The provider is down while two entries are in the feed; when it is up the feed has neither."""
    answers: dict[str, str | Answer] = {"now": Answer(refusal(None, "down"), status=503)}
    with Server(lambda body: answers.get("now") or told(body)) as server, Site() as site:
        site.pages["/feed"] = rss(story("One."), story("Two."))
        code, records, said = run(tmp_path, server, site.url("/feed"), COMMENTARY_ATTEMPTS="1")
        assert (code, records[-1]["waiting"]) == (75, 2), said
        site.pages["/feed"] = rss(story("Three."), ids="new-{}")
        answers.clear()
        code, records, said = run(tmp_path, server, site.url("/feed"))
        assert code == 0, said
        assert [r["type"] for r in records] == ["draft", "draft", "draft", "summary"]
        assert records[-1]["waiting"] == 0
    assert len(list((tmp_path / "out").glob("*/draft.json"))) == 3
    assert not (tmp_path / "out" / ".waiting.jsonl").exists()
