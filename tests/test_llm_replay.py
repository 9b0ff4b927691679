"""Recordings: found by place, marked when their prompt has changed, never replaced by anything else."""

from __future__ import annotations

import asyncio
import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import BriefError
from pipeline.llm import Message, NotRecorded, Reply, Request
from pipeline.llm.replay import Record, Replay, recording_path
from tests.server import Queue, a_request


def record(folder: Path, request: Request, reply: str | Reply) -> Reply:
    return asyncio.run(Record(Queue(reply), folder).complete(request))


def replay(folder: Path, request: Request) -> Reply:
    return asyncio.run(Replay(folder).complete(request))


@pytest.mark.parametrize("text", ["One line.", "Two\nlines, 两行", "", "\n", 'A "quote" and a \\ and \r\n the end\n'])
def test_what_was_recorded_comes_back(tmp_path: Path, text: str) -> None:
    """A recorded reply is replayed letter by letter, says that it is replayed, and costs no attempt."""
    sent = Reply(text=text, model="some-model-2", input_tokens=9, attempts=2)
    assert record(tmp_path, a_request(), sent) == sent
    assert replay(tmp_path, a_request()) == Reply(text=text, model="some-model-2", attempts=0, replayed=True)


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ({"stage": "extract"}, "extract.json"),
        ({"stage": "translate", "part": "body[2]"}, "translate-body-2.json"),
        ({"stage": "revise", "part": "lead", "round": 1}, "revise-lead-r1.json"),
        ({"stage": "headline", "reask": 1}, "headline-a1.json"),
        ({"stage": "revise", "part": "body[0]", "round": 2, "reask": 1}, "revise-body-0-r2-a1.json"),
    ],
)
def test_a_recording_has_a_readable_name(tmp_path: Path, place: dict[str, Any], name: str) -> None:
    """Brief, stage, part, round and re-ask are in the name."""
    assert recording_path(tmp_path, a_request(**place)) == tmp_path / "0123456789ab" / name


def test_a_recording_is_readable(tmp_path: Path) -> None:
    """The file holds the place, the model and the prompt's hash; a reply of several lines stands line by line."""
    request = a_request(stage="translate", part="body[2]")
    record(tmp_path, request, "First.\n第二。")
    text = recording_path(tmp_path, request).read_text("utf-8")
    assert json.loads(text) == {
        "brief": "0123456789ab",
        "stage": "translate",
        "part": "body[2]",
        "round": 0,
        "reask": 0,
        "model": "some-model",
        "prompt_sha256": request.prompt_sha256,
        "reply": ["First.", "第二。"],
    }
    assert '\n    "第二。"\n' in text
    assert text.endswith("}\n")


def test_a_changed_prompt_makes_a_recording_stale(tmp_path: Path) -> None:
    """A recording is used although its prompt has changed, and says so; the model does not belong to the prompt."""
    record(tmp_path, a_request(), "Rain.")
    changed = a_request(messages=(Message(role="user", content="Hello again."),))
    assert replay(tmp_path, changed).stale
    assert replay(tmp_path, a_request(output_schema={"type": "object"})).stale
    assert not replay(tmp_path, a_request(model="another")).stale


def test_a_recording_without_a_hash_is_stale(tmp_path: Path) -> None:
    """A reply written by hand, with no prompt hash and only the fields that matter, is used as stale."""
    path = recording_path(tmp_path, a_request())
    path.parent.mkdir()
    path.write_text(json.dumps({"brief": "0123456789ab", "stage": "write", "model": "by hand", "reply": "Rain."}))
    reply = replay(tmp_path, a_request())
    assert (reply.text, reply.stale) == ("Rain.", True)


def test_a_missing_repair_is_not_an_error(tmp_path: Path) -> None:
    """Only `revise` may go without a recording."""
    with pytest.raises(NotRecorded):
        replay(tmp_path, a_request(stage="revise", part="lead", round=1))


@pytest.mark.parametrize(
    "place",
    [{}, {"part": "lead"}, {"round": 1}, {"reask": 1}, {"brief": "ba9876543210"}, {"stage": "extract"}],
)
def test_any_other_missing_recording_names_its_file(tmp_path: Path, place: dict[str, Any]) -> None:
    """What was not recorded at this very place is an error with the expected file, never another reply."""
    if place:
        record(tmp_path, a_request(), "Rain.")
    request = a_request(**place)
    with pytest.raises(BriefError) as caught:
        replay(tmp_path, request)
    assert str(recording_path(tmp_path, request)) in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="empty"),
        pytest.param('{"brief": "0123', id="cut"),
        pytest.param("[1]", id="list"),
        pytest.param('{"brief": "0123456789ab", "stage": "write", "model": "m"}', id="no-reply"),
        pytest.param('{"brief": "0123456789ab", "stage": "write", "model": "m", "reply": 7}', id="number"),
        pytest.param('{"brief": "0123456789ab", "stage": "write", "model": "m", "reply": "", "x": 1}', id="extra"),
        pytest.param('{"brief": "0123456789ab", "stage": "headline", "model": "m", "reply": "x"}', id="another-place"),
    ],
)
def test_an_unusable_recording_is_named(tmp_path: Path, content: str) -> None:
    """A recording that is damaged or lies under another place's name is an error with its file, on one line."""
    path = recording_path(tmp_path, a_request())
    path.parent.mkdir()
    path.write_text(content)
    with pytest.raises(BriefError) as caught:
        replay(tmp_path, a_request())
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_only_finished_replies_are_recorded(tmp_path: Path) -> None:
    """A cut or refused reply passes through and leaves no file."""
    assert record(tmp_path, a_request(), Reply(text="Ra", finish="length", model="m")).finish == "length"
    assert list(tmp_path.iterdir()) == []


HOSTILE = [
    "../../x",
    "/etc/passwd",
    "..",
    ".",
    "a/b",
    "a\\b",
    "a\nb",
    "x" * 300,
    "\0",
    "CON",
    "~",
    "雨",
    "\ud800",
    "-",
    "r1",
]


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_a_hostile_name_stays_inside_the_folder(tmp_path: Path, name: str) -> None:
    """Whatever brief, stage and part are called, the file lies one folder down, with a name any system takes."""
    path = recording_path(tmp_path, a_request(brief=name, stage=name, part=name, round=1))
    inside = path.relative_to(tmp_path)
    assert path.resolve().is_relative_to(tmp_path.resolve())
    assert len(inside.parts) == 2
    assert all(len(part) <= 255 and part.isascii() and part.isprintable() for part in inside.parts)
    assert not any(part.startswith(("-", ".")) for part in inside.parts)


def test_a_hostile_name_is_recorded_and_found(tmp_path: Path) -> None:
    """Recording and replay work under any name."""
    request = a_request(brief="../../x", part="a/b")
    record(tmp_path, request, "Rain.")
    assert replay(tmp_path, request).text == "Rain."


NAMES = ["write", "r1", "a1", "write-r1", "write[2]", "body[2]", "body-2", "body_2", "BODY[2]", "2"]


def test_no_two_places_share_a_file() -> None:
    """Different places have different files, also where upper and lower case are the same to the file system."""
    places = list(product(NAMES, ["", *NAMES], range(3), range(2)))
    paths = {
        str(recording_path(Path("r"), a_request(stage=stage, part=part, round=round_, reask=reask))).lower()
        for stage, part, round_, reask in places
    }
    assert len(paths) == len(places)
