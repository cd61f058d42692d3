"""RDF as a city sends it: which documents of which city it holds, and what is wrong with it, at its line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from sasaeai import validation
from sasaeai.errors import ServiceError
from sasaeai.intake.findings import Finding, Place, Remark
from sasaeai.repository import Repository
from sasaeai.validation import QUADS, SYNTAXES, Ground, Parts, Progress, Violation
from sasaeai.vocabulary import city_of


@dataclass(frozen=True)
class Sent:
    """Hold what a file of RDF says: its city ('' where it speaks of none, or of several) and all documents of it.

    A document that the file does not hold is there as it is recorded.
    """

    findings: list[Finding]
    city: str = ""
    graphs: Mapping[str, bytes] = field(default_factory=dict)


def is_rdf(name: str) -> bool:
    """Tell by a file's name whether it is RDF of a kind that is read."""
    return PurePosixPath(name).suffix.lower() in {*SYNTAXES, *QUADS}


def read_rdf(ground: Ground, repository: Repository, name: str, content: bytes, progress: Progress) -> Sent:
    """Read a file of RDF and hold it against the rules; ServiceError for one that has something fetched."""
    parts = validation.parted(name, content)
    if isinstance(parts, Violation):
        if parts.rule.endswith(":remote-context"):
            raise ServiceError("remote-context", 400, name=name, line=parts.line)
        return Sent([_finding(name, parts)])
    if PurePosixPath(name).suffix.lower() in SYNTAXES:
        found = ground.validate({name: content}, progress)
    else:
        said = {f"{graph}.ttl": text for graph, text in parts.graphs.items()}
        found = [validation.in_place(each, parts.whole) for each in ground.validate(said, progress)]
    findings = [_finding(name, each) for each in found]
    cities = {city_of(graph) for graph in parts.graphs}
    city = cities.pop() if len(cities) == 1 else ""
    if not city:
        return Sent(findings)
    present = repository.city(city)
    return Sent([*findings, *_kept(name, parts, present)], city, {**present, **parts.graphs})


def _kept(name: str, parts: Parts, present: Mapping[str, bytes]) -> Iterator[Finding]:
    """Say that the documents of the city that the file does not hold stay as they are."""
    others = [graph.rpartition("/")[2] for graph in present if graph not in parts.graphs]
    if others:
        remark = Remark("documents-kept", "、".join(others), parameters={"count": len(others)})
        yield remark.at(Place(name))


def _finding(name: str, violation: Violation) -> Finding:
    thing = " ".join(validation.short(part) for part in (violation.focus, violation.path) if part)
    place = Place(name, line=violation.line or 0, heading=thing)
    value = validation.short(violation.value) if violation.value else ""
    return Finding(place, value, violation.severity, violation.rule, violation.messages, focus=violation.focus)
