"""Chinese numerals: 三百五十亿, 4.78万亿, 5万4千, 五六百, 二〇二五, and what they are worth.

Lives here: how numerals are written and evaluated. Does not: units, nouns, dates. Imports `shared`, `units`.
"""

from __future__ import annotations

import re
from decimal import Decimal

from pipeline.figures import units
from pipeline.figures.shared import DIGITS, decimal

DIGIT_VALUES = {c: Decimal(i) for i, c in enumerate("零一二三四五六七八九")} | {
    "〇": Decimal(0), "两": Decimal(2), "俩": Decimal(2), "仨": Decimal(3), "半": Decimal("0.5"),
}  # fmt: skip
SCALES = units.SCALES_ZH
HAN_DIGIT = "[零〇一二两三四五六七八九]"


def _no_prefix(scale: str) -> str:
    """A scale word where it is no prefix of a unit of the table: 5千 counts, 5千瓦 is five kilowatts."""
    rests = [name[1:] for name in units.chinese_names() if name[0] == scale and len(name) > 1]
    return f"{scale}(?!{units.alternation(rests)})" if rests else scale


_SCALE = f"(?:[亿十]|{'|'.join(map(_no_prefix, '百千万兆'))})"
_MORE = "[多余来]"
_LARGE = f"(?:亿|{'|'.join(map(_no_prefix, '百千万兆'))})"
HAN = (
    rf"(?:(?:{HAN_DIGIT}|{_SCALE}|(?<=[零百千万十])[多余几](?=[百千万亿])){{1,24}}"
    rf"(?:点[零〇一二三四五六七八九]{{1,8}}{_LARGE}{{0,2}})?)"
)
DIGITAL = rf"(?:{DIGITS}(?:{_MORE}?{_SCALE}(?:零?(?:\d{{1,4}}(?:\.\d+)?|{HAN_DIGIT})(?={_SCALE}|\d))?(?:零?\d{{1,4}}(?![\d.,年月]))?){{0,4}})"
NUMBER = rf"(?P<number>{DIGITAL}|{HAN})"
SPAN = rf"[一二两三四五六七八][至到][二两三四五六七八九](?!十){_SCALE}{{0,3}}"
"""A range of two numerals that share what follows: 三到五(天), 五到六百."""
NUMBER_OR_SPAN = rf"(?P<number>{DIGITAL}|{SPAN}|{HAN})"
_TOKEN = re.compile(
    rf"(?P<digits>{DIGITS})|(?P<han>[零〇一二两三四五六七八九])|(?P<scale>[十百千万亿兆])|(?P<point>点[零〇一二三四五六七八九]+)|(?P<more>[多余来几])"
)


def _digits_in_a_row(text: str) -> Decimal:
    return Decimal("".join(str(DIGIT_VALUES[c]) for c in text))


_ROW = re.compile(rf"{HAN_DIGIT}{{2,}}")
_NEIGHBOURS = re.compile(
    r"(?P<head>.*?)(?P<low>[一二两三四五六七八])(?P<joined>[至到])?(?P<high>[二两三四五六七八九])(?P<tail>[十百千万亿兆]*)"
)


def read_number(text: str) -> tuple[Decimal, Decimal, Decimal] | None:
    """The low and high value of a numeral and the factor of its last scale word; a range when neighbours stand
    together: 五六百 is 500 to 600, 三五 three to five. None when the characters make no number.
    """
    neighbours = _NEIGHBOURS.fullmatch(text)
    if neighbours and neighbours["joined"] and not _are_neighbours(neighbours):
        return None
    if neighbours and _are_neighbours(neighbours):
        low = _value(neighbours["head"] + neighbours["low"] + neighbours["tail"])
        high = _value(neighbours["head"] + neighbours["high"] + neighbours["tail"])
        return None if low is None or high is None else (low, high, _last_scale(text))
    value = _value(text)
    return None if value is None else (value, value, _last_scale(text))


def _are_neighbours(match: re.Match[str]) -> bool:
    low, high = DIGIT_VALUES[match["low"]], DIGIT_VALUES[match["high"]]
    head = match["head"]
    if match["joined"]:
        return low < high and not head
    if match["low"] + match["high"] == "三五" and not head:
        return True
    return (
        high == low + 1 and (not head or head[-1] in SCALES) and (bool(match["tail"]) or not head or head[-1] == "十")
    )


def _last_scale(text: str) -> Decimal:
    """The factor of the scale words at the end: 万亿 in 4.78万亿."""
    factor = Decimal(1)
    for character in reversed(text):
        if character not in "万亿兆":
            break
        factor *= SCALES[character]
    return factor


def _value(text: str) -> Decimal | None:
    if _ROW.fullmatch(text):
        return _digits_in_a_row(text)
    total = section = Decimal(0)
    number: Decimal | None = None
    last_scale, shorthand = Decimal(0), False
    for token in _TOKEN.finditer(text):
        if token["digits"]:
            number, shorthand = decimal(token[0]), False
        elif token["han"]:
            value = DIGIT_VALUES[token[0]]
            if value and number:
                return None
            shorthand = bool(value) and number is None and last_scale >= 100
            number = value
        elif token["point"]:
            row = "".join(str(DIGIT_VALUES[c]) for c in token[0][1:])
            number, shorthand = (number or Decimal(0)) + Decimal(f"0.{row}"), False
        elif token["scale"]:
            factor = SCALES[token[0]]
            if factor < 10000:
                section += (number or Decimal(1)) * factor
            elif factor > total or (not section and number is None):
                total = (total + section + (number or 0) or Decimal(1)) * factor
                section = Decimal(0)
            else:
                total += (section + (number or 0) or Decimal(1)) * factor
                section = Decimal(0)
            number, last_scale = None, factor
    if number is not None and shorthand:
        number = number * last_scale / 10
    return total + section + (number or 0)
