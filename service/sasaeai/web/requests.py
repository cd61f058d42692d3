"""Every request, observed from outside the application: counted, and written to the journal as one line of JSON."""

import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from flask import Flask
from prometheus_client import Counter, Histogram

from sasaeai.journal import log
from sasaeai.settings import Settings
from sasaeai.web import askers

QUERY = "sasaeai.query"
"""Where in a request's environment the text of its query stands, for the journal."""

STREAMED = "sasaeai.streamed"
"""Where in a request's environment stands that the answer is a file, sent piece by piece as it is read."""

_LONGEST_PATH = 500

ANSWERS = Counter("sasaeai_answers", "Answers to requests by flow and status", ["flow", "status"])
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


def install(app: Flask, settings: Settings) -> None:
    """Observe every request to an application, whatever answers it."""
    flows = {
        rule.rule.split("/")[1].partition(".")[0] for rule in app.url_map.iter_rules() if not rule.rule.startswith("/<")
    }
    app.wsgi_app = _observed(app.wsgi_app, settings, flows)  # type: ignore[method-assign,assignment]


@lru_cache(maxsize=1024)
def _counters(flow: str, status: str) -> tuple[Counter, Counter, Histogram]:
    return ANSWERS.labels(flow, status), ANSWER_BYTES.labels(flow), ANSWER_SECONDS.labels(flow)


def _observed(application: Application, settings: Settings, flows: set[str]) -> Application:
    def observe(environ: Environ, start: Start) -> Iterable[bytes]:
        began = time.perf_counter()
        status, headers = "500", dict[str, str]()

        def started(line: str, fields: list[tuple[str, str]], *rest: Any) -> Any:
            nonlocal status
            status = line.split(" ", 1)[0]
            headers.update(fields)
            return start(line, fields, *rest)

        body: Iterable[bytes]
        chunks = application(environ, started)
        if STREAMED in environ:
            body, size = chunks, int(headers.get("Content-Length", 0))
        else:
            whole = _whole(chunks)
            body, size = [whole], len(whole)
        seconds = time.perf_counter() - began
        path = environ.get("PATH_INFO", "").encode("latin-1", "replace").decode("utf-8", "replace")
        flow = first if (first := _first(path)) in flows else "other"
        answered, sent, took = _counters(flow or "start", status)
        answered.inc()
        sent.inc(size)
        took.observe(seconds)
        details = {
            "method": environ["REQUEST_METHOD"][:20],
            "path": path[:_LONGEST_PATH],
            "status": int(status),
            "ms": round(seconds * 1000, 1),
            "bytes": size,
            "client": askers.address(environ, settings.trusted_proxies),
            "version": headers.get("X-Dataset-Version"),
        }
        if settings.log_queries and QUERY in environ:
            details["query"] = environ[QUERY]
        log("request", **details)
        return body

    return observe


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
