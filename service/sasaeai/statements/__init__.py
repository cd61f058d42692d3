"""What the flows share: rows of an answer, read from SPARQL JSON results."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sasaeai.formats import GRAPH, RESULTS
from sasaeai.repository import QueryFile
from sasaeai.store import Answer, Store
from sasaeai.store.parameters import Term, at, bind, iri

Row = Mapping[str, dict[str, Any]]
"""Column name to term as SPARQL 1.1 Query Results JSON has it; an unbound column is absent."""


@dataclass(frozen=True)
class Table:
    """Hold an answer as rows under named columns, with the version of the data it was read from."""

    columns: Sequence[str]
    rows: Sequence[Row]
    version: str


def table(answer: Answer) -> Table:
    """Read a SELECT answer that came as SPARQL JSON results."""
    results = json.loads(answer.body)
    return Table(results["head"]["vars"], results["results"]["bindings"], answer.version)


def select(store: Store, query: QueryFile, **values: Term | Sequence[Term]) -> Table:
    """Ask one of the service's own SELECT queries; a place takes one term or several."""
    return table(_own(store, query, values))


def select_each(store: Store, query: QueryFile, values: Mapping[str, Sequence[Term]]) -> Table:
    """Ask a SELECT query with several values in a place."""
    return table(_own(store, query, values))


def select_all(store: Store, queries: Iterable[tuple[QueryFile, Mapping[str, Sequence[Term]]]]) -> list[Table]:
    """Ask several SELECT queries at once, each with values in its places."""
    return [*map(table, store.query_all([bind(query.text, values) for query, values in queries], RESULTS))]


def select_of(store: Store, query: QueryFile, things: Iterable[str], **values: Term) -> Table:
    """Ask a SELECT query about many things at once, in its place `VALUES ?thing { … }`."""
    return select_about(store, query, {"thing": things}, **values)


def select_about(store: Store, query: QueryFile, things: Mapping[str, Iterable[str]], **values: Term) -> Table:
    """Ask a SELECT query about IRIs in some of its places.

    Of no things there is nothing to ask: unbound, the place would stand for everything.
    """
    terms = {place: [iri(each) for each in dict.fromkeys(those)] for place, those in things.items()}
    if not all(terms.values()):
        return Table([], [], store.version())
    return table(_own(store, query, {**values, **terms}))


def listed(store: Store, query: QueryFile, offset: int, **things: Iterable[str]) -> Table:
    """Ask a paged SELECT query for the rows from one on, with IRIs in its places; a place without any stays open."""
    bound = {name: [iri(each) for each in those] for name, those in things.items()}
    return table(store.query(at(bind(query.text, bound), offset), results=RESULTS, graph=GRAPH, lane="own"))


def by(rows: Iterable[Row], column: str) -> dict[str, list[Row]]:
    """Sort rows by what stands in a column, in the order in which it first does."""
    sorted_: dict[str, list[Row]] = {}
    for row in rows:
        sorted_.setdefault(row[column]["value"], []).append(row)
    return sorted_


def _own(store: Store, query: QueryFile, values: Mapping[str, Term | Sequence[Term]]) -> Answer:
    text = bind(query.text, {name: [each] if isinstance(each, Term) else each for name, each in values.items()})
    return store.query(text, results=RESULTS, graph=GRAPH, lane="own")
