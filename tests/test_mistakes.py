"""What is told of a mistake in a query's text: the words around it, with a caret below."""

import contextlib
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Store as Oxigraph

from sasaeai.store.mistakes import excerpt, misspelt

from .conftest import Service
from .test_sparql import get


@pytest.mark.parametrize(
    ("text", "line", "column", "shown"),
    [
        ("SELECT *\n{ ?s ?p }\n", 2, 9, "{ ?s ?p }\n        ^"),
        ("SELECT *\n\t{ ?s\t?p }", 2, 10, " { ?s ?p }\n         ^"),
        ("?多摩 ?x }", 1, 8, "?多摩 ?x }\n \u3000\u3000    ^"),
        ("か\u3099 }", 1, 4, "か\u3099 }\n\u3000 ^"),
        ("a\u202eb\x00 }", 1, 6, "a\ufffdb\ufffd }\n     ^"),
        ("SELECT *\r\n{ ?s", 1, 9, "SELECT *\n        ^"),
        ("SELECT *\n", 2, 1, "\n^"),
        ("", 1, 1, "\n^"),
        ("x" * 60, 1, 60, "..." + "x" * 51 + "\n" + " " * 53 + "^"),
        ("x" * 1000, 1, 500, "..." + "x" * 71 + "...\n" + " " * 53 + "^"),
    ],
)
def test_the_caret_stands_below_the_place(text: str, line: int, column: int, shown: str) -> None:
    assert excerpt(text, line, column) == shown


@pytest.mark.parametrize(
    ("query", "line", "words"),
    [
        ("SELECT * WHERE { ?s ?p }", 1, "}"),
        ("SELECT *\nWHERE { ?s ?p ?o . FILTER(?o = ) }", 2, ") }"),
        ('SELECT * {\n\t?s ?p "多摩 😀" ?x }', 2, "?x }"),
        ("SELEC * {}", 1, "SELEC * {}"),
        ("SELECT * { ?s ?p ?o } ORDR BY ?s", 1, "ORDR BY ?s"),
        ("SELECT * {\r\n  ?s ?p ?o .\r\n  ?s foo ?o .\r\n}", 3, "foo ?o .\r"),
        ("SELECT * { ?s sas:code ?o }", 1, "sas:code ?o }"),
        ("SELECT * { ?s ?p ?o . # what's }\n ?x ] }", 2, "] }"),
        ("SELECT * { ?s ?p 'abc }", 1, "'abc }"),
        ("SELECT * { ?s ?p ?o\n\n", 1, ""),
        ("SELECT", 1, ""),
        ("", 1, ""),
    ],
)
def test_the_place_is_the_word_that_is_wrong_and_not_what_the_engine_has_looked_ahead_to(
    query: str, line: int, words: str
) -> None:
    with pytest.raises(SyntaxError) as caught:
        Oxigraph().query(query)
    told = misspelt(query, caught.value).parameters
    assert told["line"] == line
    assert query.split("\n")[line - 1][told["column"] - 1 :] == words


@given(st.text(alphabet="SELCT*{}?sp .\n\t'\"\\#<>:多\ufeff\r", max_size=40))
def test_a_place_is_within_the_query_whatever_is_wrong_with_it(query: str) -> None:
    with contextlib.suppress(ValueError, RuntimeError):
        try:
            Oxigraph().query(query)
        except SyntaxError as error:
            told = misspelt(query, error).parameters
            lines = query.split("\n")
            assert 1 <= told["line"] <= len(lines)
            assert 1 <= told["column"] <= len(lines[told["line"] - 1]) + 1


@given(st.text(), st.integers(1, 5), st.integers(1, 200))
def test_an_excerpt_is_two_short_lines_whatever_the_query(text: str, line: int, column: int) -> None:
    shown, caret = excerpt(text, line, column).split("\n")
    assert max(len(shown), len(caret)) <= 77
    assert caret.strip() == "^"
    assert not [each for each in shown if unicodedata.category(each).startswith("C")]


def test_a_program_is_told_line_column_and_excerpt_by_name(service: Service) -> None:
    problem = json.loads(get(service, "SELECT *\nWHERE { ?s ?p <http://a b> }").body)
    assert (problem["line"], problem["column"]) == (2, 25)
    assert problem["excerpt"] == "WHERE { ?s ?p <http://a b> }\n" + " " * 24 + "^"
    assert "excerpt" not in json.loads(get(service, "ASK {}", "image/png").body)


def test_a_reader_sees_the_place_above_the_query(service: Service) -> None:
    page = get(service, "SELECT *\r\nWHERE { ?s <script> <a b> }", "text/html", lang="ja")
    assert page.status == 400
    told = page.body.decode().partition('role="alert"')[2].partition("</div>")[0]
    assert "2行" in told
    assert "WHERE { ?s &lt;script&gt; &lt;a b&gt; }\n" in told
    assert told.partition("b&gt; }\n")[2].partition("<")[0].strip(" ") == "^"
