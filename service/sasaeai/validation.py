"""Is the graph right? Shapes through pySHACL, checks as queries; what is wrong is a value, never raised.

A shape looks at a thing and at what the things it points to are. Sums, overlaps, links that lead nowhere and whatever
else needs more are checks: queries that must find nothing.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pyshacl
import yaml
from rdflib import RDF, SH, SKOS, XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from sasaeai.repository import QueryFile, Repository
from sasaeai.vocabulary import BASE, GRAPH, SAS, SHAPES

SYNTAX = {
    "ja": "Turtleとして読めません({detail})。この行とその前の行の引用符、<>、区切りの記号を確かめてください。",
    "en": "This is not Turtle ({detail}). Look at quotes, <> and separators on this line and the one before.",
}

WRITTEN = {
    XSD.date: r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    XSD.gYearMonth: r"[0-9]{4}-(0[1-9]|1[0-2])",
    XSD.dateTime: r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3])(:[0-5][0-9]){2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?",
    XSD.integer: r"[+-]?[0-9]+",
    XSD.decimal: r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)",
    XSD.boolean: r"true|false|1|0",
}
"""How values of these datatypes are written. rdflib takes more for them: full-width digits, week dates, はい."""

ILL_TYPED = URIRef("urn:sasaeai:ill-typed")
"""The datatype given, before shapes look, to what is not written as its own datatype wants."""

WORDS = {SH.name, SH.description, SH.message, SH.order, SH.group}
"""What shapes say to people. pySHACL looks through all that a shape says at each node: without these it takes half."""

WITHIN_ONE_SOURCE = ("maxCount", "uniqueLang")
"""Constraints that hold of each document by itself: where two disagree both stand, each in its graph."""


@dataclass(frozen=True)
class Violation:
    """Say what is wrong, where, and how to mend it.

    `rule` is `shapes:<shape>-<constraint>`, `checks:<query>` or `turtle:syntax`; `line` is where the file begins to
    speak of the focus, if that was found.
    """

    rule: str
    focus: str
    path: str
    value: str
    severity: str
    messages: Mapping[str, str]
    graph: str
    file: str
    line: int | None

    def sentence(self, language: str) -> str:
        """Word it on one line: place, thing, property, value; what is wrong and how to mend it; the rule."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        thing = " ".join(_short(each) for each in (self.focus, self.path, self.value) if each)
        return f"{place}: {thing}: {self.messages[language]} [{self.rule}]"

    def as_json(self) -> dict[str, Any]:
        """Return all of it as plain values."""
        return asdict(self)


@dataclass(frozen=True)
class _Document:
    """Hold one file as read: which graph it is, what it says, how it abbreviates IRIs."""

    file: str
    graph: str
    folder: str
    text: str
    triples: Sequence[ox.Quad]
    base: str
    prefixes: Mapping[str, str]

    def line(self, iri: str) -> int | None:
        """Find the line that begins with an IRI: in full, from the base, or with a prefix."""
        written = {f"<{iri}>", f"<{iri.removeprefix(self.base)}>"}
        for prefix, start in self.prefixes.items():
            if iri.startswith(start):
                written.add(f"{prefix}:{iri.removeprefix(start)}")
        for number, line in enumerate(self.text.splitlines(), 1):
            if line[:1].strip() and line.split(None, 1)[0].replace("\\", "") in written:
                return number
        return None


def validate(repository: Repository, files: Mapping[str, bytes] | None = None) -> list[Violation]:
    """Check Turtle files, given by path, beside the rest of the graph; without any, the whole graph.

    A file of the repository takes its own place; another takes that of the graph whose description it opens with.
    Of the rest of the graph nothing is reported.
    """
    stored = {each.name: each for each in repository.graphs()}
    names = {each.path.resolve(): each.name for each in stored.values()}
    read: list[_Document | Violation] = []
    for path, content in (files or {}).items():
        own = stored.get(names.get(Path(path).resolve(), ""))
        read.append(_read(path, content, own.name if own else "", own.folder if own else "data"))
    submitted = [each for each in read if isinstance(each, _Document)]
    if files and not submitted:
        return [each for each in read if isinstance(each, Violation)]
    taken = {each.graph for each in submitted}
    rest = [
        _read(str(each.path.relative_to(repository.root)), each.content, each.name, each.folder)
        for each in stored.values()
        if each.name not in taken
    ]
    documents = [each for each in (*submitted, *rest) if isinstance(each, _Document)]
    spoken_of = submitted or [each for each in documents if each.folder == "data"]
    violations = [each for each in (read if files else rest) if isinstance(each, Violation)]
    violations += _against_shapes(documents, spoken_of)
    violations += _against_checks(repository.checks(), documents, spoken_of)
    return sorted(violations, key=lambda each: (each.file, each.line or 0, each.focus, each.rule, each.path, each.value))


