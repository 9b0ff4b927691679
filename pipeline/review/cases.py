"""One draft as its reviewer finds it, the drafts of an output folder, and finding one by name or id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline import store
from pipeline.disclosure import COMPOSITE, Standing, standing
from pipeline.errors import BriefError
from pipeline.schema import Decision, Draft, Finding, Language, Run

Status = Literal["approved", "rejected", "reopened"]


@dataclass(frozen=True, slots=True)
class Case:
    """One draft as its reviewer finds it. `original` is the draft as the models left it, when a person edited it since;
    `untaken` names the editions whose files hold an edit that `rebuild` has not taken in."""

    folder: Path
    draft: Draft
    run: Run
    decision: Decision | None
    original: Draft | None
    untaken: tuple[Language, ...]

    @property
    def standing(self) -> Standing:
        """Where the review stands. An approval is void from the moment a person saves an edit, taken in or not."""
        now = standing(self.draft, self.decision)
        return "void" if now == "approved" and self.untaken else now

    @property
    def edited(self) -> bool:
        """Whether the text is no longer as the models left it."""
        return self.draft.disclosure.digital_source_type == COMPOSITE

    @property
    def settled(self) -> bool:
        """Whether there is a decision on this very text, which stands until it is reopened."""
        decision = self.decision
        return (
            decision is not None
            and decision.status != "reopened"
            and decision.content_sha256 == self.draft.content_sha256
        )

    @property
    def waivers(self) -> dict[str, str]:
        """Finding id and note of the waivers in force: one lapses when the finding's sentence changes; one without a
        note, from a file made by hand, waives nothing."""
        waivers = self.decision.waivers if self.decision else ()
        given = {waiver.finding_id: waiver.note for waiver in waivers if waiver.note.strip()}
        return {finding.id: given[finding.id] for finding in self.draft.report.findings if finding.id in given}

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """The findings that keep it from an approval: blocking and not waived."""
        return tuple(finding for finding in self.draft.report.blocking if finding.id not in self.waivers)


def look(folder: Path) -> Case:
    """The draft of a folder as its reviewer finds it. Raises `BriefError` when it cannot be read."""
    draft, run, decision = store.load(folder), store.load_run(folder), store.load_decision(folder)
    untaken = tuple(store.untaken(folder, draft, run, decision))
    return Case(folder, draft, run, decision, store.load_original(folder), untaken)


def cases(out: Path) -> Iterator[Case | BriefError]:
    """Every draft of an output folder, by folder name; the error of one that cannot be read stands in its place."""
    for folder in store.draft_folders(out):
        try:
            yield look(folder)
        except BriefError as error:
            yield error


def locate(name: str, places: Sequence[Path]) -> list[Path]:
    """The folders that a draft's folder, a file in it, its name or its id may mean; the last two are looked up."""
    path = Path(name)
    direct = path.parent if path.is_file() else path
    if (direct / "draft.json").is_file():
        return [direct.resolve()]
    if Path(name).name != name:
        return []
    found = (place / name if (place / name / "draft.json").is_file() else store.find(place, name) for place in places)
    return list(dict.fromkeys(folder.resolve() for folder in found if folder is not None))


def superseded(known: Iterable[Case]) -> dict[str, Path]:
    """By draft id: the folder of the newest draft made of the same source after its brief was changed."""
    newest: dict[str, Case] = {}
    listed = [case for case in known if case.draft.brief.origin is not None]
    for case in sorted(listed, key=lambda case: case.run.started):
        newest[str(case.draft.brief.origin)] = case
    return {
        case.draft.id: last.folder
        for case in listed
        if (last := newest[str(case.draft.brief.origin)]).draft.id != case.draft.id
    }


# --- writing ---------------------------------------------------------------------------------------------------------


def print_again(case: Case, decision: Decision | None) -> None:
    """Print the files that show a decision, but none that a person has under edit. Under `store.writing` only."""
    names = {*store.EDITIONS.values(), "review.html"} - {store.EDITIONS[language] for language in case.untaken}
    store.reprint(case.folder, names, case.draft, case.run, decision, case.original if case.edited else None)


def rebuild_lists(out: Path) -> None:
    """Make the lists right, where there are any: a draft's folder may stand alone."""
    if (out / "drafts.jsonl").is_file():
        store.rebuild_index(out)
