"""A copy of a server's graphs, kept within: `python -m sasaeai.store.remote.copy RUN_DIR`.

It is the engine within, which reads its graphs from the server in place of files, and derives from them what the rules
do. So every question is answered as the standard has it, by whatever server holds the graphs; several services share
one server, and follow what is published there. A second process, started with `follow`, sees to the latter.
"""

import os
import select
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from pyoxigraph import CanonicalizationAlgorithm, NamedNode, Quad
from pyoxigraph import Dataset as Quads

from sasaeai.errors import ServiceError
from sasaeai.journal import log
from sasaeai.repository import Conflict, GraphFile, Repository
from sasaeai.settings import Settings
from sasaeai.store.client import EngineStore
from sasaeai.store.engine import UNREADABLE, Engine
from sasaeai.store.loading import Holdings
from sasaeai.store.parameters import bind, iri
from sasaeai.store.remote import record
from sasaeai.store.remote.answers import triples
from sasaeai.store.remote.client import WITHIN
from sasaeai.store.remote.record import Record
from sasaeai.store.remote.server import Server
from sasaeai.store.remote.writing import lines

_LOOK_SECONDS = 1.0
"""How often the server is asked for its version."""

_READ_SECONDS = 60.0
_AWAY = 500
"""From this status on it is the server that cannot, not the data that must not."""

_GRAPH_BYTES = 10_000_000_000


class Served(Repository):
    """Read the graphs that a server holds, and everything else from the files."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.root)
        self._server = Server(settings)
        self._seconds = settings.store_seconds
        self._record = [self.query("record-version"), self.query("record-digests")]

    def record(self) -> Record:
        """Return the server's record, once it tells of a version; ServiceError 503 where it cannot be had."""
        while not (found := record.read(self._server, self._record, _READ_SECONDS)).version:
            time.sleep(_LOOK_SECONDS)
        return found

    def graph(self, name: str) -> GraphFile:
        """Read a graph; its blank nodes are named by what is said of them, the same by every server."""
        text = bind(self.query("graph-whole").text, {"graph": [iri(name)]})
        body, _ = self._server.ask(text, triples=True, seconds=self._seconds, limit=_GRAPH_BYTES)
        node = NamedNode(name)
        held = Quads(Quad(each.subject, each.predicate, each.object, node) for each in triples(body))
        held.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        content = b"\n".join(sorted(lines(each.triple for each in held)))
        return GraphFile(name, "data", self.root / "data", content)

    def graphs(self, *_: str) -> Iterator[GraphFile]:
        """Yield all graphs but the derived one."""
        return (self.graph(name) for name in sorted(self.record().digests) if not name.startswith("rule/"))

    def conflicts(self) -> list[Conflict]:
        """Return none: they are told where is published."""
        return []


class Copy(Holdings):
    """Hold what a server holds, under the version that it tells."""

    @classmethod
    def read(cls, repository: Repository, *, merged: bool = True) -> "Copy":
        """Read all graphs of a server, as often as it takes for them to be of one version."""
        assert isinstance(repository, Served)
        while True:
            try:
                known = repository.record()
                copy = super().read(repository, merged=merged)
                assert isinstance(copy, cls)
                if repository.record().version == known.version:
                    copy._know(known)
                    return copy
            except ServiceError as error:
                if error.status < _AWAY:
                    raise
                log("server-unreadable", detail=str(error))
                time.sleep(_LOOK_SECONDS)

    def reread(self, repository: Repository) -> Callable[[], None]:
        """Take over the graphs whose digests the server has changed; see `Holdings.apply`."""
        assert isinstance(repository, Served)
        known = repository.record()
        graphs = {name: each for name, each in known.digests.items() if not name.startswith("rule/")}
        ours = {name: each for name, each in self.digests.items() if not name.startswith("rule/")}
        fresh = {name: repository.graph(name).content for name, each in graphs.items() if ours.get(name) != each}
        if repository.record().version != known.version:
            raise ServiceError("busy", 503, retry_after=1)
        take_back = self.apply(fresh | dict.fromkeys(ours.keys() - graphs.keys()))
        self._know(known)
        return take_back

    def _know(self, known: Record) -> None:
        """Take the digests of the server's graphs; those of rules are of the rules that were run here."""
        rules = {name: each for name, each in self.digests.items() if name.startswith("rule/")}
        self.digests = {name: each for name, each in known.digests.items() if not name.startswith("rule/")} | rules
        if self.version != known.version:
            log("rules-differ", version=self.version, server=known.version)


def follow(run_dir: Path, settings: Settings) -> NoReturn:
    """Have the engine read anew what has changed at the server, until the standard input ends."""
    served, engine = Served(settings), EngineStore(run_dir / WITHIN, settings)
    seen = ""
    while not select.select([0], [], [], _LOOK_SECONDS)[0]:
        try:
            version = engine.version()
            if (present := served.record().version) not in {version, seen}:
                log("followed", version=engine.reread())
                seen = present
        except ServiceError as error:
            if error.key != "engine-away":
                log("server-unreadable", detail=str(error))
    os._exit(0)


def main(run_dir: str, *what: str) -> NoReturn:
    """Serve an engine over a server's graphs, or follow what is published there."""
    settings = replace(Settings.from_environment(), snapshots=None)
    if what == ("follow",):
        follow(Path(run_dir), settings)
    folder = Path(run_dir) / WITHIN
    folder.mkdir(exist_ok=True)
    try:
        engine = Engine(folder, settings, Served(settings), Copy.read)
    except (ServiceError, FileNotFoundError) as error:
        log("graph-unreadable", detail=str(error))
        os._exit(UNREADABLE)
    engine.serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
