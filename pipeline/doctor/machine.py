"""Rows about this machine: output folder, ledger, optional packages, token table. Imports layers 0 and 1."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pipeline.doctor.row import Row, failed
from pipeline.errors import OutputError
from pipeline.files import atomic_write
from pipeline.llm.ledger import rehash
from pipeline.llm.tokens import count

_LOW = 200_000_000
"""Bytes free below which a disk counts as nearly full."""


def folder_row(out: Path) -> Row:
    """Whether drafts can be written: a file is written as they are, and removed."""
    there = next(place for place in (out, *out.absolute().parents) if place.exists())
    try:
        if there == out:
            probe = out / ".tmp-doctor"
            atomic_write(probe, b"")
            probe.unlink()
        elif not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
            raise OutputError(f"{out}: cannot be made in {there}. Choose another --out or make that writable.")
        free = shutil.disk_usage(there).free
    except OutputError as error:
        return failed("folder", error)
    except OSError as error:
        return failed("folder", OutputError(f"{out}: {error.strerror or error}. Choose another --out."))
    state = "can be written" if there == out else "will be made"
    if free < _LOW:
        return Row("folder", "warn", f"{out} {state}; only {free / 1e6:,.0f} MB are free", "Make room")
    return Row("folder", "ok", f"{out} {state}; {free / 1e9:,.1f} GB free")


def ledger_row(out: Path) -> Row:
    """Whether every kept reply is as it was written: each is hashed again."""
    found = rehash(out / ".ledger")
    if not found.records:
        return Row("ledger", "ok", "no replies kept yet")
    aside = f"; {found.aside} set aside by earlier runs" if found.aside else ""
    if found.damaged:
        names = ", ".join(path.name[:12] + "…" for path in found.damaged[:3])
        said = f"{len(found.damaged)} of {found.records:,} replies are damaged ({names}){aside}"
        return Row("ledger", "fail", said, "Look at the disk; a run sets them aside and asks those alone anew", 65)
    return Row("ledger", "ok", f"{found.records:,} replies hashed again, all sound{aside}")


def extras_rows(distribution: str = "news-commentary") -> Iterable[Row]:
    """Which optional packages are here, by what this package says of itself."""
    try:
        extras = importlib.metadata.metadata(distribution).get_all("Provides-Extra") or []
    except importlib.metadata.PackageNotFoundError:
        yield Row("extras", "skip", f"{distribution} is not installed, only run", "pip install .")
        return
    for extra in sorted(set(extras) - {"dev"}):
        yield _extra_row(distribution, extra, _packages(distribution, extra))


_REQUIREMENT = re.compile(r"([\w.-]+)\s*(?:\[([^\]]*)\])?[^;]*;.*extra\s*==\s*['\"]([\w.-]+)['\"]")


def _packages(distribution: str, extra: str) -> list[str]:
    """The packages of an extra, and of the extras that it asks of other packages in turn."""
    packages = []
    for requirement in importlib.metadata.requires(distribution) or []:
        match = _REQUIREMENT.match(requirement)
        if match and match[3] == extra:
            packages.append(match[1])
            if match[2] and _version(match[1]):
                packages += [name for part in match[2].split(",") for name in _packages(match[1], part.strip())]
    return packages


def _extra_row(distribution: str, extra: str, packages: list[str]) -> Row:
    versions = {package: _version(package) for package in packages}
    missing = [package for package, version in versions.items() if version is None]
    if missing:
        step = f"pip install '{distribution}[{extra}]' where it is needed"
        return Row(f"extra {extra}", "skip", f"not here: {', '.join(missing)}", step)
    return Row(f"extra {extra}", "ok", ", ".join(f"{package} {version}" for package, version in versions.items()))


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def token_row(model: str, table: Literal["auto", "local"]) -> Row:
    """Whether tokens are counted or estimated where a server does not say. Nothing is fetched."""
    if not count("ready", model, table="local").estimated:
        return Row("token table", "ok", f"tokens of {model} are counted")
    later = "; a run tries once to fetch the table" if table == "auto" else ""
    return Row("token table", "skip", f"no table for {model} here{later}: tokens are estimated, and said to be")
