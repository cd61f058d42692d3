"""What the documentation says is so: its commands, answers, numbers, tables and links."""

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import pytest

from sasaeai import catalogue, statements
from sasaeai.formats import GRAPH, RESULTS
from sasaeai.repository import Repository
from sasaeai.settings import Settings
from sasaeai.store.local import LocalStore

from .conftest import ROOT, Service
from .test_layers import LAYERS

README = ROOT / "README.md"
ADDRESS = "http://127.0.0.1:8000"
WALKTHROUGH = "How to add a city"
"""The section whose commands are run in a copy to which its city was added."""

MARK = re.compile(r"[^\w\- ]")
LINK = re.compile(r"\]\((?!\w+:)([^)\s]*)\)")
CODE = re.compile(r"`([^`]*)`")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page, with the heading it stands under."""

    path: Path
    line: int
    section: str
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}"


def pages() -> list[Path]:
    folders = (each for each in ROOT.iterdir() if each.is_dir() and not each.name.startswith("."))
    return sorted([*ROOT.glob("*.md"), *(page for folder in folders for page in folder.rglob("*.md"))])


def blocks(path: Path) -> Iterator[Block]:
    section, language, start, inside = "", "", 0, None
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if line.startswith("```"):
            if inside is None:
                language, start, inside = line[3:].strip(), number, list[str]()
            else:
                yield Block(path, start, section, language, "\n".join(inside))
                inside = None
        elif inside is not None:
            inside.append(line)
        elif line.startswith("#"):
            section = line.lstrip("# ")


EVERY_BLOCK = [block for page in pages() for block in blocks(page)]
CONSOLE = [each for each in EVERY_BLOCK if each.language == "console" and each.section != WALKTHROUGH]
PYTHON = [
    (block, following)
    for block, following in zip(EVERY_BLOCK, EVERY_BLOCK[1:], strict=False)
    if block.language == "python" and following.language == "text" and following.path == block.path
]


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Split a console block into commands and what each prints. A command goes on while a quote is open."""
    command, printed = "", list[str]()
    for line in text.splitlines():
        if command and open_ended(command):
            command += "\n" + line
        elif line.startswith("$ "):
            if command:
                yield command, "\n".join(printed)
            command, printed = line[2:], []
        else:
            printed.append(line)
    yield command, "\n".join(printed)


def open_ended(command: str) -> bool:
    try:
        shlex.split(command)
    except ValueError:
        return True
    return command.endswith("\\")


