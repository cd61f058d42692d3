"""What an operator sees: the journal of requests, and the counts of all processes."""

import http.client
import json
import os
import re
import signal
import time
import urllib.parse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sasaeai import journal as journal_of_events
from sasaeai.store import metrics
from sasaeai.web.requests import Observer, Seen, line_of

from .conftest import ROOT, Service, start_service, stop_service
from .pages import CODE, table
from .patience import wait_until
from .processes import RUNAWAY, processes
from .test_sparql import Reply, ask, get

OPERATING = ROOT / "docs" / "operating.md"
SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("journal") / "journal"


@pytest.fixture(scope="module")
def observed(journal: Path) -> Iterator[Service]:
    with journal.open("wb") as file:
        running = start_service(file, trusted_proxies="127.0.0.1", quick_seconds="2", slow_seconds="3")
    yield running
    stop_service(running)


def lines(journal: Path, count: int, **wanted: object) -> list[dict[str, Any]]:
    """Read so many lines, which may take a moment to be written."""

    def found() -> list[dict[str, Any]]:
        every = [json.loads(line) for line in journal.read_text("utf-8").splitlines()]
        return [each for each in every if wanted.items() <= each.items()]

    wait_until(lambda: len(found()) >= count)
    return found()


def counts(service: Service) -> dict[str, float]:
    text = ask(f"{service.url}/metrics").body.decode()
    return {f"{name}{{{labels}}}": float(value) for name, labels, value in SAMPLE.findall(text)}


def test_each_request_is_a_line_of_json_without_its_query(observed: Service, journal: Path) -> None:
    reply = ask(f"{observed.url}/sparql?query=ASK%7B%7D%23secret", X_Forwarded_For="192.0.2.77")
    (line,) = lines(journal, 1, client="192.0.2.77")
    assert list(line) == CODE.findall(" ".join(row[0] for row in table(OPERATING, "The journal")))[:-1]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/sparql", 200)
    assert (line["bytes"], line["version"]) == (len(reply.body), reply.headers["X-Dataset-Version"])
    assert 0 < line["ms"] < 30_000
    assert "secret" not in journal.read_text("utf-8")


def test_errors_and_answers_without_a_body_are_lines_too(observed: Service, journal: Path) -> None:
    ask(f"{observed.url}/nowhere/%E3%81%82%0A", X_Forwarded_For="192.0.2.78")
    ask(f"{observed.url}/healthz", method="HEAD", X_Forwarded_For="192.0.2.78")
    head, missing = sorted(lines(journal, 2, client="192.0.2.78"), key=lambda each: each["status"])
    assert (missing["path"], missing["status"], missing["version"]) == ("/nowhere/あ\n", 404, None)
    assert (head["method"], head["status"], head["bytes"]) == ("HEAD", 200, 0)


