"""The two pages: a draft with every figure marked and its evidence, and the list of all drafts.

Lives here: what the templates show, what is marked and where it leads, JSON-LD, the content security policy. Does not:
the layout (`templates/`), escapes (`html`). Imports layers 0 and 1.

A page stands alone in its folder, or is shown by a server; one value, `server`, switches between the two.

- None: the page writes nothing. It offers `commentary review approve FOLDER --reviewer NAME [--note TEXT]
  [--waive ID=NOTE]...` (reject and reopen alike) to copy, and a `decision.json` (a `Decision`) to download.
- `Server(base, token)`: the same buttons send JSON with the header `X-Commentary-Token: TOKEN`, and the policy allows
  `connect-src 'self'`.

      POST {base}/decision  {"status": "approved" | "rejected" | "reopened", "reviewer": TEXT, "note": TEXT,
                             "waivers": [{"finding_id": ID, "note": TEXT}], "content_sha256": HEX}
      POST {base}/text      {"language": "en" | "zh", "field": "title" | "lead" | "body[2]", "text": TEXT,
                             "content_sha256": HEX}

  The text of a paragraph holds its markers as `text.write_markers` writes them. `content_sha256` is that of the draft
  on the page; another one now is 409. A 2xx makes the page load itself anew; anything else shows the `error` of the
  reply's JSON object beside the button, and what was typed stays.

`original` is the draft as the models left it, when a person has edited it since: the page marks what differs.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipeline.disclosure import DISCLAIMER, NOTICE, RECORDED, SCHEMA_ORG, draft_notice, standing
from pipeline.render.html import Mark, anchor, escaped, marked, safe_link, script_json, visible
from pipeline.render.markdown import tag_name
from pipeline.schema import LANGUAGES, Citation, Decision, Draft, Edition, Evidence, Finding, Language, Reading, Run

if TYPE_CHECKING:
    from pipeline.render import IndexRow, Server

_TEMPLATES = Path(__file__).parent / "templates"
HTML_LANGUAGE: dict[str, str] = {"en": "en", "zh": "zh-Hans"}
_NAMES: dict[str, tuple[str, str]] = {
    "en": ("English", "英文"),
    "zh": ("Chinese", "中文"),
    "title": ("title", "标题"),
    "lead": ("lead", "导语"),
    "tags": ("tags", "标签"),
    "brief": ("The brief", "简报"),
    "block": ("Block", "须改"),
    "warn": ("Warning", "提醒"),
    "info": ("Note", "提示"),
    "supported": ("supported", "有据"),
    "rounded": ("rounded", "取整"),
    "derived": ("derived", "推算"),
    "flagged": ("flagged", "存疑"),
    "unreviewed": ("Not reviewed", "未审核"),
    "approved": ("Approved", "已通过"),
    "rejected": ("Rejected", "已退回"),
    "reopened": ("Reopened", "重新审核"),
    "void": ("Changed since its approval", "通过后有改动"),
    "thin": ("No article", "未成稿"),
    "hot": ("Hot", "热度"),
    "quality": ("Quality", "质量"),
    "impact": ("Impact", "影响力"),
    "fact": ("fact", "事实"),
    "plan": ("plan", "计划"),
    "estimate": ("estimate", "估计"),
    "opinion": ("opinion", "观点"),
    "organisation": ("organisation", "机构"),
    "person": ("person", "人物"),
    "place": ("place", "地点"),
    "product": ("product", "产品"),
    "term": ("term", "术语"),
}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=visible,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    style = (_TEMPLATES / "style.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment.globals.update(
        style=Markup(style),
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        names=_NAMES,
        lang=HTML_LANGUAGE,
        anchor=anchor,
        tag_name=tag_name,
        DISCLAIMER=DISCLAIMER,
    )
    return environment


# --- a draft ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Flag:
    """A finding as the page shows it: its number, its anchors, and the waiver when a reviewer gave one."""

    number: int
    finding: Finding
    id: str
    waiver: str | None
    place: tuple[str, str]
    text_anchor: str | None
    counterpart_place: tuple[str, str] | None
    evidence_anchor: str | None


@dataclass(slots=True)
class _Spot:
    """All that is said of one span: the reading of a figure, and findings."""

    reading: Reading | None = None
    flags: list[_Flag] = field(default_factory=list)


def _place(language: Language, field: str) -> tuple[str, str]:
    """Where a field stands, in both languages: "English paragraph 3"."""
    if field == "brief":
        return _NAMES["brief"]
    side = _NAMES[language]
    number = re.fullmatch(r"body\[(\d{1,6})\]", field)
    if number:
        count = int(number[1]) + 1
        return f"{side[0]}, paragraph {count}", f"{side[1]}第{count}段"
    name = _NAMES.get(field, (field, field))
    return f"{side[0]}, {name[0]}", f"{side[1]}{name[1]}"


def _evidence_anchor(draft: Draft, evidence: Evidence | None) -> str | None:
    """The anchor of the marked quote at the page's end, when the evidence is in the brief."""
    if evidence is None or evidence.source != 0 or not 0 <= evidence.start < evidence.end <= len(draft.brief.text):
        return None
    return f"b-{evidence.start}"


