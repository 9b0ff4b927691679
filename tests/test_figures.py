"""The recogniser: fixtures of spellings, offsets, bounds, units, soft readings, hostile text."""

from __future__ import annotations

import re
import time
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.figures import en, engine, find_figures, is_soft, units, zh
from pipeline.schema import Figure, Language, PartialDate
from pipeline.text import HAN, fold, unwrapped

FIXTURES = Path(__file__).parent.parent / "fixtures" / "figures"
TABLES: dict[str, dict[str, Any]] = {
    path.name: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FIXTURES.glob("*.toml"))
}
SPELLINGS = [
    pytest.param(row, language, spelling, id=f"{language}-{spelling}")
    for table in TABLES.values()
    for row in table["figure"]
    for language in ("en", "zh")
    for spelling in row.get(language, ())
]
NOTHING = [text for table in TABLES.values() for text in table["nothing"][0]["text"]]
SENTENCES = [
    pytest.param(row["text"], row["figures"], id=row["phenomenon"])
    for table in TABLES.values()
    for row in table.get("sentence", ())
]
CARRIERS: dict[Language, str] = {"en": "The report says ({}), without a source.", "zh": "报告提到（{}），没有来源。"}


def one(text: str, language: Language | None = None) -> Figure:
    """The only figure of a text."""
    found = find_figures(text, language)
    assert len(found) == 1, [(figure.text, figure.rule) for figure in found]
    return found[0]


def exact(number: str) -> Decimal:
    """The value a fixture writes as a decimal or as a fraction: 0.5, 1/3."""
    above, _, below = number.partition("/")
    return Decimal(above) / Decimal(below) if below else Decimal(above)


def expected(row: dict[str, Any]) -> tuple[object, ...]:
    """What a fixture row says of its figures."""
    if "when" in row:
        return (row["kind"], PartialDate(**row["when"]), row.get("unit", ""))
    ends = row["value"] if isinstance(row["value"], list) else [row["value"]] * 2
    key = tuple(units.to_base(exact(end), row.get("unit", "")) for end in ends)
    return (row["kind"], *key, row.get("bound", "exact"))


def read(figure: Figure) -> tuple[object, ...]:
    """The same of a figure."""
    if figure.when is not None:
        return (figure.kind, figure.when, figure.unit)
    assert figure.low is not None
    assert figure.high is not None
    ends = (units.to_base(figure.low, figure.unit), units.to_base(figure.high, figure.unit))
    return (figure.kind, *ends, figure.bound)


@pytest.mark.parametrize(("row", "language", "spelling"), SPELLINGS)
def test_spelling_alone(row: dict[str, Any], language: Language, spelling: str) -> None:
    """Alone, every spelling of a fixture is one figure over its whole length, with the value of its row."""
    figure = one(spelling, language)
    assert read(figure) == expected(row)
    assert (figure.start, figure.end) == (0, len(spelling))


@pytest.mark.parametrize(("row", "language", "spelling"), SPELLINGS)
def test_spelling_in_a_sentence(row: dict[str, Any], language: Language, spelling: str) -> None:
    """Inside a sentence the same figure is found, and its span slices back to the spelling."""
    sentence = CARRIERS[language].format(spelling)
    figure = one(sentence, language)
    assert sentence[figure.start : figure.end] == figure.text == spelling
    assert read(figure) == expected(row)


@pytest.mark.parametrize("text", NOTHING)
def test_nothing(text: str) -> None:
    """Names, idioms, addresses and list numbers hold no figure."""
    assert find_figures(text) == []


@pytest.mark.parametrize(("text", "texts"), SENTENCES)
def test_all_figures_of_a_sentence(text: str, texts: list[str]) -> None:
    """A sentence of the fixtures holds exactly the figures listed with it, in this order."""
    assert [figure.text for figure in find_figures(text)] == texts


LIST = "1. The plant opens in May.\n2) It employs forty people.\n3. 三家公司参与。"


