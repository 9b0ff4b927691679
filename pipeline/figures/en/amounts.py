"""English rules: amounts in digits and words, fractions, ordinals.

Lives here: English patterns and what they mean. Does not: number words (`words`), nouns and names (`nouns`), dates
(`dates`), multiples and ages (`multiples`), how rules are applied (`engine`). Imports `engine`, `shared`, `units` and its neighbours.
"""

from __future__ import annotations

import re
from decimal import Decimal

from pipeline.figures import shared, units
from pipeline.figures.en import dates, words
from pipeline.figures.en.nouns import in_name, is_pronoun, name_goes_on, noun_after
from pipeline.figures.engine import NOTHING, ONE, Piece, Rule, Source
from pipeline.figures.shared import DIGITS, FRACTION, SCALE

NAMES = units.english_names()
NAME = units.alternation(NAMES)
_UNIT_NAME = rf"(?: ?-? ?| (?:us|u\.s\.) )(?P<name>{NAME})(?![a-z])"
_UNIT_SYMBOL = rf" ?(?P<symbol>{shared.SYMBOL})(?![a-z0-9]|-?\d|'[a-z])"
UNIT = rf"(?:{_UNIT_NAME}|{_UNIT_SYMBOL})"
_NO_FRACTION, _NO_SCALE = "(?P<fraction>(?!))?", "(?P<scale>(?!))?(?P<short>(?!))?"
_NO_UNIT = "(?P<name>(?!))?(?P<symbol>(?!))?"
_BIG = units.alternation(["hundred", "thousand", "million", "billion", "trillion", "dozen"])
_OF_WHAT = (
    rf"(?:[ -]{{1,3}}(?:of )?(?:an? {{1,3}})?(?P<scale>{_BIG})(?![a-z]))?"
    rf"(?:[ -](?:an? |of an? |us |u\.s\. )?(?P<name>{NAME})(?![a-z]))?"
)


def before(source: Source, start: int, length: int) -> str:
    """The characters before an offset, at most so many."""
    return source.lower[max(0, start - length) : start]


def _with_article(source: Source, start: int) -> int:
    """Where "a hundred" or "a half" begins: at the article, when there is one."""
    return start - 2 if re.search(r"(?:^|[^a-z])a $", before(source, start, 3)) else start


# --- amounts in digits -----------------------------------------------------------------------------------------------

_SIGN_BEFORE = re.compile(
    r"(?:(?P<tolerance>(?<![a-z])plus(?: or |[-/]|-or-)minus |\+ ?/ ?- ?|± ?)"
    r"|(?P<minus>(?:^|[(\n\t<>=:]|[a-z,:;(=] )-|(?:^|\n) ?- |(?<![a-z])(?:minus|negative) ))$"
)


def _signed(piece: Piece, source: Source, start: int) -> Piece:
    """With the sign before it; plus or minus 2% is a tolerance of 2%."""
    if source.lower[start - 1 : start] not in "- ±":
        return piece
    begin = max(0, start - 14)
    found = _SIGN_BEFORE.search(source.lower[begin:start])
    if not found:
        return piece
    if found["tolerance"]:
        piece.start = begin + found.start()
    elif piece.low is not None:
        piece.low = piece.high = -piece.low
        piece.start = start - (
            9 if "negative" in found[0] else 6 if "minus" in found[0] else 2 if found[0].endswith("- ") else 1
        )
    return piece


def _unit_of(match: re.Match[str], source: Source) -> str | None:
    if match["name"]:
        return NAMES[match["name"]]
    if match["symbol"]:
        return shared.symbol_unit(source.cased, *match.span("symbol"))
    return ""


def _amount(match: re.Match[str], source: Source) -> Piece | None:
    if in_name(source, match.start()):
        return NOTHING
    unit = _unit_of(match, source)
    if unit is None or (match["short"] in ("m", "t", "b", "mm") and not _is_scale(match, source)):
        return None
    value, scale = shared.decimal(match["number"]), shared.scale_of(match)
    if match["fraction"]:
        value += shared.fraction(match["fraction"])
    if not unit and scale == ONE and not match["fraction"] and name_goes_on(source, match.end()):
        return NOTHING
    return _finish(match, source, shared.amount(value, scale, unit))


def _is_scale(match: re.Match[str], source: Source) -> bool:
    """Whether a lone m, b or t is a scale and not metres: 8m people, 10M, 1.2b."""
    letter = source.cased[slice(*match.span("short"))]
    if match["name"] or letter in ("M", "B", "MM") or (letter == "b" and "." in match["number"]):
        return True
    return letter != "t" and bool(noun_after(source.lower, match.end()))


def _finish(match: re.Match[str], source: Source, piece: Piece) -> Piece:
    """Sign, noun, age and kind of an amount that has been read."""
    piece.start = match.start() if piece.start < 0 else piece.start
    piece.end = match.end() if piece.end < 0 else piece.end
    _signed(piece, source, piece.start)
    if not piece.unit:
        return _count(piece, source)
    if piece.kind == "duration":
        _age(piece, source)
    elif piece.unit == "GBP" and match["name"] in ("pound", "pounds") and _is_weight(piece, source):
        piece.kind, piece.unit = "quantity", "lb"
    return piece


