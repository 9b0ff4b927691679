"""The demo as a newcomer runs it: from a checkout, from a wheel, over a socket; always the same drafts."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from pipeline import checker, store
from pipeline.disclosure import DISCLAIMER, NOTICE
from pipeline.llm.replay import Recording
from pipeline.schema import Draft
from tests.conftest import ROOT
from tests.server import Server
from tests.test_cli import commentary

DEMO = ROOT / "fixtures" / "demo"
GOLDEN = Path(__file__).parent / "golden" / "demo.json"


def files(out: Path) -> dict[str, bytes]:
    return {
        p.relative_to(out).as_posix(): p.read_bytes()
        for p in sorted(out.rglob("*"))
        if p.is_file() and p.name not in ("run.json", ".lock") and ".ledger" not in p.parts
    }


def drafts(out: Path) -> dict[str, Draft]:
    return {folder.name: store.load(folder) for folder in store.draft_folders(out)}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of `commentary demo`, run in a folder with a space and Han characters in its name."""
    folder = tmp_path_factory.mktemp("demo") / "a path 路径"
    folder.mkdir()
    result = commentary("demo", cwd=folder)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[0].startswith("RECORDED REPLIES")
    assert result.stdout.splitlines()[-1] == "out/demo/index.html"
    return folder / "out" / "demo"


def told(draft: Draft) -> dict[str, Any]:
    """What the golden file holds of a draft: enough to see every change a reader would."""
    return {
        "status": draft.status,
        "titles": {edition.language: edition.title for edition in draft.editions},
        "paragraphs": {edition.language: len(edition.body) for edition in draft.editions},
        "claims": len(draft.claims),
        "dropped_claims": len(draft.dropped_claims),
        "tags": list(draft.tags),
        "counts": {language: counts.model_dump() for language, counts in draft.report.counts.items()},
        "findings": [[f.code, f.severity, f.language, f.field, f.text] for f in draft.report.findings],
        "repairs": [[r.round, r.language, r.field, r.kept] for r in draft.repairs],
        "notes": list(draft.notes),
    }


