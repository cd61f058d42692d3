"""A request on its way: reach the workers of a lane, wait until one begins with it, read what it finds."""

import contextlib
import math
import socket
import time
from pathlib import Path

from sasaeai.errors import ServiceError
from sasaeai.formats import BY_NAME
from sasaeai.settings import Settings
from sasaeai.store import Answer, frames, metrics
from sasaeai.store.lanes import Lane

_TRIES = 4
_ANSWER_SECONDS = 15.0
"""How long after its deadline an answer may take to come over: sending, on a busy machine."""
_TOLERANCE = 0.05


class Begun:
    """Hold a request that a worker began with at the time `at` and has so many `seconds` for; closing it ends him."""

    def __init__(
        self, connection: socket.socket, stream: frames.Incoming, head: frames.Head, at: float, limit: int
    ) -> None:
        self._connection, self._stream, self._limit = connection, stream, limit
        self._formats = {"graph": head["graph"], "boolean": head["results"], "solutions": head["results"]}
        self.at, self.seconds = at, head["seconds"]

    @property
    def age(self) -> float:
        """Return the seconds since the worker began; both processes read the same clock."""
        return time.monotonic() - self.at

    def answers(self, lane: str, within: float = math.inf) -> list[Answer]:
        """Wait for the answers to all queries of the request: they come whole, or their worker ended early.

        ServiceError 503: `deadline` when the time is up, or so many seconds since the start are while the worker goes
        on; `stopped` when it ended before.
        """
        patience = within if within < self.seconds else self.seconds + _ANSWER_SECONDS
        # No time at all would mean not to wait; what has come already is read all the same.
        self._connection.settimeout(max(patience - self.age, 0.001))
        try:
            reply, body = self._stream.receive(self._limit)
        except (frames.BrokenOffError, TimeoutError) as error:
            raise self._ended(lane, min(within, self.seconds)) from error
        if reply["type"] == "error":
            raise frames.to_error(reply)
        pieces = frames.parted(body, [length for _, _, length in reply["parts"]])
        return [
            Answer(piece, BY_NAME[self._formats[kind]], reply["version"], kind, cut)
            for (kind, cut, _), piece in zip(reply["parts"], pieces, strict=True)
        ]

    def close(self) -> None:
        """Leave: a worker that is not done yet is ended by the kernel."""
        self._connection.close()

    def _ended(self, lane: str, seconds: float) -> ServiceError:
        late = self.age - seconds
        if late < -_TOLERANCE:
            return ServiceError("stopped", 503, retry_after=60)
        if seconds == self.seconds:
            metrics.OVERRUN_SECONDS.labels(lane).observe(max(late, 0.0))
        return ServiceError("deadline", 503, retry_after=math.ceil(seconds), seconds=f"{seconds:g}")


class Workers:
    """Reach the workers of a lane by its socket in `run_dir`."""

    def __init__(self, run_dir: Path, lane: Lane, settings: Settings) -> None:
        self._address, self._lane, self._settings = str(run_dir / lane.name), lane, settings

    def begin(self, head: frames.Head, body: bytes, seconds: float | None) -> Begun:
        """Send a request and wait for a worker to begin with it.

        ServiceError 503: `busy` if there is no room or no worker has time, `engine-away` if nobody is there.
        """
        head = head | {"seconds": min(seconds or math.inf, self._lane.seconds)}
        request = frames.pack(head, body)
        # Whoever waits at a generation's socket while its last worker leaves is sent away before his query has
        # begun, and asks the next generation.
        for _ in range(_TRIES):
            with contextlib.suppress(frames.BrokenOffError), contextlib.ExitStack() as ends:
                connection = ends.enter_context(self._connected())
                stream = frames.Incoming(connection)
                started = self._started(connection, stream, request)
                ends.pop_all()
                return Begun(connection, stream, head, started["at"], self._settings.max_answer_bytes)
        raise away()

    def busy(self) -> ServiceError:
        """Return what to say where this lane has no room."""
        return ServiceError("busy", 503, retry_after=math.ceil(self._lane.turnover))

    def _connected(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        try:
            connection.connect(self._address)
        except BlockingIOError as error:
            connection.close()
            raise self.busy() from error
        except ConnectionRefusedError as error:
            connection.close()
            raise frames.BrokenOffError from error
        except OSError as error:
            connection.close()
            raise away() from error
        return connection

    def _started(self, connection: socket.socket, stream: frames.Incoming, request: bytes) -> frames.Head:
        connection.settimeout(self._settings.wait_seconds)
        try:
            connection.sendall(request)
            return stream.receive(0)[0]
        except ConnectionError as error:
            raise frames.BrokenOffError from error
        except TimeoutError as error:
            raise self.busy() from error


def away() -> ServiceError:
    """Return what to say where no engine is."""
    return ServiceError("engine-away", 503, retry_after=5)
