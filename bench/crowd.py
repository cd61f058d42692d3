"""A crowd of clients sends runaway queries; what do the others notice?

    python bench/crowd.py --clients 16 --parallel 2 --seconds 30

starts `sasaeai serve` over the graph of this repository and measures pages, stored questions and a trivial ad-hoc ASK
in calm, with the crowd, and in calm again: how the two calms differ is the noise of the machine. Each request has a
connection of its own, so that each web process is met. The crowd takes no refusal to heart: it comes back after a tenth
of a second, whatever Retry-After says. Nothing is asserted.
"""

import argparse
import contextlib
import http.client
import itertools
import json
import multiprocessing
import os
import platform
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path

from sasaeai.settings import Settings
from sasaeai.store.confinement import die_with_parent
from sasaeai.store.lanes import lanes

BASE = "https://w3id.org/sasaeai/"
MEASURED = "192.0.2.1"
"""The client that is measured; the crowd comes from 198.51.100.0/24."""
NICENESS = {each.niceness: f"{each.name} worker" for each in lanes(Settings())}
SOON, PAUSE, PATIENCE = 0.02, 0.1, 60.0

_NUMBERS = " ".join(map(str, range(100)))
_DOUBLED = "".join(f" BIND(CONCAT(?s{n}, ?s{n}) AS ?s{n + 1})" for n in range(30))
_OPTIONALS = " ".join(f"OPTIONAL {{ ?a ?p{n} ?o{n} }}" for n in range(150))
RUNAWAYS = {
    "sorted product": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i",
    "paths": "SELECT (COUNT(*) AS ?n) { ?a (<x:x>|!<x:x>)* ?b . ?b (<x:x>|!<x:x>|^<x:x>)* ?c }",
    "counted product": f"SELECT (COUNT(*) AS ?n) {{ {''.join(f'VALUES ?v{n} {{ {_NUMBERS} }}' for n in range(6))} }}",
    "memory": "SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?f), STR(?c))) AS ?x) { ?a ?b ?c . ?d ?e ?f }",
    "strings": f"SELECT (STRLEN(?s30) AS ?n) {{ ?a ?b ?c . BIND(STR(?c) AS ?s0){_DOUBLED} }}",
    "nested": "SELECT * " + "{ SELECT * " * 45 + "{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }" + "}" * 45 + " ORDER BY ?f",
    "optionals": f"SELECT * {{ ?a ?b ?c {_OPTIONALS} }} ORDER BY ?c",
}


@dataclass(frozen=True)
class Service:
    """A running `sasaeai serve`: its port and the folder of its sockets."""

    port: int
    run_dir: Path

    def get(self, path: str, client: str) -> tuple[int, bytes]:
        """Ask over a connection of its own; 0 is a connection that was lost."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            # Who sends a cookie is answered afresh: what is measured are pages and questions, not the cache.
            connection.request("GET", path, headers={"X-Forwarded-For": client, "Cookie": "fresh=1"})
            reply = connection.getresponse()
            return reply.status, reply.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()


@dataclass
class Measure:
    """What one kind of request took: milliseconds, and the statuses of those that failed."""

    milliseconds: list[float] = field(default_factory=list)
    failures: Counter[int] = field(default_factory=Counter)

    def row(self) -> str:
        """Write count, failures, p50, p95, p99 and the longest, as cells of a table."""
        cuts = statistics.quantiles(self.milliseconds, n=100, method="inclusive")
        failed = ", ".join(f"{count} × {status or 'lost'}" for status, count in self.failures.items()) or "0"
        times = [f"{each:,.0f}" for each in (cuts[49], cuts[94], cuts[98], max(self.milliseconds))]
        return " | ".join([f"{len(self.milliseconds):,}", failed, *times])


def sparql(query: str) -> str:
    """Return the path that asks a query."""
    return "/sparql?" + urllib.parse.urlencode({"query": query, "_format": "srj"})


@contextlib.contextmanager
def serving() -> Iterator[Service]:
    """Run the service as an operator does, behind a proxy that is this bench."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    run_dir = Path(tempfile.mkdtemp(prefix="sas-", dir="/tmp"))
    environment = os.environ | {"SASAEAI_TRUSTED_PROXIES": "127.0.0.1", "SASAEAI_RUN_DIR": str(run_dir)}
    with (run_dir / "journal").open("wb") as journal:
        command = [sys.executable, "-m", "sasaeai", "serve", "--port", str(port)]
        bench = os.getpid()
        process = subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=journal,
            # A killed bench leaves no service behind.
            preexec_fn=lambda: die_with_parent(bench),  # noqa: PLW1509
        )
    try:
        assert process.stdout is not None
        if not process.stdout.readline():
            raise SystemExit((run_dir / "journal").read_text("utf-8"))
        yield Service(port, run_dir)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
        shutil.rmtree(run_dir)


