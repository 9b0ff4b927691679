"""The output folder: a draft's folder appears whole or not at all, and what a person touched is never overwritten.

Lives here: which files a draft has, saving, finding and loading drafts, the lock that keeps decisions and redone drafts
apart, and the two lists of all drafts. Does not: the text of the files (`render`), decisions and edits (`review`).
Imports lower layers.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from itertools import chain, count
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from filelock import FileLock, Timeout
from pydantic import ValidationError

from pipeline.disclosure import COMPOSITE, standing
from pipeline.errors import BriefError, LockedError, OutputError
from pipeline.files import atomic_write, slug, sync_folder, write_if_changed, write_unseen
from pipeline.render import IndexRow, index_html, index_row, layout_sha256, to_html, to_json, to_markdown
from pipeline.render.markdown import FIELDS, ParsedEdition, parse_markdown
from pipeline.schema import SCHEMA_VERSION, Decision, Draft, Edition, Language, Run, Value, canonical_json, sha256

V = TypeVar("V", bound=Value)


class Format(NamedTuple):
    """A file of a draft's folder: its name, how it is printed, and whether a thin draft has it too.

    The last argument of `print` is the draft as the models left it, when a person has edited it since.
    """

    name: str
    print: Callable[[Draft, Run, Decision | None, Draft | None], str]
    thin: bool


FORMATS: tuple[Format, ...] = (
    Format("draft.json", lambda draft, run, decision, original: to_json(draft), thin=True),
    Format("en.md", lambda draft, run, decision, _: to_markdown(draft, "en", run=run, decision=decision), thin=False),
    Format("zh.md", lambda draft, run, decision, _: to_markdown(draft, "zh", run=run, decision=decision), thin=False),
    Format(
        "review.html",
        lambda draft, run, decision, original: to_html(draft, run=run, decision=decision, original=original),
        thin=True,
    ),
    Format("brief.txt", lambda draft, run, decision, original: draft.brief.text, thin=True),
    Format("run.json", lambda draft, run, decision, original: to_json(run), thin=True),
)
EDITIONS: dict[Language, str] = {"en": "en.md", "zh": "zh.md"}
"""The files a person may edit."""
ORIGINAL = "original.json"
"""The draft as the models left it, kept beside `draft.json` once a person has edited the text."""
_TEMPORARY = ".tmp-"
_LOCK_WAIT = 10.0
_LARGEST_DECISION = 1_000_000


def formats_of(draft: Draft) -> tuple[Format, ...]:
    """The files this draft has: a thin one has no editions."""
    return tuple(item for item in FORMATS if item.thin or draft.status == "complete")


# --- saving ----------------------------------------------------------------------------------------------------------


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


@contextmanager
def writing(out: Path) -> Iterator[None]:
    """Hold the output folder while a draft that is there already, a decision, or a list is written.

    Held for moments: a decision is never lost between a look and a write. Not the lock of a run, which is held for
    hours. Raises `LockedError` after ten seconds, `OutputError`.
    """
    busy = f"{out}: somebody else is writing here for {_LOCK_WAIT:.0f} seconds. Try again."
    with held(out / ".writing", _LOCK_WAIT, busy):
        yield


@contextmanager
def held(path: Path, wait: float, busy: str) -> Iterator[None]:
    """Hold a lock of the kernel, which is free again when its process dies.

    Raises `LockedError` with the text of `busy` when it is not to be had within `wait` seconds, `OutputError`.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path, timeout=wait)
        lock.acquire()
    except Timeout as error:
        raise LockedError(busy) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(
            f"{path.parent}: cannot write here: {reason}. Choose another --out, make room or make it writable."
        ) from error
    try:
        yield
    finally:
        lock.release()


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
    temporary = Path(tempfile.mkdtemp(prefix=_TEMPORARY, dir=out))
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
    for left in out.glob(f"{_TEMPORARY}*"):
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                left.unlink()


# --- finding and loading ---------------------------------------------------------------------------------------------


def draft_folders(out: Path, ending: str = "") -> Iterator[Path]:
    """The folders in `out` that hold a draft, by name. Hidden names, links and unfinished folders are passed over."""
    try:
        names = sorted(name for name in os.listdir(out) if name.endswith(ending) and not name.startswith("."))
    except FileNotFoundError:
        return
    except OSError as error:
        raise OutputError(f"{out}: cannot read: {error.strerror or error}. Choose another --out.") from error
    for name in names:
        folder = out / name
        if not folder.is_symlink() and (folder / "draft.json").is_file():
            yield folder


