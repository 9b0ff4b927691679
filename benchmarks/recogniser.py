"""How fast figures are found: on news, against an anchor in the same process, and on hostile text; and a page.

Lives here: the rows `recogniser`, `hostile` and `page`. A reading is the median of five of processor time.
"""

from __future__ import annotations

import importlib.util
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

from benchmarks.measuring import ROOT, row, told
from benchmarks.provider import recorded
from pipeline.checker import check_draft
from pipeline.disclosure import label
from pipeline.figures import find_figures
from pipeline.schema import Brief, Draft, Edition, Language
from pipeline.text import language_of, read_markers

HOSTILE = (
    "one |9|1,|1-|$|a |一|万|五六|第|1 |1/|hundred and |a hundred and |(|between 1 and |上|%|1.|£1m-|Jan |twenty-|"
    "百分之|http://|3 to |年| |\n|第一|1:|half a |壹|1万|mid-|point "
).split("|")
SIZE = 20_000
READINGS = 5


def seconds(work: Callable[[], object]) -> float:
    """The median processor time of some work."""
    times = []
    for _ in range(READINGS):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return statistics.median(times)


def recogniser(path: Path | None, anchor: Path | None) -> None:
    """News, English and then Chinese, in megabytes a second."""
    for language, text in _news(path).items():
        size = len(text.encode()) / 1e6
        ours = size / seconds(partial(find_figures, text, language))
        if language == "en":
            theirs = size / seconds(partial(_anchor(anchor), text))
            row("figures of English news", ours, theirs, "MB/s", 1, least=True)
        else:
            told("figures of Chinese news", f"{ours:10.3f} MB/s")


def hostile(path: Path | None) -> None:
    """The worst hostile texts: how much longer a character takes than in news, and than at a tenth of the size."""
    for language, text in _news(path).items():
        rows = [(unit, _a_character(unit, SIZE, language), _a_character(unit, 10 * SIZE, language)) for unit in HOSTILE]
        unit, small, _ = max(rows, key=lambda found: found[1])
        row(f"hostile, {language}, the slowest: {unit!r}", small, _a_character(text, len(text), language), "us", 3)
        unit, small, large = max(rows, key=lambda found: found[2] / found[1])
        row(f"  ten times the size: {unit!r}", large, small, "us", 1.5)


def _a_character(unit: str, size: int, language: Language) -> float:
    """Microseconds a character of a text that is so long and repeats a unit."""
    text = unit * (size // len(unit))
    return seconds(partial(find_figures, text, language)) / len(text) * 1e6


def _news(path: Path | None) -> dict[Language, str]:
    """A file of news by its language; without one, the articles of the demo again and again."""
    if path is not None:
        text = path.read_text(encoding="utf-8")
        return {language_of(text): text}
    texts: dict[Language, list[str]] = {"en": [], "zh": []}
    for folder in sorted((ROOT / "fixtures" / "demo" / "replies").iterdir()):
        for (stage, _), reply in recorded(folder).items():
            if stage in ("write", "translate"):
                texts["en" if stage == "write" else "zh"].append(read_markers(reply)[0])
    return {language: "\n\n".join(found * (200_000 // sum(map(len, found)))) for language, found in texts.items()}


def _anchor(path: Path | None) -> Callable[[str], object]:
    """`scan(text)` of a module; without one, the alternation below."""
    if path is None:
        return naive
    spec = importlib.util.spec_from_file_location("anchor", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} is no Python module")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    scan: Callable[[str], object] = module.scan
    return scan


_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_SCALES = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12, "k": 3, "m": 6, "bn": 9}
_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion "
    "half dozen"
).replace(" ", "|")
_UNITS = (
    "%|percent|per cent|percentage points?|dollars?|euros?|pounds?|yuan|yen|km|kilomet(?:re|er)s?|met(?:re|er)s?|"
    "miles?|kg|tons?|tonnes?|barrels?|[kMG]W|[mg]egawatts?|kWh|acres?|hectares?|degrees?|seconds?|minutes?|hours?|days?|weeks?|"
    "months?|years?|people|times"
)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_NAIVE = re.compile(
    rf"[$€£¥]\s?{_NUMBER}(?:\s?(?:{'|'.join(_SCALES)})\b)?|(?:{_MONTHS})\s+\d{{1,2}}(?:,\s*\d{{4}})?|"
    rf"\d{{1,2}}\s+(?:{_MONTHS})(?:\s+\d{{4}})?|{_NUMBER}\s?(?:{'|'.join(_SCALES)})?\s?(?:{_UNITS})\b|{_NUMBER}|"
    rf"\b(?:{_WORDS})(?:[\s-](?:and|{_WORDS}))*\b",
    re.IGNORECASE,
)


def naive(text: str) -> list[tuple[int, int, Decimal | None]]:
    """What one plain alternation finds, with the value of what is in digits: the anchor."""
    found = []
    for match in _NAIVE.finditer(text):
        piece = match[0].lower()
        digits = re.search(_NUMBER, piece)
        value = Decimal(digits[0].replace(",", "")) if digits else None
        scale = next((power for word, power in _SCALES.items() if re.search(rf"\d\s?{word}\b", piece)), 0)
        found.append((match.start(), match.end(), value.scaleb(scale) if value is not None else None))
    return found


def page() -> None:
    """Laying out the page of a draft with eight paragraphs and some thirty figures, beside `import openai` in a process
    of its own, which every run pays once."""
    from pipeline.render import to_html

    source = "Harbor Grid will spend €1.2 billion on halls of 80 megawatts. Its port expects 350 jobs in 2027."
    chinese = "海港电网将斥资12亿欧元建设80兆瓦机房。港口预计2027年新增350个岗位。"
    editions = {
        language: Edition.model_validate({"language": language, "title": text, "body": [{"text": text}] * 8})
        for language, text in (("en", source), ("zh", chinese))
    }
    brief = Brief(text=source, published=date(2026, 5, 12))
    labels = label(brief, editions["en"], editions["zh"], tags=(), producer="")
    draft = Draft.model_validate(
        {"id": brief.id, "status": "complete", "brief": brief, "disclosure": labels, **editions}
    )
    draft = draft.model_copy(update={"report": check_draft(draft)})
    to_html(draft)
    laid_out, imported = seconds(lambda: to_html(draft)), statistics.median(_loading("openai") for _ in range(READINGS))
    row("page of a draft, beside importing openai", laid_out * 1000, imported * 1000, "ms")


def _loading(module: str) -> float:
    code = f"import time, {module}; print(time.process_time())"
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
