"""From brief to draft: order, repair, thin briefs, cancelling."""

from __future__ import annotations

import asyncio
import json
from datetime import date

import pytest

from pipeline import checker
from pipeline.errors import Parked, UpstreamError
from pipeline.flow import produce, produce_sync
from pipeline.llm import NotRecorded, Reply, Request
from pipeline.schema import Brief, Draft
from pipeline.settings import Settings
from tests.fakes import BRIEF, CHINESE, CLAIMS, ENGLISH, HEADLINE, Scripted, script

QUICK = Settings(head_start=0)


def make(llm: Scripted, brief: Brief = BRIEF, settings: Settings = QUICK) -> Draft:
    return produce_sync(brief, llm=llm, settings=settings)


def test_a_clean_story_becomes_a_complete_draft() -> None:
    """Both editions, claims, tags, scores, labels; no finding blocks, no repair was asked for."""
    llm = Scripted(script())
    draft = make(llm)
    assert draft.status == "complete"
    assert draft.en is not None
    assert draft.zh is not None
    assert len(draft.en.body) == len(draft.zh.body) == 3
    assert not draft.report.blocking, [f.reason for f in draft.report.blocking]
    assert draft.repairs == ()
    assert draft.tags == ("data-center", "energy", "compute")
    assert draft.disclosure.AIGC.Label == "1"
    assert len(llm.requests) == 6


def test_the_report_counts_every_figure_read() -> None:
    """Read = supported + rounded + derived + flagged, in each language, and there is a reading for each."""
    report = make(Scripted(script())).report
    for language in ("en", "zh"):
        counts = report.counts[language]
        assert counts.read == counts.supported + counts.rounded + counts.derived + counts.flagged
        assert counts.read == sum(1 for reading in report.figures if reading.language == language) > 5


def test_the_draft_alone_gives_the_same_report() -> None:
    """`check_draft` needs nothing but the draft."""
    draft = make(Scripted(script()))
    assert checker.check_draft(draft) == draft.report


def test_the_same_replies_give_the_same_bytes() -> None:
    """A draft is a pure function of brief, prompts, replies and settings, also when replies arrive in another order."""

    class Shuffled(Scripted):
        async def complete(self, request: Request) -> Reply:
            await asyncio.sleep(0.02 if request.part == "body[0]" else 0)
            return await super().complete(request)

    assert make(Scripted(script())).model_dump_json() == make(Shuffled(script())).model_dump_json()


def test_a_draft_survives_json() -> None:
    """What is written can be read again."""
    draft = make(Scripted(script()))
    assert Draft.model_validate_json(draft.model_dump_json()) == draft


def test_an_invented_figure_in_the_english_is_repaired_before_translation() -> None:
    """The flagged sentence is corrected; the translators see the corrected text."""
    wrong = ENGLISH[1].replace("$2.4 billion", "$3.7 billion")
    replies = script(write="\n\n".join([ENGLISH[0], wrong, ENGLISH[2]]))
    right = "The project will cost $2.4 billion and is due to open in 2027. [c2, c3]"
    replies["revise", "en body[1]", 1] = [json.dumps({"sentences": [{"number": 1, "text": right}]})]
    llm = Scripted(replies)
    draft = make(llm)
    (repair,) = draft.repairs
    assert (repair.language, repair.field, repair.kept) == ("en", "body[1]", True)
    assert "$3.7 billion" in repair.before
    assert "$2.4 billion" in repair.after
    assert all("$3.7 billion" not in r.messages[1].content for r in llm.asked("translate"))
    assert not draft.report.blocking


def test_a_wrong_magnitude_in_the_chinese_is_repaired_as_a_paragraph() -> None:
    """2.4亿 for $2.4 billion: the Chinese gives way, the English stays."""
    replies = script(zh1=CHINESE[1].replace("24亿", "2.4亿"))
    replies["revise", "zh body[1]", 1] = [CHINESE[1]]
    draft = make(Scripted(replies))
    (repair,) = draft.repairs
    assert (repair.language, repair.field, repair.kept) == ("zh", "body[1]", True)
    assert not draft.report.blocking


