"""The questions of the catalogue: each answers, whole, what a careful reader of the documents would answer.

`tests/answers/<question>.<case>.csv` is one test: its first line is a comment with the parameters as in an address
(`# m=132241&asOf=2019-04-01`), the rest is the CSV that the service gives.
"""

import csv
import functools
import io
import json
import urllib.parse
from pathlib import Path
from typing import Any

import pytest

from sasaeai import catalogue
from sasaeai.formats import BY_NAME
from sasaeai.repository import Repository
from sasaeai.store.local import LocalStore
from sasaeai.vocabulary import LANGUAGES

ROOT = Path(__file__).parent.parent
ANSWERS = sorted((Path(__file__).parent / "answers").glob("*.csv"))
QUESTIONS = sorted(path.stem for path in (ROOT / "queries" / "catalogue").glob("*.rq"))
EVIDENCE = "evidence"


@functools.cache
def store(merged: bool) -> LocalStore:
    """The repository's graph, over a merged or over a union default graph."""
    return LocalStore(Repository(ROOT), merged=merged)


@functools.cache
def question(name: str) -> catalogue.Question:
    return catalogue.questions(Repository(ROOT))[name]


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def asked(name: str, arguments: dict[str, list[str]], merged: bool = True) -> list[list[str]]:
    """Ask a question and return its answer as CSV has it, the head first."""
    return rows(catalogue.answer(store(merged), question(name), arguments, BY_NAME["csv"]).body.decode())


def expected(path: Path) -> tuple[str, dict[str, list[str]], list[list[str]]]:
    """Read an answer file: its question, the parameters of its first line, and head and rows."""
    first, text = path.read_text("utf-8").split("\n", 1)
    assert first.startswith("# "), f"{path.name}: the first line holds the parameters, as '# lang=ja&m=…'"
    return path.name.split(".", 1)[0], urllib.parse.parse_qs(first[2:], strict_parsing=True), rows(text)


def example(name: str) -> dict[str, list[str]]:
    return {key: [str(each) for each in values] for key, values in question(name).example["parameters"].items()}


@functools.cache
def quoted() -> frozenset[str]:
    """The IRIs that carry a quote."""
    query = "SELECT DISTINCT ?quoted { ?quoted <https://w3id.org/sasaeai/ns#quote> ?quote }"
    return frozenset(row[0] for row in rows(store(True).query(query, results=BY_NAME["csv"]).body.decode())[1:])


@pytest.mark.parametrize("merged", [True, False], ids=["merged", "union"])
@pytest.mark.parametrize("path", ANSWERS, ids=lambda path: path.stem)
def test_an_answer_is_whole_and_the_same_over_a_merged_and_a_union_default_graph(path: Path, merged: bool) -> None:
    name, arguments, answer = expected(path)
    assert asked(name, arguments, merged) == answer


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_has_an_answer_written_down_for_all_cities(name: str) -> None:
    written = [expected(path) for path in ANSWERS if path.name.split(".", 1)[0] == name]
    everywhere = [arguments for _, arguments, _ in written if "m" not in arguments]
    assert everywhere, f"write tests/answers/{name}.<case>.csv"


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_first_row_of_the_example_holds(name: str) -> None:
    head, first, *_ = asked(name, example(name))
    cells = dict(zip(head, first, strict=True))
    promised = {column: str(value) for column, value in question(name).example["first"].items()}
    assert promised
    assert {column: cells.get(column) for column in promised} == promised


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_columns_of_the_head_are_those_of_the_answer(name: str, lang: str) -> None:
    assert asked(name, example(name) | {"lang": [lang]})[0] == list(question(name).columns)


@pytest.mark.parametrize("path", ANSWERS, ids=lambda path: path.stem)
def test_every_row_rests_on_quoted_things(path: Path) -> None:
    name, arguments, _ = expected(path)
    head, *answer = asked(name, arguments)
    for row in answer:
        evidence = row[head.index(EVIDENCE)].split(" ")
        assert set(evidence) - quoted() == set(), f"no quote, in {row}"
        assert evidence == sorted(set(evidence)), f"given twice or out of order, in {row}"


@pytest.mark.parametrize("path", ANSWERS, ids=lambda path: path.stem)
def test_every_thing_in_an_answer_has_its_name_beside_it(path: Path) -> None:
    name, arguments, _ = expected(path)
    body = catalogue.answer(store(True), question(name), arguments, BY_NAME["srj"]).body
    answer: dict[str, Any] = json.loads(body)
    columns = answer["head"]["vars"]
    for row in answer["results"]["bindings"]:
        for column, term in row.items():
            if term["type"] == "uri" and column != EVIDENCE:
                assert f"{column}Label" in columns
                assert f"{column}Label" in row, f"{term['value']} has no name"


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_names_no_city(name: str) -> None:
    text = "\n".join(line for line in question(name).text.splitlines() if not line.startswith("#+"))
    cities = rows(
        store(True)
        .query(
            """PREFIX sas: <https://w3id.org/sasaeai/ns#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
            SELECT DISTINCT ?word { ?programme sas:runBy ?city . ?city sas:code|skos:prefLabel ?word }""",
            results=BY_NAME["csv"],
        )
        .body.decode()
    )[1:]
    assert len(cities) > 4
    assert [word for (word,) in cities if word in text] == []