def test_list_numbers_are_no_figures() -> None:
    """Numbers that open a line as a list do are passed over; the figures behind them are read."""
    assert [figure.text for figure in find_figures(LIST)] == ["May", "forty people", "三家"]


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("OpenAI 计划投资$35 billion建设20 GW", ["$35 billion", "20 GW"]),
        ("The deal is worth $5bn.\n交易金额为50亿美元。", ["$5bn", "50亿美元"]),
        ("增速从5%升至7%", ["5%", "7%"]),
        ("Margins rose from 5% to 7%.", ["5%", "7%"]),
        ("It grew from 10 billion to 12 billion yuan.", ["10 billion", "12 billion yuan"]),
        ("5月20日举行2次会议", ["5月20日", "2次"]),
        ("August 9 and 10", ["August 9", "10"]),
        ("3月5日至7日", ["3月5日", "7日"]),
        ("Jane Smith, 26, won 3-1.", ["26", "3-1"]),
        ("气温降至零下5摄氏度", ["零下5摄氏度"]),
        ("It costs $5 per million input tokens.", ["$5"]),
        ("It costs $3 a million tokens.", ["$3"]),
        ("In 2020 a million people moved.", ["2020", "a million people"]),
        ("每10万人中有12人", ["12人"]),
        ("每3个月检查一次", ["3个月", "一次"]),
        ("AI 3家公司获投资 3亿美元", ["3家", "3亿美元"]),
        ("Gemma 3支持140种语言", ["140种"]),
        ("成交价在100元上下2%是允许的浮动", ["100元", "上下2%"]),
        ("It has run for over a year in our centers.", ["over a year"]),
    ],
)
def test_texts_of_a_sentence(text: str, texts: list[str]) -> None:
    """Mixed text, changes, days that share a month, and numbers glued to Han are each read as a person would."""
    assert [figure.text for figure in find_figures(text)] == texts


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("three new coal mines", "mine"), ("12 companies", "company"), ("45 people", "person"), ("7 of the", ""),
        ("三家公司", "公司"), ("12名学生", "person"), ("两位专家", "person"), ("5条航线", "航线"),
        ("45 to 50 boxes", "box"),
        ("100M users", "user"), ("3支球队", "球队"), ("3对夫妇", "对"), ("one company", ""),
        ("70 billion parameters", "parameter"), ("70B parameters", "parameter"), ("2bn doses", "dose"),
        ("2,000 million doses", "dose"), ("at least eleven stores", "store"), ("11 or more stores", "store"),
        ("12 to 15 satellites", "satellite"), ("between 12 and 15 satellites", "satellite"),
        ("300 or so people", "person"),
    ],
)  # fmt: skip
def test_noun_counted(text: str, unit: str) -> None:
    """A count carries what is counted: an English noun in the singular, a Chinese noun, or `person` in both."""
    assert one(text).unit == unit


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("more than 5 km", "over"), ("under 5 km", "under"), ("at least 5 km", "at_least"), ("up to 5 km", "at_most"),
        ("about 5 km", "about"), ("nearly 5 km", "nearly"), ("5 km or more", "at_least"), ("5 km", "exact"),
        ("逾5公里", "over"), ("不到5公里", "under"), ("不少于5公里", "at_least"), ("至多5公里", "at_most"),
        ("5公里左右", "about"), ("将近5公里", "nearly"), ("5公里以上", "at_least"), ("5公里", "exact"),
        ("5公里多", "over"),
    ],
)  # fmt: skip
def test_bound(text: str, bound: str) -> None:
    """Words before or behind a figure that limit it give its bound and belong to its span."""
    figure = one(text)
    assert (figure.bound, figure.text) == (bound, text)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("两点半开会", 150), ("三点钟", 180), ("5月6日三点", 180), ("三点许", 180), ("三点开始", 180), ("9点至17点", 540)],
)
def test_clock_needs_a_context(text: str, minutes: int) -> None:
    """三点 is a time of day when a word beside it speaks of time; three points otherwise (see the soft readings)."""
    assert [figure.low for figure in find_figures(text) if figure.kind == "time"][:1] == [minutes]


