"""The Chinese grammar: the copy it reads, what may begin a figure, and which rules to try there.

Lives here: the order of the rules, the words that limit a figure, and the copy without spaces beside Han characters
and with traditional numerals made simple. Does not: the rules (`amounts`, `dates`), numerals (`numbers`).
"""

from __future__ import annotations

import re

from pipeline.figures import shared, units
from pipeline.figures.en import amounts as english
from pipeline.figures.en import dates as english_dates
from pipeline.figures.en import fractions as english_fractions
from pipeline.figures.en import multiples as english_multiples
from pipeline.figures.engine import Grammar, Piece, Source, lower_copy, scan
from pipeline.figures.zh import amounts, dates
from pipeline.text import HAN, Folded, leave_out

_BEFORE = {
    "at_least": "至少有?|最少|不少于|不低于|不小于|起码|大于等于|大于或者?等于|≥|不下",
    "at_most": "至多|最多|不超过|不多于|不高于|不大于|不逾|小于等于|小于或者?等于|≤",
    "over": "超过了?|超出|超逾|超|逾|多于|高于|大于|突破|(?<=[比率])过|>",
    "under": "不到|不足|低于|少于|小于|未满|不满|未达|<",
    "nearly": "将近|接近|(?<![最附靠临邻])近|几近|逼近|几乎",
    "about": "大约有?|大概有?|大致|约为|约有|约合|约(?!合)|估计|差不多|~",
    "rate": "每",
}  # fmt: skip
_AFTER = {
    "at_least": "(?:及|或|或者)?以上|或更多|\\+",
    "at_most": "(?:及|或|或者)?以下|以内",
    "about": "左右|附近(?!的)|上下(?![文级游班浮波])|前后|许(?!多|可)",
    "over": "[多余](?![个名位次种项家])|开外",
}  # fmt: skip

_SPACES = re.compile(rf" (?:(?<=[{HAN}] ) *(?=[{HAN}\d%$¥€£.(])|(?<=[\d%)] ) *(?=[{HAN}]))")
_SIMPLE = dict(
    zip(
        "萬億點兩幾個餘雙負貳參壹號週歲時間過塊華對錢約產倆幣為與",
        "万亿点两几个余双负贰叁一号周岁时间过块华对钱约产俩币为与",
        strict=True,
    )
)
_TRADITIONAL = re.compile(f"[{''.join(_SIMPLE)}]")
_FORMAL = "壹贰叁肆伍陆柒捌玖拾佰仟"
_NUMERAL = f"[{_FORMAL}零万亿点一二三四五六七八九十百千]"
_AMONG_NUMERALS = re.compile(rf"[{_FORMAL}](?:(?={_NUMERAL}|分之)|(?<={_NUMERAL}.)|(?<=分之.))")
_PLAIN = dict(zip(_FORMAL, "一二三四五六七八九十百千", strict=True))
"""Formal numerals are read where several numerals stand together; alone 陆 is land and 拾 is to pick up."""

_DIGIT_RULES = (
    shared.LIST_NUMBER, shared.PHONE, shared.VERSION, shared.NAME, shared.ISO_DATE, *dates.RULES,
    english_dates.DAY_MONTH, shared.LAP_TIME, shared.CLOCK, shared.CLOCK_HALF, amounts.SCORE_BI, shared.SCORE,
    amounts.FRACTION, amounts.TENTHS, amounts.DISCOUNT, amounts.TIMES, amounts.AGE, english.ORDINAL_DIGITS,
    english_fractions.FRACTION_DIGITS, english_multiples.MULTIPLE_DIGITS, amounts.AMOUNT, amounts.COUNT, english.SCALED, amounts.BARE,
)  # fmt: skip
_HAN_RULES = (
    dates.PLAN, amounts.IDIOM_RULE, *dates.RULES, amounts.SCORE_BI, amounts.FRACTION, amounts.TENTHS, amounts.DISCOUNT,
    amounts.TIMES, amounts.AGE, amounts.VAGUE, amounts.HALF, amounts.HALF_UNIT, amounts.AMOUNT, amounts.COUNT,
    amounts.OF_THE_ORDER, amounts.BARE,
)  # fmt: skip
_CODES = english.CODE
_LATIN = units.alternation([*english_dates.MONTHS, *english_dates.WEEKDAYS])

