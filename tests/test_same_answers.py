"""The command line, SPARQLWrapper over HTTP and the question's own address give one and the same answer."""

import urllib.parse
from pathlib import Path

import pytest
from click.testing import CliRunner
from SPARQLWrapper import ASK, CSV, SELECT, SPARQLWrapper

from sasaeai import catalogue
from sasaeai.__main__ import main
from sasaeai.repository import Repository

from .conftest import Service
from .test_sparql import ask

QUESTIONS = sorted(path.stem for path in (Path(__file__).parent.parent / "queries" / "catalogue").glob("*.rq"))


@pytest.mark.slow
@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_has_one_answer_however_it_is_asked(service: Service, repository: Repository, name: str) -> None:
    question = catalogue.questions(repository)[name]
    arguments = {key: [str(each) for each in values] for key, values in question.example["parameters"].items()}
    pairs = [f"{key}={value}" for key, values in arguments.items() for value in values]

    command = CliRunner().invoke(main, ["query", name, *(part for pair in pairs for part in ("-p", pair))])
    assert command.exit_code == 0, command.output

    client = SPARQLWrapper(f"{service.url}/sparql")
    client.setQuery(catalogue.fill(question, arguments))
    client.setMethod("POST")
    client.setReturnFormat(CSV)
    wrapped = client.query().convert()

    address = f"{service.url}/queries/{name}.csv?{urllib.parse.urlencode(arguments, doseq=True)}"
    assert command.stdout_bytes == wrapped == ask(address).body


@pytest.mark.parametrize("name", QUESTIONS)
def test_sparqlwrapper_takes_a_question_s_file_as_it_is_for_a_query(repository: Repository, name: str) -> None:
    (file,) = [each for each in repository.questions() if each.name == name]
    client = SPARQLWrapper("http://127.0.0.1/")
    # It guesses the form from the first keyword it meets, and its guess goes through some of the header's words.
    client.setQuery(file.text)
    assert client.queryType in {SELECT, ASK}
