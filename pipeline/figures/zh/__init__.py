"""The Chinese grammar: the copy it reads, what may begin a figure, and which rules to try there.

Lives here: the order of the rules, the words that limit a figure, and the copy without spaces beside Han characters
and with traditional characters made simple. Does not: the rules (`amounts`, `money`, `parts`, `ranks`, `dates`, `relative`,
`clock`, `names`), numerals (`numbers`).
"""

from __future__ import annotations

import re

from pipeline.figures import shared, units
from pipeline.figures.en import amounts as english
from pipeline.figures.en import dates as english_dates
from pipeline.figures.en import fractions as english_fractions
from pipeline.figures.en import multiples as english_multiples
from pipeline.figures.engine import Grammar, Piece, Source, lower_copy, scan
from pipeline.figures.zh import amounts, clock, dates, money, names, parts, ranks, relative
from pipeline.text import HAN, Folded, leave_out

_WHOLE = r"[\u4e00-\u9fff]{2,12}的"
"""What a share is of, between the limit and the share: 不超过座位总数的30%."""
_BEFORE = {
    "at_least": f"不(?:低于|少于|小于){_WHOLE}|至少有?|最少|不少于|不低于|不小于|起码|大于等于|大于或者?等于|≥|不下",
    "at_most": f"不(?:得|会|能)?(?:超过|高于|大于|多于){_WHOLE}|至多|最多|不(?:得|会|能)?超过|不多于|不高于|不大于|不逾|小于等于|小于或者?等于|≤",
    "over": "超过了?|超出|超逾|超|逾|多于|高于|大于|突破|(?:升|涨|冲)?(?<![跌下击打侦突连刷])破|(?<=[比率])过|>",
    "under": "跌破|跌穿|击穿|不到|不足|低于|少于|小于|未满|不满|未达|<",
    "nearly": "将近|接近|(?<![最附靠临邻])近|几近|逼近|几乎",
    "about": "大约有?|大概有?|大致|约[为有合需占用花含达]|约(?!合)|估计|差不多|~",
    "exactly": "恰好|正好|刚好|等于",
    "rate": "每",
}  # fmt: skip
_AFTER = {
    "at_least": "(?:及|或|或者)?以上|或更多|\\+",
    "at_most": "(?:及|或|或者)?以下|[以之]内",
    "about": "左右|附近(?!的)|上下(?![文级游班浮波])|前后|许(?!多|可)",
    "over": "(?:多(?!数)|余(?![额下款热地力震温杭姚]))(?![个名位次种项家])|开外|有余",
}  # fmt: skip

