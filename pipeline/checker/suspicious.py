"""What is hidden in a draft or a brief, or written for a model: unseen characters, letters posing as digits, orders.

Lives here: the checks behind `text.suspicious` and `brief.suspicious`. Does not: how the numbers are read (`figures`),
how a brief is fenced in a prompt. Imports `schema`, `text`, `hygiene_case` and `quotations`.

An order may be disguised: in full-width or look-alike letters, with hidden characters, broken over lines, spaced
letter by letter. It is looked for in plain copies of the brief, whose offsets lead back.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise

from pipeline.checker.hygiene_case import Case, Field, Note
from pipeline.checker.quotations import quotations
from pipeline.schema import Severity
from pipeline.text import HAN, fold, hidden_characters, leave_out, letters_as_digits

# --- text.suspicious -------------------------------------------------------------------------------------------------

_STRANGE_DIGITS = re.compile(r"(?:(?![0-9０-９])\d)+|\d(?:[\u0300-\u036f\u20d0-\u20e2\u20e4-\u20f0]+\d*)+")


def suspicious_text(case: Case) -> Iterator[Note]:
    """Hidden characters, letters within numbers and digits of other scripts, in the fields of a draft."""
    for place in case.fields:
        yield from _hidden("text.suspicious", place)
        yield from _odd_digits("text.suspicious", place)


def _odd_digits(code: str, place: Field) -> Iterator[Note]:
    """Numbers that are not read as they look at first sight, with how they were read."""
    for match in _STRANGE_DIGITS.finditer(place.text):
        yield Note(code, "strange digits", "warn", place, *match.span(), {"read": fold(match[0]).text})
    for start, end, digits in letters_as_digits(place.text):
        yield Note(code, "letters posing as digits", "warn", place, start, end, {"read": digits})


_EMOJI_JOINERS = frozenset("\u200d\ufe0f\ufe0e")


def _hidden(code: str, place: Field) -> Iterator[Note]:
    """One finding a field, at the first run of hidden characters; those that build an emoji are none."""
    offsets = [at for at in hidden_characters(place.text) if not _builds_emoji(place.text, at)]
    if offsets:
        end = next((at + 1 for at, following in pairwise(offsets) if following != at + 1), offsets[-1] + 1)
        yield Note(code, "hidden characters", "warn", place, offsets[0], end, {"count": str(len(offsets))})


def _builds_emoji(text: str, at: int) -> bool:
    around = text[max(0, at - 1) : at] + text[at + 1 : at + 2]
    return text[at] in _EMOJI_JOINERS and any(unicodedata.category(c) in ("So", "Sk", "Sm", "Mn", "Me") for c in around)


# --- brief.suspicious ------------------------------------------------------------------------------------------------

_ROLE_OR_FENCE = re.compile(
    r"<\|[a-z_]{2,30}\|>|\[/?INST\]|<</?SYS>>|<{3,}|>{3,}|^#{2,6} ?(?:instruction|system|response)s?\b"
    r"|</?(?:system|assistant|user|brief|source|document|instructions?|context|prompt)>"
    r"|^[ \t*]*(?:system|assistant|developer|系统|助手)(?: (?:prompt|message))?[*]{0,2} ?[:：]|^-{3,} ?(?:begin|end)\b",
    re.IGNORECASE | re.MULTILINE,
)
_INSTRUCTION = re.compile(
    r"(?:ignore|disregard|forget|override|bypass)(?: (?:all|any|every|the|your|my|these|those|of|and)){0,4}"
    r" (?:previous|prior|above|earlier|preceding|foregoing|existing|system|other|original)(?: [a-z]{1,20}){0,2}"
    r" (?:instructions?|prompts?|rules?|directions?|guidelines|commands?|messages?|context)"
    r"|(?:ignore|disregard|forget) (?:your|all) (?:instructions|rules|guidelines|prompt)"
    r"|(?:ignore|disregard|forget) (?:everything|anything|all)(?: (?:that|you|was|were|is|told|written|said)){0,3}"
    r" (?:above|before this|so far|previously)"
    r"|do not (?:follow|obey) (?:your|the|any)(?: (?:previous|prior|above|earlier|system|original))? instructions"
    r"|(?<![a-z])you are now (?:an?|in|the|acting|no longer|free|dan)(?![a-z])|as an ai(?: language)? model"
    r"|(?:reveal|print|repeat|output|show|leak)(?: me)? (?:your|the) (?:system |hidden |initial )prompt"
    r"|(?:new|updated|real) (?:system )?instructions ?:"
    r"|(?:respond|reply|answer|output) (?:only )?with (?:only |exactly |the (?:single )?words? )"
    r"|(?:give|set|assign|rate|score)(?: [a-z]{1,20}){0,4} (?:hot|quality|impact|scores?|rating)(?: [a-z]{1,20}){0,3}"
    r" (?:to|as|of|at) (?:100|the maximum)"
    r"|(?:dear|attention,?|note to(?: the)?) (?:ai|llm|language model|chatbot|assistant)s?(?![a-z])"
    r"|(?:忽略|无视|無視|忘记|忘記|忘掉|不要理会|不必理会|跳过|推翻|覆盖)[^。！？\n]{0,6}(?:以上|上述|之前|前面|先前|此前|上面|原有|所有|全部|系统)"
    r"[^。！？\n]{0,8}(?:指令|指示|提示|规则|規則|要求|命令|设定|设置|约束)"
    r"|(?:忽略|无视|忘记|忘掉)(?:掉)?(?:以上|上述|前面|之前|上文)(?:的)?(?:所有|全部|一切)?(?:内容|文字|对话)"
    r"|(?:从现在(?:起|开始)[，,]?)你(?:是|要|将|必须)|你现在(?:是一|扮演)|请?扮演(?:一个|一名)?(?:AI|模型|助手)"
    r"|(?:输出|显示|泄露|透露|打印)(?:你的|出)?(?:系统|初始|隐藏)?提示词|(?:作为|身为)(?:一个)?(?:AI|人工智能)?语言模型"
    r"|(?:热度|质量|影响力|评分|分数)[^。！？\n]{0,6}(?:设为|改为|打成|打|给)[^。！？\n]{0,3}(?:满分|100|最高)",
    re.IGNORECASE,
)
_SPACED_ORDER = re.compile(
    r"(?:ignore|disregard|forget|override|bypass)(?:all|any|every|the|your|my|these|those|of){0,4}"
    r"(?:previous|prior|above|earlier|preceding|existing|system|other|original)?(?:system)?"
    r"(?:instruction|prompt|rule|direction|guideline|command|message)s?|youarenowan?(?:ai|assistant|model)|systemprompt",
    re.IGNORECASE,
)
_SPACED_LETTERS = re.compile(r"(?<![A-Za-z0-9])[A-Za-z](?:[ .\-_*|/]{1,3}[A-Za-z](?![A-Za-z0-9])){9,}")
_BETWEEN_SINGLE_LETTERS = re.compile(r"(?<=(?<![A-Za-z])[A-Za-z])[ .\-_*](?=[A-Za-z](?![A-Za-z]))")
_BETWEEN_LETTERS = re.compile(r"[ .\-_*|/]+")
_BETWEEN_WORDS = re.compile(rf"(?<=\s)\s+|[*`]+|(?<=[{HAN}])[\s.\-_|·]+(?=[{HAN}])")
_LOOK_ALIKE = str.maketrans(
    "аеорсухіѕјԁԛһАЕОРСТХІЅЈВМНКαοεινρτυΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aeopcyxisjdqhAEOPCTXISJBMHKaoeivptuABEZHIKMNOPTYX"
)


def suspicious_brief(case: Case) -> Iterator[Note]:
    """Hidden characters, marks and sentences meant for a model; quoted ones are news about them, hence info."""
    brief = Field(case.home, "brief", case.evidence[0] if case.evidence else "")
    yield from _hidden("brief.suspicious", brief)
    yield from _odd_digits("brief.suspicious", brief)
    marks = _marks(brief.text)
    orders = list(_orders(brief.text))
    quoted = [(q.start, q.end) for q in quotations(brief)] if orders else []
    for rule, spans in (("role or fence mark", marks), ("instruction to a model", orders)):
        for start, end in spans:
            inside = bisect_right(quoted, start, key=lambda span: span[0]) - 1
            severity: Severity = "info" if inside >= 0 and end <= quoted[inside][1] else "warn"
            yield Note("brief.suspicious", rule, severity, brief, start, end)


Spans = Iterator[tuple[int, int]]


def _marks(text: str) -> Spans:
    folded = fold(text)
    return (folded.span(*match.span()) for match in _ROLE_OR_FENCE.finditer(folded.text))


def _orders(text: str) -> Spans:
    """Spans of orders: in words, over line ends and in look-alike letters, and those spaced letter by letter."""
    folded = fold(text)
    plain = _plain_letters(folded.text).replace("\n", " ")
    joined = leave_out(plain, _BETWEEN_SINGLE_LETTERS)
    words = leave_out(joined.text, _BETWEEN_WORDS)
    starts = set()
    for match in _INSTRUCTION.finditer(words.text):
        span = folded.span(*joined.span(*words.span(*match.span())))
        starts.add(span[0])
        yield span
    for run in _SPACED_LETTERS.finditer(plain):  # with no wider space between the words
        letters = leave_out(run[0], _BETWEEN_LETTERS)
        for match in _SPACED_ORDER.finditer(letters.text):
            start, end = letters.span(*match.span())
            span = folded.span(run.start() + start, run.start() + end)
            if span[0] not in starts:
                yield span


def _plain_letters(text: str) -> str:
    """The text with look-alikes and decorated letters as plain ones, character by character."""
    if text.isascii():
        return text
    plain = text.translate(_LOOK_ALIKE)
    for character in set(_DECORATED.findall(plain)):
        known = unicodedata.normalize("NFKC", character)
        if len(known) == 1:
            plain = plain.replace(character, known)
    return plain


_DECORATED = re.compile("[\u2100-\u214f\u24b6-\u24e9\U0001d400-\U0001d7ff]")
