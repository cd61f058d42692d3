"""What was acknowledged outlives `kill -9` at any moment, and nobody ever sees half of anything."""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from sasaeai import publish
from sasaeai.desk import Desk, audit, revisions, submissions
from sasaeai.errors import ServiceError
from sasaeai.formats import BY_NAME
from sasaeai.repository import Repository
from sasaeai.store.client import EngineStore
from sasaeai.store.loading import Holdings
from tests.killed import A_REVIEWER, CITY, OF_THE_CITY, documents, fresh_mark, handed, marks
from tests.patience import PATIENCE, wait_until
from tests.processes import settings_for_tests, write_graph

KILLS = 300
ROLES = ("submit", "submit", "decide", "decide", "read")
SEED = 20261122
ENGINE_KILLS = 12
WRONG = {"failed", "half", "lost"}
"""What a worker says that has seen what must not be."""

pytestmark = pytest.mark.slow


class Kennel:
    """Keep a worker of each role alive, and kill them at random moments."""

    def __init__(self, root: Path, state: Path, acks: Path) -> None:
        command = [sys.executable, "-m", "tests.killed", str(root), str(state), str(acks)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.pids = [self._start(role) for role in ROLES]

    def _start(self, role: str) -> int:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{role}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def kill_one(self, which: int) -> None:
        # A worker that has found a fault has ended and said so.
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pids[which], signal.SIGKILL)
        self.pids[which] = self._start(ROLES[which])

    def end(self) -> None:
        for pid in self.pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.communicate()


def test_nothing_acknowledged_is_lost_and_nothing_half_is_seen_over_hundreds_of_kills(tmp_path: Path) -> None:
    root, state, acks = write_graph(tmp_path / "graph"), tmp_path / "state", tmp_path / "acks"
    chance = random.Random(SEED)
    kennel = Kennel(root, state, acks)
    try:
        for _ in range(KILLS):
            time.sleep(chance.uniform(0, 0.2))
            kennel.kill_one(chance.randrange(len(ROLES)))
    finally:
        kennel.end()

    said = [line.split(" ") for line in acks.read_text().splitlines()]
    counts = Counter(words[0] for words in said)
    assert set(counts) == {"submitted", "accepted", "returned"}, [
        each for each in said if each[0] in ("failed", "half")
    ]
    assert min(counts.values()) >= 10, counts

    desk = Desk(state)
    with desk.reading() as connection:
        assert [tuple(row) for row in connection.execute("PRAGMA integrity_check")] == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    for what, receipt, *rest in said:
        held = submissions.find(desk, receipt)
        if what == "submitted":
            assert held.content == rest[0].encode() * 2000
        else:
            assert held.state == what
        if what == "accepted":
            assert revisions.find(desk, int(rest[0])).submission == receipt

    # Whatever is there, acknowledged or not, is whole.
    every, made = submissions.every(desk), revisions.of_city(desk)
    assert sorted(each.submission for each in made) == sorted(each.id for each in every if each.state == "accepted")
    for revision in made:
        graphs = dict(revisions.content(desk, revision.id).graphs)
        assert (len(graphs), len(marks(graphs))) == (2, 1)
        assert revisions.digest_of(graphs) == revision.digest
        (mark,) = marks(graphs)
        assert submissions.find(desk, revision.submission).content == mark * 2000
    noted = Counter(each.what for each in audit.entries(desk))
    assert noted == Counter({"submitted": len(every)}) + Counter(
        each.state for each in every if each.state != "received"
    )

    # And all begins again from it.
    repository = Repository(root, state)
    assert Holdings.read(repository).version == repository.version()
    assert repository.city(CITY) == revisions.content(desk, made[-1].id).graphs
    receipt = publish.submit(desk, repository, OF_THE_CITY, handed(fresh_mark()))
    assert publish.accept(desk, repository, None, A_REVIEWER, receipt).revision.id == made[-1].id + 1


@contextlib.contextmanager
def engine_that_dies(root: Path, state: Path) -> Iterator[tuple[EngineStore, threading.Event]]:
    """Run an engine that is killed with its workers, and started anew, some times; the event tells of the last."""
    run_dir = Path(tempfile.mkdtemp(prefix="sas-", dir="/tmp"))
    settings = settings_for_tests(root=root, state=state)
    command = [sys.executable, "-m", "sasaeai.store.engine", str(run_dir)]
    store, chance, over = EngineStore(run_dir, settings), random.Random(SEED), threading.Event()

    def start() -> subprocess.Popen[bytes]:
        environment = os.environ | settings.to_environment()
        return subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, start_new_session=True)

    def kill(process: subprocess.Popen[bytes]) -> None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)
        assert process.stdin
        process.stdin.close()

    running = [start()]

    def live_and_die() -> None:
        try:
            for number in range(ENGINE_KILLS):
                # At times it dies while it reads the graph.
                if number % 3:
                    wait_until(store.ready)
                time.sleep(chance.uniform(0, 1.0))
                kill(running.pop())
                running.append(start())
            wait_until(store.ready)
        finally:
            over.set()

    killer = threading.Thread(target=live_and_die)
    wait_until(store.ready)
    killer.start()
    try:
        yield store, over
    finally:
        killer.join()
        kill(running.pop())
        shutil.rmtree(run_dir)


def test_an_engine_killed_while_revisions_are_accepted_never_answers_from_before_an_acknowledged_one(
    tmp_path: Path,
) -> None:
    root, state = write_graph(tmp_path / "graph"), tmp_path / "state"
    desk, repository = Desk(state), Repository(root, state)
    query = "SELECT ?g ?o { GRAPH ?g { ?s <https://w3id.org/sasaeai/ns#mark> ?o } }"

    def accepted_and_asked(store: EngineStore) -> Iterator[str]:
        """Accept a revision, ask, and yield what happened; an answer is of this revision."""
        mark = fresh_mark()
        receipt = publish.submit(desk, repository, OF_THE_CITY, handed(mark))
        accepted = publish.accept(desk, repository, store, A_REVIEWER, receipt)
        yield "published" if accepted.version else "left to the next engine"
        try:
            answer = store.query(query, results=BY_NAME["csv"], graph=None)
        except ServiceError as error:
            if error.status != 503:
                raise
            yield "unanswered"
            return
        assert sorted(answer.body.decode().splitlines()[1:]) == sorted(f"{name},{mark}" for name in documents(mark))
        yield "answered"

    seen = Counter[str]()
    with engine_that_dies(root, state) as (store, over):
        while not over.is_set():
            seen.update(accepted_and_asked(store))
        for _ in range(3):
            assert list(accepted_and_asked(store)) == ["published", "answered"]
        assert store.version() == repository.version()
    assert min(seen["published"], seen["answered"]) >= 3, seen
