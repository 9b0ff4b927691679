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
from functools import partial
from pathlib import Path

from benchmarks.measuring import ROOT, SCRATCH, commentary, inbox, medians, processor, provider, row, stats
from benchmarks.wall import run_with_sleep
from pipeline.llm import Request
from pipeline.llm.chat import write_body

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
STACK = """
import asyncio, json, sys, tempfile, time
from pathlib import Path
from pipeline.llm import Request
from pipeline.llm.ledger import Ledger
from pipeline.llm.limits import Budgeted, Paced
from pipeline.llm.openai import OpenAILLM, make_client
from pipeline.llm.retrying import Retrying
requests = [Request.model_validate(request) for request in json.load(open(sys.argv[2]))]
in_flight = int(sys.argv[3])
async def ask(count, folder):
    wide = {"alone": in_flight, "ledger": in_flight, "default": 1, "aiohttp": 1000}[sys.argv[5]]
    endpoint = OpenAILLM(make_client(api_key="x", base_url=sys.argv[1], timeout=60, in_flight=wide))
    llm = Retrying(Budgeted(Paced(endpoint, in_flight=in_flight), prices={}))
    llm = Ledger(llm, Path(folder), endpoint="e") if folder else llm
    await asyncio.gather(*(llm.complete(request) for request in requests[:count]))
    await endpoint.aclose()
asyncio.run(ask(20, None))
with tempfile.TemporaryDirectory(dir=sys.argv[4]) as folder:
    begun = time.process_time()
    asyncio.run(ask(None, folder if sys.argv[5] == "ledger" else None))
    print((time.process_time() - begun) / len(requests) * 1000)
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
        subprocess.run([*done, "--quiet"], cwd=folder, env=os.environ | environment, check=True)
        measures = {
            "--help": [*ours, "--help"],
            "--version": [*ours, "--version"],
            "a run over an empty folder": empty,
            "a run over 20 finished briefs": done,
        }
        bare, *times = medians(
            rounds * 3,
            lambda: processor([sys.executable, "-c", ARGPARSE], folder),
            *(partial(processor, command, folder, **environment) for command in measures.values()),
        )
        for label, seconds in zip(measures, times, strict=True):
            row(f"CPU of {label}", seconds * 1000, bare * 1000, "ms", 2.5)
        anchor, first = medians(
            rounds * 2,
            lambda: processor([sys.executable, "-c", FIRST_REQUEST, url], folder),
            lambda: _until_the_first_request(folder, url),
        )
        row("CPU from start to the first request", first * 1000, anchor * 1000, "ms", 1.15)


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
            bodies, requests = folder / "bodies.json", folder / "requests.json"
            asked = _asked(40)
            requests.write_text(json.dumps([request.model_dump(mode="json") for request in asked]), encoding="utf-8")
            written = [write_body(request, "json_schema", "max_completion_tokens") for request in asked]
            bodies.write_text(json.dumps(written), encoding="utf-8")
            stack = partial(_printed, STACK, url, str(requests), str(in_flight), str(SCRATCH))
            anchor, alone, kept, ours, checks = medians(
                rounds,
                partial(_printed, BARE, url, str(bodies), str(in_flight)),
                partial(stack, "alone"),
                partial(stack, "ledger"),
                partial(_a_call, url, in_flight),
                _checks_a_call,
            )
            row(f"CPU a call, {in_flight} in flight", ours, anchor, "ms", 1.5)
            row("  the model client alone", alone, anchor, "ms")
            row("  the model client and the ledger", kept, anchor, "ms")
            row("  the checker", checks, anchor, "ms")
            row("  all but the checker", ours - checks, anchor, "ms")


def transport(rounds: int) -> None:
    """Processor time a call over aiohttp, beside the transport that the SDK takes otherwise."""
    with tempfile.TemporaryDirectory() as name, provider("--latency", "0.05,0.3") as url:
        requests = Path(name) / "requests.json"
        asked = _asked(50)
        requests.write_text(json.dumps([request.model_dump(mode="json") for request in asked]), encoding="utf-8")
        for in_flight in (8, 32, 128, 512):
            stack = partial(_printed, STACK, url, str(requests), str(in_flight), str(SCRATCH))
            default, aiohttp = medians(rounds, partial(stack, "default"), partial(stack, "aiohttp"))
            row(f"CPU a call over aiohttp, {in_flight} in flight", aiohttp, default, "ms")


def _printed(program: str, *arguments: str) -> float:
    """The number that a program prints."""
    command = [sys.executable, "-c", program, *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return float(subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout)


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


def _asked(count: int) -> list[Request]:
    """What the pipeline asks about so many briefs."""
    with tempfile.TemporaryDirectory() as name:
        inbox(Path(name), count)
        asked: list[Request] = run_with_sleep(Path(name), count, in_flight=8, least=0, most=0)[1]
        return asked
