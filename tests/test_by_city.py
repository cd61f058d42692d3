"""The answer about all cities is the answers about each, one after the other: as promised, and as it is read."""

import csv
import io
import json
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from sasaeai import calendar, catalogue
from sasaeai.catalogue import ByCity, Question, by_city
from sasaeai.errors import ServiceError
from sasaeai.formats import BY_NAME, RESULT_FORMATS
from sasaeai.repository import Repository
from sasaeai.settings import Settings
from sasaeai.statements import Row, table
from sasaeai.statements.municipalities import municipalities
from sasaeai.statements.paging import Paging
from sasaeai.store import Answer
from sasaeai.store.cutting import joined
from sasaeai.store.local import LocalStore
from sasaeai.web import create_app

from .conftest import ROOT
from .counting import CountingStore
from .processes import engine
from .test_nation import make

QUESTIONS = {name: each for name, each in catalogue.questions(Repository(ROOT)).items() if each.by_city}
CITIES = 30
FIGURES = QUESTIONS["figures"]
CSV = BY_NAME["csv"]


class HastyStore(CountingStore):
    """Answer no question about a whole country at once; keep where it was asked, and do something before an answer."""

    def __init__(self, *what: Any, **how: Any) -> None:
        super().__init__(*what, **how)
        self.lanes: list[str] = []
        self.before: Callable[[], None] = lambda: None

    def query(self, text: str, *, seconds: float | None = None, lane: str = "own", **how: Any) -> Answer:
        if seconds is not None:
            raise ServiceError("deadline", 503, retry_after=1, seconds="1")
        if "?evidence" in text:
            self.lanes.append(lane)
            self.before()
        return super().query(text, lane=lane, **how)


class CuttingStore(HastyStore):
    """Cut every answer outside the own lane, as an engine does with what is too long."""

    def query(self, text: str, *, seconds: float | None = None, lane: str = "own", **how: Any) -> Answer:  # noqa: ARG002
        found = super().query(text, lane=lane, **how)
        return replace(found, cut=5) if lane != "own" else found


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    folder = tmp_path_factory.mktemp("nation")
    made = make(folder, "--cities", str(CITIES), "--seed", "7")
    assert made.returncode == 0, made.stderr
    return Repository(folder)


@pytest.fixture(scope="module")
def kept(nation: Repository) -> HastyStore:
    return HastyStore(nation)


@pytest.fixture
def store(kept: HastyStore) -> Iterator[HastyStore]:
    kept.lanes.clear()
    yield kept
    kept.before = lambda: None


@pytest.fixture
def cities(store: HastyStore, nation: Repository) -> ByCity:
    return ByCity(store, nation, 60, 20_000_000)


@pytest.fixture(scope="module")
def real(repository: Repository) -> LocalStore:
    return LocalStore(repository)


def arguments(question: Question) -> Iterator[dict[str, list[str]]]:
    yield {"lang": ["ja"]}
    yield {"lang": ["en"]} | ({"asOf": ["2019-04-01"]} if "asOf" in question.parameters else {})


def answers(
    store: LocalStore, question: Question, given: dict[str, list[str]], parts: Sequence[Sequence[str]]
) -> list[bytes]:
    return [catalogue.answer(store, question, {**given, "m": part}, CSV).body for part in parts]


def test_every_question_ordered_by_city_promises_it() -> None:
    others = {name for name, each in catalogue.questions(Repository(ROOT)).items() if not each.by_city}
    assert others == {"evidence-of"}


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_answer_is_those_about_each_city_and_those_about_several(
    real: LocalStore, repository: Repository, kept: HastyStore, nation: Repository, name: str
) -> None:
    question, told = QUESTIONS[name], []
    for store, places in ((real, repository), (kept, nation)):
        codes = municipalities(store, places).told
        assert len(codes) in {4, CITIES}
        for given in arguments(question):
            few = [part for part in (codes[:3], codes[3:11], codes[11:]) if part]
            (whole,) = answers(store, question, given, [[]])
            parts = few if store is kept else [[code] for code in codes]
            assert joined(answers(store, question, given, parts), "csv") == whole
            told.append(whole.count(b"\n") - 1)
    assert max(told) > 0


