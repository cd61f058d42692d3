"""Every request, observed from outside the application: counted, and written to the journal as one line of JSON."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from functools import lru_cache
from multiprocessing.util import Finalize
from threading import Event, Lock, Thread
from typing import Any, NamedTuple

from flask import Flask
from prometheus_client import Counter, Histogram

from sasaeai import journal
from sasaeai.settings import Settings
from sasaeai.web import askers

QUERY = "sasaeai.query"
"""Where in a request's environment the text of its query stands, for the journal."""

STREAMED = "sasaeai.streamed"
"""Where in a request's environment stands that the answer is sent piece by piece, as it is read or known."""

LOOKED_FOR = "sasaeai.looked-for"
"""Where in a request's environment stands whether its answer was in the cache, if it was looked for there."""

CONDITIONS = frozenset(("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"))
"""Under which who has an answer already is told no more than that it is the same (RFC 9110 §13.1.2, §13.1.3)."""

_LONGEST_PATH = 500
_MANY, _MOMENT = 64, 0.02
"""Requests that are told of at once, and seconds after which none is kept back any longer."""

ANSWERS = Counter("sasaeai_answers", "Answers to requests by flow and status", ["flow", "status"])
LOOKUPS = Counter("sasaeai_cache_lookups", "Answers looked for in the cache, and whether they were there", ["outcome"])
ANSWER_BYTES = Counter("sasaeai_answer_bytes", "Bytes of answers", ["flow"])
ANSWER_SECONDS = Histogram(
    "sasaeai_answer_seconds",
    "Seconds from a request to its answer",
    ["flow"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
)

Environ = dict[str, Any]
Start = Callable[..., Any]
Application = Callable[[Environ, Start], Iterable[bytes]]


class Seen(NamedTuple):
    """Hold one request and its answer as they were seen; what they mean is worked out when they are told of.

    `at` is when it was answered, in seconds since 1970; `path` is as WSGI has it.
    """

    at: float
    seconds: float
    method: str
    path: str
    client: str
    status: str
    size: int
    version: str | None
    looked_for: str | None
    query: str | None


class Observer:
    """Count requests and write their lines: alone where they are few, together where many come in one moment.

    Whoever counts takes a lock that all threads share, and whoever writes lets another thread go on: of many small
    answers that would be the greater part of the work.
    """

    def __init__(self, flows: frozenset[str]) -> None:
        self._flows = flows
        self._seen: deque[Seen] = deque()
        self._told = 0.0
        self._telling, self._starting = Lock(), Lock()
        self._later = Event()
        self._teller: Thread | None = None

    def see(self, seen: Seen) -> None:
        """Tell of a request, now or in a moment."""
        self._seen.append(seen)
        if (len(self._seen) >= _MANY or time.monotonic() - self._told > _MOMENT) and self.tell(wait=False):
            return
        if not self._later.is_set():
            self._later.set()
            self._begin()

    def tell(self, *, wait: bool = True) -> bool:
        """Tell of all that has been seen; without waiting, if no other thread is at it."""
        if not self._telling.acquire(blocking=wait):
            return False
        try:
            self._told = time.monotonic()
            seen = [self._seen.popleft() for _ in range(len(self._seen))]
            self._count(seen)
            journal.write(map(line_of, seen))
            return True
        finally:
            self._telling.release()

    def _count(self, seen: Iterable[Seen]) -> None:
        groups: dict[tuple[str, str, str | None], list[Seen]] = {}
        for each in seen:
            groups.setdefault((_flow(each.path, self._flows), each.status, each.looked_for), []).append(each)
        for (flow, status, looked_for), some in groups.items():
            answered, sent, took = _counters(flow, status)
            answered.inc(len(some))
            sent.inc(sum(each.size for each in some))
            for each in some:
                took.observe(each.seconds)
            if looked_for:
                LOOKUPS.labels(looked_for).inc(len(some))

    def _begin(self) -> None:
        """Start the thread that tells in a moment, the first time."""
        with self._starting:
            if self._teller is None:
                self._teller = Thread(target=self._tell_later, name="observer", daemon=True)
                self._teller.start()

    def _tell_later(self) -> None:
        while self._later.wait():
            time.sleep(_MOMENT)
            self._later.clear()
            self.tell()


def install(app: Flask, settings: Settings) -> None:
    """Observe every request to an application, whatever answers it."""
    rules = [each.rule for each in app.url_map.iter_rules() if not each.rule.startswith("/<")]
    observer = app.extensions["observer"] = Observer(frozenset(map(_first, rules)))
    # A process that a server has started ends without what is registered at exit.
    Finalize(None, observer.tell, exitpriority=0)
    app.wsgi_app = _observed(app.wsgi_app, settings, observer)  # type: ignore[method-assign,assignment]


@lru_cache(maxsize=1024)
def _counters(flow: str, status: str) -> tuple[Counter, Counter, Histogram]:
    return ANSWERS.labels(flow, status), ANSWER_BYTES.labels(flow), ANSWER_SECONDS.labels(flow)


def line_of(seen: Seen) -> bytes:
    """Write the line of a request piece by piece: for an object the encoder is set up anew, for a string it is not."""
    quoted = journal.quoted
    version = quoted(seen.version) if seen.version else "null"
    query = "" if seen.query is None else f', "query": {quoted(seen.query)}'
    return (
        f'{{"time": "{journal.moment(seen.at)}", "event": "request", "method": {quoted(seen.method)}, '
        f'"path": {quoted(_read(seen.path)[:_LONGEST_PATH])}, "status": {seen.status}, '
        f'"ms": {seen.seconds * 1000:.1f}, "bytes": {seen.size}, '
        f'"client": {quoted(seen.client)}, "version": {version}{query}}}\n'
    ).encode(errors="replace")


def _observed(application: Application, settings: Settings, observer: Observer) -> Application:
    def observe(environ: Environ, start: Start) -> Iterable[bytes]:
        began = time.perf_counter()
        said: tuple[str, list[tuple[str, str]]] = "500", []

        def started(status: str, fields: list[tuple[str, str]], *rest: Any) -> Any:
            nonlocal said
            said = status, fields
            return start(status, fields, *rest)

        body: Iterable[bytes]
        chunks = application(environ, started)
        status, headers = said
        if STREAMED in environ:
            body, size = chunks, int(_field(headers, "Content-Length") or 0)
        else:
            whole = _whole(chunks)
            body, size = [whole], len(whole)
        observer.see(
            Seen(
                time.time(),
                time.perf_counter() - began,
                environ["REQUEST_METHOD"][:20],
                environ.get("PATH_INFO", ""),
                askers.address(environ, settings.trusted_proxies),
                status[:3],
                size,
                _field(headers, "X-Dataset-Version"),
                environ.get(LOOKED_FOR),
                environ.get(QUERY) if settings.log_queries else None,
            )
        )
        return body

    return observe


def _field(headers: Iterable[tuple[str, str]], name: str) -> str | None:
    return next((value for each, value in headers if each == name), None)


def _read(path: str) -> str:
    return path.encode("latin-1", "replace").decode("utf-8", "replace")


@lru_cache(maxsize=1024)
def _flow(path: str, flows: frozenset[str]) -> str:
    """Return the flow that answers a path, for the counts."""
    first = _first(_read(path))
    return (first or "start") if first in flows else "other"


def _first(path: str) -> str:
    """Return the first part of a path, without the suffix that names a format."""
    return path.partition("/")[2].partition("/")[0].partition(".")[0]


def _whole(chunks: Iterable[bytes]) -> bytes:
    """Join an answer: as a list of one piece the server sends it by itself, and no thread waits for a slow reader."""
    try:
        return b"".join(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
