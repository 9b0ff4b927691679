"""Published files: approved drafts only, every label in every format, feeds that readers take without complaint."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args
from xml.etree import ElementTree

import feedparser  # type: ignore[import-untyped]
import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import export as exporting
from pipeline import review, store
from pipeline.disclosure import COMPOSITE, DISCLAIMER, FEED_NOTICE, GENERATED, NOTICE, label
from pipeline.errors import ConfigurationError, ReviewError
from pipeline.export import BadKey, FormatName, Options
from pipeline.render.markdown import parse_markdown
from pipeline.review import Case
from pipeline.schema import Brief, Draft, Edition, Language, Paragraph, Waiver
from tests.conftest import ROOT
from tests.sample_draft import BRIEF, EN, REPLAYED, RUN, TAGS, THIN, ZH
from tests.sample_draft import DRAFT as LABELLED

DRAFT = LABELLED.model_copy(update={"disclosure": label(BRIEF, EN, ZH, tags=TAGS, producer="")})
"""The sample draft, made without a producer."""
NOW = datetime(2026, 5, 13, 9, 30, tzinfo=UTC)
FORMATS: tuple[FormatName, ...] = get_args(FormatName)
FEEDS: tuple[FormatName, ...] = ("atom", "jsonfeed")
PER_DRAFT: tuple[FormatName, ...] = ("hugo", "json")
REVIEWED: dict[Language, str] = {
    "en": "AI-generated; reviewed by Ann Lee on 2026-05-13.",
    "zh": "AI 生成，已由 Ann Lee 于 2026-05-13 审核。",
}


def options(format: FormatName, **more: Any) -> Options:
    """Options with a producer."""
    return Options(format, producer="Port Press 港报", **more)


def saved(out: Path, draft: Draft = DRAFT, run: Any = RUN) -> Path:
    """A draft in an output folder."""
    return store.save(draft, run, out, today=date(2026, 5, 12))


def approved(out: Path, draft: Draft = DRAFT, run: Any = RUN) -> Case:
    """A draft in an output folder, approved."""
    folder = saved(out, draft, run)
    waivers = [Waiver(finding_id=finding.id, note="known") for finding in draft.report.blocking]
    review.decide(folder, "approved", reviewer="Ann Lee", at=NOW, waivers=waivers)
    return review.look(folder)


def exported(cases: Sequence[Case], to: Path, chosen: Options) -> dict[str, str]:
    """Name and text of the files of an export."""
    found = [article for case in cases for article in exporting.articles(case, chosen)]
    return {path.name: path.read_text(encoding="utf-8") for path in exporting.export(found, to, chosen)}


def front_matter(text: str) -> dict[str, Any]:
    """The front matter of a Markdown file."""
    found: dict[str, Any] = yaml.safe_load(re.split(r"(?m)^---\n", text)[1])
    return found


def written(text: str) -> str:
    """What follows the front matter."""
    return re.split(r"(?m)^---\n", text, maxsplit=2)[2].strip()


class Text(HTMLParser):
    """What a reader sees of HTML, and its elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


# --- what may be published -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
def test_unapproved_drafts_are_refused(tmp_path: Path, format: FormatName) -> None:
    """A draft nobody approved is not exported, but with the option, and then it says so everywhere."""
    case = review.look(saved(tmp_path / "out"))
    with pytest.raises(ReviewError, match="not approved: it is unreviewed"):
        exporting.articles(case, options(format))
    for text in exported([case], tmp_path / "pub", options(format, allow_unreviewed=True)).values():
        assert NOTICE["en"] in text or NOTICE["zh"] in text
        assert "unreviewed" in text
        assert "Ann Lee" not in text


def test_an_edit_after_the_approval_is_refused(tmp_path: Path) -> None:
    """From the moment an edit is saved the approved text is not exported, nor is the edit."""
    case = approved(tmp_path)
    path = case.folder / "en.md"
    path.write_text(path.read_text().replace("change of trade", "change of business"))
    for chosen in (options("json"), options("json", allow_unreviewed=True)):
        with pytest.raises(ReviewError, match="edited, not checked yet"):
            exporting.articles(review.look(case.folder), chosen)
    review.rebuild(case.folder)
    with pytest.raises(ReviewError, match="its text has changed since the approval"):
        exporting.articles(review.look(case.folder), options("json"))


