"""One edition of a draft as it is published, whether it may be, and the labels that machines read."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from pipeline import review
from pipeline.disclosure import DISCLAIMER, RECORDED, draft_notice, produced_by
from pipeline.errors import ConfigurationError, ReviewError
from pipeline.render.html import escaped
from pipeline.review import Case, moment
from pipeline.schema import AIGC, Decision, Edition, Language

FormatName = Literal["hugo", "json", "atom", "jsonfeed"]
File = tuple[str, str]
"""Name and text."""


EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Options:
    """How to export. `keys` renames fields of `hugo` and `json`; `url` is where the folder will be served, `home` the
    site that the feeds are of, `link` the address of an article there with `{name}`, `{id}` and `{language}`. `decided`
    is the last decision there was, for a feed that holds nothing."""

    format: FormatName
    producer: str = ""
    allow_unreviewed: bool = False
    keys: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    home: str = ""
    link: str = ""
    decided: datetime = EPOCH


@dataclass(frozen=True, slots=True)
class Article:
    """One edition of a draft as it is published. `date` is the first approval of the draft, `updated` the last."""

    case: Case
    edition: Edition
    aigc: AIGC
    date: datetime
    updated: datetime

    @property
    def language(self) -> Language:
        """The language of the edition."""
        return self.edition.language

    @property
    def decision(self) -> Decision | None:
        """The approval, None when the draft has none."""
        return self.case.decision if self.case.standing == "approved" else None

    @property
    def paragraphs(self) -> list[str]:
        """The whole text that a reader sees under the title: the labels once each around lead and body."""
        notice = draft_notice(self.case.draft, self.language, self.decision)
        recorded = [RECORDED[self.language]] if self.case.run.replayed else []
        lead = [self.edition.lead] if self.edition.lead else []
        body = [paragraph.text for paragraph in self.edition.body]
        return [notice, *recorded, *lead, *body, DISCLAIMER[self.language]]

    @property
    def html(self) -> str:
        """The same as HTML."""
        return "".join(f"<p>{escaped(text)}</p>\n" for text in self.paragraphs)

    def address(self, link: str) -> str | None:
        """Where a site shows the article, by the pattern of its addresses; None without one."""
        names = {"name": self.case.folder.name, "id": self.case.draft.id, "language": self.language}
        return link.format_map(names) if link else None

    @property
    def urn(self) -> str:
        """An id that stays when the draft is made or exported again."""
        return urn_of(self.aigc.ProduceID, self.language)


def urn_of(*parts: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_OID, "news-commentary/" + "/".join(parts)).urn


def articles(case: Case, options: Options) -> list[Article]:
    """Both editions of a draft, when it may be published.

    Raises `ReviewError` with the reason when it may not, `ConfigurationError` when nobody is named as its producer.
    """
    _refuse_unapproved(case, options.allow_unreviewed)
    aigc = produced_by(case.draft.disclosure.AIGC, options.producer)
    producer_named(aigc.ContentProducer)
    record = (*case.decision.earlier, case.decision) if case.decision else ()
    approvals = [at for one in record if one.status == "approved" and (at := moment(one.at))]
    made = moment(case.run.started) or EPOCH
    first, last = (approvals[0], approvals[-1]) if approvals and case.standing == "approved" else (made, made)
    return [Article(case, edition, aigc, first, last) for edition in case.draft.editions]


def producer_named(producer: str) -> None:
    """Raises `ConfigurationError` when nobody is named as the producer."""
    if not producer.strip():
        raise ConfigurationError(
            "producer is not set: who publishes must stand in the AI label (ContentProducer). "
            'Set producer = "..." in commentary.toml, COMMENTARY_PRODUCER, or --producer.'
        )


def _refuse_unapproved(case: Case, allow_unreviewed: bool) -> None:
    name, decision = case.folder.name, case.decision
    if not case.draft.editions:
        raise ReviewError(f"{name}: there is no article: {case.draft.thin_reason or 'the draft is thin'}.")
    if case.untaken:
        files = " and ".join(f"{language}.md" for language in case.untaken)
        raise ReviewError(f"{name}: {files} edited, not checked yet. Run `commentary review rebuild`, then approve it.")
    if case.standing == "rejected" and decision is not None:
        raise ReviewError(f"{name}: {decision.reviewer} rejected it on {decision.at}.")
    if case.standing == "approved" and case.blocking:
        raise ReviewError(f"{name}: {len(case.blocking)} blocking findings were found since its approval. Reopen it.")
    if case.standing != "approved" and not allow_unreviewed:
        why = "its text has changed since the approval" if case.standing == "void" else f"it is {case.standing}"
        raise ReviewError(f"{name}: not approved: {why}. Approve it, or export it as a draft: --allow-unreviewed.")


def newest(cases: Sequence[Case]) -> list[Case]:
    """The drafts without those whose source has a newer one among them."""
    older = review.superseded(cases)
    return [case for case in cases if case.draft.id not in older]


def labels(article: Article) -> dict[str, Any]:
    """The labels for machines, and the record of the review: who, when, and of which text."""
    run, decision = article.case.run, article.decision
    aigc = article.aigc.model_dump()
    return {
        "ai_generated": True,
        "AIGC": aigc,
        "aigc_json": json.dumps(aigc, separators=(",", ":")),
        "digital_source_type": article.case.draft.disclosure.digital_source_type,
        "models": list(run.models),
        "prompt_versions": dict(run.prompts),
        "generated_at": run.started,
        "review_status": article.case.standing,
        "review": {
            "status": article.case.standing,
            "reviewer": decision.reviewer if decision else None,
            "at": decision.at if decision else None,
            "content_sha256": article.case.draft.content_sha256,
        },
    }
