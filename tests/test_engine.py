"""The embedded engine: real workers, a real client, and queries that mean harm."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

import pytest

from sasaeai.desk import Desk, revisions
from sasaeai.desk.revisions import Content
from sasaeai.errors import ServiceError
from sasaeai.formats import BY_NAME, GRAPH_FORMATS, RESULT_FORMATS
from sasaeai.repository import Repository
from sasaeai.settings import Settings
from sasaeai.store import Dataset, frames
from sasaeai.store.confinement import wait_until_read
from sasaeai.vocabulary import GRAPH
from tests.patience import PATIENCE, wait_until
from tests.processes import DEEP, HOG, LONG, RUNAWAY, RunningEngine, engine, processes, write_graph

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
KNOWS = "SELECT ?o { <https://w3id.org/sasaeai/id/a> <https://w3id.org/sasaeai/ns#knows> ?o }"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_graph(tmp_path_factory.mktemp("graph"))


@pytest.fixture
def running(root: Path) -> Iterator[RunningEngine]:
    with engine(root) as running:
        yield running


@contextlib.contextmanager
def together() -> Iterator[Callable[..., Future[object]]]:
    """Call functions in threads; all have ended, and none with an exception, at the end of the block."""
    with ThreadPoolExecutor(32) as pool:
        calls: list[Future[object]] = []

        def call(function: Callable[..., object], *arguments: object) -> Future[object]:
            calls.append(pool.submit(function, *arguments))
            return calls[-1]

        yield call
    for each in calls:
        each.result()


def is_well(running: RunningEngine) -> bool:
    return all(running.ask("ASK {}", lane=lane).kind == "boolean" for lane in ("own", "ad-hoc") for _ in range(8))


def test_an_answer_comes_in_every_format_with_the_version_it_was_read_from(running: RunningEngine, root: Path) -> None:
    for each in RESULT_FORMATS:
        answer = running.store.query("SELECT * { ?s ?p ?o }", results=each, graph=None)
        assert ("多摩" in answer.body.decode(), answer.format, answer.kind) == (True, each, "solutions")
    for each in GRAPH_FORMATS:
        answer = running.store.query("CONSTRUCT WHERE { ?s ?p ?o }", results=None, graph=each)
        assert ("多摩" in answer.body.decode(), answer.format, answer.kind) == (True, each, "graph")
    assert answer.version == running.store.version() == Repository(root).version()


def test_several_queries_are_answered_at_once_in_their_order_and_from_one_version(running: RunningEngine) -> None:
    numbers = range(frames.AT_ONCE + 3)
    answers = running.store.query_all([f"SELECT ({each} AS ?n) {{}}" for each in numbers], BY_NAME["csv"])
    assert [each.body.split() for each in answers] == [[b"n", str(each).encode()] for each in numbers]
    assert {each.version for each in answers} == {running.store.version()}
    assert running.store.query_all([], BY_NAME["csv"]) == []


def test_of_several_queries_one_that_has_no_answer_leaves_all_without(running: RunningEngine) -> None:
    for wrong, status in (("SELECT", 400), (RUNAWAY, 503)):
        with pytest.raises(ServiceError) as refused:
            running.store.query_all(["SELECT (1 AS ?n) {}", wrong], BY_NAME["csv"])
        assert refused.value.status == status
    assert is_well(running)


def test_what_several_answers_are_long_counts_together(root: Path) -> None:
    with engine(root, max_answer_bytes=300) as running:
        text = f'SELECT ("{"x" * 120}" AS ?x) {{}}'
        assert len(running.store.query_all([text, text], BY_NAME["csv"])) == 2
        with pytest.raises(ServiceError) as refused:
            running.store.query_all([text, text, text], BY_NAME["csv"])
        assert refused.value.key == "answer-too-large"


def test_a_runaway_query_is_ended_at_its_deadline_and_costs_only_its_asker(running: RunningEngine) -> None:
    with together() as call:
        failure = call(lambda: running.fails(RUNAWAY, lane="ad-hoc"))
        while not failure.done():
            assert is_well(running)
    error = failure.result()
    assert isinstance(error, ServiceError)
    assert (error.key, error.status, error.retry_after) == ("deadline", 503, 1)


def test_a_request_may_lower_its_deadline_but_not_raise_it(running: RunningEngine) -> None:
    for lane in ("own", "ad-hoc"):
        assert running.fails(RUNAWAY, lane=lane, seconds=0.1).parameters["seconds"] == "0.1"
    assert running.fails(RUNAWAY, lane="ad-hoc", seconds=3600).parameters["seconds"] == "1"


@pytest.mark.slow
def test_a_query_that_takes_all_memory_is_stopped(root: Path) -> None:
    with engine(root, own_seconds=60.0) as running:
        assert running.fails(HOG).key == "stopped"
        assert is_well(running)


@pytest.mark.slow
@pytest.mark.parametrize("query", DEEP, ids=lambda query: query[:20])
def test_a_query_nested_20000_deep_kills_a_worker_at_most(root: Path, query: str) -> None:
    with engine(root, max_query_bytes=10_000_000) as running:
        with contextlib.suppress(ServiceError):
            running.ask(query, lane="ad-hoc")
        assert is_well(running)


def test_a_killed_worker_costs_its_asker_an_error_and_is_replaced(root: Path) -> None:
    with engine(root, own_seconds=60.0) as running:
        before = running.workers()
        with together() as call:
            failure = call(lambda: running.fails(RUNAWAY))
            wait_until(lambda: running.under_way("own"))
            for pid in before:
                os.kill(pid, signal.SIGKILL)
        error = failure.result()
        assert isinstance(error, ServiceError)
        assert (error.key, error.status) == ("stopped", 503)
        wait_until(lambda: len(running.workers()) == len(before))
        assert is_well(running)
        assert not before & running.workers()


def test_a_killed_engine_takes_its_workers_along(running: RunningEngine) -> None:
    with together() as call:
        failure = call(lambda: running.fails(RUNAWAY))
        wait_until(lambda: running.under_way("own"))
        running.process.kill()
        running.process.wait()
        wait_until(lambda: not running.workers())
    error = failure.result()
    assert isinstance(error, ServiceError)
    assert error.status == 503
    assert running.fails("ASK {}").key == "engine-away"
    assert not running.store.ready()


def test_an_engine_ends_with_its_lifeline_whatever_its_workers_do(running: RunningEngine) -> None:
    with together() as call:
        call(lambda: running.fails(RUNAWAY))
        wait_until(lambda: running.under_way("own"))
        assert running.process.stdin is not None
        running.process.stdin.close()
        assert running.process.wait(PATIENCE) == 0
        assert not processes(str(running.store.run_dir))


@contextlib.contextmanager
def occupied(running: RunningEngine, seconds: float) -> Iterator[None]:
    """Have a worker of the own lane begin with a runaway; leave it at the end."""
    with socket.socket(socket.AF_UNIX) as asker:
        asker.connect(str(running.store.run_dir / "own"))
        head = {"results": "csv", "graph": "nt", "dataset": None, "seconds": seconds, "parts": [len(RUNAWAY)]}
        asker.sendall(frames.pack(head, RUNAWAY.encode()))
        assert frames.Incoming(asker).receive(0)[0]["type"] == "started"
        yield


def test_who_leaves_frees_his_worker(root: Path) -> None:
    with engine(root, own_seconds=3600.0, own_workers=1) as running:
        before = running.workers()
        with occupied(running, seconds=3600):
            # By then the worker is amid the query.
            time.sleep(0.3)
        wait_until(lambda: before - running.workers())
        assert is_well(running)


def test_an_asker_is_watched_only_after_he_has_read_that_his_query_began() -> None:
    for closes in (False, True):
        asker, worker = socket.socketpair()
        with asker, worker, together() as call:
            worker.sendall(b"started")
            watched = call(wait_until_read, worker.fileno())
            time.sleep(0.1)
            assert not watched.done()
            if closes:
                asker.close()
            else:
                asker.recv(7)


def test_who_connects_and_says_nothing_costs_nobody_anything(running: RunningEngine) -> None:
    for _ in range(20):
        with socket.socket(socket.AF_UNIX) as asker:
            asker.connect(str(running.store.run_dir / "ad-hoc"))
        with socket.socket(socket.AF_UNIX) as asker:
            asker.connect(str(running.store.run_dir / "ad-hoc"))
            asker.sendall(b"GET / HTTP/1.1\r\n\r\n")
    assert is_well(running)


@pytest.mark.parametrize("silent", ["", "SILENT "])
def test_no_query_reaches_the_network(running: RunningEngine, silent: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        address = f"<http://127.0.0.1:{listener.getsockname()[1]}/sparql>"
        for query in (
            f"SELECT * {{ SERVICE {silent}{address} {{ ?s ?p ?o }} }}",
            f"SELECT * {{ VALUES ?where {{ {address} }} SERVICE {silent}?where {{ ?s ?p ?o }} }}",
            f"SELECT * FROM {address} {{ ?s ?p ?o }}",
            f"LOAD {silent}{address}",
        ):
            for lane in ("own", "ad-hoc"):
                with contextlib.suppress(ServiceError):
                    running.ask(query, lane=lane)
        with contextlib.suppress(ServiceError):
            running.ask("SELECT * { ?s ?p ?o }", dataset=Dataset((address[1:-1],)))
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert is_well(running)


def test_runaways_in_the_ad_hoc_lanes_do_not_stop_the_services_own_questions(running: RunningEngine) -> None:
    with together() as call:
        for _ in range(16):
            call(lambda: running.fails(RUNAWAY, lane="ad-hoc"))
        wait_until(lambda: running.under_way("quick"))
        for _ in range(50):
            assert running.ask("ASK {}").body == b"true"


def test_a_full_queue_says_so_at_once(root: Path) -> None:
    with (
        engine(root, own_workers=1, queue_length=1, own_seconds=60.0, wait_seconds=60.0) as running,
        together() as call,
        occupied(running, seconds=60),
    ):
        # Beside the one at work there is room for one in the queue.
        asked = [call(lambda: running.fails(RUNAWAY, seconds=0.5)) for _ in range(2)]
        first, others = wait(asked, return_when=FIRST_COMPLETED)
        error = first.pop().result()
        assert isinstance(error, ServiceError)
        assert (error.key, error.status, error.retry_after, len(others)) == ("busy", 503, 60, 1)
        assert running.store.ready()


def test_who_waits_too_long_is_sent_away(root: Path) -> None:
    settings = {"own_workers": 1, "own_seconds": 3600.0, "wait_seconds": 0.2}
    with engine(root, **settings) as running, occupied(running, seconds=3600):
        assert running.fails("ASK {}").key == "busy"


def test_a_client_has_so_many_long_queries_and_no_more(root: Path) -> None:
    with engine(root, slow_seconds=6.0, wait_seconds=1.0) as running, together() as call:
        keys = [call(lambda: running.fails(RUNAWAY, lane="ad-hoc", client="192.0.2.1").key) for _ in range(2)]
        wait_until(lambda: running.under_way("slow") == 2)
        error = running.fails(RUNAWAY, lane="ad-hoc", client="192.0.2.1")
        assert (error.key, error.status, error.retry_after) == ("too-many", 429, 6)
        assert running.fails(RUNAWAY, lane="ad-hoc", client="192.0.2.2").key in {"deadline", "busy"}
    assert [each.result() for each in keys] == ["deadline", "deadline"]


def test_what_outlasts_the_quick_lane_goes_on_with_the_worker_that_began_it(root: Path) -> None:
    with engine(root, quick_seconds=0.02, slow_seconds=60.0) as running:
        before = running.workers()
        for _ in range(3):
            assert running.rows(LONG, lane="ad-hoc") == ["1000000"]
        assert running.workers() == before


def test_what_finds_no_place_in_the_slow_lane_leaves_its_worker_and_is_answered_once_there_is_one(root: Path) -> None:
    with engine(root, slow_workers=1, quick_seconds=0.02, slow_seconds=6.0) as running, together() as call:
        before = running.workers()
        runaway = call(lambda: running.fails(RUNAWAY, lane="ad-hoc", client="192.0.2.1").key)
        wait_until(lambda: running.under_way("slow"))
        rows = call(lambda: running.rows(LONG, lane="ad-hoc", client="192.0.2.2"))
        wait_until(lambda: before - running.workers())
        assert not rows.done()
        assert running.ask("ASK {}", lane="ad-hoc", client="192.0.2.3", seconds=1).body == b"true"
        assert runaway.result() == "deadline"
        assert rows.result() == ["1000000"]


def test_no_more_wait_for_a_place_in_the_slow_lane_than_its_line_has_room_for(root: Path) -> None:
    settings = {"slow_workers": 1, "slow_queue_length": 2, "quick_seconds": 0.02, "slow_seconds": 3600.0}
    with engine(root, **settings) as running, together() as call:
        for client in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
            call(lambda client: running.fails(RUNAWAY, lane="ad-hoc", client=client), client)
            wait_until(lambda: running.under_way("slow"))
        wait_until(lambda: running.waiting("slow") == 2)
        error = running.fails(RUNAWAY, lane="ad-hoc", client="192.0.2.9")
        assert (error.key, error.status, error.retry_after) == ("busy", 503, 3600)
        running.process.kill()


def test_one_client_s_runaways_leave_a_quick_worker_to_every_other_client(root: Path) -> None:
    with (
        engine(root, quick_workers=3, quick_extra=1, quick_seconds=1.0, queue_length=2, wait_seconds=5.0) as running,
        together() as call,
    ):
        keys = [call(lambda: running.fails(RUNAWAY, lane="ad-hoc", client="192.0.2.1").key) for _ in range(24)]
        wait_until(lambda: running.under_way("quick") == 2)
        for number in range(2, 12):
            assert running.ask("ASK {}", lane="ad-hoc", client=f"192.0.2.{number}").body == b"true"
    assert {each.result() for each in keys} >= {"turn"}
    assert "busy" not in {each.result() for each in keys}, "nobody's place in the queue was taken"


def test_who_sent_a_runaway_goes_behind_the_others_for_a_while(root: Path) -> None:
    with (
        engine(root, quick_workers=3, quick_extra=1, quick_seconds=3.0, slow_seconds=60.0, wait_seconds=1.0) as running,
        together() as call,
    ):

        def run_away() -> str:
            return running.fails(RUNAWAY, lane="ad-hoc", client="192.0.2.1", seconds=4).key

        runaway = call(run_away)
        wait_until(lambda: running.under_way("slow"))
        for _ in range(8):
            assert running.ask("ASK {}", lane="ad-hoc", client="192.0.2.1").body == b"true"
        other = call(run_away)
        wait_until(lambda: running.under_way("quick"))
        assert running.fails("ASK {}", lane="ad-hoc", client="192.0.2.1").key == "turn", "the extra place is taken"
        assert running.ask("ASK {}", lane="ad-hoc", client="192.0.2.2").body == b"true"
        assert (runaway.result(), other.result()) == ("deadline", "deadline")


def test_queries_that_one_client_asks_side_by_side_are_all_answered(root: Path) -> None:
    # A light query is never a runaway, however busy the machine is.
    with engine(root, quick_seconds=60.0) as running, together() as call:
        for _ in range(8):
            call(lambda: [running.ask("ASK {}", lane="ad-hoc", client="192.0.2.1") for _ in range(10)])


def test_each_of_sixteen_clients_with_runaways_waits_its_turn_and_so_does_the_seventeenth(root: Path) -> None:
    with engine(root, quick_workers=4, quick_seconds=0.1, slow_seconds=0.5) as running, together() as call:
        over = threading.Event()

        def run_away(client: str) -> None:
            while not over.is_set():
                key = running.fails(RUNAWAY, lane="ad-hoc", client=client).key
                assert key in {"deadline", "busy", "turn", "too-many"}

        for number in range(16):
            call(run_away, f"198.51.100.{number}")
        try:
            for _ in range(5):
                assert running.patiently("ASK {}", lane="ad-hoc", client="192.0.2.1").body == b"true"
                assert running.patiently("ASK {}").body == b"true"
        finally:
            over.set()


def test_twenty_light_queries_of_one_client_side_by_side_are_all_answered(root: Path) -> None:
    threads = Settings().web_threads
    with engine(root, web_threads=threads, quick_seconds=60.0) as running, ThreadPoolExecutor(20) as pool:
        light = [
            pool.submit(running.ask, f"ASK {{}} # {each}", lane="ad-hoc", client="192.0.2.1") for each in range(20)
        ]
        assert [each.result().body for each in light] == [b"true"] * 20


def test_ad_hoc_queries_leave_threads_to_everything_else(root: Path) -> None:
    with engine(root, web_threads=8, slow_workers=6, slow_seconds=6.0) as running, together() as call:
        keys = [call(lambda: running.fails(RUNAWAY, lane="ad-hoc").key) for _ in range(16)]
        wait_until(lambda: sum(each.done() for each in keys) >= 16 - 8 * 5 // 8)
        assert running.ask("ASK {}").body == b"true"
    assert [each.result() for each in keys].count("busy") >= 16 - 8 * 5 // 8


def test_an_answer_too_large_is_refused(root: Path) -> None:
    with engine(root, max_answer_bytes=1000) as running:
        query = "SELECT * {" + "".join(f"VALUES ?{name} {{ 1 2 3 4 5 6 7 8 9 }}" for name in "abc") + "}"
        error = running.fails(query)
        assert (error.key, error.status, error.parameters) == ("answer-too-large", 503, {"limit": 1000})


@pytest.mark.slow
def test_thirty_publications_under_four_readers_are_neither_late_nor_torn(running: RunningEngine) -> None:
    published = 0
    over = threading.Event()
    versions = {running.store.version()}
    seen = []

    def write(number: int) -> bytes:
        return "".join(f"<a:{each}> <a:value> {number} .\n" for each in ("first", "second")).encode()

    def read(lane: str) -> None:
        while not over.is_set():
            acknowledged = published
            answer = running.ask("SELECT ?x ?y { <a:first> <a:value> ?x . <a:second> <a:value> ?y }", lane=lane)
            rows = answer.body.decode().split()[1:]
            assert len(rows) == 1, "one state, whole"
            first, second = map(int, rows[0].split(","))
            assert first == second, "torn"
            assert first >= acknowledged, "stale"
            seen.append((answer.version, first))

    running.store.publish({"a:g": write(0)})
    with together() as call:
        for lane in ("own", "own", "ad-hoc", "ad-hoc"):
            call(read, lane)
        try:
            for number in range(1, 31):
                versions.add(running.store.publish({"a:g": write(number)}))
                published = number
                time.sleep(0.02)
        finally:
            over.set()
    assert len(versions) == 31
    assert len(dict(seen)) == len(set(seen)), "one version, one content"


def test_a_publication_replaces_and_removes_graphs_and_derives_anew(running: RunningEngine) -> None:
    before = running.store.version()
    reaches = (
        "SELECT ?o { GRAPH <https://w3id.org/sasaeai/graph/derived> { ?s <https://w3id.org/sasaeai/ns#reaches> ?o } }"
    )
    assert running.rows(reaches) == ["https://w3id.org/sasaeai/id/c"]
    turtle = b"@base <https://w3id.org/sasaeai/> . <id/b> <ns#knows> <id/d> ."
    version = running.store.publish({GRAPH + "both": turtle, GRAPH + "more": turtle})
    assert running.rows(reaches) == ["https://w3id.org/sasaeai/id/d"]
    assert version == running.store.version() != before
    running.store.publish({GRAPH + "both": None})
    assert running.rows(reaches) == ["https://w3id.org/sasaeai/id/d"]
    assert running.rows(f"SELECT ?g {{ GRAPH ?g {{}} FILTER(?g = <{GRAPH}both>) }}") == []


def test_the_same_content_has_the_same_version(running: RunningEngine, root: Path) -> None:
    content = (root / "data/both.ttl").read_bytes()
    assert running.store.publish({GRAPH + "both": b""}) != Repository(root).version()
    assert running.store.publish({GRAPH + "both": content}) == Repository(root).version()


def test_a_broken_publication_leaves_everything_as_it_was(running: RunningEngine) -> None:
    version, rows = running.store.version(), sorted(running.rows("SELECT * { GRAPH ?g { ?s ?p ?o } }"))
    workers = running.workers()
    with pytest.raises(ServiceError) as caught:
        running.store.publish({"a:good": b"<a:a> <a:a> <a:a> .", "a:bad": b"<a:a>\n<a:a>\n"})
    assert (caught.value.key, caught.value.status) == ("publication", 422)
    assert (caught.value.parameters["file"], caught.value.parameters["line"]) == ("a:bad", 3)
    for graphs in ({"no iri": b""}, {GRAPH + "derived": b""}):
        with pytest.raises(ServiceError, match="Nothing was published"):
            running.store.publish(graphs)
    assert (running.store.version(), running.workers()) == (version, workers)
    assert sorted(running.rows("SELECT * { GRAPH ?g { ?s ?p ?o } }")) == rows


def test_a_hangup_publishes_what_has_changed_in_the_files(tmp_path: Path) -> None:
    root = write_graph(tmp_path)
    with engine(root) as running:
        before = running.store.version()
        (root / "data/cities/000001-here/page.ttl").unlink()
        (root / "data/both.ttl").write_text("<a:a> <a:a> <a:a> .")
        (root / "queries/rules/20-far.rq").unlink()
        running.process.send_signal(signal.SIGHUP)
        wait_until(lambda: running.store.version() != before)
        assert running.store.version() == Repository(root).version()
        assert running.rows(KNOWS) == []
        (root / "data/both.ttl").write_text("<a:a> <a:a>")
        with pytest.raises(ServiceError, match="line 1"):
            running.store.reread()
        assert is_well(running)


def test_a_revision_that_the_engine_was_not_told_of_is_published_all_the_same(tmp_path: Path) -> None:
    desk, page = Desk(tmp_path / "state"), GRAPH + "000001/page"

    def accept(name: str, after: int) -> None:
        said = Content({page: f"<a:a> <https://w3id.org/sasaeai/ns#name> '{name}' .\n".encode()}, {page: ""})
        with desk.writing() as connection:
            revisions.add(connection, "000001", said, "a reviewer", after=after)

    query = f"SELECT ?n {{ GRAPH <{page}> {{ ?s <https://w3id.org/sasaeai/ns#name> ?n }} }}"
    accept("before the start", 0)
    with engine(write_graph(tmp_path / "graph"), state=tmp_path / "state") as running:
        assert running.rows(query) == ["before the start"]
        accept("while it was away", 1)
        wait_until(lambda: running.rows(query) == ["while it was away"])
        # One that it is told of hides none that it is not.
        accept("told of", 2)
        accept("not told of", 3)
        running.store.publish({GRAPH + "more": b"<a:a> <a:a> <a:a> .\n"})
        wait_until(lambda: running.rows(query) == ["not told of"])


def test_an_unreadable_graph_is_named_with_file_and_line(tmp_path: Path) -> None:
    root = write_graph(tmp_path / "graph")
    (root / "data/both.ttl").write_text("\n<a:a> nope:a 1 .")
    command = [sys.executable, "-m", "sasaeai.store.engine", str(tmp_path)]
    environment = os.environ | {"SASAEAI_ROOT": str(root)}
    ended = subprocess.run(command, env=environment, input=b"", capture_output=True, timeout=PATIENCE, check=False)
    assert (ended.returncode, b"data/both.ttl, line 2: The prefix nope:" in ended.stderr) == (3, True)


def test_the_engine_holds_nothing_of_the_web() -> None:
    program = "import sys, sasaeai.store.engine; print({'flask', 'granian', 'rdflib'} & set(sys.modules))"
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert printed == "set()\n"
