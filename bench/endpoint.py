"""Measure /sparql beside other engines over the same quads, in the same minutes, and print the ratios.

    python bench/endpoint.py [--cities 40] [--rounds 7] [--seconds 3] [--peer Oxigraph …]

In each round every server is asked the same queries one after the other, so that what else the machine does falls on
all. A figure is the median of the rounds' medians, and behind each ratio stands the spread of the rounds' ratios.
README.md beside this file says what is measured; docs/engine.md holds a table of it.
"""

import argparse
import contextlib
import http.client
import itertools
import json
import os
import platform
import random
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from pyoxigraph import RdfFormat

import nation
import peers
from peers import JSON, N_TRIPLES, Peer
from sasaeai import catalogue
from sasaeai.repository import Repository
from sasaeai.statements import table
from sasaeai.store.loading import Holdings
from sasaeai.store.local import LocalStore

CLIENTS = 16
LONGEST = 30.0
"""Seconds after which a server that has not answered is not measured with that query."""
LONGEST_REPEATED = 500.0
"""Milliseconds after which a query is not asked again and again: too few answers would come in a round."""
Query = tuple[str, str]
"""A text and the format asked for."""


def workloads(root: Path, variants: int) -> dict[str, list[Query]]:
    """Make the queries to measure: each kind over several things or cities, drawn by lot, always the same."""
    store, lots = LocalStore(Repository(root)), random.Random(7)
    questions = catalogue.questions(Repository(root))

    def values(text: str) -> list[str]:
        return [row["x"]["value"] for row in table(store.query(text)).rows]

    prefix = "PREFIX sas: <https://w3id.org/sasaeai/ns#> SELECT DISTINCT ?x "
    councils = values(prefix + "{ ?x a sas:Council } ORDER BY ?x")
    codes = values(prefix + "{ ?programme sas:runBy/sas:code ?x } ORDER BY ?x")
    lots.shuffle(councils)
    lots.shuffle(codes)

    def filled(name: str, **arguments: str) -> str:
        given = {each: [value] for each, value in arguments.items()}
        text = catalogue.fill(questions[name], given)
        return "\n".join(line for line in text.splitlines() if not line.startswith("#"))

    return {
        "look-up: label": [
            (f"SELECT ?label {{ <{each}> <http://www.w3.org/2004/02/skos/core#prefLabel> ?label }}", JSON)
            for each in councils[:variants]
        ],
        "look-up: entity": [
            (f"SELECT ?property ?value {{ <{each}> ?property ?value }}", JSON) for each in councils[:variants]
        ],
        "look-up: entity as RDF": [
            (f"CONSTRUCT {{ <{each}> ?p ?o }} WHERE {{ <{each}> ?p ?o }}", N_TRIPLES) for each in councils[:variants]
        ],
        "city: who runs it": [
            (filled("operator-on-date", m=each, asOf="2024-04-01"), JSON) for each in codes[:variants]
        ],
        "city: meetings by year": [(filled("meetings-by-year-and-format", m=each), JSON) for each in codes[:variants]],
        "nation: activities by type": [(filled("activities-by-type"), JSON)],
        "nation: members per council": [
            (
                "PREFIX sas: <https://w3id.org/sasaeai/ns#> PREFIX org: <http://www.w3.org/ns/org#> "
                "SELECT ?council (COUNT(DISTINCT ?member) AS ?members) "
                "{ ?row a sas:CouncilMembership ; org:organization ?council ; org:member ?member } "
                "GROUP BY ?council ORDER BY DESC(?members) ?council",
                JSON,
            )
        ],
    }


def able(servers: list[Peer], kinds: dict[str, list[Query]]) -> set[tuple[str, str]]:
    """Find who answers which kind of query within half a minute, and say where answers differ in their rows."""
    found = set()
    for kind, queries in kinds.items():
        text, accept = queries[0]
        counts = {}
        for server in servers:
            try:
                counts[server.name] = _rows(server.get(text, accept, LONGEST), accept)
                found.add((kind, server.name))
            except OSError as error:
                print(f"note: {server.name} does not answer «{kind}»: {error}")
                # It may be at it still: nobody else is to wait for that.
                server.stop()
                server.start()
        if len(set(counts.values())) > 1:
            print(f"note: rows of «{kind}» differ: {counts}")
    return found


def _rows(body: bytes, accept: str) -> int:
    return len(json.loads(body)["results"]["bindings"]) if accept == JSON else len(set(body.splitlines()))


def latency(server: Peer, queries: list[Query], seconds: float, fresh: Iterator[int]) -> float:
    """Return the median of one client's waiting, in ms; each text is new to the server, by a comment at its end."""
    address = urlsplit(server.endpoint)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=120)
    taken: list[float] = []
    asked = itertools.cycle(queries)
    until = time.perf_counter() + seconds
    while not taken or time.perf_counter() < until:
        text, accept = next(asked)
        target = address.path + "?" + urlencode({"query": f"{text}\n# {next(fresh)}"})
        began = time.perf_counter()
        connection.request("GET", target, headers={"Accept": accept})
        reply = connection.getresponse()
        body = reply.read()
        taken.append(time.perf_counter() - began)
        if reply.status != 200:
            raise RuntimeError(f"{server.name}: {reply.status} {body[:300]!r}")
    connection.close()
    return statistics.median(taken) * 1000


