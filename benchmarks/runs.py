"""How fast a run starts, asks, overlaps its calls and what it costs, each beside its anchor in the same run.

    python -m benchmarks.runs startup|client|runner|burst|shape|many [--rounds 3]

startup  processor time of --help, --version and an idle run; anchor: an argparse program with the same commands.
         Then from the start to the first request; anchor: importing openai and asking once.
client   processor time a call of the whole pipeline; anchor: bare calls with the same bodies and replies.
runner   wall of 200 briefs whose calls take 50 to 300 ms, 32 in flight, ledger and fsync on; anchor: the best schedule
         of the same times. With short briefs (6 calls) and news (11), the model sleeping in the process, and over HTTP.
burst    wall of 64 and 256 briefs at once at realistic latency; anchor: the time of one draft of that shape.
shape    time to one draft and its tokens at 0.5 s to the first token and 80 a second; anchors: extract + write + one
         paragraph for the time, the calls one after another for the price (input a quarter as dear when cached).
many     1,000 briefs in one run with 2 % faults of each kind: endings, calls, peak memory.

Lives here: measuring and printing. The provider is `benchmarks.provider`, a process of its own. Numbers are medians of
the rounds.
"""

from __future__ import annotations

import argparse
import asyncio
import heapq
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.provider import BRIEF, recorded
from tests.fakes import BRIEF as STORY
from tests.fakes import script

ROOT = Path(__file__).parent.parent
SCRATCH = ROOT / "build"  # a real disk, ignored by git: what /tmp is, nobody knows
COMMANDS = ("demo", "run", "prune", "check", "config", "prompts", "schema")

ARGPARSE = f"""
import argparse
parser = argparse.ArgumentParser(prog="bare")
commands = parser.add_subparsers()
for name in {COMMANDS!r}:
    command = commands.add_parser(name)
    for option in ("--out", "--model", "--limit", "--json", "--quiet"):
        command.add_argument(option)
parser.parse_args(["--help"])
"""
FIRST_REQUEST = """
import asyncio, sys, openai
async def ask():
    client = openai.AsyncOpenAI(api_key="x", base_url=sys.argv[1], max_retries=0)
    await client.chat.completions.create(model="m", messages=[{"role": "user", "content": "x" * 8000}])
asyncio.run(ask())
"""
BARE = """
import asyncio, json, sys, time, openai
bodies = json.load(open(sys.argv[2]))
async def ask(count):
    client = openai.AsyncOpenAI(api_key="x", base_url=sys.argv[1], max_retries=0)
    places = asyncio.Semaphore(int(sys.argv[3]))
    async def one(body):
        async with places:
            await client.chat.completions.create(**body)
    await asyncio.gather(*(one(body) for body in bodies[:count]))
asyncio.run(ask(20))
begun = time.process_time()
asyncio.run(ask(None))
print((time.process_time() - begun) / len(bodies) * 1000)
"""


# --- parts -----------------------------------------------------------------------------------------------------------


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


def row(name: str, ours: float, anchor: float, unit: str, goal: str) -> None:
    """One line of the table."""
    print(f"{name:44}{ours:10.3f} {unit:6}{anchor:10.3f} {unit:6}{ours / anchor:8.3f} x   goal {goal}", flush=True)


def medians(rounds: int, *measures: Callable[[], float]) -> list[float]:
    """The median of each measure, taken in turn, so that a busy moment meets them all."""
    taken = [[measure() for measure in measures] for _ in range(rounds)]
    return [statistics.median(column) for column in zip(*taken, strict=True)]


# --- start-up and client ---------------------------------------------------------------------------------------------


