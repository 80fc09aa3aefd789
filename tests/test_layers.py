"""Imports point one way, web → search → index → corpus; folders and modules are small."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = ("corpus", "index", "search", "web")
MOST_MODULES = 20
MOST_LINES = 400
MODULES = sorted(path for layer in LAYERS for path in (ROOT / layer).rglob("*.py"))


def imported(source: str) -> set[str]:
    """The top-level names of everything a module imports, also inside functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
        elif isinstance(node, ast.Call) and _imports_by_name(node):
            found |= {
                str(argument.value).partition(".")[0]
                for argument in node.args[:1]
                if isinstance(argument, ast.Constant)
            }
    return found


def _imports_by_name(node: ast.Call) -> bool:
    return getattr(node.func, "attr", getattr(node.func, "id", "")) in {
        "import_module",
        "__import__",
    }


def pointing_up(layer: str, source: str) -> set[str]:
    """The layers above its own that a module imports."""
    return imported(source) & set(LAYERS[LAYERS.index(layer) + 1 :])


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_import_points_up(path: Path) -> None:
    layer = path.relative_to(ROOT).parts[0]
    assert not pointing_up(layer, path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("layer", "source", "above"),
    [
        ("corpus", "import index", {"index"}),
        ("corpus", "import json, search.query.parser as p", {"search"}),
        ("index", "from search import Searcher", {"search"}),
        ("index", "def f():\n    from web.cli import main", {"web"}),
        ("index", "if TYPE_CHECKING:\n    from search.query.syntax import Query", {"search"}),
        ("search", "class A:\n    async def f(self):\n        import web", {"web"}),
        ("index", "importlib.import_module('search.query.parser')", {"search"}),
        ("index", "__import__('web')", {"web"}),
        ("index", "from corpus import Abstract\nfrom index import build\nimport websockets", set()),
        ("web", "import search, index, corpus, web", set()),
        ("index", "from . import search", set()),
    ],
)
def test_an_import_that_points_up_is_seen(layer: str, source: str, above: set[str]) -> None:
    assert pointing_up(layer, source) == above


def test_there_are_modules_in_every_layer() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in MODULES} == set(LAYERS)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("layer", LAYERS)
def test_a_folder_is_small(layer: str) -> None:
    folders = {path.parent for path in MODULES if path.relative_to(ROOT).parts[0] == layer}
    assert all(len(list(folder.glob("*.py"))) <= MOST_MODULES for folder in folders)


def test_tests_are_no_package() -> None:
    # A tests/search/__init__.py would stand before the product's search.
    assert not list((ROOT / "tests").rglob("__init__.py"))
