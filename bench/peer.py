"""A program that a bench starts, asks, weighs and stops: a SPARQL server, or rdflib by itself."""

import contextlib
import http.client
import json
import os
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO

from sasaeai.store.confinement import die_with_parent

ASK = "ASK {}"
JSON, N_TRIPLES = "application/sparql-results+json", "application/n-triples"
PATIENCE = 600.0
_LONG_PREPARED, _IDLE, _STILL = 120.0, 0.1, 3
"""Seconds of waiting for a server to be done with itself; CPU-s in a second below which it is, so many times."""
_TICKS = os.sysconf("SC_CLK_TCK")
Ask = Callable[[str, str], bytes]
"""What asks a query for a format."""


class RefusedError(Exception):
    """Say with what words a program refuses a query, or that it broke off."""


class LateError(Exception):
    """Say that no answer came in time. The program may be at it still: nobody else is to wait for that."""


class UnstartedError(Exception):
    """Say why a program does not start, or does not take the quads."""


class Peer:
    """A SPARQL server: where its endpoint is, how it is started, and how long that took.

    `prepare` makes its folder anew; `load` brings the quads in, where the command has not; what is `lasting` has them
    still when it is started again.
    """

    _stdin = _stdout = subprocess.DEVNULL

    def __init__(  # noqa: PLR0913 — what a process takes
        self,
        name: str,
        endpoint: str,
        command: list[str],
        *,
        environment: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        prepare: Callable[[], None] | None = None,
        load: Callable[[], None] | None = None,
        lasting: bool = False,
    ) -> None:
        self.name, self.endpoint = name, endpoint
        self._command, self._environment, self._cwd = command, environment or {}, cwd
        self._prepare, self._load, self._lasting = prepare, load, lasting
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start the server, and return the seconds until it answers over the quads; raises UnstartedError."""
        if self._prepare:
            self._prepare()
        began = time.perf_counter()
        self._run()
        try:
            if self._load:
                self._load()
        except (OSError, subprocess.CalledProcessError) as error:
            raise UnstartedError(f"did not take the quads: {error}"[:160]) from error
        return time.perf_counter() - began

    def renew(self) -> None:
        """Stop the server, whatever it is at, and start it again over the quads; raises UnstartedError."""
        self.stop()
        if self._lasting:
            self._run()
        else:
            self.start()

    def settle(self) -> None:
        """Wait until the server does nothing by itself, or for two minutes: what it prepares is not what is asked."""
        until = time.perf_counter() + _LONG_PREPARED
        spent, still = self.cpu(), 0
        while still < _STILL and time.perf_counter() < until:
            time.sleep(1.0)
            before, spent = spent, self.cpu()
            still = still + 1 if spent - before < _IDLE else 0

    def stop(self) -> None:
        """End the server, if it runs."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()
        self.process = None

    def ask(self, query: str, accept: str, seconds: float = 60.0) -> bytes:
        """Ask once; raises RefusedError, and LateError where no answer comes in time."""
        with self.connected(seconds) as ask:
            return ask(query, accept)

    @contextlib.contextmanager
    def connected(self, seconds: float = 120.0) -> Iterator[Ask]:
        """Be one client: ask by GET, again and again over one connection."""
        address = urllib.parse.urlsplit(self.endpoint)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=seconds)

        def ask(query: str, accept: str) -> bytes:
            target = f"{address.path}?{urllib.parse.urlencode({'query': query})}"
            try:
                connection.request("GET", target, headers={"Accept": accept})
                reply = connection.getresponse()
                body = reply.read()
            except TimeoutError:
                raise LateError(f"no answer within {seconds:.0f} s") from None
            except (OSError, http.client.HTTPException) as error:
                raise RefusedError(f"broke off: {error!r}"[:120]) from error
            if reply.status != 200:
                raise RefusedError(f"{reply.status} {_first_line(body)}")
            return body

        with contextlib.closing(connection):
            yield ask

    def memory(self) -> float:
        """Return the memory of the server's processes in MB, what they share counted once (PSS)."""
        total = 0
        for pid in self._family():
            with contextlib.suppress(OSError):
                for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                    if line.startswith("Pss:"):
                        total += int(line.split()[1])
        return total / 1024

    def cpu(self) -> float:
        """Return the processor time of the server's processes in seconds, and of those they have waited for."""
        total = 0
        for pid in self._family():
            with contextlib.suppress(OSError):
                total += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]))
        return total / _TICKS

    def _run(self) -> None:
        began, self.process = time.perf_counter(), self._open()
        while not self._answers():
            if self.process.poll() is not None or time.perf_counter() - began > PATIENCE:
                raise UnstartedError(f"did not start: {' '.join(self._command[:3])} …")
            time.sleep(0.02)

    def _open(self) -> subprocess.Popen[bytes]:
        bench = os.getpid()
        return subprocess.Popen(
            self._command,
            cwd=self._cwd,
            env=os.environ | self._environment,
            stdin=self._stdin,
            stdout=self._stdout,
            stderr=subprocess.DEVNULL,
            # A killed bench leaves no server behind.
            preexec_fn=lambda: die_with_parent(bench),  # noqa: PLW1509
        )

    def _answers(self) -> bool:
        try:
            self.ask(ASK, JSON)
        except (RefusedError, LateError):
            return False
        return True

    def _family(self) -> list[int]:
        return _with_children(self.process.pid) if self.process else []


class Rdflib(Peer):
    """Plain rdflib: a program of its own that is asked by lines through a pipe, with no HTTP between."""

    _stdin = _stdout = subprocess.PIPE

    def __init__(self, quads: Path) -> None:
        program = str(Path(__file__).with_name("plain_rdflib.py"))
        super().__init__("rdflib", "", [sys.executable, "-W", "ignore", program, str(quads)])

    @contextlib.contextmanager
    def connected(self, seconds: float = 120.0) -> Iterator[Ask]:
        """Ask by a line of JSON; the program gives a query up by itself, and stays as it was."""

        def ask(query: str, accept: str) -> bytes:
            questions, answers = self._pipes()
            form = "json" if accept == JSON else "nt"
            questions.write(json.dumps([query, form, seconds]).encode() + b"\n")
            questions.flush()
            how, said = json.loads(answers.readline())
            if how != "answer":
                raise LateError(said) if how == "late" else RefusedError(said)
            body: str = said
            return body.encode()

        yield ask

    def _answers(self) -> bool:
        return self._pipes()[1].readline() == b"ready\n"

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        assert self.process is not None
        into, out = self.process.stdin, self.process.stdout
        assert into is not None
        assert out is not None
        return into, out


def _first_line(body: bytes) -> str:
    return body.decode(errors="replace").strip().partition("\n")[0][:120]


def _with_children(pid: int) -> list[int]:
    children = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            children += [int(each) for each in (task / "children").read_text().split()]
    return [pid, *(each for child in children for each in _with_children(child))]
