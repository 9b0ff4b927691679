"""Writing a draft's folder: it appears whole or not at all, and what a person touched is never overwritten.

Lives here: saving, printing files anew, sweeping up after killed runs. Does not: the text of the files (`render`).
Imports lower layers.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterable
from datetime import date
from itertools import chain, count
from pathlib import Path

from pipeline.errors import OutputError
from pipeline.files import slug, sync_folder, write_if_changed, write_unseen
from pipeline.schema import Decision, Draft, Run
from pipeline.store.folders import find, formats_of
from pipeline.store.locks import writing
from pipeline.store.touched import TEMPORARY, is_kept


def save(draft: Draft, run: Run, out: Path, *, today: date) -> Path:
    """Write a draft's folder and return it: `out/<date>-<slug>-<id>`. It becomes visible as the last act, whole.

    The date is the brief's, else `today`. A draft already there is replaced in its own folder; one that a person edited
    or decided on is not, and `OutputError` says so: ask `is_kept` before. Disk errors are `OutputError`s too.
    """
    known = find(out, draft.id)
    with writing(out) if known else contextlib.nullcontext():
        if known is not None and is_kept(known):
            raise OutputError(f"{known}: edited or decided by a person, not overwritten. Move it away for a new one.")
        try:
            temporary = _write_aside(draft, run, out)
            try:
                folder = known or _free_name(out, draft, today)
                _put_in_place(temporary, folder)
            except BaseException:
                shutil.rmtree(temporary, ignore_errors=True)
                raise
        except OSError as error:
            reason = error.strerror or str(error)
            raise OutputError(f"{out}: cannot write: {reason}. Make room or choose another --out.") from error
    return folder


def reprint(
    folder: Path, names: Iterable[str], draft: Draft, run: Run, decision: Decision | None, original: Draft | None
) -> None:
    """Write files of a draft anew, by name; those that are right already are left alone. Under `writing` only."""
    wanted = frozenset(names)
    for item in formats_of(draft):
        if item.name in wanted:
            write_if_changed(folder / item.name, item.print(draft, run, decision, original))


def _write_aside(draft: Draft, run: Run, out: Path) -> Path:
    out.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=out))
    try:
        temporary.chmod(0o755)
        for item in formats_of(draft):
            write_unseen(temporary / item.name, item.print(draft, run, None, None))
        sync_folder(temporary)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return temporary


def _free_name(out: Path, draft: Draft, today: date) -> Path:
    """A name in `out` that nothing has. The title only ever gives lower-case letters, digits and hyphens."""
    title = draft.en.title if draft.en else ""
    day = (draft.brief.published or today).isoformat()
    words = slug(title) or slug(draft.brief.title or "") or "draft"
    suffixes = chain([""], (f"-{number}" for number in count(2)))
    names = (out / f"{day}-{words}{suffix}-{slug(draft.id)}" for suffix in suffixes)
    return next(name for name in names if not os.path.lexists(name))


def _put_in_place(temporary: Path, folder: Path) -> None:
    """Rename into place. An older folder steps aside first: killed in between, the draft is missing, never mixed."""
    old = folder.with_name(f"{temporary.name}-old")
    if folder.exists():
        os.replace(folder, old)
    os.replace(temporary, folder)
    sync_folder(folder.parent)
    shutil.rmtree(old, ignore_errors=True)


def sweep(out: Path) -> None:
    """Remove what killed runs left behind under temporary names. Only for the holder of the folder's lock."""
    for left in out.glob(f"{TEMPORARY}*"):
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                left.unlink()
