"""Is the graph right? Shapes through pySHACL, checks as queries; what is wrong is a value, never raised.

A shape looks at a thing and at what the things it points to are. Sums, overlaps, links that lead nowhere and whatever
else needs more are checks: queries that must find nothing.
"""

from collections.abc import Mapping
from pathlib import Path

from sasaeai.repository import Repository
from sasaeai.validation.checks import against_checks
from sasaeai.validation.documents import Document, read
from sasaeai.validation.shapes import Progress, against_shapes
from sasaeai.validation.violation import Violation, short

__all__ = ["Violation", "short", "validate"]


def quiet(done: int, total: int) -> None:
    """Tell nobody of the progress."""


def validate(
    repository: Repository, files: Mapping[str, bytes] | None = None, progress: Progress = quiet
) -> list[Violation]:
    """Check Turtle files, given by path, beside the rest of the graph; without any, the whole graph.

    A file of the repository takes its own place; another takes that of the graph whose description it opens with.
    Of the rest of the graph nothing is reported. `progress` is told how many things were looked at, of how many.
    """
    stored = {each.name: each for each in repository.graphs()}
    names = {each.path.resolve(): each.name for each in stored.values()}
    given: list[Document | Violation] = []
    for path, content in (files or {}).items():
        own = stored.get(names.get(Path(path).resolve(), ""))
        given.append(read(path, content, own.name if own else "", own.folder if own else "data"))
    submitted = [each for each in given if isinstance(each, Document)]
    if files and not submitted:
        return [each for each in given if isinstance(each, Violation)]
    taken = {each.graph for each in submitted}
    rest = [
        read(str(each.path.relative_to(repository.root)), each.content, each.name, each.folder)
        for each in stored.values()
        if each.name not in taken
    ]
    documents = [each for each in (*submitted, *rest) if isinstance(each, Document)]
    spoken_of = submitted or [each for each in documents if each.folder == "data"]
    found = [each for each in (given if files else rest) if isinstance(each, Violation)]
    found += against_shapes(documents, spoken_of, progress)
    found += against_checks(repository.checks(), documents, spoken_of)
    return sorted(found, key=lambda each: (each.file, each.line or 0, each.focus, each.rule, each.path, each.value))
