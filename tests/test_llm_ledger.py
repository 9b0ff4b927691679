"""The ledger: what is paid for is kept, and found again only for the very same question."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import OutputError, UpstreamError
from pipeline.files import beside
from pipeline.llm import Message, Reply, Request
from pipeline.llm import ledger as ledgers
from pipeline.llm.ledger import Ledger, older_than, prune
from pipeline.schema import canonical_json, sha256
from tests.server import Queue, a_request

DAY = 24 * 60 * 60
URL = "https://model.example/v1"


def ask(ledger: Ledger, request: Request | None = None) -> Reply:
    return asyncio.run(ledger.complete(request or a_request()))


def records(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.json"))


def test_a_finished_call_is_never_made_again(tmp_path: Path) -> None:
    """A second run with a new ledger over the same folder gets the reply without asking; attempts is 0."""
    sent = Reply(
        text="Rain 雨\n", model="m-1", input_tokens=9, cached_tokens=4, output_tokens=2, seconds=0.1, attempts=3
    )
    assert ask(Ledger(Queue(sent), tmp_path, endpoint=URL)) == sent
    assert ask(Ledger(Queue(), tmp_path, endpoint=URL)) == sent.model_copy(update={"attempts": 0})


CHANGES: dict[str, dict[str, Any]] = {
    "brief": {"brief": "ba9876543210"},
    "stage": {"stage": "revise"},
    "part": {"part": "body[1]"},
    "round": {"round": 1},
    "reask": {"reask": 1},
    "model": {"model": "other-model"},
    "messages": {"messages": (Message(role="user", content="Be brief."), Message(role="user", content="Hello."))},
    "limit": {"max_output_tokens": 101},
    "schema": {"output_schema": {"type": "object"}},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_another_question_is_another_record(tmp_path: Path, change: dict[str, Any]) -> None:
    """Whatever of a request changes, its place, model, text, limit or schema, the kept reply is not reused."""
    llm = Queue("first", "second")
    ledger = Ledger(llm, tmp_path, endpoint=URL)
    assert ask(ledger).text == "first"
    assert ask(ledger, a_request(**change)).text == "second"
    assert len(records(tmp_path)) == 2


@pytest.mark.parametrize(
    "changed", [{"endpoint": "http://127.0.0.1:8080/v1"}, {"endpoint": URL, "parameters": {"reasoning_effort": "low"}}]
)
def test_another_endpoint_or_parameter_is_another_record(tmp_path: Path, changed: dict[str, Any]) -> None:
    """A reply bought elsewhere, or with other parameters, is not reused."""
    ask(Ledger(Queue("first"), tmp_path, endpoint=URL))
    assert ask(Ledger(Queue("second"), tmp_path, **changed)).text == "second"


@pytest.mark.parametrize("finish", ["length", "content_filter", "refusal", "unknown"])
def test_only_finished_replies_are_kept(tmp_path: Path, finish: Any) -> None:
    """A reply that did not stop by itself is returned and leaves no record."""
    ledger = Ledger(Queue(Reply(text="Ra", finish=finish, model="m"), "Rain."), tmp_path, endpoint=URL)
    assert ask(ledger).finish == finish
    assert records(tmp_path) == []
    assert ask(ledger).text == "Rain."


def test_a_failed_call_leaves_nothing(tmp_path: Path) -> None:
    """An error passes through; the same question can be asked again."""
    ledger = Ledger(Queue(UpstreamError("down"), "Rain."), tmp_path, endpoint=URL)
    with pytest.raises(UpstreamError):
        ask(ledger)
    assert ask(ledger).text == "Rain."


def test_force_asks_anew_once_and_writes_over(tmp_path: Path) -> None:
    """With force a kept reply is bought again, once in a run, and the new one is found afterwards."""
    ask(Ledger(Queue("old"), tmp_path, endpoint=URL))
    forced = Ledger(Queue("new"), tmp_path, endpoint=URL, force=True)
    assert ask(forced).text == "new"
    assert ask(forced).attempts == 0
    assert ask(Ledger(Queue(), tmp_path, endpoint=URL)).text == "new"


def change_reply(data: bytes) -> bytes:
    return data.replace(b"Rain.", b"Snow.")


def other_record(data: bytes) -> bytes:
    record = json.loads(data)["record"]
    text = canonical_json(record | {"key": record["key"][::-1]})
    return f'{{"sha256":"{sha256(text)}","record":{text}}}'.encode()


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: data[: len(data) // 2], id="truncated"),
        pytest.param(lambda data: b"", id="empty"),
        pytest.param(lambda data: bytes([data[0] ^ 1]) + data[1:], id="bit-flipped"),
        pytest.param(change_reply, id="another-text"),
        pytest.param(lambda data: b"\xff" + data, id="not-text"),
        pytest.param(lambda data: b"[]", id="list"),
        pytest.param(lambda data: b"null", id="null"),
        pytest.param(lambda data: b'{"record": {}}', id="no-fields"),
        pytest.param(lambda data: b'{"sha256": 1, "record": []}', id="record-a-list"),
        pytest.param(lambda data: b"[" * 100_000, id="deep"),
        pytest.param(other_record, id="another-record"),
    ],
)
def test_a_damaged_record_is_set_aside_and_asked_again(tmp_path: Path, damage: Any) -> None:
    """A record that does not verify is kept in `damaged/`, and that call alone is made again."""
    before = Ledger(Queue("Rain.", "Wind."), tmp_path, endpoint=URL)
    ask(before)
    ask(before, a_request(part="lead"))
    path = tmp_path / f"{before.key(a_request())}.json"
    path.write_bytes(damaged := damage(path.read_bytes()))
    llm = Queue("Rain again.")
    after = Ledger(llm, tmp_path, endpoint=URL)
    assert (ask(after).text, ask(after, a_request(part="lead")).text) == ("Rain again.", "Wind.")
    assert len(llm.asked) == 1
    assert [aside.read_bytes() for aside in (tmp_path / "damaged").iterdir()] == [damaged]
    assert ask(Ledger(Queue(), tmp_path, endpoint=URL)).text == "Rain again."


def test_every_damaged_record_is_kept(tmp_path: Path) -> None:
    """A record damaged twice leaves two files aside."""
    for text in ("one", "two", "three"):
        ledger = Ledger(Queue(text), tmp_path, endpoint=URL)
        assert ask(ledger).text == text
        records(tmp_path)[0].write_text(text)
    assert sorted(path.read_text() for path in (tmp_path / "damaged").iterdir()) == ["one", "two"]


class Slow:
    """A model that takes a moment, and counts."""

    def __init__(self, seconds: float = 0.02) -> None:
        self.calls = 0
        self.seconds = seconds

    async def complete(self, request: Request) -> Reply:
        self.calls += 1
        await asyncio.sleep(self.seconds)
        return Reply(text=f"Answer {self.calls}.", model="m")


@pytest.mark.parametrize("force", [False, True])
def test_the_same_question_in_flight_twice_is_one_call(tmp_path: Path, force: bool) -> None:
    """Identical requests side by side make one call; different ones do not wait for each other."""
    llm = Slow()
    ledger = Ledger(llm, tmp_path, endpoint=URL, force=force)

    async def run() -> list[Reply]:
        same = [ledger.complete(a_request()) for _ in range(3)]
        return list(await asyncio.gather(*same, ledger.complete(a_request(part="lead"))))

    replies = asyncio.run(run())
    assert llm.calls == 2
    assert len({reply.text for reply in replies[:3]}) == 1
    assert [reply.attempts for reply in replies] == [1, 0, 0, 1]


def test_a_cancelled_call_does_not_take_the_waiting_one_with_it(tmp_path: Path) -> None:
    """When the first of two identical requests is cancelled, the second one makes the call."""
    llm = Slow()
    ledger = Ledger(llm, tmp_path, endpoint=URL)

    async def run() -> Reply:
        first = asyncio.create_task(ledger.complete(a_request()))
        second = asyncio.create_task(ledger.complete(a_request()))
        await asyncio.sleep(0.005)
        first.cancel()
        return await second

    assert asyncio.run(run()).text == "Answer 2."


def test_a_cancellation_while_writing_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reply that has been paid for is written whole before a cancellation goes on, and no task stays behind."""
    ledger = Ledger(Queue("Rain."), tmp_path, endpoint=URL)

    async def run() -> None:
        started = asyncio.Event()
        loop = asyncio.get_running_loop()
        put_in_place = ledgers.put_in_place

        def slowly(*arguments: Any) -> None:
            loop.call_soon_threadsafe(started.set)
            asyncio.run(asyncio.sleep(0.05))
            put_in_place(*arguments)

        monkeypatch.setattr(ledgers, "put_in_place", slowly)
        call = asyncio.create_task(ledger.complete(a_request()))
        await started.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(run())
    assert ask(Ledger(Queue(), tmp_path, endpoint=URL)).text == "Rain."


