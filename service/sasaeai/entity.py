"""The flow of one IRI: its description as a graph, and the same as rows for a page."""

from dataclasses import dataclass

from sasaeai import statements
from sasaeai.errors import ServiceError
from sasaeai.formats import RESULTS, Format
from sasaeai.repository import Repository
from sasaeai.statements import Table
from sasaeai.store import Answer, Store
from sasaeai.store.parameters import bind, iri, literal


@dataclass(frozen=True)
class Page:
    """Hold what a page shows of a thing: its statements with their graphs, and what points to it."""

    iri: str
    statements: Table
    links: Table


def describe(store: Store, repository: Repository, thing: str, graph: Format) -> Answer:
    """Return the description of a thing as RDF; ServiceError 404 where the graph says nothing of it."""
    _require(store, repository, thing)
    text = bind(repository.query("entity").text, {"thing": [iri(thing)]})
    return store.query(text, results=RESULTS, graph=graph, lane="own")


def page(store: Store, repository: Repository, thing: str, language: str) -> Page:
    """Return the statements of a thing and what points to it, with labels in a language."""
    _require(store, repository, thing)
    bound = {"thing": iri(thing), "lang": literal(language)}
    return Page(
        thing,
        statements.select(store, repository.query("entity-statements"), **bound),
        statements.select(store, repository.query("entity-links"), **bound),
    )


def cities(store: Store, repository: Repository, language: str) -> Table:
    """List the municipalities whose programme the graph knows."""
    return statements.select(store, repository.query("cities"), lang=literal(language))


def _require(store: Store, repository: Repository, thing: str) -> None:
    try:
        found = statements.ask(store, repository.query("known"), thing=iri(thing))
    except ValueError:
        found = False
    if not found:
        raise ServiceError("not-found", 404, what=thing)