def _read(file: str, content: bytes, graph: str, folder: str) -> _Document | Violation:
    """Parse with the engine's own reader: it keeps literals as written, and what it refuses could not be loaded."""
    reader = ox.parse(content, ox.RdfFormat.TURTLE)
    try:
        triples = list(reader)
    except SyntaxError as error:
        messages = {language: words.format(detail=error.msg) for language, words in SYNTAX.items()}
        return Violation("turtle:syntax", graph, "", "", "violation", messages, graph, file, error.lineno)
    described = (text for each in triples if (text := _text(each.subject)).startswith(GRAPH))
    graph = graph or next(described, f"{GRAPH}submitted")
    return _Document(file, graph, folder, content.decode(), triples, reader.base_iri or "", dict(reader.prefixes))


def _against_shapes(documents: Iterable[_Document], spoken_of: Sequence[_Document]) -> Iterator[Violation]:
    shapes, words = Graph(), Graph()
    said: dict[str, list[tuple[_Document, ox.Quad]]] = defaultdict(list)
    for document in documents:
        for each in document.triples:
            if document.folder == "shapes":
                triple = _triple(each)
                (words if triple[1] in WORDS else shapes).add(triple)
            else:
                said[_text(each.subject)].append((document, each))
    focus = {_text(each.subject) for document in spoken_of if document.folder == "data" for each in document.triples}
    data = Graph()
    for thing in focus:
        for _, each in said[thing]:
            data.add(_triple(each))
            for _, beyond in said.get(_text(each.object), ()):
                if beyond.predicate.value in (str(RDF.type), str(SKOS.inScheme)):
                    data.add(_triple(beyond))
    _aim(shapes, data, focus)
    _, report, failure = pyshacl.validate(data, shacl_graph=shapes, inplace=True)
    if not isinstance(report, Graph):
        raise TypeError(f"the shapes cannot be applied: {failure}")
    for result in report.subjects(RDF.type, SH.ValidationResult):
        thing, path, value = (report.value(result, each) for each in (SH.focusNode, SH.resultPath, SH.value))
        shape = report.value(result, SH.sourceShape)
        kind = re.sub("^.*#|ConstraintComponent$", "", str(report.value(result, SH.sourceConstraintComponent)))
        kind = kind[0].lower() + kind[1:]
        about = [pair for pair in said[str(thing)] if path is None or pair[1].predicate.value == str(path)]
        if kind in WITHIN_ONE_SOURCE and not _too_many(about, kind, int(str(shapes.value(shape, SH.maxCount) or 1))):
            continue
        exact = [pair for pair in about if value is not None and _text(pair[1].object) == str(value)]
        own = [pair for pair in (*exact, *about, *said[str(thing)]) if pair[0] in spoken_of]
        place = own[0][0]
        yield Violation(
            rule=f"shapes:{str(shape).removeprefix(SHAPES)}-{kind}",
            focus=str(thing),
            path=str(path or ""),
            value=str(value) if value is not None and value != thing else "",
            severity=str(report.value(result, SH.resultSeverity)).rpartition("#")[2].lower(),
            messages={str(each.language): str(each) for each in words.objects(shape, SH.message) if isinstance(each, Literal)},
            graph=place.graph,
            file=place.file,
            line=place.line(str(thing)),
        )


