"""What a run shows while it works: a bar on a terminal, else one plain line a step; colours as the user wants them."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.fakes import story, told
from tests.server import Server
from tests.test_cli import LIMIT

pytestmark = [pytest.mark.slow, pytest.mark.loopback]

COLOUR = re.compile(r"\x1b\[[0-9;]*[34][0-9]")
STEPS = ["extract", "write", "headline", "translate body[0]", "translate body[1]", "translate body[2]"]


def on_a_terminal(folder: Path, server: Server, *options: str, **environment: str) -> tuple[str, str]:
    """Stdout, a pipe, and what a terminal got from stderr."""
    (folder / "a.txt").write_text(story("Filed under terminal."), encoding="utf-8")
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "COMMENTARY_", "XDG_"))}
    for name in ("NO_COLOR", "FORCE_COLOR"):
        clean.pop(name, None)
    own = {"PYTHONPATH": str(ROOT), "HOME": str(folder), "OPENAI_API_KEY": "x", "OPENAI_BASE_URL": server.url}
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "run", "a.txt", "--out", "out", *options], cwd=folder,
        env=clean | own | {"TERM": "xterm-256color"} | environment, stdout=subprocess.PIPE, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    shown: list[bytes] = []
    reader = threading.Thread(target=_read, args=(ours, shown))
    reader.start()
    stdout, _ = process.communicate(timeout=LIMIT)
    reader.join(timeout=LIMIT)
    os.close(ours)
    assert process.returncode == 0
    return stdout.decode(), b"".join(shown).decode("utf-8", "replace")


def _read(terminal: int, shown: list[bytes]) -> None:
    try:
        while data := os.read(terminal, 65536):
            shown.append(data)
    except OSError:
        pass  # the other side was closed


@pytest.mark.parametrize(
    ("environment", "bar", "colour"),
    [
        ({}, True, True),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ({"TERM": "dumb"}, False, False),
    ],
    ids=["terminal", "NO_COLOR", "NO_COLOR wins", "dumb"],
)
def test_a_terminal_has_a_bar_in_the_colours_it_wants(
    tmp_path: Path, environment: dict[str, str], bar: bool, colour: bool
) -> None:
    """NO_COLOR before FORCE_COLOR; a terminal that can do nothing gets plain lines. Results go to stdout alone."""
    with Server(told) as server:
        stdout, shown = on_a_terminal(tmp_path, server, **environment)
    assert ("\x1b[" in shown) == bar
    assert bool(COLOUR.search(shown)) == colour
    assert bar or sorted(shown.splitlines()) == sorted(f"a.txt: {step}" for step in STEPS)
    assert [line.split()[0] for line in stdout.splitlines()] == ["draft", "1"]
    assert "\x1b" not in stdout


@pytest.mark.parametrize("options", [("--quiet",), ("--log-file", "log")], ids=["quiet", "with a log file"])
def test_a_terminal_stays_empty_where_nothing_is_to_be_shown(tmp_path: Path, options: tuple[str, ...]) -> None:
    """Quiet, or with the log in a file."""
    with Server(told) as server:
        _, shown = on_a_terminal(tmp_path, server, *options)
    assert shown == ""


@pytest.mark.parametrize("environment", [{}, {"FORCE_COLOR": "1"}], ids=["plain", "FORCE_COLOR"])
def test_elsewhere_there_is_one_plain_line_a_step(tmp_path: Path, environment: dict[str, str]) -> None:
    """In a pipe or a file no escape, whatever is set."""
    (tmp_path / "a.txt").write_text(story("Filed under pipe."), encoding="utf-8")
    with Server(told) as server:
        own = {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "OPENAI_API_KEY": "x", "OPENAI_BASE_URL": server.url}
        result = subprocess.run(
            [sys.executable, "-m", "pipeline", "run", "a.txt", "--out", "out"], cwd=tmp_path, text=True,
            env=os.environ | own | environment, capture_output=True, timeout=LIMIT, check=True,
        )  # fmt: skip
    assert sorted(result.stderr.splitlines()) == sorted(f"a.txt: {step}" for step in STEPS)
    assert "\x1b" not in result.stdout
