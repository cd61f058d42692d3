"""The supervisor: starts the engine, the examiner and the web, keeps them alive, and stops them in their order."""

import contextlib
import http.client
import os
import shutil
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

from sasaeai.settings import Settings
from sasaeai.store import metrics
from sasaeai.store.confinement import adopt_orphans
from sasaeai.store.engine import UNREADABLE
from sasaeai.supervisor.child import Child
from sasaeai.supervisor.reservations import RefusalError, port_held, run_dir_held

_STOPS = {signal.SIGTERM, signal.SIGINT}
_SIGNALS = _STOPS | {signal.SIGHUP, signal.SIGCHLD}
_PROBE_SECONDS = 0.1
_WEB_STOP_SECONDS = 5
_STOP_SECONDS = 8.0


class Supervisor:
    """Hold the children and the loop that waits for signals."""

    def __init__(self, settings: Settings, host: str, port: int) -> None:
        assert settings.run_dir is not None
        self.host, self.port = host, port
        self.engine = _engine(settings, settings.run_dir)
        self.publisher = _publisher(settings, settings.run_dir)
        self.follower = _follower(settings, settings.run_dir)
        self.examiner = _examiner(settings, settings.run_dir)
        self.web = _web(settings, settings.run_dir, host, port)
        every = self.publisher, self.engine, self.follower, self.examiner, self.web
        self.children = tuple(each for each in every if each)
        self.answered = False
        self.has_terminal = _has_terminal()

    def run(self) -> int:
        """Keep the children alive until a signal asks to stop; return the exit status."""
        status = 0
        while True:
            for child in self.children:
                if child.process is None and child.due <= time.monotonic():
                    child.start()
            if not self.answered and self._answers():
                self.answered = True
                say(f"Sasaeai answers at http://{_bracketed(self.host)}:{self.port}/", 1)
            number = self._wait()
            if number in _STOPS or (number == signal.SIGHUP and self._hung_up()):
                break
            if number == signal.SIGHUP:
                (self.publisher or self.engine).send(number)
                self.examiner.send(number)
            if (dead := self._reap()) and not self.answered:
                # What never answered will not answer the next time either.
                say(f"Sasaeai could not start: {dead}")
                self.web.kill()
                status = 1
                break
        self.stop()
        return status

    def stop(self) -> None:
        """Stop the web, then those whom it asks; what does not end in time, or at a second signal, is killed."""
        for child in reversed(self.children):
            child.ask_to_stop()
            deadline = time.monotonic() + _STOP_SECONDS
            while child.process:
                info = signal.sigtimedwait(_SIGNALS, 0.2)
                if time.monotonic() > deadline or (info and info.si_signo in _STOPS):
                    child.kill()
                self._reap()
        # Orphans have become children of this process.
        with contextlib.suppress(ChildProcessError):
            deadline = time.monotonic() + _STOP_SECONDS
            while time.monotonic() < deadline:
                if os.waitpid(-1, os.WNOHANG) == (0, 0):
                    time.sleep(0.01)

    def _wait(self) -> int:
        """Wait for a signal, but not past what is due."""
        waits = [child.due - time.monotonic() for child in self.children if child.process is None]
        waits += [] if self.answered else [_PROBE_SECONDS]
        if not waits:
            return signal.sigwait(_SIGNALS)
        info = signal.sigtimedwait(_SIGNALS, max(0.0, min(waits)))
        return info.si_signo if info else 0

    def _reap(self) -> str:
        """Take note of who has ended, strangers included: as process 1 this one is everybody's last parent."""
        report = ""
        with contextlib.suppress(ChildProcessError):
            while info := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                children = {each.process.pid: each for each in self.children if each.process}
                if child := children.get(info.si_pid):
                    status = child.ended()
                    unreadable = status == UNREADABLE and (child is self.engine or child is self.publisher)
                    if child is not self.examiner:  # without which everything else is answered
                        report = "the graph cannot be read" if unreadable else f"its {child.name} ended ({status})"
                else:
                    os.waitpid(info.si_pid, 0)
        return report

    def _answers(self) -> bool:
        """Say whether the web answers, and the engine behind it."""
        everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}
        connection = http.client.HTTPConnection(everywhere.get(self.host, self.host), self.port, timeout=1)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _hung_up(self) -> bool:
        return self.has_terminal and not _has_terminal()


