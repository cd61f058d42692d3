"""An answer is kept until the data change, and given again to who asks the same."""

import json
import urllib.request
from datetime import date
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from sasaeai import calendar
from sasaeai.repository import Repository
from sasaeai.settings import Settings
from sasaeai.web import create_app
from sasaeai.web.cache import Cache, Kept

from .conftest import ROOT, Service
from .counting import CountingStore
from .patience import wait_until

PAGE = "/doc/132241/council/marutto"
NAMES = "SELECT * { ?x <https://w3id.org/sasaeai/ns#code> ?code } LIMIT 3"
GRAPH = "https://w3id.org/sasaeai/graph/999999/page"
COUNT = "/sparql?query=" + quote(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{GRAPH}> {{ ?s ?p ?o }} }}")


@pytest.fixture(scope="module")
def store(repository: Repository) -> CountingStore:
    return CountingStore(repository)


@pytest.fixture
def client(store: CountingStore) -> FlaskClient:
    client = create_app(Settings(root=ROOT), store).test_client(use_cookies=False)
    store.asked.clear()
    return client


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}.ttl", "/", "/queries/operator-on-date.csv?m=132241", COUNT])
def test_what_was_answered_once_costs_no_query_again(client: FlaskClient, store: CountingStore, path: str) -> None:
    first = client.get(path)
    asked = len(store.asked)
    again = client.get(path)
    assert asked > 0
    assert len(store.asked) == asked
    assert (again.status, again.headers, again.data) == (first.status, first.headers, first.data)


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "application/ld+json"},
        {"Accept": "text/html", "Accept-Language": "en"},
        {"Accept": "text/html", "Accept-Encoding": "gzip"},
    ],
)
def test_who_reads_something_else_gets_an_answer_of_his_own(
    client: FlaskClient, store: CountingStore, headers: dict[str, str]
) -> None:
    japanese = client.get(PAGE, headers={"Accept": "text/html"})
    store.asked.clear()
    other = client.get(PAGE, headers=headers)
    assert store.asked
    assert other.data != japanese.data


@pytest.mark.parametrize("path", ["/queries/", "/queries/evidence-of", "/prefixes", "/problem", "/ns", "/dataset"])
def test_a_page_that_is_the_same_for_everybody_is_kept_too(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    first = client.get(path, headers={"Accept": "text/html"})
    monkeypatch.setattr(client.application, "full_dispatch_request", lambda: pytest.fail("it was made anew"))
    again = client.get(path, headers={"Accept": "text/html"})
    assert (again.status_code, again.data) == (200, first.data)


def test_wishes_that_mean_the_same_share_an_answer(client: FlaskClient, store: CountingStore) -> None:
    client.get(PAGE, headers={"Accept": "text/html, */*;q=0.1", "Accept-Language": "en-GB,ja;q=0.5"})
    store.asked.clear()
    client.get(PAGE, headers={"Accept": "TEXT/HTML,*/*; q=0.1", "Accept-Language": "en"})
    assert not store.asked


def test_head_and_revalidation_are_answered_from_what_is_kept(client: FlaskClient, store: CountingStore) -> None:
    kept = client.get(f"{PAGE}.ttl")
    store.asked.clear()
    head = client.head(f"{PAGE}.ttl")
    assert (head.headers["Content-Length"], head.data) == (str(len(kept.data)), b"")
    same = client.get(f"{PAGE}.ttl", headers={"If-None-Match": kept.headers["ETag"]})
    assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", kept.headers["ETag"])
    assert client.get(f"{PAGE}.ttl", headers={"If-None-Match": '"another"'}).data == kept.data
    assert not store.asked


@pytest.mark.parametrize("headers", [{"Authorization": "Bearer x"}, {"Cookie": "a=b"}])
def test_who_names_himself_is_answered_afresh(
    client: FlaskClient, store: CountingStore, headers: dict[str, str]
) -> None:
    client.get(f"{PAGE}.ttl")
    store.asked.clear()
    client.get(f"{PAGE}.ttl", headers=headers)
    assert store.asked
    named = len(store.asked)
    client.get(f"{PAGE}.ttl", headers=headers)
    assert len(store.asked) == 2 * named


@pytest.mark.parametrize(
    "query", ["SELECT (NOW() AS ?x) {}", "SELECT (strUUID( ) AS ?x) {}", "SELECT (R\\u0041ND() AS ?x) {}"]
)
def test_what_reads_the_clock_or_draws_lots_is_asked_each_time(
    client: FlaskClient, store: CountingStore, query: str
) -> None:
    first, second = (client.get("/sparql", query_string={"query": query}) for _ in range(2))
    assert len(store.asked) == 2
    assert first.headers["Cache-Control"] == second.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/doc/no-such-thing", "/sparql?query=SELECT", "/id/132241"])
def test_only_an_answer_is_kept_no_refusal_and_no_redirection(
    client: FlaskClient, store: CountingStore, path: str
) -> None:
    first = client.get(path)
    asked = len(store.asked)
    assert client.get(path).status == first.status
    assert len(store.asked) == 2 * asked


def test_when_the_data_change_the_answer_is_asked_for_again(client: FlaskClient, store: CountingStore) -> None:
    def count() -> str:
        reply = client.get(COUNT)
        assert reply.headers["X-Dataset-Version"] == store.version()
        return str(json.loads(reply.data)["results"]["bindings"][0]["n"]["value"])

    assert (count(), count()) == ("0", "0")
    store.publish({GRAPH: b"<a:s> <a:p> <a:o> ."})
    assert (count(), count()) == ("1", "1")
    store.publish({GRAPH: None})
    assert count() == "0"


def test_a_new_day_is_answered_anew(client: FlaskClient, store: CountingStore, monkeypatch: pytest.MonkeyPatch) -> None:
    path = "/queries/operator-on-date.csv?m=132241"
    client.get(path)
    for day in (date(2031, 4, 1), date(2031, 4, 2)):
        monkeypatch.setattr(calendar, "today", lambda day=day: day)
        asked = len(store.asked)
        for _ in range(2):
            client.get(path)
            assert len(store.asked) == asked + 1, "the question; the codes of municipalities are those of any day"


def test_what_is_found_in_the_cache_is_counted(service: Service) -> None:
    def hits() -> float:
        with urllib.request.urlopen(f"{service.url}/metrics") as reply:
            lines = reply.read().decode().splitlines()
        return sum(float(x.split()[-1]) for x in lines if x.startswith('sasaeai_cache_lookups_total{outcome="hit"}'))

    before = hits()
    address = f"{service.url}/sparql?query={quote(NAMES)}"
    bodies = set()
    for _ in range(8):  # two web processes, each with a cache of its own
        with urllib.request.urlopen(address) as reply:
            bodies.add(reply.read())
    assert len(bodies) == 1
    wait_until(lambda: hits() >= before + 6)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3000)), max_size=60))
def test_a_cache_never_holds_more_than_its_limit_and_gives_back_what_was_put(asked: list[tuple[int, int]]) -> None:
    cache = Cache(limit=20_000)
    last: dict[int, Kept] = {}
    for key, size in asked:
        kept = Kept([], b"x" * size, "", None, 1000 + size)
        cache.put((key,), kept)
        last[key] = kept
        assert 0 <= cache.size <= cache.limit
        found = {each: cache.get((each,)) for each in last}
        assert all(value is None or value is last[each] for each, value in found.items())
