"""The flow of one IRI: its description as a graph, and the same as fields for a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from sasaeai import statements
from sasaeai.errors import ServiceError
from sasaeai.formats import RESULTS, Format
from sasaeai.repository import Repository
from sasaeai.statements import Row, Table
from sasaeai.store import Answer, Store
from sasaeai.store.parameters import Term, bind, iri, literal
from sasaeai.vocabulary import PREF_LABEL


@dataclass(frozen=True)
class Page:
    """Hold what a page shows of a thing: its fields (the rows of one property each), and what points to it."""

    iri: str
    title: str | None
    fields: Sequence[Sequence[Row]]
    links: Table
    version: str


def describe(store: Store, repository: Repository, thing: str, graph: Format) -> Answer:
    """Return the description of a thing as RDF; ServiceError 404 where the graph says nothing of it."""
    _require(store, repository, thing)
    text = bind(repository.query("entity").text, {"thing": [iri(thing)]})
    return store.query(text, results=RESULTS, graph=graph, lane="own")


def page(store: Store, repository: Repository, thing: str, language: str) -> Page:
    """Return the fields of a thing and what points to it, with labels in a language; ServiceError 404 as above."""
    _require(store, repository, thing)
    bound: dict[str, Term] = {"thing": iri(thing), "lang": literal(language)}
    said = statements.select(store, repository.query("entity-statements"), **bound)
    links = statements.select(store, repository.query("entity-links"), **bound)
    fields = [list(rows) for _, rows in groupby(said.rows, key=lambda row: row["property"]["value"])]
    return Page(thing, _title(said.rows, language), fields, links, said.version)


def _title(rows: Sequence[Row], language: str) -> str | None:
    labels = [row["value"] for row in rows if row["property"]["value"] == PREF_LABEL]
    labels.sort(key=lambda label: label.get("xml:lang") != language)
    return str(labels[0]["value"]) if labels else None


def _require(store: Store, repository: Repository, thing: str) -> None:
    try:
        found = statements.ask(store, repository.query("known"), thing=iri(thing))
    except ValueError:
        found = False
    if not found:
        raise ServiceError("not-found", 404, what=thing)
