"""What an operator never has to think about: kills, a second copy, bad servers, full disks.

The runner is a process of its own, the provider a server in this one; its journal is what a provider would bill. The
variable CRASH_ROUNDS sets the number of kills. Bounded by rounds and not by time: a slow machine is no failure.
"""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pipeline import store
from tests.conftest import ROOT
from tests.fakes import story, told
from tests.server import Answer, Served, Server, completion, refusal

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "30"))
LIMIT = 120
LONG_BEFORE = 3.0
"""Seconds: a reply handed over so long before a kill must have reached the disk, also on a busy machine."""
FILES = {"draft.json", "en.md", "zh.md", "review.html", "brief.txt", "run.json"}

pytestmark = [pytest.mark.slow, pytest.mark.loopback]


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


def write_brief(inbox: Path, number: int) -> None:
    """Another brief of the story; its last line names it."""
    (inbox / f"{number:03}.txt").write_text(story(f"Filed under {number}."), encoding="utf-8")


class Provider(Server):
    """A server that tells the story, each reply a moment later and under a model name of its own, so that a record of
    the ledger can be matched with the entry of the journal that it came from. `fault` may answer otherwise."""

    def __init__(self, seed: int = 7, fault: Any = lambda body, reply: None) -> None:
        self._dice = random.Random(seed)
        self._fault = fault
        super().__init__(self._reply)

    def _reply(self, body: dict[str, Any]) -> Answer:
        reply = completion(told(body)) | {"model": f"m{len(self.journal) - 1}"}
        return self._fault(body, reply) or Answer(reply, after=self._dice.uniform(0.01, 0.08))

    def kept(self, out: Path) -> set[int]:
        """The entries of the journal whose replies are in the ledger; every record there is whole, but for those that
        a kill left on their way to their place."""
        texts = {path: path.read_text("utf-8") for path in (out / ".ledger").glob("*.json")}
        texts |= {p: t for p in (out / ".ledger").glob(".tmp-*") if (t := p.read_text("utf-8")).endswith("}\n")}
        return {int(json.loads(text)["record"]["reply"]["model"][1:]) for text in texts.values()}