_SPACES = re.compile(rf" (?:(?<=[{HAN}] ) *(?=[{HAN}\d%$¥€£.(])|(?<=[\d%)] ) *(?=[{HAN}]))")
_SIMPLE = dict(
    zip(
        "萬億點兩幾個餘雙負貳參壹號週歲時間過塊華對錢約產倆幣為與陸歐噸畝頃攝運戶輛財後禮強長減屆數計級將項選場棟條顆隻張層頁鐘倫"
        "鎊韓圓紐盧碼縣區國鎮鄉島處門員學醫記專觀眾動遊兒議務機構車樓達擴漲飆贏勝敗戰擊領節這從報開盤內變創種類單樣業團隊資額實際"
        "當環證標準優據詞轉萊庫爾賓錄紀殺讀軍艦艘銷價導彈∶",
        "万亿点两几个余双负贰叁一号周岁时间过块华对钱约产俩币为与陆欧吨亩顷摄运户辆财后礼强长减届数计级将项选场栋条颗只张层页钟伦"
        "镑韩圆纽卢码县区国镇乡岛处门员学医记专观众动游儿议务机构车楼达扩涨飙赢胜败战击领节这从报开盘内变创种类单样业团队资额实际"
        "当环证标准优据词转莱库尔宾录纪杀读军舰艘销价导弹:",
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
    shared.LIST_NUMBER, shared.PHONE, shared.VERSION, shared.NAME, shared.POWER, names.NUMBER_NAME, shared.ISO_DATE, *dates.RULES,
    *clock.RULES, english_dates.DAY_MONTH, shared.LAP_TIME, shared.CLOCK, shared.CLOCK_HALF, ranks.SCORE_BI, shared.SCORE,
    parts.FRACTION, parts.TENTHS, parts.DISCOUNT, parts.TIMES, parts.AND_A_HALF, ranks.AGE, english.ORDINAL_DIGITS,
    english_fractions.FRACTION_DIGITS, english_multiples.MULTIPLE_DIGITS, money.WITH_PARTS, money.PART_ALONE,
    amounts.AMOUNT, amounts.COUNT, amounts.POINTS, amounts.CASUALTIES, amounts.METRES, amounts.SPOKEN_SCALE, amounts.DOZENS, english.SCALED, amounts.BARE,
)  # fmt: skip
_HAN_RULES = (
    dates.PLAN, names.LIST_NUMBER, names.IDIOM_RULE, *dates.RULES, *clock.RULES, ranks.SCORE_BI, parts.FRACTION,
    parts.HUNDRED_PERCENT, parts.TENTHS, parts.DISCOUNT, parts.TIMES, parts.AND_A_HALF, ranks.AGE, ranks.TENS_OF_AGE, ranks.VAGUE,
    ranks.COUNTED_BY, parts.HALF, parts.HALF_HUNDRED, parts.HALF_UNIT, money.WITH_PARTS, money.PART_ALONE,
    amounts.AMOUNT, amounts.COUNT, amounts.POINTS, amounts.CASUALTIES, amounts.SPOKEN_SCALE, amounts.DOZENS, ranks.OF_THE_ORDER, amounts.BARE,
)  # fmt: skip
_ORDER_RULES = (
    dates.PLAN, ranks.ORDINAL_NAME, ranks.ORDINAL, ranks.FIRST, dates.QUARTER, dates.QUARTER_OF_MANY,
)  # fmt: skip
_SIDE_RULES = (
    *relative.RULES, dates.HALF_YEAR, dates.DECADE, dates.DECADE_OF_MANY, dates.CENTURY_PART, ranks.VAGUE,
    clock.CLOCK_PART, clock.CLOCK_PART_DIGITS,
)  # fmt: skip
_PART_RULES = (
    parts.DOUBLED, parts.HALF, parts.HALF_PRICE, parts.HALF_UNIT, ranks.UP_TO_THE_NEXT, ranks.VAGUE, relative.YEAR, relative.DAY,
)  # fmt: skip
_CODES = english.CODE
_LATIN = units.alternation([*english_dates.MONTHS, *english_dates.WEEKDAYS])

_ON = shared.DIGITS_GO_ON + "多余来点"
_SCALE_LETTERS = "".join(sorted({word[0] for word in (*units.SCALES_EN, *units.SCALES_SHORT)}))
_ONLY_BEFORE = {
    dates.BEFORE_CHRIST: "年", dates.MONTH_OF_MANY: "-至到~、和月", dates.DAY_OF_MANY: "-至到~、和",
    dates.YEAR_MONTH_DAY: "年财", dates.YEAR_MONTH: "年财", dates.YEAR: "年财", dates.MONTH_DAY: "月", dates.MONTH: "月",
    dates.DAY: "日", dates.FISCAL: "财", dates.SHORT_YEAR: "年", dates.QUARTER: "年财季", dates.QUARTER_Q: "年财qh",
    dates.HALF_YEAR: "年财", dates.DECADE: "年世", dates.CENTURY: "世", clock.CLOCK: "点时", clock.RACE: "小时分",
    dates.BORN: "后", dates.DAY_SPOKEN: "号", english_dates.DAY_MONTH: " /-nrst", shared.LIST_NUMBER: ".)、",
    shared.LAP_TIME: ":", shared.CLOCK: ":", shared.CLOCK_HALF: " .:ap", shared.SCORE: " -:比", ranks.SCORE_BI: "比",
    parts.FRACTION: f"又分{_ON}", parts.AND_A_HALF: f"个{_ON}", money.WITH_PARTS: f"元块{_ON}", money.PART_ALONE: f"角毛分{_ON}",
    amounts.DOZENS: f"打{_ON}", english.SCALED: f" -{shared.VULGAR_SIGNS}{_SCALE_LETTERS}{_ON}", parts.TENTHS: f"成至到~-{_ON}", parts.DISCOUNT: f"折{_ON}", parts.TIMES: f"倍至到~-{_ON}",
    ranks.AGE: f"周岁个天{_ON}", english.ORDINAL_DIGITS: " ,nrst",
    english_fractions.FRACTION_DIGITS: "/", english_multiples.MULTIPLE_DIGITS: f" -f{_ON}",
    dates.ANNO_DOMINI: "年", clock.LAP: "秒", clock.HOURS_MINUTES: "个小", parts.AND_A_HALF: f"个{_ON}",
    ranks.TENS_OF_AGE: "旬", money.WITH_PARTS: f"元块{_ON}", money.PART_ALONE: f"角毛分{_ON}", amounts.POINTS: f"分{_ON}",
    amounts.CASUALTIES: f"死伤{_ON}", amounts.METRES: "米", amounts.SPOKEN_SCALE: f"个{_ON}", amounts.DOZENS: f"打{_ON}",
}  # fmt: skip

GRAMMAR = Grammar(
    candidates=(
        re.compile(
            rf"(?P<sign>{shared.SIGN_START}.)|(?P<digit>\d|\.(?=\d)|[½⅓⅔¼¾])|(?P<han>[一二两三四五六七八九十百千万亿零〇半数几]|[\"“『「]十)"
            rf"|(?P<order>[第首头])|(?P<weekday>[周星礼])|(?P<side>[上本下])|(?P<part>[翻过大对减折成])"
            rf"|(?P<hour>凌晨|清晨|早|中午|正午|午夜|午后|傍晚|晚|当晚|深夜)|(?P<currency>{money.STARTS})"
            rf"|(?P<when>{relative.STARTS}|前(?=[二两三23]个?季度|(?:[2-9二两三四五六七八九十]|1[01]|十一)月))"
            rf"|(?<![a-z])(?:(?P<address>https?://|www\.)|(?P<code>{_CODES}(?= ?\d))|(?P<latin>{_LATIN}(?![a-z])|q[1-4](?![a-z\d])|h[12](?![a-z\d])))"
        ),
    ),
    numeral=re.compile(rf"(?:{shared.NUMERAL.pattern}|[一二两三四五六七八九十百千万亿零〇半数几兆]){{1,24}}"),
    only_before=_ONLY_BEFORE,
    rules_of_word={},
    rules={
        "sign": (shared.MONEY_SIGN_FIRST, money.SIGN_FIRST),
        "digit": _DIGIT_RULES,
        "han": _HAN_RULES,
        "order": _ORDER_RULES,
        "weekday": (dates.WEEKDAY,),
        "side": _SIDE_RULES,
        "part": _PART_RULES,
        "hour": (clock.CLOCK_PART, clock.CLOCK_PART_DIGITS, clock.NOON),
        "currency": (money.NAME_FIRST,),
        "when": (dates.QUARTERS, dates.MONTHS_SO_FAR, *relative.RULES),
        "address": (shared.ADDRESS,),
        "code": (money.CODE_FIRST, english.MONEY_CODE_FIRST),
        "latin": (
            english_dates.MONTH_DAY,
            english_dates.MONTH_YEAR,
            english_dates.WEEKDAY_ALONE,
            dates.QUARTER_FIRST,
            dates.HALF_FIRST,
        ),
    },
    joiner=re.compile(r"(?P<dash> ?[-~] ?|-{2}|~)|(?P<word>至|到|或|比)|(?P<closed>和|与|及)"),
    change=re.compile(r"[由从自][^,。;]{0,4}$"),
    between=re.compile(r"(?:介于|位于|在)$"),
    closing=re.compile(r"之?间(?!隔|接)|区间"),
    before=re.compile("(?:" + "|".join(f"(?P<{bound}>{words})" for bound, words in _BEFORE.items()) + ") ?$"),
    negated=re.compile("(?:不会?|不得|不能|不应|未|没有?|尚未)$"),
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
