"""The journal of events: one line of JSON each, on the standard error."""

import contextlib
import json
import os
import time
from functools import lru_cache
from typing import Any


def log(event: str, **details: Any) -> None:
    """Write one line; where nobody reads any more, nothing."""
    line = {"time": _moment(int(time.time())), "event": event, **details}
    # The service outlives its terminal.
    with contextlib.suppress(OSError):
        os.write(2, (json.dumps(line, ensure_ascii=False) + "\n").encode(errors="replace"))


@lru_cache(maxsize=1)
def _moment(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
