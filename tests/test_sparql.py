"""The SPARQL Protocol, over real HTTP."""

import csv
import gzip
import http.client
import io
import json
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from email.message import Message
from typing import Any

import pytest
from rdflib import Graph
from SPARQLWrapper import CSV, JSON, TURTLE, SPARQLWrapper

from .conftest import Service
from .patience import PATIENCE

NAMES = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX sas: <https://w3id.org/sasaeai/ns#>
SELECT ?code ?name WHERE {
  ?programme sas:runBy ?city . ?city sas:code ?code ; skos:prefLabel ?name . FILTER(lang(?name) = "ja")
} ORDER BY ?code
"""
CITIES = [("072036", "郡山市"), ("131032", "港区"), ("132241", "多摩市"), ("221007", "静岡市")]


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Message
    body: bytes

    @property
    def type(self) -> str:
        return self.headers.get_content_type()


def ask(url: str, *, data: bytes | None = None, method: str | None = None, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, data=data, headers=named, method=method)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            return Reply(response.status, response.headers, response.read())
    except urllib.error.HTTPError as error:
        with error:
            return Reply(error.code, error.headers, error.read())


def get(service: Service, query: str, accept: str = "*/*", **parameters: str) -> Reply:
    encoded = urllib.parse.urlencode({"query": query, **parameters})
    return ask(f"{service.url}/sparql?{encoded}", Accept=accept)


def test_a_query_by_get_is_answered_in_json_by_default(service: Service) -> None:
    reply = get(service, NAMES)
    assert (reply.status, reply.type) == (200, "application/sparql-results+json")
    rows = json.loads(reply.body)["results"]["bindings"]
    assert [(row["code"]["value"], row["name"]["value"]) for row in rows] == CITIES


def test_a_query_by_form_and_by_direct_post_has_the_same_answer(service: Service) -> None:
    url = f"{service.url}/sparql"
    form = urllib.parse.urlencode({"query": NAMES}).encode()
    by_form = ask(url, data=form, Content_Type="application/x-www-form-urlencoded", Accept="text/csv")
    direct = ask(url, data=NAMES.encode(), Content_Type="application/sparql-query", Accept="text/csv")
    assert by_form.body == direct.body == get(service, NAMES, "text/csv").body
    assert [tuple(row) for row in csv.reader(io.StringIO(direct.body.decode()))][1:] == CITIES


def test_solutions_come_as_json_xml_csv_and_tsv(service: Service) -> None:
    srx = get(service, NAMES, "application/sparql-results+xml")
    assert srx.type == "application/sparql-results+xml"
    literals = [each.text for each in ET.fromstring(srx.body).iter("{http://www.w3.org/2005/sparql-results#}literal")]
    assert literals == [text for city in CITIES for text in city]
    tsv = get(service, NAMES, "text/tab-separated-values")
    assert tsv.type == "text/tab-separated-values"
    assert tsv.body.decode().splitlines()[1] == '"072036"\t"郡山市"@ja'


@pytest.mark.parametrize(
    ("media_type", "parser"),
    [
        ("text/turtle", "turtle"),
        ("application/n-triples", "nt"),
        ("application/rdf+xml", "xml"),
        ("application/ld+json", "json-ld"),
    ],
)
def test_a_constructed_graph_is_the_same_in_every_syntax(service: Service, media_type: str, parser: str) -> None:
    query = "CONSTRUCT WHERE { <https://w3id.org/sasaeai/id/132241/tier/1> ?property ?value }"
    reply = get(service, query, media_type)
    assert (reply.status, reply.type) == (200, media_type)
    plain = Graph().parse(data=get(service, query, "application/n-triples").body, format="nt")
    assert set(Graph().parse(data=reply.body, format=parser)) == set(plain) != set()


def test_ask_is_answered_in_json_and_xml(service: Service) -> None:
    assert json.loads(get(service, "ASK { ?s ?p ?o }").body)["boolean"] is True
    reply = get(service, "ASK { ?s ?p <https://example.org/nothing> }", "application/sparql-results+xml")
    assert b"<boolean>false</boolean>" in reply.body


def test_every_answer_carries_the_version_of_the_data(service: Service) -> None:
    versions = {get(service, query).headers["X-Dataset-Version"] for query in (NAMES, "ASK {}", "DESCRIBE <x:y>")}
    assert len(versions) == 1
    assert len(versions.pop()) == 16


def test_a_forgotten_prefix_is_called_so(service: Service) -> None:
    problem = json.loads(get(service, "SELECT * { ?s sas:quote ?o }").body)
    assert "PREFIX" in problem["messages"]["ja"]
    assert "line 1" in problem["messages"]["en"]


def test_a_syntax_error_says_where_in_the_query_in_both_languages(service: Service) -> None:
    reply = get(service, "SELECT * WHERE { ?s ?p }")
    assert (reply.status, reply.type) == (400, "application/problem+json")
    problem = json.loads(reply.body)
    assert "1" in problem["messages"]["en"]
    assert "文法" in problem["messages"]["ja"]


@pytest.mark.parametrize(
    ("query", "status", "key"),
    [
        ("INSERT DATA { <x:a> <x:b> <x:c> }", 403, "update"),
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", 400, "federation"),
        ("SELECT * { " + "{" * 20_000, 400, "too-deep"),
        ("ASK { ?s ?p ?o FILTER(" + " + ".join(["1"] * 600) + " = 1) }", 400, "too-many-operators"),
        ("", 400, "syntax"),
    ],
)
def test_what_is_refused_is_refused_by_name(service: Service, query: str, status: int, key: str) -> None:
    encoded = urllib.parse.urlencode({"query": query}).encode()
    reply = ask(f"{service.url}/sparql", data=encoded, Content_Type="application/x-www-form-urlencoded")
    assert (reply.status, json.loads(reply.body)["type"].split("#")[1]) == (status, key)


def test_protocol_mistakes_have_their_own_status(service: Service) -> None:
    url = f"{service.url}/sparql"
    assert ask(f"{url}?query=ASK%7B%7D&query=ASK%7B%7D").status == 400
    assert ask(f"{url}?default-graph-uri=https://example.org/").status == 400
    assert ask(f"{url}?query=ASK%7B%7D&default-graph-uri=relative").status == 400
    assert ask(url, data=b"ASK {}", Content_Type="text/plain").status == 415
    assert ask(f"{url}?query=ASK%7B%7D", data=b"ASK {}", Content_Type="application/sparql-query").status == 400
    assert ask(url, data=b"x", Content_Type="application/sparql-update").status == 403
    assert ask(url, data=b"update=x", Content_Type="application/x-www-form-urlencoded").status == 403
    assert ask(url, data=b"\xff", Content_Type="application/sparql-query").status == 400
    assert ask(url, method="PUT", data=b"x").status == 405
    assert get(service, "ASK {}", "image/png").status == 406
    assert get(service, "ASK {}", "text/turtle").status == 406
    assert get(service, "CONSTRUCT WHERE {?s ?p ?o} LIMIT 1", "text/csv").status == 406
    too_long = ("ASK {} #" + "x" * 300_000).encode()
    assert ask(url, data=too_long, Content_Type="application/sparql-query").status == 413


def test_a_body_too_large_is_refused_before_it_is_sent(service: Service) -> None:
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(service.url).netloc, timeout=PATIENCE)
    connection.putrequest("POST", "/sparql")
    connection.putheader("Content-Type", "application/sparql-query")
    connection.putheader("Content-Length", str(5 * 2**30))
    connection.endheaders()
    response = connection.getresponse()
    assert (response.status, response.headers.get_content_type()) == (413, "application/problem+json")
    connection.close()


def test_the_dataset_can_be_named_in_the_request(service: Service) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?s a <https://w3id.org/sasaeai/ns#Commission> }"
    tama = "https://w3id.org/sasaeai/graph/132241/city-page"
    whole = json.loads(get(service, count).body)["results"]["bindings"][0]["n"]["value"]
    one = json.loads(get(service, count, **{"default-graph-uri": tama}).body)["results"]["bindings"][0]["n"]["value"]
    assert int(whole) > int(one) == 4
    graphs = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"
    named = json.loads(get(service, graphs, **{"named-graph-uri": tama}).body)["results"]["bindings"]
    assert [row["g"]["value"] for row in named] == [tama]


def test_the_default_graph_holds_a_triple_of_two_graphs_once(service: Service) -> None:
    twice = """SELECT (COUNT(*) AS ?n) {
      <https://w3id.org/sasaeai/id/132241/programme> a <https://w3id.org/sasaeai/ns#Programme> }"""
    graphs = """SELECT (COUNT(*) AS ?n) { GRAPH ?g {
      <https://w3id.org/sasaeai/id/132241/programme> a <https://w3id.org/sasaeai/ns#Programme> } }"""
    values = [json.loads(get(service, query).body)["results"]["bindings"][0]["n"]["value"] for query in (twice, graphs)]
    assert values == ["1", "2"]


def test_a_browser_gets_a_page_to_write_on_and_its_answer_as_a_table(service: Service) -> None:
    bare = ask(f"{service.url}/sparql", Accept="text/html", Accept_Language="en")
    assert (bare.type, b"<textarea" in bare.body, bare.headers["Content-Language"]) == ("text/html", True, "en")
    answered = get(service, NAMES, "text/html,application/xhtml+xml,*/*;q=0.8", lang="ja")
    assert "多摩市" in answered.body.decode()
    assert answered.headers["Content-Language"] == "ja"
    hostile = get(service, 'SELECT ("<script>alert(1)</script>" AS ?x) {}', "text/html").body
    assert b"<script>" not in hostile


def test_head_is_get_without_a_body_and_a_second_get_is_not_modified(service: Service) -> None:
    encoded = urllib.parse.urlencode({"query": NAMES})
    url = f"{service.url}/sparql?{encoded}"
    first, head = ask(url), ask(url, method="HEAD")
    assert (head.status, head.body, head.headers["ETag"]) == (200, b"", first.headers["ETag"])
    assert ask(url, If_None_Match=first.headers["ETag"]).status == 304
    assert ask(url, Accept="text/csv").headers["ETag"] != first.headers["ETag"]
    assert "Accept" in first.headers["Vary"]


def test_pages_of_other_sites_may_ask(service: Service) -> None:
    assert get(service, "ASK {}").headers["Access-Control-Allow-Origin"] == "*"
    preflight = ask(f"{service.url}/sparql", method="OPTIONS", Origin="https://example.org")
    assert preflight.status == 204
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]


