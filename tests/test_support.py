"""Is a figure supported by the evidence? What the cases in `fixtures/checks` cannot say: citations, names, ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline.checker import check_draft, check_editions, check_text, compare, reason, support
from pipeline.checker.evidence import without_names
from pipeline.checker.values import digits, measure, power_of_ten, relate, round_to
from pipeline.figures import find_figures
from pipeline.schema import (
    AIGC,
    Brief,
    Citation,
    Claim,
    Disclosure,
    Draft,
    DroppedClaim,
    Edition,
    Finding,
    Paragraph,
    Report,
    Term,
)

BRIEF = "The lender will provide $35 billion up front. The rail plan needs 12 trains by 2030."


def codes(report: Report) -> list[str]:
    """The codes of the findings on figures."""
    return [finding.code for finding in report.findings if finding.code.startswith("figure")]


def only(report: Report) -> Finding:
    """The one finding there is."""
    assert len(report.findings) == 1, report.findings
    return report.findings[0]


def claim(brief: str, quote: str, name: str = "c1") -> Claim:
    """A claim with its quote located in the brief."""
    start = brief.index(quote)
    return Claim(id=name, text=quote, quote=quote, start=start, end=start + len(quote), kind="fact", subject="plan")


def edition(text: str, *claims: str) -> Edition:
    """An English edition of one sentence with its citations."""
    body = Paragraph(text=text, citations=(Citation(start=0, end=len(text), claims=claims, stance="fact"),))
    return Edition(language="en", body=(body,))


def test_every_figure_gets_a_reading() -> None:
    """Each figure read has one verdict, and the counts add up."""
    report = check_text("The lender will provide $35 million for 12 trains and 7 ships.", [BRIEF])
    counts = report.counts["en"]
    assert [reading.verdict for reading in report.figures] == ["scale", "supported", "unsupported"]
    assert counts.read == 3
    assert counts.read == counts.supported + counts.rounded + counts.derived + counts.flagged


def test_counts_stand_also_when_nothing_was_read() -> None:
    """A text without figures reports zero figures read in its language."""
    assert check_text("一切如常。", [BRIEF]).counts["zh"].read == 0


def test_a_reason_names_the_closest_figure_in_both_languages() -> None:
    """The reason of a wrong magnitude names the brief's figure and the factor, in English and in Chinese."""
    finding = only(check_text("该行将先行提供35亿美元。", [BRIEF]))
    assert finding.reason == "The brief says $35 billion; 35亿美元 is ten times less."
    assert reason(finding, "zh") == "原文为$35 billion，35亿美元只有其十分之一。"


def test_evidence_points_into_the_list_of_evidence() -> None:
    """The span of the supporting figure is given with the index of its text."""
    evidence = check_text("It needs 12 trains.", ["No figure here.", BRIEF]).figures[0].evidence
    assert evidence is not None
    assert (evidence.source, BRIEF[evidence.start : evidence.end]) == (1, evidence.quote)


def test_a_derived_figure_shows_its_arithmetic() -> None:
    """The expression of a sum stands in the reading."""
    text = "With $12 billion from the state and $5 billion from the city, the total is $17 billion."
    reading = check_text(text, ["The state pays $12 billion and the city pays $5 billion."]).figures[-1]
    assert reading.verdict == "derived"
    assert reading.expression == "$12 billion + $5 billion = $17 billion"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("The state pays $17 billion.", "figure.contradicted", id="no operation, no operands"),
        pytest.param("The total is $17 billion.", "figure.unsupported", id="operands not named"),
        pytest.param(
            "The state pays $12 billion and the city pays $5 billion, in 17 towns.", "figure.unsupported",
            id="another dimension",
        ),
    ],
)  # fmt: skip
def test_a_bare_coincidence_derives_nothing(text: str, code: str) -> None:
    """A number that two figures of the brief happen to give is flagged unless the words say how."""
    report = check_text(text, ["The state pays $12 billion and the city pays $5 billion."])
    assert codes(report) == [code]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Revenue grew 25% in 2025.", "figure.derived", id="growth, of the earlier value"),
        pytest.param("Revenue fell 25% in 2025.", "figure.unsupported", id="the wrong way"),
        pytest.param("Revenue fell 20% in 2025.", "figure.unsupported", id="the wrong way, of the later value"),
    ],
)
def test_a_change_in_percent_goes_the_way_the_dates_say(text: str, expected: str) -> None:
    """Growth from one year to the next derives no fall, whichever value it is taken of."""
    brief = "Revenue was $20 billion in 2024 and $25 billion in 2025."
    assert codes(check_text(text, [brief])) == [expected]


