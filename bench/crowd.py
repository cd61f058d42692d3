"""A crowd of clients sends runaway queries; what do the others notice?

    python bench/crowd.py --clients 16 --parallel 2 --seconds 30

starts `sasaeai serve` over the graph of this repository and measures pages, stored questions and a trivial ad-hoc ASK
in calm, with the crowd, and in calm again: how the two calms differ is the noise of the machine. Each request has a
connection of its own, so that each web process is met. The crowd takes no refusal to heart: it comes back after a tenth
of a second, whatever Retry-After says. Nothing is asserted.
"""

import argparse
import contextlib
import itertools
import json
import multiprocessing
import re
import shutil
import statistics
import tempfile
import time
import urllib.parse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from os import getloadavg
from pathlib import Path
from urllib.parse import urlsplit

import peers
from figures import machine
from runaways import RUNAWAYS, Service, crowd, in_threads, sparql
from sasaeai.settings import Settings
from watching import watch

BASE = "https://w3id.org/sasaeai/"
MEASURED = "192.0.2.1"
"""The client that is measured; the crowd comes from 198.51.100.0/24."""
SOON = 0.02


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


@contextlib.contextmanager
def serving() -> Iterator[Service]:
    """Run the service as an operator does, behind a proxy that is this bench."""
    run_dir = Path(tempfile.mkdtemp(prefix="sas-", dir="/tmp"))
    peer = peers.sasaeai(SASAEAI_TRUSTED_PROXIES="127.0.0.1", SASAEAI_RUN_DIR=str(run_dir))
    try:
        peer.start()
        yield Service(urlsplit(peer.endpoint).port or 0, run_dir)
    finally:
        peer.stop()
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
    print("No answer comes from the cache.")
    print(f"{machine('pyoxigraph', 'granian')}.")
    print(f"{options.clients} clients, each with {options.parallel} runaways at once, for {options.seconds:g} s.")
    print(f"Load of the machine before: {getloadavg()[0]:.1f}.\n")
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
