"""Measure what it costs to start, to hold the graph, and to publish one city.

    python bench/table.py --only start

Beside pyoxigraph alone, loading the same quads: see README.md beside this file.
"""

import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from pyoxigraph import DefaultGraph, RdfFormat, Store

from figures import OURS, Row, most_held
from held import Held, held
from sasaeai.errors import ServiceError
from sasaeai.formats import BY_NAME
from sasaeai.repository import Repository
from sasaeai.settings import Settings
from sasaeai.store import snapshot
from sasaeai.store.client import EngineStore

PEER = "pyoxigraph"
_PATIENCE = 600.0
_SETTLED = 2.0
_ASK = "ASK { GRAPH ?g { ?s ?p ?o } }"
_READ = "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }"


def rows(root: Path, rounds: int) -> list[Row]:
    """Measure a repository; each round starts every way in turn, and the last engine takes publications too."""
    with tempfile.TemporaryDirectory(prefix="sas-", dir="/tmp") as place:
        nation = held(root)
        started = [_started(root, nation, number) for number in range(rounds)]
        plain = tuple(each["plain"]["cpu"] for each in started)
        return [
            Row("start: from the files, beside a load", OURS, "CPU-s", (nation.cpu,)),
            Row("start: from the files, beside a load", PEER, "CPU-s", plain),
            *_both("start: from a snapshot, beside a load", "CPU-s", started, "cpu"),
            *_both("memory: the graph", "kB/triple", started, "kilobytes"),
            *_both("memory: at most while loading", "kB/triple", started, "most"),
            *_engine_rows(root, nation, Path(place), rounds),
        ]


def _both(subject: str, unit: str, started: Sequence[dict[str, dict[str, float]]], figure: str) -> Iterator[Row]:
    """Compare a start from a snapshot with a plain load."""
    for way, peer in (("snapshot", OURS), ("plain", PEER)):
        yield Row(subject, peer, unit, tuple(each[way][figure] for each in started))


def _started(root: Path, nation: Held, number: int) -> dict[str, dict[str, float]]:
    """Start both ways, in turns."""
    ways = {
        "snapshot": lambda: _child("snapshot", str(root), str(nation.snapshots)),
        "plain": lambda: _child("plain", str(nation.named)),
    }
    order = sorted(ways, reverse=bool(number % 2))
    return {way: ways[way]() for way in order}


def _child(*arguments: str) -> dict[str, float]:
    """Run a way of starting in a process of its own, and return its figures."""
    command = [sys.executable, str(Path(__file__)), *arguments]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    figures: dict[str, float] = json.loads(told.splitlines()[-1])
    return figures


def _be_child(way: str, *arguments: str) -> dict[str, float]:
    """Load, and count the processor time of it and the memory it added."""
    before, began = _resident("self"), time.process_time()
    if way == "plain":
        store = Store()
        store.load(path=arguments[0], format=RdfFormat.N_QUADS)
    else:
        store = snapshot.start(Repository(Path(arguments[0])), Path(arguments[1])).store
    cpu, after = time.process_time() - began, _resident("self")
    most = most_held() - before
    triples = sum(1 for _ in store.quads_for_pattern(None, None, None, DefaultGraph())) or len(store)
    return {"cpu": cpu, "kilobytes": (after - before) / triples, "most": most / triples}


def _resident(process: int | str) -> float:
    """Return the memory a process holds, in kB."""
    return _memory(process)["Rss"]


def _memory(process: int | str) -> dict[str, float]:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:]
    return {name.rstrip(":"): float(size) for name, size, *_ in map(str.split, lines)}


