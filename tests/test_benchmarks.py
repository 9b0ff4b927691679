"""The accuracy script: predictions in the form of the scoring scripts, tables, and lists to read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.accuracy import main

SUPPORT = {
    "id": "a", "language": "en", "evidence": ["Revenue was $35 billion and it hired 40 people."],
    "text": "Revenue was $36 billion. It hired 40 people and opened 7 plants.",
    "spans": [
        {"start": 12, "end": 23, "label": "unsupported"}, {"start": 34, "end": 36, "label": "supported"},
        {"start": 55, "end": 56, "label": "supported"},
    ],
}  # fmt: skip
READING = {
    "id": "b", "lang": "en", "text": "It paid $5 million on May 3.",
    "figures": [{"start": 8, "end": 18, "kind": "money", "value": "4000000", "unit": "USD"},
                {"start": 22, "end": 27, "kind": "date", "value": "--05-03", "unit": ""}],
}  # fmt: skip
PAIR = {
    "id": "c", "suite": "s", "label": "mismatch", "en": "It raised $35 billion.", "zh": "该公司融资35亿美元。",
    "perturb": {"kind": "magword"},
}  # fmt: skip


def run(tmp_path: Path, bench: str, record: dict[str, Any], *options: str) -> dict[str, Any]:
    """The prediction for one record."""
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    main([bench, str(source), str(target), *options])
    prediction: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"))
    return prediction


def test_support_is_counted_and_false_alarms_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong amount is found; a flag on a figure labelled as supported is a false alarm, and listed."""
    prediction = run(tmp_path, "figures", SUPPORT, "--show", "alarms")
    assert [flag["start"] for flag in prediction["flags"]] == [12, 55]
    printed = capsys.readouterr().out
    assert "figure.contradicted" in printed
    assert "[[7]]" in printed


def test_reading_is_counted_and_misses_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A figure read with another value than its label is listed with both; the date, which is right, is not."""
    prediction = run(tmp_path, "parser", READING, "--show", "misses")
    assert [figure["value"] for figure in prediction["figures"]] == ["5000000", "--05-03"]
    listed = [line for line in capsys.readouterr().out.splitlines() if line.startswith("b:")]
    assert len(listed) == 1
    assert "[[$5 million]]" in listed[0]


def test_parity_points_at_both_sides(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A mismatch is told on the side where it stands and on the other."""
    prediction = run(tmp_path, "parity", PAIR)
    assert [(place["side"], place["note"]) for place in prediction["mismatches"]] == [
        ("zh", "parity.value"), ("en", "parity.value"),
    ]  # fmt: skip
    assert "mismatch: magword" in capsys.readouterr().out


TRANSLATION = {
    "id": "d", "suite": "x-zh-en", "domain": "news", "label": "match",
    "en": "The firm wants to 盘活 idle land.", "zh": "该公司想盘活闲置土地。",
}  # fmt: skip


def test_hygiene_counts_alarms_on_human_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A finding on a human translation is an alarm by domain and code, and listed; altered pairs are left out."""
    prediction = run(tmp_path, "hygiene", TRANSLATION, "--show", "alarms")
    assert [(f["code"], f["side"], f["start"]) for f in prediction["findings"]] == [("language.leak", "en", 18)]
    printed = capsys.readouterr().out
    assert "language.leak (block)" in printed
    assert "[[盘活]]" in printed
    assert run(tmp_path, "hygiene", TRANSLATION | {"label": "mismatch"}) == {"id": "d", "findings": []}
