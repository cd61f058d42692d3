"""The description of the whole, and the files it can be fetched as."""

import gzip
import hashlib
import http.client
import json
import re
import urllib.parse
from functools import partial
from pathlib import Path

import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, parse
from pyoxigraph import Store as Oxigraph
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, RDF, SDO, VOID

from sasaeai.repository import Repository
from sasaeai.store import dump
from sasaeai.store.loading import Holdings, prefixes

from .conftest import Service, start_service, stop_service
from .patience import PATIENCE, wait_until
from .processes import engine, write_graph
from .test_dereferencing import FORMATS, embedded
from .test_entity import BASE, raw
from .test_sparql import ask, get

DCAT = Namespace("http://www.w3.org/ns/dcat#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
WHOLE = URIRef(BASE + "dataset#sasaeai")
FILES = ("sasaeai.nq", "sasaeai.nq.gz", "sasaeai.trig", "sasaeai.trig.gz")


@pytest.fixture(scope="module")
def described(service: Service) -> Graph:
    return Graph().parse(data=ask(f"{service.url}/dataset.nt").body, format="nt")


def number(service: Service, query: str) -> int:
    rows = json.loads(get(service, query).body)["results"]["bindings"]
    return int(rows[0]["n"]["value"])


def test_the_dataset_is_described_the_same_in_every_format(service: Service) -> None:
    found = []
    for extension, syntax in FORMATS.items():
        quads = Dataset(parse(ask(f"{service.url}/dataset.{extension}").body, syntax))
        quads.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
        found.append(quads)
    assert all(each == found[0] for each in found)


def test_the_dataset_says_what_catalogues_ask_for(described: Graph) -> None:
    for kind in (DCAT.Dataset, VOID.Dataset, SDO.Dataset):
        assert (WHOLE, RDF.type, kind) in described
    for term in (DCTERMS.title, DCTERMS.description, DCTERMS.rights):
        assert {each.language for each in described.objects(WHOLE, term)} == {"ja", "en"}  # type: ignore[attr-defined]
    for term in (
        DCTERMS.license,
        DCTERMS.publisher,
        DCTERMS.modified,
        DCTERMS.spatial,
        DCAT.distribution,
        DCAT.keyword,
        DCAT.landingPage,
        VOID.sparqlEndpoint,
        VOID.vocabulary,
        VOID.uriSpace,
        SDO.license,
        SDO.distribution,
    ):
        assert (WHOLE, term, None) in described, term


def test_its_counts_are_those_that_a_query_gives(service: Service, described: Graph) -> None:
    counted = {
        VOID.triples: "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        VOID.distinctSubjects: "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }",
        VOID.properties: "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }",
        VOID.classes: "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?s a ?c }",
    }
    for term, query in counted.items():
        assert described.value(WHOLE, term) == Literal(number(service, query)), term
    councils = next(described.subjects(VOID["class"], URIRef(BASE + "ns#Council")))
    query = f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s a <{BASE}ns#Council> }}"
    assert described.value(councils, VOID.entities) == Literal(number(service, query))


def test_it_lists_every_graph_by_its_title_with_its_statements(service: Service, described: Graph) -> None:
    graphs = set(described.objects(WHOLE, VOID.subset))
    assert len(graphs) == number(service, "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }")
    for graph in graphs:
        assert (graph, DCTERMS.title, None) in described, graph
    total = sum(int(str(described.value(graph, VOID.triples))) for graph in graphs)
    assert total == number(service, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }")


def test_its_examples_answer(service: Service, described: Graph) -> None:
    examples = list(described.objects(WHOLE, VOID.exampleResource))
    assert examples
    for each in examples:
        assert ask(service.url + "/" + str(each).removeprefix(BASE), Accept="text/turtle").status == 200


@pytest.mark.parametrize("name", FILES)
def test_a_file_has_the_size_and_checksum_that_its_description_states(
    service: Service, described: Graph, name: str
) -> None:
    here = URIRef(f"{BASE}dump/{name}")
    assert (WHOLE, DCAT.distribution, here) in described
    reply = ask(f"{service.url}/dump/{name}")
    assert reply.status == 200
    assert str(described.value(here, DCAT.byteSize)) == str(len(reply.body)) == reply.headers["Content-Length"]
    checksum = described.value(here, SPDX.checksum)
    assert (checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256) in described
    assert str(described.value(checksum, SPDX.checksumValue)) == hashlib.sha256(reply.body).hexdigest()
    version = ask(f"{service.url}/readyz").body.decode().split()[1]
    assert reply.headers["X-Dataset-Version"] == version == str(described.value(WHOLE, DCAT.version))