def test_a_repair_that_makes_nothing_better_is_undone() -> None:
    """The draft keeps the best version and says that repair stopped."""
    wrong = CHINESE[1].replace("24亿", "2.4亿")
    replies = script(zh1=wrong)
    replies["revise", "zh body[1]", 1] = [wrong.replace("2027", "2031")]
    replies["revise", "zh body[1]", 2] = [wrong]
    draft = make(Scripted(replies))
    assert [repair.kept for repair in draft.repairs] == [False, False]
    assert draft.zh is not None
    assert "2.4亿" in draft.zh.body[1].text
    assert "2031" not in draft.zh.body[1].text
    assert any(f.code in ("figure.scale", "parity.value") for f in draft.report.blocking)
    assert any("repair stopped" in note for note in draft.notes)


def test_a_repair_that_trades_one_error_for_another_is_undone() -> None:
    """Errors that take turns cost no more calls than there are rounds; before and after of each are kept."""
    wrong, other = CHINESE[1].replace("24亿", "2.4亿"), CHINESE[1].replace("2027", "2031")
    replies = script(zh1=wrong)
    replies["revise", "zh body[1]", 1] = [other]
    replies["revise", "zh body[1]", 2] = [other]
    llm = Scripted(replies)
    draft = make(llm)
    assert len(llm.asked("revise")) == 2
    assert ["2.4亿" in repair.before and "2031" in repair.after for repair in draft.repairs] == [True, True]
    assert draft.zh is not None
    assert "2031" not in draft.zh.body[1].text


def test_a_figure_lost_in_translation_is_put_back_in_the_chinese() -> None:
    """`parity.missing` stands on the English, which is the original; the Chinese paragraph is what changes."""
    replies = script(zh1=CHINESE[1].replace("24亿美元", "重金"))
    replies["revise", "zh body[1]", 1] = [CHINESE[1]]
    draft = make(Scripted(replies))
    (repair,) = draft.repairs
    assert (repair.language, repair.field, repair.kept) == ("zh", "body[1]", True)
    assert not draft.report.blocking


def test_a_leak_in_the_chinese_is_repaired_as_a_sentence() -> None:
    """English words left in a Chinese sentence: that sentence alone is asked for, and no other can change."""
    first, second = CHINESE[0].split("[c1]")
    replies = script(zh0=f"{first}[c1]They ask about power and not about floor space any more.[~c1]")
    answer = {"sentences": [{"number": 2, "text": second}, {"number": 1, "text": "别的话。[c1]"}]}
    replies["revise", "zh body[0]", 1] = [json.dumps(answer, ensure_ascii=False)]
    draft = make(Scripted(replies))
    assert draft.zh is not None
    assert draft.zh.body[0].text == CHINESE[0].replace("[c1]", "").replace("[~c1]", "")
    assert not draft.report.blocking


def test_a_cut_paragraph_is_repaired_as_a_whole() -> None:
    """An English paragraph that stops within a sentence is asked for as a whole, not as JSON of sentences."""
    replies = script(write="\n\n".join([ENGLISH[0], ENGLISH[1].rstrip(".") + " because the", ENGLISH[2]]))
    replies["revise", "en body[1]", 1] = [ENGLISH[1]]
    draft = make(Scripted(replies))
    (repair,) = draft.repairs
    assert (repair.field, repair.kept) == ("body[1]", True)
    assert not draft.report.blocking


def test_repair_rounds_zero_asks_for_none() -> None:
    """Findings stay for the reviewer."""
    llm = Scripted(script(zh1=CHINESE[1].replace("24亿", "2.4亿")))
    draft = make(llm, settings=Settings(head_start=0, repair_rounds=0))
    assert draft.report.blocking
    assert not llm.asked("revise")


def test_a_repair_that_was_not_recorded_leaves_the_finding() -> None:
    """A recording without this repair means no repair."""
    replies = script(zh1=CHINESE[1].replace("24亿", "2.4亿"))
    replies["revise", "zh body[1]", 1] = [NotRecorded("no")]  # type: ignore[list-item]
    replies["revise", "zh body[1]", 2] = [NotRecorded("no")]  # type: ignore[list-item]
    draft = make(Scripted(replies))
    assert draft.report.blocking
    assert draft.repairs == ()


def test_a_brief_of_a_few_words_is_thin_and_asks_no_model() -> None:
    """No article is invented; the draft says why there is none, and is labelled."""
    llm = Scripted({})
    draft = make(llm, Brief(text="Harbor Compute will build something.", published=date(2026, 5, 4)))
    assert (draft.status, draft.en, draft.zh) == ("thin", None, None)
    assert "5 words" in (draft.thin_reason or "")
    assert draft.disclosure.AIGC.Label == "1"


