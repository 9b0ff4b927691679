"""The work of `commentary review`: call `pipeline.review` and `pipeline.serve`, print."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from pipeline import review
from pipeline.cli.setup import printable
from pipeline.cli.streams import note, say
from pipeline.errors import BriefError, ReviewError
from pipeline.render import index_row
from pipeline.render.changes import Change, changes, parts
from pipeline.review import Case, Rebuilt, Status
from pipeline.schema import SCHEMA_VERSION, Decision, Finding, Waiver
from pipeline.store import draft_folders, rebuild_index

_PLACES = ("out", "out/demo", ".")
"""Where a name or an id is looked up when no --out is given: where `run` and `demo` write, and the folder one is in."""


def _places(out: str | None) -> list[Path]:
    if out is not None and not Path(out).is_dir():
        raise click.UsageError(f"--out {out}: no such folder. Check the path.")
    return [Path(out)] if out is not None else [path for name in _PLACES if (path := Path(name)).is_dir()]


def located(draft: str, out: str | None) -> Path:
    """The folder of the one draft that is meant. A usage error when there is none, or more."""
    found = review.locate(draft, _places(out))
    if len(found) == 1:
        return found[0]
    if found:
        raise click.UsageError(f"{draft}: means {' and '.join(map(str, found))}. Name the folder.")
    looked = out or "out, out/demo and here"
    raise click.UsageError(
        f"{draft}: no such draft in {looked}. `commentary review list` names them; --out says where."
    )


# --- looking ---------------------------------------------------------------------------------------------------------


def list_(*, out: str, as_json: bool) -> int:
    """Every draft of a folder; 65 when one cannot be read."""
    if not Path(out).is_dir():
        raise click.UsageError(f"{out}: no such folder. Name the output folder of a run.")
    found = list(review.cases(Path(out)))
    known = [case for case in found if isinstance(case, Case)]
    errors = [error for error in found if not isinstance(error, Case)]
    newer = review.superseded(known)
    if as_json:
        rows = [_row(case, newer.get(case.draft.id)) for case in known]
        document = {"schema_version": SCHEMA_VERSION, "drafts": rows, "unreadable": [str(error) for error in errors]}
        say(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        for case in known:
            say(_line(case, newer.get(case.draft.id)))
        if not found:
            say(f"{out}: no drafts yet. Make some: commentary run BRIEFS --out {out}")
        for error in errors:
            note(f"commentary: {error}")
    return BriefError.exit_code if errors else 0


def _row(case: Case, newer: Path | None) -> dict[str, Any]:
    decision = case.decision
    return index_row(case.draft, case.folder.name, decision).model_dump(mode="json") | {
        "review_status": case.standing,
        "content_sha256": case.draft.content_sha256,
        "blocking_open": len(case.blocking),
        "edited": case.edited,
        "untaken": [f"{language}.md" for language in case.untaken],
        "reviewer": decision.reviewer if decision else None,
        "at": decision.at if decision else None,
        "superseded_by": newer.name if newer else None,
    }


def _line(case: Case, newer: Path | None) -> str:
    """Standing, open findings, folder, title, and what a reviewer must know before deciding."""
    waived = case.waivers
    open_ = [finding for finding in case.draft.report.findings if finding.id not in waived]
    warn = sum(finding.severity == "warn" for finding in open_)
    left_out = len(case.draft.report.findings) - len(open_)
    numbers = ((len(case.blocking), "block"), (warn, "warn"), (left_out, "waived"))
    counts = [f"{count} {name}" for count, name in numbers if count]
    said = [", ".join(counts) or "clean"] if case.draft.editions else ["thin"]
    decision = case.decision
    if decision is not None:
        said.append(f"{decision.status} by {printable(decision.reviewer)} on {decision.at[:10]}")
        if decision.content_sha256 != case.draft.content_sha256:
            said.append("the text has changed since")
    if case.untaken:
        names = " and ".join(f"{name}.md" for name in case.untaken)
        said.append(f"{names} edited, not checked yet: commentary review rebuild")
    elif case.edited:
        said.append("edited by a person")
    if newer is not None:
        said.append(f"its brief has changed: {newer.name} is newer")
    return f"{case.standing:<10} {case.folder.name} [{'; '.join(said)}] {_title(case)}".rstrip()


def _title(case: Case) -> str:
    draft = case.draft
    title = next((edition.title for edition in draft.editions if edition.title), draft.brief.title or "")
    return printable(title)


def show(*, draft: str, out: str | None, as_json: bool) -> int:
    """One draft: findings with ids, waivers, the record of decisions."""
    case = review.look(located(draft, out))
    if as_json:
        say(json.dumps(_document(case), ensure_ascii=False, indent=2))
        return 0
    say(_line(case, None))
    say(f"text {case.draft.content_sha256}")
    say(f"page {case.folder / 'review.html'}")
    for finding in case.draft.report.findings:
        say(_finding_line(finding, case.waivers.get(finding.id)))
    for decision in _record(case.decision):
        reason = f": {printable(decision.note)}" if decision.note else ""
        say(f"{decision.at} {decision.status} by {printable(decision.reviewer)}{reason}")
    return 0


def _document(case: Case) -> dict[str, Any]:
    findings = [
        finding.model_dump(mode="json") | {"waiver": case.waivers.get(finding.id)}
        for finding in case.draft.report.findings
    ]
    decision = case.decision.model_dump(mode="json") if case.decision else None
    return {
        "schema_version": SCHEMA_VERSION,
        "draft": _row(case, None),
        "path": str(case.folder),
        "findings": findings,
        "decision": decision,
    }


def _finding_line(finding: Finding, waiver: str | None) -> str:
    text = printable(" ".join(finding.text.split()))
    shown = text if len(text) <= 60 else f"{text[:57]}..."
    waived = f" (waived: {printable(waiver)})" if waiver is not None else ""
    place = f"{finding.language} {finding.field}"
    return f"{finding.id} {finding.severity:<5} {place} {finding.code} {shown}: {printable(finding.reason)}{waived}"


def _record(decision: Decision | None) -> Iterable[Decision]:
    return () if decision is None else (*decision.earlier, decision)


# --- deciding --------------------------------------------------------------------------------------------------------


def decide(
    status: Status,
    *,
    draft: str,
    out: str | None,
    reviewer: str,
    note: str,
    content: str | None,
    waive: Sequence[str] = (),
) -> int:
    """Record a decision on one draft."""
    folder = located(draft, out)
    decision = review.decide(
        folder,
        status,
        reviewer=reviewer,
        at=_now(),
        note=note,
        waivers=[_waiver(given) for given in waive],
        seen=content or "",
    )
    say(_decided(folder, decision))
    return 0


def _now() -> datetime:
    """The time here with its offset: the date that is published is the reviewer's own."""
    return datetime.now().astimezone()


