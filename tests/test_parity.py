"""Do two editions carry the same figures? What the cases in `fixtures/checks` cannot say: fields, spans, properties."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline.checker import check_editions, compare, reason
from pipeline.checker import parity as parity_module
from pipeline.checker.counterparts import answers
from pipeline.figures import find_figures
from pipeline.schema import Edition, Figure, Language, Paragraph, Report, Term


def edition(language: Language, *body: str, title: str = "") -> Edition:
    """An edition of plain paragraphs."""
    return Edition(language=language, title=title, body=tuple(Paragraph(text=text) for text in body))


def parity(report: Report) -> list[tuple[str, str, str]]:
    """Code, field and text of the findings on parity."""
    wanted = ("parity", "figures")
    return [(f.code, f.field, f.text) for f in report.findings if f.code.startswith(wanted)]


def test_a_differing_pair_is_shown_from_the_chinese_side() -> None:
    """A value that differs is one finding, on the Chinese, with the English span as its counterpart."""
    english, chinese = "The order is for 48 buses.", "订单为49辆公交车。"
    (finding,) = compare(english, chinese).findings
    assert (finding.code, finding.language, finding.severity) == ("parity.value", "zh", "block")
    assert finding.counterpart is not None
    assert (finding.counterpart.language, finding.counterpart.text) == ("en", "48")
    assert english[finding.counterpart.start : finding.counterpart.end] == "48"
    assert finding.reason == f"The English says 48, the Chinese {finding.text}."
    assert reason(finding, "zh") == f"英文为48，中文为{finding.text}。"


def test_compare_checks_parity_alone() -> None:
    """Two texts that agree give no finding, whatever else may be wrong with them, and no reading."""
    report = compare("The yard built 12 ferries , for OpenAI的", "该船厂建造了12艘渡轮")
    assert report.findings == ()
    assert report.figures == ()


def test_fields_are_numbered_by_paragraph() -> None:
    """Blank lines separate paragraphs, and a finding names the one it stands in."""
    report = compare("All is well.\n\nIt built 12 ferries.", "一切正常。\n\n它建造了13艘渡轮。")
    assert parity(report) == [("parity.value", "body[1]", "13艘")]


def test_a_figure_two_paragraphs_away_is_no_answer() -> None:
    """Only the paragraph itself and its neighbours may answer."""
    report = compare("It built 12 ferries.\n\nA.\n\nB.", "一。\n\n甲。\n\n它建造了12艘渡轮。")
    assert [code for code, _, _ in parity(report)] == ["parity.missing", "parity.missing"]


def test_editions_of_unequal_length_are_compared_as_a_whole() -> None:
    """Without the same paragraphs on both sides, any place may answer."""
    assert parity(compare("It built 12 ferries.\n\nA.\n\nB.", "甲。\n\n它建造了12艘渡轮。")) == []


def test_a_title_may_find_its_answer_in_the_body() -> None:
    """Titles are written apart, so a figure in one of them may stand anywhere in the other edition."""
    en = edition("en", "The yard built 12 ferries for $90 million.", title="A yard on course")
    zh = edition("zh", "该船厂以9000万美元建造了12艘渡轮。", title="12艘渡轮如期完工")
    assert parity(check_editions(["The yard built 12 ferries for $90 million."], en=en, zh=zh)) == []


def test_support_and_parity_are_both_reported() -> None:
    """A wrong Chinese figure is unsupported and differs from the English: two findings."""
    brief = "The yard was paid $90 million."
    en, zh = edition("en", brief), edition("zh", "该船厂获得9亿美元。")
    codes = {finding.code for finding in check_editions([brief], en=en, zh=zh).findings}
    assert {"figure.scale", "parity.value"} <= codes


def test_a_figure_unsupported_in_both_editions_is_no_mismatch() -> None:
    """Parity compares the editions only: a figure that both have wrong is unsupported twice and differs nowhere."""
    en, zh = edition("en", "The yard was paid $64 million."), edition("zh", "该船厂获得6400万美元。")
    found = check_editions(["The yard was paid $90 million."], en=en, zh=zh).findings
    assert [finding.code for finding in found if finding.code.startswith("parity")] == []
    assert sum(finding.code.startswith("figure") for finding in found) == 2


def test_a_long_paragraph_is_compared_a_few_figures_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice the figures in one paragraph take about twice the comparisons, and the answers are still found."""
    original, counted = parity_module.answers, []

    def count(one: Figure, other: Figure) -> object:
        counted.append(one)
        return original(one, other)

    monkeypatch.setattr(parity_module, "answers", count)
    sizes = []
    for size in (300, 600):
        amounts = [1000 + i * 37 % 8999 for i in range(size)]
        english = " ".join(f"It paid ${amount} million." for amount in amounts)
        chinese = "".join(f"它支付了{amount * 100}万美元。" for amount in amounts)
        assert compare(english, chinese).findings == ()
        sizes.append(len(counted))
        counted.clear()
    assert 0 < sizes[1] < 2.6 * sizes[0]