def test_a_cited_quote_is_checked_first() -> None:
    """A figure that the cited quote has is supported by that quote."""
    claims = [claim(BRIEF, "The lender will provide $35 billion up front.")]
    report = check_editions([BRIEF], en=edition("The lender will provide $35 billion.", "c1"), claims=claims)
    assert report.figures[0].verdict == "supported"


def test_a_figure_found_only_outside_the_cited_quote_is_a_warning() -> None:
    """A sentence that cites one claim and gives the figure of another gets figure.subject, as a warning."""
    claims = [claim(BRIEF, "The rail plan needs 12 trains by 2030.")]
    report = check_editions([BRIEF], en=edition("The lender will provide $35 billion.", "c1"), claims=claims)
    found = [finding for finding in report.findings if finding.code == "figure.subject"]
    assert [(finding.text, finding.severity) for finding in found] == [("$35 billion", "warn")]


def test_a_name_that_holds_a_number_needs_no_support() -> None:
    """A figure inside a term of the glossary is neither read as a claim nor taken as evidence."""
    glossary = [Term(en="Vision 2045", zh="2045愿景")]
    assert not check_text("The ministry praised Vision 2045.", ["The ministry spoke."], glossary=glossary).figures
    report = check_text("It is due in 2045.", ["The ministry praised Vision 2045."], glossary=glossary)
    assert codes(report) == ["figure.unsupported"]


@pytest.mark.parametrize("text", ["Gemma 3支持多种语言。", "Gemma 3对开发者开放。"])
def test_a_figure_that_begins_in_a_name_is_part_of_it(text: str) -> None:
    """What follows a name that ends in a number may look like a measure word and does not make a figure."""
    figures = [figure.model_copy(update={"text": text[6:8], "end": 8}) for figure in find_figures("Units: 3")]
    begun = [figure.model_copy(update={"start": 6}) for figure in figures]
    assert without_names(begun, text, ["Gemma 3"]) == []
    assert without_names(begun, text, ["Gemma"]) == begun


def test_a_name_is_not_the_beginning_of_a_longer_number() -> None:
    """Phase 3 is no part of "Phase 35"."""
    text = "It has passed the hurdle of Phase 35 trains."
    figures = find_figures(text)
    assert without_names(figures, text, ["Phase 3"]) == figures


def test_a_date_of_the_brief_may_stand_in_any_sentence() -> None:
    """A quote seldom repeats the quarter it speaks of: a date found elsewhere in the brief is no finding."""
    brief = "Orders in the second quarter: the yard took 14 ferries.\n\nThe first quarter was poor."
    claims = [claim(brief, "the yard took 14 ferries")]
    text = "In the second quarter the yard took 14 ferries, and in the first quarter fewer."
    report = check_editions([brief], en=edition(text, "c1"), claims=claims)
    assert not [finding for finding in report.findings if finding.code.startswith("figure")]


def test_a_number_inside_a_code_of_the_brief_is_a_name() -> None:
    """A number that the brief has inside a product code is no claim of its own."""
    assert codes(check_text("The gold contract 99.99 fell.", ["The contract Au99.99 fell."])) == []


