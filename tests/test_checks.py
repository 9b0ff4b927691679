"""The cases of `fixtures/checks`: each names a phenomenon and lists all findings it must give."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from pipeline.checker import check_text, compare
from pipeline.schema import Finding
from tests.conftest import ROOT

FOLDER = ROOT / "fixtures" / "checks"


def cases(name: str) -> list[Any]:
    """The cases of one file, with their phenomena as test ids."""
    found = tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))["case"]
    return [pytest.param(case, id=case["phenomenon"]) for case in found]


def shown(findings: tuple[Finding, ...]) -> list[list[str]]:
    """Code and flagged text of each finding."""
    return [[finding.code, finding.text] for finding in findings]


@pytest.mark.parametrize("case", cases("support.toml"))
def test_support(case: dict[str, Any]) -> None:
    """A text gets the findings its case lists, and no other, and each slices back to its span."""
    report = check_text(case["text"], [case["brief"]], published=case.get("published"))
    assert shown(report.findings) == case["expect"]
    for finding in report.findings:
        assert case["text"][finding.start : finding.end] == finding.text
        assert finding.evidence is None or finding.evidence.quote in case["brief"]


@pytest.mark.parametrize("case", cases("parity.toml"))
def test_parity(case: dict[str, Any]) -> None:
    """A pair of texts gets the findings its case lists, and no other."""
    assert shown(compare(case["en"], case["zh"]).findings) == case["expect"]


def test_every_case_file_is_read() -> None:
    """No file of cases lies about unread."""
    assert {path.name for path in FOLDER.iterdir()} == {"support.toml", "parity.toml"}


def test_phenomena_are_named_once() -> None:
    """Each case has a name of its own."""
    names = [case.id for file in ("support.toml", "parity.toml") for case in cases(file)]
    assert all(names)
    for file in ("support.toml", "parity.toml"):
        own = [case.id for case in cases(file)]
        assert len(own) == len(set(own))
