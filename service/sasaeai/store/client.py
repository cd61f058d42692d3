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

from sasaeai.errors import ServiceError
from sasaeai.formats import BY_NAME, Format
from sasaeai.settings import Settings
from sasaeai.store import Answer, Dataset, Dump, LaneName, asking, dump, frames, metrics
from sasaeai.store.budget import Budget
from sasaeai.store.lanes import lanes
from sasaeai.store.turns import Turns
from sasaeai.store.version import Told

_PUBLISH_SECONDS = 600.0
_DUMP_SECONDS = 5.0
"""How long an asker waits for dumps that nobody has asked for before; then: 503."""
_SERVICE = "the service itself"
"""Who stands in the slow lane's line for queries that no client has sent."""


class EngineStore:
    """Ask the engine whose sockets lie in `run_dir`."""

    def __init__(self, run_dir: Path, settings: Settings) -> None:
        self.run_dir = run_dir
        self.settings = settings
        self._budget = Budget(run_dir / "budgets", settings.client_seconds)
        self._told = Told(run_dir)
        self._workers = {lane.name: asking.Workers(run_dir, lane, settings) for lane in lanes(settings)}
        self._turns = Turns(run_dir, settings.web_threads // 4)
        self._slow_line = Turns(run_dir, settings.slow_queue_length)
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
        if lane == "own":
            return self._ask(lane, head, body, seconds)[0]
        if lane == "slow":
            return self._ask_slow(head, body, seconds)[0]
        if not self._threads.acquire(blocking=False):
            raise self._workers["ad-hoc"].busy()
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

    def _ask(self, lane: str, head: frames.Head, body: bytes, seconds: float | None, client: str = "") -> list[Answer]:
        """Ask in a lane, and wait until its deadline."""
        with self._begun(lane, head, body, seconds, client) as request:
            return _answers(lane, request)

    def _ask_ad_hoc(self, head: frames.Head, body: bytes, seconds: float | None, client: str) -> list[Answer]:
        """Ask in the quick lane; what turns out to need longer goes on in the slow one, if there is a place free.

        If there is none, its worker ends, for others wait for him; it is asked anew once it has got a place.
        """
        self._budget.check(client)
        quick, patience = self.settings.quick_seconds, min(seconds or math.inf, self.settings.slow_seconds)
        with contextlib.ExitStack() as left:
            try:
                with self._quick_turn(client):
                    request = left.enter_context(self._begun("quick", head, body, seconds, client))
                    return _answers("quick", request, quick)
            except ServiceError as error:
                if error.key != "deadline" or patience <= quick:
                    raise
            with self._slow_turn(client):
                with self._slow_place(client, 0.0) as is_free:
                    if is_free:
                        return _answers("slow", request)
                left.close()
                return self._ask_slow(head, body, seconds, client)

    def _ask_slow(self, head: frames.Head, body: bytes, seconds: float | None, client: str = "") -> list[Answer]:
        """Wait for a place in the slow lane, and ask there."""
        with self._slow_place(client, self.settings.wait_seconds) as has_come:
            if not has_come:
                error = ServiceError("busy", 503, retry_after=math.ceil(self.settings.slow_seconds))
                _counted("slow", error.key).inc()
                raise error
            return self._ask("slow", head, body, seconds, client)

    @contextlib.contextmanager
    def _begun(
        self, lane: str, head: frames.Head, body: bytes, seconds: float | None, client: str
    ) -> Iterator[asking.Begun]:
        """Have a worker begin with a request, which is left at the end; count what it took against the client."""
        workers = self._workers["own" if lane == "own" else "ad-hoc"]
        try:
            with _waiting(lane).track_inprogress():
                request = workers.begin(head, body, seconds)
        except ServiceError as error:
            _counted(lane, error.key).inc()
            raise
        try:
            yield request
        finally:
            request.close()
            self._budget.charge(client, request.age)

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
                    turn.rest = self.settings.slow_seconds
                raise

    @contextlib.contextmanager
    def _slow_turn(self, client: str) -> Iterator[None]:
        """Hold one of the places that a client may have in the slow lane."""
        limit = self.settings.slow_per_client
        with self._turns.held(client, [f"slow {client} {number}" for number in range(limit)]) as turn:
            if not turn:
                raise ServiceError("too-many", 429, retry_after=math.ceil(self.settings.slow_seconds), limit=limit)
            yield

    @contextlib.contextmanager
    def _slow_place(self, client: str, seconds: float) -> Iterator[bool]:
        """Hold one of the places there are in the slow lane, the service's own queries too; say whether one came."""
        places = [f"slow, any {number}" for number in range(self.settings.slow_workers)]
        with contextlib.ExitStack() as held:
            with _waiting("slow").track_inprogress():
                turn = held.enter_context(self._slow_line.held(client or _SERVICE, places, seconds))
            yield turn is not None

    def _control(self, head: frames.Head, body: bytes = b"", seconds: float = _PUBLISH_SECONDS) -> str:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(seconds)
                connection.connect(str(self.run_dir / "control"))
                connection.sendall(frames.pack(head, body))
                reply, _ = frames.Incoming(connection).receive(0)
        except (OSError, frames.BrokenOffError) as error:
            raise asking.away() from error
        if reply["type"] == "error":
            raise frames.to_error(reply)
        return str(reply["version"])


def _answers(lane: str, request: asking.Begun, within: float = math.inf) -> list[Answer]:
    """Wait for what a request finds, at most until so many seconds after its start; count how it ends."""
    try:
        with _running(lane).track_inprogress():
            found = request.answers(lane, within)
    except ServiceError as error:
        _counted(lane, error.key).inc()
        raise
    finally:
        _taken(lane).observe(request.age)
    for answer in found:
        _counted(lane, "answered" if answer.cut is None else "cut").inc()
    return found


# To find a label's counter takes longer than to count.
_waiting = lru_cache(metrics.WAITING.labels)
_running = lru_cache(metrics.RUNNING.labels)
_taken = lru_cache(metrics.QUERY_SECONDS.labels)
_counted = lru_cache(metrics.QUERIES.labels)