@pytest.mark.parametrize(
    ("brief", "published"),
    [
        pytest.param("The ministry spoke.", date(2026, 3, 4), id="argument"),
        pytest.param("Published: 4 March 2026\nThe ministry spoke.", None, id="line"),
        pytest.param("发布日期：2026年3月4日\n该部发表讲话。", None, id="line in Chinese"),
        pytest.param("GENEVA, March 4, 2026 (Agency) - The ministry spoke.", None, id="dateline"),
    ],
)
def test_the_publication_date_is_a_date_of_the_brief(brief: str, published: date | None) -> None:
    """The day of publication, its month and its weekday are supported, another day is not."""
    for text in ("On March 4 it spoke.", "It spoke in March 2026.", "It spoke on Wednesday."):
        assert codes(check_text(text, [brief], published=published)) == []
    assert codes(check_text("On March 5 it spoke.", [brief], published=published)) == ["figure.unsupported"]


def test_ids_survive_edits_elsewhere() -> None:
    """A finding keeps its id when another sentence changes, and two alike in one sentence differ."""
    before = check_text("It costs $9 billion. The plan needs 12 trains.", [BRIEF])
    after = check_text("The plan surely needs 12 trains. It costs $9 billion.", [BRIEF])
    assert only(before).id == only(after).id
    twice = check_text("It costs $9 billion, yes $9 billion.", [BRIEF]).findings
    assert len({finding.id for finding in twice}) == 2


def test_the_check_is_pure() -> None:
    """The same input gives the same report."""
    text = "The lender will provide more than $35 billion for 13 trains."
    assert check_text(text, [BRIEF]) == check_text(text, [BRIEF])


def test_a_draft_is_checked_from_itself() -> None:
    """Figures, dropped claims and counts of a draft come from the draft alone."""
    brief = Brief(text=BRIEF)
    draft = Draft(
        id=brief.id,
        status="complete",
        brief=brief,
        en=edition("The lender will provide $35 billion.").model_copy(update={"title": "A loan of $3.5 billion"}),
        dropped_claims=(DroppedClaim(text="x", quote="y", reason="not in the brief"),),
        disclosure=Disclosure(
            notice={}, disclaimer={}, AIGC=AIGC(ProduceID="1", PropagateID="1"), digital_source_type=""
        ),
    )
    report = check_draft(draft)
    found = {(finding.code, finding.field, finding.text) for finding in report.findings}
    assert ("figure.scale", "title", "$3.5 billion") in found
    assert any(code == "claim.dropped" for code, _, _ in found)
    assert report.counts["en"].read == 2


# --- many figures ----------------------------------------------------------------------------------------------------


def table(size: int, factor: int) -> str:
    """A text of so many amounts, each in a sentence of its own."""
    words = ("revenue", "profit", "debt", "rent")
    return " ".join(
        f"The {words[i % 4]} of unit {i % 9} was ${i * factor % 9973}.{i % 10} million." for i in range(size)
    )


