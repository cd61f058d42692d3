"""What files are held against, and the holding: a city by itself, beside what all have in common."""

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import pyoxigraph as ox

from sasaeai.repository import GraphFile, Repository
from sasaeai.validation.checks import against_checks
from sasaeai.validation.country import Country, Sight, cities_of, of_concern
from sasaeai.validation.documents import Document, read, text
from sasaeai.validation.kept import Kept, digest_of
from sasaeai.validation.said import Said
from sasaeai.validation.shapes import Progress, Shapes, against_shapes
from sasaeai.validation.violation import Violation
from sasaeai.vocabulary import city_of

_ALONE = 8
"""So many cities are looked at in one process: others would take longer to begin than to help."""

_AT_ONCE = 2
"""Processes that look at cities."""

_NO_CITY = ""
"""In place of a city's code: what stands in no city's document."""

_FILES = "files of "
"""Before a city's code: what is looked up is all that its files say."""


def quiet(done: int, total: int) -> None:
    """Tell nobody of the progress."""


@dataclass(frozen=True)
class _Packed:
    """Hold a file of the graph in a fifth of its room: of a nation's files few are read at a time."""

    name: str
    folder: str
    path: Path
    packed: bytes

    @classmethod
    def of(cls, file: GraphFile) -> "_Packed":
        """Pack a file as fast as can be."""
        return cls(file.name, file.folder, file.path, zlib.compress(file.content, 1))

    @property
    def content(self) -> bytes:
        """Return what the file says."""
        return zlib.decompress(self.packed)


