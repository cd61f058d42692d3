"""What readers see already of the things that a city's documents mention, asked of the engine."""

from collections.abc import Iterable, Iterator

from rdflib import BNode, Literal, URIRef

from sasaeai.fields import Statement
from sasaeai.repository import Repository
from sasaeai.statements import select_of
from sasaeai.store import Store

_AT_ONCE = 500
"""Things that one query asks about."""


def said_of(store: Store, repository: Repository, things: Iterable[str]) -> Iterator[Statement]:
    """Yield what documents say of things, whichever documents; what is asked grows with the things, not the graph."""
    wanted = sorted(set(things))
    for first in range(0, len(wanted), _AT_ONCE):
        for row in select_of(store, repository.query("desk-said"), wanted[first : first + _AT_ONCE]).rows:
            yield row["thing"]["value"], row["property"]["value"], _term(row["value"])


def _term(cell: dict[str, str]) -> URIRef | Literal | BNode:
    match cell["type"]:
        case "uri":
            return URIRef(cell["value"])
        case "bnode":
            return BNode(cell["value"])
    return Literal(cell["value"], lang=cell.get("xml:lang"), datatype=cell.get("datatype"), normalize=False)
