"""Submissions: what cities handed in, until a reviewer accepts or returns it."""

import secrets
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sasaeai.desk import revisions
from sasaeai.desk.audit import note
from sasaeai.desk.database import STAMP, Desk, now
from sasaeai.desk.revisions import Content, Revision
from sasaeai.errors import ServiceError

RECEIVED, ACCEPTED, RETURNED = "received", "accepted", "returned"
_STATES = {
    ACCEPTED: {"ja": "受理", "en": "accepted"},
    RETURNED: {"ja": "差戻し", "en": "returned"},
}
"""What the state of a submission that was decided on is called."""

_WITHOUT_BYTES = (
    "SELECT id, number, city, sender, name, NULL AS content, NULL AS report, received, state, decided, reviewer, "
    "comment FROM submission WHERE ? IN ('', city)"
)
_TO_DO_FIRST = "state <> 'received', CASE state WHEN 'received' THEN number ELSE -number END"

_RECEIPT_BYTES = 16
"""128 random bits: whoever has the receipt was given it."""


@dataclass(frozen=True)
class Submission:
    """Hold what is known of a submission; `id` is its receipt, `number` its place in the order they came in.

    `content` is the file as it was sent, `report` what was found in it (JSON); both are b'' once they were removed.
    """

    id: str
    number: int
    city: str
    sender: str
    name: str
    content: bytes
    report: bytes
    received: str
    state: str
    decided: str
    reviewer: str
    comment: str


@dataclass(frozen=True)
class File:
    """Hold a file as it was sent: its name, its bytes, and the report on it (JSON)."""

    name: str
    content: bytes
    report: bytes


def receive(desk: Desk, city: str, sender: str, file: File, proposed: Content) -> str:
    """Keep a file and what it would make of the city's documents; return the receipt.

    The base of what is proposed are the digests of the city's documents as they were when the file was looked at.
    """
    receipt = secrets.token_hex(_RECEIPT_BYTES)
    with desk.writing() as connection:
        number = connection.execute("SELECT COALESCE(MAX(number), 0) + 1 FROM submission").fetchone()[0]
        connection.execute(
            "INSERT INTO submission (id, number, city, sender, name, content, report, received) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (receipt, number, city, sender, file.name, file.content, file.report, now()),
        )
        connection.executemany(
            "INSERT INTO proposed VALUES (?, ?, ?)", [(receipt, name, text) for name, text in proposed.graphs.items()]
        )
        connection.executemany(
            "INSERT INTO submission_base VALUES (?, ?, ?)",
            [(receipt, name, digest) for name, digest in proposed.base.items()],
        )
        note(connection, sender, "submitted", receipt, f"{city} {file.name}")
    return receipt


def accept(  # noqa: PLR0913 — what an acceptance is
    desk: Desk, receipt: str, reviewer: str, content: Content, *, after: int, comment: str = ""
) -> Revision:
    """Make a submission the newest revision of its city; ServiceError 409 if it was decided on or the city changed."""
    with desk.writing() as connection:
        city = _decide(connection, receipt, ACCEPTED, reviewer, comment)
        number = revisions.add(connection, city, content, reviewer, after=after, submission=receipt)
        note(connection, reviewer, "accepted", receipt, f"{city} revision {number}")
    return revisions.find(desk, number)


def return_(desk: Desk, receipt: str, reviewer: str, comment: str) -> None:
    """Give a submission back with a comment; ServiceError 409 if it was decided on already."""
    with desk.writing() as connection:
        _decide(connection, receipt, RETURNED, reviewer, comment)
        note(connection, reviewer, "returned", receipt, comment)


def find(desk: Desk, receipt: str) -> Submission:
    """Return a submission; ServiceError 404 if there is none with this receipt."""
    with desk.reading() as connection:
        return _submission(_row(connection, receipt))


def waiting(desk: Desk, receipt: str) -> Submission:
    """Return a submission that nobody has decided on; ServiceError 409 if somebody has."""
    with desk.reading() as connection:
        return _submission(_undecided(connection, receipt))


def every(desk: Desk, city: str = "") -> list[Submission]:
    """Return the submissions of a city (of all, without) in the order they came in, without their bytes."""
    with desk.reading() as connection:
        return [_submission(row) for row in connection.execute(f"{_WITHOUT_BYTES} ORDER BY number", (city,))]


def listed(desk: Desk, city: str, start: int, most: int) -> tuple[list[Submission], int]:
    """Return `most` submissions of a city (of all, for ''), after the first `start`, and how many there are in all.

    Those that wait come first, in the order they came in, then those decided on, the newest first; without their bytes.
    """
    with desk.reading() as connection:
        rows = connection.execute(f"{_WITHOUT_BYTES} ORDER BY {_TO_DO_FIRST} LIMIT ? OFFSET ?", (city, most, start))
        found = [_submission(row) for row in rows]
        total = connection.execute("SELECT COUNT(*) FROM submission WHERE ? IN ('', city)", (city,)).fetchone()[0]
    return found, total


def proposed(desk: Desk, receipt: str) -> Content:
    """Return what a submission would make of its city's documents, and what these were when it came."""
    with desk.reading() as connection:
        graphs = connection.execute("SELECT graph, content FROM proposed WHERE submission = ?", (receipt,))
        base = connection.execute("SELECT graph, digest FROM submission_base WHERE submission = ?", (receipt,))
        return Content({row["graph"]: row["content"] for row in graphs}, {row["graph"]: row["digest"] for row in base})


def forget(desk: Desk, days: int) -> int:
    """Remove the bytes of files decided on more than `days` days ago, and what was proposed in them; return how many.

    What became of a submission stays, as do the revision it was accepted as and the audit log.
    """
    before = (datetime.now(UTC) - timedelta(days=days)).strftime(STAMP)
    with desk.writing() as connection:
        wanted = "SELECT id FROM submission WHERE content IS NOT NULL AND decided < ?"
        receipts = [row["id"] for row in connection.execute(wanted, (before,))]
        for receipt in receipts:
            connection.execute("UPDATE submission SET content = NULL, report = NULL WHERE id = ?", (receipt,))
            connection.execute("DELETE FROM proposed WHERE submission = ?", (receipt,))
            note(connection, "retention", "upload removed", receipt)
    return len(receipts)


def _decide(connection: sqlite3.Connection, receipt: str, state: str, reviewer: str, comment: str) -> str:
    row = _undecided(connection, receipt)
    connection.execute(
        "UPDATE submission SET state = ?, decided = ?, reviewer = ?, comment = ? WHERE id = ?",
        (state, now(), reviewer, comment, receipt),
    )
    return str(row["city"])


def _undecided(connection: sqlite3.Connection, receipt: str) -> sqlite3.Row:
    row = _row(connection, receipt)
    if row["state"] != RECEIVED:
        raise ServiceError("already-decided", 409, receipt=receipt, state=_STATES[row["state"]])
    return row


def _row(connection: sqlite3.Connection, receipt: str) -> sqlite3.Row:
    row: sqlite3.Row | None = connection.execute("SELECT * FROM submission WHERE id = ?", (receipt,)).fetchone()
    if row is None:
        raise ServiceError("unknown-receipt", 404, receipt=receipt)
    return row


_TEXTS = ("id", "city", "sender", "name", "received", "state", "decided", "reviewer", "comment")


def _submission(row: sqlite3.Row) -> Submission:
    return Submission(
        number=row["number"],
        content=row["content"] or b"",
        report=row["report"] or b"",
        **{name: row[name] or "" for name in _TEXTS},
    )
