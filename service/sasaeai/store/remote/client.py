"""The graph at a SPARQL server, as the web reaches it.

What a stranger asks is looked at by the engine within first, over an empty graph: it reads the query whole, in a
worker with limits, and so what reaches the server is a query of SPARQL 1.1 and nothing else. From then on the deadline,
the places at the server and each client's budget hold here; what a query does to the server is the server's matter.
"""

import contextlib
import math
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from sasaeai.errors import ServiceError
from sasaeai.formats import GRAPH, RESULTS, Format
from sasaeai.repository import Repository
from sasaeai.settings import Settings
from sasaeai.store import Answer, Dataset, Dump, LaneName, metrics
from sasaeai.store.budget import Budget
from sasaeai.store.client import EngineStore
from sasaeai.store.loading import prefixes
from sasaeai.store.remote import answers, record
from sasaeai.store.remote.answers import Names
from sasaeai.store.remote.dumping import Dumps
from sasaeai.store.remote.record import Record
from sasaeai.store.remote.server import Server
from sasaeai.store.scan import form
from sasaeai.store.turns import Turns

WITHIN = "within"
"""The folder, within that of the sockets, of the engine that looks at strangers' queries or answers from a copy."""

_FRESH_SECONDS = 1.0
"""How long the version once read is taken for the present one, before a query; after it, it is read again."""

_LOOK = 0.05
_GRAPHS = {"construct", "describe"}