@pytest.mark.parametrize(
    ("text", "place", "when"),
    [
        ("多为80、90后用户", 0, {"decade": 1980}),
        ("始于公元937年", 0, {"year": 937}),
        ("公元937年至975年", 1, {"year": 975}),
        ("公元前221年", 0, {"year": -221}),
        ("1至3月接待游客", 0, {"month": 1}),
        ("7日至9日闭馆，7至9日施工", 2, {"day": 7}),
        ("一至三季度公布", 0, {"quarter": 1}),
        ("20世纪六七十年代", 0, {"decade": 1960}),
        ("2025厦门展会", 0, {"year": 2025}),
        ("98年世界杯", 0, {"year": 1998}),
        ("5号在福建并网", 0, {"day": 5}),
    ],
)
def test_date_by_its_neighbours(text: str, place: int, when: dict[str, Any]) -> None:
    """A number that is a date only because of what stands beside it has the value it has there."""
    assert find_figures(text, "zh")[place].when == PartialDate(**when)


def test_an_hour_behind_an_evening_is_of_the_evening() -> None:
    """昨晚8点 is eight in the evening, 早8点 eight in the morning."""
    assert [figure.low for figure in find_figures("昨晚8点开始，早8点结束") if figure.kind == "time"] == [1200, 480]


def test_stretch_of_time_is_no_bound() -> None:
    """Over three years and 近三年 name a period; "for more than three years" sets a bound."""
    assert one("It grew over three years.").bound == "exact"
    assert one("近三年来").bound == "exact"
    assert one("for more than three years").bound == "over"
    assert one("It has run for over three years.").bound == "over"
    assert one("She won over two minutes ahead.").bound == "over"
    assert one("历时近三年").bound == "nearly"
    assert one("近一年来").bound == "exact"


@pytest.mark.parametrize(
    "text",
    [
        "two", "a hundred", "third", "第三", "July", "周三", "half", "一半", "dozens",
        "the past year", "过去一年",
        "The risk falls first on tenants.", "the first to lose", "It comes first.", "一条路", "一份协议",
        "一套系统", "一类问题", "一种方式", "一个问题", "三点建议", "值得注意的有两点", "两点原因",
    ],
)  # fmt: skip
def test_soft(text: str) -> None:
    """Small numbers in words, ordinals, fractions in words, months and weekdays alone, 一 as "a", points listed and the
    past year are soft."""
    assert is_soft(one(text))


@pytest.mark.parametrize("text", ["2", "three million", "15%", "三成", "$5", "July 20", "2026", "Q2", "3倍"])
def test_strong(text: str) -> None:
    """Digits, magnitudes, percentages, money and full dates are strong."""
    assert not is_soft(one(text))


def test_units_compare_in_their_base() -> None:
    """20,000 MW is 20 GW; a year is twelve months; dollars and euros do not compare."""
    assert units.to_base(Decimal(20000), "MW") == units.to_base(Decimal(20), "GW")
    assert units.to_base(Decimal(1), "year") == units.to_base(Decimal(12), "month")
    assert units.to_base(Decimal(1), "USD")[1] != units.to_base(Decimal(1), "EUR")[1]
    assert [units.dimension(unit) for unit in ("USD", "GW", "store", "")] == ["money", "power", "count", ""]


def test_every_spelling_of_the_unit_table_is_read() -> None:
    """Each name of the table in its language, behind a number, gives its canonical id."""
    ambiguous = {"pound", "pounds", "point", "元", "块", "圆"}
    for language, names in (("en", units.english_names()), ("zh", units.chinese_names())):
        for name, unit in names.items():
            gap = " " if language == "en" else ""
            found = find_figures(f"37{gap}{name}", language)  # type: ignore[arg-type]
            assert len(found) == 1, name
            if name not in ambiguous and unit != "permille":
                assert found[0].unit == unit, name