def start(inbox: Path, server: Server, *options: str, **environment: str) -> subprocess.Popen[bytes]:
    """The runner over an inbox, in a process of its own."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "COMMENTARY_"))}
    own = {"PYTHONPATH": str(ROOT), "OPENAI_API_KEY": "x", "OPENAI_BASE_URL": server.url, "HOME": str(inbox.parent)}
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline", "run", "inbox", "--out", "out", "--json", *options],
        cwd=inbox.parent, env=clean | own | {"COMMENTARY_HEAD_START": "0"} | environment,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def ended(process: subprocess.Popen[bytes]) -> tuple[int, list[dict[str, Any]], str]:
    """Exit code, records and stderr of a runner."""
    stdout, stderr = process.communicate(timeout=LIMIT)
    return process.returncode, [json.loads(line) for line in stdout.splitlines()], stderr.decode()


def drafts(out: Path) -> list[Path]:
    """The draft folders that anybody can see. Every one is whole, and nothing else is there but lists and parked/."""
    folders = [
        path
        for path in (out.iterdir() if out.exists() else [])
        if not path.name.startswith(".") and path.name not in ("index.html", "drafts.jsonl", "parked")
    ]
    for folder in folders:
        assert {file.name for file in folder.iterdir()} == FILES
        assert store.load(folder).status == "complete"
    if (out / "drafts.jsonl").exists():
        assert all(json.loads(line) for line in (out / "drafts.jsonl").read_text("utf-8").splitlines())
    return folders


def question(served: Served) -> str:
    """What was asked, to tell whether it was asked twice."""
    return json.dumps(served.body["messages"])


# --- kills -----------------------------------------------------------------------------------------------------------


def test_kills_at_random_points_lose_nothing_and_pay_nothing_twice(inbox: Path) -> None:
    """After every kill what is visible is whole. A call whose reply was kept is never made again, and a reply handed
    over well before a kill is kept. In the end every brief has its draft, and one more run asks nothing."""
    dice, out, written = random.Random(7), inbox.parent / "out", 0
    in_the_gap: dict[str, float] = {}
    with Provider() as server:
        for _ in range(ROUNDS):
            for _ in range(dice.choice((0, 1, 1, 2))):
                write_brief(inbox, written := written + 1)
            known = {question(server.journal[index]) for index in server.kept(out)}
            before, process = len(server.journal), start(inbox, server)
            _wait_for_calls(server, before + dice.randrange(10), process, dice.uniform(0, 1.5))
            time.sleep(dice.uniform(0, 0.1))
            process.kill()
            killed = time.monotonic()
            process.communicate()
            server.wait_until_closed()

            drafts(out)
            assert known.isdisjoint(map(question, server.journal[before:]))
            kept = server.kept(out)
            for index, served in enumerate(server.journal[before:], before):
                if served.answered and served.answered > killed:
                    served.answered = None  # handed to nobody
                if served.answered and index not in kept:
                    assert killed - served.answered < LONG_BEFORE
                    in_the_gap[question(served)] = killed - served.answered

        code, lines, stderr = ended(start(inbox, server))
        assert (code, stderr.count("Traceback")) == (0, 0)
        assert {line["type"] for line in lines} <= {"draft", "skipped", "summary"}
        assert len(lines) == written + 1
        assert len(drafts(out)) == written
        answered = Counter(question(served) for served in server.journal if served.answered)
        twice = {asked for asked, count in answered.items() if count > 1}
        assert twice <= set(in_the_gap)
        longest = max((in_the_gap[asked] for asked in twice), default=0.0)
        print(
            f"{ROUNDS} kills, {written} briefs, {len(answered)} calls; paid twice: 0 that were kept, {len(twice)} "
            f"killed as they arrived, at most {longest * 1000:.0f} ms before"
        )

        calls = len(server.journal)
        assert ended(start(inbox, server))[0] == 0
        assert len(server.journal) == calls


def _wait_for_calls(server: Server, count: int, process: subprocess.Popen[bytes], at_most: float) -> None:
    """Wait until the server has had so many requests; when that is none, so many seconds of the start-up."""
    if count == len(server.journal):
        time.sleep(at_most)
    deadline = time.monotonic() + LIMIT
    while len(server.journal) < count and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_keeps_what_is_finished(inbox: Path, number: signal.Signals) -> None:
    """Terminated in the middle: within 5 s, with a summary, no temporary folder left; the next run goes on."""
    for brief in range(8):
        write_brief(inbox, brief)
    out = inbox.parent / "out"
    with Provider() as server:
        process = start(inbox, server)
        _wait_for_calls(server, 12, process, 0)
        sent = time.monotonic()
        process.send_signal(number)
        code, lines, _ = ended(process)
        assert time.monotonic() - sent < 5
        assert code == 128 + number
        assert lines[-1]["type"] == "summary"
        assert lines[-1]["unfinished"] > 0
        assert not list(out.glob(".tmp-*"))
        known = {question(server.journal[index]) for index in server.kept(out)}
        before = len(server.journal)
        assert ended(start(inbox, server))[0] == 0
        assert known.isdisjoint(map(question, server.journal[before:]))
        assert len(drafts(out)) == 8


# --- two at once -----------------------------------------------------------------------------------------------------


def test_two_at_once_make_each_brief_once(inbox: Path) -> None:
    """Of two copies over one inbox one does the work, the other ends with 75 at once and says why."""
    for brief in range(6):
        write_brief(inbox, brief)
    with Provider() as server:
        copies = [start(inbox, server) for _ in range(2)]
        codes = [ended(copy) for copy in copies]
        assert sorted(code for code, _, _ in codes) == [0, 75]
        assert "another run" in next(stderr for code, _, stderr in codes if code == 75)
        assert len(drafts(inbox.parent / "out")) == 6
        assert set(Counter(map(question, server.journal)).values()) == {1}


# --- a server that misbehaves ----------------------------------------------------------------------------------------


def faults(reply: dict[str, Any]) -> list[Answer]:
    """One answer of each kind that goes wrong."""
    text = json.dumps(reply)
    message = reply["choices"][0]["message"]

    def cut(reason: str, content: str | None) -> Answer:
        return Answer(reply | {"choices": [{"finish_reason": reason, "message": message | {"content": content}}]})

    return [
        Answer(b"oops", status=500),
        Answer(b"", status=503, headers={"retry-after": "1"}),
        Answer(refusal("rate_limit_exceeded", "Too many"), status=429, headers={"retry-after-ms": "300"}),
        Answer(b"<html>welcome</html>", headers={"content-type": "text/html"}),
        Answer(text[: len(text) // 2]),
        Answer({"error": {"message": "overloaded", "code": 503}}),
        Answer(reply | {"choices": []}),
        Answer(b"\xff\xfe\x00" * 100),
        Answer(text, drop=40),
        Answer(text, drip=0.5),
        Answer(hang=True),
        cut("stop", None),
        cut("stop", "   "),
        cut("stop", "{ nothing of use"),
        cut("length", "Half of a"),
        cut("content_filter", ""),
        cut("whatever", "A text."),
        Answer(
            reply | {"choices": [{"finish_reason": "stop", "message": message | {"refusal": "I would rather not."}}]}
        ),
    ]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_server_that_misbehaves_loses_no_brief(inbox: Path, seed: int) -> None:
    """Every brief has one ending, every ending but a draft has a reason, nothing half done is visible; when the server
    is well again the next run makes all that was not parked, and --force the rest."""
    for brief in range(20):
        write_brief(inbox, brief)
    dice, out = random.Random(seed), inbox.parent / "out"

    def fault(body: dict[str, Any], reply: dict[str, Any]) -> Answer | None:
        return dice.choice(faults(reply)) if dice.random() < 0.25 else None

    settings = {"COMMENTARY_TIMEOUT": "1.5", "COMMENTARY_ATTEMPTS": "2", "COMMENTARY_IN_FLIGHT": "20"}
    with Provider(seed, fault) as server:
        code, lines, stderr = ended(start(inbox, server, **settings))
        assert code in (0, 65, 75)
        assert "Traceback" not in stderr
        endings, summary = lines[:-1], lines[-1]
        assert len({line["id"] for line in endings}) == len(endings) == 20 - summary["unfinished"]
        assert all(line["reason"] for line in endings if line["type"] != "draft")
        made = drafts(out)
        assert len(made) == summary["endings"].get("draft", 0)
        assert summary["requests"] == len(server.journal)

        server._fault = lambda body, reply: None
        code, lines, _ = ended(start(inbox, server))
        parked = sum(line["type"] == "parked" for line in lines)
        assert code == (65 if parked else 0)
        assert len(drafts(out)) == 20 - parked
        assert ended(start(inbox, server, "--force"))[0] == 0
        assert len(drafts(out)) == 20


def test_a_server_that_is_down_gets_exactly_the_attempts(inbox: Path) -> None:
    """Endless 500 with one brief: as many requests as configured, exit code 75, said in one line."""
    write_brief(inbox, 1)
    with Server([Answer(b"oops", status=500)]) as server:
        code, lines, _ = ended(start(inbox, server, COMMENTARY_ATTEMPTS="3"))
    assert (code, len(server.journal)) == (75, 3)
    assert (lines[0]["type"], lines[-1]["requests"]) == ("deferred", 3)
    assert "3 requests sent" in lines[0]["reason"]


def test_a_server_that_is_down_stops_a_long_run(inbox: Path) -> None:
    """With many briefs the run ends after five requests in a row whose every attempt failed; nothing is lost."""
    for brief in range(30):
        write_brief(inbox, brief)
    with Server([Answer(b"oops", status=500)]) as server:
        code, lines, _ = ended(start(inbox, server, COMMENTARY_ATTEMPTS="2", COMMENTARY_IN_FLIGHT="3"))
    assert code == 75
    assert len(server.journal) <= 2 * (5 + 3)
    assert "5 requests in a row" in lines[-1]["stopped"]
    assert lines[-1]["unfinished"] + lines[-1]["endings"]["deferred"] == 30


# --- a disk that is full ---------------------------------------------------------------------------------------------

needs_prlimit = pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux limits a running process")


def no_files_over(size: int, process: subprocess.Popen[bytes]) -> None:
    """From now on a process cannot make a file larger than this: what a full disk is like."""
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, size))


@needs_prlimit
def test_no_room_is_told_before_the_first_call(inbox: Path) -> None:
    """Where no draft could be written nothing is paid for; the code is 74 and the line says what to do."""
    write_brief(inbox, 1)
    with Provider() as server:
        process = start(inbox, server)
        no_files_over(10_000, process)
        code, lines, stderr = ended(process)
        assert (code, server.journal) == (74, [])
        assert "Make room" in stderr
        assert (lines[-1]["exit_code"], lines[-1]["unfinished"]) == (74, 1)
        assert drafts(inbox.parent / "out") == []


@needs_prlimit
@pytest.mark.parametrize("size", [200, 8_000], ids=["no record", "records but no draft"])
def test_a_disk_that_fills_up_is_loud_and_keeps_earlier_work(inbox: Path, size: int) -> None:
    """With the room gone in the middle the run ends with 74; what was made is whole, and with room it goes on."""
    out = inbox.parent / "out"
    for brief in range(12):
        write_brief(inbox, brief)
    with Provider() as server:
        process = start(inbox, server, COMMENTARY_IN_FLIGHT="2")
        _wait_for_calls(server, 16, process, 0)
        while not drafts(out) and process.poll() is None:
            time.sleep(0.02)
        no_files_over(size, process)
        code, lines, stderr = ended(process)
        assert (code, stderr.count("Traceback")) == (74, 0)
        assert "Make room" in stderr
        assert lines[-1]["unfinished"] > 0
        made = {path.name: (path / "draft.json").read_bytes() for path in drafts(out)}
        assert made
        assert ended(start(inbox, server))[0] == 0
        assert len(drafts(out)) == 12
        assert all((out / name / "draft.json").read_bytes() == draft for name, draft in made.items())


def test_a_folder_that_cannot_be_written_is_told_before_the_first_call(inbox: Path) -> None:
    """A file in the place of the output folder: 74, and nothing is asked."""
    write_brief(inbox, 1)
    (inbox.parent / "out").write_text("in the way", encoding="utf-8")
    with Provider() as server:
        code, _, stderr = ended(start(inbox, server))
        assert (code, server.journal) == (74, [])
        assert "cannot write" in stderr


# --- a budget --------------------------------------------------------------------------------------------------------


def test_a_budget_ends_a_run_and_the_next_one_goes_on(inbox: Path) -> None:
    """Run after run with the same budget makes all drafts, no run passes it, and nothing is bought twice."""
    for brief in range(4):
        write_brief(inbox, brief)
    with Provider() as server:
        for _ in range(30):
            before = len(server.journal)
            code, lines, _ = ended(start(inbox, server, "--max-tokens", "12000"))
            assert 25 * (len(server.journal) - before) <= 12_000  # each reply says 25
            if code == 0:
                break
            assert code == 75
            assert "max_tokens" in lines[-1]["stopped"]
        assert len(drafts(inbox.parent / "out")) == 4
        assert set(Counter(map(question, server.journal)).values()) == {1}
