"""What the flows share: a graph gathered from several answers, and written once in the format that is asked for."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rdflib import Graph

from sasaeai.compaction import Compaction
from sasaeai.errors import ServiceError
from sasaeai.formats import BY_NAME, RESULTS, Format
from sasaeai.repository import Repository
from sasaeai.store import Answer, Store
from sasaeai.store.writing import tabulated, transcribed

_TRIPLES, _JSON_LD = BY_NAME["nt"], BY_NAME["jsonld"]
_TRIES = 3


@dataclass(frozen=True)
class Description:
    """Hold a graph as N-Triples, with the version of the data it was read from."""

    triples: bytes
    version: str

    def with_triples(self, graph: Graph) -> "Description":
        """Add what the service itself has to say."""
        return Description(self.triples + graph.serialize(format="nt", encoding="utf-8"), self.version)


def construct(store: Store, queries: Sequence[str]) -> Description:
    """Gather the answers of several CONSTRUCT queries into one graph, all of them from one version of the data."""
    for _ in range(_TRIES):
        answers = [store.query(text, results=RESULTS, graph=_TRIPLES, lane="own") for text in queries]
        if len({each.version for each in answers}) == 1:
            return Description(b"".join(each.body for each in answers), answers[0].version)
    raise ServiceError("busy", 503, retry_after=1)


def written(described: Description, repository: Repository, format_: Format) -> Answer:
    """Write a graph in a format: each triple once and in order, JSON-LD in the words of the project's context.

    In CSV each triple is a row.
    """
    match format_.name:
        case "jsonld":
            body = json.dumps(_compact(described, repository), ensure_ascii=False, indent=1).encode() + b"\n"
        case "csv":
            body = tabulated(described.triples)
        case _:
            body = transcribed(described.triples, format_, repository.prefixes())
    return Answer(body, format_, described.version, "graph")


def embedded(described: Description, repository: Repository) -> str:
    """Write a graph as JSON-LD that can stand in a page: no `<` of it ends the element it stands in."""
    compact = _compact(described, repository)
    return json.dumps(compact, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _compact(described: Description, repository: Repository) -> dict[str, Any]:
    return _compaction(repository).compact(json.loads(transcribed(described.triples, _JSON_LD, "")))


@lru_cache(maxsize=8)
def _compaction(repository: Repository) -> Compaction:
    return Compaction(repository.context())