def requests(service: Service) -> dict[str, list[str]]:
    """Find what is measured: pages of things, every question that needs no parameter, a trivial query."""
    things = "SELECT ?s { ?s <https://w3id.org/sasaeai/ns#quote> ?q } ORDER BY STRLEN(STR(?q)) ?s LIMIT 60"
    found = json.loads(service.get(sparql(things), MEASURED)[1])["results"]["bindings"]
    pages = [
        "/doc/" + urllib.parse.quote(iri.removeprefix(f"{BASE}id/"), safe="/")
        for iri in (row["s"]["value"] for row in found)
    ]
    files = sorted((Path(__file__).parent.parent / "queries" / "catalogue").glob("*.rq"))
    questions = [f"/queries/{each.stem}.csv" for each in files]
    answered = [each for each in questions if service.get(each, MEASURED)[0] == 200]
    return {
        "pages": [f"{each}.html" for each in dict.fromkeys(pages)],
        "questions": answered,
        "ASK": [sparql("ASK {}")],
    }


def measured(service: Service, asked: dict[str, list[str]], seconds: float) -> dict[str, Measure]:
    """Ask each kind, one request after the other, from one thread each."""
    measures = {name: Measure() for name in asked}
    end = time.monotonic() + seconds

    def ask(name: str) -> None:
        for path in itertools.cycle(asked[name]):
            if time.monotonic() > end:
                return
            began = time.perf_counter()
            status, _ = service.get(path, MEASURED)
            measures[name].milliseconds.append((time.perf_counter() - began) * 1000)
            if status != 200:
                measures[name].failures[status] += 1
            time.sleep(SOON)

    in_threads([partial(ask, name) for name in asked])
    return measures


def in_threads(tasks: list[Callable[[], object]]) -> None:
    """Run tasks side by side to their ends."""
    threads = [threading.Thread(target=each) for each in tasks]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def crowd(service: Service, clients: int, parallel: int, over: Event, told: Connection) -> None:
    """Be the crowd, in a process of its own; tell how its queries ended."""
    ends: Counter[tuple[str, str]] = Counter()

    def loop(client: int, number: int) -> None:
        names = list(RUNAWAYS)
        for turn in itertools.count(client + number):
            if over.is_set():
                return
            name = names[turn % len(names)]
            status, body = service.get(sparql(RUNAWAYS[name]), f"198.51.100.{client + 1}")
            problem = re.search(rb'problem#([\w-]+)"', body)
            end = f"{status} {problem[1].decode()}" if problem else str(status or "lost")
            ends[name, end] += 1
            if end != "503 deadline":
                time.sleep(PAUSE)

    in_threads([partial(loop, client, number) for client in range(clients) for number in range(parallel)])
    told.send(ends)


def watch(service: Service, over: Event, told: Connection) -> None:
    """Watch the memory of each process of the service; tell the most that each kind has held, in MB."""
    most: dict[str, float] = {}
    kinds: dict[str, str | None] = {}
    page = os.sysconf("SC_PAGE_SIZE") / 2**20
    while not over.wait(0.05):
        there = [each for each in os.listdir("/proc") if each.isdigit()]
        for pid in there:
            with contextlib.suppress(OSError):
                # A process just forked has neither its name nor its niceness yet.
                if pid not in kinds and time.time() - Path("/proc", pid).stat().st_mtime > 0.1:
                    kinds[pid] = _kind(pid, f"--port {service.port}", str(service.run_dir))
                if kind := kinds.get(pid):
                    held = int(Path("/proc", pid, "statm").read_text().split()[1]) * page
                    most[kind] = max(most.get(kind, 0.0), held)
        kinds = {pid: kinds[pid] for pid in there if pid in kinds}
    told.send(most)


