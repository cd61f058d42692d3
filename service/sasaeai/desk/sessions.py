"""Sessions: a token entered once on the sign-in page, and what the browser shows from then on in its place.

A session ends by itself, by signing out, and with its token.
"""

import secrets
from datetime import UTC, datetime, timedelta

from sasaeai.desk import tokens
from sasaeai.desk.audit import note
from sasaeai.desk.database import STAMP, Desk, now
from sasaeai.desk.tokens import Token

_BYTES = 32


def begin(desk: Desk, shown: str, hours: float) -> str:
    """Sign in whoever shows a token, and return what the browser shows from now on; it is told this once.

    ServiceError 401 for what is no token, or one no more.
    """
    bearer = tokens.bearer(desk, shown)
    secret = secrets.token_urlsafe(_BYTES)
    ends = (datetime.now(UTC) + timedelta(hours=hours)).strftime(STAMP)
    with desk.writing() as connection:
        connection.execute("DELETE FROM session WHERE ends <= ?", (now(),))
        connection.execute(
            "INSERT INTO session (hash, token, ends) SELECT ?, id, ? FROM token WHERE name = ? AND revoked IS NULL",
            (tokens.hashed(secret), ends, bearer.name),
        )
        note(connection, bearer.name, "signed in", bearer.city or "reviewer")
    return secret


def bearer(desk: Desk, secret: str) -> Token | None:
    """Return whose session this is; None if there is none, or none any more."""
    with desk.reading() as connection:
        row = connection.execute(
            "SELECT token.* FROM session JOIN token ON token.id = session.token "
            "WHERE session.hash = ? AND session.ends > ? AND token.revoked IS NULL",
            (tokens.hashed(secret), now()),
        ).fetchone()
    return tokens.read(row) if row else None


def end(desk: Desk, secret: str) -> None:
    """Sign out."""
    found = bearer(desk, secret)
    if found is None:
        return
    with desk.writing() as connection:
        connection.execute("DELETE FROM session WHERE hash = ?", (tokens.hashed(secret),))
        note(connection, found.name, "signed out", found.city or "reviewer")
