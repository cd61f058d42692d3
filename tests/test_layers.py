"""Imports go one way: edge, flows, statements, doors, places, records, words."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "service" / "sasaeai"

WORDS = {"settings", "errors", "model", "formats", "vocabulary", "calendar", "journal", "compaction"}
RECORDS = {"desk"}
PLACES = {"repository"}
DOORS = {"store", "validation", "charts", "workbook", "fields"}
SHARED = {"statements", "prefixes", "description", "diagram"}
FLOWS = {
    *(
        "sparql",
        "entity",
        "thing",
        "city",
        "compare",
        "indicators",
        "lists",
        "catalogue",
        "evidence",
        "terms",
        "dataset",
        "intake",
        "publish",
    ),
}
EDGE = {"", "__main__", "commands", "web", "wsgi", "supervisor", "examiner"}

LAYERS = (WORDS, RECORDS, PLACES, DOORS, SHARED, FLOWS, EDGE)
"""From the bottom up: a module may use those of lower layers, and none of its own but in words and at the edge."""


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def place(path: Path) -> str:
    """Name the module or subpackage a file belongs to; the package itself is ''."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return "" if parts == ("__init__",) else parts[0]


def imports(path: Path) -> Iterator[str]:
    """Name the places of the package a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "sasaeai":
                yield from (each.name for each in node.names)
            elif node.module.startswith("sasaeai."):
                yield node.module.split(".")[1]
        elif isinstance(node, ast.Import):
            yield from (each.name.split(".")[1] for each in node.names if each.name.startswith("sasaeai."))


def layer(name: str) -> int:
    return next(number for number, names in enumerate(LAYERS) if name in names)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_lower_layers(path: Path) -> None:
    own = place(path)
    for other in imports(path):
        if other == own:
            continue
        same_layer_is_fine = own in WORDS | EDGE
        assert layer(other) < layer(own) or (same_layer_is_fine and layer(other) == layer(own)), (
            f"{path.name} is of layer {layer(own)} and imports {other} of layer {layer(other)}"
        )


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_import_stands_inside_a_function(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            hidden = [each for each in ast.walk(node) if isinstance(each, ast.Import | ast.ImportFrom)]
            assert not hidden, f"{path.name}: {node.name} imports inside itself"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_edge_speaks_flask_and_only_doors_speak_to_engines(path: Path) -> None:
    outside = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for name in (
            [each.name for each in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    if place(path) not in EDGE:
        assert not outside & {"flask", "werkzeug", "granian", "click"}
    if place(path) not in RECORDS:
        assert "sqlite3" not in outside
    if place(path) not in DOORS:
        assert not outside & {"pyoxigraph", "pyshacl", "SPARQLWrapper", "openpyxl", "python_calamine", "defusedxml"}


def test_no_city_is_named_in_the_service() -> None:
    register = (PACKAGE.parent.parent / "data" / "cities").iterdir()
    codes = [folder.name.split("-")[0] for folder in register if folder.is_dir()]
    names = [
        folder.name.split("-")[1] for folder in (PACKAGE.parent.parent / "data" / "cities").iterdir() if folder.is_dir()
    ]
    assert len(codes) >= 4
    for path in [*modules(), *PACKAGE.rglob("*.html"), *PACKAGE.rglob("*.css")]:
        text = path.read_text("utf-8").lower()
        for word in (*codes, *names, "多摩", "郡山", "静岡", "港区"):
            # The name of a city may stand within another word: denominator.
            assert not re.search(rf"(?<![a-z]){word}(?![a-z])", text), f"{path} names {word}"
