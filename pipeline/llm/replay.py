"""Recorded replies: what the demo and the tests use in place of a model.

Lives here: the name and form of a recording, `Replay`, which answers from a folder, and `Record`, which fills one.
Does not: any fallback to a model. Imports layer 0 and `pipeline.llm`; touches the disk in its own folder only.

A recording is `<brief>/<stage>[-<part>][-r<round>][-a<reask>].json`. Its `reply` is a string, or a list of lines when
the reply has several: then a change shows line by line.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from pipeline.errors import BriefError
from pipeline.files import atomic_write
from pipeline.llm import LLM, NotRecorded, Reply, Request
from pipeline.schema import Value, sha256


class Recording(Value):
    """One recorded reply, where it belongs, and the hash of the prompt it answered ("" when that is not known).

    `edited` says what was changed in it since the model gave it; "" means that it is verbatim.
    """

    brief: str
    stage: str
    part: str = ""
    round: int = 0
    reask: int = 0
    model: str
    prompt_sha256: str = ""
    edited: str = ""
    reply: str | tuple[str, ...]

    @property
    def text(self) -> str:
        """The reply as the model gave it."""
        return self.reply if isinstance(self.reply, str) else "\n".join(self.reply)

    def answers(self, request: Request) -> bool:
        """Whether it was recorded at the place of this request."""
        return all(getattr(self, name) == getattr(request, name) for name in _PLACE)


_PLACE = ("brief", "stage", "part", "round", "reask")


def recording_path(folder: Path, request: Request) -> Path:
    """Where the recording for a request lies. No name leads out of `folder`, and no two places share one."""
    name = _safe(request.stage)
    name += f"-{_safe_part(request.part)}" if request.part else ""
    name += f"-r{request.round}" if request.round else ""
    name += f"-a{request.reask}" if request.reask else ""
    return folder / _safe(request.brief) / f"{name}.json"


_PLAIN = re.compile(r"(?![ra]\d+$)[a-z0-9_]{1,40}")  # r1 and a1 are the marks of a round and a re-ask
_INDEXED = re.compile(r"([a-z0-9_]{1,40})\[(\d{1,4})\]")


def _safe_part(part: str) -> str:
    indexed = _INDEXED.fullmatch(part)
    return f"{indexed[1]}-{indexed[2]}" if indexed else _safe(part)


def _safe(name: str) -> str:
    """A name for a file: a plain name as it is, any other cleaned and with its hash."""
    if _PLAIN.fullmatch(name):
        return name
    cleaned = re.sub(r"[^a-z0-9_]+", "-", name.lower())[:40].strip("-")
    return f"{cleaned}-{sha256(name.encode('utf-8', 'surrogatepass'))[:8]}".lstrip("-")


class Replay:
    """Answers every request from its recording in `folder`, never from anywhere else.

    A reply is marked `stale` when the prompt has changed since. A missing `revise` raises `NotRecorded`; any other
    missing or unreadable recording raises `BriefError` with the file's name.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def complete(self, request: Request) -> Reply:
        """The recorded reply for a request's place."""
        recording = _read(recording_path(self._folder, request), request)
        return Reply(
            text=recording.text,
            model=recording.model,
            attempts=0,
            replayed=True,
            stale=recording.prompt_sha256 != request.prompt_sha256,
            edited=bool(recording.edited),
        )


def _read(path: Path, request: Request) -> Recording:
    try:
        recording = Recording.model_validate(json.loads(path.read_bytes()))
    except FileNotFoundError:
        if request.stage == "revise":
            raise NotRecorded(str(path)) from None
        raise BriefError(
            f"{request.place}: no recorded reply, expected {path}. Record it, or run with a model."
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        why = " ".join(str(error).split())[:200]
        raise BriefError(f"{path}: not a readable recording ({why}). Record it again.") from error
    if not recording.answers(request):
        raise BriefError(f"{path}: recorded for another place than {request.place}. Record it again.")
    return recording


class Record:
    """Passes requests on to a model and records each reply that ended by itself; others leave no file."""

    def __init__(self, llm: LLM, folder: Path) -> None:
        self._llm = llm
        self._folder = folder

    async def complete(self, request: Request) -> Reply:
        """Answer one request and record the reply."""
        reply = await self._llm.complete(request)
        if reply.finish == "stop":
            lines = tuple(reply.text.split("\n"))
            recording = Recording(
                **{name: getattr(request, name) for name in _PLACE},
                model=reply.model,
                prompt_sha256=request.prompt_sha256,
                reply=lines if len(lines) > 1 else reply.text,
            )
            content = json.dumps(recording.model_dump(mode="json", exclude={"edited"}), ensure_ascii=False, indent=2)
            atomic_write(recording_path(self._folder, request), content + "\n")
        return reply
