"""What keeps one asker from being a burden to the others, over real HTTP, with limits low enough to meet."""

import json
import time
import urllib.parse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from sasaeai.vocabulary import TRUNCATED

from .conftest import Service, start_service, stop_service
from .processes import RUNAWAY
from .test_sparql import Reply, ask, get

EVERYTHING = "SELECT * { ?s ?p ?o } LIMIT 6"


@pytest.fixture(scope="module")
def guarded() -> Iterator[Service]:
    running = start_service(
        max_rows="5", client_seconds="2", slow_seconds="2", wait_seconds="5", trusted_proxies="127.0.0.1"
    )
    yield running
    stop_service(running)


def problem(body: bytes) -> str:
    return str(json.loads(body)["type"]).partition("#")[2]


def test_a_long_result_is_cut_and_says_so_in_its_head_and_its_header(guarded: Service) -> None:
    reply = get(guarded, EVERYTHING)
    assert (reply.status, reply.headers["X-Result-Truncated"]) == (200, "rows=5")
    answer = json.loads(reply.body)
    assert (answer["head"]["link"], len(answer["results"]["bindings"])) == ([TRUNCATED], 5)
    reply = get(guarded, EVERYTHING, "application/sparql-results+xml")
    assert reply.headers["X-Result-Truncated"] == "rows=5"
    assert (reply.body.count(b"<result>"), reply.body.count(f'<link href="{TRUNCATED}"/>'.encode())) == (5, 1)


def test_a_result_of_exactly_the_limit_is_whole(guarded: Service) -> None:
    reply = get(guarded, EVERYTHING.replace("6", "5"))
    assert "X-Result-Truncated" not in reply.headers
    assert "link" not in json.loads(reply.body)["head"]


@pytest.mark.parametrize(
    ("query", "accept"),
    [
        (EVERYTHING, "text/csv"),
        (EVERYTHING, "text/tab-separated-values"),
        ("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 6", "text/turtle"),
        ("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 6", "application/ld+json"),
    ],
)
def test_what_cannot_say_that_it_was_cut_is_refused(guarded: Service, query: str, accept: str) -> None:
    reply = get(guarded, query, accept)
    assert (reply.status, reply.type, problem(reply.body)) == (503, "application/problem+json", "too-many-rows")
    assert int(reply.headers["Retry-After"]) > 0
    assert get(guarded, query.replace("6", "5"), accept).status == 200


def test_the_page_tells_its_reader_that_rows_are_missing(guarded: Service) -> None:
    reply = get(guarded, EVERYTHING, "text/html", lang="en")
    assert reply.headers["X-Result-Truncated"] == "rows=5"
    assert "its first 5 rows" in reply.body.decode()


def test_the_questions_of_the_service_itself_are_never_cut(guarded: Service) -> None:
    reply = ask(f"{guarded.url}/queries/what-is-known.srj")
    assert reply.status == 200
    assert len(json.loads(reply.body)["results"]["bindings"]) > 5
    assert ask(f"{guarded.url}/").status == 200


def test_the_link_in_the_head_of_a_cut_result_leads_to_its_explanation(guarded: Service) -> None:
    path = TRUNCATED.removeprefix("https://w3id.org/sasaeai")
    assert b"LIMIT" in ask(f"{guarded.url}{path}", Accept_Language="en").body


def get_as(service: Service, client: str, query: str) -> Reply:
    """Ask as a client that the proxy in front tells of."""
    encoded = urllib.parse.urlencode({"query": query})
    return ask(f"{service.url}/sparql?{encoded}", X_Forwarded_For=client)


def test_who_has_used_up_his_query_seconds_waits_and_nobody_else(guarded: Service) -> None:
    assert get_as(guarded, "192.0.2.1", RUNAWAY).status == 503
    refused = [get_as(guarded, f"203.0.113.9, {client}", "ASK {}") for client in ["192.0.2.1"] * 8]
    assert {(each.status, problem(each.body)) for each in refused} == {(429, "budget")}, "in every web process"
    assert get_as(guarded, "192.0.2.1, 192.0.2.2", "ASK {}").status == 200
    assert ask(f"{guarded.url}/queries/cases.csv", X_Forwarded_For="192.0.2.1").status == 200
    time.sleep(float(refused[-1].headers["Retry-After"]))
    assert get_as(guarded, "192.0.2.1", "ASK {}").status == 200


def test_more_queries_at_once_than_may_wait_are_refused_to_their_client_alone(guarded: Service) -> None:
    with ThreadPoolExecutor(48) as pool:
        crowd = [pool.submit(get_as, guarded, "192.0.2.7", RUNAWAY) for _ in range(48)]
        time.sleep(0.2)
        for number in range(10, 20):
            assert get_as(guarded, f"192.0.2.{number}", "ASK {}").status == 200
            assert ask(f"{guarded.url}/queries/cases.csv", X_Forwarded_For="192.0.2.7").status == 200
        refused = [each.result() for each in crowd if each.result().status == 429]
    assert "turn" in {problem(each.body) for each in refused}
    assert all(int(each.headers["Retry-After"]) > 0 for each in refused)


def test_an_ipv6_network_has_one_budget(guarded: Service) -> None:
    assert get_as(guarded, "2001:db8::1", RUNAWAY).status == 503
    assert get_as(guarded, "2001:db8::2", "ASK {} # not kept").status == 429
    assert get_as(guarded, "2001:db8:0:1::2", "ASK {}").status == 200
