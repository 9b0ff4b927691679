"""What `run` says, where, and with which exit code: full and closed streams, a folder in use, plans, --strict."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from tests.conftest import ROOT
from tests.fakes import place_of, story, told
from tests.server import Answer, Server, completion
from tests.test_cli import LIMIT, commentary

pytestmark = pytest.mark.loopback

needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A folder with one brief of the story."""
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "a.txt").write_text(story("Filed under a."), encoding="utf-8")
    return tmp_path / "inbox"


def reaching(server: Server) -> dict[str, str]:
    """The environment that leads to a server."""
    return {"OPENAI_API_KEY": "x", "OPENAI_BASE_URL": server.url, "COMMENTARY_HEAD_START": "0"}


def shell(command: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command line of a shell, in which `commentary` is the real command."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "COMMENTARY_", "XDG_"))}
    script = command.replace("commentary", f'"{sys.executable}" -m pipeline')
    return subprocess.run(
        ["bash", "-c", script], cwd=cwd, capture_output=True, text=True, timeout=LIMIT, check=False,
        env=clean | {"PYTHONPATH": str(ROOT), "HOME": str(cwd)} | environment,
    )  # fmt: skip


# --- streams ---------------------------------------------------------------------------------------------------------


@needs_full
@pytest.mark.parametrize(
    ("streams", "code"),
    [
        (">/dev/full", 74),
        ("2>/dev/full", 0),
        (">&-", 0),
        ("2>&-", 0),
        ("2>&1 | head -1; exit ${PIPESTATUS[0]}", 0),
        ("--json >/dev/full", 74),
    ],
)
def test_a_stream_that_takes_no_more_does_not_stop_the_work(inbox: Path, streams: str, code: int) -> None:
    """The draft is made; a full stdout is told in one line with 74, a closed one and any stderr change nothing."""
    with Server(told) as server:
        result = shell(f"commentary run inbox --out out {streams}", inbox.parent, **reaching(server))
    assert result.returncode == code
    assert "Traceback" not in result.stderr
    assert ("standard output: cannot write: No space left on device" in result.stderr) == (code == 74)
    assert len(list((inbox.parent / "out").glob("20*"))) == 1


@needs_full
@pytest.mark.parametrize("command", ["--help", "schema", "config show", "run inbox --out out --dry-run"])
def test_a_full_stdout_is_no_bug(inbox: Path, command: str) -> None:
    """Whatever is printed: 74 and one line."""
    result = shell(f"commentary {command} >/dev/full", inbox.parent)
    assert result.returncode == 74
    assert len(result.stderr.splitlines()) == 1
    assert "No space left" in result.stderr


@needs_full
def test_wrong_usage_keeps_its_code_where_nothing_can_be_said(tmp_path: Path) -> None:
    """2, also with a full stderr."""
    assert shell("commentary config nope 2>/dev/full", tmp_path).returncode == 2


@needs_full
def test_a_log_that_cannot_be_written_is_told_once_before_the_first_call(inbox: Path) -> None:
    """74, one line with the way out, and nothing is asked."""
    with Server(told) as server:
        arguments = ("run", "inbox", "--out", "out", "--log-file", "/dev/full")
        result = commentary(*arguments, cwd=inbox.parent, **reaching(server))
    assert (result.returncode, server.journal) == (74, [])
    assert result.stderr.count("--log-file") == 1


def test_a_bug_is_one_line_that_names_the_file_of_its_trace(tmp_path: Path) -> None:
    """No trace reaches the user; the file holds it, with the time."""
    broken = "import pipeline.cli.show as show\ndef boom(): raise RuntimeError('boom')\nshow.schema = boom\n"
    script = f"{broken}from pipeline.cli import _run\nraise SystemExit(_run(['schema']))"
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=LIMIT, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")},
    )  # fmt: skip
    assert result.returncode == 70
    (line,) = result.stderr.splitlines()
    assert "RuntimeError: boom" in line
    named = re.search(r"the trace in (.+)\.$", line)
    assert named
    assert "Traceback" in Path(named[1]).read_text(encoding="utf-8")


