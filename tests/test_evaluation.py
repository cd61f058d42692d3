"""One query, from its text to the bytes of its answer."""

from pathlib import Path

import pytest
from pyoxigraph import Store as Oxigraph

from sasaeai.errors import ServiceError
from sasaeai.formats import BY_NAME
from sasaeai.repository import Repository
from sasaeai.store import Dataset
from sasaeai.store.evaluation import evaluate
from sasaeai.store.loading import Holdings, prefixes
from sasaeai.vocabulary import GRAPH
from tests.processes import write_graph

CSV, JSON, TURTLE = BY_NAME["csv"], BY_NAME["srj"], BY_NAME["ttl"]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return Repository(write_graph(tmp_path_factory.mktemp("graph")))


def load(repository: Repository, *, merged: bool = True) -> Oxigraph:
    return Holdings.read(repository, merged=merged).store


def refusal(repository: Repository, query: str, **choices: object) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        evaluate(load(repository), query, CSV, TURTLE, **choices)  # type: ignore[arg-type]
    return caught.value


def test_an_error_of_syntax_is_told_with_line_and_column(repository: Repository) -> None:
    error = refusal(repository, "SELECT *\n{ ?s ?p }")
    assert (error.key, error.status) == ("syntax", 400)
    assert (error.parameters["line"], error.parameters["column"]) == (2, 9)
    assert "line 2, column 9; expected " in error.message("en")
    assert "2行9文字目" in error.message("ja")
    assert "\\u{" not in error.message("en"), "the engine's tables of characters help nobody"
    assert "line 1, column 1" in refusal(repository, "").message("en")


@pytest.mark.parametrize(
    ("query", "key", "status"),
    [
        ("INSERT DATA { <a:a> <a:a> <a:a> }", "update", 403),
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "federation", 400),
        ("SELECT (<a:unknown>(1) AS ?x) {}", "evaluation", 400),
        ("SELECT (?nowhere + 1 AS ?x) { ?s ?p ?o } GROUP BY ?s", "syntax", 400),
    ],
)
def test_what_cannot_be_answered_is_refused(repository: Repository, query: str, key: str, status: int) -> None:
    error = refusal(repository, query)
    assert (error.key, error.status) == (key, status)


def test_a_kind_of_answer_that_its_asker_does_not_read_is_not_acceptable(repository: Repository) -> None:
    store = load(repository)
    for query, results, graph in (("ASK {}", None, TURTLE), ("CONSTRUCT WHERE { ?s ?p ?o }", CSV, None)):
        with pytest.raises(ServiceError) as caught:
            evaluate(store, query, results, graph)
        assert (caught.value.key, caught.value.status) == ("not-acceptable", 406)


def test_an_answer_has_its_limit_to_the_byte(repository: Repository) -> None:
    store = load(repository)
    for query in ("SELECT * { ?s ?p ?o }", "CONSTRUCT WHERE { ?s ?p ?o }", "ASK {}"):
        body = evaluate(store, query, JSON, TURTLE).body
        assert evaluate(store, query, JSON, TURTLE, limit=len(body))[1] == body
        assert refusal(repository, query, limit=3).key == "answer-too-large"
    assert refusal(repository, "SELECT * { ?s ?p ?o }", limit=100).status == 503


def test_a_dataset_replaces_the_whole_and_reaches_nothing_but_the_store(repository: Repository) -> None:
    store, count = load(repository), "SELECT (COUNT(*) AS ?n) { ?s <https://w3id.org/sasaeai/ns#knows> ?o }"
    named = count.replace("{", "{ GRAPH ?g {") + "}"
    page, both, nowhere = GRAPH + "000001/page", GRAPH + "both", "http://127.0.0.1:9/"

    def number(query: str, default: tuple[str, ...] = (), names: tuple[str, ...] = ()) -> int:
        return int(evaluate(store, query, CSV, None, Dataset(default, names))[1].split()[-1])

    assert [number(count), number(named)] == [2, 3]
    assert [number(count, (page,)), number(named, (page,))] == [1, 0]
    assert [number(count, (), (both,)), number(named, (), (both,))] == [0, 2]
    assert number(count, (nowhere,)) == 0
    assert number(count.replace("{", f"FROM <{nowhere}> {{", 1)) == 0
    assert number(count.replace("{", f"FROM <{both}> {{", 1), (page,)) == 1, "the protocol's dataset goes first"


def test_a_graph_is_written_with_the_prefixes_it_uses_and_in_one_order(repository: Repository) -> None:
    known = prefixes(repository) | {"unused": "https://example.org/unused#"}
    query = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } ORDER BY "
    bodies = {
        evaluate(load(repository), query + by, None, TURTLE, prefixes=known)[1] for by in ("?s", "DESC(?s)", "?o")
    }
    assert len(bodies) == 1
    body = bodies.pop().decode()
    assert "sas:knows" in body
    assert "unused" not in body


def test_a_description_tells_what_is_said_of_a_thing(repository: Repository) -> None:
    kind, body, _ = evaluate(load(repository), "DESCRIBE <https://w3id.org/sasaeai/id/a>", None, BY_NAME["nt"])
    assert kind == "graph"
    assert [line.split()[1].rpartition("/")[2] for line in body.decode().splitlines()] == [
        "22-rdf-syntax-ns#type>", "ns#knows>", "ns#name>", "ns#reaches>",
    ]  # fmt: skip


def test_a_union_default_graph_may_stand_for_the_merged_one(repository: Repository) -> None:
    query = "SELECT DISTINCT * { ?s ?p ?o } ORDER BY ?s ?p ?o"
    merged = evaluate(load(repository), query, CSV, None)
    assert evaluate(load(repository, merged=False), query, CSV, None, union=True) == merged


def test_the_files_of_a_graph_may_stand_anywhere(tmp_path: Path, repository: Repository) -> None:
    assert Repository(write_graph(tmp_path)).version() == repository.version()
