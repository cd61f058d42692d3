"""What the tests of the engine and the supervisor share: a small graph, an engine to it, and a look at processes."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from prometheus_client import Gauge

from sasaeai.errors import ServiceError
from sasaeai.formats import BY_NAME
from sasaeai.settings import Settings
from sasaeai.store import Answer, metrics
from sasaeai.store.client import EngineStore
from sasaeai.store.lanes import lanes

from .conftest import ROOT
from .patience import PATIENCE, wait_until

TENS = " ".join(map(str, range(100)))
PRODUCT = "\n".join(f"VALUES ?x{number} {{ {TENS} }}" for number in range(6))
RUNAWAY = f"SELECT (COUNT(*) AS ?n) {{ {PRODUCT} }}"
"""Takes longer than any deadline here."""
LONG = f"SELECT (COUNT(*) AS ?n) {{ {' '.join(PRODUCT.splitlines()[:3])} }}"
"""Takes a tenth of a second at least, and has an end."""
HOG = f"SELECT * {{ {PRODUCT} }} ORDER BY ?x1"
DEEP = (
    "SELECT * " + "{" * 20_000 + " ?s ?p ?o " + "}" * 20_000,
    "ASK { FILTER " + "(" * 20_000 + "true" + ")" * 20_000 + " }",
    "SELECT * " + "{ SELECT * " * 20_000 + "{ ?s ?p ?o }" + "}" * 20_000,
    "SELECT (" + "STR(" * 20_000 + "1" + ")" * 20_000 + " AS ?x) {}",
    "ASK { ?s " + "!" * 20_000 + "<a:a> ?o }",
)

GRAPHS = {
    "data/cities/000001-here/page.ttl": "<id/a> <ns#knows> <id/b> . <id/a> <ns#name> '多摩'@ja .",
    "data/both.ttl": "<id/a> <ns#knows> <id/b> . <id/b> <ns#knows> <id/c> .",
    "ontology/sasaeai.ttl": "<ns#knows> <ns#order> ( 1 2 ) .",
    "shapes/thing.ttl": "[] <ns#target> <ns#Thing> .",
}
RULES = {
    "10-reach.rq": "CONSTRUCT { ?a sas:reaches ?c } WHERE { ?a sas:knows ?b . ?b sas:knows ?c }",
    "20-far.rq": "CONSTRUCT { ?a a sas:Far } WHERE { GRAPH ?g { ?a sas:reaches ?c } }",
}


def write_graph(root: Path) -> Path:
    """Write a small graph with two rules, as a repository holds it."""
    base = "@base <https://w3id.org/sasaeai/> .\n"
    for name, text in GRAPHS.items():
        _write(root / name, base + text + "\n")
    _write(root / "ontology/prefixes.ttl", "@prefix sas: <https://w3id.org/sasaeai/ns#> .\n")
    for name, text in RULES.items():
        _write(root / "queries/rules" / name, f"PREFIX sas: <https://w3id.org/sasaeai/ns#>\n{text}\n")
    return root


def write_served_graph(root: Path) -> Path:
    """Write the small graph with the queries of the web's own."""
    write_graph(root)
    for path in (*ROOT.glob("queries/*.rq"), ROOT / "ontology/context.jsonld"):
        target = root / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    return root


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def settings_for_tests(**changes: Any) -> Settings:
    """Return settings with few workers and short deadlines, without the courtesy scan; who waits is not sent away."""
    usual: dict[str, Any] = {"quick_workers": 2, "slow_seconds": 1.0, "worker_memory_mb": 256, "scan": False}
    usual["wait_seconds"] = float(PATIENCE)
    return Settings(**(usual | changes))


@dataclass(frozen=True)
class RunningEngine:
    """An engine of its own process, and a client to it."""

    process: subprocess.Popen[bytes]
    store: EngineStore

    def ask(self, text: str, **choices: Any) -> Answer:
        return self.store.query(text, results=BY_NAME["csv"], graph=BY_NAME["nt"], **choices)

    def rows(self, text: str, **choices: Any) -> list[str]:
        return self.ask(text, **choices).body.decode().splitlines()[1:]

    def fails(self, text: str, **choices: Any) -> ServiceError:
        try:
            answer = self.ask(text, **choices)
        except ServiceError as error:
            return error
        raise AssertionError(f"answered: {answer.body[:200]!r}")

    def patiently(self, text: str, **choices: Any) -> Answer:
        """Ask again whenever the service says that it is busy, and when to come again; other refusals stand."""
        answers: list[Answer] = []

        def is_answered() -> bool:
            try:
                answers.append(self.ask(text, **choices))
            except ServiceError as error:
                if error.status != HTTPStatus.SERVICE_UNAVAILABLE or not error.retry_after:
                    raise
                time.sleep(error.retry_after)
            return bool(answers)

        wait_until(is_answered)
        return answers[0]

    def under_way(self, lane: str) -> float:
        """Count the queries of a lane that workers have begun with, of this process."""
        return _of_lane(metrics.RUNNING, lane)

    def waiting(self, lane: str) -> float:
        """Count the queries of a lane that wait for a worker, or for a place, of this process."""
        return _of_lane(metrics.WAITING, lane)

    def workers(self) -> set[int]:
        return set(processes(str(self.store.run_dir))) - {self.process.pid}


def _of_lane(gauge: Gauge, lane: str) -> float:
    samples = [sample for metric in gauge.collect() for sample in metric.samples]
    return sum(sample.value for sample in samples if sample.labels["lane"] == lane)


@contextlib.contextmanager
def engine(root: Path, **changes: Any) -> Iterator[RunningEngine]:
    """Run an engine; see that nothing of it is left behind."""
    run_dir = Path(tempfile.mkdtemp(prefix="sas-", dir="/tmp"))
    settings = settings_for_tests(root=root, **changes)
    command = [sys.executable, "-m", "sasaeai.store.engine", str(run_dir)]
    environment = os.environ | settings.to_environment()
    process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, start_new_session=True)
    store = EngineStore(run_dir, settings)
    try:
        running, workers = RunningEngine(process, store), sum(lane.workers for lane in lanes(settings))
        # The first answer needs one worker of a lane only.
        wait_until(lambda: len(running.workers()) == workers or process.poll() is not None)
        wait_until(lambda: store.ready() or process.poll() is not None)
        yield running
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(PATIENCE)
        left = processes(str(run_dir))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        shutil.rmtree(run_dir)
    assert not left


def processes(*marks: str) -> dict[int, str]:
    """Return the living processes on whose command line one of the marks stands."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                if state != "Z" and any(mark in line for mark in marks):
                    found[int(entry.name)] = line
    return found


def parent_of(pid: int) -> int:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0
