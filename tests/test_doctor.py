"""`commentary doctor`: what it finds, what it says to do, and that it spends nothing unasked."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from pipeline import doctor
from pipeline.cli.doctor import TIMEOUT
from pipeline.doctor import Row, machine
from pipeline.llm.ledger import Ledger
from pipeline.settings import load
from tests.conftest import ROOT
from tests.server import Answer, Queue, Server, a_request, completion, refusal
from tests.test_cli import commentary

OPENAI = "https://api.openai.com/v1"


def key_row(key: str, base_url: str = OPENAI) -> Row:
    return doctor.key_row(load(environment={"OPENAI_API_KEY": key, "OPENAI_BASE_URL": base_url}))


@pytest.mark.parametrize(
    ("key", "base_url", "status", "said"),
    [
        ("", OPENAI, "fail", "not set"),
        ("", "http://localhost:8000/v1", "ok", "needs none"),
        ("x", "http://127.0.0.1:8000/v1", "ok", "set"),
        ("sk-proj-0123456789abcdef0123", OPENAI, "ok", "28 characters"),
        ("sk-abc def", OPENAI, "fail", "space"),
        ('"sk-0123456789abcdef"', OPENAI, "fail", "quotes"),
        ("OPENAI_API_KEY=sk-0123456789", OPENAI, "fail", "variable's name"),
        ("your-api-key-here", OPENAI, "fail", "placeholder"),
        ("sk-...", OPENAI, "fail", "placeholder"),
        ("0123456789abcdef0123", OPENAI, "warn", "sk-"),
        ("sk-proj-0123456789abcdef0123", "https://api.deepseek.com/v1", "warn", "sent to api.deepseek.com"),
        ("sk-012345", "https://api.deepseek.com/v1", "warn", "short"),
    ],
)
def test_the_shape_of_a_key(key: str, base_url: str, status: str, said: str) -> None:
    """What is no key is named before a server has to refuse it; the key itself is never shown."""
    row = key_row(key, base_url)
    assert row.status == status
    assert said in row.said
    assert row.exit_code == (78 if status == "fail" else 0)
    assert len(key) < 5 or key not in f"{row.said} {row.next}"


@pytest.mark.parametrize(
    ("off", "status", "said"), [(0, "ok", "within"), (1000, "warn", "1,000 s fast"), (-400, "warn", "400 s slow")]
)
def test_the_clock_is_compared_with_the_endpoints(off: float, status: str, said: str) -> None:
    """A clock five minutes off dates drafts wrongly and misreads Retry-After."""

    class Listed:
        models = None
        clock = 1_800_000_000.0

    row = doctor.clock_row(Listed(), Listed.clock + off)
    assert row.status == status
    assert said in row.said


def ledger_of(out: Path, replies: int = 3) -> list[Path]:
    ledger = Ledger(Queue(*["fine"] * replies), out / ".ledger", endpoint="e")

    async def fill() -> None:
        for part in range(replies):
            await ledger.complete(a_request(part=str(part)))

    asyncio.run(fill())
    return sorted((out / ".ledger").glob("*.json"))


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-20] ^= 1
    path.write_bytes(bytes(data))


@pytest.mark.parametrize(
    "damage",
    [flip, lambda path: path.write_bytes(path.read_bytes()[:50]), lambda path: path.rename(path.with_name("00.json"))],
    ids=["a flipped bit", "cut", "another's name"],
)
def test_a_damaged_reply_is_found_and_left_where_it_is(tmp_path: Path, damage: Any) -> None:
    """Every record is hashed again; one that is not as it was written is counted, named, and not moved."""
    first, *_ = ledger_of(tmp_path)
    assert doctor.ledger_row(tmp_path).status == "ok"
    damage(first)
    before = sorted((tmp_path / ".ledger").iterdir())
    row = doctor.ledger_row(tmp_path)
    assert (row.status, row.exit_code) == ("fail", 65)
    assert row.said.startswith("1 of 3 replies are damaged")
    assert sorted((tmp_path / ".ledger").iterdir()) == before


def test_the_folder_is_tried_and_left_as_it_was(tmp_path: Path) -> None:
    """One that is not there is not made, one that is there holds nothing new, a file is no folder."""
    assert doctor.folder_row(tmp_path / "a" / "b").status == "ok"
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "out").mkdir()
    assert doctor.folder_row(tmp_path / "out").status == "ok"
    assert list((tmp_path / "out").iterdir()) == []
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file" / "out"):
        row = doctor.folder_row(path)
        assert (row.status, row.exit_code) == ("fail", 74)
        assert row.next


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """Said before a run fails on it."""
    tmp_path.chmod(0o500)
    assert doctor.folder_row(tmp_path).exit_code == 74
    assert doctor.folder_row(tmp_path / "out").exit_code == 74
    tmp_path.chmod(0o700)


def test_extras_are_those_the_package_declares() -> None:
    """Each with the versions that are here, or how to get it; what only developers need is no extra."""
    rows = {row.name: row for row in doctor.extras_rows()}
    assert rows["extra feeds"].status == "ok"
    assert "feedparser" in rows["extra feeds"].said
    assert "extra dev" not in rows
    assert "aiohttp" in rows["extra many"].said  # which is an extra of another package
    row = machine._extra_row("news-commentary", "feeds", ["httpx", "no-such-package"])
    assert (row.status, "no-such-package" in row.said) == ("skip", True)
    assert "pip install 'news-commentary[feeds]'" in row.next


# --- the command, against a server -----------------------------------------------------------------------------------

KEY = "sk-secret-0123456789"
MODELS = {"object": "list", "data": [{"id": "some-model"}, {"id": "other-model"}]}


def answering(body: dict[str, Any]) -> Answer:
    return Answer(completion('{"ready": true}') if body else MODELS, headers={"date": formatdate(usegmt=True)})


def run(server: Server, cwd: Path, *more: str, key: str = KEY) -> tuple[int, dict[str, str], str]:
    result = commentary(
        "doctor", "--model", "some-model", *more, cwd=cwd, OPENAI_BASE_URL=server.url, OPENAI_API_KEY=key
    )
    text = result.stdout + result.stderr
    rows = {line[6:18].strip(): line for line in result.stdout.splitlines()}
    return result.returncode, rows, text


@pytest.mark.loopback
def test_without_a_yes_nothing_is_spent(tmp_path: Path) -> None:
    """No terminal, no question, no call: the list of models tells of endpoint, key and model."""
    with Server(answering) as server:
        code, rows, text = run(server, tmp_path)
        assert server.bodies == [{}]
    assert code == 0, text
    assert rows["endpoint"].startswith("ok")
    assert "listed; not asked" in rows["model"]
    assert "within" in rows["clock"]
    assert KEY not in text


@pytest.mark.loopback
def test_with_a_yes_the_model_is_asked_once(tmp_path: Path) -> None:
    """The dialect is found out on the way, and remembered."""

    def json_object_only(body: dict[str, Any]) -> Answer:
        if body.get("response_format", {}).get("type") == "json_schema":
            return Answer(refusal("x", "This response_format type is unavailable now"), status=400)
        return answering(body)

    with Server(json_object_only) as server:
        code, rows, text = run(server, tmp_path, "--yes")
        assert (code, len(server.bodies)) == (0, 3), text
        assert "structured = json_object" in rows["model"]
        run(server, tmp_path, "--yes")
        assert len(server.bodies) == 5


@pytest.mark.loopback
@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        (Answer(refusal("invalid_api_key", f"Incorrect API key provided: {KEY}"), status=401), 78, "rejected"),
        (Answer(refusal(None, "oops"), status=503), 75, "503"),
        (Answer("<html>Welcome</html>"), 78, "is no API"),
        (Answer("not found", status=404), 0, "no list of models"),
        (Answer({"data": [{"id": "some-modle"}]}), 0, "did you mean some-modle"),
    ],
    ids=["wrong key", "down", "a web page", "no list", "another model"],
)
def test_an_endpoint_that_will_not_do(tmp_path: Path, answer: Answer, code: int, said: str) -> None:
    """One line with what and why and the next step; the other rows follow; no key is repeated."""
    with Server([answer]) as server:
        returned, rows, text = run(server, tmp_path)
    assert said in text
    assert returned == code, text
    assert "ledger" in rows
    assert "Traceback" not in text
    assert KEY not in text


def test_nobody_listening(tmp_path: Path) -> None:
    """A server that is not there is for later, after one try."""
    began = time.monotonic()
    result = commentary("doctor", "--base-url", "http://127.0.0.1:9/v1", cwd=tmp_path)
    assert result.returncode == 75
    assert "connection to http://127.0.0.1:9/v1 failed" in result.stdout
    assert time.monotonic() - began < 20


def test_json_is_one_document(tmp_path: Path) -> None:
    """With the rows in order and nothing else."""
    result = commentary("doctor", "--offline", "--json", cwd=tmp_path)
    assert result.returncode == 78
    document = json.loads(result.stdout)
    assert document["schema_version"] == 1
    names = [row["name"] for row in document["checks"]]
    assert names[:7] == ["settings", "key", "endpoint", "model", "clock", "folder", "ledger"]
    assert not (tmp_path / "out").exists()


@pytest.mark.loopback
@pytest.mark.parametrize("answer", [Answer(hang=True), Answer(MODELS, drip=0.3)], ids=["hangs", "drips"])
def test_a_server_that_never_ends_is_cut(tmp_path: Path, answer: Answer) -> None:
    """By the setting timeout, and after a minute at most; the other rows follow."""
    with Server([answer]) as server:
        began = time.monotonic()
        result = commentary(
            "doctor", "--yes", cwd=tmp_path, OPENAI_BASE_URL=server.url, OPENAI_API_KEY=KEY, COMMENTARY_TIMEOUT="1"
        )
        assert time.monotonic() - began < 15
    assert result.returncode == 75
    assert "no complete answer within 1 s" in result.stdout
    assert "folder" in result.stdout
    assert TIMEOUT == 60


@pytest.mark.loopback
@pytest.mark.skipif(sys.platform == "win32", reason="no terminals of this kind")
@pytest.mark.parametrize(("typed", "requests"), [(b"n\n", 1), (b"y\n", 2), (b"\x04", 1), (b"\x03", 1)])
def test_at_a_terminal_it_asks_before_it_spends(tmp_path: Path, typed: bytes, requests: int) -> None:
    """With a bound on the price, and no is what Enter means; Ctrl-C ends it with its own code."""
    import pty

    with Server(answering) as server:
        environment = os.environ | {
            "PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.url
        }  # fmt: skip
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline", "doctor", "--model", "gpt-5.6-luna"],
            cwd=tmp_path, env=environment, stdin=theirs, stderr=theirs, stdout=subprocess.PIPE,
            preexec_fn=os.setsid, text=True,
        )  # fmt: skip
        os.close(theirs)
        said = b""
        while b"[y/N]" not in said:
            said += os.read(ours, 1000)
        os.write(ours, typed if typed != b"\x03" else b"")
        if typed == b"\x03":
            process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=30)
        os.close(ours)
    assert b"at most $0.0" in said
    assert len(server.bodies) == requests
    if typed in (b"n\n", b"y\n"):
        assert process.returncode == 0
        assert ("answered in" in out) == (typed == b"y\n")
    else:
        assert process.returncode == 130
    assert KEY not in out + said.decode()
