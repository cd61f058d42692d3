"""The examiner, as the web reaches it: over its socket, from any thread."""

import contextlib
import json
import math
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TypeVar

from sasaeai.errors import ServiceError
from sasaeai.publish import Handed
from sasaeai.settings import Settings
from sasaeai.store import frames

SOCKET = "examiner"
_BEGIN_SECONDS = 5.0
"""How long an asker waits for the examiner to say that it begins: it may be reading changed data."""
_ANSWER_SECONDS = 15.0
"""How long after its deadline an answer may take to come over."""
_TICK_SECONDS = 1.0
"""How long who waits is told nothing, and how often then how far it is."""
_PIECE = 1 << 20

T = TypeVar("T")
Heard = Iterator[tuple[frames.Head, bytes] | None]


DESK = "desk"
"""The client that decisions of reviewers are looked at for."""


@dataclass(frozen=True)
class Examined:
    """Hold what came of a file: a report or a workbook, and the version of the data that it was held against."""

    body: bytes
    version: str


@dataclass(frozen=True)
class Step:
    """Hold how far an examination is: for how many seconds it runs, and how much was looked at, of how much.

    While the file is being read there is nothing to look at yet: `total` is 0.
    """

    seconds: float
    done: int
    total: int


def parted(content: bytes, names: Sequence[str], lengths: Sequence[int]) -> dict[str, bytes]:
    """Cut content into parts of these names and lengths."""
    ends = list(accumulate(lengths))
    return {name: content[end - length : end] for name, length, end in zip(names, lengths, ends, strict=True)}


class Examiner:
    """Ask the examiner whose socket lies in the run directory of the settings."""

    def __init__(self, settings: Settings) -> None:
        self._run_dir = settings.run_dir or Path()
        self._settings = settings

    def examining(
        self, name: str, content: bytes, form: str, language: str, client: str = ""
    ) -> Iterator[Step | Examined]:
        """Have a file of a client examined: each second how far it is, and at last what came of it.

        `form` is that of the report: json, csv, ttl or xlsx. Raises ServiceError: 4xx for a file that cannot be opened,
        is too large or breaks the limits, 429 where the client has as many places as are for one, 503 where all are
        taken. '' is the service itself.
        """
        return self._ask({"type": "examine", "name": name, "form": form, "language": language}, client, content)

    def examine(self, name: str, content: bytes, form: str, language: str, client: str = "") -> Examined:
        """Have a file examined, and wait for it; see `examining`."""
        return _last(self.examining(name, content, form, language, client))

    def handing_in(
        self, name: str, content: bytes, language: str, client: str = ""
    ) -> Iterator[Step | tuple[Handed, bytes]]:
        """Have a file examined that is to be submitted; where it has mistakes, it comes back with comments beside.

        Yields and raises what `examining` does.
        """
        for each in self._ask({"type": "hand-in", "name": name, "language": language}, client, content):
            yield each if isinstance(each, Step) else _handed(name, content, each.body)

    def hand_in(self, name: str, content: bytes, language: str, client: str = "") -> tuple[Handed, bytes]:
        """Have a file examined that is to be submitted, and wait for it; see `handing_in`."""
        return _last(self.handing_in(name, content, language, client))

    def mistakes(self, documents: Mapping[str, bytes]) -> int:
        """Count the mistakes in documents of a city, by graph, as they would be (b'': gone), beside the rest.

        The desk has a place of its own. Raises ServiceError 422 where the limits are broken, 503 without an examiner.
        """
        head = {"type": "mistakes", "graphs": list(documents), "lengths": list(map(len, documents.values()))}
        return int(json.loads(_last(self._ask(head, DESK, b"".join(documents.values()))).body))

    def template(self, city: str, client: str = "") -> Examined:
        """Have the workbook of a city written; ServiceError 404 for a code that is none."""
        return _last(self._ask({"type": "template", "city": city}, client))

    def _ask(self, head: frames.Head, client: str, body: bytes = b"") -> Iterator[Step | Examined]:
        with contextlib.ExitStack() as stack:
            try:
                connection = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
                connection.settimeout(_BEGIN_SECONDS)
                connection.connect(str(self._run_dir / SOCKET))
                connection.sendall(f"{client}\n".encode())
                heard = _heard(connection, self._settings.max_answer_bytes)
                began, _ = next(frame for frame in _within(heard, _BEGIN_SECONDS) if frame)
            except TimeoutError as error:
                raise ServiceError("busy", 503, retry_after=10) from error
            except (OSError, frames.BrokenOffError) as error:
                raise ServiceError("examiner-away", 503, retry_after=5) from error
            if began["type"] == "error":
                raise frames.to_error(began)
            yield from self._answer(connection, heard, frames.pack(head, body))

    def _answer(self, connection: socket.socket, heard: Heard, request: bytes) -> Iterator[Step | Examined]:
        """Send what is to be examined, and wait; a process that ended early was ended by what it had been sent."""
        seconds, memory = self._settings.examination_seconds, self._settings.examination_memory_mb
        began, done, total = time.monotonic(), 0, 0
        try:
            connection.settimeout(seconds + _ANSWER_SECONDS)
            connection.sendall(request)
            for frame in _within(heard, seconds + _ANSWER_SECONDS):
                match frame:
                    case {"type": "error", **rest}, _:
                        raise frames.to_error(rest)
                    case {"type": "answer", "version": version}, body:
                        yield Examined(body, version)
                        return
                    case {"type": "step", "done": done, "total": total}, _:
                        pass
                if (passed := time.monotonic() - began) >= _TICK_SECONDS:
                    yield Step(passed, done, total)
        except (OSError, frames.BrokenOffError) as error:
            raise ServiceError("examination-ended", 422, seconds=math.ceil(seconds), memory=memory) from error


def _handed(name: str, content: bytes, found: bytes) -> tuple[Handed, bytes]:
    """Read what `job` wrote of a file that is to be submitted."""
    head, said = found.split(b"\n", 1)
    told = json.loads(head)
    parts = parted(said, ["report", "commented", *told["graphs"]], told["lengths"])
    report, commented = parts.pop("report"), parts.pop("commented")
    return Handed(name, content, report, told["mistakes"], told["city"], parts), commented


def _last(told: Iterator[Step | T]) -> T:
    return next(each for each in told if not isinstance(each, Step))


def _heard(connection: socket.socket, limit: int) -> Heard:
    """Yield each frame that comes, and None after each second without one; BrokenOffError if the other side leaves."""
    buffer = bytearray()
    while True:
        if frame := frames.take(buffer):
            yield frame
            continue
        connection.settimeout(_TICK_SECONDS)
        try:
            piece = connection.recv(_PIECE)
        except TimeoutError:
            yield None
            continue
        if not piece or len(buffer) > limit + _PIECE:
            raise frames.BrokenOffError
        buffer += piece


def _within(heard: Heard, seconds: float) -> Heard:
    """Yield what is heard; TimeoutError when so many seconds have passed."""
    until = time.monotonic() + seconds
    for frame in heard:
        yield frame
        if time.monotonic() > until:
            raise TimeoutError
