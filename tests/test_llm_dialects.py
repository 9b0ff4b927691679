"""The dialects of servers, each simulated on loopback: what they refuse, pass over in silence, and answer besides."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.llm import Reply
from pipeline.llm.chat import Dialect
from pipeline.llm.dialects import KEPT, PRESETS, Memory, preset_of
from pipeline.llm.openai import OpenAILLM, make_client
from tests.fakes import story
from tests.server import Answer, Server, a_request, completion, refusal
from tests.test_cli import commentary

SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}


def refuse(message: str, code: str | None = None, param: str | None = None) -> Answer:
    return Answer(refusal(code, message, param), status=400)


def openai(body: dict[str, Any]) -> Answer:
    """Refuses max_tokens; takes JSON Schema."""
    if "max_tokens" in body:
        return refuse(
            "Unsupported parameter: 'max_tokens' is not supported with this model.",
            "unsupported_parameter",
            "max_tokens",
        )
    return Answer(completion('{"a": 1}'))


def deepseek(body: dict[str, Any]) -> Answer:
    """Refuses JSON Schema, and JSON where no message speaks of it; knows max_tokens only; reasons in a field."""
    form = body.get("response_format", {}).get("type")
    if form == "json_schema":
        return refuse("This response_format type is unavailable now", "invalid_request_error")
    if form == "json_object" and "json" not in json.dumps(body["messages"]).lower():
        return refuse(
            "Prompt must contain the word 'json' in some form to use 'response_format' of type 'json_object'."
        )
    return Answer(long_unless(body, completion('{"a": 1}', reasoning_content="Let me think: {")))


def ollama(body: dict[str, Any]) -> Answer:
    """Passes over max_completion_tokens in silence; reasons in `reasoning`."""
    return Answer(long_unless(body, completion('{"a": 1}', reasoning="Hmm {")))


def vllm(body: dict[str, Any]) -> Answer:
    """Errors without `error` around them; reasoning in the text, its opening tag eaten by the chat template."""
    if body.get("unheard_of"):
        return Answer({"object": "error", "message": "extra_forbidden: unheard_of", "code": 400}, status=400)
    return Answer(completion('The user wants {"a": 0}.\n</think>\n\n{"a": 1}'))


def llama_cpp(body: dict[str, Any]) -> Answer:
    """Answers 503 in its own form while it loads; no usage in old versions."""
    value = completion('<think>{</think>{"a": 1}') | {"timings": {"predicted_n": 9}}
    del value["usage"]
    return Answer(value)


def mistral(body: dict[str, Any]) -> Answer:
    """Gives the text in parts, reasoning among them."""
    parts = [{"type": "thinking", "thinking": [{"type": "text", "text": "{"}]}, {"type": "text", "text": '{"a": 1}'}]
    return Answer(completion(None) | {"choices": [{"finish_reason": "stop", "message": {"content": parts}}]})


def long_unless(body: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    """An answer over the limit where the only field the server knows is missing."""
    tokens = 5 if "max_tokens" in body else 5000
    return value | {"usage": {"prompt_tokens": 20, "completion_tokens": tokens, "total_tokens": 20 + tokens}}


Speaks = Callable[[dict[str, Any]], Answer]
SERVERS: list[tuple[Speaks, str, Dialect, int]] = [
    (openai, "openai", Dialect("json_schema", "max_completion_tokens"), 2),
    (deepseek, "deepseek", Dialect("json_object", "max_tokens"), 3),
    (ollama, "ollama", Dialect("json_schema", "max_tokens"), 2),
    (vllm, "vllm", Dialect("json_schema", "max_completion_tokens"), 2),
    (llama_cpp, "llama.cpp", Dialect("json_schema", "max_completion_tokens"), 2),
    (mistral, "vllm", Dialect("json_schema", "max_completion_tokens"), 2),
]
NAMES = [row[0].__name__ for row in SERVERS]


def ask(server: Server, times: int = 2, **options: Any) -> tuple[list[Reply], OpenAILLM]:
    """So many requests for an object, one after the other, to one new client."""

    async def work() -> tuple[list[Reply], OpenAILLM]:
        llm = OpenAILLM(make_client(api_key="k", base_url=server.url, timeout=5), timeout=5, **options)
        try:
            return [await llm.complete(a_request(output_schema=SCHEMA)) for _ in range(times)], llm
        finally:
            await llm.aclose()

    return asyncio.run(work())


@pytest.mark.loopback
@pytest.mark.parametrize(
    ("speaks", "name", "dialect", "sent"), SERVERS, ids=lambda value: getattr(value, "__name__", "")
)
def test_a_dialect_is_found_out_by_the_first_answer(
    speaks: Callable[[dict[str, Any]], Answer], name: str, dialect: Dialect, sent: int
) -> None:
    """Without any setting the second request is put as the server wants it, and reasoning is in no reply."""
    found: list[Dialect] = []
    with Server(speaks) as server:
        replies, llm = ask(server, on_dialect=found.append)
        assert [json.loads(reply.text) for reply in replies] == [{"a": 1}, {"a": 1}]
        assert llm.dialect == dialect
        assert len(server.bodies) == sent
        assert found[-1:] == ([dialect] if dialect != Dialect() else [])


@pytest.mark.loopback
@pytest.mark.parametrize(
    ("speaks", "name", "dialect", "sent"), SERVERS, ids=lambda value: getattr(value, "__name__", "")
)
def test_a_preset_is_right_at_once(
    speaks: Callable[[dict[str, Any]], Answer], name: str, dialect: Dialect, sent: int
) -> None:
    """In the dialect of its preset each server answers every request within its limit, and nothing is found out."""
    found: list[Dialect] = []
    with Server(speaks) as server:
        replies, _ = ask(server, begin=PRESETS[name].dialect, on_dialect=found.append)
        assert len(server.bodies) == 2
    assert all(reply.output_tokens <= 100 for reply in replies)
    assert found == []


@pytest.mark.loopback
def test_what_was_remembered_may_be_refused() -> None:
    """A server that was updated, or another one at the same address, is found out again at once."""
    found: list[Dialect] = []
    with Server(openai) as server:
        replies, llm = ask(server, begin=Dialect("json_object", "max_tokens"), on_dialect=found.append)
        assert len(server.bodies) == 3
    assert (len(replies), llm.dialect, found) == (2, Dialect("json_object"), [Dialect("json_object")])


@pytest.mark.loopback
@pytest.mark.parametrize("setting", [{}, {"COMMENTARY_STRUCTURED": "json_object"}])
def test_a_second_run_does_not_ask_again_what_was_found_out(tmp_path: Path, setting: dict[str, str]) -> None:
    """The refusals of the first run are in no later one, also when a part of the dialect is set."""

    def old(body: dict[str, Any]) -> Answer | str:
        if "max_completion_tokens" in body:
            return refuse("Unrecognized request argument supplied: max_completion_tokens")
        if body.get("response_format", {}).get("type") == "json_schema":
            return refuse("This response_format type is unavailable now")
        return Answer(completion("no object"))

    sent = []
    with Server(old) as server:
        for number in range(2):
            (tmp_path / f"{number}.txt").write_text(story(str(number)), encoding="utf-8")
            before = len(server.bodies)
            result = commentary(
                "run", f"{number}.txt", "--out", "out", cwd=tmp_path, OPENAI_BASE_URL=server.url, **setting
            )
            assert result.returncode == 65, result.stderr
            sent.append(len(server.bodies) - before)
    assert sent == ([3, 2] if setting else [4, 2]), "an extraction and its second question, after the refusals"


@pytest.mark.loopback
def test_extra_body_reaches_the_server_and_its_refusal_is_told() -> None:
    """A field the server does not know is the set-up's fault, and named."""
    from pipeline.errors import ConfigurationError

    with Server(vllm) as server:
        with pytest.raises(ConfigurationError, match="extra_body"):
            ask(server, extra_body={"unheard_of": True})
        assert server.bodies[0]["unheard_of"] is True


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (None, "openai"),
        ("https://api.openai.com/v1", "openai"),
        ("https://api.deepseek.com", "deepseek"),
        ("http://localhost:11434/v1", "ollama"),
        ("http://10.0.0.7:11434/v1", "ollama"),
        ("http://localhost:8000/v1", None),
        ("http://host:port/v1", None),
    ],
)
def test_a_server_is_recognised_by_host_or_port(url: str | None, name: str | None) -> None:
    """Where neither tells, nothing is guessed."""
    preset = preset_of(url)
    assert (preset.name if preset else None) == name


def test_what_was_found_out_is_remembered_for_a_month(tmp_path: Path) -> None:
    """By endpoint and model, beside others; a damaged file or a folder that cannot be written is no error."""
    clock = [1000.0]
    path = tmp_path / "cache" / "dialects.json"
    here, there = (Memory(path, endpoint, "m", lambda: clock[0]) for endpoint in ("http://a/v1", "http://b/v1"))
    assert here.recall() is None
    here.keep(Dialect("json_object", "max_tokens"))
    there.keep(Dialect("prompt", "max_tokens"))
    assert here.recall() == Dialect("json_object", "max_tokens")
    assert there.recall() == Dialect("prompt", "max_tokens")
    clock[0] += KEPT
    assert here.recall() is None
    for damaged in ("", "[]", '{"x": 1', "[" * 100_000, path.read_text().replace("json_object", "xml")):
        path.write_text(damaged)
        assert here.recall() is None
    (tmp_path / "file").write_text("")
    Memory(tmp_path / "file" / "x.json", "e", "m", lambda: 0.0).keep(Dialect())
