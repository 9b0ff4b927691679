"""What every row needs: a provider and a run as processes of their own, and a line of the table.

Lives here: starting, timing and printing. Does not: what is measured (the modules that `benchmarks.speed` names).
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.fakes import BRIEF as STORY

ROOT = Path(__file__).parent.parent
SCRATCH = ROOT / "build"
"""A real disk, ignored by git: what /tmp is, nobody knows."""


@contextmanager
def provider(*options: str) -> Iterator[str]:
    """A simulated provider in a process of its own; its base URL."""
    command = [sys.executable, "-m", "benchmarks.provider", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1"
        finally:
            process.kill()


def stats(url: str) -> dict[str, Any]:
    """What a provider has seen."""
    with urllib.request.urlopen(f"{url}/stats", timeout=10) as answer:
        seen: dict[str, Any] = json.load(answer)
        return seen


def inbox(folder: Path, count: int, *, short: bool = False) -> None:
    """So many briefs: news, or a short story, each with a line of its own."""
    (folder / "inbox").mkdir(exist_ok=True)
    news = ROOT / "fixtures" / "demo" / "briefs" / "tidewater-robots.md"
    text = STORY.text if short else news.read_text(encoding="utf-8")
    for number in range(count):
        (folder / "inbox" / f"{number:04}.md").write_text(f"{text}\nFiled under {number}.\n", encoding="utf-8")


Ran = tuple[int, dict[str, Any], float, float, float]
"""Exit code, summary record, wall and processor seconds, peak memory in MiB."""


def commentary(folder: Path, url: str, *options: str, **settings: Any) -> Ran:
    """A run over the inbox of a folder, in a process of its own."""
    own = {f"COMMENTARY_{name.upper()}": str(value) for name, value in settings.items()}
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OPENAI_API_KEY": "x", "OPENAI_BASE_URL": url} | own
    command = [sys.executable, "-m", "pipeline", "run", "inbox", "--out", "out", "--json", *options]
    begun, log = time.monotonic(), folder / "log"
    process = subprocess.Popen(
        [*command, "--log-file", str(log)], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    lines = process.stdout.read().splitlines()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - begun
    return process.returncode, json.loads(lines[-1]), wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def processor(command: Sequence[str], folder: Path, **environment: str) -> float:
    """The processor seconds of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, env=os.environ | environment, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def row(name: str, ours: float, anchor: float, unit: str, goal: float | None = None, *, least: bool = False) -> None:
    """One line of the table: ours, the anchor, how often it goes into ours, and the goal: at most, or at `least`."""
    ratio = ours / anchor
    line = f"{name:44}{ours:10.3f} {unit:5}{anchor:10.3f} {unit:5}{ratio:8.3f} x"
    if goal is not None:
        met = ratio >= goal if least else ratio <= goal
        line += f"   goal {'>=' if least else '<='} {goal:.2f}  {'' if met else 'MISSED'}"
    print(line.rstrip(), flush=True)


def told(name: str, what: str) -> None:
    """One line of the table that has no anchor."""
    print(f"{name:44}{what}", flush=True)


def medians(rounds: int, *measures: Callable[[], float]) -> list[float]:
    """The median of each measure, taken in turn, so that a busy moment meets them all."""
    taken = [[measure() for measure in measures] for _ in range(rounds)]
    return [statistics.median(column) for column in zip(*taken, strict=True)]