@pytest.mark.parametrize("results", RESULT_FORMATS, ids=lambda each: each.name)
def test_a_file_made_of_many_queries_has_the_bytes_of_one_in_every_format(
    store: HastyStore, cities: ByCity, results: Any
) -> None:
    for name, given in (("figures", {}), ("meetings", {"fiscalYear": ["FY1989"]}), ("cases", {"lang": ["en"]})):
        store.lanes.clear()
        whole = catalogue.answer(store, QUESTIONS[name], given, results)
        assert cities.whole(QUESTIONS[name], given, results) == whole
        assert len(store.lanes) == 1 + 4


def test_the_engine_itself_gives_a_country_in_parts_as_it_gives_it_at_once(
    nation: Repository, kept: HastyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_city, "_AT_ONCE", 0.001)
    monkeypatch.setattr(by_city, "_MOST", 4)
    with engine(nation.root) as running:
        whole = ByCity(running.store, nation, 60, 20_000_000).whole(FIGURES, {}, CSV)
    assert whole == replace(catalogue.answer(kept, FIGURES, {}, CSV), version=whole.version)


def test_the_pages_are_the_whole_and_the_last_knows_how_many_rows_there_are(store: HastyStore, cities: ByCity) -> None:
    whole = table(catalogue.answer(store, FIGURES, {})).rows
    rows: list[Row] = []
    page = 1
    while (reply := catalogue.ask(cities, FIGURES, {}, Paging(page, 150))).total is None:
        assert (len(reply.rows.rows), reply.first, reply.whole) == (150, len(rows) + 1, ())
        rows += reply.rows.rows
        page += 1
    assert reply.total == len(whole)
    while page < Paging(1, 150).last(len(whole)):
        rows += reply.rows.rows
        page += 1
        reply = catalogue.ask(cities, FIGURES, {}, Paging(page, 150))
    assert [*rows, *reply.rows.rows] == whole
    first = catalogue.ask(cities, FIGURES, {}, Paging(1, 150))
    assert (first.total, first.rows.rows) == (len(whole), whole[:150]), "what was counted is kept"


def test_a_page_reads_no_more_cities_than_it_needs_and_a_later_one_only_its_own(
    store: HastyStore, cities: ByCity
) -> None:
    catalogue.ask(cities, FIGURES, {}, Paging(1, 20))
    assert store.lanes == ["own"]
    counted = table(catalogue.answer(store, FIGURES, {"m": municipalities(store, cities._repository).told[:4]}))
    page = len(counted.rows) // 20 + 2
    store.lanes.clear()
    catalogue.ask(cities, FIGURES, {}, Paging(page, 20))
    assert store.lanes == ["own"]


def test_beyond_the_last_page_there_is_none(cities: ByCity) -> None:
    with pytest.raises(ServiceError) as refused:
        catalogue.ask(cities, FIGURES, {}, Paging(9_999, 200))
    assert (refused.value.status, refused.value.key) == (404, "no-such-page")


def test_an_answer_without_rows_has_one_page_and_the_whole_is_nothing(cities: ByCity) -> None:
    given = {"fiscalYear": ["FY1989"]}
    for _ in range(2):
        reply = catalogue.ask(cities, QUESTIONS["meetings"], given, Paging())
        assert (reply.total, list(reply.rows.rows)) == (0, [])
        assert reply.rows.columns[0] == "municipality"


def test_what_is_published_between_two_parts_is_in_all_of_the_answer(nation: Repository) -> None:
    store = HastyStore(nation)
    cities = ByCity(store, nation, 60, 20_000_000)
    before = cities.whole(FIGURES, {}, CSV)
    code = municipalities(store, nation).told[0]
    gone: dict[str, bytes | None] = {each.name: None for each in nation.graphs() if f"/{code}/" in each.name}
    assert gone

    def publish() -> None:
        if len(store.lanes) == 3:
            store.publish(gone)

    for read in (
        lambda: cities.whole(FIGURES, {}, CSV),
        lambda: catalogue.ask(cities, FIGURES, {}, Paging(1, 200)),
    ):
        store.lanes.clear()
        store.before = publish
        found = read()
        store.before = lambda: None
        whole = catalogue.answer(store, FIGURES, {}, CSV)
        if isinstance(found, Answer):
            assert found == whole
            assert found.version != before.version
            assert found.body != before.body
        else:
            assert found.rows.version == whole.version


def test_data_that_change_all_along_are_told_of(store: HastyStore, cities: ByCity) -> None:
    version = store.version()

    def change() -> None:
        store._version = f"{version}-{len(store.lanes)}"

    store.before = change
    try:
        with pytest.raises(ServiceError) as refused:
            cities.whole(FIGURES, {}, CSV)
    finally:
        store._version = version
    assert (refused.value.key, refused.value.status, refused.value.retry_after) == ("busy", 503, 1)