PIECES = st.sampled_from(
    "35|1,234.5| |\n|$|billion|万|亿|三百|五六|%|％|May|5月|-|–|至|to|one|twenty|half|and|a|第|３|\u200b|\u00a0|GW|"
    "吉瓦|"
    "years old|岁|over|超过|.|，|。|İ|ß|½|公司|people|Q1|2025|年|x|9/11|http://a.b/1|"
    "半|点|倍|分之".split("|")
)


@settings(max_examples=80, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_spans_slice_back(text: str) -> None:
    """On any text figures are in order, do not overlap, and their spans slice back to their text."""
    for language in (None, "en", "zh"):
        end = 0
        for figure in find_figures(text, language):  # type: ignore[arg-type]
            assert end <= figure.start < figure.end
            assert text[figure.start : figure.end] == figure.text
            end = figure.end


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, max_size=15).map("".join))
def test_style_does_not_matter(text: str) -> None:
    """Full-width digits and hidden characters change the spans and nothing else."""
    disguised = "".join(chr(ord(c) + 0xFEE0) if c.isdigit() and c.isascii() else c + "\u200b" for c in text)
    plain = [(f.kind, f.low, f.high, f.when, f.unit, f.bound) for f in find_figures(text, "zh")]
    assert [(f.kind, f.low, f.high, f.when, f.unit, f.bound) for f in find_figures(disguised, "zh")] == plain


@settings(max_examples=100, deadline=None)
@given(st.integers(min_value=1, max_value=10**12 - 1))
def test_digits_and_both_languages_agree(value: int) -> None:
    """A generated amount reads the same with separators, in English magnitudes and in Chinese ones."""
    spellings = [
        (f"${value:,}", "en"), (f"${Decimal(value).scaleb(-9):f} billion", "en"),
        (f"{value}美元", "zh"), (f"{Decimal(value).scaleb(-8):f}亿美元", "zh"),
    ]  # fmt: skip
    for spelling, language in spellings:
        figure = one(spelling, language)  # type: ignore[arg-type]
        assert (figure.low, figure.unit) == (value, "USD")


# --- a generated value, in both languages ----------------------------------------------------------------------------

DIGITS_EN = "zero one two three four five six seven eight nine".split()
TEENS_EN = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS_EN = "twenty thirty forty fifty sixty seventy eighty ninety".split()
MONTHS_EN = "January February March April May June July August September October November December".split()
DAYS_OF_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def in_english(value: int) -> str:
    """A whole number below a billion in English words."""
    for name, size in (("million", 10**6), ("thousand", 1000), ("hundred", 100)):
        if value >= size:
            above, rest = divmod(value, size)
            gap = " and " if rest and rest < 100 else " "
            return f"{in_english(above)} {name}" + (gap + in_english(rest) if rest else "")
    if value >= 20:
        tens, rest = divmod(value, 10)
        return TENS_EN[tens - 2] + (f"-{DIGITS_EN[rest]}" if rest else "")
    return TEENS_EN[value - 10] if value >= 10 else DIGITS_EN[value]


def in_chinese(value: int) -> str:
    """A whole number below a trillion in Chinese numerals."""
    for name, size in (("亿", 10**8), ("万", 10**4), ("千", 1000), ("百", 100), ("十", 10)):
        if value >= size:
            above, rest = divmod(value, size)
            gap = "零" if rest and rest < size // 10 else ""
            return f"{in_chinese(above)}{name}{gap}" + (in_chinese(rest) if rest else "")
    return "零一二三四五六七八九"[value]


