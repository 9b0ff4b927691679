"""The ledger: finished model calls kept on disk, so that none is paid for twice.

Lives here: the key of a call, its record, `Ledger`, and pruning by age. Does not: retries, prices, or who may use the
folder (`runner` holds the lock). Imports layer 0 and `pipeline.llm`; touches the disk through `files` and its own
folder only.
"""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

from pipeline.errors import OutputError
from pipeline.files import beside, put_in_place, to_the_end, write_beside
from pipeline.llm import LLM, Reply, Request
from pipeline.schema import canonical_json, sha256


class Ledger:
    """Answers from the ledger where it can; what it must ask for, and what then ends by itself, it keeps.

    `endpoint` and `parameters` (the extra body) belong to the key, beside everything in the request. Only replies with
    finish reason stop are kept. With `force` every question is asked anew, once, and its record written over. Identical
    questions in flight make one call. A damaged record is moved to `damaged/` and its call made again. Raises
    `OutputError` when the folder cannot be used.
    """

    def __init__(
        self,
        llm: LLM | None,
        folder: Path,
        *,
        endpoint: str,
        parameters: Mapping[str, Any] | None = None,
        force: bool = False,
    ) -> None:
        self._llm = llm
        self._folder = folder
        self._endpoint = endpoint
        self._parameters = dict(parameters or {})
        self._force = force
        self._asked: set[str] = set()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def complete(self, request: Request) -> Reply:
        """Answer one request; `attempts` is 0 when the ledger had the reply."""
        key = self.key(request)
        lock = self._locks.setdefault(key, asyncio.Lock())
        async with lock:
            known = self._read(key) if not self._force or key in self._asked else None
            if known is not None:
                return known.model_copy(update={"attempts": 0})
            assert self._llm is not None, "this ledger is only to be looked into"
            reply = await self._llm.complete(request)
            if reply.finish == "stop":
                # at once, since it is paid for: a kill from here on loses nothing. The disk may take its time.
                temporary = write_beside(self._path(key), _record(key, request, reply))
                await to_the_end(put_in_place, temporary, self._path(key))
                self._asked.add(key)
            return reply

    def key(self, request: Request) -> str:
        """The hash under which the reply to a request is kept."""
        material = {
            "endpoint": self._endpoint,
            "model": request.model,
            "messages": [[message.role, message.content] for message in request.messages],
            "parameters": self._parameters | {"max_output_tokens": request.max_output_tokens},
            "schema": request.output_schema,
            "place": [request.brief, request.stage, request.part, request.round, request.reask],
        }
        return sha256(canonical_json(material))

    def kept(self, request: Request) -> Reply | None:
        """The reply the ledger has for a request; looks, and changes nothing."""
        key = self.key(request)
        try:
            return _verified(self._path(key).read_bytes(), key)
        except OSError:
            return None

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.json"

    def _read(self, key: str) -> Reply | None:
        path = self._path(key)
        try:
            if not path.exists():
                self._recover(path, key)
            reply = _verified(path.read_bytes(), key)
            if reply is None:
                self._set_aside(path)
            return reply
        except FileNotFoundError:
            return None
        except OSError as error:
            raise OutputError(f"{path}: cannot use the ledger: {error.strerror or error}. Make it readable.") from error

    def _recover(self, path: Path, key: str) -> None:
        """Take over what a killed run had written and not yet put in place, if it is whole."""
        temporary = beside(path)
        if temporary.exists() and _verified(temporary.read_bytes(), key):
            put_in_place(temporary, path)

    def _set_aside(self, path: Path) -> None:
        aside = self._folder / "damaged"
        aside.mkdir(exist_ok=True)
        number = 1 + len(list(aside.glob(f"{path.stem}-*")))
        path.replace(aside / f"{path.stem}-{number}.json")


def _record(key: str, request: Request, reply: Reply) -> bytes:
    # brief and place are there for people who look into the folder
    record = {"key": key, "brief": request.brief, "place": request.place, "reply": reply.model_dump(mode="json")}
    text = canonical_json(record)
    return f'{{"sha256":"{sha256(text)}","record":{text}}}\n'.encode()


class Rehashed(NamedTuple):
    """How many records a ledger holds, which of them are damaged, and how many were set aside before."""

    records: int
    damaged: tuple[Path, ...]
    aside: int


def rehash(folder: Path) -> Rehashed:
    """Verify the hash of every record; nothing is moved. One record is in memory at a time."""
    records, damaged = 0, []
    for path in sorted(folder.glob("*.json")):
        records += 1
        try:
            if _verified(path.read_bytes(), path.stem) is None:
                damaged.append(path)
        except OSError:
            damaged.append(path)
    return Rehashed(records, tuple(damaged), sum(1 for _ in folder.glob("damaged/*.json")))


class Old(NamedTuple):
    """Records that are older than asked for, and their bytes."""

    paths: tuple[Path, ...]
    size: int


def older_than(folder: Path, seconds: float, *, now: float) -> Old:
    """The records, damaged and unfinished ones too, that were written so many seconds before `now` or earlier."""
    paths, size = [], 0
    for path in sorted(chain(folder.glob("*.json"), folder.glob("damaged/*.json"), folder.glob(".tmp-*"))):
        status = path.lstat()
        if stat.S_ISREG(status.st_mode) and status.st_mtime <= now - seconds:
            paths.append(path)
            size += status.st_size
    return Old(tuple(paths), size)


def prune(old: Old) -> None:
    """Remove records. Their calls are paid for again when they are asked for again. Raises `OutputError`."""
    for path in old.paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(f"{path}: cannot remove: {error.strerror or error}. Make its folder writable.") from error


def _verified(data: bytes, key: str) -> Reply | None:
    """The reply in a record, None when the record is damaged or another one's."""
    try:
        sealed = json.loads(data)
        record = sealed["record"]
        if record["key"] != key or sealed["sha256"] != sha256(canonical_json(record)):
            return None
        return Reply.model_validate(record["reply"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
