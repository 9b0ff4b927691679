"""Every type that crosses a stage or reaches the disk: frozen values, `extra="forbid"`, `Decimal` for numbers.

Spans are half-open code-point offsets into the named field of the stored text, always with the quoted text beside them.
Lives here: the types and what can be said of one value alone. Does not: how any of them is made.
Imports `text` (sentences, script) and nothing else of the package.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipeline.text import language_of

SCHEMA_VERSION = 1
"""Version of `draft.json`, `drafts.jsonl` and every `--json` output: older ones are read, newer ones refused."""

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, Language] = ("en", "zh")

ClaimKind = Literal["fact", "plan", "estimate", "opinion"]
Stance = Literal["fact", "inference", "opinion"]
Severity = Literal["block", "warn", "info"]
Bound = Literal["exact", "exactly", "about", "over", "under", "at_least", "at_most", "nearly"]
FigureKind = Literal[
    "money", "percent", "percentage_point", "quantity", "count", "number", "date", "time", "duration", "age",
    "multiple", "ordinal", "score", "vague",
]  # fmt: skip
Verdict = Literal[
    "supported", "rounded", "derived", "qualifier", "direction", "precision", "scale", "unit", "subject",
    "contradicted", "unsupported",
]  # fmt: skip


class Value(BaseModel):
    """A frozen value that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def sha256(data: str | bytes) -> str:
    """SHA-256 in hex of bytes, or of a text's UTF-8."""
    return hashlib.sha256(data.encode("utf-8") if isinstance(data, str) else data).hexdigest()


