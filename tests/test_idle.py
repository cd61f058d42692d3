"""Nothing stands idle: what the service defines is used by it, or by what builds the data, and not by tests alone."""

import ast
from collections.abc import Iterator
from pathlib import Path

from .test_layers import PACKAGE, modules

BUILDERS = sorted((PACKAGE.parent.parent / "data").rglob("*.py"))

Defined = tuple[str, str]
"""A module, and a name that it defines."""


def called(path: Path) -> str:
    """Return the name that a module is imported by."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts if path.is_relative_to(PACKAGE) else (path.stem,)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def defined(tree: ast.Module) -> set[str]:
    """Name what a module defines; what has a decorator is used by that."""
    names: set[str] = set()
    for each in tree.body:
        if isinstance(each, ast.FunctionDef | ast.ClassDef):
            names |= {each.name} if isinstance(each, ast.ClassDef) or not each.decorator_list else set()
        elif isinstance(each, ast.Assign | ast.AnnAssign):
            targets = each.targets if isinstance(each, ast.Assign) else [each.target]
            names |= {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    return {each for each in names if not each.startswith("__")}


def imported(tree: ast.Module) -> dict[str, Defined]:
    """Tell by each name that a module imports where that comes from."""
    nodes = (each for each in tree.body if isinstance(each, ast.ImportFrom))
    return {each.asname or each.name: (node.module or "", each.name) for node in nodes for each in node.names}


def used(name: str, tree: ast.Module) -> Iterator[Defined]:
    """Yield what a module uses of its own, what it imports, and what it takes of a module that it imports."""
    bound = imported(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield bound.get(node.id, (name, node.id))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in bound:
            yield ".".join(bound[node.value.id]), node.attr


def idle(trees: dict[str, ast.Module]) -> list[str]:
    """Name what modules define and none of them uses."""
    passed_on = {(name, each): whence for name, tree in trees.items() for each, whence in imported(tree).items()}

    def origin(found: Defined) -> Defined:
        whence = passed_on.get(found, found)
        return found if whence == found else origin(whence)

    busy = {origin(each) for name, tree in trees.items() for each in used(name, tree)}
    all_ = [(name, each) for name, tree in trees.items() for each in sorted(defined(tree))]
    return [f"{name}.{each}" for name, each in all_ if (name, each) not in busy]


def test_what_the_service_defines_is_used_by_more_than_tests() -> None:
    assert idle({called(path): ast.parse(path.read_text("utf-8")) for path in [*modules(), *BUILDERS]}) == []


def test_what_stands_idle_is_found() -> None:
    texts = {
        "house": "from house.door import bell, open\n__all__ = ['bell', 'open']",
        "house.door": "KEY = RUST = 1\ndef bell(): return KEY\ndef open(): ...\ndef close(): ...\nclass Hinge: ...",
        "house.room": "from house import door, open as enter\nenter()\ndoor.close()",
    }
    found = idle({name: ast.parse(text) for name, text in texts.items()})
    assert found == ["house.door.Hinge", "house.door.RUST", "house.door.bell"]
