"""The flow of what things are called: the vocabulary, the shapes and the kinds of mistakes, as graphs and as pages."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, OWL, RDF, RDFS, SKOS, VOID

from sasaeai import description, statements
from sasaeai import prefixes as declared
from sasaeai.description import Description
from sasaeai.diagram import Drawing, draw
from sasaeai.errors import ServiceError, messages
from sasaeai.prefixes import Prefixes
from sasaeai.repository import Repository
from sasaeai.statements import Row
from sasaeai.store import Store, parameters
from sasaeai.store.parameters import Term, literal
from sasaeai.vocabulary import BASE, DATASET, LICENCE, PROBLEM, SAS, SHAPES, TRUNCATED

_SHARED_BY = 10
"""A link that so many classes have is told in words: drawn, it would hide the others."""

_LINKS = (*map(str, (RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range, SKOS.closeMatch)),)
"""The properties by which a term points to others, in the order in which its entry shows them."""

Words = Mapping[str, str]


@dataclass(frozen=True)
class Named:
    """Hold something that is pointed to: its IRI, and the words that stand for it."""

    iri: str
    words: str

    @property
    def name(self) -> str:
        """Return what follows the `#`."""
        return self.iri.partition("#")[2]


@dataclass(frozen=True)
class Entry(Named):
    """Hold a term as it is declared: in the language of the page, and its label and example in every language.

    `links` has, by property, what the term points to.
    """

    kinds: frozenset[str]
    labels: Sequence[Mapping[str, str]]
    definition: str
    examples: Sequence[Mapping[str, str]]
    links: Mapping[str, Sequence[Named]]


@dataclass(frozen=True)
class Vocabulary:
    """Hold what the page of the vocabulary shows; `labels` names the classes of the drawing."""

    entries: Sequence[Entry]
    schemes: Sequence[Row]
    links: Sequence[Row]
    labels: Words
    drawing: Drawing
    embedded: str
    version: str

    def of(self, *kinds: str) -> list[Entry]:
        """Return the terms that are of one of some kinds."""
        return [each for each in self.entries if not each.kinds.isdisjoint(kinds)]


@dataclass(frozen=True)
class Rule(Named):
    """Hold the rule of one property; `words` name it. `kinds` are the kinds of value it takes, `times` how many."""

    path: Named
    description: str
    kinds: Sequence[Named]
    times: str
    pattern: str
    message: str
    group: str


@dataclass(frozen=True)
class Shape(Named):
    """Hold a shape with the classes it holds for and their rules, or else the scheme from which it takes values."""

    classes: Sequence[Named]
    message: str
    rules: Sequence[Rule]
    scheme: str


@dataclass(frozen=True)
class Shapes:
    """Hold what the page of the shapes shows: the shapes, and the rules of all properties."""

    shapes: Sequence[Shape]
    rules: Sequence[Rule]
    embedded: str
    version: str


def ontology(store: Store, repository: Repository) -> Description:
    """Return the vocabulary and its alignments."""
    return description.construct(store, [repository.query("ontology").text])


def shapes(store: Store, repository: Repository) -> Description:
    """Return the shapes."""
    return description.construct(store, [repository.query("shapes").text])


def vocabulary(store: Store, repository: Repository, language: str) -> Vocabulary:
    """Return what the page of the vocabulary shows, in a language."""
    bound: dict[str, Term] = {"lang": literal(language)}
    said = statements.select(store, repository.query("ontology-terms"), **bound)
    links = statements.select(store, repository.query("ontology-links"), **bound).rows
    schemes = statements.select(store, repository.query("ontology-schemes"), **bound).rows
    entries = [_entry(iri, list(rows), language) for iri, rows in _by(said.rows, "term") if iri.startswith(SAS)]
    labels = {row[end]["value"]: row[f"{end}Label"]["value"] for end in ("from", "to") for row in links}
    embedded = _embedded(store, repository, "ontology-schema")
    return Vocabulary(entries, schemes, links, labels, _drawn(links), embedded, said.version)


def rules(store: Store, repository: Repository, language: str) -> Shapes:
    """Return what the page of the shapes shows, in a language."""
    bound: dict[str, Term] = {"lang": literal(language)}
    held = statements.select(store, repository.query("shapes-classes"), **bound)
    found = statements.select(store, repository.query("shapes-rules"), **bound).rows
    kinds = statements.select(store, repository.query("shapes-kinds"), **bound).rows
    prefixes = declared.read(repository)
    taken = {rule: [_kind(row, prefixes) for row in rows] for rule, rows in _by(kinds, "rule")}
    by_iri = {row["rule"]["value"]: _rule(row, taken, prefixes) for row in found}
    shapes = [_shape(iri, list(rows), by_iri, prefixes) for iri, rows in _by(held.rows, "shape")]
    return Shapes(shapes, list(by_iri.values()), _embedded(store, repository, "shapes-schema"), held.version)


def require_version(store: Store, repository: Repository, iri: str) -> None:
    """Raise ServiceError 404 unless an IRI is that of the vocabulary's present version."""
    counts = statements.select(store, repository.query("entity-counts"), thing=parameters.iri(iri)).rows
    if str(OWL.versionIRI) not in [_told(row, "property") for row in counts]:
        raise ServiceError("not-found", 404, what=iri)


