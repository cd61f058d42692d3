"""Changes as people read them: by document and thing, each property with what it said and what it would say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from rdflib import Literal

from sasaeai import calendar
from sasaeai.publish.changes import Change, Wording
from sasaeai.vocabulary import GRAPH, ID, RDF_TYPE, XSD

ADDED, REMOVED, CHANGED = "added", "removed", "changed"

_TRUTHS = {("true", "ja"): "はい", ("false", "ja"): "いいえ", ("true", "en"): "yes", ("false", "en"): "no"}


@dataclass
class Fact:
    """Hold what is said by one property of a thing: what goes, and what comes."""

    name: str
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Told:
    """Hold what changes of a thing in a document: it is `added`, `removed` or `changed` there.

    `name` is '' where the thing has none: then its kind and its facts say which it is.
    """

    iri: str
    name: str
    kind: str
    fate: str
    facts: Sequence[Fact]


@dataclass(frozen=True)
class Chapter:
    """Hold what changes in a document."""

    graph: str
    title: str
    things: Sequence[Told]


def chapters(changes: Iterable[Change], wording: Wording, language: str) -> list[Chapter]:
    """Tell changes in a language, in their order."""
    return [
        Chapter(graph, wording.thing(graph.replace(GRAPH, f"{ID}source/", 1), language), _things(of, wording, language))
        for graph, of in groupby(changes, key=lambda each: each.graph)
    ]


def _things(changes: Iterable[Change], wording: Wording, language: str) -> list[Told]:
    return [
        _told(thing, list(of), wording, language) for thing, of in groupby(changes, key=lambda each: each.statement[0])
    ]


def _told(thing: str, changes: Sequence[Change], wording: Wording, language: str) -> Told:
    facts: dict[str, Fact] = {}
    for each in changes:
        _, path, value = each.statement
        if path == RDF_TYPE and len(changes) > 1:
            continue  # what it is stands beside its name
        name = wording.property(path, language, str(value.language or "") if isinstance(value, Literal) else "")
        fact = facts.setdefault(name, Fact(name))
        (fact.after if each.added else fact.before).append(_value(value, wording, language))
    typed = {each.added for each in changes if each.statement[1] == RDF_TYPE}
    whole = typed and len({each.added for each in changes}) == 1
    fate = (ADDED if True in typed else REMOVED) if whole else CHANGED
    return Told(thing, wording.name(thing, language), wording.kind(thing, language), fate, list(facts.values()))


def _value(value: object, wording: Wording, language: str) -> str:
    if not isinstance(value, Literal):
        return wording.thing(str(value), language)
    if str(value.datatype) == f"{XSD}boolean":
        return _TRUTHS.get((str(value), language), str(value))
    return calendar.reading(str(value), language)
