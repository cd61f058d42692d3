"""Who says so: the words of a document that a thing rests on."""

from collections.abc import Iterable
from dataclasses import dataclass

from sasaeai.repository import Repository
from sasaeai.statements import Row, select_of
from sasaeai.store import Store
from sasaeai.store.parameters import literal


@dataclass(frozen=True)
class Evidence:
    """Hold one quote, the graph it stands in, and the document it is from, as far as that is described."""

    quote: str
    graph: str
    document: str | None = None
    title: str | None = None
    publisher: str | None = None
    modified: str | None = None
    url: str | None = None


def evidence(store: Store, repository: Repository, things: Iterable[str], language: str) -> dict[str, list[Evidence]]:
    """Read the evidence of things by their IRIs, in one query; what no document speaks of is not in it."""
    found: dict[str, list[Evidence]] = {}
    rows = select_of(store, repository.query("evidence"), things, lang=literal(language)).rows
    for row in rows:
        found.setdefault(row["thing"]["value"], []).append(_read(row))
    return found


def _read(row: Row) -> Evidence:
    others = ("document", "title", "publisherLabel", "modified", "url")
    told = (row[each]["value"] if each in row else None for each in others)
    return Evidence(row["quote"]["value"], row["graph"]["value"], *told)
