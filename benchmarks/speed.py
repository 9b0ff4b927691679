"""How fast figures are found: on a text, against an anchor in the same process, and on hostile text.

    python -m benchmarks.speed TEXT [--language {en,zh}] [--anchor anchor_scan.py]

TEXT is a file of news, a megabyte or so. The anchor is a module with a function `scan(text)`, such as one plain
alternation of `re`; without it its row is left out. Every number is the median of five readings of processor time.
A hostile row tells how much longer a character takes there than in the news, and that at ten times the size again.

The last row is the page of a draft, against what loading the model client costs.

Lives here: measuring and printing. Does not: any rule.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

from pipeline.checker import check_draft
from pipeline.disclosure import label
from pipeline.figures import find_figures
from pipeline.schema import Brief, Draft, Edition, Language
from pipeline.text import language_of

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


def hostile(language: Language, per_character: float) -> Iterator[tuple[str, float, float, float]]:
    """Each hostile unit with its time a character, in units of that of the news, at SIZE and at ten times SIZE, and how
    many figures stand in a thousand characters."""
    for unit in HOSTILE:
        small, large = (unit * (size // len(unit)) for size in (SIZE, 10 * SIZE))
        ratios = (seconds(lambda text=text: find_figures(text, language)) / len(text) for text in (small, large))  # type: ignore[misc]
        found = len(find_figures(small, language)) / len(small) * 1000
        yield unit, next(ratios) / per_character, next(ratios) / per_character, found


def page() -> tuple[float, float]:
    """Processor time of laying out the page of a draft with eight paragraphs and some thirty figures, and of
    `import openai` in a process of its own, which every run pays once."""
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
    return seconds(lambda: to_html(draft)), statistics.median(_loading("openai") for _ in range(READINGS))


def _loading(module: str) -> float:
    code = f"import time, {module}; print(time.process_time())"
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print the rows."""
    options = _parse(arguments)
    text = options.text.read_text(encoding="utf-8")
    language: Language = options.language or language_of(text)
    size, ours = len(text.encode()) / 1e6, seconds(lambda: find_figures(text, language))
    print(f"{'news, ' + language:24}{size / ours:8.2f} MB/s{ours / len(text) * 1e6:8.2f} us a character")
    if options.anchor:
        scan = _anchor(options.anchor)
        theirs = seconds(lambda: scan(text))
        print(f"{'anchor':24}{size / theirs:8.2f} MB/s{theirs / len(text) * 1e6:8.2f} us a character")
        print(f"{'ours to the anchor':24}{theirs / ours:8.2f} x")
    print(f"{'hostile, x news':24}{SIZE:8}{10 * SIZE:10}")
    for unit, small, large, found in hostile(language, ours / len(text)):
        print(f"{unit!r:24}{small:8.2f}{large:10.2f}{found:10.0f} figures in 1,000 characters")
    laid_out, imported = page()
    print(f"{'page of a draft':24}{laid_out * 1e3:8.1f} ms; import openai {imported * 1e3:.0f} ms, ", end="")
    print(f"{imported / laid_out:.0f} times as much")


def _anchor(path: Path) -> Callable[[str], object]:
    spec = importlib.util.spec_from_file_location("anchor", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} is no Python module")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    scan: Callable[[str], object] = module.scan
    return scan


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__.split("\n")[0])
    parser.add_argument("text", type=Path, metavar="TEXT", help="a file of news")
    parser.add_argument("--language", choices=("en", "zh"), help="its language; by its script when not given")
    parser.add_argument("--anchor", type=Path, metavar="PATH", help="a module with scan(text) to compare with")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
