"""The checker: is every figure supported by the brief, do the editions agree, is the text clean?

Lives here: the public functions, which put the answers of `support`, `parity` and `hygiene` into one report. Does not:
any rule. Deterministic, offline and pure: no model, no network, no clock, no disk. Imports layer 0 and `figures`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.checker import hygiene, parity, support
from pipeline.checker.context import Fact, Page
from pipeline.checker.evidence import Witness, without_names
from pipeline.checker.reasons import REASONS
from pipeline.checker.sanity import oddities
from pipeline.checker.sides import Place, Side
from pipeline.schema import (
    LANGUAGES,
    Citation,
    Claim,
    Counts,
    Draft,
    DroppedClaim,
    Edition,
    Figure,
    Finding,
    Language,
    Paragraph,
    Reading,
    Report,
    Severity,
    Span,
    Term,
    finding_id,
)
from pipeline.text import language_of, paragraphs

_GOOD = ("supported", "rounded", "derived")
"""The verdicts counted by name; every other is flagged."""


def check_text(
    text: str,
    evidence: Sequence[str],
    language: Language | None = None,
    published: date | None = None,
    glossary: Sequence[Term] = (),
) -> Report:
    """Is every figure of one text supported by the evidence? Text and evidence may be of any language.

    `evidence[0]` is the brief. `published` is its publication date, itself a date of the brief; without it a
    "Published:" line or a dateline is used. Glossary terms that hold a number are names and neither need nor give
    support. The field of every finding is "text".
    """
    spoken = language or language_of(text)
    witness = Witness(evidence, published, _names(glossary))
    readings, findings = _support([("text", Page(text, spoken), ())], witness, {}, _names(glossary))
    return _report(readings, findings, [spoken])


def compare(english: str, chinese: str) -> Report:
    """Do two texts carry the same figures? Blank lines separate paragraphs; fields are `body[0]`, `body[1]` ..."""
    en, zh = _as_edition(english, "en"), _as_edition(chinese, "zh")
    return Report(findings=tuple(_parity(_side(en, list(_passages(en))), _side(zh, list(_passages(zh))))))


def check_editions(
    evidence: Sequence[str],
    en: Edition | None = None,
    zh: Edition | None = None,
    published: date | None = None,
    claims: Sequence[Claim] = (),
    glossary: Sequence[Term] = (),
    tags: Sequence[str] = (),
) -> Report:
    """Support and hygiene of each edition given, parity and alignment when both are. `evidence[0]` is the brief."""
    return _check(evidence, en, zh, published, claims, glossary, tags)


def check_draft(draft: Draft) -> Report:
    """All that can be said of a draft from the draft alone: its brief, claims, glossary and tags."""
    return _check(
        [draft.brief.text],
        draft.en,
        draft.zh,
        draft.brief.published,
        draft.claims,
        draft.glossary,
        draft.tags,
        draft.unknown_tags,
        draft.dropped_claims,
        draft.brief.title,
    )


def reason(finding: Finding, language: Language) -> str:
    """Why a finding was made, in either language; `Finding.reason` is the English."""
    cases = (finding.values.get("case", ""), finding.rule)
    keys = [*(f"{finding.code}/{case}" for case in cases), finding.code]
    template = next(table[key] for table in (REASONS, hygiene.REASONS) for key in keys if key in table)
    return template[LANGUAGES.index(language)].format_map(finding.values)


def _check(
    evidence: Sequence[str],
    en: Edition | None,
    zh: Edition | None,
    published: date | None,
    claims: Sequence[Claim],
    glossary: Sequence[Term],
    tags: Sequence[str],
    unknown_tags: Sequence[str] = (),
    dropped_claims: Sequence[DroppedClaim] = (),
    title: str | None = None,
) -> Report:
    editions = [edition for edition in (en, zh) if edition is not None]
    names = _names(glossary)
    witness = Witness([*evidence, *([title] if title else [])], published, names)
    pages = [passage for edition in editions for passage in _passages(edition)]
    readings, findings = _support(pages, witness, {claim.id: claim for claim in claims}, names)
    if en is not None and zh is not None:
        findings += _parity(_side(en, pages, names), _side(zh, pages, names))
    findings += hygiene.find(
        evidence, en, zh, claims=claims, glossary=glossary, tags=tags, unknown_tags=unknown_tags,
        dropped_claims=dropped_claims, readings=readings,
    )  # fmt: skip
    report = _report(readings, findings, [edition.language for edition in editions])
    return report.model_copy(update={"skipped": hygiene.skipped()})


def _as_edition(text: str, language: Language) -> Edition:
    body = tuple(Paragraph(text=text[start:end]) for start, end in paragraphs(text))
    return Edition(language=language, body=body)


def _names(glossary: Iterable[Term]) -> list[str]:
    return [name for term in glossary for name in (term.en, term.zh)]


# --- support ---------------------------------------------------------------------------------------------------------

Passage = tuple[str, Page, tuple[Citation, ...]]


def _passages(edition: Edition) -> Iterator[Passage]:
    """The fields of an edition as pages, with the citations of the body's paragraphs."""
    citations = [paragraph.citations for paragraph in edition.body]
    for field, text in edition.fields():
        cited = citations.pop(0) if field.startswith("body[") else ()
        yield field, Page(text, edition.language), cited


