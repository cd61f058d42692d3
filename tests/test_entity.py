"""Dereferencing, over real HTTP."""

import http.client
import urllib.parse
from http.client import HTTPMessage

import pytest
from rdflib import Graph, URIRef

from .conftest import Service
from .test_sparql import Reply, ask

BASE = "https://w3id.org/sasaeai/"
COUNCIL = "132241/council/marutto"


def raw(service: Service, path: str, **headers: str) -> tuple[int, HTTPMessage]:
    """Ask without following a redirection."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(service.url).netloc, timeout=30)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status, response.headers


def document(service: Service, key: str, accept: str) -> Reply:
    return ask(f"{service.url}/doc/{key}", Accept=accept)


@pytest.mark.parametrize(
    ("thing", "where"),
    [
        (f"/id/{COUNCIL}", f"/doc/{COUNCIL}"),
        ("/id/132241", "/doc/132241"),
        ("/id/fiscal-year/2017", "/doc/fiscal-year/2017"),
        ("/concept/activity-type/forum", "/doc/concept/activity-type/forum"),
        ("/graph/132241/city-page", "/doc/graph/132241/city-page"),
    ],
)
def test_a_thing_leads_by_303_to_its_document(service: Service, thing: str, where: str) -> None:
    status, headers = raw(service, thing)
    assert (status, headers["Location"]) == (303, where)
    status, headers = raw(service, where, Accept="text/turtle")
    assert status == 200
    assert headers["Content-Location"] == f"{where}.ttl"


@pytest.mark.parametrize(
    ("accept", "extension", "parser"),
    [
        ("text/turtle", "ttl", "turtle"),
        ("application/n-triples", "nt", "nt"),
        ("application/rdf+xml", "rdf", "xml"),
        ("application/ld+json", "jsonld", "json-ld"),
    ],
)
def test_a_document_is_the_same_graph_in_every_format(
    service: Service, accept: str, extension: str, parser: str
) -> None:
    by_accept = document(service, COUNCIL, accept)
    by_extension = document(service, f"{COUNCIL}.{extension}", "text/html")
    by_parameter = document(service, f"{COUNCIL}?_format={extension}", "text/html")
    assert by_accept.type == by_extension.type == by_parameter.type == accept
    graph = Graph().parse(data=by_accept.body, format=parser)
    plain = Graph().parse(data=document(service, f"{COUNCIL}.nt", "*/*").body, format="nt")
    assert set(graph) == set(plain)
    assert (URIRef(BASE + "id/" + COUNCIL), None, None) in graph


def test_a_browser_gets_a_page_in_its_language_with_the_documents_beside_the_values(service: Service) -> None:
    for language, words in (("ja", "まるっと協議体"), ("en", "Where it is said")):
        reply = ask(f"{service.url}/doc/{COUNCIL}", Accept="text/html", Accept_Language=language)
        assert reply.type == "text/html"
        assert reply.headers["Content-Language"] == language
        assert words in reply.body.decode()
        assert "/id/source/132241/city-page" in reply.body.decode()
        assert "/id/source/132241/tokyo-support-project" in reply.body.decode()


def test_what_the_graph_does_not_speak_of_is_not_found_in_any_format(service: Service) -> None:
    for path in ("/doc/132241/nothing", "/doc/999999.ttl", "/doc/concept/nothing/here", "/nowhere", "/doc/%3Cx%3E"):
        assert ask(service.url + path, Accept="text/turtle").status == 404
        page = ask(service.url + path, Accept="text/html")
        assert (page.status, page.type) == (404, "text/html")


def test_a_document_names_its_other_forms(service: Service) -> None:
    links = document(service, COUNCIL, "text/turtle").headers["Link"]
    assert f'<{BASE}id/{COUNCIL}>; rel="describes"' in links
    assert f'</doc/{COUNCIL}.jsonld>; rel="alternate"; type="application/ld+json"' in links


def test_an_extension_that_is_no_format_is_part_of_the_name(service: Service) -> None:
    assert document(service, f"{COUNCIL}.exe", "text/turtle").status == 404
    assert document(service, f"{COUNCIL}?_format=csv", "text/turtle").status == 406


def test_the_service_says_that_it_is_alive_and_ready(service: Service) -> None:
    assert ask(f"{service.url}/healthz").body == b"ok\n"
    assert ask(f"{service.url}/readyz").body.startswith(b"ready ")


def test_the_start_page_lists_the_cities_and_the_questions(service: Service) -> None:
    japanese = ask(f"{service.url}/", Accept_Language="ja").body.decode()
    english = ask(f"{service.url}/?lang=en").body.decode()
    for name in ("多摩市", "郡山市", "港区", "静岡市"):
        assert name in japanese
    for name in ("Tama", "Kōriyama", "Minato", "Shizuoka"):
        assert name in english
    assert japanese.count('href="/queries/') >= 22
