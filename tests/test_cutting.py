"""An answer is never short by silence: whole, cut with a mark, or refused."""

import csv
import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

from sasaeai.errors import ServiceError
from sasaeai.formats import BY_NAME, EVERY_FORMAT, GRAPH_FORMATS, Format
from sasaeai.store.evaluation import Evaluated, evaluate
from sasaeai.vocabulary import TRUNCATED

XML = "{http://www.w3.org/2005/sparql-results#}"
NASTY = ["", '"', "}},{", '"},{"', "\\", '\\"}},{}', "</result><result>", "]}}", "\n", 'a,\r\n"b', "多摩", "},{}", "\t"]
TEXTS = st.lists(st.one_of(st.sampled_from(NASTY), st.text("ab\"\\{}[],:<>&\n\r\t'", max_size=12)), max_size=8)
QUERIES = (
    "SELECT * { ?s ?p ?o } ORDER BY ?s",
    "SELECT ?o { ?s ?p ?o }",
    "SELECT ?nothing { ?s ?p ?o }",
    "SELECT ?o ?t { ?s ?p ?o OPTIONAL { ?s <a:q> ?q } BIND(<<( ?s ?p ?o )>> AS ?t) }",
    "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }",
    "ASK {}",
)


def filled(texts: list[str]) -> Store:
    store = Store()
    for number, text in enumerate(texts):
        store.add(Quad(NamedNode(f"a:{number:03}"), NamedNode("a:p"), Literal(text)))
    return store


def outcome(store: Store, query: str, *formats: Format | None, **caps: int) -> Evaluated | ServiceError:
    try:
        return evaluate(store, query, *formats, **caps)  # type: ignore[arg-type]
    except ServiceError as error:
        return error


def read(name: str, answer: Evaluated) -> tuple[Sequence[object], bool]:
    """Read an answer as its askers do: its rows or triples, and whether it says that it was cut."""
    match name, answer.kind:
        case "srj", "solutions":
            found = json.loads(answer.body)
            assert found["head"].keys() <= {"vars", "link"}
            return found["results"]["bindings"], TRUNCATED in found["head"].get("link", [])
        case "srx", "solutions":
            root = ET.fromstring(answer.body)
            rows = [ET.tostring(each) for each in root.iter(f"{XML}result")]
            head = root.find(f"{XML}head")
            assert head is not None
            return rows, any(each.get("href") == TRUNCATED for each in head.findall(f"{XML}link"))
        case "csv", "solutions":
            return list(csv.reader(io.StringIO(answer.body.decode(), newline="")))[1:], False
        case "tsv", "solutions":
            return list(answer.body.split(b"\n")[1:-1]), False
        case _, "graph":
            return sorted(map(str, parse(answer.body, RdfFormat.from_media_type(BY_NAME[name].media_type)))), False
    return [answer.body], False


@given(
    texts=TEXTS,
    query=st.sampled_from(QUERIES),
    name=st.sampled_from([each.name for each in EVERY_FORMAT]),
    rows=st.integers(1, 9),
    limit=st.integers(1, 1500),
)
@example(texts=["x}},{"] * 3, query=QUERIES[1], name="srj", rows=1, limit=1000)
@example(texts=["x"] * 3, query=QUERIES[2], name="srj", rows=2, limit=1000)
@example(texts=["x"] * 3, query=QUERIES[0], name="srx", rows=3, limit=1000)
def test_no_answer_that_was_cut_reads_as_whole(texts: list[str], query: str, name: str, rows: int, limit: int) -> None:
    store, choice = filled(texts), BY_NAME[name]
    kinds = (None, choice) if choice in GRAPH_FORMATS else (choice, None)
    whole, answer = outcome(store, query, *kinds), outcome(store, query, *kinds, rows=rows, limit=limit)
    if isinstance(whole, ServiceError):
        return
    if isinstance(answer, ServiceError):
        assert (answer.status, answer.key) in {(503, "answer-too-large"), (503, "too-many-rows")}
        assert len(whole.body) > limit or len(read(name, whole)[0]) > rows, "refused without need"
        return
    assert len(answer.body) <= limit
    if answer.cut is None:
        assert answer.body == whole.body
        assert not read(name, answer)[1]
        return
    every, _ = read(name, whole)
    kept, marked = read(name, answer)
    assert marked
    assert kept == every[: answer.cut]
    assert len(kept) == answer.cut < len(every)
    assert answer.cut <= rows


@given(texts=TEXTS, name=st.sampled_from(["srj", "srx"]), limit=st.integers(1, 400))
def test_an_answer_that_may_not_be_cut_is_whole_or_refused(texts: list[str], name: str, limit: int) -> None:
    store = filled(texts)
    whole = evaluate(store, QUERIES[0], BY_NAME[name], None)
    if len(whole.body) <= limit:
        assert evaluate(store, QUERIES[0], BY_NAME[name], None, limit=limit) == whole
        return
    with pytest.raises(ServiceError, match="too large"):
        evaluate(store, QUERIES[0], BY_NAME[name], None, limit=limit)


def test_as_many_rows_as_fit_are_kept() -> None:
    store = filled(["x"] * 50)
    by_rows = evaluate(store, QUERIES[0], BY_NAME["srj"], None, rows=50)
    assert by_rows.cut is None, "a result of exactly the limit is whole"
    assert evaluate(store, QUERIES[0], BY_NAME["srj"], None, rows=49).cut == 49
    by_bytes = evaluate(store, QUERIES[0], BY_NAME["srx"], None, rows=50, limit=2_000)
    assert by_bytes.cut is not None
    assert 2_000 - 200 < len(by_bytes.body) <= 2_000
