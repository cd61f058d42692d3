"""The door to the triple store: what every engine behind it can do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from sasaeai.formats import Format

AnswerKind = Literal["boolean", "solutions", "graph"]
LaneName = Literal["own", "slow", "ad-hoc"]
"""Where a query is asked: among the service's own, among those that take long, or wherever a stranger's belongs."""


@dataclass(frozen=True)
class Answer:
    """Hold an answer, serialised, with the version of the data it was taken from.

    It is whole, unless `cut` says how many rows were kept of a longer result; then its head says so too.
    """

    body: bytes
    format: Format
    version: str
    kind: AnswerKind
    cut: int | None = None


@dataclass(frozen=True)
class Dataset:
    """Name the graphs a query is asked over, in place of the whole: IRIs, as the SPARQL protocol gives them."""

    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dump:
    """Hold what is known of a file with the whole graph in it: name, media type, bytes, SHA-256, and where it lies."""

    name: str
    media_type: str
    size: int
    sha256: str
    path: Path


class Store(Protocol):
    """Answer queries, and take publications."""

    def query(  # noqa: PLR0913 — what the SPARQL protocol lets an asker say
        self,
        text: str,
        *,
        results: Format | None,
        graph: Format | None,
        lane: LaneName = "own",
        dataset: Dataset | None = None,
        seconds: float | None = None,
        client: str = "",
    ) -> Answer:
        """Answer a query, whole or with a ServiceError; only outside the own lane may it be cut, and says so.

        `results` is the format of solutions and booleans, `graph` that of triples; None: the asker reads none of
        that kind, and such a query is not acceptable. `seconds` may only lower the lane's deadline. `client` says
        on whose behalf an ad-hoc query is asked, so that nobody takes every worker.
        """

    def query_all(self, texts: Sequence[str], results: Format) -> Sequence[Answer]:
        """Answer several of the service's own SELECT queries, as `query` each, at once where the engine can."""

    def publish(self, graphs: Mapping[str, bytes | None]) -> str:
        """Replace graphs by Turtle (or remove those that map to None), all or none; return the new version.

        After the return every query is answered from the new data.
        """

    def version(self) -> str:
        """Return the version of the data."""

    def dumps(self) -> Sequence[Dump]:
        """Return the whole graph as files; ServiceError 503 while they are being written."""

    def since(self, version: str) -> datetime | None:
        """Return when this version was published, in whole seconds; None where it is the version no more."""

    def ready(self) -> bool:
        """Say whether queries are being answered."""
