"""`ask` and `parse_object`: what happens between a reply and a value."""

from __future__ import annotations

import asyncio
import json

import pytest
from pydantic import BaseModel, ConfigDict

from pipeline.errors import Parked
from pipeline.llm import BadOutput, Finish, Metered, Reply, Request, ask, parse_object
from tests.server import Queue, a_request


class Headline(BaseModel):
    """A small answer."""

    model_config = ConfigDict(extra="forbid")

    title: str
    score: int = 0


def parse(text: str) -> Headline:
    return parse_object(text, Headline)


def cut(text: str = "", finish: Finish = "length") -> Reply:
    return Reply(text=text, finish=finish, model="some-model")


def test_a_valid_answer_is_asked_for_once() -> None:
    """A valid first answer is the result of one request."""
    llm = Queue('{"title": "Tides"}')
    assert asyncio.run(ask(llm, a_request(), parse)) == Headline(title="Tides")
    assert llm.asked == [a_request()]


def test_an_invalid_answer_goes_back_once_with_its_problem() -> None:
    """The second question holds the first one, the invalid answer and what was wrong, at the next re-ask index."""
    llm = Queue('{"titel": "Tides"}', '{"title": "Tides"}')
    asyncio.run(ask(llm, a_request(), parse))
    first, second = llm.asked
    assert (first.reask, second.reask) == (0, 1)
    assert second.messages[:2] == first.messages
    assert [message.role for message in second.messages[2:]] == ["assistant", "user"]
    assert second.messages[2].content == '{"titel": "Tides"}'
    assert "title" in second.messages[3].content
    assert "titel" in second.messages[3].content


def test_an_answer_invalid_twice_is_parked() -> None:
    """After one re-ask an answer that is still invalid parks the brief, with the place and the problem."""
    llm = Queue("no", "still no", '{"title": "too late"}')
    with pytest.raises(Parked, match=r"translate body\[2\], round 1: .*one re-ask.*JSON object"):
        asyncio.run(ask(llm, a_request(stage="translate", part="body[2]", round=1), parse))
    assert len(llm.asked) == 2


def test_an_answer_invalid_twice_can_be_used_otherwise() -> None:
    """`otherwise` is only asked about the second invalid answer, and may refuse it too."""
    llm = Queue("no", "still no")
    assert asyncio.run(ask(llm, a_request(), parse, otherwise=str.upper)) == "STILL NO"
    with pytest.raises(Parked):
        asyncio.run(ask(Queue("no", "still no"), a_request(), parse, otherwise=parse))


def test_a_cut_reply_is_asked_for_once_more_with_twice_the_limit() -> None:
    """A reply cut by length is not parsed; the same question is asked with a doubled output limit."""
    llm = Queue(cut('{"title": "Ti"}'), '{"title": "Tides"}')
    assert asyncio.run(ask(llm, a_request(max_output_tokens=100), parse)).title == "Tides"
    assert [request.max_output_tokens for request in llm.asked] == [100, 200]
    assert llm.asked[0].messages == llm.asked[1].messages


@pytest.mark.parametrize(
    ("replies", "why"),
    [
        pytest.param([cut(), cut()], "length limit", id="length-twice"),
        pytest.param([cut('{"title": "x"}', "content_filter")], "content filter", id="filter"),
        pytest.param([cut("I cannot.", "refusal")], "refused", id="refusal"),
        pytest.param([cut('{"title": "x"}', "unknown")], "does not explain", id="unknown"),
    ],
)
def test_a_reply_that_did_not_stop_by_itself_is_parked(replies: list[Reply], why: str) -> None:
    """Cut, filtered, refused and unexplained replies are parked with their reason, even if their text would parse."""
    llm = Queue(*replies)
    with pytest.raises(Parked, match=why):
        asyncio.run(ask(llm, a_request(), parse))
    assert len(llm.asked) == len(replies)


@pytest.mark.parametrize(
    "text",
    [
        '{"title": "Tides"}',
        ' \n{"title": "Tides"}\n',
        '```json\n{"title": "Tides"}\n```',
        '```\n{"title": "Tides"}```',
        'Here it is:\n\n{"title": "Tides"}\n\nAnything else?',
        'Sure.\n```json\n{\n  "title": "Tides"\n}\n```\nDone.',
    ],
)
def test_one_object_is_found(text: str) -> None:
    """Exactly one JSON object is read from a bare reply, a code fence or prose."""
    assert parse(text) == Headline(title="Tides")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("", "found none", id="empty"),
        pytest.param("No object here.", "found none", id="prose"),
        pytest.param('{"title": "a"} {"title": "b"}', "found more", id="two"),
        pytest.param('```json\n{"title": "a"}\n```\n```json\n{"title": "b"}\n```', "found more", id="two-fences"),
        pytest.param('Draft {"title": "a"}\n```json\n{"title": "b"}\n```', "found more", id="prose-and-fence"),
        pytest.param('{"title": "Tid', "not valid JSON", id="cut"),
        pytest.param('{"title": "a", "title": "b"}', '"title" stands twice', id="duplicate"),
        pytest.param('{"title": "a", "x": {"y": 1, "y": 2}}', '"y" stands twice', id="duplicate-inside"),
        pytest.param('{"title": "a", "score": NaN}', "NaN is not allowed", id="nan"),
        pytest.param('{"title": "a", "score": -Infinity}', "-Infinity is not allowed", id="infinity"),
        pytest.param('{"title": "a", "score": 1e999}', "score", id="overflow"),
        pytest.param('{"title": "a", "score": ' + "7" * 5000 + "}", "thousands of digits", id="long-number"),
        pytest.param('{"title": "\\ud83d"}', "surrogate", id="half-a-character"),
        pytest.param('{"title": ' + "[" * 100_000, "nested too deeply", id="deep"),
        pytest.param('{"title": 3}', "title: Input should be a valid string", id="type"),
        pytest.param('{"score": 3}', "title: Field required", id="missing"),
        pytest.param('{"title": "a", "extra": 1}', "extra: Extra inputs", id="extra"),
    ],
)
def test_anything_else_is_bad_output(text: str, problem: str) -> None:
    """What is not exactly one valid object that fits is refused, and the message says why."""
    with pytest.raises(BadOutput) as caught:
        parse(text)
    assert problem in str(caught.value)


def test_many_keys_are_read_in_linear_time() -> None:
    """An object with a great many keys is looked through once, not once a key."""
    text = json.dumps({f"k{number}": number for number in range(50_000)})
    with pytest.raises(BadOutput, match="title: Field required"):
        parse(text)


def test_metered_notes_each_call_and_its_price() -> None:
    """A sent call has its price, a kept one costs nothing, and stale recordings are named by their place."""
    sent = Reply(text="a", model="m", input_tokens=7, output_tokens=3, attempts=2)
    kept = Reply(text="b", model="m", attempts=0, replayed=True, stale=True)
    seen: list[Request] = []
    metered = Metered(Queue(sent, kept), price=lambda reply: None, progress=seen.append)

    async def both() -> None:
        await metered.complete(a_request())
        await metered.complete(a_request(stage="revise", round=1))

    asyncio.run(both())
    first, second = metered.calls
    assert (first.input_tokens, first.output_tokens, first.attempts, first.cost) == (7, 3, 2, None)
    assert (second.attempts, second.cost, second.replayed) == (0, 0, True)
    assert metered.stale == ["revise, round 1"]
    assert seen == [a_request(), a_request(stage="revise", round=1)]