def test_the_drafts_are_those_of_the_golden_file(demo: Path) -> None:
    """A change of the drafts is meant or a mistake: run this test with REGOLD=1 to accept it, and read the diff."""
    now = {name: told(draft) for name, draft in drafts(demo).items()}
    if os.environ.get("REGOLD"):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(json.dumps(now, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    assert now == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_every_shipped_brief_has_a_draft_that_checks_the_same(demo: Path) -> None:
    """The stored report is the one the checker gives today."""
    made = drafts(demo)
    assert len(made) == len(list((DEMO / "briefs").iterdir()))
    for draft in made.values():
        assert checker.check_draft(draft) == draft.report


def test_no_recording_is_stale_or_left_over(demo: Path) -> None:
    """Each recorded reply answers the very prompt of today, and each is used."""
    used = set()
    for folder in store.draft_folders(demo):
        run = store.load_run(folder)
        assert run.stale_recordings == ()
        assert run.replayed
        used |= {(folder.name.rpartition("-")[2], c.stage, c.part, c.round, c.reask) for c in run.calls}
    shipped = set()
    for path in (DEMO / "replies").rglob("*.json"):
        recording = Recording.model_validate_json(path.read_bytes())
        shipped.add((recording.brief, recording.stage, recording.part, recording.round, recording.reask))
    assert used == shipped


def test_a_second_demo_changes_no_byte(demo: Path) -> None:
    """The same drafts, the same pages: only run.json may differ."""
    before = files(demo)
    assert commentary("demo", "--quiet", cwd=demo.parent.parent).returncode == 0
    assert files(demo) == before


def test_a_fresh_demo_gives_the_same_bytes(demo: Path, tmp_path: Path) -> None:
    """Another folder, another moment, another order of work: the same files."""
    assert commentary("demo", "--out", "elsewhere", "--quiet", cwd=tmp_path, COMMENTARY_IN_FLIGHT="1").returncode == 0
    assert files(tmp_path / "elsewhere") == files(demo)


def test_every_text_and_page_is_labelled_and_says_recorded(demo: Path) -> None:
    """Notice, disclaimer and RECORDED REPLIES stand in every edition and page; the labels are machine-readable too."""
    for folder in store.draft_folders(demo):
        page = (folder / "review.html").read_text(encoding="utf-8")
        assert 'name="AIGC"' in page
        assert "RECORDED REPLIES" in page
        for language in ("en", "zh"):
            assert page.count(NOTICE[language]) == 1
            assert page.count(DISCLAIMER[language]) == 1
            text = folder / f"{language}.md"
            if text.exists():
                edition = text.read_text(encoding="utf-8")
                assert edition.count(NOTICE[language]) == 1
                assert edition.count(DISCLAIMER[language]) == 1
                assert "RECORDED REPLIES" in edition
                assert "ai_generated: true" in edition
        assert "RECORDED" not in (folder / "draft.json").read_text(encoding="utf-8")


def test_check_on_the_written_files_finds_what_the_draft_says(demo: Path) -> None:
    """`commentary check` on brief.txt, en.md and zh.md reads as many figures as the draft's own report."""
    for folder in store.draft_folders(demo):
        draft = store.load(folder)
        if draft.status == "thin":
            continue
        result = commentary(
            "check", "--source", folder / "brief.txt", "--en", folder / "en.md", "--zh", folder / "zh.md",
            "--published", str(draft.brief.published), "--json", cwd=demo,
        )  # fmt: skip
        counts = json.loads(result.stdout)["report"]["counts"]
        for language in ("en", "zh"):
            assert counts[language]["read"] == draft.report.counts[language].read


@pytest.mark.loopback
def test_a_served_run_gives_the_same_draft(demo: Path, tmp_path: Path) -> None:
    """The same briefs and replies over a real socket: `draft.json` and `drafts.jsonl` are byte for byte the demo's."""
    replies = recorded_by_prompt()

    def answer(body: dict[str, Any]) -> str:
        asked = "\n".join(message["content"] for message in body["messages"])
        return replies[prompt_key(asked)]

    with Server(answer) as server:
        result = commentary(
            "run", DEMO / "briefs", "--out", "served", cwd=tmp_path,
            OPENAI_API_KEY="any-word", OPENAI_BASE_URL=server.url, COMMENTARY_HEAD_START="0",
        )  # fmt: skip
        assert result.returncode == 0, result.stderr
        again = commentary("run", DEMO / "briefs", "--out", "served", cwd=tmp_path, OPENAI_BASE_URL=server.url)
        assert again.returncode == 0, again.stderr
        assert "finished before" in again.stdout
    served = files(tmp_path / "served")
    for name, data in files(demo).items():
        if name.endswith(("draft.json", "drafts.jsonl", "brief.txt")):
            assert served[name] == data, name
    assert not any(b"RECORDED" in data for name, data in served.items() if name.endswith(".md"))


def prompt_key(asked: str) -> str:
    """What tells the prompts of the demo apart: everything but white space at the ends."""
    return asked.strip()


def recorded_by_prompt() -> dict[str, str]:
    """The recorded replies by the prompt they answer, found by running the flow over them once."""
    import asyncio

    from pipeline import briefs
    from pipeline.flow import produce
    from pipeline.llm import Reply, Request
    from pipeline.llm.replay import Replay
    from pipeline.settings import Settings

    replies: dict[str, str] = {}

    class Noting:
        def __init__(self) -> None:
            self._replay = Replay(DEMO / "replies")

        async def complete(self, request: Request) -> Reply:
            reply = await self._replay.complete(request)
            replies[prompt_key("\n".join(m.content for m in request.messages))] = reply.text
            return reply

    for item in briefs.read([str(DEMO / "briefs")]):
        assert isinstance(item, briefs.Found)
        asyncio.run(produce(item.brief, llm=Noting(), settings=Settings(head_start=0)))
    return replies


def test_the_demo_runs_from_an_installed_wheel(demo: Path, tmp_path: Path) -> None:
    """Prompts and demo travel inside the wheel: run in another folder, it gives the same drafts."""
    build = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert build.returncode == 0, build.stderr
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    installed = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
        names = set(archive.namelist())
    assert {"pipeline/py.typed", "pipeline/_prompts/extract.md"} <= names
    assert not any(name.startswith(("tests/", "benchmarks/")) for name in names)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    result = commentary("demo", "--quiet", cwd=elsewhere, PYTHONPATH=str(installed))
    assert result.returncode == 0, result.stderr
    assert files(elsewhere / "out" / "demo") == files(demo)


def test_the_fixtures_readme_names_exactly_the_edited_replies() -> None:
    """A reply that is not verbatim says so in its file and in fixtures/README.md; no other does."""
    edited = set()
    for path in (DEMO / "replies").rglob("*.json"):
        if Recording.model_validate_json(path.read_bytes()).edited:
            edited.add(path.name)
            assert path.parent.name == "a1fc849d0b10"
    readme = (ROOT / "fixtures" / "README.md").read_text(encoding="utf-8")
    told = readme[readme.index("## Verbatim and edited replies") :]
    assert set(re.findall(r"`([\w-]+\.json)`", told)) == edited


def test_the_first_page_shows_errors_caught_repaired_and_left(demo: Path) -> None:
    """The draft with planted errors has repairs kept and undone, and something left to decide."""
    (folder,) = [folder for folder in store.draft_folders(demo) if folder.name.endswith("a1fc849d0b10")]
    draft = store.load(folder)
    assert {(repair.language, repair.kept) for repair in draft.repairs} >= {("en", True), ("zh", True), ("zh", False)}
    assert [finding.text for finding in draft.report.blocking if finding.code == "figure.qualifier"] == [
        "超过350亿美元"
    ]
    index = (demo / "index.html").read_text(encoding="utf-8")
    links = re.findall(r'href="([^"]+)/review\.html"', index)
    assert links[0] == folder.name
    page = (folder / "review.html").read_text(encoding="utf-8")
    assert "6 of the replies were edited" in page


def test_what_a_brief_demands_of_the_model_is_not_done(demo: Path) -> None:
    """The instructions inside a brief are reported; score, claims, labels and text do not follow them."""
    (folder,) = [folder for folder in store.draft_folders(demo) if folder.name.endswith("a23fd5368ea9")]
    draft = store.load(folder)
    assert draft.scores is not None
    assert draft.scores.quality.value < 80
    assert sum(finding.code == "brief.suspicious" for finding in draft.report.findings) >= 2
    told = " ".join(text for edition in draft.editions for _, text in edition.fields())
    assert "95%" not in told
    assert "best robot" not in told
