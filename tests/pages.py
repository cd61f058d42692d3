"""The pages of the documentation, as the tests read them: fenced blocks, commands, tables."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .conftest import ROOT

README = ROOT / "README.md"
CODE = re.compile(r"`([^`]*)`")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page, with the heading it stands under."""

    path: Path
    line: int
    section: str
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}"


def pages() -> list[Path]:
    folders = (each for each in ROOT.iterdir() if each.is_dir() and not each.name.startswith("."))
    return sorted([*ROOT.glob("*.md"), *(page for folder in folders for page in folder.rglob("*.md"))])


def blocks(path: Path) -> Iterator[Block]:
    section, language, start, inside = "", "", 0, None
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if line.startswith("```"):
            if inside is None:
                language, start, inside = line[3:].strip(), number, list[str]()
            else:
                yield Block(path, start, section, language, "\n".join(inside))
                inside = None
        elif inside is not None:
            inside.append(line)
        elif line.startswith("#"):
            section = line.lstrip("# ")


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Split a console block into commands and what each prints. A command goes on while a quote is open."""
    command, printed = "", list[str]()
    for line in text.splitlines():
        if command and open_ended(command):
            command += "\n" + line
        elif line.startswith("$ "):
            if command:
                yield command, "\n".join(printed)
            command, printed = line[2:], []
        else:
            printed.append(line)
    yield command, "\n".join(printed)


def open_ended(command: str) -> bool:
    try:
        shlex.split(command)
    except ValueError:
        return True
    return command.endswith("\\")


def table(page: Path, section: str, header: str = "") -> list[list[str]]:
    """Read the rows of the first table under a heading; of the first whose first column is `header`, if given."""
    rows: list[list[str]] = []
    here = False
    for line in [*page.read_text("utf-8").splitlines(), ""]:
        if line.startswith("#"):
            here = line.lstrip("# ") == section
        if here and line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
        elif rows and header in ("", rows[0][0]):
            return rows[2:]
        elif rows:
            rows = []
    raise AssertionError(f"{page.name} has no such table under '{section}'")