def _flags(draft: Draft, decision: Decision | None) -> list[_Flag]:
    waivers = {waiver.finding_id: waiver.note for waiver in decision.waivers} if decision else {}
    ids = [f"f-{anchor(finding.id)}" for finding in draft.report.findings]
    return [
        _Flag(
            number=index + 1,
            finding=finding,
            id=ids[index] if ids[index] not in ids[:index] else f"{ids[index]}-{index}",
            waiver=waivers.get(finding.id),
            place=_place(finding.language, finding.field),
            text_anchor=_text_anchor(draft, finding),
            counterpart_place=_place(other.language, other.field) if (other := finding.counterpart) else None,
            evidence_anchor=_evidence_anchor(draft, finding.evidence),
        )
        for index, finding in enumerate(draft.report.findings)
    ]


def _text_anchor(draft: Draft, finding: Finding) -> str | None:
    """Where on the page the text of a finding stands, when the page shows it."""
    if finding.field == "brief":
        return _evidence_anchor(draft, _in_brief(finding))
    shown = {(edition.language, name) for edition in draft.editions for name, _ in edition.fields()}
    place = finding.language, finding.field
    return _field_anchor(*place) if place in shown else None


def _in_brief(finding: Finding) -> Evidence:
    """The span of a finding on the brief itself."""
    return Evidence(source=0, start=finding.start, end=finding.end, quote=finding.text)


def _field_anchor(language: Language, field: str) -> str:
    return anchor("p", language, field)


def _spots(draft: Draft, flags: Sequence[_Flag]) -> dict[tuple[Language, str], dict[tuple[int, int], _Spot]]:
    """By field and span: what there is to mark."""
    spots: dict[tuple[Language, str], dict[tuple[int, int], _Spot]] = defaultdict(lambda: defaultdict(_Spot))
    for reading in draft.report.figures:
        spots[reading.language, reading.field][reading.figure.start, reading.figure.end].reading = reading
    for flag in flags:
        if flag.finding.start < flag.finding.end:
            span = flag.finding.start, flag.finding.end
            spots[flag.finding.language, flag.finding.field][span].flags.append(flag)
    return spots


_GRAVITY = {"block": 0, "warn": 1, "info": 2}


_SHORT = 16
"""Figures up to this many characters are not broken over two lines."""


def _spot_markup(draft: Draft, spot: _Spot, length: int, holds_other: bool, first: bool) -> tuple[str, str]:
    """Opening and closing tags of one span. The text itself is the link, unless another mark stands inside it."""
    flags = sorted(spot.flags, key=lambda flag: (flag.waiver is not None, _GRAVITY[flag.finding.severity]))
    kinds = ["fig", *([f"v-{spot.reading.verdict}"] if spot.reading else [])]
    if flags:
        kinds += [f"s-{flags[0].finding.severity}", *(["waived"] if flags[0].waiver is not None else [])]
    element = "mark" if flags else "span"
    target = f"#{flags[0].id}" if flags else _reading_target(draft, spot.reading)
    kinds += ["short"] if length <= _SHORT else []
    numbers = "".join(f'<sup class="n"><a href="#{flag.id}">{flag.number}</a></sup>' for flag in flags if first)
    opening = f'<{element} class="{" ".join(kinds)}"{_title(spot.reading)}>'
    if holds_other or not target:
        return opening, f"</{element}>{numbers}"
    return f'{opening}<a href="{target}">', f"</a></{element}>{numbers}"


