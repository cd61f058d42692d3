"""Who says so: the words of a document that a thing rests on."""

from collections.abc import Iterable
from typing import NamedTuple

from sasaeai.repository import Repository
from sasaeai.statements import Row, select_of
from sasaeai.store import Store
from sasaeai.store.parameters import literal


class Evidence(NamedTuple):
    """Hold one quote, the graph it stands in, and the document it is from, as far as that is described."""

    quote: str
    graph: str
    document: str | None = None
    title: str | None = None
    publisher: str | None = None
    modified: str | None = None
    url: str | None = None


def evidence(store: Store, repository: Repository, things: Iterable[str], language: str) -> dict[str, list[Evidence]]:
    """Read the evidence of things by their IRIs, in one query; what no document speaks of is not in it.

    The quotes of a thing stand in the order in which their documents were last changed.
    """
    rows = select_of(store, repository.query("evidence"), things, lang=literal(language)).rows
    return told((row for row in rows if "quote" in row), (row for row in rows if "document" in row))


def told(quotes: Iterable[Row], documents: Iterable[Row]) -> dict[str, list[Evidence]]:
    """Join quotes and the documents of their graphs; a thing's stand in the order of the documents and of the words."""
    of: dict[str, list[tuple[int, Row]]] = {}
    for place, row in enumerate(documents):
        of.setdefault(row["graph"]["value"], []).append((place, row))
    found: dict[str, list[tuple[int, Evidence]]] = {}
    for row in quotes:
        placed = [(place, _read(row, document)) for place, document in of.get(row["graph"]["value"], [(-1, {})])]
        found.setdefault(row["thing"]["value"], []).extend(placed)
    return {
        thing: [each for _, each in sorted(those, key=lambda one: (one[0], one[1].quote))]
        for thing, those in found.items()
    }


def _read(quoted: Row, document: Row) -> Evidence:
    others = ("document", "title", "publisherLabel", "modified", "url")
    told = (document[each]["value"] if each in document else None for each in others)
    return Evidence(quoted["quote"]["value"], quoted["graph"]["value"], *told)
