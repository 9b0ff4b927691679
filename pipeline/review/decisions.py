"""Decisions and waivers: what may be decided when, and the record of it.

Two people who decide at once: decisions are made one after the other under the folder's lock. A draft that has a
decision on its text is settled; it takes a `reopened` before another, so the second of two gets a refusal that names
the first, and `decision.json` keeps every decision there was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from pipeline import store
from pipeline.errors import ReviewError
from pipeline.files import atomic_write
from pipeline.render import to_json
from pipeline.review.cases import Case, cases, look, print_again, rebuild_lists
from pipeline.schema import Decision, Waiver
from pipeline.text import without_controls

Status = Literal["approved", "rejected", "reopened"]


def decide(
    folder: Path,
    status: Status,
    *,
    reviewer: str,
    at: datetime,
    note: str = "",
    waivers: Iterable[Waiver] = (),
    seen: str = "",
) -> Decision:
    """Record a decision and print the draft's files with it; what was decided before stays in the record.

    `seen` is the `content_sha256` decided on, or its beginning; another text is refused. The same decision again
    changes nothing. Raises `ReviewError` with the reason when it cannot be made, `BriefError`, `OutputError`,
    `LockedError`.
    """
    made = Decision(
        status=status,
        reviewer=reviewer,
        at=at.isoformat(timespec="seconds"),
        note=note,
        waivers=tuple(waivers),
        content_sha256=seen,
    )
    with store.writing(folder.parent):
        case = look(folder)
        decision = _settle(case, _cleaned(made))
        if decision is not case.decision:
            atomic_write(folder / "decision.json", to_json(decision))
        saved_since = tuple(store.untaken(folder, case.draft, case.run, decision))
        print_again(replace(case, untaken=saved_since), decision)
    rebuild_lists(folder.parent)
    return decision


def apply(path: Path, places: Sequence[Path], *, now: datetime) -> tuple[Path, Decision]:
    """Record the decision in a file that a page gave to download; its draft is found by id, else by content.

    Raises as `decide` does; also when the file is older than the decision on record.
    """
    made = store.load_decision_file(path)
    at = moment(made.at)
    if at is None or at > now + timedelta(days=1):
        raise ReviewError(f"{path}: `at` is {made.at!r}: not an ISO date and time, or in the future. Check the clock.")
    if not _SHA256.fullmatch(made.content_sha256):
        raise ReviewError(f"{path}: content_sha256 is no SHA-256: it does not say which text was decided on.")
    folder = _draft_of(made, path, places)
    known = store.load_decision(folder)
    last = moment(known.at) if known else None
    if known and last and at < last and not _same(known, _cleaned(made)):
        raise ReviewError(
            f"{path}: made on {made.at}, before {known.reviewer} {known.status} the draft on {known.at}. Decide again."
        )
    decision = decide(
        folder,
        made.status,
        reviewer=made.reviewer,
        at=at,
        note=made.note,
        waivers=made.waivers,
        seen=made.content_sha256,
    )
    return folder, decision


def _draft_of(made: Decision, path: Path, places: Sequence[Path]) -> Path:
    if made.draft_id:
        found = [folder for place in places if (folder := store.find(place, made.draft_id))]
    else:
        known = [case for place in places for case in cases(place) if isinstance(case, Case)]
        found = [case.folder for case in known if case.draft.content_sha256 == made.content_sha256]
    folders = list(dict.fromkeys(folder.resolve() for folder in found))
    if len(folders) == 1:
        return folders[0]
    looked = ", ".join("this folder" if str(place) == "." else str(place) for place in places)
    what = f"draft {made.draft_id}" if made.draft_id else "draft with the text it was made on"
    if not folders:
        raise ReviewError(f"{path}: no {what} in {looked}: name its output folder with --out; or it was edited since.")
    raise ReviewError(f"{path}: {len(folders)} drafts fit. Decide with commentary review approve or reject instead.")


def moment(text: str) -> datetime | None:
    """A point in time from an ISO date, with or without time and offset (then UTC); None when it is not one."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


_LONGEST_NAME, _LONGEST_NOTE = 200, 4000
_SHORTEST_SEEN = 8
_SHA256 = re.compile(r"[0-9a-f]{64}")


