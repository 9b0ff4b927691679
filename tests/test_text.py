"""Text as it comes: folding with offsets back, sentences of mixed text, paragraphs, citation markers."""

from __future__ import annotations

import time
import tomllib
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text import (
    Mark,
    fold,
    hidden_characters,
    language_of,
    paragraphs,
    read_markers,
    sentence_spans,
    unwrapped,
    word_count,
    write_markers,
)
from tests.conftest import ROOT

MIXED = st.text(alphabet="aZ9 .,!?;:'\"-“”‘’（）。！？，；：…\n　\u200b\u00a0\u0663％５Ａ年亿中国[]\\~c13", max_size=80)


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


# --- script and length -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The fund is small.", "en"),
        ("基金规模不大。", "zh"),
        ("OpenAI与微软签署新的供电协议", "zh"),
        ("The firm 小米 sells phones in many countries.", "en"),
        ("2026", "en"),
        ("", "en"),
    ],
    ids=["english", "chinese", "chinese-with-names", "english-with-a-name", "digits", "empty"],
)
def test_language_follows_the_script(text: str, language: str) -> None:
    """A fifth of Han characters among the letters makes a text Chinese."""
    assert language_of(text) == language


def test_length_counts_words_and_han_characters() -> None:
    """A Latin word or a number counts one, a Han character one, punctuation nothing."""
    assert word_count("耗电1,200兆瓦，OpenAI’s plan") == 4 + 1 + 2


# --- folding ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("３．５％", "3.5%"),
        ("＄３５", "$35"),
        ("“quoted”", '"quoted"'),
        ("10–15", "10-15"),
        ("1\u202f200\u00a0MW", "1 200 MW"),
        ("3\u200b5", "35"),
        ("\u0663\u0665", "35"),
        ("2026\u202e年", "2026年"),
    ],
    ids=["full-width", "currency", "quotes", "dash", "thin-space", "zero-width", "arabic-indic", "bidi"],
)
def test_folding_makes_spellings_alike(text: str, folded: str) -> None:
    """Width, quotes, dashes, odd spaces, other digits and hidden characters do not matter to a pattern."""
    assert fold(text).text == folded


@given(MIXED | st.text(max_size=60))
def test_folded_spans_map_back(text: str) -> None:
    """Every character of the copy comes from the place that its offset names, in order, and only hidden ones vanish."""
    folded = fold(text)
    spans = [folded.span(at, at + 1) for at in range(len(folded.text))]
    assert all(fold(text[start:end]).text == folded.text[at] for at, (start, end) in enumerate(spans))
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    kept = {start for start, _ in spans}
    assert [at for at in range(len(text)) if at not in kept] == hidden_characters(text)


@given(MIXED | st.text(max_size=60))
def test_folding_is_idempotent(text: str) -> None:
    """Folding a folded text changes nothing."""
    once = fold(text).text
    assert fold(once).text == once


@given(st.decimals(min_value=0, max_value=10**9, places=2), st.sampled_from(["０", "٠", "०"]))
def test_folding_keeps_the_value(value: Decimal, zero: str) -> None:
    """A number written with the digits of another script folds to the same number."""
    foreign = "".join(chr(ord(zero) + int(c)) if c.isdigit() else c for c in str(value))
    assert Decimal(fold(foreign).text) == value


def test_spans_leave_hidden_neighbours_out() -> None:
    """A span covers hidden characters inside it, none behind it; an empty one, also at the end, stays empty."""
    folded = fold("3\u200b5")
    assert folded.span(0, 1) == (0, 1)
    assert folded.span(2, 2) == (3, 3)
    assert folded.span(0, 2) == (0, 3)


# --- sentences -------------------------------------------------------------------------------------------------------