# --- what stops a run before it begins -------------------------------------------------------------------------------


@pytest.mark.parametrize("quiet", [False, True], ids=["plain", "quiet"])
def test_a_folder_in_use_is_told_unless_quiet(inbox: Path, quiet: bool) -> None:
    """Another run holds the folder: 75 at once with the reason; cron, which is quiet, sends no mail."""
    (inbox.parent / "out").mkdir()
    with FileLock(inbox.parent / "out" / ".lock"):
        result = commentary("run", "inbox", "--out", "out", *(["-q"] if quiet else []), cwd=inbox.parent)
    assert result.returncode == 75
    assert ("another run" in result.stderr) != quiet
    assert (result.stdout == "") == quiet


def test_what_stops_a_run_is_in_its_summary(inbox: Path) -> None:
    """For programs too: the last record has the code and the reason, also when nothing was begun."""
    (inbox.parent / "out").mkdir()
    with FileLock(inbox.parent / "out" / ".lock"):
        result = commentary("run", "inbox", "--out", "out", "--json", cwd=inbox.parent)
    (record,) = [json.loads(line) for line in result.stdout.splitlines()]
    assert (record["type"], record["exit_code"]) == ("summary", 75)
    assert "another run" in record["stopped"]


def test_a_run_that_was_stopped_does_not_say_that_there_was_no_brief(inbox: Path) -> None:
    """Prompts that are missing are told of, before any brief is read."""
    result = commentary("run", "inbox", "--out", "out", cwd=inbox.parent, COMMENTARY_PROMPTS_DIR="nowhere")
    assert result.returncode == 78
    assert "nowhere: no such folder" in result.stderr
    assert "no brief found" not in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "", "--out", "out"), "SOURCE is empty"),
        (("run", "inbox", "--out", ""), "--out"),
        (("demo", "--out", ""), "--out"),
        (("run", "inbox", "--lock-wait", "nan"), "nan is no number"),
        (("run", "inbox", "--lock-wait", "inf"), "inf is no number"),
        (("prune", "--days", "nan"), "nan is no number"),
        (("run", "inbox", "--max-cost", "nan"), "max_cost"),
        (("run", "inbox", "--replay", "inbox", "--record", "kept"), "leave out one"),
        (("run", "inbox", "--dry-run", "--record", "kept"), "leave out"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_an_unset_variable_and_a_number_that_is_none_are_wrong_usage(
    inbox: Path, arguments: tuple[str, ...], said: str
) -> None:
    """`--out "$UNSET"` is not this folder; the code is 2 and nothing is written."""
    result = commentary(*arguments, cwd=inbox.parent)
    assert result.returncode == 2
    assert said in result.stderr
    assert [path.name for path in inbox.parent.iterdir()] == ["inbox"]


@pytest.mark.parametrize("code", [0, 78])
def test_quiet_keeps_warnings_for_a_run_that_fails(inbox: Path, code: int) -> None:
    """A misspelt variable is no mail a night; when something is wrong it is said with the rest."""
    with Server(told) as server:
        environment = reaching(server) | {"COMMENTARY_MODLE": "x", "COMMENTARY_MAX_TOKENS": "" if code == 0 else "1"}
        result = commentary("run", "inbox", "--out", "out", "-q", cwd=inbox.parent, **environment)
    assert result.returncode == code
    assert ("COMMENTARY_MODEL" in result.stderr) == (code != 0)
    assert code or (result.stdout, result.stderr) == ("", "")


# --- plans -----------------------------------------------------------------------------------------------------------


def test_a_plan_shows_each_step_and_writes_nothing(inbox: Path) -> None:
    """Step, prompt and its hash, model, tokens, a bound of the price, ledger hit; no key is needed."""
    result = commentary("run", "inbox", "--out", "out", "--dry-run", cwd=inbox.parent)
    assert (result.returncode, result.stderr) == (0, "")
    first, *steps, last = result.stdout.splitlines()
    assert "calls to gpt-5.6-luna, 0 of them in the ledger" in first
    assert [line.split()[0] for line in steps] == ["extract", "write", "translate", "headline"]
    assert all(
        re.search(r"prompt [a-z]+ [0-9a-f]{12}, about [\d,]+ in, [\d,]+ out; at most \$", line) for line in steps
    )
    assert "1 to work on" in last
    assert "repairs and second questions apart" in last
    assert [path.name for path in inbox.parent.iterdir()] == ["inbox"]

    result = commentary("run", "inbox", "--out", "out", "--dry-run", "--json", cwd=inbox.parent)
    (record,) = [json.loads(line) for line in result.stdout.splitlines()]
    assert (record["type"], record["schema_version"], record["model"]) == ("plan", 1, "gpt-5.6-luna")
    assert {"stage", "prompt_sha256", "input_tokens", "output_tokens", "most_usd", "in_ledger"} <= set(
        record["steps"][0]
    )


def test_a_plan_knows_what_the_ledger_has(inbox: Path) -> None:
    """Where all replies are kept the plan is exact and costs nothing; with another model nothing is kept."""
    with Server(told) as server:
        assert commentary("run", "inbox", "--out", "out", cwd=inbox.parent, **reaching(server)).returncode == 0
        (folder,) = (inbox.parent / "out").glob("20*")
        folder.rename(inbox.parent / "elsewhere")
        kept = commentary("run", "inbox", "--out", "out", "--dry-run", cwd=inbox.parent, **reaching(server))
        other = commentary(
            "run", "inbox", "--out", "out", "--dry-run", "--model", "m", cwd=inbox.parent, **reaching(server)
        )
        assert len(server.journal) == 6
    assert "6 calls to gpt-5.6-luna, 6 of them in the ledger" in kept.stdout
    assert kept.stdout.count("in the ledger") == 7
    assert "0 of them in the ledger" in other.stdout
    assert "unknown price" in other.stdout


@pytest.mark.parametrize("briefs", [0, 3])
def test_a_plan_says_what_is_left_over_and_when_there_is_nothing(inbox: Path, briefs: int) -> None:
    """The last line is the whole: so many to work on, so many left over, or which suffixes are accepted."""
    (inbox / "a.txt").unlink()
    for number in range(briefs):
        (inbox / f"{number}.txt").write_text(story(f"Filed under {number}."), encoding="utf-8")
    result = commentary("run", "inbox", "--out", "out", "--dry-run", "--limit", "1", cwd=inbox.parent)
    last = result.stdout.splitlines()[-1]
    assert (".jsonl" in last) == (briefs == 0)
    assert ("1 to work on, 2 left over by limit" in last) == (briefs == 3)


# --- findings --------------------------------------------------------------------------------------------------------


def test_strict_says_which_drafts_block(inbox: Path) -> None:
    """Also those finished before, and when quiet: 1, how many findings, the folder, and where to look."""

    def wrong(body: dict[str, object]) -> Answer:
        stage, _ = place_of(body)
        text = '{"sentences": []}' if stage == "revise" else told(body).replace("24亿", "240亿")
        return Answer(completion(text))

    settings = {"COMMENTARY_REPAIR_ROUNDS": "0"}
    with Server(wrong) as server:
        environment = reaching(server) | settings
        assert commentary("run", "inbox", "--out", "out", cwd=inbox.parent, **environment).returncode == 0
        result = commentary("run", "inbox", "--out", "out", "--strict", "-q", cwd=inbox.parent, **environment)
    (folder,) = (inbox.parent / "out").glob("20*")
    assert result.returncode == 1
    assert f"blocking findings in {folder.name}" in result.stderr
    assert "review list out" in result.stderr
