"""The sentences a reviewer reads: one template per code and case, in English and in Chinese.

Lives here: the wording of figure and parity findings. Does not: that of hygiene findings (`hygiene.REASONS`).
Imports nothing. `{figure}` is the text flagged, `{closest}` the brief's, `{english}` the other edition's.
"""

from __future__ import annotations

REASONS: dict[str, tuple[str, str]] = {
    "figure.rounded": (
        "{figure} is a rounding of {closest} in the brief.",
        "{figure}是对原文{closest}的取整。",
    ),
    "figure.derived": (
        "Not in the brief; it follows from it: {expression}.",
        "原文没有直接给出，可由原文推算：{expression}。",
    ),
    "figure.derived/listed": (
        "The brief does not state this count; the things counted are listed: {expression}.",
        "原文没有给出这一数目，所数之物已列出：{expression}。",
    ),
    "figure.qualifier": (
        "The brief says {closest}; {figure} sets another bound.",
        "原文为{closest}，{figure}的限定不同。",
    ),
    "figure.direction": (
        "The brief has {closest} going the other way.",
        "原文的{closest}方向相反。",
    ),
    "figure.direction/opposite": (
        "The brief says {closest}, but of the opposite: profit for loss, hired for dismissed, above for below.",
        "原文的{closest}说的恰恰相反，例如盈利与亏损、招聘与裁员、高于与低于。",
    ),
    "figure.precision": (
        "The brief says only {closest}; {figure} is more precise.",
        "原文只说{closest}，{figure}比原文更精确。",
    ),
    "figure.scale/more": (
        "The brief says {closest}; {figure} is {times} times more.",
        "原文为{closest}，{figure}是其{times_zh}倍。",
    ),
    "figure.scale/less": (
        "The brief says {closest}; {figure} is {times} times less.",
        "原文为{closest}，{figure}只有其{times_zh}分之一。",
    ),
    "figure.unit": (
        "The brief says {closest}; {figure} has another unit.",
        "原文为{closest}，{figure}的单位不同。",
    ),
    "figure.subject/elsewhere": (
        "The brief has {closest}, but says it of something else.",
        "原文有{closest}，但说的是另一件事。",
    ),
    "figure.subject/rival": (
        "The brief has {closest} of something else; here its words point to {rival}.",
        "原文的{closest}说的是另一件事；此处的说法对应原文的{rival}。",
    ),
    "figure.subject/level": (
        "The brief has {closest} as a change and not as where it led, or the other way round.",
        "原文的{closest}是变动幅度而非变动后的水平，或正相反。",
    ),
    "figure.subject/cited": (
        "The claims this sentence cites do not give {figure}; the brief has {closest} elsewhere.",
        "本句所引的要点没有{figure}；原文在别处有{closest}。",
    ),
    "figure.contradicted": (
        "The brief says {closest} where this says {figure}.",
        "同一件事，原文为{closest}，此处为{figure}。",
    ),
    "figure.unsupported": (
        "Nothing in the brief gives {figure}; the closest is {closest}.",
        "原文没有{figure}，最接近的是{closest}。",
    ),
    "figure.unsupported/nothing": (
        "Nothing in the brief gives {figure} or anything like it.",
        "原文没有{figure}，也没有相近的数字。",
    ),
    "figure.unsupported/relative": (
        "When {figure} is cannot be told: the brief does not say it, and no date of publication is known or fits.",
        "无法判断{figure}指何时：原文没有这一说法，也没有可推算的发布日期。",
    ),
    "unit.kind/power": (
        "{figure} is power, what is drawn at one moment; the sentence uses it as energy, what is used over a time.",
        "{figure}是功率，即某一时刻的用电强度；句中把它当作一段时间的用电量。",
    ),
    "unit.kind/energy": (
        "{figure} is energy, used over a time; a peak or a load is power.",
        "{figure}是一段时间的电量；峰值、负荷应为功率。",
    ),
    "unit.kind/stock": (
        "{figure} is a value at one moment; the sentence sets it against what is earned or spent in a year.",
        "{figure}是某一时点的价值；句中拿它与一年的收支相比。",
    ),
    "unit.kind/points": (
        "{figure} is the difference of two percentages and should be in percentage points.",
        "{figure}是两个百分比之差，应以百分点表示。",
    ),
    "parity.missing/en": (
        "{figure} has no counterpart in the Chinese.",
        "{figure}在中文版没有对应。",
    ),
    "parity.missing/zh": (
        "{figure} has no counterpart in the English.",
        "{figure}在英文版没有对应。",
    ),
    "parity.value": (
        "The English says {english}, the Chinese {figure}.",
        "英文为{english}，中文为{figure}。",
    ),
    "parity.value/bound": (
        "The same number with another bound: the English says {english}, the Chinese {figure}.",
        "数值相同而限定不同：英文为{english}，中文为{figure}。",
    ),
    "parity.value/direction": (
        "{english} and {figure} go in opposite directions: one rises, the other falls.",
        "{figure}与英文的{english}方向相反，一升一降。",
    ),
    "paragraph.misaligned/moved": (
        "{figure} answers {english}, which stands in the neighbouring English paragraph.",
        "{figure}对应的{english}在英文的相邻段落中。",
    ),
    "figures.unread/en": (
        "The English has figures such as {figure}; in the Chinese none was read.",
        "英文有{figure}等数字，中文没有读到任何数字。",
    ),
    "figures.unread/zh": (
        "The Chinese has figures such as {figure}; in the English none was read.",
        "中文有{figure}等数字，英文没有读到任何数字。",
    ),
}
"""By code, or code and case; English, then Chinese."""

POWERS = {
    1: ("ten", "十"), 2: ("a hundred", "百"), 3: ("a thousand", "千"), 4: ("ten thousand", "万"),
    5: ("a hundred thousand", "十万"), 6: ("a million", "百万"), 7: ("ten million", "千万"),
    8: ("a hundred million", "亿"), 9: ("a billion", "十亿"), 12: ("a trillion", "万亿"),
}  # fmt: skip
"""Powers of ten as they are said in a reason; others are written in digits."""


def spelled_power(power: int) -> dict[str, str]:
    """The values `times` and `times_zh` of a reason, for a power of ten."""
    english, chinese = POWERS.get(power, (f"10^{power}", f"10^{power}"))
    return {"times": english, "times_zh": chinese}
