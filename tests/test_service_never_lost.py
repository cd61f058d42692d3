"""The whole service under `kill -9`, hundreds of times, while clients hand in, accept and read over HTTP."""

import contextlib
import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest

from sasaeai.desk import Desk, revisions, submissions, tokens
from sasaeai.repository import Repository

from .conftest import free_port
from .killed import CITY, MORE, PAGE, fresh_mark, marks
from .patience import PATIENCE, wait_until
from .processes import parent_of, processes, settings_for_tests, write_served_graph

ROUNDS = 10
KILLS = 20
"""Of a round. The last is of the supervisor, and so of everything; the next one is started as systemd would."""

SEED = 20261122
KINDS = {"sasaeai.store.engine": (2, 4), "granian": (1, 2), "sasaeai.examiner.process": (1, 3)}
"""What belongs to a service, and how often it is killed itself, and one of the processes that it has forked."""

MOST_WAITING = 8
TRANSIENT = {409, 422, 429, 503}
"""What a client may be told instead: decided on already, its examination was ended, or come again."""

QUERY = "/sparql?query=" + quote("SELECT ?g ?o { GRAPH ?g { ?s <https://w3id.org/sasaeai/ns#mark> ?o } }")
FORM = "application/x-www-form-urlencoded"

pytestmark = pytest.mark.slow


def written(mark: str) -> bytes:
    """Write two documents of the city that bear the same mark: whoever sees two marks has seen half of something."""
    return b"".join(
        f"<{name}> {{ <{name}> <http://purl.org/dc/terms/source> <{name.replace('/graph/', '/id/source/')}> . "
        f'<https://w3id.org/sasaeai/id/{CITY}> <https://w3id.org/sasaeai/ns#mark> "{mark}" . }}\n'.encode()
        for name in (PAGE, MORE)
    )


