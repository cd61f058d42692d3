"""The flow of one IRI: which it is, and its description as a graph."""

import contextlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDF, VOID

from sasaeai import description, statements
from sasaeai.description import Description
from sasaeai.errors import ServiceError
from sasaeai.formats import RESULTS
from sasaeai.repository import Repository
from sasaeai.statements import Row, Table
from sasaeai.store import Store
from sasaeai.store.parameters import Term, at, bind, iri
from sasaeai.vocabulary import DATASET, GRAPH, LANGUAGES, LICENCE

PAGE = 100
"""How many of the statements that point to a thing one page of its description holds; so says the query."""

XHV = Namespace("http://www.w3.org/1999/xhtml/vocab#")


@dataclass(frozen=True)
class Described:
    """Hold a description of a thing, which of its pages it is, and how many there are."""

    description: Description
    page: int
    pages: int


def find(store: Store, repository: Repository, spellings: Sequence[str]) -> str:
    """Return the IRI, of several spellings of one, that the graph speaks of.

    Raises ServiceError 404 where it speaks of none, 410 where it says no more of it than that it was withdrawn.
    """
    if not (terms := list(_absolute(spellings))):
        raise ServiceError("not-found", 404, what=spellings[0])
    found = statements.table(
        store.query(bind(repository.query("entity-known").text, {"thing": terms}), results=RESULTS, graph=None)
    )
    if not found.rows:
        raise ServiceError("not-found", 404, what=spellings[0])
    thing = str(found.rows[0]["thing"]["value"])
    if found.rows[0]["described"]["value"] == "false":
        raise withdrawn(thing, found.rows)
    return thing


def withdrawn(thing: str, rows: Sequence[Row]) -> ServiceError:
    """Say that a thing was withdrawn, why, and what took its place."""
    successors = list(dict.fromkeys(row["replacement"]["value"] for row in rows if "replacement" in row))
    others = ", ".join(successors)
    instead = {"ja": f"代わりに {others} を御覧ください。", "en": f"See {others} instead."} if others else {}
    notes = {row["note"].get("xml:lang"): row["note"]["value"] for row in rows if "note" in row}
    more = {each: " ".join(filter(None, (notes.get(each), instead.get(each)))) for each in LANGUAGES}
    return ServiceError("gone", 410, what=thing, more=more, successors=successors)


def describe(store: Store, repository: Repository, thing: str, document: str, page: int = 1) -> Described:
    """Describe a thing as RDF: what is said of it, what points to it (counted, and a page of it), and who says so.

    `document` is the IRI of the description itself. ServiceError 404 for a page that there is not.
    """
    counts = statements.select(store, repository.query("entity-counts"), thing=iri(thing))
    total = sum(int(row["count"]["value"]) for row in counts.rows)
    pages = max(1, math.ceil(total / PAGE))
    if not 1 <= page <= pages:
        raise ServiceError("no-such-page", 404, page=page, last=pages)
    # Further pages hold what points to the thing, and no more: the rest of its description stands on the first.
    names = ["entity", "entity-evidence", "entity-schema"] if page == 1 else []
    names += ["entity-graph"] if page == 1 and thing.startswith(GRAPH) else []
    bound = {"thing": [iri(thing)], "document": [iri(document)]}
    texts = [bind(repository.query(name).text, bound) for name in names]
    texts.append(at(bind(repository.query("entity-incoming").text, bound), (page - 1) * PAGE))
    described = description.construct(store, texts)
    return Described(described.with_triples(_document(thing, document, counts, page, pages)), page, pages)


def embedded(store: Store, repository: Repository, thing: str) -> str:
    """Return what schema.org's terms can say of a thing, as JSON-LD to stand in a page: no `<` is in it."""
    text = bind(repository.query("entity-schema").text, {"thing": [iri(thing)]})
    return description.embedded(description.construct(store, [text]), repository)


def _document(thing: str, document: str, counts: Table, page: int, pages: int) -> Graph:
    """Describe the description: what it is about, its licence, what points to the thing in numbers, other pages."""
    graph, here, incoming = Graph(), URIRef(document), URIRef(f"{document}#incoming")
    graph.add((here, RDF.type, FOAF.Document))
    graph.add((here, FOAF.primaryTopic, URIRef(thing)))
    graph.add((here, DCTERMS.license, URIRef(LICENCE)))
    graph.add((here, VOID.inDataset, URIRef(DATASET)))
    for name, other in ((XHV.prev, page - 1), (XHV.next, page + 1)):
        if 1 <= other <= pages:
            graph.add((URIRef(address(document, page)), name, URIRef(address(document, other))))
    if counts.rows:
        graph.add((here, DCTERMS.hasPart, incoming))
        graph.add((incoming, RDF.type, VOID.Dataset))
        graph.add((incoming, VOID.triples, Literal(sum(int(row["count"]["value"]) for row in counts.rows))))
    for row in counts.rows:
        part = URIRef(f"{document}#incoming-{quote(row['property']['value'], safe='')}")
        graph.add((incoming, VOID.propertyPartition, part))
        graph.add((part, VOID.property, URIRef(row["property"]["value"])))
        graph.add((part, VOID.triples, Literal(int(row["count"]["value"]))))
    return graph


def address(document: str, page: int) -> str:
    """Return the address of a page of a description."""
    return document if page == 1 else f"{document}?page={page}"


def _absolute(spellings: Sequence[str]) -> Iterator[Term]:
    for each in dict.fromkeys(spellings):
        with contextlib.suppress(ValueError):
            yield iri(each)
