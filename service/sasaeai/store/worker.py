"""A worker: one forked process that answers one query at a time, within limits that the kernel keeps."""

import gc
import os
import resource
import select
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from pyoxigraph import Store as Oxigraph

from sasaeai.errors import ServiceError
from sasaeai.formats import BY_NAME
from sasaeai.settings import Settings
from sasaeai.store import Dataset, confinement, frames
from sasaeai.store.evaluation import Evaluated, evaluate
from sasaeai.store.lanes import Lane

_REQUEST_TIME = struct.pack("@ll", 5, 0)
"""How long a query may take to come over: seconds and microseconds."""
_SEND_SECONDS = 10.0
FAULT = 70
"""Exit status of a worker that met a fault of this program."""


@dataclass(frozen=True)
class Work:
    """Hold what a worker has from birth: its lane, the data, the socket queries come by, the pipe that retires it."""

    lane: Lane
    settings: Settings
    store: Oxigraph
    version: str
    prefixes: dict[str, str]
    listener: socket.socket
    retire: int


def run(work: Work, parent: int, up: memoryview) -> NoReturn:
    """Be a worker, in a process just forked from `parent`; `up` gets its byte set when queries can come."""
    status = FAULT
    try:
        gc.freeze()
        confinement.die_with_parent(parent)
        confinement.close_all_but(work.listener.fileno(), work.retire)
        confinement.sleep_exactly()
        os.nice(work.lane.niceness)
        confinement.limit_memory(work.settings.worker_memory_mb << 20, work.settings.worker_stack_mb << 20)
        wait = _waiting(work)
        confinement.limit_files()
        up[0] = 1
        _answer_all(work, wait)
        status = 0
    except BaseException as error:
        os.write(2, f"worker {os.getpid()} of {work.lane.name}: {error!r}\n".encode())
    finally:
        # Freeing the store at an ordinary exit takes seconds, and would run what belongs to the parent.
        os._exit(status)
    raise AssertionError


def _answer_all(work: Work, wait: Callable[[], object]) -> None:
    """Answer until retired; then answer who waits at this generation's socket still, and leave."""
    born_with = _memory()
    while True:
        wait()
        try:
            connection, _ = work.listener.accept()
        except BlockingIOError:
            # Another worker was quicker, or there is nobody left: the pipe tells.
            if select.select([work.retire], [], [], 0)[0]:
                return
            continue
        except ConnectionError:
            continue
        with connection:
            _answer(work, connection)
        # What an answer took is not given back whole; the next one is to have its full allowance.
        if _memory() - born_with > work.settings.worker_memory_mb << 19:
            return


def _waiting(work: Work) -> Callable[[], object]:
    """Return what waits until a query or the retirement may have come; it takes a descriptor where it can.

    A query wakes one worker of those that have nothing to do, and the last to have answered first: his part of the
    data is in the processor's caches. Where the kernel cannot tell them apart it wakes them all.
    """
    if sys.platform != "linux":
        poll = select.poll()
        poll.register(work.listener, select.POLLIN)
        poll.register(work.retire, select.POLLIN)
        return poll.poll
    epoll = select.epoll()
    epoll.register(work.listener, select.EPOLLIN | select.EPOLLEXCLUSIVE)
    epoll.register(work.retire, select.EPOLLIN)
    return epoll.poll


def _answer(work: Work, connection: socket.socket) -> None:
    # The kernel keeps this time by itself: a timeout of Python's asks it once more before each call.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _REQUEST_TIME)
    try:
        # Said before the query has come: then its asker reads it while the query is being read.
        connection.sendall(frames.pack({"type": "started", "at": time.monotonic()}))
        head, body = frames.Incoming(connection).receive(work.settings.max_query_bytes * frames.AT_ONCE)
    except (frames.BrokenOffError, ConnectionError, BlockingIOError, ValueError):
        return
    try:
        _watch(connection, min(work.lane.seconds, head["seconds"]))
        reply = _reply(work, head, body)
        confinement.live_when_readable(connection.fileno())
        # The asker reads at once; a stopped one must not hold the worker.
        signal.setitimer(signal.ITIMER_REAL, _SEND_SECONDS)
        connection.sendall(reply)
    except ConnectionError:
        return
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _watch(connection: socket.socket, seconds: float) -> None:
    """From here on the kernel ends this process when time is up or the asker has left."""
    signal.setitimer(signal.ITIMER_REAL, seconds)
    # The kernel tells of a query after it can be read: too late, perhaps, and that would pass for the asker's leaving.
    # Who has read that his query began has come out of sending it.
    confinement.wait_until_read(connection.fileno())
    confinement.die_when_readable(connection.fileno())
    # Who left before the kernel was asked to watch is found by looking once.
    try:
        connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return
    confinement.live_when_readable(connection.fileno())
    raise ConnectionAbortedError


def _reply(work: Work, head: frames.Head, body: bytes) -> bytes:
    found: list[Evaluated] = []
    room = work.settings.max_answer_bytes
    try:
        for text in frames.parted(body, head["parts"]):
            found.append(_evaluated(work, head, text.decode(), room))
            room -= len(found[-1].body)
    except ServiceError as error:
        return frames.pack(frames.from_error(error))
    parts = [(kind, cut, len(content)) for kind, content, cut in found]
    return frames.pack(
        {"type": "answer", "version": work.version, "parts": parts}, b"".join([each.body for each in found])
    )


def _evaluated(work: Work, head: frames.Head, text: str, limit: int) -> Evaluated:
    return evaluate(
        work.store,
        text,
        _format(head["results"]),
        _format(head["graph"]),
        Dataset(*map(tuple, head["dataset"])) if head["dataset"] else None,
        limit=limit,
        # What the service asks itself is whole or refused.
        rows=None if work.lane.name == "own" else work.settings.max_rows,
        prefixes=work.prefixes,
    )


def _format(name: str | None) -> Any:
    return BY_NAME[name] if name else None


def _memory() -> int:
    """Return the most memory this process has held, in bytes: a system call, for no file can be opened here."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
