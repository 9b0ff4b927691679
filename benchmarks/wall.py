"""Wall time: many calls at once, many briefs at once, and one draft; and what the shape of a draft costs.

Lives here: the rows `runner`, `burst` and `shape`, each beside the best that its latencies allow.
"""

from __future__ import annotations

import asyncio
import heapq
import json
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.measuring import ROOT, SCRATCH, commentary, inbox, medians, provider, row, told
from benchmarks.provider import BRIEF, recorded
from tests.fakes import script

# --- the runner ------------------------------------------------------------------------------------------------------


def _seconds(place: str, least: float, most: float) -> float:
    return random.Random(place).uniform(least, most)


class Sleeping:
    """A model in the process: sleeps as long as its place says, then gives the reply for news or for a short brief."""

    def __init__(self, least: float, most: float, *, short: bool) -> None:
        self._least, self._most = least, most
        self._replies = recorded(ROOT / "fixtures" / "demo" / "replies" / BRIEF)
        if short:
            self._replies = {(stage, part[5:-1]): reply for (stage, part, _), (reply,) in script().items()}
        self.asked: list[Any] = []

    async def complete(self, request: Any) -> Any:
        from pipeline.llm import Reply

        self.asked.append(request)
        if self._most:
            await asyncio.sleep(_seconds(f"{request.brief} {request.place}", self._least, self._most))
        part = "".join(character for character in request.part if character.isdigit())
        return Reply(text=self._replies[request.stage, part], model="m", input_tokens=9, output_tokens=9)


def run_with_sleep(
    folder: Path, count: int, *, in_flight: int, least: float, most: float, short: bool = False
) -> tuple[float, list[Any]]:
    """Wall seconds of a run with ledger, fsync and the sleeping model, after everything is loaded; what was asked."""
    import pipeline.checker
    import pipeline.flow  # noqa: F401
    from pipeline import briefs, runner
    from pipeline.llm.ledger import Ledger
    from pipeline.llm.limits import Paced
    from pipeline.settings import Settings

    model, out = Sleeping(least, most, short=short), folder / "out"

    @asynccontextmanager
    async def connect() -> Any:
        yield Ledger(Paced(model, in_flight=in_flight), out / ".ledger", endpoint="sleep")

    job = runner.Job(
        out=out,
        settings=Settings(head_start=0, in_flight=in_flight),
        version="0",
        connect=connect,
        now=lambda: datetime.now(UTC),
    )
    begun = time.monotonic()
    summary = asyncio.run(runner.run(list(briefs.read([str(folder / "inbox")])), job))
    wall = time.monotonic() - begun
    assert summary.endings == Counter(draft=count), summary.endings
    return wall, model.asked


def best_schedule(asked: Sequence[Any], slots: int, least: float, most: float) -> float:
    """Seconds that the same calls take when nothing costs anything but their latency: each as soon as what it needs is
    there and one of the slots is free, briefs in order, as many at once as slots."""
    shapes: dict[str, dict[str, list[float]]] = {}
    for request in asked:
        stage = request.stage if request.stage in ("extract", "write") else "rest"
        seconds = _seconds(f"{request.brief} {request.place}", least, most)
        shapes.setdefault(request.brief, {}).setdefault(stage, []).append(seconds)
    waiting = list(shapes.values())[::-1]
    queue: list[tuple[dict[str, list[float]], str, float]] = []
    running: list[tuple[float, int, dict[str, list[float]], str]] = []
    left: dict[int, int] = {}
    now, number, open_briefs = 0.0, 0, 0
    while waiting or queue or running:
        while waiting and open_briefs < slots:
            shape = waiting.pop()
            open_briefs += 1
            queue.append((shape, "extract", shape["extract"][0]))
        while queue and len(running) < slots:
            shape, stage, seconds = queue.pop(0)
            number += 1
            heapq.heappush(running, (now + seconds, number, shape, stage))
        now, _, shape, stage = heapq.heappop(running)
        if stage == "extract":
            queue.append((shape, "write", shape["write"][0]))
        elif stage == "write":
            left[id(shape)] = len(shape["rest"])
            queue.extend((shape, "rest", seconds) for seconds in shape["rest"])
        else:
            left[id(shape)] -= 1
            open_briefs -= not left[id(shape)]
    return now