def test_all_files_hold_the_same_whole(service: Service, repository: Repository) -> None:
    plain = ask(f"{service.url}/dump/sasaeai.nq").body
    packed = ask(f"{service.url}/dump/sasaeai.nq.gz").body
    assert gzip.decompress(packed) == plain
    held = set(parse(plain, RdfFormat.N_QUADS))
    assert held == set(parse(ask(f"{service.url}/dump/sasaeai.trig").body, RdfFormat.TRIG))
    store = Holdings.read(repository, merged=False).store
    assert held == set(store)


def test_the_same_data_make_the_same_bytes(tmp_path: Path) -> None:
    repository = Repository(write_graph(tmp_path / "graph"))
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        holdings = Holdings.read(repository)
        dump.write(partial(dump.quads, holdings.store), tmp_path / name, holdings.version, prefixes(repository))
    first, second = (dump.read(tmp_path / name, holdings.version) for name in ("one", "other"))
    assert first
    assert second
    assert [(each.name, each.size, each.sha256) for each in first] == [
        (each.name, each.size, each.sha256) for each in second
    ]
    reread = Oxigraph()
    reread.bulk_load(path=first[0].path, format=RdfFormat.N_QUADS)
    assert all(str(each.graph_name) != "DEFAULT" for each in reread)
    assert len(reread) == sum(1 for each in holdings.store if str(each.graph_name) != "DEFAULT")


def test_dumps_follow_a_publication_and_those_of_before_go(tmp_path: Path) -> None:
    with engine(write_graph(tmp_path)) as running:
        before = running.store.dumps()
        assert running.store.dumps() == before
        running.store.publish({f"{BASE}graph/000001/page": b"<https://example.org/x> <https://example.org/y> 'z' ."})
        after = running.store.dumps()
        assert before[0].sha256 != after[0].sha256
        assert b"https://example.org/x" in after[0].path.read_bytes()
        assert not before[0].path.exists()
        wait_until(lambda: len(list((running.store.run_dir / dump.FOLDER).iterdir())) == 1)


def test_a_part_of_a_file_is_sent_to_who_asks_for_it(service: Service) -> None:
    whole = ask(f"{service.url}/dump/sasaeai.nq.gz").body
    part = ask(f"{service.url}/dump/sasaeai.nq.gz", Range="bytes=10-19")
    assert (part.status, part.body) == (206, whole[10:20])
    tag = part.headers["ETag"]
    assert ask(f"{service.url}/dump/sasaeai.nq.gz", If_None_Match=tag).status == 304
    assert ask(f"{service.url}/dump/sasaeai.xml").status == 404


def test_readers_of_dumps_have_places_and_give_them_back() -> None:
    running = start_service(web_workers="1", dumps_at_once="2")
    try:
        wait_until(lambda: ask(f"{running.url}/dataset").status == 200)
        for method in ("HEAD", "GET", "GET", "HEAD"):
            assert ask(f"{running.url}/dump/sasaeai.nq", method=method).status == 200
        slow = []
        for _ in range(2):
            connection = http.client.HTTPConnection(urllib.parse.urlsplit(running.url).netloc, timeout=PATIENCE)
            connection.request("GET", "/dump/sasaeai.nq")
            assert connection.getresponse().status == 200
            slow.append(connection)
        refused = ask(f"{running.url}/dump/sasaeai.nq")
        assert refused.status == 503
        assert int(refused.headers["Retry-After"]) > 0
        assert ask(f"{running.url}/dataset").status == 200
        for connection in slow:
            connection.close()
        wait_until(lambda: ask(f"{running.url}/dump/sasaeai.nq.gz").status == 200)
    finally:
        stop_service(running)


def test_void_is_found_where_it_is_looked_for(service: Service) -> None:
    status, headers = raw(service, "/.well-known/void", Accept="text/turtle")
    assert (status, headers["Location"]) == (302, "/dataset")
    assert ask(f"{service.url}/.well-known/void", Accept="text/turtle").type == "text/turtle"


def test_crawlers_are_told_what_is_not_worth_it(service: Service) -> None:
    reply = ask(f"{service.url}/robots.txt")
    assert reply.type == "text/plain"
    assert "Disallow: /sparql?\n" in reply.body.decode()
    assert not re.search(r"^Disallow: /\s*$", reply.body.decode(), re.MULTILINE)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_of_the_dataset_shows_its_counts_files_and_graphs(service: Service, language: str) -> None:
    page = ask(f"{service.url}/dataset.html?lang={language}").body.decode()
    for name in FILES:
        assert f'href="/dump/{name}"' in page
    version = ask(f"{service.url}/readyz").body.decode().split()[1]
    assert version in page
    assert "/graph/132241/city-page" in page
    graph = Graph().parse(data=json.dumps(embedded(page)), format="json-ld")
    assert (WHOLE, RDF.type, SDO.Dataset) in graph
