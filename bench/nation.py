"""Make a nation of cities: a whole repository of made-up documents of municipalities that exist.

    python bench/nation.py FOLDER [--cities 40] [--seed 1] [--with-real] [--defects 0]

README.md beside this file says what is in it. The same arguments give the same bytes.
"""

import argparse
import hashlib
import json
import shutil
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

from fiction.city import SHARED, City
from fiction.defects import Planter
from fiction.document import HEAD, NOTE_EN, NOTE_JA, Thing, both, turtle
from fiction.documents import documents
from fiction.register import Municipality, read
from fiction.structure import naming

CHECKOUT = Path(__file__).resolve().parent.parent
KEPT = ("ontology", "shapes", "queries", "data")
"""What a nation takes over as it is, but for the real cities."""

README = """\
Written by bench/nation.py for measuring. What stands under data/cities/ is made up, except for the cities of the
checkout where they were asked for: no document in texts/ was ever published by anybody.
"""


class NationError(Exception):
    """Say why a nation cannot be made as asked."""


@dataclass(frozen=True)
class Made:
    """Count what was made: cities, the files of their documents with their bytes and quads, and the digest of all."""

    cities: int
    files: int
    bytes: int
    quads: int
    digest: str


def make(folder: Path, cities: int, seed: int, *, with_real: bool = False, defects: int = 0) -> Made:
    """Write a repository with so many made-up cities; the texts of their documents lie in `texts/`.

    Defects are named in `defects.jsonl`: rule, focus and file of what a validation finds, one a line.

    Raises NationError where the folder holds something, there are not so many municipalities, or no place is left for
    a defect.
    """
    if folder.exists() and any(folder.iterdir()):
        raise NationError(f"{folder} is not empty: name a folder that is yet to be made")
    places = _places(cities, seed, with_real)
    unwanted = shutil.ignore_patterns("*.py", "*.md", "__pycache__", *([] if with_real else ["cities"]))
    for each in KEPT:
        shutil.copytree(CHECKOUT / each, folder / each, ignore=unwanted, dirs_exist_ok=True)
    _write(folder / "README", README)
    _write(folder / "data" / "sample-organisations.ttl", _organisations())
    files = size = quads = 0
    planter = Planter(defects, len(places))
    for place in places:
        # The first city has everything, so that the smallest nation knows every class.
        city = City(place, seed, whole=place is places[0])
        told = [(f"data/cities/{place.code}-{place.slug}/{each.slug}.ttl", each) for each in documents(city)]
        planter.plant(told)
        for file, document in told:
            size += _write(folder / file, document.turtle())
            _write(folder / "texts" / document.file, document.text())
            files, quads = files + 1, quads + document.quads()
    if planter.missing:
        raise NationError(f"{planter.missing} of {defects} defects found no place in {cities} cities: ask for fewer")
    if defects:
        _write(folder / "defects.jsonl", "".join(json.dumps(asdict(each)) + "\n" for each in planter.planted))
    return Made(len(places), files, size, quads, digest(folder))


def digest(folder: Path) -> str:
    """Digest a folder: the paths of its files and what they hold."""
    whole = hashlib.sha256()
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(f"{path.relative_to(folder)} {content}\n".encode())
    return whole.hexdigest()


def _places(cities: int, seed: int, with_real: bool) -> list[Municipality]:
    """Draw municipalities, a designated city first. A larger nation of the same seed holds the smaller one whole."""
    register = read(CHECKOUT / "data" / "register")
    real = {each.name.split("-")[0] for each in (CHECKOUT / "data" / "cities").iterdir()} if with_real else set()
    free = [each for each in register if each.code not in real]
    if not 1 <= cities <= len(free):
        raise NationError(f"there are {len(free)} municipalities to make up documents of: ask for 1 to {len(free)}")
    Random(seed).shuffle(free)
    first = next(each for each in free if each.wards)
    return [first, *(each for each in free if each is not first)][:cities]


def _organisations() -> str:
    """Name the bodies that act in many made-up cities."""
    described = f"<graph/sample-organisations>\n    dct:description {' , '.join(both(NOTE_JA, NOTE_EN))} ;\n"
    described += '    sas:ownRendering "en" .\n'
    return "\n".join([HEAD, described, *(turtle(Thing(each.path, each.kind, [], naming(each))) for each in SHARED)])


def _write(path: Path, text: str) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.write_bytes(text.encode())


def main() -> int:
    """Make a nation, and print what it holds."""
    parser = argparse.ArgumentParser(description="Make a nation of cities, of which nothing is a fact, for measuring.")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where to write it: empty, or yet to be made")
    parser.add_argument("--cities", type=int, default=40, metavar="N", help="how many to make up (default: 40)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="another seed, another nation (default: 1)")
    parser.add_argument("--with-real", action="store_true", help="beside the real cities of this checkout")
    parser.add_argument(
        "--defects", type=int, default=0, metavar="N", help="plant N, named in defects.jsonl (default: 0)"
    )
    given = parser.parse_args()
    began = time.perf_counter()
    try:
        made = make(given.folder, given.cities, given.seed, with_real=given.with_real, defects=given.defects)
    except NationError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    seconds = time.perf_counter() - began
    print(f"{made.cities} cities, {made.files} documents, {made.quads} quads, {made.bytes} bytes, {seconds:.1f} s")
    print(f"sha256 {made.digest}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
