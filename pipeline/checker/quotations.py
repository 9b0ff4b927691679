"""Are the quotations those of the brief, and does each have its counterpart in the other edition?

Lives here: finding quotations in a field, and the check behind `quote.altered`. Does not: the quotes of
claims, which `stages` locates. Imports `schema`, `text`, `hygiene_case`, `pairing` and `words`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.checker.hygiene_case import Case, Field, Note
from pipeline.checker.pairing import align, length_fit
from pipeline.checker.words import ANCHOR, tokens
from pipeline.schema import Evidence, Severity
from pipeline.text import HAN, han_count, language_of, word_count

_QUOTE_MARK = re.compile(r"[“”‘’「」『』\"]")
_QUOTE_PAIRS = {"“": "”", "‘": "’", "「": "」", "『": "』", '"': '"'}
_OUTER = " ,.;:!?，。；：！？…、\t\n"
_LEFT_OUT = re.compile(r"\.{3,}|…+|\[[^\]\n]{0,80}\]|［[^］\n]{0,80}］")
_SAYING = re.compile(
    r"(?<!so-)(?<![A-Za-z])(?:said|says?|saying|told|tells|called|calls|calling|described|describes|wrote|writes|added|"
    r"asked|asks|argued|argues|stated|declared|warned|noted|explained|insisted|replied|according to|dubbed|"
    r"termed|labell?ed|quoted)(?![A-Za-z])"
    r"|表示|称之为|(?<![名对堪号职简俗统昵人])称(?![霸职号谓重赞王雄心])|(?<![小传学话众虽来是以])说(?![明法服辞教到白不])"
    r"|指出|认为|强调|写道|宣布|透露|坦言|直言|回应|警告|形容|问道|答道|告诉|呼吁|援引|所言"
)
_LONG_WORDS = 3
_LONG_HAN = 6
_TAG_WORDS = 12
_REACH = 200
_COMMON = 200
_WORK_TITLE = re.compile(r"《[^《》\n]{1,60}》")


@dataclass(frozen=True)
class _Quotation:
    """Words between quotation marks: the span without outer punctuation, whether they claim to be someone's
    (`weighty`), and whether a verb of saying says so."""

    place: Field
    start: int
    end: int
    weighty: bool
    attributed: bool = False

    @property
    def text(self) -> str:
        return self.place.text[self.start : self.end]


def quotation_notes(case: Case) -> Iterator[Note]:
    """Quotations that the brief does not have, in the edition of its language, and those one edition has alone."""
    if case.home not in case.bodies or not "".join(case.evidence).strip():
        return
    yield from _not_in_brief(case)
    leads = [(case.leads.get("en"), case.leads.get("zh"))]
    for en, zh in (*leads, *case.pairs):
        if en and zh and not {id(en), id(zh)} & {id(place) for place in case.untranslated}:
            yield from _unanswered(en, zh)


def _not_in_brief(case: Case) -> Iterator[Note]:
    spoken = [f" {' '.join(tokens(text))} " for text in case.evidence if language_of(text) == case.home]
    for place in case.fields:
        if place.language != case.home:
            continue
        for quotation in quotations(place):
            if any(_is_spoken(quotation.text, text) for text in spoken):
                continue
            rule = "quotation not in the brief" if quotation.weighty else "marked word not in the brief"
            severity: Severity = "block" if quotation.weighty else "info"
            nearest = _nearest(case, quotation.text) if quotation.weighty else None
            yield Note("quote.altered", rule, severity, place, quotation.start, quotation.end, evidence=nearest)


def _is_spoken(quotation: str, spoken: str) -> bool:
    """Whether the words stand in a text in this order; what an ellipsis or square brackets replace may be missing."""
    at = 0
    for piece in _LEFT_OUT.split(quotation):
        words = " ".join(tokens(piece))
        if words:
            at = spoken.find(f" {words} ", at)
            if at < 0:
                return False
    return True


def _nearest(case: Case, quotation: str) -> Evidence | None:
    """The sentence of the brief that shares most words with a quotation, when that is half of them or more."""
    wanted = set(tokens(quotation))
    shared = Counter(number for word in wanted for number in case.sentences_with.get(word, ())[:_COMMON])
    number, count = max(shared.items(), key=lambda item: (item[1], -item[0]), default=(0, 0))
    return case.home_sentences[number] if count and count * 2 >= len(wanted) else None


def _unanswered(en: Field, zh: Field) -> Iterator[Note]:
    """Quotations of paired fields beyond the number that the other side has; titles of works may answer for some."""
    if not (_is_balanced(en.text) and _is_balanced(zh.text)):
        return
    ours, theirs = quotations(en), quotations(zh)
    if len(ours) != len(theirs):
        ours, theirs = _joined(ours), _joined(theirs)

    def likeness(i: int, j: int) -> int:
        shared = set(ANCHOR.findall(ours[i].text)) & set(ANCHOR.findall(theirs[j].text))
        return 1 + 100 * bool(shared) + length_fit(word_count(ours[i].text), word_count(theirs[j].text))

    partner = align(len(ours), len(theirs), likeness)
    answered = set(partner.values())
    alone = [q for i, q in enumerate(ours) if i not in partner][len(_WORK_TITLE.findall(zh.text)) :]
    alone += [q for j, q in enumerate(theirs) if j not in answered]
    values = {"en": str(len(ours)), "zh": str(len(theirs))}
    for q in alone:
        weighty = q.weighty and not _is_a_name(q)
        rule = "quotation without counterpart" if weighty else "marked word without counterpart"
        yield Note("quote.altered", rule, "block" if weighty else "info", q.place, q.start, q.end, values)


_NAME = re.compile(rf"[A-Z][\w'’&-]*(?: (?:[A-Z\d][\w'’&-]*|of|the|and|in|for|to|on))+|[{HAN}A-Za-z0-9·]{{1,14}}")


def _is_a_name(quotation: _Quotation) -> bool:
    """Whether the marks set off a name, a term or the pun of one character (战“疫”), which the other language may set
    in capitals or leave plain."""
    return len(quotation.text) == 1 or (not quotation.attributed and bool(_NAME.fullmatch(quotation.text)))


def _is_balanced(text: str) -> bool:
    """Whether every quotation mark has its partner; where one has not, quotations cannot be counted."""
    pairs = all(text.count(opening) == text.count(closing) for opening, closing in ("“”", "「」", "『』"))
    return pairs and text.count('"') % 2 == 0


def quotations(place: Field) -> list[_Quotation]:
    """The outermost quotations of a field, in order; a mark without its partner opens nothing."""
    found: list[_Quotation] = []
    start, closing = 0, ""
    for match in _QUOTE_MARK.finditer(place.text):
        mark, at = match[0], match.start()
        if closing and mark == closing and not (mark == "’" and place.text[at + 1 : at + 2].isalpha()):
            found += _quotation(place, start, at)
            closing = ""
        elif mark in _QUOTE_PAIRS and (not closing or _QUOTE_PAIRS[mark] == closing):
            is_inches = mark == '"' and place.text[at - 1 : at].isdigit()
            start, closing = at + 1, "" if is_inches else _QUOTE_PAIRS[mark]
    return found


def _quotation(place: Field, start: int, end: int) -> list[_Quotation]:
    inside = place.text[start:end]
    left, right = len(inside) - len(inside.lstrip(_OUTER)), len(inside.rstrip(_OUTER))
    if right <= left:
        return []
    words = inside[left:right]
    is_long = word_count(words) > (_LONG_HAN if han_count(words) else _LONG_WORDS)
    attributed = _is_attributed(place, start, end)
    return [_Quotation(place, start + left, start + right, is_long or attributed, attributed)]


def _is_attributed(place: Field, start: int, end: int) -> bool:
    """Whether a verb of saying stands in the sentence, or opens the next when the quotation closes its own."""
    first = max(place.sentence_at(start)[0], start - _REACH)
    last = min(max(end, place.sentence_at(end)[1]), end + _REACH)
    around = place.text[first:start] + " " + place.text[end:last]
    follows = place.text[last : last + 40] if last - end <= 2 else ""
    speaker = re.match(rf"\s?(?:[^\s。，]+\s){{0,3}}[{HAN}]{{0,8}}", follows)
    near = follows[: speaker.end() + 10] if speaker else ""
    return bool(_SAYING.search(around) or _SAYING.search(near))


def _joined(quotations: list[_Quotation]) -> list[_Quotation]:
    """Quotations with those that a mere "he said" parts made one, as a translator may."""
    joined: list[_Quotation] = []
    for quotation in quotations:
        gap = quotation.place.text[joined[-1].end : quotation.start] if joined else ""
        if gap and word_count(gap) <= _TAG_WORDS and _SAYING.search(gap):
            joined[-1] = _Quotation(quotation.place, joined[-1].start, quotation.end, True, True)
        else:
            joined.append(quotation)
    return joined
