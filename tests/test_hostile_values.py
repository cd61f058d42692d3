"""Whatever a parameter is given arrives as the one term it is read as, or is refused by name: no query ever changes.

`tests/hostile/values.json` holds the values. A query filled in is parsed; without the term in the parameter's place
it has to be the query of the file, and the term has to be the value's.
"""

import functools
import json
import urllib.parse
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, QuerySolutions, Store
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from sasaeai import catalogue
from sasaeai.catalogue.parameters import LONGEST
from sasaeai.errors import ServiceError
from sasaeai.repository import QueryFile, Repository
from sasaeai.vocabulary import CONCEPT

from .conftest import ROOT, Service
from .test_sparql import ask

CORPUS = json.loads((Path(__file__).parent / "hostile" / "values.json").read_text("utf-8"))
TYPES = tuple(catalogue.WANTED)
GOOD = {
    "municipality": "132241",
    "day": "2019-04-01",
    "fiscal-year": "FY2019",
    "language": "ja",
    "concept": "matching",
    "iri": "https://example.org/",
    "text": "x",
}
TEXT = """SELECT ?value ?other ?evidence WHERE {
  VALUES ?value { UNDEF }
  VALUES ?other { "kept" }
  BIND("evidence" AS ?evidence)  # a comment
}"""


def value_of(case: dict[str, Any]) -> str:
    value = case["value"]
    return str(value) if isinstance(value, str) else value["of"] * int(value["times"])


@functools.cache
def question(kind: str) -> catalogue.Question:
    scheme = ", scheme: duty" if kind == "concept" else ""
    header = f"""#+ title: {{ja: 題, en: Title}}
#+ summary: {{ja: 要約, en: Summary}}
#+ tags: [figures]
#+ parameters:
#+   - {{name: value, type: {kind}{scheme}, repeatable: true, label: {{ja: 値, en: Value}}, example: "{GOOD[kind]}"}}
#+ columns: {{evidence: {{ja: 根拠, en: Evidence}}}}
#+ example: {{parameters: {{}}, first: {{}}}}
"""
    return catalogue.read(QueryFile("example", Path("example.rq"), header + TEXT))


def tree(text: str, name: str) -> str:
    """Parse a query and tell its tree, but for the terms in the place of a parameter."""

    def told(node: Any) -> Any:
        if isinstance(node, CompValue):
            if node.name == "InlineData" and str(node.var[0]) == name:
                return "the place"
            return node.name, [(key, told(each)) for key, each in sorted(node.items())]
        if isinstance(node, list) or type(node).__name__ == "ParseResults":
            return [told(each) for each in node]
        return repr(node)

    return repr(told(parseQuery(text)))


@functools.cache
def unchanged(kind: str) -> str:
    return tree(catalogue.fill(question(kind), {"value": [GOOD[kind]]}), "value")


def terms_in(text: str) -> list[Literal | NamedNode]:
    solutions = Store().query(text)
    assert isinstance(solutions, QuerySolutions)
    rows = list(solutions)
    assert {str(row["other"]) for row in rows} == {'"kept"'}
    return [row["value"] for row in rows]


def is_told(kind: str, value: str, term: Literal | NamedNode) -> bool:
    """Tell whether a term is what a value of a type says: itself, or one of the few things the type can be."""
    match kind:
        case "text" | "language" | "iri":
            return term.value == value
        case "concept":
            return term.value in (value, f"{CONCEPT}duty/{value}")
        case "municipality":
            return len(term.value) == 6 and term.value.isascii() and term.value.isdigit()
        case "day":
            return str(term).endswith('"^^<http://www.w3.org/2001/XMLSchema#date>') and len(term.value) == 10
    return term.value.isascii() and term.value.isdigit()


def asked(kind: str, value: str) -> str | ServiceError:
    """Return the query filled in, or how the value is refused."""
    try:
        return catalogue.fill(question(kind), {"value": [value]})
    except ServiceError as refused:
        return refused


