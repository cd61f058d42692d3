"""What changes at a server, in the words of SPARQL 1.1 Update: only what differs, or a whole graph where it must be.

Blank nodes cannot be named in a DELETE (SPARQL 1.1 Update §3.1.2), so a graph that has some comes whole.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from pyoxigraph import BlankNode, Triple

from sasaeai.store.parameters import spelled
from sasaeai.store.remote.record import RECORD, Record

_PORTION = 500
"""Triples in one operation: Virtuoso compiles each into a program, whose length it bounds."""

MERGE = (
    "DROP SILENT DEFAULT",
    f"INSERT {{ ?s ?p ?o }} WHERE {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(?g != <{RECORD}>) }}",
)
"""Make the server's own default graph the set-merge of all graphs, as the embedded engine's is."""


@dataclass(frozen=True)
class Change:
    """Hold what changes in a graph: the triples it loses and gains; `name` is '' for the default graph.

    `whole` says that those it gains are all that it has.
    """

    name: str
    gone: Collection[Triple]
    come: Collection[Triple]
    whole: bool = False

    @property
    def has_nodes(self) -> bool:
        """Say whether blank nodes are among what changes."""
        return any(map(_bears_node, (*self.gone, *self.come)))


def change(name: str, before: Collection[Triple] | None, after: Collection[Triple]) -> Change:
    """Compare a graph's triples; `before` is None where nobody knows what the server holds."""
    if before is None or any(map(_bears_node, (*before, *after))):
        return Change(name, (), after, whole=True)
    old, new = set(before), set(after)
    return Change(name, [each for each in before if each not in new], [each for each in after if each not in old])


def operations(changed: Change) -> Iterator[str]:
    """Yield the operations that carry out a change."""
    if changed.whole:
        yield f"DROP SILENT GRAPH <{changed.name}>"
        # Cut in two, the operations would not know each other's blank nodes.
        yield from _data("INSERT", changed.name, changed.come, len(changed.come) if changed.has_nodes else _PORTION)
        return
    yield from _data("DELETE", changed.name, changed.gone, _PORTION)
    yield from _data("INSERT", changed.name, changed.come, _PORTION)


def recorded(record: Record) -> Iterator[str]:
    """Yield the operations that put a record in the place of the one before."""
    return operations(Change(RECORD, (), record.triples(), whole=True))


def lines(triples: Iterable[Triple]) -> Iterator[bytes]:
    """Write triples as N-Triples, line by line."""
    return (f"{each} .".encode() for each in triples)


def _data(word: str, name: str, triples: Iterable[Triple], portion: int) -> Iterator[str]:
    left = iter(triples)
    while some := list(islice(left, portion)):
        said = " .\n".join(map(spelled, some))
        yield f"{word} DATA {{ {f'GRAPH <{name}> {{ {said} }}' if name else said} }}"


def _bears_node(triple: Triple) -> bool:
    return isinstance(triple.subject, BlankNode) or isinstance(triple.object, BlankNode)
