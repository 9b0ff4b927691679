"""The service files of docs/service: what they run can be run, and the tools that read them take them."""

from __future__ import annotations

import configparser
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml

from pipeline.cli import commentary
from tests.conftest import ROOT
from tests.fakes import story, told
from tests.server import Answer, Server, refusal
from tests.test_feeds_cli import rss
from tests.web import Site

SERVICE = ROOT / "docs" / "service"
FILES = {path.name: path for path in sorted(SERVICE.iterdir())}


def command_lines(text: str) -> list[list[str]]:
    """The arguments of every `commentary ...` in a text, without comments; `||` and `;` end a command."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    found = re.findall(r"(?:^|[\s/=])commentary((?: +[^\s|;&`]+)+)", "\n".join(lines))
    return [shlex.split(arguments) for arguments in found if arguments.split()[0] in commentary.commands]


def parse(arguments: list[str]) -> None:
    """Let click parse a command line; nothing is run."""
    name, *rest = arguments
    commentary.commands[name].make_context(name, rest)


def unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=False, comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(FILES[name].read_text(encoding="utf-8"))
    return parser


def test_all_of_them_are_tested() -> None:
    """A new file needs a test here."""
    assert set(FILES) == {"commentary.service", "commentary.timer", "crontab", "github-actions.yml"}


@pytest.mark.parametrize("path", [*FILES.values(), ROOT / "docs" / "unattended.md"], ids=lambda path: path.name)
def test_every_command_line_is_one_that_can_be_typed(path: Path) -> None:
    """Options that were renamed or removed are found here."""
    lines = command_lines(path.read_text(encoding="utf-8"))
    assert lines or path.suffix == ".timer"
    for arguments in lines:
        try:
            parse(arguments)
        except click.UsageError as error:
            pytest.fail(f"{path.name}: commentary {shlex.join(arguments)}: {error.format_message()}")


def test_no_file_holds_a_key() -> None:
    """Keys come from files of their own, or from secrets."""
    for path in FILES.values():
        assert not re.search(r"sk-\w{6}", path.read_text(encoding="utf-8"))


def crontab_jobs() -> list[str]:
    """The lines of the crontab that are no comment and set no variable."""
    lines = [line for line in FILES["crontab"].read_text(encoding="utf-8").splitlines() if line and line[0] not in "#"]
    return [line for line in lines if not re.match(r"\w+=", line)]


def test_crontab_lines_have_five_fields_and_a_command() -> None:
    """And run silently; no bare percent sign, which cron would take for the end of the line."""
    jobs = crontab_jobs()
    assert len(jobs) == 2
    for job in jobs:
        *fields, command = job.split(maxsplit=5)
        assert len(fields) == 5
        assert all(re.fullmatch(r"[\d*/,-]+", field) for field in fields)
        assert "--quiet" in command
        assert "%" not in command.replace(r"\%", "")


@pytest.mark.skipif(not shutil.which("sh"), reason="no shell")
def test_the_commands_of_the_crontab_are_shell() -> None:
    """A shell parses each of them."""
    for line in FILES["crontab"].read_text(encoding="utf-8").splitlines():
        if re.match(r"[\d*]", line):
            assert subprocess.run(["sh", "-n", "-c", line.split(maxsplit=5)[5]], check=False).returncode == 0


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Our program under its own name, as installed."""
    path = tmp_path / "bin" / "commentary"
    path.parent.mkdir()
    path.write_text(
        f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT))} exec {shlex.quote(sys.executable)} -m pipeline "$@"\n'
    )
    path.chmod(0o755)
    return path


