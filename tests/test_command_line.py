"""The command line, as a script uses it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import ROOT, Service
from .test_sparql import NAMES, ask, get


def sasaeai(*arguments: str, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sasaeai", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=300,
        env=os.environ | {"SASAEAI_SOURCES": ""} | settings,
        check=False,
    )


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    """A copy of the graph's folders, to change."""
    for folder in ("ontology", "shapes", "data", "queries"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def test_a_question_is_answered_as_the_service_answers_it(service: Service) -> None:
    asked = sasaeai("query", "contractor-history", "-p", "m=132241", "-p", "lang=ja")
    assert asked.returncode == 0
    assert asked.stdout.encode() == ask(f"{service.url}/queries/contractor-history.csv?m=132241&lang=ja").body.replace(
        b"\r\n", b"\n"
    )
    assert "dataset version " in asked.stderr


def test_a_query_of_one_s_own_is_read_from_a_file_or_standard_input(service: Service, tmp_path: Path) -> None:
    file = tmp_path / "names.rq"
    file.write_text(NAMES, "utf-8")
    from_file, from_stdin = sasaeai("query", str(file)), sasaeai("query", "-", stdin=NAMES)
    assert from_file.stdout == from_stdin.stdout
    assert from_file.stdout.encode() == get(service, NAMES, "text/csv").body.replace(b"\r\n", b"\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["query", "nothing"], "no question or file 'nothing'"),
        (["query", "contractor-history", "-p", "m"], "NAME=VALUE"),
        (["query", "contractor-history", "-p", "m=1"], "132241"),
        (["query", "-"], "not valid SPARQL"),
        (["query", "contractor-history", "-f", "ttl"], "text/csv"),
        (["evidence", "--sources", "nowhere"], "nowhere"),
        (["serve", "--port", "99999"], "99999"),
    ],
)
def test_what_cannot_be_carried_out_ends_with_2_and_says_why(arguments: list[str], words: str) -> None:
    asked = sasaeai(*arguments)
    assert asked.returncode == 2
    assert words in asked.stderr
    assert "Traceback" not in asked.stderr


def test_a_setting_that_cannot_be_read_is_named_by_every_command() -> None:
    for arguments in (["query"], ["serve"], ["check"]):
        asked = sasaeai(*arguments, SASAEAI_SCAN="maybe")
        assert asked.returncode == 2
        assert "SASAEAI_SCAN='maybe'" in asked.stderr
        assert "Traceback" not in asked.stderr


def test_a_query_is_read_as_windows_saves_it_and_refused_when_it_is_not_utf_8(tmp_path: Path) -> None:
    file = tmp_path / "query.rq"
    file.write_text('SELECT ("多摩" AS ?x) {}', "utf-8-sig")
    assert sasaeai("query", str(file)).stdout == "x\n多摩\n"
    file.write_text('SELECT ("多摩" AS ?x) {}', "cp932")
    asked = sasaeai("query", str(file))
    assert asked.returncode == 2
    assert "is not UTF-8" in asked.stderr


def test_a_graph_is_printed_as_turtle_unless_another_format_is_named() -> None:
    query = "CONSTRUCT { <a:a> <a:b> <a:c> } {}"
    assert sasaeai("query", "-", stdin=query).stdout == "<a:a> <a:b> <a:c> .\n"
    assert "<rdf:RDF" in sasaeai("query", "-", "-f", "rdf", stdin=query).stdout


def test_without_a_question_the_questions_are_listed_with_their_parameters() -> None:
    listed = sasaeai("query").stdout.splitlines()
    (history,) = [line for line in listed if line.startswith("contractor-history: ")]
    assert history.endswith("? (事業を誰が受託してきましたか) [m, lang]")
    assert len(listed) >= 22


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("data/organisations.ttl", "<a> <b> .", "organisations.ttl, line 1"),
        ("queries/catalogue/contractor-history.rq", "ASK {}", "contractor-history.rq"),
        ("queries/rules/10-types.rq", "CONSTRUCT {", "10-types"),
    ],
)
def test_a_file_of_the_graph_that_cannot_be_read_is_named(graph: Path, path: str, text: str, words: str) -> None:
    (graph / path).write_text(text, "utf-8")
    asked = sasaeai("query", "contractor-history", SASAEAI_ROOT=str(graph))
    assert asked.returncode == 2
    assert words in asked.stderr
    assert "Traceback" not in asked.stderr


def test_the_checks_find_nothing_in_the_repository() -> None:
    checked = sasaeai("check", "--lang", "en")
    assert checked.returncode == 0, checked.stdout
    assert checked.stdout.count("ok ") >= 5


def test_the_checks_find_a_dangling_link(graph: Path) -> None:
    file = graph / "data" / "organisations.ttl"
    link = "<id/org/secom> <ns#unitOf> <id/org/nobody> ."
    file.write_text(f"{file.read_text('utf-8')}\n{link}\n", "utf-8")
    checked = sasaeai("check", SASAEAI_ROOT=str(graph))
    assert checked.returncode == 1
    assert "id/org/nobody" in checked.stdout


def test_the_evidence_is_reported_by_document_and_without_its_texts_by_name() -> None:
    looked = sasaeai("evidence")
    assert looked.returncode == 0, looked.stdout
    assert looked.stdout.count("NOT looked up") == 5


def test_a_quote_changed_by_one_character_is_found(graph: Path) -> None:
    sources = os.environ.get("SASAEAI_SOURCES")
    if not sources:
        pytest.skip("SASAEAI_SOURCES names no folder with the documents' texts")
    (file,) = (graph / "data" / "cities").glob("221007-*/city-page.ttl")
    text = file.read_text("utf-8")
    file.write_text(text.replace('30の日常生活圏域"', '31の日常生活圏域"'), "utf-8")
    looked = sasaeai("evidence", "--sources", sources, SASAEAI_ROOT=str(graph))
    assert looked.returncode == 1
    assert "31の日常生活圏域" in looked.stdout


@pytest.mark.slow
def test_the_whole_graph_is_valid() -> None:
    validated = sasaeai("validate", "--lang", "en")
    assert validated.returncode == 0, validated.stdout
    assert "0 violations" in validated.stderr


@pytest.mark.slow
def test_a_file_with_a_fault_is_told_what_is_wrong_in_the_language_wanted(tmp_path: Path) -> None:
    file = tmp_path / "bad.ttl"
    file.write_text(
        """@prefix sas: <https://w3id.org/sasaeai/ns#> .
        <https://w3id.org/sasaeai/id/132241/tier/9> a sas:Tier ; sas:tierNumber "two" .""",
        "utf-8",
    )
    japanese, english = sasaeai("validate", str(file)), sasaeai("validate", "--lang", "en", str(file))
    assert japanese.returncode == english.returncode == 1
    assert "tier/9" in japanese.stdout
    assert "tier/9" in english.stdout
    assert japanese.stdout != english.stdout
