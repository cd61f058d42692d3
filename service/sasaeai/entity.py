"""The flow of one IRI: its description as a graph. Its page for readers is the flow `thing`."""

from sasaeai import statements
from sasaeai.errors import ServiceError
from sasaeai.formats import RESULTS, Format
from sasaeai.repository import Repository
from sasaeai.statements import Table
from sasaeai.store import Answer, Store
from sasaeai.store.parameters import bind, iri, literal


def describe(store: Store, repository: Repository, thing: str, graph: Format) -> Answer:
    """Return the description of a thing as RDF; ServiceError 404 where the graph says nothing of it."""
    require(store, repository, thing)
    text = bind(repository.query("entity").text, {"thing": [iri(thing)]})
    return store.query(text, results=RESULTS, graph=graph, lane="own")


def cities(store: Store, repository: Repository, language: str) -> Table:
    """List the municipalities whose programme the graph knows."""
    return statements.select(store, repository.query("cities"), lang=literal(language))


def require(store: Store, repository: Repository, thing: str) -> None:
    """Raise ServiceError 404 where the graph says nothing of a thing."""
    try:
        found = statements.ask(store, repository.query("known"), thing=iri(thing))
    except ValueError:
        found = False
    if not found:
        raise ServiceError("not-found", 404, what=thing)
