"""The flow of a stranger's query: looked at, sent to a worker, answered whole or refused."""

import re
from dataclasses import dataclass

from sasaeai.errors import ServiceError
from sasaeai.formats import RESULTS, Format
from sasaeai.repository import Repository
from sasaeai.settings import Settings
from sasaeai.statements import Table, select
from sasaeai.store import Answer, Dataset, Store
from sasaeai.store.parameters import bind, iri, literal
from sasaeai.store.scan import scan

_VOLATILE = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID)\s*(?:\(|#)|\\[uU]", re.IGNORECASE)


@dataclass(frozen=True)
class Request:
    """Hold one query as it was asked, with what its asker can read (None: nothing of that kind)."""

    text: str
    results: Format | None
    graph: Format | None
    dataset: Dataset | None = None
    client: str = ""


def description(store: Store, repository: Repository, endpoint: str, graph: Format) -> Answer:
    """Describe the endpoint at an address (SPARQL 1.1 Service Description)."""
    text = bind(repository.query("service-description").text, {"endpoint": [iri(endpoint)]})
    return store.query(text, results=RESULTS, graph=graph, lane="own")


def terms(store: Store, repository: Repository, language: str) -> Table:
    """List the classes and properties an editor can complete, with their labels in a language."""
    return select(store, repository.query("terms"), lang=literal(language))


def prefixes(repository: Repository) -> dict[str, str]:
    """Return the project's prefixes and what they stand for."""
    return dict(re.findall(r"^@prefix\s+(\S*):\s+<([^>]*)>", repository.prefixes(), re.MULTILINE))


def is_volatile(text: str) -> bool:
    """Tell whether a query may answer differently each time: it reads the clock, or draws lots.

    SPARQL 1.1 §17.4; §19.2 lets any letter of these names be written as an escape.
    """
    return _VOLATILE.search(text) is not None


def answer(store: Store, settings: Settings, request: Request) -> Answer:
    """Answer an ad-hoc query.

    Raises ServiceError: 413 for a text too long, 400 for one that is not a query, 406 where its kind of answer has
    no format the asker reads, 503 when it was stopped.
    """
    if len(request.text.encode()) > settings.max_query_bytes:
        raise ServiceError("too-large", 413, limit=settings.max_query_bytes)
    if settings.scan:
        scan(request.text)
    return store.query(
        request.text,
        results=request.results,
        graph=request.graph,
        lane="ad-hoc",
        dataset=request.dataset,
        client=request.client,
    )
