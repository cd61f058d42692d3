"""Is the graph right? Shapes through pySHACL, checks as queries; what is wrong is a value, never raised.

A shape looks at a thing and at what the things it points to are. Sums, overlaps, links that lead nowhere and whatever
else needs more are checks: queries that must find nothing.
"""

from collections.abc import Mapping
from pathlib import Path

from sasaeai.repository import Repository
from sasaeai.validation.checks import Merged, against_checks
from sasaeai.validation.documents import SYNTAXES, Document, read
from sasaeai.validation.parting import QUADS, Parts, in_place, parted
from sasaeai.validation.said import Said
from sasaeai.validation.shapes import Progress, Shapes, against_shapes
from sasaeai.validation.violation import Violation, short

__all__ = ["QUADS", "SYNTAXES", "Ground", "Parts", "Violation", "in_place", "parted", "short", "validate"]


def quiet(done: int, total: int) -> None:
    """Tell nobody of the progress."""


class Ground:
    """Hold the whole graph as read once, to hold files against it as often as wanted."""

    def __init__(self, repository: Repository) -> None:
        files = list(repository.graphs())
        self._places = {each.path.resolve(): each for each in files}
        stored = [
            read(str(each.path.relative_to(repository.root)), each.content, each.name, each.folder) for each in files
        ]
        self._documents = [each for each in stored if isinstance(each, Document)]
        self._unreadable = [each for each in stored if isinstance(each, Violation)]
        self._shapes = Shapes.of(self._documents)
        self._said = Said(each for each in self._documents if each.folder != "shapes")
        self._merged = Merged(self._documents)
        self._checks = repository.checks()

    def validate(self, files: Mapping[str, bytes] | None = None, progress: Progress = quiet) -> list[Violation]:
        """Check files of RDF, given by path, beside the rest of the graph; without any, the whole graph.

        A file of the repository takes its own place; another takes that of the data whose description it opens with,
        never that of a shape. Of the rest of the graph nothing is reported. `progress` is told how many things were
        looked at, of how many.
        """
        given: list[Document | Violation] = []
        for path, content in (files or {}).items():
            own = self._places.get(Path(path).resolve())
            given.append(read(path, content, own.name if own else "", own.folder if own else "data"))
        submitted = [each for each in given if isinstance(each, Document)]
        found = [each for each in given if isinstance(each, Violation)] if files else list(self._unreadable)
        if files and not submitted:
            return found
        taken = {(each.graph, each.folder) for each in submitted}
        left_out = [each for each in self._documents if (each.graph, each.folder) in taken]
        spoken_of = submitted or [each for each in self._documents if each.folder == "data"]
        shapes = self._shapes
        if any(each.folder == "shapes" for each in submitted):
            shapes = Shapes.of([*submitted, *(each for each in self._documents if each not in left_out)])
        said = Said((each for each in submitted if each.folder != "shapes"), self._said, left_out)
        found += against_shapes(shapes, said, spoken_of, progress)
        with self._merged.exchanged(left_out, submitted) as store:
            found += against_checks(self._checks, store, spoken_of)
        return sorted(found, key=lambda each: (each.file, each.line or 0, each.focus, each.rule, each.path, each.value))


def validate(
    repository: Repository, files: Mapping[str, bytes] | None = None, progress: Progress = quiet
) -> list[Violation]:
    """Check files of RDF beside the rest of a repository's graph, or the whole of it, once."""
    return Ground(repository).validate(files, progress)