def serve(settings: Settings, host: str, port: int) -> int:
    """Serve until told to stop; return the exit status. SIGHUP publishes what has changed in the files."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        with port_held(host, port) as (address, number), run_dir_held(settings.run_dir) as run_dir:
            adopt_orphans()
            root, state = (path.resolve() if path else None for path in (settings.root, settings.state))
            base = settings.public_base or f"http://{_bracketed(host)}:{number}/"
            # What the processes of the service before have counted is over.
            shutil.rmtree(run_dir / "metrics", ignore_errors=True)
            (run_dir / "metrics").mkdir()
            held = replace(settings, run_dir=run_dir, root=root, state=state, public_base=base)
            return Supervisor(held, address, number).run()
    except RefusalError as refusal:
        say(str(refusal))
        return 1
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def say(text: str, where: int = 2) -> None:
    """Write a line, if there is still somebody to read it."""
    with contextlib.suppress(OSError):
        os.write(where, f"{text}\n".encode())


def _engine(settings: Settings, run_dir: Path) -> Child:
    command = [sys.executable, "-m", _engine_module(settings), str(run_dir)]
    # The kernel takes memory back from a worker that has ended ten times as fast in large pages: 1 GB of small ones
    # takes it 0.2 s, and several times that where the processors are busy.
    return Child("engine", command, {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"} | _environment(settings), run_dir)


def _engine_module(settings: Settings) -> str:
    if settings.store == "embedded":
        return "sasaeai.store.engine"
    # Where a server answers, the engine within only looks at what it is asked.
    return "sasaeai.store.remote.copy" if settings.store_copy else "sasaeai.store.remote.guard"


def _publisher(settings: Settings, run_dir: Path) -> Child | None:
    """Return the process that writes to a server, if this service may."""
    if settings.store == "embedded" or not settings.store_update:
        return None
    command = [sys.executable, "-m", "sasaeai.store.remote.publisher", str(run_dir)]
    return Child("publisher", command, _environment(settings), run_dir)


def _follower(settings: Settings, run_dir: Path) -> Child | None:
    """Return the process that sees what is published at the server of which a copy is kept."""
    if settings.store == "embedded" or not settings.store_copy:
        return None
    command = [sys.executable, "-m", "sasaeai.store.remote.copy", str(run_dir), "follow"]
    return Child("follower", command, _environment(settings), run_dir)


def _examiner(settings: Settings, run_dir: Path) -> Child:
    command = [sys.executable, "-m", "sasaeai.examiner.process", str(run_dir)]
    return Child("examiner", command, _environment(settings), run_dir)


def _web(settings: Settings, run_dir: Path, host: str, port: int) -> Child:
    options = {
        "interface": "wsgi",
        "host": host,
        "port": port,
        "workers": settings.web_workers,
        "blocking-threads": settings.web_threads,
        "workers-kill-timeout": _WEB_STOP_SECONDS,
        "log-level": "error",
    }
    given = [text for name, value in options.items() for text in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "granian", *given, "--respawn-failed-workers", "sasaeai.wsgi:application"]
    return Child("web", command, _environment(settings), run_dir)


def _environment(settings: Settings) -> dict[str, str]:
    """Hand the settings down; the children work in the run directory, where no stray module can be imported."""
    assert settings.run_dir is not None
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SASAEAI_")}
    if path := inherited.get("PYTHONPATH"):
        inherited["PYTHONPATH"] = os.pathsep.join(os.path.abspath(each) for each in path.split(os.pathsep))
    return inherited | settings.to_environment() | {metrics.VARIABLE: str(settings.run_dir / "metrics")}


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
