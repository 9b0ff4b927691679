"""Typography that only a reader can put right: what house style asks for and no safe fix can give.

Lives here: the table of rules behind the findings `style.*`, all of severity info. Does not: safe
fixes (`typography.py`), which also says what of them a text still lacks. Imports `schema`, `text`, `typography` and the
modules of hygiene.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pipeline.checker.hygiene_case import Case, Field, Note
from pipeline.checker.quotations import quotations
from pipeline.checker.words import ADDRESS, blank
from pipeline.schema import LANGUAGES, Language
from pipeline.text import HAN, fold
from pipeline.typography import simplified, tidy


@dataclass(frozen=True)
class Flaw:
    """A place that house style would have otherwise, and how."""

    start: int
    end: int
    instead: str | None = None


def style_notes(case: Case) -> Iterator[Note]:
    """The first flaw of each rule in each field; what concerns spacing and marks throughout, once an edition."""
    for place in case.fields:
        text = blank(ADDRESS, place.text)
        for code, rule, languages, find in _RULES:
            flaw = next(find(text, place), None) if place.language in languages else None
            if flaw is not None:
                values = {"instead": flaw.instead} if flaw.instead else {}
                yield Note(
                    f"style.{code}", rule, "info", place, flaw.start, flaw.end, values, suggestion=flaw.instead
                )  # fmt: skip
    yield from _two_spacings(case)
    yield from _untidy(case)


# --- dates -----------------------------------------------------------------------------------------------------------

_DAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_RELATIVE: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"(?<![A-Za-z’'-])(?:yesterday|tomorrow|(?:last|this) (?:night|morning|afternoon|evening)"
        rf"|(?:last|next|this|earlier this|later this) (?:week|month|quarter|{_DAYS})"
        r"|(?:last|next) year|(?:one|two|three|a few|several|\d{1,2}) (?:days?|weeks?|months?) ago"
        r"|(?<=announced )today|(?<=said )today|(?<=released )today|(?<=reported )today)(?![A-Za-z’'-])",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        r"昨[天日晚夜]|前天|明[天日晚]|后天(?![性的])|今[早晚]|[上下本]周(?![转期刊])|[上下本]个?月(?![\d初中下上底])"
        r"|上个?季度|下个?季度|去年|明年|前年|今[天日](?=[上下]午|宣布|发布|公布|表示|凌晨)"
    ),
}
_SAYS_WHEN = re.compile(r"(?:19|20)\d\d|\d{1,2}月\d|(?:January|February|March|April|May|June|July|August|September"
                        r"|October|November|December) \d", re.IGNORECASE)  # fmt: skip
_NEAR = 40


def _relative_dates(text: str, place: Field) -> Iterator[Flaw]:
    """A day or period that only the day of publication tells, without a date beside it and not in a quotation."""
    spoken = [(q.start, q.end) for q in quotations(place)] if _RELATIVE[place.language].search(text) else []
    for match in _RELATIVE[place.language].finditer(text):
        first, last = place.sentence_at(match.start())
        near = max(first, match.start() - _NEAR), min(last, match.end() + _NEAR)
        if not _SAYS_WHEN.search(text, *near) and not _is_within(match.start(), spoken):
            yield Flaw(*match.span())


def _is_within(offset: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= offset < end for start, end in spans)


# --- numbers ---------------------------------------------------------------------------------------------------------

_UNCHINESE_SCALE = re.compile(r"(?<![A-Za-z0-9])\d[\d,.]{0,20} ?(?:十亿|十万|百万|百亿)")
_ZEROS = re.compile(r"(?<![A-Za-z0-9.,\-/#])(?=\d[\d,]{0,20}0{2},?0{2}(?![\d,]))(?:\d{1,3}(?:,\d{3}){1,5}|\d{6,16})"
                    r"(?![A-Za-z0-9.%\-/]|,\d)")  # fmt: skip
_DECIMALS = re.compile(r"(?<![A-Za-z0-9.])\d{1,12}\.\d{3,12} ?(?:[万亿]|[%％]|个百分点|倍)")
_SHORT_SCALE = re.compile(r"[$€£¥]\d[\d,.]{0,20} ?(?:bn|mn|m|tn|B|M|T)(?![A-Za-z])")
_TEN_THOUSAND, _HUNDRED_MILLION = 10**4, 10**8
_SMALLEST_IN_ZEROS = 10**5


def _unchinese_scale(text: str, place: Field) -> Iterator[Flaw]:
    return (Flaw(*match.span()) for match in _UNCHINESE_SCALE.finditer(text))


def _bare_zeros(text: str, place: Field) -> Iterator[Flaw]:
    for match in _ZEROS.finditer(text):
        value = int(match[0].replace(",", ""))
        if value >= _SMALLEST_IN_ZEROS:
            yield Flaw(*match.span(), _in_ten_thousands(value))


def _in_ten_thousands(value: int) -> str:
    """35000000000 as 350亿, 120000 as 12万: the larger scale that leaves at most two decimals."""
    for scale, name in ((_HUNDRED_MILLION, "亿"), (_TEN_THOUSAND, "万")):
        if value >= scale and value * 100 % scale == 0:
            whole, rest = divmod(value * 100 // scale, 100)
            return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + name
    return str(value)


def _many_decimals(text: str, place: Field) -> Iterator[Flaw]:
    return (Flaw(*match.span()) for match in _DECIMALS.finditer(text))


def _short_scale(text: str, place: Field) -> Iterator[Flaw]:
    return (Flaw(*match.span()) for match in _SHORT_SCALE.finditer(text))


_RANGE: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"(?<![A-Za-z0-9.,\-–/])[$€£]?\d[\d.,]{0,12}-[$€£]?\d[\d.,]{0,12}"
        r"(?=%| ?(?:million|billion|trillion|per ?cent|GW|MW)(?![A-Za-z]))"
    ),
    "zh": re.compile(
        r"(?<![A-Za-z0-9.,\-–/])\d[\d.,]{0,12}[%％万亿年月日]?[-–—]\d[\d.,]{0,12}(?=[%％万亿元年月日吉兆个])"
    ),
}


def _ranges(text: str, place: Field) -> Iterator[Flaw]:
    """An en dash between the ends of an English range, 至 between those of a Chinese one."""
    between = "–" if place.language == "en" else "至"
    for match in _RANGE[place.language].finditer(text):
        yield Flaw(*match.span(), re.sub("[-–—]", between, match[0]))


# --- marks -----------------------------------------------------------------------------------------------------------

_MARKUP = re.compile(r"\*\*[^*\n]{1,200}\*\*|__[^_\n]{1,200}__|^#{1,6} \S[^\n]{0,80}", re.MULTILINE)
_BRACKETS = {"“": "”", "「": "」", "『": "』", "《": "》", "（": "）", "(": ")", "【": "】"}
_CLOSING = {closing: opening for opening, closing in _BRACKETS.items()}
_BRACKET = re.compile(f"[{re.escape(''.join([*_BRACKETS, *_CLOSING]))}]")
_LIST_NUMBER = re.compile(r"(?:^|[\s，。；：,;])[(（]?[A-Za-z0-9一二三四五六七八九十]{1,3}$")
_STRAIGHT = re.compile(rf"(?:(?<=[{HAN}，。：；！？、])|(?=\"[{HAN}]))\"")
_WIDE_DIGITS = re.compile("[０-９][０-９．，％]*")


def _markup(text: str, place: Field) -> Iterator[Flaw]:
    return (Flaw(*match.span()) for match in _MARKUP.finditer(text))


def _unpaired(text: str, place: Field) -> Iterator[Flaw]:
    """A quotation mark or bracket without its partner; the number of a list, 1), needs none."""
    still_open: list[tuple[str, int]] = []
    for match in _BRACKET.finditer(text):
        mark, at = match[0], match.start()
        if mark in _BRACKETS:
            still_open.append((mark, at))
        elif still_open and still_open[-1][0] == _CLOSING[mark]:
            still_open.pop()
        elif mark not in ")）" or not _LIST_NUMBER.search(text, max(0, at - 6), at):
            yield Flaw(at, at + 1)
            return
    if still_open:
        at = still_open[0][1]
        yield Flaw(at, at + 1)


def _straight_quotes(text: str, place: Field) -> Iterator[Flaw]:
    return (Flaw(*match.span()) for match in _STRAIGHT.finditer(text))


def _wide_digits(text: str, place: Field) -> Iterator[Flaw]:
    return (Flaw(*match.span(), fold(match[0]).text) for match in _WIDE_DIGITS.finditer(text))


def _traditional(text: str, place: Field) -> Iterator[Flaw]:
    plain = simplified(text)
    for match in re.finditer(f"[{HAN}]+", text) if plain != text else ():
        start, end = match.span()
        odd = [at for at in range(start, end) if text[at] != plain[at]]
        if odd:
            yield Flaw(odd[0], odd[-1] + 1, plain[odd[0] : odd[-1] + 1])


# --- spacing ---------------------------------------------------------------------------------------------------------

_EDGE = re.compile(rf"(?<=[{HAN}])( ?)(?=[A-Za-z0-9$])|(?<=[A-Za-z0-9%])( ?)(?=[{HAN}])")
_FEWEST_EDGES = 4


def _two_spacings(case: Case) -> Iterator[Note]:
    """Z02: one kind of spacing between Han and Latin in an edition; the first place that has the rarer one."""
    edges = [(place, match) for place in case.fields_of("zh") for match in _EDGE.finditer(blank(ADDRESS, place.text))]
    spaced = [edge for edge in edges if edge[1][0]]
    tight = [edge for edge in edges if not edge[1][0]]
    if len(edges) < _FEWEST_EDGES or not spaced or not tight:
        return
    place, match = min(spaced, tight, key=len)[0]
    values = {"spaced": str(len(spaced)), "tight": str(len(tight))}
    start, end = match.start() - 1, match.end() + 1
    yield Note("style.spacing", "two kinds of spacing", "info", place, start, end, values)


_SHOWN = 8


def _untidy(case: Case) -> Iterator[Note]:
    """Once an edition: the first place that a safe fix would change, and in how many fields there is one."""
    for language in LANGUAGES:
        tidied = [(place, tidy(place.text, language, spacing="keep")) for place in case.fields_of(language)]
        untidy = [(place, tidy_text) for place, tidy_text in tidied if tidy_text != place.text]
        if not untidy:
            continue
        place, text = untidy[0]
        at = next((i for i, (old, new) in enumerate(zip(place.text, text, strict=False)) if old != new), len(text))
        start = min(at, len(place.text) - 1)
        values = {"instead": text[max(0, at - _SHOWN) : at + _SHOWN].strip(), "count": str(len(untidy))}
        yield Note("style.punctuation", "safe fix not made", "info", place, start, start + 1, values)


Find = Callable[[str, Field], Iterator[Flaw]]
_RULES: tuple[tuple[str, str, tuple[Language, ...], Find], ...] = (
    ("relative_date", "relative date without a date", LANGUAGES, _relative_dates),
    ("numbers", "scale that Chinese does not use", ("zh",), _unchinese_scale),
    ("numbers", "bare zeros", ("zh",), _bare_zeros),
    ("numbers", "too many decimals", ("zh",), _many_decimals),
    ("numbers", "scale as a letter", ("en",), _short_scale),
    ("numbers", "full-width digits", LANGUAGES, _wide_digits),
    ("range", "hyphen in a range", LANGUAGES, _ranges),
    ("markup", "markup in the text", LANGUAGES, _markup),
    ("quotes", "mark without its partner", LANGUAGES, _unpaired),
    ("quotes", "straight quotes in Chinese", ("zh",), _straight_quotes),
    ("traditional", "traditional characters", ("zh",), _traditional),
)
"""Code, rule, languages, and what finds it: rules E01 to E03, N03, N05, Z01 to Z07 as far as no safe fix gives them."""
