"""Questions: their headers, and how a caller's values become terms of a query."""

import csv
import io
import json
import urllib.parse
from pathlib import Path

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, QuerySolutions, Store

from sasaeai import catalogue
from sasaeai.errors import ServiceError
from sasaeai.repository import QueryFile, Repository
from sasaeai.store.parameters import bind, literal

from .conftest import Service
from .test_sparql import ask

HEADER = """#+ title: {ja: 題, en: Title}
#+ summary: {ja: 要約, en: Summary}
#+ tags: [figures]
#+ parameters:
#+   - {name: m, type: municipality, repeatable: true, label: {ja: コード, en: Code}, example: "132241"}
#+   - {name: q, type: text, label: {ja: 語, en: Word}, example: x}
#+ columns:
#+   evidence: {ja: 根拠, en: Evidence}
#+ example: {parameters: {}, first: {}}
"""
QUERY = "SELECT ?evidence { VALUES ?m { UNDEF } VALUES ?q { UNDEF } BIND(?q AS ?evidence) }"


def question(text: str = HEADER + QUERY) -> catalogue.Question:
    return catalogue.read(QueryFile("example", Path("example.rq"), text))


def bound(value: str) -> str:
    """Bind a value where the query has its place, and read back what the engine sees."""
    solutions = Store().query(bind("SELECT ?x { VALUES ?x { UNDEF } }", {"x": [literal(value)]}))
    assert isinstance(solutions, QuerySolutions)
    (row,) = list(solutions)
    term = row["x"]
    assert isinstance(term, Literal)
    return term.value


@given(st.text())
def test_any_text_arrives_in_a_query_as_it_was_given(value: str) -> None:
    assert bound(value) == value


@pytest.mark.parametrize(
    "value",
    [
        '"', "'", '"""', "\\", "\\\\", "\\u0022", "\\\\u0022", "\\U00000022", "} }", "VALUES ?x { UNDEF }", "# end",
        "\n", "\r\n", "\t", "\0", "%22", "%", "多摩", "ï»¿", "?x", "<x:y>", '" } DROP ALL #', "a" * 100_000,
    ],
)  # fmt: skip
def test_hostile_text_arrives_in_a_query_as_it_was_given(value: str) -> None:
    assert bound(value) == value


def test_a_value_that_looks_like_a_place_for_another_is_left_alone() -> None:
    text = bind(
        "SELECT * { VALUES ?a { UNDEF } VALUES ?b { UNDEF } }",
        {"a": [literal("VALUES ?b { UNDEF }")], "b": [literal("b")]},
    )
    assert text == 'SELECT * { VALUES ?a { "VALUES ?b { UNDEF }" } VALUES ?b { "b" } }'


def test_a_parameter_not_given_leaves_the_query_as_its_file_has_it() -> None:
    assert catalogue.fill(question(), {}).strip() == QUERY


def test_several_values_stand_beside_each_other() -> None:
    assert 'VALUES ?m { "132241" "072036" }' in catalogue.fill(question(), {"m": ["132241", "072036"]})


@pytest.mark.parametrize(
    ("arguments", "key", "parameter"),
    [
        ({"m": ["132240"]}, "bad-parameter", "m"),
        ({"m": ["13224"]}, "bad-parameter", "m"),
        ({"m": ['132241" }']}, "bad-parameter", "m"),
        ({"q": ["a", "b"]}, "repeated-parameter", "q"),
        ({"x": ["1"]}, "unknown-parameter", "x"),
    ],
)
def test_what_a_parameter_cannot_take_is_refused_by_name(
    arguments: dict[str, list[str]], key: str, parameter: str
) -> None:
    with pytest.raises(ServiceError) as refused:
        catalogue.fill(question(), arguments)
    assert (refused.value.key, refused.value.status, refused.value.parameters["parameter"]) == (key, 400, parameter)
    assert parameter in refused.value.message("ja")
    assert parameter in refused.value.message("en")


@pytest.mark.parametrize(
    ("text", "day"),
    [("2019-04-01", "2019-04-01"), ("平成29年度", "2018-03-31"), ("FY2019", "2020-03-31"), ("R6.4.1", "2024-04-01")],
)
def test_a_day_is_read_in_any_notation(text: str, day: str) -> None:
    header = HEADER.replace("name: q, type: text", "name: q, type: day").replace("example: x", "example: FY2019")
    filled = catalogue.fill(question(header + QUERY), {"q": [text]})
    assert f'VALUES ?q {{ "{day}"^^<http://www.w3.org/2001/XMLSchema#date> }}' in filled


def test_every_question_has_a_page_and_answers_in_every_format(service: Service, repository: Repository) -> None:
    known = catalogue.questions(repository)
    assert len(known) >= 22
    for each in known.values():
        query = urllib.parse.urlencode(each.example["parameters"], doseq=True)
        url = f"{service.url}/queries/{each.name}"
        page = ask(f"{url}?{query}", Accept="text/html")
        assert (page.status, page.type) == (200, "text/html"), each.name
        assert each.title["ja"] in page.body.decode()
        table = list(csv.reader(io.StringIO(ask(f"{url}.csv?{query}").body.decode())))
        rows = json.loads(ask(f"{url}?{query}", Accept="application/sparql-results+json").body)
        assert table[0] == rows["head"]["vars"] == list(each.columns), each.name
        assert len(table) - 1 == len(rows["results"]["bindings"]) > 0, each.name


def test_a_question_can_be_taken_along_as_sparql(service: Service) -> None:
    text = ask(f"{service.url}/queries/contractor-history.rq?m=132241").body
    direct = ask(f"{service.url}/sparql", data=text, Content_Type="application/sparql-query", Accept="text/csv")
    assert direct.status == 200
    assert direct.body == ask(f"{service.url}/queries/contractor-history.csv?m=132241&lang=ja").body


def test_mistakes_in_a_question_are_told_in_the_asker_s_language(service: Service) -> None:
    unknown = ask(f"{service.url}/queries/nothing", Accept_Language="ja")
    assert unknown.status == 404
    assert "nothing" in json.loads(unknown.body)["detail"]
    bad = json.loads(ask(f"{service.url}/queries/contractor-history.csv?m=1322&lang=en").body)
    assert bad["status"] == 400
    assert "132241" in bad["detail"]


def test_a_bare_era_year_is_refused_with_both_readings_offered(service: Service) -> None:
    query = urllib.parse.urlencode({"asOf": "令和元年"})
    problem = json.loads(ask(f"{service.url}/queries/operator-on-date.csv?{query}").body)
    assert problem["status"] == 400
    assert "令和元年度" in problem["messages"]["ja"]
    assert "asOf" in problem["messages"]["en"]


def test_a_question_that_needs_an_argument_shows_its_form_first(service: Service) -> None:
    page = ask(f"{service.url}/queries/evidence-of?lang=en", Accept="text/html")
    assert page.status == 200
    assert 'name="iri"' in page.body.decode()
    assert "<table" not in page.body.decode()
    assert ask(f"{service.url}/queries/evidence-of.csv").status == 400


def test_a_form_keeps_every_value_it_was_given(service: Service) -> None:
    page = ask(f"{service.url}/queries/operator-on-date?m=132241&m=072036&m=011002", Accept="text/html").body.decode()
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    fields = [each for each in tree.iter("input") if each.get("name") == "m"]
    assert {each.get("value") for each in fields if each.get("checked") is not None} == {"132241", "072036"}
    assert [each.get("value") for each in fields if each.get("type") is None] == ["011002"]