def _aim(shapes: Graph, data: Graph, focus: set[str]) -> None:
    """Name the targets of the shapes one by one, so that what is merely pointed to is none.

    pySHACL's own `focus_nodes` also filters the nodes that sh:node and sh:or look at, and so overlooks their faults.
    """
    for path, find in ((SH.targetClass, partial(data.subjects, RDF.type)), (SH.targetSubjectsOf, data.subjects)):
        for shape, wanted in list(shapes.subject_objects(path)):
            shapes.remove((shape, path, wanted))
            for thing in find(wanted):
                if str(thing) in focus:
                    shapes.add((shape, SH.targetNode, thing))


def _too_many(about: Iterable[tuple[_Document, ox.Quad]], kind: str, most: int) -> bool:
    """Tell whether one document by itself says more than `most` different things (of one language)."""
    different = {(document.graph, str(each.object), each.object) for document, each in about}
    counts = Counter(
        (graph, getattr(value, "language", None) if kind == "uniqueLang" else None) for graph, _, value in different
    )
    return any(count > most for count in counts.values())


def _against_checks(
    checks: Iterable[QueryFile], documents: Iterable[_Document], spoken_of: Sequence[_Document]
) -> Iterator[Violation]:
    store = ox.Store()
    for document in documents:
        name = ox.NamedNode(document.graph)
        store.extend(ox.Quad(each.subject, each.predicate, each.object, name) for each in document.triples)
    graphs = {each.graph: each for each in spoken_of}
    subjects = {_text(triple.subject): each for each in spoken_of for triple in each.triples}
    for check in checks:
        header = yaml.safe_load("\n".join(line[2:] for line in check.text.splitlines() if line.startswith("#+")))
        found = store.query(check.text, use_default_graph_as_union=True)
        if not isinstance(found, ox.QuerySolutions):
            raise TypeError(f"{check.path}: a check is a SELECT")
        for row in found:
            terms = {each.value: _text(row[each]) for each in found.variables if row[each] is not None}
            focus, value = terms["focus"], terms.get("value", "")
            if "graph" in terms:
                place = graphs.get(terms["graph"]) or graphs.get(value)
            else:
                place = subjects.get(focus) or subjects.get(value)
            if place is None:
                continue
            shown = {name: _short(text) for name, text in terms.items()}
            messages = {language: words.format_map(shown) for language, words in header["message"].items()}
            yield Violation(
                rule=f"checks:{check.name}",
                focus=focus,
                path=terms.get("path", ""),
                value=value,
                severity="violation",
                messages=messages,
                graph=place.graph,
                file=place.file,
                line=place.line(focus),
            )


def _triple(triple: ox.Quad) -> tuple[Node, Node, Node]:
    return _term(triple.subject), _term(triple.predicate), _term(triple.object)


def _term(term: Any) -> Node:
    """Make rdflib's term of the engine's, its text untouched."""
    match term:
        case ox.Literal(language=str(language)):
            return Literal(term.value, lang=language)
        case ox.Literal():
            datatype = URIRef(term.datatype.value)
            if datatype == XSD.string:
                return Literal(term.value)
            return Literal(term.value, datatype=datatype if _well_written(term.value, datatype) else ILL_TYPED, normalize=False)
        case ox.NamedNode():
            return URIRef(term.value)
    return BNode(term.value)


def _well_written(text: str, datatype: URIRef) -> bool:
    if not re.fullmatch(WRITTEN.get(datatype, ".*"), text, re.DOTALL):
        return False
    try:
        return datatype not in (XSD.date, XSD.dateTime) or bool(date.fromisoformat(text[:10]))
    except ValueError:
        return False


def _text(term: Any) -> str:
    return f"_:{term.value}" if isinstance(term, ox.BlankNode) else str(term.value)


def _short(text: str) -> str:
    """Write an IRI as people know it: our own without what they share, a property by its last part."""
    for start, prefix in ((SAS, "sas:"), (SHAPES, "shapes:")):
        if text.startswith(start):
            return prefix + text.removeprefix(start)
    if text.startswith(BASE):
        return f"<{text.removeprefix(BASE)}>"
    return re.sub("^https?://(www.w3.org|purl.org|schema.org)/.*[#/]", "", text)
