"""The one process that writes to a server: `python -m sasaeai.store.remote.publisher RUN_DIR`.

It holds the graph as the repository has it, with what the rules derive, brings the server to the same, and takes
publications at the control socket as the embedded engine does. It ends when its standard input does. Should the server
lose the graph, or an update end half-way, it writes again what is missing.
"""

import contextlib
import os
import select
import signal
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from pyoxigraph import DefaultGraph, NamedNode, Quad, Triple

from sasaeai.desk import revisions
from sasaeai.errors import ServiceError
from sasaeai.journal import log
from sasaeai.repository import QueryFile, Repository, digest
from sasaeai.settings import Settings
from sasaeai.store import control, frames, metrics
from sasaeai.store.engine import UNREADABLE
from sasaeai.store.loading import Holdings
from sasaeai.store.remote import record, writing
from sasaeai.store.remote.record import Record
from sasaeai.store.remote.server import Server
from sasaeai.store.remote.writing import Change
from sasaeai.vocabulary import DERIVED

_LOOK_SECONDS = 5.0
"""How often the server is looked at."""

_READ_SECONDS = 30.0
_HEAR_SECONDS = 60.0
_PUBLICATION_BYTES = 1_000_000_000
_REQUEST_BYTES = 30_000_000
"""An update longer than this is sent in parts, and servers take no longer ones; what is left of it is seen as such."""