@pytest.mark.parametrize("whole", [True, False])
def test_what_a_killed_run_had_written_is_taken_over_when_it_is_whole(tmp_path: Path, whole: bool) -> None:
    """A record that was not yet in its place counts if it verifies; a part of one is written over."""
    before = Ledger(Queue("Rain."), tmp_path, endpoint=URL)
    ask(before)
    (path,) = records(tmp_path)
    data = path.read_bytes()
    path.unlink()
    beside(path).write_bytes(data if whole else data[:-9])
    llm = Queue("Snow.")
    assert ask(Ledger(llm, tmp_path, endpoint=URL)).text == ("Rain." if whole else "Snow.")
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_looking_a_reply_up_changes_nothing(tmp_path: Path) -> None:
    """`kept` gives what is there; a damaged record stays where it is."""
    ask(Ledger(Queue("Rain."), tmp_path, endpoint=URL))
    look = Ledger(None, tmp_path, endpoint=URL)
    reply = look.kept(a_request())
    assert reply is not None
    assert reply.text == "Rain."
    assert look.kept(a_request(part="lead")) is None
    records(tmp_path)[0].write_text("damaged")
    assert look.kept(a_request()) is None
    assert [path.read_text() for path in tmp_path.iterdir()] == ["damaged"]


def test_old_records_are_pruned_on_request(tmp_path: Path) -> None:
    """Records of that age and older go, damaged and unfinished ones too; younger ones and other files stay."""
    for name, days in {"a.json": 40, "b.json": 20, "damaged/c-1.json": 31, ".tmp-d": 90, "notes.txt": 99}.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"12345")
        os.utime(path, (DAY * (100 - days), DAY * (100 - days)))
    old = older_than(tmp_path, 30 * DAY, now=DAY * 100)
    assert (len(old.paths), old.size) == (3, 15)
    prune(old)
    left = sorted(path.name for path in tmp_path.rglob("*") if path.is_file())
    assert left == ["b.json", "notes.txt"]


def test_a_ledger_that_cannot_be_used_is_loud(tmp_path: Path) -> None:
    """A file where the folder should be is an output error, not a silent loss of calls."""
    blocked = tmp_path / "ledger"
    blocked.write_text("")
    with pytest.raises(OutputError, match="ledger"):
        ask(Ledger(Queue("Rain."), blocked, endpoint=URL))


def test_a_record_says_what_it_is(tmp_path: Path) -> None:
    """A record names brief and place for people, shows Chinese as it is, and holds no prompt and no key."""
    request = a_request(part="body[2]", messages=(Message(role="user", content="Translate this secret."),))
    ask(Ledger(Queue("雨"), tmp_path, endpoint=URL), request)
    text = records(tmp_path)[0].read_text("utf-8")
    assert json.loads(text)["record"]["place"] == "write body[2]"
    assert "雨" in text
    assert "secret" not in text