def _engine_rows(root: Path, nation: Held, folder: Path, rounds: int) -> Iterator[Row]:
    """Start an engine from the snapshot, read all of it in a worker, and publish a city beside readers."""
    run_dir = folder / "run"
    run_dir.mkdir()
    # What the engine writes after a publication stays beside; and a worker has the time to read everything.
    snapshots = Path(tempfile.mkdtemp(dir=nation.folder))
    shutil.copytree(nation.snapshots, snapshots, copy_function=os.link, dirs_exist_ok=True)
    settings = Settings(root=root, snapshots=snapshots, run_dir=run_dir, own_seconds=_PATIENCE)
    began = time.monotonic()
    command = [sys.executable, "-m", "sasaeai.store.engine", str(run_dir)]
    environment = os.environ | settings.to_environment()
    engine = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
    try:
        store = EngineStore(run_dir, settings)
        while not _ready(store):
            if engine.poll() is not None or time.monotonic() - began > _PATIENCE:
                raise RuntimeError("the engine does not start")
            time.sleep(0.01)
        yield Row("start: to the first answer of the engine, from a snapshot", OURS, "s", (time.monotonic() - began,))
        yield Row("memory: the engine", OURS, "MB", (_resident(engine.pid) / 1024,))
        fresh = _workers(engine.pid)
        _ask(store, _READ)
        used = _workers(engine.pid)
        yield Row("memory: what an idle worker adds", OURS, "MB", (statistics.median(fresh),))
        yield Row("memory: what a worker adds that has read everything", OURS, "MB", (max(used),))
        taken, spent, answered, failed = _publications(root, store, engine.pid, rounds)
        yield Row("publication: one city, seen by every reader", OURS, "s", taken)
        yield Row("publication: one city", OURS, "CPU-s", spent)
        yield Row("publication: readers answered meanwhile", OURS, "requests", (answered,))
        yield Row("publication: readers that failed", OURS, "requests", (failed,))
    finally:
        assert engine.stdin is not None
        engine.stdin.close()
        engine.wait()


def _publications(
    root: Path, store: EngineStore, engine: int, rounds: int
) -> tuple[tuple[float, ...], tuple[float, ...], int, int]:
    """Publish changes of a large city; return seconds and processor seconds of each, and what readers met."""
    largest = max(
        (each for each in Repository(root).graphs("data") if each.name.endswith("/city-page")),
        key=lambda each: len(each.content),
    )
    counts, done = {"answered": 0, "failed": 0}, threading.Event()

    def read() -> None:
        while not done.wait(0.01):
            try:
                _ask(store, _ASK)
                counts["answered"] += 1
            except ServiceError:
                counts["failed"] += 1

    readers = [threading.Thread(target=read) for _ in range(2)]
    for each in readers:
        each.start()
    taken, spent = [], []
    try:
        for number in range(rounds):
            # No figure is left, or all are back: what follows from them has to be found anew.
            content = largest.content if number % 2 else largest.content.replace(b"sas:headcount", b"sas:position")
            began, cpu = time.monotonic(), _spent(engine)
            version = store.publish({largest.name: content})
            if _ask(store, _ASK) != version:
                raise RuntimeError("an answer after the publication is of the data before it")
            taken.append(time.monotonic() - began)
            # Most workers are forked after the acknowledgement: that is a part of what a publication costs.
            time.sleep(_SETTLED)
            spent.append(_spent(engine) - cpu)
    finally:
        done.set()
        for each in readers:
            each.join()
    return tuple(taken), tuple(spent), counts["answered"], counts["failed"]


def _spent(process: int) -> float:
    """Return the processor time of a process, without its children, in seconds."""
    words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def _workers(engine: int) -> list[float]:
    """Return what each worker holds that is its own, in MB."""
    children = Path(f"/proc/{engine}/task/{engine}/children").read_text().split()
    found = []
    for each in children:
        # Workers come and go.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            taken = _memory(each)
            found.append((taken["Private_Dirty"] + taken["Private_Clean"]) / 1024)
    return found


def _ask(store: EngineStore, query: str) -> str:
    return store.query(query, results=BY_NAME["srj"], graph=None).version


def _ready(store: EngineStore) -> bool:
    with contextlib.suppress(ServiceError, OSError):
        return bool(_ask(store, _ASK))
    return False


if __name__ == "__main__":
    print(json.dumps(_be_child(*sys.argv[1:])))
