"""A document that nobody published: its text, and the Turtle that tells what it says."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sasaeai.calendar import fiscal_year_label

Value = str | int | Sequence[str] | None
"""Terms as Turtle writes them; None leaves the property out."""

LONGEST_QUOTE = 80

PREFIXES = """\
@base <https://w3id.org/sasaeai/> .
@prefix sas: <https://w3id.org/sasaeai/ns#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix schema: <https://schema.org/> .
@prefix sdmx-attribute: <http://purl.org/linked-data/sdmx/2009/attribute#> .
@prefix sdmx-code: <http://purl.org/linked-data/sdmx/2009/code#> .
@prefix sdmx-dimension: <http://purl.org/linked-data/sdmx/2009/dimension#> .
@prefix sdmx-measure: <http://purl.org/linked-data/sdmx/2009/measure#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

HEAD = "# Made up by bench/nation.py for measuring: none of this is a fact.\n" + PREFIXES

NOTE_JA = "性能の計測のために作った架空の文書で、事実ではない。"
NOTE_EN = "A document made up for measuring: none of it is a fact."


def ref(path: str) -> str:
    """Write an IRI of ours, from what follows the base."""
    return f"<{path}>"


def concept(scheme: str, key: str) -> str:
    """Write a concept of a shared list."""
    return f"<concept/{scheme}/{key}>"


def fiscal_year(year: int) -> str:
    """Write the fiscal year that begins in a year."""
    return f"<id/fiscal-year/{year}>"


def plain(text: str) -> str:
    """Write a string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def ja(text: str) -> str:
    """Write a Japanese text."""
    return plain(text) + "@ja"


def both(japanese: str, english: str) -> tuple[str, str]:
    """Write a text in both languages."""
    return ja(japanese), plain(english) + "@en"


def day(moment: date) -> str:
    """Write a day."""
    return f'"{moment}"^^xsd:date'


def years(first: int, last: int | None) -> str:
    """Write a span of fiscal years as the documents do: 平成29年度~令和5年度; open without the last."""
    return f"{fiscal_year_label(first, 'ja')}~{fiscal_year_label(last, 'ja') if last else ''}"


@dataclass
class Thing:
    """Hold what a document says of one thing: its IRI below the base, its class, its quotes, and its properties."""

    path: str
    kind: str
    quotes: list[str]
    said: dict[str, Value]


class Document:
    """Gather the lines of a document, and what each of them says.

    `things` stay as they are until the document is written, so that whoever wants a defect can plant it.
    """

    def __init__(self, code: str, slug: str) -> None:
        self.code = code
        self.slug = slug
        self.things: list[Thing] = []
        self._lines: dict[str, None] = {}

    @property
    def file(self) -> str:
        """Name the file of its text."""
        return f"{self.code}-{self.slug}.txt"

    @property
    def source(self) -> str:
        """Return the document's own IRI."""
        return f"id/source/{self.code}/{self.slug}"

    def write(self, *lines: str) -> None:
        """Write lines that say nothing of a thing: headings, and the like."""
        self._lines.update(dict.fromkeys(lines))

    def tell(self, path: str, kind: str, words: str | Sequence[str], said: Mapping[str, Value]) -> str:
        """Say something of a thing in lines of its own, which it quotes as far as a quote may go; return its IRI."""
        lines = [words] if isinstance(words, str) else words
        self.write(*lines)
        self.things.append(Thing(path, kind, [line[:LONGEST_QUOTE] for line in lines], dict(said)))
        return path

    def open(self, title: tuple[str, str], publisher: str, dated: str, modified: date | None) -> None:
        """Describe the document itself, in its first lines."""
        said: dict[str, Value] = {
            "skos:prefLabel": both(*title),
            "dct:title": ja(title[0]),
            "dct:publisher": ref(publisher),
            "dct:modified": day(modified) if modified else None,
            "sas:file": plain(self.file),
            "skos:note": both(NOTE_JA, NOTE_EN),
        }
        self.tell(self.source, "sas:Source", [title[0], dated], said)

    def text(self) -> str:
        """Return its text, a line each."""
        return "\n".join(self._lines) + "\n"

    def turtle(self) -> str:
        """Write the file of its graph."""
        graph = f'<graph/{self.code}/{self.slug}>\n    dct:source <{self.source}> ;\n    sas:ownRendering "en" .\n'
        self.things[0].said["sas:sha256"] = plain(hashlib.sha256(self.text().encode()).hexdigest())
        return "\n".join([HEAD, graph, *map(turtle, self.things)])

    def quads(self) -> int:
        """Count what its graph holds: two statements of the graph itself, and those of the things."""
        return 2 + sum(1 + len(set(each.quotes)) + sum(map(_count, each.said.values())) for each in self.things)


def turtle(thing: Thing) -> str:
    """Write one thing, a property a line, its quotes last."""
    lines = [f"<{thing.path}> a {thing.kind}"]
    for name, value in thing.said.items():
        if isinstance(value, str | int):
            lines.append(f"    {name} {value}")
        elif value:
            lines.append(f"    {name} {' , '.join(value)}")
    if thing.quotes:
        lines.append(f"    sas:quote {' , '.join(map(ja, thing.quotes))}")
    return " ;\n".join(lines) + " .\n"


def _count(value: Value) -> int:
    if value is None:
        return 0
    return 1 if isinstance(value, str | int) else len(set(value))
