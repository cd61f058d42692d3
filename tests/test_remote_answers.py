"""What goes to a server of others and comes from it, made to be what we and it understand."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from sasaeai.errors import ServiceError
from sasaeai.formats import BY_NAME
from sasaeai.store.remote import answers, writing
from sasaeai.store.remote.answers import Names
from sasaeai.store.remote.record import Record
from sasaeai.store.scan import pieces

A, P = NamedNode("a:a"), NamedNode("a:p")


@given(st.text(alphabet="?$市・a1 \"'#<>:{}\\\n"))
def test_the_pieces_of_a_text_are_the_text(text: str) -> None:
    assert "".join(pieces(text)) == text


@pytest.mark.parametrize("text", ["SELECT ?a { ?a ?b '?市' }", "ASK {} # ?市", "SELECT * { <a:?市> ?b ?c }", ""])
def test_a_query_whose_variables_are_ascii_goes_as_it_is(text: str) -> None:
    assert Names(text).text == text


def test_other_variables_get_names_that_nobody_uses_and_their_answer_has_their_own() -> None:
    names = Names("SELECT ?件・数 ?v1 { ?件・数 ?v1 '?件・数' . FILTER($件・数 != ?vv2) }")
    (ours,) = {each[1:] for each in pieces(names.text) if each[:1] == "?"} - {"v1", "vv2"}
    assert ours.isascii()
    assert names.text == f"SELECT ?{ours} ?v1 {{ ?{ours} ?v1 '?件・数' . FILTER(?{ours} != ?vv2) }}"
    term = {"type": "literal", "value": ours}
    said = {"head": {"vars": [ours, "v1"]}, "results": {"bindings": [{ours: term}, {"v1": term}]}}
    restored = json.loads(names.restored(json.dumps(said).encode()))
    assert restored["head"]["vars"] == ["件・数", "v1"]
    assert restored["results"]["bindings"] == [{"件・数": term}, {"v1": term}]


def test_virtuoso_s_blank_nodes_and_literals_are_read_as_such() -> None:
    said = b"""{ "head": { "link": [], "vars": ["x", "y"] }, "results": { "ordered": true, "bindings": [
      { "x": { "type": "bnode", "value": "nodeID://b10001" },
        "y": { "type": "typed-literal", "datatype": "http://www.w3.org/2001/XMLSchema#gYear", "value": "2019" } },
      { "y": { "type": "literal", "xml:lang": "ja", "value": "nodeID://" } } ] } }"""
    told = answers.solutions(said, BY_NAME["tsv"], limit=1000, rows=None).body.decode()
    assert told == (
        b'?x\\t?y\\n_:b10001\\t"2019"^^<http://www.w3.org/2001/XMLSchema#gYear>\\n\\t"nodeID://"@ja\\n'.decode(
            "unicode_escape"
        )
    )


@pytest.mark.parametrize("said", [b"", b"<html>", b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":', b"[]"])
def test_what_is_no_whole_result_is_none(said: bytes) -> None:
    with pytest.raises(ServiceError) as refused:
        answers.solutions(said, BY_NAME["csv"], limit=1000, rows=None)
    assert (refused.value.key, refused.value.status) == ("engine-lost", 503)


def test_an_answer_past_its_limits_is_refused() -> None:
    triples = b"\n".join(b'<a:a> <a:p> "%d" .' % number for number in range(100))
    for limit, rows, key in ((10, None, "answer-too-large"), (100_000, 10, "too-many-rows")):
        with pytest.raises(ServiceError) as refused:
            answers.graph(triples, BY_NAME["nt"], {}, limit=limit, rows=rows)
        assert refused.value.key == key
    assert (
        answers.graph(triples * 1 + b"\n" + triples, BY_NAME["nt"], {}, limit=100_000, rows=100).body.count(b"\n")
        == 100
    )


@pytest.mark.parametrize("text", [r"ASK { FILTER('\u0027') }", r"ASK {} \U0000000A", r"'\\u0041'"])
def test_an_escape_for_ascii_is_refused(text: str) -> None:
    with pytest.raises(ServiceError) as refused:
        answers.require_plain(text)
    assert refused.value.status == 400
    answers.require_plain(r"ASK { FILTER('\u591a' = '多') }")


def test_only_what_differs_is_written_unless_there_are_blank_nodes() -> None:
    one, two, three = (Triple(A, P, Literal(text)) for text in ("1", 'a "\\u0041"', "3"))
    changed = writing.change("a:g", [one, two], [two, three])
    assert (list(changed.gone), list(changed.come), changed.whole) == ([one], [three], False)
    assert [each.split(" ")[0] for each in writing.operations(changed)] == ["DELETE", "INSERT"]
    node = Triple(A, P, BlankNode("b"))
    for before, after in (([one], [node]), ([node], [one]), (None, [one])):
        changed = writing.change("a:g", before, after)
        assert (list(changed.gone), list(changed.come), changed.whole) == ([], after, True)
        assert next(iter(writing.operations(changed))) == "DROP SILENT GRAPH <a:g>"


def test_a_record_that_changes_has_no_version() -> None:
    told = {str(each) for each in Record(digests={"a:g": "d"}).triples()}
    assert told == {'<urn:sasaeai:record> <urn:sasaeai:record#holds> "d a:g"'}
    assert len(Record("v", "2026-01-01T00:00:00+00:00", {"a:g": "d"}).triples()) == 3
