"""The pages and graphs of the vocabulary, the shapes and the mistakes: every part has its place."""

import html
import json
import re

import html5lib
import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, parse
from rdflib import Graph, Namespace, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SDO, SH, SKOS

from sasaeai.diagram import HEIGHT, WIDTH, draw
from sasaeai.errors import messages

from .conftest import ROOT, Service
from .test_dereferencing import FORMATS, embedded
from .test_entity import BASE, raw
from .test_sparql import ask

SAS = Namespace(BASE + "ns#")
SHAPES = BASE + "shapes#"
DOCUMENTS = ("ns", "shapes", "problem", "truncated")


def whole(service: Service, name: str) -> Graph:
    return Graph().parse(data=ask(f"{service.url}/{name}.nt").body, format="nt")


def anchors(page: str) -> set[str]:
    found = re.findall(r'\bid="([^"]*)"', page)
    assert len(found) == len(set(found)), "no anchor stands twice"
    return {html.unescape(each) for each in found}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_the_same_graph_in_every_format(service: Service, name: str) -> None:
    found = []
    for extension, syntax in FORMATS.items():
        reply = ask(f"{service.url}/{name}.{extension}")
        assert reply.status == 200
        quads = Dataset(parse(reply.body, syntax))
        quads.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
        found.append(quads)
    assert all(each == found[0] for each in found)
    assert len(found[0]) > 5


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_negotiated_at_its_own_address(service: Service, name: str) -> None:
    status, headers = raw(service, f"/{name}", Accept="text/turtle")
    assert (status, headers["Content-Location"]) == (200, f"/{name}.ttl")
    assert raw(service, f"/{name}", Accept="text/html")[1].get_content_type() == "text/html"
    assert f'</{name}.jsonld>; rel="alternate"; type="application/ld+json"' in headers["Link"]
    assert ask(f"{service.url}/{name}", Accept="image/png").status == 406
    assert ask(f"{service.url}/{name}.exe").status == 404


def test_the_vocabulary_served_is_the_vocabulary_in_the_files(service: Service) -> None:
    served = set(whole(service, "ns"))
    for name in ("sasaeai", "alignment"):
        assert set(Graph().parse(ROOT / "ontology" / f"{name}.ttl")) <= served


def test_the_shapes_served_are_those_in_the_files(service: Service) -> None:
    served = whole(service, "shapes")
    for kind in (SH.NodeShape, SH.PropertyShape, SH.PropertyGroup):
        held = {
            each for path in (ROOT / "shapes").glob("*.ttl") for each in Graph().parse(path).subjects(RDF.type, kind)
        }
        assert held <= set(served.subjects(RDF.type, kind))


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", ["ns", "shapes", "problem"])
def test_every_part_of_a_document_is_an_anchor_of_its_page(service: Service, name: str, language: str) -> None:
    page = ask(f"{service.url}/{name}.html?lang={language}").body.decode()
    start = f"{BASE}{name}#"
    parts = {str(each).removeprefix(start) for each in whole(service, name).subjects() if str(each).startswith(start)}
    assert parts
    assert parts <= anchors(page)
    html5lib.HTMLParser(strict=True).parse(page)


def test_a_term_is_shown_with_its_definition_domain_range_example_and_alignment(service: Service) -> None:
    page = ask(f"{service.url}/ns.html?lang=en").body.decode()
    shown = re.search(r'<section id="establishedOn">(.*?)</section>', page, re.DOTALL)
    assert shown
    graph = whole(service, "ns")
    for name in (RDFS.label, SKOS.definition):
        assert any(
            html.escape(str(text), quote=False) in html.unescape(shown[1])
            for text in graph.objects(SAS.establishedOn, name)
        )
    assert "foundingDate" in shown[1]
    assert 'href="#Council"' in page
    council = re.search(r'<section id="Council">(.*?)</section>', page, re.DOTALL)
    assert council
    assert "協議体" in council[1]
    assert "org#Organization" in council[1]


def test_the_page_of_the_vocabulary_lists_the_code_lists(service: Service) -> None:
    page = ask(f"{service.url}/ns.html?lang=en").body.decode()
    for path in (ROOT / "ontology" / "schemes").glob("*.ttl"):
        assert f'href="/concept/{path.stem}?lang=en"' in page