def test_rejected_and_thin_drafts_are_never_exported(tmp_path: Path) -> None:
    """What a reviewer rejected, and what holds no article, is refused with the option too."""
    folder = saved(tmp_path)
    review.decide(folder, "rejected", reviewer="Bo", at=NOW, note="no")
    chosen = options("json", allow_unreviewed=True)
    with pytest.raises(ReviewError, match="Bo rejected it"):
        exporting.articles(review.look(folder), chosen)
    with pytest.raises(ReviewError, match="no article"):
        exporting.articles(review.look(saved(tmp_path, THIN)), chosen)


def test_findings_after_the_approval_are_refused(tmp_path: Path) -> None:
    """A blocking finding that nobody has seen, from a newer checker, holds an approved draft back."""
    case = approved(tmp_path)
    new = DRAFT.report.blocking[0].model_copy(update={"id": "feedfeedfeed"})
    report = DRAFT.report.model_copy(update={"findings": (*DRAFT.report.findings, new)})
    (case.folder / "draft.json").write_text(DRAFT.model_copy(update={"report": report}).model_dump_json())
    with pytest.raises(ReviewError, match="1 blocking finding"):
        exporting.articles(review.look(case.folder), options("json"))


@pytest.mark.parametrize("format", FORMATS)
def test_the_producer_must_be_named(tmp_path: Path, format: FormatName) -> None:
    """Without a producer nothing is exported, and the setting is named."""
    with pytest.raises(ConfigurationError, match=r"producer is not set.*commentary\.toml, COMMENTARY_PRODUCER"):
        exporting.articles(approved(tmp_path), Options(format))


# --- labels ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("run", [RUN, REPLAYED], ids=["served", "recorded"])
@pytest.mark.parametrize("format", FORMATS)
def test_visible_labels_stand_once(tmp_path: Path, format: FormatName, run: Any) -> None:
    """Each text of each format begins with who reviewed it and ends with the disclaimer, each once."""
    case = approved(tmp_path / "out", run=run)
    files = exported([case], tmp_path / "pub", options(format))
    assert len(files) == 2
    for name, text in files.items():
        language: Language = "zh" if ".zh." in name else "en"
        shown = seen(format, text)
        assert shown[0] == REVIEWED[language]
        assert shown[-1] == DISCLAIMER[language]
        whole = "\n".join(shown)
        assert whole.count(REVIEWED[language]) == whole.count(DISCLAIMER[language]) == 1
        assert whole.count("RECORDED REPLIES") == (run is REPLAYED)
        assert NOTICE[language] not in text
        assert "[c1]" not in text


def seen(format: FormatName, text: str) -> list[str]:
    """The paragraphs a reader sees in a file with one article."""
    if format == "hugo":
        return written(text).split("\n\n")
    if format == "json":
        document = json.loads(text)
        assert [document["notice"], document["disclaimer"]] == [document["paragraphs"][0], document["paragraphs"][-1]]
        assert Text(document["html"]).text.split("\n")[:-1] == document["paragraphs"]
        return list(document["paragraphs"])
    html = (
        json.loads(text)["items"][0]["content_html"]
        if format == "jsonfeed"
        else str(feedparser.parse(text).entries[0].content[0].value)
    )
    return Text(html).text.strip().split("\n")


