"""The two READMEs: every block is run, what they show is what comes out, and they stay in step."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from pipeline.settings import Settings
from tests.conftest import ROOT
from tests.server import Answer, Server
from tests.test_cli import BRIEF, CHINESE, ENGLISH, commentary
from tests.test_demo import DEMO, prompt_key, recorded_by_prompt

READMES = ("README.md", "README.zh.md")
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(readme: str, kind: str) -> list[str]:
    """The contents of the fenced blocks of one kind."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    return [content for found, content in _BLOCK.findall(text) if found == kind]


def test_both_have_the_same_sections() -> None:
    """As many headings, of the same depth, in the same order, with the same blocks below each."""

    def outline(readme: str) -> list[str]:
        text = (ROOT / readme).read_text(encoding="utf-8")
        return re.findall(r"^(#+) |^```(\w+)", text, re.MULTILINE)

    assert outline(READMES[0]) == outline(READMES[1])


@pytest.mark.parametrize("kind", ["sh", "python"])
def test_both_show_the_same_commands(kind: str) -> None:
    """Commands and code are equal to the letter."""
    assert blocks(READMES[0], kind) == blocks(READMES[1], kind)


def test_no_placeholder_is_left() -> None:
    """What the READMEs show was put in."""
    for readme in READMES:
        assert not re.search(
            r"\b[A-Z]{3,}_[A-Z]{3,}\b", re.sub(r"OPENAI_\w+|COMMENTARY_\w*", "", (ROOT / readme).read_text())
        )


@pytest.mark.parametrize("readme", READMES)
def test_the_library_snippet_prints_what_is_shown(readme: str) -> None:
    """The code runs as it stands and gives the output below it."""
    (code,) = blocks(readme, "python")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, readme, "exec"), {})
    assert printed.getvalue() in blocks(readme, "text")


@pytest.mark.parametrize("readme", READMES)
def test_the_demo_prints_what_is_shown(readme: str, tmp_path: Path) -> None:
    """The output of the demo, but for the seconds it took and the order in which its drafts were ready."""
    result = commentary("demo", cwd=tmp_path)
    shown = next(block for block in blocks(readme, "text") if "RECORDED REPLIES" in block)

    def timeless(text: str) -> list[str]:
        return sorted(re.sub(r"\d+\.\d+ s", "N s", text).splitlines())

    assert timeless(result.stdout) == timeless(shown)


def commands(readme: str) -> list[str]:
    """Every command line of the READMEs' shell blocks."""
    return [line for block in blocks(readme, "sh") for line in block.splitlines() if line.strip()]


def test_the_make_targets_exist() -> None:
    """`make demo` and `make test` are in the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for line in commands(READMES[0]):
        if line.startswith("make "):
            assert re.search(rf"^{line.split()[1]}:", makefile, re.MULTILINE)


@pytest.mark.loopback
def test_every_command_runs(tmp_path: Path) -> None:
    """Each line as a user would type it, in order, against a server on this machine."""
    (tmp_path / "brief.txt").write_text(BRIEF, encoding="utf-8")
    (tmp_path / "en.md").write_text(ENGLISH, encoding="utf-8")
    (tmp_path / "zh.md").write_text(CHINESE, encoding="utf-8")
    (tmp_path / "my-prompts").mkdir()
    (tmp_path / "briefs").symlink_to(DEMO / "briefs")
    replies = recorded_by_prompt()

    def answer(body: dict[str, Any]) -> str | Answer:
        if not body:  # what models are there?
            return Answer({"data": [{"id": Settings().model}]})
        return replies[prompt_key("\n".join(message["content"] for message in body["messages"]))]

    ran = 0
    with Server(answer) as server:
        environment = {"OPENAI_BASE_URL": server.url, "COMMENTARY_HEAD_START": "0", "OPENAI_API_KEY": "any-word"}
        for line in commands(READMES[0]):
            words = shlex.split(line)
            if words[0] == "make":
                continue
            if words[0] == "export":
                name, _, value = words[1].partition("=")
                assert name in ("OPENAI_API_KEY", "OPENAI_BASE_URL")
                assert value
                continue
            assert words[0] == "commentary", line
            target = None
            if ">" in words:
                target = tmp_path / words[words.index(">") + 1]
                words = words[: words.index(">")]
            result = commentary(*words[1:], cwd=tmp_path, **environment)
            assert result.returncode == 0, (line, result.stderr)
            if target is not None:
                target.write_text(result.stdout, encoding="utf-8")
            ran += 1
    assert ran >= 6
    (tmp_path / "commentary.toml").write_text('prompts_dir = "my-prompts"\n', encoding="utf-8")
    assert str(Path("my-prompts") / "write.md") in commentary("prompts", "list", cwd=tmp_path).stdout


def test_the_cron_line_is_a_command(tmp_path: Path) -> None:
    """Five fields, then a command whose options exist."""
    (line,) = [block.strip() for block in blocks(READMES[0], "text") if block.startswith("*/")]
    words = shlex.split(line)
    assert words[5:7] == ["commentary", "run"]
    (tmp_path / "briefs").mkdir()
    options = [word.replace("/srv/", f"{tmp_path}/") for word in words[6:]]
    result = commentary(*options, cwd=tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize("readme", READMES)
def test_links_lead_somewhere(readme: str) -> None:
    """Files that are linked exist."""
    for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / readme).read_text(encoding="utf-8")):
        assert target.startswith("https://") or (ROOT / target).exists(), target


def test_every_exit_code_is_listed() -> None:
    """The codes of the error tree are those of the README."""
    from pipeline import errors

    listed = set(re.findall(r"^\| (\d+)", (ROOT / READMES[0]).read_text(encoding="utf-8"), re.MULTILINE))
    codes = {str(value.exit_code) for value in vars(errors).values() if isinstance(value, type)}
    assert codes <= listed
