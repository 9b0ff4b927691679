"""Safe fixes of spacing and punctuation: what each rule does, what it leaves, and what must hold for any text."""

from __future__ import annotations

import re
import time
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.schema import LANGUAGES, Language
from pipeline.text import read_markers
from pipeline.typography import Spacing, tidy

CHINESE = {
    "comma": ("公司扩产,股价上涨", "公司扩产，股价上涨"),
    "comma-and-space": ("公司扩产, 股价上涨", "公司扩产，股价上涨"),
    "comma-before-han": ("英文名为Acme,中文名未定", "英文名为Acme，中文名未定"),
    "comma-after-a-quote": ('他只说了"不行",随后离场', "他只说了“不行”，随后离场"),
    "comma-after-a-spaced-quote": ("所谓“新区 ”, Acme并不知情", "所谓“新区”，Acme并不知情"),
    "stop": ("工厂停产.工人回家.", "工厂停产。工人回家。"),
    "question": ("值得吗?未必!", "值得吗？未必！"),
    "question-and-exclamation": ("真的吗?!", "真的吗？！"),
    "colon-before-latin": ("平台:Atlas上线", "平台：Atlas上线"),
    "semicolon": ("甲方出资;乙方出力", "甲方出资；乙方出力"),
    "brackets": ("芯片(含封装)降价", "芯片（含封装）降价"),
    "brackets-around-latin": ("电力公司 (SolarCo) 减产", "电力公司（SolarCo）减产"),
    "quotes": ('所谓"窗口期"已过', "所谓“窗口期”已过"),
    "nested-quotes": ('“他说"再等等"就走了”', "“他说‘再等等’就走了”"),
    "dash": ("这座城市--曾经的矿区--变了", "这座城市——曾经的矿区——变了"),
    "spaced-dash": ("这座城市 – 曾经的矿区", "这座城市——曾经的矿区"),
    "ellipsis": ("再等等...也许", "再等等……也许"),
    "half-ellipsis": ("再等等…也许", "再等等……也许"),
    "name-dot": ("安娜・马丁内斯", "安娜·马丁内斯"),
    "space-before-percent": ("上升 12 %", "上升12%"),
    "space-at-wide-mark": ("上升 ，随后 。", "上升，随后。"),
    "apostrophe": ("Acme's报告", "Acme’s报告"),
}


@pytest.mark.parametrize(("given_text", "tidied"), CHINESE.values(), ids=CHINESE.keys())
def test_chinese_marks_are_put_right(given_text: str, tidied: str) -> None:
    """Beside Han, half-width marks, straight quotes, hyphen dashes and short ellipses take their Chinese form."""
    assert tidy(given_text, "zh") == tidied


@pytest.mark.parametrize(
    "text",
    [
        "比分3:1，时间10:30",
        "产量1,200吨，单价3.5元",
        "见https://example.com/a,b?c=d:e",
        "写信给press@example.com即可",
        "函数f(x)递增",
        "运行`make test, now`即可",
        "北京—上海线",
        "2026年 – 2028年",
        "屏幕15\"与17\"两款",
        "原文是We agree, he said: fine.",
        "京东.com改版",
        "他笑了:)",
        "《诗》，“礼”",
        "结论成立。[c1, c4]",
    ],
    ids=["ratio-and-time", "numbers", "address", "mail", "code-call", "backticks", "place-range", "year-range",
         "inches", "english-sentence", "domain", "smile", "already-right", "marker"],
)  # fmt: skip
def test_what_may_be_meant_is_left(text: str) -> None:
    """Numbers, times, ratios, addresses, code, ranges, inches and English stay as they are in a Chinese text."""
    assert tidy(text, "zh") == text


@pytest.mark.parametrize(
    ("spacing", "tidied"),
    [
        ("tight", "首期350亿美元投向AI芯片，2026年5月投产7次"),
        ("spaced", "首期 350 亿美元投向 AI 芯片，2026年5月投产 7 次"),
        ("keep", "首期350 亿美元投向 AI芯片，2026年5月投产7 次"),
    ],
)
def test_spacing_is_one_preset(spacing: Spacing, tidied: str) -> None:
    """Between Han and Latin or digits there is no space, one space or what was given; a date has none inside."""
    assert tidy("首期350 亿美元投向 AI芯片，2026 年 5 月投产7 次", "zh", spacing=spacing) == tidied


