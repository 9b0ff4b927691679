"""The text of a draft with everything marked that was found in it: figures, flags, citations, and quotes of the brief.

Lives here: what is marked, what a mark leads to, and the notes it leads to. Does not: how a note looks (`templates/`),
how marks nest (`html`). Imports layers 0 and 1, and `checker` for the sentence in which a finding explains itself.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from markupsafe import Markup

from pipeline.render.html import Mark, anchor, escaped, marked
from pipeline.render.names import Name, place_name, verdict_name
from pipeline.render.quotes import Source, in_brief, quote_anchor
from pipeline.schema import Citation, Claim, Decision, Draft, Edition, Evidence, Finding, Language, Reading

GRAVITY = {"block": 0, "warn": 1, "info": 2}

_SHORT = 16
"""Figures up to this many characters are not broken over two lines."""


@dataclass(slots=True, eq=False)
class Flag:
    """A finding as the page shows it. `row` is the field whose card holds it, `mark` where its text stands, `next` the
    open flag after it."""

    finding: Finding
    id: str
    row: str
    place: Name
    reasons: Name
    waiver: str | None
    claims: tuple[Claim, ...]
    excerpt: Markup | None
    evidence: str | None
    number: int = 0
    mark: str | None = None
    counterpart: str | None = None
    next: str | None = None

    @property
    def open(self) -> bool:
        """Whether somebody still has to look at it."""
        return self.waiver is None and self.finding.severity != "info"


@dataclass(slots=True)
class Note:
    """What a figure of the text rests on, for a reader who asks."""

    reading: Reading
    id: str
    mark: str
    verdict: Name
    place: Name
    claims: tuple[Claim, ...]
    excerpt: Markup | None
    evidence: str | None


@dataclass(slots=True)
class Spot:
    """All that is said of one span: the figure read there, and findings."""

    id: str
    note: Note | None = None
    flags: list[Flag] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of one edition on the page."""

    language: Language
    field: str
    id: str
    html: Markup
    ids: frozenset[str]


Spots = dict[tuple[Language, str], dict[tuple[int, int], Spot]]


# --- flags and notes -------------------------------------------------------------------------------------------------


def flags_of(draft: Draft, decision: Decision | None, source: Source) -> list[Flag]:
    """Every finding, numbered in the order in which the page shows them."""
    waivers = {waiver.finding_id: waiver.note for waiver in decision.waivers} if decision else {}
    shown = {(edition.language, name) for edition in draft.editions for name, _ in edition.fields()}
    rows = ["title", "lead", *(f"body[{n}]" for n in range(max((len(e.body) for e in draft.editions), default=0)))]
    order = {name: number for number, name in enumerate([*rows, "tags", "whole", "brief"])}
    flags, ids = [], set()
    for index, finding in enumerate(draft.report.findings):
        known = (finding.language, finding.field) in shown or finding.field in ("brief", "tags")
        id = f"f-{anchor(finding.id)}"
        id = f"{id}-{index}" if id in ids else id
        ids.add(id)
        flags.append(
            Flag(
                finding=finding,
                id=id,
                row=finding.field if known and finding.field in order else "whole",
                place=place_name(finding.language, finding.field),
                reasons=_reasons(finding),
                waiver=waivers.get(finding.id),
                claims=source.claims_at(finding.evidence, _cited(draft, finding)),
                excerpt=source.excerpt(finding.evidence),
                evidence=quote_anchor(draft.brief, finding.evidence),
            )
        )
    flags.sort(key=lambda flag: (order[flag.row], flag.finding.language, flag.finding.start, flag.finding.end))
    for number, flag in enumerate(flags, 1):
        flag.number = number
    waiting = [flag for flag in flags if flag.open]
    for flag, after in zip(waiting, waiting[1:] + waiting[:1], strict=True):
        flag.next = after.id if after is not flag else None
    return flags


