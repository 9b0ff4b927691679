"""What a run would ask: `--dry-run`, without asking.

Lives here: the steps of each brief, exact as far as the ledger's replies reach, estimated beyond. Does not: any call,
any write. Imports lower layers and `runner`, whose choice of briefs it follows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from pipeline import prompts
from pipeline.briefs import Found, Refused
from pipeline.errors import PipelineError
from pipeline.flow import produce
from pipeline.llm import NotRecorded, Reply, Request
from pipeline.llm.limits import at_most
from pipeline.llm.tokens import Rates, estimate, rates_of, request_tokens
from pipeline.runner import Job, sorted_out
from pipeline.schema import Brief
from pipeline.settings import Settings
from pipeline.stages.desk import OUTPUT_TOKENS
from pipeline.stages.writing import MOST
from pipeline.summary import Summary

Kept = Callable[[Request], Reply | None]
"""The reply that the ledger has for a request."""


@dataclass(frozen=True, slots=True)
class Step:
    """One call, or `count` calls alike. Tokens are estimates.

    `request_sha256` is the hash of all that the model would read, None when that hangs on replies not there yet. `most`
    is what the calls cost at most in US dollars, None when the price is unknown.
    """

    stage: str
    part: str
    prompt_sha256: str
    request_sha256: str | None
    count: int
    input_tokens: int
    output_tokens: int
    in_ledger: bool
    most: Decimal | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What one brief would take; repairs and second questions are not foreseen."""

    brief: Brief
    model: str
    steps: tuple[Step, ...]

    @property
    def asked(self) -> tuple[Step, ...]:
        """The steps that would be paid for."""
        return tuple(step for step in self.steps if not step.in_ledger)

    @property
    def most(self) -> Decimal | None:
        """US dollars at most, None when the price is unknown."""
        costs = [step.most for step in self.asked]
        return None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0))


@dataclass(frozen=True, slots=True)
class _Size:
    """How many calls a stage mostly makes and at most, and the tokens of its answer and of what it reads of others."""

    usual: int
    most: int
    answer: int
    reads: int


_ARTICLE = 1900
_SIZES: Mapping[str, _Size] = {
    "extract": _Size(1, 1, 3400, 0),
    "write": _Size(1, 1, _ARTICLE, 2400),
    "translate": _Size(8, MOST, 310, _ARTICLE + 500),
    "headline": _Size(1, 1, 1050, _ARTICLE + 500),
}
"""In the order of the flow; as large as in the recordings of the demo, by `tokens.estimate`."""


async def plans(
    items: Iterable[Found | Refused], job: Job, prices: Mapping[str, Rates], kept: Kept, summary: Summary
) -> list[Plan]:
    """The plan of every brief that a run would work on; the others have their ending in `summary`."""
    todo = [found.brief for found in sorted_out(items, job, summary).todo]
    summary.left_over = max(0, len(todo) - (job.settings.limit or len(todo)))
    return [await plan(brief, job.settings, prices, kept) for brief in todo[: job.settings.limit]]


async def plan(brief: Brief, settings: Settings, prices: Mapping[str, Rates], kept: Kept) -> Plan:
    """Follow the flow for one brief with the replies there are, and estimate what comes after the first that is not."""
    rates = rates_of(settings.model, prices)
    foreseen = _Foreseen(kept, settings, rates)
    whole = False
    try:
        await produce(brief, llm=foreseen, settings=settings.model_copy(update={"head_start": 0.0}))
        whole = True
    except (NotRecorded, PipelineError):
        pass
    reached = {step.stage for step in foreseen.steps}
    beyond = () if whole else _beyond(brief, settings, rates, reached)
    return Plan(brief, settings.model, (*foreseen.steps, *beyond))


class _Foreseen:
    """Answers from the ledger alone and notes what is asked; a reply that is not there ends the way at this point."""

    def __init__(self, kept: Kept, settings: Settings, rates: Rates | None) -> None:
        self._kept = kept
        self._settings = settings
        self._rates = rates
        self.steps: list[Step] = []

    async def complete(self, request: Request) -> Reply:
        reply = self._kept(request)
        self.steps.append(
            Step(
                stage=request.stage,
                part=request.part,
                prompt_sha256=prompts.load(request.stage, self._settings.prompts_dir).sha256,
                request_sha256=request.prompt_sha256,
                count=1,
                input_tokens=request_tokens(request),
                output_tokens=min(request.max_output_tokens, _usual_answer(request.stage)),
                in_ledger=reply is not None,
                most=at_most(request, self._rates).cost if self._rates else None,
            )
        )
        if reply is None:
            raise NotRecorded(request.place)
        return reply


def _usual_answer(stage: str) -> int:
    return _SIZES[stage].answer if stage in _SIZES else _SIZES["translate"].answer


def _beyond(brief: Brief, settings: Settings, rates: Rates | None, reached: set[str]) -> Iterator[Step]:
    """The steps whose prompts hang on answers that are not there yet."""
    for stage, size in _SIZES.items():
        if stage in reached:
            continue
        prompt = prompts.load(stage, settings.prompts_dir)
        fixed = estimate(prompt.system) + estimate(prompt.user) + estimate(brief.text)
        longest = fixed + OUTPUT_TOKENS["extract"] + OUTPUT_TOKENS["write"]
        most = (longest * rates.input + OUTPUT_TOKENS[stage] * rates.output) / 1_000_000 if rates else None
        yield Step(
            stage=stage,
            part="",
            prompt_sha256=prompt.sha256,
            request_sha256=None,
            count=size.usual,
            input_tokens=size.usual * (fixed + size.reads),
            output_tokens=size.usual * size.answer,
            in_ledger=False,
            most=None if most is None else most * size.most,
        )
