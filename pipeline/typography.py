"""Safe fixes of spacing and punctuation, made before checking.

Lives here: what can be put right without knowing what the text says (`tidy`). A fix is safe when doing it twice changes
nothing more and no digit is touched, joined or parted; a mark that could be meant is left as it stands. Does not: any
judgement of style that needs a reader. Imports `text` and the `Language` of `schema`.

Web and mail addresses, code between backticks and Latin text that no Han character touches are never altered.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Literal

from pipeline.schema import Language
from pipeline.text import HAN

Spacing = Literal["tight", "spaced", "keep"]
"""Between Han and Latin letters or digits: no space, one space, or as it is given."""

_HELD = "\ue000"
_PROTECTED = re.compile(
    rf"`[^`\n]+`|(?:https?://|www\.)[^\s<>\"'`“”‘’，。；：！？、（）《》「」『』{HAN}]*[A-Za-z0-9/=#&_-]"
    rf"|(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|{_HELD}"
)

_CLOSERS = "”’\"'）)】》」』"
_OPENERS = "“‘（(【《「『"
_BEFORE_HAN = rf"(?=[ \t]*[{_OPENERS}]?[{HAN}])"
_AFTER_HAN = rf"(?:(?<=[{HAN}])|(?<=[{HAN}％%℃][{_CLOSERS}])|(?<=[{HAN}][。！？…，][{_CLOSERS}]))"

_WIDE = {",": "，", ":": "：", ";": "；", "!": "！", "?": "？", ".": "。"}
_MARKS_AFTER_HAN = re.compile(rf"{_AFTER_HAN}(?:[!?]+|[,:;](?![,:;.)]))")
_MARK_BEFORE_HAN = re.compile(rf"(?<=[A-Za-z0-9%{_HELD}{_CLOSERS}])[,:;!?]{_BEFORE_HAN}")
_STOP_AFTER_HAN = re.compile(rf"{_AFTER_HAN}\.(?![.A-Za-z0-9_/{_HELD}])")
_BRACKETS = re.compile(r"\(([^()（）\n]{1,200})\)")
_HAN = re.compile(f"[{HAN}]")
_DIGIT = re.compile(r"\d")

_WIDE_MARKS = "，。：；！？、（）《》「」『』【】"
_SPACE_AT_WIDE_MARK = re.compile(
    rf"(?<=[{_WIDE_MARKS}])[ \t]+(?!\[)|(?<=\S)[ \t]+(?=[{_WIDE_MARKS}])|(?<=\d\])[ \t]+(?=[{_OPENERS}]?[{HAN}])"
)
"""A space behind a marker such as [c3] would be one behind the full stop when the marker is gone."""
_SPACE_AT_QUOTE = re.compile(rf"(?<=[{HAN}])[ \t]+(?=[“”‘’])|(?<=[“”‘’])[ \t]+(?=[{HAN}])")
_SPACE_BEFORE_UNIT = re.compile(r"(?<=[0-9])[ \t]+(?=[年月日时分%％℃])")
_INSIDE_DATE = r"(?<=[0-9][年月日时])[ \t]*(?=[0-9]{1,2}[ \t]*[月日时分])"
_SPACE_INSIDE_DATE = re.compile(_INSIDE_DATE)
_LATIN = "A-Za-z0-9$€£¥%℃"
_HAN_LATIN_SPACE = re.compile(rf"(?<=[{HAN}])[ \t]+(?=[{_LATIN}])|(?<=[{_LATIN}])[ \t]+(?=[{HAN}])")
_HAN_LATIN_EDGE = re.compile(
    rf"(?!{_INSIDE_DATE})(?<=[{HAN}])[ \t]*(?=[A-Za-z0-9$€£¥])|(?<=[0-9])[ \t]*(?=[{HAN}])(?![ \t]*[年月日时分])"
    rf"|(?<=[A-Za-z%℃])[ \t]*(?=[{HAN}])"
)

_CHINESE_DASH = re.compile(r"[ \t]*(?:-{2,3}|[—–―][ \t]*[—–―])[ \t]*|[ \t]+[—–―][ \t]+")
_CHINESE_ELLIPSIS = re.compile(r"\.{3,}|。{3,}|(?<!…)…(?!…)")
_NAME_DOT = re.compile(rf"(?<=[{HAN}])[•‧・∙･](?=[{HAN}])")
_AT_HAN_BEFORE = re.compile(rf"[{HAN}][{_CLOSERS}，。！？、%％]?$")
_AT_HAN_AFTER = re.compile(rf"[{_OPENERS}]?[{HAN}]")

_ENGLISH_DASH = re.compile(r"(?<=[^\s\-—–])(?:[ \t]+(?:--|—|–)[ \t]+|--)(?=[^\s\-—–])")
_EXTRA_SPACES = re.compile(r"(?<=\S)[ \t]{2,}(?=\S)")
_IN_WORD = re.compile(r"(?<=[A-Za-z])'(?=[A-Za-z])")
_DECADE = re.compile(r"(?:(?<=\s)|(?<![\S\s]))'(?=[0-9]0s)")
_SINGLE_QUOTED = re.compile(r"(?<![\w'])'([A-Za-z][^'\n]{0,300})(?<=[\w.,!?%)])'(?![\w'])")
_AFTER_PLURAL = re.compile(r"(?<=[a-z]s)'(?=\s)")


def tidy(text: str, language: Language, *, spacing: Spacing = "tight") -> str:
    """The text with its punctuation and spaces in house style: full-width marks, quotes, dashes, one kind of spacing.

    Rules Z01 to Z05 for Chinese, E01 for English. Doing it twice changes nothing more, and every run of digits stays as
    it is. Works line by line; citation markers such as `[c3]` pass through.
    """
    rules = (*_CHINESE_RULES, _SPACING[spacing]) if language == "zh" else _ENGLISH_RULES
    return "\n".join(_settle(line, rules) for line in text.split("\n"))


Rule = Callable[[str], str]


def _settle(line: str, rules: tuple[Rule, ...]) -> str:
    """Apply the rules until nothing changes: one rule may uncover work for another, none undoes another's."""
    held: list[str] = []

    def hold(match: re.Match[str]) -> str:
        held.append(match[0])
        return _HELD

    tidied, before = _PROTECTED.sub(hold, line), None
    while tidied != before:
        before = tidied
        for rule in rules:
            tidied = rule(tidied)
    pieces = iter(held)
    return re.sub(_HELD, lambda _: next(pieces), tidied)


