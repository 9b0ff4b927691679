"""The two pages: a draft with every figure marked and its evidence, and the list of all drafts.

Lives here: what the templates show, what is marked and where it leads, JSON-LD, the content security policy. Does not:
the layout (`templates/`), escapes (`html`). Imports layers 0 and 1.

A page stands alone in its folder, or is shown by a server; one value, `server`, switches between the two.

- None: the page writes nothing. It offers `commentary review approve FOLDER --reviewer NAME --content HEX
  [--note TEXT] [--waive ID=NOTE]...` (reject and reopen alike) to copy, and a `decision.json` (a `Decision`) to
  download.
- `Server(base, token)`: the same buttons send JSON with the header `X-Commentary-Token: TOKEN`, and the policy allows
  `connect-src 'self'`.

      POST {base}/decision  {"status": "approved" | "rejected" | "reopened", "reviewer": TEXT, "note": TEXT,
                             "waivers": [{"finding_id": ID, "note": TEXT}], "content_sha256": HEX}
      POST {base}/text      {"language": "en" | "zh", "field": "title" | "lead" | "body[2]", "text": TEXT,
                             "content_sha256": HEX}
      POST {base}/rebuild   {}: take in the files `server.untaken` names, as `commentary review rebuild` does

  The text of a paragraph holds its markers as `text.write_markers` writes them. `content_sha256` is that of the draft
  on the page; another one now is 409. A 2xx makes the page load itself anew; anything else shows the `error` of the
  reply's JSON object beside the button, and what was typed stays.

`original` is the draft as the models left it, when a person has edited it since: the page marks what differs.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipeline.disclosure import DISCLAIMER, NOTICE, RECORDED, draft_notice, standing
from pipeline.render.changes import changes, difference
from pipeline.render.html import safe_link, script_json, visible
from pipeline.render.machine import json_ld
from pipeline.render.markdown import tag_name
from pipeline.render.marks import Cell, Flag, Note, Spots, brief_html, cells_of, flags_of, place_flags, spots_of
from pipeline.render.names import HTML_LANGUAGE, NAMES, brief_name, code_name, place_name
from pipeline.render.quotes import Source, claim_anchor
from pipeline.render.strip import lanes, row_anchor
from pipeline.schema import LANGUAGES, SCHEMA_VERSION, Decision, Draft, Language, Run
from pipeline.text import Mark as Marker
from pipeline.text import write_markers

if TYPE_CHECKING:
    from pipeline.render import IndexRow, Server

_TEMPLATES = Path(__file__).parent / "templates"


def _read(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


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
    environment.globals.update(
        style=Markup(_read("style.css")),
        names=NAMES,
        code_name=code_name,
        lang=HTML_LANGUAGE,
        shell=shlex.quote,
        place_name=place_name,
        row_anchor=row_anchor,
        claim_anchor=claim_anchor,
        difference=difference,
        tag_name=tag_name,
        DISCLAIMER=DISCLAIMER,
    )
    return environment


@cache
def _script(*names: str) -> Markup:
    return Markup("".join(map(_read, ("shared.js", *names))))


def _policy(script: str, connect: bool = False) -> str:
    """Nothing is loaded, and nothing runs but the style and the script of this page."""
    allowed = f"style-src {_digest(_read('style.css'))}; script-src {_digest(script)}"
    connections = "connect-src 'self'; " if connect else ""
    return f"default-src 'none'; {allowed}; {connections}base-uri 'none'; form-action 'none'"


# --- a draft ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Row:
    """A field in both languages, side by side, with all that belongs under it; None where an edition lacks it."""

    field: str
    en: Cell | None
    zh: Cell | None
    flags: list[Flag]
    notes: list[Note]
    changes: list[tuple[Language, Markup]]


def _rows(
    draft: Draft,
    cells: dict[Language, dict[str, Cell]],
    flags: Sequence[Flag],
    spots: Spots,
    original: Draft | None,
) -> list[_Row]:
    count = max((len(edition.body) for edition in draft.editions), default=0)
    changed = changes(original, draft) if original else []
    return [
        _Row(
            field=name,
            en=cells.get("en", {}).get(name),
            zh=cells.get("zh", {}).get(name),
            flags=[flag for flag in flags if flag.row == name],
            notes=[
                spot.note
                for language in LANGUAGES
                for _, spot in sorted(spots[language, name].items())
                if spot.note and not spot.flags
            ],
            changes=[(c.language, difference(c.before, c.after)) for c in changed if c.field == name],
        )
        for name in ["title", "lead", *(f"body[{number}]" for number in range(count))]
        if name.startswith("body") or any(name in side for side in cells.values()) or name == "title"
    ]


def draft_page(
    draft: Draft,
    run: Run | None,
    decision: Decision | None,
    original: Draft | None = None,
    server: Server | None = None,
) -> str:
    """`review.html`."""
    source = Source.of(draft)
    flags = flags_of(draft, decision, source)
    spots = spots_of(draft, flags, source)
    cells = {edition.language: cells_of(draft, edition, spots) for edition in draft.editions}
    place_flags(draft, flags, spots, cells)
    rows = _rows(draft, cells, flags, spots, original) if draft.editions else []
    waiting = [flag for flag in flags if flag.open]
    title = next((edition.title for edition in draft.editions if edition.title), brief_name(draft.brief))
    script = _script("review.js", "copy.js")
    return _environment().get_template("review.html").render(
        draft=draft,
        run=run,
        decision=decision,
        standing=standing(draft, decision),
        notices={language: draft_notice(draft, language, decision) for language in LANGUAGES},
        recorded=RECORDED if run and run.replayed else None,
        page_title=f"[{_count(len(waiting), 'flag')}] {title}" if waiting else title,
        aigc=json.dumps(draft.disclosure.AIGC.model_dump(), separators=(",", ":")),
        json_ld=json_ld(draft, decision),
        policy=_policy(script, connect=server is not None),
        script=script,
        data=script_json(_data(draft, server)),
        server=server,
        rows=rows,
        flags=flags,
        waiting=waiting,
        blocking=[flag for flag in waiting if flag.finding.severity == "block"],
        tally=Counter(flag.finding.severity if flag.waiver is None else "waived" for flag in flags),
        lanes=lanes(draft, flags),
        brief_name=brief_name(draft.brief),
        last_head=sum(row.field in ("title", "lead") for row in rows) - 1,
        edited=original is not None,
        repairs=[(repair, place_name(repair.language, repair.field)) for repair in draft.repairs],
        source_link=safe_link(draft.brief.source_url),
        brief=brief_html(draft, flags),
    )  # fmt: skip


def _data(draft: Draft, server: Server | None) -> dict[str, Any]:
    """What the script must know: the draft it decides on, and with a server each text as it is edited."""
    data: dict[str, Any] = {"id": draft.id, "content_sha256": draft.content_sha256, "schema_version": SCHEMA_VERSION}
    if server is None:
        return data
    texts: dict[str, dict[str, str]] = {}
    for edition in draft.editions:
        texts[edition.language] = {name: text for name, text in edition.fields() if not name.startswith("body")}
        for index, paragraph in enumerate(edition.body):
            marks = tuple(Marker(c.start, c.end, c.claims, c.stance == "inference") for c in paragraph.citations)
            texts[edition.language][f"body[{index}]"] = write_markers(paragraph.text, marks)
    return data | {"base": server.base, "token": server.token, "texts": texts}


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


# --- the list of drafts ----------------------------------------------------------------------------------------------


_QUEUES = ("block", "warn", "thin", "clean", "approved", "rejected")


def _queue(row: IndexRow) -> str:
    """In which pile of work a draft lies."""
    if row.review_status in ("approved", "rejected"):
        return row.review_status
    if row.status == "thin":
        return "thin"
    return next((name for name in ("block", "warn") if row.findings.get(name)), "clean")


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
    queues = Counter(_queue(row) for row in rows)
    waiting = len(rows) - queues["approved"] - queues["rejected"]
    script = _script("index.js")
    return _environment().get_template("index.html").render(
        rows=[(row, _queue(row)) for row in ordered],
        queues=[(name, queues[name]) for name in _QUEUES if queues[name]],
        unreadable=unreadable,
        page_title=f"[{waiting} to review] Drafts" if waiting else "Drafts",
        waiting=waiting,
        policy=_policy(script),
        script=script,
        notices=list(dict.fromkeys((row.notice["en"], row.notice["zh"]) for row in ordered))
        if reviewed
        else [(NOTICE["en"], NOTICE["zh"])],
    )  # fmt: skip