def comparisons(size: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often values and words are compared in the check of a text against evidence four times as long."""
    counted = Counter[str]()
    with monkeypatch.context() as patch:
        for name in ("relate", "affinity"):
            original = getattr(support, name)

            def count(*arguments: object, original: Callable[..., object] = original) -> object:
                counted["all"] += 1
                return original(*arguments)

            patch.setattr(support, name, count)
        check_text(table(size, 37), [table(4 * size, 41)])
    return counted["all"]


def test_work_grows_with_the_text_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice the text against twice the evidence takes about twice the comparisons, not four times."""
    once, twice = comparisons(80, monkeypatch), comparisons(160, monkeypatch)
    assert 0 < twice < 2.6 * once


def test_a_figure_is_found_among_very_many() -> None:
    """The same value, its power of ten and its day are found in evidence of a thousand figures."""
    brief = table(1000, 41) + " The dredging cost €77 million. It began on June 3, 2019."
    text = "The dredging cost €77 million. It began in June 2019. The dredging cost €770 million."
    assert [reading.verdict for reading in check_text(text, [brief]).figures] == ["supported", "supported", "scale"]


# --- values ----------------------------------------------------------------------------------------------------------


def test_small_counts_are_a_power_of_ten_apart_by_chance() -> None:
    """One and ten are two counts, not one count in the wrong magnitude."""
    assert relate(find_figures("10 ships")[0], find_figures("1 ship")[0]) == "none"
    assert relate(find_figures("$10 billion")[0], find_figures("$1 billion")[0]) == "scale"


def test_pence_count_as_pounds() -> None:
    """77 cents are $0.77."""
    assert relate(find_figures("77 cents")[0], find_figures("$0.77")[0]) == "same"


@given(st.decimals(min_value=1, max_value=10**9, places=3), st.integers(min_value=-6, max_value=6))
def test_powers_of_ten_are_found(value: Decimal, power: int) -> None:
    """A value moved by n places is n powers of ten away, and has the same digits."""
    moved = value.scaleb(power)
    assert digits(moved) == digits(value)
    assert power_of_ten(moved, value) == power


@given(st.decimals(min_value=1000, max_value=10**9, places=0))
def test_a_correct_rounding_is_never_contradicted(value: Decimal) -> None:
    """An amount rounded to three digits is supported by the amount, as the same or as a rounding."""
    rounded = round_to(value, 3)
    assume(len(digits(rounded)) > 1)
    draft, fact = find_figures(f"${rounded:,f}")[0], find_figures(f"${value:,f}")[0]
    assert measure(draft).low == rounded
    assert relate(draft, fact) in ("same", "rounded")


AMOUNTS = st.integers(min_value=2, max_value=999)
SCALES = st.sampled_from([("million", "百万"), ("billion", "十亿")])


@settings(max_examples=60)
@given(AMOUNTS, SCALES)
def test_an_amount_supports_itself_and_nothing_ten_times_as_large(number: int, scale: tuple[str, str]) -> None:
    """A generated amount is supported by its own spelling; ten times as much is a wrong magnitude."""
    english = scale[0]
    brief = f"The fund holds ${number} {english}."
    assert codes(check_text(brief, [brief])) == []
    assert codes(check_text(f"The fund holds ${number * 10} {english}.", [brief])) == ["figure.scale"]


def test_a_cited_quote_that_holds_the_value_settles_what_it_is_said_of() -> None:
    """Words that point to another value raise no alarm where the sentence cites a quote with this one."""
    brief = "缓存命中的输入定价为每百万词0.5元，未命中2元。在2月8日之前，仍按优惠价收取：0.1元和1元。"
    quote = "仍按优惠价收取：0.1元和1元"
    start = brief.index(quote)
    end = start + len(quote)
    claim = Claim(id="c1", text="Old prices.", quote=quote, start=start, end=end, kind="fact", subject="price")
    text = "在2月8日之前，缓存命中的输入，每百万词收0.1元。"
    cited = Paragraph(text=text, citations=(Citation(start=0, end=len(text), claims=("c1",), stance="fact"),))
    report = check_editions([brief], zh=Edition(language="zh", body=(cited,)), claims=[claim])
    assert not report.blocking, report.blocking


def test_a_supposition_or_a_hedged_end_of_a_range_warns_and_does_not_block() -> None:
    """What a sentence only supposes, and "near" one end of the brief's range, are for the reviewer to judge."""
    brief = "The line charges 8 yuan. The yard expects a margin of between 55.5% and 57.5%."
    supposed = check_text("If a rival charged below 8 yuan, passengers would move.", [brief])
    assert [(f.code, f.severity) for f in supposed.findings] == [("figure.qualifier", "warn")]
    stated = check_text("The line charges below 8 yuan.", [brief])
    assert [(f.code, f.severity) for f in stated.findings] == [("figure.qualifier", "block")]
    hedged = check_text("The margin was nearly 55.5%.", [brief])
    assert [(f.code, f.severity) for f in hedged.findings] == [("figure.precision", "warn")]


def test_an_amount_within_a_term_is_a_figure() -> None:
    """ "3nm process" in the glossary does not hide the 3 nanometres of the brief."""
    glossary = [Term(en="3nm process", zh="3纳米制程")]
    report = check_text("The 3-nanometre lines are new.", ["3纳米制程占营收的24%。"], glossary=glossary)
    assert not report.blocking


_PIECES = (
    "0 00 5 -3 12:30 1e999 10^25 0% $0 3-0 and or to from between , . stores km half dozens "
    "一 零 0元 万 亿 至 和 分别为 倍 年 月 日 点 % 折"
).split()


@settings(max_examples=300)
@given(st.lists(st.sampled_from(_PIECES), max_size=12), st.lists(st.sampled_from(_PIECES), max_size=12))
def test_no_text_of_figures_makes_the_checker_fall(one: list[str], other: list[str]) -> None:
    """Zeros, ranges, powers and nonsense in any order give a report, never an exception."""
    for joint in (" ", ""):
        text, evidence = joint.join(one), joint.join(other)
        check_text(text, [evidence])
        compare(text, evidence)
        zh = Edition(language="zh", body=(Paragraph(text=evidence or "x"),))
        check_editions([evidence], en=edition(text or "x"), zh=zh)


@pytest.mark.parametrize("text", ["next week", "next Friday", "上周五", "last year", "tomorrow", "0^0 and 0^-5"])
@pytest.mark.parametrize("published", [date(1, 1, 1), date(9999, 12, 31)])
def test_the_ends_of_the_calendar_are_no_ends_of_the_checker(text: str, published: date) -> None:
    """A relative date beyond the calendar, or a power of nothing, raises nothing."""
    check_text(f"It ends {text}.", [f"It began {text}, not in 2020."], published=published)


@pytest.mark.parametrize(
    "brief", ["It won 5 and 0 games.", "from 3 to 0 users", "between 1 and 0", "0/0", "分别为0和0", "1e999"]
)
def test_zeros_and_giants_in_a_brief_are_read(brief: str) -> None:
    """A 0 at the end of a list has no scale to share."""
    check_text("Revenue rose 12% at 12:30.", [brief])
    compare("1e999", "12:30")


def test_no_two_findings_share_an_id() -> None:
    """The same sentence in the lead and in a paragraph gives two findings that a reviewer can tell apart."""
    text = "Revenue rose 12% to $9 billion, and $9 billion is much."
    doubled = Edition(language="en", title="News", lead=text, body=(Paragraph(text=text),))
    chinese = Edition(language="zh", title="新闻", lead="营收增长。", body=(Paragraph(text="营收增长。"),))
    ids = [finding.id for finding in check_editions(["Revenue rose."], en=doubled, zh=chinese).findings]
    assert len(ids) == len(set(ids)) > 6


@pytest.mark.parametrize(
    ("text", "brief", "severity"),
    [
        pytest.param("It rained on Friday.", "It rained for hours.", "warn", id="a weekday where the brief tells none"),
        pytest.param("It rained on Friday.", "It rained on Monday.", "block", id="another weekday"),
        pytest.param("Sales fell last year.", "Sales fell.", "warn", id="a year that nothing dates"),
        pytest.param("Sales fell this year.", "Sales fell.", "info", id="this year, that nothing dates"),
        pytest.param("From plan to first use took long.", "It was used.", "warn", id="some first"),
        pytest.param("It is the world's first office.", "It is an office.", "block", id="the first of the world"),
        pytest.param("If it charged below 8 yuan it would win.", "It charged 8 yuan.", "warn", id="a supposition"),
        pytest.param(
            "If approved, it will spend more than $35 billion.", "It will spend $35 billion.", "block",
            id="a supposition of something else",
        ),
    ],
)  # fmt: skip
def test_severity(text: str, brief: str, severity: str) -> None:
    """What the brief leaves open warns; what it denies, or what claims a rank or a bound, blocks."""
    assert [finding.severity for finding in check_text(text, [brief]).findings] == [severity]