_COMPARED = re.compile(
    r" (?:as |more|less|higher|lower|larger|bigger|greater|faster|smaller|the |that |what |over|its |their |above|below|"
    r"better|worse|stronger|cheaper|longer|earnings|revenue|sales)"
)


def _count(piece: Piece, source: Source) -> Piece:
    """A number with the noun it counts; "three times more" is a multiple."""
    piece.unit = noun_after(source.lower, piece.end)
    piece.kind = "count" if piece.unit else "number"
    if piece.unit == "time":
        end = source.lower.find("times", piece.end, piece.end + 8) + 5
        if end > 5 and _COMPARED.match(source.lower, end):
            piece.kind, piece.unit, piece.end, piece.rule = "multiple", "", end, "multiple"
    return piece


_OLD = re.compile(r"(?: - |[ -])olds?(?![a-z])| of age(?![a-z])")
_MONEY_NEAR = re.compile(
    r"£|cost|paid|pay|price|worth|spen[dt]|fine|sterling|earn|salary|budget|money|sold|raised|pence|fee|sum|bonus|fund|"
    r"award|bill|loan|debt"
)


def _age(piece: Piece, source: Source) -> None:
    old = _OLD.match(source.lower, piece.end)
    if old:
        piece.kind, piece.end, piece.rule = "age", old.end(), "age"


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
    "amount with a unit", re.compile(rf"(?P<number>{DIGITS})(?P<fraction>{FRACTION})?{_NO_SCALE}{UNIT}"), _amount
)
BARE = Rule("bare number", re.compile(rf"(?P<number>{DIGITS}){_NO_FRACTION}{_NO_SCALE}{_NO_UNIT}"), _amount)


def _year(match: re.Match[str], source: Source) -> Piece | None:
    if in_name(source, match.start()):
        return None
    return dates.year(match, source, counts=bool(noun_after(source.lower, match.end())))


YEAR = Rule("year", dates.YEAR, _year)

_CODES = {unit.id.lower(): unit.id for unit in units.CURRENCIES if unit.id.isupper()} | {"rmb": "CNY"}
CODE = units.alternation(_CODES)
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
_PART_BEHIND = re.compile(r"-|[ -]of(?! a year)| (?:more|less|higher|lower|larger|smaller)|[.,;)]|$")
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
    unit = _unit_of(behind, source) if behind else ""
    if read.kind == "fraction":
        return _part(match, source, read.value, end)
    if match[0][: read.end] == "one" and not unit and is_pronoun(source, match.start(), end):
        return NOTHING
    piece = shared.amount(read.value / read.size, read.size, unit or "")
    if behind and piece.kind == "duration" and piece.low == 1 and AGO.match(source.lower, behind.end()):
        return NOTHING
    piece.start, piece.end = match.start(), behind.end() if behind and unit else end
    if match[0].startswith(tuple(words.MAGNITUDES)):
        if _MONEY_PER_A.search(before(source, match.start(), 12)):
            return NOTHING
        piece.start = _with_article(source, match.start())
    return _finish(behind or match, source, piece) if unit else _bare_words(match, source, piece)


def _bare_words(match: re.Match[str], source: Source, piece: Piece) -> Piece:
    """A count in words. Behind "one" stands a singular, so a plural further on is not what is counted."""
    _signed(piece, source, match.start())
    if piece.low != 1:
        _count(piece, source)
    piece.rule = piece.rule or "number in words"
    return piece


def _place(match: re.Match[str], source: Source, value: Decimal, end: int) -> Piece:
    """First, twenty-first, 21st century; "a third of" is a fraction."""
    text = source.lower
    if _NOT_A_PLACE.search(before(source, match.start(), 7)) or _NOT_A_PLACE_BEHIND.match(text, end):
        return NOTHING
    article = _with_article(source, match.start())
    divides = _PART_BEHIND.match(text, end) and text[end : end + 1] not in ".,;)" and end < len(text)
    if article < match.start() and value > 2 and (divides or value >= 100):
        return Piece("multiple", ONE / value, ONE / value, start=article, end=end, rule="fraction in words")
    century = text.startswith(("-century", " century"), end)
    return Piece(
        "ordinal", value, value, unit="century" if century else "", end=end + 8 if century else end,
        rule="ordinal in words",
    )  # fmt: skip


_AFTER_PART = re.compile(_OF_WHAT)


def _part(match: re.Match[str], source: Source, value: Decimal, end: int) -> Piece | None:
    """Two thirds, three-quarters of a million, half a mile; three quarters in a row are no fraction."""
    text = source.lower
    of = _AFTER_PART.match(text, end)
    scale = words.MAGNITUDES[of["scale"]] if of and of["scale"] else ONE
    unit = NAMES[of["name"]] if of and of["name"] else ""
    in_a_row = not unit and scale == ONE and "quarters" in match[0][:14] and "-" not in match[0]
    if in_a_row and not _PART_BEHIND.match(text, end):
        return Piece("duration", value * 4, value * 4, unit="quarter", end=end)
    piece = Piece("multiple", value * scale, value * scale, unit=unit, scale=scale, rule="fraction in words")
    piece.start, piece.end = match.start(), of.end() if of and (unit or scale != ONE) else end
    if unit:
        piece.kind = shared.kind_of(unit)
    elif scale != ONE:
        piece.unit = noun_after(text, piece.end)
        piece.kind = "count" if piece.unit else "number"
    return _signed(piece, source, match.start())


