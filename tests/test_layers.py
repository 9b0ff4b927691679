"""The layers of the package, enforced by reading the imports."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "pipeline"

LAYERS: dict[str, float] = {
    "errors": 0, "text": 0, "tags": 0, "urls": 0,
    "files": 0.1, "schema": 0.1,
    "summary": 0.2, "parked": 0.2,
    "llm": 1, "prompts": 1, "figures": 1, "disclosure": 1, "briefs": 1, "settings": 1, "typography": 1,
    "stages": 2, "checker": 2, "render": 2.1,
    "flow": 3, "store": 3, "waiting": 3,
    "review": 4,
    "serve": 4.5, "export": 4.5,
    "runner": 4, "plan": 4.1, "doctor": 4.1,
    "cli": 5, "__init__": 5, "__main__": 6,
}  # fmt: skip
"""Each module may import from a lower number, and freely within its own package."""

THIRD_PARTY = {
    "openai": {"pipeline/llm/openai.py"},
    "tenacity": {"pipeline/llm/retrying.py"},
    "tiktoken": {"pipeline/llm/tokens.py"},
    "click": {"pipeline/cli/"},
    "rich": {"pipeline/cli/"},
    "jinja2": {"pipeline/prompts.py", "pipeline/render/"},
    "filelock": {"pipeline/store/locks.py"},
    "platformdirs": {"pipeline/cli/"},
    "starlette": {"pipeline/serve.py"},
    "uvicorn": {"pipeline/serve.py"},
    "feedparser": {"pipeline/briefs/entries.py"},
    "lxml": {"pipeline/briefs/markup.py"},
    "trafilatura": {"pipeline/briefs/pages.py"},
    "httpx": {"pipeline/briefs/fetching.py"},
    "opencc": {"pipeline/typography.py"},
}

PURE = ("figures", "checker")
IMPURE_MODULES = {"os", "pathlib", "socket", "time", "random", "subprocess", "urllib", "http", "tempfile", "shutil"}


def module_files() -> list[Path]:
    """All Python files of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def top(path: Path) -> str:
    """The name of the layer entry a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> list[str]:
    """Dotted names a file imports at run time, wherever in it the import stands."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(node)
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and "TYPE_CHECKING" in ast.dump(branch.test)
        for node in ast.walk(branch)
    }
    names: list[str] = []
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


@pytest.mark.parametrize("path", module_files(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_module_imports_lower_layers_only(path: Path) -> None:
    """A module imports only lower layers and its own package."""
    here = top(path)
    assert here in LAYERS, f"{here} has no layer: add it to the table"
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "pipeline" or len(parts) < 2:
            continue
        there = parts[1] if parts[1] in LAYERS else "__init__"
        if there == here or (there == "__init__" and LAYERS[here] >= 5):
            continue
        assert LAYERS[there] < LAYERS[here], f"{path.relative_to(ROOT)} imports {name}"


@pytest.mark.parametrize("path", module_files(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_third_party_package_has_one_address(path: Path) -> None:
    """openai, tenacity, tiktoken, click, rich, jinja2, filelock and opencc are imported where their address is."""
    place = path.relative_to(ROOT).as_posix()
    tree_names = {name.split(".")[0] for name in imports(path)}
    for package, addresses in THIRD_PARTY.items():
        if package in tree_names:
            assert any(place.startswith(address) for address in addresses), f"{place} imports {package}"


@pytest.mark.parametrize(
    "path", [p for p in module_files() if top(p) in PURE], ids=lambda p: p.relative_to(ROOT).as_posix()
)
def test_the_checker_is_pure(path: Path) -> None:
    """`figures` and `checker` import neither network, clock, disk, prompts nor model client, and no float appears."""
    for name in imports(path):
        assert name.split(".")[0] not in IMPURE_MODULES, f"{path.name} imports {name}"
        assert not name.startswith(("pipeline.llm", "pipeline.prompts", "pipeline.files"))
    source = path.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)):
        assert not (isinstance(node, ast.Name) and node.id in ("float", "open")), f"{path.name} uses {node.id}"
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), f"{path.name}: float constant"
