"""Which things conform beyond doubt, told without pySHACL: only the others are shown to it.

The constraints the shapes are made of are a comparison or a count each. They are put together once for each shape, and
asked of what is said of a thing as the engine has read it. Whatever is not known here is a doubt, never a pass; what is
wrong, and the words for it, is pySHACL's to say.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

import pyoxigraph as ox
from rdflib import OWL, RDF, RDFS, SH, XSD, URIRef

from sasaeai.validation.documents import Document, fits, text
from sasaeai.validation.said import BEYOND, Lookup
from sasaeai.vocabulary import SAS

_TYPE = str(RDF.type)
_NUMBERS = {str(XSD.integer), str(XSD.decimal)}

_KINDS: dict[str, tuple[type, ...]] = {
    str(SH.IRI): (ox.NamedNode,),
    str(SH.Literal): (ox.Literal,),
    str(SH.BlankNode): (ox.BlankNode,),
    str(SH.BlankNodeOrIRI): (ox.BlankNode, ox.NamedNode),
    str(SH.BlankNodeOrLiteral): (ox.BlankNode, ox.Literal),
    str(SH.IRIOrLiteral): (ox.NamedNode, ox.Literal),
}

_SAYS_NOTHING = {
    *(str(each) for each in (RDF.type, RDFS.label, RDFS.comment, SH.severity, SH.path, SH.ignoredProperties)),
    *(str(each) for each in (SH.name, SH.description, SH.message, SH.order, SH.group)),
    *(str(each) for each in (SH.targetClass, SH.targetSubjectsOf)),
}
"""What a shape says that is no constraint, or is read together with one."""

_OTHER_TARGETS = {str(each) for each in (SH.targetNode, SH.targetObjectsOf, SH.target)}
_SHAPE_TYPES = {str(each) for each in (SH.NodeShape, SH.PropertyShape)}
_CLASS_TYPES = {str(each) for each in (RDFS.Class, OWL.Class)}
"""A shape that is a class too has all things of that class for its own."""


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


class _Neighbour(Thing):
    """Hold what a thing is that another points to: of all else that is said of it nothing is in sight."""

    def values(self, path: str) -> Mapping[Any, set[str]]:
        if path not in BEYOND:
            raise Doubt(path)
        return super().values(path)


Test = Callable[[Thing], bool]
"""Asks one thing; raises Doubt where the answer is not known."""


class Conforming:
    """Hold the shapes as tests, by the class or property that makes a thing theirs."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._said: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        for each in (each for document in documents if document.folder == "shapes" for each in document.triples):
            self._said[text(each.subject)][each.predicate.value].append(each.object)
        self._made: dict[tuple[str, bool], Test] = {}
        self._of_class: dict[str, list[Test]] = defaultdict(list)
        self._of_property: dict[str, list[Test]] = defaultdict(list)
        self._is_known = True
        for shape, said in list(self._said.items()):
            kinds = {text(each) for each in said.get(_TYPE, [])}
            self._is_known &= not (_OTHER_TARGETS & said.keys() or (_SHAPE_TYPES & kinds and _CLASS_TYPES & kinds))
            for target in said.get(str(SH.targetClass), []):
                self._of_class[target.value].append(self._test(shape, by_document=True))
            for target in said.get(str(SH.targetSubjectsOf), []):
                self._of_property[target.value].append(self._test(shape, by_document=True))

    def doubtful(self, said: Lookup, focus: Sequence[str]) -> Sequence[str]:
        """Return the things that may break a shape, in their order."""
        neighbours: dict[Any, Thing] = {}

        def look(term: Any) -> Thing:
            if term not in neighbours:
                pairs = () if isinstance(term, ox.Literal) else said.of(text(term))
                what = [(source.graph, each) for source, each in pairs if each.predicate.value in BEYOND]
                neighbours[term] = _Neighbour(term, what, look)
            return neighbours[term]

        found = []
        for name in focus:
            pairs = [(source.graph, each) for source, each in said.of(name)]
            thing = Thing(pairs[0][1].subject, pairs, look)
            # What pySHACL takes for a class depends on this, for everything in sight.
            if not self._is_known or str(RDFS.subClassOf) in thing.said:
                return focus
            if not self._conforms(thing):
                found.append(name)
        return found

    def _conforms(self, thing: Thing) -> bool:
        tests = [test for each in thing.values(_TYPE) for test in self._of_class.get(text(each), ())]
        tests += [test for path in thing.said for test in self._of_property.get(path, ())]
        if not tests:
            return True
        try:
            return _is_well_written(thing) and all(test(thing) for test in tests)
        except Doubt:
            return False

    def _test(self, shape: str, *, by_document: bool = False) -> Test:
        """Make a shape a test; `by_document` where its own count of values is held against each document by itself."""
        key = shape, by_document
        if key not in self._made:
            # A shape within itself is a doubt.
            self._made[key] = _doubt
            self._made[key] = self._composed(shape, by_document)
        return self._made[key]

    def _composed(self, shape: str, by_document: bool) -> Test:
        said = self._said[shape]
        paths = [text(each) if isinstance(each, ox.NamedNode) else None for each in said.get(str(SH.path), [])]
        if None in paths or len(paths) > 1:
            return _doubt
        constraints = [
            (predicate, each)
            for predicate, objects in said.items()
            if predicate not in _SAYS_NOTHING and not predicate.startswith(SAS)
            for each in objects
        ]
        if not {predicate for predicate, _ in constraints} <= _KNOWN:
            return _doubt
        of_all = [partial(_OF_ALL[each[0]], each[1], by_document) for each in constraints if each[0] in _OF_ALL]
        inner = by_document and not paths
        of_each = [self._of_each(shape, *each, inner) for each in constraints if each[0] not in _OF_ALL]
        if not paths:
            return lambda thing: _all(of_all, of_each, thing, {thing.term: set()}, [thing])
        path = str(paths[0])

        def test(thing: Thing) -> bool:
            values = thing.values(path)
            return _all(of_all, of_each, thing, values, map(thing.look, values) if of_each else ())

        return test

    def _of_each(self, shape: str, predicate: str, wanted: Any, by_document: bool) -> Test:
        match URIRef(predicate):
            case SH.property:
                return self._test(text(wanted), by_document=by_document)
            case SH.node:
                return self._test(text(wanted))
            case SH.closed:
                return partial(_is_closed, wanted.value == "true", self._listed(shape))
        if predicate in _OF_MANY:
            return partial(_OF_MANY[predicate], [self._test(text(each)) for each in self._list(wanted)])
        if predicate in _OF_LIST:
            return partial(_OF_LIST[predicate], self._list(wanted))
        return _OF_EACH[predicate](wanted)

    def _list(self, head: Any) -> list[Any]:
        items = []
        while (name := text(head)) != str(RDF.nil):
            items += self._said[name][str(RDF.first)]
            (head,) = self._said[name][str(RDF.rest)]
        return items

    def _listed(self, shape: str) -> set[str]:
        """Name the properties that a closed shape knows."""
        said = self._said[shape]
        own = [self._said[text(each)].get(str(SH.path), []) for each in said.get(str(SH.property), [])]
        ignored = [self._list(each) for each in said.get(str(SH.ignoredProperties), [])]
        return {text(each) for group in (*own, *ignored) for each in group}


