"""Which things conform beyond doubt, told without pySHACL: only the others are shown to it.

The constraints the shapes are made of are a comparison or a count each. They are put together once for each shape, and
asked of what is said of a thing as the engine has read it. Whatever is not known here is a doubt, never a pass; what is
wrong, and the words for it, is pySHACL's to say.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import pyoxigraph as ox
from rdflib import OWL, RDF, RDFS, SH, URIRef

from sasaeai.validation.constraints import (
    OF_ALL,
    OF_EACH,
    OF_LIST,
    OF_MANY,
    TYPE,
    Doubt,
    Neighbour,
    Test,
    Thing,
    is_closed,
)
from sasaeai.validation.documents import Document, fits, text
from sasaeai.validation.said import BEYOND, Lookup
from sasaeai.vocabulary import SAS

_SAYS_NOTHING = {
    *(str(each) for each in (RDF.type, RDFS.label, RDFS.comment, SH.severity, SH.path, SH.ignoredProperties)),
    *(str(each) for each in (SH.name, SH.description, SH.message, SH.order, SH.group)),
    *(str(each) for each in (SH.targetClass, SH.targetSubjectsOf)),
}
"""What a shape says that is no constraint, or is read together with one."""

_KNOWN = {*OF_ALL, *OF_MANY, *OF_LIST, *OF_EACH, *(str(each) for each in (SH.property, SH.node, SH.closed))}

_OTHER_TARGETS = {str(each) for each in (SH.targetNode, SH.targetObjectsOf, SH.target)}
_SHAPE_TYPES = {str(each) for each in (SH.NodeShape, SH.PropertyShape)}
_CLASS_TYPES = {str(each) for each in (RDFS.Class, OWL.Class)}
"""A shape that is a class too has all things of that class for its own."""


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
            kinds = {text(each) for each in said.get(TYPE, [])}
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
                neighbours[term] = Neighbour(term, what, look)
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
        tests = [test for each in thing.values(TYPE) for test in self._of_class.get(text(each), ())]
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
        of_all = [partial(OF_ALL[each[0]], each[1], by_document) for each in constraints if each[0] in OF_ALL]
        inner = by_document and not paths
        of_each = [self._of_each(shape, *each, inner) for each in constraints if each[0] not in OF_ALL]
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
                return partial(is_closed, wanted.value == "true", self._listed(shape))
        if predicate in OF_MANY:
            return partial(OF_MANY[predicate], [self._test(text(each)) for each in self._list(wanted)])
        if predicate in OF_LIST:
            return partial(OF_LIST[predicate], self._list(wanted))
        return OF_EACH[predicate](wanted)

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
