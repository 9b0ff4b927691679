"""English rules: amounts in digits and words, ordinals.

Lives here: English patterns and what they mean. Does not: number words (`words`), what stands beside a number (`beside`),
fractions (`fractions`), dates (`dates`), multiples and ages (`multiples`), how rules are applied (`engine`). Imports
`engine`, `shared`, `units` and its neighbours.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from pipeline.figures import shared, units
from pipeline.figures.en import periods, words
from pipeline.figures.en.beside import (
    NAMES,
    NO_FRACTION,
    NO_SCALE,
    NO_UNIT,
    UNIT,
    age,
    before,
    is_pronoun,
    noun_after,
    signed,
    unit_of,
    with_article,
)
from pipeline.figures.en.fractions import PART_BEHIND, part
from pipeline.figures.en.names import in_name, name_goes_on
from pipeline.figures.engine import NOTHING, ONE, Piece, Rule, Source
from pipeline.figures.shared import DIGITS, FRACTION, SCALE

# --- amounts in digits -----------------------------------------------------------------------------------------------


def _amount(match: re.Match[str], source: Source) -> Piece | None:
    alone = not (match["scale"] or match["short"] or match["name"] or match["symbol"] or "," in match["number"])
    if in_name(source, match.start(), alone, counts=bool(noun_after(source.lower, match.end(), within=1))):
        return NOTHING
    unit = unit_of(match, source)
    if unit is None or (match["short"] in ("m", "t", "b", "mm") and not _is_scale(match, source)):
        return None
    if unit == "K" and match["symbol"] and "." not in match["number"][-3:-1]:
        return None  # 50K counts thousands; 273.15K is a temperature
    if match["short"] and source.cased[match.start("short")] == "K" and "." in match["number"][-3:-2]:
        return None
    value, scale = shared.decimal(match["number"]), shared.scale_of(match)
    if match["fraction"]:
        value += shared.fraction(match["fraction"])
    if not unit and scale == ONE and not match["fraction"] and name_goes_on(source, match.start(), match.end()):
        return NOTHING
    return _finish(match, source, shared.amount(value, scale, unit))


def _is_scale(match: re.Match[str], source: Source) -> bool:
    """Whether a lone m, b or t is a scale and not metres: 8m people, 10M, 1.2b."""
    letter = source.cased[slice(*match.span("short"))]
    if match["name"] or letter in ("M", "B", "MM") or (letter == "b" and "." in match["number"]):
        return True
    return letter != "t" and bool(match["symbol"] or noun_after(source.lower, match.end()))


def _finish(match: re.Match[str], source: Source, piece: Piece) -> Piece:
    """Sign, noun, age and kind of an amount that has been read."""
    piece.start = match.start() if piece.start < 0 else piece.start
    piece.end = match.end() if piece.end < 0 else piece.end
    signed(piece, source, piece.start)
    if not piece.unit:
        return _count(piece, source)
    if piece.kind == "duration":
        age(piece, source)
    elif piece.unit == "GBP" and match["name"] in ("pound", "pounds") and _is_weight(piece, source):
        piece.kind, piece.unit = "quantity", "lb"
    return piece


_COMPARED = re.compile(
    r" (?:as |more|less|higher|lower|larger|bigger|greater|faster|smaller|the |that |what |over|its |their |above|below|"
    r"better|worse|stronger|cheaper|longer|earnings|revenue|sales)"
)


def _count(piece: Piece, source: Source, end: int = -1) -> Piece:
    """A number with the noun it counts; "three times more" is a multiple."""
    piece.end = end if piece.end < 0 else piece.end
    piece.unit = noun_after(source.lower, piece.end)
    piece.kind = "count" if piece.unit else "number"
    if piece.unit == "time":
        end = source.lower.find("times", piece.end, piece.end + 8) + 5
        broken = piece.low is not None and piece.low != piece.low.to_integral_value()
        if end > 5 and (broken or _COMPARED.match(source.lower, end)):
            piece.kind, piece.unit, piece.end, piece.rule = "multiple", "", end, "multiple"
    return piece


_MONEY_NEAR = re.compile(
    r"£|cost|paid|pay|price|worth|spen[dt]|fine|sterling|earn|salary|budget|money|sold|raised|pence|fee|sum|bonus|fund|"
    r"award|bill|loan|debt"
)


def _is_weight(piece: Piece, source: Source) -> bool:
    """Pounds are weight when they are few and nothing near speaks of money."""
    if piece.scale > 1000 or piece.low is None or piece.low >= 2000:
        return False
    return not _MONEY_NEAR.search(source.lower[max(0, piece.start - 60) : piece.end + 40])


AMOUNT = Rule(
    "amount in digits", re.compile(rf"(?P<number>{DIGITS})(?P<fraction>{FRACTION})?(?:{SCALE})?{UNIT}?"), _amount
)
SCALED = Rule(
    "amount with a scale word", re.compile(rf"(?P<number>{DIGITS})(?P<fraction>{FRACTION})?{SCALE}{UNIT}?"), _amount
)
WITH_UNIT = Rule(
    "amount with a unit", re.compile(rf"(?P<number>{DIGITS})(?P<fraction>{FRACTION})?{NO_SCALE}{UNIT}"), _amount
)
BARE = Rule("bare number", re.compile(rf"(?P<number>{DIGITS}){NO_FRACTION}{NO_SCALE}{NO_UNIT}"), _amount)


def _year(match: re.Match[str], source: Source) -> Piece | None:
    if in_name(source, match.start()):
        return None
    return periods.year(match, source, counts=bool(noun_after(source.lower, match.end())))


YEAR = Rule("year", periods.YEAR, _year)

_CODES = {unit.id.lower(): unit.id for unit in units.CURRENCIES if unit.id.isupper()} | {"rmb": "CNY"}
CODE = units.alternation(_CODES)


def _money(match: re.Match[str], source: Source) -> Piece | None:
    piece = shared.money(match, source)
    return signed(piece, source, match.start()) if piece.low is not None and piece.low > 0 else piece


MONEY_SIGN_FIRST = replace(shared.MONEY_SIGN_FIRST, produce=_money)
INCHES = Rule(
    "inches",
    re.compile(
        rf"(?P<number>{DIGITS}) ?(?:in(?=\.?$|\.?[,;:)]|\. )(?:(?<=[isofbyx×] \d in)|(?<=[isofbyx×] \d\d in)|(?<=ft \d in)|"
        r"(?<=ft \d\d in)|(?<=feet \d in)|(?<=feet \d\d in))|\"(?= ?(?:long|wide|tall|high|deep|thick|display|screen|tv|monitor|x )))"
    ),
    lambda match, source: shared.amount(shared.decimal(match["number"]), ONE, "in"),
)


def _hundred_and(match: re.Match[str], source: Source) -> Piece | None:
    """3 hundred and 21, 6 crore and two hundred: what follows is smaller than the scale."""
    scale = words.MAGNITUDES[match["scale"]]
    rest = words.number_of(match, "digits", "words")
    if rest is None or not 0 < rest < scale:
        return None
    piece = shared.amount(shared.decimal(match["number"]) * scale + rest, ONE, "")
    piece.end = match.end()
    unit = _UNIT_BEHIND.match(source.lower, match.end())
    found = unit_of(unit, source) if unit else ""
    if unit and found:
        piece.unit, piece.kind, piece.end = found, shared.kind_of(found), unit.end()
        return piece
    return _count(piece, source)


_TOKENISED = re.compile(r" [,.](?: |$)")
SPACED = Rule(
    "thousands of tokenised text",
    re.compile(r"(?P<number>[1-9]\d{0,2}(?:, \d{3})+)(?![\d,])"),
    lambda match, source: (
        _count(shared.amount(shared.decimal(match["number"]), ONE, ""), source, match.end())
        if _TOKENISED.search(source.lower, max(0, match.start() - 80), match.end() + 80)
        else None
    ),
)
HASH = Rule(
    "money, pound sign lost",
    re.compile(
        rf"(?<=# )(?P<number>\d{{1,3}}(?:, \d{{3}})+(?!\d)|{DIGITS}) ?(?P<scale>million|billion|thousand)?(?P<short>mn|m|bn|k)?(?![a-z\d])"
    ),
    lambda match, source: (
        shared.amount(shared.decimal(match["number"]), shared.scale_of(match), "GBP")
        if match["scale"] or match["short"] or "," in match["number"]
        else None
    ),
)
PENCE = Rule(
    "pence",
    re.compile(r"(?P<number>\d{1,3}(?:\.\d+)?)p(?![a-z\d])"),
    lambda match, source: (
        None if in_name(source, match.start()) else shared.amount(Decimal(match["number"]), ONE, "penny")
    ),
)
MONEY_CODE_FIRST = Rule(
    "money, currency code first",
    re.compile(rf"(?P<code>{CODE}) ?(?P<number>{DIGITS})(?:{SCALE})?"),
    lambda match, source: shared.amount(shared.decimal(match["number"]), shared.scale_of(match), _CODES[match["code"]]),
)
MONEY_CODE_BETWEEN = Rule(
    "money, currency code before the scale word",
    re.compile(rf"(?P<number>{DIGITS}) (?P<code>{CODE}){SCALE}"),
    lambda match, source: shared.amount(shared.decimal(match["number"]), shared.scale_of(match), _CODES[match["code"]]),
)
MONEY_AND_CENTS = Rule(
    "money with cents",
    re.compile(rf"(?P<number>\d{{1,6}}) (?:dollars?|euros?|pounds?|(?P<code>{CODE}))(?: and)? (?P<cents>[1-9]\d)(?=[.,;]?(?: more)?(?:$|[.,;]\s))"),
    lambda match, source: shared.amount(
        Decimal(f"{match['number']}.{match['cents']}"), ONE,
        _CODES[match["code"]] if match["code"] else NAMES[match[0].split()[1]],
    ),
)  # fmt: skip
MONEY_IN_MILLIONS = Rule(
    "millions of a currency",
    re.compile(rf"(?P<number>{DIGITS}) ?m(?P<code>{CODE})(?![a-z])"),
    lambda match, source: shared.amount(shared.decimal(match["number"]), Decimal(10) ** 6, _CODES[match["code"]]),
)

# --- amounts in words ------------------------------------------------------------------------------------------------

_UNIT_BEHIND = re.compile(UNIT)
_NOT_A_PLACE = re.compile(r"(?:^|[^a-z])(?:per|split|every|each|at) $")
_NOT_A_PLACE_BEHIND = re.compile(r"[ -]?(?:of all|hand|thoughts?|lady|name|aid|things? first|nature)(?![a-z])")


AGO = re.compile(r"[ -](?:ago|earlier|before|prior|previously)(?![a-z])")
"""What behind a year makes it the name of a time ("a year earlier") and no length of time."""


_MONEY_PER_A = re.compile(r"(?:[$€£¥][\d.,]{1,7}|cents?|dollars?|euros?|yuan) a $")


def _words(match: re.Match[str], source: Source) -> Piece | None:
    read = words.read(match[0])
    if read is None:
        return None
    end = match.start() + read.end
    if read.kind == "ordinal":
        return _place(match, source, read.value, end)
    behind = _UNIT_BEHIND.match(source.lower, end)
    unit = unit_of(behind, source) if behind else ""
    if read.kind == "fraction":
        return part(match, source, read.value, end)
    if match[0][: read.end] == "one" and not unit and is_pronoun(source, match.start(), end):
        return NOTHING
    piece = shared.amount(read.value / read.size, read.size, unit or "")
    if behind and piece.kind == "duration" and piece.low == 1 and AGO.match(source.lower, behind.end()):
        return NOTHING
    piece.start, piece.end = match.start(), behind.end() if behind and unit else end
    if match[0].startswith(tuple(words.MAGNITUDES)):
        if _MONEY_PER_A.search(before(source, match.start(), 12)):
            return NOTHING
        piece.start = with_article(source, match.start())
    return _finish(behind or match, source, piece) if unit else _bare_words(match, source, piece)


def _bare_words(match: re.Match[str], source: Source, piece: Piece) -> Piece:
    """A count in words. Behind "one" stands a singular, so a plural further on is not what is counted."""
    signed(piece, source, match.start())
    if piece.low != 1:
        _count(piece, source)
    piece.rule = piece.rule or "number in words"
    return piece


_BY_A = re.compile(
    r"(?:^|(?<![a-z])(?:by|than|over|nearly|almost|about|around|roughly|only|just|least|under|to|of|up|down)) $|^$"
)


def _place(match: re.Match[str], source: Source, value: Decimal, end: int) -> Piece:
    """First, twenty-first, 21st century; "a third of" is a fraction."""
    text = source.lower
    if _NOT_A_PLACE.search(before(source, match.start(), 7)) or _NOT_A_PLACE_BEHIND.match(text, end):
        return NOTHING
    article = with_article(source, match.start())
    divides = bool(PART_BEHIND.match(text, end))
    if divides and (text[end : end + 1] in ".,;)" or end == len(text)):
        divides = bool(_BY_A.search(before(source, article, 8)))  # "a third." may be one more, "by a third" is a part
    if article < match.start() and value > 2 and (divides or value >= 100):
        return Piece("multiple", ONE / value, ONE / value, start=article, end=end, rule="fraction in words")
    century = text.startswith(("-century", " century"), end)
    return Piece(
        "ordinal", value, value, unit="century" if century else "", end=end + 8 if century else end,
        rule="ordinal in words",
    )  # fmt: skip


AMOUNT_WORDS = Rule("amount in words", re.compile(words.RUN), _words)


def _ordinal(match: re.Match[str], source: Source) -> Piece | None:
    if in_name(source, match.start()):
        return NOTHING
    value = Decimal(match[1].replace(",", ""))
    return Piece("ordinal", value, value, unit="century" if match[2] else "")


def _degrees(match: re.Match[str], source: Source) -> Piece | None:
    """30C, -4 C, 104F: degrees, by a capital letter."""
    scale = source.cased[match.start("scale")]
    if not scale.isupper() or in_name(source, match.start()):
        return None
    value = shared.decimal(match["number"])
    return signed(Piece("quantity", value, value, unit=scale), source, match.start())


DEGREES = Rule(
    "degrees by a letter",
    re.compile(
        r"(?P<number>\d{2}(?:\.\d+)?(?= ?c)|\d{1,2}\.\d(?= ?c)|(?<=-)\d{1,2}(?= ?c)|(?<=minus )\d{1,2}(?= ?c)|"
        r"\d{2,3}(?:\.\d+)?(?= ?f)) ?(?P<scale>[cf])(?![a-z0-9-]|\.[a-z])"
    ),
    _degrees,
)
HUNDRED_AND = Rule(
    "amount in digits and words",
    re.compile(
        rf"(?P<number>{DIGITS}) (?P<scale>hundred|thousand|lakh|crore) and (?:(?P<digits>\d{{1,3}})(?![\d.,%]*\d)|(?P<words>{words.RUN}))"
        r"(?! (?:hundred|thousand|million|billion))"
    ),
    _hundred_and,
)
ORDINAL_DIGITS = Rule(
    "ordinal in digits", re.compile(r"(\d[\d,]{0,6}) ?(?:st|nd|rd|th)(?![a-z])([ -]century)?"), _ordinal
)
