"""What a person wrote: editions read back from their files, or one field from a page; checked again, labelled, kept.

The draft as the models left it stays beside in `original.json`. An approval of the text before is void by itself: it
holds the hash of what was approved.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pipeline import briefs, store
from pipeline.disclosure import is_label, relabel, standing, strip_own
from pipeline.errors import BriefError, ReviewError
from pipeline.files import atomic_write
from pipeline.render import to_json
from pipeline.render.markdown import FIELDS, ParsedEdition, parse_markdown
from pipeline.review.cases import Case, look, print_again, rebuild_lists
from pipeline.schema import Draft, Edition, Language, Paragraph
from pipeline.stages import revised
from pipeline.text import is_blank, paragraphs, read_markers


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A draft before and after an edit was taken in, and what else is to be said of it."""

    before: Case
    after: Case
    notes: tuple[str, ...] = ()

    @property
    def voided(self) -> bool:
        """Whether there was an approval of the text before, which is void now."""
        return standing(self.before.draft, self.before.decision) == "approved" and self.after.standing == "void"


def rebuild(folder: Path) -> Rebuilt:
    """Read `en.md` and `zh.md` back, check the draft again and print its files; a text nobody touched stays as it is.

    The lists are left to the caller (`rebuild_lists`), who may have many drafts.
    Raises `BriefError` for a file that cannot be read back, `ReviewError` for an edit that cannot be kept,
    `OutputError`, `LockedError`; nothing was written then.
    """
    with store.writing(folder.parent):
        case = look(folder)
        typed = {language: _read(folder, language) for language in case.untaken}
        parsed = {language: _parse(folder, language, raw, case) for language, raw in typed.items()}
        editions, notes = _editions(case, parsed)
        changed = _changed(case, editions["en"], editions["zh"], _tags(case, parsed))
        for language, raw in typed.items():
            if _read(folder, language) != raw:
                raise ReviewError(f"{folder / store.EDITIONS[language]}: was saved while it was read. Run it again.")
        after = _keep(case, changed)
    return Rebuilt(case, after, tuple(notes))


def edit(folder: Path, language: Language, field: str, text: str, *, seen: str) -> Rebuilt:
    """Replace one title, lead or paragraph (with its markers), check the draft again and print its files.

    `seen` is the `content_sha256` of the draft that was edited. Raises `ReviewError` with the reason.
    """
    with store.writing(folder.parent):
        case = look(folder)
        edition = case.draft.en if language == "en" else case.draft.zh
        _refuse_edit(case, edition, field, text, seen)
        assert edition is not None
        markers = frozenset(claim for mark in read_markers(text)[1] for claim in mark.claims)
        typed = revised(edition, field, text, markers)
        body = tuple(p if p in edition.body else _unlabelled(p, language) or p for p in typed.body)
        editions = {e.language: e for e in case.draft.editions} | {language: typed.model_copy(update={"body": body})}
        after = _keep(case, _changed(case, editions.get("en"), editions.get("zh"), case.draft.tags))
    rebuild_lists(folder.parent)
    return Rebuilt(case, after)


# --- reading ---------------------------------------------------------------------------------------------------------


def _read(folder: Path, language: Language) -> bytes:
    path = folder / store.EDITIONS[language]
    try:
        return path.read_bytes()
    except OSError as error:
        raise BriefError(f"{path}: cannot read: {error.strerror or error}. Put it back.") from error


def _parse(folder: Path, language: Language, raw: bytes, case: Case) -> ParsedEdition:
    path = folder / store.EDITIONS[language]
    try:
        parsed = parse_markdown(briefs.decode(raw).text, language)
    except BriefError as error:
        raise BriefError(f"{path}: {error}") from error
    problem = _problem(parsed, case)
    if problem:
        raise ReviewError(f"{path}: {problem}")
    return parsed


_TORN: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"^(?:<{7}|>{7})(?: |$)", re.MULTILINE),
        "a conflict mark of a merge. Keep one of the two texts and take the marks out.",
    ),
    (
        re.compile(r"(?<!\\)[\[【［]\s*[~～]?\s*c\d+(?![^\[\]【［】］\n]*[\]】］])"),
        "a citation marker without its closing bracket. Close it, or take it out.",
    ),
)
"""What stands in a file by mistake and would become text."""


def _problem(parsed: ParsedEdition, case: Case) -> str | None:
    """Why an edit cannot be kept: something in it would be lost, or what an edition needs is not there."""
    front = parsed.front
    for pattern, what in _TORN:
        if torn := pattern.search(parsed.source):
            return f"line {parsed.source.count(chr(10), 0, torn.start()) + 1}: {what}"
    if not front:
        return "does not begin with its front matter. Put it back: title, lead and tags between two lines of ---."
    if missing := next((name for name in ("title", "lead", "tags") if name not in front), None):
        return f"`{missing}` is gone from the front matter. Put the line back."
    if unknown := next((name for name in front if name not in FIELDS), None):
        return f"`{unknown}` in the front matter cannot be kept. Move it elsewhere and try again."
    if parsed.comment:
        return f"line {parsed.comment}: what follows # in the front matter would be lost. Quote the text: '...'."
    if front.get("draft_id", case.draft.id) != case.draft.id:
        return f"is the text of draft {front['draft_id']}, not of {case.draft.id}."
    if is_blank(parsed.edition.title):
        return "has no title. Write one behind `title:`."
    return None if parsed.edition.body else "has no paragraph left. Put the text back, or reject the draft."