def canonical_json(value: Any) -> str:
    """One spelling for one value: sorted keys, no spaces, characters as they are. For hashing."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


# --- the brief and what is read from it ------------------------------------------------------------------------------


class Brief(Value):
    """A news brief: the only truth a draft may rest on. `Brief(text=...)` is enough; id and language follow from it.

    `id` is the first 12 hex digits of SHA-256 over NFC text, title and publication date. `origin` says where it came
    from (path relative to the source, feed entry, JSON id): a new id with a known origin is a revision.
    """

    id: str = ""
    origin: str | None = None
    text: str
    language: Language = "en"
    title: str | None = None
    published: date | None = None
    source: str | None = None
    source_url: str | None = None
    note: str | None = None
    """What reading the brief had to assume, for the record: an encoding other than UTF-8, for example."""

    @model_validator(mode="before")
    @classmethod
    def _fill(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or not isinstance(data.get("text"), str):
            return data
        filled = dict(data)
        if not filled.get("language"):
            filled["language"] = language_of(filled["text"])
        return filled

    @model_validator(mode="after")
    def _identify(self) -> Self:
        published = self.published.isoformat() if self.published else ""
        parts = [unicodedata.normalize("NFC", part) for part in (self.text, self.title or "", published)]
        expected = sha256("\0".join(parts))[:12]
        if self.id not in ("", expected):
            raise ValueError(f"brief id {self.id} does not fit its text, title and date (expected {expected})")
        object.__setattr__(self, "id", expected)
        return self


class Claim(Value):
    """A statement of the brief that stands alone, with its exact quote; the span is found by code, never by a model."""

    id: str
    text: str
    quote: str
    start: int
    end: int
    kind: ClaimKind
    subject: str
    attributed_to: str | None = None


class DroppedClaim(Value):
    """A claim a model gave whose quote is not in the brief, and why it was dropped."""

    text: str
    quote: str
    reason: str


class Term(Value):
    """A name or term fixed once per draft in both languages."""

    en: str
    zh: str
    kind: Literal["organisation", "person", "place", "product", "term"] = "term"


# --- the editions ----------------------------------------------------------------------------------------------------


class Citation(Value):
    """A sentence of a paragraph (span in its text), the claim ids behind it, and how it stands to them."""

    start: int
    end: int
    claims: tuple[str, ...] = ()
    stance: Stance = "opinion"


class Paragraph(Value):
    """A paragraph: its text without markers, and one citation a sentence."""

    text: str
    citations: tuple[Citation, ...] = ()

    @property
    def claim_ids(self) -> frozenset[str]:
        """Ids of all claims cited anywhere in the paragraph."""
        return frozenset(claim for citation in self.citations for claim in citation.claims)


class Edition(Value):
    """One language of a draft. `body` never holds the disclosure."""

    language: Language
    title: str = ""
    lead: str = ""
    body: tuple[Paragraph, ...] = ()

    def fields(self) -> Iterator[tuple[str, str]]:
        """Field name and text in reading order: title, lead, body[0], body[1] ...; without an empty title or lead."""
        if self.title:
            yield "title", self.title
        if self.lead:
            yield "lead", self.lead
        for index, paragraph in enumerate(self.body):
            yield f"body[{index}]", paragraph.text


class Score(Value):
    """An integer from 0 to 100 and the reason for it in both languages."""

    value: int = Field(ge=0, le=100)
    reason_en: str
    reason_zh: str


class Scores(Value):
    """Hot 热度: attention now. Quality 质量: how solid the brief is. Impact 影响力: how far consequences reach."""

    hot: Score
    quality: Score
    impact: Score


# --- figures ---------------------------------------------------------------------------------------------------------


class PartialDate(Value):
    """A date known as far as its fields are set. `decade` is its first year (1980); weekday 1 is Monday.

    `relative` counts from the publication date: "year-1" is last year, "week+0" this week, "day-1" yesterday; other
    fields then stand inside it, as in the third quarter of last year.
    """

    year: int | None = None
    half: int | None = Field(default=None, ge=1, le=2)
    quarter: int | None = Field(default=None, ge=1, le=4)
    month: int | None = Field(default=None, ge=1, le=12)
    day: int | None = Field(default=None, ge=1, le=31)
    weekday: int | None = Field(default=None, ge=1, le=7)
    decade: int | None = None
    part: Literal["early", "mid", "late"] | None = None
    fiscal: bool = False
    relative: str | None = Field(default=None, pattern=r"^(?:year|half|quarter|month|week|day)[+-]\d{1,2}$")

    def covers(self, other: PartialDate) -> bool:
        """Whether this date is the same as `other` or a coarser statement of it: 2026 covers June 2026."""
        if self.fiscal != other.fiscal and (self.fiscal or self.quarter or self.half):
            return False
        return all(getattr(self, name) in (None, other.implied(name)) for name in _DATE_FIELDS)

    def implied(self, name: str) -> int | str | None:
        """The value of a field, also where it follows from finer ones: May implies the second quarter."""
        value: int | str | None = getattr(self, name)
        if value is not None:
            return value
        if name == "quarter" and self.month and not self.fiscal:
            return (self.month + 2) // 3
        if name == "half":
            quarter = self.implied("quarter")
            return (int(quarter) + 1) // 2 if quarter else None
        if name == "decade" and self.year is not None:
            return self.year // 10 * 10
        if name == "weekday" and self.year and self.month and self.day:
            try:
                return date(self.year, self.month, self.day).isoweekday()
            except ValueError:
                return None
        return None


_DATE_FIELDS = ("year", "half", "quarter", "month", "day", "weekday", "decade", "part", "relative")


class Figure(Value):
    """A number that says something about the world, as it stands in a text.

    Either `low` and `high` in the stated unit with scale words expanded (equal when exact, different for a range; a
    score has its two sides in them), or `when`; never both. `unit` is a canonical id (`USD`, `percent`, `GW`, `day`),
    for a count the noun counted ("store"), "" when there is none. A clock time is minutes after midnight in the unit
    `clock`. `rule` names the rule that read it.
    """

    kind: FigureKind
    low: Decimal | None = None
    high: Decimal | None = None
    when: PartialDate | None = None
    unit: str = ""
    dimension: str = ""
    bound: Bound = "exact"
    text: str
    start: int
    end: int
    rule: str

    @model_validator(mode="after")
    def _one_value(self) -> Self:
        if (self.low is None) == (self.when is None) or (self.low is None) != (self.high is None):
            raise ValueError("a figure has either low and high, or when")
        return self


# --- what the checker says -------------------------------------------------------------------------------------------


class Evidence(Value):
    """A span of the evidence. `source` is an index into the evidence list; 0 is the brief."""

    source: int
    start: int
    end: int
    quote: str


class Span(Value):
    """A span of a field of one edition, with its text."""

    language: Language
    field: str
    start: int
    end: int
    text: str


class Reading(Value):
    """One figure read and the verdict on it; there is one for every figure, so a page can mark them all."""

    field: str
    language: Language
    figure: Figure
    verdict: Verdict
    evidence: Evidence | None = None
    expression: str | None = None


class Finding(Value):
    """Something a reviewer should know. `reason` is written from `values` by a template of the code (English)."""

    id: str
    code: str
    severity: Severity
    language: Language
    field: str
    start: int
    end: int
    text: str
    rule: str
    values: dict[str, str] = Field(default_factory=dict)
    reason: str
    evidence: Evidence | None = None
    counterpart: Span | None = None
    suggestion: str | None = None


def finding_id(code: str, language: Language, sentence: str, span: str, occurrence: int) -> str:
    """An id that survives edits elsewhere: a hash of code, language, sentence, span text and its occurrence."""
    return sha256(canonical_json([code, language, sentence, span, occurrence]))[:12]


class Counts(Value):
    """Figures of one language: read = supported + rounded + derived + flagged, always."""

    read: int = 0
    supported: int = 0
    rounded: int = 0
    derived: int = 0
    flagged: int = 0


class Report(Value):
    """All the checker has to say. `counts` holds each language that was checked, also when nothing was read; `skipped`
    names the checks that were not made because a library is missing."""

    figures: tuple[Reading, ...] = ()
    findings: tuple[Finding, ...] = ()
    counts: dict[Language, Counts] = Field(default_factory=dict)
    skipped: tuple[str, ...] = ()

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """The findings that must be fixed or waived before a person can approve."""
        return tuple(finding for finding in self.findings if finding.severity == "block")


# --- the draft and what belongs to a run or a decision ---------------------------------------------------------------


class Repair(Value):
    """One repair a model made: what a field held before and after, the findings it answered, kept or undone."""

    round: int
    language: Language
    field: str
    before: str
    after: str
    findings: tuple[str, ...]
    kept: bool


class AIGC(Value):
    """The seven keys of GB 45438-2025 for machine-readable labels; values are printable ASCII."""

    Label: str = "1"
    ContentProducer: str = ""
    ProduceID: str
    ReservedCode1: str = ""
    ContentPropagator: str = ""
    PropagateID: str
    ReservedCode2: str = ""


class Disclosure(Value):
    """The labels of a draft: the visible lines by language, and the machine-readable ones."""

    notice: dict[Language, str]
    disclaimer: dict[Language, str]
    AIGC: AIGC
    digital_source_type: str


class Draft(Value):
    """A bilingual, checked, labelled draft: a pure function of brief, prompts, model replies and settings.

    `thin` drafts have no editions; `thin_reason` says why no article was written.
    """

    schema_version: int = SCHEMA_VERSION
    id: str
    status: Literal["complete", "thin"]
    thin_reason: str | None = None
    brief: Brief
    claims: tuple[Claim, ...] = ()
    dropped_claims: tuple[DroppedClaim, ...] = ()
    glossary: tuple[Term, ...] = ()
    en: Edition | None = None
    zh: Edition | None = None
    tags: tuple[str, ...] = ()
    unknown_tags: tuple[str, ...] = ()
    """Tags a model gave that the vocabulary does not have: left out of `tags`, reported."""
    scores: Scores | None = None
    report: Report = Report()
    repairs: tuple[Repair, ...] = ()
    notes: tuple[str, ...] = ()
    """What else happened to the text, for the record: a disclaimer a model wrote and code removed, for example."""
    disclosure: Disclosure

    @property
    def editions(self) -> tuple[Edition, ...]:
        """The editions there are, English first."""
        return tuple(edition for edition in (self.en, self.zh) if edition is not None)

    @property
    def content_sha256(self) -> str:
        """Hash of what a reviewer approves: titles, leads, bodies and tags of both editions."""
        return content_sha256(self.en, self.zh, self.tags)


def content_sha256(en: Edition | None, zh: Edition | None, tags: tuple[str, ...]) -> str:
    """SHA-256 over the canonical JSON of titles, leads, bodies and tags of both editions."""
    content = {"tags": list(tags)} | {
        edition.language: {"title": edition.title, "lead": edition.lead, "body": [p.text for p in edition.body]}
        for edition in (en, zh)
        if edition is not None
    }
    return sha256(canonical_json(content))


class Call(Value):
    """One model call, for `run.json`. `attempts` is 0 when the ledger had the reply; `cost` None when unknown (USD)."""

    stage: str
    part: str
    round: int
    reask: int
    model: str
    prompt_sha256: str
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    estimated: bool = False
    seconds: float
    attempts: int
    cost: Decimal | None = None
    replayed: bool = False


class Run(Value):
    """Everything that differs from run to run, or says how a draft was made: `run.json`."""

    schema_version: int = SCHEMA_VERSION
    version: str
    models: tuple[str, ...]
    prompts: dict[str, str]
    """Version of each prompt by name."""
    prompts_sha256: dict[str, str]
    settings: dict[str, str | None]
    source_sha256: str | None
    """SHA-256 of the source's bytes, where there was a file."""
    replayed: bool
    stale_recordings: tuple[str, ...] = ()
    """Recordings used although their prompt has changed since."""
    edited_recordings: tuple[str, ...] = ()
    """Recordings that are not as the model gave them."""
    started: str
    seconds: float
    calls: tuple[Call, ...]


class Waiver(Value):
    """A finding a reviewer accepts, and why. Lapses when its sentence changes."""

    finding_id: str
    note: str


class Decision(Value):
    """A reviewer's decision and what exactly it was about: `decision.json`."""

    schema_version: int = SCHEMA_VERSION
    status: Literal["approved", "rejected", "reopened"]
    reviewer: str
    at: str
    note: str = ""
    waivers: tuple[Waiver, ...] = ()
    content_sha256: str
