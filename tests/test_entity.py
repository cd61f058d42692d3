"""Dereferencing, over real HTTP."""

import html
import http.client
import re
import urllib.parse
from http.client import HTTPMessage

import pytest
from rdflib import Graph, URIRef

from .conftest import Service
from .patience import PATIENCE
from .test_sparql import Reply, ask

BASE = "https://w3id.org/sasaeai/"
COUNCIL = "132241/council/marutto"


def raw(service: Service, path: str, **headers: str) -> tuple[int, HTTPMessage]:
    """Ask without following a redirection."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(service.url).netloc, timeout=PATIENCE)
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
    for language, words in (("ja", "まるっと協議体"), ("en", "What is said of it")):
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
    assert document(service, f"{COUNCIL}?_format=png", "text/turtle").status == 406


def test_the_service_says_that_it_is_alive_and_ready(service: Service) -> None:
    assert ask(f"{service.url}/healthz").body == b"ok\n"
    assert ask(f"{service.url}/readyz").body.startswith(b"ready ")


def test_two_forms_of_one_thing_never_share_an_etag(service: Service) -> None:
    for one, other in (("text/turtle", "application/trig"), ("application/n-triples", "application/n-quads")):
        first, second = document(service, COUNCIL, one), document(service, COUNCIL, other)
        assert first.body == second.body
        assert first.headers["ETag"] != second.headers["ETag"]


@pytest.mark.parametrize(
    ("accepted", "given"),
    [
        ("en-US, ja;q=0.1", "en"),
        ("ja-JP, en;q=0.9", "ja"),
        ("en-GB;q=0.5, ja-JP;q=0.8", "ja"),
        ("fr", "ja"),
        ("fr, en;q=0.1", "en"),
        ("en;q=0", "ja"),
    ],
)
def test_a_language_with_a_region_is_that_language(service: Service, accepted: str, given: str) -> None:
    assert ask(f"{service.url}/", Accept_Language=accepted).headers["Content-Language"] == given


def test_the_address_of_a_page_names_its_language(service: Service) -> None:
    page = ask(f"{service.url}/doc/{COUNCIL}", Accept="text/html", Accept_Language="en")
    assert page.headers["Content-Location"] == f"/doc/{COUNCIL}.html?lang=en"
    there = ask(service.url + page.headers["Content-Location"], Accept_Language="ja")
    assert there.headers["Content-Language"] == "en"


def test_the_links_of_a_page_stay_in_its_language(service: Service) -> None:
    page = ask(f"{service.url}/doc/{COUNCIL}.html?lang=en").body.decode()
    assert 'href="/id/132241/tier/1?lang=en"' in page
    assert 'href="/id/132241/tier/1"' in ask(f"{service.url}/doc/{COUNCIL}.html?lang=ja").body.decode()


def test_who_refuses_pages_gets_none(service: Service) -> None:
    assert document(service, COUNCIL, "text/html;q=0").status == 406
    refused = document(service, "nothing", "text/turtle, text/html;q=0")
    assert (refused.status, refused.type) == (404, "application/problem+json")
    program = document(service, "nothing", "application/json, text/html;q=0.5")
    assert (program.status, program.type) == (404, "application/problem+json")


def test_no_redirection_and_no_link_leads_to_where_the_asker_says(service: Service) -> None:
    status, headers = raw(service, "/queries?lang=en", Host="evil.example")
    assert (status, headers["Location"]) == (308, "/queries/?lang=en")
    assert raw(service, "/id//evil.example")[1]["Location"] == "/id/evil.example"
    assert 'href="/%5Cevil.example?lang=en"' in ask(f"{service.url}/%5Cevil.example", Accept="text/html").body.decode()


def test_every_link_of_a_page_leads_somewhere(service: Service) -> None:
    for key in (COUNCIL, "concept/role/coordinator", "graph/132241/city-page"):
        page = ask(f"{service.url}/doc/{key}.html?lang=en").body.decode()
        for link in sorted(set(re.findall(r'href="(/[^"]*)"', page))):
            assert ask(service.url + html.unescape(link), Accept="text/html").status == 200, (key, link)