def _reading_target(draft: Draft, reading: Reading | None) -> str | None:
    anchor = _evidence_anchor(draft, reading.evidence) if reading else None
    return f"#{anchor}" if anchor else None


def _title(reading: Reading | None) -> str:
    """What a pointer shows over a figure: the verdict and the words of the brief or the arithmetic behind it."""
    if reading is None:
        return ""
    words: list[str] = [reading.verdict]
    words += [f"“{reading.evidence.quote}”"] if reading.evidence else []
    words += [reading.expression] if reading.expression else []
    return f' title="{escaped(": ".join(words))}"'


def _citation_mark(citation: Citation, known: frozenset[str]) -> Mark:
    inferred = citation.stance == "inference"
    notes = []
    for claim in citation.claims:
        shown = escaped(f"~{claim}" if inferred else claim)
        notes.append(f'<a href="#{anchor("claim", claim)}">{shown}</a>' if claim in known else f"<span>{shown}</span>")
    title = ' title="inferred from 由此推断"' if inferred else ""
    return Mark(citation.end, citation.end, lambda *_: (f'<sup class="cite"{title}>{" ".join(notes)}</sup>', ""))


@dataclass(frozen=True, slots=True)
class _Cell:
    """One field of one edition on the page."""

    language: Language
    id: str
    html: Markup


def _cells(draft: Draft, edition: Edition, flags: Sequence[_Flag]) -> dict[str, _Cell | None]:
    known = frozenset(claim.id for claim in draft.claims)
    spots = _spots(draft, flags)
    citations = {f"body[{index}]": paragraph.citations for index, paragraph in enumerate(edition.body)}
    cells: dict[str, _Cell | None] = {"title": None, "lead": None}
    for name, text in edition.fields():
        marks = [
            Mark(start, end, partial(_spot_markup, draft, spot, end - start))
            for (start, end), spot in spots[edition.language, name].items()
        ]
        marks += [_citation_mark(citation, known) for citation in citations.get(name, ()) if citation.claims]
        cells[name] = _Cell(edition.language, _field_anchor(edition.language, name), marked(text, marks))
    return cells


def _rows(en: dict[str, _Cell | None], zh: dict[str, _Cell | None]) -> list[tuple[_Cell | None, _Cell | None]]:
    """The paragraphs of both editions side by side; None where one has no counterpart."""
    left, right = ([cell for name, cell in side.items() if name.startswith("body[")] for side in (en, zh))
    return list(zip_longest(left, right))


def _brief_html(draft: Draft) -> Markup:
    """The brief with every quote marked that a claim, a figure or a finding rests on."""
    evidence = [reading.evidence for reading in draft.report.figures]
    evidence += [finding.evidence for finding in draft.report.findings]
    evidence += [_in_brief(finding) for finding in draft.report.findings if finding.field == "brief"]
    spans = {(item.start, item.end) for item in evidence if item and _evidence_anchor(draft, item)}
    spans |= {
        (claim.start, claim.end) for claim in draft.claims if 0 <= claim.start < claim.end <= len(draft.brief.text)
    }
    first = {start: max(end for begin, end in spans if begin == start) for start, _ in spans}
    return marked(
        draft.brief.text,
        [Mark(start, end, _brief_mark(start if first[start] == end else None)) for start, end in spans],
    )


def _brief_mark(anchored: int | None) -> Callable[[bool, bool], tuple[str, str]]:
    anchor = f' id="b-{anchored}"' if anchored is not None else ""
    return lambda holds_other, first: (f"<mark{anchor if first else ''}>", "</mark>")


