"""Turn the records of a labelled bench into the prediction format of its scoring script, by public functions alone.

    python -m benchmarks.accuracy figures IN.jsonl OUT.jsonl [--without CODE]... [--warn CODE]...
    python -m benchmarks.accuracy parser IN.jsonl OUT.jsonl
    python -m benchmarks.accuracy parity IN.jsonl OUT.jsonl [--without CODE]...

For `figures` a flag is every finding of severity block among the codes `figure.*`; `--without figure.qualifier` leaves
a code out, `--warn figure.subject` counts a code's warnings as well. `parser` prints what `find_figures` reads,
`parity` what `compare` finds. A short table of counts goes to standard output.

Lives here: reading, writing, and the one map from our kinds and units to the bench's. Does not: any rule.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipeline.checker import check_text, compare
from pipeline.figures import find_figures, units
from pipeline.schema import Figure, PartialDate

Record = dict[str, Any]

KINDS = {"percentage_point": "percent", "count": "number", "vague": "number"}
"""Our kinds where the bench has another name. A range is told by its two ends, see `_as_prediction`."""

_SAME = (
    "percent USD CNY GBP EUR JPY HKD CAD AUD NZD SGD CHF TWD KRW INR RUB TRY NGN LAK CRC LKR BRL MXN ZAR "
    "THB VND IDR MYR PHP AED SAR ILS PLN UAH EGP ARS SEK NOK DKK K C F km m cm mm nm in ft yd mi km2 m2 "
    "ft2 mi2 kg g mg t lb oz gal L mL km/h mph m/s MB GB TB kB PB year month week day hour minute second"
).split()
UNITS = {
    unit.id: (unit.en[0] if unit.en else unit.id).lower().replace(" ", "_").replace("-", "_")
    for unit in units.UNITS
    if unit.id not in _SAME
} | {"percentage_point": "percent", "basis_point": "basis_point", "clock": "", "NLG": "netherlands_guilder"}
"""Our units where the bench has another name: the first English one. A noun counted is no unit there, except people."""

EXACTLY = "exactly"
"""A bound that the bench tells as a range of one value."""

BOUNDS = ("over", "under", "at_least", "at_most")


def figures(record: Record, options: argparse.Namespace, tally: Counter[str]) -> Record:
    """The flags of one support record."""
    evidence = [str(piece) for piece in record["evidence"]]
    published = _published(evidence[1]) if record["language"] == "zh" and len(evidence) > 1 else None
    report = check_text(record["text"], evidence, record["language"], published)
    tally.update(f"figure.{reading.verdict}" for reading in report.figures)
    flags = [
        {"start": finding.start, "end": finding.end}
        for finding in report.findings
        if finding.code.startswith("figure.")
        and finding.code not in options.without
        and (finding.severity == "block" or (finding.severity == "warn" and finding.code in options.warn))
    ]
    return {"id": record["id"], "flags": flags}


def _published(text: str) -> date | None:
    """The date of a time such as 2015-03-20 04:56:29."""
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


def parser(record: Record, options: argparse.Namespace, tally: Counter[str]) -> Record:
    """The figures of one parser record."""
    found = find_figures(record["text"], record["lang"])
    tally.update(figure.kind for figure in found)
    return {"id": record["id"], "figures": [_as_prediction(figure) for figure in found]}


def _as_prediction(figure: Figure) -> Record:
    prediction: Record = {
        "start": figure.start, "end": figure.end, "kind": KINDS.get(figure.kind, figure.kind),
        "unit": UNITS.get(figure.unit, figure.unit),
    }  # fmt: skip
    if figure.when is not None:
        return prediction | {"value": _spelled_date(figure.when), "unit": ""}
    assert figure.low is not None
    assert figure.high is not None
    prediction["value"] = _spelled(figure.low)
    if figure.kind == "count" and figure.unit != "person":
        prediction["unit"] = ""
    if figure.low != figure.high:
        prediction |= {"value_hi": _spelled(figure.high), "bound": "range", "kind": "range"}
    elif figure.bound == EXACTLY:
        prediction["value_hi"] = prediction["value"]
    elif figure.bound in BOUNDS:
        prediction["bound"] = figure.bound
    return prediction


def _spelled(value: Decimal) -> str:
    return format(value.normalize(), "f")


def _spelled_date(when: PartialDate) -> str:
    """YYYY, YYYY-MM, YYYY-MM-DD, --MM or --MM-DD."""
    parts = [f"{when.year:04d}" if when.year else "-"]
    if when.month:
        parts.append(f"{when.month:02d}")
        if when.day:
            parts.append(f"{when.day:02d}")
    return "-".join(parts)


def parity(record: Record, options: argparse.Namespace, tally: Counter[str]) -> Record:
    """The mismatches of one pair; a finding with a counterpart points at both sides."""
    mismatches = []
    for finding in compare(record["en"], record["zh"]).findings:
        if finding.code in options.without:
            continue
        tally[finding.code] += 1
        mismatches.append(_mismatch(finding.language, finding.start, finding.end, finding.code))
        if finding.counterpart is not None:
            other = finding.counterpart
            mismatches.append(_mismatch(other.language, other.start, other.end, finding.code))
    return {"id": record["id"], "mismatches": mismatches}


def _mismatch(side: str, start: int, end: int, note: str) -> Record:
    return {"side": side, "start": start, "end": end, "note": note}


BENCHES: dict[str, Callable[[Record, argparse.Namespace, Counter[str]], Record]] = {
    "figures": figures, "parser": parser, "parity": parity,
}  # fmt: skip


def read(path: Path) -> Iterator[Record]:
    """The records of a JSON Lines file."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one bench over a file."""
    options = _parse(arguments)
    tally: Counter[str] = Counter()
    started, count = time.process_time(), 0
    with options.output.open("w", encoding="utf-8") as out:
        for count, record in enumerate(read(options.input), 1):  # noqa: B007
            out.write(json.dumps(BENCHES[options.bench](record, options, tally), ensure_ascii=False) + "\n")
    seconds = time.process_time() - started
    for code, number in tally.most_common():
        print(f"{code:24}{number:8}")
    print(f"{count} records, {seconds:.1f} s of CPU, {count / max(seconds, 0.001):.0f} a second")


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser_ = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=__doc__.split("\n")[0])
    parser_.add_argument("bench", choices=BENCHES)
    parser_.add_argument("input", type=Path)
    parser_.add_argument("output", type=Path)
    parser_.add_argument("--without", action="append", default=[], metavar="CODE", help="leave a code out")
    parser_.add_argument("--warn", action="append", default=[], metavar="CODE", help="count a code's warnings too")
    return parser_.parse_args(arguments)


if __name__ == "__main__":
    main()
