"""Measure validation: of one city beside plain pySHACL, and of everything, anew and with what was found before.

python bench/table.py --only validation
"""

import gc
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar

import pyoxigraph as ox
import pyshacl
from rdflib import RDF, SH, SKOS, Graph

from figures import OURS, Row, most_held
from sasaeai.repository import GraphFile, QueryFile, Repository
from sasaeai.validation import Ground
from sasaeai.vocabulary import BASE, city_of

PEER = "pySHACL"
_SAMPLE = 4
"""So many cities are looked at in each round, others in each."""
_LEFT_OUT = 0.01
"""The share of their statements that is left out, so that there is something to find."""

T = TypeVar("T")
Finding = tuple[str, str, str]
"""What is wrong: thing, property, value."""


def rows(root: Path, rounds: int) -> list[Row]:
    """Hold some cities of a repository against the rules in turns, those of a round together; then everything."""
    ground, shapes_alone, plain = Ground(Repository(root)), Ground(_Unchecked(root)), _Plain(Repository(root))
    cities, chance = _by_city(Repository(root)), random.Random(1)
    spent: dict[str, list[float]] = {"shapes": [], "both": [], PEER: []}
    for _ in range(rounds):
        taken = dict.fromkeys(spent, 0.0)
        drawn = chance.sample(sorted(cities), min(_SAMPLE, len(cities)))
        for code in drawn:
            own = {str(each.path): _spoilt(each.content, chance) for each in cities[code]}
            seconds, found = _timed(partial(shapes_alone.validate, own))
            taken["shapes"] += seconds
            taken["both"] += _timed(partial(ground.validate, own))[0]
            seconds, theirs = _timed(partial(plain.validate, own))
            taken[PEER] += seconds
            ours = {(each.focus, each.path, each.value) for each in found}
            if ours != theirs:
                raise RuntimeError(f"{code}: found by one of both only: {sorted(ours ^ theirs)}")
        for name, seconds in taken.items():
            spent[name].append(seconds / len(drawn))
    return [
        Row("validation: shapes of one city, warm", OURS, "CPU-s", tuple(spent["shapes"])),
        Row("validation: shapes of one city, warm", PEER, "CPU-s", tuple(spent[PEER])),
        Row("validation: shapes and checks of one city, warm", OURS, "CPU-s", tuple(spent["both"])),
        *_whole(root),
    ]


def _timed(what: Callable[[], T]) -> tuple[float, T]:
    gc.collect()
    began = time.process_time()
    done = what()
    return time.process_time() - began, done


class _Unchecked(Repository):
    """Read a repository without its checks: what is left are the shapes."""

    def checks(self) -> list[QueryFile]:
        return []


def _by_city(repository: Repository) -> dict[str, list[GraphFile]]:
    found: dict[str, list[GraphFile]] = {}
    for each in repository.graphs():
        if each.folder == "data" and (code := city_of(each.name)):
            found.setdefault(code, []).append(each)
    return found


def _spoilt(content: bytes, chance: random.Random) -> bytes:
    kept = [each.triple for each in ox.parse(content, ox.RdfFormat.TURTLE) if chance.random() >= _LEFT_OUT]
    return ox.serialize(kept, format=ox.RdfFormat.TURTLE) or b""


class _Plain:
    """Ask pySHACL as it comes, with shapes and what no city's document says parsed before."""

    def __init__(self, repository: Repository) -> None:
        self._shapes, self._common = Graph(), Graph()
        for each in repository.graphs():
            if each.folder == "shapes":
                self._shapes.parse(data=each.content, format="turtle")
            elif not city_of(each.name):
                self._common.parse(data=each.content, format="turtle")

    def validate(self, files: Mapping[str, bytes]) -> set[Finding]:
        """Give it the files, beside what the things they point to are; drop what it says of other things."""
        data = Graph()
        for content in files.values():
            data.parse(data=content, format="turtle", publicID=BASE)
        own = set(data.subjects())
        for each in own:
            for said in self._common.predicate_objects(each):
                data.add((each, *said))
        for each in set(data.objects()) - own:
            for what in (RDF.type, SKOS.inScheme):
                for kind in self._common.objects(each, what):
                    data.add((each, what, kind))
        _, report, _ = pyshacl.validate(data, shacl_graph=self._shapes)
        if not isinstance(report, Graph):
            raise TypeError(f"pySHACL cannot apply the shapes: {report!r}")
        found = set()
        for result in report.objects(None, SH.result):
            thing, path, value = (report.value(result, each) for each in (SH.focusNode, SH.resultPath, SH.value))
            if thing in own:
                shown = "" if value is None or value == thing else str(value)
                found.add((str(thing), "" if path is None else str(path), shown))
        return found


def _whole(root: Path) -> list[Row]:
    """Check everything twice, each time in a program of its own: with nothing found before, then with all of it."""
    with tempfile.TemporaryDirectory(prefix="sasaeai-bench-") as kept:
        anew, again = _child(root, kept), _child(root, kept)
    return [
        Row("validation: everything", OURS, "CPU-s", (anew["cpu"],)),
        Row("validation: everything", OURS, "s", (anew["clock"],)),
        Row("validation: everything, the largest process", OURS, "MB", (anew["megabytes"],)),
        Row("validation: everything, nothing changed", OURS, "CPU-s", (again["cpu"],)),
    ]


def _child(root: Path, kept: str) -> dict[str, float]:
    command = [sys.executable, str(Path(__file__)), str(root), kept]
    figures: dict[str, float] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return figures


def _be_child(root: str, kept: str) -> dict[str, float]:
    began = time.perf_counter()
    Ground(Repository(Path(root)), Path(kept)).validate()
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {
        "cpu": sum(each.ru_utime + each.ru_stime for each in used),
        "clock": time.perf_counter() - began,
        "megabytes": max(most_held(), used[1].ru_maxrss) / 1024,
    }


if __name__ == "__main__":
    print(json.dumps(_be_child(*sys.argv[1:])))