_HAN = "一二两三四五六七八九十百千万亿零〇半数几"
_WORDS = dict.fromkeys("第首头周星礼翻早晚", "") | dict.fromkeys("过大减折", "半") | {
    "上": "[半午世十百千万亿]", "下": "[半午]", "本": "世", "对": "[半折]", "成": "[十百千万亿]", "人": "民币", "港": "币",
    "美": "金", "凌": "晨", "清": "晨", "中": "午", "午": "后", "傍": "晚", "当": "晚", "深": "夜",
}  # fmt: skip
"""What else may begin a figure, and what follows it then."""
_WORD = "|".join(f"{first}(?={rest})" for first, rest in _WORDS.items())
_LEADS = rf"\d.½⅓⅔¼¾a-z\"“『「{_HAN}{''.join(_WORDS)}{shared.SIGN_CHARACTERS}"
_CANDIDATES = re.compile(
    rf"[{_LEADS}](?:(?<=(?P<digit>[\d½⅓⅔¼¾]|\.(?=\d)))|(?<=(?P<han>[{_HAN}]))|(?<=(?P<quoted>[\"“『「]))十"
    rf"|(?<=(?P<word>{_WORD}))(?:(?<=中)午|(?<=[当傍])晚)?|(?<=(?P<sign>{shared.SIGN_START}.))"
    rf"|(?<=(?<![a-z])(?:(?P<address>(?=https?://|www\.)[hw])|(?P<code>(?={_CODES} ?\d)[a-z])"
    rf"|(?P<latin>(?={_LATIN}(?![a-z])|q[1-4](?![a-z\d]))[a-z]))))"
)
_ON = shared.DIGITS_GO_ON + "多余来点"
_ONLY_BEFORE = {
    dates.BEFORE_CHRIST: "年", dates.MONTH_OF_MANY: "-至到~、和月", dates.DAY_OF_MANY: "-至到~、和",
    dates.YEAR_MONTH_DAY: "年财", dates.YEAR_MONTH: "年财", dates.YEAR: "年财", dates.MONTH_DAY: "月", dates.MONTH: "月",
    dates.DAY: "日", dates.FISCAL: "财", dates.SHORT_YEAR: "年", dates.QUARTER: "年财季", dates.QUARTER_Q: "年财q",
    dates.HALF_YEAR: "年财", dates.DECADE: "年世", dates.CENTURY: "世", dates.CLOCK: "点时", dates.RACE: "小时分",
    dates.BORN: "后", dates.DAY_SPOKEN: "号", english_dates.DAY_MONTH: " /-nrst", shared.LIST_NUMBER: ".)、",
    shared.LAP_TIME: ":", shared.CLOCK: ":", shared.CLOCK_HALF: " .:ap", shared.SCORE: " -:比", amounts.SCORE_BI: "比",
    amounts.FRACTION: f"又分{_ON}", amounts.TENTHS: f"成{_ON}", amounts.DISCOUNT: f"折{_ON}", amounts.TIMES: f"倍{_ON}",
    amounts.AGE: f"周岁个天{_ON}", amounts.OF_THE_ORDER: f"级{_ON}", english.ORDINAL_DIGITS: " ,nrst",
    english_fractions.FRACTION_DIGITS: "/", english_multiples.MULTIPLE_DIGITS: f" -f{_ON}",
}  # fmt: skip

GRAMMAR = Grammar(
    candidates=(_CANDIDATES,),
    numeral=re.compile(rf"(?:{shared.NUMERAL.pattern}|[{_HAN}兆]){{1,24}}"),
    only_before=_ONLY_BEFORE,
    rules_of_word={},
    rules={
        "quoted": _HAN_RULES,
        "sign": (shared.MONEY_SIGN_FIRST, amounts.MONEY_SIGN_FIRST),
        "digit": _DIGIT_RULES,
        "han": _HAN_RULES,
        "word": (
            dates.PLAN,
            amounts.ORDINAL_NAME,
            amounts.ORDINAL,
            dates.QUARTER,
            amounts.FIRST,
            dates.WEEKDAY,
            amounts.DOUBLED,
            amounts.UP_TO_THE_NEXT,
            amounts.VAGUE,
            dates.HALF_YEAR,
            dates.DECADE,
            amounts.HALF,
            amounts.MONEY_NAME_FIRST,
            dates.CLOCK_PART,
            dates.CLOCK_PART_DIGITS,
            amounts.POINTS_NAME,
        ),
        "address": (shared.ADDRESS,),
        "code": (english.MONEY_CODE_FIRST,),
        "latin": (english_dates.MONTH_DAY, english_dates.MONTH_YEAR, english_dates.WEEKDAY_ALONE, dates.QUARTER_FIRST),
    },
    joiner=re.compile(r"(?P<dash> ?[-~] ?|-{2}|~)|(?P<word>至|到|或|比)|(?P<closed>和|与|及)"),
    change=re.compile(r"[由从自][^,。;]{0,4}$"),
    between=re.compile(r"(?:介于|位于|在)$"),
    closing=re.compile(r"之?间(?!隔|接)"),
    before=re.compile("(?:" + "|".join(f"(?P<{bound}>{words})" for bound, words in _BEFORE.items()) + ") ?$"),
    after=re.compile("|".join(f"(?P<{bound}>{words})" for bound, words in _AFTER.items())),
    enclosing=re.compile(r"[, ]*(?:并且|而且|并|且|但|,)[, ]*"),
    measures=frozenset({"number", "count", "quantity", "money"}),
    period="近",
    lasting=re.compile("(?:历时|耗时|用时|费时|长达|达|持续|为期|等待?|运行|投产|使用|花|已有?|了)$"),
    compared=re.compile(r"(?<=近一年)(?!以?来|[内里间中,])"),
    more_days=re.compile(r" ?[-~至到和、,与及] ?"),
    compound=re.compile("零?"),
)


def copy(text: str) -> Folded:
    """The copy the Chinese rules read."""
    for traditional in set(_TRADITIONAL.findall(text)):
        text = text.replace(traditional, _SIMPLE[traditional])
    closed = leave_out(text, _SPACES)
    return Folded(_AMONG_NUMERALS.sub(lambda formal: _PLAIN[formal[0]], closed.text), closed.gaps)


def read(text: str) -> tuple[list[Piece], Folded]:
    """The figures of a Chinese text, and the copy that their spans refer to."""
    copied = copy(text)
    return scan(Source(lower_copy(copied.text), copied.text), GRAMMAR), copied