@pytest.mark.parametrize("edited", [False, True], ids=["as made", "edited"])
@pytest.mark.parametrize("format", FORMATS)
def test_labels_for_machines(tmp_path: Path, format: FormatName, edited: bool) -> None:
    """Every file holds the seven AIGC keys, the source type (composite after an edit) and the record of the review."""
    folder = saved(tmp_path / "out")
    if edited:
        review.edit(folder, "en", "title", "A person's title", seen=DRAFT.content_sha256)
    blocking = review.look(folder).draft.report.blocking
    waivers = [Waiver(finding_id=finding.id, note="secret reasons") for finding in blocking]
    review.decide(folder, "approved", reviewer="Ann Lee", at=NOW, waivers=waivers, note="secret note")
    case = review.look(folder)
    for text in exported([case], tmp_path / "pub", options(format)).values():
        said = machine(format, text)
        assert said["AIGC"] == {
            "Label": "1",
            "ContentProducer": "Port Press %E6%B8%AF%E6%8A%A5",
            "ProduceID": f"nc-{DRAFT.id}",
            "ReservedCode1": case.draft.content_sha256,
            "ContentPropagator": "Port Press %E6%B8%AF%E6%8A%A5",
            "PropagateID": f"nc-{DRAFT.id}",
            "ReservedCode2": "",
        }
        assert said["digital_source_type"] == (COMPOSITE if edited else GENERATED)
        assert said["review"] == {
            "status": "approved",
            "reviewer": "Ann Lee",
            "at": NOW.isoformat(),
            "content_sha256": case.draft.content_sha256,
        }
        assert str(said["ai_generated"]).lower() == "true"
        assert said["generated_at"] == RUN.started
        assert said["review_status"] == "approved"
        assert "secret" not in text


def machine(format: FormatName, text: str) -> dict[str, Any]:
    """The labels of a file with one article."""
    if format == "atom":
        entry = ElementTree.fromstring(text).find("{http://www.w3.org/2005/Atom}entry")
        assert entry is not None
        ours = {e.tag.partition("}")[2]: e.text or "" for e in entry if "news-commentary" in e.tag}
        return ours | {"AIGC": json.loads(ours["AIGC"]), "review": json.loads(ours["review"])}
    found: dict[str, Any] = (
        front_matter(text)["params"]
        if format == "hugo"
        else json.loads(text)["params"]
        if format == "json"
        else json.loads(text)["items"][0]["_news_commentary"]
    )
    assert json.loads(found["aigc_json"]) == found["AIGC"]
    return found


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_again(tmp_path: Path, format: FormatName) -> None:
    """An export run again gives the same bytes."""
    case = approved(tmp_path / "out")
    assert exported([case], tmp_path / "a", options(format)) == exported([case], tmp_path / "b", options(format))


# --- Hugo and JSON ---------------------------------------------------------------------------------------------------


def test_hugo(tmp_path: Path) -> None:
    """Hugo's own words at the top, ours under params, both languages tied, dates with offset, no markers."""
    case = approved(tmp_path / "out")
    files = exported([case], tmp_path / "pub", options("hugo"))
    assert set(files) == {f"{case.folder.name}.en.md", f"{case.folder.name}.zh.md"}
    for name, text in files.items():
        front = front_matter(text)
        assert set(front) == {
            "title", "date", "lastmod", "draft", "description", "tags", "translationKey", "params",
        }  # fmt: skip
        assert front["translationKey"] == DRAFT.id
        assert front["draft"] is False
        assert front["date"] == "2026-05-13T09:30:00+00:00"
        assert front["title"] == (ZH if ".zh." in name else EN).title
        assert front["tags"] == (["数据中心", "能源", "欧盟"] if ".zh." in name else ["Data center", "Energy", "EU"])
    assert written(files[f"{case.folder.name}.en.md"]).split("\n\n")[1:-1] == [p.text for p in EN.body]


HUGO = shutil.which("hugo")
PAGE = """{{ .Title }}|{{ .Params.ai_generated }}|{{ .Params.review_status }}|{{ .Params.aigc_json }}|\
{{ range .Translations }}{{ .Language.Lang }}{{ end }}|{{ .Date.Unix }}|{{ .Plain }}"""


