"""Bad days: faults of every kind over a thousand briefs, and a provider that never gives an answer.

Lives here: the rows `many` and `endless`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.measuring import commentary, inbox, provider, stats, told
from benchmarks.provider import FAULTS


def many(rounds: int) -> None:
    """A long run on a bad day: every brief has an ending, and every failure a reason."""
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as name, provider("--latency", "0.05,0.3", "--faults", "0.02") as url:
            folder = Path(name)
            inbox(folder, 1000)
            code, summary, wall, _, memory = commentary(folder, url, in_flight=32, head_start=0, timeout=5)
            endings, seen = summary["endings"], stats(url)
            reasons = [line for line in (folder / "log").read_text("utf-8").splitlines() if _is_failure(line)]
            failures = sum(endings.values()) - endings.get("draft", 0)
            lost = 1000 - sum(endings.values())
            told(f"1,000 briefs, 2 % of each of {len(FAULTS)} faults", f"{wall:.0f} s, exit {code}, {endings}")
            told("  briefs without an ending", f"{lost}   goal 0  {'MISSED' if lost else ''}".rstrip())
            told("  failures, and those with a reason", f"{failures}, {len(reasons)}   goal: the same")
            told("  requests counted here, at the provider", f"{summary['requests']}, {seen['requests']}")
            told("  peak memory", f"{memory:.0f} MiB   goal <= 200  {'MISSED' if memory > 200 else ''}".rstrip())


def _is_failure(line: str) -> bool:
    _, _, what = line.partition(" ")
    return what.startswith(("parked ", "deferred ", "failed ", "error ")) and ": " in what


def endless() -> None:
    """A provider that answers 500 for ever gets each request as often as is set, and no more."""
    for attempts in (1, 2, 4, 7):
        with tempfile.TemporaryDirectory() as name, provider("--always", "500") as url:
            inbox(Path(name), 3)
            code = commentary(Path(name), url, attempts=attempts, retry_after_cap=0.05)[0]
            sent, goal = stats(url)["requests"], 3 * attempts
            name = f"500 for ever, 3 briefs, {attempts} attempts"
            told(name, f"{sent} requests, exit {code}   goal {goal}  {'' if sent == goal else 'MISSED'}".rstrip())
