"""The journal of events: one line of JSON each, on the standard error."""

import contextlib
import json
import os
import select
import time
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

quoted = json.JSONEncoder(ensure_ascii=False).encode
"""Write a string, or any value, as JSON."""


def log(event: str, **details: Any) -> None:
    """Write one line; where nobody reads any more, nothing."""
    told = {"time": moment(time.time()), "event": event, **details}
    write([(quoted(told) + "\n").encode(errors="replace")])


def write(lines: Iterable[bytes]) -> None:
    """Write lines, as many at once as the kernel keeps together when other processes write to the same pipe."""
    piece = b""
    # The service outlives its terminal.
    with contextlib.suppress(OSError):
        for each in lines:
            if piece and len(piece) + len(each) > select.PIPE_BUF:
                os.write(2, piece)
                piece = b""
            piece += each
        if piece:
            os.write(2, piece)


def moment(at: float) -> str:
    """Write when something happened, `at` so many seconds since 1970, to the second."""
    return _second(int(at))


@lru_cache(maxsize=1)
def _second(at: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