def test_a_number_in_a_name_needs_no_counterpart() -> None:
    """A term of the glossary that holds a number in one language alone is a name and no figure."""
    en, zh = edition("en", "The yard joined Vision 2045."), edition("zh", "该船厂加入了远景计划。")
    assert parity(check_editions([""], en=en, zh=zh)) != []
    assert parity(check_editions([""], en=en, zh=zh, glossary=[Term(en="Vision 2045", zh="远景计划")])) == []


def test_one_edition_alone_has_no_parity() -> None:
    """With a single edition only its support and hygiene are checked."""
    brief = "The yard was paid $90 million."
    report = check_editions([brief], zh=edition("zh", "该船厂获得9000万美元。"))
    assert parity(report) == []
    assert list(report.counts) == ["zh"]


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        pytest.param("May 7", "5月7日", id="a day"),
        pytest.param("3-1", "3比1", id="a score"),
        pytest.param("17:30", "下午5点30分", id="a clock time"),
        pytest.param("34 years old", "34岁", id="an age"),
        pytest.param("two thirds", "三分之二", id="a fraction"),
        pytest.param("$169.4 million", "1.694亿澳元", id="a dollar of no named country"),
        pytest.param("up to 24 hours", "24小时", id="up to"),
    ],
)
def test_one_figure_answers_another(english: str, chinese: str) -> None:
    """The two spellings say the same, seen from either side."""
    (one,), (other,) = find_figures(english, "en"), find_figures(chinese, "zh")
    assert answers(one, other) == answers(other, one) == "yes"


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        pytest.param("US$5 million", "500万澳元", id="another dollar"),
        pytest.param("1984", "20世纪80年代", id="a year for a decade"),
        pytest.param("3 percentage points", "3%", id="points for percent"),
        pytest.param("10 miles", "10公里", id="miles for kilometres"),
        pytest.param("2-1", "3比1", id="another score"),
    ],
)
def test_one_figure_does_not_answer_another(english: str, chinese: str) -> None:
    """The two spellings say different things, seen from either side."""
    (one,), (other,) = find_figures(english, "en"), find_figures(chinese, "zh")
    assert answers(one, other) == answers(other, one) == "no"


# --- generated statements --------------------------------------------------------------------------------------------

UNITS = (
    ("${} million", "{}万美元", 100), ("€{} billion", "{}亿欧元", 10), ("{} million yuan", "{}万元", 100),
    ("HK${} million", "{}万港元", 100), ("{} percent", "{}%", 1), ("{} percentage points", "{}个百分点", 1),
    ("{} basis points", "{}个基点", 1), ("{} gigawatts", "{}吉瓦", 1), ("{} megawatts", "{}万千瓦", Decimal("0.1")),
    ("{} kilowatt-hours", "{}千瓦时", 1), ("{} nanometers", "{}纳米", 1), ("{} gigabytes", "{} GB", 1),
    ("{} kilometers", "{}公里", 1), ("{} tonnes", "{}吨", 1), ("{} hours", "{}小时", 1),
    ("{} million users", "{}万用户", 100), ("{} billion parameters", "{}亿参数", 10), ("{} engineers", "{}名工程师", 1),
)  # fmt: skip
"""What follows a number in each language, and the factor from the English number to the Chinese."""

BOUNDS = (("more than {}", "超过{}"), ("nearly {}", "近{}"), ("less than {}", "不到{}"), ("about {}", "约{}"))
AGAINST = {"超过{}": "不到{}", "近{}": "超过{}", "不到{}": "超过{}", "约{}": "不到{}"}


@dataclass(frozen=True)
class Statement:
    """A figure in English, in Chinese, and in Chinese with one error."""

    english: str
    chinese: str
    wrong: str


@st.composite
def amounts(draw: st.DrawFn) -> Statement:
    """An amount, perhaps with a bound; wrong by a power of ten, a digit, its unit or its bound."""
    english, chinese, factor = draw(st.sampled_from(UNITS))
    number = Decimal(draw(st.integers(min_value=11, max_value=999)))
    before, behind = draw(st.sampled_from((("{}", "{}"), *BOUNDS)))

    def spelled(value: Decimal, unit: str = chinese, bound: str = behind) -> str:
        return bound.format(unit.format(f"{(value * factor).normalize():f}"))

    errors = [spelled(number * 10), spelled(number / 10), spelled(number + draw(st.sampled_from([1, 20, 300])))]
    if behind != "{}":
        errors.append(spelled(number, bound=AGAINST[behind]))
    other = {
        "{}%": "{}个百分点",
        "{}个百分点": "{}%",
        "{}万美元": "{}万元",
        "{}吉瓦": "{}吉瓦时",
        "{}万用户": "{}亿用户",
    }
    if chinese in other:
        errors.append(spelled(number, other[chinese]))
    return Statement(before.format(english.format(number)), spelled(number), draw(st.sampled_from(errors)))


