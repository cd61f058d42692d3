"""Whose turn it is: the places clients have in a lane, counted over all web processes, and the line before them.

A place is a name in the kernel's own socket namespace: whoever binds it has it, nobody else gets it meanwhile, and it
is free again when its holder ends, however that comes. Who finds none free may stand in line. A line takes threads of
the web, so it is short, and no client has it to himself. The first of a client's line looks for a place and
those behind him wait, so who comes late does not get in first.
"""

import contextlib
import hashlib
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_FIRST_LOOK, _LONGEST_LOOK = 0.005, 0.08
"""After how long the first in line looks whether another process has given a place back: at first as long as a light
query takes, then ever longer, for looking costs something too. What this process gives back he hears of at once."""


@dataclass
class Turn:
    """Hold a place; it may stay taken for a while after the turn."""

    place: str
    holder: socket.socket | None = None
    rest: float = 0.0

    def end(self) -> None:
        """Give the place back, after its rest."""
        if self.holder and self.rest:
            timer = threading.Timer(self.rest, self.holder.close)
            timer.daemon = True
            timer.start()
        elif self.holder:
            self.holder.close()


class Turns:
    """Give out places in the lanes of the engine in `run_dir`; `line` may wait for one in this process at once."""

    def __init__(self, run_dir: Path, line: int) -> None:
        self._stem = str(run_dir.resolve())
        self._most, self._each = max(2, line), max(1, line * 3 // 4)
        self._lines: dict[str, deque[object]] = {}
        self._change = threading.Condition()

    @contextlib.contextmanager
    def held(self, client: str, places: Sequence[str], seconds: float = 0.0) -> Iterator[Turn | None]:
        """Hold the first of the places that is free, waiting for so many seconds; None if there was none.

        '' is the service itself and needs none.
        """
        if not client or sys.platform != "linux":
            yield Turn("")
            return
        if not (turn := self._soon(client, places, seconds)):
            yield None
            return
        try:
            yield turn
        finally:
            turn.end()
            with self._change:
                self._change.notify_all()

    def _soon(self, client: str, places: Sequence[str], seconds: float) -> Turn | None:
        with self._change:
            line = self._lines.get(client, deque())
            if not line and (turn := self._bound(places)):
                return turn
            if not seconds or len(line) >= self._each or sum(map(len, self._lines.values())) >= self._most:
                return None
            self._lines[client] = line
            line.append(ticket := object())
            try:
                return self._in_line(line, ticket, places, time.monotonic() + seconds)
            finally:
                line.remove(ticket)
                if not line:
                    del self._lines[client]
                self._change.notify_all()

    def _in_line(self, line: deque[object], ticket: object, places: Sequence[str], deadline: float) -> Turn | None:
        """Wait to be the first in line, and then for a place."""
        pause = _FIRST_LOOK
        while (left := deadline - time.monotonic()) > 0:
            if line[0] is not ticket:
                self._change.wait(left)
            elif turn := self._bound(places):
                return turn
            elif not self._change.wait(min(left, pause)):
                pause = min(pause * 2, _LONGEST_LOOK)
        return None

    def _bound(self, places: Sequence[str]) -> Turn | None:
        holder = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        for place in places:
            name = hashlib.sha256(f"{self._stem} {place}".encode()).hexdigest()
            with contextlib.suppress(OSError):
                holder.bind(f"\0sasaeai-{name[:32]}")
                return Turn(place, holder)
        holder.close()
        return None
