"""The printers: Markdown that comes back as it was, pages that request nothing and escape everything."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.checker.hygiene_reasons import REASONS as HYGIENE
from pipeline.checker.reasons import REASONS
from pipeline.disclosure import DISCLAIMER, NOTICE, RECORDED
from pipeline.errors import BriefError
from pipeline.render import Server, index_html, index_row, marks, strip, to_html, to_json, to_markdown
from pipeline.render.changes import difference
from pipeline.render.html import visible
from pipeline.render.markdown import parse_markdown
from pipeline.render.names import CODES
from pipeline.render.quotes import Source
from pipeline.schema import (
    LANGUAGES,
    Brief,
    Citation,
    Decision,
    Draft,
    DroppedClaim,
    Edition,
    Evidence,
    Finding,
    Language,
    Paragraph,
    Report,
    Score,
    Scores,
    Term,
    Waiver,
)
from pipeline.tags import TAGS as VOCABULARY
from pipeline.text import sentence_spans
from tests.sample_draft import BRIEF, DRAFT, EN, REPLAYED, RUN, TAGS, THIN, ZH, finding

APPROVED = Decision(
    status="approved", reviewer="the night desk", at="2026-05-13T08:00:00+02:00", content_sha256=DRAFT.content_sha256
)
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{7*7}}{% raw %}\u202eabc\x00</script>]]>--><!--'

# --- reading pages ---------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What a browser would make of a page: elements, ids, links, and the text a reader sees."""

    VOID = frozenset({"meta", "br", "img", "link", "input"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.visible = ""
        self.data: dict[str, str] = {}
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def element(self) -> str:
        """The innermost open element; a script with its type."""
        if self.open[-1:] != ["script"]:
            return "".join(self.open[-1:])
        return " ".join(["script", self.elements[-1][1].get("type") or ""]).strip()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, "elements must nest"

    def handle_data(self, data: str) -> None:
        self.data[self.element()] = self.data.get(self.element(), "") + data
        if not {"style", "script", "title"} & set(self.open):
            self.visible += data

    def all(self, name: str) -> list[str]:
        """Every value of an attribute."""
        return [str(attrs[name]) for _, attrs in self.elements if name in attrs]


def occurrences(text: str, part: str) -> int:
    return " ".join(text.split()).count(part)


PAGES = {
    "draft": to_html(DRAFT, run=RUN),
    "thin": to_html(THIN, run=RUN),
    "index": index_html([index_row(DRAFT, "2026-05-12-harbor"), index_row(THIN, "2026-05-12-thin")]),
    "empty index": index_html([]),
}
EVERY_PAGE = pytest.mark.parametrize("html", PAGES.values(), ids=PAGES.keys())

# --- the labels ------------------------------------------------------------------------------------------------------


@EVERY_PAGE
def test_pages_show_each_label_once(html: str) -> None:
    """A page shows the notice first and the disclaimer last, in both languages, each once."""
    visible = " ".join(Page(html).visible.split())
    assert visible.startswith(f"{NOTICE['en']} {NOTICE['zh']}")
    assert visible.endswith(f"{DISCLAIMER['en']} {DISCLAIMER['zh']}")
    for text in (*NOTICE.values(), *DISCLAIMER.values()):
        assert html.count(text) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_markdown_shows_each_label_once(language: Language) -> None:
    """A Markdown file has its own language's notice as first line and disclaimer as last, and no other label."""
    text = to_markdown(DRAFT, language, run=RUN)
    body = text.split("\n---\n\n", 1)[1]
    assert body.startswith(NOTICE[language] + "\n\n")
    assert body.endswith("\n\n" + DISCLAIMER[language] + "\n")
    other = {"en": "zh", "zh": "en"}[language]
    assert text.count(NOTICE[language]) == text.count(DISCLAIMER[language]) == 1
    assert NOTICE[other] not in text
    assert "RECORDED" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_recorded_replies_are_said(language: Language) -> None:
    """A draft made from recordings says so in Markdown and on the page."""
    assert to_markdown(DRAFT, language, run=REPLAYED).count(RECORDED[language]) == 1
    assert RECORDED[language] in Page(to_html(DRAFT, run=REPLAYED)).visible
    assert RECORDED[language] not in PAGES["draft"]


def test_approval_changes_the_notice() -> None:
    """After an approval every output names the reviewer and the day instead of saying that nobody looked."""
    said = "AI-generated; reviewed by the night desk on 2026-05-13."
    outputs = [
        to_markdown(DRAFT, "en", decision=APPROVED),
        to_html(DRAFT, decision=APPROVED),
        index_html([index_row(DRAFT, "folder", APPROVED)]),
    ]
    for output in outputs:
        assert output.count(said) == 1
        assert NOTICE["en"] not in output
    assert "review_status: approved" in outputs[0]


def test_void_approval_is_shown_as_such() -> None:
    """An approval of other content leaves the notice as it was, and the page says that it is void."""
    void = APPROVED.model_copy(update={"content_sha256": "0" * 64})
    assert NOTICE["en"] in to_html(DRAFT, decision=void)
    assert "Changed since its approval" in to_html(DRAFT, decision=void)
    assert "review_status: void" in to_markdown(DRAFT, "en", decision=void)


def test_front_matter() -> None:
    """The front matter holds title, lead, tag names, the machine-readable labels, and how the text was made."""
    front = yaml.safe_load(to_markdown(DRAFT, "zh", run=RUN).split("---\n")[1])
    assert front == {
        "title": ZH.title,
        "lead": ZH.lead,
        "tags": ["数据中心", "能源", "欧盟"],
        "ai_generated": True,
        "AIGC": DRAFT.disclosure.AIGC.model_dump(),
        "digital_source_type": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
        "models": ["sample-model"],
        "prompt_versions": {"extract": "1", "write": "2"},
        "review_status": "unreviewed",
        "draft_id": DRAFT.id,
    }
    assert "models" not in yaml.safe_load(to_markdown(DRAFT, "zh").split("---\n")[1])


def test_page_labels_for_machines() -> None:
    """The page carries the AIGC object and schema.org's description of both editions."""
    page = Page(PAGES["draft"])
    label = next(attrs["content"] for tag, attrs in page.elements if attrs.get("name") == "AIGC")
    assert json.loads(str(label)) == DRAFT.disclosure.AIGC.model_dump()
    english, chinese = json.loads(page.data["script application/ld+json"])["@graph"]
    assert english["@type"] == chinese["@type"] == "AnalysisNewsArticle"
    assert (english["inLanguage"], chinese["inLanguage"]) == ("en", "zh-Hans")
    assert english["digitalSourceType"] == "https://schema.org/TrainedAlgorithmicMediaDigitalSource"
    assert english["isBasedOn"]["url"] == BRIEF.source_url
    assert english["author"]["@type"] == "SoftwareApplication"
    assert chinese["translationOfWork"] == {"@id": english["@id"]}
    assert "contributor" not in english
    approved = json.loads(Page(to_html(DRAFT, decision=APPROVED)).data["script application/ld+json"])["@graph"][0]
    assert approved["contributor"] == {"@type": "Person", "name": "the night desk"}


# --- Markdown there and back -----------------------------------------------------------------------------------------

TRICKY = st.sampled_from(
    ["#", "1.", "2)", "---", "- ", "> ", "[c3]", "[~c2]", " [c1, c2]", "【c4】", "［c1］", "\\", "\\[c3]", "*",
     "_", "`", "<b>", "&amp;", "&#12304;", "{{7}}", "~~", "|", ". ", "。", "! ", "？", "350亿", "3.5", "\xa0",
     "\u3000", "\x85", "\u2028", "\x00", "\u202e", "'", '"', ": ", " #", "%", "null", "2026-05-12", "é",
     "\u200d", "A.", "C3", "\ufeff"]
)  # fmt: skip
TEXT = st.lists(TRICKY | st.text(max_size=6), max_size=12).map(
    lambda parts: re.sub(r"[ \t\r\n]+", " ", "".join(parts)).strip()
)
TEXTS = TEXT.filter(lambda text: bool(text) and not re.search(r"[\ud800-\udfff]", text))


@st.composite
def paragraphs(draw: st.DrawFn) -> Paragraph:
    """A paragraph as the flow makes it: one citation a sentence."""
    text = draw(TEXTS)
    citations = []
    for start, end in sentence_spans(text):
        claims = draw(st.lists(st.sampled_from(["c1", "c2", "c17"]), unique=True, max_size=2))
        stance = draw(st.sampled_from(["fact", "inference"])) if claims else "opinion"
        citations.append(Citation.model_validate({"start": start, "end": end, "claims": claims, "stance": stance}))
    return Paragraph(text=text, citations=tuple(citations))


@st.composite
def editions(draw: st.DrawFn) -> Edition:
    """An edition of any text."""
    body = draw(st.lists(paragraphs(), max_size=4))
    return Edition(language="en", title=draw(TEXTS), lead=draw(TEXTS), body=tuple(body))


@settings(max_examples=300, deadline=None)
@given(editions(), st.booleans())
def test_edition_round_trip(edition: Edition, replayed: bool) -> None:
    """Whatever a text holds, what is printed is parsed as it was; and printed again it is the same file."""
    draft = DRAFT.model_copy(update={"en": edition})
    printed = to_markdown(draft, "en", run=REPLAYED if replayed else RUN)
    parsed = parse_markdown(printed, "en")
    assert parsed.edition == edition
    assert parsed.tags == TAGS
    again = draft.model_copy(update={"en": parsed.edition})
    assert to_markdown(again, "en", run=REPLAYED if replayed else RUN) == printed


@settings(max_examples=200, deadline=None)
@given(editions())
def test_positions_point_at_the_character(edition: Edition) -> None:
    """Line and column of a plain character of any field are where the file has it."""
    parsed = parse_markdown(to_markdown(DRAFT.model_copy(update={"en": edition}), "en"), "en")
    lines = parsed.source.split("\n")
    for field, text in parsed.edition.fields():
        for offset, character in enumerate(text):
            if character.isalnum() and character.isascii():
                line, column = parsed.position(field, offset)
                assert lines[line - 1][column - 1] == character


@pytest.mark.parametrize("edition", [EN, ZH], ids=LANGUAGES)
def test_sample_round_trip(edition: Edition) -> None:
    """Both editions of a draft come back from their files, with tag ids."""
    parsed = parse_markdown(to_markdown(DRAFT, edition.language, run=REPLAYED), edition.language)
    assert (parsed.edition, parsed.tags) == (edition, TAGS)


def test_every_tag_comes_back() -> None:
    """The printed name of each tag is read as that tag, in both languages."""
    ids = tuple(tag.id for tag in VOCABULARY)
    draft = DRAFT.model_copy(update={"tags": ids})
    assert all(parse_markdown(to_markdown(draft, language), language).tags == ids for language in LANGUAGES)


def test_risky_text_is_escaped() -> None:
    """Text that Markdown would take for structure is escaped where it is at risk, and only there."""
    texts = ("# A", "1. B", "--- C", "The mark [c3] D", "R&D at 5 * 3 <b>", "3.5 percent; S&P 500; 1) one")
    body = tuple(Paragraph(text=text) for text in texts)
    printed = to_markdown(DRAFT.model_copy(update={"en": Edition(language="en", title="T", body=body)}), "en")
    assert printed.split("\n\n")[2:-1] == [
        "\\# A", "1\\. B", "\\--- C", "The mark \\[c3] D", "R&D at 5 \\* 3 \\<b>", "3.5 percent; S&P 500; 1) one",
    ]  # fmt: skip


def test_plain_file() -> None:
    """A hand-written file without front matter has a body only; wrapped lines are one paragraph."""
    parsed = parse_markdown("\ufeffFirst line\r\nand second. [c1]\r\n\r\n\r\nNext, 3.5% up.\n", "en")
    assert [paragraph.text for paragraph in parsed.edition.body] == ["First line and second.", "Next, 3.5% up."]
    assert parsed.edition.body[0].claim_ids == {"c1"}
    assert (parsed.edition.title, parsed.edition.lead, parsed.tags) == ("", "", ())
    assert parsed.position("body[0]", 11) == (2, 1)
    assert parsed.position("body[1]", 6) == (5, 7)
    assert parsed.position("body[9]", 0) == parsed.position("title", 0) == (1, 1)


@pytest.mark.parametrize(
    ("written", "offset", "place"),
    [
        ("title: Growth of 12%", 10, (2, 18)),
        ('title: "A \\"B\\" 12%"', 6, (2, 17)),
        ("title: 'It''s 12%'", 5, (2, 15)),
        ("title: >\n  Growth\n  of 12%", 10, (4, 6)),
        ("title: Growth\n  of 12%", 10, (3, 6)),
    ],
)
def test_positions_in_front_matter(written: str, offset: int, place: tuple[int, int]) -> None:
    """The place of a figure in a title is right in every style of YAML that people write."""
    parsed = parse_markdown(f"---\n{written}\n---\nBody.\n", "en")
    assert parsed.edition.title[offset:].startswith("12%")
    assert parsed.position("title", offset) == place


@pytest.mark.parametrize(
    ("front", "message"),
    [
        ("title: [a", "line 3: the front matter is not valid YAML"),
        ("title: {a: b}", "line 2: `title` in the front matter must be one text"),
        ("tags: energy", "line 2: `tags` in the front matter must be a list"),
        ("title: a\ntitle: b", "line 3: `title` stands twice"),
        ("just prose", "line 2: the front matter must be lines of"),
        ("title: a\x00b", "control character"),
        ("a: " + "[" * 5000, "nested too deeply"),
        ("title: a\nlead: b: c", "line 3: the front matter is not valid YAML"),
    ],
)
def test_bad_front_matter(front: str, message: str) -> None:
    """Front matter that cannot be read is refused with one line that names the place."""
    with pytest.raises(BriefError, match=re.escape(message)) as caught:
        parse_markdown(f"---\n{front}\n---\nBody.\n", "en")
    assert "\n" not in str(caught.value)


def test_unclosed_front_matter() -> None:
    """Front matter without an end is refused, not taken for text."""
    with pytest.raises(BriefError, match="no closing ---"):
        parse_markdown("---\ntitle: a\n\nBody.\n", "en")


def test_front_matter_builds_no_objects() -> None:
    """YAML tags and numbers are text: nothing is constructed from a file."""
    parsed = parse_markdown("---\ntitle: 2026-05-12\nlead: !!python/name:os.system 'x'\ntags:\n---\nBody.\n", "en")
    assert (parsed.edition.title, parsed.edition.lead, parsed.tags) == ("2026-05-12", "x", ())


def test_tags_as_written() -> None:
    """A Chinese tag in an English file and an unknown tag stay as they are, for the checker to see."""
    front = "---\ntags: [融资, Energy, quantum]\n---\n"
    assert parse_markdown(front, "en").tags == ("融资", "energy", "quantum")
    assert parse_markdown(front, "zh").tags == ("funding", "energy", "quantum")


def test_edition_that_is_not_there() -> None:
    """A thin draft has no edition to print."""
    with pytest.raises(ValueError, match="no en edition"):
        to_markdown(THIN, "en")


# --- pages -----------------------------------------------------------------------------------------------------------


@EVERY_PAGE
def test_page_requests_nothing(html: str) -> None:
    """A page loads nothing, and its policy would forbid it; the policy names the hashes of the one style and script."""
    page = Page(html)
    assert not [tag for tag, _ in page.elements if tag in ("img", "link", "iframe", "object", "base")]
    assert not page.all("action")
    assert not page.all("src")
    assert not page.all("style")
    assert "@import" not in page.data["style"]
    assert "url(" not in page.data["style"]
    policy = next(str(attrs["content"]) for _, attrs in page.elements if "http-equiv" in attrs)
    style, script = (
        base64.b64encode(hashlib.sha256(page.data[name].encode()).digest()).decode() for name in ("style", "script")
    )
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; base-uri")
    kinds = [attrs.get("type") for tag, attrs in page.elements if tag == "script"]
    assert set(kinds) <= {"application/ld+json", "application/json", None}
    assert kinds.count(None) == 1


@EVERY_PAGE
def test_page_is_well_formed(html: str) -> None:
    """Elements nest, ids are unique, and every inner link has its target."""
    page = Page(html)
    assert page.open == []
    ids = page.all("id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in page.all("href") if link.startswith("#")} <= set(ids)


def test_outside_links() -> None:
    """Only http and https addresses become links, and they give nothing away."""
    page = Page(PAGES["draft"])
    links = [attrs for tag, attrs in page.elements if tag == "a" and not str(attrs["href"]).startswith("#")]
    outside = [attrs for attrs in links if attrs["href"] != "../index.html"]
    assert [(attrs["href"], attrs["rel"]) for attrs in outside] == [(BRIEF.source_url, "noopener noreferrer nofollow")]
    for url in ("javascript:alert(1)", "data:text/html,x", "//example.com", "http://[broken"):
        brief = Brief(text="x", source="Wire", source_url=url)
        html = to_html(THIN.model_copy(update={"brief": brief}))
        assert url not in html


def test_every_flag_is_on_the_page() -> None:
    """Each finding is listed with its reason and its text is marked in its paragraph, linked both ways."""
    html = PAGES["draft"]
    page = Page(html)
    for found in DRAFT.report.findings:
        assert f'id="f-{found.id}"' in html
        assert re.search(
            rf'<mark id="m-[^"]*" class="[^"]*"><a href="#f-{found.id}">{re.escape(found.text)}</a></mark>', html
        )
        assert found.reason in page.visible
    assert page.data["title"] == f"[4 flags] {EN.title}"
    assert sum(str(attrs.get("class")).startswith("fig") for tag, attrs in page.elements if tag == "mark") == 5


def test_every_figure_is_marked() -> None:
    """Every figure read is marked at its place; a supported one leads to a note, and the note to the brief and back."""
    page = Page(PAGES["draft"])
    marked = [attrs for _, attrs in page.elements if re.match(r"fig v-", str(attrs.get("class"))) and "id" in attrs]
    assert len(marked) == len(DRAFT.report.figures)
    start = BRIEF.text.index("€1.2 billion")
    html = PAGES["draft"]
    link = re.search(r'<span id="([^"]*)" class="[^"]*"><a href="#(n-\d+)">12亿欧元</a>', html)
    assert link
    note = html[html.index(f'id="{link[2]}"') :].partition("</div>")[0]
    assert f'href="#{link[1]}"' in note
    assert f'href="#b-{start}"' in note
    assert "<mark>€1.2 billion</mark>" in note
    assert f'<mark id="b-{start}">€1.2 billion</mark>' in html


def test_both_sides_stand_in_rows() -> None:
    """Paragraph n of both editions stands in one row, each with its language; a missing one is an explicit gap."""
    html = PAGES["draft"]
    rows = re.findall(
        r'<div class="cell" lang="en">\s*<p id="p-(en)-body-(\d)".*?</p>\s*</div>\s*'
        r'<div class="cell" lang="zh-Hans">\s*<p id="p-(zh)-body-(\d)"',
        html,
        re.S,
    )
    assert rows == [("en", str(n), "zh", str(n)) for n in range(3)]
    assert 'class="gap"' not in html
    shorter = DRAFT.model_copy(update={"zh": ZH.model_copy(update={"body": ZH.body[:2]})})
    assert to_html(shorter).count('class="gap"') == 1


def test_page_says_everything_recorded() -> None:
    """Scores, tags, claims, dropped claims, glossary, repairs, notes and the brief are all on the page."""
    visible = Page(PAGES["draft"]).visible
    said = [
        "Hot 热度",
        "Quality 质量", "Impact 影响力", "Analysis 深度分析", "58", "Of interest to the region.",
        "日期和金额齐全。",
        "Data center 数据中心",
        "raised new debt", "海港电网", "€1.2 millionbillion", "去年下跌12%两成",
        "A disclaimer that the model",
        "read as GB18030", "ports", "Example Newsroom", "sample-model", "Two rivals have shelved similar plans.",
    ]  # fmt: skip
    assert [text for text in said if text not in " ".join(visible.split())] == []


def test_thin_page() -> None:
    """A thin draft's page says why there is no article, shows the brief, and that no producer is set."""
    visible = Page(PAGES["thin"]).visible
    assert str(THIN.thin_reason) in visible
    assert THIN.brief.text in visible
    assert "producer not set" in visible


def test_finding_on_the_brief_leads_there() -> None:
    """A finding on the brief itself is marked in the brief and linked from the list."""
    start = BRIEF.text.index("Two rivals")
    found = finding(EN, "title", "Harbor", "brief.suspicious", "warn", "A reason.").model_copy(
        update={"field": "brief", "start": start, "end": start + 10, "text": "Two rivals"}
    )
    html = to_html(DRAFT.model_copy(update={"report": Report(findings=(found,))}))
    assert '<p class="side-name">The brief <span lang="zh-Hans">简报</span></p>\n<p class="said">' in html
    assert f'<a href="#b-{start}">The brief <span lang="zh-Hans">简报</span></a>' in html
    assert f'<mark id="b-{start}" class="s-warn">Two rivals</mark>' in html


def test_a_brief_without_a_title_goes_by_its_first_words() -> None:
    """A thin draft is told from others of its kind, on its page and in the list."""
    brief = Brief(
        text="\n  A chip start-up is said to be in talks about new funding, people close to it said.\nNo terms."
    )
    thin = THIN.model_copy(update={"brief": brief})
    name = "A chip start-up is said to be in talks about new funding, p…"
    assert f'<h1 lang="en">{name}</h1>' in to_html(thin)
    assert index_row(thin, "f").titles == {"en": name}


def test_an_ordinary_word_is_said_to_be_one() -> None:
    """The note of a figure that needs no support says so, where others show the words of the brief."""
    readings = tuple(reading.model_copy(update={"evidence": None}) for reading in DRAFT.report.figures)
    plain = DRAFT.model_copy(update={"report": DRAFT.report.model_copy(update={"figures": readings})})
    assert "An ordinary word here" in Page(to_html(plain)).visible
    assert "An ordinary word here" not in Page(to_html(DRAFT)).visible


def test_waived_findings_are_not_counted() -> None:
    """A finding that a reviewer waived stays on the page with the note and leaves the count of the title."""
    waivers = tuple(Waiver(finding_id=f.id, note="seen & fine") for f in DRAFT.report.findings[:3])
    page = Page(to_html(DRAFT, decision=APPROVED.model_copy(update={"waivers": waivers})))
    assert page.data["title"].startswith("[1 flag] ")
    assert page.visible.count("Waived 已豁免: seen & fine") == 3


SPANS = st.tuples(st.integers(-5, 60), st.integers(-5, 60), st.sampled_from(["block", "warn", "info"]))


@settings(max_examples=150, deadline=None)
@given(st.lists(SPANS, max_size=12))
def test_no_span_breaks_the_page(spans: list[tuple[int, int, str]]) -> None:
    """Spans that overlap, repeat, are empty or lie outside leave every element closed and the text as it was."""
    base = finding(EN, "title", "Harbor", "text.sample", "warn", "A reason.")
    findings = tuple(
        base.model_copy(update={"start": start, "end": end, "severity": severity, "id": f"id{number % 5}"})
        for number, (start, end, severity) in enumerate(spans)
    )
    report = DRAFT.report.model_copy(update={"findings": findings})
    html = to_html(DRAFT.model_copy(update={"report": report}))
    assert Page(html).open == []
    heading = re.search(r'<h1 id="p-en-title"[^>]*>(.*?)</h1>', html, re.S)
    assert heading
    assert Page(re.sub(r'<sup class="n">.*?</sup>', "", heading[1])).visible == EN.title


def test_crossing_quotes_are_both_marked() -> None:
    """Two quotes of the brief that overlap are marked to their ends, each with its own anchor."""
    text = BRIEF.text
    first, second = text.index("Harbor Grid will"), text.index("€1.2 billion")
    spans = ((first, second + 4), (second, second + 30))
    claims = tuple(
        claim.model_copy(update={"start": start, "end": end, "quote": text[start:end]})
        for claim, (start, end) in zip(DRAFT.claims, spans, strict=False)
    )
    html = to_html(DRAFT.model_copy(update={"claims": claims, "report": Report()}))
    inner, rest = text[second : second + 4], text[second + 4 : second + 30]
    assert (
        f'<mark id="b-{first}" class="cited">{text[first:second]}'
        f'<mark id="b-{second}" class="cited">{inner}</mark></mark><mark class="cited">{rest}</mark>' in html
    )


def test_a_line_broken_by_an_editor_goes_on() -> None:
    """A line end inside a sentence is a space on the page; a headline, a list and a paragraph keep theirs."""
    text = (
        "Harbor Grid will spend 1.2 billion euros on two storage sites\nNORDHAVEN (Wire). Harbor Grid, which runs the\n"
        "grid of the coast and of the four islands that belong to it,\nsaid on Monday that it would build two sites.\n"
        "- a site of the first kind, at the harbour, with 300 megawatts\n- another one.\n"
    )
    html = to_html(DRAFT.model_copy(update={"brief": Brief(text=text), "claims": (), "report": Report()}))
    brief = re.search(r'<div class="brief"[^>]*>(.*?)</div>', html, re.S)
    assert brief
    assert brief[1] == text.replace("to it,\n", 'to it,<span class="soft">\n</span>')


def test_deep_nesting() -> None:
    """A thousand spans inside each other, or each across the next, are no trouble."""
    text = "x" * 3000
    base = finding(EN, "title", "Harbor", "text.sample", "warn", "A reason.")
    spans = [span for n in range(1000) for span in ((n, 3000 - n), (n, n + 1000))]
    findings = tuple(base.model_copy(update={"start": a, "end": b, "id": f"n{a}-{b}"}) for a, b in spans)
    draft = DRAFT.model_copy(update={"en": Edition(language="en", title=text), "report": Report(findings=findings)})
    assert Page(to_html(draft)).open == []


# --- hostile text ----------------------------------------------------------------------------------------------------


def hostile_draft() -> Draft:
    """A draft whose every text tries to break out."""
    edition = {"title": HOSTILE, "lead": HOSTILE, "body": (Paragraph(text=HOSTILE), Paragraph(text=f"# {HOSTILE}"))}
    score = Score(value=1, reason_en=HOSTILE, reason_zh=HOSTILE)
    found = Finding(
        id=HOSTILE, code=HOSTILE, severity="block", language="en", field="title", start=3, end=20, text=HOSTILE[3:20],
        rule=HOSTILE, reason=HOSTILE, suggestion=HOSTILE, evidence=Evidence(source=0, start=1, end=9, quote=HOSTILE),
    )  # fmt: skip
    brief = Brief(text=HOSTILE, title=HOSTILE, source=HOSTILE, source_url='http://x/"><script>', note=HOSTILE)
    return DRAFT.model_copy(
        update={
            "brief": brief,
            "en": Edition.model_validate({"language": "en", **edition}),
            "zh": Edition.model_validate({"language": "zh", **edition}),
            "claims": (DRAFT.claims[0].model_copy(update={"id": HOSTILE, "text": HOSTILE, "quote": HOSTILE}),),
            "dropped_claims": (DroppedClaim(text=HOSTILE, quote=HOSTILE, reason=HOSTILE),),
            "glossary": (Term(en=HOSTILE, zh=HOSTILE),),
            "tags": (HOSTILE,),
            "unknown_tags": (HOSTILE,),
            "scores": Scores(hot=score, quality=score, impact=score),
            "report": Report(findings=(found,)),
            "notes": (HOSTILE,),
        }
    )


def test_hostile_text_on_pages() -> None:
    """Markup, template marks, NUL and direction marks from anywhere are shown as text and do nothing."""
    draft = hostile_draft()
    decision = APPROVED.model_copy(
        update={"reviewer": HOSTILE, "note": HOSTILE, "content_sha256": draft.content_sha256, "at": HOSTILE}
    )
    run = RUN.model_copy(update={"models": (HOSTILE,), "prompts": {HOSTILE: HOSTILE}, "stale_recordings": (HOSTILE,)})
    for html in (
        to_html(draft, run=run, decision=decision),
        to_html(THIN.model_copy(update={"thin_reason": HOSTILE, "brief": draft.brief})),
        index_html([index_row(draft, HOSTILE, decision)], unreadable=[HOSTILE]),
    ):
        page = Page(html)
        assert page.open == []
        assert not [tag for tag, _ in page.elements if tag == "img"]
        kinds = [attrs.get("type") for tag, attrs in page.elements if tag == "script"]
        assert [kind for kind in kinds if kind not in ("application/ld+json", "application/json")] == [None]
        assert not [name for _, attrs in page.elements for name in attrs if name.startswith("on")]
        assert "{{7*7}}" in page.visible
        assert "⟨U+202E⟩" in page.visible
        assert "\x00" not in html
        assert "\u202e" not in html


def test_hostile_json_ld_stays_json() -> None:
    """A title cannot end the script element it is described in."""
    script = Page(to_html(hostile_draft())).data["script application/ld+json"]
    assert "<" not in script
    assert json.loads(script)["@graph"][0]["headline"] == HOSTILE


def test_hostile_text_in_markdown() -> None:
    """Markup in a body is escaped, a hostile name breaks neither front matter nor notice, and all of it comes back."""
    draft = hostile_draft()
    decision = APPROVED.model_copy(update={"reviewer": f"{HOSTILE}\n---\n", "content_sha256": draft.content_sha256})
    printed = to_markdown(draft, "en", decision=decision)
    front, body = printed.removeprefix("---\n").split("\n---\n\n", 1)
    assert yaml.safe_load(front)["title"] == HOSTILE
    assert not re.search(r"(?<!\\)<", body)
    assert not re.search(r"(?<!\\)\{", body)
    parsed = parse_markdown(printed, "en")
    assert parsed.edition.body == tuple(
        paragraph.model_copy(update={"citations": parsed.edition.body[index].citations})
        for index, paragraph in enumerate(draft.en.body if draft.en else ())
    )


def test_hostile_text_in_json() -> None:
    """JSON holds every text unchanged."""
    draft = hostile_draft()
    assert json.loads(to_json(draft))["en"]["title"] == HOSTILE


# --- the list of drafts ----------------------------------------------------------------------------------------------


def test_index_order() -> None:
    """Blocking findings come first, then warnings and thin drafts, clean ones, and decided ones last."""
    row = index_row(DRAFT, "2026-05-12-a")
    clean = {"block": 0, "warn": 0, "info": 1}
    rows = [
        row.model_copy(update={"folder": "decided", "review_status": "approved"}),
        row.model_copy(update={"folder": "clean", "findings": clean}),
        row.model_copy(update={"folder": "thin", "findings": clean, "status": "thin"}),
        row.model_copy(update={"folder": "worst", "findings": clean | {"block": 9}}),
        row.model_copy(update={"folder": "bad", "findings": clean | {"block": 1}}),
    ]
    links = [link for link in Page(index_html(rows)).all("href") if link != "#main"]
    assert links == [f"{name}/review.html" for name in ("worst", "bad", "thin", "clean", "decided")]


def test_index_row() -> None:
    """A row tells titles, tags, scores, findings by severity and the labels; a thin draft stands under its brief's."""
    row = index_row(DRAFT, "folder")
    assert row.titles == {"en": EN.title, "zh": ZH.title}
    assert row.scores == {"hot": 58, "quality": 81, "impact": 64}
    assert row.findings == {"block": 3, "warn": 1, "info": 1}
    assert row.AIGC == DRAFT.disclosure.AIGC
    assert index_row(THIN, "folder").titles == {"en": "Press conference"}


def test_empty_index_names_the_next_command() -> None:
    """An empty folder's page says how to make drafts."""
    assert "commentary run briefs/ --out out/" in Page(PAGES["empty index"]).visible


def test_large_index_is_small_enough() -> None:
    """Five hundred drafts give a page of at most three megabytes."""
    row = index_row(DRAFT, "2026-05-12-a")
    rows = [row.model_copy(update={"folder": f"2026-05-12-{number}"}) for number in range(500)]
    assert len(index_html(rows).encode()) <= 3_000_000


# --- purity ----------------------------------------------------------------------------------------------------------


def test_same_values_same_text() -> None:
    """Printing twice gives the same bytes, also from a draft that was stored and read."""
    stored = Draft.model_validate_json(to_json(DRAFT))
    assert stored == DRAFT
    assert to_json(stored) == to_json(DRAFT)
    assert to_html(stored, run=RUN) == PAGES["draft"]
    assert to_json(DRAFT).endswith("}\n")
    assert "海港电网" in to_json(DRAFT)


def test_import_is_light() -> None:
    """Importing the printers, and printing Markdown, does not load the template engine."""
    code = (
        "import sys, pipeline.render as r; from tests.sample_draft import DRAFT; r.to_markdown(DRAFT, 'en');"
        "sys.exit('jinja2' in sys.modules or 'markupsafe' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-B", "-c", code], check=False).returncode == 0


# --- the parts of a page ---------------------------------------------------------------------------------------------


def test_every_kind_of_finding_has_a_name() -> None:
    """Whatever the checker finds has a short name in both languages."""
    codes = {key.split("/")[0] for table in (REASONS, HYGIENE) for key in table}
    assert codes - CODES.keys() == set()


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("It rose 12% in May.", "It rose 21% in May.", "It rose <del>12</del><ins>21</ins>% in May."),
        ("电价去年下跌12%。", "电价去年上涨12%。", "电价去年<del>下跌</del><ins>上涨</ins>12%。"),
        ("Same.", "Same.", "Same."),
        ("", "New.", "<ins>New.</ins>"),
        ("All other words.", "完全不同的文字", "<del>All other words.</del><ins>完全不同的文字</ins>"),
        ("<b>one", "<b>two", "&lt;b&gt;<del>one</del><ins>two</ins>"),
    ],
)
def test_differences(before: str, after: str, expected: str) -> None:
    """Words in English and characters in Chinese are marked as gone and come; markup in them stays text."""
    assert str(difference(before, after)) == expected