def _reasons(finding: Finding) -> Name:
    """Why, in both languages; a kind of finding this version does not know explains itself in English alone."""
    from pipeline.checker import reason  # costs more to load than a page to print, and clean drafts need none of it

    try:
        return Name(finding.reason, reason(finding, "zh"))
    except (StopIteration, LookupError, ValueError, AttributeError):
        return Name(finding.reason, "")


def _cited(draft: Draft, item: Finding | Reading) -> Iterable[str]:
    """The claims that the sentence at a place of a paragraph cites."""
    start = item.start if isinstance(item, Finding) else item.figure.start
    edition = next((edition for edition in draft.editions if edition.language == item.language), None)
    for index, paragraph in enumerate(edition.body if edition else ()):
        if item.field == f"body[{index}]":
            return [id for c in paragraph.citations if c.start <= start < c.end for id in c.claims]
    return ()


def spots_of(draft: Draft, flags: Sequence[Flag], source: Source) -> Spots:
    """By field and span: what there is to mark. The flags learn where their text stands."""
    spots: Spots = defaultdict(dict)

    def spot(language: Language, name: str, span: tuple[int, int]) -> Spot:
        at = spots[language, name]
        return at.setdefault(span, Spot(f"m-{anchor(language, name)}-{span[0]}-{span[1]}"))

    for number, reading in enumerate(draft.report.figures, 1):
        here = spot(reading.language, reading.field, (reading.figure.start, reading.figure.end))
        here.note = Note(
            reading=reading,
            id=f"n-{number}",
            mark=here.id,
            verdict=verdict_name(reading.verdict),
            place=place_name(reading.language, reading.field),
            claims=source.claims_at(reading.evidence, _cited(draft, reading)),
            excerpt=source.excerpt(reading.evidence),
            evidence=quote_anchor(draft.brief, reading.evidence),
        )
    for flag in flags:
        finding = flag.finding
        if finding.start < finding.end and flag.row not in ("brief", "tags", "whole"):
            spot(finding.language, finding.field, (finding.start, finding.end)).flags.append(flag)
    return spots


def place_flags(draft: Draft, flags: Sequence[Flag], spots: Spots, cells: dict[Language, dict[str, Cell]]) -> None:
    """Tell each flag which element of the page shows its text and which the text it is compared with."""
    for flag in flags:
        finding, other = flag.finding, flag.finding.counterpart
        here = Evidence(source=0, start=finding.start, end=finding.end, quote=finding.text)
        if flag.row == "brief":
            flag.mark = quote_anchor(draft.brief, here)
        else:
            flag.mark = _shown_at(spots, cells, finding.language, finding.field, (finding.start, finding.end))
        if other:
            flag.counterpart = _shown_at(spots, cells, other.language, other.field, (other.start, other.end))


def _shown_at(
    spots: Spots, cells: dict[Language, dict[str, Cell]], language: Language, name: str, span: tuple[int, int]
) -> str | None:
    cell = cells.get(language, {}).get(name)
    spot = spots[language, name].get(span) if cell else None
    if cell is None:
        return None
    return spot.id if spot and spot.id in cell.ids else cell.id


# --- cells -----------------------------------------------------------------------------------------------------------


def cells_of(draft: Draft, edition: Edition, spots: Spots) -> dict[str, Cell]:
    """Every field of an edition with its marks."""
    known = frozenset(claim.id for claim in draft.claims)
    citations = {f"body[{index}]": paragraph.citations for index, paragraph in enumerate(edition.body)}
    cells = {}
    for name, text in edition.fields():
        marks = [
            Mark(start, end, partial(_spot_markup, spot, end - start))
            for (start, end), spot in spots[edition.language, name].items()
        ]
        marks += [_citation_mark(citation, known) for citation in citations.get(name, ()) if citation.claims]
        html = marked(text, marks)
        ids = frozenset(re.findall(' id="(m-[^"]*)"', html))
        cells[name] = Cell(edition.language, name, anchor("p", edition.language, name), html, ids)
    return cells


