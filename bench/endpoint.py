"""Measure /sparql beside other engines over the same quads, in the same minutes.

    python bench/table.py --only endpoint

In each round every program is asked the same queries one after the other, so that what else the machine does falls on
all. README.md beside this file says what is measured.
"""

import contextlib
import itertools
import json
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import peers
from figures import MACHINE, OURS, Row, noise
from held import held
from peer import JSON, Ask, LateError, Peer, RefusedError, UnstartedError
from questions import Query, questions

CLIENTS = 16
LONGEST = 10.0
"""Seconds after which a program that has not answered is not measured with that query."""
LONGEST_LOAD = 5.0
"""Seconds of a start after which it is not done again in each round."""
SLOW, ROUNDS_OF_SLOW = 1000.0, 2
"""Milliseconds from which on a program is asked a query in so many rounds only."""
LONGEST_REPEATED = 0.25
"""Seconds after which a query is not asked again and again: too few answers would come in a round."""
REPEATED = ("look-up: entity", "city: meetings by year")


class Figures:
    """Gather figures round by round, and the reasons why some are missing."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str, str], list[float]] = defaultdict(list)
        self.notes: dict[tuple[str, str, str], str] = {}

    def add(self, subject: str, peer: str, unit: str, figure: float) -> None:
        """Keep a figure of the present round."""
        self.values[subject, peer, unit].append(figure)

    def lack(self, subject: str, peer: str, unit: str, why: str) -> None:
        """Keep why there is no figure."""
        self.notes[subject, peer, unit] = why

    def rows(self) -> list[Row]:
        """Return what was gathered."""
        there = dict.fromkeys([*self.values, *self.notes])
        return [Row(*each, tuple(self.values.get(each, ())), self.notes.get(each, "")) for each in there]


def rows(root: Path, rounds: int, seconds: float = 0.3, others: Sequence[str] = peers.NAMES) -> list[Row]:
    """Measure load, memory, new queries and repeated ones beside others, each for so many seconds a round."""
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="sasaeai-bench-") as place, contextlib.ExitStack() as stack:
        folder = Path(place)
        nation = held(root)
        servers, absent = peers.servers(root, nation, folder, others)
        for each in servers:
            stack.callback(each.stop)
        for name, why in absent.items():
            figures.lack("load", name, "s", why)
        figures.add("quads", OURS, "", nation.quads)
        _load(figures, servers, rounds)
        kinds = questions(root, nation)
        servers[0].settle()
        able = _able(figures, servers, kinds)
        fresh = itertools.count()
        for number in range(rounds):
            for kind, queries in kinds.items():
                for server in list(able[kind]):
                    taken = figures.values[kind, server.name, "ms"]
                    if number >= ROUNDS_OF_SLOW and taken[-1] > SLOW:
                        continue
                    if not _attempt(figures, server, (kind, "ms"), partial(latency, server, queries, seconds, fresh)):
                        able[kind].remove(server)
                figures.add("noise", MACHINE, "ms", noise())
            for kind in REPEATED:
                for server in able[kind]:
                    _repeat(figures, server, kind, kinds[kind], seconds)
        for server in servers:
            figures.add("memory: after the questions", server.name, "MB", server.memory())
    return figures.rows()


def _load(figures: Figures, servers: list[Peer], rounds: int) -> None:
    """Start every program in turn, in each round those that start soon; let them run at the end."""
    soon = list(servers)
    for _ in range(rounds):
        for server in list(soon):
            server.stop()
            try:
                taken = server.start()
            except UnstartedError as why:
                if server.name == OURS:
                    raise
                figures.lack("load", server.name, "s", str(why))
                server.stop()
                soon.remove(server)
                servers.remove(server)
                continue
            figures.add("load", server.name, "s", taken)
            figures.add("load", server.name, "CPU-s", server.cpu())
            figures.add("memory: loaded", server.name, "MB", server.memory())
            if taken > LONGEST_LOAD:
                soon.remove(server)


def _able(figures: Figures, servers: list[Peer], kinds: dict[str, list[Query]]) -> dict[str, list[Peer]]:
    """Find who answers which kind of query in time; say who does not, and where answers differ in their rows."""
    able: dict[str, list[Peer]] = {}
    for kind, queries in kinds.items():
        able[kind] = [
            each for each in servers if _attempt(figures, each, (kind, ""), partial(_rows, each, *queries[0]))
        ]
        counts = {each.name: figures.values[kind, each.name, ""][0] for each in able[kind]}
        for name, count in counts.items():
            if count != counts.get(OURS, count):
                figures.lack(kind, name, "", f"answers with {count:,.0f} rows where ours are {counts[OURS]:,.0f}")
    return able


def _attempt(figures: Figures, server: Peer, what: tuple[str, str], measure: Callable[[], float]) -> bool:
    """Keep the figure of a subject in its unit; where the program gives up on it, say why and return False."""
    subject, unit = what
    try:
        figures.add(subject, server.name, unit, measure())
    except (LateError, RefusedError) as why:
        figures.lack(subject, server.name, unit, str(why))
        if isinstance(why, LateError) and server.endpoint:
            server.renew()  # it may be at it still: nobody else is to wait for that
        return False
    return True


def _repeat(figures: Figures, server: Peer, kind: str, queries: list[Query], seconds: float) -> None:
    """Measure a repeated query where it can be: many clients need HTTP."""
    subject, unit = f"repeated by {CLIENTS} clients, {kind}", "requests/s"
    if not server.endpoint:
        figures.lack(subject, server.name, unit, "no server")
    elif not shutil.which("wrk"):
        figures.lack(subject, server.name, unit, "not measured: apt install wrk")
    elif (subject, server.name, unit) not in figures.notes:
        _attempt(figures, server, (subject, unit), lambda: throughput(server, queries, max(1.0, seconds)))


def _rows(server: Peer, text: str, accept: str) -> float:
    """Count the rows of an answer."""
    body = server.ask(text, accept, LONGEST)
    return len(json.loads(body)["results"]["bindings"]) if accept == JSON else len(set(body.splitlines()))


def latency(server: Peer, queries: list[Query], seconds: float, fresh: Iterator[int]) -> float:
    """Return the median of one client's waiting, in ms; each text is new to the server, by a comment at its end."""
    taken: list[float] = []
    asked = itertools.cycle(queries)
    until = time.perf_counter() + seconds
    with server.connected(3 * LONGEST) as ask:
        while not taken or time.perf_counter() < until:
            text, accept = next(asked)
            taken.append(_taken(ask, f"{text}\n# {next(fresh)}", accept))
    return statistics.median(taken) * 1000


def _taken(ask: Ask, text: str, accept: str) -> float:
    began = time.perf_counter()
    ask(text, accept)
    return time.perf_counter() - began


def throughput(server: Peer, queries: list[Query], seconds: float) -> float:
    """Return the requests a second of 16 clients that ask one query again and again, by wrk."""
    text, accept = queries[0]
    with server.connected(3 * LONGEST) as ask:
        # A server that keeps answers has it the third time, in both of its processes.
        if min(_taken(ask, text, accept) for _ in range(3)) > LONGEST_REPEATED:
            raise RefusedError("too few answers would come in a round")
    for _ in range(5):
        server.ask(text, accept)
    address = f"{server.endpoint}?{urlencode({'query': text})}"
    command = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{seconds:.0f}s", "-H", f"Accept: {accept}", address]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said:
        raise RefusedError("refuses some")
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found, said
    return float(found[1])
