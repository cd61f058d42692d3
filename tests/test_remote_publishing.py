"""What is published to a server: seen whole or not at all, whatever the server does, and never lost."""

import contextlib
import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sasaeai.desk import Desk, revisions
from sasaeai.desk.revisions import Content
from sasaeai.errors import ServiceError
from sasaeai.formats import BY_NAME
from sasaeai.settings import Settings
from sasaeai.store.remote.client import RemoteStore

from .patience import PATIENCE, wait_until
from .processes import write_graph
from .servers import Server, Start, oxigraph, virtuoso

HERE, MORE = ("https://w3id.org/sasaeai/graph/000001/" + name for name in ("page", "more"))
MARK = "https://w3id.org/sasaeai/ns#mark"
MARKS = f"SELECT ?g ?mark WHERE {{ GRAPH ?g {{ ?s <{MARK}> ?mark }} }}"
MERGED = f"SELECT (COUNT(*) AS ?n) WHERE {{ ?s <{MARK}> ?mark }}"


@pytest.fixture
def server() -> Iterator[Server]:
    with oxigraph() as running:
        yield running


@pytest.fixture
def run_dir() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="sas-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small graph, with the service's own queries: what asks a server is among them."""
    root = write_graph(tmp_path / "graph")
    for path in (Path(__file__).parent.parent / "queries").glob("*.rq"):
        shutil.copy(path, root / "queries")
    return root


@contextlib.contextmanager
def publishing(server: Server, run_dir: Path, root: Path, **settings: str) -> Iterator[RemoteStore]:
    """Run the process that publishes, and ask beside it."""
    told = environment(server, root, **settings)
    command = [sys.executable, "-m", "sasaeai.store.remote.publisher", str(run_dir)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, env=os.environ | told)
    asker = RemoteStore(run_dir, Settings.from_environment(told))
    try:
        wait_until(asker.ready)
        yield asker
    finally:
        assert process.stdin
        process.stdin.close()
        process.wait(PATIENCE)


def environment(server: Server, root: Path, **settings: str) -> dict[str, str]:
    told = {**server.settings, "root": str(root), "own_seconds": "30", "wait_seconds": "30", **settings}
    return {f"SASAEAI_{name.upper()}": value for name, value in told.items()}


def marked(mark: str) -> dict[str, bytes | None]:
    text = f'<https://w3id.org/sasaeai/id/a> <{MARK}> "{mark}" .\n'
    return {HERE: text.encode(), MORE: text.encode()}


def marks(asker: RemoteStore) -> set[str]:
    body = asker.query(MARKS, results=BY_NAME["srj"], graph=None).body
    return {row["mark"]["value"] for row in json.loads(body)["results"]["bindings"]}


def counted(asker: RemoteStore) -> int:
    body = asker.query(MERGED, results=BY_NAME["srj"], graph=None).body
    return int(json.loads(body)["results"]["bindings"][0]["n"]["value"])


@pytest.mark.parametrize(
    ("start", "settings"),
    [(oxigraph, {}), (oxigraph, {"store_atomic": "0"}), (oxigraph, {"store_graphs": ""}), (virtuoso, {})],
    ids=["in one update", "step by step", "without a graph store", "virtuoso"],
)
def test_readers_never_see_half_of_a_publication(
    start: Start, settings: dict[str, str], run_dir: Path, root: Path
) -> None:
    with start() as server, publishing(server, run_dir, root, **settings) as asker:
        asker.publish(marked("m"))
        seen: list[set[str]] = []
        over = threading.Event()

        def read() -> None:
            reader = RemoteStore(run_dir, asker.settings)
            while not over.is_set():
                seen.append(marks(reader))

        readers = [threading.Thread(target=read) for _ in range(2)]
        for each in readers:
            each.start()
        versions = []
        for number in range(8):
            versions.append(asker.publish(marked(f"m{number}")))
            assert (asker.version(), marks(asker)) == (versions[-1], {f"m{number}"})
        over.set()
        for each in readers:
            each.join()
        assert len(set(versions)) == 8
        assert seen
        assert all(len(each) == 1 for each in seen)


def test_the_default_graph_holds_a_triple_of_two_graphs_once(server: Server, run_dir: Path, root: Path) -> None:
    with publishing(server, run_dir, root) as asker:
        asker.publish(marked("both"))
        assert counted(asker) == 1
        asker.publish({HERE: None})
        assert counted(asker) == 1
        asker.publish({MORE: None})
        assert counted(asker) == 0


