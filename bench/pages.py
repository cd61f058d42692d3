"""Measure what it costs to make pages and answer questions, new and from the cache.

    python bench/pages.py [--cities N] [--rounds 5] [--of 8] [--only compare …]
    python bench/table.py --only pages

The application answers in this process, over the graph in this process, so that the processor time of this thread is
all that a page costs, whatever else the machine does. README.md beside this file says what is measured;
docs/design.md holds a table of it.
"""

import argparse
import gc
import os
import platform
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder

import nation
from figures import MACHINE, OURS, Row, noise
from held import held
from sasaeai import catalogue
from sasaeai.compare.columns import KEPT as CITIES
from sasaeai.compare.told import KEPT as TOLD
from sasaeai.indicators import indicators
from sasaeai.repository import Repository
from sasaeai.settings import Settings
from sasaeai.statements import dossiers, table
from sasaeai.store import Answer, snapshot
from sasaeai.store.local import LocalStore
from sasaeai.thing import listing
from sasaeai.vocabulary import BASE, ID
from sasaeai.web import create_app
from sasaeai.web.preparation import collect_seldom

CLASSES = (
    *("sas:Programme", "sas:Tier", "sas:Council", "sas:Operation", "sas:Deployment", "sas:Meeting"),
    *("sas:Activity", "sas:Figure", "org:Organization", "sas:Source", "skos:Concept"),
)
"""The classes whose pages are measured, beside those of cities."""

FIXED = ("/", "/lists/", "/search?q=%E5%8D%94%E8%AD%B0", "/ns", "/shapes", "/dataset", "/queries/")

LISTS = (
    *("/lists/cities", "/lists/organisations", "/lists/councils", "/lists/meetings", "/lists/activities"),
    *("/lists/documents", "/lists/activities?q=%E4%BD%93%E6%93%8D", "/lists/meetings?sort=start"),
)


_CITIES = 6
"""Cities that `rows` looks at."""

PREPARED = ", prepared"
"""Ends the kinds of pages that are made of what is known of their cities already: a service knows a hundred at most."""

READS = [("Accept", "text/html"), ("Accept-Language", "ja")]


class Watched(LocalStore):
    """Answer as a LocalStore does; count the queries, and the processor time they take."""

    queries = 0
    seconds = 0.0

    def query(self, text: str, **how: Any) -> Answer:
        """Answer a query, and count it."""
        began = time.thread_time()
        try:
            return super().query(text, **how)
        finally:
            self.queries += 1
            self.seconds += time.thread_time() - began


@dataclass(frozen=True)
class Cost:
    """Hold what a page costs: queries, ms of the processor at first, in the store, again, from the cache, and bytes."""

    queries: int
    first: float
    asked: float
    again: float
    kept: float
    size: int


class Pages:
    """Make pages of an application that keeps none, and of one that does."""

    def __init__(self, root: Path | None, snapshots: Path | None = None) -> None:
        collect_seldom()
        self.repository = Repository(root)
        read = snapshot.start(self.repository, snapshots) if snapshots else None
        self.store = Watched(self.repository, holdings=read)
        self._makes, self._keeps = (create_app(Settings(root=root, cache_mb=size), self.store) for size in (0, 256))

    def cost(self, path: str, rounds: int) -> Cost:
        """Measure one page: the median of some rounds, after one that reads what is read once for all pages."""
        size = self._get(self._makes, path)[1]
        store, first, asked = self.store, [], []
        for _ in range(rounds):
            store.queries, store.seconds = 0, 0.0
            first.append(self.cold(path))
            asked.append(store.seconds * 1000)
        queries = store.queries
        again = [self.known(path) for _ in range(rounds)]
        self._get(self._keeps, path)
        kept = [self._get(self._keeps, path)[0] for _ in range(20)]
        median = statistics.median
        return Cost(queries, median(first), median(asked), median(again), median(kept), size)

    def known(self, path: str) -> float:
        """Make a page of what is known of its cities and documents, as when prepared; return ms of the processor."""
        return self._get(self._makes, path)[0]

    def cold(self, path: str) -> float:
        """Make a page with nothing known of its cities and documents; return ms of the processor."""
        for each in (CITIES, TOLD, dossiers.KEPT, listing.KEPT):
            each.clear()
        return self.known(path)

    @staticmethod
    def _get(app: Any, path: str) -> tuple[float, int]:
        environ = EnvironBuilder(path, headers=Headers(READS)).get_environ()
        said: list[str] = []
        began = time.thread_time()
        body = b"".join(app(environ, lambda status, *_: said.append(status)))
        taken = time.thread_time() - began
        if not said[0].startswith("200"):
            raise RuntimeError(f"{path}: {said[0]}")
        return taken * 1000, len(body)


