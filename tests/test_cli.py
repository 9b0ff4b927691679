"""The command line: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

from tests.conftest import ROOT
from tests.server import Answer, Server, refusal

LIMIT = 60


def commentary(
    *arguments: str | Path, cwd: Path, stdin: bytes | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the real command in a process of its own, with a home and a working folder of its own."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "COMMENTARY_", "XDG_"))}
    result = subprocess.run(
        [sys.executable, "-m", "pipeline", *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        timeout=LIMIT,
        env=clean | {"PYTHONPATH": str(ROOT), "HOME": str(cwd), "PYTHONDONTWRITEBYTECODE": "1"} | environment,
        check=False,
    )
    return subprocess.CompletedProcess(
        result.args, result.returncode, result.stdout.decode("utf-8"), result.stderr.decode("utf-8")
    )


BRIEF = "Harbor Compute will spend $2.4 billion on a data center with 300 megawatts in Ohio. It opens in 2027.\n"
ENGLISH = "Harbor Compute will spend $2.4 billion in Ohio.\n\nIt opens in 2027 with 300 megawatts.\n"
CHINESE = "Harbor Compute将在俄亥俄州投入24亿美元。\n\n数据中心2027年启用，容量300兆瓦。\n"


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    (tmp_path / "brief.txt").write_text(BRIEF, encoding="utf-8")
    (tmp_path / "en.md").write_text(ENGLISH, encoding="utf-8")
    (tmp_path / "zh.md").write_text(CHINESE, encoding="utf-8")
    return tmp_path


# --- help and start-up -----------------------------------------------------------------------------------------------


def test_alone_it_shows_the_demo_first(tmp_path: Path) -> None:
    """A newcomer sees the demo line, the commands and the exit codes."""
    result = commentary(cwd=tmp_path)
    assert result.returncode == 0
    assert "commentary demo" in result.stdout
    assert result.stdout.index("commentary demo") < result.stdout.index("commentary run")


HEAVY = ("openai", "tiktoken", "jinja2", "rich", "httpx", "httpx2", "lxml", "feedparser", "trafilatura")


def loaded_by(code: str, cwd: Path) -> set[str]:
    """The heavy packages that a piece of code loads."""
    script = f"import sys\n{code}\nprint('LOADED', *[n for n in {(*HEAVY, 'pydantic')!r} if n in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=cwd, capture_output=True, text=True, timeout=LIMIT, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    return set(result.stdout.rsplit("LOADED", 1)[1].split())


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    """`--help` loads click alone, not even pydantic."""
    assert loaded_by("from pipeline.cli import _run\n_run(['--help'])", tmp_path) == set()


def test_import_loads_nothing_heavy(tmp_path: Path) -> None:
    """`import pipeline` does no work."""
    assert loaded_by("import pipeline", tmp_path) == set()


def test_check_and_an_idle_run_load_nothing_heavy(texts: Path) -> None:
    """Neither needs the client, the token table, templates or a progress bar."""
    check = "from pipeline.cli import _run\n_run(['check', '--source', 'brief.txt', '--en', 'en.md', '--quiet'])"
    assert not loaded_by(check, texts) & set(HEAVY)
    assert commentary("demo", "--out", "out", "--quiet", cwd=texts).returncode == 0
    idle = f"from pipeline.cli import _run\n_run(['run', {str(ROOT / 'fixtures/demo/briefs')!r}, '--out', 'out'])"
    assert not loaded_by(idle, texts) & set(HEAVY)


def test_all_public_names_exist() -> None:
    """Everything in `__all__` can be had, and is listed."""
    import pipeline

    for name in pipeline.__all__:
        assert getattr(pipeline, name) is not None
        assert name in dir(pipeline)
    with pytest.raises(AttributeError):
        _ = pipeline.nothing


# --- check -----------------------------------------------------------------------------------------------------------


def test_check_is_silent_about_right_texts(texts: Path) -> None:
    """Supported figures in both editions: exit 0 and the counts."""
    result = commentary("check", "--source", "brief.txt", "--en", "en.md", "--zh", "zh.md", cwd=texts)
    assert result.returncode == 0, result.stdout
    assert "no findings" in result.stdout
    assert "en.md: 3 figures read: 3 supported" in result.stdout


def test_check_names_file_line_column_code_and_reason(texts: Path) -> None:
    """One finding a line, as linters do; exit 1 because it blocks."""
    (texts / "zh.md").write_text(CHINESE.replace("24亿", "240亿"), encoding="utf-8")
    result = commentary("check", "--source", "brief.txt", "--en", "en.md", "--zh", "zh.md", cwd=texts)
    assert result.returncode == 1
    (line,) = [line for line in result.stdout.splitlines() if "figure.scale" in line]
    assert line.startswith("zh.md:1:23 figure.scale 240亿美元: ")
    assert "$2.4 billion" in line


def test_check_json_is_one_document_with_positions(texts: Path) -> None:
    """Findings are those of draft.json with line and column; counts per language always."""
    (texts / "en.md").write_text(ENGLISH.replace("2027", "2029"), encoding="utf-8")
    result = commentary("check", "--source", "brief.txt", "--en", "en.md", "--zh", "zh.md", "--json", cwd=texts)
    assert result.returncode == 1
    document = json.loads(result.stdout)
    assert document["schema_version"] == 1
    assert set(document["report"]["counts"]) == {"en", "zh"}
    finding = next(f for f in document["report"]["findings"] if f["code"].startswith("figure."))
    assert (finding["text"], finding["line"], finding["column"]) == ("2029", 3, 13)
    assert finding["reason"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["check", "--source", "brief.txt"], 2, "--en FILE"),
        (["check", "--source", "missing.txt", "--en", "en.md"], 2, "missing.txt"),
        (["check", "--source", "brief.txt", "--en", "missing.md"], 2, "missing.md"),
        (["run", "missing/"], 2, "missing"),
        (["run", "brief.txt", "--in-flight", "0"], 2, "in-flight"),
        (["run", "brief.txt"], 78, "OPENAI_API_KEY"),
        (["run", "brief.txt", "--replay", "missing"], 2, "missing"),
        (["prompts", "show", "wirte"], 78, "write"),
        (["no-such-command"], 2, "no-such-command"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_mistakes_have_one_clear_line(texts: Path, arguments: list[str], code: int, said: str) -> None:
    """What, why, next step; the exit code cron can act on; no trace."""
    result = commentary(*arguments, cwd=texts)
    assert result.returncode == code, result.stderr
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_a_bad_setting_is_named_with_its_origin(texts: Path) -> None:
    """A bad variable is 78, and its name is in the message."""
    result = commentary("config", "show", cwd=texts, COMMENTARY_ATTEMPTS="many")
    assert result.returncode == 78
    assert "COMMENTARY_ATTEMPTS" in result.stderr


def test_config_show_masks_the_key(texts: Path) -> None:
    """Values with origins; the key's text is nowhere."""
    (texts / "commentary.toml").write_text("attempts = 2\n", encoding="utf-8")
    result = commentary("config", "show", "--json", cwd=texts, OPENAI_API_KEY="sk-very-secret", COMMENTARY_MODEL="m")
    rows = {row["key"]: row for row in json.loads(result.stdout)["settings"]}
    assert rows["model"] == {"key": "model", "value": "m", "origin": "environment COMMENTARY_MODEL"}
    assert rows["attempts"]["origin"] == "commentary.toml"
    assert rows["timeout"]["origin"] == "default"
    assert "sk-very-secret" not in result.stdout + result.stderr


