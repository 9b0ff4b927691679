"""From a brief to a draft: the order of the stages, written once, top to bottom.

Lives here: `produce`, the repair loops and when a brief is too thin. Does not: what a stage asks (`stages`), what is
right (`checker`), where a draft goes (`store`). Imports layers 0 to 2.
"""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pipeline import disclosure, stages
from pipeline.errors import ConfigurationError, Parked
from pipeline.llm import LLM, NotRecorded
from pipeline.schema import Brief, Draft, Edition, Finding, Language, Paragraph, Repair, Report
from pipeline.settings import Settings
from pipeline.stages import Desk, Extraction, Headline, Passage
from pipeline.text import word_count

T = TypeVar("T")

THIN_WORDS = 30
"""A brief with fewer words (Latin words and numbers, plus Han characters) holds no article."""
THIN_CLAIMS = 3
"""An article needs at least this many claims whose quotes are in the brief."""


async def produce(brief: Brief, *, llm: LLM, settings: Settings | None = None) -> Draft:
    """A bilingual, checked, labelled draft of a brief; `status` thin, with the reason, when it holds no article.

    Raises `Parked` when a model's answer cannot be used, `UpstreamError` when the provider fails, `NoMoreCalls` when
    it asks to stay away or a budget is reached, `ConfigurationError`.
    Cancelling it leaves no task behind.
    """
    settings = settings or Settings()
    desk = Desk(brief, llm, settings)

    words = word_count(brief.text)
    if words < THIN_WORDS:
        return await _thin(desk, Extraction((), (), ()), f"the brief has {words} words, an article needs {THIN_WORDS}")
    found = await stages.extract(desk)
    if len(found.claims) < THIN_CLAIMS:
        return await _thin(desk, found, _too_few_claims(found))

    body, notes = await stages.write(desk, found)
    work = Work(desk, found, Edition(language="en", body=body), notes=list(notes))
    await repair(work)  # of the English body; it is frozen from here on

    translated, head = await together(
        _translations(desk, found, work.en.body), stages.headline(desk, found, work.en.body)
    )
    work.add_headline(head)
    work.zh = Edition(language="zh", title=head.titles["zh"], lead=head.leads["zh"], body=tuple(translated))
    report = await repair(work)  # of the Chinese, and of both titles and leads

    return work.draft().model_copy(update={"report": report})


def produce_sync(brief: Brief, *, llm: LLM, settings: Settings | None = None) -> Draft:
    """`produce` for callers without an event loop.

    Calls of a thread share one loop, so that a model's connections, which belong to a loop, serve all of them.
    """
    if not hasattr(_OWN, "runner"):
        _OWN.runner = asyncio.Runner()
        weakref.finalize(_OWN.runner, _OWN.runner.get_loop().close)  # at the end of the thread
    making = produce(brief, llm=llm, settings=settings)
    try:
        draft: Draft = _OWN.runner.run(making)
    finally:
        making.close()  # where a loop runs already it was not begun
    return draft


_OWN = threading.local()


async def check(draft: Draft) -> Report:
    """The checker's report. It takes a while, so it is made in a thread of its own: replies that arrive meanwhile are
    kept at once."""
    return await asyncio.get_running_loop().run_in_executor(_CHECKING, _check, draft)


_CHECKING = ThreadPoolExecutor(max_workers=1, thread_name_prefix="checker")


def _check(draft: Draft) -> Report:
    from pipeline import checker  # here, since it takes longer to load than the first question to ask

    return checker.check_draft(draft)


async def _thin(desk: Desk, found: Extraction, reason: str) -> Draft:
    draft = Draft(
        id=desk.brief.id,
        status="thin",
        thin_reason=reason,
        brief=desk.brief,
        claims=found.claims,
        dropped_claims=found.dropped,
        glossary=found.glossary,
        disclosure=disclosure.label(desk.brief, None, None, tags=(), producer=desk.settings.producer),
    )
    return draft.model_copy(update={"report": await check(draft)})


def _too_few_claims(found: Extraction) -> str:
    quoted, dropped = len(found.claims), len(found.dropped)
    reason = f"the model found {quoted} claims with a quote in the brief, an article needs {THIN_CLAIMS}"
    return f"{reason}; {dropped} more were dropped because the brief does not hold their quotes" if dropped else reason


# --- translations ----------------------------------------------------------------------------------------------------


async def _translations(desk: Desk, found: Extraction, body: Sequence[Paragraph]) -> list[Paragraph]:
    """All paragraphs in Chinese. The first goes ahead, the others follow when it has ended or the head start is over,

    so that they find the prefix they share in the provider's cache.
    """
    ahead = asyncio.create_task(stages.translate(desk, found, body, 0))
    try:
        if desk.settings.head_start:
            await asyncio.wait({ahead}, timeout=desk.settings.head_start)
        rest = (stages.translate(desk, found, body, index) for index in range(1, len(body)))
        return list(await together(_joined(ahead), *rest))
    finally:
        ahead.cancel()


async def _joined(task: asyncio.Task[T]) -> T:
    return await task


async def together(*work: Coroutine[Any, Any, Any]) -> tuple[Any, ...]:
    """Results of coroutines run side by side, in order.

    The first error is raised when all have ended: what the others have asked for is paid for, and kept only when it
    arrives. A wrong set-up, which fails them all, ends them at once.
    """
    errors: list[Exception] = []

    async def ended(coroutine: Coroutine[Any, Any, Any]) -> Any:
        try:
            return await coroutine
        except ConfigurationError:
            raise
        except Exception as error:
            errors.append(error)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(ended(coroutine)) for coroutine in work]
    except BaseExceptionGroup as group_errors:
        raise group_errors.exceptions[0] from None
    if errors:
        raise errors[0]
    return tuple(task.result() for task in tasks)