def test_the_drawing_of_the_classes_is_told_in_words_beside_it(service: Service) -> None:
    page = ask(f"{service.url}/ns.html?lang=ja").body.decode()
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    drawing = next(each for each in tree.iter() if str(each.tag).endswith("svg"))
    named = (drawing.get("aria-labelledby") or "").split()
    texts = {each.get("id"): each.text for each in drawing.iter() if each.get("id")}
    assert (drawing.get("role"), len(named)) == ("group", 2)
    assert all(texts[each] for each in named)
    drawn = {each.get("href") for each in drawing.iter() if str(each.tag).endswith("}a") or each.tag == "a"}
    assert {"#Council", "#Tier", "#Programme", "#Municipality"} <= drawn
    details = next(each for each in tree.iter("details"))
    told = {each.get("href") for each in details.iter("a")}
    assert drawn <= told
    assert "style=" not in page


def test_a_rule_of_the_shapes_is_shown_with_the_words_of_its_error(service: Service) -> None:
    for language in ("ja", "en"):
        page = html.unescape(ask(f"{service.url}/shapes.html?lang={language}").body.decode())
        shapes = whole(service, "shapes")
        for rule in shapes.subjects(RDF.type, SH.PropertyShape):
            words = [
                str(each) for each in shapes.objects(rule, SH.message) if getattr(each, "language", "") == language
            ]
            assert words
            assert words[0] in page
    assert "1–1" in page
    assert "0–*" in page


def test_a_kind_of_kinds_is_called_by_its_name_in_the_language_of_the_page(service: Service) -> None:
    for language, name in (("ja", "団体・市区町村・協議体など"), ("en", "A body, an authority or a council")):
        page = ask(f"{service.url}/shapes.html?lang={language}").body.decode()
        links = set(re.findall(r'<a href="#(?:agent|place)">([^<]*)</a>', page))
        assert name in links
        assert not links & {"agent", "place"}


def test_the_iri_of_the_present_version_leads_to_the_vocabulary(service: Service) -> None:
    version = next(whole(service, "ns").objects(URIRef(BASE + "ns"), OWL.versionIRI))
    status, headers = raw(service, "/" + str(version).removeprefix(BASE), Accept="text/turtle")
    assert (status, headers["Location"]) == (303, "/ns")
    assert raw(service, "/ns/0.0.0")[0] == 404


def test_every_kind_of_mistake_is_told_of_in_both_languages(service: Service) -> None:
    graph = whole(service, "problem")
    for key, words in messages().items():
        told = {str(each.language): str(each) for each in graph.objects(URIRef(f"{BASE}problem#{key}"), RDFS.label)}  # type: ignore[attr-defined]
        assert told == words
    refused = json.loads(ask(f"{service.url}/sparql?query=x", Accept="application/json").body)
    assert URIRef(refused["type"]) in set(graph.subjects())


@pytest.mark.parametrize(("name", "part"), [("ns", SAS.Council), ("shapes", URIRef(SHAPES + "Council"))])
def test_a_page_embeds_its_parts_and_no_more_than_its_rdf_says(service: Service, name: str, part: URIRef) -> None:
    page = ask(f"{service.url}/{name}.html").body.decode()
    graph = Graph().parse(data=json.dumps(embedded(page)), format="json-ld")
    assert (part, RDF.type, SDO.DefinedTerm) in graph
    assert set(graph) <= set(whole(service, name))


def test_a_drawing_leads_to_the_right_and_no_boxes_overlap() -> None:
    drawn = draw([("a", "b"), ("b", "c"), ("a", "c"), ("c", "a"), ("d", "d"), ("e", "c")])
    places = {box.name: box for box in drawn.boxes}
    assert set(places) == {"a", "b", "c", "e"}
    assert places["a"].x < places["b"].x < places["c"].x
    assert len(drawn.lines) == 5
    for box in drawn.boxes:
        assert 0 <= box.x <= drawn.width - WIDTH
        assert 0 <= box.y <= drawn.height - HEIGHT
        assert not [
            other
            for other in drawn.boxes
            if other != box and abs(other.x - box.x) < WIDTH and abs(other.y - box.y) < HEIGHT
        ]
    assert draw([]).boxes == []
