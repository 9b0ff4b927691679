"""One file an edition: Hugo's Markdown with front matter, and plain JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.disclosure import DISCLAIMER, SCHEMA_ORG
from pipeline.errors import ConfigurationError
from pipeline.export.articles import Article, File, FormatName, Options, labels
from pipeline.render.html import safe_link
from pipeline.render.markdown import published_markdown, tag_name
from pipeline.render.names import HTML_LANGUAGE
from pipeline.review import Case
from pipeline.schema import LANGUAGES, SCHEMA_VERSION, Language

_LABELS = frozenset("ai_generated AIGC aigc_json digital_source_type notice disclaimer review_status review".split())
"""Fields that keep their names: what reads the labels looks for these."""
_TAKEN = frozenset({"schema_version", "language", "digitalSourceType", "paragraphs", "html"})


class BadKey(ConfigurationError):
    """A field cannot be renamed as asked."""


def _fields(article: Article) -> dict[str, Any]:
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
            "source_date": case.draft.brief.published.isoformat() if case.draft.brief.published else None,
        },
    }


def _renamed(found: Mapping[str, Any], keys: Mapping[str, str]) -> dict[str, Any]:
    """The fields under the names a site generator wants; `params` renamed to nothing lifts its fields up.

    Raises `BadKey` for a name that is no field, a label, or taken.
    """
    inside = found["params"]
    for old, new in keys.items():
        if old in _LABELS:
            raise BadKey(f"--key {old}={new}: {old} is a label and keeps its name.")
        if old not in found and old not in inside:
            known = ", ".join(name for name in (*found, *inside) if name not in _LABELS)
            raise BadKey(f"--key {old}={new}: there is no field {old}. Fields: {known}.")
        if new in _LABELS | _TAKEN:
            raise BadKey(f"--key {old}={new}: the name {new} is taken.")
        if not re.fullmatch(r"[^\W\d][\w.-]*", new) and (old, new) != ("params", ""):
            raise BadKey(f"--key {old}={new}: name it with letters, digits, - and _.")
    outer = [(keys.get(name, name), value) for name, value in found.items() if name != "params"]
    inner = [(keys.get(name, name), value) for name, value in inside.items()]
    params = keys.get("params", "params")
    pairs = [*outer, (params, dict(inner))] if params else [*outer, *inner]
    if len(dict(pairs)) < len(pairs) or len(dict(inner)) < len(inner):
        raise BadKey("--key: two fields would have one name.")
    return dict(pairs)


def _name(case: Case, language: Language, ending: str) -> str:
    return f"{case.folder.name}.{language}.{ending}"


def names(case: Case, format: FormatName) -> list[str]:
    """The files that a draft has in a format; none in a feed."""
    ending = {"hugo": "md", "json": "json"}.get(format)
    return [_name(case, language, ending) for language in LANGUAGES] if ending else []


def hugo(found: Sequence[Article], options: Options) -> list[File]:
    """Markdown as Hugo reads it: the language in the file's name, both tied by `translationKey`."""
    return [
        (
            _name(article.case, article.language, "md"),
            published_markdown(
                article.case.draft,
                article.language,
                _renamed(_fields(article), options.keys),
                run=article.case.run,
                decision=article.decision,
            ),
        )
        for article in found
    ]


def plain_json(found: Sequence[Article], options: Options) -> list[File]:
    """The same fields as JSON, with the whole text."""
    return [(_name(article.case, article.language, "json"), _document(article, options)) for article in found]


def _document(article: Article, options: Options) -> str:
    """`paragraphs` is the whole text with its labels, one string a paragraph; `html` the same as HTML."""
    kind = article.case.draft.disclosure.digital_source_type
    document = {
        "schema_version": SCHEMA_VERSION,
        "language": HTML_LANGUAGE[article.language],
        **_renamed(_fields(article), options.keys),
        "notice": article.paragraphs[0],
        "disclaimer": DISCLAIMER[article.language],
        "digitalSourceType": SCHEMA_ORG.get(kind),
        "paragraphs": article.paragraphs,
        "html": article.html,
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
