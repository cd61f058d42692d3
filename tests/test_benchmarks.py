"""What measures the service runs, and the page of its figures says what was measured."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

import peers
import table
from figures import OURS, Row, markdown
from growth import growths
from held import Held
from peer import JSON, N_TRIPLES, LateError, Rdflib, RefusedError
from report import IMAGE, KEPT, PAGE, Run

from .conftest import ROOT

DOCS = ROOT / "docs"
BLOCK = re.compile(r"<!-- figures: (\w+) -->\n(.*?)\n<!-- end -->", re.DOTALL)


@pytest.mark.slow
def test_one_command_measures_and_writes_table_and_plot(tmp_path: Path) -> None:
    work, out = tmp_path / "work", tmp_path / "out"
    work.mkdir()
    out.mkdir()
    shutil.copy(DOCS / PAGE, out)
    command = [sys.executable, str(ROOT / "bench" / "table.py"), "--cities", "1,2", "--rounds", "1", "--out", str(out)]
    command += ["--peers", "Oxigraph", "--only", "endpoint"]
    ended = subprocess.run(
        command, env={**os.environ, "TMPDIR": str(work)}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    run, page = Run.read(out / KEPT), (out / PAGE).read_text("utf-8")
    assert list(run.sizes) == [1, 2]
    for rows in run.sizes.values():
        ours = {row.subject.partition(":")[0] for row in rows if row.peer == OURS and row.values}
        assert {"load", "memory", "look-up", "city", "nation"} <= ours
        compared = {row.subject for row in rows if row.peer == "Oxigraph" and row.values}
        left_out = [row for row in rows if not row.values]
        assert "look-up: entity" in compared or {row.note for row in left_out} >= {"not here: pip install oxigraph"}
        assert all(row.note for row in left_out)
    assert "### 2 cities" in page
    assert "look-up: entity, ms" in (out / IMAGE).read_text("utf-8")
    assert list(work.iterdir()) == []


def test_the_page_shows_the_figures_that_are_kept() -> None:
    page = (DOCS / PAGE).read_text("utf-8")
    assert {name for name, _ in BLOCK.findall(page)} == {"run", "tables", "wins", "growth"}
    assert Run.read(DOCS / KEPT).fill(page) == page


def test_a_run_is_read_as_it_was_kept(tmp_path: Path) -> None:
    run = Run("make bench", "2026-11-22", "2 cores", 1.5, {4: [Row("load", OURS, "s", (1.25, 2.5)), LEFT_OUT]})
    run.write(tmp_path)
    assert Run.read(tmp_path / KEPT) == run


LEFT_OUT = Row("load", "rdflib", "s", note="not here: pip install rdflib")


def test_a_ratio_is_of_figures_of_the_same_round_and_bold_where_the_peer_does_better() -> None:
    rows = [
        Row("load", OURS, "s", (2.0, 30.0, 6.0)),
        Row("load", "Oxigraph", "s", (1.0, 10.0, 3.0)),
        Row("repeated", OURS, "requests/s", (200.0, 400.0, 600.0)),
        Row("repeated", "Oxigraph", "requests/s", (100.0, 100.0, 100.0)),
    ]
    *_, load, repeated = markdown(rows).splitlines()
    assert load == "| load, s | 6.00 | 3.00; **2.00 ×** (2.00–3.00) |"
    assert repeated == "| repeated, requests/s | 400 | 100; 4.00 × (2.00–6.00) |"


def test_a_peer_wins_where_it_does_better_in_every_round() -> None:
    ours, other = Row("load", OURS, "s", (2.0, 2.0, 2.0)), Row("load", "Oxigraph", "s", (1.0, 1.0, 2.5))
    assert markdown([ours, other]).endswith("| load, s | 2.00 | 1.00; 2.00 × (0.80–2.00) |")
    run = Run("", "", "", sizes={4: [ours, other], 40: [ours, Row("load", "Oxigraph", "s", (1.0, 1.0, 1.5))]})
    assert run.fill("<!-- figures: wins -->\n<!-- end -->").splitlines()[1] == "- **Oxigraph**: load, s (at 40)."


def test_a_table_of_ours_alone_has_two_columns() -> None:
    assert markdown([Row("load", OURS, "s", (2.0,))]).splitlines() == [
        "| | Sasaeai |",
        "|---|---:|",
        "| load, s | 2.00 |",
    ]


def test_a_peer_without_figures_is_a_dash() -> None:
    assert markdown([Row("load", OURS, "s", (2.0,)), LEFT_OUT]).endswith("| load, s | 2.00 | – |")


@pytest.mark.parametrize(
    ("power", "words"),
    [(0.0, "does not grow"), (0.5, "less than linear"), (1.0, "linear"), (1.5, "**more than linear**")],
)
def test_growth_is_told_by_its_exponent(power: float, words: str) -> None:
    [growth] = growths({n: [Row("load", OURS, "s", (3.0 * n**power,))] for n in (4, 40, 400, 1741)})
    assert growth.fitted == pytest.approx(power)
    assert growth.last == pytest.approx(power)
    assert growth.words == words


def test_what_is_the_same_at_every_size_does_not_hide_growth() -> None:
    [growth] = growths({n: [Row("load", OURS, "s", (100.0 + n**2 / 100,))] for n in (4, 40, 400, 1741)})
    assert growth.fitted < 1
    assert growth.words == "**more than linear**"


def test_a_measurement_that_fails_is_told_and_the_others_are_made(capsys: pytest.CaptureFixture[str]) -> None:
    def broken(root: Path, rounds: int) -> list[Row]:
        raise RuntimeError(f"no {rounds} rounds over {root.name}")

    def files(root: Path, rounds: int) -> list[Row]:
        return [Row("files", OURS, "", tuple(float(sum(1 for _ in root.rglob("*.ttl"))) for _ in range(rounds)))]

    rows, whole = table.measured(1, 2, {"broken": broken, "files": files})
    assert not whole
    assert rows[0] == Row("broken", OURS, "", note="failed: RuntimeError: no 2 rounds over nation")
    assert rows[1].values[0] > 1
    assert "Traceback" in capsys.readouterr().err


def test_a_program_that_is_missing_is_named_with_the_way_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found, absent = peers.servers(tmp_path, Held(tmp_path, 10, [], [], 1.0), tmp_path)
    assert absent["Virtuoso"] == "not here: apt install virtuoso-opensource-7-bin"
    assert {each.name for each in found} | set(absent) == {OURS, *peers.NAMES}


def test_rdflib_is_left_out_where_it_would_read_for_minutes(tmp_path: Path) -> None:
    found, absent = peers.servers(tmp_path, Held(tmp_path, 9_000_000, [], [], 1.0), tmp_path)
    assert "rdflib" not in {each.name for each in found}
    assert absent["rdflib"] == "left out above 1,000,000 quads, which it takes minutes to read"


@pytest.fixture
def rdflib(tmp_path: Path) -> Rdflib:
    quads = tmp_path / "all.nq"
    ox.serialize(
        [ox.Triple(ox.NamedNode("x:s"), ox.NamedNode("x:p"), ox.Literal(f"支え合い {n}")) for n in range(40)], quads
    )
    return Rdflib(quads)


def test_plain_rdflib_answers_gives_up_and_refuses(rdflib: Rdflib) -> None:
    product = " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(6))
    try:
        rdflib.start()
        assert "支え合い 7".encode() in rdflib.ask("SELECT ?o { <x:s> <x:p> ?o }", JSON)
        assert rdflib.ask("CONSTRUCT WHERE { ?s ?p ?o }", N_TRIPLES).count(b"<x:p>") == 40
        with pytest.raises(LateError, match="no answer within"):
            rdflib.ask(f"SELECT (COUNT(*) AS ?n) {{ {product} }}", JSON, 0.2)
        with pytest.raises(RefusedError, match="ParseException"):
            rdflib.ask("SELECT {", JSON)
        assert b"true" in rdflib.ask("ASK { ?s ?p ?o }", JSON)
    finally:
        rdflib.stop()