ENGLISH = {
    "quotes": ('The "window" closed.', "The “window” closed."),
    "apostrophe": ("It's the firm's call.", "It’s the firm’s call."),
    "plural": ("The workers' plan won.", "The workers’ plan won."),
    "decade": ("Back in the '90s it worked.", "Back in the ’90s it worked."),
    "single-quotes": ("The 'window' closed.", "The ‘window’ closed."),
    "hyphen-dash": ("The plan--if any--failed.", "The plan—if any—failed."),
    "spaced-dash": ("The plan – if any — failed.", "The plan—if any—failed."),
    "double-space": ("One.  Two.", "One. Two."),
}


@pytest.mark.parametrize(("given_text", "tidied"), ENGLISH.values(), ids=ENGLISH.keys())
def test_english_marks_are_put_right(given_text: str, tidied: str) -> None:
    """Straight quotes and apostrophes are curled, dashes have one form, double spaces are closed."""
    assert tidy(given_text, "en") == tidied


@pytest.mark.parametrize(
    "text",
    ['A 15" screen.', "They won 3 – 0.", "Run --help first.", 'He said "no.', "A plan—any plan—fails.", "10–15%"],
    ids=["inches", "score", "option", "unpaired", "em-dash", "range"],
)
def test_english_that_may_be_meant_is_left(text: str) -> None:
    """Inches, scores, options, unpaired quotes and ranges stay as they are."""
    assert tidy(text, "en") == text


PIECES = st.lists(
    st.sampled_from([
        *"中国年月时，。：！？“”‘’（）《》 \t\n,.:;!?()\"'`-–—…[]~%$·・3",
        "AI", "12", "2026", "...", "--", "3.5", "c1", "https://a.cn/b,c", "x@y.cn", "\ue000", "s'", "'9", "0s",
    ]),
    max_size=24,
).map("".join)  # fmt: skip
TEXTS = PIECES | st.text(max_size=40)


@given(TEXTS, st.sampled_from(LANGUAGES), st.sampled_from(get_args(Spacing)))
def test_tidying_is_idempotent(text: str, language: Language, spacing: Spacing) -> None:
    """What is tidy stays as it is."""
    once = tidy(text, language, spacing=spacing)
    assert tidy(once, language, spacing=spacing) == once


@given(TEXTS, st.sampled_from(LANGUAGES), st.sampled_from(get_args(Spacing)))
def test_no_digit_is_touched(text: str, language: Language, spacing: Spacing) -> None:
    """Every run of digits, with the marks of a number inside it, is the same before and after."""
    numbers = re.compile(r"\d+(?:[.,:/]\d+)*")
    assert numbers.findall(tidy(text, language, spacing=spacing)) == numbers.findall(text)


@given(TEXTS, st.sampled_from(LANGUAGES), st.sampled_from(get_args(Spacing)))
def test_no_word_is_touched(text: str, language: Language, spacing: Spacing) -> None:
    """Letters, Han characters and line breaks are the same before and after, in the same order."""
    kept = [c for c in text if c.isalnum() or c == "\n"]
    assert [c for c in tidy(text, language, spacing=spacing) if c.isalnum() or c == "\n"] == kept


def test_markers_survive() -> None:
    """Markers of a Chinese paragraph still belong to their sentences after tidying."""
    _, marks = read_markers(tidy("产量上升, 价格下降. [c1] 需求未变! [c2, c3]", "zh"))
    assert [mark.claims for mark in marks] == [("c1",), ("c2", "c3")]


@pytest.mark.parametrize("piece", ["中,", '中"', "a@", "中(", "?!", "中…", "- ", "'a", "`", "中 1"])
def test_hostile_repetition_is_linear(piece: str) -> None:
    """A long line of one repeated piece is tidied in time that grows with its length, not with its square."""
    line = "中" + piece * (60_000 // len(piece))
    started = time.process_time()
    for language in LANGUAGES:
        tidy(line, language, spacing="spaced")
    assert time.process_time() - started < 8
