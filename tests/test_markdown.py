"""`en.md` and `zh.md` there and back: whatever the models or a person wrote, one printer and one parser agree on it."""

from __future__ import annotations

import contextlib
import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.disclosure import DISCLAIMER, NOTICE, RECORDED
from pipeline.errors import BriefError
from pipeline.render.markdown import parse_markdown, published_markdown, to_markdown
from pipeline.schema import LANGUAGES, Citation, Draft, Edition, Language, Paragraph
from pipeline.text import sentence_spans
from tests.sample_draft import DRAFT, REPLAYED, RUN

MARKUP = [
    "# ", "## ", "===", "---", "- - -", "***", "___", "+++", "~~~", "```", "    code", "\t", "> ", "* ", "+ ",
    "- [ ] ", "1. ", "12) ", "1.", "2026. ", "| a | b |", "|---|", "[a]: http://x", "[^1]: ", "[^1]", "[x](y)",
    "![x](y)", "<b>", "<!-- x -->", "<?php", "</div>", "&lt;", "&#91;c1&#93;", "&#12304;", "&", ";", "\\", "\\\\",
    "\\[", "\\#", "http://a.b/c_d_e", "a@b.c", "{{< x >}}", "{{% x %}}", "{{7*7}}", "{#", "{%", ":smile:", "$x$",
    "==x==", "^x^", "!!! note", "...", "---\n",
]  # fmt: skip
MARKERS = [
    "[c1]", "[~c2]", " [c1, c2]", "[c1][c2]", "\\[c3]", "[c1", "c1]", "【c4】", "［c1］", "［~c1， c2］", "[C3]",
    "[c1234]", "[c1,]", "[[c1]]", "[ c1 ]", "[c1；c2]",
]  # fmt: skip
CHARACTERS = [
    "\xa0", "\u3000", "\x85", "\u2028", "\u2029", "\x00", "\x0b", "\x0c", "\x1f", "\x7f", "\u200b", "\u202e",
    "\ufeff", "\ufffe", "😀", "\u200d", "é", "𠀀", "。", "！", "？”", "3.5", "U.S.", "Inc. ", "...", "……", "'", '"',
    ": ", " #", "null", "~", "yes", "2026-05-12", "%", "@", "!x", "*x", "|",
]  # fmt: skip
LABELS = [*NOTICE.values(), *DISCLAIMER.values(), *RECORDED.values(), "AI-generated; reviewed by A on 2026-01-01."]
CHARACTER = st.characters(exclude_categories=["Cs"])
PIECES = st.sampled_from(MARKUP + MARKERS + CHARACTERS + LABELS) | st.text(CHARACTER, max_size=5)
TEXTS = st.lists(PIECES, min_size=1, max_size=10).map(lambda parts: re.sub(r"[ \t\r\n]+", " ", "".join(parts)).strip())


@st.composite
def paragraphs(draw: st.DrawFn) -> Paragraph:
    """A paragraph of any text, with one citation a sentence."""
    text = draw(TEXTS.filter(bool))
    citations = []
    for start, end in sentence_spans(text):
        claims = tuple(draw(st.lists(st.sampled_from(["c1", "c2", "c17"]), unique=True, max_size=2)))
        stance = draw(st.sampled_from(["fact", "inference"])) if claims else "opinion"
        citations.append(Citation(start=start, end=end, claims=claims, stance=stance))  # type: ignore[arg-type]
    return Paragraph(text=text, citations=tuple(citations))


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    """A draft whose editions are any text in either language."""
    editions = {
        language: Edition(
            language=language, title=draw(TEXTS), lead=draw(TEXTS), body=tuple(draw(st.lists(paragraphs(), max_size=3)))
        )
        for language in LANGUAGES
    }
    return DRAFT.model_copy(update=editions)


def edition_of(draft: Draft, language: Language) -> Edition:
    """The edition of a draft in a language."""
    edition = draft.en if language == "en" else draft.zh
    assert edition is not None
    return edition


@settings(max_examples=400, deadline=None)
@given(drafts(), st.booleans(), st.sampled_from(LANGUAGES))
def test_hostile_text_comes_back(draft: Draft, replayed: bool, language: Language) -> None:
    """Markup, markers, controls and labels in a text come back as they were, and print to the same bytes."""
    run = REPLAYED if replayed else RUN
    printed = to_markdown(draft, language, run=run)
    parsed = parse_markdown(printed, language)
    assert parsed.edition == edition_of(draft, language)
    again = draft.model_copy(update={language: parsed.edition})
    assert to_markdown(again, language, run=run) == printed
    assert parse_markdown(printed.replace("\n", "\r\n"), language).edition == parsed.edition


@settings(max_examples=300, deadline=None)
@given(drafts(), st.sampled_from(LANGUAGES))
def test_published_text_comes_back(draft: Draft, language: Language) -> None:
    """What is published holds the same paragraphs, without markers, whatever they hold."""
    edition = edition_of(draft, language)
    printed = published_markdown(draft, language, {"title": edition.title}, run=RUN, decision=None)
    parsed = parse_markdown(printed, language)
    assert [paragraph.text for paragraph in parsed.edition.body] == [paragraph.text for paragraph in edition.body]
    assert not any(paragraph.claim_ids for paragraph in parsed.edition.body)


FILES = st.lists(
    st.sampled_from(["\n\n", "\n", "---\n", "title: x\n", "  ", *MARKUP, *MARKERS, *LABELS]) | PIECES, max_size=20
)


@settings(max_examples=400, deadline=None)
@given(FILES.map("".join), st.sampled_from(LANGUAGES))
@example("a \\\n\nb", "en")
@example("\\", "en")
@example("[c1]", "en")
@example("a\n\n[c1]\n\nb", "en")
@example("---\ntitle: |\n  a\n  b\n---\n\nc", "en")
def test_what_a_person_wrote_settles_at_once(written: str, language: Language) -> None:
    """Any file is read or refused; once printed it stays as it is."""
    try:
        edition = parse_markdown(written, language).edition
    except BriefError:
        return
    printed = to_markdown(DRAFT.model_copy(update={language: edition}), language)
    assert parse_markdown(printed, language).edition == edition


@settings(max_examples=200, deadline=None)
@given(drafts(), st.text(CHARACTER, max_size=20), st.sampled_from(LANGUAGES))
def test_an_edit_changes_its_paragraph_alone(draft: Draft, typed: str, language: Language) -> None:
    """Who adds a paragraph at the end changes no other."""
    body = edition_of(draft, language).body
    blocks = to_markdown(draft, language).rstrip("\n").split("\n\n")
    printed = "\n\n".join([*blocks[:-1], f"Added {typed}", blocks[-1]])
    assert parse_markdown(printed, language).edition.body[: len(body)] == body


@pytest.mark.parametrize(
    "written",
    ["[" * 50_000, "\\" * 50_000, "[c1" * 20_000, "* " * 30_000, "\n" * 100_000, "a\n\n" * 30_000, "&#" * 30_000,
     "---\n" + "a: b\n" * 2_000 + "---\n", " " * 100_000 + "x", "[c1, " * 20_000, "【" * 50_000],
    ids=lambda text: repr(text[:8]),
)  # fmt: skip
def test_long_files_are_read_in_linear_time(written: str) -> None:
    """No text of a person, however odd, holds the reader up."""
    began = time.process_time()
    with contextlib.suppress(BriefError):
        parse_markdown(written, "en")
    assert time.process_time() - began < 5