def problems(store: Store) -> Description:
    """Return the kinds of mistakes that callers are told of, as terms."""
    graph, here = Graph(), URIRef(PROBLEM)
    _document(graph, here, {"ja": "誤りの種類", "en": "Kinds of mistakes"})
    for key, words in messages().items():
        each = URIRef(f"{PROBLEM}#{key}")
        graph.add((each, RDF.type, SKOS.Concept))
        graph.add((each, RDFS.isDefinedBy, here))
        graph.add((each, SKOS.notation, Literal(key)))
        for language, text in words.items():
            graph.add((each, RDFS.label, Literal(text, lang=language)))
    return Description(b"", store.version()).with_triples(graph)


def truncation(store: Store, words: Words) -> Description:
    """Return what it means that an answer was cut, as a description of the page that says so."""
    graph, here = Graph(), URIRef(TRUNCATED)
    _document(graph, here, {"ja": "途中までの結果", "en": "A result that was cut"})
    for language, text in words.items():
        graph.add((here, DCTERMS.description, Literal(text, lang=language)))
    return Description(b"", store.version()).with_triples(graph)


def _document(graph: Graph, here: URIRef, title: Words) -> None:
    graph.add((here, RDF.type, FOAF.Document))
    graph.add((here, DCTERMS.license, URIRef(LICENCE)))
    graph.add((here, VOID.inDataset, URIRef(DATASET)))
    for language, text in title.items():
        graph.add((here, RDFS.label, Literal(text, lang=language)))


def _embedded(store: Store, repository: Repository, query: str) -> str:
    """Return the terms of a document in schema.org's words, as JSON-LD to stand in a page."""
    return description.embedded(description.construct(store, [repository.query(query).text]), repository)


def _entry(iri: str, rows: Sequence[Row], language: str) -> Entry:
    said = {name: list(values) for name, values in _by(rows, "property")}

    def texts(term: URIRef) -> list[Mapping[str, str]]:
        return [row["value"] for row in said.get(str(term), ())]

    def words(term: URIRef) -> str:
        return "".join(text["value"] for text in texts(term) if text.get("xml:lang") == language)

    links = {name: [_target(row) for row in said[name]] for name in _LINKS if name in said}
    kinds = frozenset(kind["value"] for kind in texts(RDF.type))
    return Entry(iri, words(RDFS.label), kinds, texts(RDFS.label), words(SKOS.definition), texts(SKOS.example), links)


def _target(row: Row) -> Named:
    iri = row["value"]["value"]
    return Named(iri, _told(row, "valueLabel") or iri.removeprefix(SAS) if iri.startswith(SAS) else iri)


def _rule(row: Row, kinds: Mapping[str, Sequence[Named]], prefixes: Prefixes) -> Rule:
    iri, path = row["rule"]["value"], row["path"]["value"]
    return Rule(
        iri,
        _told(row, "name") or iri.partition("#")[2],
        Named(path, declared.shortened(prefixes, path)),
        _told(row, "description"),
        kinds.get(iri, ()),
        f"{_told(row, 'min') or 0}–{_told(row, 'max') or '*'}",
        _told(row, "pattern"),
        _told(row, "message"),
        _told(row, "groupLabel"),
    )


def _kind(row: Row, prefixes: Prefixes) -> Named:
    iri = row["kind"]["value"]
    if iri.startswith(SHAPES):
        return Named(iri, _told(row, "kindLabel") or iri.removeprefix(SHAPES))
    if iri.startswith(BASE):
        return Named(iri, _told(row, "kindLabel") or iri.removeprefix(SAS))
    return Named(iri, declared.shortened(prefixes, iri))


def _shape(iri: str, rows: Sequence[Row], rules: Mapping[str, Rule], prefixes: Prefixes) -> Shape:
    classes = dict.fromkeys(row["class"]["value"] for row in rows if "class" in row)
    own = dict.fromkeys(row["rule"]["value"] for row in rows if "rule" in row)
    return Shape(
        iri,
        _told(rows[0], "label"),
        [Named(each, declared.shortened(prefixes, each)) for each in classes],
        _told(rows[0], "message"),
        [rules[each] for each in own if each in rules],
        _told(rows[0], "list"),
    )


def _by(rows: Iterable[Row], column: str) -> Iterable[tuple[str, Iterable[Row]]]:
    return groupby(rows, key=lambda row: str(row[column]["value"]))


def _told(row: Row, column: str) -> str:
    return str(row[column]["value"]) if column in row else ""


def _drawn(links: Sequence[Row]) -> Drawing:
    shared = Counter(name for name, _ in {(_told(row, "property"), row["from"]["value"]) for row in links})
    # What takes any agent or any place points to a kind of kinds, not to each of them.
    few = [row for row in links if shared[_told(row, "property")] < _SHARED_BY and "through" not in row]
    return draw([(row["from"]["value"], row["to"]["value"]) for row in few])