def agree(english: list[str], chinese: list[str]) -> tuple[object, ...]:
    """What the only figure of each spelling says, alone and in a sentence, when all say the same."""
    spelled: list[tuple[Language, str]] = [*(("en", text) for text in english), *(("zh", text) for text in chinese)]
    readings = {
        text: read(one(carried, spoken))
        for spoken, text in spelled
        for carried in (text, CARRIERS[spoken].format(text))
    }
    assert len(set(readings.values())) == 1, readings
    return next(iter(readings.values()))


UNNAMED = ("度", "年", "余人", "个多月")  # an angle or a temperature; a date; names that hold a bound
NAMED = [
    (unit, english, chinese)
    for english, unit in units.english_names().items()
    for chinese, same in units.chinese_names().items()
    if same == unit and unit not in ("cup", "GBP") and chinese not in UNNAMED  # 杯 counts cups; pounds may be weight
]


@settings(max_examples=100, deadline=None)
@given(st.integers(min_value=2, max_value=10**8 - 1), st.sampled_from(NAMED))
def test_an_amount_with_a_unit_agrees(value: int, named: tuple[str, str, str]) -> None:
    """Money, percent, quantities, durations and people: digits and separators before each name of the table."""
    unit, english, chinese = named
    said = agree([f"{value} {english}", f"{value:,} {english}"], [f"{value}{chinese}", f"{value:,} {chinese}"])
    if unit != "permille":
        assert said[1] == units.to_base(Decimal(value), unit)


@settings(max_examples=100, deadline=None)
@given(
    st.integers(min_value=11, max_value=10**6 - 1),
    st.sampled_from(
        [("dollars", "美元"), ("percent", "%"), ("km", "公里"), ("people", "人"), ("hours", "小时"), ("GW", "吉瓦")]
    ),
)
def test_an_amount_in_words_agrees(value: int, named: tuple[str, str]) -> None:
    """The same amount in English words, in Chinese numerals and in digits."""
    english, chinese = named
    spelled = f"百分之{in_chinese(value)}" if chinese == "%" else f"{in_chinese(value)}{chinese}"
    agree([f"{in_english(value)} {english}", f"{value:,} {english}"], [spelled, f"{value}{chinese}"])


@settings(max_examples=80, deadline=None)
@given(
    st.decimals(min_value="0.1", max_value=999, places=1),
    st.sampled_from([("thousand", 3, "千"), ("million", 6, "百万"), ("billion", 9, "十亿"), ("trillion", 12, "万亿")]),
    st.sampled_from(
        [
            ("more than ", "超过"),
            ("about ", "约"),
            ("nearly ", "近"),
            ("at least ", "至少"),
            ("up to ", "至多"),
            ("", ""),
        ]
    ),
)
def test_scale_words_and_bounds_agree(number: Decimal, scale: tuple[str, int, str], bound: tuple[str, str]) -> None:
    """A decimal before a scale word, with a bound: million and 百万, 万 and 亿, digits."""
    word, power, character = scale
    whole = number.scaleb(power)
    ten_thousands = f"{whole / 10**4:f}万" if whole >= 10**4 else f"{whole:f}"
    hundred_millions = f"{whole / 10**8:f}亿" if whole >= 10**8 else ten_thousands
    agree(
        [f"{bound[0]}{number} {word} euros", f"{bound[0]}€{number} {word}", f"{bound[0]}€{whole:,f}"],
        [f"{bound[1]}{number}{character}欧元", f"{bound[1]}{ten_thousands}欧元", f"{bound[1]}{hundred_millions}欧元"],
    )