def _editions(case: Case, parsed: dict[Language, ParsedEdition]) -> tuple[dict[Language, Edition | None], list[str]]:
    """Both editions as they are to be, without labels that a person wrote into the text or changed there."""
    editions: dict[Language, Edition | None] = {"en": case.draft.en, "zh": case.draft.zh}
    notes = []
    for language, read in parsed.items():
        edition, name = read.edition, store.EDITIONS[language]
        before = {e.language: e.body for e in case.draft.editions}.get(language, ())
        body = tuple(kept for p in edition.body if (kept := p if p in before else _unlabelled(p, language)))
        if body != edition.body:
            notes.append(f"{name}: a label in the text was taken out; it is printed by itself")
        notes += [
            f"{name}: `{label}` was put back: it is not decided here"
            for label in store.relabelled(read, case.draft, case.decision)
        ]
        editions[language] = edition.model_copy(update={"body": body})
    return editions, notes


def _unlabelled(paragraph: Paragraph, language: Language) -> Paragraph | None:
    """A paragraph without labels that stand at its ends; None when there is nothing else in it."""
    text = paragraph.text
    kept, found = (text, False) if is_label(text.strip("*")) else strip_own(text, language)
    if is_label(kept.strip("*")) or not kept:
        return None
    if not found:
        return paragraph
    cut = text.index(kept)
    inside = [one for one in paragraph.citations if cut <= one.start and one.end <= cut + len(kept)]
    moved = (one.model_copy(update={"start": one.start - cut, "end": one.end - cut}) for one in inside)
    return Paragraph(text=kept, citations=tuple(moved))


def _tags(case: Case, parsed: dict[Language, ParsedEdition]) -> tuple[str, ...]:
    """The tags of the edition whose tags were changed."""
    changed = {read.tags for read in parsed.values() if read.tags != case.draft.tags}
    if len(changed) > 1:
        raise ReviewError(f"{case.folder}: the tags of en.md and zh.md were changed differently. Make them agree.")
    return changed.pop() if changed else case.draft.tags


_FIELD = re.compile(r"title|lead|body\[([0-9]{1,6})\]")


def _refuse_edit(case: Case, edition: Edition | None, field: str, text: str, seen: str) -> None:
    if seen != case.draft.content_sha256:
        raise ReviewError("the text has changed since this page was loaded. Load it again; copy what you typed first.")
    if case.untaken:
        names = " and ".join(f"{name}.md" for name in case.untaken)
        raise ReviewError(f"{names} edited, not checked yet: run `commentary review rebuild` on the draft first.")
    place = _FIELD.fullmatch(field)
    if edition is None or place is None or (place[1] and int(place[1]) >= len(edition.body)):
        raise ReviewError("the draft has no such field.")
    if is_blank(read_markers(text)[0]):
        raise ReviewError("the text is empty. To take a paragraph out, edit en.md and zh.md.")
    if len(paragraphs(text.replace("\r\n", "\n"))) > 1:
        raise ReviewError("this field holds one paragraph: take out the blank line.")
    if _unlabelled(Paragraph(text=read_markers(text)[0].strip()), edition.language) is None:
        raise ReviewError("this is a label: labels are printed by themselves.")


# --- keeping ---------------------------------------------------------------------------------------------------------


def _changed(case: Case, en: Edition | None, zh: Edition | None, tags: tuple[str, ...]) -> Draft:
    """The draft with other texts: checked anew, labelled as composite unless it is again as the models left it."""
    from pipeline.checker import check_draft  # costs more to load than a list of drafts to print

    was = case.original or case.draft
    edited = (en, zh, tags) != (was.en, was.zh, was.tags)
    draft = case.draft.model_copy(update={"en": en, "zh": zh, "tags": tags})
    draft = draft.model_copy(update={"disclosure": relabel(draft, edited=edited)})
    return draft.model_copy(update={"report": check_draft(draft)})


def _keep(case: Case, draft: Draft) -> Case:
    """Write the draft as the models left it, then the editions, `draft.json` last.

    Killed in between, the edition's file holds the edit and the next `rebuild` takes it in: no text is lost.
    """
    edited = (draft.en, draft.zh, draft.tags) != (case.draft.en, case.draft.zh, case.draft.tags)
    if edited and case.original is None:
        atomic_write(case.folder / store.ORIGINAL, to_json(case.draft))
    after = Case(case.folder, draft, case.run, case.decision, case.original or (case.draft if edited else None), ())
    print_again(after, case.decision)
    store.reprint(case.folder, ["draft.json"], draft, case.run, case.decision, after.original)
    return after
