"""Run the checker over labelled records: predictions, tables by kind, misses and alarms to read.

    python -m benchmarks.accuracy figures IN.jsonl OUT.jsonl [--show misses|alarms] [--without CODE]... [--warn CODE]...
    python -m benchmarks.accuracy parser IN.jsonl OUT.jsonl [--show misses]
    python -m benchmarks.accuracy parity IN.jsonl OUT.jsonl [--show misses|alarms] [--without CODE]...
    python -m benchmarks.accuracy hygiene IN.jsonl OUT.jsonl [--show alarms] [--without CODE]...

OUT gets the predictions in the form that the scoring scripts of such benches read; standard output gets tables.

`figures` asks whether each figure of a text is supported by its evidence. A flag is every finding of severity block
among the codes `figure.*`; `--without figure.qualifier` leaves a code out, `--warn figure.subject` counts a code's
warnings too. `parser` asks what `find_figures` reads, `parity` what `compare` finds between two texts. `hygiene` takes
the records of `parity` (a paragraph and its human translation) or of `figures` (a text and its source) and counts all
other findings as alarms: what people wrote should have few. Only public functions are called.

Lives here: reading, writing, counting, and the one map from our kinds and units to the bench's. Does not: any rule.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipeline.checker import check_editions, check_text, compare
from pipeline.figures import find_figures, units
from pipeline.schema import Edition, Figure, Finding, Language, Paragraph, PartialDate

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


@dataclass
class Tally:
    """What a run counts: rows of a table by title, and the places to read."""

    tables: dict[str, dict[str, Counter[str]]] = field(default_factory=dict)
    misses: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)

    def count(self, table: str, row: str, column: str) -> None:
        """One more in a cell."""
        self.tables.setdefault(table, {}).setdefault(row, Counter())[column] += 1

    def print(self) -> None:
        """The tables, largest rows first."""
        for title, rows in self.tables.items():
            columns = list(dict.fromkeys(column for row in rows.values() for column in row))
            print(f"\n{title:32}" + "".join(f"{column:>20}" for column in columns))
            for name, row in sorted(rows.items(), key=lambda item: -sum(item[1].values())):
                print(f"{name:32}" + "".join(f"{row[column]:20}" for column in columns))


# --- support ---------------------------------------------------------------------------------------------------------


def figures(record: Record, options: argparse.Namespace, tally: Tally) -> Record:
    """The flags of one support record."""
    text, language = record["text"], record["language"]
    evidence = [str(piece) for piece in record["evidence"]]
    published = _published(evidence[1]) if language == "zh" and len(evidence) > 1 else None
    report = check_text(text, evidence, language, published)
    flags = [
        {"start": finding.start, "end": finding.end, "code": finding.code}
        for finding in report.findings
        if finding.code.startswith("figure.")
        and finding.code not in options.without
        and (finding.severity == "block" or (finding.severity == "warn" and finding.code in options.warn))
    ]
    readings = [
        {"start": r.figure.start, "end": r.figure.end, "kind": r.figure.kind, "verdict": r.verdict}
        for r in report.figures
    ]
    _judge(record, flags, readings, tally)
    return {"id": record["id"], "flags": [{"start": flag["start"], "end": flag["end"]} for flag in flags]}


def _judge(record: Record, flags: list[Record], readings: list[Record], tally: Tally) -> None:
    """Count the labelled spans by the kind they were read as, and the flags by their code."""
    spans = record.get("spans", ())
    for span in spans:
        reading = next((r for r in readings if _overlap(span, r)), {"kind": "(unread)", "verdict": "-"})
        flagged = any(_overlap(span, flag) for flag in flags)
        outcome = {"unsupported": ("missed", "found"), "supported": ("left alone", "false alarm")}.get(span["label"])
        if outcome is None:
            continue
        tally.count(f"{record['language']}: labelled figures by kind", reading["kind"], outcome[flagged])
        where = f"{record['id']}: {_shown(record['text'], span)}  [{reading['kind']}, {reading['verdict']}]"
        if span["label"] == "unsupported" and not flagged:
            tally.misses.append(where)
    for flag in flags:
        labels = {span["label"] for span in spans if _overlap(span, flag)}
        right = "right" if "unsupported" in labels else "ignored" if labels == {"ignore"} else "wrong"
        tally.count(f"{record['language']}: flags by verdict", flag["code"], right)
        if right == "wrong":
            tally.alarms.append(f"{record['id']}: {_shown(record['text'], flag)}  [{flag['code']}]")


def _overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return bool(one["start"] < other["end"] and other["start"] < one["end"])


def _shown(text: str, span: Mapping[str, Any]) -> str:
    """A span in its surroundings, on one line."""
    before, behind = text[max(0, span["start"] - 60) : span["start"]], text[span["end"] : span["end"] + 40]
    return f"{before}[[{text[span['start'] : span['end']]}]]{behind}".replace("\n", " ")


def _published(text: str) -> date | None:
    """The date of a time such as 2015-03-20 04:56:29."""
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


# --- reading ---------------------------------------------------------------------------------------------------------


def parser(record: Record, options: argparse.Namespace, tally: Tally) -> Record:
    """The figures of one parser record."""
    found = [_as_prediction(figure) for figure in find_figures(record["text"], record["lang"])]
    for gold in record.get("figures", ()):
        near = [figure for figure in found if _overlap(gold, figure)]
        outcome = "unread" if not near else "right" if any(map(_same_value(gold), near)) else "other value"
        tally.count(f"{record['lang']}: labelled figures by kind", gold["kind"], outcome)
        if outcome != "right":
            wanted = f"{gold['value']} {gold.get('value_hi', '')} {gold['unit']}"
            read = "; ".join(f"{figure['value']} {figure.get('value_hi', '')} {figure['unit']}" for figure in near)
            tally.misses.append(f"{record['id']}: {_shown(record['text'], gold)}  [{wanted}] read as [{read}]")
    return {"id": record["id"], "figures": found}


def _same_value(gold: Record) -> Callable[[Record], bool]:
    """Whether a prediction has the value of a label, as numbers where both are."""
    return lambda figure: _number(gold["value"]) == _number(figure["value"])


def _number(value: str | None) -> Decimal | str | None:
    try:
        return Decimal(value).normalize().quantize(Decimal("1e-6")) if value is not None else None
    except ArithmeticError:
        return value and value.lstrip("-")  # a date, perhaps without its year


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


# --- parity ----------------------------------------------------------------------------------------------------------


def parity(record: Record, options: argparse.Namespace, tally: Tally) -> Record:
    """The mismatches of one pair; a finding with a counterpart points at both sides."""
    mismatches = []
    for finding in compare(record["en"], record["zh"]).findings:
        if finding.code in options.without:
            continue
        mismatches.append(_mismatch(finding.language, finding.start, finding.end, finding.code))
        if finding.counterpart is not None:
            other = finding.counterpart
            mismatches.append(_mismatch(other.language, other.start, other.end, finding.code))
    label, kind = record.get("label", ""), record.get("perturb", {}).get("kind", "")
    if label == "match" and not record.get("slip"):
        suite = record["suite"] + (" (noisy)" if record.get("noisy_reference") else "")
        tally.count("human translations by set", suite, "alarm" if mismatches else "silent")
    elif label != "match":
        tally.count("altered and real errors by kind", f"{label}: {kind}", "found" if mismatches else "missed")
    _list_pair(record, mismatches, tally)
    return {"id": record["id"], "mismatches": mismatches}


def _list_pair(record: Record, mismatches: list[Record], tally: Tally) -> None:
    told = "; ".join(f"{m['note']} {m['side']} {record[m['side']][m['start'] : m['end']]}" for m in mismatches)
    lines = f"{record['id']}:\n  {record['en']}\n  {record['zh']}\n  "
    if record.get("label") == "match" and mismatches:
        tally.alarms.append(lines + told)
    elif record.get("label") == "mismatch" and not mismatches:
        altered = record["perturb"]
        tally.misses.append(lines + f"{altered['kind']}: {altered.get('old', '')} -> {altered.get('new', '')}")


def _mismatch(side: str, start: int, end: int, note: str) -> Record:
    return {"side": side, "start": start, "end": end, "note": note}


# --- hygiene ---------------------------------------------------------------------------------------------------------

OTHER_CODES = ("figure.", "figures.", "parity.", "unit.")


def hygiene(record: Record, options: argparse.Namespace, tally: Tally) -> Record:
    """The findings of hygiene on a human translation, held against its original, or on a text and its source."""
    if record.get("label", "match") != "match":
        return {"id": record["id"], "findings": []}
    texts = {side: record[side] for side in ("en", "zh") if side in record} or {record["language"]: record["text"]}
    editions = {
        side: Edition(language=language_of_side(side), body=(Paragraph(text=text),)) for side, text in texts.items()
    }
    found = [
        finding
        for finding in check_editions(_originals(record), en=editions.get("en"), zh=editions.get("zh")).findings
        if not finding.code.startswith(OTHER_CODES) and finding.code not in options.without
    ]
    domain = record.get("domain", "text and source") + (" (noisy)" if record.get("noisy_reference") else "")
    for severity in ("block", "warn"):
        mine = [finding for finding in found if finding.severity == severity]
        tally.count("texts by domain", domain, f"{severity} alarm" if mine else f"no {severity}")
        for code in sorted({finding.code for finding in mine}):
            tally.count("texts with an alarm by code", f"{code} ({severity})", "texts")
        tally.alarms += [f"{record['id']}: {f.code} ({severity}), {f.rule}: {_seen(f, texts)}" for f in mine]
    for code in sorted({finding.code for finding in found if finding.severity == "info"}):
        tally.count("texts with an information by code", code, "texts")
    findings = [
        {"code": f.code, "severity": f.severity, "side": f.language, "start": f.start, "end": f.end} for f in found
    ]
    return {"id": record["id"], "findings": findings}


def language_of_side(side: str) -> Language:
    """A side of a pair as a language."""
    return "zh" if side == "zh" else "en"


def _originals(record: Record) -> list[str]:
    """What a text is held against: the side a translation was made from, or the source of a summary."""
    if "evidence" in record:
        return [str(piece) for piece in record["evidence"]]
    return [record["zh" if record["suite"].endswith("zh-en") else "en"]]


def _seen(finding: Finding, texts: Mapping[str, str]) -> str:
    text = texts.get(finding.language, "") if finding.field.startswith("body") else finding.text
    start, end = (finding.start, finding.end) if finding.field.startswith("body") else (0, len(finding.text))
    return _shown(text, {"start": start, "end": end})


BENCHES: dict[str, Callable[[Record, argparse.Namespace, Tally], Record]] = {
    "figures": figures, "parser": parser, "parity": parity, "hygiene": hygiene,
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
    tally = Tally()
    started, count = time.process_time(), 0
    with options.output.open("w", encoding="utf-8") as out:
        for count, record in enumerate(read(options.input), 1):  # noqa: B007
            out.write(json.dumps(BENCHES[options.bench](record, options, tally), ensure_ascii=False) + "\n")
    seconds = time.process_time() - started
    tally.print()
    listed: Iterable[str] = {"misses": tally.misses, "alarms": tally.alarms}.get(options.show, ())
    print("".join(f"\n{line}" for line in listed))
    print(f"{count} records, {seconds:.1f} s of CPU, {count / max(seconds, 0.001):.0f} a second")


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser_ = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=__doc__.split("\n")[0])
    parser_.add_argument("bench", choices=BENCHES)
    parser_.add_argument("input", type=Path)
    parser_.add_argument("output", type=Path)
    parser_.add_argument("--show", choices=("misses", "alarms"), help="list them, to read one by one")
    parser_.add_argument("--without", action="append", default=[], metavar="CODE", help="leave a code out")
    parser_.add_argument("--warn", action="append", default=[], metavar="CODE", help="count a code's warnings too")
    return parser_.parse_args(arguments)


if __name__ == "__main__":
    main()
