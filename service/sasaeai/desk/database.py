"""The desk's file: opened and brought up to date, read and written from several processes, copied and put back."""

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sasaeai.errors import ServiceError

FILE = "desk.sqlite3"
MIGRATIONS = sorted((Path(__file__).parent / "migrations").glob("*.sql"), key=lambda path: int(path.stem))
"""What brings a file from one version of its tables to the next; SQLite counts them in `user_version`."""

STAMP = "%Y-%m-%dT%H:%M:%SZ"
"""How the desk writes a time; of two the later is the greater text."""

_WAIT_SECONDS = 10.0
"""How long a writer waits for the one before."""

_FULL = ("full", "disk i/o error", "readonly", "unable to open")
"""What SQLite says when the disk takes no more."""


class Desk:
    """Open the desk's file under a state directory; made when it is not there yet.

    Each use has a connection of its own: threads, processes and what is forked share nothing but the file.
    """

    def __init__(self, state: Path) -> None:
        self.state = state
        with _worded():
            state.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = state / FILE
        # Uploads and hashes are nobody else's; SQLite gives its companion files the same rights.
        if not self.path.exists():
            with _worded():
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
                _sync(state)
        with self._connected() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            _migrate(connection)

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Read one state of the file, whatever others write meanwhile."""
        with self._connected() as connection:
            connection.execute("BEGIN")
            yield connection
            connection.execute("COMMIT")

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Write alone; what was written is on the disk when the block has ended, and nothing of it if it fails."""
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                # A full disk has ended the transaction already.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def accepting(self) -> Iterator[None]:
        """Hold the one place from which revisions are made and published, so that they are published in their order."""
        with open(self.state / "accepting.lock", "ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def backup(self, path: Path) -> None:
        """Copy the file as it is at one moment, while it is in use; the copy takes its place whole or not at all."""
        fresh = path.with_name(f"{path.name}.new")
        fresh.unlink(missing_ok=True)
        with _worded():
            os.close(os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            with self._connected() as connection, contextlib.closing(sqlite3.connect(fresh)) as copy:
                connection.backup(copy)
                # A copy is one file: nothing of it stands in a log beside it.
                copy.execute("PRAGMA journal_mode = DELETE")
        _sync(fresh)
        os.rename(fresh, path)
        _sync(path.parent)

    def restore(self, path: Path) -> None:
        """Put a copy in the place of all that the desk holds; ServiceError 422 if it is no sound copy of a desk."""
        with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as copy:
            try:
                sound = copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                tables = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            except sqlite3.DatabaseError:
                sound, tables = False, set()
            if not sound or not {"token", "submission", "revision", "audit"} <= tables:
                raise ServiceError("no-backup", 422, name=path.name)
            with self._connected() as connection:
                copy.backup(connection)
                connection.execute("PRAGMA journal_mode = WAL")
                _migrate(connection)

    @contextlib.contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        with _worded():
            connection = sqlite3.connect(self.path, timeout=_WAIT_SECONDS, isolation_level=None)
            connection.row_factory = sqlite3.Row
            try:
                # An acknowledgement is a promise: each commit waits for the disk.
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute("PRAGMA foreign_keys = ON")
                # What is removed is overwritten.
                connection.execute("PRAGMA secure_delete = ON")
                yield connection
            finally:
                connection.close()


def now() -> str:
    """Return the time as the desk writes it."""
    return datetime.now(UTC).strftime(STAMP)


def _migrate(connection: sqlite3.Connection) -> None:
    """Bring the tables up to date; of several processes that try, one does it."""
    if _version(connection) == len(MIGRATIONS):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        known = _version(connection)
        if known > len(MIGRATIONS):
            raise ServiceError("desk-newer", 500, found=known, known=len(MIGRATIONS))
        for path in MIGRATIONS[known:]:
            for statement in _statements(path.read_text("utf-8")):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    """Cut a script into its statements: sqlite3's own `executescript` would commit between them."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


@contextlib.contextmanager
def _worded() -> Iterator[None]:
    """Turn what the disk and the other writers refuse into a ServiceError; what was there stays as it was."""
    try:
        yield
    except (sqlite3.OperationalError, OSError) as error:
        words = str(error).lower()
        if "locked" in words or "busy" in words:
            raise ServiceError("busy", 503, retry_after=5) from error
        if isinstance(error, OSError) or any(each in words for each in _FULL):
            raise ServiceError("desk-unwritable", 507, detail=str(error)) from error
        raise


def _sync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
