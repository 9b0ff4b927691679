"""Approved drafts for publishing, with every label: Hugo, plain JSON, Atom, JSON Feed.

Lives here: what may be exported and what each format holds. Does not: the text between its labels (`render`), the
wording of the labels (`disclosure`), what can be typed (`cli`). Imports layers 0 to 4.

The same drafts give the same files: nothing here depends on the clock. Visible labels stand once in each text, also in
each item of a feed; an item has no summary, which some readers would show without its label.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import unquote
from xml.etree import ElementTree

from pipeline import review
from pipeline.disclosure import DISCLAIMER, RECORDED, SCHEMA_ORG, draft_notice, produced_by
from pipeline.errors import ConfigurationError, ReviewError
from pipeline.files import atomic_write
from pipeline.render.html import escaped, safe_link, visible
from pipeline.render.markdown import published_markdown, tag_name
from pipeline.render.names import HTML_LANGUAGE
from pipeline.review import Case, moment
from pipeline.schema import AIGC, SCHEMA_VERSION, Decision, Edition, Language

FormatName = Literal["hugo", "json", "atom", "jsonfeed"]


@dataclass(frozen=True, slots=True)
class Options:
    """How to export. `keys` renames fields of `hugo` and `json`; `url` is where the folder will be served."""

    format: FormatName
    producer: str = ""
    allow_unreviewed: bool = False
    keys: Mapping[str, str] = field(default_factory=dict)
    url: str = ""


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

    @property
    def urn(self) -> str:
        """An id that stays when the draft is made or exported again."""
        return _urn(self.aigc.ProduceID, self.language)


def _urn(*parts: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_OID, "news-commentary/" + "/".join(parts)).urn


def articles(case: Case, options: Options) -> list[Article]:
    """Both editions of a draft, when it may be published.

    Raises `ReviewError` with the reason when it may not, `ConfigurationError` when nobody is named as its producer.
    """
    _refuse_unapproved(case, options.allow_unreviewed)
    aigc = produced_by(case.draft.disclosure.AIGC, options.producer)
    if not aigc.ContentProducer:
        raise ConfigurationError(
            "producer is not set: who publishes must stand in the AI label (ContentProducer). "
            'Set producer = "..." in commentary.toml, COMMENTARY_PRODUCER, or --producer.'
        )
    record = (*case.decision.earlier, case.decision) if case.decision else ()
    approvals = [at for one in record if one.status == "approved" and (at := moment(one.at))]
    made = moment(case.run.started) or datetime.fromtimestamp(0, UTC)
    first, last = (approvals[0], approvals[-1]) if approvals and case.standing == "approved" else (made, made)
    return [Article(case, edition, aigc, first, last) for edition in case.draft.editions]


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


def export(articles: Sequence[Article], to: Path, options: Options) -> list[Path]:
    """Write the articles in a format to a folder and return the files. Raises `OutputError`, `ConfigurationError`."""
    written = []
    for name, text in _FORMATS[options.format](articles, options):
        atomic_write(to / name, text)
        written.append(to / name)
    return written


# --- one file an edition: front matter or JSON -----------------------------------------------------------------------

LABELS = frozenset({"ai_generated", "AIGC", "aigc_json", "digital_source_type", "notice", "disclaimer", "review"})
"""Fields that keep their names: what reads the labels looks for these."""


def fields(article: Article) -> dict[str, Any]:
    """What is said of an article besides its text; what is no word of Hugo's stands under `params`."""
    case, edition = article.case, article.edition
    return {
        "title": edition.title,
        "date": article.date.isoformat(),
        "lastmod": article.updated.isoformat(),
        "draft": article.decision is None,
        "description": edition.lead,
        "tags": [tag_name(tag, edition.language) for tag in case.draft.tags],
        "translationKey": case.draft.id,
        "params": {
            **labels(article),
            "source": case.draft.brief.source,
            "source_url": safe_link(case.draft.brief.source_url),
        },
    }


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
        "review": {
            "status": article.case.standing,
            "reviewer": decision.reviewer if decision else None,
            "at": decision.at if decision else None,
            "content_sha256": article.case.draft.content_sha256,
        },
    }


