"""What a page says to machines: schema.org's words for the draft and its source, as JSON-LD.

Lives here: the JSON-LD. Does not: the values of the labels (`disclosure`). Imports layers 0 and 1.
"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from pipeline.disclosure import SCHEMA_ORG, standing
from pipeline.render.html import safe_link, script_json
from pipeline.render.markdown import tag_name
from pipeline.render.names import HTML_LANGUAGE
from pipeline.schema import LANGUAGES, Decision, Draft


def json_ld(draft: Draft, decision: Decision | None) -> Markup | None:
    """schema.org's words for what this is, for machines that read pages."""
    if not draft.editions:
        return None
    brief = draft.brief
    source = {
        "@type": "CreativeWork",
        "name": brief.title or brief.source or "News brief",
        "url": safe_link(brief.source_url),
    }
    shared: dict[str, Any] = {
        "@type": "AnalysisNewsArticle",
        "isBasedOn": {key: value for key, value in source.items() if value},
        "digitalSourceType": SCHEMA_ORG.get(draft.disclosure.digital_source_type),
        "author": {"@type": "SoftwareApplication", "name": "news-commentary", "applicationCategory": "AI writer"},
    }
    if decision and standing(draft, decision) == "approved":
        shared["contributor"] = {"@type": "Person", "name": decision.reviewer}
    articles = [
        shared
        | {"@id": f"#{edition.language}", "inLanguage": HTML_LANGUAGE[edition.language], "headline": edition.title,
           "description": edition.lead, "keywords": [tag_name(tag, edition.language) for tag in draft.tags]}
        for edition in draft.editions
    ]  # fmt: skip
    if len(articles) == len(LANGUAGES):
        articles[1]["translationOfWork"] = {"@id": "#en"}
    return script_json({"@context": "https://schema.org", "@graph": articles})
