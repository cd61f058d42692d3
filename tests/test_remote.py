"""The service over a SPARQL server of others: what it answers there is what the engine within answers."""

import csv
import io
import json
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from .conftest import Service, start_service, stop_service
from .processes import PRODUCT
from .servers import Server, oxigraph
from .test_questions import ANSWERS, expected
from .test_sparql import Reply, ask, get

PUBLIC = "https://sasaeai.example/"
PAGES = (
    "/",
    "/lists/",
    "/lists/cities",
    "/lists/meetings?sort=-start&page=2",
    "/lists/organisations.csv",
    "/search?q=%E5%8D%94%E8%AD%B0%E4%BD%93",
    "/doc/132241",
    "/doc/132241?lang=en",
    "/doc/221007.ttl",
    "/doc/132241/council/marutto",
    "/doc/132241/council/marutto.jsonld",
    "/doc/graph/derived",
    "/doc/concept/operator",
    "/compare?m=132241&m=072036&asOf=FY2019",
    "/compare.csv?m=132241&m=221007",
    "/indicators/",
    "/indicators/council-size",
    "/queries/tier-structure?asOf=2018-04-01",
    "/queries/operator-on-date.ttl?asOf=2019-04-01",
    "/charts/timeline.svg?m=132241",
    "/ns",
    "/ns.ttl",
    "/shapes",
    "/prefixes.ttl",
    "/problem",
    "/sitemaps/pages.xml",
    "/template/132241.xlsx",
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with oxigraph() as running:
        yield running


@pytest.fixture(scope="module")
def remote(server: Server) -> Iterator[Service]:
    running = start_service(None, public_base=PUBLIC, **server.settings)
    yield running
    stop_service(running)


@pytest.fixture(scope="module")
def within() -> Iterator[Service]:
    running = start_service(public_base=PUBLIC)
    yield running
    stop_service(running)


@pytest.mark.parametrize("path", ANSWERS, ids=lambda path: path.stem)
def test_every_question_has_at_a_server_the_answer_that_is_written_down(remote: Service, path: Path) -> None:
    name, arguments, answer = expected(path)
    told = ask(f"{remote.url}/queries/{name}.csv?{urllib.parse.urlencode(arguments, doseq=True)}")
    assert told.status == 200
    assert list(csv.reader(io.StringIO(told.body.decode(), newline=""))) == answer


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_at_a_server_the_same_bytes(remote: Service, within: Service, path: str) -> None:
    there, here = (patient(service, path) for service in (remote, within))
    assert there.status == here.status
    assert there.body == here.body
    assert there.headers["X-Dataset-Version"] == here.headers["X-Dataset-Version"]


def patient(service: Service, path: str) -> Reply:
    """Ask for a page; who is told to come again does."""
    while (reply := ask(f"{service.url}{path}", Accept="text/html")).status == 503:
        assert reply.headers["Retry-After"]
    return reply


def test_what_a_stranger_asks_has_at_a_server_the_same_answer(remote: Service, within: Service) -> None:
    for text, accept in QUERIES:
        there, here = (get(service, text, accept) for service in (remote, within))
        assert (there.status, there.type) == (200, here.type), text
        assert rows(there) == rows(here), text


QUERIES = (
    ("SELECT (COUNT(*) AS ?件・数) WHERE { ?s ?p ?o }", "text/csv"),
    (
        "SELECT ?市区町村 ?v0 WHERE { ?市区町村 <ns#code> ?v0 . FILTER('?市区町村' != '') } ORDER BY $v0 LIMIT 9",
        "text/csv",
    ),
    ("SELECT ?件 WHERE { VALUES ?件 { 1 2.50 '多摩'@ja true <id/132241> } }", "application/sparql-results+json"),
    ("ASK { <id/132241> a ?class }", "application/sparql-results+xml"),
    ("CONSTRUCT { <id/132241> ?p ?o } WHERE { <id/132241> ?p ?o }", "text/turtle"),
    ("SELECT ?x WHERE { ?x ?p 'nothing says this' }", "text/tab-separated-values"),
)


def rows(reply: Reply) -> object:
    return json.loads(reply.body) if "json" in reply.type else reply.body


@pytest.mark.parametrize(
    ("text", "status", "words"),
    [
        ("SELECT * WHERE { ?s ?p }", 400, "line 1, column 24"),
        ("DEFINE input:inference 'x' SELECT * WHERE { ?s ?p ?o }", 400, "line 1"),
        ("INSERT DATA { <a:a> <a:b> 1 }", 403, "no updates"),
        (r'ASK { FILTER("\u0022 } ; DROP ALL #") }', 400, "write ASCII letters as such"),
        ("SELECT * WHERE { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", 400, "SERVICE"),
        ("SELECT * WHERE { FILTER " + "(" * 5000 + "1" + ")" * 5000 + " }", 400, "nested"),
        (f"SELECT (COUNT(*) AS ?n) {{ {PRODUCT} }}", 503, "deadline"),
    ],
)
def test_what_is_no_query_or_would_run_away_never_reaches_the_server(
    remote: Service, text: str, status: int, words: str
) -> None:
    reply = get(remote, text, lang="en")
    assert reply.status == status
    assert words in json.loads(reply.body)["detail"]


def test_a_long_result_from_a_server_is_cut_with_a_mark_or_refused(server: Server) -> None:
    reading = {name: value for name, value in server.settings.items() if name != "store_update"}
    service = start_service(None, max_rows="10", **reading)
    try:
        whole = "SELECT * WHERE { ?s ?p ?o }"
        cut = get(service, whole)
        assert (cut.status, cut.headers["X-Result-Truncated"]) == (200, "rows=10")
        said = json.loads(cut.body)
        assert (len(said["results"]["bindings"]), len(said["head"]["link"])) == (10, 1)
        assert get(service, whole, "text/csv").status == 503
        assert get(service, "CONSTRUCT WHERE { ?s ?p ?o }", "text/turtle").status == 503
    finally:
        stop_service(service)


def test_the_dumps_hold_what_those_of_the_engine_within_hold(remote: Service, within: Service) -> None:
    there, here = (quads(patient(service, "/dump/sasaeai.nq").body) for service in (remote, within))
    assert there == here


def quads(dump: bytes) -> ox.Dataset:
    """Read a dump with blank nodes named by what is said of them."""
    found = ox.Dataset(ox.parse(dump, ox.RdfFormat.N_QUADS))
    found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return found


def test_the_state_that_is_told_is_that_of_the_server(remote: Service, within: Service) -> None:
    assert ask(f"{remote.url}/readyz").body == ask(f"{within.url}/readyz").body
    assert ask(f"{remote.url}/healthz").status == 200
    counts = ask(f"{remote.url}/metrics").body.decode()
    assert 'sasaeai_queries_total{lane="own",outcome="answered"}' in counts
    assert 'sasaeai_publications_total{outcome="published"} 1.0' in counts