def as_cron(command: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run a command with the little environment that cron gives."""
    little = {"HOME": str(home), "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh", "LOGNAME": "desk"}
    return subprocess.run(
        ["/bin/sh", "-c", command], cwd=home, env=little, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.loopback
@pytest.mark.skipif(not shutil.which("sh"), reason="no shell")
def test_the_lines_of_the_crontab_run(tmp_path: Path, program: Path) -> None:
    """With our paths in place: drafts of folder and feed, and nothing printed; when the provider is down neither."""
    home = tmp_path / "a home"
    (home / ".config" / "news-commentary").mkdir(parents=True)
    (home / "briefs").mkdir()
    (home / "briefs" / "a.md").write_text(story("From a file."), encoding="utf-8")
    down = Answer(refusal(None, "down"), status=503)
    answers: list[Answer] = []
    with Server(lambda body: answers[0] if answers else told(body)) as server, Site() as site:
        site.pages["/feed.xml"] = rss(story("From a feed."))
        (home / ".config" / "news-commentary" / "env").write_text(
            f"OPENAI_API_KEY=t0psecret\nOPENAI_BASE_URL={server.url}\nCOMMENTARY_ALLOW_PRIVATE=true\n"
            "COMMENTARY_ATTEMPTS=1\n"
        )
        places = {
            "/opt/news-commentary/.venv/bin/commentary": str(program),
            "/srv/briefs": "briefs",
            "https://example.org/feed.xml": site.url("/feed.xml"),
            "/srv/drafts": "drafts",
        }
        run, prune = (line.split(maxsplit=5)[5] for line in crontab_jobs())
        for place, ours in places.items():
            run, prune = run.replace(place, ours), prune.replace(place, ours)
        for code, drafts in ((0, 2), (75, 2)):
            result = as_cron(run, home)
            assert (result.returncode, result.stdout, result.stderr) == (code, "", "")
            assert len(list((home / "drafts").glob("*/draft.json"))) == drafts
            answers.append(down)
            site.pages["/feed.xml"] = rss(story("Later."), ids="later-{}")
        assert server.headers[0]["authorization"] == "Bearer t0psecret"
    result = as_cron(prune, home)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_the_service_ends_well_when_it_will_go_on_later() -> None:
    """75 is no failure; a stop gives the run the time it needs to keep what is finished."""
    service = unit("commentary.service")["Service"]
    assert service["Type"] == "oneshot"
    assert service["SuccessExitStatus"] == "75"
    assert int(service["TimeoutStopSec"]) > 5
    assert "--out /var/lib/commentary/" in service["ExecStart"]
    assert service["StateDirectory"] == "commentary"
    assert unit("commentary.timer")["Timer"]["Persistent"] == "true"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """`systemd-analyze verify` says nothing about them, with a program that is there in the place of ours."""
    for name in ("commentary.service", "commentary.timer"):
        text = FILES[name].read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace("/opt/news-commentary/.venv/bin/commentary", "/bin/true"))
    units = [str(tmp_path / name) for name in ("commentary.service", "commentary.timer")]
    result = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    ours = [line for line in result.stderr.splitlines() if "commentary" in line]
    assert (result.returncode, ours) == (0, [])


def test_the_workflow_runs_one_at_a_time_and_keeps_what_was_paid_for() -> None:
    """No run is cancelled by the next; the output folder is restored, saved even after a failure, and uploaded."""
    workflow = yaml.safe_load(FILES["github-actions.yml"].read_text(encoding="utf-8"))
    assert workflow["concurrency"]["cancel-in-progress"] is False
    assert workflow["permissions"] == {"contents": "read"}
    assert {"schedule", "workflow_dispatch"} == set(workflow[True])  # YAML reads `on` as true
    steps = workflow["jobs"]["drafts"]["steps"]
    uses = [step.get("uses", "").split("@")[0] for step in steps]
    assert uses.index("actions/cache/restore") < uses.index("actions/cache/save")
    assert all(
        step["if"] == "always()" for step in steps if "save" in step.get("uses", "") or "upload" in step.get("uses", "")
    )


@pytest.mark.parametrize(("code", "expected"), [(0, 0), (75, 0), (65, 65), (78, 78)])
def test_the_step_of_the_workflow_passes_on_what_a_person_must_see(tmp_path: Path, code: int, expected: int) -> None:
    """75 does not turn the job red; everything else does."""
    workflow = yaml.safe_load(FILES["github-actions.yml"].read_text(encoding="utf-8"))
    (script,) = [s["run"] for s in workflow["jobs"]["drafts"]["steps"] if "commentary run" in s.get("run", "")]
    fake = tmp_path / "commentary"
    fake.write_text(f"#!/bin/sh\nexit {code}\n")
    fake.chmod(0o755)
    shell = ["bash", "-e", "-c", script]
    assert subprocess.run(shell, env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, check=False).returncode == expected


@pytest.mark.loopback
def test_the_step_of_the_workflow_runs(tmp_path: Path, program: Path) -> None:
    """In the shell that GitHub starts, with the variables of the step: a draft, in the folder that is carried on."""
    (tmp_path / "briefs").mkdir()
    (tmp_path / "briefs" / "a.md").write_text(story("One."), encoding="utf-8")
    workflow = yaml.safe_load(FILES["github-actions.yml"].read_text(encoding="utf-8"))
    steps = workflow["jobs"]["drafts"]["steps"]
    (step,) = [step for step in steps if "commentary run" in step.get("run", "")]
    with Server(told) as server:
        variables = {name: "k" if "secrets" in str(value) else str(value) for name, value in step["env"].items()}
        prices = 'prices."some-model" = { input = 1, output = 1 }\nmodel = "some-model"\n'
        (tmp_path / "commentary.toml").write_text(prices)
        variables |= {"PATH": f"{program.parent}:/usr/bin:/bin", "HOME": str(tmp_path), "OPENAI_BASE_URL": server.url}
        shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        result = subprocess.run(
            shell, cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=60, check=False
        )
    assert result.returncode == 0, result.stderr
    carried = {step["with"]["path"] for step in steps if "path" in step.get("with", {})}
    assert carried == {"out"}
    assert len(list((tmp_path / "out").glob("*/draft.json"))) == 1
