"""What a row of the doctor says. Imports layer 0."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.errors import PipelineError

Status = Literal["ok", "warn", "fail", "skip"]


@dataclass(frozen=True, slots=True)
class Row:
    """What was found about one thing, and what to do about it. `exit_code` is 0 unless it failed."""

    name: str
    status: Status
    said: str
    next: str = ""
    exit_code: int = 0


def failed(name: str, error: PipelineError) -> Row:
    """A row from an error: its last sentence is the next step."""
    said, _, step = str(error).rpartition(". ")
    return Row(name, "fail", said or step, step if said else "", error.exit_code)
