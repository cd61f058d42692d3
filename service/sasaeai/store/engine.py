"""The engine: `python -m sasaeai.store.engine RUN_DIR` loads the graph, keeps workers, and takes publications.

It has one thread, holds the data, and never answers a query itself: what a query can do to a process, it does to a
worker. It ends when its standard input does, and takes its workers along.
"""

import contextlib
import gc
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NoReturn

from sasaeai.desk import revisions
from sasaeai.errors import ServiceError
from sasaeai.journal import log
from sasaeai.repository import Repository
from sasaeai.settings import Settings
from sasaeai.store import control, frames, metrics, snapshot
from sasaeai.store.generation import Generation, Place, outcome
from sasaeai.store.loading import Holdings, prefixes
from sasaeai.store.scribes import Scribes

_REPLY_SECONDS = 5.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
_LOOK_SECONDS, _REFUSED_SECONDS = 2.0, 10.0
"""How often to look for a revision that nobody has told of, and how long to leave one that could not be published."""
UNREADABLE = 3
"""Exit status of an engine whose graph cannot be loaded: starting it again would not help."""


class Engine:
    """Keep one generation of workers alive, and put a new one in its place when the data change."""

    def __init__(
        self,
        run_dir: Path,
        settings: Settings,
        repository: Repository,
        read: Callable[[Repository], Holdings] = Holdings.read,
    ) -> None:
        self.run_dir = run_dir
        self.settings = settings
        self.repository = repository
        # From before the graph is read on, what is signalled is heard.
        self.bell, self._clapper = control.bell(signal.SIGCHLD, signal.SIGHUP)
        # From here on who publishes waits for his turn. Who came before has left what he publishes where the
        # repository finds it: nothing is lost between the two.
        self.control = control.bind(run_dir / "control")
        self.prefixes = prefixes(repository)
        # Told first: what is accepted meanwhile is read the next time.
        self.revision = revisions.last(repository.state)
        self.holdings = read(repository)
        # Counted before there are workers.
        metrics.QUADS.set(self.holdings.size)
        # The collector never looks at the data again: it would touch every page, and so copy it in each worker.
        gc.collect()
        gc.freeze()
        self.workers: dict[int, Place] = {}
        self.scribes = Scribes()
        self.due: list[tuple[float, Place]] = []
        self.pauses: dict[str, float] = {}
        follows = repository.state is not None and not settings.replica
        self.next_look = 0.0 if follows else float("inf")
        self.buffers: dict[socket.socket, bytearray] = {}
        self.selector = selectors.PollSelector()
        self.generation = self._generate()

    def serve(self) -> NoReturn:
        """Serve until the standard input ends or SIGTERM comes."""
        signal.signal(signal.SIGTERM, lambda *_: None)
        self.selector.register(0, selectors.EVENT_READ, self._lifeline)
        self.selector.register(self.bell, selectors.EVENT_READ, lambda: self._signals(self.bell.recv(4096)))
        self.selector.register(self.control, selectors.EVENT_READ, self._greet)
        for each in self.repository.conflicts():
            log("revision-conflict", city=each.city, graph=each.graph, file=str(each.path), now=each.now)
        log("engine-ready", version=self.generation.version, quads=self.holdings.size)
        if (folder := self.settings.snapshots) and not self.settings.replica:
            self.scribes.keep(self.holdings, folder)
        while True:
            self._reap()
            self._replace()
            self._look()
            pause = min([self.next_look, *(due for due, _ in self.due)]) - time.monotonic()
            for key, _ in self.selector.select(None if pause == float("inf") else max(pause, 0)):
                key.data()

    def stop(self) -> NoReturn:
        """End the workers, then this process; what they hold is freed faster by the kernel than by Python."""
        children = [*self.workers, *self.scribes.pids]
        for pid in children:
            os.kill(pid, signal.SIGKILL)
        for pid in children:
            os.waitpid(pid, 0)
        os._exit(0)

    def _lifeline(self) -> None:
        if not os.read(0, 4096):
            self.stop()

    def _signals(self, numbers: bytes) -> None:
        if signal.SIGTERM in numbers:
            self.stop()
        if signal.SIGHUP in numbers:
            with self._refusing():
                self._reread()

    def _look(self) -> None:
        """Publish what the desk has accepted and nobody has told of: who made it could not, or knew of no service."""
        if (now := time.monotonic()) < self.next_look:
            return
        self.next_look = now + _REFUSED_SECONDS
        with self._refusing():
            if revisions.last(self.repository.state) != self.revision:
                self._reread()
            self.next_look = now + _LOOK_SECONDS

    @contextlib.contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except (ServiceError, OSError) as error:
            metrics.PUBLICATIONS.labels("refused").inc()
            log("publication-refused", detail=str(error))

    # Workers

    def _generate(self) -> Generation:
        generation = Generation(self.run_dir, self.settings, self.holdings.store, self.holdings.version, self.prefixes)
        # One worker in each lane answers for all: of a large graph it takes a tenth of a second to fork each.
        first = {place.lane.name: place for place in reversed(generation.places)}
        try:
            for place in first.values():
                self._fork(place)
        except OSError:
            generation.retire()
            raise
        generation.open()
        now = time.monotonic()
        self.due += [(now, place) for place in generation.places if place is not first[place.lane.name]]
        return generation

    def _fork(self, place: Place) -> None:
        self.workers[place.generation.fork(place)] = place

    def _reap(self) -> None:
        while self.workers or self.scribes.pids:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            if self.scribes.ended(pid, status):
                continue
            place = self.workers.pop(pid)
            if status or not place.generation.retired:
                how = outcome(status)
                reason = metrics.REASONS.get(how.get("signal", ""), "other")
                metrics.WORKERS_ENDED.labels(place.lane.name, reason).inc()
                log("worker-ended", pid=pid, lane=place.lane.name, born=place.up, **how)
            if not place.generation.retired:
                self.due.append((time.monotonic() + self._pause(place), place))

    def _pause(self, place: Place) -> float:
        """Wait longer each time that a lane's worker dies before it takes queries; else not at all."""
        pause = 0.0 if place.up else min(self.pauses.get(place.lane.name, 0) * 2 or _FIRST_PAUSE, _LONGEST_PAUSE)
        self.pauses[place.lane.name] = pause
        return pause

    def _replace(self) -> None:
        now = time.monotonic()
        ripe, self.due = [each for each in self.due if each[0] <= now], [each for each in self.due if each[0] > now]
        for _, place in ripe:
            if place.generation.retired:
                continue
            try:
                self._fork(place)
            except OSError as error:
                log("fork-failed", lane=place.lane.name, detail=str(error))
                self.due.append((now + _LONGEST_PAUSE, place))

    # Publications

    def _apply(self, graphs: Mapping[str, bytes | None]) -> str:
        """Publish what is told of; what more the desk has, the next look finds."""
        is_next = revisions.last(self.repository.state) == self.revision + 1
        version = self._publish(self.holdings.apply(graphs))
        self.revision += is_next
        return version

    def _reread(self) -> str:
        """Publish what has changed in the repository."""
        if self.settings.replica:
            raise snapshot.as_it_is()
        last = revisions.last(self.repository.state)
        version = self._publish(self.holdings.reread(self.repository))
        self.revision = last
        return version

    def _publish(self, take_back: Callable[[], None]) -> str:
        """Put workers that know the changed data in the place of those that do not."""
        before = self.generation
        try:
            self.generation = self._generate()
        except OSError as error:
            take_back()
            metrics.PUBLICATIONS.labels("failed").inc()
            log("publication-failed", detail=str(error))
            raise ServiceError("busy", 503, retry_after=10) from error
        self.holdings.settle()
        before.retire()
        metrics.PUBLICATIONS.labels("published").inc()
        metrics.QUADS.set(self.holdings.size)
        log("published", version=self.generation.version, quads=self.holdings.size)
        return self.generation.version

    def _greet(self) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionError):
            connection, _ = self.control.accept()
            connection.setblocking(False)
            self.buffers[connection] = bytearray()
            self.selector.register(connection, selectors.EVENT_READ, lambda: self._hear(connection))

    def _hear(self, connection: socket.socket) -> None:
        """Take in what has come over a control connection; answer once a request is whole."""
        try:
            piece = connection.recv(1 << 20)
        except BlockingIOError:
            return
        except ConnectionError:
            piece = b""
        self.buffers[connection] += piece
        request = frames.take(self.buffers[connection])
        if piece and request is None:
            return
        self.selector.unregister(connection)
        del self.buffers[connection]
        with connection:
            if request:
                connection.settimeout(_REPLY_SECONDS)
                with contextlib.suppress(OSError):
                    connection.sendall(frames.pack(self._obey(*request)))

    def _obey(self, head: frames.Head, body: bytes) -> frames.Head:
        try:
            match head.get("type"):
                case "publish" if not self.settings.replica:
                    version = self._apply(control.graphs(head, body))
                case "publish" | "reread":
                    version = self._reread()
                case "dump":
                    version = self.generation.version
                    self.scribes.dump(self.holdings.store, self.run_dir, version, self.prefixes)
                case _:
                    version = self.generation.version
        except ServiceError as error:
            metrics.PUBLICATIONS.labels("refused").inc()
            return frames.from_error(error)
        except Exception as error:
            log("fault", detail=repr(error))
            return frames.from_error(ServiceError("internal", 500))
        return {"type": "version", "version": version}


def main(run_dir: str) -> NoReturn:
    """Load the graph and serve it."""
    settings = Settings.from_environment()
    try:
        repository = Repository(settings.root, settings.state)
        engine = Engine(Path(run_dir), settings, repository, partial(snapshot.loaded, settings=settings))
    except (ServiceError, FileNotFoundError, UnicodeDecodeError) as error:
        log("graph-unreadable", detail=str(error))
        os._exit(UNREADABLE)
    engine.serve()


if __name__ == "__main__":
    main(sys.argv[1])
