"""`sasaeai serve` as real processes: it comes, stays, and goes without a trace."""

import contextlib
import fcntl
import http.client
import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from sasaeai.supervisor.child import Child
from sasaeai.supervisor.reservations import run_dir_held
from tests.conftest import free_port
from tests.patience import PATIENCE, wait_until
from tests.processes import DEEP, HOG, RUNAWAY, parent_of, processes, settings_for_tests, write_served_graph

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Serving:
    """A `sasaeai serve`, and where it keeps its sockets."""

    process: subprocess.Popen[bytes]
    port: int
    run_dir: Path

    def ask(self, query: str) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request("POST", "/sparql", query, {"Content-Type": "application/sparql-query"})
            response = connection.getresponse()
            return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()

    def is_well(self) -> bool:
        """Say whether each web process, on many connections, gets an answer from the engine."""
        try:
            return all(self.ask("ASK {}")[0] == 200 for _ in range(12))
        except OSError:
            return False

    def left(self) -> dict[int, str]:
        return processes(str(self.run_dir), f"--port {self.port}")

    def find(self, part: str, parent: int | None = None) -> list[int]:
        return sorted(pid for pid, line in self.left().items() if part in line and parent in {None, parent_of(pid)})


@contextlib.contextmanager
def serving(root: Path, **changes: object) -> Iterator[Serving]:
    """Run `sasaeai serve` with a graph; whatever became of it, nothing is left at the end."""
    run_dir = Path(tempfile.mkdtemp(prefix="sas-", dir="/tmp"))
    settings = settings_for_tests(root=root, run_dir=run_dir, **changes)
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "sasaeai", "serve", "--port", str(port)],
        env=os.environ | settings.to_environment(),
        stdout=subprocess.PIPE,
    )
    running = Serving(process, port, run_dir)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line == f"Sasaeai answers at http://127.0.0.1:{port}/\n".encode()
        yield running
    finally:
        process.terminate()
        process.wait(PATIENCE)
        wait_until(lambda: not running.left())
        assert process.stdout is not None
        process.stdout.close()
        shutil.rmtree(run_dir)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_served_graph(tmp_path_factory.mktemp("graph"))


def test_hostile_queries_cost_their_askers_an_error_and_nobody_else_anything(root: Path) -> None:
    with serving(root, slow_seconds=4.0, slow_per_client=8) as running, ThreadPoolExecutor(8) as pool:
        hostile = [pool.submit(running.ask, query) for query in (RUNAWAY, HOG, DEEP[0], RUNAWAY)]
        while not all(each.done() for each in hostile):
            assert running.is_well()
        for status, headers, body in (each.result() for each in hostile):
            # Ended, or on a busy machine not begun: whoever has three runaways under way waits for his turn.
            assert status == json.loads(body)["status"] in {429, 503}
            assert headers["content-type"].startswith("application/problem+json")
            assert int(headers["retry-after"]) > 0


def test_killing_a_query_worker_costs_an_error_at_most(root: Path) -> None:
    with serving(root) as running:
        engine, *_ = running.find("sasaeai.store.engine", running.process.pid)
        workers = running.find("sasaeai.store.engine", engine)
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        wait_until(running.is_well)
        assert running.find("sasaeai.store.engine", running.process.pid) == [engine]


def test_killing_the_engine_costs_errors_until_it_is_there_again(root: Path) -> None:
    with serving(root) as running:
        for _ in range(2):
            engine, *_ = running.find("sasaeai.store.engine", running.process.pid)
            workers = running.find("sasaeai.store.engine", engine)
            os.kill(engine, signal.SIGKILL)
            with contextlib.suppress(OSError):
                assert running.ask("ASK {}")[0] in {200, 503}
            wait_until(running.is_well)
            assert not set(workers) & set(processes(str(running.run_dir)))


def test_killing_a_web_worker_or_the_web_server_costs_connections_at_most(root: Path) -> None:
    with serving(root) as running:
        server, *_ = running.find("granian", running.process.pid)
        workers = running.find("granian", server)
        os.kill(workers[0], signal.SIGKILL)
        wait_until(lambda: len(running.find("granian")) == 3 and running.is_well())
        os.kill(workers[1], signal.SIGKILL)
        wait_until(lambda: len(running.find("granian")) == 3 and running.is_well())
        server, *_ = running.find("granian", running.process.pid)
        old = {server, *running.find("granian", server)}
        os.kill(server, signal.SIGKILL)
        wait_until(lambda: len(running.find("granian")) == 3 and running.is_well())
        assert not old & set(running.find("granian"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_leaves_no_process_and_no_file(root: Path, number: signal.Signals) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "sasaeai", "serve", "--port", str(port)],
            env=os.environ | {"TMPDIR": folder} | settings_for_tests(root=root).to_environment(),
            stdout=subprocess.PIPE,
        )
        with process, ThreadPoolExecutor() as pool:
            assert process.stdout is not None
            process.stdout.readline()
            running = Serving(process, port, Path(folder))
            # Somebody is still waiting for an answer.
            asked = pool.submit(running.ask, RUNAWAY)
            time.sleep(0.3)
            process.send_signal(number)
            assert process.wait(PATIENCE) == 0
            assert not running.left()
            assert os.listdir(folder) == []
            with contextlib.suppress(OSError, http.client.HTTPException):
                asked.result()


def test_a_killed_supervisor_takes_everything_along(root: Path) -> None:
    with serving(root) as running:
        assert len(running.left()) > 4
        running.process.kill()
        running.process.wait()
        wait_until(lambda: not running.left())


