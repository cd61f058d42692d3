"""The desk from the command line, as an operator, a city and a reviewer use it."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import openpyxl
import pytest

from sasaeai.desk import FILE

from .conftest import start_service, stop_service
from .test_command_line import sasaeai
from .test_sparql import ask

TAMA = "132241"
Run = subprocess.CompletedProcess[str]


def desk(state: Path, *arguments: str, **settings: str) -> Run:
    return sasaeai(*arguments, SASAEAI_STATE=str(state), SASAEAI_TOKEN="", **settings)


def done(run: Run) -> str:
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def refused(run: Run, words: str) -> None:
    assert run.returncode == 2
    assert words in run.stderr
    assert "Traceback" not in run.stderr


def workbook(folder: Path, name: str) -> Path:
    """Write Tama's workbook, in which its council has one more name."""
    path = folder / f"{name}.xlsx"
    done(sasaeai("template", TAMA, "-o", str(path)))
    book = openpyxl.load_workbook(path)
    sheet = book["協議体"]
    column = next(place for place, cell in enumerate(sheet[1], 1) if str(cell.value).startswith("別名"))
    row = next(place for place, cell in enumerate(sheet["A"], 1) if cell.value == f"{TAMA}/council/marutto")
    sheet.cell(row, column, f"{sheet.cell(row, column).value or ''}\n{name}")
    book.save(path)
    return path


@pytest.mark.slow
def test_a_workbook_is_submitted_shown_accepted_exported_and_undone(tmp_path: Path) -> None:
    state, copy = tmp_path / "state", tmp_path / "desk.backup"
    city = done(desk(state, "token", "make", "多摩市 高齢支援課", "--city", TAMA))
    reviewer = done(desk(state, "token", "make", "a reviewer", "--reviewer"))
    receipt = done(desk(state, "desk", "submit", str(workbook(tmp_path, "新しい名称")), "--token", city))
    assert receipt in done(desk(state, "desk", "list"))
    shown = done(desk(state, "desk", "show", receipt, "--lang", "ja")).splitlines()
    assert [line for line in shown if line.startswith(("+", "-"))] == [shown[-1]]
    assert shown[-1].endswith("：新しい名称")
    refused(desk(state, "desk", "accept", receipt, "--token", city), "Only a reviewer's token")
    accepted = desk(state, "desk", "accept", receipt, "--token", reviewer)
    assert done(accepted) == f"revision 1 of {TAMA}"
    assert "SIGHUP" in accepted.stderr
    query = 'ASK { ?x ?p "新しい名称"@ja }'
    assert "true" in done(sasaeai("query", "-", "-f", "srj", stdin=query, SASAEAI_STATE=str(state)))
    assert "false" in done(sasaeai("query", "-", "-f", "srj", stdin=query))

    files = done(desk(state, "export", "-o", str(tmp_path / "out"))).split("\n")
    assert sorted(files) == [
        f"said data/cities/{TAMA}-tama/city-page.ttl",
        f"said data/cities/{TAMA}-tama/tokyo-support-project.ttl",
    ]
    assert "新しい名称" in (tmp_path / "out/data/cities" / f"{TAMA}-tama" / "city-page.ttl").read_text("utf-8")
    assert done(desk(state, "desk", "conflicts")) == ""

    done(desk(state, "desk", "backup", str(copy)))
    assert done(desk(state, "desk", "restore", "1", "--token", reviewer)) == f"revision 2 of {TAMA}"
    assert len(done(desk(state, "desk", "revisions", TAMA)).splitlines()) == 2
    done(desk(state, "desk", "restore-backup", str(copy)))
    assert len(done(desk(state, "desk", "revisions")).splitlines()) == 1
    done(desk(state, "token", "revoke", "多摩市 高齢支援課"))
    refused(desk(state, "desk", "submit", str(copy), "--token", city), "revoked")
    assert "多摩市 高齢支援課" in done(desk(state, "token", "list"))
    log = [json.loads(line)["what"] for line in done(desk(state, "desk", "audit")).splitlines()]
    assert log == ["token made", "token made", "submitted", "accepted", "backup put back", "token revoked"]
    assert desk(state, "desk", "forget").stderr == "0 uploads removed\n"


@pytest.mark.slow
def test_an_acceptance_is_seen_at_once_by_readers_of_the_service_that_runs(tmp_path: Path) -> None:
    state, run_dir = tmp_path / "state", tempfile.mkdtemp(prefix="sas-", dir="/tmp")
    city = done(desk(state, "token", "make", "the city", "--city", TAMA))
    reviewer = done(desk(state, "token", "make", "a reviewer", "--reviewer"))
    receipt = done(desk(state, "desk", "submit", str(workbook(tmp_path, "新しい名称")), "--token", city))
    running = start_service(state=str(state), run_dir=run_dir)
    try:
        page = f"{running.url}/doc/{TAMA}/council/marutto.ttl"
        assert "新しい名称" not in ask(page).body.decode()
        accepted = desk(state, "desk", "accept", receipt, "--token", reviewer, SASAEAI_RUN_DIR=run_dir)
        answer = ask(page)
        assert "新しい名称" in answer.body.decode()
        assert accepted.stderr == f"published as version {answer.headers['X-Dataset-Version']}\n"
    finally:
        stop_service(running)
        shutil.rmtree(run_dir, ignore_errors=True)


def test_what_the_desk_s_commands_cannot_do_is_said(tmp_path: Path) -> None:
    state = tmp_path / "state"
    refused(sasaeai("desk", "list", SASAEAI_STATE=""), "SASAEAI_STATE")
    refused(desk(state, "token", "make", "x"), "--city CODE or --reviewer")
    refused(desk(state, "token", "make", "x", "--city", "999999"), "999999")
    refused(desk(state, "token", "revoke", "x"), "No token named 'x'")
    refused(desk(state, "desk", "show", "none"), "no submission with the receipt 'none'")
    refused(desk(state, "desk", "accept", "none", "--token", "1.x"), "This is no token")
    refused(desk(state, "desk", "accept", "none"), "--token")
    refused(desk(state, "desk", "accept", "none", "--token", "1.x", "--same", "x"), "NEW=KNOWN")
    (tmp_path / "text").write_text("no database")
    refused(desk(state, "desk", "restore-backup", str(tmp_path / "text")), "no sound copy")
    refused(desk(tmp_path / "text", "desk", "list"), "Nothing could be written")
    assert (state / FILE).is_file()
    assert not Path(FILE).exists()