def startup(rounds: int) -> None:
    """Processor time until something is printed, and until the first request."""
    with tempfile.TemporaryDirectory() as name, provider() as url:
        folder = Path(name)
        (folder / "empty").mkdir()
        inbox(folder, 1)
        ours = [sys.executable, "-m", "pipeline"]
        environment = {"PYTHONPATH": str(ROOT), "OPENAI_API_KEY": "x"}
        bare, *times = medians(
            rounds * 3,
            lambda: processor([sys.executable, "-c", ARGPARSE], folder),
            lambda: processor([*ours, "--help"], folder, **environment),
            lambda: processor([*ours, "--version"], folder, **environment),
            lambda: processor([*ours, "run", "empty", "--out", "idle"], folder, **environment),
        )
        for label, seconds in zip(("--help", "--version", "a run with nothing to do"), times, strict=True):
            row(f"CPU of {label}", seconds * 1000, bare * 1000, "ms", "<= 2.5")
        anchor, first = medians(
            rounds,
            lambda: processor([sys.executable, "-c", FIRST_REQUEST, url], folder),
            lambda: _until_the_first_request(folder, url),
        )
        row("CPU from start to the first request", first * 1000, anchor * 1000, "ms", "<= 1.15")


def _until_the_first_request(folder: Path, url: str) -> float:
    """Processor time of a run until its first request has reached the provider, then it is killed."""
    before = stats(url).get("requests", 0)
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OPENAI_API_KEY": "x", "OPENAI_BASE_URL": url}
    command = [sys.executable, "-m", "pipeline", "run", "inbox", "--out", "first", "--force", "--quiet"]
    process = subprocess.Popen(command, cwd=folder, env=environment)
    while stats(url).get("requests", 0) == before:
        time.sleep(0.001)
    process.kill()
    _, _, used = os.wait4(process.pid, 0)
    process.returncode = -9
    return used.ru_utime + used.ru_stime


def client(rounds: int) -> None:
    """Processor time a call: what 100 briefs take more than 10, beside bare calls of the same bodies."""
    for in_flight in (8, 32):
        with tempfile.TemporaryDirectory() as name, provider("--latency", "0.05,0.3") as url:
            folder = Path(name)
            bodies = folder / "bodies.json"
            bodies.write_text(json.dumps(_bodies(40)), encoding="utf-8")
            command = [sys.executable, "-c", BARE, url, str(bodies), str(in_flight)]

            def bare(command: list[str] = command) -> float:
                return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

            anchor, ours = medians(rounds, bare, lambda url=url, n=in_flight: _a_call(url, n))  # type: ignore[misc]
            row(f"CPU a call, {in_flight} in flight", ours, anchor, "ms", "<= 1.5")


def _a_call(url: str, in_flight: int) -> float:
    used, calls = [], []
    for count in (10, 100):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            inbox(folder, count)
            code, summary, _, seconds, _ = commentary(folder, url, in_flight=in_flight, head_start=0)
            assert code == 0, summary
            used.append(seconds)
            calls.append(summary["calls"])
    return (used[1] - used[0]) / (calls[1] - calls[0]) * 1000


def _bodies(count: int) -> list[dict[str, Any]]:
    """The request bodies of so many briefs, as the pipeline sends them."""
    from pipeline.llm.chat import write_body

    bodies: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as name:
        inbox(Path(name), count)
        asked = _run_with_sleep(Path(name), count, in_flight=8, least=0, most=0)[1]
    bodies.extend(write_body(request, "json_schema", "max_completion_tokens") for request in asked)
    return bodies


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


