"""The control socket: where a service's own processes are asked to publish, to reread their files, to write dumps."""

import os
import signal
import socket
from pathlib import Path

from sasaeai.store import frames


def bell(*signals: signal.Signals) -> tuple[socket.socket, socket.socket]:
    """Have each of the signals that comes write its number where a selector sees it; keep both ends."""
    heard, clapper = socket.socketpair()
    for each in (heard, clapper):
        each.setblocking(False)
    for number in signals:
        signal.signal(number, lambda *_: None)
    # Only ^C at a terminal sends it: it is meant for the supervisor, which ends its children in their order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.set_wakeup_fd(clapper.fileno(), warn_on_full_buffer=False)
    return heard, clapper


def bind(path: Path) -> socket.socket:
    """Listen at a path, in the place of whoever listened there before."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    control = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    control.bind(str(fresh))
    control.listen(16)
    os.rename(fresh, path)
    return control


def graphs(head: frames.Head, body: bytes) -> dict[str, bytes | None]:
    """Cut the body of a publication into its graphs."""
    found: dict[str, bytes | None] = {}
    start = 0
    for name, length in head["graphs"]:
        found[name] = None if length is None else body[start : start + length]
        start += length or 0
    return found
