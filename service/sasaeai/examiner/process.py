"""The examiner: `python -m sasaeai.examiner.process RUN_DIR` reads the graph and forks a process for each file.

It has one thread, holds what files are held against, and never reads a file itself. Who finds all places taken, or has
as many as are for one client, is told so at once. It ends when its standard input does, and takes its children along.
It reads a city anew that has another revision, before it examines anything more, and all at SIGHUP. Every hour
it removes from the desk the files whose time is over.
"""

import contextlib
import gc
import os
import selectors
import shutil
import signal
import socket
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from sasaeai.desk import Desk, revisions, submissions
from sasaeai.errors import ServiceError
from sasaeai.examiner import job
from sasaeai.examiner.client import DESK, SOCKET
from sasaeai.intake import Intake
from sasaeai.journal import log
from sasaeai.repository import Repository, digest
from sasaeai.settings import Settings
from sasaeai.store import frames
from sasaeai.workbook import Bounds

_WAITING = 64
_NICENESS = 10
_HELLO_SECONDS = 1.0
_LONGEST_HELLO = 100
_EXPIRY_SECONDS = 3600.0
_PATIENCE_SECONDS = 1.0
"""How long who finds no place waits for one: the process of his last file may be about to end."""

_LOOK_SECONDS = 2.0
"""How often to look for a new revision while nothing else is to be done: who comes next need not wait for it."""


@dataclass(frozen=True)
class Child:
    """Hold what there is to know of a process that examines: since when it runs, for whom, the folder for its files."""

    began: float
    client: str
    folder: Path


@dataclass(frozen=True)
class Caller:
    """Hold who waits for a place, and until when."""

    until: float
    client: str
    connection: socket.socket