# --- repair ----------------------------------------------------------------------------------------------------------


@dataclass
class Work:
    """A draft in the making: the editions as they stand, and what was done to them."""

    desk: Desk
    found: Extraction
    en: Edition
    zh: Edition | None = None
    head: Headline | None = None
    repairs: list[Repair] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add_headline(self, head: Headline) -> None:
        self.head = head
        self.en = self.en.model_copy(update={"title": head.titles["en"], "lead": head.leads["en"]})

    def edition(self, language: Language) -> Edition:
        edition = self.en if language == "en" else self.zh
        assert edition is not None
        return edition

    def take(self, edition: Edition) -> None:
        if edition.language == "en":
            self.en = edition
        else:
            self.zh = edition

    def trying(self, edition: Edition) -> Work:
        """A copy with one edition exchanged."""
        trial = replace(self)
        trial.take(edition)
        return trial

    def draft(self) -> Draft:
        """The draft as it stands, not yet with its report."""
        tags = self.head.tags if self.head else ()
        return Draft(
            id=self.desk.brief.id,
            status="complete",
            brief=self.desk.brief,
            claims=self.found.claims,
            dropped_claims=self.found.dropped,
            glossary=self.found.glossary,
            en=self.en,
            zh=self.zh,
            tags=tags,
            unknown_tags=self.head.unknown_tags if self.head else (),
            scores=self.head.scores if self.head else None,
            repairs=tuple(self.repairs),
            notes=tuple(self.notes),
            disclosure=disclosure.label(
                self.desk.brief, self.en, self.zh, tags=tags, producer=self.desk.settings.producer
            ),
        )

    async def report(self) -> Report:
        return await check(self.draft())


async def repair(work: Work) -> Report:
    """Have flagged passages corrected, at most `repair_rounds` times; a repair that makes nothing better is undone.

    Before there is a Chinese edition the English body is repaired, sentence by sentence; after that it is frozen and
    the Chinese paragraphs, titles and leads are repaired as a whole. The report is that of the work as it ends.
    """
    report = await work.report()
    for round in range(1, work.desk.settings.repair_rounds + 1):
        passages = _passages(work, report)
        if not passages:
            return report
        answers = await together(*(_answer(work, passage, round) for passage in passages))
        for passage, answer in zip(passages, answers, strict=True):
            if isinstance(answer, Parked):
                work.notes.append(f"a repair could not be used, the finding stays: {answer}")
            elif answer is not None:
                report = await _try(work, report, passage, answer, round)
    if _passages(work, report):
        work.notes.append(f"repair stopped after {work.desk.settings.repair_rounds} rounds with findings left")
    return report


async def _answer(work: Work, passage: Passage, round: int) -> str | Parked | None:
    """The correction; None when there is no recording of it, the reason when it cannot be used: a finished draft does
    not go to waste for a repair."""
    try:
        return await stages.revise(work.desk, work.found, passage, round=round)
    except NotRecorded:
        return None
    except Parked as error:
        return error


async def _try(work: Work, report: Report, passage: Passage, answer: str, round: int) -> Report:
    """Keep a correction when the whole report gets better by it, undo it otherwise; note it either way."""
    language, name = passage.edition.language, passage.field
    known = frozenset(claim.id for claim in work.found.claims)
    edition = work.edition(language)
    corrected = stages.revised(edition, name, answer, known)
    before, after = dict(edition.fields())[name], dict(corrected.fields()).get(name, "")
    trial = await work.trying(corrected).report()
    kept = after != before and _weight(trial) < _weight(report)
    if kept:
        work.take(corrected)
    work.repairs.append(
        Repair(
            round=round,
            language=language,
            field=name,
            before=before,
            after=after,
            findings=tuple(finding.id for finding in passage.findings),
            kept=kept,
        )
    )
    return trial if kept else report


def _weight(report: Report) -> tuple[int, int]:
    warnings = sum(1 for finding in report.findings if finding.severity == "warn")
    return len(report.blocking), warnings


def _passages(work: Work, report: Report) -> list[Passage]:
    """The fields a model shall correct, in reading order, each with the findings that block in it."""
    found: dict[tuple[Language, str], list[Finding]] = {}
    for finding in report.blocking:
        place = _place(work, finding)
        if place is not None:
            found.setdefault(place, []).append(finding)
    return [_passage(work, language, name, findings) for (language, name), findings in found.items()]


def _place(work: Work, finding: Finding) -> tuple[Language, str] | None:
    """Which field to correct for a finding; None when a model cannot."""
    language, name = finding.language, finding.field
    if work.zh is not None and (finding.code.startswith("parity.") or finding.code == "paragraph.misaligned"):
        language = "zh"  # the English is the original; its counterpart gives way
    if work.zh is not None and language == "en" and name.startswith("body"):
        return None
    return (language, name) if name in dict(work.edition(language).fields()) else None


def _passage(work: Work, language: Language, name: str, findings: list[Finding]) -> Passage:
    edition = work.edition(language)
    other = work.zh if language == "en" else work.en
    return Passage(
        edition=edition,
        field=name,
        marked=_marked_field(edition, name),
        counterpart=_marked_field(other, name) if other is not None and work.zh is not None else "",
        findings=tuple(findings),
        tried=tuple(r.after for r in work.repairs if (r.language, r.field, r.kept) == (language, name, False)),
    )


def _marked_field(edition: Edition, name: str) -> str:
    """A field as a prompt shows it: a paragraph with its markers, "" when the edition has no such field."""
    if name.startswith("body"):
        index = int(name[5:-1])
        return stages.marked(edition.body[index]) if index < len(edition.body) else ""
    return dict(edition.fields()).get(name, "")