def test_sparqlwrapper_gets_solutions_tables_and_graphs(service: Service) -> None:
    client = SPARQLWrapper(f"{service.url}/sparql")
    client.setQuery(NAMES)
    client.setReturnFormat(JSON)
    answer: Any = client.queryAndConvert()
    rows = answer["results"]["bindings"]
    assert [row["code"]["value"] for row in rows] == [code for code, _ in CITIES]
    client.setReturnFormat(CSV)
    client.setMethod("POST")
    assert client.query().convert().decode().splitlines()[0] == "code,name"  # type: ignore[union-attr]
    client.setQuery("CONSTRUCT WHERE { ?s a <https://w3id.org/sasaeai/ns#Programme> }")
    client.setReturnFormat(TURTLE)
    assert len(Graph().parse(data=client.query().convert(), format="turtle")) == len(CITIES)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("accept", "given"),
    [
        ("*/*", "application/sparql-results+json"),
        ("application/json", "application/sparql-results+json"),
        ("text/*", "text/csv"),
        ("application/sparql-results+json;q=0, */*;q=0.5", "application/sparql-results+xml"),
        ("application/sparql-results+json; charset=utf-8", "application/sparql-results+json"),
        ("text/csv;q=0.9, text/tab-separated-values", "text/tab-separated-values"),
        ("*/*, text/csv", "text/csv"),
        ("text/turtle, application/sparql-results+xml;q=0.1", "application/sparql-results+xml"),
    ],
)
def test_the_format_is_the_one_most_wished_for(service: Service, accept: str, given: str) -> None:
    assert get(service, "SELECT * { } LIMIT 1", accept).type == given


