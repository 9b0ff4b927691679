"""A simulated provider for measuring: chat completions with the latency, the prefix cache and the faults of real ones.

    python -m benchmarks.provider [--latency 0.05,0.3 | --ttft 0.5 --tps 80] [--faults 0.02 | --always 500] [--seed 7]

It prints its port and answers each stage with the recorded reply of a demo brief. A reply takes a time drawn evenly
from `--latency` by what is asked, or `--ttft` and its tokens at `--tps`. Tokens are those of TOKENS by stage. A prompt
counts as cached as far as it begins like an earlier one, in blocks of 128 tokens from 1,024 on, once that one has had
its first token. `--faults` is the share of each kind of FAULTS, `--always`
the one that every request gets. GET /stats tells requests, tokens, processor time.

Lives here: the server alone. One process, standard library.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import time
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Any

BRIEF = "a23fd5368ea9"
TOKENS = {"extract": 600, "write": 1400, "translate": 200, "headline": 200, "revise": 200}
"""Tokens of a reply: 600 + 1,400 + 1,800 for a draft of eight paragraphs."""
FAULTS = (
    "500", "503", "429", "html", "error", "empty", "null", "cut", "drop", "gone", "drip", "hang", "length", "filter"
)  # fmt: skip
_BLOCK, _LEAST = 128, 1024


def place_of(body: dict[str, Any]) -> tuple[str, str]:
    """Stage and part of a request, by the name of its schema or the words of its prompt."""
    form = body.get("response_format", {}).get("json_schema", {})
    if form:
        return str(form["name"]), ""
    number = re.search(r"请写第 (\d+) 段", body["messages"][-1]["content"])
    return ("translate", str(int(number[1]) - 1)) if number else ("write", "")


class Provider:
    """What is answered, when, and what was seen."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._replies = recorded(Path(__file__).parent.parent / "fixtures" / "demo" / "replies" / BRIEF)
        self._seen: Counter[str] = Counter()
        self._prefixes: dict[str, float] = {}
        self.stats: Counter[str] = Counter()

    async def serve(self) -> None:
        """Answer until killed."""
        server = await asyncio.start_server(self._connection, "127.0.0.1", self._options.port, backlog=4096)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._request(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, ValueError):
            pass  # the client went away
        finally:
            writer.close()

    async def _request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        if head.startswith("get"):
            told = self.stats | {"cpu_ms": int(time.process_time() * 1000)}
            return await _send(writer, json.dumps(told).encode())
        length = re.search(r"content-length: (\d+)", head)
        payload = await reader.readexactly(int(length[1])) if length else b""
        return await self._answer(payload, writer)

    async def _answer(self, payload: bytes, writer: asyncio.StreamWriter) -> bool:
        body, digest = json.loads(payload), sha256(payload).hexdigest()
        self._seen[digest] += 1
        self.stats["requests"] += 1
        self.stats["repeated"] += self._seen[digest] > 1
        stage, part = place_of(body)
        dice = random.Random(f"{self._options.seed} {digest} {self._seen[digest]}")
        fault = self._fault(dice)
        if fault:
            self.stats[f"fault {fault}"] += 1
            if (answered := await _misbehave(fault, writer)) is not None:
                return answered
        sent, cached = self._count(payload, body)
        ttft, rest = self._seconds(dice, TOKENS[stage])
        await asyncio.sleep(ttft)
        self._remember(body)
        await asyncio.sleep(rest)
        self.stats.update(input=sent, cached=cached, output=TOKENS[stage], answered=1)
        reply = _completion(self._replies[stage, part], fault, (sent, cached, TOKENS[stage]), body["model"])
        if fault == "drip":
            await _send(writer, b"", length=len(reply))
            while not writer.is_closing():
                await asyncio.sleep(0.5)
                writer.write(b" ")
        if fault in ("cut", "drop"):
            return await _send(writer, reply[: len(reply) // 2], length=len(reply) if fault == "drop" else None)
        return await _send(writer, reply)

    def _fault(self, dice: random.Random) -> str | None:
        if self._options.always:
            return str(self._options.always)
        drawn = int(dice.random() / self._options.faults) if self._options.faults else len(FAULTS)
        return FAULTS[drawn] if drawn < len(FAULTS) else None

    def _seconds(self, dice: random.Random, tokens: int) -> tuple[float, float]:
        """To the first token, and from there to the last."""
        if self._options.latency:
            least, most = map(float, self._options.latency.split(","))
            return dice.uniform(least, most), 0.0
        return self._options.ttft, tokens / self._options.tps if self._options.tps else 0.0

    def _count(self, payload: bytes, body: dict[str, Any]) -> tuple[int, int]:
        """Tokens of the prompt, a token being four bytes, and how many of them are in the cache."""
        prefixes = list(_prefixes(body))
        known = [length for length, digest in prefixes if digest in self._prefixes]
        return len(payload) // 4, max(known, default=0)

    def _remember(self, body: dict[str, Any]) -> None:
        now = time.monotonic()
        self._prefixes.update((digest, now) for _, digest in _prefixes(body))


def _prefixes(body: dict[str, Any]) -> list[tuple[int, str]]:
    """The beginnings of a prompt that a cache would know, by their length in tokens."""
    text = json.dumps(body["messages"], ensure_ascii=False).encode()
    blocks = range(_BLOCK * 4, len(text) + 1, _BLOCK * 4)
    digest, found = sha256(), []
    for end in blocks:
        digest.update(text[end - _BLOCK * 4 : end])
        if end // 4 >= _LEAST:
            found.append((end // 4, digest.hexdigest()))
    return found


def recorded(folder: Path) -> dict[tuple[str, str], str]:
    """The recorded replies of a brief, by stage and number of the paragraph."""
    replies = {}
    for path in folder.glob("*.json"):
        recording = json.loads(path.read_text(encoding="utf-8"))
        text, part = recording["reply"], re.sub(r"\D", "", recording.get("part", ""))
        replies[recording["stage"], part] = text if isinstance(text, str) else "\n".join(text)
    return replies


def _completion(text: str, fault: str | None, tokens: tuple[int, int, int], model: str) -> bytes:
    sent, cached, received = tokens
    finish = {"length": "length", "filter": "content_filter"}.get(fault or "", "stop")
    shown = text[: len(text) // 2] if fault in ("length", "filter") else text
    message = {"role": "assistant", "content": None if fault == "null" else shown}
    usage = {
        "prompt_tokens": sent,
        "completion_tokens": received,
        "total_tokens": sent + received,
        "prompt_tokens_details": {"cached_tokens": cached},
    }
    choices = [] if fault == "empty" else [{"index": 0, "finish_reason": finish, "message": message}]
    answer = {"id": "c", "object": "chat.completion", "created": 0, "model": model, "choices": choices, "usage": usage}
    return json.dumps(answer, ensure_ascii=False).encode()


async def _misbehave(fault: str, writer: asyncio.StreamWriter) -> bool | None:
    """Answer what goes wrong before there is a reply; None for what goes wrong with the reply."""
    if fault in ("500", "503", "429"):
        more = {"503": "retry-after: 1\r\n", "429": "retry-after-ms: 500\r\n"}.get(fault, "")
        return await _send(writer, b'{"error": {"message": "simulated"}}', status=fault, more=more)
    if fault == "html":
        return await _send(writer, b"<html>welcome</html>", more="content-type: text/html\r\n")
    if fault == "error":
        return await _send(writer, b'{"error": {"message": "overloaded", "code": 503}}')
    if fault == "hang":
        await asyncio.sleep(3600)
    return False if fault == "gone" else None


async def _send(
    writer: asyncio.StreamWriter, body: bytes, *, status: str = "200", more: str = "", length: int | None = None
) -> bool:
    kind = "" if "content-type" in more else "content-type: application/json\r\n"
    head = f"HTTP/1.1 {status} X\r\n{kind}{more}content-length: {len(body) if length is None else length}\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()
    return length is None


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.provider", description=__doc__.split("\n")[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", metavar="LEAST,MOST")
    parser.add_argument("--ttft", type=float, default=0.0)
    parser.add_argument("--tps", type=float, default=0.0)
    parser.add_argument("--faults", type=float, default=0.0)
    parser.add_argument("--always", choices=FAULTS)
    parser.add_argument("--seed", type=int, default=7)
    asyncio.run(Provider(parser.parse_args()).serve())


if __name__ == "__main__":
    main()
