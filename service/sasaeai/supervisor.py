"""The supervisor: starts the engine and the web, keeps both alive, and stops both in their order."""

import contextlib
import fcntl
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from sasaeai.settings import Settings
from sasaeai.store.confinement import adopt_orphans, die_with_parent
from sasaeai.store.engine import UNREADABLE

_STOPS = {signal.SIGTERM, signal.SIGINT}
_SIGNALS = _STOPS | {signal.SIGHUP, signal.SIGCHLD}
_PROBE_SECONDS = 0.1
_WEB_STOP_SECONDS = 5
_STOP_SECONDS = 8.0
_FIRST_PAUSE, _LONGEST_PAUSE, _HEALTHY_SECONDS = 0.1, 5.0, 10.0
_LONGEST_RUN_DIR = 90
"""The path of a socket has at most 107 bytes."""


class RefusalError(Exception):
    """What keeps the service from starting, worded for the person who starts it."""


@dataclass
class Child:
    """Hold one child process: how it is started, since when it runs, and when it is due again after it died."""

    name: str
    command: list[str]
    environment: dict[str, str]
    folder: Path
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.0
    due: float = field(default_factory=time.monotonic)

    def start(self) -> None:
        """Start the process from this (the main) thread: when it ends, the kernel ends the child."""
        supervisor = os.getpid()

        def prepare() -> None:
            signal.pthread_sigmask(signal.SIG_SETMASK, ())
            die_with_parent(supervisor)

        self.started = time.monotonic()
        # A session of its own: ^C at the terminal reaches the supervisor alone.
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            env=self.environment,
            cwd=self.folder,
            start_new_session=True,
            preexec_fn=prepare,
        )

    def ended(self) -> int:
        """Take note that the process has ended, with whatever it has left behind; return its exit status."""
        assert self.process is not None
        # It has ended but is not reaped yet: the number of its process group cannot be another's.
        self.kill()
        status = self.process.wait()
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process = None
        lived = time.monotonic() - self.started
        self.pause = 0.0 if lived > _HEALTHY_SECONDS else min(self.pause * 2 or _FIRST_PAUSE, _LONGEST_PAUSE)
        self.due = time.monotonic() + self.pause
        return status

    def ask_to_stop(self) -> None:
        """Ask the process to end."""
        if self.process and self.process.stdin:
            self.process.stdin.close()
            self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Kill the process and its group."""
        if self.process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)


class Supervisor:
    """Hold the two children and the loop that waits for signals."""

    def __init__(self, settings: Settings, host: str, port: int) -> None:
        assert settings.run_dir is not None
        self.host, self.port = host, port
        self.engine = _engine(settings, settings.run_dir)
        self.web = _web(settings, settings.run_dir, host, port)
        self.answered = False
        self.has_terminal = _has_terminal()

    def run(self) -> int:
        """Keep the children alive until a signal asks to stop; return the exit status."""
        status = 0
        while True:
            for child in (self.engine, self.web):
                if child.process is None and child.due <= time.monotonic():
                    child.start()
            if not self.answered and self._answers():
                self.answered = True
                say(f"Sasaeai answers at http://{_bracketed(self.host)}:{self.port}/", sys.stdout.fileno())
            number = self._wait()
            if number in _STOPS or (number == signal.SIGHUP and self._hung_up()):
                break
            if number == signal.SIGHUP and self.engine.process:
                self.engine.process.send_signal(signal.SIGHUP)
            if (dead := self._reap()) and not self.answered:
                # What never answered will not answer the next time either.
                say(f"Sasaeai could not start: {dead}")
                status = 1
                break
        self.stop()
        return status

    def stop(self) -> None:
        """Stop the web, then the engine it asks; what does not end in time, or at a second signal, is killed."""
        for child in (self.web, self.engine):
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
        waits = [child.due - time.monotonic() for child in (self.engine, self.web) if child.process is None]
        waits += [] if self.answered else [_PROBE_SECONDS]
        if not waits:
            return signal.sigwait(_SIGNALS)
        info = signal.sigtimedwait(_SIGNALS, max(0, *waits) if len(waits) > 1 else max(0, waits[0]))
        return info.si_signo if info else 0

    def _reap(self) -> str:
        """Take note of who has ended, strangers included: as process 1 this one is everybody's last parent."""
        report = ""
        with contextlib.suppress(ChildProcessError):
            while info := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                children = {each.process.pid: each for each in (self.engine, self.web) if each.process}
                if child := children.get(info.si_pid):
                    status = child.ended()
                    unreadable = child is self.engine and status == UNREADABLE
                    report = "the graph cannot be read" if unreadable else f"its {child.name} ended ({status})"
                else:
                    os.waitpid(info.si_pid, 0)
        return report

    def _answers(self) -> bool:
        """Say whether the web answers, and the engine behind it."""
        everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 — read, not bound
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
        with _port(host, port) as (address, number), _run_dir(settings) as run_dir:
            adopt_orphans()
            root = settings.root.resolve() if settings.root else None
            return Supervisor(replace(settings, run_dir=run_dir, root=root), address, number).run()
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
    command = [sys.executable, "-m", "sasaeai.store.engine", str(run_dir)]
    return Child("engine", command, _environment(settings), run_dir)


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
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SASAEAI_")}
    if path := inherited.get("PYTHONPATH"):
        inherited["PYTHONPATH"] = os.pathsep.join(os.path.abspath(each) for each in path.split(os.pathsep))
    return inherited | settings.to_environment()


@contextlib.contextmanager
def _port(host: str, port: int) -> Iterator[tuple[str, int]]:
    """Hold a port for the web: its address and number (0: any that is free).

    The server shares its port among its workers, and would share it with a stranger without a word. Held here
    without listening, it is found taken by the next who asks like this.
    """
    try:
        family, _, _, _, (address, *_) = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise RefusalError(f"There is no address {host}: {error}") from error
    try:
        with socket.socket(family, socket.SOCK_STREAM) as alone:
            alone.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            alone.bind((address, port))
            alone.listen(1)
            number = alone.getsockname()[1]
        held = socket.socket(family, socket.SOCK_STREAM)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind((address, number))
    except OSError as error:
        hint = "another program uses it; choose another with --port" if error.errno == 98 else error.strerror
        raise RefusalError(f"Port {port} of {host} cannot be used: {hint}") from error
    with held:
        yield str(address), number


@contextlib.contextmanager
def _run_dir(settings: Settings) -> Iterator[Path]:
    """Hold the folder of the sockets: the one that is set, else a new one that is removed at the end."""
    if settings.run_dir is None:
        base = tempfile.gettempdir()
        made = tempfile.mkdtemp(prefix="sasaeai-", dir=base if len(base) < _LONGEST_RUN_DIR // 2 else "/tmp")
        try:
            yield Path(made).resolve()
        finally:
            shutil.rmtree(made, ignore_errors=True)
        return
    run_dir = settings.run_dir.resolve()
    if len(os.fsencode(run_dir)) > _LONGEST_RUN_DIR:
        raise RefusalError(f"{run_dir} is too long a path for sockets: it may have {_LONGEST_RUN_DIR} bytes")
    try:
        run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(run_dir, os.O_RDONLY)
    except OSError as error:
        raise RefusalError(f"{run_dir} cannot be used: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield run_dir
    except BlockingIOError as error:
        raise RefusalError(f"Another Sasaeai runs in {run_dir}") from error
    finally:
        os.close(lock)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