def test_a_default_graph_that_is_the_union_of_all_is_left_alone(server: Server, run_dir: Path, root: Path) -> None:
    with publishing(server, run_dir, root, store_default_graph="union") as asker:
        asker.publish(marked("both"))
        # This server's own default graph is not that union, and so shows that nobody writes there.
        assert (counted(asker), marks(asker)) == (0, {"both"})


def test_what_cannot_be_read_changes_nothing(server: Server, run_dir: Path, root: Path) -> None:
    with publishing(server, run_dir, root) as asker:
        before = asker.publish(marked("first"))
        with pytest.raises(ServiceError) as refused:
            asker.publish({HERE: b"<a> <b>"})
        assert refused.value.key == "publication"
        assert (asker.version(), marks(asker)) == (before, {"first"})


def test_a_server_that_was_killed_is_told_of_and_gets_everything_again(
    server: Server, run_dir: Path, root: Path
) -> None:
    with publishing(server, run_dir, root) as asker:
        held, said = asker.version(), marks(asker)
        server.kill()
        assert not asker.ready()
        for act in (lambda: asker.publish(marked("lost")), lambda: marks(asker)):
            with pytest.raises(ServiceError) as refused:
                act()
            assert (refused.value.key, refused.value.status) == ("engine-lost", 503)
        server.start()
        wait_until(asker.ready)
        assert (asker.version(), marks(asker)) == (held, said)


def test_what_is_published_to_a_server_that_has_lost_everything_comes_with_all_the_rest(
    server: Server, run_dir: Path, root: Path
) -> None:
    with publishing(server, run_dir, root) as asker:
        asker.publish(marked("before"))
        held = graphs(asker)
        server.kill()
        server.start()
        asker.publish(marked("after"))
        assert graphs(asker) == held
        assert marks(asker) == {"after"}


def graphs(asker: RemoteStore) -> set[str]:
    body = asker.query("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", results=BY_NAME["srj"], graph=None).body
    return {row["g"]["value"] for row in json.loads(body)["results"]["bindings"]}


def test_a_revision_that_nobody_told_of_comes_to_the_server(
    server: Server, run_dir: Path, root: Path, tmp_path: Path
) -> None:
    with publishing(server, run_dir, root, state=str(tmp_path / "state")) as asker:
        assert marks(asker) == set()
        text = marked("accepted")[HERE]
        assert text
        with Desk(tmp_path / "state").writing() as connection:
            revisions.add(connection, "000001", Content({HERE: text}, {}), "a reviewer", after=0)
        wait_until(lambda: marks(asker) == {"accepted"})


def test_a_second_publisher_is_left_alone_and_told_of(server: Server, run_dir: Path, root: Path) -> None:
    with publishing(server, run_dir, root) as asker:
        asker.server.update(
            "DELETE { GRAPH ?r { ?r ?v ?old } } INSERT { GRAPH ?r { ?r ?v 'another' } } "
            "WHERE { VALUES (?r ?v) { (<urn:sasaeai:record> <urn:sasaeai:record#version>) } GRAPH ?r { ?r ?v ?old } }"
        )
        with pytest.raises(ServiceError) as refused:
            asker.publish(marked("mine"))
        assert (refused.value.key, refused.value.status) == ("busy", 503)
        wait_until(lambda: asker.version() == "another")
        assert marks(asker) == set()


@pytest.mark.parametrize("start", [oxigraph, virtuoso])
def test_a_server_killed_while_it_answers_gives_a_clean_503(start: Start, run_dir: Path, root: Path) -> None:
    with start() as server, publishing(server, run_dir, root) as asker:
        asker.publish({HERE: NUMBERS})
        found: list[ServiceError] = []

        def ask() -> None:
            with pytest.raises(ServiceError) as refused:
                asker.query(RUNAWAY, results=BY_NAME["srj"], graph=None, lane="own")
            found.append(refused.value)

        asking = threading.Thread(target=ask)
        before = server.seconds()
        asking.start()
        wait_until(lambda: server.seconds() > before + 0.5)
        server.kill()
        asking.join()
        assert [(each.key, each.status) for each in found] == [("engine-lost", 503)]


