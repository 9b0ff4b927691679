"""Processor time: until something is printed, until the first request, and a call of the whole pipeline.

Lives here: the rows `startup` and `client`, and the programs they are compared with.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.measuring import ROOT, commentary, inbox, medians, processor, provider, row, stats
from benchmarks.wall import run_with_sleep

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


def startup(rounds: int) -> None:
    """Processor time until something is printed, and until the first request."""
    with tempfile.TemporaryDirectory() as name, provider() as url:
        folder = Path(name)
        environment = {"PYTHONPATH": str(ROOT), "OPENAI_API_KEY": "x", "OPENAI_BASE_URL": url}
        ours = [sys.executable, "-m", "pipeline"]
        empty, done = ([*ours, "run", source, "--out", f"{source}-out"] for source in ("empty", "inbox"))
        (folder / "empty").mkdir()
        inbox(folder, 20)
        for command in (empty, done):
            subprocess.run([*command, "--quiet"], cwd=folder, env=os.environ | environment, check=True)
        _age(folder)
        measures = {
            "--help": [*ours, "--help"],
            "--version": [*ours, "--version"],
            "a run over an empty folder": empty,
            "a run over 20 finished briefs": done,
            "the same for the first time": [*done, "--log-file", "log"],  # with a log no note is made or used
        }
        for command in (empty, done):
            processor(command, folder, **environment)  # leaves the note
        bare, *times = medians(
            rounds * 3,
            lambda: processor([sys.executable, "-c", ARGPARSE], folder),
            *(lambda command=command: processor(command, folder, **environment) for command in measures.values()),  # type: ignore[misc]
        )
        for label, seconds in zip(measures, times, strict=True):
            row(f"CPU of {label}", seconds * 1000, bare * 1000, "ms", None if "first" in label else 2.5)
        anchor, first = medians(
            rounds * 2,
            lambda: processor([sys.executable, "-c", FIRST_REQUEST, url], folder),
            lambda: _until_the_first_request(folder, url),
        )
        row("CPU from start to the first request", first * 1000, anchor * 1000, "ms", 1.15)


def _age(folder: Path) -> None:
    """As if all had been written five minutes ago: what is new may still be being written."""
    when = time.time() - 300
    for path in (folder, *folder.rglob("*")):
        os.utime(path, (when, when), follow_symlinks=False)


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

            anchor, ours, checks = medians(rounds, bare, lambda url=url, n=in_flight: _a_call(url, n), _checks_a_call)  # type: ignore[misc]
            row(f"CPU a call, {in_flight} in flight", ours, anchor, "ms", 1.5)
            row("  of it the checker", checks, anchor, "ms")
            row("  all but the checker", ours - checks, anchor, "ms")


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


def _checks_a_call() -> float:
    """Milliseconds a call that the checker takes: of the English body, then of both editions, over the calls made."""
    from pipeline.checker import check_draft
    from pipeline.store import draft_folders, load

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        inbox(folder, 10)
        calls = len(run_with_sleep(folder, 10, in_flight=8, least=0, most=0)[1])
        drafts = [load(found) for found in draft_folders(folder / "out")]
        begun = time.process_time()
        for draft in drafts:
            check_draft(draft.model_copy(update={"zh": None}))
            check_draft(draft)
        return (time.process_time() - begun) / calls * 1000


def _bodies(count: int) -> list[dict[str, Any]]:
    """The request bodies of so many briefs, as the pipeline sends them."""
    from pipeline.llm.chat import write_body

    bodies: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as name:
        inbox(Path(name), count)
        asked = run_with_sleep(Path(name), count, in_flight=8, least=0, most=0)[1]
    bodies.extend(write_body(request, "json_schema", "max_completion_tokens") for request in asked)
    return bodies
