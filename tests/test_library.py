"""`produce` as callers of the library meet it: over real sockets, called again, cancelled, refused."""

from __future__ import annotations

import asyncio
import random
import threading
from pathlib import Path

import pytest

import pipeline
from pipeline import Brief, Draft, Settings, produce, produce_sync
from pipeline.llm import LLM
from pipeline.llm.ledger import Ledger
from pipeline.llm.openai import OpenAILLM, make_client
from tests.fakes import story, told
from tests.server import Answer, Server, completion, refusal

pytestmark = pytest.mark.loopback

BRIEF = Brief(text=story("Filed under library."))
AT_ONCE = Settings(head_start=0)


def endpoint(server: Server) -> OpenAILLM:
    return OpenAILLM(make_client(api_key="x", base_url=server.url, timeout=10), timeout=10)


def test_a_model_serves_call_after_call_without_a_loop() -> None:
    """The connections of the first call are those of the second; another thread has its own."""
    with Server(told) as server:
        llm, drafts = endpoint(server), list[Draft]()
        drafts += [produce_sync(BRIEF, llm=llm, settings=AT_ONCE) for _ in range(2)]
        thread = threading.Thread(
            target=lambda: drafts.append(produce_sync(BRIEF, llm=endpoint(server), settings=AT_ONCE))
        )
        thread.start()
        thread.join()
        assert [draft.status for draft in drafts] == ["complete"] * 3
        assert drafts[0] == drafts[1] == drafts[2]


@pytest.mark.filterwarnings("error")
def test_within_a_loop_it_says_so() -> None:
    """`produce_sync` where a loop runs already is the caller's mistake, and the model is not asked."""
    with Server(told) as server:

        async def caller() -> None:
            produce_sync(BRIEF, llm=endpoint(server))

        with pytest.raises(RuntimeError, match="running event loop"):
            asyncio.run(caller())
        assert not server.journal


def test_cancelled_at_any_moment_nothing_is_left(tmp_path: Path) -> None:
    """No task, no open connection, no temporary file; what the ledger had is whole, and the next call goes on."""
    dice = random.Random(7)
    with Server(lambda body: Answer(completion(told(body)), after=0.02)) as server:

        async def cancelled(after: float) -> set[asyncio.Task[object]]:
            model = endpoint(server)
            llm: LLM = Ledger(model, tmp_path / "ledger", endpoint=server.url)
            work = asyncio.create_task(produce(BRIEF, llm=llm, settings=AT_ONCE))
            await asyncio.sleep(after)
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            left = asyncio.all_tasks() - {asyncio.current_task()}
            await model.aclose()
            return left

        for _ in range(15):
            assert not asyncio.run(cancelled(dice.uniform(0, 0.3)))
            server.wait_until_closed()
            assert not list(tmp_path.rglob(".tmp-*"))
        kept = len(list((tmp_path / "ledger").glob("*.json")))
        before = len(server.journal)
        ledger = Ledger(endpoint(server), tmp_path / "ledger", endpoint=server.url)
        assert produce_sync(BRIEF, llm=ledger, settings=AT_ONCE).status == "complete"
        assert len(server.journal) - before == 6 - kept


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(completion("", finish="content_filter")), pipeline.Parked),
        (Answer(refusal("invalid_api_key", "Wrong"), status=401), pipeline.ConfigurationError),
        (Answer(b"oops", status=500), pipeline.UpstreamError),
    ],
    ids=["filtered", "wrong key", "down"],
)
def test_each_failure_has_its_class(answer: Answer, error: type[Exception]) -> None:
    """All of them are public, and `PipelineError`s."""
    with Server(lambda body: answer) as server, pytest.raises(error) as caught:
        produce_sync(BRIEF, llm=endpoint(server), settings=AT_ONCE)
    assert isinstance(caught.value, pipeline.PipelineError)