SENTENCES = {
    "us-inside": ["The U.S. grid is old.", "It needs money."],
    "us-at-the-end": ["It was built in the U.S.", "The next one was not."],
    "initials": ["The work of J. R. Morse ended.", "Nobody noticed."],
    "inc-inside": ["Shares of Acme Inc. fell again.", "Then they rose."],
    "inc-at-the-end": ["He left Acme Inc.", "The firm is now smaller."],
    "lower-case-goes-on": ["Sales at Volta plc. rose again.", "Costs did too."],
    "versus": ["Copper vs. Aluminium is an old question.", "It is open."],
    "month": ["It opens in Sept. 2026 at the earliest.", "Perhaps later."],
    "decimal": ["Growth was 3.5 percent.", "Costs fell."],
    "money": ["The bill came to $1.2 billion.", "Nobody paid."],
    "domain": ["The notice on example.com was short.", "It vanished."],
    "stop-then-quote": ["The chair said “no.”", "Nobody asked why."],
    "stop-then-straight-quote": ['The chair said "no."', "Nobody asked why."],
    "stop-then-bracket": ["It failed.", "(Again.)", "They tried once more."],
    "quoted-question-goes-on": ["“Is it safe?” she asked.", "It was."],
    "ellipsis-goes-on": ["They waited... and waited.", "Nothing came."],
    "ellipsis-ends": ["They waited…", "Nothing came."],
    "mixed-marks": ["Really?!", "Yes."],
    "latin-then-chinese": ["ok. ", "真的吗？", "不知道。"],
    "chinese-years": ["计划延续到2028年。", "2026年中先投产一期。"],
    "chinese-closing-quote": ["他喊道：“够了!”", "增长没有停下。"],
    "chinese-full-width-closing": ["他写道：“到此为止。”", "会议结束。"],
    "chinese-quote-goes-on": ["所谓“够了！”，只是口号。", "没人当真。"],
    "chinese-ellipsis": ["再等等……", "机会还有。"],
    "chinese-question": ["值得吗？", "未必！", "再看。"],
    "chinese-decimal": ["价格升至3.5元。", "销量下降。"],
}


@pytest.mark.parametrize("expected", SENTENCES.values(), ids=SENTENCES.keys())
def test_sentences_are_found(expected: list[str]) -> None:
    """Abbreviations, decimals and names hold their full stop; closing marks stay with the sentence they close."""
    glue = "" if language_of("".join(expected)) == "zh" else " "
    assert sentences(glue.join(expected)) == [sentence.strip() for sentence in expected]


MIXED_CASES = tomllib.loads((ROOT / "fixtures" / "sentences.toml").read_text("utf-8"))["case"]


@pytest.mark.parametrize("case", MIXED_CASES, ids=[case["phenomenon"] for case in MIXED_CASES])
def test_sentences_of_mixed_text(case: dict[str, Any]) -> None:
    """The sentences are those of the case, and nothing but white space is lost between them."""
    assert sentences(case["text"]) == case["sentences"]
    assert "".join("".join(case["sentences"]).split()) == "".join(case["text"].split())


def test_lines_of_a_list_are_sentences() -> None:
    """A line break ends a sentence although no mark does."""
    assert sentences("- power\n- water\n\n土地") == ["- power", "- water", "土地"]


@given(MIXED)
def test_every_character_is_in_one_sentence(text: str) -> None:
    """Sentences are in order, trimmed, do not overlap, and what lies between them is white space."""
    at, rest = 0, []
    for start, end in sentence_spans(text):
        assert at <= start < end
        assert text[start:end] == text[start:end].strip()
        rest.append(text[at:start])
        at = end
    assert not "".join([*rest, text[at:]]).strip()


def test_paragraphs_are_split_at_blank_lines() -> None:
    """Blank lines, also those with spaces in them, part paragraphs; a single line break does not."""
    text = "\none\ntwo\n \t\n\n三\n"
    assert [text[start:end] for start, end in paragraphs(text)] == ["one\ntwo", "三"]