def _support(
    passages: Iterable[Passage], witness: Witness, claims: dict[str, Claim], names: Sequence[str]
) -> tuple[list[Reading], list[Finding]]:
    readings: list[Reading] = []
    findings: list[Finding] = []
    seen: Seen = Counter()
    for field, page, citations in passages:
        maker = _Maker(page, field, seen)
        for figure in without_names(page.figures, page.text, names):
            cited = _cited(figure, citations, claims, witness)
            judgement = support.judge(figure, page, witness, cited)
            readings.append(_reading(field, page, figure, judgement))
            if judgement.verdict != "supported":
                findings.append(maker.figure(figure, judgement))
            if judgement.verdict != "unit":
                findings += maker.oddities(figure)
    return readings, findings


def _cited(figure: Figure, citations: Sequence[Citation], claims: dict[str, Claim], witness: Witness) -> list[Fact]:
    """The facts inside the quotes that the figure's sentence cites."""
    ids = [c for citation in citations if citation.start <= figure.start < citation.end for c in citation.claims]
    quotes = [(claims[i].start, claims[i].end) for i in ids if i in claims]
    return witness.within(quotes) if quotes else []


def _reading(field: str, page: Page, figure: Figure, judgement: support.Judgement) -> Reading:
    return Reading(
        field=field,
        language=page.language,
        figure=figure,
        verdict=judgement.verdict,
        evidence=judgement.fact.evidence if judgement.fact else None,
        expression=judgement.expression,
    )


_REACH = 1000
"""Characters of its sentence to either side that make the id of a finding: a longer one is a table."""

Seen = Counter[tuple[str, Language, str, str]]
"""How often a finding was made of the same code, language, sentence and span, in all fields."""


@dataclass
class _Maker:
    """Makes the findings of one field, with ids that survive edits elsewhere and that no other field has."""

    page: Page
    field: str
    seen: Seen

    def figure(self, figure: Figure, judgement: support.Judgement) -> Finding:
        values = {"figure": figure.text, **judgement.values}
        if judgement.fact is not None:
            values["closest"] = judgement.fact.figure.text
        if judgement.expression is not None:
            values["expression"] = judgement.expression
        finding = self.make(f"figure.{judgement.verdict}", figure, judgement.severity, judgement.case, values)
        evidence = judgement.fact.evidence if judgement.fact else None
        return finding.model_copy(update={"evidence": evidence})

    def oddities(self, figure: Figure) -> Iterator[Finding]:
        """What the words around a figure make of its unit."""
        for case in oddities(figure, self.page):
            yield self.make("unit.kind", figure, "warn", case, {"figure": figure.text})

    def make(self, code: str, figure: Figure, severity: Severity, case: str, values: dict[str, str]) -> Finding:
        """A finding on a figure; its reason is written from the values, so that it can be written in both languages."""
        start, end = self.page.sentence(figure.start)
        sentence = self.page.text[max(start, figure.start - _REACH) : min(end, figure.end + _REACH)]
        key = (code, self.page.language, sentence, figure.text)
        occurrence = self.seen[key]
        self.seen[key] += 1
        finding = Finding(
            id=finding_id(*key, occurrence),
            code=code,
            severity=severity,
            language=self.page.language,
            field=self.field,
            start=figure.start,
            end=figure.end,
            text=figure.text,
            rule=figure.rule,
            values=values | ({"case": case} if case else {}),
            reason="",
        )
        return finding.model_copy(update={"reason": reason(finding, "en")})


# --- parity ----------------------------------------------------------------------------------------------------------


def _side(edition: Edition, passages: Iterable[Passage], names: Sequence[str] = ()) -> Side:
    mine = [(field, page) for field, page, _ in passages if page.language == edition.language]
    outside = frozenset(index for index, (field, _) in enumerate(mine) if not field.startswith("body["))
    return Side(edition.language, tuple(f for f, _ in mine), tuple(p for _, p in mine), outside, tuple(names))


def _parity(english: Side, chinese: Side) -> list[Finding]:
    seen: Seen = Counter()
    findings = []
    for mismatch in parity.mismatches(english, chinese):
        place = mismatch.place
        maker = _Maker(place.page, place.field, seen)
        values, case = {"figure": place.figure.text}, str(place.language)
        if mismatch.counterpart is not None:
            values["english"], case = mismatch.counterpart.figure.text, str(mismatch.case)
        severity: Severity = "info" if mismatch.case == "moved" else "block"
        finding = maker.make(mismatch.code, place.figure, severity, case, values)
        findings.append(finding.model_copy(update={"counterpart": _span(mismatch.counterpart)}))
    return findings


def _span(place: Place | None) -> Span | None:
    if place is None:
        return None
    figure = place.figure
    return Span(language=place.language, field=place.field, start=figure.start, end=figure.end, text=figure.text)


# --- the report ------------------------------------------------------------------------------------------------------


def _report(readings: Sequence[Reading], findings: Iterable[Finding], languages: Iterable[Language]) -> Report:
    counts = {}
    for language in languages:
        mine = [reading.verdict for reading in readings if reading.language == language]
        verdicts = Counter(verdict if verdict in _GOOD else "flagged" for verdict in mine)
        counts[language] = Counts(read=len(mine), **verdicts)
    return Report(figures=tuple(readings), findings=tuple(findings), counts=counts)


__all__ = ["check_draft", "check_editions", "check_text", "compare", "reason"]
