"""The graph in memory: merged, derived, and changed as a whole or not at all."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, Store

from sasaeai.errors import ServiceError
from sasaeai.repository import QueryFile, Repository
from sasaeai.store.loading import Holdings, prefixes
from sasaeai.vocabulary import DERIVED, GRAPH
from tests.processes import RULES, write_graph

IRI = "https://w3id.org/sasaeai/"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_graph(tmp_path)


def dump(store: Store) -> list[bytes]:
    return sorted((store.dump(format=RdfFormat.N_QUADS) or b"").splitlines())


def count(store: Store, pattern: str) -> int:
    query = f"BASE <{IRI}> SELECT * {{ {pattern} }}"
    return sum(1 for _ in store.query(query))  # type: ignore[misc, union-attr]


def rule(name: str, text: str) -> QueryFile:
    return QueryFile(name, Path(f"{name}.rq"), f"BASE <{IRI}> {text}")


def test_the_default_graph_counts_a_triple_of_two_graphs_once(root: Path) -> None:
    store = Holdings.read(Repository(root)).store
    assert count(store, "GRAPH ?g { <id/a> <ns#knows> <id/b> }") == 2
    assert count(store, "<id/a> <ns#knows> <id/b>") == 1
    named = {(each.subject, each.predicate, each.object) for each in store if each.graph_name != DefaultGraph()}
    assert count(store, "?s ?p ?o") == len(named)


def test_each_rule_runs_once_in_the_order_of_names_over_graphs_and_merge(root: Path) -> None:
    store = Holdings.read(Repository(root)).store
    derived = sorted(str(each.triple) for each in store.quads_for_pattern(None, None, None, NamedNode(DERIVED)))
    assert [line.split()[0] for line in derived] == [f"<{IRI}id/a>", f"<{IRI}id/a>"]
    assert count(store, "<id/a> a <ns#Far> ; <ns#reaches> <id/c>") == 1


def test_over_a_union_default_graph_the_same_is_derived(root: Path) -> None:
    merged, union = (Holdings.read(Repository(root), merged=each).store for each in (True, False))
    assert [line for line in dump(merged) if line.count(b"graph/")] == dump(union)


def test_blank_nodes_have_the_same_names_every_time_and_others_in_each_graph(root: Path) -> None:
    (root / "data/again.ttl").write_text((root / "shapes/thing.ttl").read_text())
    first, second = (Holdings.read(Repository(root)).store for _ in range(2))
    assert dump(first) == dump(second)
    assert count(first, "?blank <ns#target> <ns#Thing>") == 2


def test_a_triple_leaves_the_default_graph_with_the_last_graph_that_holds_it(root: Path) -> None:
    holdings = Holdings.read(Repository(root))
    for graph, left in (("both", 1), ("000001/page", 0)):
        holdings.apply({GRAPH + graph: b"<a:a> <a:a> <a:a> ."})
        assert count(holdings.store, "<id/a> <ns#knows> <id/b>") == left
    assert count(holdings.store, "?s <ns#reaches>|a ?o") == 0


def test_a_change_can_be_taken_back_whole(root: Path) -> None:
    holdings = Holdings.read(Repository(root))
    before, version = dump(holdings.store), holdings.version
    graphs = set(holdings.store.named_graphs())
    rules = [rule("10", "CONSTRUCT { ?s a <ns#Thing> } WHERE { ?s ?p ?o }")]
    take_back = holdings.apply({GRAPH + "both": None, GRAPH + "new": b"<a:a> <a:a> [] ."}, rules)
    assert dump(holdings.store) != before
    assert holdings.version != version
    take_back()
    assert (dump(holdings.store), holdings.version) == (before, version)
    assert set(holdings.store.named_graphs()) == graphs


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (rule("20", "CONSTRUCT { ?s ?p"), "rule 20: error at 1:"),
        (rule("20", "SELECT * { ?s ?p ?o }"), "rule 20 is no CONSTRUCT"),
        (rule("20", "CONSTRUCT { ?s a ?x } WHERE { ?s ?p ?o BIND(<a:unknown>(?s) AS ?x) }"), "rule 20: "),
    ],
)
def test_a_rule_that_fails_changes_nothing(root: Path, broken: QueryFile, words: str) -> None:
    holdings = Holdings.read(Repository(root))
    before, version = dump(holdings.store), holdings.version
    with pytest.raises(ServiceError, match=words):
        holdings.apply({GRAPH + "both": b"<a:a> <a:a> <a:a> ."}, [rule("10", "CONSTRUCT WHERE { ?s ?p ?o }"), broken])
    assert (dump(holdings.store), holdings.version) == (before, version)
    assert [each.name for each in holdings.rules] == [name.removesuffix(".rq") for name in RULES]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (b"<a:a> <a:a> <a:a> .\n<a:a> nope:a 1 .", 2, "The prefix nope: has not been declared"),
        (b"\n\n<a:a> <a:a> 'x", 3, "Unexpected end of file"),
        ("<a:a> <a:a> '多摩' .".encode("cp932"), 1, "Invalid UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_line(root: Path, text: bytes, line: int, words: str) -> None:
    (root / "data/both.ttl").write_bytes(text)
    with pytest.raises(ServiceError) as caught:
        Holdings.read(Repository(root))
    assert (caught.value.parameters["file"], caught.value.parameters["line"]) == ("data/both.ttl", line)
    assert f"data/both.ttl, line {line}: {words}" in caught.value.message("en")
    assert f"data/both.ttl {line}行目" in caught.value.message("ja")


SOME_TRIPLES = some.lists(
    some.tuples(*(some.sampled_from(("id/a", "id/b", "id/c", "ns#knows", "ns#reaches")) for _ in range(3))), max_size=4
).map(
    lambda triples: "".join("<{}{}> <{}{}> <{}{}> .\n".format(*(x for t in each for x in (IRI, t))) for each in triples)
)
SOME_CHANGES = some.lists(
    some.dictionaries(some.sampled_from((GRAPH + "both", GRAPH + "other")), some.none() | SOME_TRIPLES), max_size=5
)


@settings(max_examples=60, deadline=None)
@given(SOME_CHANGES)
def test_changes_lead_to_what_a_fresh_load_of_the_end_leads_to(
    tmp_path_factory: pytest.TempPathFactory, changes: list[dict[str, str | None]]
) -> None:
    root = write_graph(tmp_path_factory.mktemp("graph"))
    holdings = Holdings.read(Repository(root))
    for each in changes:
        holdings.apply({name: None if text is None else text.encode() for name, text in each.items()})
        for name, text in each.items():
            path = root / "data" / f"{name.removeprefix(GRAPH)}.ttl"
            path.unlink(missing_ok=True) if text is None else path.write_text(text)
    fresh = Holdings.read(Repository(root))
    assert (dump(holdings.store), holdings.version) == (dump(fresh.store), fresh.version)
    assert set(holdings.store.named_graphs()) == set(fresh.store.named_graphs())


def test_the_prefixes_of_the_project_are_at_hand(root: Path) -> None:
    assert prefixes(Repository(root)) == {"sas": IRI + "ns#"}
