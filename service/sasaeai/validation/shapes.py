"""The door to pySHACL: the shapes of the repository applied to what some documents speak of."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import pyoxigraph as ox
import pyshacl
from rdflib import OWL, RDF, RDFS, SH, Graph, Literal, URIRef
from rdflib.term import Node

from sasaeai.validation.conforming import Conforming
from sasaeai.validation.documents import Document, text, triple
from sasaeai.validation.said import BEYOND, Lookup
from sasaeai.validation.violation import Violation
from sasaeai.vocabulary import SAS, SHAPES

WORDS = {str(each) for each in (SH.name, SH.description, SH.message, SH.order, SH.group)}
"""What shapes say to people. pySHACL goes through all that a shape says at every node: without these it takes half."""

WITHIN_ONE_SOURCE = ("maxCount", "uniqueLang")
"""Constraints that hold of each document by itself: where two disagree both stand, each in its graph."""

_OTHER_TARGETS: tuple[tuple[URIRef, URIRef | None], ...] = (
    (SH.targetNode, None),
    (SH.targetObjectsOf, None),
    (SH.target, None),
    (RDF.type, RDFS.Class),
    (RDF.type, OWL.Class),
)
"""What else than a class or a property gives a shape its things; none of ours has it."""

_BATCH = 1000
"""Things the shapes are applied to at a time."""

Progress = Callable[[int, int], None]
"""Told how many things have been looked at, of how many."""


@dataclass(frozen=True)
class Shapes:
    """Hold the shapes as one graph without their words, the words of their errors, and what is told without pySHACL."""

    graph: Graph
    messages: Mapping[str, Mapping[str, str]]
    conforming: Conforming

    @classmethod
    def of(cls, documents: Iterable[Document]) -> "Shapes":
        """Take the shapes out of the documents that hold them: what data say of shapes is no shape."""
        own = [each for each in documents if each.folder == "shapes"]
        graph = Graph()
        messages: dict[str, dict[str, str]] = defaultdict(dict)
        for each in (each for document in own for each in document.triples):
            if each.predicate.value not in WORDS and not each.predicate.value.startswith(SAS):
                graph.add(triple(each))
            elif each.predicate.value == str(SH.message) and isinstance(each.object, ox.Literal):
                messages[text(each.subject)][str(each.object.language)] = each.object.value
        return cls(graph, messages, Conforming(own))


def against_shapes(
    shapes: Shapes, said: Lookup, spoken_of: Sequence[Document], progress: Progress
) -> Iterator[Violation]:
    """Yield what breaks a shape in what `spoken_of` says, in sight of all that is said; tell the progress in things."""
    graphs = {each.graph for each in spoken_of}
    focus = {text(each.subject) for document in spoken_of if document.folder == "data" for each in document.triples}
    for shape, kind, thing, path, value in _broken(shapes, said, sorted(focus), progress):
        about = [pair for pair in said.of(thing) if not path or pair[1].predicate.value == path]
        if kind in WITHIN_ONE_SOURCE and not _too_many(about, kind, shapes.graph.value(shape, SH.maxCount)):
            continue
        exact = [pair for pair in about if text(pair[1].object) == value]
        place = next(each for each, _ in (*exact, *about, *said.of(thing)) if each.graph in graphs)
        yield Violation(
            rule=f"shapes:{shape.removeprefix(SHAPES)}-{kind}",
            focus=thing,
            path=path,
            value=value if value != thing else "",
            severity=str(shapes.graph.value(shape, SH.severity) or SH.Violation).removeprefix(str(SH)).lower(),
            messages=shapes.messages[str(shape)],
            graph=place.graph,
            file=place.file,
            line=place.line(thing),
        )


def _broken(
    shapes: Shapes, said: Lookup, focus: Sequence[str], progress: Progress
) -> Iterator[tuple[URIRef, str, str, str, str]]:
    """Apply the shapes to what may break one, some things at a time: no shape looks further than one step."""
    progress(0, len(focus))
    doubtful = shapes.conforming.doubtful(said, focus)
    for start in range(0, len(doubtful), _BATCH):
        progress(len(focus) - len(doubtful) + start, len(focus))
        batch = set(doubtful[start : start + _BATCH])
        data = _in_sight(said, batch)
        aimed = _aimed(shapes.graph, data, batch)
        if not aimed:
            continue
        _, report, failure = pyshacl.validate(data, shacl_graph=aimed, inplace=True)
        if not isinstance(report, Graph):
            raise TypeError(f"the shapes cannot be applied: {failure}")
        yield from _results(report)
    progress(len(focus), len(focus))


def _in_sight(said: Lookup, focus: Iterable[str]) -> Graph:
    """Gather all that is said of each thing, and what the things it points to are."""
    data = Graph()
    for thing in focus:
        for _, each in said.of(thing):
            data.add(triple(each))
            for _, beyond in said.of(text(each.object)):
                if beyond.predicate.value in BEYOND:
                    data.add(triple(beyond))
    return data


def _aimed(shapes: Graph, data: Graph, focus: set[str]) -> Graph:
    """Return the shapes of some things, with these for targets one by one, so that what is merely pointed to is none.

    pySHACL's own `focus_nodes` also filters the nodes that sh:node and sh:or look at, and so overlooks their faults. It
    goes through all shapes it is given, so that those without a target take longer than the others.
    """
    aimed = Graph()
    for path, find in ((SH.targetClass, partial(data.subjects, RDF.type)), (SH.targetSubjectsOf, data.subjects)):
        for shape, wanted in shapes.subject_objects(path):
            for thing in find(wanted):
                if str(thing) in focus:
                    aimed.add((shape, SH.targetNode, thing))
    waiting = {*aimed.subjects(), *(shape for path, kind in _OTHER_TARGETS for shape in shapes.subjects(path, kind))}
    gathered = set()
    while waiting:
        node = waiting.pop()
        gathered.add(node)
        for predicate, value in shapes.predicate_objects(node):
            if predicate not in (SH.targetClass, SH.targetSubjectsOf):
                aimed.add((node, predicate, value))
                if value not in gathered and not isinstance(value, Literal):
                    waiting.add(value)
    return aimed


def _results(report: Graph) -> Iterator[tuple[URIRef, str, str, str, str]]:
    """Yield shape, constraint, focus, path and value of each result, once for each shape and value.

    What is of the wrong datatype breaks most other constraints too; one sentence says it.
    """
    kinds: dict[tuple[URIRef, str, str, str], set[str]] = defaultdict(set)
    for result in report.objects(None, SH.result):
        kind = str(report.value(result, SH.sourceConstraintComponent))
        kind = kind.removeprefix(str(SH)).removesuffix("ConstraintComponent")
        # A literal of zero is as false as none: ask for None.
        parts = [report.value(result, each) for each in (SH.focusNode, SH.resultPath, SH.value)]
        thing, path, value = ("" if each is None else str(each) for each in parts)
        kinds[URIRef(str(report.value(result, SH.sourceShape))), thing, path, value].add(kind[0].lower() + kind[1:])
    for (shape, thing, path, value), broken in kinds.items():
        yield shape, "datatype" if "datatype" in broken else min(broken), thing, path, value


def _too_many(about: Iterable[tuple[Document, ox.Quad]], kind: str, most: Node | None) -> bool:
    """Tell whether one document by itself says too many different things (in one language)."""
    by_language = kind == "uniqueLang"
    different = {(document.graph, each.object) for document, each in about}
    counts = Counter((graph, getattr(value, "language", "") if by_language else "") for graph, value in different)
    return max(counts.values()) > (1 if by_language else int(str(most)))
