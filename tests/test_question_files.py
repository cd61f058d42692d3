"""An answer of the catalogue as a file: the same rows in every form, whole or page by page, never short in silence."""

import csv
import io
import json
import urllib.parse
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from rdflib import CSVW, DCTERMS, OWL, RDF, RDFS, Graph, Literal, Namespace, URIRef

from sasaeai import catalogue
from sasaeai.catalogue import replies
from sasaeai.errors import ServiceError
from sasaeai.formats import BY_NAME, OBJECTS
from sasaeai.repository import Repository
from sasaeai.statements import Table

from .conftest import Service
from .test_sparql import Reply, ask

MONTHS = "monthly-figures?m=131032&type=workshops&lang=en"
COLUMNS = Namespace("https://w3id.org/sasaeai/queries/monthly-figures#")
ANSWER = "https://w3id.org/sasaeai/queries/monthly-figures?m=131032&type=workshops&lang=en"
MEDIA_TYPES = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "srj": "application/sparql-results+json",
    "srx": "application/sparql-results+xml",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "jsonld": "application/ld+json",
    "trig": "application/trig",
    "nq": "application/n-quads",
}


def fetch(service: Service, what: str, suffix: str = "", **headers: Any) -> Reply:
    name, _, query = what.partition("?")
    return ask(f"{service.url}/queries/{name}{suffix}?{query}", **headers)


def rows(service: Service, what: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(fetch(service, what, ".csv").body.decode())))


def links(reply: Reply) -> dict[str, str]:
    """Read the Link header: relation to address, of alternates the last."""
    parts = [each.strip().split(">; rel=") for each in reply.headers.get("Link", "").split(", <")]
    return {rel.split('"')[1]: address.lstrip("<") for address, rel in parts}


@pytest.mark.parametrize(("suffix", "media_type"), MEDIA_TYPES.items())
def test_a_form_is_chosen_by_suffix_or_by_accept(service: Service, suffix: str, media_type: str) -> None:
    by_suffix, by_accept = fetch(service, MONTHS, f".{suffix}"), fetch(service, MONTHS, Accept=media_type)
    assert (by_suffix.status, by_suffix.type) == (200, media_type)
    assert by_suffix.body == by_accept.body
    assert by_suffix.headers["X-Dataset-Version"]
    assert fetch(service, MONTHS, f".{suffix}", Accept="image/png").body == by_suffix.body


def test_what_cannot_be_had_is_refused_with_what_can(service: Service) -> None:
    reply = fetch(service, MONTHS, Accept="image/png")
    assert reply.status == 406
    assert all(each in json.loads(reply.body)["detail"] for each in MEDIA_TYPES.values())


def test_json_has_the_rows_as_objects_with_numbers_as_numbers_and_null_for_what_is_not_stated(service: Service) -> None:
    answer = json.loads(fetch(service, MONTHS, ".json").body)
    table = rows(service, MONTHS)
    assert answer["total"] == len(answer["rows"]) == len(table)
    assert answer["version"] == fetch(service, MONTHS, ".json").headers["X-Dataset-Version"]
    assert answer["licence"] == "https://creativecommons.org/licenses/by/4.0/"
    values = [row["value"] for row in answer["rows"]]
    assert values == [int(row["value"]) if row["value"] else None for row in table]
    assert None in values
    assert 0 not in values
    assert {row["total"] for row in answer["rows"]} == {False, True}
    assert [row["evidence"] for row in answer["rows"]] == [row["evidence"].split() for row in table]


def test_json_is_json_ld_that_says_the_same_of_each_row_as_turtle_does(service: Service) -> None:
    turtle = Graph().parse(data=fetch(service, MONTHS, ".ttl").body, format="turtle")
    objects = Graph().parse(data=fetch(service, MONTHS, ".json").body, format="json-ld")
    for number in (1, 2, 5):
        row = URIRef(f"{ANSWER}#{number}")
        told = {(p, str(o)) for p, o in turtle.predicate_objects(row)}
        assert len(told) > 10
        assert {(p, str(o)) for p, o in objects.predicate_objects(row)} == told


def test_turtle_tells_the_table_as_csv2rdf_does(service: Service) -> None:
    graph = Graph().parse(data=fetch(service, MONTHS, ".ttl").body, format="turtle")
    table, answer = rows(service, MONTHS), URIRef(ANSWER)
    assert graph.value(answer, RDF.type) == CSVW.Table
    assert str(graph.value(answer, CSVW.url)) == ANSWER.replace("?", ".csv?")
    assert graph.value(answer, DCTERMS.license) == URIRef("https://creativecommons.org/licenses/by/4.0/")
    assert graph.value(answer, OWL.versionInfo)
    assert len(set(graph.objects(answer, DCTERMS.title))) == 2
    assert {int(str(graph.value(row, CSVW.rownum))) for row in graph.objects(answer, CSVW.row)} == set(
        range(1, len(table) + 1)
    )
    row = graph.value(URIRef(f"{ANSWER}#row=1"), CSVW.describes)
    assert graph.value(row, COLUMNS.municipality) == URIRef("https://w3id.org/sasaeai/id/131032")
    assert graph.value(row, COLUMNS.municipalityLabel) == Literal("Minato", "en")
    assert graph.value(row, COLUMNS.value) is None
    assert [str(each) for each in graph.objects(row, COLUMNS.evidence)] == [table[0]["evidence"]]
    assert set(graph.objects(COLUMNS.value, RDFS.label)) == {Literal("値", "ja"), Literal("Value", "en")}


def sheets(reply: Reply) -> list[list[tuple[Any, ...]]]:
    book = openpyxl.load_workbook(io.BytesIO(reply.body))
    return [list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets]


