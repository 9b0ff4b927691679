"""`commentary export`: approved drafts in a format for publishing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from pipeline import export as exporting
from pipeline import review
from pipeline.cli.decide import located
from pipeline.cli.setup import load_settings, note, say
from pipeline.errors import BriefError, ReviewError
from pipeline.export import Article, BadKey, FormatName, Options
from pipeline.review import Case


def export(
    *,
    drafts: Sequence[str],
    out: str | None,
    to: str,
    format: FormatName,
    producer: str | None,
    allow_unreviewed: bool,
    key: Sequence[str],
    url: str,
    quiet: bool,
) -> int:
    """Export drafts that are named, or all approved ones of a folder; one that is refused is said, the others go on."""
    keys = dict(_pair(given) for given in key)
    if keys and format not in ("hugo", "json"):
        raise click.UsageError(f"--key: {format} has no names of its own choice; it is for hugo and json.")
    settings = load_settings({"producer": producer}).settings
    options = Options(format, settings.producer, allow_unreviewed, keys, url)
    named, whole = _cases(drafts, out)
    found, code = _articles(named, options)
    ready = exporting.newest([case for case in whole if _wanted(case, options)])
    more, _ = _articles(ready, options)
    found += [article for article in more if article.case.folder not in {known.case.folder for known in found}]
    if not found:
        if not (quiet or code):
            say("nothing to export: no draft is approved. See commentary review list")
        return code
    try:
        written = exporting.export(found, Path(to), options)
    except BadKey as error:
        raise click.UsageError(str(error)) from error
    if not quiet:
        for path in written:
            say(str(path))
        if len(ready) < len(whole):
            say(f"{len(whole) - len(ready)} of {len(whole)} drafts left out: not approved, or a newer one is exported")
    return code


def _pair(given: str) -> tuple[str, str]:
    old, mark, new = given.partition("=")
    if not mark or not old:
        raise click.UsageError(f"--key {given}: write it as OLD=NEW.")
    return old, new


def _cases(drafts: Sequence[str], out: str | None) -> tuple[list[Case | BriefError], list[Case]]:
    """The drafts that are named, and those of folders that are no drafts themselves."""
    named: list[Case | BriefError] = []
    whole: list[Case] = []
    for draft in drafts:
        path = Path(draft)
        if path.is_dir() and not (path / "draft.json").is_file():
            listed = list(review.cases(path))
            whole += [case for case in listed if isinstance(case, Case)]
            named += [error for error in listed if not isinstance(error, Case)]
        else:
            try:
                named.append(review.look(located(draft, out)))
            except BriefError as error:
                named.append(error)
    return named, whole


def _wanted(case: Case, options: Options) -> bool:
    """Whether a draft of a whole folder is ready; those that still wait are no error."""
    try:
        exporting.articles(case, options)
    except ReviewError:
        return False
    return True


def _articles(cases: Sequence[Case | BriefError], options: Options) -> tuple[list[Article], int]:
    found: list[Article] = []
    code = 0
    for case in cases:
        try:
            if isinstance(case, BriefError):
                raise case
            found += exporting.articles(case, options)
        except (BriefError, ReviewError) as error:
            note(f"commentary: {error}")
            code = error.exit_code
    return found, code
