"""The audit log: who did what, when; it only grows."""

import sqlite3
from dataclasses import dataclass

from sasaeai.desk.database import Desk, now


@dataclass(frozen=True)
class Entry:
    """Hold one line of the log."""

    at: str
    who: str
    what: str
    about: str
    detail: str


def note(connection: sqlite3.Connection, who: str, what: str, about: str, detail: str = "") -> None:
    """Write a line within the transaction of what it tells of: neither is there without the other."""
    connection.execute(
        "INSERT INTO audit (at, who, what, about, detail) VALUES (?, ?, ?, ?, ?)", (now(), who, what, about, detail)
    )


def record(desk: Desk, who: str, what: str, about: str) -> None:
    """Write a line that tells of nothing else in the file: somebody has read something."""
    with desk.writing() as connection:
        note(connection, who, what, about)


def entries(desk: Desk) -> list[Entry]:
    """Return the log from its beginning."""
    with desk.reading() as connection:
        rows = connection.execute("SELECT at, who, what, about, detail FROM audit ORDER BY id")
        return [Entry(*row) for row in rows]
