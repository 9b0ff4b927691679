"""Does a reference point at something: "that 20 gigawatts target" where the edition has not told of 20 gigawatts?

Lives here: the check behind `reference.dangling`. Does not: whether the figure is true (`support.py`). Imports
`schema`, `text`, `hygiene_case` and `values`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from pipeline.checker.hygiene_case import Case, Note
from pipeline.checker.values import value_of
from pipeline.schema import Reading
from pipeline.text import HAN

_POINTS_BACK = re.compile(
    r"(?:(?<![A-Za-z])(?:that|those|the same|the aforementioned)[ -]|(?:上述|前述|这一|这个|该|那个?)的?)$",
    re.IGNORECASE,
)
_THINGS_EN = (
    "target goal figure plan deal pledge commitment sum amount threshold mark limit cap forecast estimate order "
    "investment level deadline purchase facility agreement contract loan"
).split()
_THINGS_ZH = "目标|数字|计划|交易|承诺|金额|门槛|上限|预测|估算|订单|投资|水平|期限|协议|合同|贷款|规模"
_REFERRED_TO = re.compile(
    rf"[ -](?:[a-z]+ )?(?:{'|'.join(_THINGS_EN)})s?(?![a-z])|的?[{HAN}]{{0,2}}(?:{_THINGS_ZH})", re.IGNORECASE
)
_REACH = 20


def dangling(case: Case, readings: Sequence[Reading]) -> Iterator[Note]:
    """References to a figure that its edition has not given before, in the order a reader meets them."""
    figures = defaultdict(list)
    for reading in readings:
        figures[reading.language, reading.field].append(reading.figure)
    for language, places in case.by_language.items():
        told: set[object] = set()
        for place in places:
            for figure in figures[language, place.name]:
                before = place.text[max(0, figure.start - _REACH) : figure.start]
                if (
                    value_of(figure) not in told
                    and _POINTS_BACK.search(before)
                    and _REFERRED_TO.match(place.text, figure.end)
                ):
                    yield Note("reference.dangling", "figure not told before", "info", place, figure.start, figure.end)
                told.add(value_of(figure))
