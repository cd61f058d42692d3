"""Dumps of the graph at a server: read from it graph by graph, by one thread of this service at a time."""

import fcntl
import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pyoxigraph import NamedNode, Quad

from sasaeai.errors import ServiceError
from sasaeai.journal import log
from sasaeai.repository import Repository
from sasaeai.settings import Settings
from sasaeai.store import Dump, dump
from sasaeai.store.parameters import bind, iri
from sasaeai.store.remote import record
from sasaeai.store.remote.answers import triples
from sasaeai.store.remote.record import RECORD
from sasaeai.store.remote.server import Server

_PATIENCE = 5.0
"""How long an asker waits for dumps that nobody has asked for before; then: 503."""

_GRAPH_BYTES = 10_000_000_000
"""A graph of ours is as large as it is; the server is asked for one at a time."""


class Dumps:
    """Write the dumps of a version into `run_dir`, and find those that are written."""

    def __init__(self, server: Server, run_dir: Path, prefixes: Mapping[str, str], settings: Settings) -> None:
        self._server, self._run_dir, self._prefixes = server, run_dir, prefixes
        self._seconds = settings.store_seconds
        repository = Repository(settings.root, settings.state)
        self._names, self._graph = repository.query("graph-names"), repository.query("graph-whole")
        self._version = repository.query("record-version")

    def of(self, version: str) -> Sequence[Dump]:
        """Return the dumps of a version; ServiceError 503 while they are being written."""
        if (found := dump.read(self._run_dir, version)) is not None:
            return found
        writer = threading.Thread(target=self._write, args=(version,), name="dump", daemon=True)
        writer.start()
        writer.join(_PATIENCE)
        if (found := dump.read(self._run_dir, version)) is not None:
            return found
        raise ServiceError("dump-unfinished", 503, retry_after=10)

    def _write(self, version: str) -> None:
        with (self._run_dir / "dumping").open("w") as turn:
            try:
                fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return  # another thread, or process, is at it
            if dump.read(self._run_dir, version) is not None:
                return
            began = time.monotonic()
            try:
                dump.write(lambda: self._quads(version), self._run_dir, version, self._prefixes)
                log("dump-ended", version=version, seconds=round(time.monotonic() - began, 1))
            except (ServiceError, OSError) as error:
                log("dump-failed", version=version, detail=str(error))

    def _quads(self, version: str) -> Iterator[Quad]:
        """Tell the quads graph by graph, in order; ServiceError 503 if they are of another version by the end."""
        rows = json.loads(self._ask(self._names.text, triples=False))["results"]["bindings"]
        for name in sorted(each["graph"]["value"] for each in rows):
            if name == RECORD:
                continue
            text = bind(self._graph.text, {"graph": [iri(name)]})
            graph, held = NamedNode(name), dict.fromkeys(triples(self._ask(text, triples=True)))
            yield from sorted((Quad(each.subject, each.predicate, each.object, graph) for each in held), key=str)
        if record.read(self._server, [self._version], self._seconds).version != version:
            raise ServiceError("version-gone", 404, requested_version=version, present_version="")

    def _ask(self, text: str, *, triples: bool) -> bytes:
        return self._server.ask(text, triples=triples, seconds=self._seconds, limit=_GRAPH_BYTES)[0]