def holds(kind: str, value: str) -> None:
    """Give a value to a parameter: it arrives as one term and nothing else changes, or it is refused by name."""
    filled = asked(kind, value)
    if isinstance(filled, ServiceError):
        assert (filled.status, filled.parameters["parameter"]) == (400, "value")
        for language in ("ja", "en"):
            message = filled.message(language)
            assert "value" in message
            assert len(message.encode()) < 4 * LONGEST
        return
    (term,) = terms_in(filled)
    assert is_told(kind, value, term), f"{value!r} became {term}"
    assert tree(filled, "value") == unchanged(kind)


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case["name"])
def test_a_hostile_value_arrives_as_one_term_or_is_refused_by_name(kind: str, case: dict[str, Any]) -> None:
    holds(kind, value_of(case))


@pytest.mark.parametrize("kind", TYPES)
@given(value=st.text(st.characters()) | st.text("\"\\{}<>'#uU0027 \n?$%", max_size=30))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_value_arrives_as_one_term_or_is_refused_by_name(kind: str, value: str) -> None:
    holds(kind, value)


@given(values=st.lists(st.text("\"\\{}<>'#uU0027 \n?$%VALUES", max_size=12), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_several_values_arrive_in_their_order(values: list[str]) -> None:
    filled = catalogue.fill(question("text"), {"value": values})
    assert [term.value for term in terms_in(filled)] == values
    assert tree(filled, "value") == unchanged("text")


def test_the_corpus_is_refused_and_read_in_part_by_every_type() -> None:
    """The corpus would say little if every value of it were refused."""
    arrived = {kind: sum(isinstance(asked(kind, value_of(case)), str) for case in CORPUS) for kind in TYPES}
    assert arrived["text"] > 80
    assert arrived["iri"] >= 3
    assert arrived["municipality"] >= 1
    assert all(count < len(CORPUS) for count in arrived.values())


def sent(case: dict[str, Any]) -> str | None:
    """Encode a value for an address; None for half a character, which UTF-8 has none for, and what no address holds."""
    value = value_of(case)
    try:
        encoded = urllib.parse.quote(value, safe="")
    except UnicodeEncodeError:
        return None
    return encoded if 0 < len(encoded) < 50_000 and value.strip() else None


REAL = [
    ("figures", "m"),
    ("figures", "type"),
    ("meetings", "fiscalYear"),
    ("council-members", "asOf"),
    ("evidence-of", "iri"),
]
"""A question of the catalogue for each type that a caller gives."""


@pytest.mark.parametrize(("name", "parameter"), REAL)
def test_over_http_a_hostile_value_is_answered_or_refused_by_name(service: Service, name: str, parameter: str) -> None:
    there = catalogue.questions(Repository(ROOT))[name]
    required = {each.name: each.example for each in there.parameters.values() if each.required}
    file = ask(f"{service.url}/queries/{name}.rq?{urllib.parse.urlencode(required)}").body.decode()
    for case in CORPUS:
        if (value := sent(case)) is None:
            continue
        others = urllib.parse.urlencode({key: each for key, each in required.items() if key != parameter})
        reply = ask(f"{service.url}/queries/{name}.rq?{others}&{parameter}={value}")
        if reply.status == 200:
            assert tree(reply.body.decode(), parameter) == tree(file, parameter), case["name"]
        else:
            assert reply.status == 400, case["name"]
            problem = json.loads(reply.body)
            assert all(parameter in words for words in problem["messages"].values()), case["name"]
        page = ask(f"{service.url}/queries/{name}?{others}&{parameter}={value}", Accept="text/html")
        assert page.status == reply.status, case["name"]
        assert b"<script>alert" not in page.body
        assert b"<img src=x" not in page.body


@pytest.mark.parametrize("name", ["q", "m[]", "M", '" }', "多摩", "__proto__"])
def test_a_parameter_that_there_is_none_of_is_named(service: Service, name: str) -> None:
    reply = ask(f"{service.url}/queries/figures.csv?{urllib.parse.urlencode({name: 'x'})}")
    problem = json.loads(reply.body)
    assert (reply.status, problem["type"].partition("#")[2]) == (400, "unknown-parameter")
    assert name in problem["detail"]
    assert "m, type, lang" in problem["detail"]