# --- Chinese ---------------------------------------------------------------------------------------------------------


def _widen_marks(line: str) -> str:
    """Z01: marks beside Han become full-width; a stop only behind Han, a colon between digits never."""
    for pattern in (_MARKS_AFTER_HAN, _MARK_BEFORE_HAN, _STOP_AFTER_HAN):
        line = pattern.sub(lambda match: "".join(_WIDE[mark] for mark in match[0]), line)
    return line


def _widen_brackets(line: str) -> str:
    """Z01: a pair of brackets with Han inside or before it becomes full-width as a pair; `f(x)` does not."""

    def widen(match: re.Match[str]) -> str:
        before = line[max(0, match.start() - 3) : match.start()].rstrip()
        return f"（{match[1]}）" if _HAN.search(match[1]) or _AT_HAN_BEFORE.search(before) else match[0]

    return _BRACKETS.sub(widen, line)


def _curl_chinese_quotes(line: str) -> str:
    """Z04: straight double quotes become “ ”, inside others ‘ ’; only where every one of the line finds its partner."""
    return _IN_WORD.sub("’", _curl(line))


def _lengthen_dashes(line: str) -> str:
    """Z05: hyphens or spaced dashes beside Han become ——; a single dash without spaces joins places and is kept."""
    return _beside_han(_CHINESE_DASH, "——", line)


def _lengthen_ellipses(line: str) -> str:
    """Z05: three or more full stops and a single … beside Han become ……."""
    return _beside_han(_CHINESE_ELLIPSIS, "……", line)


def _beside_han(pattern: re.Pattern[str], replacement: str, line: str) -> str:
    def replace(match: re.Match[str]) -> str:
        before, after = line[max(0, match.start() - 2) : match.start()], line[match.end() : match.end() + 2]
        beside = _AT_HAN_BEFORE.search(before) or _AT_HAN_AFTER.match(after)
        may_be_range = _DIGIT.search(before) and after[:1].isdigit()
        return replacement if beside and not may_be_range else match[0]

    return pattern.sub(replace, line)