def _json_ld(draft: Draft, decision: Decision | None) -> Markup | None:
    """schema.org's words for what this is, for machines that read pages."""
    if not draft.editions:
        return None
    brief = draft.brief
    source = {
        "@type": "CreativeWork",
        "name": brief.title or brief.source or "News brief",
        "url": safe_link(brief.source_url),
    }
    shared: dict[str, Any] = {
        "@type": "AnalysisNewsArticle",
        "isBasedOn": {key: value for key, value in source.items() if value},
        "digitalSourceType": SCHEMA_ORG.get(draft.disclosure.digital_source_type),
        "author": {"@type": "SoftwareApplication", "name": "news-commentary", "applicationCategory": "AI writer"},
    }
    if decision and standing(draft, decision) == "approved":
        shared["contributor"] = {"@type": "Person", "name": decision.reviewer}
    articles = [
        shared
        | {"@id": f"#{edition.language}", "inLanguage": HTML_LANGUAGE[edition.language], "headline": edition.title,
           "description": edition.lead, "keywords": [tag_name(tag, edition.language) for tag in draft.tags]}
        for edition in draft.editions
    ]  # fmt: skip
    if len(articles) == len(LANGUAGES):
        articles[1]["translationOfWork"] = {"@id": "#en"}
    return script_json({"@context": "https://schema.org", "@graph": articles})


def draft_page(
    draft: Draft,
    run: Run | None,
    decision: Decision | None,
    original: Draft | None = None,
    server: Server | None = None,
) -> str:
    """`review.html`."""
    flags = _flags(draft, decision)
    cells = {edition.language: _cells(draft, edition, flags) for edition in draft.editions}
    nothing: dict[str, _Cell | None] = {"title": None, "lead": None}
    en, zh = cells.get("en", nothing), cells.get("zh", nothing)
    open_flags = sum(flag.waiver is None and flag.finding.severity != "info" for flag in flags)
    title = next((edition.title for edition in draft.editions if edition.title), draft.brief.title or "Untitled brief")
    return _environment().get_template("review.html").render(
        draft=draft,
        run=run,
        decision=decision,
        standing=standing(draft, decision),
        notices={language: draft_notice(draft, language, decision) for language in LANGUAGES},
        recorded=RECORDED if run and run.replayed else None,
        page_title=f"[{_count(open_flags, 'flag')}] {title}" if open_flags else title,
        aigc=json.dumps(draft.disclosure.AIGC.model_dump(), separators=(",", ":")),
        json_ld=_json_ld(draft, decision),
        en=en,
        zh=zh,
        rows=_rows(en, zh),
        flags=flags,
        tally={name: sum(flag.finding.severity == name for flag in flags) for name in _GRAVITY},
        claim_anchors={claim.id: f"b-{claim.start}" for claim in draft.claims},
        repairs=[(repair, _place(repair.language, repair.field)) for repair in draft.repairs],
        source_link=safe_link(draft.brief.source_url),
        brief=_brief_html(draft),
    )  # fmt: skip


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


# --- the list of drafts ----------------------------------------------------------------------------------------------


def _urgency(row: IndexRow) -> tuple[int, int, int]:
    """What needs work first: blocking findings, then warnings and thin drafts, then clean ones, then decided ones."""
    block, warn = row.findings.get("block", 0), row.findings.get("warn", 0)
    if row.review_status in ("approved", "rejected"):
        return 3, 0, 0
    return (0 if block else 1 if warn or row.status == "thin" else 2), -block, -warn


def index_page(rows: Sequence[IndexRow], unreadable: Sequence[str]) -> str:
    """`index.html`. The newest of equally urgent drafts first."""
    newest = sorted(rows, key=lambda row: row.folder, reverse=True)
    ordered = sorted(newest, key=_urgency)
    reviewed = bool(rows) and all(row.review_status == "approved" for row in rows)
    waiting = sum(row.review_status not in ("approved", "rejected") for row in rows)
    title = f"[{waiting} to review] Drafts" if waiting else "Drafts"
    return _environment().get_template("index.html").render(
        rows=ordered,
        unreadable=unreadable,
        page_title=title,
        waiting=waiting,
        notices=list(dict.fromkeys((row.notice["en"], row.notice["zh"]) for row in ordered))
        if reviewed
        else [(NOTICE["en"], NOTICE["zh"])],
    )  # fmt: skip
