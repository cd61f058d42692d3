"""A comparison, whole: what its page, its table and its graph are made of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sasaeai.compare.cells import Cell
from sasaeai.compare.columns import Column
from sasaeai.compare.difference import Difference
from sasaeai.compare.structure import Node
from sasaeai.compare.topics import Topic
from sasaeai.statements.evidence import Evidence


@dataclass(frozen=True)
class Line:
    """Hold a row of the comparison: a topic, a cell for each column, and whether they differ."""

    topic: Topic
    cells: tuple[Cell, ...]
    difference: Difference


@dataclass(frozen=True)
class Comparison:
    """Hold a comparison; `labels` name every IRI in it, with the language of the name."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    structures: tuple[tuple[Node, ...], ...]
    labels: Mapping[str, tuple[str, str]]
    quotes: Mapping[str, Sequence[Evidence]]
    sources: Mapping[str, Sequence[str]]
    version: str

    def evidence(self, things: Iterable[str]) -> list[Evidence]:
        """Return the quotes that things rest on, each once: their own, and those of what they were derived from."""
        quoted = (each for thing in things for each in (thing, *self.sources.get(thing, ())))
        return list(dict.fromkeys(quote for each in quoted for quote in self.quotes.get(each, ())))

    def grounds(self, things: Iterable[str]) -> list[str]:
        """Return the IRIs of the quoted things that things rest on, sorted."""
        quoted = {each for thing in things for each in (thing, *self.sources.get(thing, ()))}
        return sorted(each for each in quoted if each in self.quotes)

    def label(self, iri: str) -> str:
        """Return the name of an IRI, or the IRI."""
        return self.labels[iri][0] if iri in self.labels else iri
