"""What the vocabulary promises: each term used is declared and explained in both languages, no foreign one touched."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import rdflib.namespace as known
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, QB, RDF, RDFS, SKOS, VANN, XSD

ROOT = Path(__file__).parent.parent
ONTOLOGY = ROOT / "ontology"
TERMS = ONTOLOGY / "sasaeai.ttl"
ALIGNMENT = ONTOLOGY / "alignment.ttl"

BASE = "https://w3id.org/sasaeai/"
NAMESPACE = BASE + "ns#"
CONCEPT = BASE + "concept/"
LICENCE = URIRef("https://creativecommons.org/licenses/by/4.0/")

PUBLISHED = {
    str(each): each
    for each in (
        known.DCAT,
        known.DCTERMS,
        known.FOAF,
        known.ORG,
        known.OWL,
        known.PROV,
        known.QB,
        known.RDF,
        known.RDFS,
        known.SDO,
        known.SH,
        known.SKOS,
        known.TIME,
        known.VANN,
        known.VOID,
        known.XSD,
    )
}
"""The vocabularies that rdflib carries with all their terms."""

LISTED = {
    line
    for path in (ROOT / "tests" / "vocabularies").glob("*.txt")
    for line in path.read_text("utf-8").splitlines()
    if line and not line.startswith("#")
}
"""Terms of the other vocabularies, looked up by hand; each list names the version looked at."""

PREFIX_LINE = re.compile(r"^\s*PREFIX ([\w-]*): <([^>]*)>", re.MULTILINE)

LISTED_NAMESPACES = sorted({re.sub(r"[^/#]+$", "", each) for each in LISTED})


@cache
def parsed(path: Path) -> Graph:
    return Graph().parse(path, format="turtle")


def turtle_files(*folders: str) -> list[Path]:
    return [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.ttl"))
        if path.name != "prefixes.ttl" and "invalid" not in path.parts
    ]


@cache
def merged(*folders: str) -> Graph:
    """Merge folders; to be read only, since every test gets the same graph."""
    graph = Graph()
    for path in turtle_files(*folders):
        graph += parsed(path)
    return graph


@cache
def prefixes() -> dict[str, str]:
    found = re.findall(r"^@prefix ([\w-]*): <([^>]*)>", (ONTOLOGY / "prefixes.ttl").read_text("utf-8"), re.MULTILINE)
    return dict(found)


def iris_in_sparql(text: str) -> Iterator[str]:
    """Yield the IRIs of a query, prefixed names opened up; comments and strings may say what they like."""
    text = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    text = re.sub(r'"(?:[^"\\\n]|\\.)*"', '""', text)
    yield from re.findall(r"<([a-z]+:[^<>\s\"{}|\\^`]*)>", text)
    names = prefixes() | dict(PREFIX_LINE.findall(text))
    for prefix, name in re.findall(r"(?<![\w:<?$-])([a-z][\w-]*):([A-Za-z][\w-]*)", text):
        if prefix in names:
            yield names[prefix] + name


@cache
def uses() -> dict[str, frozenset[str]]:
    """Map every IRI that data, shapes, ontology or queries use to the files that do."""
    found: dict[str, set[str]] = {}
    for path in turtle_files("data", "shapes", "ontology"):
        name = str(path.relative_to(ROOT))
        for triple in parsed(path):
            for node in triple:
                if isinstance(node, URIRef):
                    found.setdefault(str(node), set()).add(name)
                elif isinstance(node, Literal) and ("SELECT" in node or "ASK" in node or "CONSTRUCT" in node):
                    for iri in iris_in_sparql(str(node)):
                        found.setdefault(iri, set()).add(name)
                elif isinstance(node, Literal) and node.datatype:
                    found.setdefault(str(node.datatype), set()).add(name)
    for path in sorted((ROOT / "queries").rglob("*.rq")):
        for iri in iris_in_sparql(path.read_text("utf-8")):
            found.setdefault(iri, set()).add(str(path.relative_to(ROOT)))
    return {iri: frozenset(files) for iri, files in found.items()}


def declared() -> set[str]:
    return {str(each) for each in parsed(TERMS).subjects(RDF.type) if str(each).startswith(NAMESPACE)}


def concepts() -> set[URIRef]:
    return {each for each in merged("ontology").subjects(RDF.type, SKOS.Concept) if isinstance(each, URIRef)}


def languages(graph: Graph, subject: URIRef, predicate: URIRef) -> list[str]:
    return sorted(str(each.language) for each in graph.objects(subject, predicate) if isinstance(each, Literal))


# The terms


def test_every_term_used_is_declared() -> None:
    missing = {
        iri: sorted(files)
        for iri, files in uses().items()
        if iri.startswith(NAMESPACE) and iri != NAMESPACE and iri not in declared()
    }
    assert not missing


def test_every_term_is_declared_exactly_once() -> None:
    text = TERMS.read_text("utf-8")
    starts = re.findall(r"^sas:([\w-]+) a ", text, re.MULTILINE)
    assert len(starts) == len(set(starts))
    assert {NAMESPACE + each for each in starts} == declared()
    elsewhere = [
        (path.name, subject)
        for path in turtle_files("ontology", "data", "shapes")
        if path != TERMS
        for subject in parsed(path).subjects(RDF.type)
        if str(subject).startswith(NAMESPACE)
    ]
    assert not elsewhere


def test_every_term_is_labelled_and_defined_in_both_languages() -> None:
    graph = parsed(TERMS)
    for iri in sorted(declared()):
        term = URIRef(iri)
        assert languages(graph, term, RDFS.label) == ["en", "ja"], term
        assert languages(graph, term, SKOS.definition) == ["en", "ja"], term


def test_every_term_names_the_ontology_and_has_an_example() -> None:
    graph = parsed(TERMS)
    for iri in sorted(declared()):
        term = URIRef(iri)
        assert graph.value(term, RDFS.isDefinedBy) == URIRef(BASE + "ns"), term
        assert list(graph.objects(term, SKOS.example)), term
        assert all(isinstance(each, Literal) for each in graph.objects(term, SKOS.example)), term


def test_no_two_classes_and_no_two_properties_share_a_label() -> None:
    graph = parsed(TERMS)
    for kinds in ((OWL.Class,), (OWL.ObjectProperty, OWL.DatatypeProperty)):
        terms = {term for kind in kinds for term in graph.subjects(RDF.type, kind)}
        labels = [(label, term) for term in terms for label in graph.objects(term, RDFS.label)]
        twice = [each for each in labels if [label for label, _ in labels].count(each[0]) > 1]
        assert not twice


def test_the_english_names_without_an_official_form_carry_their_romaji() -> None:
    graph = merged("ontology")
    romaji = {
        NAMESPACE + "Programme": "seikatsu shien taisei seibi jigyō",
        NAMESPACE + "Council": "kyōgitai",
        CONCEPT + "role/coordinator": "seikatsu shien kōdinētā",
        CONCEPT + "role/council": "kyōgitai",
    }
    for iri, reading in romaji.items():
        labels = [*graph.objects(URIRef(iri), RDFS.label), *graph.objects(URIRef(iri), SKOS.prefLabel)]
        assert any(isinstance(label, Literal) and label.language == "en" and reading in label for label in labels), iri


def test_the_ontology_says_its_version_licence_dates_and_prefix() -> None:
    graph = parsed(TERMS)
    ontology = URIRef(BASE + "ns")
    assert (ontology, RDF.type, OWL.Ontology) in graph
    version = str(graph.value(ontology, OWL.versionInfo))
    assert graph.value(ontology, OWL.versionIRI) == URIRef(f"{BASE}ns/{version}")
    assert graph.value(ontology, DCTERMS.license) == LICENCE
    for predicate in (DCTERMS.created, DCTERMS.issued, DCTERMS.modified):
        value = graph.value(ontology, predicate)
        assert isinstance(value, Literal), predicate
        assert value.datatype == XSD.date
    assert str(graph.value(ontology, VANN.preferredNamespacePrefix)) == "sas"
    assert str(graph.value(ontology, VANN.preferredNamespaceUri)) == NAMESPACE == prefixes()["sas"]
    for predicate in (DCTERMS.title, DCTERMS.description):
        assert languages(graph, ontology, predicate) == ["en", "ja"]


def test_the_ontology_says_that_the_redirect_is_not_registered() -> None:
    notes = " ".join(str(each) for each in parsed(TERMS).objects(URIRef(BASE + "ns"), SKOS.note))
    assert "not registered with w3id.org yet" in notes
    assert "登録されていない" in notes


# The concepts


def test_every_concept_used_exists() -> None:
    schemes = {str(each) for each in merged("ontology").subjects(RDF.type, SKOS.ConceptScheme)}
    exists = schemes | {str(each) for each in concepts()}
    missing = {
        iri: sorted(files)
        for iri, files in uses().items()
        # what ends in a slash is the beginning of an IRI that a query builds
        if iri.startswith(CONCEPT) and not iri.endswith("/") and iri not in exists
    }
    assert not missing


def test_every_concept_is_labelled_and_defined_in_both_languages() -> None:
    graph = merged("ontology", "data")
    kinds = (SKOS.Concept, SKOS.ConceptScheme)
    for concept in sorted({str(each) for kind in kinds for each in graph.subjects(RDF.type, kind)}):
        assert languages(graph, URIRef(concept), SKOS.prefLabel) == ["en", "ja"], concept
        assert languages(graph, URIRef(concept), SKOS.definition) == ["en", "ja"], concept


@pytest.mark.parametrize("path", sorted((ONTOLOGY / "schemes").glob("*.ttl")), ids=lambda path: path.stem)
def test_a_scheme_file_holds_one_scheme_and_its_concepts(path: Path) -> None:
    graph = parsed(path)
    scheme = URIRef(CONCEPT + path.stem)
    assert list(graph.subjects(RDF.type, SKOS.ConceptScheme)) == [scheme]
    assert graph.value(scheme, DCTERMS.license) == LICENCE
    assert graph.value(scheme, RDFS.isDefinedBy) == URIRef(BASE + "ns")
    members = set(graph.subjects(RDF.type, SKOS.Concept))
    assert members == set(graph.subjects(SKOS.inScheme, scheme))
    assert members == set(graph.objects(scheme, SKOS.hasTopConcept)) == set(graph.subjects(SKOS.topConceptOf, scheme))
    assert all(re.fullmatch(re.escape(str(scheme)) + "/[a-z-]+", str(each)) for each in members)
    labels = [str(label) for each in members for label in graph.objects(each, SKOS.prefLabel)]
    assert len(labels) == len(set(labels))


def test_a_concept_of_one_city_stands_in_a_scheme_of_ours() -> None:
    graph = merged("data")
    for concept in graph.subjects(RDF.type, SKOS.Concept):
        scheme = str(graph.value(concept, SKOS.inScheme))
        assert (ONTOLOGY / "schemes" / f"{scheme.removeprefix(CONCEPT)}.ttl").is_file(), concept


def test_every_indicator_has_one_unit_and_one_class_of_subjects() -> None:
    graph = merged("ontology")
    indicators = set(graph.subjects(RDF.type, URIRef(NAMESPACE + "Indicator")))
    schemes = (URIRef(CONCEPT + "indicator"), URIRef(CONCEPT + "benchmark"))
    assert indicators == {each for scheme in schemes for each in graph.subjects(SKOS.inScheme, scheme)}
    for indicator in indicators:
        units = list(graph.objects(indicator, URIRef(NAMESPACE + "unit")))
        assert len(units) == 1, indicator
        assert str(units[0]).startswith(CONCEPT + "unit/")
        subjects = list(graph.objects(indicator, URIRef(NAMESPACE + "of")))
        assert len(subjects) == 1, indicator
        assert (subjects[0], RDF.type, OWL.Class) in graph


def test_every_topic_says_by_which_class_and_properties_it_is_found() -> None:
    graph = merged("ontology")
    properties = {*graph.subjects(RDF.type, OWL.ObjectProperty), *graph.subjects(RDF.type, OWL.DatatypeProperty)}
    for topic in graph.subjects(SKOS.inScheme, URIRef(CONCEPT + "topic")):
        classes = list(graph.objects(topic, URIRef(NAMESPACE + "topicClass")))
        assert classes, topic
        assert all((each, RDF.type, OWL.Class) in graph for each in classes), topic
        assert set(graph.objects(topic, URIRef(NAMESPACE + "topicProperty"))) <= properties, topic


# Foreign terms


def test_every_reused_term_exists_in_its_vocabulary() -> None:
    unknown = {}
    for iri, files in uses().items():
        namespace = next((each for each in PUBLISHED if iri.startswith(each)), None)
        if namespace is not None and iri != namespace:
            local = iri.removeprefix(namespace)
            if local not in PUBLISHED[namespace]:
                unknown[iri] = sorted(files)
        elif any(iri.startswith(each) and iri != each for each in LISTED_NAMESPACES) and iri not in LISTED:
            unknown[iri] = sorted(files)
    assert not unknown


def test_every_property_and_class_used_is_ours_or_of_a_vocabulary_looked_at() -> None:
    homes = (NAMESPACE, *PUBLISHED, *LISTED_NAMESPACES)
    strangers = {
        str(node)
        for path in turtle_files("data", "shapes", "ontology")
        for subject, predicate, value in parsed(path)
        for node in ((predicate, value) if predicate == RDF.type else (predicate,))
        if not str(node).startswith(homes)
    }
    # a property group is a class to nobody; shapes and groups are instances of SHACL's own classes
    assert not {each for each in strangers if not each.startswith(BASE + "shapes#")}


def test_every_term_looked_up_by_hand_is_still_used() -> None:
    assert sorted(LISTED - uses().keys()) == []


def test_nothing_is_asserted_about_foreign_terms() -> None:
    about = {
        (path.name, str(subject))
        for path in turtle_files("ontology", "shapes", "data")
        for subject in parsed(path).subjects()
        if isinstance(subject, URIRef) and not str(subject).startswith(BASE)
    }
    assert not about


def test_alignments_stand_in_their_own_file_only() -> None:
    relations = (RDFS.subClassOf, RDFS.subPropertyOf, SKOS.closeMatch, SKOS.exactMatch, OWL.equivalentClass)
    elsewhere = [
        (path.name, subject, value)
        for path in turtle_files("ontology", "shapes", "data")
        if path != ALIGNMENT
        for relation in relations
        for subject, value in parsed(path).subject_objects(relation)
        if not str(value).startswith(BASE)
    ]
    assert not elsewhere
    assert {predicate for _, predicate, _ in parsed(ALIGNMENT)} <= set(relations)
    assert {str(subject) for subject in parsed(ALIGNMENT).subjects()} <= declared()


def test_queries_mean_by_a_prefix_what_the_project_means() -> None:
    for path in sorted((ROOT / "queries").rglob("*.rq")):
        for prefix, iri in PREFIX_LINE.findall(path.read_text("utf-8")):
            # a query may shorten the IRIs of a scheme or of things for its own reading
            assert prefixes().get(prefix, iri) == iri, f"{path.name}: {prefix}"
            assert prefix in prefixes() or iri.startswith(BASE), f"{path.name}: {prefix}"


# What is written with the terms


def test_no_literal_is_ill_typed() -> None:
    wrong = [
        (path.name, subject, value)
        for path in turtle_files("data", "shapes", "ontology")
        for subject, _, value in parsed(path)
        if isinstance(value, Literal) and value.ill_typed
    ]
    assert not wrong


def wider(graph: Graph, kind: object) -> set[object]:
    return {kind, *graph.transitive_objects(URIRef(str(kind)), RDFS.subClassOf)}


def test_every_use_fits_the_domain_and_range_declared() -> None:
    ontology = merged("ontology")
    # concepts are typed in the ontology, what they are used on in the data; both know the types of both
    everything = ontology + merged("data")
    types: dict[object, set[object]] = {}
    for subject, kind in everything.subject_objects(RDF.type):
        types.setdefault(subject, set()).update(wider(ontology, kind))
    misfits = []
    for prop in declared():
        domain = ontology.value(URIRef(prop), RDFS.domain)
        target = ontology.value(URIRef(prop), RDFS.range)
        for subject, value in everything.subject_objects(URIRef(prop)):
            if domain is not None and domain not in types.get(subject, set()):
                misfits.append((prop, str(subject), "is no", str(domain)))
            if isinstance(value, Literal):
                actual = RDF.langString if value.language else (value.datatype or XSD.string)
                if target is not None and actual != target:
                    misfits.append((prop, str(subject), str(actual), str(target)))
            # a period such as a month is typed by a rule, and a foreign class or property by nobody here
            elif str(target).startswith((NAMESPACE, str(SKOS))) and target not in types.get(value, set()):
                misfits.append((prop, str(value), "is no", str(target)))
    assert not misfits


def test_the_figures_are_structured_as_a_data_cube_asks() -> None:
    graph = merged("ontology")
    structure = URIRef(NAMESPACE + "figures")
    components = set(graph.objects(structure, QB.component))
    assert all(isinstance(each, URIRef) for each in components), "no blank nodes"
    assert components == set(graph.subjects(RDF.type, QB.ComponentSpecification))
    dimensions = {value for each in components for value in graph.objects(each, QB.dimension)}
    measures = {value for each in components for value in graph.objects(each, QB.measure)}
    assert len(dimensions) == 3
    assert len(measures) == 1
    for dimension in dimensions:
        if str(dimension).startswith(NAMESPACE):
            assert (dimension, RDF.type, QB.DimensionProperty) in graph
            assert graph.value(dimension, RDFS.range) is not None


# The JSON-LD context


def context() -> dict[str, object]:
    read = json.loads((ONTOLOGY / "context.jsonld").read_text("utf-8"))
    found = read["@context"]
    assert isinstance(found, dict)
    return found


def opened(compact: str) -> str:
    prefix, _, name = compact.partition(":")
    return prefixes()[prefix] + name


def terms_of_the_context() -> dict[str, set[str]]:
    """Map each IRI to the terms that stand for it."""
    found: dict[str, set[str]] = {}
    for term, value in context().items():
        compact = value.get("@id") if isinstance(value, dict) else value
        if isinstance(compact, str) and not compact.startswith("@") and term not in prefixes():
            found.setdefault(opened(compact), set()).add(term)
    return found


def test_the_context_has_the_projects_prefixes() -> None:
    assert {prefix: iri for prefix, iri in context().items() if prefix in prefixes()} == prefixes()


def test_the_context_covers_every_class_and_property_of_ours() -> None:
    graph = parsed(TERMS)
    for kind in (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty):
        for term in graph.subjects(RDF.type, kind):
            local = str(term).removeprefix(NAMESPACE)
            assert local in terms_of_the_context().get(str(term), set()), term


def test_the_context_types_a_property_as_its_declaration_does() -> None:
    graph = parsed(TERMS)
    special = {str(XSD.string): "", str(RDF.langString): "@language"}
    for kind in (OWL.ObjectProperty, OWL.DatatypeProperty):
        for prop in graph.subjects(RDF.type, kind):
            target = str(graph.value(prop, RDFS.range))
            expected = "@id" if kind == OWL.ObjectProperty else special.get(target, target.replace(str(XSD), "xsd:"))
            value = context()[str(prop).removeprefix(NAMESPACE)]
            actual = value.get("@type") or value.get("@container") if isinstance(value, dict) else ""
            assert actual == expected, prop


def test_the_context_covers_every_property_of_the_data_and_of_the_ontology() -> None:
    used = {str(predicate) for path in turtle_files("data", "ontology") for predicate in parsed(path).predicates()}
    assert used - {str(RDF.type)} <= terms_of_the_context().keys()


def small_files() -> list[Path]:
    return [path for path in turtle_files("data", "ontology") if "register" not in path.parts]


# rdflib's JSON-LD parser still uses a class that rdflib calls deprecated
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
@pytest.mark.parametrize("path", small_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_survives_the_round_trip_through_the_context(path: Path) -> None:
    graph = parsed(path)
    written = graph.serialize(format="json-ld", context=context(), auto_compact=False)
    # there are no blank nodes, so the same triples are the same graph
    assert set(Graph().parse(data=written, format="json-ld")) == set(graph)


@pytest.mark.parametrize("path", small_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_description_reads_in_plain_words(path: Path) -> None:
    written = json.loads(parsed(path).serialize(format="json-ld", context=context(), auto_compact=False))
    nodes = written.get("@graph", [written])
    keys = {key for node in nodes for key in node}
    assert not {key for key in keys if ":" in key}, "every property has a term of its own"
