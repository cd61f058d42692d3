"""Measure validation: cities held against the shapes by this service and by plain pySHACL, in turns; a whole nation.

    python bench/validation.py FOLDER [--sample 6] [--spoilt 0.01] [--whole] [--kept KEPT]

FOLDER is a repository, such as bench/nation.py makes. Figures are seconds of the processor, and ratios of them.
"""

import argparse
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import pyoxigraph as ox
import pyshacl
from rdflib import RDF, SH, SKOS, Graph

from figures import OURS, Row
from sasaeai.repository import QueryFile, Repository
from sasaeai.validation import Ground
from sasaeai.vocabulary import GRAPH

WORDS = {SH.name, SH.description, SH.message, SH.order, SH.group}
T = TypeVar("T")
Finding = tuple[str, str, str]
"""What is wrong: thing, property, value."""


@dataclass(frozen=True)
class Turn:
    """Hold what a city's shapes and checks took, what plain pySHACL took for shapes; whether both found the same."""

    city: str
    triples: int
    shapes: float
    checks: float
    plain: float
    found: int
    same: bool


def rows(root: Path, rounds: int) -> list[Row]:
    """Measure single cities beside plain pySHACL, a city in each round, and the whole repository: first, and again."""
    repository, subject = Repository(root), "validation: a city against the shapes"
    held = list(turns(repository, rounds, 0.0))
    note = "" if all(each.same for each in held) else "finds other violations"
    found = [
        Row(subject, OURS, "CPU-s", tuple(each.shapes for each in held)),
        Row(subject, "pySHACL", "CPU-s", tuple(each.plain for each in held), note),
        Row("validation: a city against the checks", OURS, "CPU-s", tuple(each.checks for each in held)),
    ]
    with tempfile.TemporaryDirectory(prefix="sasaeai-bench-") as place:
        for way in ("first", "again"):
            # In a process of its own, whose memory is then its alone.
            with ProcessPoolExecutor(1, get_context("spawn")) as pool:
                made = pool.submit(whole, repository, Path(place)).result()
            figures = (("s", made.seconds), ("CPU-s", made.processor), ("MB", made.megabytes))
            found += [Row(f"validation: the whole, {way}", OURS, unit, (figure,)) for unit, figure in figures]
    return found


def turns(repository: Repository, sample: int, spoilt: float) -> Iterator[Turn]:
    """Hold some cities against the shapes, each as it is, or with some statements left out, in both ways."""
    files = [each for each in repository.graphs() if each.folder == "data"]
    codes = sorted({each.name.removeprefix(GRAPH).split("/")[0] for each in files if "cities" in each.path.parts})
    chance = random.Random(1)
    codes = sorted(chance.sample(codes, min(sample, len(codes))))
    ground, only_shapes = Ground(repository), Ground(_Unchecked(repository.root))
    shapes, common = Graph(), Graph()
    for each in repository.graphs():
        if each.folder == "shapes":
            shapes.parse(data=each.content, format="turtle")
        elif "cities" not in each.path.parts:
            common.parse(data=each.content, format="turtle")
    for code in codes:
        own = {
            str(each.path): _spoilt(each.content, spoilt, chance) for each in files if repository.is_of(each.name, code)
        }
        by_shapes, _ = _timed(partial(only_shapes.validate, own))
        by_both, found = _timed(partial(ground.validate, own))
        by_plain, (report, triples) = _timed(partial(_plain, own, shapes, common))
        ours = {(each.focus, each.path, each.value) for each in found if each.rule.startswith("shapes:")}
        yield Turn(code, triples, by_shapes, by_both - by_shapes, by_plain, len(found), ours == report)


def _timed(what: Callable[[], T]) -> tuple[float, T]:
    began = time.process_time()
    done = what()
    return time.process_time() - began, done


class _Unchecked(Repository):
    """Read a repository without its checks: what is left to a file's validation are the shapes."""

    def checks(self) -> list[QueryFile]:
        return []


def _spoilt(content: bytes, share: float, chance: random.Random) -> bytes:
    if not share:
        return content
    kept = [each for each in ox.parse(content, ox.RdfFormat.TURTLE) if chance.random() >= share]
    triples = [ox.Triple(each.subject, each.predicate, each.object) for each in kept]
    return ox.serialize(triples, format=ox.RdfFormat.TURTLE) or b""


def _plain(files: dict[str, bytes], shapes: Graph, common: Graph) -> tuple[set[Finding], int]:
    """Ask pySHACL about the files, beside what the things they point to are; drop what it says of other things."""
    data = Graph()
    for content in files.values():
        data.parse(data=content, format="turtle", publicID="https://w3id.org/sasaeai/")
    own, triples = set(data.subjects()), len(data)
    for each in own:
        for path, value in common.predicate_objects(each):
            data.add((each, path, value))
    for each in set(data.objects()) - own:
        for what in (RDF.type, SKOS.inScheme):
            for value in common.objects(each, what):
                data.add((each, what, value))
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes)
    found = set()
    for result in report.objects(None, SH.result):
        thing, path, value = (report.value(result, each) for each in (SH.focusNode, SH.resultPath, SH.value))
        if thing in own:
            shown = "" if value is None or value == thing else str(value)
            found.add((str(thing), "" if path is None else str(path), shown))
    return found, triples


@dataclass(frozen=True)
class Whole:
    """Hold what a whole repository took: seconds by the clock and of processors, the largest process in MB."""

    cities: int
    found: int
    seconds: float
    processor: float
    megabytes: float


def whole(repository: Repository, kept: Path | None = None) -> Whole:
    """Check everything, as `sasaeai validate` does."""
    began, spent = time.perf_counter(), _spent()
    total = 0

    def advance(_done: int, units: int) -> None:
        nonlocal total
        total = units

    found = Ground(repository, kept).validate(progress=advance)
    largest = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return Whole(total - 1, len(found), time.perf_counter() - began, _spent() - spent, largest / 1024)


def _spent() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def main() -> int:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description="Measure validation beside plain pySHACL.")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="a repository, such as bench/nation.py makes")
    parser.add_argument("--sample", type=int, default=6, metavar="N", help="cities held in both ways (default: 6)")
    parser.add_argument(
        "--spoilt", type=float, default=0.01, metavar="SHARE", help="statements left out (default: 0.01)"
    )
    parser.add_argument("--whole", action="store_true", help="check everything too")
    parser.add_argument("--kept", type=Path, metavar="KEPT", help="a folder that keeps what was found")
    given = parser.parse_args()
    repository = Repository(given.folder)
    held = list(turns(repository, given.sample, given.spoilt)) if given.sample else []
    if held:
        print("| city | triples | shapes | checks | plain pySHACL (shapes) | times less | found | the same |")
        print("|---|---|---|---|---|---|---|---|")
    for each in held:
        seconds = (f"{number:.2f}" for number in (each.shapes, each.checks, each.plain))
        words = (each.city, each.triples, *seconds, f"{each.plain / each.shapes:.1f}", each.found)
        print("|", " | ".join(map(str, words)), "|", "yes" if each.same else "NO", "|")
    if held:
        ratios = sorted(each.plain / each.shapes for each in held)
        print(f"\nmedian {statistics.median(ratios):.1f} times less ({ratios[0]:.1f}–{ratios[-1]:.1f})")
    if given.whole:
        made = whole(repository, given.kept)
        print(
            f"{made.cities} cities: {made.seconds:.0f} s, {made.processor:.0f} s of the processors,"
            f" {made.megabytes:.0f} MB in the largest process, {made.found} found"
        )
    return 0 if all(each.same for each in held) else 1


if __name__ == "__main__":
    sys.exit(main())