def test_a_workbook_has_the_language_s_headings_real_numbers_and_real_days(service: Service) -> None:
    what = "tier-structure?m=132241&asOf=2025-03-31&lang=ja"
    (head, first, *_), _ = sheets(fetch(service, what, ".xlsx"))
    cells = dict(zip(head, first, strict=True))
    assert (cells["市区町村名"], cells["層の番号"], cells["区域の呼び名"]) == ("多摩市", 1, "市全域")
    assert cells["始まり"] == datetime(2017, 4, 1)
    assert cells["圏域の数"] is None
    (shares, *lines), _ = sheets(fetch(service, "tier2-coverage?m=072036&lang=en", ".xlsx"))
    assert 94.7 in lines[0]
    assert shares[1] == "Name of municipality"


def test_a_workbook_says_what_it_is_of_what_and_whose(service: Service) -> None:
    reply = fetch(service, "tier-structure?m=Tama&asOf=FY2019&lang=en", ".xlsx")
    _, about = sheets(reply)
    told = dict(about)
    assert told["Question"] == "What tiers is the programme made of?"
    assert told["Caveat"].startswith("A number appears only where")
    assert (told["Municipality"], told["As of"], told["Rows"]) == ("132241", "FY2019", 2)
    assert told["Version of the data"] == reply.headers["X-Dataset-Version"]
    assert "CC BY 4.0" in told["Licence"]
    assert told["Source"].endswith("/queries/tier-structure?m=132241&asOf=FY2019&lang=en")
    assert "not zero" in told["Empty cells"]
    assert 'filename="tier-structure.xlsx"' in reply.headers["Content-Disposition"]


@pytest.mark.parametrize("suffix", MEDIA_TYPES)
def test_every_form_is_whole_without_paging_and_a_page_with_it(service: Service, suffix: str) -> None:
    whole, page = fetch(service, MONTHS, f".{suffix}"), fetch(service, f"{MONTHS}&limit=5&page=2", f".{suffix}")
    total = len(rows(service, MONTHS))
    last = -(-total // 5)
    assert total > 10
    assert len(page.body) < len(whole.body)
    assert "next" not in links(whole)
    told = {name: urllib.parse.parse_qs(urllib.parse.urlsplit(address).query) for name, address in links(page).items()}
    assert {name: told[name]["page"] for name in ("first", "prev", "next", "last")} == {
        "first": ["1"],
        "prev": ["1"],
        "next": ["3"],
        "last": [str(last)],
    }
    assert ask(service.url + links(page)["next"]).status == 200
    assert links(page)["next"].startswith(f"/queries/monthly-figures.{suffix}?")
    beyond = fetch(service, f"{MONTHS}&limit=5&page={last + 1}", f".{suffix}")
    assert (beyond.status, str(last) in json.loads(beyond.body)["detail"]) == (404, True)


def test_the_pages_put_together_are_the_whole(service: Service) -> None:
    whole, number, gathered = fetch(service, MONTHS, ".csv").body.splitlines(), 1, list[bytes]()
    while True:
        page = fetch(service, f"{MONTHS}&limit=5&page={number}", ".csv")
        head, *lines = page.body.splitlines()
        gathered += lines
        if "next" not in links(page):
            break
        number += 1
    assert [head, *gathered] == whole
    third = json.loads(fetch(service, f"{MONTHS}&limit=5&page=3", ".json").body)
    assert (third["total"], third["rows"][0]["@id"]) == (len(whole) - 1, f"{ANSWER}#11")


@pytest.mark.parametrize("wrong", ["page=0", "page=x", "limit=0", "limit=100000", "page=1&page=2", "page=99999999999"])
def test_a_page_that_is_none_is_refused_by_name(service: Service, wrong: str) -> None:
    reply = fetch(service, f"{MONTHS}&{wrong}", ".json")
    assert reply.status == 400
    assert wrong.partition("=")[0] in json.loads(reply.body)["detail"]


def test_an_answer_too_long_to_be_written_at_once_is_refused_and_says_what_to_do(repository: Repository) -> None:
    question = catalogue.questions(repository)["cases"]
    row = {"evidence": {"type": "uri", "value": "https://example.org/"}}
    many = [row] * (replies.MOST_ROWS + 1)
    reply = catalogue.Reply(question, {}, Table(["evidence"], many, "0"), 1, len(many))
    with pytest.raises(ServiceError) as refused:
        catalogue.write(reply, OBJECTS, "en", {})
    assert refused.value.status == 503
    assert "page and limit" in refused.value.message("en")


def test_a_number_or_day_that_a_workbook_cannot_hold_stays_as_it_is_written(repository: Repository) -> None:
    xsd = "http://www.w3.org/2001/XMLSchema#"
    values = [
        ("1", "integer", 1),
        ("10000000000000000", "integer", "10000000000000000"),
        ("2.50", "decimal", 2.5),
        ("1899-12-31", "date", "1899-12-31"),
        ("2020-02-29", "date", date(2020, 2, 29)),
        ("2020-02-29Z", "date", "2020-02-29Z"),
        ("132241", "string", "132241"),
    ]
    told = [{"value": {"type": "literal", "value": text, "datatype": xsd + name}} for text, name, _ in values]
    question = catalogue.questions(repository)["figures"]
    reply = catalogue.Reply(question, {}, Table(["value"], told, "0"), 1, len(told))
    _, *cells = replies.sheets(reply, "en")["Answer"]
    assert [cell for (cell,) in cells] == [cell for *_, cell in values]
    assert catalogue.write(reply, BY_NAME["csv"], "en", {}).body.decode().split()[1:] == [text for text, *_ in values]