AMOUNT_WORDS = Rule("amount in words", re.compile(words.RUN), _words)
_NOT_HALF = re.compile(r"(?:first|second|1st|2nd|other|better|last|latter|front|back|final|opening)[ -]$")


def _half(match: re.Match[str], source: Source) -> Piece | None:
    if _NOT_HALF.search(before(source, match.start(), 9)):
        return NOTHING
    piece = _part(match, source, Decimal("0.5"), match.end())
    if piece:
        piece.start = _with_article(source, match.start())
    return piece


HALF = Rule("half", re.compile(r"half(?![a-z])"), _half)


def _quarter(match: re.Match[str], source: Source) -> Piece | None:
    of = _AFTER_PART.match(source.lower, match.end())
    if not _PART_BEHIND.match(source.lower, match.end()) and not (of and (of["scale"] or of["name"])):
        return None
    return _part(match, source, Decimal("0.25"), match.end())


QUARTER = Rule("fraction in words", re.compile(r"(?:a|one) quarter(?![a-z])"), _quarter)


def _unit_and_part(match: re.Match[str], source: Source) -> Piece | None:
    """One hour and a half, 3 million and a quarter."""
    run = words.read(match["words"]) if match["words"] else None
    whole = shared.decimal(match["digits"]) if match["digits"] else run.value if run else None
    if whole is None:
        return None
    part = ONE / words.PARTS[match["below"]]
    scale = words.MAGNITUDES[match["scale"]] if match["scale"] else ONE
    piece = shared.amount(whole + part, scale, NAMES[match["name"]] if match["name"] else "")
    piece.end = match.end()
    if piece.kind == "duration":
        _age(piece, source)
    return piece


UNIT_AND_PART = Rule(
    "amount and a half",
    re.compile(
        rf"(?:(?P<digits>\d{{1,3}})|(?P<words>{units.alternation(words.VALUES)}))(?: (?P<scale>{_BIG})| (?P<name>{NAME})) "
        r"and (?:an? )?(?P<below>half|quarter|third)(?![a-z])(?! (?:million|billion|trillion|thousand))"
    ),
    _unit_and_part,
)


def number_of(match: re.Match[str], digits: str, spelled: str) -> Decimal | None:
    """The value of whichever of two named groups matched: one in digits, one in words."""
    if match[digits]:
        return shared.decimal(match[digits])
    read = words.read(match[spelled]) if match[spelled] else None
    return read.value if read and read.kind == "number" and read.end == len(match[spelled]) else None


def _one_in(match: re.Match[str], source: Source) -> Piece | None:
    """One in five, 3 out of 10; not "two in 2019"."""
    above, below = number_of(match, "d1", "w1"), number_of(match, "d2", "w2")
    if above is None or below is None or not 0 < above < below or (match["how"] == "in" and above > 1):
        return None
    if match["d2"] and 1800 < below < 2100:
        return None
    return Piece("multiple", above / below, above / below)


_PERIOD = (
    "years?|months?|weeks?|days?|hours?|minutes?|jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec|million|billion"
)
ONE_IN = Rule(
    "one in so many",
    re.compile(
        rf"(?:(?P<d1>\d{{1,3}})|(?P<w1>{units.alternation(words.VALUES)})) (?P<how>in|out of)(?: every)? "
        rf"(?:(?P<d2>\d[\d,]{{0,8}})(?![.%\d])|(?P<w2>{words.RUN}))(?![a-z]|-| (?:{_PERIOD}))"
    ),
    _one_in,
)


def _fraction(match: re.Match[str], source: Source) -> Piece | None:
    if in_name(source, match.start()):
        return None
    if match["below"]:
        above, below = int(match["above"]), int(match["below"])
        if not below or not (above == 1 or below in (3, 4, 5, 8, 16)):
            return None
    value = shared.fraction(match["fraction"])
    unit = _unit_of(match, source) or ""
    return Piece(shared.kind_of(unit) if unit else "multiple", value, value, unit=unit)


FRACTION_DIGITS = Rule(
    "fraction in digits",
    re.compile(rf"(?P<fraction>(?P<above>\d{{1,2}})/(?P<below>\d{{1,3}})(?![\d/])|[{shared.VULGAR_SIGNS}]){UNIT}?"),
    _fraction,
)


def _ordinal(match: re.Match[str], source: Source) -> Piece | None:
    if in_name(source, match.start()):
        return NOTHING
    value = Decimal(match[1].replace(",", ""))
    return Piece("ordinal", value, value, unit="century" if match[2] else "")


ORDINAL_DIGITS = Rule(
    "ordinal in digits", re.compile(r"(\d[\d,]{0,6}) ?(?:st|nd|rd|th)(?![a-z])([ -]century)?"), _ordinal
)