@st.composite
def dates(draw: st.DrawFn) -> Statement:
    """A year, quarter, half-year, month or day; wrong by one."""
    year, step = draw(st.integers(min_value=1990, max_value=2039)), draw(st.sampled_from([-1, 1]))
    month, day = draw(st.integers(min_value=2, max_value=11)), draw(st.integers(min_value=2, max_value=27))
    quarter = draw(st.integers(min_value=2, max_value=3))
    name = date(year, month, day).strftime("%B")
    return draw(
        st.sampled_from(
            [
                Statement(f"{year}", f"{year}年", f"{year + step}年"),
                Statement(f"Q{quarter} {year}", f"{year}年第{quarter}季度", f"{year}年第{quarter + step}季度"),
                Statement(f"H1 {year}", f"{year}年上半年", f"{year}年下半年"),
                Statement(f"{name} {year}", f"{year}年{month}月", f"{year}年{month + step}月"),
                Statement(f"{name} {day}", f"{month}月{day}日", f"{month}月{day + step}日"),
                Statement(f"{name} {day}, {year}", f"{year}年{month}月{day}日", f"{year}年{month + step}月{day}日"),
            ]
        )
    )


STATEMENTS = st.one_of(amounts(), dates())


@settings(max_examples=150, deadline=None)
@given(STATEMENTS)
def test_a_statement_never_alarms_and_an_altered_one_always_does(statement: Statement) -> None:
    """A generated figure agrees with its own translation; one wrong digit, unit, bound or date never does."""
    english = f"The filing gives {statement.english}."
    assert compare(english, f"文件给出的是{statement.chinese}。").findings == ()
    findings = compare(english, f"文件给出的是{statement.wrong}。").findings
    assert findings
    assert {finding.code for finding in findings} <= {"parity.value", "parity.missing"}


@settings(max_examples=150, deadline=None)
@given(st.lists(STATEMENTS, min_size=2, max_size=5, unique_by=lambda s: s.english), st.randoms(use_true_random=False))
def test_a_paragraph_of_statements_agrees_in_any_order(statements: list[Statement], random: Random) -> None:
    """The order of the Chinese sentences does not matter, and nothing is said twice about it."""
    english = " ".join(f"The filing gives {s.english}." for s in statements)
    random.shuffle(statements)
    assert compare(english, "".join(f"文件给出的是{s.chinese}。" for s in statements)).findings == ()


@settings(max_examples=150, deadline=None)
@given(st.lists(amounts(), min_size=1, max_size=4, unique_by=lambda s: s.english), st.data())
def test_a_dropped_statement_is_missed(statements: list[Statement], data: st.DataObject) -> None:
    """A sentence whose figure no other sentence holds is missing on the other side when it is left out."""
    lost = data.draw(st.sampled_from(statements))
    kept = [s for s in statements if s is not lost]
    assume(not {re.sub(r"\D", "", lost.english)} & {re.sub(r"\D", "", s.english) for s in kept})
    english = " ".join(f"The filing gives {s.english}." for s in statements)
    findings = compare(english, "".join(f"文件给出的是{s.chinese}。" for s in kept) or "文件没有给出。").findings
    (text,) = [finding.text for finding in findings if finding.language == "en"]
    assert lost.english.startswith(text)  # the noun that is counted is not part of a figure


@settings(max_examples=150, deadline=None)
@given(st.lists(amounts(), min_size=2, max_size=4, unique_by=lambda s: s.english), st.data())
def test_an_error_among_others_is_shown_at_its_place(statements: list[Statement], data: st.DataObject) -> None:
    """Of several figures in a paragraph the altered one is flagged, with the English one beside it, and no other."""
    altered = data.draw(st.sampled_from(statements))
    others = {re.sub(r"\D", "", s.chinese).strip("0") for s in statements if s is not altered}
    assume(not {re.sub(r"\D", "", text).strip("0") for text in (altered.wrong, altered.chinese)} & others)
    english = " ".join(f"The filing gives {s.english}." for s in statements)
    chinese = "".join(f"文件给出的是{s.wrong if s is altered else s.chinese}。" for s in statements)
    (finding,) = compare(english, chinese).findings
    assert finding.code == "parity.value"
    assert finding.text in altered.wrong  # 近110小时 may be "the last 110 hours"
    assert finding.counterpart is not None
    assert finding.counterpart.text in altered.english
