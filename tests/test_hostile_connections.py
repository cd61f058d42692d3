"""Connections that mean harm, from this machine only: whatever they do, the others are answered."""

import contextlib
import gzip
import http.client
import select
import socket
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .conftest import Service, start_service, stop_service
from .patience import PATIENCE, wait_until
from .processes import processes
from .test_sparql import ask

POST = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
LONG = urllib.parse.quote("SELECT * { ?s ?p ?o } LIMIT 3000")
MEMORY = 100_000
"""Kilobytes that the web processes may grow by under all of this; the bombs would be many times as much."""


@pytest.fixture(scope="module")
def target() -> Iterator[Service]:
    running = start_service(client_seconds="10000", trusted_proxies="127.0.0.1")
    yield running
    stop_service(running)


def connect(service: Service) -> socket.socket:
    return socket.create_connection(("127.0.0.1", urllib.parse.urlsplit(service.url).port or 0), timeout=PATIENCE)


def test_bodies_that_do_not_come_leave_threads_to_the_others(target: Service) -> None:
    with many(target, 150, lambda each: each.sendall(POST + b"Content-Length: 1000\r\n\r\nASK")) as held:
        unanswered = set(held)

        def the_others_are_refused() -> bool:
            for each in select.select(list(unanswered), [], [], 0)[0]:
                assert each.recv(12) == b"HTTP/1.1 429"
                unanswered.remove(each)
            return len(unanswered) <= 2 * 8

        wait_until(the_others_are_refused)
        assert others_are_answered(target)
    reply = ask(f"{target.url}/sparql", data=b"ASK {}", Content_Type="application/sparql-query")
    assert reply.status == 200, "their places are free when they have gone"


@contextlib.contextmanager
def many(service: Service, number: int, begin: Callable[[socket.socket], object]) -> Iterator[list[socket.socket]]:
    """Hold connections open that each have begun with something."""
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(connect(service)) for _ in range(number)]
        for each in held:
            begin(each)
        yield held


def others_are_answered(service: Service) -> bool:
    """Say whether twenty askers in turn get their answers; a stuck process would let some wait for ever."""
    address = f"{service.url}/sparql?query=ASK%7B%7D"
    return all(ask(address, X_Forwarded_For="192.0.2.1").status == 200 for _ in range(20))


def status(connection: socket.socket) -> int:
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response.status


def held_memory(service: Service) -> int:
    port = urllib.parse.urlsplit(service.url).port
    lines = [
        line
        for pid in processes(f"--port {port}")
        for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        if line.startswith("VmRSS")
    ]
    return sum(int(line.split()[1]) for line in lines)


@pytest.mark.parametrize(
    "begin", [b"", b"GET /sparql?query=ASK", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "], ids=["silent", "line", "header"]
)
def test_half_open_requests_take_nothing_from_the_others(target: Service, begin: bytes) -> None:
    with many(target, 200, lambda each: each.sendall(begin)):
        assert others_are_answered(target)


def test_readers_that_do_not_read_take_nothing_from_the_others(target: Service) -> None:
    request = f"GET /sparql?query={LONG} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    with many(target, 100, lambda each: each.sendall(request)) as held:
        for each in held:
            each.recv(1)
        # More of them than there are threads: were one spent on each, nobody would be left to answer.
        assert others_are_answered(target)


def test_a_body_of_5_gb_is_refused_before_it_has_come(target: Service) -> None:
    before = held_memory(target)
    with connect(target) as connection:
        connection.sendall(POST + b"Content-Length: 5368709120\r\n\r\n")
        send_until_refused(connection, b"x" * 2**20)
        assert status(connection) == 413
    assert held_memory(target) - before < MEMORY


def test_a_body_without_an_end_is_refused_once_it_is_too_long(target: Service) -> None:
    before = held_memory(target)
    with connect(target) as connection:
        connection.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n")
        send_until_refused(connection, b"100000\r\n" + b"x" * 2**20 + b"\r\n")
        assert status(connection) == 413
    assert held_memory(target) - before < MEMORY
    assert others_are_answered(target)


@pytest.mark.parametrize(
    ("announced", "body"),
    [
        (b"Content-Length: 30000000", bytes(30_000_000)),
        (b"Transfer-Encoding: chunked", (b"100000\r\n" + bytes(2**20) + b"\r\n") * 30 + b"0\r\n\r\n"),
    ],
    ids=["announced", "chunked"],
)
def test_who_sends_all_of_a_body_too_long_before_he_reads_is_told_why(
    target: Service, announced: bytes, body: bytes
) -> None:
    with connect(target) as connection:
        connection.sendall(POST + announced + b"\r\n\r\n" + body)
        assert status(connection) == 413


def test_who_asks_for_leave_to_send_a_body_too_long_is_told_at_once(target: Service) -> None:
    with connect(target) as connection:
        connection.sendall(POST + b"Expect: 100-continue\r\nContent-Length: 30000000\r\n\r\n")
        assert status(connection) == 413


def send_until_refused(connection: socket.socket, piece: bytes) -> None:
    """Send at most 200 MB; a service that takes so much has not refused."""
    with contextlib.suppress(OSError):
        for _ in range(200):
            connection.sendall(piece)
        raise AssertionError("200 MB were taken")


def test_a_gzip_bomb_is_not_unpacked(target: Service) -> None:
    before, bomb = held_memory(target), gzip.compress(bytes(200 << 20), compresslevel=1)
    assert len(bomb) < 1_000_000
    with connect(target) as connection:
        connection.sendall(POST + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb) + bomb)
        assert status(connection) == 400
    assert held_memory(target) - before < MEMORY


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00\xff" * 500 + b"\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 100 + b"\xff\xfe garbage\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 50_000,
        b"GET /" + b"x" * 1_000_000,
        POST + b"Content-Length: 6\r\nContent-Length: 7\r\n\r\nASK {}x",
        POST + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nx",
    ],
    ids=["bytes", "pipelined", "headers", "line", "two-lengths", "smuggled", "chunk"],
)
def test_garbage_takes_nothing_from_the_others(target: Service, garbage: bytes) -> None:
    def begin(connection: socket.socket) -> None:
        # Who is refused in the middle of a sentence cannot end it.
        with contextlib.suppress(OSError):
            connection.sendall(garbage)

    before = held_memory(target)
    with many(target, 20, begin):
        assert others_are_answered(target)
    assert held_memory(target) - before < MEMORY


def test_a_query_for_long_answers_leaves_no_thread_behind_when_its_reader_goes(target: Service) -> None:
    request = f"GET /sparql?query={LONG} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    for _ in range(100):
        with connect(target) as connection:
            connection.sendall(request)
    assert others_are_answered(target)