def find(out: Path, draft_id: str) -> Path | None:
    """The complete folder of a draft, by its id; None when there is none. A draft that cannot be read is one too."""
    for folder in draft_folders(out, ending=f"-{slug(draft_id)}"):
        try:
            if _read_object(folder / "draft.json").get("id") == draft_id:
                return folder
        except BriefError:
            return folder
    return None


def origins(out: Path) -> set[tuple[str, str]]:
    """Origin and link of the briefs of all drafts, "" for none. A draft that cannot be read is left out."""
    found = set()
    for folder in draft_folders(out):
        with contextlib.suppress(BriefError):
            brief = _read_object(folder / "draft.json").get("brief")
            if isinstance(brief, dict):
                found.add((str(brief.get("origin") or ""), str(brief.get("source_url") or "")))
    return found


def load(folder: Path) -> Draft:
    """The draft of a folder. Raises `BriefError` when it is damaged or of a newer version than this program knows."""
    return _load(folder / "draft.json", Draft)


def load_run(folder: Path) -> Run:
    """How the draft of a folder was made. Raises `BriefError`."""
    return _load(folder / "run.json", Run)


def load_decision(folder: Path) -> Decision | None:
    """The reviewer's decision on a draft, None when there is none yet. Raises `BriefError`, also for one that does not
    say who decided and when: the published text would name nobody."""
    path = folder / "decision.json"
    if not path.exists():
        return None
    decision = _load(path, Decision)
    if not decision.reviewer.strip() or not _is_moment(decision.at):
        raise BriefError(f"{path}: does not say who decided and when. Move it away and decide again.")
    return decision


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def load_original(folder: Path) -> Draft | None:
    """The draft as the models left it, None when nobody has edited it since. Raises `BriefError`."""
    path = folder / ORIGINAL
    return _load(path, Draft) if path.exists() else None


def load_decision_file(path: Path) -> Decision:
    """A decision from a file of any name, as a page gives it to download. Raises `BriefError`."""
    return _load(path, Decision, largest=_LARGEST_DECISION)


def _load(path: Path, kind: type[V], *, largest: int = -1) -> V:
    data = _read_object(path, largest)
    version = data.get("schema_version", SCHEMA_VERSION)
    if not isinstance(version, int) or version > SCHEMA_VERSION:
        raise BriefError(
            f"{path}: schema_version {version} is newer than {SCHEMA_VERSION}, the newest known here. Upgrade."
        )
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(str(part) for part in problem["loc"]) or "the object"
        raise BriefError(f"{path}: {where}: {problem['msg']}.") from error


def _read_object(path: Path, largest: int = -1) -> dict[str, Any]:
    """The JSON object of a file. `largest` bounds the bytes that are read."""
    try:
        with path.open("rb") as file:
            raw = file.read(largest + 1 if largest >= 0 else -1)
    except OSError as error:
        raise BriefError(f"{path}: cannot read: {error.strerror or error}.") from error
    if 0 <= largest < len(raw):
        raise BriefError(f"{path}: larger than {largest:,} bytes.")
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BriefError(f"{path}: is not valid JSON: {error}.") from error
    if not isinstance(data, dict):
        raise BriefError(f"{path}: must hold a JSON object.")
    return data


# --- what people touched ---------------------------------------------------------------------------------------------


def is_kept(folder: Path) -> bool:
    """Whether a person edited or decided on this draft, or keeps a file of their own beside it: nothing may overwrite
    it then."""
    return (folder / "decision.json").exists() or _holds_more(folder) or is_edited(folder)


_OF_THE_SYSTEM = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})


def _holds_more(folder: Path) -> bool:
    """Whether there is a file that is not ours: a note, a picture, what an editor keeps of an open file. Also when that
    cannot be said."""
    ours = {*(item.name for item in FORMATS), ORIGINAL, *_OF_THE_SYSTEM}
    try:
        return any(name not in ours and not name.startswith(_TEMPORARY) for name in os.listdir(folder))
    except OSError:
        return True


def is_edited(folder: Path) -> bool:
    """Whether a person changed the text of this draft: `en.md` or `zh.md` are not as printed, or an edit was taken in.

    Also when that cannot be said.
    """
    try:
        draft, run, decision = load(folder), load_run(folder), load_decision(folder)
    except BriefError:
        return True
    return draft.disclosure.digital_source_type == COMPOSITE or bool(untaken(folder, draft, run, decision))


