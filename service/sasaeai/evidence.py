"""Whether every quote stands in its document, and which lines of a document no quote touches."""

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from sasaeai import statements
from sasaeai.repository import Repository
from sasaeai.statements import Row
from sasaeai.store import Store

SHORTEST, LONGEST = 4, 80
"""Characters a quote may have."""


@dataclass(frozen=True)
class Quote:
    """Hold a fragment of a document that a resource rests on."""

    resource: str
    text: str


@dataclass(frozen=True)
class Document:
    """Hold what the graph says of a source's text, kept outside the repository, and the quotes taken from it.

    Of many a document that a city names no text is kept; where its workbook is the source, its cells are the text.
    """

    graph: str
    source: str | None
    file: str | None
    sha256: str | None
    quotes: tuple[Quote, ...]
    is_workbook: bool = False

    @property
    def has_text(self) -> bool:
        """Tell whether the project keeps a text of it."""
        return bool(self.file or self.sha256)


@dataclass(frozen=True)
class Finding:
    """Tell of one thing wrong with the evidence: `key` names it, `detail` shows it."""

    document: Document
    key: str
    detail: str


@dataclass(frozen=True)
class Examination:
    """Hold what a look into one document found; `untouched` are line numbers (from 1) with their text."""

    document: Document
    checked: bool
    findings: tuple[Finding, ...]
    untouched: tuple[tuple[int, str], ...] = field(default=())

    @property
    def state(self) -> str:
        """Say in words what was done with the quotes."""
        if self.document.has_text:
            return LOOKED_UP["text" if self.checked else "away"]
        return LOOKED_UP["workbook" if self.document.is_workbook else "unkept"]


LOOKED_UP = {
    "text": "every quote looked up",
    "away": "NOT looked up: its text is not in the folder of sources",
    "workbook": "the text of the cells of the city's own workbook, held against them when it was read",
    "unkept": "NOT looked up: no text of it is kept, and the quotes are as the city gave them",
}
"""What was done with the quotes of a document."""

WORDS = {
    "no-source": "the graph names no document its quotes are from (dct:source)",
    "no-file": "the source has a digest and names no file (sas:file)",
    "no-digest": "the source names a file, and no SHA-256 of it (sas:sha256, 64 lower-case hexadecimal digits)",
    "length": f"a quote has {SHORTEST} to {LONGEST} characters",
    "missing": "the document does not contain this quote",
    "other-text": "the file is not the text the quotes were taken from: its SHA-256 differs",
}
"""What each finding means."""


def documents(store: Store, repository: Repository) -> list[Document]:
    """List the documents the graph quotes, with their quotes."""
    rows = statements.select(store, repository.query("quotes")).rows
    return [_document(list(group)) for _, group in groupby(rows, key=lambda row: row["graph"]["value"])]


def examine(document: Document, sources: Path | None) -> Examination:
    """Look up a document's quotes in its text; without the text, check what can be checked without it."""
    findings = list(_formal(document))
    path = sources / document.file if sources and document.file else None
    if path is None or not path.is_file():
        return Examination(document, False, tuple(findings))
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != document.sha256:
        findings.append(Finding(document, "other-text", path.name))
    text = content.decode("utf-8")
    touched, missing = _look_up(text, document.quotes)
    findings += [Finding(document, "missing", f"{quote.resource} 「{quote.text}」") for quote in missing]
    untouched = tuple(
        (number, line.strip())
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and number not in touched
    )
    return Examination(document, True, tuple(findings), untouched)


def unnamed(documents: Iterable[Document], sources: Path | None) -> list[Path]:
    """List the texts of the folder that no source names."""
    named = {each.file for each in documents}
    return [path for path in sorted(sources.glob("*.txt")) if path.name not in named] if sources else []


def normalised(text: str) -> str:
    """Return a text as quotes are compared: in NFC, without any white space."""
    return "".join(unicodedata.normalize("NFC", text).split())


def _document(rows: list[Row]) -> Document:
    first = rows[0]
    quotes = {Quote(row["resource"]["value"], row["quote"]["value"]): None for row in rows}
    said = {name: first[name]["value"] if name in first else None for name in ("source", "file", "sha256", "submitted")}
    is_workbook = said["submitted"] == "true"
    return Document(first["graph"]["value"], said["source"], said["file"], said["sha256"], tuple(quotes), is_workbook)


def _formal(document: Document) -> Iterator[Finding]:
    if document.source is None:
        yield Finding(document, "no-source", document.graph)
        return
    sha256 = document.sha256 or ""
    if document.has_text and not document.file:
        yield Finding(document, "no-file", document.source)
    if document.has_text and (len(sha256) != 64 or set(sha256) - set("0123456789abcdef")):
        yield Finding(document, "no-digest", document.source)
    for quote in document.quotes:
        if not SHORTEST <= len(quote.text) <= LONGEST:
            yield Finding(document, "length", f"{quote.resource} 「{quote.text}」 ({len(quote.text)})")


def _look_up(text: str, quotes: Iterable[Quote]) -> tuple[set[int], list[Quote]]:
    pieces = [normalised(line) for line in text.splitlines()]
    whole = "".join(pieces)
    line_of = [number for number, piece in enumerate(pieces, start=1) for _ in piece]
    touched: set[int] = set()
    missing = []
    for quote in quotes:
        wanted = normalised(quote.text)
        places = list(_places(whole, wanted)) if wanted else []
        if not places:
            missing.append(quote)
        for place in places:
            touched.update(line_of[place : place + len(wanted)])
    return touched, missing


def _places(whole: str, wanted: str) -> Iterator[int]:
    place = whole.find(wanted)
    while place >= 0:
        yield place
        place = whole.find(wanted, place + 1)
