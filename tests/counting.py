"""What is asked and read, counted: a page is made of a bounded number of queries, what is a city's of its files."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sasaeai.store import Answer
from sasaeai.store.local import LocalStore


class CountingStore(LocalStore):
    """Answer as a LocalStore does, and keep the texts of the queries asked."""

    asked: list[str]

    def query(self, text: str, **how: Any) -> Answer:
        self.asked.append(text)
        return super().query(text, **how)

    def __init__(self, *what: Any, **how: Any) -> None:
        self.asked = []
        super().__init__(*what, **how)


_ear: list[bool] = []
_opened: list[Path] | None = None


def _note(event: str, what: tuple[Any, ...]) -> None:
    if _opened is not None and event == "open" and isinstance(what[0], str):
        _opened.append(Path(what[0]))


@contextlib.contextmanager
def opened() -> Iterator[list[Path]]:
    """Note the files that are opened meanwhile; an audit hook stays for good, and is added once."""
    global _opened  # noqa: PLW0603 — a process has one ear
    if not _ear:
        sys.addaudithook(_note)
        _ear.append(True)
    found: list[Path] = []
    _opened = found
    try:
        yield found
    finally:
        _opened = None
