"""What the test of `kill -9` kills: `python -m tests.killed ROOT STATE ACKS` forks a worker for each role it reads.

A worker acknowledges to a file, one line in one write, only after the desk has returned: what stands there must be
true for ever.
"""

import os
import random
import re
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from sasaeai import publish
from sasaeai.desk import Desk, revisions, submissions
from sasaeai.desk.submissions import RECEIVED
from sasaeai.desk.tokens import Token
from sasaeai.errors import ServiceError
from sasaeai.publish import Handed
from sasaeai.repository import Repository
from sasaeai.store.confinement import die_with_parent
from sasaeai.vocabulary import GRAPH

CITY = "000001"
PAGE, MORE = f"{GRAPH}{CITY}/page", f"{GRAPH}{CITY}/more"
OF_THE_CITY = Token("the city", CITY, "", "", "")
A_REVIEWER = Token("a reviewer", "", "", "", "")
MARK = re.compile(rb'"(m[0-9a-f]+)"')


def documents(mark: str) -> dict[str, bytes]:
    """Write two documents of the city that bear the same mark: whoever sees two marks has seen half of something."""
    text = f'<https://w3id.org/sasaeai/id/{CITY}> <https://w3id.org/sasaeai/ns#mark> "{mark}" .\n'
    # More than a page of the file: a revision is no single write.
    padding = "".join(f"# {each:070}\n" for each in range(200))
    return {name: (text + padding).encode() for name in (PAGE, MORE)}


def marks(graphs: dict[str, bytes]) -> set[bytes]:
    return {mark for content in graphs.values() for mark in MARK.findall(content)}


def fresh_mark() -> str:
    return f"m{random.getrandbits(64):016x}"


def handed(mark: str) -> Handed:
    return Handed("city.xlsx", mark.encode() * 2000, b"{}", 0, CITY, documents(mark))


class Worker:
    """Do one thing over and over, and acknowledge it."""

    def __init__(self, root: Path, state: Path, acks: Path) -> None:
        self.desk, self.repository = Desk(state), Repository(root, state)
        self.acks = os.open(acks, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self.newest = 0

    def say(self, *words: object) -> None:
        os.write(self.acks, (" ".join(map(str, words)) + "\n").encode())

    def submit(self) -> None:
        mark = fresh_mark()
        self.say("submitted", publish.submit(self.desk, self.repository, OF_THE_CITY, handed(mark)), mark)

    def decide(self) -> None:
        waiting = [each.id for each in submissions.every(self.desk) if each.state == RECEIVED]
        if not waiting:
            time.sleep(0.001)
            return
        receipt = random.choice(waiting)
        try:
            if random.random() < 0.2:
                publish.return_(self.desk, A_REVIEWER, receipt, "no")
                self.say("returned", receipt)
            else:
                accepted = publish.accept(self.desk, self.repository, None, A_REVIEWER, receipt, over=True)
                self.say("accepted", receipt, accepted.revision.id)
        except ServiceError as error:
            # Another worker was faster.
            if error.key != "already-decided":
                raise

    def read(self) -> None:
        seen = marks(self.repository.city(CITY))
        if len(seen) > 1:
            self.say("half", *seen)
        newest = max((each.id for each in revisions.of_city(self.desk)), default=0)
        if newest < self.newest:
            self.say("lost", self.newest)
        self.newest = newest


def main(root: str, state: str, acks: str) -> None:
    """Fork a worker for each line of the standard input that names a role, and write its process id."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    parent = os.getpid()
    for line in sys.stdin:
        if pid := os.fork():
            print(pid, flush=True)
            continue
        die_with_parent(parent)
        random.seed()
        worker = Worker(Path(root), Path(state), Path(acks))
        act: Callable[[], None] = {"submit": worker.submit, "decide": worker.decide, "read": worker.read}[line.strip()]
        while True:
            try:
                act()
            except Exception as error:
                worker.say("failed", repr(error).replace("\n", " "))
                os._exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
