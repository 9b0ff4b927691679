"""`commentary check`: the checker alone, on any text against any source, as a linter."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from pipeline import briefs, checker
from pipeline.cli.streams import say
from pipeline.errors import BriefError
from pipeline.render.markdown import ParsedEdition, parse_markdown
from pipeline.schema import SCHEMA_VERSION, Brief, Edition, Finding, Language, Report


def check(
    *, source: str, en: str | None, zh: str | None, published: datetime | None, as_json: bool, quiet: bool
) -> int:
    """Check one or both editions against a brief; 1 when a finding blocks."""
    if en is None and zh is None:
        raise click.UsageError("give --en FILE, --zh FILE, or both.")
    brief = _brief(source)
    given: dict[Language, str | None] = {"en": en, "zh": zh}
    files = {language: path for language, path in given.items() if path is not None}
    parsed = {language: _edition(path, language) for language, path in files.items()}
    report = checker.check_editions(
        [brief.text, *([brief.title] if brief.title else [])],
        en=_of(parsed, "en"),
        zh=_of(parsed, "zh"),
        published=published.date() if published else brief.published,
        tags=tuple(dict.fromkeys(tag for edition in parsed.values() for tag in edition.tags)),
    )
    if as_json:
        say(json.dumps(_document(report, parsed), ensure_ascii=False, indent=2))
    elif not quiet:
        _print(report, files, parsed, source)
    return 1 if report.blocking else 0


def _brief(source: str) -> Brief:
    if not briefs.exists(source) or Path(source).is_dir():
        raise click.UsageError(f"--source {source}: no such file. Check the path.")
    return briefs.read_one(Path(source))


def _edition(path: str, language: Language) -> ParsedEdition:
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise click.UsageError(f"--{language} {path}: cannot read: {error.strerror}. Check the path.") from error
    try:
        return parse_markdown(briefs.decode(raw).text, language)
    except BriefError as error:
        raise BriefError(f"{path}: {error}") from error


def _of(parsed: dict[Language, ParsedEdition], language: Language) -> Edition | None:
    return parsed[language].edition if language in parsed else None


def _document(report: Report, parsed: dict[Language, ParsedEdition]) -> dict[str, Any]:
    """The JSON of a check: findings as in `draft.json`, with line and column of the file."""
    findings = []
    for finding in report.findings:
        line, column = _position(finding, parsed)
        findings.append(finding.model_dump(mode="json") | {"line": line, "column": column})
    return {
        "schema_version": SCHEMA_VERSION,
        "report": report.model_dump(mode="json", include={"figures", "counts", "skipped"}) | {"findings": findings},
    }


def _position(finding: Finding, parsed: dict[Language, ParsedEdition]) -> tuple[int | None, int | None]:
    """Line and column in the edition's file; none for a finding about the brief."""
    if finding.field == "brief" or finding.language not in parsed:
        return None, None
    return parsed[finding.language].position(finding.field, finding.start)


def _print(report: Report, files: dict[Language, str], parsed: dict[Language, ParsedEdition], source: str) -> None:
    """One finding a line, as linters do, then the counts."""
    placed = [(finding, _position(finding, parsed)) for finding in report.findings]
    for finding, (line, column) in sorted(
        placed, key=lambda item: (item[0].language, item[1][0] or 0, item[1][1] or 0)
    ):
        place = source if line is None else f"{files[finding.language]}:{line}:{column}"
        text = " ".join(finding.text.split())
        shown = text if len(text) <= 60 else f"{text[:57]}..."
        say(f"{place} {finding.code} {shown}: {finding.reason}")
    for language, counts in report.counts.items():
        say(
            f"{files[language]}: {counts.read} figures read: {counts.supported} supported, {counts.rounded} rounded, "
            f"{counts.derived} derived, {counts.flagged} flagged"
        )
    for check in report.skipped:
        say(f"not checked: {check}")
    blocking = len(report.blocking)
    say(f"{len(report.findings)} findings, {blocking} blocking" if report.findings else "no findings")