@pytest.mark.slow
@pytest.mark.skipif(HUGO is None, reason="no Hugo: its reading was not tried. Install it: apt-get install hugo")
def test_hugo_itself_reads_it(tmp_path: Path) -> None:
    """Hugo builds both languages tied to each other, shows text as text, finds the labels, and leaves drafts out."""
    hostile = "{{< evil >}} {{% x %}} {{ 7 }} <script>1</script> a: b"
    edition = EN.model_copy(update={"title": f'{hostile} "c"', "body": (Paragraph(text=hostile),)})
    case = approved(tmp_path / "out", DRAFT.model_copy(update={"en": edition}))
    waiting = Brief(text=BRIEF.text + " More.", title="Later")
    saved(tmp_path / "out", DRAFT.model_copy(update={"id": waiting.id, "brief": waiting}))
    cases = [one for one in review.cases(tmp_path / "out") if isinstance(one, Case)]
    site = tmp_path / "site"
    exported(cases, site / "content", options("hugo", keys={"params": ""}, allow_unreviewed=True))
    (site / "config.toml").write_text("defaultContentLanguageInSubdir = true\n[languages.en]\n[languages.zh]\n")
    (site / "layouts" / "_default").mkdir(parents=True)
    (site / "layouts" / "_default" / "single.html").write_text(PAGE)
    subprocess.run([str(HUGO), "--quiet"], cwd=site, check=True, timeout=60, capture_output=True)
    assert not list((site / "public").rglob(f"*{waiting.id}*"))
    for language, other in (("en", "zh"), ("zh", "en")):
        text = html.unescape((site / "public" / language / case.folder.name / "index.html").read_text())
        title, generated, status, aigc, translations, at, plain = text.split("|")
        assert (generated, status, translations, at) == ("true", "approved", other, str(int(NOW.timestamp())))
        assert json.loads(aigc)["ProduceID"] == f"nc-{DRAFT.id}"
        shown = [html.unescape(line) for line in plain.split("\n") if line]
        assert (shown[0], shown[-1]) == (REVIEWED[language], DISCLAIMER[language])
        if language == "en":
            assert (title, shown[1]) == (f'{hostile} "c"', hostile)


@pytest.mark.parametrize("format", PER_DRAFT)
def test_fields_are_renamed(tmp_path: Path, format: FormatName) -> None:
    """Names for another site generator: fields renamed, params lifted to the top; labels keep theirs."""
    chosen = options(format, keys={"description": "summary", "translationKey": "ref", "source": "origin", "params": ""})
    for text in exported([approved(tmp_path / "out")], tmp_path / "pub", chosen).values():
        front = front_matter(text) if format == "hugo" else json.loads(text)
        assert (front["ref"], front["origin"], front["ai_generated"]) == (DRAFT.id, "Port Wire", True)
        assert front["AIGC"]["Label"] == "1"
        assert not {"description", "translationKey", "source", "params"} & set(front)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"AIGC": "x"}, "is a label"),
        ({"ai_generated": ""}, "is a label"),
        ({"review": "x"}, "is a label"),
        ({"review_status": "x"}, "is a label"),
        ({"nothing": "x"}, "there is no field nothing"),
        ({"title": ""}, "name it with letters"),
        ({"title": "a: b\n"}, "name it with letters"),
        ({"title": "date"}, "two fields"),
        ({"title": "AIGC", "params": ""}, "is taken"),
        ({"title": "html"}, "is taken"),
        ({"source": "title", "params": ""}, "two fields"),
        ({"source": "models"}, "two fields"),
    ],
)
def test_names_that_are_refused(tmp_path: Path, keys: dict[str, str], message: str) -> None:
    """No renaming hides a label or loses a field."""
    with pytest.raises(BadKey, match=message):
        exported([approved(tmp_path / "out")], tmp_path / "pub", options("json", keys=keys))


# --- feeds -----------------------------------------------------------------------------------------------------------


def two(tmp_path: Path) -> list[Case]:
    """Two approved drafts; the second was approved again later."""
    brief = Brief(text=BRIEF.text + " More.", title="Later")
    other = DRAFT.model_copy(update={"id": brief.id, "brief": brief, "disclosure": DRAFT.disclosure.model_copy(
        update={"AIGC": DRAFT.disclosure.AIGC.model_copy(update={"ProduceID": f"nc-{brief.id}"})})})  # fmt: skip
    cases = [approved(tmp_path / "out"), approved(tmp_path / "out", other)]
    review.decide(cases[1].folder, "reopened", reviewer="Bo", at=NOW + timedelta(hours=1))
    review.decide(cases[1].folder, "approved", reviewer="Cy", at=NOW + timedelta(hours=2))
    return [cases[0], review.look(cases[1].folder)]