def renamed(found: Mapping[str, Any], keys: Mapping[str, str]) -> dict[str, Any]:
    """The fields under the names a site generator wants; `params` renamed to nothing lifts its fields up.

    Raises `ConfigurationError` for a name that is no field, a label, or taken.
    """
    inside = found["params"]
    for old, new in keys.items():
        if old in LABELS:
            raise ConfigurationError(f"--key {old}={new}: {old} is a label and keeps its name.")
        if old not in found and old not in inside:
            known = ", ".join(name for name in (*found, *inside) if name not in LABELS)
            raise ConfigurationError(f"--key {old}={new}: there is no field {old}. Fields: {known}.")
        if not re.fullmatch(r"[^\W\d][\w.-]*", new) and (old, new) != ("params", ""):
            raise ConfigurationError(f"--key {old}={new}: name it with letters, digits, - and _.")
    outer = [(keys.get(name, name), value) for name, value in found.items() if name != "params"]
    inner = [(keys.get(name, name), value) for name, value in inside.items()]
    params = keys.get("params", "params")
    pairs = [*outer, (params, dict(inner))] if params else [*outer, *inner]
    if len(dict(pairs)) < len(pairs) or len(dict(inner)) < len(inner):
        raise ConfigurationError("--key: two fields would have one name.")
    return dict(pairs)


File = tuple[str, str]


def _hugo(found: Sequence[Article], options: Options) -> list[File]:
    return [
        (
            f"{article.case.folder.name}.{article.language}.md",
            published_markdown(
                article.case.draft,
                article.language,
                renamed(fields(article), options.keys),
                run=article.case.run,
                decision=article.decision,
            ),
        )
        for article in found
    ]


def _json(found: Sequence[Article], options: Options) -> list[File]:
    return [(f"{article.case.folder.name}.{article.language}.json", _document(article, options)) for article in found]


def _document(article: Article, options: Options) -> str:
    """`paragraphs` is the whole text with its labels, one string a paragraph; `html` the same as HTML."""
    kind = article.case.draft.disclosure.digital_source_type
    document = {
        "schema_version": SCHEMA_VERSION,
        "language": HTML_LANGUAGE[article.language],
        **renamed(fields(article), options.keys),
        "notice": article.paragraphs[0],
        "disclaimer": DISCLAIMER[article.language],
        "digitalSourceType": SCHEMA_ORG.get(kind),
        "paragraphs": article.paragraphs,
        "html": article.html,
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


# --- one file a language: feeds --------------------------------------------------------------------------------------


class _Feed(NamedTuple):
    """A language's articles, newest first, and what a feed says of itself."""

    language: Language
    articles: list[Article]
    title: str
    producer: str


_TITLES: dict[Language, str] = {"en": "{producer}: commentary", "zh": "{producer}：评论"}


def _feeds(found: Sequence[Article]) -> list[_Feed]:
    feeds = []
    for language, title in _TITLES.items():
        mine = [article for article in found if article.language == language]
        mine.sort(key=lambda article: (article.updated, article.urn), reverse=True)
        if mine:
            producer = unquote(mine[0].aigc.ContentProducer)
            feeds.append(_Feed(language, mine, title.format(producer=producer), producer))
    return feeds


def _address(options: Options, name: str) -> str | None:
    return f"{options.url.rstrip('/')}/{name}" if options.url else None


def _jsonfeed(found: Sequence[Article], options: Options) -> list[File]:
    """JSON Feed 1.1 (jsonfeed.org/version/1.1); ours under `_news_commentary`."""
    files = []
    for feed in _feeds(found):
        name = f"feed.{feed.language}.json"
        document = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": feed.title,
            **({"feed_url": address} if (address := _address(options, name)) else {}),
            "language": HTML_LANGUAGE[feed.language],
            "authors": [{"name": feed.producer}],
            "items": [_item(article) for article in feed.articles],
        }
        files.append((name, json.dumps(document, ensure_ascii=False, indent=2) + "\n"))
    return files