def untaken(folder: Path, draft: Draft, run: Run, decision: Decision | None) -> list[Language]:
    """The editions whose files hold an edit that was not taken in yet.

    A decision changes the printed notice, and may be newer than the files. A file that says the same in other bytes
    (line ends of another system, a printer of another version) holds no edit.
    """
    decisions = (None, decision, *decision.earlier) if decision else (None,)
    printers = {item.name: item.print for item in formats_of(draft)}
    return [
        edition.language
        for edition in draft.editions
        if (name := EDITIONS[edition.language]) in printers
        and (found := _read_bytes(folder / name))
        not in [printers[name](draft, run, known, None).encode() for known in decisions]
        and not _says(found, edition, draft, decision)
    ]


def _says(found: bytes | None, edition: Edition, draft: Draft, decision: Decision | None) -> bool:
    """Whether a file holds this very edition and nothing else that a person could have written."""
    try:
        parsed = parse_markdown((found or b"").decode(), edition.language)
    except (UnicodeDecodeError, BriefError):
        return False
    more = parsed.comment or parsed.front.keys() - FIELDS or relabelled(parsed, draft, decision)
    return (parsed.edition, parsed.tags) == (edition, draft.tags) and not more


def relabelled(parsed: ParsedEdition, draft: Draft, decision: Decision | None) -> list[str]:
    """The labels of a front matter that a person changed by hand."""
    decisions = (None, decision, *decision.earlier) if decision else (None,)
    printed: dict[str, set[str]] = {
        "ai_generated": {"true"},
        "digital_source_type": {draft.disclosure.digital_source_type},
        "review_status": {standing(draft, known) for known in decisions},
        "draft_id": {draft.id},
    }
    return [label for label, values in printed.items() if label in parsed.front and parsed.front[label] not in values]


def _read_bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


# --- the lists of all drafts -----------------------------------------------------------------------------------------


def rebuild_index(out: Path) -> list[str]:
    """Make `index.html` and `drafts.jsonl` right; they are left alone when they are. Raises `OutputError`.

    Returns the names of folders whose draft cannot be read; the page names them as well.
    """
    with writing(out):
        rows, unreadable = index_rows(out)
        lines = "".join(f"{_json_line(row)}\n" for row in rows)
        write_if_changed(out / "drafts.jsonl", lines)
        inputs = sha256(canonical_json([lines, unreadable, layout_sha256()]))
        if not _is_stamped(out / "index.html", inputs):
            page = index_html(rows, unreadable=unreadable)
            atomic_write(out / "index.html", page + _stamp(inputs, page))
    return unreadable


def index_rows(out: Path) -> tuple[list[IndexRow], list[str]]:
    """What the lists say of every draft, and the names of folders whose draft cannot be read."""
    rows, unreadable = [], []
    for folder in draft_folders(out):
        try:
            rows.append(index_row(load(folder), folder.name, load_decision(folder)))
        except BriefError:
            unreadable.append(folder.name)
    return rows, unreadable


def _json_line(row: IndexRow) -> str:
    """One line, also for readers that take U+2028 and its like for line ends."""
    line = json.dumps(row.model_dump(mode="json"), ensure_ascii=False)
    return re.sub("[\x85\u2028\u2029]", lambda match: f"\\u{ord(match[0]):04x}", line)


def _stamp(inputs: str, page: str) -> str:
    """The last line of `index.html`: what it was made from and that it is whole. A run with nothing to do reads it and
    need not lay out the page, nor load what lays it out."""
    return f"<!-- {inputs} {sha256(page)} -->\n"


def _is_stamped(path: Path, inputs: str) -> bool:
    page, mark, _ = (_read_bytes(path) or b"").decode("utf-8", "replace").rpartition("<!-- ")
    return bool(mark) and _read_bytes(path) == (page + _stamp(inputs, page)).encode()


__all__ = [
    "EDITIONS",
    "FORMATS",
    "ORIGINAL",
    "Format",
    "ParsedEdition",
    "draft_folders",
    "find",
    "formats_of",
    "index_rows",
    "is_edited",
    "is_kept",
    "load",
    "load_decision",
    "load_decision_file",
    "load_original",
    "load_run",
    "parse_markdown",
    "rebuild_index",
    "relabelled",
    "reprint",
    "save",
    "sweep",
    "untaken",
    "writing",
]
