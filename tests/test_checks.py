"""The cases of `fixtures/checks`: each names a phenomenon and lists all findings it must give."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from pipeline.checker import check_editions, check_text, compare, hygiene
from pipeline.checker.reasons import REASONS
from pipeline.schema import Citation, Claim, DroppedClaim, Edition, Finding, Language, Paragraph, Term
from pipeline.text import language_of, paragraphs
from tests.conftest import ROOT

FOLDER = ROOT / "fixtures" / "checks"


def cases(pattern: str) -> list[Any]:
    """The cases of some files, with their phenomena as test ids."""
    found = [case for path in sorted(FOLDER.glob(pattern)) for case in tomllib.loads(path.read_text("utf-8"))["case"]]
    return [pytest.param(case, id=case["phenomenon"]) for case in found]


SUPPORT, PARITY, HYGIENE = cases("support/*.toml"), cases("parity/*.toml"), cases("hygiene/*.toml")


def shown(findings: tuple[Finding, ...]) -> list[list[str]]:
    """Code and flagged text of each finding."""
    return [[finding.code, finding.text] for finding in findings]


def supported(case: dict[str, Any]) -> tuple[Finding, ...]:
    """What the checker finds in the text of a case."""
    if "cites" in case:
        return citing(case)
    return check_text(case["text"], [case["brief"]], published=case.get("published")).findings


def claim(name: str, quote: str, start: int) -> Claim:
    """A quote as a claim."""
    return Claim(id=name, text=quote, quote=quote, start=start, end=start + len(quote), kind="fact", subject="")


def citing(case: dict[str, Any]) -> tuple[Finding, ...]:
    """The same where the text cites quotes of the brief."""
    brief, text = case["brief"], case["text"]
    claims = [claim(f"c{number}", quote, brief.index(quote)) for number, quote in enumerate(case["cites"], 1)]
    citation = Citation(start=0, end=len(text), claims=tuple(one.id for one in claims))
    edition = Edition(language=language_of(text), body=(Paragraph(text=text, citations=(citation,)),))
    report = check_editions([brief], **{edition.language: edition}, claims=claims, published=case.get("published"))
    return tuple(finding for finding in report.findings if finding.code.startswith(("figure.", "unit.")))


@pytest.mark.parametrize("case", SUPPORT)
def test_support(case: dict[str, Any]) -> None:
    """A text gets the findings its case lists, and no other, and each slices back to its span."""
    findings = supported(case)
    assert shown(findings) == case["expect"]
    for finding in findings:
        assert case["text"][finding.start : finding.end] == finding.text
        assert finding.evidence is None or finding.evidence.quote in case["brief"]


@pytest.mark.parametrize("case", PARITY)
def test_parity(case: dict[str, Any]) -> None:
    """A pair of texts gets the findings its case lists, and no other; both of its spans slice back."""
    findings = compare(case["en"], case["zh"]).findings
    assert shown(findings) == case["expect"]
    for span in (*findings, *(finding.counterpart for finding in findings if finding.counterpart)):
        assert paragraph(case[span.language], span.field)[span.start : span.end] == span.text


def edition(case: dict[str, Any], language: Language) -> Edition | None:
    """A text of a case as the only paragraph of an edition."""
    text = case.get(language)
    return Edition(language=language, body=(Paragraph(text=text),)) if text else None


@pytest.mark.parametrize("case", HYGIENE)
def test_hygiene(case: dict[str, Any]) -> None:
    """A text in one or both languages gets the findings of these codes that its case lists, and no other."""
    report = check_editions([case.get("brief", "")], en=edition(case, "en"), zh=edition(case, "zh"))
    found = [finding for finding in report.findings if finding.code.startswith(("style.", "entity.", "reference."))]
    if "brief" in case:
        found = [finding for finding in found if not finding.code.startswith("style.")]
    else:
        found = [finding for finding in found if finding.code.startswith("style.")]
    assert sorted(shown(tuple(found))) == sorted(case["expect"])
    for finding in found:
        assert case[finding.language][finding.start : finding.end] == finding.text


def paragraph(text: str, field: str) -> str:
    """The text of a field of two texts that are compared."""
    return [text[start:end] for start, end in paragraphs(text)][int(field.removeprefix("body[").rstrip("]"))]


def test_every_case_file_is_read() -> None:
    """No file of cases lies about unread."""
    assert {path.name for path in FOLDER.iterdir()} == {"support", "parity", "hygiene", "desk"}
    assert all(path.suffix == ".toml" for folder in FOLDER.iterdir() for path in folder.iterdir())


@pytest.mark.parametrize("params", [SUPPORT, PARITY, HYGIENE], ids=["support", "parity", "hygiene"])
def test_phenomena_are_named_once(params: list[Any]) -> None:
    """Each case has a name of its own."""
    names = [param.id for param in params]
    assert all(names)
    assert len(names) == len(set(names))


@pytest.mark.parametrize("params", [SUPPORT, PARITY], ids=["support", "parity"])
def test_every_reason_is_given(params: list[Any]) -> None:
    """Every reason for a finding is the reason of at least one case."""
    given = set()
    for case in (param.values[0] for param in params):
        findings = supported(case) if "brief" in case else compare(case["en"], case["zh"]).findings
        given |= {(finding.code, finding.values.get("case", "")) for finding in findings}
    prefixes = ("figure.", "unit.") if params is SUPPORT else ("parity.", "figures.", "paragraph.")
    expected = {(code, case) for code, _, case in (key.partition("/") for key in REASONS if key.startswith(prefixes))}
    assert expected <= given


# --- what a desk editor would have to fix ----------------------------------------------------------------------------

DESK = cases("desk/*.toml")


def desk_edition(case: dict[str, Any], language: Language) -> Edition | None:
    """The texts of a case as an edition: one paragraph or several, a lead, citations of the first paragraph."""
    texts = case.get(language, [])
    texts = [texts] if isinstance(texts, str) else texts
    if not texts:
        return None
    cites = tuple(case.get(f"cites_{language}", ()))
    cited = (Citation(start=0, end=len(texts[0]), claims=cites),) if cites else ()
    body = tuple(Paragraph(text=text, citations=() if index else cited) for index, text in enumerate(texts))
    return Edition(language=language, lead=case.get(f"lead_{language}", ""), body=body)


def desk_findings(case: dict[str, Any]) -> list[Finding]:
    """What hygiene finds in a case, style apart."""
    dropped = [DroppedClaim(text=case["dropped"], quote="", reason="quote not found")] if "dropped" in case else []
    found = hygiene.find(
        [case.get("brief", "")],
        desk_edition(case, "en"),
        desk_edition(case, "zh"),
        glossary=[Term(en=en, zh=zh, kind=kind) for en, zh, kind in case.get("glossary", ())],
        tags=case.get("tags", ()),
        dropped_claims=dropped,
    )
    return [finding for finding in found if not finding.code.startswith("style.")]


@pytest.mark.parametrize("case", DESK)
def test_desk(case: dict[str, Any]) -> None:
    """A case gets the findings it lists and no other; a case that spares a finding lists none of its code."""
    found = desk_findings(case)
    assert shown(tuple(found)) == case["expect"]
    assert case.get("spares", "").partition("/")[0] not in {finding.code for finding in found}


def test_every_finding_of_hygiene_is_made_and_spared() -> None:
    """Every reason of hygiene is that of a case, and another case tells where a careful editor would be silent."""
    params = [param.values[0] for param in DESK]
    made = {f"{finding.code}/{finding.values['case']}" for case in params for finding in desk_findings(case)}
    spared = {case["spares"] for case in params if "spares" in case}
    elsewhere = ("style.", "reference.")
    expected = {key for key in hygiene.REASONS if not key.startswith(elsewhere)}
    assert made >= expected
    assert spared >= expected