def _spot_markup(spot: Spot, length: int, holds_other: bool, first: bool) -> tuple[str, str]:
    """Opening and closing tags of one span. The text itself is the link, unless another mark stands inside it."""
    flags = sorted(spot.flags, key=lambda flag: (flag.waiver is not None, GRAVITY[flag.finding.severity]))
    kinds = ["fig", *([f"v-{spot.note.reading.verdict}"] if spot.note else [])]
    if flags:
        kinds += [f"s-{flags[0].finding.severity}", *(["waived"] if flags[0].waiver is not None else [])]
    element = "mark" if flags else "span"
    target = flags[0].id if flags else spot.note.id if spot.note else None
    kinds += ["short"] if length <= _SHORT else []
    numbers = "".join(f'<sup class="n"><a href="#{flag.id}">{flag.number}</a></sup>' for flag in flags if first)
    id = f' id="{spot.id}"' if first else ""
    opening = f'<{element}{id} class="{" ".join(kinds)}">'
    if holds_other or not target:
        return opening, f"</{element}>{numbers}"
    return f'{opening}<a href="#{target}">', f"</a></{element}>{numbers}"


def _citation_mark(citation: Citation, known: frozenset[str]) -> Mark:
    inferred = citation.stance == "inference"
    notes = []
    for claim in citation.claims:
        shown = escaped(f"~{claim}" if inferred else claim)
        notes.append(f'<a href="#{anchor("claim", claim)}">{shown}</a>' if claim in known else f"<span>{shown}</span>")
    title = ' title="inferred from 由此推断"' if inferred else ""
    return Mark(citation.end, citation.end, lambda *_: (f'<sup class="cite"{title}>{" ".join(notes)}</sup>', ""))


# --- the brief -------------------------------------------------------------------------------------------------------


def brief_html(draft: Draft, flags: Sequence[Flag]) -> Markup:
    """The brief with every quote marked that a claim, a figure or a finding rests on."""
    brief = draft.brief
    evidence = [reading.evidence for reading in draft.report.figures] + [flag.finding.evidence for flag in flags]
    flagged = {(flag.finding.start, flag.finding.end): flag for flag in flags if flag.row == "brief"}
    claimed = {(claim.start, claim.end) for claim in draft.claims}
    found = {(item.start, item.end) for item in evidence if item and in_brief(brief, item)} | flagged.keys()
    spans = sorted(span for span in claimed | found if 0 <= span[0] < span[1] <= len(brief.text))
    longest = dict(spans)
    marks = [Mark(*span, _brief_mark(span, longest, span not in found, flagged.get(span))) for span in spans]
    return marked(brief.text, [*marks, *_soft_breaks(brief.text)])


_WRAPPED = re.compile(r"""^[^\n]{50,125}(?<![\s.!?:;"\u2018-\uffff])(\n)(?=[^\W\d_]|["'(\u201c])""", re.MULTILINE)
"""A line end inside a sentence, where an editor or a mail client broke the line: no line end of the writer's."""


def _soft_breaks(text: str) -> list[Mark]:
    """A first line may be a headline: it goes on only in lower case."""
    ends = [match for match in _WRAPPED.finditer(text) if match.start() or text[match.end()].islower()]
    return [Mark(*match.span(1), _soft) for match in ends]


def _soft(_: bool, __: bool) -> tuple[str, str]:
    return '<span class="soft">', "</span>"


def _brief_mark(
    span: tuple[int, int], longest: Mapping[int, int], cited: bool, flag: Flag | None
) -> Callable[[bool, bool], tuple[str, str]]:
    """Of the quotes that begin at one place the longest has the anchor."""
    target = f' id="b-{span[0]}"' if longest[span[0]] == span[1] else ""
    kind = f' class="s-{flag.finding.severity}"' if flag else ' class="cited"' if cited else ""
    number = f'<sup class="n"><a href="#{flag.id}">{flag.number}</a></sup>' if flag else ""
    return lambda _, first: (f"<mark{target if first else ''}{kind}>", f"</mark>{number if first else ''}")
