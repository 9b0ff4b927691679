"""A draft as text: JSON, Markdown, pages. Every function is pure and gives the same text for the same values.

Lives here: the public printers. Does not: files and folders (`store`), the wording of the labels (`disclosure`).
`markdown` prints the editions and reads them back, `page` lays out the HTML. Imports layers 0 and 1; Jinja2 is loaded
when a page is made and not before.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pipeline.disclosure import DISCLAIMER, Standing, draft_notice, standing
from pipeline.render.markdown import to_markdown
from pipeline.render.names import brief_name
from pipeline.schema import AIGC, LANGUAGES, SCHEMA_VERSION, Decision, Draft, Language, Run, Severity, Value, sha256


class IndexRow(Value):
    """One draft in the lists of an output folder: a line of `drafts.jsonl`, a row of `index.html`."""

    schema_version: int = SCHEMA_VERSION
    id: str
    folder: str
    status: str
    review_status: Standing
    titles: dict[Language, str]
    tags: tuple[str, ...]
    scores: dict[str, int]
    findings: dict[Severity, int]
    published: date | None
    source: str | None
    ai_generated: bool = True
    notice: dict[Language, str]
    disclaimer: dict[Language, str]
    AIGC: AIGC
    digital_source_type: str


class Server(Value):
    """Where a page that is shown by a server sends decisions and edits: address of the draft there, and the token.

    `untaken` names the files that hold an edit which was not checked yet: the page shows the text before it.
    """

    base: str
    token: str
    untaken: tuple[str, ...] = ()


def index_row(draft: Draft, folder: str, decision: Decision | None = None) -> IndexRow:
    """What the lists say of a draft. A thin draft stands under the name of its brief."""
    titles = {edition.language: edition.title for edition in draft.editions}
    if not titles:
        titles = {draft.brief.language: brief_name(draft.brief)}
    severities: tuple[Severity, ...] = ("block", "warn", "info")
    return IndexRow(
        id=draft.id,
        folder=folder,
        status=draft.status,
        review_status=standing(draft, decision),
        titles=titles,
        tags=draft.tags,
        scores={name: score["value"] for name, score in draft.scores.model_dump().items()} if draft.scores else {},
        findings={name: sum(f.severity == name for f in draft.report.findings) for name in severities},
        published=draft.brief.published,
        source=draft.brief.source,
        notice={language: draft_notice(draft, language, decision) for language in LANGUAGES},
        disclaimer=dict(DISCLAIMER),
        AIGC=draft.disclosure.AIGC,
        digital_source_type=draft.disclosure.digital_source_type,
    )


def to_json(value: Value) -> str:
    """A draft, run or decision as it is stored: indented, characters as they are, a newline at the end."""
    return value.model_dump_json(indent=2) + "\n"


def to_html(
    draft: Draft,
    *,
    run: Run | None = None,
    decision: Decision | None = None,
    original: Draft | None = None,
    server: Server | None = None,
) -> str:
    """The page of a draft (`review.html`): one file that requests nothing, for a reviewer without a terminal.

    `original` is the draft before a person edited it; with `server` the page decides and edits instead of offering
    commands.
    """
    from pipeline.render.page import draft_page

    return draft_page(draft, run, decision, original, server)


def index_html(rows: Sequence[IndexRow], *, unreadable: Sequence[str] = ()) -> str:
    """The page of an output folder: every draft, those that need work first, and the folders that cannot be read."""
    from pipeline.render.page import index_page

    return index_page(rows, unreadable)


def layout_sha256() -> str:
    """Hash of everything here that lays a page out: a page made by another version of it is out of date."""
    folder = Path(__file__).parent
    files = sorted([*folder.glob("*.py"), *folder.glob("templates/*")])
    return sha256(b"\0".join(path.read_bytes() for path in files if path.is_file()))


__all__ = ["IndexRow", "Server", "index_html", "index_row", "layout_sha256", "to_html", "to_json", "to_markdown"]