def test_an_empty_folder_is_no_error_and_names_the_suffixes(tmp_path: Path) -> None:
    """No brief found: one line, exit 0, no key needed."""
    (tmp_path / "inbox").mkdir()
    result = commentary("run", "inbox", "--out", "out", cwd=tmp_path)
    assert result.returncode == 0
    assert ".jsonl" in result.stdout


def test_quiet_is_silent_on_success(texts: Path) -> None:
    """Cron sends no mail for a run that went well."""
    result = commentary("demo", "--out", "out", "--quiet", cwd=texts)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_json_lines_of_a_run(texts: Path) -> None:
    """One record a brief and a summary, nothing else on stdout."""
    result = commentary("demo", "--out", "out", "--json", cwd=texts)
    records = [json.loads(line) for line in result.stdout.splitlines()]
    assert {record["type"] for record in records[:-1]} <= {"draft", "thin"}
    assert records[-1]["type"] == "summary"
    assert records[-1]["calls"] == 0
    assert all(record["schema_version"] == 1 for record in records)


def test_a_closed_pipe_does_not_stop_the_work(texts: Path) -> None:
    """`commentary demo | head -1` writes all drafts."""
    script = f'"{sys.executable}" -m pipeline demo --out out 2>/dev/null | head -1; exit ${{PIPESTATUS[0]}}'
    result = subprocess.run(
        ["bash", "-c", script], cwd=texts, capture_output=True, timeout=LIMIT, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert result.returncode == 0
    assert (texts / "out" / "index.html").exists()


def test_schema_is_a_json_schema_of_the_draft(tmp_path: Path) -> None:
    """It names the fields of draft.json."""
    schema = json.loads(commentary("schema", cwd=tmp_path).stdout)
    assert {"brief", "en", "zh", "report", "disclosure"} <= set(schema["properties"])


def test_prompts_can_be_listed_and_shown(tmp_path: Path) -> None:
    """A user can copy a prompt and change it."""
    rows = json.loads(commentary("prompts", "list", "--json", cwd=tmp_path).stdout)["prompts"]
    assert [row["name"] for row in rows] == ["extract", "write", "translate", "headline", "revise"]
    assert "<!-- system -->" in commentary("prompts", "show", "write", cwd=tmp_path).stdout


def test_standard_input_and_replay_name_what_is_missing(texts: Path) -> None:
    """A brief without recordings is told by the file that was expected; nothing goes to the network."""
    (texts / "replies").mkdir()
    text = (BRIEF * 3).encode()
    result = commentary("run", "-", "--out", "out", "--replay", "replies", cwd=texts, stdin=text)
    assert result.returncode == 65
    assert "extract.json" in result.stderr


@pytest.mark.loopback
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)], ids=["SIGTERM", "SIGINT"])
def test_a_signal_ends_a_run_at_once_and_frees_the_folder(texts: Path, number: signal.Signals, code: int) -> None:
    """The run stops within seconds with its code, says so, and leaves no lock and no partial folder behind."""
    (texts / "long.txt").write_text(BRIEF * 3, encoding="utf-8")
    with Server([Answer(hang=True)]) as server:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENAI_API_KEY": "x", "OPENAI_BASE_URL": server.url}
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline", "run", "long.txt", "--out", "out"],
            cwd=texts, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        deadline = time.monotonic() + 20
        while not server.bodies and time.monotonic() < deadline:
            time.sleep(0.05)
        assert server.bodies, "the run asked nothing"
        sent = time.monotonic()
        process.send_signal(number)
        _, stderr = process.communicate(timeout=10)
    assert process.returncode == code
    assert time.monotonic() - sent < 5
    assert b"interrupted" in stderr
    with FileLock(texts / "out" / ".lock", timeout=0):
        pass
    assert not list((texts / "out").glob(".tmp-*"))


