"""The servers a bench measures: each started on a free port over the same quads, and stopped again."""

import configparser
import contextlib
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

ASK = "ASK {}"
JSON, N_TRIPLES = "application/sparql-results+json", "application/n-triples"
_PATIENCE = 600.0


class Peer:
    """A server: where its SPARQL endpoint is, how it is started, and how long that took.

    `load` brings the quads in, where the command has not.
    """

    def __init__(  # noqa: PLR0913 — what a process takes
        self,
        name: str,
        endpoint: str,
        command: list[str],
        *,
        environment: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        load: Callable[[], None] | None = None,
    ) -> None:
        self.name, self.endpoint = name, endpoint
        self._command, self._environment, self._cwd, self._load = command, environment or {}, cwd, load
        self.start()

    def start(self) -> None:
        """Start the server and wait until it answers over the quads."""
        began = time.perf_counter()
        self.process = subprocess.Popen(
            self._command,
            cwd=self._cwd,
            env=os.environ | self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while not self._answers():
            if self.process.poll() is not None or time.perf_counter() - began > _PATIENCE:
                raise RuntimeError(f"{self.name} did not start: {' '.join(self._command[:3])} …")
            time.sleep(0.02)
        if self._load:
            self._load()
        self.started_in = time.perf_counter() - began

    def stop(self) -> None:
        """End the server."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def get(self, query: str, accept: str, seconds: float = 60.0) -> bytes:
        """Ask by GET; raises OSError for a refusal, and where no answer comes in time."""
        address = f"{self.endpoint}?{urllib.parse.urlencode({'query': query})}"
        request = urllib.request.Request(address, headers={"Accept": accept})
        with urllib.request.urlopen(request, timeout=seconds) as reply:
            body: bytes = reply.read()
            return body

    def memory(self) -> float:
        """Return the memory of the server's processes in MB, what they share counted once (PSS)."""
        total = 0
        for pid in _family(self.process.pid):
            with contextlib.suppress(OSError):
                for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                    if line.startswith("Pss:"):
                        total += int(line.split()[1])
        return total / 1024

    def _answers(self) -> bool:
        try:
            self.get(ASK, JSON)
        except OSError:
            return False
        return True


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def sasaeai(root: Path, **settings: str) -> Peer:
    """Run this checkout's service over a repository."""
    port = free_port()
    # A bench is one client that asks without a pause: more than a stranger may.
    environment = {"SASAEAI_ROOT": str(root), "SASAEAI_CLIENT_SECONDS": "1000000", **settings}
    command = [sys.executable, "-m", "sasaeai", "serve", "--port", str(port)]
    return Peer("Sasaeai", f"http://127.0.0.1:{port}/sparql", command, environment=environment)


def oxigraph(quads: Path) -> Peer:
    """Run `oxigraph serve` in memory, as our engine is, the quads sent by the graph store protocol."""
    port = free_port()

    def load() -> None:
        kind = {"Content-Type": "application/n-quads"}
        address = f"http://127.0.0.1:{port}/store"
        request = urllib.request.Request(address, data=quads.read_bytes(), headers=kind, method="POST")
        urllib.request.urlopen(request, timeout=_PATIENCE).close()

    command = [_beside("oxigraph"), "serve", "--bind", f"127.0.0.1:{port}"]
    return Peer("Oxigraph", f"http://127.0.0.1:{port}/query", command, load=load)


def rdflib_endpoint(quads: Path) -> Peer:
    """Run rdflib-endpoint under uvicorn, over an rdflib Dataset."""
    port = free_port()
    program = (
        "import sys, uvicorn, rdflib; from rdflib_endpoint import SparqlEndpoint\n"
        "graph = rdflib.Dataset(); graph.parse(sys.argv[1], format='nquads')\n"
        "uvicorn.run(SparqlEndpoint(graph=graph), host='127.0.0.1', port=int(sys.argv[2]), log_level='warning')\n"
    )
    command = [sys.executable, "-W", "ignore", "-c", program, str(quads), str(port)]
    return Peer("rdflib-endpoint", f"http://127.0.0.1:{port}/", command)


def virtuoso(quads: Path, folder: Path) -> Peer:
    """Run Virtuoso in a folder, on loopback only, the quads bulk-loaded; its default graph is the union of all."""
    home = folder / "virtuoso"
    home.mkdir()
    shutil.copy(quads, home / "all.nq")
    port, sql = free_port(), free_port()
    config = configparser.ConfigParser()
    config.optionxform = str  # type: ignore[assignment,method-assign]
    config["Database"] = {"DatabaseFile": "v.db", "TransactionFile": "v.trx", "ErrorLogFile": "v.log"}
    config["TempDatabase"] = {"DatabaseFile": "t.db", "TransactionFile": "t.trx"}
    config["Parameters"] = {
        "ServerPort": f"127.0.0.1:{sql}",
        "DirsAllowed": str(home),
        "NumberOfBuffers": "100000",
        "MaxDirtyBuffers": "75000",
        "ThreadsPerQuery": "2",
    }
    config["HTTPServer"] = {"ServerPort": f"127.0.0.1:{port}", "ServerThreads": "20"}
    config["SPARQL"] = {"ResultSetMaxRows": "1000000"}
    with (home / "v.ini").open("w") as file:
        config.write(file)

    def load() -> None:
        # Its default graph is the union of all graphs: what stands in ours a second time is put away again.
        orders = (
            f"ld_dir('{home}', 'all.nq', 'urn:default'); rdf_loader_run(); "
            "SPARQL CLEAR GRAPH <urn:default>; checkpoint;"
        )
        command = ["isql-vt", f"127.0.0.1:{sql}", "dba", "dba", f"EXEC={orders}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    command = ["virtuoso-t", "+foreground", "+configfile", "v.ini"]
    return Peer("Virtuoso", f"http://127.0.0.1:{port}/sparql", command, cwd=home, load=load)


def missing() -> dict[str, str]:
    """Say which peers cannot be run here, and what would bring them."""
    found = {
        "Oxigraph": Path(_beside("oxigraph")).exists(),
        "rdflib-endpoint": bool(importlib.util.find_spec("rdflib_endpoint") and importlib.util.find_spec("uvicorn")),
        "Virtuoso": bool(shutil.which("virtuoso-t") and shutil.which("isql-vt")),
    }
    how = {
        "Oxigraph": "pip install oxigraph",
        "rdflib-endpoint": "pip install rdflib-endpoint uvicorn",
        "Virtuoso": "apt install virtuoso-opensource-7-bin",
    }
    return {name: how[name] for name, there in found.items() if not there}


def _beside(program: str) -> str:
    return str(Path(sys.executable).parent / program)


def _family(pid: int) -> list[int]:
    children = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            children += [int(each) for each in (task / "children").read_text().split()]
    return [pid, *(each for child in children for each in _family(child))]