class Ground:
    """Hold the whole graph's files, and as read what concerns more than one city, to hold files against it often."""

    def __init__(self, repository: Repository, kept: Path | None = None) -> None:
        self._repository = repository
        self._checks = repository.checks()
        self._places: dict[Path, _Packed] = {}
        self._cities: dict[str, list[_Packed]] = defaultdict(list)
        for file in map(_Packed.of, repository.graphs()):
            self._places[file.path.resolve()] = file
            self._cities[city_of(file.name)].append(file)
        self._unreadable: list[Violation] = []
        own = self._documents([_NO_CITY], self._unreadable)
        self._described = Said(each for each in own if each.folder == "data")
        concern = [each for code in self._cities if code for each in self._concern(code)]
        self._shapes = Shapes.of(own)
        self._country = Country([*own, *concern])
        rules = [each.content for each in self._places.values() if each.folder == "shapes"]
        self._kept = Kept(kept, [*rules, *(each.text.encode() for each in self._checks)]) if kept else None

    def renew(self, code: str) -> None:
        """Read the documents of one city anew: of the others, and of the rules, nothing has changed."""
        fresh = self._repository.city(code)
        gone = self._cities.pop(code, [])
        for file in gone:
            del self._places[file.path.resolve()]
        names = {each.name for each in gone}
        old = [each for each in self._country.documents if each.graph in names]
        files = {str(each.path.relative_to(self._repository.root)) for each in gone}
        self._unreadable = [each for each in self._unreadable if each.file not in files]
        for name, content in fresh.items():
            file = _Packed.of(GraphFile(name, "data", self._repository.place(name), content))
            self._places[file.path.resolve()] = file
            self._cities[code].append(file)
        self._country.replace(old, self._concern(code))

    def validate(self, files: Mapping[str, bytes] | None = None, progress: Progress = quiet) -> list[Violation]:
        """Check files of RDF, given by path, beside the rest of the graph; without any, the whole graph.

        A file of the repository takes its own place; another takes that of the data whose description it opens with,
        never that of a shape. Of the rest of the graph nothing is reported. `progress` is told how much was looked at,
        of how much: things, or of the whole graph cities.
        """
        if files is None:
            return _sorted([*self._unreadable, *self._everything(progress)])
        given: list[Document | Violation] = []
        for path, content in files.items():
            own = self._places.get(Path(path).resolve())
            given.append(read(path, content, own.name if own else "", own.folder if own else "data"))
        submitted = [each for each in given if isinstance(each, Document)]
        found = [each for each in given if isinstance(each, Violation)]
        if submitted:
            found += self._beside(submitted, progress)
        return _sorted(found)

    def mistakes(self, documents: Mapping[str, bytes]) -> int:
        """Count the mistakes in documents of the data, by graph, beside the rest; what is b'' is gone."""
        found = self.validate({str(self._repository.place(name)): text for name, text in documents.items()})
        return sum(each.severity == "violation" for each in found)

    def _beside(self, submitted: Sequence[Document], progress: Progress) -> list[Violation]:
        taken = {(each.graph, each.folder) for each in submitted}
        replaced = [each for each in self._country.documents if (each.graph, each.folder) in taken]
        shapes = self._shapes
        if any(each.folder == "shapes" for each in submitted):
            rest = [each for each in self._country.documents if each not in replaced]
            shapes = Shapes.of([*submitted, *rest])
        # What no city's document says may concern any.
        is_common = any(not city_of(each.graph) for each in replaced)
        codes = set(self._cities) if is_common else {code for each in submitted for code in cities_of(each)}
        others = self._documents(codes - {_NO_CITY})
        documents = [*submitted, *(each for each in others if (each.graph, each.folder) not in taken)]
        return self._found(shapes, submitted, documents, [*replaced, *others], progress)[0]

    def _everything(self, progress: Progress) -> Iterator[Violation]:
        units = sorted({_NO_CITY, *self._cities})
        progress(0, len(units))
        if len(units) < _ALONE:
            found: Iterable[list[Violation]] = map(self.city, units)
            yield from _told(found, len(units), progress)
            return
        with ProcessPoolExecutor(_AT_ONCE, get_context("fork"), _take, (self,)) as pool:
            yield from _told(pool.map(_look_at, units, chunksize=4), len(units), progress)

    def city(self, code: str) -> list[Violation]:
        """Check the documents of one city; without a code, those of the data that are no city's."""
        key = self._digest(_FILES + code)
        if self._kept and (kept := self._kept.find(key, self._digest)) is not None:
            return kept
        if code:
            own = self._documents([code])
        else:
            own = [each for each in self._country.documents if each.folder == "data" and not city_of(each.graph)]
        every, sight, asked = self._found(self._shapes, own, own, own, quiet)
        # Of a thing that others speak of it is they who are told.
        focus = {text(each.subject) for document in own for each in document.triples} | {each.graph for each in own}
        found = [each for each in every if each.focus in focus]
        if self._kept:
            asked |= {_FILES + each for each in sight.cities - {code, _NO_CITY}}
            # What is this city's own is in its files; what others say of it is among what leads to it.
            looked_up = {each: self._digest(each) for each in asked if city_of(each) != code or not code}
            self._kept.keep(key, looked_up, found)
        return found

    def _found(
        self,
        shapes: Shapes,
        spoken_of: Sequence[Document],
        documents: Sequence[Document],
        left_out: Sequence[Document],
        progress: Progress,
    ) -> tuple[list[Violation], Sight, set[str]]:
        """Return what is wrong in what is spoken of, in sight of all documents of its cities; and all it rests on."""
        sight = Sight(self._country, documents, left_out, lambda code: self._documents([code]))
        found = list(against_shapes(shapes, sight, spoken_of, progress))
        quads, asked = sight.touched()
        store = ox.Store()
        store.extend(quads)
        for document in documents:
            name = ox.NamedNode(document.graph)
            store.extend(ox.Quad(each.subject, each.predicate, each.object, name) for each in document.triples)
        return [*found, *against_checks(self._checks, store, spoken_of)], sight, asked

    def _concern(self, code: str) -> list[Document]:
        """Read what in a city's documents may concern others."""
        return [of_concern(each, self._described) for each in self._documents([code], self._unreadable)]

    def _documents(self, codes: Iterable[str], unreadable: list[Violation] | None = None) -> list[Document]:
        """Read the documents of cities, or without a code those of none."""
        documents = []
        for file in (file for code in sorted(codes) for file in self._cities.get(code, ())):
            each = read(str(file.path.relative_to(self._repository.root)), file.content, file.name, file.folder)
            if isinstance(each, Document):
                documents.append(each)
            elif unreadable is not None:
                unreadable.append(each)
        return documents

    def _digest(self, name: str) -> str:
        """Digest what is looked up by a name: a thing, or the files of a city."""
        if not name.startswith(_FILES):
            return self._country.digest(name)
        code = name.removeprefix(_FILES)
        files = self._cities.get(code, ())
        parts = (
            (each.name.encode(), str(each.path.relative_to(self._repository.root)).encode(), each.content)
            for each in files
        )
        return digest_of([code.encode(), *(part for each in parts for part in each)])


_ground: Ground | None = None


def _take(ground: Ground) -> None:
    """Have the ground in a process that was forked to look at cities."""
    global _ground  # noqa: PLW0603 — what a process is given at its start
    _ground = ground


def _look_at(code: str) -> list[Violation]:
    if _ground is None:
        raise RuntimeError("this process was not given the ground")
    return _ground.city(code)


def _told(found: Iterable[list[Violation]], total: int, progress: Progress) -> Iterator[Violation]:
    for done, each in enumerate(found, 1):
        progress(done, total)
        yield from each


def _sorted(found: Iterable[Violation]) -> list[Violation]:
    return sorted(found, key=lambda each: (each.file, each.line or 0, each.focus, each.rule, each.sentence("en")))
