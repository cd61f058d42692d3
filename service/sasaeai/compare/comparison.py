"""A comparison, whole: what its page, its table and its graph are made of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sasaeai.compare.cells import Cell
from sasaeai.compare.columns import Column
from sasaeai.compare.difference import Difference
from sasaeai.compare.structure import Node
from sasaeai.compare.topics import Topic
from sasaeai.statements.evidence import Evidence
from sasaeai.statements.things import Thing, Value


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
    labels: Mapping[str, Value]
    things: Mapping[str, Thing]
    quotes: Mapping[str, Sequence[Evidence]]
    version: str

    def evidence(self, things: Iterable[str]) -> list[Evidence]:
        """Return the quotes that things rest on, each once: their own, and those of what they were derived from."""
        return list(dict.fromkeys(quote for each in self._grounds(things) for quote in self.quotes.get(each, ())))

    def grounds(self, things: Iterable[str]) -> list[str]:
        """Return the IRIs of the quoted things that things rest on, sorted."""
        return sorted(each for each in self._grounds(things) if each in self.quotes)

    def label(self, iri: str) -> str:
        """Return the name of an IRI, or the IRI."""
        return self.labels[iri].text if iri in self.labels else iri

    def _grounds(self, things: Iterable[str]) -> dict[str, None]:
        """Name things, each followed by what it was derived from, over whatever steps."""
        found = dict[str, None]()
        for thing in things:
            found[thing] = None
            left = [thing]
            for each in left:
                if (known := self.things.get(each)) and "wasDerivedFrom" in known.said:
                    left += sorted(set(known.refers("wasDerivedFrom")) - {*left})
            if len(left) > 1:
                found |= dict.fromkeys(sorted(left[1:]))
        return found
