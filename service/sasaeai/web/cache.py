"""Answers kept as bytes before the application: they are exact until the data change.

An answer is kept under the version of the data that it carries itself, and looked up under the version that new
queries are answered from: so a publication empties the cache by changing what is asked for. Only whole answers to GET
are kept, of requests that name nobody; what an answer depends on beside its address (RFC 9111 §4.1) is in its key.
"""

from collections import OrderedDict
from collections.abc import Iterable
from functools import lru_cache
from threading import Lock
from typing import Any, NamedTuple

from flask import Flask
from werkzeug.http import is_resource_modified

from sasaeai import calendar
from sasaeai.errors import ServiceError
from sasaeai.store import Store
from sasaeai.web.negotiation import preferred_language, reads_gzip
from sasaeai.web.requests import CONDITIONS, LOOKED_FOR, STREAMED, Application, Environ, Start

_NOT_FOR_US = frozenset(
    (
        "HTTP_AUTHORIZATION",
        "HTTP_COOKIE",
        "HTTP_IF_MATCH",
        "HTTP_IF_UNMODIFIED_SINCE",
        "HTTP_RANGE",
        "HTTP_TRANSFER_ENCODING",
    )
)
"""Requests that name somebody, want to be refused or want a part, or have a body although they only read."""

_AROUND = 1000
"""Bytes that keeping an answer takes beside it."""

_LARGEST_SHARE = 8
"""An answer that would fill more than this part of the cache is not worth what it would push out."""

_NOT_IN_304 = {"content-length", "content-type", "content-encoding"}

Key = tuple[object, ...]


class Kept(NamedTuple):
    """Hold an answer of status 200; `weight` is what it takes of the cache, in bytes."""

    headers: list[tuple[str, str]]
    body: bytes
    etag: str
    last_modified: str | None
    weight: int


class Cache:
    """Keep the answers last asked for, up to a number of bytes; used from many threads."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> Kept | None:
        """Return what is kept under a key, as the latest asked for."""
        with self._lock:
            if (kept := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
            return kept

    def put(self, key: Key, kept: Kept) -> None:
        """Keep an answer; those asked for longest ago make room."""
        with self._lock:
            if (before := self._kept.pop(key, None)) is not None:
                self.size -= before.weight
            if kept.weight * _LARGEST_SHARE > self.limit:
                return
            self._kept[key] = kept
            self.size += kept.weight
            while self.size > self.limit:
                self.size -= self._kept.popitem(last=False)[1].weight


def install(app: Flask, store: Store, limit: int) -> None:
    """Keep the answers of an application, up to `limit` bytes."""
    app.wsgi_app = _cached(app.wsgi_app, store, Cache(limit))  # type: ignore[method-assign,assignment]


def _cached(application: Application, store: Store, cache: Cache) -> Application:
    def answer(environ: Environ, start: Start) -> Iterable[bytes]:
        if not _is_plain(environ):
            return application(environ, start)
        asked = _asked(environ)
        try:
            kept = cache.get((store.version(), *asked))
        except ServiceError:
            return application(environ, start)
        if kept is not None:
            environ[LOOKED_FOR] = "hit"
            return _repeat(kept, environ, start)
        if environ["REQUEST_METHOD"] == "HEAD" or not environ.keys().isdisjoint(CONDITIONS):
            return application(environ, start)
        return _answered(application, environ, start, cache, asked)

    return answer


def _answered(application: Application, environ: Environ, start: Start, cache: Cache, asked: Key) -> Iterable[bytes]:
    """Have the application answer, and keep what may be kept."""
    said: list[Any] = []

    def started(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        said[:] = status, headers
        return start(status, headers, *rest)

    chunks = application(environ, started)
    if STREAMED in environ:
        return chunks
    try:
        body = b"".join(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
    status, headers = said
    fields = dict(headers)
    if status.startswith("200") and "no-store" not in fields["Cache-Control"] and "X-Dataset-Version" in fields:
        environ[LOOKED_FOR] = "miss"
        weight = len(body) + len(str(headers)) + len(str(asked)) + _AROUND
        kept = Kept(headers, body, fields["ETag"], fields.get("Last-Modified"), weight)
        cache.put((fields["X-Dataset-Version"], *asked), kept)
    return [body]


def _repeat(kept: Kept, environ: Environ, start: Start) -> Iterable[bytes]:
    if not environ.keys().isdisjoint(CONDITIONS) and not is_resource_modified(
        environ, etag=kept.etag, last_modified=kept.last_modified
    ):
        start("304 NOT MODIFIED", [each for each in kept.headers if each[0].lower() not in _NOT_IN_304])
        return []
    start("200 OK", kept.headers)
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else kept.body]


def _is_plain(environ: Environ) -> bool:
    reads = environ["REQUEST_METHOD"] in {"GET", "HEAD"} and not environ.get("CONTENT_LENGTH", "").strip("0")
    return reads and environ.keys().isdisjoint(_NOT_FOR_US)


def _asked(environ: Environ) -> Key:
    """Return all an answer depends on beside the data; the day, because "today" is what a question asks by default."""
    return (
        calendar.today(),
        environ["PATH_INFO"],
        environ.get("QUERY_STRING", ""),
        _normal(environ.get("HTTP_ACCEPT", "")),
        preferred_language(environ.get("HTTP_ACCEPT_LANGUAGE", "")),
        reads_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")),
    )


@lru_cache(maxsize=1024)
def _normal(accept: str) -> str:
    return "".join(accept.lower().split())
