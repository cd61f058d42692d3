"""What a file can do to a process: nothing but to the one that examines it, and that one has limits."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sasaeai.desk import Desk, submissions
from sasaeai.desk.revisions import Content
from sasaeai.desk.submissions import File
from sasaeai.errors import ServiceError
from sasaeai.examiner import Examiner
from sasaeai.examiner.client import SOCKET
from sasaeai.repository import Repository
from sasaeai.settings import Settings

from .conftest import ROOT
from .patience import PATIENCE, wait_until
from .processes import processes

CITY = "072036"
WIDE = (b"a," * 199 + b"a\n") * 20_000
"""A table as large as one may be, of nothing."""


@dataclass(frozen=True)
class Running:
    """An examiner of its own process, where its files lie, and a client to it."""

    process: subprocess.Popen[bytes]
    run_dir: Path
    client: Examiner

    def left(self) -> list[Path]:
        return list((self.run_dir / "examination").iterdir())

    def fails(self, name: str, content: bytes) -> ServiceError:
        with pytest.raises(ServiceError) as caught:
            self.client.examine(name, content, "json", "ja")
        assert set(map(caught.value.message, ("ja", "en")))
        return caught.value

    def is_well(self) -> bool:
        try:
            return bool(self.client.examine("a.csv", b"a\n", "json", "ja").body)
        except ServiceError:
            return False


@contextlib.contextmanager
def examiner(**changes: Any) -> Iterator[Running]:
    """Run an examiner; see that nothing of it is left behind."""
    run_dir = Path(tempfile.mkdtemp(prefix="sas-", dir="/tmp"))
    settings = Settings(run_dir=run_dir, **changes)
    command = [sys.executable, "-m", "sasaeai.examiner.process", str(run_dir)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, env=os.environ | settings.to_environment())
    running = Running(process, run_dir, Examiner(settings))
    try:
        wait_until(lambda: (run_dir / SOCKET).exists() or process.poll() is not None)
        yield running
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(PATIENCE)
        left = processes(str(run_dir))
        shutil.rmtree(run_dir)
    assert not left


def test_a_process_that_is_forbidden_sockets_and_programs_has_neither_and_still_reads_files() -> None:
    text = """
import socket, subprocess, sys
from sasaeai.store import confinement
confinement.forbid_sockets_and_programs()
for forbidden in (socket.socket, lambda: socket.socket(socket.AF_UNIX), lambda: subprocess.run(["true"])):
    try:
        forbidden()
    except PermissionError:
        print("refused")
