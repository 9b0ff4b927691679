"""`commentary export`: approved drafts in a format for publishing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import click

from pipeline import export as exporting
from pipeline import review
from pipeline.cli.decide import located
from pipeline.cli.setup import load_settings
from pipeline.cli.streams import note, say
from pipeline.errors import BriefError, ReviewError
from pipeline.export import EPOCH, Article, BadKey, FormatName, Options
from pipeline.render.html import safe_link
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
    home: str,
    link: str,
    quiet: bool,
) -> int:
    """Export drafts that are named, or all approved ones of a folder; one that is refused is said, the others go on."""
    keys = dict(_pair(given) for given in key)
    if keys and format not in ("hugo", "json"):
        raise click.UsageError(f"--key: {format} has no names of its own choice; it is for hugo and json.")
    settings = load_settings({"producer": producer}).settings
    named, whole, unreadable = _cases(drafts, out)
    options = Options(
        format=format,
        producer=settings.producer,
        allow_unreviewed=allow_unreviewed,
        keys=keys,
        url=_address("--url", url),
        home=_address("--home", home),
        link=_pattern(link),
        decided=_last_decided(whole or []),
    )
    found, refused = _articles(named, options)
    waiting = _add_whole(found, whole or [], options)
    _refuse_twice(found)
    problems = [*unreadable, *(why for _, why in refused)]
    for problem in problems:
        note(f"commentary: {problem}")
    _tell_left_over([*refused, *waiting], Path(to), options)
    code = problems[-1].exit_code if problems else 0
    if not found and (whole is None or format not in ("atom", "jsonfeed")):
        if not (quiet or code):
            say("nothing to export: no draft is approved. See commentary review list")
        return code
    if not found:
        exporting.producer_named(options.producer)
    try:
        written = exporting.export(found, Path(to), options)
    except BadKey as error:
        raise click.UsageError(str(error)) from error
    if not quiet:
        for path in written:
            say(str(path))
        if waiting:
            out_of = f"{len(waiting)} of {len(whole or [])} drafts left out"
            say(f"{out_of}: not approved, or a newer one is exported")
    return code


Refused = tuple[Case, ReviewError]
"""A draft that may not be published, and why."""


def _add_whole(found: list[Article], whole: Sequence[Case], options: Options) -> list[Refused]:
    """Add what is ready of whole folders to the articles; return what is left out."""
    more, waiting = _articles(whole, options)
    taken = {article.case.folder.resolve() for article in found}
    cases = {article.case.folder: article.case for article in more if article.case.folder.resolve() not in taken}
    newest = {case.folder for case in exporting.newest(list(cases.values()))}
    found += [article for article in more if article.case.folder in newest]
    older = [case for folder, case in cases.items() if folder not in newest]
    return [*waiting, *((case, ReviewError("a newer draft of its source is exported.")) for case in older)]


def _tell_left_over(left: Iterable[Refused], to: Path, options: Options) -> None:
    """Name the files of earlier exports that are not to be published now: nothing here deletes what may be online."""
    for case, why in left:
        for path in exporting.left_over(case, to, options):
            note(f"commentary: {path}: is of an earlier export and still there. Remove it: {why}")


def _address(option: str, url: str) -> str:
    if url and safe_link(url) is None:
        raise click.UsageError(f"{option} {url}: give an address that begins with https:// or http://.")
    return url


def _pattern(link: str) -> str:
    """An address with `{name}`, `{id}` and `{language}` in it."""
    names = {"name": "name", "id": "id", "language": "en"}
    try:
        _address("--link", link.format_map(names))
    except (LookupError, ValueError, AttributeError):
        raise click.UsageError(f"--link {link}: only {{name}}, {{id}} and {{language}} can be filled in.") from None
    return link


def _pair(given: str) -> tuple[str, str]:
    old, mark, new = given.partition("=")
    if not mark or not old:
        raise click.UsageError(f"--key {given}: write it as OLD=NEW.")
    return old, new


def _cases(drafts: Sequence[str], out: str | None) -> tuple[list[Case], list[Case] | None, list[BriefError]]:
    """The drafts that are named; those of folders that are no drafts themselves, None when no folder is named; errors.

    A draft that is named twice is one.
    """
    named: dict[Path, Case] = {}
    whole: dict[Path, Case] | None = None
    unreadable: list[BriefError] = []
    for draft in drafts:
        path = Path(draft)
        if path.is_dir() and not (path / "draft.json").is_file():
            listed = list(review.cases(path))
            unreadable += [error for error in listed if not isinstance(error, Case)]
            whole = (whole or {}) | {case.folder.resolve(): case for case in listed if isinstance(case, Case)}
            continue
        folder = located(draft, out)
        try:
            named[folder] = review.look(folder)
        except BriefError as error:
            unreadable.append(error)
    return list(named.values()), None if whole is None else list(whole.values()), unreadable


def _last_decided(cases: Sequence[Case]) -> datetime:
    """When the last decision was made; the beginning of time when there is none."""
    times = [at for case in cases if case.decision and (at := review.moment(case.decision.at))]
    return max(times, default=EPOCH)


def _refuse_twice(found: Sequence[Article]) -> None:
    """A usage error when two folders hold one draft: its files and its place in a feed would be written twice."""
    folders: dict[str, Path] = {}
    for article in found:
        case = article.case
        other = folders.setdefault(case.draft.id, case.folder)
        if other != case.folder:
            raise click.UsageError(f"draft {case.draft.id} is in {other} and in {case.folder}. Name one of them.")


def _articles(cases: Sequence[Case], options: Options) -> tuple[list[Article], list[Refused]]:
    found: list[Article] = []
    refused: list[Refused] = []
    for case in cases:
        try:
            found += exporting.articles(case, options)
        except ReviewError as error:
            refused.append((case, error))
    return found, refused
