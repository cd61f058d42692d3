"""The service describes itself in RDF: its limits, formats and graphs, examples of what to ask, and its prefixes."""

import csv
import io
import json
import re
import urllib.parse
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from rdflib import FOAF, RDF, RDFS, SDO, SH, XSD, Graph, Namespace, URIRef
from rdflib.term import Node

from sasaeai import catalogue
from sasaeai.formats import GRAPH_FORMATS, PREFIX_FORMATS
from sasaeai.repository import Repository
from sasaeai.settings import Settings

from .conftest import ROOT, Service, start_service, stop_service
from .test_ontology import PUBLISHED, prefixes
from .test_sparql import Reply, ask, get

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
SAS = Namespace("https://w3id.org/sasaeai/ns#")
EXAMPLES = "https://w3id.org/sasaeai/queries/#"
PREFIXES = URIRef("https://w3id.org/sasaeai/prefixes")
SPEX_QUERY = """
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?example ?query WHERE {
  ?example a sh:SPARQLExecutable ; rdfs:comment ?comment ; sh:select|sh:ask|sh:construct ?query .
}
"""
"""How the authors of the SPARQL examples vocabulary look for examples."""

PARSERS = {"ttl": "turtle", "nt": "nt", "rdf": "xml", "jsonld": "json-ld", "trig": "trig", "nq": "nquads"}

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated", "ignore:Dataset.default_context")


def parsed(reply: Reply, name: str = "ttl") -> Graph:
    return Graph().parse(data=reply.body, format=PARSERS[name])


def described(service: Service) -> Graph:
    return parsed(ask(f"{service.url}/sparql", Accept="text/turtle"))


@pytest.fixture(scope="module")
def examples(service: Service) -> Graph:
    reply = ask(f"{service.url}/queries/", Accept="text/turtle")
    assert (reply.status, reply.type) == (200, "text/turtle")
    return parsed(reply)


def test_a_bare_get_for_rdf_describes_the_service(service: Service) -> None:
    endpoint = URIRef(f"{service.url}/sparql")
    about = described(service)
    assert (endpoint, SD.endpoint, endpoint) in about
    names = {str(each) for each in about.objects(None, SD.name)}
    assert "https://w3id.org/sasaeai/graph/132241/city-page" in names


def test_the_description_says_that_service_and_updates_are_refused(service: Service) -> None:
    endpoint = URIRef(f"{service.url}/sparql")
    about = described(service)
    assert set(about.objects(endpoint, SD.supportedLanguage)) == {SD.SPARQL11Query}
    assert set(about.objects(endpoint, SD.feature)) == {SD.UnionDefaultGraph}
    assert all(
        "SERVICE" in str(words) for words in about.objects(endpoint, URIRef("http://purl.org/dc/terms/description"))
    )


LIMITS = {
    SAS.queryDeadline: ("slow_seconds", XSD.decimal),
    SAS.clientBudget: ("client_seconds", XSD.decimal),
    SAS.maximumQueryBytes: ("max_query_bytes", XSD.integer),
    SAS.maximumAnswerBytes: ("max_answer_bytes", XSD.integer),
    SAS.maximumRows: ("max_rows", XSD.integer),
}


def test_the_limits_described_are_the_defaults_where_nothing_is_set(service: Service) -> None:
    endpoint, about = URIRef(f"{service.url}/sparql"), described(service)
    for limit, (setting, datatype) in LIMITS.items():
        (value,) = about.objects(endpoint, limit)
        assert value.datatype == datatype  # type: ignore[attr-defined]
        assert Decimal(str(value)) == Decimal(str(getattr(Settings(), setting)))


def test_the_limits_described_are_those_that_are_set() -> None:
    changed = start_service(slow_seconds="1.5", client_seconds="7", max_query_bytes="100000", max_rows="3")
    try:
        endpoint, about = URIRef(f"{changed.url}/sparql"), described(changed)
        values = [float(str(about.value(endpoint, limit))) for limit in LIMITS]
        assert values == [1.5, 7, 100_000, Settings().max_answer_bytes, 3]
        too_long = ("ASK {} #" + "x" * 100_000).encode()
        reply = ask(f"{changed.url}/sparql", data=too_long, Content_Type="application/sparql-query")
        assert reply.status == 413
    finally:
        stop_service(changed)