def rows(root: Path, rounds: int) -> list[Row]:
    """Measure a repository, in a process whose memory goes with it: of each kind the middle one and the slowest."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_rows, root, held(root).snapshots, rounds).result()


def _rows(root: Path, snapshots: Path, rounds: int) -> list[Row]:
    # The journal of so many requests is nobody's to read; this process is for them alone.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    pages, found, idle = Pages(root, snapshots), list[Row](), list[float]()
    for kind, paths in _asked(pages.store, pages.repository).items():
        make = pages.known if kind.endswith(PREPARED) else pages.cold
        for each in paths:
            make(each)
        gc.freeze()  # as the service does when it has prepared
        taken = [[make(each) for each in paths] for _ in range(rounds)]
        idle.append(noise())
        found.append(Row(f"{kind}, the middle one", OURS, "ms", tuple(map(statistics.median, taken))))
        found.append(Row(f"{kind}, the slowest", OURS, "ms", tuple(map(max, taken))))
    return [*found, Row("noise", MACHINE, "ms", tuple(idle))]


def _asked(store: LocalStore, repository: Repository) -> Mapping[str, Sequence[str]]:
    """Name what a reader of any nation asks for, by kind."""
    cities = dict(kinds(store, _CITIES))
    codes = [each.rpartition("/")[2] for each in cities["city"]]
    questions = [name for name, each in catalogue.questions(repository).items() if "m" in each.parameters]
    return {
        "page: a city, nothing known of it": cities["city"],
        f"page: a city{PREPARED}": cities["city"],
        "page: two cities compared, nothing known of them": cities["compare two"],
        f"page: two cities compared{PREPARED}": cities["compare two"],
        "page: a list": LISTS,
        "page: a search": cities["/search"],
        "page: an indicator of all cities": [f"/indicators/{each}" for each in indicators(repository)],
        "question: of one city": [f"/queries/{name}.json?m={code}" for name in questions for code in codes[::2]],
        "question: of all cities, the first fifty rows": [f"/queries/{name}.json?limit=50" for name in questions],
    }


def kinds(store: LocalStore, of: int) -> Iterator[tuple[str, Sequence[str]]]:
    """Name the kinds of pages and the pages of each, of many so many that are drawn by lot, always the same."""
    lots = random.Random(7)
    prefix = "PREFIX org: <http://www.w3.org/ns/org#> PREFIX sas: <https://w3id.org/sasaeai/ns#> "
    prefix += "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> SELECT DISTINCT ?x "

    def things(pattern: str) -> list[str]:
        found = [row["x"]["value"] for row in table(store.query(f"{prefix} {{ {pattern} }} ORDER BY ?x")).rows]
        return sorted(lots.sample(found, min(of, len(found))))

    cities = things("?programme sas:runBy ?x")
    known = [each.removeprefix(ID) for each in cities]
    yield "start", FIXED[:1]
    yield "city", [_document(each) for each in cities]
    yield "city without data", [_document(each) for each in things("?x a sas:Municipality MINUS { ?y sas:runBy ?x }")]
    yield "prefecture", [_document(each) for each in things("?x a sas:Prefecture")]
    for each in CLASSES:
        yield each, [_document(thing) for thing in things(f"?x a {each}")]
    pairs = zip(known, [*known[1:], known[0]], strict=True)
    yield "compare two", [f"/compare?m={one}&m={other}" for one, other in pairs]
    yield "compare four", ["/compare?" + "&".join(f"m={each}" for each in known[:4])]
    yield "compare four on a day", ["/compare?" + "&".join(f"m={each}" for each in known[:4]) + "&asOf=2020-04-01"]
    yield "lists", LISTS
    for each in FIXED[1:]:
        yield each.partition("?")[0], [each]


def _document(iri: str) -> str:
    return "/doc/" + iri.removeprefix(ID if iri.startswith(ID) else BASE)


def main() -> None:
    """Make the data if asked to, measure, and print."""
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("--cities", type=int, default=0, help="so many made-up ones, in place of the real ones")
    arguments.add_argument("--rounds", type=int, default=5, help="of each page")
    arguments.add_argument("--of", type=int, default=8, help="pages of each kind")
    arguments.add_argument("--only", nargs="+", default=[], help="kinds of pages that begin so")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="sasaeai-bench-") as place:
        root = Path(place) / "nation" if given.cities else None
        if root:
            nation.make(root, given.cities, seed=1)
        pages = Pages(root)
        print(f"{given.cities or 'the real'} cities; {_machine()}\n")
        print(
            "| page | of | queries | first, ms | slowest, ms | of it in the store "
            "| again, ms | from the cache, ms | KB |"
        )
        print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
        for kind, paths in kinds(pages.store, given.of):
            if paths and (not given.only or kind.startswith(tuple(given.only))):
                print(_row(kind, [pages.cost(each, given.rounds) for each in paths]), flush=True)


def _row(kind: str, costs: Sequence[Cost]) -> str:
    slowest = max(costs, key=lambda each: each.first)
    cells = (
        kind,
        len(costs),
        max(each.queries for each in costs),
        f"{statistics.median(each.first for each in costs):.1f}",
        f"{slowest.first:.1f}",
        f"{slowest.asked:.1f}",
        f"{statistics.median(each.again for each in costs):.1f}",
        f"{max(each.kept for each in costs):.2f}",
        f"{slowest.size / 1000:.0f}",
    )
    return f"| {' | '.join(map(str, cells))} |"


def _machine() -> str:
    packages = ", ".join(f"{each} {version(each)}" for each in ("pyoxigraph", "flask", "jinja2", "rdflib"))
    return f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}; {packages}"


if __name__ == "__main__":
    main()
