"""What the engine is asked for a page: a number of times that is the same for one city and for a whole country."""

import json
import urllib.parse

import pytest
from flask.testing import FlaskClient

from sasaeai import catalogue
from sasaeai.repository import Repository
from sasaeai.settings import Settings
from sasaeai.web import create_app, preparation

from .conftest import ROOT
from .counting import CountingStore
from .test_nation import make

QUESTIONS = catalogue.questions(Repository(ROOT))
NAMES = 2
"""Times that the names of municipalities and of concepts are asked for, to be kept with the questions."""


@pytest.fixture(scope="module")
def store(repository: Repository) -> CountingStore:
    return CountingStore(repository)


@pytest.fixture(scope="module")
def client(store: CountingStore) -> FlaskClient:
    client = create_app(Settings(root=ROOT, cache_mb=0), store).test_client()
    preparation.prepare(client.application.extensions["sasaeai"])
    return client


def asked(client: FlaskClient, store: CountingStore, path: str, accept: str = "text/html") -> int:
    store.asked.clear()
    assert client.get(path, headers={"Accept": accept}).status_code == 200, path
    return len(store.asked)


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_is_one_query_whatever_it_is_asked_of(client: FlaskClient, store: CountingStore, name: str) -> None:
    question = QUESTIONS[name]
    example = urllib.parse.urlencode(question.example["parameters"], doseq=True)
    needed = {key: each.example for key, each in question.parameters.items() if each.required}
    everywhere = urllib.parse.urlencode(needed, doseq=True)
    assert asked(client, store, f"/queries/{name}.csv?{example}") <= 1 + NAMES
    assert asked(client, store, f"/queries/{name}.csv?{example}") == 1
    assert asked(client, store, f"/queries/{name}.csv?{everywhere}") == 1


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> CountingStore:
    folder = tmp_path_factory.mktemp("nation")
    made = make(folder, "--cities", "60", "--seed", "7")
    assert made.returncode == 0, made.stderr
    return CountingStore(Repository(folder))


@pytest.mark.parametrize("name", [name for name, each in QUESTIONS.items() if each.by_city])
def test_a_page_of_an_answer_about_a_whole_country_asks_about_no_more_cities_than_it_shows(
    nation: CountingStore, name: str
) -> None:
    settings = Settings(root=ROOT, cache_mb=0)
    client = create_app(settings, nation).test_client()
    path = f"/queries/{name}.json?limit=3"
    asked(client, nation, path)
    assert asked(client, nation, path) <= 2, "of five that all cities would take"
    assert json.loads(client.get(path).data)["total"] is None
    second = json.loads(client.get(f"{path}&page=2").data)
    assert [each["@id"].rpartition("#")[2] for each in second["rows"]] == ["4", "5", "6"]


@pytest.mark.parametrize("path", ["/indicators/", "/indicators/levels", "/indicators/?m=132241"])
def test_what_is_measured_of_all_cities_is_not_measured_for_its_first_reader(
    client: FlaskClient, store: CountingStore, path: str
) -> None:
    assert asked(client, store, path) <= 2, "names, and the words of the documents"


@pytest.mark.parametrize(
    "path", ["/lists/others", "/lists/others?sort=-thing", "/lists/cities?q=市", "/search?q=第1層"]
)
def test_lists_and_search_ask_nothing(client: FlaskClient, store: CountingStore, path: str) -> None:
    assert asked(client, store, path) == 0


def test_a_document_of_which_thousands_of_things_were_taken_is_asked_for_as_another(
    client: FlaskClient, store: CountingStore
) -> None:
    asked(client, store, "/doc/132241/programme")  # reads the shapes as forms, once for all pages
    few, many = (asked(client, store, f"/doc/source/{each}") for each in ("132241/city-page", "register/localgovjp"))
    assert few == many <= 8
    assert asked(client, store, "/doc/source/register/localgovjp?page=2") == many - 1, "what was taken is known"