def test_a_long_hostile_difference_is_quick() -> None:
    """Texts too long to compare piece by piece are shown one after the other."""
    assert str(difference("a " * 5000, "b " * 5000)).startswith("<del>a a ")


def test_the_strip_covers_the_text() -> None:
    """Both lanes run from 0 to 100, rows stand above each other, shares add up, open flags are on it."""
    lanes = strip.lanes(DRAFT, marks.flags_of(DRAFT, None, Source.of(DRAFT)))
    for lane in lanes:
        assert lane.sentences[0].x == 0
        assert abs(max(piece.x + piece.width for piece in lane.sentences) - 100) < 1
        assert sum(lane.shares.values()) == 100
    starts = [{p.target: p.x for p in reversed(lane.sentences)} for lane in lanes]
    assert starts[0] == starts[1]
    severities = sorted(piece.kind for lane in lanes for piece in lane.flags)
    assert severities == ["block", "block", "block", "warn"]


def test_served_page_holds_texts_as_data() -> None:
    """With a server the page holds each text with its markers and may connect to it; no text ends the script early."""
    html = to_html(hostile_draft(), server=Server(base="/t/x", token="secret"))
    page = Page(html)
    data = json.loads(page.data["script application/json"])
    assert data["texts"]["en"]["title"] == HOSTILE
    assert (data["base"], data["token"]) == ("/t/x", "secret")
    assert "; connect-src 'self'; " in " ".join(page.all("content"))
    assert "<" not in page.data["script application/json"]
    assert "connect-src" not in " ".join(Page(PAGES["draft"]).all("content"))
    assert "token" not in json.loads(Page(PAGES["draft"]).data["script application/json"])


def test_what_cannot_be_seen_is_shown() -> None:
    """Tag characters, zero-width spaces and direction marks are spelled out; joiners that emoji need are left alone."""
    assert visible("a\u200bb\U000e0041\u2066") == "a⟨U+200B⟩b⟨U+E0041⟩⟨U+2066⟩"
    assert visible("👩\u200d💻") == "👩\u200d💻"


@given(st.text(st.characters(codec="utf-8"), max_size=30))
@settings(max_examples=100, deadline=None)
def test_stored_json_has_the_form_of_pythons_own(text: str) -> None:
    """Whatever a text holds, controls and separators too: two spaces a level, characters as they are, same escapes."""
    draft = DRAFT.model_copy(update={"notes": (text,)})
    assert to_json(draft) == json.dumps(draft.model_dump(mode="json"), ensure_ascii=False, indent=2) + "\n"
