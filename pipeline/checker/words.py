"""Words as the hygiene checks count them: for comparing texts, for telling a language, for finding a translation.

Lives here: the patterns and measures of words that several checks share. Does not: any check, nor the words around a
figure (`context.py`). Imports `text`.
"""

from __future__ import annotations

import re

from pipeline.text import HAN, fold

WORD = re.compile(r"[A-Za-z]+(?:['’.\-][A-Za-z]+)*")
ADDRESS = re.compile(r"(?:https?://|www\.)[^\s，。；、）》」』]+|(?<![\w.@-])[\w.-]+@[\w.-]+|`[^`\n]*`")
NAME_PARTICLES = frozenset("a an and at by de del der di du for from in la le of on or the to van von vs with".split())
LEAK_WORDS = 6
LEAK_LOWER_CASE = 2
"""With fewer words, or fewer in lower case (particles apart), a run may be names; from here on it is language."""

ANCHOR = re.compile(r"\d+|[A-Z][A-Za-z]+")
"""What a text keeps in translation: numbers and Latin names."""

_TOKEN = re.compile(rf"[{HAN}]|\d+(?:[.,]\d+)*|[^\W\d_{HAN}]+")


def tokens(text: str) -> list[str]:
    """The words of a text for comparing: folded, without case and punctuation; every Han character is a word."""
    return _TOKEN.findall(fold(text).text.casefold())


def blank(pattern: re.Pattern[str], text: str) -> str:
    """The text with spaces where the pattern matches, so that offsets stay."""
    return pattern.sub(lambda match: " " * len(match[0]), text)