@settings(max_examples=80, deadline=None)
@given(st.integers(min_value=1900, max_value=2059), st.integers(min_value=1, max_value=12), st.data())
def test_a_date_agrees(year: int, month: int, data: st.DataObject) -> None:
    """A day, a month and a quarter of a year in each order and in both languages."""
    day = data.draw(st.integers(min_value=1, max_value=DAYS_OF_MONTH[month - 1]))
    name, characters = MONTHS_EN[month - 1], "".join("〇一二三四五六七八九"[int(digit)] for digit in str(year))
    iso = f"{year}-{month:02}-{day:02}"
    said = agree(
        [f"{name} {day}, {year}", f"{day} {name} {year}", iso],
        [
            f"{year}年{month}月{day}日",
            f"{characters}年{in_chinese(month).removeprefix('一') or '一'}月{day}日",
            iso,
        ],
    )
    assert said[1] == PartialDate(year=year, month=month, day=day)
    agree([f"{name} {year}"], [f"{year}年{month}月"])
    quarter = (month + 2) // 3
    agree([f"Q{quarter} {year}"], [f"{year}年第{in_chinese(quarter)}季度", f"{year}年Q{quarter}"])


HIDDEN = st.sampled_from(["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202a", "\u202c", "\u2068", "\u2069"])


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(SPELLINGS), st.data())
def test_spans_hold_in_disguise(param: Any, data: st.DataObject) -> None:
    """Hidden characters and full-width digits anywhere in a spelling leave its value alone, and its span is the part of
    the disguised text that the figure stands on."""
    row, language, spelling = param.values
    disguised = "".join(
        (chr(ord(c) + 0xFEE0) if c in "0123456789%" and data.draw(st.booleans()) else c)
        + (data.draw(HIDDEN) if data.draw(st.booleans()) and here < len(spelling) - 1 else "")
        for here, c in enumerate(spelling)
    )
    text = CARRIERS[language].format(disguised)
    figure = one(text, language)
    assert read(figure) == expected(row)
    assert text[figure.start : figure.end] == figure.text == disguised


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80) | st.lists(st.text(max_size=4) | PIECES, max_size=20).map("".join))
def test_spans_slice_back_on_any_text(text: str) -> None:
    """Whatever the characters, the text of a figure is the slice its span names."""
    for language in (None, "en", "zh"):
        assert all(text[f.start : f.end] == f.text != "" for f in find_figures(text, language))  # type: ignore[arg-type]


HOSTILE = (
    "one |9|1,|1-|$|a |一|万|五六|第|1 |1/|hundred and |(|between 1 and |上|%|1.|£1m-|Jan |twenty-|"
    "百分之|http://|3 to |年| |"
    "\n|第一|1:|half a |壹|1万|mid-|point |去年|人民币|不超过总|年底|三到|1块|上周|一男"
).split("|")


