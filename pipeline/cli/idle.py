"""What a run with nothing to do leaves behind, so that the next one need not find it out anew.

Cron starts a run every few minutes, and mostly nothing has changed. Then the run need not read briefs and drafts again,
nor load what reads them: its note in the output folder says what it printed, and the state of all that it looked at.
While the state is the same, so is the result. Files count as the same while their size, mode, number and times are.

Lives here: the note and the state. Does not: whether there was something to do (`runner`). Imports the standard library
alone, and as little of it as it can.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from typing import Any

NAME = ".idle"
_OF_OUR_OWN = frozenset({NAME, ".lock", ".writing", ".ledger", ".log"})
"""What lies in an output folder and decides nothing about a finished draft."""
_NEVER = ("force", "dry_run", "replay", "record", "log_file", "as_json")
"""Options with which a run does or tells more than a note can."""
_VARIABLES = ("OPENAI_", "COMMENTARY_", "HOME", "XDG_CONFIG_HOME", "APPDATA", "LOCALAPPDATA")
_SETTLED = 90 * 10**9
"""Nanoseconds after which a file is done: a brief that is still being written is waited for, a minute at most."""


class Note:
    """The note of one command line. `options` are those of `run`, `environment` the variables it may read."""

    def __init__(self, options: Mapping[str, Any], environment: Mapping[str, str]) -> None:
        self._options = {name: str(value) for name, value in options.items()}
        self._environment = {name: environment[name] for name in sorted(environment) if name.startswith(_VARIABLES)}
        self._sources: Sequence[str] = options["sources"]
        self._out = os.path.abspath(options["out"])
        online = any(source == "-" or "://" in source for source in self._sources)
        self._can_be = not online and not any(options[name] for name in _NEVER)
        self._places: list[str] = []
        self._before: str | None = None

    def recall(self) -> list[str] | None:
        """The lines that the last run printed, when it had nothing to do and nothing has changed since."""
        if not self._can_be:
            return None
        try:
            with open(os.path.join(self._out, NAME), encoding="utf-8") as file:
                note = json.load(file)
            said: list[str] = note["said"]
            return said if note["state"] == self._state(note["places"]) else None
        except (OSError, ValueError, LookupError, TypeError):
            return None

    def begin(self, places: Iterable[str]) -> None:
        """Take down the state before a run. `places` are the files and folders it reads beside its sources."""
        if self._can_be:
            self._places = [os.path.abspath(place) for place in places]
            self._before = self._state(self._places)

    def keep(self, said: Sequence[str]) -> None:
        """Leave the note of a run that had nothing to do, if all has stayed as it was when the run began."""
        if self._before is None or self._before != self._state(self._places):
            return
        note = {"state": self._before, "places": self._places, "said": list(said)}
        with suppress(OSError):  # the next run finds it out anew, that is all
            temporary = os.path.join(self._out, f".tmp-{NAME}")
            with open(temporary, "w", encoding="utf-8") as file:
                json.dump(note, file)
            os.replace(temporary, os.path.join(self._out, NAME))

    def _state(self, places: Sequence[str]) -> str | None:
        """A hash of all that decides the result; None while a brief or a draft was written just now."""
        digest, newest = sha256(), 0
        digest.update(json.dumps([self._options, self._environment, os.getcwd()], sort_keys=True).encode())
        for root in (self._out, *self._sources, *places):
            for path, status in _files(root, _OF_OUR_OWN if root == self._out else frozenset()):
                digest.update(os.fsencode(f"{path}\0") + repr(status).encode())
                newest = newest if root in places else max(newest, status[-1])
        return digest.hexdigest() if newest < time.time_ns() - _SETTLED else None


Status = tuple[int, ...]
_MISSING: Status = (0,)


def _files(root: str, but: frozenset[str]) -> Iterator[tuple[str, Status]]:
    """A file or folder and all in it, `but` some names right in it, each with what changes when it is written."""
    yield root, _MISSING if but else _status(root)  # the times of an output folder are those of its locks
    for place, folders, files in os.walk(root):
        passed_over = but if place == root else ()
        folders[:] = sorted(name for name in folders if name not in passed_over)
        for name in sorted(files):
            if name not in passed_over:
                path = os.path.join(place, name)
                yield path, _status(path)


def _status(path: str) -> Status:
    try:
        status = os.stat(path)
    except OSError:
        return _MISSING
    return status.st_mode, status.st_ino, status.st_size, status.st_ctime_ns, status.st_mtime_ns