def runner(rounds: int) -> None:
    """Wall of 200 briefs to the best schedule."""
    least, most, slots, count = 0.05, 0.3, 32, 200

    ideal: dict[bool, float] = {}

    def asleep(short: bool) -> float:
        with tempfile.TemporaryDirectory(dir=SCRATCH) as name:
            inbox(Path(name), count, short=short)
            wall, asked = run_with_sleep(Path(name), count, in_flight=slots, least=least, most=most, short=short)
            ideal[short] = best_schedule(asked, slots, least, most)
            return wall

    busy: list[float] = []

    def over_http() -> float:
        with tempfile.TemporaryDirectory(dir=SCRATCH) as name, provider("--latency", f"{least},{most}") as url:
            inbox(Path(name), count)
            code, summary, wall, used, _ = commentary(Path(name), url, in_flight=slots, head_start=0)
            assert code == 0, summary
            busy.append(used)
            return wall

    short, news, http = medians(rounds, lambda: asleep(True), lambda: asleep(False), over_http)
    row(f"wall of {count} short briefs", short, ideal[True], "s", 1.08)
    row(f"wall of {count} news briefs", news, ideal[False], "s", 1.08)
    row("the same over HTTP, start-up included", http, ideal[False], "s")
    told("  processor time of it", f"{statistics.median(busy):10.3f} s")


# --- shapes ----------------------------------------------------------------------------------------------------------

SHAPE = ("--ttft", "0.5", "--tps", "80")
_EXTRACT, _WRITE, _PARAGRAPH = 0.5 + 600 / 80, 0.5 + 1400 / 80, 0.5 + 200 / 80


def burst(rounds: int) -> None:
    """Many briefs at once."""
    ideal = _EXTRACT + _WRITE + _PARAGRAPH
    for count, goal in ((64, 1.10), (256, 1.35)):
        walls, busy = [], []
        for _ in range(rounds):
            with tempfile.TemporaryDirectory() as name, provider(*SHAPE) as url:
                inbox(Path(name), count)
                code, summary, wall, used, _ = commentary(Path(name), url, in_flight=1000, head_start=0)
                assert code == 0, summary
                walls.append(wall)
                busy.append(used)
        row(f"wall of {count} briefs at once", statistics.median(walls), ideal, "s", goal)
        told("  processor time of it", f"{statistics.median(busy):10.3f} s")


def shape(rounds: int) -> None:
    """Time to one draft, and what it costs: as it comes, and with the head start this provider needs."""
    ideal = _EXTRACT + _WRITE + _PARAGRAPH
    with tempfile.TemporaryDirectory() as name, provider("--latency", "0.01,0.01") as url:
        inbox(Path(name), 1)
        anchor = _cost(commentary(Path(name), url, in_flight=1)[1])
    for about, settings in (("as it comes", {}), ("head_start = 0.6", {"head_start": 0.6})):
        drafts = [_one_draft(settings) for _ in range(rounds)]
        time, price = (statistics.median(column) for column in zip(*drafts, strict=True))
        row(f"time to a draft, {about}", time, ideal, "s", 1.03)
        row("  its price, to one call after another", price, anchor, "", 1.05)


def _one_draft(settings: Mapping[str, Any]) -> tuple[float, float]:
    """Seconds from reading a brief to its draft, and the price. Loading the program comes on top, once a run."""
    with tempfile.TemporaryDirectory() as name, provider(*SHAPE) as url:
        inbox(Path(name), 1)
        code, summary, _, _, _ = commentary(Path(name), url, **settings)
        assert code == 0, summary
        (record,) = (Path(name) / "out").glob("*/run.json")
        return json.loads(record.read_text("utf-8"))["seconds"], _cost(summary)


def _cost(summary: Mapping[str, Any]) -> float:
    """In units of a thousand fresh input tokens: cached ones a quarter, output eight times as dear."""
    fresh = summary["input_tokens"] - summary["cached_tokens"]
    return float(fresh + summary["cached_tokens"] / 4 + summary["output_tokens"] * 8) / 1000
