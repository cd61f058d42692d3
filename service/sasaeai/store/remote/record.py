"""The record that stands beside the graphs at a server: which version of the data they are, and what each holds.

All processes that share a server agree by it. It has no version while graphs are being written: whoever reads then
waits, where the server shows the half of an update. Its IRIs are its own, so that no question meets it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Triple

from sasaeai.repository import QueryFile
from sasaeai.store.remote.server import Server, lost

RECORD = "urn:sasaeai:record"
_RECORD = NamedNode(RECORD)
_LIMIT = 100_000_000


@dataclass(frozen=True)
class Record:
    """Hold the version, when it was published (ISO 8601), and the digests of graphs and rules; '' while it changes."""

    version: str = ""
    since: str = ""
    digests: Mapping[str, str] = field(default_factory=dict)

    def triples(self) -> list[Triple]:
        """Write the record as triples."""
        said = [("holds", f"{each} {name}") for name, each in self.digests.items()]
        if self.version:
            said += [("version", self.version), ("since", self.since)]
        return [Triple(_RECORD, NamedNode(f"{RECORD}#{name}"), Literal(value)) for name, value in said]


def read(server: Server, queries: Iterable[QueryFile], seconds: float) -> Record:
    """Read a server's record: with the query for its version alone, or that for the digests too."""
    version, since, digests = "", "", dict[str, str]()
    for query in queries:
        body, _ = server.ask(query.text, triples=False, seconds=seconds, limit=_LIMIT)
        for row in _rows(body):
            if "holds" in row:
                digest, _, name = row["holds"]["value"].partition(" ")
                digests[name] = digest
            else:
                version, since = row["version"]["value"], row["since"]["value"]
    return Record(version, since, digests)


def _rows(body: bytes) -> list[dict[str, dict[str, str]]]:
    try:
        rows: list[dict[str, dict[str, str]]] = json.loads(body)["results"]["bindings"]
    except (ValueError, LookupError, TypeError) as error:
        raise lost() from error
    return rows