def _waiver(given: str) -> Waiver:
    id, mark, reason = given.partition("=")
    if not mark or not id.strip() or not reason.strip():
        raise click.UsageError(f"--waive {given}: write it as ID=NOTE, the note saying why.")
    return Waiver(finding_id=id.strip(), note=reason)


def _decided(folder: Path, decision: Decision) -> str:
    waived = len(decision.waivers)
    more = f", {waived} finding{'' if waived == 1 else 's'} waived" if waived else ""
    return f"{decision.status:<10} {folder.name} by {printable(decision.reviewer)} on {decision.at}{more}"


def apply(*, files: Sequence[str], out: str | None) -> int:
    """Take in downloaded decisions; one that cannot be taken in is said, the others go on."""
    places, code = _places(out), 0
    for file in files:
        try:
            say(_decided(*review.apply(Path(file), places, now=_now())))
        except (BriefError, ReviewError) as error:
            note(f"commentary: {error}")
            code = error.exit_code
    return code


# --- edits -----------------------------------------------------------------------------------------------------------


def rebuild(*, targets: Sequence[str], out: str | None, quiet: bool) -> int:
    """Take in edits of drafts, or of all drafts of an output folder; one that cannot be taken in is said."""
    code = 0
    folders = _targets(targets, out)
    for folder in folders:
        try:
            rebuilt = review.rebuild(folder)
        except (BriefError, ReviewError) as error:
            note(f"commentary: {error}")
            code = error.exit_code
            continue
        if not quiet:
            _tell(rebuilt)
    for outer in dict.fromkeys(folder.parent for folder in folders):
        review.rebuild_lists(outer)
    for whole in filter(_is_whole, map(Path, targets)):
        rebuild_index(whole)
    return code


def _targets(targets: Sequence[str], out: str | None) -> list[Path]:
    """The drafts that are meant: those named, and all drafts of a folder that is no draft itself."""
    folders: list[Path] = []
    for target in targets:
        path = Path(target)
        folders += [folder.resolve() for folder in draft_folders(path)] if _is_whole(path) else [located(target, out)]
    return list(dict.fromkeys(folders))


def _is_whole(path: Path) -> bool:
    """Whether this is an output folder, not the folder of a draft."""
    return path.is_dir() and not (path / "draft.json").is_file()


def _tell(rebuilt: Rebuilt) -> None:
    """What was taken in, the differences, and where the draft stands now."""
    case = rebuilt.after
    taken = changes(rebuilt.before.draft, case.draft)
    if not (taken or rebuilt.before.untaken):
        return say(f"unchanged  {case.folder.name}")
    void = f"; the approval by {printable(case.decision.reviewer)} is void" if case.decision and rebuilt.voided else ""
    say(f"{_line(case, None)}{void}")
    for change in taken:
        say(f"  {change.language} {change.field}: {_shown(change)}")
    for line in rebuilt.notes:
        say(f"  {line}")
    return None


def _shown(change: Change) -> str:
    """The text with what went as [-...-] and what came as {+...+}."""
    signs = {"equal": "{}", "delete": "[-{}-]", "insert": "{{+{}+}}"}
    return printable("".join(signs[kind].format(text) for kind, text in parts(change.before, change.after)))


# --- pages with buttons ----------------------------------------------------------------------------------------------


def serve(*, out: str, port: int) -> int:
    """Serve the pages until Ctrl-C."""
    from pipeline import serve as pages

    if not Path(out).is_dir():
        raise click.UsageError(f"{out}: no such folder. Name the output folder of a run.")
    note("Only this machine reaches it, by this address alone. Ctrl-C ends it.")
    with contextlib.suppress(KeyboardInterrupt):
        pages.serve(Path(out), port=port, now=_now, started=say)
    return 0
