"""Adding a question is adding a file: the one that `queries/README.md` teaches, dropped into a copy of the graph."""

import csv
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import DCTERMS, OWL, RDFS, Graph, URIRef

from .conftest import ROOT, Service, start_service, stop_service
from .pages import Block, blocks, commands
from .test_readme import LESSON as SECTION
from .test_readme import assert_prints
from .test_sparql import ask

LESSON = [each for each in blocks(ROOT / "queries" / "README.md") if each.section == SECTION]
EXAMPLES = "https://w3id.org/sasaeai/queries/#"

pytestmark = pytest.mark.slow


def block(language: str) -> Block:
    (found,) = [each for each in LESSON if each.language == language]
    return found


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the graph with the question of the lesson, one that is deprecated for it, and one withdrawn."""
    root = tmp_path_factory.mktemp("copy")
    for folder in ("ontology", "shapes", "data", "queries"):
        shutil.copytree(ROOT / folder, root / folder)
    catalogue, text = root / "queries" / "catalogue", block("sparql").text
    (catalogue / "contacts.rq").write_text(text + "\n", "utf-8")
    older = text.replace("#+ tags:", "#+ deprecated: 2026-04-01\n#+ replaced-by: contacts\n#+ tags:")
    (catalogue / "offices.rq").write_text(older + "\n", "utf-8")
    (catalogue / "telephones.rq").write_text("#+ replaced-by: contacts\n", "utf-8")
    return root


@pytest.fixture(scope="module")
def service(copy: Path) -> Iterator[Service]:
    running = start_service(root=str(copy))
    yield running
    stop_service(running)


def test_the_commands_of_the_lesson_print_what_it_says(copy: Path) -> None:
    printed = list(commands(block("console").text))
    assert len(printed) == 2
    for command, expected in printed:
        assert_prints(command, expected, copy, SASAEAI_ROOT=str(copy))


def test_a_new_file_is_an_endpoint_in_every_format(service: Service) -> None:
    rows = list(csv.DictReader(io.StringIO(ask(f"{service.url}/queries/contacts.csv?m=221007&lang=en").body.decode())))
    assert [row["officeLabel"].split()[0] for row in rows] == ["Aoi", "Shimizu", "Suruga"]
    for suffix in ("json", "srj", "srx", "tsv", "xlsx", "ttl", "rq"):
        assert ask(f"{service.url}/queries/contacts.{suffix}?m=221007").status == 200, suffix


def test_a_new_file_is_a_page_with_a_form_and_an_entry_in_the_list(service: Service) -> None:
    page = ask(f"{service.url}/queries/contacts", Accept="text/html", Accept_Language="ja").body.decode()
    assert "<h1>どこに問い合わせればよいですか</h1>" in page
    assert "番号は資料の時点のもの" in page
    assert "値なし" in page
    listed = ask(f"{service.url}/queries/", Accept="text/html", Accept_Language="en").body.decode()
    assert '<a href="/queries/contacts?lang=en">Whom can one ask?</a>' in listed


def test_a_new_file_is_described_in_rdf(service: Service) -> None:
    examples = Graph().parse(data=ask(f"{service.url}/queries/", Accept="text/turtle").body, format="turtle")
    assert {str(each) for each in examples.objects(URIRef(EXAMPLES + "contacts"), RDFS.label)} == {
        "どこに問い合わせればよいですか",
        "Whom can one ask?",
    }
    older = URIRef(EXAMPLES + "offices")
    assert examples.value(older, OWL.deprecated)
    assert examples.value(older, DCTERMS.isReplacedBy) == URIRef(EXAMPLES + "contacts")


def test_a_deprecated_question_answers_as_it_did_and_says_what_to_ask(service: Service) -> None:
    old, new = (ask(f"{service.url}/queries/{name}.csv?m=221007") for name in ("offices", "contacts"))
    assert old.body == new.body
    assert old.headers["Deprecation"] == "@1775001600"
    assert '</queries/contacts>; rel="successor-version"' in old.headers["Link"]
    assert "Deprecation" not in new.headers
    page = ask(f"{service.url}/queries/offices", Accept="text/html", Accept_Language="en").body.decode()
    assert "no longer recommended since 1 April 2026" in page
    assert 'href="/queries/contacts?lang=en">The question to ask instead' in page


def test_a_withdrawn_question_says_where_to_go(service: Service) -> None:
    for address in ("telephones", "telephones.csv?m=221007", "telephones.rq"):
        reply = ask(f"{service.url}/queries/{address}", Accept="*/*")
        problem = json.loads(reply.body)
        assert (reply.status, problem["type"].partition("#")[2]) == (410, "question-replaced")
        assert "/queries/contacts" in problem["messages"]["ja"]
    assert "telephones" not in ask(f"{service.url}/queries/", Accept="text/html").body.decode()