def run(command: str, where: Path, **settings: str) -> str:
    """Run a command as its reader would, with this environment's `sasaeai`; return what it prints."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("SASAEAI_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{plain.get('PATH', os.defpath)}"
    result = subprocess.run(
        ["sh", "-c", command], cwd=where, env=plain | settings | {"PATH": path}, capture_output=True, check=False
    )
    assert result.returncode == 0, f"{command}\n{result.stdout.decode()}\n{result.stderr.decode()}"
    return result.stdout.decode()


def assert_printed(command: str, printed: str, expected: str) -> None:
    """Compare line by line; a line `…` stands for any number of lines."""
    pattern = "\n".join(
        r"(?:.*\n)*.*" if line.strip() == "…" else re.escape(line.rstrip()) for line in expected.splitlines()
    )
    actual = "\n".join(line.rstrip() for line in printed.splitlines())
    assert re.fullmatch(pattern, actual), f"$ {command}\nprints\n{actual}\nand not\n{expected}"


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
        assert_printed(command, run(command.replace(ADDRESS, service.url), ROOT), expected)


@pytest.mark.parametrize("pair", PYTHON, ids=lambda pair: str(pair[0]))
def test_a_program_prints_what_it_says(
    pair: tuple[Block, Block], service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, expected = pair
    monkeypatch.chdir(ROOT)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(program.text.replace(ADDRESS, service.url), str(program), "exec"), {})
    assert_printed(str(program), printed.getvalue(), expected.text)


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
                assert_printed(command, run(command, checkout, SASAEAI_ROOT=str(checkout)), expected)


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_a_link_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text("utf-8")):
        file, _, anchor = target.partition("#")
        place = (page.parent / file).resolve() if file else page
        assert place.exists(), f"{page.name} links to {target}"
        if anchor:
            assert anchor in anchors(place), f"{page.name} links to {target}"


def anchors(page: Path) -> set[str]:
    headings = (line.lstrip("# ") for line in page.read_text("utf-8").splitlines() if line.startswith("#"))
    return {MARK.sub("", each.lower()).replace(" ", "-") for each in headings}


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


def test_the_quotes_of_each_document_are_counted_right(repository: Repository) -> None:
    quotes = statements.select(LocalStore(repository), repository.query("quotes")).rows
    counts: dict[str, int] = {}
    for row in quotes:
        name = row["graph"]["value"]
        counts[name] = counts.get(name, 0) + 1
    files = {
        str(each.path.relative_to(ROOT / "data" / "cities")): counts[each.name]
        for each in repository.graphs("data")
        if "cities" in each.path.parts
    }
    rows = table(ROOT / "data" / "cities" / "README.md", "The cities")
    stated = {path: int(cells[-1]) for cells in rows for path in re.findall(r"\(([^)]+\.ttl)\)", cells[2])}
    assert stated == files


def test_the_questions_of_the_readme_are_those_of_the_catalogue(repository: Repository) -> None:
    titles = {name: question.title["en"] for name, question in catalogue.questions(repository).items()}
    assert {CODE.findall(cells[0])[0]: cells[1] for cells in table(README, "What can be asked")} == titles


def test_the_rules_of_the_model_are_those_that_run(repository: Repository) -> None:
    rules = [(rule.name, catalogue.header(rule)["summary"]["en"]) for rule in repository.rules()]
    stated = [cells for cells in table(ROOT / "docs" / "model.md", "Derived statements")]
    assert [(CODE.findall(cells[0])[0], cells[1]) for cells in stated] == rules


def test_the_settings_page_tells_every_setting_and_its_default() -> None:
    true = [
        [f"`SASAEAI_{each.name.upper()}`", shown(each.default), str(each.metadata["meaning"])]
        for each in fields(Settings)
    ]
    stated = table(ROOT / "docs" / "settings.md", "Settings")
    assert stated == true, "\n".join(f"| {' | '.join(row)} |" for row in true)


def shown(default: object) -> str:
    if default is None or default == "":
        return "–"
    if isinstance(default, bool):
        return str(int(default))
    return f"{default:,}" if isinstance(default, int) else str(default)


def test_the_layers_of_the_design_are_those_that_are_tested() -> None:
    rows = table(ROOT / "docs" / "design.md", "The layers of the service")
    assert [set(CODE.findall(cells[1])) for cells in rows] == [names - {""} for names in reversed(LAYERS)]


def test_the_design_gives_a_reason_for_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {re.split(r"[^\w.-]", each)[0] for each in project["dependencies"]}
    told = {CODE.findall(cells[0])[0] for cells in table(ROOT / "docs" / "design.md", "Dependencies")}
    assert told == needed
    words = (ROOT / "docs" / "design.md").read_text("utf-8")
    for each in project["optional-dependencies"]["dev"]:
        assert f"`{re.split(r'[^A-Za-z0-9_.-]', each)[0]}`" in words


def test_the_two_names_of_the_model_s_example_have_the_dates_it_shows(repository: Repository) -> None:
    properties = ("notBefore", "firstKnown", "lastKnown", "notAfter")
    text = """
        PREFIX sas: <https://w3id.org/sasaeai/ns#>
        SELECT DISTINCT ?name ?notBefore ?firstKnown ?lastKnown ?notAfter WHERE {
          ?x sas:nameOf <https://w3id.org/sasaeai/id/132241/council/marutto> ; sas:literalForm ?name .
          OPTIONAL { ?x sas:notBefore ?notBefore } OPTIONAL { ?x sas:firstKnown ?firstKnown }
          OPTIONAL { ?x sas:lastKnown ?lastKnown } OPTIONAL { ?x sas:notAfter ?notAfter }
        }
    """
    rows = statements.table(LocalStore(repository).query(text, results=RESULTS, graph=GRAPH)).rows
    true = {row["name"]["value"]: [value(row, each) for each in properties] for row in rows}
    stated = table(ROOT / "docs" / "model.md", "Validity, and what is so on a given day", header="name")
    assert stated
    for name, *dates in stated:
        assert true[name] == dates


def value(row: Mapping[str, Mapping[str, str]], name: str) -> str:
    return row[name]["value"] if name in row else ""


def table(page: Path, section: str, header: str = "") -> list[list[str]]:
    """Read the rows of the first table under a heading; of the first whose first column is `header`, if given."""
    rows: list[list[str]] = []
    here = False
    for line in [*page.read_text("utf-8").splitlines(), ""]:
        if line.startswith("#"):
            here = line.lstrip("# ") == section
        if here and line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
        elif rows and header in ("", rows[0][0]):
            return rows[2:]
        elif rows:
            rows = []
    raise AssertionError(f"{page.name} has no such table under '{section}'")


def test_the_folder_of_every_kind_of_fact_has_a_readme() -> None:
    folders = ("data", "data/cities", "data/register", "ontology", "shapes", "queries")
    assert [each for each in folders if not (ROOT / each / "README.md").is_file()] == []
