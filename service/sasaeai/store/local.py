"""The graph in the asker's own process: for the command line, whose queries are its user's own."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sasaeai.formats import BY_NAME, Format
from sasaeai.repository import Repository
from sasaeai.store import Answer, Dataset, Dump
from sasaeai.store.evaluation import evaluate
from sasaeai.store.loading import Holdings, prefixes


class LocalStore:
    """Load a repository and ask it, without worker, deadline or limit.

    `merged=False` asks over the union of all graphs instead of their set-merge; `holdings` are loaded already.
    """

    def __init__(self, repository: Repository, *, merged: bool = True, holdings: Holdings | None = None) -> None:
        self._holdings = holdings or Holdings.read(repository, merged=merged)
        self._prefixes = prefixes(repository)
        self._version = self._holdings.version
        self._since = _now()

    def query(  # noqa: PLR0913 — as in `Store`
        self,
        text: str,
        *,
        results: Format | None = BY_NAME["srj"],
        graph: Format | None = BY_NAME["ttl"],
        lane: str = "own",  # noqa: ARG002
        dataset: Dataset | None = None,
        seconds: float | None = None,  # noqa: ARG002
        client: str = "",  # noqa: ARG002
    ) -> Answer:
        """Answer a query, whole or with a ServiceError; see `Store`."""
        union = not self._holdings.merged
        kind, body, _ = evaluate(
            self._holdings.store, text, results, graph, dataset, union=union, prefixes=self._prefixes
        )
        format_ = graph if kind == "graph" else results
        assert format_ is not None  # evaluate refuses what has no format
        return Answer(body, format_, self.version(), kind)

    def query_all(self, texts: Sequence[str], results: Format) -> Sequence[Answer]:
        """Answer several queries; see `Store`."""
        return [self.query(each, results=results, graph=None) for each in texts]

    def publish(self, graphs: Mapping[str, bytes | None]) -> str:
        """Replace graphs, all or none; see `Store`."""
        self._holdings.apply(graphs)
        self._version = self._holdings.version
        self._since = _now()
        return self.version()

    def version(self) -> str:
        """Return the version of the data."""
        return self._version

    def dumps(self) -> Sequence[Dump]:
        """Return no files: whoever has the graph in the own process has the repository beside it."""
        return ()

    def since(self, version: str) -> datetime | None:
        """Return when a version was loaded, if it is the one still; see `Store`."""
        return self._since if version == self.version() else None

    def ready(self) -> bool:
        """Say that queries are answered: they are from the first moment."""
        return True


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