@pytest.mark.parametrize("url", ["", "https://example.org/feeds/"])
def test_atom(tmp_path: Path, url: str) -> None:
    """feedparser has nothing to complain of; what RFC 4287 requires is there, newest first."""
    files = exported(two(tmp_path), tmp_path / "pub", options("atom", url=url))
    assert set(files) == {"feed.en.atom", "feed.zh.atom"}
    ids = set()
    for name, text in files.items():
        feed = feedparser.parse(text.encode())
        assert not feed.bozo, feed.get("bozo_exception")
        assert feed.version == "atom10"
        assert feed.feed.id.startswith("urn:uuid:")
        assert feed.feed.title
        assert feed.feed.updated == "2026-05-13T11:30:00+00:00"
        assert feed.feed.author == "Port Press 港报"
        own = [f"https://example.org/feeds/{name}"] if url else []
        assert [link.href for link in feed.feed.get("links", [])] == own
        assert [entry.updated for entry in feed.entries] == ["2026-05-13T11:30:00+00:00", "2026-05-13T09:30:00+00:00"]
        assert [entry.published for entry in feed.entries] == ["2026-05-13T09:30:00+00:00"] * 2
        assert [entry.contributors[0].name for entry in feed.entries] == ["Cy", "Ann Lee"]
        for entry in feed.entries:
            assert entry.title
            assert entry.content[0].type == "text/html"
            assert entry.content[0].language == ("zh-Hans" if ".zh." in name else "en")
            assert GENERATED.rpartition("/")[2] in [tag.term for tag in entry.tags]
            ids.add(entry.id)
    assert len(ids) == 4
    conforms(files["feed.en.atom"])


def conforms(text: str) -> None:
    """What RFC 4287 says must, may once, and may not be there, for the elements that are used here."""
    atom = "{http://www.w3.org/2005/Atom}"
    root = ElementTree.fromstring(text)
    assert root.tag == f"{atom}feed"
    for node in (root, *root.findall(f"{atom}entry")):
        names = [child.tag.removeprefix(atom) for child in node]
        for required in ("id", "title", "updated"):
            assert names.count(required) == 1
        for once in ("generator", "published", "content", "rights", "subtitle", "summary"):
            assert names.count(once) <= 1
        for person in (*node.findall(f"{atom}author"), *node.findall(f"{atom}contributor")):
            assert [child.tag for child in person] == [f"{atom}name"]
        for moment in (*node.findall(f"{atom}updated"), *node.findall(f"{atom}published")):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", moment.text or "")
        for link in node.findall(f"{atom}link"):
            assert link.get("href")
        for category in node.findall(f"{atom}category"):
            assert category.get("term")
    assert root.find(f"{atom}author") is not None
    entries = root.findall(f"{atom}entry")
    assert all(entry.find(f"{atom}content") is not None for entry in entries)
    assert len({entry.findtext(f"{atom}id") for entry in entries}) == len(entries)


JSON_FEED = json.loads((ROOT / "fixtures" / "jsonfeed-1.1.schema.json").read_text())
"""JSON Feed 1.1 as its specification words it: what must be there, of which type; extensions are objects under `_`."""


@pytest.mark.parametrize("url", ["", "https://example.org/feeds"])
def test_json_feed(tmp_path: Path, url: str) -> None:
    """The feeds are valid by the specification, newest first, with ids that are unique and their own."""
    files = exported(two(tmp_path), tmp_path / "pub", options("jsonfeed", url=url))
    assert set(files) == {"feed.en.json", "feed.zh.json"}
    jsonschema.Draft202012Validator.check_schema(JSON_FEED)
    ids = set()
    for name, text in files.items():
        feed = json.loads(text)
        jsonschema.validate(feed, JSON_FEED)
        assert feed.get("feed_url") == (f"https://example.org/feeds/{name}" if url else None)
        assert feed["language"] == ("zh-Hans" if ".zh." in name else "en")
        modified = [item["date_modified"] for item in feed["items"]]
        assert modified == ["2026-05-13T11:30:00+00:00", "2026-05-13T09:30:00+00:00"]
        ids |= {item["id"] for item in feed["items"]}
    assert len(ids) == 4


@pytest.mark.parametrize("format", FEEDS)
def test_a_feed_of_nothing(tmp_path: Path, format: FormatName) -> None:
    """A feed without articles is valid, says since when, and what it holds when it holds something."""
    for name, text in exported([], tmp_path / "pub", options(format, decided=NOW)).items():
        language: Language = "zh" if ".zh." in name else "en"
        assert FEED_NOTICE[language] in text
        if format == "jsonfeed":
            jsonschema.validate(json.loads(text), JSON_FEED)
            assert json.loads(text)["items"] == []
        else:
            conforms(text)
            feed = feedparser.parse(text.encode())
            assert (feed.bozo, feed.entries, feed.feed.updated) == (False, [], NOW.isoformat())