def _item(article: Article) -> dict[str, Any]:
    return {
        "id": article.urn,
        "title": visible(article.edition.title),
        "content_html": article.html,
        "date_published": article.date.isoformat(),
        "date_modified": article.updated.isoformat(),
        "language": HTML_LANGUAGE[article.language],
        "tags": [tag_name(tag, article.language) for tag in article.case.draft.tags],
        "_news_commentary": labels(article)
        | {
            "translation_key": article.case.draft.id,
            "is_based_on": safe_link(article.case.draft.brief.source_url),
        },
    }


_ATOM = "http://www.w3.org/2005/Atom"
_OURS = "urn:news-commentary:labels"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _atom(found: Sequence[Article], options: Options) -> list[File]:
    """Atom (RFC 4287); the labels as categories and as elements of a namespace of our own."""
    ElementTree.register_namespace("", _ATOM)
    ElementTree.register_namespace("nc", _OURS)
    files = []
    for feed in _feeds(found):
        name = f"feed.{feed.language}.atom"
        root = ElementTree.Element(f"{{{_ATOM}}}feed", {"xml:lang": HTML_LANGUAGE[feed.language]})
        _add(root, "id", _urn("feed", feed.producer, feed.language))
        _add(root, "title", feed.title)
        _add(root, "updated", feed.articles[0].updated.isoformat())
        _add(_add(root, "author"), "name", feed.producer)
        _add(root, "generator", "news-commentary")
        if address := _address(options, name):
            _add(root, "link", rel="self", type="application/atom+xml", href=address)
        for article in feed.articles:
            _entry(root, article)
        ElementTree.indent(root)
        files.append((name, f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(root, "unicode")}\n'))
    return files


def _entry(root: ElementTree.Element, article: Article) -> None:
    entry = _add(root, "entry")
    draft, decision = article.case.draft, article.decision
    _add(entry, "id", article.urn)
    _add(entry, "title", article.edition.title)
    _add(entry, "published", article.date.isoformat())
    _add(entry, "updated", article.updated.isoformat())
    if decision:
        _add(_add(entry, "contributor"), "name", decision.reviewer)
    if source := safe_link(draft.brief.source_url):
        _add(entry, "link", rel="via", href=source)
    for tag in draft.tags:
        _add(entry, "category", term=tag, label=tag_name(tag, article.language))
    scheme, _, term = draft.disclosure.digital_source_type.rpartition("/")
    _add(entry, "category", scheme=f"{scheme}/", term=term)
    for name, value in (labels(article) | {"translation_key": draft.id}).items():
        if name not in ("aigc_json", "models", "prompt_versions"):
            shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            _add(entry, f"{{{_OURS}}}{name}", shown)
    _add(entry, "content", article.html, type="html")


def _add(parent: ElementTree.Element, name: str, text: str | None = None, **attributes: str) -> ElementTree.Element:
    """A child with text that XML can hold, whatever it was."""
    tag = name if name.startswith("{") else f"{{{_ATOM}}}{name}"
    child = ElementTree.SubElement(parent, tag, {key: _xml(value) for key, value in attributes.items()})
    child.text = None if text is None else _xml(text)
    return child


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", str(visible(text)))


_FORMATS: dict[FormatName, Callable[[Sequence[Article], Options], list[File]]] = {
    "hugo": _hugo,
    "json": _json,
    "atom": _atom,
    "jsonfeed": _jsonfeed,
}


def newest(cases: Sequence[Case]) -> list[Case]:
    """The drafts without those whose source has a newer one among them."""
    older = review.superseded(cases)
    return [case for case in cases if case.draft.id not in older]
