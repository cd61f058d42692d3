"""Revisions: the documents of a city as they were accepted, each revision whole and never changed."""

import hashlib
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sasaeai.desk.audit import note
from sasaeai.desk.database import FILE, Desk, now
from sasaeai.errors import ServiceError

_NEWEST = "SELECT MAX(id) AS id, city FROM revision WHERE {} GROUP BY city ORDER BY city"


@dataclass(frozen=True)
class Revision:
    """Hold what is known of a revision: its city, the digest of its content, who made it, when and from what.

    `submission` is the receipt it was accepted from, or `restored` the revision whose content it has again.
    """

    id: int
    city: str
    digest: str
    made: str
    reviewer: str
    submission: str
    restored: int


@dataclass(frozen=True)
class Content:
    """Hold what a revision says: its graphs as Turtle, and the digests of the packaged files it took the place of."""

    graphs: Mapping[str, bytes]
    base: Mapping[str, str]


def add(  # noqa: PLR0913 — what a revision is
    connection: sqlite3.Connection,
    city: str,
    content: Content,
    reviewer: str,
    *,
    after: int,
    submission: str = "",
    restored: int = 0,
) -> int:
    """Write a revision in the transaction of whoever makes it, and return its number.

    ServiceError 409 if the newest of the city is not `after` (0: it has none): what was looked at is there no more.
    """
    newest = connection.execute("SELECT MAX(id) FROM revision WHERE city = ?", (city,)).fetchone()[0] or 0
    if newest != after:
        raise ServiceError("city-has-changed", 409, city=city)
    made = connection.execute(
        "INSERT INTO revision (city, digest, made, reviewer, submission, restored) VALUES (?, ?, ?, ?, ?, ?)",
        (city, digest_of(content.graphs), now(), reviewer, submission or None, restored or None),
    )
    number = int(made.lastrowid or 0)
    connection.executemany(
        "INSERT INTO revision_graph VALUES (?, ?, ?)", [(number, name, text) for name, text in content.graphs.items()]
    )
    connection.executemany(
        "INSERT INTO revision_base VALUES (?, ?, ?)", [(number, name, each) for name, each in content.base.items()]
    )
    return number


def restore(desk: Desk, revision: Revision, base: Mapping[str, str], reviewer: str, after: int) -> Revision:
    """Make a new revision that says what an earlier one said; see `add`."""
    graphs = content(desk, revision.id).graphs
    with desk.writing() as connection:
        number = add(connection, revision.city, Content(graphs, base), reviewer, after=after, restored=revision.id)
        note(connection, reviewer, "restored", revision.city, f"revision {revision.id} as {number}")
    return find(desk, number)


def digest_of(graphs: Mapping[str, bytes]) -> str:
    """Digest the content of a revision, in whatever order its graphs come."""
    whole = hashlib.sha256()
    for name, text in sorted(graphs.items()):
        whole.update(f"{name} {hashlib.sha256(text).hexdigest()}\n".encode())
    return whole.hexdigest()


def of_city(desk: Desk, city: str = "") -> list[Revision]:
    """Return the revisions of a city (of all, without) in the order they were made in."""
    with desk.reading() as connection:
        rows = connection.execute("SELECT * FROM revision WHERE ? IN ('', city) ORDER BY id", (city,))
        return [_revision(row) for row in rows]


def listed(desk: Desk, city: str, start: int, most: int) -> tuple[list[Revision], int]:
    """Return `most` revisions of a city (of all, for ''), newest first, after the first `start`, and their count."""
    of = "FROM revision WHERE ? IN ('', city)"
    with desk.reading() as connection:
        rows = connection.execute(f"SELECT * {of} ORDER BY id DESC LIMIT ? OFFSET ?", (city, most, start))
        found = [_revision(row) for row in rows]
        return found, connection.execute(f"SELECT COUNT(*) {of}", (city,)).fetchone()[0]


def find(desk: Desk, number: int) -> Revision:
    """Return a revision; ServiceError 404 if there is none of this number."""
    with desk.reading() as connection:
        row = connection.execute("SELECT * FROM revision WHERE id = ?", (number,)).fetchone()
    if row is None:
        raise ServiceError("unknown-revision", 404, number=number)
    return _revision(row)


def content(desk: Desk, number: int) -> Content:
    """Return what a revision says."""
    with desk.reading() as connection:
        return Content(_graphs(connection, number), _base(connection, number))


def last(state: Path | None) -> int:
    """Return the number of the revision made last, of whatever city; 0 where there is none."""
    if state is None or not (state / FILE).is_file():
        return 0
    with Desk(state).reading() as connection:
        return int(connection.execute("SELECT MAX(id) FROM revision").fetchone()[0] or 0)


def since(state: Path | None, number: int) -> list[str]:
    """Name the cities that have a revision made after that of a number."""
    if state is None or not (state / FILE).is_file():
        return []
    with Desk(state).reading() as connection:
        rows = connection.execute("SELECT DISTINCT city FROM revision WHERE id > ? ORDER BY city", (number,))
        return [row["city"] for row in rows]


def newest(state: Path | None, city: str = "") -> dict[str, Content]:
    """Read the newest revision of a city (of each, without), by its code; without a desk there is none."""
    if state is None or not (state / FILE).is_file():
        return {}
    with Desk(state).reading() as connection:
        rows = connection.execute(_NEWEST.format("city = ?" if city else "? = ''"), (city,)).fetchall()
        return {row["city"]: Content(_graphs(connection, row["id"]), _base(connection, row["id"])) for row in rows}


def _graphs(connection: sqlite3.Connection, number: int) -> dict[str, bytes]:
    rows = connection.execute("SELECT graph, content FROM revision_graph WHERE revision = ? ORDER BY graph", (number,))
    return {row["graph"]: row["content"] for row in rows}


def _base(connection: sqlite3.Connection, number: int) -> dict[str, str]:
    rows = connection.execute("SELECT graph, digest FROM revision_base WHERE revision = ?", (number,))
    return {row["graph"]: row["digest"] for row in rows}


def _revision(row: sqlite3.Row) -> Revision:
    return Revision(
        row["id"],
        row["city"],
        row["digest"],
        row["made"],
        row["reviewer"],
        row["submission"] or "",
        row["restored"] or 0,
    )
