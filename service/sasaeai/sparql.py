"""The flow of a stranger's query: looked at, sent to a worker, answered whole or refused."""

import re
from dataclasses import dataclass
from decimal import Decimal

from sasaeai.errors import ServiceError
from sasaeai.formats import RESULTS, Format
from sasaeai.repository import Repository
from sasaeai.settings import Settings
from sasaeai.statements import Table, select
from sasaeai.store import Answer, Dataset, Store
from sasaeai.store.parameters import Term, bind, iri, literal
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
    version: str | None = None
    """The version of the data that the answer must be taken from; None: the present one, whichever it is."""


def description(store: Store, repository: Repository, settings: Settings, endpoint: str, graph: Format) -> Answer:
    """Describe the endpoint at an address, and its limits (SPARQL 1.1 Service Description)."""
    said: dict[str, Term] = {
        "endpoint": iri(endpoint),
        "queryDeadline": literal(Decimal(str(settings.slow_seconds))),
        "clientBudget": literal(Decimal(str(settings.client_seconds))),
        "maximumQueryBytes": literal(settings.max_query_bytes),
        "maximumAnswerBytes": literal(settings.max_answer_bytes),
        "maximumRows": literal(settings.max_rows),
    }
    text = bind(repository.query("service-description").text, {name: [term] for name, term in said.items()})
    return store.query(text, results=RESULTS, graph=graph, lane="own")


def terms(store: Store, repository: Repository, language: str) -> Table:
    """List the classes and properties an editor can complete, with their labels in a language."""
    return select(store, repository.query("terms"), lang=literal(language))


def is_volatile(text: str) -> bool:
    """Tell whether a query may answer differently each time: it reads the clock, or draws lots.

    SPARQL 1.1 §17.4; §19.2 lets any letter of these names be written as an escape.
    """
    return _VOLATILE.search(text) is not None


def answer(store: Store, settings: Settings, request: Request) -> Answer:
    """Answer an ad-hoc query.

    Raises ServiceError: 413 for a text too long, 400 for one that is not a query, 406 where its kind of answer has
    no format the asker reads, 404 for a version that is not the present one, 503 when it was stopped.
    """
    if len(request.text.encode()) > settings.max_query_bytes:
        raise ServiceError("too-large", 413, limit=settings.max_query_bytes)
    if settings.scan:
        scan(request.text)
    if request.version is not None:
        # Looked at twice: a worker is spent only where there is hope, and only the answer knows what it was taken from.
        _require(request.version, store.version())
    found = store.query(
        request.text,
        results=request.results,
        graph=request.graph,
        lane="ad-hoc",
        dataset=request.dataset,
        client=request.client,
    )
    if request.version is not None:
        _require(request.version, found.version)
    return found


def _require(requested: str, present: str) -> None:
    """Raise ServiceError 404 where a version is not there: it may come back, or never have been (RFC 9110 §15.5.11)."""
    if requested != present:
        raise ServiceError("version-gone", 404, requested_version=requested[:100], present_version=present)