@dataclass
class Service:
    """A service that is killed and started anew."""

    environment: dict[str, str]
    run_dir: Path
    journal: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        command = [sys.executable, "-m", "sasaeai", "serve", "--port", str(self.port)]
        with self.journal.open("ab") as journal:
            self.process = subprocess.Popen(command, env=self.environment, stdout=journal, stderr=journal)

    def living(self) -> dict[int, str]:
        return processes(str(self.run_dir), f"--port {self.port}")

    def wait_for_end(self) -> None:
        self.process.wait()
        wait_until(lambda: not self.living())

    def kill_all(self) -> None:
        self.process.kill()
        self.wait_for_end()
        self.start()

    def kill_one(self, chance: random.Random) -> None:
        """Kill one process of the service but its supervisor; of the kind that is drawn, if it has one just now."""
        living = self.living()
        drawn = [(kind, own) for kind, (own, forked) in KINDS.items() for own in [True] * own + [False] * forked]
        kind, own = chance.choice(drawn)
        of_kind = [pid for pid, line in living.items() if kind in line and pid != self.process.pid]
        fitting = [pid for pid in of_kind if (parent_of(pid) == self.process.pid) is own]
        if found := fitting or of_kind or [pid for pid in living if pid != self.process.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(chance.choice(found), signal.SIGKILL)

    def ask(self, path: str, token: str = "", body: bytes | None = None, kind: str = "") -> tuple[int, bytes]:
        """Return status and body; 0 where the service is away."""
        headers = {"Accept": "text/csv" if path.startswith(QUERY) else "application/json"}
        headers |= {"Content-Type": kind} if kind else {}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            try:
                connection.request("GET" if body is None else "POST", path, body, headers)
                reply = connection.getresponse()
                return reply.status, reply.read()
            except (OSError, http.client.HTTPException):
                return 0, b""


@dataclass
class Clients:
    """Hand in, accept and read, and remember what was told."""

    service: Service
    city: str
    reviewer: str
    over: threading.Event = field(default_factory=threading.Event)
    submitted: dict[str, str] = field(default_factory=dict)
    accepted: dict[str, int] = field(default_factory=dict)
    seen: list[tuple[int, str]] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def submit(self) -> None:
        if len(self.submitted) - len(self.accepted) > MOST_WAITING:
            return
        mark = fresh_mark()
        told = self.service.ask("/submissions", self.city, written(mark), "application/trig")
        if self._is(told, 201):
            self.submitted[json.loads(told[1])["receipt"]] = mark

    def decide(self) -> None:
        told = self.service.ask("/submissions", self.reviewer)
        listed = json.loads(told[1])["submissions"] if self._is(told, 200) else []
        if waiting := [each["receipt"] for each in listed if each["state"] == "received"]:
            receipt = random.choice(waiting)
            told = self.service.ask(f"/submissions/{receipt}/accept", self.reviewer, b"over=1", FORM)
            if self._is(told, 200):
                self.accepted[receipt] = json.loads(told[1])["revision"]

    def read(self) -> None:
        """Ask what no cache knows: an engine that answers has whatever was acknowledged before."""
        acknowledged = max(list(self.accepted.values()), default=0)
        if (mark := self._asked(QUERY + quote(f"# {fresh_mark()}"))) is not None:
            self.seen.append((acknowledged, mark))

    def read_again(self) -> None:
        """Ask what is kept: without an engine that is the last it told, and never goes back."""
        if (mark := self._asked(QUERY)) is not None:
            self.kept.append(mark)

    def _asked(self, path: str) -> str | None:
        told = self.service.ask(path)
        if not self._is(told, 200):
            return None
        rows = told[1].decode().splitlines()[1:]
        found = {row.partition(",")[2] for row in rows}
        if len(found) > 1 or len(rows) not in (0, 2):
            self.wrong.append(f"half is seen: {rows}")
        return found.pop() if found else ""

    def counts(self) -> tuple[int, ...]:
        return len(self.submitted), len(self.accepted), len(self.seen), len(self.kept)

    def _is(self, told: tuple[int, bytes], good: int) -> bool:
        """Tell whether a request was carried out; what is neither that nor transient is wrong."""
        if told[0] not in {0, good, *TRANSIENT}:
            self.wrong.append(f"{told[0]} {told[1][:300]!r}")
        return told[0] == good

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        def repeat(act: Callable[[], None]) -> None:
            try:
                while not self.over.is_set():
                    act()
                    self.over.wait(0.1)
            except Exception:
                self.wrong.append(traceback.format_exc())

        acts = (self.submit, self.submit, self.decide, self.decide, self.read, self.read_again)
        threads = [threading.Thread(target=repeat, args=(act,)) for act in acts]
        for each in threads:
            each.start()
        try:
            yield
        finally:
            self.over.set()
            for each in threads:
                each.join()

    def go_on(self) -> None:
        """Wait until something more is handed in, accepted and read; a service that ended is started again."""
        before, deadline = self.counts(), time.monotonic() + PATIENCE
        while not all(now > then for now, then in zip(self.counts(), before, strict=True)):
            assert time.monotonic() < deadline, (before, self.counts(), self.wrong)
            assert not self.wrong, self.wrong
            if self.service.process.poll() is not None:
                # A service that loses a part before it has ever answered ends and says so.
                self.service.wait_for_end()
                self.service.start()
            time.sleep(0.05)


def kill_many(service: Service, clients: Clients) -> None:
    chance = random.Random(SEED)
    clients.go_on()
    for _ in range(ROUNDS):
        for _ in range(KILLS - 1):
            time.sleep(chance.uniform(0, 0.4))
            service.kill_one(chance)
        time.sleep(chance.uniform(0, 0.4))
        service.kill_all()
        clients.go_on()


def test_hundreds_of_kills_of_the_service_lose_nothing_acknowledged_and_show_nothing_half(tmp_path: Path) -> None:
    root, state = write_served_graph(tmp_path / "graph"), tmp_path / "state"
    run_dir = Path(tempfile.mkdtemp(prefix="sas-", dir="/tmp"))
    settings = settings_for_tests(root=root, state=state, run_dir=run_dir, examined_per_client=2, quick_extra=4)
    service = Service(os.environ | settings.to_environment(), run_dir, tmp_path / "journal")
    desk = Desk(state)
    city, reviewer = tokens.make(desk, "the city", CITY, "me"), tokens.make(desk, "a reviewer", "", "me")
    clients = Clients(service, city, reviewer)
    service.start()
    try:
        with clients.at_work():
            kill_many(service, clients)
        clients.read()
    finally:
        service.process.terminate()
        service.wait_for_end()
        shutil.rmtree(run_dir)
    assert clients.wrong == []
    assert b'"event": "fault"' not in service.journal.read_bytes()
    assert min(clients.counts()) >= ROUNDS
    held(desk, clients)
    newest = revisions.of_city(desk)[-1].id
    assert Repository(root, state).city(CITY) == revisions.content(desk, newest).graphs


def held(desk: Desk, clients: Clients) -> None:
    """See that what was acknowledged is there, that what is there is whole, and that readers never went back."""
    with desk.reading() as connection:
        assert [tuple(row) for row in connection.execute("PRAGMA integrity_check")] == [("ok",)]
    for receipt, mark in clients.submitted.items():
        assert submissions.find(desk, receipt).content == written(mark)
    made = {each.id: each for each in revisions.of_city(desk)}
    assert all(made[number].submission == receipt for receipt, number in clients.accepted.items())
    number_of = {"": 0}
    for number, revision in made.items():
        graphs = dict(revisions.content(desk, number).graphs)
        (of_both,) = marks(graphs)
        assert graphs.keys() == {PAGE, MORE}
        assert revisions.digest_of(graphs) == revision.digest
        number_of[of_both.decode()] = number
    # Who asks the engine after an acknowledgement sees that revision, or a later one; nobody is led back.
    assert [each for each in clients.seen if number_of[each[1]] < each[0]] == []
    kept = [number_of[mark] for mark in clients.kept]
    assert kept == sorted(kept)
    assert number_of[clients.seen[-1][1]] == max(made)