def test_feeds_name_their_site(tmp_path: Path) -> None:
    """Where a site is named, the feeds lead to it."""
    home = "https://example.org/?a=1&b=\u4e2d"
    case = approved(tmp_path / "out")
    feed = json.loads(exported([case], tmp_path / "pub", options("jsonfeed", home=home))["feed.en.json"])
    jsonschema.validate(feed, JSON_FEED)
    assert feed["home_page_url"] == home
    text = exported([case], tmp_path / "pub", options("atom", home=home))["feed.zh.atom"]
    conforms(text)
    links = feedparser.parse(text.encode()).feed.links
    assert [(link.rel, link.href) for link in links] == [("alternate", home)]


def test_items_lead_to_the_site(tmp_path: Path) -> None:
    """With the pattern of a site's addresses each item leads to its page there."""
    case = approved(tmp_path / "out")
    link = "https://example.org/{language}/{name}/?id={id}"
    there = f"https://example.org/zh/{case.folder.name}/?id={DRAFT.id}"
    feed = json.loads(exported([case], tmp_path / "pub", options("jsonfeed", link=link))["feed.zh.json"])
    jsonschema.validate(feed, JSON_FEED)
    assert [item["url"] for item in feed["items"]] == [there]
    text = exported([case], tmp_path / "pub", options("atom", link=link))["feed.zh.atom"]
    conforms(text)
    assert feedparser.parse(text.encode()).entries[0].link == there


@pytest.mark.parametrize(
    "link", ["https://example.org/{slug}/", "https://example.org/{}/", "https://example.org/{name"]
)
def test_only_what_is_known_is_filled_in(tmp_path: Path, link: str) -> None:
    """A pattern with another name in braces is a wrong line, not an address of the feed."""
    approved(tmp_path / "out")
    done = command("export", "out", "--to", "pub", "--format", "atom", "--link", link, cwd=tmp_path)
    assert done.returncode == 2
    assert f"--link {link}: only {{name}}, {{id}} and {{language}} can be filled in" in done.stderr


def test_ids_stay(tmp_path: Path) -> None:
    """A draft that was edited and approved again is the same item, updated."""
    case = approved(tmp_path / "out")
    before = json.loads(exported([case], tmp_path / "a", options("jsonfeed"))["feed.en.json"])["items"][0]
    review.edit(case.folder, "en", "lead", EN.lead + " More.", seen=DRAFT.content_sha256)
    blocking = [Waiver(finding_id=f.id, note="known") for f in review.look(case.folder).blocking]
    review.decide(case.folder, "approved", reviewer="Bo", at=NOW + timedelta(days=1), waivers=blocking)
    after = json.loads(exported([review.look(case.folder)], tmp_path / "b", options("jsonfeed"))["feed.en.json"])
    item = after["items"][0]
    assert (item["id"], item["date_published"]) == (before["id"], before["date_published"])
    assert item["date_modified"] > before["date_modified"]


def test_older_drafts_of_a_source_are_left_out(tmp_path: Path) -> None:
    """Of two approved drafts of one source the newer is published with the folder."""
    old, new = (Brief(text=BRIEF.text + more, title=BRIEF.title, origin="a.txt") for more in ("", " More."))
    cases = [
        approved(tmp_path, DRAFT.model_copy(update={"id": brief.id, "brief": brief}),
                 RUN.model_copy(update={"started": f"2027-01-0{day}T00:00:00+00:00"}))
        for day, brief in ((1, old), (2, new))
    ]  # fmt: skip
    assert [case.draft.id for case in exporting.newest(cases)] == [new.id]
    assert exporting.newest(cases[:1]) == cases[:1]


# --- hostile text ----------------------------------------------------------------------------------------------------