class Examiner:
    """Keep what files are held against, and a place for each of a few children."""

    def __init__(self, run_dir: Path, settings: Settings) -> None:
        self._settings = settings
        self._repository = Repository(settings.root, settings.state)
        self._folder = run_dir / "examination"
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir()
        self._children: dict[int, Child] = {}
        self._callers: list[Caller] = []
        self._ground = self._read()
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        fresh = run_dir / f"{SOCKET}.new"
        fresh.unlink(missing_ok=True)
        self._listener.bind(str(fresh))
        self._listener.listen(_WAITING)
        # Who finds it is heard.
        fresh.rename(run_dir / SOCKET)

    def serve(self) -> NoReturn:
        """Serve until the standard input ends or SIGTERM comes."""
        bell, clapper = socket.socketpair()
        bell.setblocking(False)
        clapper.setblocking(False)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, lambda *_: None)
        signal.set_wakeup_fd(clapper.fileno(), warn_on_full_buffer=False)
        selector = selectors.PollSelector()
        for each in (0, bell, self._listener):
            selector.register(each, selectors.EVENT_READ)
        log("examiner-ready", version=self._ground.version)
        due = time.monotonic()
        while True:
            if self._settings.state and time.monotonic() >= due:
                self._expire(self._settings.state)
                due = time.monotonic() + _EXPIRY_SECONDS
            pause = _PATIENCE_SECONDS / 4 if self._callers else _LOOK_SECONDS if self._settings.state else None
            ready = {key.fileobj for key, _ in selector.select(pause)}
            if not ready:
                self._follow()
            if 0 in ready and not os.read(0, 4096):
                self._stop()
            if bell in ready:
                self._heed(bell.recv(4096))
            self._reap()
            if self._listener in ready:
                self._greet()
            self._seat()

    def _read(self) -> job.Ground:
        # Told first: what is accepted meanwhile is read the next time.
        revision = revisions.last(self._settings.state)
        ground = job.Ground(Intake(self._repository, Bounds.of(self._settings)), self._repository.digests(), revision)
        gc.unfreeze()
        self._settle()
        return ground

    @staticmethod
    def _settle() -> None:
        """Let the collector never look at what is held now: it would touch every page, and so copy it in each child."""
        gc.collect()
        gc.freeze()

    def _heed(self, numbers: bytes) -> None:
        if signal.SIGTERM in numbers:
            self._stop()
        if signal.SIGHUP in numbers:
            self._renew()

    def _renew(self) -> None:
        try:
            self._ground = self._read()
            log("examiner-ready", version=self._ground.version)
        except (OSError, ValueError, SyntaxError, ServiceError) as error:
            # The engine has refused to publish such files too.
            log("examiner-kept", version=self._ground.version, detail=str(error))

    def _expire(self, state: Path) -> None:
        """Remove the bytes of files decided on longer ago than the settings keep them."""
        try:
            if count := submissions.forget(Desk(state), self._settings.keep_uploads_days):
                log("uploads-removed", count=count)
        except ServiceError as error:
            log("uploads-kept", detail=str(error))

    def _greet(self) -> None:
        with contextlib.suppress(BlockingIOError):
            connection, _ = self._listener.accept()
            connection.settimeout(_HELLO_SECONDS)
            with contextlib.suppress(ConnectionError, TimeoutError):
                if hello := connection.recv(_LONGEST_HELLO):
                    client = hello.decode("ascii", "replace").strip()
                    self._callers.append(Caller(time.monotonic() + _PATIENCE_SECONDS, client, connection))
                    return
            connection.close()

    def _seat(self) -> None:
        """Give a place to each caller for whom there is one, and refuse who has waited long enough."""
        for caller in list(self._callers):
            refusal = self._refusal(caller.client)
            if refusal and time.monotonic() < caller.until:
                continue
            self._callers.remove(caller)
            with caller.connection, contextlib.suppress(ConnectionError, TimeoutError):
                if refusal:
                    caller.connection.sendall(frames.pack(frames.from_error(refusal)))
                    continue
                self._follow()
                self._fork(caller.connection, caller.client)

    def _refusal(self, client: str) -> ServiceError | None:
        """Say why there is no place for a client; the service itself, '', has all of them, and the desk its own."""
        taken = sum((each.client == DESK) == (client == DESK) for each in self._children.values())
        if taken >= self._settings.examined_at_once:
            return ServiceError("busy", 503, retry_after=5)
        limit = self._settings.examined_per_client
        if client not in ("", DESK) and sum(each.client == client for each in self._children.values()) >= limit:
            return ServiceError("too-many-files", 429, retry_after=5, limit=limit)
        return None

    def _follow(self) -> None:
        """Read the cities that have other revisions than those files would be held against; of the rest nothing."""
        try:
            last, known = revisions.last(self._settings.state), self._ground
            if last < known.revision:
                self._renew()  # a copy of the desk's file was put back
            elif last > known.revision:
                digests = dict(known.digests)
                for city in revisions.since(self._settings.state, known.revision):
                    known.intake.renew(city)
                    digests = {name: each for name, each in digests.items() if not self._repository.is_of(name, city)}
                    digests |= {name: digest(text) for name, text in self._repository.city(city).items()}
                self._ground = job.Ground(known.intake, digests, last)
                self._settle()
                log("examiner-ready", version=self._ground.version)
        except (OSError, ServiceError) as error:
            log("examiner-kept", version=self._ground.version, detail=str(error))

    def _fork(self, connection: socket.socket, client: str) -> None:
        parent, folder = os.getpid(), None
        try:
            folder = Path(tempfile.mkdtemp(dir=self._folder))
            if not (pid := os.fork()):
                job.run(self._ground, self._settings, connection, folder, parent)
        except OSError as error:
            if folder:
                folder.rmdir()
            log("fork-failed", detail=str(error))
            return
        self._children[pid] = Child(time.monotonic(), client, folder)

    def _reap(self) -> None:
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            child = self._children.pop(pid)
            # What an examination that was ended has left behind.
            shutil.rmtree(child.folder, ignore_errors=True)
            seconds = round(time.monotonic() - child.began, 2)
            log("examination-ended", pid=pid, seconds=seconds, status=os.waitstatus_to_exitcode(status))

    def _stop(self) -> NoReturn:
        for pid in self._children:
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self._folder, ignore_errors=True)
        os._exit(0)


def main() -> None:
    """Be the examiner of the run directory that is given; who asks for a page goes before who has a file examined."""
    os.nice(_NICENESS)
    try:
        examiner = Examiner(Path(sys.argv[1]), Settings.from_environment())
    except (OSError, ValueError, SyntaxError, ServiceError) as error:
        log("examiner-failed", detail=str(error))
        sys.exit(1)
    examiner.serve()


if __name__ == "__main__":
    main()
