"""SPARQL servers of others, as the service speaks to them: each in a folder of its own, at loopback only."""

import configparser
import contextlib
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sasaeai.store.confinement import die_with_parent

from .conftest import free_port
from .patience import wait_until

VIRTUOSO, ISQL = "virtuoso-t", "isql-vt"


@dataclass
class Server:
    """A running server: the settings of a service over it, its process, and how it is started."""

    settings: dict[str, str]
    command: list[str]
    folder: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        parent = os.getpid()
        self.process = subprocess.Popen(
            self.command,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=lambda: die_with_parent(parent),  # noqa: PLW1509
        )
        wait_until(self.answers)

    def answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"{self.command[0]} ended with {self.process.returncode}"
        try:
            with urllib.request.urlopen(f"{self.settings['store_query']}?query=ASK%7B%7D", timeout=5):
                return True
        except OSError:
            return False

    def seconds(self) -> float:
        """Return how long the processor has worked for the server."""
        assert self.process is not None
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


Start = Callable[[], contextlib.AbstractContextManager[Server]]


@contextlib.contextmanager
def oxigraph() -> Iterator[Server]:
    """Run `oxigraph serve`, in memory: what is killed has forgotten everything."""
    program = Path(sys.executable).parent / "oxigraph"
    if not program.exists():
        pytest.skip("oxigraph is not installed: pip install oxigraph")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    settings = {
        "store": "sparql",
        "store_query": f"{address}/query",
        "store_update": f"{address}/update",
        "store_graphs": f"{address}/store",
        "store_atomic": "1",
    }
    server = Server(settings, [str(program), "serve", "--bind", f"127.0.0.1:{port}"], Path("/"))
    server.start()
    try:
        yield server
    finally:
        server.kill()


@contextlib.contextmanager
def virtuoso() -> Iterator[Server]:
    """Run Virtuoso in a temporary folder; nobody has its default password, and one account may write."""
    if not (shutil.which(VIRTUOSO) and shutil.which(ISQL)):
        pytest.skip("Virtuoso is not installed: apt install virtuoso-opensource-7-bin")
    with tempfile.TemporaryDirectory(prefix="sas-virtuoso-") as folder:
        port, sql, password = free_port(), free_port(), secrets.token_hex(12)
        _configure(Path(folder), port, sql)
        address = f"http://127.0.0.1:{port}"
        settings = {
            "store": "sparql",
            "store_query": f"{address}/sparql",
            "store_update": f"{address}/sparql-auth",
            "store_graphs": f"{address}/sparql-graph-crud-auth",
            "store_auth": "digest",
            "store_user": "publisher",
            "store_password": password,
            "store_default_graph": "union",
        }
        server = Server(settings, [VIRTUOSO, "+foreground", "+configfile", "virtuoso.ini"], Path(folder))
        server.start()
        _order(
            sql,
            f"user_create('publisher', '{password}'); grant SPARQL_UPDATE to \"publisher\"; "
            f'DB.DBA.RDF_DEFAULT_USER_PERMS_SET(\'publisher\', 7); set password "dba" "{secrets.token_hex(12)}";',
        )
        assert "Bad login" in _order(sql, "status();")
        try:
            yield server
        finally:
            server.kill()


def _order(sql: int, orders: str) -> str:
    """Give Virtuoso orders under its default account; return its complaints."""
    command = [ISQL, f"127.0.0.1:{sql}", "dba", "dba", f"EXEC={orders}"]
    return subprocess.run(command, check=False, capture_output=True, text=True).stderr


def _configure(folder: Path, port: int, sql: int) -> None:
    config = configparser.ConfigParser()
    config.optionxform = str  # type: ignore[assignment,method-assign]
    config["Database"] = {
        "DatabaseFile": "virtuoso.db",
        "TransactionFile": "virtuoso.trx",
        "ErrorLogFile": "virtuoso.log",
        "LockFile": "virtuoso.lck",
        "xa_persistent_file": "virtuoso.pxa",
    }
    config["TempDatabase"] = {"DatabaseFile": "temporary.db", "TransactionFile": "temporary.trx"}
    config["Parameters"] = {"ServerPort": f"127.0.0.1:{sql}", "NumberOfBuffers": "20000", "MaxDirtyBuffers": "15000"}
    config["HTTPServer"] = {"ServerPort": f"127.0.0.1:{port}", "ServerThreads": "20"}
    config["SPARQL"] = {"ResultSetMaxRows": "1000000"}
    with (folder / "virtuoso.ini").open("w") as file:
        config.write(file)