def _kind(pid: str, *marks: str) -> str | None:
    """Name a process of the service: workers have the engine's command line, and are told apart by their niceness."""
    line = Path("/proc", pid, "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    if not any(each in line for each in marks):
        return None
    if "store.engine" not in line:
        return "web" if "granian" in line else "supervisor"
    _, parent, group, *rest = Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()
    return "engine" if parent != group else NICENESS.get(int(rest[13]), "other worker")


def overruns(service: Service) -> dict[str, dict[str, float]]:
    """Return for each lane how many queries were gone so many seconds after their deadline, as the service counts."""
    counts: dict[str, dict[str, float]] = {}
    text = service.get("/metrics", "127.0.0.1")[1].decode()
    for labels, count in re.findall(r"sasaeai_overrun_seconds_bucket\{(.*)\} (\S+)", text):
        told = dict(re.findall(r'(\w+)="([^"]*)"', labels))
        counts.setdefault(told["lane"], {})[told["le"]] = float(count)
    return counts


def report(phases: dict[str, dict[str, Measure]]) -> None:
    """Print what the others noticed."""
    print("| requests | when | count | failed | p50 ms | p95 ms | p99 ms | longest ms |")
    print("|---|---|---|---|---|---|---|---|")
    for name in next(iter(phases.values())):
        for phase, measures in phases.items():
            print(f"| {name} | {phase} | {measures[name].row()} |")


def report_crowd(ended: Counter[tuple[str, str]], late: dict[str, dict[str, float]], most: dict[str, float]) -> None:
    """Print what became of the crowd's queries, when they were gone, and how much memory was held."""
    print("\n| runaway | ended |\n|---|---|")
    for name in RUNAWAYS:
        how = sorted((end, count) for (kind, end), count in ended.items() if kind == name)
        print(f"| {name} | {', '.join(f'{count:,} × {end}' for end, count in how)} |")
    print("\n| lane | runaways ended by the deadline | the last was gone after, s | gone within 0.3 s |")
    print("|---|---|---|---|")
    for lane, counts in late.items():
        total = counts["+Inf"]
        last = next(bound for bound, count in counts.items() if count == total)
        print(f"| {lane} | {total:,.0f} | at most {last} | {counts['0.3']:,.0f} |")
    print("\n| process | most memory held, MB |\n|---|---|")
    for kind, held in sorted(most.items()):
        print(f"| {kind} | {held:,.0f} |")
    print(f"\nA worker's memory includes the engine's, which it shares; it may add {Settings().worker_memory_mb:,} MB.")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30.0, help="how long the crowd is there")
    parser.add_argument("--clients", type=int, default=16, help="addresses the crowd comes from")
    parser.add_argument("--parallel", type=int, default=2, help="runaways that each of them sends at once")
    options = parser.parse_args()
    packages = ", ".join(f"{name} {version(name)}" for name in ("pyoxigraph", "granian"))
    print("No answer comes from the cache.")
    print(f"{os.cpu_count()} cores, Linux {platform.release()}, Python {platform.python_version()}, {packages}.")
    print(f"{options.clients} clients, each with {options.parallel} runaways at once, for {options.seconds:g} s.")
    print(f"Load of the machine before: {os.getloadavg()[0]:.1f}.\n")
    spawn = multiprocessing.get_context("spawn")
    with serving() as service:
        asked = requests(service)
        measured(service, asked, 3.0)
        calm = measured(service, asked, options.seconds / 2)
        over, (ends, ends_told), (memory, memory_told) = spawn.Event(), spawn.Pipe(False), spawn.Pipe(False)
        children = [
            spawn.Process(target=crowd, args=(service, options.clients, options.parallel, over, ends_told)),
            spawn.Process(target=watch, args=(service, over, memory_told)),
        ]
        for each in children:
            each.start()
        time.sleep(1.0)
        crowded = measured(service, asked, options.seconds)
        over.set()
        ended, most = ends.recv(), memory.recv()
        for each in children:
            each.join()
        late = overruns(service)
        after = measured(service, asked, options.seconds / 2)
    report({"calm before": calm, "crowd": crowded, "calm after": after})
    report_crowd(ended, late, most)


if __name__ == "__main__":
    main()