def _run_with_sleep(
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
            wall, asked = _run_with_sleep(Path(name), count, in_flight=slots, least=least, most=most, short=short)
            ideal[short] = best_schedule(asked, slots, least, most)
            return wall

    def over_http() -> float:
        with tempfile.TemporaryDirectory(dir=SCRATCH) as name, provider("--latency", f"{least},{most}") as url:
            inbox(Path(name), count)
            code, summary, wall, _, _ = commentary(Path(name), url, in_flight=slots, head_start=0)
            assert code == 0, summary
            return wall

    short, news, http = medians(rounds, lambda: asleep(True), lambda: asleep(False), over_http)
    row(f"wall of {count} short briefs", short, ideal[True], "s", "<= 1.08")
    row(f"wall of {count} news briefs", news, ideal[False], "s", "<= 1.08")
    row("the same over HTTP, start-up included", http, ideal[False], "s", "")


# --- shapes ----------------------------------------------------------------------------------------------------------

SHAPE = ("--ttft", "0.5", "--tps", "80")
_EXTRACT, _WRITE, _PARAGRAPH = 0.5 + 600 / 80, 0.5 + 1400 / 80, 0.5 + 200 / 80


def burst(rounds: int) -> None:
    """Many briefs at once."""
    ideal = _EXTRACT + _WRITE + _PARAGRAPH
    for count, goal in ((64, "<= 1.10"), (256, "<= 1.35")):
        walls = []
        for _ in range(rounds):
            with tempfile.TemporaryDirectory() as name, provider(*SHAPE) as url:
                inbox(Path(name), count)
                code, summary, wall, _, _ = commentary(Path(name), url, in_flight=1000, head_start=0)
                assert code == 0, summary
                walls.append(wall)
        row(f"wall of {count} briefs at once", statistics.median(walls), ideal, "s", goal)


def shape(rounds: int) -> None:
    """Time to one draft, and what it costs."""
    ideal = _EXTRACT + _WRITE + _PARAGRAPH
    times, costs = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as name, provider(*SHAPE) as url:
            inbox(Path(name), 1)
            code, summary, _, _, _ = commentary(Path(name), url)
            assert code == 0, summary
            times.append(summary["seconds"])
            costs.append(_cost(summary))
    with tempfile.TemporaryDirectory() as name, provider("--latency", "0.01,0.01") as url:
        inbox(Path(name), 1)
        anchor = _cost(commentary(Path(name), url, in_flight=1)[1])
    row("time to a draft", statistics.median(times), ideal, "s", "<= 1.03")
    row("price of a draft, to one call after another", statistics.median(costs), anchor, "", "<= 1.05")


def _cost(summary: Mapping[str, Any]) -> float:
    """In units of a thousand fresh input tokens: cached ones a quarter, output eight times as dear."""
    fresh = summary["input_tokens"] - summary["cached_tokens"]
    return float(fresh + summary["cached_tokens"] / 4 + summary["output_tokens"] * 8) / 1000


def many(rounds: int) -> None:
    """A long run on a bad day."""
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as name, provider("--latency", "0.05,0.3", "--faults", "0.02") as url:
            folder = Path(name)
            inbox(folder, 1000)
            code, summary, wall, _, memory = commentary(folder, url, in_flight=32, head_start=0, timeout=5)
            seen = stats(url)
            endings = summary["endings"]
            print(
                f"1,000 briefs, 2 % of each of 14 faults: exit {code}, {wall:.0f} s, peak {memory:.0f} MiB, {endings}"
            )
            print(
                f"unfinished {summary['unfinished']}, requests {summary['requests']}, at the server {seen['requests']}"
            )
            reasons = [line for line in (folder / "log").read_text("utf-8").splitlines() if _is_failure(line)]
            print(f"failures {sum(endings.values()) - endings.get('draft', 0)}, with a reason {len(reasons)}")
            code, summary, wall, _, memory = commentary(folder, url, "--force", in_flight=32, head_start=0, timeout=5)
            print(f"with --force: exit {code}, {wall:.0f} s, {summary['endings']}, stopped: {summary['stopped']}")


def _is_failure(line: str) -> bool:
    _, _, what = line.partition(" ")
    return what.startswith(("parked ", "deferred ", "failed ", "error ")) and ": " in what


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what was asked for."""
    rows = {"startup": startup, "client": client, "runner": runner, "burst": burst, "shape": shape, "many": many}
    parser = argparse.ArgumentParser(prog="python -m benchmarks.runs", description=__doc__.split("\n")[0])
    parser.add_argument("rows", nargs="+", choices=rows, help="what to measure")
    parser.add_argument("--rounds", type=int, default=3, help="how often")
    options = parser.parse_args(arguments)
    SCRATCH.mkdir(exist_ok=True)
    print(f"{'':44}{'ours':>17}{'anchor':>17}")
    for name in options.rows:
        rows[name](options.rounds)


if __name__ == "__main__":
    main()
