"""What is counted of queries, workers and publications.

`sasaeai serve` names a folder in PROMETHEUS_MULTIPROC_DIR, in which each process of the service keeps its own counts
in a mapped file; whoever is asked for them adds the files up. Elsewhere they are counted in the process alone.
"""

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, Metric, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

QUERIES = Counter("sasaeai_queries", "Queries by lane, and how they ended", ["lane", "outcome"])
QUERY_SECONDS = Histogram(
    "sasaeai_query_seconds",
    "Seconds from the start of a query to its answer or its end",
    ["lane"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
OVERRUN_SECONDS = Histogram(
    "sasaeai_overrun_seconds",
    "Seconds from the deadline of a query to its end",
    ["lane"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0),
)
WAITING = Gauge("sasaeai_queries_waiting", "Queries that wait for a worker", ["lane"], multiprocess_mode="livesum")
RUNNING = Gauge("sasaeai_queries_running", "Queries that a worker answers", ["lane"], multiprocess_mode="livesum")
WORKERS_ENDED = Counter("sasaeai_workers_ended", "Workers that ended before they were retired", ["lane", "reason"])
PUBLICATIONS = Counter("sasaeai_publications", "Publications, and how they ended", ["outcome"])
QUADS = Gauge("sasaeai_quads", "Quads the engine holds", multiprocess_mode="livesum")

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"

REASONS = {
    "SIGALRM": "deadline",
    "SIGIO": "asker-left",
    "SIGKILL": "killed",
    "SIGSEGV": "stack",
    "SIGBUS": "stack",
    "SIGABRT": "memory",
}
"""What the signal that ended a worker most often means."""


def rendered() -> bytes:
    """Write all counts of the service in the text format of Prometheus."""
    if not (folder := os.environ.get(VARIABLE)):
        return generate_latest(REGISTRY)
    for pid in {path.stem.rpartition("_")[2] for path in Path(folder).glob("gauge_live*.db")}:
        if not _lives(int(pid)):
            # Who is dead neither waits nor runs.
            with contextlib.suppress(FileNotFoundError):
                mark_process_dead(int(pid), folder)  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    registry.register(_Written(Path(folder)))
    return generate_latest(registry)


class _Written(Collector):
    """Add up what all processes have counted; a file that one has only just made is empty, and counts nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def collect(self) -> Iterable[Metric]:
        counted: Iterable[Metric] = MultiProcessCollector.merge(  # type: ignore[no-untyped-call]
            [str(each) for each in self.folder.glob("*.db") if each.stat().st_size]
        )
        return counted


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
