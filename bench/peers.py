"""Which programs are measured over the same quads, and how each is started: all on loopback, on a free port."""

import configparser
import importlib.util
import re
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

from figures import OURS
from held import Held
from peer import PATIENCE, Peer, Rdflib

NAMES = ("Oxigraph", "Virtuoso", "rdflib", "rdflib-endpoint")
_LARGEST = {"rdflib": 1_000_000, "rdflib-endpoint": 500_000}
"""Quads beyond which rdflib is left out: it reads some 15,000 in a second, and holds each in 1.5 kB."""


def servers(root: Path, held: Held, folder: Path, wanted: Sequence[str] = NAMES) -> tuple[list[Peer], dict[str, str]]:
    """Return ours and the peers that can be measured with so many quads, and for the others why they are left out."""
    quads = held.served
    made: dict[str, Callable[[], Peer]] = {
        "Oxigraph": lambda: _oxigraph(quads),
        "Virtuoso": lambda: _virtuoso(quads, folder / "virtuoso"),
        "rdflib": lambda: Rdflib(quads),
        "rdflib-endpoint": lambda: _rdflib_endpoint(quads),
    }
    absent = _missing() | {name: "not asked for" for name in NAMES if name not in wanted}
    for name, largest in _LARGEST.items():
        if held.quads > largest and name not in absent:
            absent[name] = f"left out above {largest:,} quads, which it takes minutes to read"
    # A bench is one client that asks without a pause: more than a stranger may.
    ours = sasaeai(SASAEAI_ROOT=str(root), SASAEAI_SNAPSHOTS=str(held.snapshots), SASAEAI_CLIENT_SECONDS="1000000")
    return [ours, *(make() for name, make in made.items() if name not in absent)], absent


def virtuoso_version() -> str:
    """Name Virtuoso's version as the end of a list; nothing where it is missing."""
    if "Virtuoso" in _missing():
        return ""
    said = subprocess.run(["virtuoso-t", "-?"], capture_output=True, text=True, check=False)
    found = re.search(r"Version (\d+(?:\.\d+)*)", said.stdout + said.stderr)
    return f", Virtuoso {found[1]}" if found else ""


def sasaeai(**settings: str) -> Peer:
    """Run this checkout's service."""
    port = _free_port()
    command = [sys.executable, "-m", "sasaeai", "serve", "--port", str(port)]
    return Peer(OURS, f"http://127.0.0.1:{port}/sparql", command, environment=settings)


def _missing() -> dict[str, str]:
    """Say which peers cannot be run here, and what would bring them."""
    there = {
        "Oxigraph": Path(_beside("oxigraph")).exists(),
        "rdflib-endpoint": bool(importlib.util.find_spec("rdflib_endpoint") and importlib.util.find_spec("uvicorn")),
        "Virtuoso": bool(shutil.which("virtuoso-t") and shutil.which("isql-vt")),
    }
    how = {
        "Oxigraph": "not here: pip install oxigraph",
        "rdflib-endpoint": "not here: pip install rdflib-endpoint uvicorn",
        "Virtuoso": "not here: apt install virtuoso-opensource-7-bin",
    }
    return {name: how[name] for name, found in there.items() if not found}


def _oxigraph(quads: Path) -> Peer:
    """Run `oxigraph serve` in memory, as our engine is, the quads sent by the graph store protocol."""
    port = _free_port()

    def load() -> None:
        kind = {"Content-Type": "application/n-quads", "Content-Length": str(quads.stat().st_size)}
        with quads.open("rb") as body:
            request = urllib.request.Request(f"http://127.0.0.1:{port}/store", data=body, headers=kind, method="POST")
            urllib.request.urlopen(request, timeout=PATIENCE).close()

    command = [_beside("oxigraph"), "serve", "--bind", f"127.0.0.1:{port}"]
    return Peer("Oxigraph", f"http://127.0.0.1:{port}/query", command, load=load)


def _rdflib_endpoint(quads: Path) -> Peer:
    """Run rdflib-endpoint under uvicorn, over an rdflib Dataset."""
    port = _free_port()
    program = (
        "import sys, uvicorn, rdflib; from rdflib_endpoint import SparqlEndpoint\n"
        "graph = rdflib.Dataset(); graph.parse(sys.argv[1], format='nquads')\n"
        "uvicorn.run(SparqlEndpoint(graph=graph), host='127.0.0.1', port=int(sys.argv[2]), log_level='warning')\n"
    )
    command = [sys.executable, "-W", "ignore", "-c", program, str(quads), str(port)]
    return Peer("rdflib-endpoint", f"http://127.0.0.1:{port}/", command)


def _virtuoso(quads: Path, home: Path) -> Peer:
    """Run Virtuoso in a folder, the quads bulk-loaded; its default graph is the union of all."""
    port, sql = _free_port(), _free_port()
    config = configparser.ConfigParser()
    config.optionxform = str  # type: ignore[assignment,method-assign]
    config["Database"] = {"DatabaseFile": "v.db", "TransactionFile": "v.trx", "ErrorLogFile": "v.log"}
    config["TempDatabase"] = {"DatabaseFile": "t.db", "TransactionFile": "t.trx"}
    config["Parameters"] = {
        "ServerPort": f"127.0.0.1:{sql}",
        "DirsAllowed": str(quads.parent),
        "NumberOfBuffers": "200000",
        "MaxDirtyBuffers": "150000",
        "ThreadsPerQuery": "2",
    }
    config["HTTPServer"] = {"ServerPort": f"127.0.0.1:{port}", "ServerThreads": "20"}
    config["SPARQL"] = {"ResultSetMaxRows": "1000000"}

    def prepare() -> None:
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        with (home / "v.ini").open("w") as file:
            config.write(file)

    def load() -> None:
        # Its default graph is the union of all graphs: what stands in ours a second time is put away again.
        orders = (
            f"ld_dir('{quads.parent}', '{quads.name}', 'urn:default'); rdf_loader_run(); "
            "SPARQL CLEAR GRAPH <urn:default>; checkpoint;"
        )
        command = ["isql-vt", f"127.0.0.1:{sql}", "dba", "dba", f"EXEC={orders}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    command = ["virtuoso-t", "+foreground", "+configfile", "v.ini"]
    return Peer(
        "Virtuoso", f"http://127.0.0.1:{port}/sparql", command, cwd=home, prepare=prepare, load=load, lasting=True
    )


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _beside(program: str) -> str:
    return str(Path(sys.executable).parent / program)