def test_a_relative_iri_is_read_from_the_base_of_the_data(service: Service) -> None:
    reply = get(service, "ASK { <id/132241> ?property ?value }")
    assert json.loads(reply.body)["boolean"] is True


def test_long_answers_are_compressed_for_who_reads_gzip(service: Service) -> None:
    query = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 500"
    plain = get(service, query)
    encoded = urllib.parse.urlencode({"query": query})
    zipped = ask(f"{service.url}/sparql?{encoded}", Accept="*/*", Accept_Encoding="gzip")
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.body) == plain.body
    assert zipped.headers["ETag"] != plain.headers["ETag"]
    assert "Accept-Encoding" in plain.headers["Vary"]


def test_what_xml_cannot_hold_is_refused_rather_than_sent_broken(service: Service) -> None:
    query = 'SELECT ("a\\u0001b" AS ?x) {}'
    assert get(service, query, "application/sparql-results+xml").status == 406
    assert json.loads(get(service, query).body)["results"]["bindings"][0]["x"]["value"] == "a\x01b"


def test_what_is_not_utf_8_is_refused_in_every_way_of_asking(service: Service) -> None:
    assert ask(f"{service.url}/sparql?query=ASK%7B%7D%FF").status == 400
    form = ask(f"{service.url}/sparql", data=b"query=%FF", Content_Type="application/x-www-form-urlencoded")
    assert form.status == 400