def test_what_would_be_too_large_or_take_too_long_is_refused_whole(store: HastyStore, nation: Repository) -> None:
    with pytest.raises(ServiceError) as large:
        ByCity(store, nation, 60, 1000).whole(FIGURES, {}, CSV)
    with pytest.raises(ServiceError) as long:
        ByCity(store, nation, 1e-9, 20_000_000).whole(FIGURES, {}, CSV)
    assert [(each.value.key, each.value.status) for each in (large, long)] == [
        ("answer-too-large", 503),
        ("deadline", 503),
    ]


def test_what_an_engine_has_cut_is_no_answer(
    nation: Repository, kept: HastyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = CuttingStore(nation)
    cities = ByCity(store, nation, 60, 20_000_000)
    assert cities.whole(FIGURES, {}, CSV) == catalogue.answer(kept, FIGURES, {}, CSV)
    monkeypatch.setattr(by_city, "_MOST", 4)
    with pytest.raises(ServiceError) as refused:
        cities.whole(FIGURES, {}, CSV)
    assert refused.value.key == "answer-too-large"


def test_long_answers_stand_in_nobodys_way_and_are_few_at_a_time(
    store: HastyStore, cities: ByCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_city, "_MOST", 4)
    begun, go_on = threading.Semaphore(0), threading.Event()

    def wait() -> None:
        if store.lanes[-1] == "slow" and not go_on.is_set():
            begun.release()
            assert go_on.wait(60)

    store.before = wait
    found: list[Answer] = []
    threads = [threading.Thread(target=lambda: found.append(cities.whole(FIGURES, {}, CSV))) for _ in range(2)]
    for each in threads:
        each.start()
    for _ in threads:
        assert begun.acquire(timeout=60)
    with pytest.raises(ServiceError) as refused:
        cities.whole(FIGURES, {}, CSV)
    catalogue.ask(cities, FIGURES, {}, Paging())
    go_on.set()
    for each in threads:
        each.join(60)
    assert (refused.value.key, refused.value.status) == ("busy", 503)
    assert refused.value.retry_after
    assert len(found) == 2
    assert cities.whole(FIGURES, {}, CSV) == found[0], "their places are free again"


def test_a_question_is_asked_as_of_the_day_it_is_in_japan(
    real: LocalStore, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    question, day = QUESTIONS["operator-on-date"], "2018-04-01"
    monkeypatch.setattr(calendar, "today", lambda: date.fromisoformat(day))
    cities = ByCity(real, repository, 60, 20_000_000)
    assert cities.whole(question, {}) == catalogue.answer(real, question, {"asOf": [day]})
    assert cities.whole(question, {}) != catalogue.answer(real, question, {"asOf": ["2026-04-01"]})


@pytest.fixture
def client(store: HastyStore, nation: Repository) -> FlaskClient:
    return create_app(Settings(root=nation.root, cache_mb=0), store).test_client()


def test_over_http_a_reader_follows_the_links_and_has_the_whole(client: FlaskClient) -> None:
    address, rows, seen = "/queries/figures.json?limit=200", [], []
    while address:
        reply = client.get(address)
        said = json.loads(reply.data)
        rows += said["rows"]
        found = re.findall(r'<([^>]*)>; rel="(\w+)"', reply.headers["Link"])
        links = {relation: path for path, relation in found}
        seen.append((said["total"], "last" in links))
        address = links.get("next", "")
    whole = list(csv.DictReader(io.StringIO(client.get("/queries/figures.csv").text, newline="")))
    assert [each["figure"] for each in rows] == [each["figure"] for each in whole]
    assert seen[0] == (None, False)
    assert seen[-1] == (len(whole), True)
    assert [each["@id"].rpartition("#")[2] for each in rows] == [str(number) for number in range(1, len(whole) + 1)]


def test_a_page_says_that_there_are_more_rows_and_not_how_many(client: FlaskClient) -> None:
    page = client.get("/queries/figures?lang=en", headers={"Accept": "text/html"}).text
    assert "at least 51 rows" in page
    assert "rows 1 to 50" in page
    assert 'rel="next"' in page
    assert ">Last</a>" not in page
    assert "51行以上" in client.get("/queries/figures", headers={"Accept": "text/html"}).text
    sheet = client.get("/queries/figures.xlsx?limit=20&lang=en")
    assert sheet.status_code == 200
