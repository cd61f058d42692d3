"""The constraints that shapes are made of, each as a comparison or a count of what is said of a thing.

One that is not known here, or that asks for what is not in sight, is a doubt; see `conforming`.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

import pyoxigraph as ox
from rdflib import RDF, SH, XSD

from sasaeai.validation.documents import text
from sasaeai.validation.said import BEYOND

TYPE = str(RDF.type)
_NUMBERS = {str(XSD.integer), str(XSD.decimal)}

_KINDS: dict[str, tuple[type, ...]] = {
    str(SH.IRI): (ox.NamedNode,),
    str(SH.Literal): (ox.Literal,),
    str(SH.BlankNode): (ox.BlankNode,),
    str(SH.BlankNodeOrIRI): (ox.BlankNode, ox.NamedNode),
    str(SH.BlankNodeOrLiteral): (ox.BlankNode, ox.Literal),
    str(SH.IRIOrLiteral): (ox.NamedNode, ox.Literal),
}


class Doubt(Exception):  # noqa: N818 — no error: pySHACL is asked
    """Say that something cannot be told here."""


class Thing:
    """Hold what is said of a node: its values by property, each with the graphs that say so."""

    def __init__(self, term: Any, triples: Iterable[tuple[str, ox.Quad]], look: "Callable[[Any], Thing]") -> None:
        self.term = term
        self.look = look
        self.said: dict[str, dict[Any, set[str]]] = defaultdict(dict)
        for graph, each in triples:
            self.said[each.predicate.value].setdefault(each.object, set()).add(graph)

    def values(self, path: str) -> Mapping[Any, set[str]]:
        """Return what the thing has for a property."""
        return self.said.get(path, {})


class Neighbour(Thing):
    """Hold what a thing is that another points to: of all else that is said of it nothing is in sight."""

    def values(self, path: str) -> Mapping[Any, set[str]]:
        """Return what it has for a property in sight; raise Doubt for another."""
        if path not in BEYOND:
            raise Doubt(path)
        return super().values(path)


Test = Callable[[Thing], bool]
"""Asks one thing; raises Doubt where the answer is not known."""


def _by_graph(values: Mapping[Any, set[str]]) -> Iterator[tuple[str, Any]]:
    return ((graph, value) for value, graphs in values.items() for graph in graphs)


def _at_least(least: Any, _by_document: bool, _thing: Thing, values: Mapping[Any, set[str]]) -> bool:
    return len(values) >= int(least.value)


def _at_most(most: Any, by_document: bool, _thing: Thing, values: Mapping[Any, set[str]]) -> bool:
    if len(values) <= int(most.value):
        return True
    counts = Counter(graph for graph, _ in _by_graph(values))
    return by_document and max(counts.values()) <= int(most.value)


def _once_a_language(wanted: Any, by_document: bool, _thing: Thing, values: Mapping[Any, set[str]]) -> bool:
    if wanted.value != "true":
        raise Doubt(wanted)
    pairs = _by_graph(values) if by_document else (("", value) for value in values)
    said = Counter((graph, language) for graph, value in pairs if (language := getattr(value, "language", None)))
    return max(said.values(), default=0) <= 1


def _has(value: Any, _by_document: bool, _thing: Thing, values: Mapping[Any, set[str]]) -> bool:
    return value in values


def _not_after(path: Any, _by_document: bool, thing: Thing, values: Mapping[Any, set[str]]) -> bool:
    others = thing.values(path.value)
    if {text(each.datatype) if isinstance(each, ox.Literal) else "" for each in (*values, *others)} - {str(XSD.date)}:
        raise Doubt(path)
    return all(one.value <= other.value for one in values for other in others)


OF_ALL: dict[str, Callable[[Any, bool, Thing, Mapping[Any, set[str]]], bool]] = {
    str(SH.minCount): _at_least,
    str(SH.maxCount): _at_most,
    str(SH.uniqueLang): _once_a_language,
    str(SH.hasValue): _has,
    str(SH.lessThanOrEquals): _not_after,
}
"""Those of all values of a property together."""


def is_closed(wanted: bool, listed: set[str], thing: Thing) -> bool:
    """Tell whether a thing says no more than what is listed, if that is wanted."""
    if isinstance(thing, Neighbour):
        raise Doubt(thing.term)
    return not wanted or thing.said.keys() <= listed


def _every(tests: Iterable[Test], thing: Thing) -> bool:
    return all(test(thing) for test in tests)


def _any(tests: Iterable[Test], thing: Thing) -> bool:
    return any(test(thing) for test in tests)


def _one(tests: Iterable[Test], thing: Thing) -> bool:
    return sum(test(thing) for test in tests) == 1


OF_MANY: dict[str, Callable[[list[Test], Thing], bool]] = {
    str(SH["and"]): _every,
    str(SH["or"]): _any,
    str(SH.xone): _one,
}
"""Those made of other shapes."""


def _is_among(items: list[Any], thing: Thing) -> bool:
    return thing.term in items


def _is_in_language(items: list[Any], thing: Thing) -> bool:
    language = (thing.term.language or "").lower() if isinstance(thing.term, ox.Literal) else ""
    return any(language == each.value.lower() or language.startswith(f"{each.value.lower()}-") for each in items)


OF_LIST: dict[str, Callable[[list[Any], Thing], bool]] = {
    str(SH["in"]): _is_among,
    str(SH.languageIn): _is_in_language,
}
"""Those made of a list of terms."""


def _class(wanted: Any) -> Test:
    return lambda thing: not isinstance(thing.term, ox.Literal) and wanted in thing.values(TYPE)


def _kind(wanted: Any) -> Test:
    return lambda thing: isinstance(thing.term, _KINDS[wanted.value])


def _datatype(wanted: Any) -> Test:
    return lambda thing: isinstance(thing.term, ox.Literal) and thing.term.datatype == wanted


def _pattern(wanted: Any) -> Test:
    found = re.compile(wanted.value).search
    return lambda thing: not isinstance(thing.term, ox.BlankNode) and found(thing.term.value) is not None


def _length(fits_in: Callable[[int, int], bool], wanted: Any) -> Test:
    return lambda thing: not isinstance(thing.term, ox.BlankNode) and fits_in(len(thing.term.value), int(wanted.value))


def _number(fits_in: Callable[[Decimal, Decimal], bool], wanted: Any) -> Test:
    def test(thing: Thing) -> bool:
        if not isinstance(thing.term, ox.Literal) or not {thing.term.datatype.value, wanted.datatype.value} <= _NUMBERS:
            raise Doubt(wanted)
        return fits_in(Decimal(thing.term.value), Decimal(wanted.value))

    return test


OF_EACH: dict[str, Callable[[Any], Test]] = {
    str(SH["class"]): _class,
    str(SH.nodeKind): _kind,
    str(SH.datatype): _datatype,
    str(SH.pattern): _pattern,
    str(SH.minLength): partial(_length, int.__ge__),
    str(SH.maxLength): partial(_length, int.__le__),
    str(SH.minInclusive): partial(_number, Decimal.__ge__),
    str(SH.maxInclusive): partial(_number, Decimal.__le__),
}
"""Those of each value, by a term."""
