"""Are names spelled as the glossary has them, and are numbered names (GPT-5, H100, 十四五) those of the brief?

Lives here: the checks behind `term.drift` and `name.altered`. Does not: figures that are part
of a name (`evidence.py`). Imports `schema`, `text`, `hygiene_case` and `words`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.checker.hygiene_case import Case, Field, Note
from pipeline.checker.words import ADDRESS, blank
from pipeline.schema import Evidence, Term
from pipeline.text import HAN, fold

# --- term.drift ------------------------------------------------------------------------------------------------------

_NAMES_OF = ("organisation", "person", "product", "place")


def drifts(case: Case) -> Iterator[Note]:
    """Names of the glossary in the other language's form, or spelled otherwise."""
    for place in case.fields:
        for term in case.glossary:
            yield from _foreign_form(place, term)
            if term.kind in _NAMES_OF:
                yield from _other_spelling(place, term)


def _foreign_form(place: Field, term: Term) -> Iterator[Note]:
    """The other language's form of a name, once a field, unless it stands in brackets beside this language's form."""
    own, other = (term.en, term.zh) if place.language == "en" else (term.zh, term.en)
    if own == other or own in other or other in own:
        return
    for match in _name_pattern(other).finditer(place.text):
        before = place.text[max(0, match.start() - len(own) - 2) : match.start()]
        after = place.text[match.end() : match.end() + len(own) + 2]
        if own not in before and own not in after and not _is_part_of_a_longer_name(place.text, match):
            values = {"expected": own}
            rule = "name left in the other language"
            yield Note("term.drift", rule, "warn", place, *match.span(), values, suggestion=own)
            return


def _is_part_of_a_longer_name(text: str, match: re.Match[str]) -> bool:
    around = text[match.end() : match.end() + 2], text[max(0, match.start() - 2) : match.start()]
    return bool(re.match(r"[ -]?[A-Z0-9]", around[0]) or re.search(r"[A-Za-z0-9][ -]?$", around[1]))


def _other_spelling(place: Field, term: Term) -> Iterator[Note]:
    """A Latin name with other spaces, hyphens or inner capitals than the glossary's, once a field."""
    parts = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", term.en)
    if len(parts) < 2 or not term.en.isascii() or len("".join(parts)) < len(re.sub(r"[\s-]", "", term.en)):
        return
    variant = re.compile(rf"(?<![A-Za-z0-9-]){'[ -]?'.join(map(re.escape, parts))}(?![A-Za-z0-9])", re.IGNORECASE)
    for match in variant.finditer(place.text):
        if match[0] not in (term.en, term.en.upper()) and match[0] != match[0].lower():
            values = {"expected": term.en}
            rule = "name spelled differently"
            yield Note("term.drift", rule, "warn", place, *match.span(), values, suggestion=term.en)
            return


def _name_pattern(name: str) -> re.Pattern[str]:
    edge = "(?![A-Za-z0-9])" if name[-1:].isascii() else ""
    return re.compile(("(?<![A-Za-z0-9])" if name[:1].isascii() else "") + re.escape(name) + edge)


# --- name.altered ----------------------------------------------------------------------------------------------------

_MODEL_NAME = re.compile(
    r"(?<![A-Za-z0-9.$€£¥_/@])(?P<stem>[A-Za-z]{1,20})(?P<join>[- ]?)"
    r"(?P<number>\d{1,4}(?:\.\d{1,2})?)(?P<suffix>[A-Za-z]{0,3})"
    r"(?![A-Za-z0-9%]|[.,:]\d| ?(?:million|billion|trillion|per ?cent)|[万亿千百年月日个名家倍])"
)
_NO_STEM = frozenset(
    "about above after all almost and appendix apr april are article as at aug august before below between by "
    "category chapter chart class cny day dec december episode eur feb february figure for friday from fy gbp grade "
    "group had has hk hkd in is item jan january jpy jul july jun june level mar march may mid monday nearly no "
    "nos nov november oct october of on only or over page part phase post pre quarter rmb room round row rs rule "
    "saturday season section sep sept september series since stage step sub sunday table than the thursday tier to "
    "top tuesday type under until up us usd version volume was wednesday week were with year".split()
)
_YEARS = range(1900, 2101)
_PERIOD = re.compile(r"[HhQq][1-4]")
_ORDINARY = "〇一二三四五六七八九十"
_NUMBERED_NAME = re.compile(
    rf"(?P<stem>[{HAN}]{{2}})(?P<number>[一二三四五六七八九十]{{1,3}}|\d{{1,3}})号(?![楼室院文令])"
)
_NO_NUMBERED = re.compile("[年月日第个上下本在从到至的和与是于]")
_PLAN = re.compile(
    r"(?<![一二三四五六七八九十百千万第])(?P<zh>十[一二三四五六七八])五"
    r"(?![一二三四五六七八九十百千万年月日个岁名位家亿号])"
    r"|第(?P<long>[一二三四五六七八九十]{1,2})个五年"
    r"|(?P<digits>\d{1,2})(?:st|nd|rd|th)[ -](?:Chinese )?Five[- ]Year"
    r"|(?P<word>[A-Za-z]{5,10})[ -]Five[- ]Year",
    re.IGNORECASE,
)
_MAY_BE_NAMED = re.compile(r"[A-Za-z][- ]?\d|号|五|[Ff]ive|FIVE")
"""What every name with a number has; most paragraphs have none of it."""
_ORDINALS = {
    word: number
    for number, word in enumerate(
        "eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth".split(), start=8
    )
}


