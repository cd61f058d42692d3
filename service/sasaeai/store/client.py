"""The embedded engine, as the web and the tests reach it: over its sockets, from any thread."""

import contextlib
import math
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from prometheus_client import Counter, Gauge, Histogram

from sasaeai.errors import ServiceError
from sasaeai.formats import BY_NAME, Format
from sasaeai.settings import Settings
from sasaeai.store import Answer, Dataset, Dump, LaneName, dump, frames, metrics
from sasaeai.store.budget import Budget
from sasaeai.store.lanes import lanes
from sasaeai.store.turns import Turns
from sasaeai.store.version import Told

_TRIES = 4
_ANSWER_SECONDS = 15.0
"""How long after its deadline an answer may take to come over: sending, on a busy machine."""
_TOLERANCE = 0.05
_PUBLISH_SECONDS = 600.0
_DUMP_SECONDS = 5.0
"""How long an asker waits for dumps that nobody has asked for before; then: 503."""


class EngineStore:
    """Ask the engine whose sockets lie in `run_dir`."""

    def __init__(self, run_dir: Path, settings: Settings) -> None:
        self.run_dir = run_dir
        self.settings = settings
        self._budget = Budget(run_dir / "budgets", settings.client_seconds)
        self._told = Told(run_dir)
        self._seconds = {lane.name: lane.seconds for lane in lanes(settings)}
        self._addresses = {lane: str(run_dir / lane) for lane in self._seconds}
        self._turns = Turns(run_dir, settings.web_threads // 4)
        # With the quarter that may read bodies, an eighth of the threads is always there for pages and questions.
        self._threads = threading.BoundedSemaphore(max(1, settings.web_threads * 5 // 8))

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
        head: frames.Head = {
            "results": results and results.name,
            "graph": graph and graph.name,
            "dataset": [dataset.default_graphs, dataset.named_graphs] if dataset else None,
        }
        body = self._spelled(text)
        head["parts"] = [len(body)]
        if lane != "ad-hoc":
            return self._ask(lane, head, body, seconds)[0]
        if not self._threads.acquire(blocking=False):
            raise self._busy("quick")
        try:
            return self._ask_ad_hoc(head, body, seconds, client)[0]
        finally:
            self._threads.release()

    def query_all(self, texts: Sequence[str], results: Format) -> Sequence[Answer]:
        """Answer several queries by one worker: to reach one takes as long as most queries do; see `Store`."""
        found: list[Answer] = []
        for start in range(0, len(texts), frames.AT_ONCE):
            bodies = [self._spelled(each) for each in texts[start : start + frames.AT_ONCE]]
            head = {"results": results.name, "graph": None, "dataset": None, "parts": [*map(len, bodies)]}
            found += self._ask("own", head, b"".join(bodies), None)
        return found

    def publish(self, graphs: Mapping[str, bytes | None]) -> str:
        """Replace graphs, all or none; see `Store`."""
        parts = [(name, None if content is None else len(content)) for name, content in graphs.items()]
        body = b"".join(content for content in graphs.values() if content is not None)
        return self._control({"type": "publish", "graphs": parts}, body)

    def reread(self) -> str:
        """Have the engine publish what has changed in the repository's files; return the version."""
        return self._control({"type": "reread"})

    def version(self) -> str:
        """Return the version that new queries are answered from."""
        return self._told.version()

    def dumps(self) -> Sequence[Dump]:
        """Return the whole graph as files, which the engine writes when they are first asked for; see `Store`."""
        version = self.version()
        if (found := dump.read(self.run_dir, version)) is not None:
            return found
        self._control({"type": "dump"}, seconds=_DUMP_SECONDS)
        deadline = time.monotonic() + _DUMP_SECONDS
        while time.monotonic() < deadline:
            time.sleep(_DUMP_SECONDS / 50)
            if (found := dump.read(self.run_dir, version)) is not None:
                return found
        raise ServiceError("dump-unfinished", 503, retry_after=10)

    def since(self, version: str) -> datetime | None:
        """Return when a version was published, if it is the one still; see `Store`."""
        return self._told.since(version)

    def ready(self) -> bool:
        """Say whether queries are being answered; an engine with no place free is ready too."""
        try:
            self.query("ASK {}", results=BY_NAME["srj"], graph=None)
        except ServiceError as error:
            return error.key == "busy"
        return True

    def _spelled(self, text: str) -> bytes:
        try:
            body = text.encode()
        except UnicodeEncodeError as error:
            raise ServiceError("bad-encoding", 400) from error
        if len(body) > self.settings.max_query_bytes:
            raise ServiceError("too-large", 413, limit=self.settings.max_query_bytes)
        return body

    def _ask_ad_hoc(self, head: frames.Head, body: bytes, seconds: float | None, client: str) -> list[Answer]:
        """Ask in the quick lane, and once more in the slow one what turns out to need longer."""
        self._budget.check(client)
        try:
            with self._quick_turn(client):
                return self._ask("quick", head, body, seconds, client)
        except ServiceError as error:
            patience = min(seconds or math.inf, self._seconds["slow"])
            if error.key != "deadline" or patience <= self._seconds["quick"]:
                raise
        with self._slow_turn(client):
            return self._ask("slow", head, body, seconds, client)

    def _ask(self, lane: str, head: frames.Head, body: bytes, seconds: float | None, client: str = "") -> list[Answer]:
        try:
            found = self._ask_once(lane, head, body, seconds, client)
        except ServiceError as error:
            metrics.QUERIES.labels(lane, error.key).inc()
            raise
        for answer in found:
            _answered(lane, "answered" if answer.cut is None else "cut").inc()
        return found

    def _ask_once(self, lane: str, head: frames.Head, body: bytes, seconds: float | None, client: str) -> list[Answer]:
        seconds = min(seconds or math.inf, self._seconds[lane])
        request = frames.pack(head | {"seconds": seconds}, body)
        waiting, running, taken = _counts(lane)
        # Whoever waits at a generation's socket while its last worker leaves is sent away before his query has
        # begun, and asks the next generation.
        for _ in range(_TRIES):
            with contextlib.suppress(frames.BrokenOffError), self._connect(lane) as connection:
                stream = frames.Incoming(connection)
                with waiting.track_inprogress():
                    started = self._wait(connection, stream, request, lane)
                try:
                    with running.track_inprogress():
                        connection.settimeout(seconds + _ANSWER_SECONDS)
                        return self._receive(stream, lane, head, started["at"], seconds)
                finally:
                    spent = time.monotonic() - started["at"]
                    taken.observe(spent)
                    self._budget.charge(client, spent)
        raise _away()

    def _connect(self, lane: str) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        try:
            connection.connect(self._addresses[lane])
        except BlockingIOError as error:
            connection.close()
            raise self._busy(lane) from error
        except ConnectionRefusedError as error:
            connection.close()
            raise frames.BrokenOffError from error
        except OSError as error:
            connection.close()
            raise _away() from error
        return connection

    def _wait(self, connection: socket.socket, stream: frames.Incoming, request: bytes, lane: str) -> frames.Head:
        """Send a query and wait for a worker to begin with it."""
        connection.settimeout(self.settings.wait_seconds)
        try:
            connection.sendall(request)
            return stream.receive(0)[0]
        except ConnectionError as error:
            raise frames.BrokenOffError from error
        except TimeoutError as error:
            raise self._busy(lane) from error

    def _receive(
        self, stream: frames.Incoming, lane: str, head: frames.Head, began: float, seconds: float
    ) -> list[Answer]:
        """Wait for the answers to queries that have begun; they come whole, or their worker ended early."""
        try:
            reply, body = stream.receive(self.settings.max_answer_bytes)
        except (frames.BrokenOffError, TimeoutError) as error:
            # Both processes read the same clock.
            late = time.monotonic() - began - seconds
            if late < -_TOLERANCE:
                raise ServiceError("stopped", 503, retry_after=60) from error
            metrics.OVERRUN_SECONDS.labels(lane).observe(max(late, 0.0))
            raise ServiceError("deadline", 503, retry_after=math.ceil(seconds), seconds=f"{seconds:g}") from error
        if reply["type"] == "error":
            raise frames.to_error(reply)
        pieces = frames.parted(body, [length for _, _, length in reply["parts"]])
        return [
            Answer(piece, BY_NAME[head["graph" if kind == "graph" else "results"]], reply["version"], kind, cut)
            for (kind, cut, _), piece in zip(reply["parts"], pieces, strict=True)
        ]

    @contextlib.contextmanager
    def _quick_turn(self, client: str) -> Iterator[None]:
        """Hold a client's own place in the quick lane, or one of the few for whoever cannot have his own.

        Whose query turns out to be none for this lane goes without his own for as long as it may take in the other:
        runaways that come one after the other then hold up few workers, however many send them.
        """
        own = f"quick {client}"
        places = [own, *(f"quick, extra {number}" for number in range(self.settings.quick_extra))]
        with self._turns.held(client, places, self.settings.wait_seconds) as turn:
            if not turn:
                raise ServiceError("turn", 429, retry_after=1)
            try:
                yield
            except ServiceError as error:
                if error.key == "deadline" and turn.place == own:
                    turn.rest = self._seconds["slow"]
                raise

    @contextlib.contextmanager
    def _slow_turn(self, client: str) -> Iterator[None]:
        """Hold one of the places a client has in the slow lane."""
        limit = self.settings.slow_per_client
        with self._turns.held(client, [f"slow {client} {number}" for number in range(limit)]) as turn:
            if not turn:
                raise ServiceError("too-many", 429, retry_after=math.ceil(self._seconds["slow"]), limit=limit)
            yield

    def _control(self, head: frames.Head, body: bytes = b"", seconds: float = _PUBLISH_SECONDS) -> str:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(seconds)
                connection.connect(str(self.run_dir / "control"))
                connection.sendall(frames.pack(head, body))
                reply, _ = frames.Incoming(connection).receive(0)
        except (OSError, frames.BrokenOffError) as error:
            raise _away() from error
        if reply["type"] == "error":
            raise frames.to_error(reply)
        return str(reply["version"])

    def _busy(self, lane: str) -> ServiceError:
        return ServiceError("busy", 503, retry_after=math.ceil(self._seconds[lane]))


@lru_cache
def _counts(lane: str) -> tuple[Gauge, Gauge, Histogram]:
    return metrics.WAITING.labels(lane), metrics.RUNNING.labels(lane), metrics.QUERY_SECONDS.labels(lane)


@lru_cache
def _answered(lane: str, outcome: str) -> Counter:
    return metrics.QUERIES.labels(lane, outcome)


def _away() -> ServiceError:
    return ServiceError("engine-away", 503, retry_after=5)