@pytest.mark.loopback
@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        (Answer(refusal("invalid_api_key", "Incorrect API key provided: sk-wrong-key-1234."), status=401), 78, "key"),
        (Answer(refusal("model_not_found", "The model does not exist"), status=404), 78, "model"),
        (Answer(b"<html>welcome</html>"), 65, "not JSON"),
        (Answer(b"oops", status=500), 75, "500"),
    ],
    ids=["wrong key", "unknown model", "a web page", "always 500"],
)
def test_a_bad_endpoint_is_told_in_one_line(texts: Path, answer: Answer, code: int, said: str) -> None:
    """What, why, next step; the code cron can act on; the key is not repeated."""
    (texts / "long.txt").write_text(BRIEF * 3, encoding="utf-8")
    with Server(lambda body: answer) as server:
        result = commentary(
            "run", "long.txt", "--out", "out", cwd=texts,
            OPENAI_API_KEY="sk-wrong-key-1234", OPENAI_BASE_URL=server.url, COMMENTARY_ATTEMPTS="1",
        )  # fmt: skip
    assert result.returncode == code, result.stderr
    assert said in result.stderr + result.stdout
    assert "sk-wrong-key" not in result.stderr + result.stdout
    assert "Traceback" not in result.stderr


def wait_for_handler(pid: int) -> None:
    """Wait until a process handles SIGTERM itself, half a minute at most; a while where that cannot be read."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        time.sleep(5)
        return
    for _ in range(300):
        caught = re.search(r"SigCgt:\s*([0-9a-f]+)", status.read_text(encoding="ascii"))
        if caught and int(caught[1], 16) >> (signal.SIGTERM - 1) & 1:
            return
        time.sleep(0.1)


@pytest.mark.parametrize("held", [False, True], ids=["waiting for standard input", "waiting for the lock"])
def test_a_run_that_waits_can_be_ended(texts: Path, held: bool) -> None:
    """SIGTERM also ends a run that has not begun to work."""
    arguments = ["-"] if not held else ["brief.txt", "--lock-wait", "60"]
    (texts / "out").mkdir()
    lock = FileLock(texts / "out" / ".lock")
    if held:
        lock.acquire()
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "run", *arguments, "--out", "out"], cwd=texts,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OPENAI_API_KEY": "x"},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    wait_for_handler(process.pid)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=15) == 143
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()
    lock.release()


def test_streams_that_are_closed_or_cannot_show_han_are_no_bug(texts: Path) -> None:
    """No standard input, an ASCII terminal, a file name with a line break: the work is done, one line a brief."""
    (texts / "inbox").mkdir()
    (texts / "inbox" / "evil\nfailed other.txt").write_text("", encoding="utf-8")
    script = f'"{sys.executable}" -m pipeline run inbox --out out <&-'
    result = subprocess.run(
        ["bash", "-c", script], cwd=texts, capture_output=True, text=True, timeout=LIMIT, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert result.returncode == 65
    assert "evil\\nfailed other.txt: empty" in result.stderr
    (texts / "zh.md").write_text(CHINESE.replace("24亿", "240亿"), encoding="utf-8")
    checked = commentary("check", "--source", "brief.txt", "--zh", "zh.md", cwd=texts, PYTHONIOENCODING="ascii")
    assert checked.returncode == 1
    assert "Traceback" not in checked.stderr


def test_an_output_folder_in_the_input_is_not_read(texts: Path) -> None:
    """The second run over a folder that holds its own output finds the same brief and nothing else."""
    (texts / "inbox").mkdir()
    (texts / "inbox" / "thin.txt").write_text("Nothing to tell 1.", encoding="utf-8")
    for _ in range(2):
        result = commentary("run", "inbox", "--out", "inbox/out", cwd=texts, OPENAI_API_KEY="x")
        assert result.returncode == 0, result.stderr
    assert len(list((texts / "inbox" / "out").glob("20*"))) == 1
