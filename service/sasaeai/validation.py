"""Is the graph right? Shapes through pySHACL, checks as queries; what is wrong is a value, never raised.

A shape looks at a thing and one step beyond it. Sums, overlaps, links that lead nowhere and whatever else needs more
are checks: queries that must find nothing.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import pyoxigraph as ox
import pyshacl
import yaml
from rdflib import RDF, SH, XSD, BNode, Graph, Literal, URIRef
from rdflib.term import IdentifiedNode

from sasaeai.repository import GraphFile, QueryFile, Repository
from sasaeai.vocabulary import BASE, GRAPH, SHAPES

CONTEXT = ("data", "ontology", "shapes")
TYPE, IN_SCHEME = ox.NamedNode(str(RDF.type)), ox.NamedNode("http://www.w3.org/2004/02/skos/core#inScheme")

SYNTAX = {
    "ja": "Turtleとして読めません({detail})。この行かその前の行の、引用符、<>、区切りの . ; , を確かめてください。",
    "en": "This is not Turtle ({detail}). Look at quotes, <> and the separators . ; , on this line and the one before.",
}


@dataclass(frozen=True)
class Violation:
    """Say what is wrong, where, and how to mend it.

    `rule` is `shapes:<shape>-<constraint>`, `checks:<query>` or `turtle:syntax`; `line` is where the file begins to
    speak of the focus, if that was found.
    """

    rule: str
    focus: str
    path: str
    value: str
    severity: str
    messages: Mapping[str, str]
    graph: str
    file: str
    line: int | None

    def sentence(self, language: str) -> str:
        """Word it on one line: place, thing, property, value; what is wrong and how to mend it; the rule."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        thing = " ".join(_short(each) for each in (self.focus, self.path, self.value) if each)
        return f"{place}: {thing}: {self.messages[language]} [{self.rule}]"

    def as_json(self) -> dict[str, Any]:
        """Return all of it as plain values."""
        return asdict(self)


@dataclass(frozen=True)
class _Document:
    """Hold one file as read: which graph it is, what it says, how it writes IRIs."""

    file: str
    graph: str
    folder: str
    text: str
    triples: Sequence[ox.Quad]
    base: str
    prefixes: Mapping[str, str]

    def line(self, iri: str) -> int | None:
        """Find the line that begins with an IRI, written in full, from the base, or with a prefix."""
        written = {f"<{iri}>"}
        if self.base and iri.startswith(self.base):
            written.add(f"<{iri.removeprefix(self.base)}>")
        for prefix, start in self.prefixes.items():
            if iri.startswith(start):
                local = iri.removeprefix(start)
                written |= {f"{prefix}:{local}", f"{prefix}:" + local.replace("/", r"\/")}
        lines = enumerate(self.text.splitlines(), 1)
        return next((number for number, line in lines if line.split(None, 1)[:1] and line.split(None, 1)[0] in written), None)


def validate(repository: Repository, files: Mapping[str, bytes] | None = None) -> list[Violation]:
    """Check Turtle files, given by path, beside the rest of the graph; without any, the whole graph.

    A file of the repository takes its own place; another that opens with a graph's description takes that graph's.
    Of the rest of the graph nothing is reported.
    """
    stored = {each.name: each for each in repository.graphs(*CONTEXT)}
    violations: list[Violation] = []
    given = [_read(path, text, repository, violations) for path, text in (files or {}).items()]
    submitted = [each for each in given if each]
    if files and not submitted:
        return violations
    for each in submitted:
        stored.pop(each.graph, None)
    unread: list[Violation] = []
    rest = [_parse(str(each.path.relative_to(repository.root)), each.content, each, unread) for each in stored.values()]
    if files is None:
        violations += unread
    documents = [*submitted, *(each for each in rest if each)]
    spoken_of = submitted or [each for each in documents if each.folder == "data"]
    violations += _against_shapes(documents, spoken_of)
    violations += _against_checks(repository.checks(), documents, spoken_of)
    return sorted(violations, key=lambda each: (each.file, each.line or 0, each.focus, each.rule, each.value))