class Publisher:
    """Keep a server's graphs at what the repository and the accepted revisions say."""

    def __init__(self, run_dir: Path, settings: Settings, repository: Repository) -> None:
        self.settings, self.repository = settings, repository
        self.bell, self._clapper = control.bell(signal.SIGHUP)
        self.control = control.bind(run_dir / "control")
        self.server = Server(settings)
        self.merges = settings.store_default_graph == "merged"
        # Told first: what is accepted meanwhile is read at the next look.
        self.revision = revisions.last(repository.state)
        self.holdings = Holdings.read(repository, merged=self.merges)
        self._record = [repository.query("record-version"), repository.query("record-digests")]
        self.told = ""
        """The version that the server was last brought to; '' where that is not known."""

    def serve(self) -> NoReturn:
        """Serve until the standard input ends."""
        metrics.QUADS.set(self.holdings.size)
        for each in self.repository.conflicts():
            log("revision-conflict", city=each.city, graph=each.graph, file=str(each.path), now=each.now)
        watched: list[Any] = [0, self.bell, self.control]
        while True:
            with _journalled("publication-waits"):
                self.look()
            # What has not come to the server is tried again at the next look.
            heard, _, _ = select.select(watched, [], [], _LOOK_SECONDS)
            if 0 in heard and not os.read(0, 4096):
                os._exit(0)
            if self.bell in heard and signal.SIGHUP in self.bell.recv(4096):
                with _journalled("publication-refused"):
                    self.reread()
            if self.control in heard:
                self._greet()

    def look(self) -> None:
        """Bring the server to our version, at first or where it holds none that is whole; leave another's alone."""
        found = record.read(self.server, self._record, _READ_SECONDS)
        last = revisions.last(self.repository.state)
        if not self.told or last != self.revision:
            # What could not be published is on the disk, and what nobody has told of.
            self.holdings.apply(*self._changed())
            self.holdings.settle()
            self.revision = last
        if found.version == self.holdings.version:
            self.told = found.version
        elif not self.told or found.version in ("", self.told):
            self._bring(found)
        else:
            log("another-publishes", version=found.version, ours=self.told)

    def reread(self) -> str:
        """Publish what has changed in the repository's files."""
        return self.publish(*self._changed())

    def publish(self, graphs: Mapping[str, bytes | None], rules: list[QueryFile] | None = None) -> str:
        """Replace graphs here and at the server; ServiceError, and nothing changed here, where either cannot."""
        self._stand()
        is_next = revisions.last(self.repository.state) == self.revision + 1
        before = {name: self._triples(name) for name in (*graphs, DERIVED)}
        take_back = self.holdings.apply(graphs, rules)
        try:
            changes = [writing.change(name, held, self._triples(name)) for name, held in before.items()]
            self._write(changes, self.holdings.digests)
        except BaseException:
            # Whether it has come to the server or not, the next look finds the record and writes what differs.
            take_back()
            self.told = ""
            metrics.PUBLICATIONS.labels("failed").inc()
            raise
        self.holdings.settle()
        self.revision += is_next
        return self.holdings.version

    def _stand(self) -> None:
        """See that the server holds what we last wrote, for what is written next is the difference to it.

        Raises ServiceError 503 where another publishes, and no server is there.
        """
        if not self.told or self._at_server() != self.told:
            self.look()
            if self._at_server() != self.told:
                raise ServiceError("busy", 503, retry_after=5)

    def _at_server(self) -> str:
        return record.read(self.server, self._record[:1], _READ_SECONDS).version

    def _changed(self) -> tuple[dict[str, bytes | None], list[QueryFile]]:
        """Return what has changed in the repository's files, and its rules."""
        files, held = {each.name: each for each in self.repository.graphs()}, self.holdings.digests
        changes: dict[str, bytes | None] = {
            name: each.content for name, each in files.items() if digest(each.content) != held.get(name)
        }
        gone = [name for name in held if name not in files and not name.startswith("rule/")]
        return changes | dict.fromkeys(gone), self.repository.rules()

    def _bring(self, found: Record) -> None:
        """Write all graphs whose digests at the server are not ours, whole: what it holds of them nobody knows."""
        ours = self.holdings.digests
        graphs = {name for name in ours if not name.startswith("rule/")}
        differing = {name for name in graphs if found.digests.get(name) != ours[name]}
        gone = {name for name in found.digests if name not in ours and not name.startswith("rule/")}
        names = [*sorted(differing), *sorted(gone), DERIVED]
        self._write([writing.change(name, None, self._triples(name)) for name in names], found.digests)

    def _write(self, changes: list[Change], standing: Mapping[str, str]) -> None:
        """Write changes and the record, as one update where readers see such a one whole; else in steps.

        `standing` are the digests at the server before.
        """
        ours = self.holdings.digests
        now = datetime.now(UTC).replace(microsecond=0).isoformat()
        new = Record(self.holdings.version, now, ours)
        update = [each for changed in changes for each in writing.operations(changed)]
        update += self._default(changes) if self.merges else ()
        if self.settings.store_atomic and sum(map(len, update)) < _REQUEST_BYTES:
            self._send([*update, *writing.recorded(new)])
        else:
            names = {each.name for each in changes}
            left = {name: each for name, each in standing.items() if name not in names and ours.get(name) == each}
            self._send(list(writing.recorded(Record(digests=left))))
            for changed in changes:
                self._write_graph(changed)
            self._send(self._default(changes) if self.merges else [])
            self._send(list(writing.recorded(new)))
        self.told = new.version
        metrics.PUBLICATIONS.labels("published").inc()
        metrics.QUADS.set(self.holdings.size)
        log("published", version=new.version, quads=self.holdings.size)

    def _write_graph(self, changed: Change) -> None:
        if changed.whole and changed.come and self.server.takes_graphs:
            self.server.put(changed.name, writing.lines(changed.come))
        else:
            self._send(list(writing.operations(changed)))

    def _default(self, changes: list[Change]) -> list[str]:
        """Bring the default graph to the set-merge of all graphs."""
        if any(each.whole for each in changes):
            return list(writing.MERGE)
        gone = {each for changed in changes for each in changed.gone if not self._in_default(each)}
        come = {each for changed in changes for each in changed.come}
        return list(writing.operations(Change("", gone, come)))

    def _send(self, update: list[str]) -> None:
        """Send operations, as few requests as they may be; none that may need another's is apart from it."""
        portion: list[str] = []
        for each in update:
            if portion and (not self.settings.store_atomic or sum(map(len, portion)) + len(each) > _REQUEST_BYTES):
                self.server.update(" ;\n".join(portion))
                portion = []
            portion.append(each)
        if portion:
            self.server.update(" ;\n".join(portion))

    def _triples(self, name: str) -> list[Triple]:
        return [each.triple for each in self.holdings.store.quads_for_pattern(None, None, None, NamedNode(name))]

    def _in_default(self, triple: Triple) -> bool:
        return Quad(triple.subject, triple.predicate, triple.object, DefaultGraph()) in self.holdings.store

    def _greet(self) -> None:
        with contextlib.suppress(OSError, frames.BrokenOffError):
            connection, _ = self.control.accept()
            with connection:
                connection.settimeout(_HEAR_SECONDS)
                head, body = frames.Incoming(connection).receive(_PUBLICATION_BYTES)
                connection.sendall(frames.pack(self._obey(head, body)))

    def _obey(self, head: frames.Head, body: bytes) -> frames.Head:
        try:
            match head.get("type"):
                case "publish":
                    version = self.publish(control.graphs(head, body))
                case "reread":
                    version = self.reread()
                case _:
                    version = self.told
        except ServiceError as error:
            log("publication-refused", detail=str(error))
            return frames.from_error(error)
        except Exception as error:
            log("fault", detail=repr(error))
            return frames.from_error(ServiceError("internal", 500))
        return {"type": "version", "version": version}


@contextlib.contextmanager
def _journalled(event: str) -> Iterator[None]:
    try:
        yield
    except (ServiceError, OSError) as error:
        log(event, detail=str(error))


def main(run_dir: str) -> NoReturn:
    """Load the graph, bring the server to it, and keep it there."""
    settings = Settings.from_environment()
    try:
        publisher = Publisher(Path(run_dir), settings, Repository(settings.root, settings.state))
    except (ServiceError, FileNotFoundError, UnicodeDecodeError) as error:
        log("graph-unreadable", detail=str(error))
        os._exit(UNREADABLE)
    publisher.serve()


if __name__ == "__main__":
    main(sys.argv[1])