def _cleaned(made: Decision) -> Decision:
    """The decision with its texts on one line, or as a note; refused when one is missing or too long."""
    reviewer = " ".join("".join(c for c in made.reviewer if c.isprintable() or c.isspace()).split())
    if not reviewer:
        raise ReviewError("a decision needs the reviewer's name.")
    if made.status == "rejected" and not made.note.strip():
        raise ReviewError("a rejection needs a note that says why.")
    waivers = tuple(Waiver(finding_id=w.finding_id.strip(), note=_note(w.note)) for w in made.waivers)
    empty = next((waiver.finding_id for waiver in waivers if not waiver.note), None)
    if empty is not None:
        raise ReviewError(f"waiver {empty}: needs a note that says why.")
    if len(reviewer) > _LONGEST_NAME:
        raise ReviewError(f"the reviewer's name has more than {_LONGEST_NAME} characters.")
    return made.model_copy(update={"reviewer": reviewer, "note": _note(made.note), "waivers": waivers})


def _note(text: str) -> str:
    note = without_controls(text).strip()
    if len(note) > _LONGEST_NOTE:
        raise ReviewError(f"a note has more than {_LONGEST_NOTE} characters.")
    return note


def _settle(case: Case, made: Decision) -> Decision:
    """The decision as it is recorded: on this draft's text, with the waivers in force and all earlier decisions."""
    seen = made.content_sha256
    _refuse_other_text(case, seen)
    given = case.waivers | {waiver.finding_id: waiver.note for waiver in made.waivers}
    made = made.model_copy(
        update={
            "draft_id": case.draft.id,
            "content_sha256": case.draft.content_sha256,
            "waivers": tuple(Waiver(finding_id=id, note=note) for id, note in given.items()),
        }
    )
    if case.decision is not None and _same(case.decision, made):
        return case.decision
    _refuse_settled(case, made.status)
    _refuse_unknown(case, made.waivers)
    if made.status == "approved":
        _refuse_unfit(case, frozenset(given))
    past = case.decision
    earlier = (*past.earlier, past.model_copy(update={"earlier": ()})) if past else ()
    return made.model_copy(update={"earlier": earlier})


def _same(known: Decision, made: Decision) -> bool:
    """Whether a decision is the one on record, given again: a page sent twice, a file taken in twice."""
    same = ("status", "reviewer", "note", "content_sha256")
    return all(getattr(known, name) == getattr(made, name) for name in same) and (
        {w.finding_id: w.note for w in made.waivers}.items() <= {w.finding_id: w.note for w in known.waivers}.items()
    )


def _refuse_other_text(case: Case, seen: str) -> None:
    now = case.draft.content_sha256
    if seen and len(seen) < _SHORTEST_SEEN:
        raise ReviewError(f"--content needs {_SHORTEST_SEEN} characters or more of the text's SHA-256.")
    if seen and not now.startswith(seen.lower()):
        raise ReviewError(
            f"the text has changed since it was looked at (it was {seen[:12]}, it is {now[:12]}). Look at it again."
        )


def _refuse_settled(case: Case, status: Status) -> None:
    decision = case.decision
    if status == "reopened":
        if decision is None or decision.status == "reopened":
            raise ReviewError("there is no decision to take back.")
    elif decision is not None and case.settled:
        raise ReviewError(f"{decision.reviewer} {decision.status} it on {decision.at}. Reopen it to decide anew.")


def _refuse_unknown(case: Case, waivers: Iterable[Waiver]) -> None:
    known = {finding.id for finding in case.draft.report.findings}
    unknown = next((waiver.finding_id for waiver in waivers if waiver.finding_id not in known), None)
    if unknown is not None:
        raise ReviewError(f"waiver {unknown}: the draft has no such finding. `commentary review show` lists the ids.")


def _refuse_unfit(case: Case, waived: frozenset[str]) -> None:
    """What has no text, an edit that was not checked, or a blocking finding nobody waived cannot be approved."""
    if not case.draft.editions:
        raise ReviewError(f"there is no article to approve: {case.draft.thin_reason or 'the draft is thin'}.")
    if case.untaken:
        raise ReviewError(f"{' and '.join(f'{name}.md' for name in case.untaken)} edited, not checked yet: {REBUILD}.")
    left = [finding for finding in case.draft.report.blocking if finding.id not in waived]
    if left:
        shown = "; ".join(f"{f.id} {f.code} {' '.join(f.text.split())[:40]!r}" for f in left[:5])
        more = f" and {len(left) - 5} more" if len(left) > 5 else ""
        count = "1 blocking finding is" if len(left) == 1 else f"{len(left)} blocking findings are"
        raise ReviewError(f"{count} open: {shown}{more}. Fix the text, or waive each: --waive ID=NOTE.")


REBUILD = "run `commentary review rebuild` on the draft first"