@pytest.mark.slow
@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_text_is_linear(unit: str) -> None:
    """Sixteen times the hostile text takes far less than the square of it, in either language."""
    for language in ("en", "zh"):
        small, large = (least_time(unit * (size // len(unit)), language) for size in (1_500, 24_000))
        assert large < 64 * small + 0.02  # the square is 256; a busy machine makes 16 into 30


def least_time(text: str, language: Language) -> float:
    """The least processor time of three readings."""
    times = []
    for _ in range(3):
        begun = time.process_time()
        find_figures(text, language)
        times.append(time.process_time() - begun)
    return min(times)


def test_a_figure_may_be_wrapped_over_two_lines() -> None:
    """A hard-wrapped text gives the same figures, and the spans are those of the text as it stands."""
    text = (
        "Gross margins are expected to be 71.8% and 72.0%, plus or minus 50 basis\n"
        "points, on revenue, as the company said in its outlook, of about\n$45 billion."
    )
    texts = [figure.text for figure in find_figures(text)]
    assert texts == ["71.8%", "72.0%", "plus or minus 50 basis\npoints", "about\n$45 billion"]


@pytest.mark.parametrize(("grammar", "language"), [(en.GRAMMAR, "en"), (zh.GRAMMAR, "zh")])
def test_no_rule_is_hidden(grammar: engine.Grammar, language: Language) -> None:
    """On every spelling of the fixtures, a rule that is not tried because of the character behind the digits, or of the
    word a candidate is, would not have matched: a wrong entry in `only_before` or `rules_of_word` fails here."""
    for spelling in (param.values[2] for param in SPELLINGS):
        text = engine.lower_copy(CARRIERS[language].format(spelling))
        for start, passed, kind in engine.candidates(text, grammar):
            tried = engine.rules_at(text, grammar, start, passed, kind)
            hidden = [
                rule.name for rule in grammar.rules[kind] if rule not in tried and rule.pattern.match(text, start)
            ]
            assert not hidden, (spelling, hidden)


# --- every rule is needed --------------------------------------------------------------------------------------------

GRAMMARS: dict[Language, engine.Grammar] = {"en": en.GRAMMAR, "zh": zh.GRAMMAR}
SEARCHED = [
    field.name for field in fields(engine.Grammar) if field.type == "re.Pattern[str]" and field.name != "numeral"
]
"""What a grammar searches for beside the rules: bounds, joiners of ranges, what makes a change of a range."""


def names(grammar: engine.Grammar) -> dict[engine.Rule, str]:
    """A name of its own for every rule of a grammar."""
    seen: dict[str, int] = defaultdict(int)
    named: dict[engine.Rule, str] = {}
    for rule in (rule for rules in grammar.rules.values() for rule in rules):
        if rule not in named:
            seen[rule.name] += 1
            named[rule] = f"{rule.name} ({seen[rule.name]})" if seen[rule.name] > 1 else rule.name
    return named


def parts(grammar: engine.Grammar) -> list[str]:
    """The rules of a grammar and the groups of its other patterns, by name."""
    groups = {name: getattr(grammar, name).groupindex for name in SEARCHED if getattr(grammar, name).pattern != "(?!)"}
    searched = [f"{name}: {group}" for name in groups for group in groups[name]]
    return [*names(grammar).values(), *searched, *(name for name in groups if not groups[name])]


def without(grammar: engine.Grammar, part: str) -> engine.Grammar:
    """A grammar without one of its parts."""
    searched, _, group = part.partition(": ")
    if searched in SEARCHED:
        return replace(grammar, **{searched: without_group(getattr(grammar, searched), group)})  # type: ignore[arg-type]
    named = names(grammar)
    return replace(
        grammar,
        rules={kind: [rule for rule in rules if named[rule] != part] for kind, rules in grammar.rules.items()},
        rules_of_word={
            word: [rule for rule in rules if named[rule] != part] for word, rules in grammar.rules_of_word.items()
        },
    )


def without_group(pattern: re.Pattern[str], group: str) -> re.Pattern[str]:
    """A pattern whose named group matches nothing; with no name the whole pattern."""
    text, opening = pattern.pattern, f"(?P<{group}>"
    if not group:
        return re.compile("(?!)")
    begin = text.index(opening) + len(opening)
    depth = 1
    for token in re.finditer(r"\\.|\[\^?.[^\]]*\]|[()]", text[begin:]):
        depth += {"(": 1, ")": -1}.get(token[0], 0)
        if not depth:
            return re.compile(text[:begin] + "(?!)" + text[begin + token.start() :])
    raise AssertionError(group)


@dataclass
class Ear:
    """A pattern of a grammar that tells what it matched."""

    pattern: re.Pattern[str]
    name: str
    tell: Callable[[str], None]

    def __getattr__(self, method: str) -> Callable[..., re.Match[str] | None]:
        def listen(*arguments: Any) -> re.Match[str] | None:
            match = getattr(self.pattern, method)(*arguments)
            if match is not None:
                self.tell(f"{self.name}: {match.lastgroup}" if match.lastgroup else self.name)
            return match

        return listen


def listening(grammar: engine.Grammar, tell: Callable[[str], None]) -> engine.Grammar:
    """A grammar that tells which of its parts were used."""

    def ear(rule: engine.Rule) -> engine.Rule:
        def produce(match: re.Match[str], source: engine.Source) -> engine.Piece | None:
            piece = rule.produce(match, source)
            if piece is not None:
                tell(named[rule])
            return piece

        return engine.Rule(rule.name, rule.pattern, produce)

    named = names(grammar)
    ears = {rule: ear(rule) for rule in named}
    return replace(
        grammar,
        rules={kind: [ears[rule] for rule in rules] for kind, rules in grammar.rules.items()},
        rules_of_word={word: [ears[rule] for rule in rules] for word, rules in grammar.rules_of_word.items()},
        only_before={ears[rule]: characters for rule, characters in grammar.only_before.items() if rule in ears},
        **{name: Ear(getattr(grammar, name), name, tell) for name in SEARCHED},  # type: ignore[arg-type]
    )


def texts(language: Language) -> Iterator[str]:
    """All texts of the fixtures in one language, spellings alone and in a sentence."""
    for row, spoken, spelling in (param.values for param in SPELLINGS):
        if row and spoken == language:
            yield spelling
            yield CARRIERS[language].format(spelling)
    for text in [*(param.values[0] for param in SENTENCES), *NOTHING]:
        if bool(re.search(f"[{HAN}]", text)) == (language == "zh"):
            yield text


def reading(text: str, language: Language, grammar: engine.Grammar) -> list[tuple[object, ...]]:
    """What a grammar reads in a text, without the names of the rules."""
    folded = fold(text).text
    copied = unwrapped(folded) if language == "en" else zh.copy(folded).text
    pieces = engine.scan(engine.Source(engine.lower_copy(copied), copied), grammar)
    return [(p.kind, p.low, p.high, p.when, p.unit, p.bound, p.start, p.end) for p in pieces]


@cache
def uses(language: Language) -> dict[str, list[str]]:
    """For each part of a grammar the texts of the fixtures that it was used on."""
    used: dict[str, list[str]] = defaultdict(list)
    told: set[str] = set()
    grammar = listening(GRAMMARS[language], told.add)
    for text in texts(language):
        told.clear()
        reading(text, language, grammar)
        for part in told:
            used[part].append(text)
    return used


def every_part() -> Iterator[Any]:
    """Each part of each grammar, with its name as test id."""
    for language, grammar in GRAMMARS.items():
        for part in parts(grammar):
            yield pytest.param(language, part, id=f"{language}-{part}")


@pytest.mark.parametrize(("language", "part"), [*every_part()])
def test_every_rule_is_needed(language: Language, part: str) -> None:
    """Without any one of its rules, bounds or joiners a grammar reads at least one text of the fixtures differently."""
    grammar = GRAMMARS[language]
    poorer = without(grammar, part)
    assert any(reading(text, language, poorer) != reading(text, language, grammar) for text in uses(language)[part])


@pytest.mark.parametrize(
    ("text", "span", "value"),
    [
        ("It cost $3O million.", "$3O million", "30000000"),
        ("Costs rose l5% in a year.", "l5%", "15"),
        ("产能为1OO万套。", "1OO万套", "1000000"),
        ("It draws 2,OOO megawatts.", "2,OOO megawatts", "2000"),
        ("It cost $3\u03365 billion.", "$3\u03365 billion", "35000000000"),
        ("It cost $3\u200b5 billion.", "$3\u200b5 billion", "35000000000"),
        ("产能为\u0663\u0665万套。", "\u0663\u0665万套", "350000"),
        ("产能为３５万套。", "３５万套", "350000"),
    ],
    ids=["capital-o", "small-l", "chinese", "thousands", "combining", "zero-width", "arabic-indic", "full-width"],
)
def test_a_disguised_number_is_read(text: str, span: str, value: str) -> None:
    """Letters posing as digits, marks over digits, hidden characters and other scripts' digits do not hide a number."""
    (figure,) = [figure for figure in find_figures(text) if figure.unit != "year"]
    assert (figure.text, str(figure.low)) == (span, value)
    assert text[figure.start : figure.end] == span