@pytest.mark.parametrize("iri", ["http://[", "http://a b/", "a:\n", "nothing", "", "1:x"])
def test_a_graph_that_is_no_iri_is_refused_by_name(service: Service, iri: str) -> None:
    for parameter in ("default-graph-uri", "named-graph-uri"):
        reply = get(service, "ASK {}", **{parameter: iri})
        assert (reply.status, json.loads(reply.body)["type"].split("#")[1]) == (400, "bad-dataset")


def test_a_page_links_to_nothing_but_web_addresses(service: Service) -> None:
    query = """SELECT (<javascript:alert(1)> AS ?x) ("javascript:alert(2) https://example.org/" AS ?evidence)
      (<https://w3id.org/sasaeai//evil.example/> AS ?y) ("<script>" AS ?z) {}"""
    page = get(service, query, "text/html").body.decode()
    assert 'href="javascript' not in page
    assert 'href="//' not in page
    assert "<script>" not in page
    assert 'href="https://example.org/"' in page


def test_a_page_shows_terms_of_every_kind_and_every_label(service: Service) -> None:
    triple = get(service, "SELECT ?evidence { BIND(TRIPLE(<a:a>, <a:b>, 1) AS ?evidence) }", "text/html")
    assert triple.status == 200
    labels = 'SELECT * { VALUES (?x ?xLabel) { ("a" "label of a text") (UNDEF "label of nothing") } }'
    page = get(service, labels, "text/html").body.decode().partition("<tbody>")[2]
    assert "label of a text" in page
    assert "label of nothing" in page


def test_an_answer_too_large_for_a_page_is_refused_as_a_page_only(service: Service) -> None:
    query = "SELECT * { ?s ?p ?o }"
    page = get(service, query, "text/html")
    assert (page.status, page.type) == (503, "text/html")
    assert "CSV" in page.body.decode()
    assert get(service, query, "text/csv").status == 200


def test_the_other_language_of_a_page_keeps_what_was_asked(service: Service) -> None:
    page = get(service, "ASK {}", "text/html", lang="ja").body.decode()
    assert 'href="/sparql?query=ASK+%7B%7D&amp;lang=en"' in page


def test_as_of_is_refused_with_a_pointer_to_the_questions_that_take_it(service: Service) -> None:
    reply = get(service, "ASK {}", asOf="2019-04-01")
    problem = json.loads(reply.body)
    assert (reply.status, problem["type"].split("#")[1]) == (400, "as-of-here")
    pointers = [each for each in problem["messages"]["en"].replace(",", "").split() if each.startswith(service.url)]
    assert f"{service.url}/queries/operator-on-date" in pointers
    assert {ask(f"{each}?asOf=2019-04-01", Accept="text/csv").status for each in pointers} <= {200, 400}
    assert problem["messages"]["ja"].count("/queries/") == len(pointers)
    form = b"query=ASK%7B%7D&asOf=FY2019"
    assert ask(f"{service.url}/sparql", data=form, Content_Type="application/x-www-form-urlencoded").status == 400
    assert ask(f"{service.url}/sparql?asOf=FY2019").status == 400
