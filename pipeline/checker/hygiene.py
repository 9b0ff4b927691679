"""Is the text clean: nothing left in the other language, cut off, repeated, misquoted, misnamed, misaligned or hidden?

Lives here: `find`, the list of checks, and the short checks: leaks, cut and repeated text, tags, dropped claims. Does
not: the other checks (a module each), the wording (`hygiene_reasons.py`), support and parity of figures, the order of
findings, any repair. Imports `schema`, `text`, `tags` and the modules of hygiene.

Each check is a generator of notes; `find` runs them all and turns the notes into findings. A false alarm costs a
reviewer more than a miss, so a check that can be wrong stays silent.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from pipeline.checker.alignment import misaligned
from pipeline.checker.entities import outside_names
from pipeline.checker.hygiene_case import Case, Field, Note
from pipeline.checker.hygiene_reasons import REASONS
from pipeline.checker.names import altered_names, drifts
from pipeline.checker.quotations import quotation_notes
from pipeline.checker.references import dangling
from pipeline.checker.style import skipped, style_notes
from pipeline.checker.suspicious import suspicious_brief, suspicious_text
from pipeline.checker.words import ADDRESS, LEAK_LOWER_CASE, LEAK_WORDS, NAME_PARTICLES, WORD, blank, tokens
from pipeline.schema import (
    LANGUAGES,
    Claim,
    DroppedClaim,
    Edition,
    Finding,
    Language,
    Reading,
    Term,
    finding_id,
)
from pipeline.tags import find_tag
from pipeline.text import HAN, han_count, language_of, word_count


def find(
    evidence: Sequence[str],
    en: Edition | None,
    zh: Edition | None,
    *,
    claims: Sequence[Claim] = (),
    glossary: Sequence[Term] = (),
    tags: Sequence[str] = (),
    unknown_tags: Sequence[str] = (),
    dropped_claims: Sequence[DroppedClaim] = (),
    readings: Sequence[Reading] = (),
) -> list[Finding]:
    """All hygiene findings on one or both editions of a draft, and on the brief (the first of the evidence).

    Quotations are held against the brief in the edition of its language and against the first edition in the other.
    Tags are ids or spellings of the vocabulary; `unknown_tags` and `dropped_claims` are what earlier stages left out;
    `readings` are the figures read in the editions.
    """
    case = Case(tuple(evidence), en, zh, tuple(claims), tuple(glossary))
    notes: list[Note] = []
    for check in _CHECKS:
        notes += check(case)
    notes += _tag_notes(case, tags, unknown_tags)
    notes += _dropped_notes(dropped_claims)
    notes += dangling(case, readings)
    notes += style_notes(case, readings)
    return _findings(notes)


_REACH = 1000
"""Characters of its sentence to either side that make the id of a finding: a longer one is a table."""


def _findings(notes: Iterable[Note]) -> list[Finding]:
    seen: Counter[tuple[str, str, str, str]] = Counter()
    findings = []
    for note in notes:
        place, text = note.place, note.place.text[note.start : note.end]
        start, end = place.sentence_at(note.start)
        sentence = place.text[max(start, note.start - _REACH) : min(end, note.end + _REACH)]
        key = (note.code, place.language, sentence, text)
        findings.append(
            Finding(
                id=finding_id(note.code, place.language, key[2], text, seen[key]),
                code=note.code,
                severity=note.severity,
                language=place.language,
                field=place.name,
                start=note.start,
                end=note.end,
                text=text,
                rule=note.rule,
                values={**note.values, "case": note.rule},
                reason=REASONS[f"{note.code}/{note.rule}"][0].format(**note.values),
                evidence=note.evidence,
                counterpart=note.counterpart,
                suggestion=note.suggestion,
            )
        )
        seen[key] += 1
    return findings


# --- language.leak ---------------------------------------------------------------------------------------------------

_HAN_RUN = re.compile(rf"[{HAN}](?:[{HAN}、，·\d\s]*[{HAN}])?")
_HAN_NAME = re.compile(rf"[{HAN}·]+")
_SET_OFF = {"(": ")", "（": "）", "“": "”", '"': '"', "‘": "’", "《": "》", "「": "」", "[": "]"}
_LATIN_RUN = re.compile(rf"[^{HAN}、。，；：！？《》「」『』【】（）\n]+")


def _leaks(case: Case) -> Iterator[Note]:
    skipped = {id(place) for place in case.untranslated}
    for place in case.fields:
        if id(place) not in skipped:
            yield from (_han_leaks if place.language == "en" else _latin_leaks)(case, place)


def _han_leaks(case: Case, place: Field) -> Iterator[Note]:
    for match in _HAN_RUN.finditer(place.text):
        before, after = place.text[max(0, match.start() - 1) : match.start()], place.text[match.end() : match.end() + 1]
        sources = case.evidence if after and _SET_OFF.get(before) == after else case.english_evidence
        pieces = _HAN_NAME.findall(match[0])
        if not all(piece in case.han_names or any(piece in text for text in sources) for piece in pieces):
            yield Note("language.leak", "Han in English", "block", place, *match.span())


def _latin_leaks(case: Case, place: Field) -> Iterator[Note]:
    """A run of Latin words reads as a sentence when some of them, particles apart, are in lower case."""
    text = blank(ADDRESS, place.text)
    for term in case.glossary:
        text = text.replace(term.en, " " * len(term.en))
    for run in _LATIN_RUN.finditer(text):
        words = list(WORD.finditer(run[0]))
        lower = [w for w in words if w[0][0].islower() and w[0].islower() and w[0] not in NAME_PARTICLES]
        if len(words) >= LEAK_WORDS and len(lower) >= LEAK_LOWER_CASE:
            start, end = run.start() + words[0].start(), run.start() + words[-1].end()
            values = {"words": str(len(words))}
            yield Note("language.leak", "English in Chinese", "block", place, start, end, values)


# --- text.truncated --------------------------------------------------------------------------------------------------

_TERMINAL = frozenset(".!?…。！？;；")
_INTRODUCES = (":", "：")
"""A colon ends a paragraph that introduces the next one."""
_CLOSING = "\"'”’“‘」』）)]】》 \t\n　"
_OPENER_OF = {")": "(", "）": "（", "”": "“", "」": "「", "』": "『", "》": "《", "]": "[", "】": "【"}
_OPENS_SINGLE = re.compile(r"‘|(?<![^\s(])'\S")
_ENDS_WITH_ADDRESS = re.compile(
    r"(?:https?://\S{1,200}|[A-Za-z0-9-]{2,}(?:\.[A-Za-z0-9-]+){0,4}\.[A-Za-z]{2,6}(?:/\S{0,200})?)$"
)
_CANNOT_END = re.compile(
    r"(?:^|[\s(\"“])(?:a|an|the|and|or|but|of|to|in|on|at|for|with|by|from|that|which|who|as|is|are|was|were|will|be|"
    r"than|if|its|their|into|whose|not|has|have|had)$|[,，、\-–—(（“‘\[《「]$|[和与及或在把被将从对向于并且但而]$",
    re.IGNORECASE,
)
_LONG_FOR_A_HEADING = 40


def _truncated(case: Case) -> Iterator[Note]:
    """Leads and paragraphs that stop within a sentence.

    A short one that is unfinished on both sides is a heading or an item of a list, unless its last word cannot end
    anything.
    """
    partners = [*case.pairs, *([(case.leads["en"], case.leads["zh"])] if len(case.leads) == len(LANGUAGES) else [])]
    other = {id(place): pair[1 - side] for pair in partners for side, place in enumerate(pair) if place}
    followed = {id(place) for body in case.bodies.values() for place in body[:-1]}
    for place in (*case.leads.values(), *(p for body in case.bodies.values() for p in body)):
        if _is_finished(place.text) or (id(place) in followed and place.text.rstrip()[-1:] in _INTRODUCES):
            continue
        counterpart = other.get(id(place))
        if counterpart is not None and not _has_stop(counterpart.text) and not _is_plainly_cut(place):
            continue
        start, end = place.sentences[-1]
        yield Note("text.truncated", "unfinished sentence", "block", place, start, end)


def _is_finished(text: str) -> bool:
    """Whether a text ends as a sentence: with a mark that ends one, a closed quotation or bracket, or an address."""
    text = text.rstrip()
    return (
        _has_stop(text)
        or _closes_something(text)
        or unicodedata.category(text[-1]) in ("So", "Sk")
        or bool(_ENDS_WITH_ADDRESS.search(text[-220:]))
    )


def _has_stop(text: str) -> bool:
    """Whether the last character, closing quotes and brackets apart, ends a sentence; true of an empty text."""
    core = text.rstrip(_CLOSING)
    return not core or core[-1] in _TERMINAL


def _closes_something(text: str) -> bool:
    last = text[-1]
    if last == '"':
        return text.count(last) % 2 == 0
    if last in "'’":
        return bool(_OPENS_SINGLE.search(text))
    return last in _OPENER_OF and text.count(_OPENER_OF[last]) <= text.count(last)


def _is_plainly_cut(place: Field) -> bool:
    return bool(_CANNOT_END.search(place.text.rstrip()[-40:])) or (
        len(place.sentences) > 1 and word_count(place.text) > _LONG_FOR_A_HEADING
    )


# --- text.duplicate --------------------------------------------------------------------------------------------------
_SHINGLE = 4
_FEWEST_SHINGLES = 6
_SHARED_PER_CENT = 60


def _duplicates(case: Case) -> Iterator[Note]:
    for language, body in case.bodies.items():
        lead = case.leads.get(language)
        yield from _repeated(([lead] if lead else []) + body)


def _repeated(places: list[Field]) -> Iterator[Note]:
    """Texts most of whose runs of four words (or the earlier text's, when that is shorter) stand in an earlier one.

    Each run belongs to the text that has it first, so the work grows with the length of the texts alone.
    """
    owner: dict[tuple[str, ...], int] = {}
    sizes: list[int] = []
    for index, place in enumerate(places):
        shingles = _shingles(place.text)
        sizes.append(len(shingles))
        shared = Counter(owner[s] for s in shingles if s in owner)
        for shingle in shingles:
            owner.setdefault(shingle, index)
        if not shared:
            continue
        first, count = max(shared.items(), key=lambda item: (item[1], -item[0]))
        fewest = min(len(shingles), sizes[first])
        if fewest >= _FEWEST_SHINGLES and count * 100 >= fewest * _SHARED_PER_CENT:
            yield _repetition(place, places[first])


def _repetition(place: Field, first: Field) -> Note:
    rule, values = "repeats the lead", {}
    if first.name != "lead":
        rule, values = "repeats a paragraph", {"paragraph": str(int(first.name[5:-1]) + 1)}
    return Note("text.duplicate", rule, "warn", place, 0, len(place.text), values, counterpart=first.whole)


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = tokens(text)
    return {tuple(words[at : at + _SHINGLE]) for at in range(len(words) - _SHINGLE + 1)}


# --- tags and dropped claims -----------------------------------------------------------------------------------------


def _tag_notes(case: Case, tags: Sequence[str], unknown_tags: Sequence[str]) -> Iterator[Note]:
    language: Language = "en" if case.en or not case.zh else "zh"
    for index, tag in enumerate(tags):
        place, known = Field(language, f"tags[{index}]", tag), find_tag(tag)
        if known is None:
            yield Note("tag.unknown", "tag outside the vocabulary", "warn", place, 0, len(tag))
        if language == "en" and han_count(tag):
            suggestion = known.en if known else None
            yield Note("tag.untranslated", "Chinese tag in English", "warn", place, 0, len(tag), suggestion=suggestion)
    for index, tag in enumerate(unknown_tags):
        place = Field(language, f"unknown_tags[{index}]", tag)
        yield Note("tag.unknown", "tag outside the vocabulary", "warn", place, 0, len(tag))


def _dropped_notes(dropped: Sequence[DroppedClaim]) -> Iterator[Note]:
    for index, claim in enumerate(dropped):
        place = Field(language_of(claim.text), f"dropped_claims[{index}]", claim.text)
        values = {"quote": claim.quote, "why": claim.reason}
        yield Note("claim.dropped", "claim without its quote", "info", place, 0, len(claim.text), values)


_CHECKS: tuple[Callable[[Case], Iterator[Note]], ...] = (
    _leaks,
    _truncated,
    _duplicates,
    misaligned,
    quotation_notes,
    drifts,
    altered_names,
    outside_names,
    suspicious_text,
    suspicious_brief,
)


__all__ = ["REASONS", "find", "skipped"]
