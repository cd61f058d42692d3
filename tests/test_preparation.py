"""What is the same for everybody is read once for each version of the data, before anybody asks for it."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from sasaeai.errors import ServiceError
from sasaeai.repository import Repository
from sasaeai.settings import Settings
from sasaeai.store import Answer
from sasaeai.web import create_app, preparation

from .conftest import ROOT, start_service, stop_service
from .counting import CountingStore
from .patience import wait_until
from .test_sparql import ask

GRAPH = "https://w3id.org/sasaeai/graph/999999/page"
PAGES = ("/", "/lists/", "/lists/others?q=a", "/search?q=%E5%8D%94%E8%AD%B0", "/ns", "/ns?lang=en", "/shapes?lang=en")


@pytest.fixture(scope="module")
def store(repository: Repository) -> CountingStore:
    return CountingStore(repository)


@pytest.fixture
def client(store: CountingStore) -> FlaskClient:
    return create_app(Settings(root=ROOT, cache_mb=0), store).test_client()


def test_the_first_reader_of_what_was_prepared_costs_no_query(client: FlaskClient, store: CountingStore) -> None:
    preparation.prepare(client.application.extensions["sasaeai"])
    assert store.asked
    store.asked.clear()
    for path in PAGES:
        assert client.get(path, headers={"Accept": "text/html"}).status_code == 200
    assert not store.asked


@pytest.mark.parametrize("path", ["/doc/132241", "/compare?m=132241&m=072036"])
def test_the_first_reader_of_a_city_or_a_comparison_finds_what_is_known_of_it(
    client: FlaskClient, store: CountingStore, path: str
) -> None:
    def asked() -> int:
        store.asked.clear()
        assert client.get(path, headers={"Accept": "text/html"}).status_code == 200
        return len(store.asked)

    preparation.prepare(client.application.extensions["sasaeai"])
    prepared = asked()
    store.publish({GRAPH: b"<a:s> <a:p> <a:o> ."})
    unprepared = asked()
    store.publish({GRAPH: None})
    assert prepared <= 4 <= unprepared - prepared


def test_what_was_read_of_older_data_is_shown_to_nobody(client: FlaskClient, store: CountingStore) -> None:
    context = client.application.extensions["sasaeai"]
    preparation.prepare(context)
    triples = {client.get("/dataset", headers={"Accept": "text/html"}).data for _ in range(2)}
    assert len(triples) == 1
    store.publish({GRAPH: b"<a:s> <a:p> <a:o> ."})
    for path in ("/ns", "/shapes", "/dataset", "/lists/councils"):
        reply = client.get(path, headers={"Accept": "text/html"})
        assert reply.headers["X-Dataset-Version"] == store.version()
    assert client.get("/dataset", headers={"Accept": "text/html"}).data not in triples
    store.publish({GRAPH: None})


def test_what_cannot_be_read_is_told_and_all_else_is_prepared(repository: Repository) -> None:
    class Refusing(CountingStore):
        """Refuse one list, as an engine does whose answers may not be so long."""

        def query(self, text: str, **how: Any) -> Answer:
            if "?activityAsked" in text:
                raise ServiceError("answer-too-large", 503, limit=20_000_000)
            return super().query(text, **how)

    refusing = Refusing(repository)
    client = create_app(Settings(root=ROOT, cache_mb=0), refusing).test_client()
    assert [each.key for each in preparation.prepare(client.application.extensions["sasaeai"])] == ["answer-too-large"]
    refusing.asked.clear()
    for path in ("/lists/councils", "/ns"):
        assert client.get(path, headers={"Accept": "text/html"}).status_code == 200
    assert not refusing.asked
    assert client.get("/lists/activities", headers={"Accept": "text/html"}).status_code == 503


def test_a_graph_without_lists_is_prepared_too(tmp_path: Path) -> None:
    for each in ("ontology", "shapes", "data", "queries"):
        shutil.copytree(ROOT / each, tmp_path / each, ignore=shutil.ignore_patterns("lists", "cities", "register"))
    app = create_app(Settings(root=tmp_path), CountingStore(Repository(tmp_path)))
    preparation.prepare(app.extensions["sasaeai"])
    assert app.test_client().get("/ns").status_code == 200


def test_a_service_prepares_in_each_of_its_processes_at_start(tmp_path: Path) -> None:
    journal = tmp_path / "journal"

    def prepared() -> list[str]:
        lines = [json.loads(line) for line in journal.read_text("utf-8").splitlines() if line.startswith("{")]
        assert not [line for line in lines if line["event"] == "preparation-failed"]
        return [line["version"] for line in lines if line["event"] == "prepared"]

    with journal.open("wb") as file:
        service = start_service(file, web_workers="2")
        try:
            version = ask(f"{service.url}/readyz").body.decode().split()[1]
            wait_until(lambda: len(prepared()) == 2)
            assert set(prepared()) == {version}
        finally:
            stop_service(service)
