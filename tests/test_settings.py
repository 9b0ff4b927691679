"""Settings, their origins and the messages about bad ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import ConfigurationError
from pipeline.settings import BadSetting, load


def test_the_strongest_source_wins_and_is_named(tmp_path: Path) -> None:
    """Flag over environment over file over default, each with its origin."""
    path = tmp_path / "commentary.toml"
    path.write_text('model = "file"\ntimeout = 5\nattempts = 2\n', encoding="utf-8")
    loaded = load(
        flags={"model": "flag", "timeout": None},
        environment={"COMMENTARY_MODEL": "environment", "COMMENTARY_TIMEOUT": "7"},
        files=[path],
    )
    settings, origins = loaded.settings, loaded.origins
    assert (settings.model, settings.timeout, settings.attempts) == ("flag", 7, 2)
    assert origins["model"] == "flag --model"
    assert origins["timeout"] == "environment COMMENTARY_TIMEOUT"
    assert origins["attempts"] == str(path)
    assert origins["in_flight"] == "default"


def test_empty_variables_are_unset() -> None:
    """An empty OPENAI_BASE_URL or key is no URL and no key."""
    loaded = load(environment={"OPENAI_BASE_URL": " ", "OPENAI_API_KEY": "", "COMMENTARY_MODEL": ""})
    assert loaded.settings.base_url is None
    assert loaded.access.api_key is None
    assert loaded.origins["model"] == "default"


def test_a_key_is_stripped_and_never_shown() -> None:
    """A pasted newline does not break the key, and its text is in no representation."""
    access = load(environment={"OPENAI_API_KEY": " sk-secret\n"}).access
    assert access.api_key == "sk-secret"
    assert "secret" not in repr(access)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"COMMENTARY_TIMEOUT": "soon"}, "COMMENTARY_TIMEOUT"),
        ({"COMMENTARY_ATTEMPTS": "0"}, "COMMENTARY_ATTEMPTS"),
        ({"COMMENTARY_STRUCTURED": "xml"}, "COMMENTARY_STRUCTURED"),
    ],
)
def test_a_bad_value_is_named_with_its_origin(environment: dict[str, str], said: str) -> None:
    """The message says which variable holds the bad value."""
    with pytest.raises(BadSetting, match=said) as caught:
        load(environment=environment)
    assert not caught.value.from_flag


def test_a_bad_flag_is_told_apart() -> None:
    """A flag out of range is a usage error, not a configuration error."""
    with pytest.raises(BadSetting) as caught:
        load(flags={"in_flight": 0})
    assert caught.value.from_flag


def test_an_unknown_key_of_a_file_is_an_error_with_a_suggestion(tmp_path: Path) -> None:
    """`modle` is refused, `model` suggested."""
    path = tmp_path / "commentary.toml"
    path.write_text('modle = "x"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match="did you mean 'model'"):
        load(files=[path])


def test_broken_toml_names_the_file(tmp_path: Path) -> None:
    """A file that is no TOML is an error that names it."""
    path = tmp_path / "commentary.toml"
    path.write_text("model = \n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"commentary\.toml"):
        load(files=[path])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('base_url = "http://[::1"', "base_url: is no base URL"),
        ('base_url = "http://host:99999/v1"', "base_url: is no base URL"),
        ('base_url = "file:///v1"', "base_url: is no base URL"),
        ('base_url = "http://user:s3cret@/v1"', "base_url: is no base URL"),
        ("extra_body = { messages = [] }", "extra_body: messages is written by this program"),
        ("extra_body = { stream = true }", "extra_body: stream is written by this program"),
        ("extra_body = { max_tokens = 9 }", "extra_body: max_tokens is written by this program"),
        ("extra_body = { top_p = inf }", "extra_body: inf and nan cannot be sent"),
        ("extra_body = { deep = [{ top_p = nan }] }", "extra_body: inf and nan cannot be sent"),
        ("extra_body = { day = 1979-05-27 }", "extra_body.day"),
        ('prices."m" = { input = nan, output = 1 }', "prices.m.input"),
        ("timeout = nan", "timeout"),
        ("max_cost = inf", "max_cost"),
    ],
)
def test_a_value_that_cannot_be_is_named_before_anything_is_sent(tmp_path: Path, line: str, said: str) -> None:
    """The file, the setting and what is wrong; what limits, prices and the ledger rely on cannot be written over."""
    path = tmp_path / "commentary.toml"
    path.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load(files=[path])
    assert str(caught.value).startswith(f"{path}: {said}")
    assert "s3cret" not in str(caught.value)


def test_an_unknown_variable_is_a_warning() -> None:
    """A misspelt COMMENTARY_ variable is said, not fatal."""
    (warning,) = load(environment={"COMMENTARY_MODLE": "x"}).warnings
    assert "COMMENTARY_MODEL" in warning


def test_a_base_url_without_v1_is_a_warning() -> None:
    """Most compatible servers want /v1 at the end."""
    (warning,) = load(environment={"OPENAI_BASE_URL": "http://127.0.0.1:8000"}).warnings
    assert "/v1" in warning
    assert not load(environment={"OPENAI_BASE_URL": "http://127.0.0.1:8000/v1/"}).warnings


def test_prices_and_extra_body_are_tables_of_the_file(tmp_path: Path) -> None:
    """Prices are exact decimals by model."""
    path = tmp_path / "commentary.toml"
    path.write_text('[extra_body]\nseed = 7\n[prices."my-model"]\ninput = "0.25"\noutput = 1\n', encoding="utf-8")
    settings = load(files=[path]).settings
    assert settings.extra_body == {"seed": 7}
    assert str(settings.prices["my-model"].input) == "0.25"
