"""The flow of what things are called: the vocabulary, the shapes and the kinds of mistakes, as graphs and as pages."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, OWL, RDF, RDFS, SKOS, VOID

from sasaeai import description, statements
from sasaeai.description import Description
from sasaeai.diagram import Drawing, draw
from sasaeai.errors import MESSAGES, ServiceError
from sasaeai.repository import Repository
from sasaeai.statements import Row
from sasaeai.store import Store, parameters
from sasaeai.store.parameters import Term, literal
from sasaeai.vocabulary import DATASET, LICENCE, PROBLEM, SAS, TRUNCATED

_SHARED_BY = 10
"""A link that so many classes have is told in words: drawn, it would hide the others."""

Words = Mapping[str, str]


@dataclass(frozen=True)
class Entry:
    """Hold a term as it is declared: its IRI, and for each property the values it has."""

    iri: str
    values: Mapping[str, Sequence[Row]]

    @property
    def name(self) -> str:
        """Return what follows the `#`."""
        return self.iri.partition("#")[2]


@dataclass(frozen=True)
class Vocabulary:
    """Hold what the page of the vocabulary shows."""

    entries: Sequence[Entry]
    schemes: Sequence[Row]
    links: Sequence[Row]
    drawing: Drawing
    version: str


@dataclass(frozen=True)
class Shapes:
    """Hold what the page of the shapes shows: shapes with their rules, the rules, and the kinds of value they take."""

    shapes: Sequence[Sequence[Row]]
    rules: Sequence[Row]
    kinds: Mapping[str, Sequence[Row]]
    version: str


def ontology(store: Store, repository: Repository) -> Description:
    """Return the vocabulary and its alignments."""
    return description.construct(store, [repository.query("ontology").text])


def shapes(store: Store, repository: Repository) -> Description:
    """Return the shapes."""
    return description.construct(store, [repository.query("shapes").text])


def embedded(store: Store, repository: Repository, name: str) -> str:
    """Return the terms of `ontology` or `shapes` in schema.org's words, as JSON-LD to stand in a page."""
    return description.embedded(description.construct(store, [repository.query(f"{name}-schema").text]), repository)


def vocabulary(store: Store, repository: Repository, language: str) -> Vocabulary:
    """Return what the page of the vocabulary shows, in a language."""
    bound: dict[str, Term] = {"lang": literal(language)}
    said = statements.select(store, repository.query("ontology-terms"), **bound)
    links = statements.select(store, repository.query("ontology-links"), **bound).rows
    schemes = statements.select(store, repository.query("ontology-schemes"), **bound).rows
    entries = [
        Entry(iri, {name: list(values) for name, values in groupby(rows, key=_property)})
        for iri, rows in groupby(said.rows, key=lambda row: str(row["term"]["value"]))
        if iri.startswith(SAS)
    ]
    return Vocabulary(entries, schemes, links, _drawn(links), said.version)


def rules(store: Store, repository: Repository, language: str) -> Shapes:
    """Return what the page of the shapes shows, in a language."""
    bound: dict[str, Term] = {"lang": literal(language)}
    held = statements.select(store, repository.query("shapes-classes"), **bound)
    found = statements.select(store, repository.query("shapes-rules"), **bound).rows
    kinds = statements.select(store, repository.query("shapes-kinds"), **bound).rows
    by_rule = {rule: list(rows) for rule, rows in groupby(kinds, key=lambda row: str(row["rule"]["value"]))}
    by_shape = [list(rows) for _, rows in groupby(held.rows, key=lambda row: str(row["shape"]["value"]))]
    return Shapes(by_shape, found, by_rule, held.version)


def require_version(store: Store, repository: Repository, iri: str) -> None:
    """Raise ServiceError 404 unless an IRI is that of the vocabulary's present version."""
    counts = statements.select(store, repository.query("entity-counts"), thing=parameters.iri(iri)).rows
    if str(OWL.versionIRI) not in [_property(row) for row in counts]:
        raise ServiceError("not-found", 404, what=iri)


def problems(store: Store) -> Description:
    """Return the kinds of mistakes that callers are told of, as terms."""
    graph, here = Graph(), URIRef(PROBLEM)
    _document(graph, here, {"ja": "誤りの種類", "en": "Kinds of mistakes"})
    for key, words in MESSAGES.items():
        each = URIRef(f"{PROBLEM}#{key}")
        graph.add((each, RDF.type, SKOS.Concept))
        graph.add((each, RDFS.isDefinedBy, here))
        graph.add((each, SKOS.notation, Literal(key)))
        for language, text in words.items():
            graph.add((each, RDFS.label, Literal(text, lang=language)))
    return Description(b"", store.version()).with_triples(graph)


def truncation(store: Store, words: Words) -> Description:
    """Return what it means that an answer was cut, as a description of the page that says so."""
    graph, here = Graph(), URIRef(TRUNCATED)
    _document(graph, here, {"ja": "途中までの結果", "en": "A result that was cut"})
    for language, text in words.items():
        graph.add((here, DCTERMS.description, Literal(text, lang=language)))
    return Description(b"", store.version()).with_triples(graph)


def _document(graph: Graph, here: URIRef, title: Words) -> None:
    graph.add((here, RDF.type, FOAF.Document))
    graph.add((here, DCTERMS.license, URIRef(LICENCE)))
    graph.add((here, VOID.inDataset, URIRef(DATASET)))
    for language, text in title.items():
        graph.add((here, RDFS.label, Literal(text, lang=language)))


def _property(row: Row) -> str:
    return str(row["property"]["value"])


def _drawn(links: Sequence[Row]) -> Drawing:
    shared = Counter(name for name, _ in {(_property(row), row["from"]["value"]) for row in links})
    # What takes any agent or any place points to a kind of kinds, not to each of them.
    few = [row for row in links if shared[_property(row)] < _SHARED_BY and "through" not in row]
    return draw([(row["from"]["value"], row["to"]["value"]) for row in few])
