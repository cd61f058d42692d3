"""Measure everything at several sizes of nation, and keep the tables and the plot in docs/.

    python bench/table.py [--cities 4,40,400,1741] [--rounds 5] [--out docs]

One run of some half an hour, for a machine that does nothing else. README.md beside this file says what is measured.
"""

import argparse
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path

import endpoint
import nation
import peers
from figures import OURS, Row, machine
from report import Run

Measurement = Callable[[Path, int], list[Row]]
BENCH = Path(__file__).resolve().parent
MEASUREMENTS: dict[str, Measurement] = {
    each.stem: import_module(each.stem).rows
    for each in sorted(BENCH.glob("*.py"))
    if "\ndef rows(" in each.read_text("utf-8")
}
"""Each module that has a function of this name: the file is the registration."""
PACKAGES = ("pyoxigraph", "granian", "oxigraph", "rdflib", "rdflib-endpoint", "pyshacl")
LARGE, ROUNDS_OF_LARGE = 400, 3
"""From so many cities on, so many rounds are enough: each takes long."""
DOCS = BENCH.parent / "docs"


def measured(cities: int, rounds: int, measurements: Mapping[str, Measurement]) -> tuple[list[Row], bool]:
    """Measure a nation of so many cities; tell also whether all measurements came to their end."""
    found, whole = [], True
    with tempfile.TemporaryDirectory(prefix="sasaeai-bench-") as place:
        root = Path(place) / "nation"
        nation.make(root, cities, seed=1)
        for name, measure in measurements.items():
            began = time.monotonic()
            try:
                found += measure(root, rounds)
            except Exception as error:
                traceback.print_exc()
                found.append(Row(name, OURS, "", note=f"failed: {type(error).__name__}: {error}"))
                whole = False
            print(f"{cities:,} cities, {name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return found, whole


def main() -> int:
    """Measure, keep after each size what has been found, and print where."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--cities", default="4,40,400,1741", help="sizes of nation, by commas")
    several = f"of each measurement; {ROUNDS_OF_LARGE} from {LARGE} cities on"
    parser.add_argument("--rounds", type=int, default=5, help=several)
    parser.add_argument("--only", nargs="+", choices=MEASUREMENTS, default=list(MEASUREMENTS))
    parser.add_argument(
        "--peers", nargs="+", choices=peers.NAMES, default=peers.NAMES, help="servers to measure beside"
    )
    parser.add_argument("--out", type=Path, default=DOCS, help="the folder whose page, JSON and plot are written")
    given = parser.parse_args()
    # Told to end, it ends what it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    began = time.monotonic()
    command = f"python bench/table.py --cities {given.cities} --rounds {given.rounds}"
    run, status = Run(command, f"{datetime.now(UTC):%Y-%m-%d}", f"{machine(*PACKAGES)}{peers.virtuoso_version()}"), 0
    asked = MEASUREMENTS | {"endpoint": partial(endpoint.rows, others=given.peers)}
    for cities in sorted(map(int, given.cities.split(","))):
        rounds = min(given.rounds, ROUNDS_OF_LARGE) if cities >= LARGE else given.rounds
        run.sizes[cities], whole = measured(cities, rounds, {name: asked[name] for name in given.only})
        run.minutes = (time.monotonic() - began) / 60
        run.write(given.out)
        status = status if whole else 1
    print(f"{run.minutes:.0f} minutes; written to {given.out}")
    return status


if __name__ == "__main__":
    sys.exit(main())
