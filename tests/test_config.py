"""`commentary config`: what is in force, where files are looked for, and the file to begin with."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from pipeline.cli.config import template
from pipeline.errors import ConfigurationError
from pipeline.llm.dialects import PRESETS
from pipeline.settings import Settings, load
from tests.test_cli import commentary


def test_every_setting_is_shown_with_its_origin(tmp_path: Path) -> None:
    """As JSON: key, value and origin of all settings, true where the value stands."""
    (tmp_path / "commentary.toml").write_text("allow_private = true\n[extra_body]\nseed = 7\n", encoding="utf-8")
    result = commentary("config", "show", "--json", cwd=tmp_path, COMMENTARY_ATTEMPTS="2")
    document = json.loads(result.stdout)
    assert document["schema_version"] == 1
    rows = {row["key"]: row for row in document["settings"]}
    assert set(rows) >= set(Settings.model_fields)
    assert all(set(row) == {"key", "value", "origin"} for row in rows.values())
    assert (rows["allow_private"]["value"], rows["allow_private"]["origin"]) == (True, "commentary.toml")
    assert (rows["attempts"]["value"], rows["attempts"]["origin"]) == (2, "environment COMMENTARY_ATTEMPTS")
    assert rows["extra_body"]["value"] == {"seed": 7}


def test_no_secret_is_shown(tmp_path: Path) -> None:
    """Neither the key, nor a password in a URL, nor a token in its query or in extra_body: on no stream."""
    (tmp_path / "commentary.toml").write_text(
        'base_url = "https://user:pa55word@host.example/api?api_key=t0psecret&v=1"\n'
        '[extra_body]\napi_key = "t0psecret"\nnested = { access_token = "t0psecret", seed = 7 }\n'
        'list = [{ password = "pa55word" }]\n',
        encoding="utf-8",
    )
    for arguments in (["show"], ["show", "--json"]):
        result = commentary("config", *arguments, cwd=tmp_path, OPENAI_API_KEY="sk-s3cret", OPENAI_ORG_ID="org-1")
        text = result.stdout + result.stderr
        assert result.returncode == 0
        assert "host.example" in text
        assert not [secret for secret in ("pa55word", "t0psecret", "s3cret", "org-1", "user") if secret in text]


def test_files_are_named_the_strongest_first(tmp_path: Path) -> None:
    """With whether they are there."""
    (tmp_path / "commentary.toml").write_text("", encoding="utf-8")
    first, second = commentary("config", "path", cwd=tmp_path).stdout.splitlines()
    assert first == f"{tmp_path / 'commentary.toml'}  (in force)"
    assert second.endswith("(not there)")


def test_init_writes_a_file_once(tmp_path: Path) -> None:
    """What is there is left alone; the user's own file is made with its folder."""
    assert commentary("config", "init", cwd=tmp_path).returncode == 0
    (tmp_path / "commentary.toml").write_text('model = "mine"\n', encoding="utf-8")
    again = commentary("config", "init", "--preset", "ollama", cwd=tmp_path)
    assert (again.returncode, "left alone" in again.stderr) == (78, True)
    assert (tmp_path / "commentary.toml").read_text(encoding="utf-8") == 'model = "mine"\n'
    assert commentary("config", "init", "--user", cwd=tmp_path).returncode == 0
    assert "in force" in commentary("config", "path", cwd=tmp_path).stdout.splitlines()[1]


@pytest.mark.parametrize("preset", [None, *PRESETS.values()], ids=lambda preset: preset.name if preset else "none")
def test_a_new_file_loads_as_it_is_and_with_every_line_in_force(tmp_path: Path, preset: object) -> None:
    """Its comments are settings that fit, one for every setting there is; a preset sets what it knows."""
    text = template(preset)  # type: ignore[arg-type]
    path = tmp_path / "commentary.toml"
    path.write_text(text, encoding="utf-8")
    loaded = load(files=[path])
    if preset is None:
        assert loaded.settings == Settings()
    else:
        assert loaded.settings.model == preset.model  # type: ignore[attr-defined]
        assert loaded.warnings == ()
    everything = "\n".join(line.removeprefix("# ") for line in text.splitlines() if "=" in line or "[" in line)
    path.write_text(everything, encoding="utf-8")
    assert set(tomllib.loads(everything)) == set(Settings.model_fields)
    load(files=[path])


@pytest.mark.parametrize("name", ["api_key", "openai_api_key", "token"])
def test_a_key_in_a_file_is_sent_to_the_environment(tmp_path: Path, name: str) -> None:
    """The message names the variable and does not repeat the key."""
    path = tmp_path / "commentary.toml"
    path.write_text(f'{name} = "t0psecret"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match="OPENAI_API_KEY") as caught:
        load(files=[path])
    assert "t0psecret" not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "said"),
    [
        (["--in-flight", "0"], {}, 2, "--in-flight"),
        (["--modle", "x"], {}, 2, "--model"),
        ([], {"COMMENTARY_TIMEOUT": "-1"}, 78, "COMMENTARY_TIMEOUT"),
        ([], {"COMMENTARY_ALLOW_PRIVATE": "perhaps"}, 78, "COMMENTARY_ALLOW_PRIVATE"),
        ([], {"COMMENTARY_MODLE": "x"}, 78, "did you mean 'COMMENTARY_MODEL'"),
    ],
)
def test_where_a_mistake_stands_decides_on_the_code(
    tmp_path: Path, arguments: list[str], environment: dict[str, str], code: int, said: str
) -> None:
    """A bad flag is 2, a bad value elsewhere 78; an unknown variable is a warning (the 78 is for the missing key)."""
    (tmp_path / "a.txt").write_text("Sales rose 3%. " * 40, encoding="utf-8")
    result = commentary("run", "a.txt", *arguments, cwd=tmp_path, **environment)
    assert result.returncode == code
    assert said in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("raw", [b"\xff\xfe\x00", b"model = 'x'\nmodel = 'y'\n", b"[" * 100_000])
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, raw: bytes) -> None:
    """Whatever the bytes are: exit code 78 and one line."""
    (tmp_path / "commentary.toml").write_bytes(raw)
    result = commentary("config", "show", cwd=tmp_path)
    assert result.returncode == 78, result.stderr[-500:]
    assert "commentary.toml" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_home_folder_is_understood(tmp_path: Path) -> None:
    """In a file and in a variable no shell has replaced the ~."""
    (tmp_path / "my-prompts").mkdir()
    (tmp_path / "commentary.toml").write_text('prompts_dir = "~/my-prompts"\n', encoding="utf-8")
    result = commentary("config", "show", cwd=tmp_path)
    assert str(tmp_path / "my-prompts") in result.stdout
    assert commentary("prompts", "list", cwd=tmp_path).returncode == 0
    result = commentary("prompts", "list", cwd=tmp_path, COMMENTARY_PROMPTS_DIR="~/nowhere")
    assert (result.returncode, "no such folder" in result.stderr) == (78, True)


def test_a_value_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    """Line breaks and controls of a file are shown as escapes."""
    (tmp_path / "commentary.toml").write_text('model = "a\\u001b[31m\\nb"\n', encoding="utf-8")
    result = commentary("config", "show", cwd=tmp_path)
    assert result.returncode == 0
    assert "\x1b" not in result.stdout
    assert "a\\x1b[31m\\nb" in result.stdout