def test_a_brief_whose_claims_are_not_in_it_is_thin() -> None:
    """Schema-valid nonsense makes no article."""
    invented = [claim | {"quote": "words the brief never says"} for claim in CLAIMS]
    llm = Scripted(script(extract=json.dumps({"claims": invented, "terms": []})))
    draft = make(llm)
    assert draft.status == "thin"
    assert "4 more were dropped" in (draft.thin_reason or "")
    assert [request.stage for request in llm.requests] == ["extract"]
    assert sum(finding.code == "claim.dropped" for finding in draft.report.findings) == 4


def test_a_filtered_reply_parks_the_brief() -> None:
    """A reply that the provider stopped is never part of a draft."""
    replies = script()
    replies["write", "", 0] = [Reply(text="half", finish="content_filter", model="m")]  # type: ignore[list-item]
    with pytest.raises(Parked, match="content filter"):
        make(Scripted(replies))


def test_a_cut_reply_is_asked_once_more_with_twice_the_limit() -> None:
    """A reply cut by length is not used; the second try has more room."""
    replies = script()
    replies["write", "", 0].insert(0, Reply(text="half", finish="length", model="m"))  # type: ignore[arg-type]
    llm = Scripted(replies)
    assert make(llm).status == "complete"
    first, second = llm.asked("write")
    assert second.max_output_tokens == 2 * first.max_output_tokens


def test_one_failed_translation_ends_the_brief_with_its_own_error() -> None:
    """The error of a stage arrives as itself, and nothing goes on in the background."""
    replies = script()
    replies["translate", "body[1]", 0] = [UpstreamError("down")]  # type: ignore[list-item]

    async def attempt() -> int:
        with pytest.raises(UpstreamError, match="down"):
            await produce(BRIEF, llm=Scripted(replies), settings=QUICK)
        return len(asyncio.all_tasks())

    assert asyncio.run(attempt()) == 1


def test_cancelling_leaves_no_task_behind() -> None:
    """A library user can cancel `produce` at any moment."""

    class Slow(Scripted):
        async def complete(self, request: Request) -> Reply:
            if request.stage == "translate":
                await asyncio.sleep(30)
            return await super().complete(request)

    async def attempt() -> int:
        task = asyncio.create_task(produce(BRIEF, llm=Slow(script()), settings=Settings(head_start=0.01)))
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return len(asyncio.all_tasks())

    assert asyncio.run(attempt()) == 1


def test_the_first_translation_goes_ahead() -> None:
    """The others start when it has ended or the head start is over: then they find its prefix in the cache."""
    order: list[str] = []

    class Noting(Scripted):
        async def complete(self, request: Request) -> Reply:
            if request.stage == "translate":
                order.append(f"start {request.part}")
                await asyncio.sleep(0.05)
                order.append(f"end {request.part}")
            return await super().complete(request)

    make(Noting(script()), settings=Settings(head_start=30))
    assert order[:2] == ["start body[0]", "end body[0]"]
    order.clear()
    make(Noting(script()), settings=Settings(head_start=0.01))
    assert order[:2] == ["start body[0]", "start body[1]"]


def test_a_title_with_a_wrong_figure_is_repaired_in_its_language() -> None:
    """Titles and leads are repaired as fields."""
    head = HEADLINE | {"title_en": "Harbor Compute plans a $9.9 billion data center in Ohio"}
    replies = script(headline=json.dumps(head, ensure_ascii=False))
    replies["revise", "en title", 1] = [str(HEADLINE["title_en"])]
    replies["revise", "zh title", 1] = [str(HEADLINE["title_zh"])]
    draft = make(Scripted(replies))
    assert draft.en is not None
    assert draft.en.title == HEADLINE["title_en"]
    assert not draft.report.blocking


def test_a_refused_repair_does_not_cost_the_draft() -> None:
    """The finding stays for the reviewer, the note says why, the draft is kept."""
    replies = script(zh1=CHINESE[1].replace("24亿", "2.4亿"))
    refused = Reply(text="no", finish="refusal", model="m")
    replies["revise", "zh body[1]", 1] = [refused]  # type: ignore[list-item]
    replies["revise", "zh body[1]", 2] = [refused]  # type: ignore[list-item]
    draft = make(Scripted(replies))
    assert draft.status == "complete"
    assert draft.report.blocking
    assert sum("refused" in note for note in draft.notes) == 2
