"""What is said of each thing, and by which document."""

from collections import defaultdict
from collections.abc import Collection, Iterable

import pyoxigraph as ox
from rdflib import RDF, SKOS

from sasaeai.validation.documents import Document, text

BEYOND = {str(RDF.type), str(SKOS.inScheme)}
"""What shapes ask of the things a thing points to."""


class Said:
    """Hold what is said of each thing, and by which document; of others it may look up what they hold."""

    def __init__(
        self, documents: Iterable[Document], others: "Said | None" = None, without: Collection[Document] = ()
    ) -> None:
        self._others, self._without = others, frozenset(map(id, without))
        self._said: dict[str, list[tuple[Document, ox.Quad]]] = defaultdict(list)
        for document in documents:
            for each in document.triples:
                self._said[text(each.subject)].append((document, each))

    def of(self, thing: str) -> list[tuple[Document, ox.Quad]]:
        """Return what is said of a thing, but for what the documents say that are left out."""
        own = self._said.get(thing, [])
        if self._others is None:
            return own
        return own + [pair for pair in self._others.of(thing) if id(pair[0]) not in self._without]