@pytest.mark.parametrize("piece", ["a. ", "Co. ", "\\", "[c1", "“", "。 ", "\n \n", "...", "A.B."])
def test_hostile_repetition_is_linear(piece: str) -> None:
    """A long text of one repeated piece is read in time that grows with its length, not with its square."""
    text = piece * (200_000 // len(piece))
    started = time.process_time()
    sentence_spans(text)
    paragraphs(text)
    read_markers(text)
    assert time.process_time() - started < 8


# --- citation markers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marked", "plain", "claims"),
    [
        ("Costs fell. [c1] Prices rose [c2, c3].", "Costs fell. Prices rose.", [("c1",), ("c2", "c3")]),
        ("成本下降。[c1]价格上涨[c2、c3]。", "成本下降。价格上涨。", [("c1",), ("c2", "c3")]),
        ("成本下降。【C1】", "成本下降。", [("c1",)]),
        ("Costs fell. [c1][c2] [c1]", "Costs fell.", [("c1", "c2")]),
        ("No marker here. Nor here.", "No marker here. Nor here.", [(), ()]),
        ("[c4] Costs fell.", "Costs fell.", [("c4",)]),
        ("See [1], [c] and [c1234].", "See [1], [c] and [c1234].", [()]),
    ],
    ids=["english", "chinese", "wide-brackets", "several", "none", "in-front", "not-markers"],
)
def test_markers_are_read(marked: str, plain: str, claims: list[tuple[str, ...]]) -> None:
    """A marker leaves the text and gives its ids to the sentence it follows, before or after the full stop."""
    text, marks = read_markers(marked)
    assert text == plain
    assert [mark.claims for mark in marks] == claims


def test_a_tilde_marks_an_inference() -> None:
    """`[~c2]` says that the sentence is inferred from c2; the mark beside it is not touched."""
    _, marks = read_markers("Costs fell. [c1] They may fall again. [~c2]")
    assert [(mark.claims, mark.inferred) for mark in marks] == [(("c1",), False), (("c2",), True)]


@pytest.mark.parametrize("marked", [r"See row \[c3] of the table.", r"见表中\[c3]一行。"])
def test_an_escaped_marker_is_text(marked: str) -> None:
    """A backslash makes a marker text: the reader sees [c3], and no claim is cited."""
    plain, marks = read_markers(marked)
    assert plain == marked.replace("\\", "")
    assert all(not mark.claims for mark in marks)


@given(
    st.lists(
        st.sampled_from(["It fell.", "涨了。", "[c3]", "\\[c3]", "\\", "a.", " ", "“好。”", "[", "c1]"]), max_size=12
    ),
    st.data(),
)
def test_markers_round_trip(pieces: list[str], data: st.DataObject) -> None:
    """Reading what was written gives back the text and the marks, whatever the text looks like."""
    plain = " ".join("".join(pieces).split())
    marks = tuple(
        Mark(start, end, claims, bool(claims) and data.draw(st.booleans()))
        for start, end in sentence_spans(plain)
        for claims in [tuple(data.draw(st.lists(st.sampled_from(["c1", "c2", "c30"]), unique=True, max_size=2)))]
    )
    assert read_markers(write_markers(plain, marks)) == (plain, marks)


@given(MIXED)
def test_reading_twice_changes_nothing(marked: str) -> None:
    """Any text, once read, can be written and read again without loss."""
    plain, marks = read_markers(marked)
    assert read_markers(write_markers(plain, marks)) == (plain, marks)


def test_a_line_that_wraps_does_not_end_a_sentence() -> None:
    """A hard-wrapped paragraph has its sentences whole; lists, headings and short lines keep their breaks."""
    wrapped = (
        "The company expects a margin of 72.0%, plus or minus 50 basis\npoints, in the second quarter. It will pay.\n"
    )
    assert [wrapped[a:b].split()[-1] for a, b in sentence_spans(wrapped)] == ["quarter.", "pay."]
    listed = "These are the points that the report makes at length:\n1. Costs fell\n- prices rose\nShort line\nNext\n"
    assert len(sentence_spans(listed)) == 5


@given(MIXED)
def test_unwrapping_keeps_length_and_everything_but_line_breaks(text: str) -> None:
    """Offsets stay valid."""
    plain = unwrapped(text)
    assert len(plain) == len(text)
    assert all(a == b or (a, b) == ("\n", " ") for a, b in zip(text, plain, strict=True))
