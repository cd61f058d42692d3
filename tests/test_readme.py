"""What the documentation shows is what happens: its commands, programs and answers."""

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from sasaeai import statements
from sasaeai.formats import GRAPH, RESULTS
from sasaeai.repository import Repository
from sasaeai.store.local import LocalStore

from .conftest import ROOT, Service
from .pages import CODE, README, Block, blocks, commands, pages, table

ADDRESS = "http://127.0.0.1:8000"
WALKTHROUGH = "How to add a city"
"""The section whose commands are run in a copy to which its city was added."""

LESSON = "Writing a question"
"""The section whose commands are run in a copy to which its question was added, by `test_new_question`."""

EVERY_BLOCK = [block for page in pages() for block in blocks(page)]
CONSOLE = [each for each in EVERY_BLOCK if each.language == "console" and each.section not in {WALKTHROUGH, LESSON}]
PYTHON = [
    (block, following)
    for block, following in pairwise(EVERY_BLOCK)
    if block.language == "python" and following.language == "text" and following.path == block.path
]


def assert_prints(command: str, expected: str, where: Path, **settings: str) -> None:
    """Run a command as its reader would, with this environment's `sasaeai`, and compare what the reader sees.

    A line `…` stands for any number of lines. The version of the data is left out: it changes with every edit.
    """
    plain = {name: value for name, value in os.environ.items() if not name.startswith("SASAEAI_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{plain.get('PATH', os.defpath)}"
    result = subprocess.run(
        ["sh", "-c", command],
        cwd=where,
        env=plain | settings | {"PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    lines = result.stdout.decode().splitlines()
    assert_same(command, [line for line in lines if not line.startswith("dataset version ")], expected)
    # What fails says so: an exit other than 0 may be what a page shows, but never in silence.
    assert expected or result.returncode == 0, command


def assert_same(what: str, printed: list[str], expected: str) -> None:
    pattern = "\n".join(
        r"(?:.*\n)*.*" if line.strip() == "…" else re.escape(line.rstrip()) for line in expected.splitlines()
    )
    actual = "\n".join(line.rstrip() for line in printed)
    assert re.fullmatch(pattern, actual), f"{what}\nprints\n{actual}\nand not\n{expected}"


def test_the_readme_has_commands_an_answer_and_a_program() -> None:
    assert [each for each in CONSOLE if each.path == README]
    assert [block for block, _ in PYTHON if block.path == README]


@pytest.mark.slow
@pytest.mark.parametrize("block", CONSOLE, ids=str)
def test_a_console_block_prints_what_it_says(block: Block, service: Service) -> None:
    for command, expected in commands(block.text):
        program = shlex.split(command)[0]
        if program == "curl" and not shutil.which("curl"):
            pytest.skip("curl is not on this machine")
        assert_prints(command.replace(ADDRESS, service.url), expected, ROOT)


@pytest.mark.parametrize("pair", PYTHON, ids=lambda pair: str(pair[0]))
def test_a_program_prints_what_it_says(
    pair: tuple[Block, Block], service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, expected = pair
    monkeypatch.chdir(ROOT)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(program.text.replace(ADDRESS, service.url), str(program), "exec"), {})
    assert_same(str(program), printed.getvalue().splitlines(), expected.text)


@pytest.mark.slow
def test_a_city_is_added_as_the_readme_shows(tmp_path: Path) -> None:
    section = [each for each in EVERY_BLOCK if each.path == README and each.section == WALKTHROUGH]
    page, file = (next(each.text for each in section if each.language == name) for name in ("text", "turtle"))
    checkout, texts = tmp_path / "checkout", tmp_path / "texts"
    texts.mkdir()
    for folder in ("ontology", "shapes", "data", "queries"):
        shutil.copytree(ROOT / folder, checkout / folder)
    name = re.search(r'sas:file "([^"]+)"', file)
    assert name
    (texts / name[1]).write_text(page + "\n", "utf-8")
    place = checkout / file.splitlines()[0].removeprefix("# ")
    place.parent.mkdir()
    place.write_text(file + "\n", "utf-8")
    for block in section:
        if block.language == "console":
            for command, expected in commands(block.text):
                assert_prints(command, expected, checkout, SASAEAI_ROOT=str(checkout))


def test_the_numbers_of_the_readme_are_the_true_ones(repository: Repository) -> None:
    store = LocalStore(repository)
    counted = {
        "municipalities with data": "SELECT DISTINCT ?x WHERE { ?p sas:runBy ?x }",
        "documents": "SELECT DISTINCT ?x WHERE { GRAPH ?g { ?q sas:quote ?t } ?g dct:source ?x }",
        "quotations": "SELECT DISTINCT ?g ?x ?t WHERE { GRAPH ?g { ?x sas:quote ?t } }",
        "things that are quoted": "SELECT DISTINCT ?x WHERE { ?x sas:quote ?t }",
        "municipalities in the register": "SELECT DISTINCT ?x WHERE { ?x a sas:Municipality ; sas:code ?code }",
        "wards of designated cities": "SELECT DISTINCT ?x WHERE { ?x a sas:Ward ; sas:code ?code }",
        "prefectures": "SELECT DISTINCT ?x WHERE { ?x a sas:Prefecture ; sas:code ?code }",
    }
    prefixes = "PREFIX sas: <https://w3id.org/sasaeai/ns#> PREFIX dct: <http://purl.org/dc/terms/> "
    true = {
        what: len(statements.table(store.query(prefixes + text, results=RESULTS, graph=GRAPH)).rows)
        for what, text in counted.items()
    }
    true["questions"] = len(repository.questions())
    stated = {cells[1]: int(cells[0].replace(",", "")) for cells in table(README, "What is in it")}
    assert stated == true


def test_the_readme_names_every_question(repository: Repository) -> None:
    names = [CODE.findall(cells[0])[0] for cells in table(README, "What can be asked")]
    assert sorted(names) == sorted(each.name for each in repository.questions())
