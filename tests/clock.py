"""A clock for tests of waiting: `timeless` runs a coroutine in a loop where time jumps to the next thing that is due.

Sleeps and timeouts of hours take no time and end at exact moments, however busy the machine is.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Jumping(selectors.DefaultSelector):
    """Passes the time it is asked to wait at once."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        self.now += max(timeout or 0.0, 0.0)
        return super().select(0 if timeout else timeout)


def _loop() -> asyncio.AbstractEventLoop:
    selector = _Jumping()
    loop = asyncio.SelectorEventLoop(selector)
    loop.time = lambda: selector.now  # type: ignore[method-assign]
    return loop


def timeless(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine gives, without waiting for its waits."""
    with asyncio.Runner(loop_factory=_loop) as runner:
        return runner.run(work)


def now() -> float:
    """The time of the running loop, which begins at 0."""
    return asyncio.get_running_loop().time()
