"""Statements out of Turtle and back into it, literals exactly as written."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import pyoxigraph as ox
from rdflib import BNode, Literal, URIRef

from sasaeai.vocabulary import BASE, XSD

Statement = tuple[str, str, URIRef | Literal | BNode]
"""Subject and property as IRIs, and what is said."""


def read_statements(content: bytes, properties: Collection[str] = ()) -> list[Statement]:
    """Read a file of the graph (of some properties), in the order in which it speaks; no Turtle raises SyntaxError."""
    return [
        (str(each.subject.value), each.predicate.value, _plain(each.object))
        for each in ox.parse(content, ox.RdfFormat.TURTLE)
        if not properties or each.predicate.value in properties
    ]


def written_as_turtle(statements: Iterable[Statement], prefixes: Mapping[str, str]) -> bytes:
    """Write statements as Turtle, thing by thing in the order given."""
    things: dict[str, list[Statement]] = {}
    for each in statements:
        things.setdefault(each[0], []).append(each)
    triples = [
        ox.Triple(
            _exact(subject if isinstance(subject, BNode) else URIRef(subject)), ox.NamedNode(predicate), _exact(value)
        )
        for group in things.values()
        for subject, predicate, value in group
    ]
    return ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=dict(prefixes), base_iri=BASE) or b""


def _plain(term: Any) -> URIRef | Literal | BNode:
    match term:
        case ox.Literal(language=str(language)):
            return Literal(term.value, lang=language)
        case ox.Literal():
            datatype = term.datatype.value
            return Literal(term.value, datatype=None if datatype == XSD + "string" else datatype, normalize=False)
        case ox.NamedNode():
            return URIRef(term.value)
    return BNode(term.value)


def _exact(term: URIRef | Literal | BNode) -> Any:
    if isinstance(term, URIRef):
        return ox.NamedNode(str(term))
    if isinstance(term, BNode):
        return ox.BlankNode(str(term))
    if term.language:
        return ox.Literal(str(term), language=term.language)
    return ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype or XSD + "string")))