def test_the_description_leads_to_examples_and_prefixes(service: Service) -> None:
    leads = sorted(str(each) for each in described(service).objects(URIRef(f"{service.url}/sparql"), RDFS.seeAlso))
    assert leads == [f"{service.url}/prefixes", f"{service.url}/queries/"]
    for each in leads:
        assert len(parsed(ask(each, Accept="text/turtle"))) > 0


def test_every_question_is_an_example_in_two_languages(
    service: Service, repository: Repository, examples: Graph
) -> None:
    questions = catalogue.questions(repository)
    assert {str(each) for each in examples.subjects(RDF.type, SH.SPARQLExecutable)} == {
        EXAMPLES + name for name in questions
    }
    for name, question in questions.items():
        example = URIRef(EXAMPLES + name)
        for words, said in ((question.title, RDFS.label), (question.summary, RDFS.comment)):
            told = {each.language: str(each) for each in examples.objects(example, said)}  # type: ignore[attr-defined]
            assert told == words
        assert {str(each) for each in examples.objects(example, SDO.keywords)} == set(question.tags)
        assert examples.value(example, SDO.target) == URIRef(f"{service.url}/sparql")
        assert examples.value(example, FOAF.page) == URIRef(f"https://w3id.org/sasaeai/queries/{name}")


def test_tools_find_the_examples_and_their_targets_answer_them(examples: Graph) -> None:
    rows = list(examples.query(SPEX_QUERY))
    assert len(rows) == len(list((ROOT / "queries" / "catalogue").glob("*.rq")))
    for example, query in rows:  # type: ignore[misc]
        target = str(examples.value(example, SDO.target))
        reply = ask(target, data=str(query).encode(), Content_Type="application/sparql-query", Accept="text/csv")
        assert reply.status == 200, example
        assert reply.body.decode().splitlines()[1:], f"{example} finds nothing"


def test_an_example_s_prefixes_stand_beside_it_and_are_those_of_the_project(examples: Graph) -> None:
    assert set(examples.objects(None, SH.prefixes)) == {PREFIXES}
    declared = {
        str(examples.value(each, SH.prefix)): examples.value(each, SH.namespace)
        for each in examples.objects(PREFIXES, SH.declare)
    }
    assert {prefix: str(space) for prefix, space in declared.items()} == prefixes()
    assert {each.datatype for each in declared.values()} == {XSD.anyURI}  # type: ignore[union-attr]
    for query in examples.objects(None, SH.select):
        for prefix, space in re.findall(r"^PREFIX ([\w-]*): <([^>]*)>", str(query), re.MULTILINE):
            assert str(declared.get(prefix, space)) == space


def test_every_term_used_exists_in_its_vocabulary(examples: Graph) -> None:
    for term in {*examples.predicates(), *examples.objects(None, RDF.type)}:
        home = next(each for each in PUBLISHED if str(term).startswith(each))
        assert str(term).removeprefix(home) in PUBLISHED[home]


@pytest.mark.parametrize("each", GRAPH_FORMATS, ids=lambda each: each.name)
def test_the_examples_are_the_same_graph_in_every_syntax(service: Service, examples: Graph, each: object) -> None:
    name, media_type = each.name, each.media_type  # type: ignore[attr-defined]
    by_parameter = ask(f"{service.url}/queries/?_format={name}")
    by_accept = ask(f"{service.url}/queries/", Accept=media_type)
    assert by_parameter.body == by_accept.body
    assert by_accept.type == media_type
    assert set(parsed(by_accept, name)) == set(examples)


def test_a_browser_gets_the_list_of_questions_and_others_are_refused_by_name(service: Service) -> None:
    reply = ask(f"{service.url}/queries/", Accept="text/html,application/xhtml+xml,*/*;q=0.8")
    assert reply.type == "text/html"
    assert '</queries/?_format=ttl>; rel="alternate"; type="text/turtle"' in reply.headers["Link"]
    assert '<dt id="contractor-history">' in reply.body.decode()
    assert ask(f"{service.url}/queries/", Accept="image/png").status == 406


# The prefixes