class RemoteStore:
    """Ask the server that the settings name; `run_dir` holds the sockets of this service's own processes."""

    def __init__(self, run_dir: Path, settings: Settings) -> None:
        self.settings = settings
        self.server = Server(settings)
        repository = Repository(settings.root, settings.state)
        self._version_query = repository.query("record-version")
        self._prefixes = prefixes(repository)
        self._guard = EngineStore(run_dir / WITHIN, settings)
        self._publisher = EngineStore(run_dir, settings)
        self._dumps = Dumps(self.server, run_dir, self._prefixes, settings)
        self._budget = Budget(run_dir / "budgets", settings.client_seconds)
        self._turns = Turns(run_dir, settings.web_threads // 4)
        self._places = [f"server {number}" for number in range(settings.quick_workers + settings.slow_workers)]
        self._own = threading.BoundedSemaphore(settings.own_workers + settings.queue_length)
        self._strangers = threading.BoundedSemaphore(max(1, settings.web_threads * 5 // 8))
        self._reading = threading.Lock()
        self._record, self._read_at = Record(), -math.inf

    def query(  # noqa: PLR0913 — as in `Store`
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
        """Answer a query, whole or with a ServiceError; see `Store`."""
        ask = partial(self._answered, text, _Wanted(results, graph, dataset))
        if lane != "ad-hoc":
            with _counted("own"), _held(self._own, self.settings.wait_seconds):
                triples = form(text) in _GRAPHS
                return ask(triples, min(seconds or math.inf, self.settings.own_seconds), rows=None)
        with _counted("ad-hoc") as count, _held(self._strangers, 0):
            self._budget.check(client)
            answers.require_plain(text)
            looked_at = self._guard.query(
                text, results=RESULTS, graph=GRAPH, lane="ad-hoc", dataset=dataset, seconds=seconds, client=client
            )
            patience = min(seconds or math.inf, self.settings.slow_seconds)
            with self._turn(client), self._charged(client):
                answer = ask(looked_at.kind == "graph", patience, rows=self.settings.max_rows)
            count(answer)
            return answer

    def query_all(self, texts: Sequence[str], results: Format) -> Sequence[Answer]:
        """Answer several queries, one after the other; see `Store`."""
        return [self.query(each, results=results, graph=None) for each in texts]

    def publish(self, graphs: Mapping[str, bytes | None]) -> str:
        """Replace graphs, all or none, through the one process that publishes; see `Store`."""
        version = self._publisher.publish(graphs)
        self._look()
        return version

    def version(self) -> str:
        """Return the version at the server, read within the last second; wait while graphs are being written."""
        deadline = time.monotonic() + self.settings.wait_seconds
        while not (version := self._present().version):
            if time.monotonic() > deadline:
                raise ServiceError("engine-away", 503, retry_after=5)
            time.sleep(_LOOK)
        return version

    def dumps(self) -> Sequence[Dump]:
        """Return the whole graph as files, which are read from the server when they are first asked for."""
        return self._dumps.of(self.version())

    def since(self, version: str) -> datetime | None:
        """Return when a version was published, if it is the one still; see `Store`."""
        known = self._record
        return datetime.fromisoformat(known.since) if known.version == version else None

    def ready(self) -> bool:
        """Say whether the server answers, from data that are whole; one that is busy is ready too."""
        try:
            return bool(self._look().version)
        except ServiceError as error:
            return error.key == "busy"

    def _answered(self, text: str, wanted: "_Wanted", triples: bool, seconds: float, *, rows: int | None) -> Answer:
        """Ask until an answer is of one version: that which was there before is there after it too."""
        names, limit = Names(text), self.settings.max_answer_bytes
        patience = time.monotonic() + self.settings.wait_seconds
        while time.monotonic() < patience:
            version = self.version()
            body, _ = self.server.ask(names.text, triples=triples, seconds=seconds, limit=limit, dataset=wanted.dataset)
            if self._look().version != version:
                continue  # something was published meanwhile
            if triples:
                made = answers.graph(body, wanted.graph, self._prefixes, limit=limit, rows=rows)
            else:
                made = answers.solutions(names.restored(body), wanted.results, limit=limit, rows=rows)
            written = wanted.graph if triples else wanted.results
            assert written is not None  # what has no format is refused
            return Answer(made.body, written, version, made.kind, made.cut)
        raise ServiceError("busy", 503, retry_after=5)

    def _present(self) -> Record:
        """Return the record, read anew if it is old or tells of no version."""
        if self._record.version and time.monotonic() - self._read_at < _FRESH_SECONDS:
            return self._record
        with self._reading:
            if self._record.version and time.monotonic() - self._read_at < _FRESH_SECONDS:
                return self._record
            return self._look()

    def _look(self) -> Record:
        """Read the record as it is now."""
        began = time.monotonic()
        found = record.read(self.server, [self._version_query], self.settings.own_seconds)
        self._record, self._read_at = found, began
        return found

    @contextlib.contextmanager
    def _turn(self, client: str) -> Iterator[None]:
        """Hold one of a client's places, and one of those that strangers have at the server."""
        each, seconds = self.settings.slow_per_client, self.settings.wait_seconds
        with self._turns.held(client, [f"server {client} {number}" for number in range(each)], seconds) as own:
            if not own:
                retry = math.ceil(self.settings.slow_seconds)
                raise ServiceError("too-many", 429, retry_after=retry, limit=each)
            with self._turns.held(client, self._places, seconds) as place:
                if not place:
                    raise ServiceError("busy", 503, retry_after=math.ceil(self.settings.slow_seconds))
                yield

    @contextlib.contextmanager
    def _charged(self, client: str) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        finally:
            self._budget.charge(client, time.monotonic() - began)


class CopyStore(EngineStore):
    """Ask the engine within, which holds a copy of the graphs at a server."""

    def __init__(self, run_dir: Path, settings: Settings) -> None:
        super().__init__(run_dir / WITHIN, settings)
        self._publisher = EngineStore(run_dir, settings)

    def publish(self, graphs: Mapping[str, bytes | None]) -> str:
        """Replace graphs at the server, and then in the copy; see `Store`."""
        self._publisher.publish(graphs)
        return self.reread()


def store(run_dir: Path, settings: Settings) -> EngineStore | RemoteStore:
    """Return what answers queries by the settings."""
    if settings.store == "embedded":
        return EngineStore(run_dir, settings)
    return (CopyStore if settings.store_copy else RemoteStore)(run_dir, settings)


class _Wanted(NamedTuple):
    results: Format | None
    graph: Format | None
    dataset: Dataset | None


class _Count:
    outcome = "answered"

    def __call__(self, answer: Answer) -> None:
        self.outcome = "answered" if answer.cut is None else "cut"


@contextlib.contextmanager
def _counted(lane: str) -> Iterator[_Count]:
    """Count a query, its seconds and its outcome."""
    began, count = time.monotonic(), _Count()
    try:
        with metrics.RUNNING.labels(lane).track_inprogress():
            yield count
        metrics.QUERIES.labels(lane, count.outcome).inc()
    except ServiceError as error:
        metrics.QUERIES.labels(lane, error.key).inc()
        raise
    finally:
        metrics.QUERY_SECONDS.labels(lane).observe(time.monotonic() - began)


@contextlib.contextmanager
def _held(places: threading.BoundedSemaphore, seconds: float) -> Iterator[None]:
    if not places.acquire(blocking=bool(seconds), timeout=seconds or None):
        raise ServiceError("busy", 503, retry_after=5)
    try:
        yield
    finally:
        places.release()
