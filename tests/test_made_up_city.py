"""A city unlike any other goes in through its workbook, and is asked for like the others: no code knows of it.

What it has that no document has, and how that is asked for, is listed in `made-up-city/rows.yaml`.
"""

import csv
import io
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from sasaeai import intake, publish
from sasaeai.desk import Desk, tokens
from sasaeai.desk.tokens import Token
from sasaeai.fields import read_statements
from sasaeai.intake import Report
from sasaeai.publish import Handed
from sasaeai.repository import Repository

from .conftest import ROOT, Service, start_service, stop_service
from .test_sparql import ask, get

CITY, SHIZUOKA = "151009", "221007"
SAID: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "made-up-city" / "rows.yaml").read_text("utf-8"))
DIFFERENCES = SAID["differences"]
PREFIXES = """PREFIX dct: <http://purl.org/dc/terms/> PREFIX sas: <https://w3id.org/sasaeai/ns#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#> """


def filled(empty: bytes) -> bytes:
    """Write the made-up rows into a workbook, by the headings it has, as somebody types them."""
    book = openpyxl.load_workbook(io.BytesIO(empty))
    for title, rows in SAID["sheets"].items():
        sheet = book[title]
        columns = {cell.value: place for place, cell in enumerate(sheet[1], 1)}
        for number, row in enumerate(rows, sheet.max_row + 1):
            source = SAID["sources"].get(row.get("出典", 1), "")
            for heading, value in {**row, "出典": source}.items():
                sheet.cell(number, columns[heading]).value = value
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return Repository(ROOT, tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def content() -> bytes:
    return filled(intake.template(Repository(ROOT), CITY))


@pytest.fixture(scope="module")
def report(content: bytes) -> Report:
    return intake.examine(Repository(ROOT), "新潟市.xlsx", content)


@pytest.fixture(scope="module")
def accepted(repository: Repository, report: Report, content: bytes) -> Repository:
    assert repository.state
    desk = Desk(repository.state)

    def bearer(city: str) -> Token:
        return tokens.bearer(desk, tokens.make(desk, city or "a reviewer", city, "me"))

    handed = Handed(report.name, content, intake.as_json(report), report.count("violation"), report.city, report.graphs)
    receipt = publish.submit(desk, repository, bearer(CITY), handed)
    publish.accept(desk, repository, None, bearer(""), receipt)
    return repository


@pytest.fixture(scope="module")
def service(accepted: Repository) -> Iterator[Service]:
    running = start_service(state=str(accepted.state))
    yield running
    stop_service(running)


def test_it_differs_in_more_than_eight_ways_from_every_city_there_is() -> None:
    assert len({each["says"] for each in DIFFERENCES}) == len(DIFFERENCES) >= 8
    assert not any(
        file.name.startswith(f"https://w3id.org/sasaeai/graph/{CITY}/") for file in Repository(ROOT).graphs()
    )


def test_its_workbook_is_right_at_once(report: Report) -> None:
    wrong = [each.sentence("en") for each in report.findings if each.severity not in ("repair", "info")]
    assert wrong == []
    assert len(report.graphs) == len(SAID["sources"])


def test_nobody_was_asked_for_what_only_this_project_has(report: Report) -> None:
    said = {path for text in report.graphs.values() for _, path, _ in read_statements(text)}
    assert not said & {f"https://w3id.org/sasaeai/ns#{each}" for each in ("file", "sha256")}


def test_its_workbook_comes_back_and_says_the_same(accepted: Repository) -> None:
    again = intake.examine(accepted, "新潟市.xlsx", intake.template(accepted, CITY))
    assert [each.sentence("en") for each in again.findings] == []
    present = {name: set(read_statements(text)) for name, text in accepted.city(CITY).items()}
    assert {name: set(read_statements(text)) for name, text in again.graphs.items()} == present


@pytest.mark.slow
@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda each: str(each["says"]))
def test_what_no_other_city_has_is_answered_rightly(service: Service, difference: dict[str, Any]) -> None:
    if "sparql" in difference:
        reply = get(service, PREFIXES + difference["sparql"], "text/csv")
    else:
        sign = "&" if "?" in difference["question"] else "?"
        of = "" if "iri=" in difference["question"] else f"m={CITY}&"
        reply = ask(f"{service.url}/queries/{difference['question']}{sign}{of}lang=ja")
    assert reply.status == 200, reply.body.decode()
    rows = list(csv.DictReader(io.StringIO(reply.body.decode("utf-8-sig"))))
    for wanted in difference["rows"]:
        assert any(wanted.items() <= row.items() for row in rows), (wanted, rows)


@pytest.mark.slow
def test_it_has_its_page_and_its_place_in_the_comparison(service: Service) -> None:
    page = ask(f"{service.url}/doc/{CITY}?lang=ja", Accept="text/html").body.decode()
    assert all(name in page for name in ("区域層", "市支え合い会議", "縁むすび生協", "ひとつの会"))
    compared = ask(f"{service.url}/compare?m={CITY}&m={SHIZUOKA}&lang=ja", Accept="text/html").body.decode()
    assert "区域層" in compared
    assert "架空市社会福祉協議会" in compared
    council = urllib.parse.quote("doc/151009/council/council-of-one")
    page = ask(f"{service.url}/{council}?lang=ja", Accept="text/html").body.decode()
    assert all(name in page for name in ("前身", "川端の会", "松原の会"))
