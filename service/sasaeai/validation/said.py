"""What is said of each thing, and by which document."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Protocol

import pyoxigraph as ox
from rdflib import RDF, SKOS

from sasaeai.validation.documents import Document, text

BEYOND = {str(RDF.type), str(SKOS.inScheme)}
"""What shapes ask of the things a thing points to."""


class Lookup(Protocol):
    """Tell what is said of a thing."""

    def of(self, thing: str) -> list[tuple[Document, ox.Quad]]:
        """Return each statement with the document that makes it."""


class Said:
    """Hold what is said of each thing, and by which document."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._said: dict[str, list[tuple[Document, ox.Quad]]] = defaultdict(list)
        self.add(documents)

    def add(self, documents: Iterable[Document]) -> None:
        """Hold what more documents say."""
        for document in documents:
            for each in document.triples:
                self._said[text(each.subject)].append((document, each))

    def drop(self, documents: Iterable[Document]) -> None:
        """Hold no more what documents say."""
        for document in documents:
            for thing in {text(each.subject) for each in document.triples}:
                if left := [pair for pair in self._said[thing] if pair[0] is not document]:
                    self._said[thing] = left
                else:
                    del self._said[thing]

    def of(self, thing: str) -> list[tuple[Document, ox.Quad]]:
        """Return what is said of a thing."""
        return self._said.get(thing, [])

    def __iter__(self) -> Iterator[str]:
        """Name the things that are spoken of."""
        return iter(self._said)