def _close_up(line: str) -> str:
    """Z03: no space beside full-width marks, beside quotes that touch Han, before 年月日时分 % ℃ or inside a date."""
    for pattern in (_SPACE_AT_WIDE_MARK, _SPACE_AT_QUOTE, _SPACE_BEFORE_UNIT, _SPACE_INSIDE_DATE):
        line = pattern.sub("", line)
    return _NAME_DOT.sub("·", line)


def _without_spaces(line: str) -> str:
    return _HAN_LATIN_SPACE.sub("", line)


def _with_spaces(line: str) -> str:
    return _HAN_LATIN_EDGE.sub(" ", line)


def _as_given(line: str) -> str:
    return line


_SPACING: dict[Spacing, Rule] = {"tight": _without_spaces, "spaced": _with_spaces, "keep": _as_given}
"""Z02: the spacing of a document between Han and Latin letters or digits."""


# --- English ---------------------------------------------------------------------------------------------------------


def _curl_english_quotes(line: str) -> str:
    """E01: curly quotes where each finds its partner; curly apostrophes in words, after a plural s and before ’90s."""
    line = _DECADE.sub("’", _IN_WORD.sub("’", _curl(line)))
    return _AFTER_PLURAL.sub("’", _SINGLE_QUOTED.sub(r"‘\1’", line))


def _join_dashes(line: str) -> str:
    """E01: `--` between words and spaced dashes become —; between two numbers they may be a range and are kept."""

    def join(match: re.Match[str]) -> str:
        between_numbers = line[match.start() - 1].isdigit() and line[match.end()].isdigit()
        return match[0] if between_numbers else "—"

    return _ENGLISH_DASH.sub(join, line)


def _single_spaces(line: str) -> str:
    return _EXTRA_SPACES.sub(" ", line)


_CHINESE_RULES: tuple[Rule, ...] = (
    _curl_chinese_quotes,
    _widen_marks,
    _widen_brackets,
    _lengthen_dashes,
    _lengthen_ellipses,
    _close_up,
    _single_spaces,
)
_ENGLISH_RULES: tuple[Rule, ...] = (_curl_english_quotes, _join_dashes, _single_spaces)


# --- quotes ----------------------------------------------------------------------------------------------------------


def _curl(line: str) -> str:
    """Straight double quotes of a line as curly ones, or the line as it is when one has no partner or marks inches."""
    if '"' not in line:
        return line
    curled: list[str] = []
    still_open: list[str] = []
    at = 0
    for match in _QUOTE.finditer(line):
        mark = match[0]
        closes = mark == "”" or (mark == '"' and still_open[-1:] == ['"'])
        if closes and (not still_open or still_open.pop() != _PARTNER[mark]):
            return line
        if mark == '"' and not (_MAY_CLOSE if closes else _MAY_OPEN).match(line, match.start()):
            return line
        level = _CURLY_INSIDE if still_open else _CURLY
        if not closes:
            still_open.append(mark)
        curled += [line[at : match.start()], level[closes] if mark == '"' else mark]
        at = match.end()
    return line if still_open else "".join([*curled, line[at:]])


_QUOTE = re.compile(r"[\"“”]")
_PARTNER = {"”": "“", '"': '"'}
_CURLY, _CURLY_INSIDE = "“”", "‘’"
_MAY_OPEN = re.compile(rf"(?<![0-9])(?:(?<![A-Za-z.,;])\"(?=\S)|\"(?=[{HAN}]))")
_MAY_CLOSE = re.compile(r"(?<=\S)\"")


# --- traditional characters ------------------------------------------------------------------------------------------


def traditional(text: str) -> list[tuple[int, int, str]] | None:
    """Z07: the runs of traditional characters in a text, each with its simplified form.

    None without the extra `zh` (opencc). Characters whose simplified form has another length are passed over.
    """
    convert = _simplifier()
    if convert is None:
        return None
    simplified = convert(text)
    if len(simplified) != len(text):
        return []
    runs: list[tuple[int, int, str]] = []
    for at, (mine, theirs) in enumerate(zip(text, simplified, strict=True)):
        if mine == theirs:
            continue
        start = runs.pop()[0] if runs and runs[-1][1] == at else at
        runs.append((start, at + 1, simplified[start : at + 1]))
    return runs


@lru_cache(maxsize=1)
def _simplifier() -> Callable[[str], str] | None:
    try:
        from opencc import OpenCC
    except ImportError:
        return None
    converter: Callable[[str], str] = OpenCC("t2s").convert
    return converter
