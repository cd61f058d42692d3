"""The desk's records: what was acknowledged stays, and what failed has left nothing."""

import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sasaeai.desk import Desk, audit, database, revisions, submissions, tokens
from sasaeai.desk.revisions import Content
from sasaeai.desk.submissions import File
from sasaeai.errors import ServiceError
from sasaeai.vocabulary import GRAPH

CITY = "000001"
PAGE = f"{GRAPH}{CITY}/page"
TEXT = b"<https://w3id.org/sasaeai/id/000001> <https://w3id.org/sasaeai/ns#name> 'here'@ja .\n"
CONTENT = Content({PAGE: TEXT}, {PAGE: "0" * 64})
SENT = File("city.xlsx", b"the file \x00 as sent", b"{}")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "state")


def submitted(desk: Desk, file: File = SENT) -> str:
    return submissions.receive(desk, CITY, "the city", file, CONTENT)


def accepted(desk: Desk) -> revisions.Revision:
    known = revisions.of_city(desk, CITY)
    return submissions.accept(desk, submitted(desk), "a reviewer", CONTENT, after=known[-1].id if known else 0)


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(ServiceError) as caught:
        call()
    assert caught.value.message("ja") != caught.value.message("en")
    return caught.value.key


# The file


def test_the_file_is_its_owner_s_alone_and_waits_for_the_disk(desk: Desk) -> None:
    with desk.writing() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
        connection.execute("UPDATE token SET used = used")
        rights = {path.name: oct(path.stat().st_mode & 0o777) for path in desk.state.iterdir()}
    assert set(rights.values()) == {"0o600"}
    assert oct(desk.state.stat().st_mode & 0o777) == "0o700"


def test_a_file_is_brought_up_to_date_once_by_many_processes(tmp_path: Path) -> None:
    state = tmp_path / "state"
    code = f"import pathlib, sasaeai.desk; sasaeai.desk.Desk(pathlib.Path({str(state)!r}))"
    opening = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(6)]
    assert [each.wait(60) for each in opening] == [0] * 6
    with Desk(state).reading() as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == len(database.MIGRATIONS)


