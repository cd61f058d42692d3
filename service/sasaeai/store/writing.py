"""Write triples that the service itself states, as the engine writes those of the graph."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any

from pyoxigraph import (
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
    serialize,
)

from sasaeai.formats import Format
from sasaeai.vocabulary import XSD

Statement = Triple

_NAMESPACE = re.compile(r"<([^>]*[#/])")


def statement(subject: str, predicate: str, value: Literal | NamedNode) -> Statement:
    """State something of an IRI; raises ValueError for what is not an absolute one."""
    return Triple(NamedNode(subject), NamedNode(predicate), value)


def in_language(text: str, language: str) -> Literal:
    """Make a text in a language."""
    return Literal(text, language=language)


def address(iri: str) -> Literal:
    """Make a literal of an IRI (xsd:anyURI): the IRI as a text, not what it names."""
    return Literal(iri, datatype=NamedNode(XSD + "anyURI"))


def typed(term: Mapping[str, str]) -> Literal | NamedNode:
    """Make a term of what SPARQL 1.1 Query Results JSON has for one; blank nodes are not among them."""
    if term["type"] == "uri":
        return NamedNode(term["value"])
    if language := term.get("xml:lang"):
        return Literal(term["value"], language=language)
    datatype = term.get("datatype")
    return Literal(term["value"], datatype=NamedNode(datatype) if datatype else None)


def results(columns: Sequence[str], rows: Sequence[Mapping[str, Any]], wanted: Format) -> bytes:
    """Write rows as SPARQL 1.1 Query Results, as the engine writes its own in the same format."""
    told = json.dumps({"head": {"vars": list(columns)}, "results": {"bindings": list(rows)}})
    read = parse_query_results(told, QueryResultsFormat.JSON)
    if not isinstance(read, QuerySolutions):
        raise TypeError("rows are read as solutions")
    body = read.serialize(format=QueryResultsFormat.from_media_type(wanted.media_type))
    return body or b""


def written(
    statements: Iterable[Statement], graph: Format, prefixes: Mapping[str, str], *, sparing: bool = True
) -> bytes:
    """Return triples in a syntax; `prefixes` are declared where the syntax can, as in `write`."""
    output = io.BytesIO()
    write(statements, graph, prefixes, output, sparing=sparing)
    return output.getvalue()


def transcribed(triples: bytes, graph: Format, declarations: str) -> bytes:
    """Return N-Triples in another syntax, each triple once and in order: the same graph has the same bytes.

    The prefixes that the declarations (Turtle) make are used where the syntax has prefixes; JSON-LD comes expanded.
    """
    prefixes = {} if graph.name == "jsonld" else declared(declarations)
    output = io.BytesIO()
    write((each.triple for each in parse(triples, RdfFormat.N_TRIPLES)), graph, prefixes, output, sparing=True)
    return output.getvalue()


def tabulated(triples: bytes) -> bytes:
    """Return N-Triples as a table (CSV, RFC 4180), each triple once and in order; IRIs and texts stand as they are."""
    output = io.StringIO()
    rows = csv.writer(output)
    rows.writerow(("subject", "predicate", "object", "datatype", "language"))
    spelt = {str(each.triple): each.triple for each in parse(triples, RdfFormat.N_TRIPLES)}
    for triple in (spelt[each] for each in sorted(spelt)):
        value = triple.object
        beside = (value.datatype.value, value.language) if isinstance(value, Literal) else (None, None)
        rows.writerow((triple.subject.value, triple.predicate.value, value.value, *beside))
    return output.getvalue().encode()


def declared(declarations: str) -> dict[str, str]:
    """Return the prefixes that Turtle declares: name and IRI."""
    reader = parse(declarations, RdfFormat.TURTLE)
    for _ in reader:
        pass
    return dict(reader.prefixes)


def write(
    statements: Iterable[Statement], graph: Format, prefixes: Mapping[str, str], output: IO[bytes], *, sparing: bool
) -> None:
    """Write triples in a syntax, sorted: a graph has no order, and its bytes depend on nothing but the triples.

    `sparing` declares those prefixes only that shorten something.
    """
    spelt = {str(each): each for each in statements}
    ordered = sorted(spelt)
    if sparing:
        spaces = set(_NAMESPACE.findall("\n".join(ordered)))
        prefixes = {name: space for name, space in prefixes.items() if space in spaces}
    syntax = RdfFormat.from_media_type(graph.media_type)
    serialize((spelt[each] for each in ordered), output, syntax, prefixes=dict(prefixes))