def _all(
    of_all: Iterable[Callable[[Thing, Mapping[Any, set[str]]], bool]],
    of_each: Iterable[Test],
    thing: Thing,
    values: Mapping[Any, set[str]],
    each: Iterable[Thing],
) -> bool:
    return all(test(thing, values) for test in of_all) and all(test(one) for one in each for test in of_each)


def _doubt(_: Thing) -> bool:
    raise Doubt


def _is_well_written(thing: Thing) -> bool:
    return all(fits(value) for values in thing.said.values() for value in values if isinstance(value, ox.Literal))


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


_OF_ALL: dict[str, Callable[[Any, bool, Thing, Mapping[Any, set[str]]], bool]] = {
    str(SH.minCount): _at_least,
    str(SH.maxCount): _at_most,
    str(SH.uniqueLang): _once_a_language,
    str(SH.hasValue): _has,
    str(SH.lessThanOrEquals): _not_after,
}


def _is_closed(is_closed: bool, listed: set[str], thing: Thing) -> bool:
    if isinstance(thing, _Neighbour):
        raise Doubt(thing.term)
    return not is_closed or thing.said.keys() <= listed


def _every(tests: Iterable[Test], thing: Thing) -> bool:
    return all(test(thing) for test in tests)


def _any(tests: Iterable[Test], thing: Thing) -> bool:
    return any(test(thing) for test in tests)


def _one(tests: Iterable[Test], thing: Thing) -> bool:
    return sum(test(thing) for test in tests) == 1


_OF_MANY: dict[str, Callable[[list[Test], Thing], bool]] = {
    str(SH["and"]): _every,
    str(SH["or"]): _any,
    str(SH.xone): _one,
}


def _is_among(items: list[Any], thing: Thing) -> bool:
    return thing.term in items


def _is_in_language(items: list[Any], thing: Thing) -> bool:
    language = (thing.term.language or "").lower() if isinstance(thing.term, ox.Literal) else ""
    return any(language == each.value.lower() or language.startswith(f"{each.value.lower()}-") for each in items)


_OF_LIST: dict[str, Callable[[list[Any], Thing], bool]] = {
    str(SH["in"]): _is_among,
    str(SH.languageIn): _is_in_language,
}


def _class(wanted: Any) -> Test:
    return lambda thing: not isinstance(thing.term, ox.Literal) and wanted in thing.values(_TYPE)


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


_OF_EACH: dict[str, Callable[[Any], Test]] = {
    str(SH["class"]): _class,
    str(SH.nodeKind): _kind,
    str(SH.datatype): _datatype,
    str(SH.pattern): _pattern,
    str(SH.minLength): partial(_length, int.__ge__),
    str(SH.maxLength): partial(_length, int.__le__),
    str(SH.minInclusive): partial(_number, Decimal.__ge__),
    str(SH.maxInclusive): partial(_number, Decimal.__le__),
}

_KNOWN = {*_OF_ALL, *_OF_MANY, *_OF_LIST, *_OF_EACH, *(str(each) for each in (SH.property, SH.node, SH.closed))}