def test_the_text_of_queries_is_logged_where_the_settings_ask_for_it(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with path.open("wb") as file:
        running = start_service(file, log_queries="1")
    try:
        get(running, "ASK { } # 多摩")
        form = urllib.parse.urlencode({"query": "ASK {} # form"}).encode()
        ask(f"{running.url}/sparql", data=form, Content_Type="application/x-www-form-urlencoded")
    finally:
        stop_service(running)
    assert {each["query"] for each in lines(path, 2, path="/sparql")} == {"ASK { } # 多摩", "ASK {} # form"}


def test_the_counts_of_all_processes_are_added_up(observed: Service) -> None:
    before = counts(observed)
    for number in range(20):
        assert get(observed, f"ASK {{}} # {number}, which no cache holds").status == 200
    assert get(observed, RUNAWAY).status == 503
    wait_until(
        lambda: (
            counts(observed).get('sasaeai_workers_ended_total{lane="ad-hoc",reason="deadline"}', 0)
            > before.get('sasaeai_workers_ended_total{lane="ad-hoc",reason="deadline"}', 0)
        )
    )
    answered = 'sasaeai_answers_total{flow="sparql",status="200"}'
    wait_until(lambda: counts(observed)[answered] >= before.get(answered, 0) + 20)
    after = counts(observed)

    def more(name: str) -> float:
        return after[name] - before.get(name, 0)

    assert more('sasaeai_answers_total{flow="sparql",status="200"}') == 20
    assert more('sasaeai_answers_total{flow="sparql",status="503"}') == 1
    assert more('sasaeai_queries_total{lane="quick",outcome="answered"}') == 20
    assert more('sasaeai_queries_total{lane="slow",outcome="deadline"}') == 1
    assert more('sasaeai_query_seconds_count{lane="quick"}') == 21
    assert after['sasaeai_queries_running{lane="slow"}'] == after['sasaeai_queries_waiting{lane="slow"}'] == 0
    assert after["sasaeai_quads{}"] > 1000


def test_publications_are_counted_and_every_metric_is_documented(observed: Service) -> None:
    os.kill(observed.process.pid, signal.SIGHUP)
    wait_until(lambda: counts(observed).get('sasaeai_publications_total{outcome="published"}'))
    told = {CODE.findall(row[0])[0] for row in table(OPERATING, "Metrics")}
    assert {re.sub(r"(_bucket|_count|_sum|_created)?\{.*", "", name) for name in counts(observed)} == told


def test_counts_outlive_a_web_process_and_its_waiting_does_not(observed: Service) -> None:
    before = counts(observed)['sasaeai_answers_total{flow="sparql",status="200"}']
    port = urllib.parse.urlsplit(observed.url).port
    web = [pid for pid, line in processes(f"--port {port}").items() if "granian" in line]
    os.kill(max(web), signal.SIGKILL)

    def is_well() -> bool:
        try:
            return all(get(observed, "ASK {}").status == 200 for _ in range(5))
        except (OSError, http.client.HTTPException):
            return False

    wait_until(is_well)
    wait_until(lambda: counts(observed)['sasaeai_answers_total{flow="sparql",status="200"}'] >= before + 5)


def forwarded(service: Service, client: str) -> Reply:
    return ask(f"{service.url}/metrics", X_Forwarded_For=client)


def test_the_counts_are_closed_to_strangers(observed: Service, service: Service) -> None:
    assert forwarded(observed, "192.0.2.1").status == 403
    assert forwarded(observed, "127.0.0.1, 192.0.2.1").status == 403
    assert forwarded(observed, "127.0.0.1").status == 200
    assert ask(f"{service.url}/metrics").status == 200
    assert forwarded(service, "127.0.0.1").status == 403, "handed on by a proxy that is not trusted"


def test_strange_paths_make_no_new_counts(observed: Service) -> None:
    for number in range(5):
        ask(f"{observed.url}/strange-{number}/x")
    wait_until(lambda: counts(observed).get('sasaeai_answers_total{flow="other",status="404"}', 0) >= 5)
    assert not [name for name in counts(observed) if "strange" in name]


def test_counts_are_told_while_a_process_has_only_just_begun_to_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(metrics.VARIABLE, str(tmp_path))
    (tmp_path / f"counter_{os.getpid()}.db").touch()
    assert metrics.rendered() == b""


def seen(**given: Any) -> Seen:
    """Make a request that was seen, of which a test says what it is about."""
    request = Seen(time.time(), 0.001, "GET", "/", "192.0.2.5", "200", 1, "1", None, None)
    return request._replace(**given)


@given(st.text(), st.text(alphabet=st.characters(max_codepoint=255)), st.text(), st.none() | st.text())
@example('"', '/\u00e3"\\\n', "\ud800", "ASK {}\n# \u2028")
def test_whatever_a_request_says_its_line_is_one_line_of_json_that_says_it(
    method: str, path: str, client: str, query: str | None
) -> None:
    written = line_of(seen(method=method, path=path, client=client, query=query))
    assert written.endswith(b"\n")
    assert written.count(b"\n") == 1
    line = json.loads(written)
    assert (line["method"], line["client"], line.get("query")) == tuple(
        said and said.encode(errors="replace").decode() for said in (method, client, query)
    )
    assert line["path"] == path.encode("latin-1").decode(errors="replace")[:500]
    assert list(line)[:9] == ["time", "event", "method", "path", "status", "ms", "bytes", "client", "version"]


def test_however_many_requests_come_at_once_each_is_told_of_once(monkeypatch: pytest.MonkeyPatch) -> None:
    # Not by capfd: it empties what it has read, and with it what was written meanwhile.
    written: list[bytes] = []
    monkeypatch.setattr(journal_of_events, "write", written.extend)
    observer = Observer(frozenset())

    def come(thread: int) -> None:
        for number in range(500):
            observer.see(seen(client="numbered", size=thread * 500 + number))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(come, range(8)))

    def told() -> list[int]:
        lines = map(json.loads, written)
        return [line["bytes"] for line in lines if line.get("client") == "numbered"]

    wait_until(lambda: len(told()) >= 4000)
    assert sorted(told()) == list(range(4000))