def throughput(server: Peer, queries: list[Query], seconds: float) -> float:
    """Return the requests a second of 16 clients that ask one query again and again, by wrk."""
    text, accept = queries[0]
    for _ in range(8):
        server.get(text, accept)  # so that what a server keeps it has, in each of its processes
    address = f"{server.endpoint}?{urlencode({'query': text})}"
    command = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{seconds:.0f}s", "-H", f"Accept: {accept}", address]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said:
        raise RuntimeError(f"{server.name} refused: {said}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found, said
    return float(found[1])


def noise() -> float:
    """Return the milliseconds of a fixed piece of work: how they vary is how noisy the machine was."""
    began = time.perf_counter()
    sum(each * each for each in range(300_000))
    return (time.perf_counter() - began) * 1000


class Rounds:
    """Hold the figures of all rounds, by what was measured and by server."""

    def __init__(self) -> None:
        self.figures: dict[tuple[str, str], list[float]] = {}

    def add(self, kind: str, server: str, figure: float) -> None:
        """Keep a figure of the present round."""
        self.figures.setdefault((kind, server), []).append(figure)

    def first(self, kind: str, server: str) -> float:
        """Return the figure of the first round."""
        return self.figures[kind, server][0]

    def median(self, kind: str, server: str, digits: int) -> str:
        """Write the median of the rounds."""
        figures = self.figures.get((kind, server))
        return f"{statistics.median(figures):,.{digits}f}" if figures else "–"

    def ratio(self, kind: str, server: str) -> str:
        """Write how ours compares with a peer's, round by round: median and spread."""
        if (kind, server) not in self.figures:
            return "–"
        pairs = zip(self.figures[kind, "Sasaeai"], self.figures[kind, server], strict=True)
        ratios = sorted(ours / other for ours, other in pairs)
        return f"{statistics.median(ratios):.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})"

    def print(self, title: str, kinds: list[str], servers: list[str], digits: int) -> None:
        """Print the figures as a table, ours first, the ratios behind."""
        others = servers[1:]
        print(f"\n| {title} | {' | '.join(servers)} | {' | '.join(f'ours / {each}' for each in others)} |")
        print("|---|" + "---:|" * (len(servers) + len(others)))
        for kind in kinds:
            figures = [self.median(kind, each, digits) for each in servers]
            print(f"| {kind} | {' | '.join(figures)} | {' | '.join(self.ratio(kind, each) for each in others)} |")


def measure(servers: list[Peer], kinds: dict[str, list[Query]], rounds: int, seconds: float) -> None:
    """Measure all servers in turn and print the tables."""
    waits, rates, can = Rounds(), Rounds(), able(servers, kinds)
    idle, fresh = [], itertools.count()
    repeated = ["look-up: entity", "city: meetings by year"]
    for _ in range(rounds):
        for kind, queries in kinds.items():
            for server in (each for each in servers if (kind, each.name) in can):
                waits.add(kind, server.name, latency(server, queries, seconds / 3, fresh))
            idle.append(noise())
        if shutil.which("wrk"):
            for kind, server in itertools.product(repeated, servers):
                if (kind, server.name) in can and waits.first(kind, server.name) < LONGEST_REPEATED:
                    rates.add(kind, server.name, throughput(server, kinds[kind], seconds))
    names = [each.name for each in servers]
    waits.print("p50 of one client in ms, each query new", list(kinds), names, 2)
    if rates.figures:
        rates.print(f"requests a second, {CLIENTS} clients, one query repeated", repeated, names, 0)
    else:
        print("\nRequests a second were not measured: apt install wrk")
    quiet = min(idle)
    print(
        f"\nnoise: a fixed piece of work took {statistics.median(idle) / quiet:.2f} (median) to {max(idle) / quiet:.2f}"
    )
    print(f"(worst) times its best of {quiet:.1f} ms; load {' '.join(f'{each:.1f}' for each in os.getloadavg())}")


def main() -> None:
    """Make the data, start the servers, measure, and print."""
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("--cities", type=int, default=40)
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--seconds", type=float, default=3.0, help="of each measurement in a round")
    arguments.add_argument("--peer", action="append", choices=["Oxigraph", "rdflib-endpoint", "Virtuoso"])
    given = arguments.parse_args()
    wanted = given.peer or ["Oxigraph", "rdflib-endpoint", "Virtuoso"]
    absent = peers.missing()
    for name in wanted:
        if name in absent:
            print(f"{name} is left out: {absent[name]}")
    with tempfile.TemporaryDirectory(prefix="sasaeai-bench-") as place, contextlib.ExitStack() as stack:
        folder = Path(place)
        root, quads = folder / "nation", folder / "all.nq"
        nation.make(root, given.cities, seed=1)
        holdings = Holdings.read(Repository(root))
        with quads.open("wb") as file:
            holdings.store.dump(file, RdfFormat.N_QUADS)
        print(f"{given.cities} cities, {len(holdings.store):,} quads; {_machine()}")
        servers = [peers.sasaeai(root)]
        stack.callback(servers[0].stop)
        starts = {
            "Oxigraph": lambda: peers.oxigraph(quads),
            "rdflib-endpoint": lambda: peers.rdflib_endpoint(quads),
            "Virtuoso": lambda: peers.virtuoso(quads, folder),
        }
        for name in (each for each in wanted if each not in absent):
            servers.append(starts[name]())
            stack.callback(servers[-1].stop)
        kinds = workloads(root, variants=40)
        measure(servers, kinds, given.rounds, given.seconds)
        print("\n| server | start and load, s | memory after, MB |\n|---|---:|---:|")
        for each in servers:
            print(f"| {each.name} | {each.started_in:.1f} | {each.memory():,.0f} |")


def _machine() -> str:
    packages = ", ".join(
        f"{each} {_version(each)}" for each in ("pyoxigraph", "granian", "oxigraph", "rdflib-endpoint")
    )
    return f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}; {packages}"


def _version(package: str) -> str:
    try:
        return version(package)
    except ModuleNotFoundError:
        return "–"


if __name__ == "__main__":
    main()
