"""Limits on what is asked at once. Imports layer 0 and `pipeline.llm`."""

from __future__ import annotations

import asyncio

from pipeline.llm import LLM, Reply, Request


class Paced:
    """At most `in_flight` requests at once, over all briefs; the others wait their turn."""

    def __init__(self, llm: LLM, *, in_flight: int) -> None:
        self._llm = llm
        self._places = asyncio.Semaphore(in_flight)

    async def complete(self, request: Request) -> Reply:
        """Answer one request when there is a place."""
        async with self._places:
            return await self._llm.complete(request)
