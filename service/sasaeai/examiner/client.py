"""The examiner, as the web reaches it: over its socket, from any thread."""

import json
import math
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BufferedReader
from itertools import accumulate
from pathlib import Path

from sasaeai.errors import ServiceError
from sasaeai.publish import Handed
from sasaeai.settings import Settings
from sasaeai.store import frames

SOCKET = "examiner"
_BEGIN_SECONDS = 5.0
"""How long an asker waits for the examiner to say that it begins: it may be reading changed data."""
_ANSWER_SECONDS = 15.0
"""How long after its deadline an answer may take to come over."""


DESK = "desk"
"""The client that decisions of reviewers are looked at for."""


@dataclass(frozen=True)
class Examined:
    """Hold what came of a file: a report or a workbook, and the version of the data that it was held against."""

    body: bytes
    version: str


def parted(content: bytes, names: Sequence[str], lengths: Sequence[int]) -> dict[str, bytes]:
    """Cut content into parts of these names and lengths."""
    ends = list(accumulate(lengths))
    return {name: content[end - length : end] for name, length, end in zip(names, lengths, ends, strict=True)}


class Examiner:
    """Ask the examiner whose socket lies in the run directory of the settings."""

    def __init__(self, settings: Settings) -> None:
        self._run_dir = settings.run_dir or Path()
        self._settings = settings

    def examine(self, name: str, content: bytes, form: str, language: str, client: str = "") -> Examined:
        """Have a file of a client examined; `form` is that of the report: json, csv, ttl or xlsx.

        Raises ServiceError: 4xx for a file that cannot be opened, is too large or breaks the limits, 429 where the
        client has as many places as are for one, 503 where all are taken. '' is the service itself.
        """
        return self._ask({"type": "examine", "name": name, "form": form, "language": language}, client, content)

    def hand_in(self, name: str, content: bytes, language: str, client: str = "") -> tuple[Handed, bytes]:
        """Have a file examined that is to be submitted; where it has mistakes, it comes back with comments beside.

        Raises what `examine` does.
        """
        found = self._ask({"type": "hand-in", "name": name, "language": language}, client, content).body
        head, said = found.split(b"\n", 1)
        told = json.loads(head)
        parts = parted(said, ["report", "commented", *told["graphs"]], told["lengths"])
        report, commented = parts.pop("report"), parts.pop("commented")
        return Handed(name, content, report, told["mistakes"], told["city"], parts), commented

    def mistakes(self, documents: Mapping[str, bytes]) -> int:
        """Count the mistakes in documents of a city, by graph, as they would be (b'': gone), beside the rest.

        The desk has a place of its own. Raises ServiceError 422 where the limits are broken, 503 without an examiner.
        """
        head = {"type": "mistakes", "graphs": list(documents), "lengths": list(map(len, documents.values()))}
        return int(json.loads(self._ask(head, DESK, b"".join(documents.values())).body))

    def template(self, city: str, client: str = "") -> Examined:
        """Have the workbook of a city written; ServiceError 404 for a code that is none."""
        return self._ask({"type": "template", "city": city}, client)

    def _ask(self, head: frames.Head, client: str, body: bytes = b"") -> Examined:
        try:
            with (
                socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection,
                frames.incoming(connection) as stream,
            ):
                connection.settimeout(_BEGIN_SECONDS)
                connection.connect(str(self._run_dir / SOCKET))
                connection.sendall(f"{client}\n".encode())
                began, _ = frames.receive(stream, 0)
                if began["type"] == "error":
                    raise frames.to_error(began)
                return self._answer(connection, stream, frames.pack(head, body))
        except TimeoutError as error:
            raise ServiceError("busy", 503, retry_after=10) from error
        except (OSError, frames.BrokenOffError) as error:
            raise ServiceError("examiner-away", 503, retry_after=5) from error

    def _answer(self, connection: socket.socket, stream: BufferedReader, request: bytes) -> Examined:
        """Send what is to be examined, and wait; a process that ended early was ended by what it had been sent."""
        seconds, memory = self._settings.examination_seconds, self._settings.examination_memory_mb
        connection.settimeout(seconds + _ANSWER_SECONDS)
        try:
            connection.sendall(request)
            reply, body = frames.receive(stream, self._settings.max_answer_bytes)
        except (OSError, frames.BrokenOffError) as error:
            raise ServiceError("examination-ended", 422, seconds=math.ceil(seconds), memory=memory) from error
        if reply["type"] == "error":
            raise frames.to_error(reply)
        return Examined(body, reply["version"])