HOSTILE = st.lists(
    st.sampled_from(
        ["<script>alert(1)</script>", "]]>", "&", "{{< evil >}}", "{{% x %}}", "---", "\x00", "\x0b", "\ufffe",
         "\uffff", "\u202e", "\u2028", "# ", "[c1]", '"', "'", ": ", "\U0001f600", "e\u0301", "![x](javascript:1)",
         "*", "\\"]
    )
    | st.text(max_size=5).filter(lambda text: not re.search("[\ud800-\udfff]", text)),
    min_size=1,
    max_size=8,
).map(lambda parts: "x" + " ".join("".join(parts).split()))  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HOSTILE, HOSTILE, HOSTILE)
def test_hostile_text_stays_text(tmp_path: Path, title: str, lead: str, body: str) -> None:
    """Whatever a text holds, each format can be read, shows text only, and its labels stay."""
    edition = Edition(language="en", title=title, lead=lead, body=(Paragraph(text=body),))
    draft = DRAFT.model_copy(update={"en": edition})
    case = Case(tmp_path / "draft", draft, RUN, None, None, ())
    for format in FORMATS:
        files = exported([case], tmp_path / "pub", options(format, allow_unreviewed=True))
        text = next(text for name, text in files.items() if ".en." in name)
        if format == "hugo":
            assert front_matter(text)["title"] == title
            assert not re.search(r"\{\{[<%]", written(text))
            assert parse_markdown(text, "en").edition.body[0].text == body
        elif format == "json":
            document = json.loads(text)
            assert document["title"] == title
            assert set(Text(document["html"]).elements) == {"p"}
        elif format == "jsonfeed":
            feed = json.loads(text)
            jsonschema.validate(feed, JSON_FEED)
            assert set(Text(feed["items"][0]["content_html"]).elements) == {"p"}
        else:
            conforms(text)
            content = ElementTree.fromstring(text).findtext(".//{http://www.w3.org/2005/Atom}content")
            assert set(Text(content or "").elements) == {"p"}
        assert NOTICE["en"] in text
        assert DISCLAIMER["en"] in text


# --- the command -----------------------------------------------------------------------------------------------------


