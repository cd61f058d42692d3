"""A generation: the workers that answer from one version of the data, and the sockets they are reached by."""

import mmap
import os
import signal
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyoxigraph import Store as Oxigraph

from sasaeai.settings import Settings
from sasaeai.store import version, worker
from sasaeai.store.lanes import Lane, lanes

SIGNALS = (signal.SIGCHLD, signal.SIGHUP, signal.SIGTERM)
"""What the engine listens to and its workers do not."""


@dataclass(frozen=True)
class Place:
    """Name a worker's place: its generation, its lane, and the number of its byte on the generation's board."""

    generation: "Generation"
    lane: Lane
    number: int

    @property
    def up(self) -> bool:
        """Say whether the worker in this place came as far as to take queries."""
        return bool(self.generation.board[self.number])


class Generation:
    """Bind a socket for each lane, fork workers onto them, and bring them before the askers in one step each."""

    def __init__(
        self, run_dir: Path, settings: Settings, store: Oxigraph, digest: str, prefixes: dict[str, str]
    ) -> None:
        self.run_dir = run_dir
        self.version = digest
        self.retired = False
        self._retire, self._keep = os.pipe()
        self._works: dict[str, worker.Work] = {}
        for lane in lanes(settings):
            listener = _listen(run_dir / f"{lane.name}.new", lane.queue)
            self._works[lane.name] = worker.Work(lane, settings, store, digest, prefixes, listener, self._retire)
        self.places = [
            Place(self, lane, number)
            for number, lane in enumerate(lane for lane in lanes(settings) for _ in range(lane.workers))
        ]
        # Shared with the workers, and by no descriptor: they have none to spare.
        self.board = mmap.mmap(-1, len(self.places))

    def fork(self, place: Place) -> int:
        """Fork a worker into its place; return its process id."""
        self.board[place.number] = 0
        parent = os.getpid()
        if not (pid := fork()):
            worker.run(self._works[place.lane.name], parent, memoryview(self.board)[place.number : place.number + 1])
        return pid

    def open(self) -> None:
        """Take the place of the generation before: whoever asks from now on asks this one."""
        if not (self.run_dir / "version").exists():
            # Whoever finds the sockets of the first generation finds its version too.
            version.tell(self.run_dir, self.version)
        for name in self._works:
            os.rename(self.run_dir / f"{name}.new", self.run_dir / name)
        version.tell(self.run_dir, self.version)

    def retire(self) -> None:
        """Let the workers answer who waits, and leave."""
        self.retired = True
        for work in self._works.values():
            work.listener.close()
        os.close(self._keep)
        os.close(self._retire)


def fork() -> int:
    """Fork this process; the child does not listen to what the engine listens to, from its first moment on."""
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    if not (pid := os.fork()):
        signal.set_wakeup_fd(-1)
        for each in SIGNALS:
            signal.signal(each, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
    return pid


def outcome(status: int) -> dict[str, Any]:
    """Say how a process ended: the signal that ended it, or its exit status."""
    if os.WIFSIGNALED(status):
        return {"signal": signal.Signals(os.WTERMSIG(status)).name}
    return {"status": os.waitstatus_to_exitcode(status)}


def _listen(path: Path, queue: int) -> socket.socket:
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    listener.bind(str(path))
    # The kernel lets one more wait than it is told.
    listener.listen(max(queue - 1, 0))
    return listener
