"""Every IRI answers, whoever spells it and however: over real HTTP, and over data of the tests' own."""

import csv
import html
import http.client
import io
import json
import re
import unicodedata
import urllib.parse
from codecs import BOM_UTF8
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, parse
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, PROV, RDF, SDO, SKOS, VOID, XSD
from rdflib.term import Node

from sasaeai import entity, statements
from sasaeai.errors import ServiceError
from sasaeai.repository import Repository
from sasaeai.store import Answer
from sasaeai.store.local import LocalStore

from .conftest import ROOT, Service, start_service, stop_service
from .patience import PATIENCE
from .test_entity import BASE, COUNCIL, document, raw
from .test_sparql import Reply, ask

XHV = "http://www.w3.org/1999/xhtml/vocab#"
TOWN = "concept/municipality-kind/town"
FORMATS = {
    "ttl": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "rdf": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
    "trig": RdfFormat.TRIG,
    "nq": RdfFormat.N_QUADS,
}
PLACES = (
    COUNCIL,
    "132241",
    "221015",
    "prefecture/13",
    "131032/programme",
    "132241/tier/1",
    "fiscal-year/2017",
    "month/2017-05",
    "day/2023-09-01",
    "source/132241/city-page",
    "131032/case/local-information",
    "concept/role",
    "concept/role/coordinator",
    "graph/132241/city-page",
    "graph/ontology",
    "graph/shapes/tier",
    "graph/derived",
    "graph/concept/role",
    "graph/register/municipalities",
    "graph/fiscal-years",
)
"""One thing of every kind, as its document is addressed."""


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Serve the project's vocabulary with data of the tests' own."""
    root = tmp_path_factory.mktemp("strange")
    for folder in ("ontology", "shapes", "queries"):
        (root / folder).symlink_to(ROOT / folder)
    (root / "data").symlink_to(Path(__file__).parent / "dereferencing")
    running = start_service(root=str(root))
    yield running
    stop_service(running)


def canonical(reply: Reply, extension: str) -> Dataset:
    quads = Dataset(parse(reply.body, FORMATS[extension]))
    quads.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return quads


def triples(service: Service, path: str) -> Graph:
    reply = ask(service.url + path)
    assert reply.status == 200, (path, reply.status)
    return Graph().parse(data=reply.body, format="nt")


def iri(key: str) -> URIRef:
    return URIRef(BASE + ("" if key.startswith(("concept/", "graph/")) else "id/") + key)


@pytest.mark.parametrize("key", PLACES)
def test_a_thing_of_every_kind_is_described_the_same_in_every_format(service: Service, key: str) -> None:
    found = {name: canonical(ask(f"{service.url}/doc/{key}.{name}"), name) for name in FORMATS}
    assert all(each == found["nt"] for each in found.values())
    graph = triples(service, f"/doc/{key}.nt")
    assert (iri(key), RDF.type, None) in graph
    labels = [label for term in (SKOS.prefLabel, DCTERMS.title) for label in graph.objects(iri(key), term)]
    assert labels, "it has a name"
    here = URIRef(f"{BASE}doc/{key}")
    assert (here, FOAF.primaryTopic, iri(key)) in graph
    assert (here, DCTERMS.license, URIRef("https://creativecommons.org/licenses/by/4.0/")) in graph


@pytest.mark.parametrize("key", ["132241", "concept/role", "graph/derived", "source/132241/city-page"])
def test_a_description_is_a_table_of_the_same_statements(service: Service, key: str) -> None:
    for asked in (f"{service.url}/doc/{key}.csv", f"{service.url}/doc/{key}"):
        reply = ask(asked, Accept="text/csv")
        assert (reply.status, reply.headers["Content-Location"]) == (200, f"/doc/{key}.csv")
        head, *rows = csv.reader(io.StringIO(reply.body.decode(), newline=""))
        assert head == ["subject", "predicate", "object", "datatype", "language"]
        told = {tuple(row) for row in rows}
        assert len(told) == len(rows)
        graph = triples(service, f"/doc/{key}.nt")
        assert told == {_cells(*each) for each in graph}
    assert ask(f"{service.url}/doc/{key}.csv?_format=csv-bom").body == BOM_UTF8 + reply.body


def _cells(subject: Node, predicate: Node, value: Node) -> tuple[str, ...]:
    if not isinstance(value, Literal):
        return str(subject), str(predicate), str(value), "", ""
    plain = RDF.langString if value.language else XSD.string
    return str(subject), str(predicate), str(value), str(value.datatype or plain), value.language or ""


def test_the_pages_of_a_description_hold_together_all_that_points_to_a_thing(service: Service) -> None:
    kind = URIRef(BASE + "ns#kind")
    first = triples(service, f"/doc/{TOWN}.nt")
    parts = {
        first.value(part, VOID.property): first.value(part, VOID.triples) for part in first.subjects(VOID.property)
    }
    assert parts[kind] == Literal(743)
    incoming = URIRef(f"{BASE}doc/{TOWN}#incoming")
    assert int(str(first.value(incoming, VOID.triples))) == sum(int(str(each)) for each in parts.values())
    found: set[object] = set()
    address = f"/doc/{TOWN}"
    for _ in range(20):
        reply = ask(service.url + address, Accept="application/n-triples")
        graph = Graph().parse(data=reply.body, format="nt")
        fresh = set(graph.subjects(kind, iri(TOWN)))
        assert not fresh & found, "no page repeats another"
        found |= fresh
        onward = re.search(r'<([^>]*)>; rel="next"', reply.headers["Link"])
        assert bool(onward) == any(graph.objects(None, URIRef(XHV + "next")))
        if not onward:
            break
        address = onward[1]
    assert len(found) == 743
    assert ask(f"{service.url}/doc/{TOWN}.ttl?page=99").status == 404
    assert ask(f"{service.url}/doc/{TOWN}.ttl?page=x").status == 400


def test_a_page_of_a_description_is_the_same_in_every_format(service: Service) -> None:
    found = [canonical(ask(f"{service.url}/doc/{TOWN}.{name}?page=2"), name) for name in FORMATS]
    assert all(each == found[0] for each in found)
    again = ask(f"{service.url}/doc/{TOWN}?page=2", Accept="text/turtle")
    assert again.headers["Content-Location"] == f"/doc/{TOWN}.ttl?page=2"
    assert f'</doc/{TOWN}>; rel="prev"' in again.headers["Link"]


def test_a_description_says_who_says_so(service: Service) -> None:
    graph = triples(service, f"/doc/{COUNCIL}.nt")
    quoted = {
        (str(graph.value(each, DCTERMS.isPartOf)), str(graph.value(each, PROV.entity)), str(words))
        for each in graph.subjects(RDF.type, PROV.Quotation)
        for words in graph.objects(each, PROV.value)
    }
    assert (
        f"{BASE}graph/132241/city-page",
        f"{BASE}id/source/132241/city-page",
        "多様な主体による話し合いの場「まるっと協議体」",
    ) in quoted
    source = URIRef(f"{BASE}id/source/132241/tokyo-support-project")
    assert str(graph.value(source, DCTERMS.modified)) == "2019-02-07"
    assert str(graph.value(source, DCTERMS.title)) == "多摩市 伴走支援"


def test_what_a_description_points_to_is_named_in_both_languages(service: Service) -> None:
    graph = triples(service, f"/doc/{COUNCIL}.nt")
    year = URIRef(f"{BASE}id/fiscal-year/2015")
    assert set(graph.objects(year, SKOS.prefLabel)) == {Literal("平成27年度", "ja"), Literal("FY2015", "en")}


def test_a_graph_says_how_much_it_holds(service: Service) -> None:
    name = "graph/132241/city-page"
    graph = triples(service, f"/doc/{name}.nt")
    said = Graph().parse(ROOT / "data/cities/132241-tama/city-page.ttl")
    assert graph.value(iri(name), VOID.triples) == Literal(len(said))
    assert graph.value(iri(name), DCTERMS.source) == URIRef(f"{BASE}id/source/132241/city-page")
    meetings = next(each for each in graph.subjects(VOID["class"], URIRef(BASE + "ns#Council")))
    councils = set(said.subjects(RDF.type, URIRef(BASE + "ns#Council")))
    assert graph.value(meetings, VOID.entities) == Literal(len(councils))
    assert (URIRef(f"{BASE}dataset#sasaeai"), VOID.subset, iri(name)) in graph


def embedded(page: str) -> object:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_a_page_embeds_the_thing_in_schema_org_s_words_and_no_more_than_its_rdf_says(service: Service) -> None:
    for key, kind in (("132241", SDO.GovernmentOrganization), (COUNCIL, SDO.Organization)):
        page = ask(f"{service.url}/doc/{key}.html").body.decode()
        graph = Graph().parse(data=json.dumps(embedded(page)), format="json-ld")
        assert (iri(key), RDF.type, kind) in graph
        assert len(set(graph.objects(iri(key), SDO.name))) >= 2
        assert set(graph) <= set(triples(service, f"/doc/{key}.nt"))


def test_json_ld_reads_in_plain_words_and_needs_nothing_from_elsewhere(service: Service) -> None:
    written = json.loads(ask(f"{service.url}/doc/{COUNCIL}.jsonld").body)
    assert isinstance(written["@context"], dict)
    council = next(node for node in written["@graph"] if node["id"] == str(iri(COUNCIL)))
    assert council["prefLabel"]["ja"] == "多摩市まるっと協議体"
    assert council["serves"] == f"{BASE}id/132241/tier/1"
    whole = json.loads(ask(f"{service.url}/context.jsonld").body)["@context"]
    assert set(written["@context"]) - {"@version"} <= set(whole)


class Counting(LocalStore):
    """Count the queries it is asked."""

    asked = 0

    def query(self, text: str, **choices: Any) -> Answer:
        self.asked += 1
        return super().query(text, **choices)


def test_a_description_takes_as_many_queries_whatever_points_to_the_thing(repository: Repository) -> None:
    store = Counting(repository)
    asked = []
    for key in ("132241/org/oginzu", "132241", TOWN, "prefecture/13"):
        store.asked = 0
        entity.describe(store, repository, str(iri(key)), f"{BASE}doc/{key}")
        asked.append(store.asked)
    assert asked == [5, 5, 5, 5]


# Spellings


JAPANESE = "架空/協議体/ささえあいガーデン"


@pytest.mark.parametrize(
    ("path", "spelled"),
    [
        (urllib.parse.quote(JAPANESE), JAPANESE),
        (urllib.parse.quote(JAPANESE).lower(), JAPANESE),
        ("a%20space", "a%20space"),
        ("%E5%8D%94%E8%AD%B0%E4%BD%93", "%E5%8D%94%E8%AD%B0%E4%BD%93"),
        ("%e5%8d%94%e8%ad%b0%e4%bd%93", "%E5%8D%94%E8%AD%B0%E4%BD%93"),
        ("100%25", "100%25"),
    ],
)
def test_an_iri_is_found_however_its_letters_are_written(strange: Service, path: str, spelled: str) -> None:
    status, headers = raw(strange, f"/id/{path}", Accept="text/turtle")
    assert status == 303
    for name in FORMATS:
        assert ask(f"{strange.url}{headers['Location']}.{name}").status == 200
    reply = ask(strange.url + headers["Location"], Accept="application/n-triples")
    graph = Graph().parse(data=reply.body, format="nt")
    assert (iri(spelled), RDF.type, URIRef(BASE + "ns#Council")) in graph
    assert not [each for triple in graph for each in triple if isinstance(each, URIRef) and strange.url in each]
    page = ask(f"{strange.url}{headers['Location']}", Accept="text/html")
    assert page.status == 200
    assert str(iri(spelled)) in html.unescape(page.body.decode())


def test_a_name_decomposed_leads_to_the_composed_one(strange: Service) -> None:
    decomposed = unicodedata.normalize("NFD", JAPANESE)
    assert decomposed != JAPANESE
    reply = ask(f"{strange.url}/id/{urllib.parse.quote(decomposed)}", Accept="application/n-triples")
    assert reply.status == 200
    assert str(iri(JAPANESE)) in Graph().parse(data=reply.body, format="nt").serialize(format="turtle")


def test_what_is_encoded_twice_is_another_name(strange: Service) -> None:
    twice = urllib.parse.quote(urllib.parse.quote(JAPANESE))
    assert ask(f"{strange.url}/id/{twice}", Accept="text/turtle").status == 404
    assert ask(f"{strange.url}/id/100%2525", Accept="text/turtle").status == 404
    assert ask(f"{strange.url}/id/a%20space/", Accept="text/turtle").status == 404


def test_bytes_that_are_no_text_are_no_fault_of_the_service(strange: Service) -> None:
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(strange.url).netloc, timeout=PATIENCE)
    for path in ("/id/%FF%FE", "/id/%00", "/doc/%ED%A0%80", "/id/%E5%8D", "/id/%3Cx%3E"):
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        assert response.status == 404, path
    connection.close()


def test_two_documents_that_disagree_are_both_heard_in_every_format(strange: Service) -> None:
    path = urllib.parse.quote(JAPANESE)
    found = [canonical(ask(f"{strange.url}/doc/{path}.{name}"), name) for name in FORMATS]
    assert all(each == found[0] for each in found)
    graph = triples(strange, f"/doc/{path}.nt")
    assert len(set(graph.objects(iri(JAPANESE), URIRef(BASE + "ns#memberListOpen")))) == 2


def test_no_text_of_the_data_ends_the_script_it_stands_in(strange: Service) -> None:
    page = ask(f"{strange.url}/doc/100%25.html").body.decode()
    assert "<script>" not in page
    assert page.count("</script>") == 1
    assert embedded(page)


# What is no more


def test_what_was_withdrawn_is_gone_and_says_what_took_its_place(strange: Service) -> None:
    old = urllib.parse.quote("架空/協議体/旧")
    for path in (f"/id/{old}", f"/doc/{old}", f"/doc/{old}.ttl"):
        reply = ask(strange.url + path, Accept="text/turtle")
        assert (reply.status, reply.type) == (410, "application/problem+json")
        assert str(iri(JAPANESE)) in json.loads(reply.body)["messages"]["en"]
        assert str(iri(JAPANESE)) in json.loads(reply.body)["messages"]["ja"]
        assert "The same council had been entered twice." in json.loads(reply.body)["messages"]["en"]
    page = ask(f"{strange.url}/id/{old}", Accept="text/html")
    assert (page.status, page.type) == (410, "text/html")
    assert str(iri(JAPANESE)) in html.unescape(page.body.decode())
    assert "同じ協議体を二度登録していた。" in page.body.decode()
    there = f"/id/{urllib.parse.quote(JAPANESE)}"
    assert f'href="{there}' in page.body.decode()
    for gone in (page, reply):
        assert gone.headers["Link"].startswith(f"<{there}")
        assert gone.headers["Link"].endswith('; rel="successor-version"')
    assert json.loads(reply.body)["successors"] == [str(iri(JAPANESE))]
    assert ask(strange.url + there, Accept="text/turtle").status == 200


def test_what_was_withdrawn_without_a_successor_is_gone(strange: Service) -> None:
    assert ask(f"{strange.url}/id/nobody", Accept="text/turtle").status == 410


def test_what_is_deprecated_and_described_still_answers(strange: Service) -> None:
    assert ask(f"{strange.url}/id/still-there", Accept="text/turtle").status == 200


def test_no_check_objects_to_what_was_withdrawn_properly(repository: Repository) -> None:
    text = (ROOT / "data" / "README.md").read_text("utf-8")
    told = next(each for each in re.findall(r"```turtle\n(.*?)```", text, re.DOTALL) if "deprecated" in each)
    store = LocalStore(repository)
    store.publish({f"{BASE}graph/withdrawn": told.encode()})
    assert {check.name for check in repository.checks() if statements.select(store, check).rows} == set()
    with pytest.raises(ServiceError) as error:
        entity.find(store, repository, [f"{BASE}id/132241/council/old"])
    assert (error.value.status, f"{BASE}id/{COUNCIL}" in str(error.value)) == (410, True)
    graph = Graph().parse(data=told, format="turtle")
    assert URIRef(f"{BASE}id/132241/council/old") in set(graph.subjects())


# What stands in the head


def test_a_description_is_dated_and_asked_again_costs_nothing(service: Service) -> None:
    for path, accept in ((f"/doc/{COUNCIL}", "text/turtle"), (f"/doc/{COUNCIL}", "text/html"), ("/ns", "text/turtle")):
        first = ask(service.url + path, Accept=accept)
        dated = parsedate_to_datetime(first.headers["Last-Modified"])
        assert dated <= parsedate_to_datetime(first.headers["Date"])
        by_tag = ask(service.url + path, Accept=accept, If_None_Match=first.headers["ETag"])
        by_date = ask(service.url + path, Accept=accept, If_Modified_Since=first.headers["Last-Modified"])
        assert (by_tag.status, by_tag.body, by_date.status, by_date.body) == (304, b"", 304, b"")
        assert ask(service.url + path, Accept=accept, If_None_Match='"other"').status == 200


def test_head_is_get_without_the_body(service: Service) -> None:
    for path in (f"/id/{COUNCIL}", f"/doc/{COUNCIL}.ttl", f"/doc/{COUNCIL}.html", "/ns.ttl", "/shapes.html"):
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(service.url).netloc, timeout=PATIENCE)
        heads = []
        for method in ("GET", "HEAD"):
            connection.request(method, path)
            response = connection.getresponse()
            body = response.read()
            heads.append((response.status, response.headers["ETag"], response.headers["Location"]))
        assert body == b""
        assert heads[0] == heads[1]
        connection.close()


def test_a_document_names_its_licence_its_dataset_and_its_languages(service: Service) -> None:
    reply = document(service, COUNCIL, "text/turtle")
    assert '<https://creativecommons.org/licenses/by/4.0/>; rel="license"' in reply.headers["Link"]
    assert '</dataset>; rel="describedby"' in reply.headers["Link"]
    assert reply.headers["Content-Language"] == "ja, en"
    assert reply.headers["Cache-Control"] == "no-cache"
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