@dataclass(frozen=True)
class NumberedName:
    """A name with a number: its family (what stays the same) and what tells the members of a family apart."""

    family: str
    number: str
    start: int
    end: int


def altered_names(case: Case) -> Iterator[Note]:
    """Names of the draft whose family the brief has, but not with this number; GPU codes also by their letters."""
    known: dict[str, dict[str, Evidence]] = {}
    for source, text in enumerate(case.evidence):
        for name in numbered_names(text):
            quote = Evidence(source=source, start=name.start, end=name.end, quote=text[name.start : name.end])
            known.setdefault(name.family, {}).setdefault(name.number, quote)
    for place in case.fields if known else ():
        reported: set[int] = set()
        for name in numbered_names(place.text):
            members = known.get(name.family, {})
            if members and name.number not in members and name.start not in reported:
                reported.add(name.start)
                yield _altered(place, name, list(members.values()))


def _altered(place: Field, name: NumberedName, members: list[Evidence]) -> Note:
    expected = ", ".join(member.quote for member in members[:3])
    values = {"expected": expected, "text": place.text[name.start : name.end]}
    return Note(
        "name.altered", "name differs from the brief", "block", place, name.start, name.end, values,
        evidence=members[0],
    )  # fmt: skip


def numbered_names(text: str) -> Iterator[NumberedName]:
    """The names of a text that hold a number: GPT-5, H100, 嫦娥六号, 十四五."""
    if not _MAY_BE_NAMED.search(fold(text).text):
        return
    folded = fold(blank(ADDRESS, text))
    for match in _MODEL_NAME.finditer(folded.text):
        yield from _model_names(match, *folded.span(*match.span()))
    for match in _NUMBERED_NAME.finditer(folded.text):
        if not _NO_NUMBERED.search(match["stem"]):
            number = str(_numeral(match["number"]))
            yield NumberedName(f"{match['stem']}号", number, *folded.span(*match.span()))
    for match in _PLAN.finditer(folded.text):
        value = int(match["digits"] or 0) or _ORDINALS.get((match["word"] or "").lower())
        value = value or _numeral(match["zh"] or match["long"] or "")
        if value:
            yield NumberedName("five-year plan", str(value), *folded.span(*match.span()))


def _model_names(match: re.Match[str], start: int, end: int) -> Iterator[NumberedName]:
    """A model name as a member of its family (GPT-5: gpt), a short code also of those with its number (H100: 100)."""
    stem, number, suffix = match["stem"], match["number"], match["suffix"].removesuffix("s")
    if stem.islower() or stem.lower() in _NO_STEM or _PERIOD.fullmatch(match[0]):
        return
    if number.isdigit() and int(number) in _YEARS:
        return
    if match["join"] == " " and (len(stem) == 1 or _SCORE_GOES_ON.match(match.string, match.end())):
        return
    is_code = len(stem) <= _CODE_LETTERS
    yield NumberedName(f"{stem.lower()}#{suffix if is_code else ''}", number, start, end)
    if is_code and stem.isupper() and not match["join"] and len(number) >= _CODE_DIGITS:
        yield NumberedName(f"#{number}{suffix}", stem, start, end)


_SCORE_GOES_ON = re.compile(r" ?[-:] ?\d")
_CODE_LETTERS = 2
_CODE_DIGITS = 2


def _numeral(text: str) -> int:
    """The value of a small Chinese or Arabic numeral: 6, 六, 十四, 二十; 0 for an empty one."""
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    return (_digits(tens) or 1) * 10 + _digits(ones) if ten else _digits(ones)


def _digits(text: str) -> int:
    return int("".join(str(_ORDINARY.index(character)) for character in text) or 0)
