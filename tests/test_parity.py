"""Do two editions carry the same figures? What the cases in `fixtures/checks` cannot say: fields, spans, properties."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
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


CURRENCIES = st.sampled_from([("${} million", "万美元"), ("€{} million", "万欧元"), ("{} million yuan", "万元")])


@settings(max_examples=80)
@given(st.integers(min_value=1, max_value=9999), CURRENCIES)
def test_money_in_both_languages_never_alarms_and_tenfold_always_does(number: int, currency: tuple[str, str]) -> None:
    """A generated amount agrees with its own translation; ten times as much never does."""
    english, unit = currency
    text = f"The fund paid {english.format(number)} to the city."
    assert compare(text, f"该基金向该市支付了{number * 100}{unit}。").findings == ()
    (finding,) = compare(text, f"该基金向该市支付了{number * 1000}{unit}。").findings
    assert finding.code == "parity.value"