@pytest.mark.parametrize("name", PARSERS)
def test_the_prefixes_are_declared_the_same_in_every_syntax_of_rdf(service: Service, name: str) -> None:
    graph = parsed(ask(f"{service.url}/prefixes.{name}"), name)
    pairs = {(str(graph.value(each, SH.prefix)), str(graph.value(each, SH.namespace))) for each in nodes(graph)}
    assert pairs == set(prefixes().items())
    assert set(graph) == set(parsed(ask(f"{service.url}/prefixes.nt"), "nt"))


def nodes(graph: Graph) -> Iterator[Node]:
    return graph.objects(PREFIXES, SH.declare)


def test_turtle_begins_with_a_line_for_each_prefix(service: Service) -> None:
    text = ask(f"{service.url}/prefixes.ttl").body.decode()
    assert dict(re.findall(r"^@prefix (\S*): <([^>]*)> \.$", text, re.MULTILINE)) == prefixes()


def test_lines_of_a_query_can_be_put_before_a_query(service: Service) -> None:
    reply = ask(f"{service.url}/prefixes.rq")
    assert reply.type == "application/sparql-query"
    assert json.loads(get(service, reply.body.decode() + "ASK { ?x a sas:Council }").body)["boolean"] is True
    assert dict(re.findall(r"^PREFIX (\S*): <([^>]*)>$", reply.body.decode(), re.MULTILINE)) == prefixes()


def test_json_ld_is_a_context_for_documents_of_others(service: Service, tmp_path: Path) -> None:
    context = tmp_path / "prefixes.jsonld"
    context.write_bytes(ask(f"{service.url}/prefixes.jsonld").body)
    document = {"@context": context.as_uri(), "@id": "https://example.org/a", "sas:code": "1"}
    graph = Graph().parse(data=json.dumps(document), format="json-ld")
    assert [str(predicate) for predicate in graph.predicates()] == [str(SAS.code)]


def test_json_and_csv_are_a_plain_table(service: Service) -> None:
    assert json.loads(ask(f"{service.url}/prefixes", Accept="application/json").body) == prefixes()
    rows = list(csv.reader(io.StringIO(ask(f"{service.url}/prefixes", Accept="text/csv").body.decode(), newline="")))
    assert (rows[0], dict(rows[1:])) == (["prefix", "namespace"], prefixes())
    assert ask(f"{service.url}/prefixes?_format=csv-bom").body.startswith(b"\xef\xbb\xbfprefix,")


@pytest.mark.parametrize("each", PREFIX_FORMATS, ids=lambda each: each.name)
def test_the_prefixes_come_by_extension_parameter_and_accept(service: Service, each: object) -> None:
    name, media_type = each.name, each.media_type  # type: ignore[attr-defined]
    replies = [
        ask(f"{service.url}/prefixes.{name}", Accept="image/png"),
        ask(f"{service.url}/prefixes?_format={name}"),
        ask(f"{service.url}/prefixes?_mediatype={urllib.parse.quote(media_type)}"),
        ask(f"{service.url}/prefixes", Accept=media_type),
    ]
    assert {(reply.status, reply.type, reply.body) for reply in replies} == {(200, media_type, replies[0].body)}
    assert {reply.headers["Content-Location"] for reply in replies} == {f"/prefixes.{name}"}
    assert f'</prefixes.{name}>; rel="alternate"; type="{media_type}"' in replies[0].headers["Link"]
    assert ask(f"{service.url}/prefixes.{name}", If_None_Match=replies[0].headers["ETag"]).status == 304


def test_the_prefixes_are_a_page_that_the_query_page_leads_to(service: Service) -> None:
    for language, words in (("ja", "接頭辞"), ("en", "Prefixes")):
        reply = ask(f"{service.url}/prefixes?lang={language}", Accept="text/html")
        assert (reply.type, reply.headers["Content-Language"]) == ("text/html", language)
        assert f"<h1>{words}</h1>" in reply.body.decode()
        assert all(f"<code>{space}</code>" in reply.body.decode() for space in prefixes().values())
    assert 'href="/prefixes"' in ask(f"{service.url}/sparql?lang=ja", Accept="text/html").body.decode()
    assert ask(f"{service.url}/prefixes.html", Accept="text/turtle").type == "text/html"
    assert ask(f"{service.url}/prefixes.png").status == 404
    assert ask(f"{service.url}/prefixes", Accept="image/png").status == 406