def test_what_a_killed_supervisor_left_is_swept_away_by_the_next_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        hold = (
            "import sys, tempfile; from sasaeai.supervisor.reservations import run_dir_held\n"
            f"tempfile.tempdir = {folder!r}\n"
            "with run_dir_held(None) as own: (own / 'own').touch(); print(own, flush=True); sys.stdin.read()"
        )
        command = [sys.executable, "-c", hold]
        with contextlib.ExitStack() as stack:
            killed, living = (
                stack.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
                for _ in range(2)
            )
            left, kept = (Path(each.stdout.readline().decode().strip()) for each in (killed, living) if each.stdout)
            killed.kill()
            killed.wait()
            others = [Path(folder, name) for name in ("sasaeai-run-my-stuff", "sasaeai-checkout")]
            stranger = tmp_path_factory.mktemp("stranger")
            for each in others:
                each.mkdir()
            Path(folder, "sasaeai-run-abcdefgh").symlink_to(stranger)
            assert left.exists()
            with run_dir_held(None) as own:
                assert not left.exists()
                assert all(each.exists() for each in (own, kept, kept / "own", stranger, *others))
            assert not own.exists()


def test_a_port_in_use_is_named(root: Path) -> None:
    with serving(root) as running:
        command = [sys.executable, "-m", "sasaeai", "serve", "--port", str(running.port)]
        environment = os.environ | settings_for_tests(root=root).to_environment()
        second = subprocess.run(command, env=environment, capture_output=True, timeout=PATIENCE, check=False, text=True)
        assert (second.returncode, second.stdout) == (1, "")
        assert f"Port {running.port} of 127.0.0.1 cannot be used: another program uses it" in second.stderr
        command[-1] = str(free_port())
        environment |= {"SASAEAI_RUN_DIR": str(running.run_dir)}
        second = subprocess.run(command, env=environment, capture_output=True, timeout=PATIENCE, check=False, text=True)
        assert (second.returncode, second.stdout) == (1, "")
        assert "Another Sasaeai runs in" in second.stderr
        assert running.is_well()


def test_a_graph_that_cannot_be_read_is_a_clear_end(tmp_path: Path, root: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(root, broken)
    (broken / "data/both.ttl").write_text("<a:a> <a:a> .")
    command = [sys.executable, "-m", "sasaeai", "serve", "--port", str(free_port())]
    environment = os.environ | settings_for_tests(root=broken).to_environment()
    ended = subprocess.run(command, env=environment, capture_output=True, timeout=PATIENCE, check=False, text=True)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "data/both.ttl, line 1" in ended.stderr
    assert "Sasaeai could not start: the graph cannot be read" in ended.stderr


def test_a_hangup_publishes_what_has_changed_in_the_files(tmp_path: Path, root: Path) -> None:
    changing = tmp_path / "changing"
    shutil.copytree(root, changing)
    with serving(changing) as running:
        (changing / "data/both.ttl").write_text("<a:new> <a:new> <a:new> .")
        running.process.send_signal(signal.SIGHUP)
        wait_until(lambda: b"true" in running.ask("ASK { <a:new> ?p ?o }")[2])


def test_a_child_that_has_ended_by_itself_is_still_there_to_be_reaped_when_it_is_asked_to_stop(tmp_path: Path) -> None:
    child = Child("true", [sys.executable, "-c", ""], dict(os.environ), tmp_path)
    child.start()
    assert child.process is not None
    os.waitid(os.P_PID, child.process.pid, os.WEXITED | os.WNOWAIT)
    child.ask_to_stop()
    assert child.ended() == 0
    assert child.process is None


def test_a_terminal_that_goes_away_ends_the_service(root: Path) -> None:
    controller, terminal = pty.openpty()
    port = free_port()
    run_dir = Path(tempfile.mkdtemp(prefix="sas-", dir="/tmp"))
    process = subprocess.Popen(
        [sys.executable, "-m", "sasaeai", "serve", "--port", str(port)],
        env=os.environ | settings_for_tests(root=root, run_dir=run_dir).to_environment(),
        stdin=terminal,
        stdout=terminal,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 — one thread
    )
    os.close(terminal)
    running = Serving(process, port, run_dir)
    assert b"Sasaeai answers at" in os.read(controller, 1000)
    os.close(controller)
    assert process.wait(PATIENCE) == 0
    assert not running.left()
    shutil.rmtree(run_dir)


def test_process_1_of_a_container_reaps_whatever_comes_its_way(root: Path) -> None:
    isolate = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if not shutil.which("unshare") or subprocess.run([*isolate, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody make a process namespace")
    # A shell leaves an orphan and becomes the service: the orphan's end is now the service's to note.
    port = free_port()
    orphan = f"(sleep 1 & exec true); exec {sys.executable} -m sasaeai serve --port {port}"
    process = subprocess.Popen(
        [*isolate, "sh", "-c", orphan],
        env=os.environ | settings_for_tests(root=root).to_environment(),
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b"Sasaeai answers")
        supervisor = next(pid for pid in processes(f"--port {port}") if parent_of(pid) == process.pid)
        children = Path(f"/proc/{supervisor}/task/{supervisor}/children")
        # With the orphan, ended or not, they are four.
        wait_until(lambda: len(children.read_text().split()) == 3)
        os.kill(supervisor, signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    assert not processes(f"--port {port}")
