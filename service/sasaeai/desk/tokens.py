"""Tokens: who may hand in for which city, and who may accept.

A token is a number, by which it is found, and 256 random bits. Of these the desk keeps the SHA-256: nobody can try
them all, so the slow hashes that passwords need would only cost time.
"""

import hashlib
import hmac
import secrets
import sqlite3
from dataclasses import dataclass

from sasaeai.desk.audit import note
from sasaeai.desk.database import Desk, now
from sasaeai.errors import ServiceError

_BYTES = 32


@dataclass(frozen=True)
class Token:
    """Hold what is known of a token; `city` is the code of the city whose token it is, '' that of a reviewer."""

    name: str
    city: str
    made: str
    used: str
    revoked: str

    @property
    def is_reviewer(self) -> bool:
        """Tell whether its bearer decides on what cities hand in."""
        return not self.city


def make(desk: Desk, name: str, city: str, who: str) -> str:
    """Make a token, for a city or ('') a reviewer, and return what its bearer shows; it is told this once.

    ServiceError 409 if a token of this name is in use.
    """
    secret = secrets.token_urlsafe(_BYTES)
    with desk.writing() as connection:
        try:
            made = connection.execute(
                "INSERT INTO token (name, city, hash, made) VALUES (?, ?, ?, ?)",
                (name, city or None, hashed(secret), now()),
            )
        except sqlite3.IntegrityError as error:
            raise ServiceError("token-name-taken", 409, name=name) from error
        note(connection, who, "token made", name, city or "reviewer")
        return f"{made.lastrowid}.{secret}"


def revoke(desk: Desk, name: str, who: str) -> None:
    """Let a token be good for nothing from now on; ServiceError 404 if none of this name is in use."""
    with desk.writing() as connection:
        changed = connection.execute("UPDATE token SET revoked = ? WHERE name = ? AND revoked IS NULL", (now(), name))
        if not changed.rowcount:
            raise ServiceError("unknown-token-name", 404, name=name)
        note(connection, who, "token revoked", name)


def every(desk: Desk) -> list[Token]:
    """Return the tokens in the order they were made in, revoked ones too."""
    with desk.reading() as connection:
        return [read(row) for row in connection.execute("SELECT * FROM token ORDER BY id")]


def bearer(desk: Desk, shown: str) -> Token:
    """Return whose token is shown, and remember the day; ServiceError 401 if it is none, or one no more."""
    number, _, secret = shown.strip().partition(".")
    with desk.reading() as connection:
        # A number of a token tells nothing; its secret is compared in a time that does not depend on what is right.
        wanted = int(number) if number.isascii() and number.isdecimal() and len(number) < 18 else 0
        row = connection.execute("SELECT * FROM token WHERE id = ? AND revoked IS NULL", (wanted,)).fetchone()
    known = row["hash"] if row else bytes(hashlib.sha256().digest_size)
    if not hmac.compare_digest(known, hashed(secret)) or row is None:
        raise ServiceError("token-refused", 401)
    if (row["used"] or "")[:10] != now()[:10]:
        with desk.writing() as connection:
            connection.execute("UPDATE token SET used = ? WHERE id = ?", (now(), row["id"]))
    return read(row)


def hashed(secret: str) -> bytes:
    """Digest what a bearer shows, as the desk keeps it."""
    return hashlib.sha256(secret.encode()).digest()


def read(row: sqlite3.Row) -> Token:
    """Read what is known of a token."""
    return Token(*(row[name] or "" for name in ("name", "city", "made", "used", "revoked")))
