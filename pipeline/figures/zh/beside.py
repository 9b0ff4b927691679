"""What stands beside a Chinese number and changes its value: signs, 多 and 余, a limit between a word and the number.

Lives here: these words and the figure made of a number and what is beside it. Does not: units, nouns, numerals.
Imports `engine`, `shared`, `numbers`.
"""

from __future__ import annotations

import re

from pipeline.figures import shared, units
from pipeline.figures.engine import ONE, Piece, Source
from pipeline.figures.zh.numbers import read_number
from pipeline.schema import Bound

MORE = (
    r"(?P<more>多(?!数)|余(?![额下款热地力震温杭姚])|来(?![自源到华临访信电])|几|(?<=[百千万])把(?=[人块字个元米斤]))?"
)
_LIMITS: dict[str, Bound] = {
    "将近": "nearly", "接近": "nearly", "近": "nearly", "大约": "about", "约": "about", "超过": "over", "超": "over",
    "超出": "over", "逾": "over", "高于": "over", "至少": "at_least", "不到": "under", "不足": "under", "最多": "at_most",
    "高达": "exact", "达": "exact",
}  # fmt: skip
LIMIT = units.alternation(_LIMITS)
"""A limit between a currency or a verb of growth and the number: 人民币约3亿元, 增长近两倍."""


def limit_of(word: str) -> Bound:
    """The bound a word of `LIMIT` sets."""
    return _LIMITS[word]


_BEFORE_MINUS = " (为至到,:=是长速幅率比"
"""Characters before a hyphen that is a minus: 增长-3%, 增速-0.5%."""
_TOLERANCE = re.compile(r"(?:± ?|\+/- ?|正负|上下(?:浮动|波动)?)$")


def sign_before(source: Source, start: int) -> tuple[int, bool]:
    """Where the sign of a number begins (-1 when there is none) and whether the number is negative; a tolerance such
    as 正负2% or 上下浮动2% is not."""
    text = source.lower
    if not start or text[start - 1] not in "±负-下动 ":
        return -1, False
    tolerance = _TOLERANCE.search(text, max(0, start - 4), start)
    if tolerance:
        return tolerance.start(), False
    if text[max(0, start - 2) : start] == "零下":
        return start - 2, True
    if (text[start - 1] == "负" and text[max(0, start - 2) : start - 1] not in tuple("背担肩欠承抱胜自辜减")) or (
        text[start - 1] == "-" and (start == 1 or text[start - 2] in _BEFORE_MINUS)
    ):
        return start - 1, True
    return -1, False


_BOUND_OF_MORE: dict[str, Bound] = {"多": "over", "余": "over", "几": "over", "来": "about", "把": "about"}


def make(match: re.Match[str], source: Source, unit: str) -> Piece | None:
    """The figure of a match with the groups `number` and `more`: 三十多 and 三十几 are over 30, 二十来 about 20."""
    read = read_number(match["number"])
    if read is None:
        return None
    low, high, scale = read
    begin, negative = sign_before(source, match.start())
    if negative:
        low, high = -high, -low
    piece = shared.amount(low, ONE, unit)
    piece.high, piece.scale, piece.start = (piece.low if low == high else high), scale, begin
    more = match["more"] or ""
    if more in _BOUND_OF_MORE:
        piece.bound = _BOUND_OF_MORE[more]
    elif any(word in match["number"] for word in "多余几"):
        piece.bound = "over"
    return piece