def command(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """`commentary` in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *arguments],
        cwd=cwd, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_a_whole_folder(tmp_path: Path) -> None:
    """Of an output folder the approved drafts are exported and the others counted; none approved is no error."""
    saved(tmp_path / "out", THIN)
    folder = saved(tmp_path / "out")
    nothing = command("export", "out", "--to", "pub", "--producer", "Port Press", cwd=tmp_path)
    assert (nothing.returncode, nothing.stderr) == (0, "")
    assert "no draft is approved" in nothing.stdout
    assert not (tmp_path / "pub").exists()
    waivers = [Waiver(finding_id=finding.id, note="known") for finding in DRAFT.report.blocking]
    review.decide(folder, "approved", reviewer="Ann", at=NOW, waivers=waivers)
    done = command("export", "out", "--to", "pub", "--producer", "Port Press", cwd=tmp_path)
    assert done.returncode == 0
    names = [f"pub/{folder.name}.{language}.md" for language in ("en", "zh")]
    assert done.stdout.splitlines() == [
        *names, "1 of 2 drafts left out: not approved, or a newer one is exported",
    ]  # fmt: skip
    assert sorted(str(path.relative_to(tmp_path)) for path in (tmp_path / "pub").iterdir()) == names


@pytest.mark.parametrize("format", FORMATS)
def test_files_that_are_right_are_left_alone(tmp_path: Path, format: FormatName) -> None:
    """An export run again touches no file, so nothing is built or copied anew; a changed article alone is written."""
    case = approved(tmp_path / "out")
    chosen = options(format)
    exported([case], tmp_path / "pub", chosen)
    before = {path.name: path.stat() for path in (tmp_path / "pub").iterdir()}
    exported([case], tmp_path / "pub", chosen)
    assert {path.name: path.stat() for path in (tmp_path / "pub").iterdir()} == before
    review.decide(case.folder, "reopened", reviewer="Bo", at=NOW)
    review.decide(case.folder, "approved", reviewer="Bo", at=NOW + timedelta(days=1))
    exported([review.look(case.folder)], tmp_path / "pub", chosen)
    assert all(path.stat().st_ino != before[path.name].st_ino for path in (tmp_path / "pub").iterdir())


@pytest.mark.parametrize("format", FORMATS)
def test_a_withdrawn_article(tmp_path: Path, format: FormatName) -> None:
    """An article that was exported and rejected since leaves the feeds; a file of its own stays and is named."""
    folder = approved(tmp_path / "out").folder
    line = ("export", "out", "--to", "pub", "--format", format, "--producer", "Port Press")
    files = command(*line, cwd=tmp_path).stdout.split()
    review.decide(folder, "reopened", reviewer="Bo", at=NOW)
    review.decide(folder, "rejected", reviewer="Bo", at=NOW + timedelta(hours=3), note="A mistake.")
    done = command(*line, "--quiet", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    for file in files:
        text = (tmp_path / file).read_text()
        if format in FEEDS:
            assert EN.title not in text
            assert ZH.title not in text
        else:
            assert (
                f"{file}: is of an earlier export and still there. Remove it: {folder.name}: Bo rejected" in done.stderr
            )
    if format == "atom":
        assert "2026-05-13T12:30:00+00:00" in (tmp_path / "pub" / "feed.en.atom").read_text()
    refused = command(*line[:-2], cwd=tmp_path)
    assert ("producer is not set" in refused.stderr) == (format in FEEDS)


def test_a_draft_is_published_once(tmp_path: Path) -> None:
    """Named twice it is one; in two folders it is not guessed which."""
    folder = approved(tmp_path / "out").folder
    line = ("--to", "pub", "--format", "jsonfeed", "--producer", "Port Press")
    assert command("export", folder.name, DRAFT.id, "out", "out", *line, cwd=tmp_path).returncode == 0
    assert len(json.loads((tmp_path / "pub" / "feed.en.json").read_text())["items"]) == 1
    shutil.copytree(tmp_path / "out", tmp_path / "copy")
    twice = command("export", "out", "copy", *line, cwd=tmp_path)
    assert twice.returncode == 2
    assert f"draft {DRAFT.id} is in" in twice.stderr


@pytest.mark.parametrize("option", ["--url", "--home", "--link"])
def test_addresses_are_addresses(tmp_path: Path, option: str) -> None:
    """What is no web address goes into no feed."""
    approved(tmp_path / "out")
    line = ("export", "out", "--to", "pub", "--format", "atom", "--producer", "x", option)
    done = command(*line, "javascript:alert(1)", cwd=tmp_path)
    assert done.returncode == 2
    assert f"{option} javascript:alert(1): give an address" in done.stderr
    assert not (tmp_path / "pub").exists()


def test_named_drafts(tmp_path: Path) -> None:
    """A draft that is named and refused is said with exit code 65; the others are written; the setting is heard."""
    folder = approved(tmp_path / "out").folder
    saved(tmp_path / "out", THIN)
    (tmp_path / "commentary.toml").write_text('producer = "Desk"\n')
    done = command("export", folder.name, THIN.id, "--to", "pub", "--format", "jsonfeed", cwd=tmp_path)
    assert done.returncode == 65
    assert done.stdout.splitlines() == ["pub/feed.en.json", "pub/feed.zh.json"]
    assert "there is no article" in done.stderr
    feed = json.loads((tmp_path / "pub" / "feed.en.json").read_text())
    assert feed["authors"] == [{"name": "Desk"}]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nothing", "--to", "pub", "--producer", "x"], 2, "no such draft"),
        (["out", "--to", "pub"], 78, "COMMENTARY_PRODUCER"),
        (["out", "--to", "pub", "--producer", "x", "--key", "AIGC=y"], 2, "is a label"),
        (["out", "--to", "pub", "--producer", "x", "--key", "title"], 2, "OLD=NEW"),
        (["out", "--to", "pub", "--producer", "x", "--key", "title=a", "--format", "atom"], 2, "hugo and json"),
        (["out", "--to", "taken", "--producer", "x"], 74, "cannot write"),
    ],
)
def test_what_cannot_be_exported(tmp_path: Path, arguments: list[str], code: int, said: str) -> None:
    """What is wrong is said in one line, with the exit code of its kind."""
    approved(tmp_path / "out")
    (tmp_path / "taken").write_text("a file")
    done = command("export", *arguments, cwd=tmp_path)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "pub").exists()
