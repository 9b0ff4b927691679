"""What became of a run: an outcome for each brief, and the numbers of all of them together.

Lives here: `Outcome`, `Summary` and which exit code weighs most. Does not: how they come about (`runner`) or are
printed (`cli`). Imports layer 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pipeline.errors import PipelineError
from pipeline.schema import Call, Severity

Ending = Literal["draft", "thin", "skipped", "deferred", "failed", "parked", "error"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one brief. `exit_code` is 0 when nothing is wrong; `detail` is the trace of a bug."""

    type: Ending
    origin: str | None
    id: str | None = None
    folder: Path | None = None
    title: str | None = None
    reason: str | None = None
    findings: dict[Severity, int] = field(default_factory=dict)
    outdated: bool = False
    """A draft finished before, with other prompts or another model than now."""
    exit_code: int = 0
    later: bool = False
    """Not done for good: a later run may make a draft of it."""
    detail: str | None = None


@dataclass
class Summary:
    """What a run did, in numbers."""

    outcomes: list[Outcome] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    failed_requests: int = 0
    """HTTP requests of calls that came to nothing."""
    seconds: float = 0.0
    left_over: int = 0
    """Briefs not worked on because of the limit."""
    unfinished: int = 0
    """Briefs without an ending, because the run was stopped."""
    waiting: int = 0
    """Briefs that were kept because their source may not hold them any more at the next run."""
    stopped: PipelineError | None = None
    """Why the run stopped before its end."""

    def stop(self, error: PipelineError) -> None:
        """Note why the run stops; the first reason stands, unless a later one weighs more."""
        if self.stopped is None or heaviest((error.exit_code, self.stopped.exit_code)) != self.stopped.exit_code:
            self.stopped = error

    @property
    def endings(self) -> Counter[str]:
        """How many briefs ended how."""
        return Counter(outcome.type for outcome in self.outcomes)

    @property
    def blocking(self) -> int:
        """Blocking findings in all drafts of the sources of this run, finished earlier or now."""
        return sum(outcome.findings.get("block", 0) for outcome in self.outcomes)

    @property
    def cost(self) -> Decimal | None:
        """US dollars in all, or None when the price of a call that was made is unknown."""
        costs = [call.cost for call in self.calls]
        return None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0))

    @property
    def exit_code(self) -> int:
        """The code that weighs most: a bug, then configuration, output, try again later, bad briefs."""
        codes = [outcome.exit_code for outcome in self.outcomes]
        return heaviest([*codes, *([self.stopped.exit_code] if self.stopped else [])])


PRECEDENCE = (70, 78, 74, 75, 65, 1)


def heaviest(codes: Iterable[int]) -> int:
    """The code that weighs most, 0 when there is none."""
    found = set(codes)
    return next((code for code in PRECEDENCE if code in found), 0)
