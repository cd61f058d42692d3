"""An answer can be cited: a link to the query and to the version of the data that it was answered from."""

import json
import re
import urllib.parse

import pytest

from sasaeai.errors import messages

from .conftest import Service, start_service, stop_service
from .test_sparql import NAMES, Reply, ask, get

TAMA = "https://w3id.org/sasaeai/graph/132241/city-page"
GONE = "0123456789abcdef"


def linked(reply: Reply) -> dict[str, str]:
    """Return the addresses a response links to in its head, by relation."""
    found = re.findall(r'<([^>]*)>; rel="([^"]*)"', reply.headers.get("Link", ""))
    return {relation: target for target, relation in found}


def query_of(link: str) -> dict[str, list[str]]:
    return urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)


@pytest.mark.parametrize("accept", ["application/sparql-results+json", "text/csv", "text/html"])
def test_an_answer_links_to_its_query_graphs_and_version_by_cite_as(service: Service, accept: str) -> None:
    reply = get(service, NAMES, accept, lang="en", **{"default-graph-uri": TAMA})
    link = linked(reply)["cite-as"]
    assert link.startswith(f"{service.url}/sparql?")
    version = reply.headers["X-Dataset-Version"]
    assert query_of(link) == {"query": [NAMES], "default-graph-uri": [TAMA], "dataset-version": [version]}
    again = ask(link, Accept=accept, Accept_Language="en")
    assert (again.status, again.headers["X-Dataset-Version"]) == (200, version)
    if accept != "text/html":
        assert again.body == reply.body


def test_who_asks_by_post_gets_an_address_to_get(service: Service) -> None:
    url = f"{service.url}/sparql"
    form = urllib.parse.urlencode({"query": NAMES}).encode()
    by_form = ask(url, data=form, Content_Type="application/x-www-form-urlencoded", Accept="text/csv")
    direct = ask(url, data=NAMES.encode(), Content_Type="application/sparql-query", Accept="text/csv")
    assert linked(by_form) == linked(direct) == linked(get(service, NAMES, "text/csv"))
    assert ask(linked(direct)["cite-as"], Accept="text/csv").body == direct.body


def test_a_graph_has_a_link_too_and_a_mistake_has_none(service: Service) -> None:
    assert "cite-as" in linked(get(service, "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1", "text/turtle"))
    assert linked(get(service, "SELECT")) == {}


@pytest.mark.parametrize("length", [0, 1000, 2000, 3000, 7000, 100_000])
def test_the_head_stays_below_four_thousand_bytes_however_long_the_query(service: Service, length: int) -> None:
    reply = ask(
        f"{service.url}/sparql",
        data=f"ASK {{}} #{'x' * length}".encode(),
        Content_Type="application/sparql-query",
        Accept="text/html",
    )
    assert reply.status == 200
    assert ("cite-as" in linked(reply)) == (length <= 2000)
    assert len(str(reply.headers)) < 4000
    page = reply.body.decode()
    assert ('id="permanent"' in page) == (length <= 7000)
    assert ('id="no-link"' in page) == (length > 7000)


def test_a_version_that_is_gone_is_said_to_be_gone_with_the_way_to_the_present_one(service: Service) -> None:
    reply = get(service, NAMES, "text/csv", **{"dataset-version": GONE, "named-graph-uri": TAMA})
    assert (reply.status, reply.type) == (404, "application/problem+json")
    problem = json.loads(reply.body)
    present = get(service, "ASK {}").headers["X-Dataset-Version"]
    assert problem["type"].endswith("#version-gone")
    assert (problem["requested_version"], problem["present_version"]) == (GONE, present)
    assert all(GONE in words and present in words for words in problem["messages"].values())
    assert problem["messages"].keys() == messages()["version-gone"].keys()
    link = linked(reply)["latest-version"]
    assert query_of(link) == {"query": [NAMES], "named-graph-uri": [TAMA]}
    assert ask(link, Accept="text/csv").headers["X-Dataset-Version"] == present


def test_a_reader_who_followed_a_link_to_a_gone_version_finds_the_query_in_the_editor(service: Service) -> None:
    reply = get(service, NAMES, "text/html", lang="en", **{"dataset-version": GONE})
    page = reply.body.decode()
    assert (reply.status, reply.type) == (404, "text/html")
    assert "not kept" in page
    assert NAMES.strip().splitlines()[0].replace("<", "&lt;").replace(">", "&gt;") in page
    assert "<table" not in page
    (href,) = re.findall(r'id="present" href="([^"]*)"', page)
    assert ask(service.url + href.replace("&amp;", "&"), Accept="text/html").status == 200


def test_a_version_is_asked_for_once_and_an_empty_one_is_none(service: Service) -> None:
    url = f"{service.url}/sparql?query=ASK%7B%7D&dataset-version="
    assert ask(url).status == 200
    assert ask(f"{url}a&dataset-version=b").status == 400
    assert ask(f"{service.url}/sparql?dataset-version=a").status == 400
    hostile = ask(f"{url}%0d%0aX:%20y%3Cscript%3E", Accept="text/html")
    assert (hostile.status, "X" in hostile.headers, b"<script>" in hostile.body) == (404, False, False)


def test_a_query_for_a_gone_version_costs_no_worker(service: Service) -> None:
    runaway = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    assert get(service, runaway, **{"dataset-version": GONE}).status == 404


def test_the_version_parameter_of_sparql_1_2_is_another(service: Service) -> None:
    assert get(service, "ASK {}", version="1.2").status == 200


def test_a_page_tells_how_to_cite_its_answer(service: Service) -> None:
    for language, words in (("ja", "データの版"), ("en", "Version of the data")):
        reply = get(service, "ASK {}", "text/html", lang=language)
        citation = reply.body.decode().partition('<details id="citation">')[2].partition("</details>")[0]
        assert words in citation
        assert f"{service.url}/sparql?query=ASK+%7B%7D&amp;dataset-version=" in citation
        assert reply.headers["X-Dataset-Version"] in citation
        assert "YYYY-MM-DD" in citation, "a page that is kept must not tell the day it was made on as another's"


def test_links_lead_to_the_address_that_readers_use() -> None:
    public = start_service(public_base="https://sasaeai.example/")
    try:
        assert linked(get(public, "ASK {}"))["cite-as"].startswith("https://sasaeai.example/sparql?query=ASK+")
    finally:
        stop_service(public)
