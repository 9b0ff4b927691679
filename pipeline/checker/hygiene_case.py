"""One draft as the hygiene checks see it: the case, its fields, and the notes that checks make.

Lives here: the three types and what several checks ask of a draft. Does not: any check (`hygiene.py` lists them), and
how a note becomes a finding (there too). Imports `schema`, `text`, `pairing` and `words`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pipeline.checker.pairing import pair
from pipeline.checker.words import LEAK_LOWER_CASE, LEAK_WORDS, NAME_PARTICLES, WORD, tokens
from pipeline.schema import Claim, Edition, Evidence, Language, Severity, Span, Term
from pipeline.text import han_count, language_of, sentence_spans


@dataclass(frozen=True)
class Field:
    """One field of an edition, or another text that findings can point into; sentences are found when asked for."""

    language: Language
    name: str
    text: str
    claims: frozenset[str] = frozenset()

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        return sentence_spans(self.text)

    def sentence_at(self, offset: int) -> tuple[int, int]:
        """Span of the sentence around an offset; the empty span where there is none."""
        index = bisect_right(self.sentences, offset, key=lambda span: span[0]) - 1
        return self.sentences[index] if index >= 0 else (0, 0)

    def span(self, start: int, end: int) -> Span:
        return Span(language=self.language, field=self.name, start=start, end=end, text=self.text[start:end])

    @property
    def whole(self) -> Span:
        return self.span(0, len(self.text))


@dataclass(frozen=True)
class Note:
    """A finding in the making."""

    code: str
    rule: str
    severity: Severity
    place: Field
    start: int
    end: int
    values: Mapping[str, str] = field(default_factory=dict)
    evidence: Evidence | None = None
    counterpart: Span | None = None
    suggestion: str | None = None


@dataclass(frozen=True)
class Case:
    """One draft and its evidence, with what several checks need."""

    evidence: tuple[str, ...]
    en: Edition | None
    zh: Edition | None
    claims: tuple[Claim, ...]
    glossary: tuple[Term, ...]

    @cached_property
    def titles(self) -> list[Field]:
        return [Field(e.language, "title", e.title) for e in self._editions if e.title]

    @cached_property
    def leads(self) -> dict[Language, Field]:
        return {e.language: Field(e.language, "lead", e.lead) for e in self._editions if e.lead}

    @cached_property
    def bodies(self) -> dict[Language, list[Field]]:
        return {
            e.language: [Field(e.language, f"body[{i}]", p.text, p.claim_ids) for i, p in enumerate(e.body)]
            for e in self._editions
        }

    @cached_property
    def fields(self) -> list[Field]:
        return [*self.titles, *self.leads.values(), *(place for body in self.bodies.values() for place in body)]

    @cached_property
    def by_language(self) -> dict[Language, list[Field]]:
        """The fields of each edition, in the order a reader meets them."""
        return {
            edition.language: [place for place in self.fields if place.language == edition.language]
            for edition in self._editions
        }

    @cached_property
    def pairs(self) -> list[tuple[Field | None, Field | None]]:
        """Paragraphs of the two editions side by side; None where one has no counterpart. Empty with one edition."""
        if self.en is None or self.zh is None:
            return []
        paragraphs = {edition.language: edition.body for edition in self._editions}
        en, zh = self.bodies["en"], self.bodies["zh"]
        return [
            (None if i is None else en[i], None if j is None else zh[j])
            for i, j in pair(paragraphs["en"], paragraphs["zh"], self.glossary)
        ]

    @cached_property
    def untranslated(self) -> list[Field]:
        """Paragraphs wholly in the language of the other edition, when there is another."""
        return [p for sides in self.pairs for p in sides if p is not None and _is_untranslated(p)]

    @cached_property
    def home(self) -> Language:
        """The language of the brief."""
        return language_of(self.evidence[0]) if self.evidence else "en"

    @cached_property
    def english_evidence(self) -> list[str]:
        """Evidence in English that holds Han characters, which can only be names."""
        return [text for text in self.evidence if han_count(text) and language_of(text) == "en"]

    @cached_property
    def han_names(self) -> set[str | None]:
        """Names that may stand in Han anywhere: those of the glossary and the subjects and speakers of claims."""
        speakers = {name for claim in self.claims for name in (claim.subject, claim.attributed_to)}
        return speakers | {term.zh for term in self.glossary}

    @cached_property
    def home_sentences(self) -> list[Evidence]:
        """The sentences of all evidence in the language of the brief."""
        return [
            Evidence(source=source, start=start, end=end, quote=text[start:end])
            for source, text in enumerate(self.evidence)
            if language_of(text) == self.home
            for start, end in sentence_spans(text)
        ]

    @cached_property
    def sentences_with(self) -> dict[str, list[int]]:
        """For each word of the evidence the numbers of the sentences that have it."""
        numbers: dict[str, list[int]] = {}
        for number, sentence in enumerate(self.home_sentences):
            for word in sorted(set(tokens(sentence.quote))):
                numbers.setdefault(word, []).append(number)
        return numbers

    @property
    def _editions(self) -> list[Edition]:
        return [edition for edition in (self.en, self.zh) if edition is not None]


def _is_untranslated(place: Field) -> bool:
    """Whether hardly a word is in the language of the edition; a line of names is in no language."""
    han, words = han_count(place.text), len(WORD.findall(place.text))
    if place.language == "en":
        return han >= LEAK_WORDS and words * 2 < han
    lower = [w for w in WORD.findall(place.text) if w.islower() and w not in NAME_PARTICLES]
    return words >= LEAK_WORDS and len(lower) >= LEAK_LOWER_CASE and han * 4 < words