def test_a_migration_that_fails_leaves_the_file_as_it_was(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accepted(desk)
    broken = tmp_path / "2.sql"
    broken.write_text("CREATE TABLE more (id INTEGER);\nCREATE TABLE token (id INTEGER);\n", "utf-8")
    monkeypatch.setattr(database, "MIGRATIONS", [*database.MIGRATIONS, broken])
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        Desk(desk.state)
    monkeypatch.undo()
    with Desk(desk.state).reading() as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    assert "more" not in tables
    assert len(revisions.of_city(desk, CITY)) == 1


def test_a_file_of_a_newer_program_is_left_alone(desk: Desk) -> None:
    with desk.writing() as connection:
        connection.execute("PRAGMA user_version = 99")
    assert refusal(lambda: Desk(desk.state)) == "desk-newer"


def test_what_fails_within_a_transaction_leaves_nothing(desk: Desk) -> None:
    def fail() -> None:
        with desk.writing() as connection:
            audit.note(connection, "somebody", "begun", "it")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert audit.entries(desk) == []


def test_a_reader_sees_one_state_while_others_write(desk: Desk) -> None:
    with desk.reading() as connection:
        before = connection.execute("SELECT COUNT(*) FROM submission").fetchone()[0]
        submitted(desk)
        assert connection.execute("SELECT COUNT(*) FROM submission").fetchone()[0] == before == 0
    assert len(submissions.every(desk)) == 1


# Tokens


def test_a_token_is_shown_once_and_kept_as_a_hash(desk: Desk) -> None:
    shown = tokens.make(desk, "the city", CITY, "the operator")
    held = tokens.bearer(desk, shown)
    assert (held.name, held.city, held.is_reviewer) == ("the city", CITY, False)
    assert tokens.bearer(desk, tokens.make(desk, "a reviewer", "", "the operator")).is_reviewer
    secret = shown.partition(".")[2]
    assert len(secret) == 43
    for path in desk.state.iterdir():
        assert secret.encode() not in path.read_bytes()


@pytest.mark.parametrize(
    "change", ["", ".", "1", "1.", "2.{secret}", "1.{secret}x", "1.x{secret}", "一.{secret}", "9" * 40 + ".x"]
)
def test_what_is_no_token_is_refused(desk: Desk, change: str) -> None:
    secret = tokens.make(desk, "the city", CITY, "the operator").partition(".")[2]
    assert refusal(lambda: tokens.bearer(desk, change.format(secret=secret))) == "token-refused"


def test_a_revoked_token_is_refused_from_then_on_and_its_name_is_free(desk: Desk) -> None:
    shown = tokens.make(desk, "the city", CITY, "the operator")
    assert refusal(lambda: tokens.make(desk, "the city", CITY, "the operator")) == "token-name-taken"
    tokens.bearer(desk, shown)
    tokens.revoke(desk, "the city", "the operator")
    assert refusal(lambda: tokens.bearer(desk, shown)) == "token-refused"
    assert refusal(lambda: tokens.revoke(desk, "the city", "the operator")) == "unknown-token-name"
    fresh = tokens.make(desk, "the city", CITY, "the operator")
    assert tokens.bearer(desk, fresh).name == "the city"
    first, second = tokens.every(desk)
    assert first.used
    assert first.revoked
    assert (second.used[:10], second.revoked) == (datetime.now(UTC).date().isoformat(), "")


# Submissions and revisions


def test_a_file_is_kept_byte_by_byte_under_a_receipt_nobody_guesses(desk: Desk) -> None:
    first, second = submitted(desk), submitted(desk)
    held = submissions.find(desk, first)
    assert (held.content, held.report, held.name, held.state) == (SENT.content, SENT.report, SENT.name, "received")
    assert submissions.proposed(desk, first) == CONTENT
    assert first != second
    assert len(bytes.fromhex(first)) == 16
    assert [each.number for each in submissions.every(desk, CITY)] == [1, 2]
    assert submissions.every(desk, "000002") == []
    assert refusal(lambda: submissions.find(desk, "none")) == "unknown-receipt"


def test_submissions_are_taken_page_by_page_and_those_that_wait_come_first(desk: Desk) -> None:
    receipts = [submitted(desk) for _ in range(5)]
    for place in (1, 3):
        submissions.return_(desk, receipts[place], "a reviewer", "no")
    in_order = [receipts[place] for place in (0, 2, 4, 3, 1)]
    pages = [submissions.listed(desk, "", start, 2) for start in (0, 2, 4, 6)]
    assert [[each.id for each in found] for found, _ in pages] == [in_order[:2], in_order[2:4], in_order[4:], []]
    assert [total for _, total in pages] == [5, 5, 5, 5]
    assert submissions.listed(desk, CITY, 0, 9)[1] == 5
    assert submissions.listed(desk, "000002", 0, 9) == ([], 0)
    assert {each.content for each in submissions.listed(desk, "", 0, 9)[0]} == {b""}


def test_revisions_are_taken_page_by_page_the_newest_first(desk: Desk) -> None:
    made = [accepted(desk).id for _ in range(3)][::-1]
    pages = [revisions.listed(desk, CITY, start, 2) for start in (0, 2)]
    assert [([each.id for each in found], total) for found, total in pages] == [(made[:2], 3), (made[2:], 3)]
    assert revisions.listed(desk, "000002", 0, 2) == ([], 0)


def test_a_submission_is_decided_on_once(desk: Desk) -> None:
    receipt = submitted(desk)
    revision = submissions.accept(desk, receipt, "a reviewer", CONTENT, after=0)
    assert (revision.city, revision.submission, revision.reviewer) == (CITY, receipt, "a reviewer")
    assert revisions.content(desk, revision.id) == CONTENT
    assert refusal(lambda: submissions.accept(desk, receipt, "a reviewer", CONTENT, after=1)) == "already-decided"
    assert refusal(lambda: submissions.return_(desk, receipt, "a reviewer", "no")) == "already-decided"
    other = submitted(desk)
    submissions.return_(desk, other, "a reviewer", "日付を確かめてください")
    assert submissions.find(desk, other).comment == "日付を確かめてください"
    assert [each.what for each in audit.entries(desk)] == ["submitted", "accepted", "submitted", "returned"]


def test_of_two_who_accept_over_the_same_revision_one_is_told(desk: Desk) -> None:
    first, second = submitted(desk), submitted(desk)
    submissions.accept(desk, first, "a reviewer", CONTENT, after=0)
    assert refusal(lambda: submissions.accept(desk, second, "another", CONTENT, after=0)) == "city-has-changed"
    assert submissions.find(desk, second).state == "received"
    assert len(revisions.of_city(desk, CITY)) == 1


def test_an_earlier_revision_is_restored_as_a_new_one(desk: Desk) -> None:
    first = accepted(desk)
    second = submissions.accept(desk, submitted(desk), "a reviewer", Content({}, {}), after=first.id)
    third = revisions.restore(desk, first, {}, "a reviewer", second.id)
    assert (third.restored, third.digest) == (first.id, first.digest)
    assert revisions.newest(desk.state)[CITY].graphs == CONTENT.graphs
    assert [each.id for each in revisions.of_city(desk, CITY)] == [1, 2, 3]
    assert refusal(lambda: revisions.find(desk, 4)) == "unknown-revision"


@pytest.mark.parametrize("table", ["revision", "revision_graph", "revision_base", "audit"])
def test_revisions_and_the_audit_log_are_never_changed_or_removed(desk: Desk, table: str) -> None:
    accepted(desk)
    column = {"audit": "what", "revision": "city"}.get(table, "graph")
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET {column} = 'x'"):
        with pytest.raises(sqlite3.IntegrityError), desk.writing() as connection:
            connection.execute(statement)


def test_uploads_are_removed_after_their_days_and_what_became_of_them_stays(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submissions, "now", lambda: "2020-01-01T00:00:00Z")
    revision, waiting = accepted(desk), submitted(desk)
    monkeypatch.undo()
    fresh = submitted(desk)
    submissions.return_(desk, fresh, "a reviewer", "no")
    assert submissions.forget(desk, 365) == 1
    assert submissions.forget(desk, 365) == 0
    old = submissions.find(desk, revision.submission)
    assert (old.content, old.report, old.state) == (b"", b"", "accepted")
    assert submissions.proposed(desk, revision.submission).graphs == {}
    assert revisions.content(desk, revision.id) == CONTENT
    assert submissions.find(desk, waiting).content == submissions.find(desk, fresh).content == SENT.content
    assert audit.entries(desk)[-1].what == "upload removed"


# Copies


def test_a_copy_taken_in_use_is_put_back_whole(desk: Desk, tmp_path: Path) -> None:
    copy = tmp_path / "desk.backup"
    first = accepted(desk)
    with desk.reading():
        desk.backup(copy)
    later = accepted(desk)
    desk.restore(copy)
    assert [each.id for each in revisions.of_city(desk, CITY)] == [first.id] != [later.id]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["desk.backup", "state"]
    fresh = Desk(tmp_path / "elsewhere")
    fresh.restore(copy)
    assert accepted(fresh).id == 2
    assert oct(copy.stat().st_mode & 0o777) == "0o600"


@pytest.mark.parametrize("kind", ["text", "cut", "other"])
def test_what_is_no_copy_of_a_desk_is_not_put_back(desk: Desk, tmp_path: Path, kind: str) -> None:
    accepted(desk)
    copy = tmp_path / "copy"
    if kind == "text":
        copy.write_text("no database, but long enough to be taken for one" * 100, "utf-8")
    elif kind == "cut":
        desk.backup(copy)
        copy.write_bytes(copy.read_bytes()[:-9000])
    else:
        with sqlite3.connect(copy) as connection:
            connection.execute("CREATE TABLE x (y)")
        connection.close()
    assert refusal(lambda: desk.restore(copy)) == "no-backup"
    assert len(revisions.of_city(desk, CITY)) == 1


# A full disk


def _fill(state: Path, limit: int) -> None:
    """Hand in files until one is refused, in a process whose files may not grow past a limit."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    desk, receipts = Desk(state), []
    try:
        for _ in range(1000):
            receipts.append(submitted(desk, File("big.xlsx", os.urandom(50_000), b"{}")))
    except ServiceError as error:
        print(error.key, error.status.value, *receipts)
        print(len(submissions.every(desk)))
        sys.exit(0)
    sys.exit("the disk never was full")


def test_a_full_disk_is_an_error_and_keeps_what_was_there(desk: Desk) -> None:
    before = accepted(desk)
    code = f"import tests.test_desk as t, pathlib; t._fill(pathlib.Path({str(desk.state)!r}), 2_000_000)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    said, count = ended.stdout.splitlines()
    key, status, *receipts = said.split()
    assert (key, status) == ("desk-unwritable", "507")
    assert len(receipts) > 3
    # What was acknowledged is there, what was refused is not, and with room again all goes on.
    assert int(count) == len(submissions.every(desk)) == len(receipts) + 1
    assert all(len(submissions.find(desk, each).content) == 50_000 for each in receipts)
    assert revisions.content(desk, before.id) == CONTENT
    assert accepted(desk).id == before.id + 1
