"""Measure everything at several sizes of nation, and keep the tables and the plot in docs/.

    python bench/table.py
    python bench/table.py --only start --cities 40
    python bench/table.py --only start validation --root FOLDER

One run of some half an hour, for a machine that does nothing else; with --only, the tables are printed and nothing is
written unless it is said where. README.md beside this file says what is measured.
"""

import argparse
import shlex
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
ROUNDS = {1741: 2, 400: 3, 0: 5}
"""From so many cities on, so many rounds are enough: each takes long."""
DOCS = BENCH.parent / "docs"


def measured(
    cities: int, rounds: int, measurements: Mapping[str, Measurement], root: Path | None = None
) -> tuple[list[Row], bool]:
    """Measure a nation of so many cities, made here or before; tell also whether all measurements came to their end."""
    found, whole = [], True
    with tempfile.TemporaryDirectory(prefix="sasaeai-bench-") as place:
        if root is None:
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
    parser.add_argument("--root", type=Path, help="a nation that is there, in place of those")
    several = ", ".join(f"{rounds} from {cities} cities on" for cities, rounds in sorted(ROUNDS.items()) if cities)
    parser.add_argument("--rounds", type=int, default=ROUNDS[0], help=f"of each measurement; at most {several}")
    parser.add_argument("--only", nargs="+", choices=MEASUREMENTS, help="of all measurements")
    parser.add_argument(
        "--peers", nargs="+", choices=peers.NAMES, default=peers.NAMES, help="servers to measure beside"
    )
    parser.add_argument("--out", type=Path, help="the folder whose page, JSON and plot are written; docs/, of all")
    given = parser.parse_args()
    # Told to end, it ends what it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    began = time.monotonic()
    command = shlex.join(["python", "bench/table.py", *sys.argv[1:]])
    run, status = Run(command, f"{datetime.now(UTC):%Y-%m-%d}", f"{machine(*PACKAGES)}{peers.virtuoso_version()}"), 0
    known = MEASUREMENTS | {"endpoint": partial(endpoint.rows, others=given.peers)}
    asked = {name: known[name] for name in given.only or known}
    out = given.out or (None if given.only or given.root else DOCS)
    for cities in [_cities(given.root)] if given.root else sorted(map(int, given.cities.split(","))):
        rounds = min(given.rounds, next(most for least, most in ROUNDS.items() if cities >= least))
        run.sizes[cities], whole = measured(cities, rounds, asked, given.root)
        run.minutes = (time.monotonic() - began) / 60
        status = status if whole else 1
        if out:
            run.write(out)
        else:
            print(run.tables(cities), flush=True)
    print(f"{run.minutes:.0f} minutes{f'; written to {out}' if out else ''}; {run.machine}")
    return status


def _cities(root: Path) -> int:
    return sum(1 for each in (root / "data" / "cities").iterdir() if each.is_dir())


if __name__ == "__main__":
    sys.exit(main())
