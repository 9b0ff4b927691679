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
        ('base_url = "http://[::1"', "base_url is 'http://[::1': no http or https URL"),
        ('base_url = "http://host:99999/v1"', "base_url is 'http://host:99999/v1': no http or https URL"),
        ('base_url = "file:///v1"', "base_url is 'file:///v1': no http or https URL"),
        ('base_url = "http://user:s3cret@/v1"', "base_url is 'http:///v1': no http or https URL"),
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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("timeout = 'soon'", "timeout is 'soon': input should be a valid number"),
        ("timeout = inf", "timeout is inf"),
        ("timeout = nan", "timeout is nan"),
        ("retry_after_cap = 1e300", "retry_after_cap is 1e"),
        ("source_timeout = 0", "source_timeout is 0"),
        ("source_timeout = inf", "source_timeout is inf"),
        ("source_max_bytes = 0", "source_max_bytes is 0"),
        ("source_max_bytes = 1.5", "source_max_bytes is 1.5"),
        ("allow_private = 'maybe'", "allow_private is 'maybe'"),
        ("article_pages = 2", "article_pages is 2"),
        ("prices = 3", "prices is 3"),
        ("[prices.m]\ninptu = 1\noutput = 1", "prices.m.inptu is unknown. Known: input, output, cached"),
        ("[prices.m]\ninput = -1\noutput = 1", "prices.m.input is -1"),
        ("[model]\nx = 1", "model: input should be a valid string"),
        ("base_url = 'localhost:8000/v1'", "no http or https URL"),
        ("base_url = 'http://[::1'", "no http or https URL"),
        ("base_url = 'ftp://user:t0psecret@host/v1'", "'ftp://host/v1'"),
        ("extra_body = {stream = true}", "stream is written by this program"),
        ("extra_body = {api_key = 2026-01-01}", "extra_body.api_key"),
        ("x = " + "[" * 20_000, "not valid TOML"),
        ("x = " + "1" * 20_000, "not valid TOML"),
        ("x = \xff", "not valid TOML"),
        ('"mo\\u001b[31mdel" = 1', "unknown setting"),
    ],
)
def test_a_bad_value_of_a_file_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    """What, where and the value, without a control character or a secret; never a crash."""
    path = tmp_path / "commentary.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ConfigurationError) as caught:
        load(files=[path])
    assert str(caught.value).startswith(f"{path}: ")
    assert said in str(caught.value)
    assert str(caught.value).isprintable()
    assert "t0psecret" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"OPENAI_BASE_URL": "localhost:8000/v1"}, "environment OPENAI_BASE_URL: base_url is"),
        ({"COMMENTARY_SOURCE_TIMEOUT": "soon"}, "environment COMMENTARY_SOURCE_TIMEOUT"),
        ({"COMMENTARY_SOURCE_MAX_BYTES": "5MB"}, "environment COMMENTARY_SOURCE_MAX_BYTES"),
        ({"COMMENTARY_ALLOW_PRIVATE": "some"}, "environment COMMENTARY_ALLOW_PRIVATE"),
        ({"COMMENTARY_ARTICLE_PAGES": "some"}, "environment COMMENTARY_ARTICLE_PAGES"),
        ({"COMMENTARY_MAX_COST": "nan"}, "environment COMMENTARY_MAX_COST"),
    ],
)
def test_a_bad_variable_is_named(environment: dict[str, str], said: str) -> None:
    """With its own name, though the setting is another."""
    with pytest.raises(BadSetting, match=said):
        load(environment=environment)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("COMMENTARY_PRICES", "is a table"),
        ("COMMENTARY_API_KEY", "set the variable OPENAI_API_KEY"),
        ("COMMENTARY_TIMEOUTS", "did you mean 'COMMENTARY_TIMEOUT'"),
    ],
)
def test_a_variable_that_is_not_used_says_what_is(name: str, said: str) -> None:
    """A table belongs into a file, a key into the variable of all; its value is not repeated."""
    (warning,) = load(environment={name: "t0psecret"}).warnings
    assert said in warning
    assert "t0psecret" not in warning
