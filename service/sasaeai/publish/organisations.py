"""Organisations that are new to the graph, and which known ones they may be: the choice is the reviewer's."""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rdflib import Literal, URIRef

from sasaeai.errors import ServiceError
from sasaeai.fields import Statement
from sasaeai.fields.names import ALT_LABEL, folded
from sasaeai.publish.changes import Graphs
from sasaeai.vocabulary import ID, ORG, PREF_LABEL, RDF_TYPE, SAS

_IRI = re.compile(re.escape(ID) + r"([0-9]{6}/)?org/")
_CLASSES = {ORG + each for each in ("Organization", "FormalOrganization", "OrganizationalUnit")}
_NUMBER = SAS + "corporateNumber"
_FORMS = re.compile(
    "株式会社|有限会社|合同会社|相互会社|(社会福祉|社会医療|医療|学校|宗教)法人|(特定非営利活動|npo)法人"
    "|(一般|公益)?(社団|財団)法人|独立行政法人|生活協同組合|[\\W_]"
)
_ALIKE = 0.85
_LONG = 4
"""Characters that a name must have for another to be found within it."""


@dataclass
class _Body:
    names: list[str] = field(default_factory=list)
    numbers: set[str] = field(default_factory=set)
    is_one: bool = False

    @property
    def keys(self) -> set[str]:
        return {key for key in (_FORMS.sub("", folded(name)) for name in self.names) if len(key) > 1}


@dataclass(frozen=True)
class Candidate:
    """Name a new organisation and a known one that it may be; `by` is `number`, `name` or `alike`."""

    new: str
    known: str
    new_name: str
    known_name: str
    by: str


def candidates(new: Iterable[Statement], known: Iterable[Statement]) -> list[Candidate]:
    """Match organisations that only the new statements speak of to known ones, the surest first."""
    theirs = _bodies(known)
    ours = {iri: body for iri, body in _bodies(new).items() if body.is_one and iri not in theirs}
    found = []
    for iri, body in ours.items():
        for other, known_body in theirs.items():
            if by := _match(body, known_body):
                found.append(Candidate(iri, other, _name(body, iri), _name(known_body, other), by))
    return sorted(found, key=lambda each: (each.new, ("number", "name", "alike").index(each.by), each.known))


def joined(graphs: Graphs, same: Mapping[str, str], known: Iterable[Statement]) -> dict[str, list[Statement]]:
    """Say of a known organisation what was said of a new one; of what it is called and is, the known stands.

    ServiceError 422 if one of a pair is not a new one, or the other no known one.
    """
    theirs: defaultdict[str, set[str]] = defaultdict(set)
    names: defaultdict[str, set[str]] = defaultdict(set)
    for thing, path, value in known:
        theirs[thing].add(path)
        if path in (PREF_LABEL, ALT_LABEL):
            names[thing].add(str(value))
    described = {thing for statements in graphs.values() for thing, _, _ in statements}
    for new, old in same.items():
        for iri, wanted in ((new, new in described and new not in theirs), (old, old in theirs)):
            if not wanted or not _IRI.match(iri):
                raise ServiceError("not-an-organisation", 422, iri=iri)

    def told(statement: Statement) -> Iterable[Statement]:
        thing, path, value = statement
        if isinstance(value, URIRef) and str(value) in same:
            value = URIRef(same[str(value)])
        if thing not in same:
            yield thing, path, value
        elif path == PREF_LABEL:
            if str(value) not in names[same[thing]]:
                yield same[thing], ALT_LABEL, value
        elif path not in theirs[same[thing]]:
            yield same[thing], path, value

    return {
        name: list(dict.fromkeys(made for each in statements for made in told(each)))
        for name, statements in graphs.items()
    }


def _bodies(statements: Iterable[Statement]) -> dict[str, _Body]:
    found: defaultdict[str, _Body] = defaultdict(_Body)
    for thing, path, value in statements:
        if not _IRI.match(thing):
            continue
        body = found[thing]
        if path == RDF_TYPE:
            body.is_one = body.is_one or str(value) in _CLASSES
        elif path in (PREF_LABEL, ALT_LABEL) and isinstance(value, Literal) and value.language == "ja":
            body.names.append(str(value))
        elif path == _NUMBER:
            body.numbers.add(str(value))
    return dict(found)


def _match(one: _Body, other: _Body) -> str:
    if one.numbers & other.numbers:
        return "number"
    if one.numbers and other.numbers:
        return ""
    if one.keys & other.keys:
        return "name"
    alike = any(
        min(len(mine), len(theirs)) >= _LONG
        and (mine in theirs or theirs in mine or difflib.SequenceMatcher(None, mine, theirs).ratio() >= _ALIKE)
        for mine in one.keys
        for theirs in other.keys
    )
    return "alike" if alike else ""


def _name(body: _Body, iri: str) -> str:
    return body.names[0] if body.names else iri
