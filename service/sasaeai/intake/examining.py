"""A file held against the shapes and checks, each finding at the cell or line it is about."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sasaeai import validation, workbook
from sasaeai.fields import Fields, written_as_turtle
from sasaeai.intake.export import documents, template
from sasaeai.intake.findings import SEVERITIES, VIOLATION, Finding, Place, Remark
from sasaeai.intake.reading import city_of, read
from sasaeai.intake.rows import Submission
from sasaeai.intake.saying import Saying
from sasaeai.intake.statements import is_rdf, read_rdf
from sasaeai.repository import Repository
from sasaeai.validation import Ground, Progress, Violation, quiet
from sasaeai.vocabulary import ID, SAS
from sasaeai.workbook import Bounds, Grid

_IRI = re.compile(r"<(?:id/)?([^<>\s]+)>")
"""An IRI as a value is shown: a workbook has it as a key."""

_GRAVEST_FIRST = list(SEVERITIES)


@dataclass(frozen=True)
class Report:
    """Hold what was found in a file: its name, its city, the findings, and what it says, as Turtle by graph."""

    name: str
    city: str
    findings: list[Finding]
    graphs: dict[str, bytes] = field(default_factory=dict)
    grids: list[Grid] = field(default_factory=list)

    @property
    def conforms(self) -> bool:
        """Tell whether nothing is wrong; what was mended in reading, or deserves a look, does not count."""
        return all(each.severity != VIOLATION for each in self.findings)

    def count(self, severity: str) -> int:
        """Count the findings of a gravity."""
        return sum(each.severity == severity for each in self.findings)


class Intake:
    """Hold what files are held against: columns, names and the whole graph, read once."""

    def __init__(self, repository: Repository, bounds: Bounds | None = None) -> None:
        self._repository = repository
        self._bounds = bounds
        self._fields = Fields.of(repository)
        self._ground = Ground(repository)

    def renew(self, city: str) -> None:
        """Hold files against a city's documents as they are now."""
        self._ground.renew(city)

    def mistakes(self, documents: Mapping[str, bytes]) -> int:
        """Count the mistakes in documents of a city, by graph, beside the rest of the graph; what is b'' is gone."""
        return self._ground.mistakes(documents)

    def template(self, city: str) -> bytes:
        """Write the workbook of a city, filled with what its documents say."""
        return template(self._repository, city, self._fields)

    def examine(self, name: str, content: bytes, progress: Progress = quiet) -> Report:
        """Read a workbook, CSV files or RDF, and hold what it says against the rules, beside the rest of the graph.

        What is wrong is in the report; ServiceError is raised for what cannot be opened at all. `progress` is told how
        many of its things were held against the shapes.
        """
        if is_rdf(name):
            sent = read_rdf(self._ground, self._repository, name, content, progress)
            findings = sorted(sent.findings, key=lambda each: (_GRAVEST_FIRST.index(each.severity), each.place.line))
            return Report(name, sent.city, findings, dict(sent.graphs))
        grids = workbook.opened(name, content, self._bounds)
        city = city_of(grids)
        if not city or SAS + "Municipality" not in self._fields.names.kinds(ID + city):
            place = Place(grids[0].title if grids else name)
            return Report(name, "", [Remark("city-unknown", "").at(place)], grids=grids)
        present = documents(self._repository, city)
        submission = read(grids, self._fields, city, present)
        graphs = {graph: written_as_turtle(said, {"sas": SAS}) for graph, said in submission.graphs.items() if said}
        # A document that is gone is empty: what others say may have rested on it.
        files = dict.fromkeys(present, b"") | graphs
        places = {str(self._repository.place(graph)): text for graph, text in files.items()}
        violations = self._ground.validate(places, progress)
        saying = Saying(self._fields, submission.names)
        findings = [*submission.findings, *_located(violations, submission, saying)]
        findings.sort(key=lambda each: (_GRAVEST_FIRST.index(each.severity), _order(each.place, grids)))
        return Report(name, city, findings, graphs, grids)


def examine(
    repository: Repository, name: str, content: bytes, bounds: Bounds | None = None, progress: Progress = quiet
) -> Report:
    """Examine one file, once."""
    return Intake(repository, bounds).examine(name, content, progress)


def _order(place: Place, grids: Iterable[Grid]) -> tuple[int, int, int]:
    titles = [each.title for each in grids]
    return titles.index(place.sheet) if place.sheet in titles else len(titles), place.row, place.column


def _located(violations: Iterable[Violation], submission: Submission, saying: Saying) -> Iterator[Finding]:
    """Yield what the shapes and checks found, at its cell; of a row with a cell that could not be read, only of others.

    What a cell that was left out would have said is missed by the shapes too: it is enough to say so once.
    """
    exact: dict[tuple[str, str, str, str], Place] = {}
    for (graph, (thing, path, value)), place in submission.places.items():
        exact.setdefault((graph, thing, path, str(value)), place)
        exact.setdefault((graph, thing, "", str(value)), place)
    unread: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
    for found in submission.findings:
        if found.severity == VIOLATION:
            unread[found.place.sheet, found.place.row].add(found.place.column)
    seen = set()
    for each in violations:
        place = exact.get((each.graph, each.focus, each.path, each.value)) or _column(each, submission)
        wrong = unread.get((place.sheet, place.row), set())
        if place.column in wrong or (wrong and not each.path) or (place, each.rule) in seen:
            continue
        seen.add((place, each.rule))
        yield Finding(place, _shown(each), each.severity, each.rule, saying.words(each), focus=each.focus)


def _column(violation: Violation, submission: Submission) -> Place:
    graph, thing, path = violation.graph, violation.focus, violation.path
    row = submission.rows.get((graph, thing)) or next(
        (place for (_, each), place in submission.rows.items() if each == thing), Place("")
    )
    return submission.columns.get((graph, thing, path), row) if path else row


def _shown(violation: Violation) -> str:
    return _IRI.sub(r"\1", validation.short(violation.value)) if violation.value else ""
