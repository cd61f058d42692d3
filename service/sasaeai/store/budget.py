"""How many query-seconds a client may use up, counted over all web processes.

Each client has a level that every query raises by the seconds a worker spent on it, and that falls by the budget in a
minute. While it stands at the budget or above, the client is refused; so what ran over is paid back, to the second.

The levels lie in one file of a fixed size in the folder of the sockets, and the kernel's lock on it keeps processes and
threads apart; who dies with the lock gives it back. A client has a place in one of eight slots that its digest
leads to. Where eight others have them already, the lowest level gives way: whoever brings thousands of addresses gains
nothing that the addresses themselves had not given him.
"""

import contextlib
import fcntl
import hashlib
import math
import os
import struct
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

from sasaeai.errors import ServiceError

_SLOT = struct.Struct("16sdd")
_WAYS, _SETS = 8, 2048
_WIDTH = _WAYS * _SLOT.size
_MINUTE = 60.0


class Budget:
    """Keep the levels of all clients in the file `path`; `seconds` is what each may use up in a minute."""

    def __init__(self, path: Path, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.path = path
        self.seconds = seconds
        self.clock = clock
        self._lock = threading.Lock()
        self._file: int | None = None

    def check(self, client: str) -> None:
        """Raise a ServiceError, 429, if a client has nothing left; '' is the service itself and is never refused."""
        if client and (over := self.level(client) - self.seconds) >= 0:
            retry = max(1, math.ceil(over * _MINUTE / self.seconds))
            raise ServiceError("budget", 429, retry_after=retry, seconds=f"{self.seconds:g}")

    def level(self, client: str) -> float:
        """Return the seconds that are counted against a client now."""
        digest, place = _placed(client)
        with self._locked() as file:
            return self._levels(file, place, self.clock()).get(digest, 0.0)

    def charge(self, client: str, seconds: float) -> None:
        """Count seconds against a client."""
        if not client:
            return
        digest, place = _placed(client)
        with self._locked() as file:
            # Read under the lock: a count made meanwhile would lie in the future, and be forgotten.
            levels = self._levels(file, place, now := self.clock())
            levels[digest] = levels.get(digest, 0.0) + max(seconds, 0.0)
            kept = sorted(levels, key=lambda each: (each != digest, -levels[each]))[:_WAYS]
            packed = b"".join(_SLOT.pack(each, levels[each], now) for each in kept)
            os.pwrite(file, packed.ljust(_WIDTH, b"\0"), place)

    def _levels(self, file: int, place: int, now: float) -> dict[bytes, float]:
        """Read the levels that stand at a place as they are now, those above zero."""
        levels = {}
        for digest, level, at in _SLOT.iter_unpack(os.pread(file, _WIDTH, place).ljust(_WIDTH, b"\0")):
            # The clock begins anew with the machine: what lies in the future is of a life before.
            if level and now >= at and (left := level - (now - at) * self.seconds / _MINUTE) > 0:
                levels[digest] = left
        return levels

    @contextlib.contextmanager
    def _locked(self) -> Iterator[int]:
        """Hold the file against all other threads and processes."""
        with self._lock:
            if self._file is None:
                self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                weakref.finalize(self, os.close, self._file)
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield self._file
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)


def _placed(client: str) -> tuple[bytes, int]:
    """Return the digest of a client, and where in the file its slots begin."""
    digest = hashlib.blake2b(client.encode(), digest_size=16).digest()
    return digest, int.from_bytes(digest[:4], "big") % _SETS * _WIDTH
