"""The bodies of requests, read before anything else, by no more threads than can be spared.

The server offers no deadline for reading: a body that was announced and does not come holds its thread until its
sender leaves. So few bodies of one client, and by a quarter of the threads at most, are read at once; who finds no
place soon is refused without being read, and requests without a body go on as if nothing were.

What is too long is read on and thrown away before it is refused: a connection that is closed with something unread is
reset, and the answer may be lost with it to a proxy or a browser that is still sending (RFC 9112 §9.6).
"""

import contextlib
import io
import threading
from collections import Counter
from collections.abc import Iterator
from typing import IO

from flask import Flask, request
from werkzeug.exceptions import RequestEntityTooLarge

from sasaeai.errors import ServiceError
from sasaeai.settings import Settings
from sasaeai.web import askers

_PATIENCE = 0.2
"""Seconds to wait for a place: a body that has come is read in far less."""

_AROUND = 10_000
"""Bytes that a form may put around the file in it."""

_READ_ON, _PIECE = 50_000_000, 64 * 1024
"""Bytes beyond the longest body that are read all the same, and how many of them at once."""


def install(app: Flask, settings: Settings) -> None:
    """Have an application read each body, or refuse the request."""
    places = _Places(settings.bodies_per_client, max(1, settings.web_threads // 4))
    longest = dict.fromkeys(("validate", "submissions"), settings.max_file_bytes + _AROUND)

    @app.before_request
    def take() -> None:
        environ = request.environ
        if not environ.get("CONTENT_LENGTH", "").strip("0") and "HTTP_TRANSFER_ENCODING" not in environ:
            return
        request.max_content_length = limit = longest.get(request.blueprint or "", settings.max_body_bytes)
        announced = request.content_length or 0
        # Who waits for leave to send (RFC 9110 §10.1.1) sends nothing; of more than that nobody would see the end.
        if announced > limit and ("HTTP_EXPECT" in environ or announced > limit + _READ_ON):
            raise RequestEntityTooLarge
        with places.held(askers.account(askers.address(environ, settings.trusted_proxies))):
            body = environ["wsgi.input"].read(limit + 1)
            if len(body) > limit:
                _read_on(environ["wsgi.input"])
                raise RequestEntityTooLarge
        environ["wsgi.input"] = io.BytesIO(body)


def _read_on(stream: IO[bytes]) -> None:
    """Read what is still coming of a body, up to a bound, and keep nothing of it."""
    left = _READ_ON
    while left > 0 and (piece := stream.read(_PIECE)):
        left -= len(piece)


class _Places:
    """Count whose bodies are being read, by client and in all."""

    def __init__(self, each: int, total: int) -> None:
        self._each, self._total = each, total
        self._clients = Counter[str]()
        self._change = threading.Condition()

    @contextlib.contextmanager
    def held(self, client: str) -> Iterator[None]:
        """Hold a place for a client, or refuse one."""
        with self._change:
            if not self._change.wait_for(lambda: self._clients[client] < self._each, _PATIENCE):
                raise ServiceError("slow-bodies", 429, retry_after=10, limit=self._each)
            if not self._change.wait_for(lambda: self._clients.total() < self._total, _PATIENCE):
                raise ServiceError("busy", 503, retry_after=10)
            self._clients[client] += 1
        try:
            yield
        finally:
            with self._change:
                self._clients -= Counter([client])
                self._change.notify_all()