NUMBERS = "\n".join(f'<urn:n:{number}> <{MARK}> "{number}" .' for number in range(300)).encode()
RUNAWAY = f"""SELECT (COUNT(DISTINCT ?all) AS ?n) WHERE {{
  ?a <{MARK}> ?x . ?b <{MARK}> ?y . ?c <{MARK}> ?z . ?d <{MARK}> ?w . BIND(CONCAT(?x, ?y, ?z, ?w) AS ?all)
}}"""


class Failing(http.server.BaseHTTPRequestHandler):
    """A server in front of another that fails in the middle of things."""

    behind = ""
    fails = ""
    asked: list[dict[str, str]]

    def do_POST(self) -> None:
        self.asked.append(dict(self.headers))
        self.rfile.read(int(self.headers["Content-Length"]))
        match self.fails:
            case "early":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x" * 10)
            case "chunked":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nxxxxx\r\n")
            case "short":
                self.send_response(200)
                self.send_header("X-SPARQL-MaxRows", "10")
                self.end_headers()
            case "elsewhere":
                self.send_response(307)
                self.send_header("Location", self.behind)
                self.end_headers()
            case "nonsense":
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"<html>")
            case "endless":
                self.send_response(200)
                self.end_headers()
                with contextlib.suppress(OSError):
                    while True:
                        self.wfile.write(b" " * 65536)
            case "silent":
                self.rfile.read(1)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def failing() -> Iterator[http.server.ThreadingHTTPServer]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Failing) as running:
        Failing.asked = []
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


@pytest.mark.parametrize(
    ("fails", "key"),
    [
        ("early", "engine-lost"),
        ("chunked", "engine-lost"),
        ("short", "too-many-rows"),
        ("elsewhere", "engine-refuses"),
        ("endless", "answer-too-large"),
        ("silent", "deadline"),
    ],
)
def test_whatever_a_server_does_an_answer_is_whole_or_a_clean_503(
    failing: http.server.ThreadingHTTPServer, run_dir: Path, root: Path, fails: str, key: str
) -> None:
    Failing.fails, Failing.behind = fails, "http://localhost:1/"
    address = f"http://127.0.0.1:{failing.server_address[1]}/"
    asker = RemoteStore(run_dir, Settings(root=root, store="sparql", store_query=address, own_seconds=0.5))
    with pytest.raises(ServiceError) as refused:
        asker.server.ask("ASK {}", triples=False, seconds=0.5, limit=1_000_000)
    assert (refused.value.key, refused.value.status) == (key, 503)


def test_what_is_no_sparql_server_has_no_version(
    failing: http.server.ThreadingHTTPServer, run_dir: Path, root: Path
) -> None:
    Failing.fails = "nonsense"
    address = f"http://127.0.0.1:{failing.server_address[1]}/"
    asker = RemoteStore(run_dir, Settings(root=root, store="sparql", store_query=address))
    with pytest.raises(ServiceError) as refused:
        asker.version()
    assert (refused.value.key, refused.value.status) == ("engine-lost", 503)
    assert not asker.ready()


def test_a_password_is_sent_to_the_server_and_told_to_nobody_else(
    failing: http.server.ThreadingHTTPServer, run_dir: Path, root: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    Failing.fails, Failing.behind = "elsewhere", "http://localhost:1/"
    address = f"http://127.0.0.1:{failing.server_address[1]}/"
    secret = "kaki-no-ki-17"
    server = Settings(root=root, store="sparql", store_query=address)
    settings = replace(server, store_auth="basic", store_reader="r", store_reader_password=secret)
    with pytest.raises(ServiceError) as refused:
        RemoteStore(run_dir, settings).version()
    assert Failing.asked[0]["Authorization"] == "Basic cjprYWtpLW5vLWtpLTE3"
    said = capfd.readouterr()
    assert "engine-refuses" in said.err
    assert secret not in repr(settings) + said.err + said.out + str(refused.value) + repr(refused.value.parameters)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://me:kaki-no-ki@127.0.0.1/", "holds a name or a password"),
        ("127.0.0.1:7878", "wants an address"),
        ("", "wants an address"),
    ],
)
def test_an_address_that_is_none_stops_the_start_without_telling_a_password(address: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as refused:
        Settings.from_environment({"SASAEAI_STORE": "sparql", "SASAEAI_STORE_QUERY": address})
    assert "kaki" not in str(refused.value)
