"""What the documentation says is so: its links and tables."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

import pytest

from sasaeai import statements
from sasaeai.formats import GRAPH, RESULTS
from sasaeai.repository import Repository
from sasaeai.settings import Settings, written
from sasaeai.store.local import LocalStore

from .conftest import ROOT
from .pages import CODE, pages, table
from .test_layers import LAYERS

DOCS = ROOT / "docs"
MARK = re.compile(r"[^\w\- ]")
LINK = re.compile(r"\]\((?!\w+:)([^)\s]*)\)")


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


def test_the_rules_of_the_model_are_those_that_run(repository: Repository) -> None:
    rules = [(rule.name, rule.header["summary"]["en"]) for rule in repository.rules()]
    stated = table(DOCS / "model.md", "Derived statements")
    assert [(CODE.findall(cells[0])[0], cells[1]) for cells in stated] == rules


def test_the_settings_page_tells_every_setting_and_its_default() -> None:
    true = [
        [f"`SASAEAI_{each.name.upper()}`", shown(each.default), str(each.metadata["meaning"])]
        for each in fields(Settings)
    ]
    stated = table(DOCS / "settings.md", "Settings")
    assert stated == true, "\n".join(f"| {' | '.join(row)} |" for row in true)


def shown(default: object) -> str:
    if default in (None, "", ()):
        return "–"
    return f"{default:,}" if isinstance(default, int) and not isinstance(default, bool) else written(default)


def test_the_layers_of_the_design_are_those_that_are_tested() -> None:
    rows = table(DOCS / "design.md", "The layers of the service")
    assert [set(CODE.findall(cells[1])) for cells in rows] == [names - {""} for names in reversed(LAYERS)]


def test_the_design_gives_a_reason_for_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {re.split(r"[^\w.-]", each)[0] for each in project["dependencies"]}
    told = {CODE.findall(cells[0])[0] for cells in table(DOCS / "design.md", "Dependencies")}
    assert told == needed
    words = (DOCS / "design.md").read_text("utf-8")
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
    stated = table(DOCS / "model.md", "Validity, and what is so on a given day", header="name")
    assert stated
    for name, *dates in stated:
        assert true[name] == dates


def value(row: Mapping[str, Mapping[str, str]], name: str) -> str:
    return row[name]["value"] if name in row else ""


def test_the_folder_of_every_kind_of_fact_has_a_readme() -> None:
    folders = ("data", "data/cities", "data/register", "ontology", "shapes", "queries")
    assert [each for each in folders if not (ROOT / each / "README.md").is_file()] == []


def test_the_limits_that_operators_are_told_of_are_settings() -> None:
    names = {each.name.upper() for each in fields(Settings)}
    rows = table(DOCS / "operating.md", "The limits")
    told = {name for cells in rows for name in CODE.findall(cells[1])}
    assert told <= names
    limits = {name for name in names if re.search(r"MAX_|SECONDS|WORKER|QUEUE|PER_CLIENT|EXTRA|THREADS|SCAN", name)}
    assert told == limits
    written_out, explained = (
        set(re.findall(r"SASAEAI_([A-Z_]+)", (DOCS / name).read_text("utf-8")))
        for name in ("operating.md", "settings.md")
    )
    assert written_out <= explained
    patience = Settings.wait_seconds * 4 + Settings.quick_seconds + Settings.slow_seconds
    assert patience < 45
    assert Settings.own_workers + Settings.quick_workers + Settings.slow_workers == 8