print(len(open(sys.argv[1]).read()) > 0)
"""
    ended = subprocess.run([sys.executable, "-c", text, __file__], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["refused", "refused", "refused", "True"]


@pytest.mark.slow
def test_a_file_that_takes_too_long_is_refused_and_leaves_nothing() -> None:
    with examiner(examination_seconds=0.05) as running:
        error = running.fails("a.csv", WIDE)
        assert (error.key, error.status) == ("examination-ended", 422)
        wait_until(lambda: not running.left())
        assert running.fails("a.csv", WIDE).key == "examination-ended"
        assert running.process.poll() is None


@pytest.mark.slow
def test_a_file_that_takes_too_much_memory_is_refused_and_the_next_is_examined() -> None:
    with examiner(examination_memory_mb=48) as running:
        assert running.fails("a.csv", WIDE).key == "examination-ended"
        with pytest.raises(ServiceError) as caught:
            running.client.template("999999")
        assert caught.value.key == "unknown-municipality"


@pytest.mark.slow
def test_a_process_that_dies_over_a_file_costs_nobody_else_anything() -> None:
    with examiner() as running, socket.socket(socket.AF_UNIX) as held:
        held.connect(str(running.run_dir / SOCKET))
        held.sendall(b"192.0.2.1\n")
        held.recv(1000)
        (child,) = set(processes(str(running.run_dir))) - {running.process.pid}
        os.kill(child, signal.SIGSEGV)
        assert held.recv(1000) == b""
        assert running.client.template(CITY).body.startswith(b"PK")


@pytest.mark.slow
def test_who_finds_every_place_taken_is_told_so_at_once_and_later_served() -> None:
    with examiner(examined_at_once=1) as running:
        with socket.socket(socket.AF_UNIX) as held:
            held.connect(str(running.run_dir / SOCKET))
            held.sendall(b"192.0.2.1\n")
            held.recv(1000)
            error = running.fails("a.csv", b"a\n")
            assert (error.key, error.status, error.retry_after) == ("busy", 503, 5)
        wait_until(running.is_well)


@pytest.mark.slow
def test_a_reviewer_decides_while_strangers_hold_all_places() -> None:
    present = Repository(ROOT).city(CITY)
    with examiner(examined_at_once=1) as running:
        with socket.socket(socket.AF_UNIX) as held:
            held.connect(str(running.run_dir / SOCKET))
            held.sendall(b"192.0.2.1\n")
            held.recv(1000)
            assert running.client.mistakes(present) == 0
            assert running.client.mistakes({name: text[:-9] for name, text in present.items()}) > 0
        wait_until(running.is_well)


@pytest.mark.slow
def test_one_client_does_not_hold_all_places() -> None:
    with examiner(examined_at_once=2) as running:
        with socket.socket(socket.AF_UNIX) as held:
            held.connect(str(running.run_dir / SOCKET))
            held.sendall(b"192.0.2.1\n")
            held.recv(1000)
            with pytest.raises(ServiceError) as caught:
                running.client.examine("a.csv", b"a\n", "json", "ja", "192.0.2.1")
            assert (caught.value.key, caught.value.status, caught.value.retry_after) == ("too-many-files", 429, 5)
            assert running.client.examine("a.csv", b"a\n", "json", "ja", "192.0.2.2").body
        wait_until(running.is_well)


@pytest.mark.slow
def test_what_the_settings_say_of_files_holds_for_them() -> None:
    with examiner(max_sheet_rows=10) as running:
        assert running.fails("a.csv", b"a\n" * 11).key == "sheet-too-large"
        assert running.client.examine("a.csv", b"a\n" * 10, "json", "ja").body


@pytest.mark.slow
def test_files_whose_time_is_over_are_removed_by_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(tmp_path)
    monkeypatch.setattr(submissions, "now", lambda: "2020-01-01T00:00:00Z")
    old = submissions.receive(desk, CITY, "the city", File("city.xlsx", b"bytes", b"{}"), Content({}, {}))
    submissions.return_(desk, old, "a reviewer", "no")
    monkeypatch.undo()
    waiting = submissions.receive(desk, CITY, "the city", File("city.xlsx", b"bytes", b"{}"), Content({}, {}))
    with examiner(state=tmp_path):
        wait_until(lambda: not submissions.find(desk, old).content)
    assert submissions.find(desk, waiting).content == b"bytes"


@pytest.mark.slow
def test_a_hangup_has_files_held_against_what_has_changed(tmp_path: Path) -> None:
    for folder in ("ontology", "shapes", "queries"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    shutil.copytree(ROOT / "data", tmp_path / "data")
    changed = next((tmp_path / "data" / "cities").glob(f"{CITY}-*/*.ttl"))
    with examiner(root=tmp_path) as running:
        before = running.client.template(CITY).version
        changed.write_bytes(changed.read_bytes() + b"\n# read again\n")
        running.process.send_signal(signal.SIGHUP)
        wait_until(lambda: running.client.template(CITY).version != before)


def test_without_an_examiner_there_is_a_plain_refusal(tmp_path: Path) -> None:
    with pytest.raises(ServiceError) as caught:
        Examiner(Settings(run_dir=tmp_path)).examine("a.csv", b"a\n", "json", "ja")
    assert (caught.value.key, caught.value.status) == ("examiner-away", 503)
