"""What the answers make of cases that no document of the repository shows: a small made-up city."""

import csv
import io

import pytest

from sasaeai import catalogue
from sasaeai.formats import BY_NAME
from sasaeai.repository import Repository
from sasaeai.store.local import LocalStore

CITY = """
@base <https://w3id.org/sasaeai/> .
@prefix sas: <https://w3id.org/sasaeai/ns#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<graph/011002/{page}> dct:source <id/source/011002/{page}> .
<id/source/011002/{page}> a sas:Source ; dct:title "資料"@ja ; sas:quote "資料"@ja .
<id/011002/programme> a sas:Programme ; sas:runBy <id/011002> ; skos:prefLabel "事業"@ja ; sas:quote "事業"@ja .
<id/011002/tier/1> a sas:Tier ; sas:programme <id/011002/programme> ; sas:position 1 ;
  skos:prefLabel "第1層"@ja , "Tier 1"@en ; sas:quote "第1層"@ja .
"""
ONE = """
<id/011002/operation/direct> a sas:DirectOperation ; sas:operates <id/011002/tier/1> ; sas:operator <id/011002> ;
  skos:prefLabel "直営"@ja , "Direct"@en ; sas:quote "直営"@ja ;
  sas:asOf "2015-06-01"^^xsd:date ; sas:endedIn <id/fiscal-year/2016> .
<id/011002/commission/first> a sas:Commission ; sas:operates <id/011002/tier/1> ; sas:operator <id/011002/org/one> ;
  skos:prefLabel "委託"@ja , "Commission"@en ; sas:quote "委託"@ja ; sas:fromFiscalYear <id/fiscal-year/2017> ;
  sas:asOf "2020-06-01"^^xsd:date .
<id/011002/commission/next> a sas:Commission ; sas:operates <id/011002/programme> ;
  sas:status <concept/status/planned> ;
  skos:prefLabel "次の委託"@ja , "Next"@en ; sas:quote "次の委託"@ja ; sas:fromFiscalYear <id/fiscal-year/2026> .
<id/011002/org/one> a org:Organization ; skos:prefLabel "一の会"@ja , "One"@en ; sas:quote "一の会"@ja .
"""
TWO = """
<id/011002/council/all> a sas:Council ; sas:serves <id/011002/programme> ; skos:prefLabel "全体の会"@ja ;
  sas:quote "全体の会"@ja ; sas:establishedOn "2017-05-01"^^xsd:date ; sas:asOf "2018-04-01"^^xsd:date .
<id/011002/name/all> a sas:Name ; sas:nameOf <id/011002/council/all> ; sas:literalForm "準備会"@ja ;
  skos:prefLabel "準備会"@ja ; sas:quote "準備会"@ja ; sas:asOf "2017-05-01"^^xsd:date .
<id/011002/part/homes> a sas:Subcommittee ; sas:unitOf <id/011002/council/all> ; skos:prefLabel "住まい部会"@ja ;
  sas:position 1 ; sas:quote "住まい部会"@ja .
<id/011002/seat/1> a sas:CouncilMembership ; org:organization <id/011002/council/all> ; org:member <id/011002/org/one> ;
  sas:quote "一の会"@ja ; sas:asOf "2018-04-01"^^xsd:date .
<id/011002/seat/2> a sas:CouncilMembership ; org:organization <id/011002/part/homes> ; org:member <id/011002/org/one> ;
  sas:quote "一の会"@ja ; sas:asOf "2018-04-01"^^xsd:date .
<id/011002/meeting/1> a sas:Meeting ; sas:council <id/011002/council/all> ; skos:prefLabel "第1回"@ja ;
  sas:quote "第1回"@ja ; sas:fiscalYear <id/fiscal-year/2018> ; sas:status <concept/status/held> .
<id/011002/commission/first> a sas:Commission ; sas:operates <id/011002/tier/1> ; sas:operator <id/011002/org/one> ;
  sas:quote "委託"@ja ; sas:validFrom "2018-04-01"^^xsd:date .
"""


@pytest.fixture(scope="module", params=[True, False], ids=["merged", "union"])
def store(request: pytest.FixtureRequest, repository: Repository) -> LocalStore:
    made_up = LocalStore(repository, merged=request.param)
    graph = "https://w3id.org/sasaeai/graph/011002/"
    pages = {"one": ONE, "two": TWO}
    made_up.publish({graph + page: (CITY.replace("{page}", page) + text).encode() for page, text in pages.items()})
    return made_up


def ask(store: LocalStore, repository: Repository, name: str, **arguments: str) -> list[dict[str, str]]:
    question = catalogue.questions(repository)[name]
    given = {"m": ["011002"]} | {key: [value] for key, value in arguments.items()}
    body = catalogue.answer(store, question, given, BY_NAME["csv"]).body.decode()
    return list(csv.DictReader(io.StringIO(body, newline="")))


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("council-members", ["councilLabel", "memberLabel"]),
        ("councils-established-by-year", ["fiscalYearLabel", "councils"]),
        ("name-history", ["councilLabel", "nameLabel"]),
        ("local-names", ["nameLabel"]),
        ("meetings", ["meetingLabel"]),
    ],
)
def test_what_serves_the_whole_programme_is_the_city_s_and_of_no_tier(
    store: LocalStore, repository: Repository, name: str, named: list[str]
) -> None:
    rows = ask(store, repository, name)
    found = {"・".join(row[column] for column in named): row["tier"] for row in rows}
    wanted = {
        "council-members": {"全体の会・一の会": "", "・一の会": ""},
        "councils-established-by-year": {"平成29年度・1": ""},
        "name-history": {"全体の会・準備会": ""},
        "local-names": {"準備会": ""},
        "meetings": {"第1回": ""},
    }
    assert found == wanted[name]


@pytest.mark.parametrize(
    ("day", "operations"),
    [
        ("2015-05-31", [("Direct", "Unknown")]),
        ("2016-03-31", [("Direct", "Certain")]),
        ("2016-04-01", [("Direct", "Unknown")]),  # it ended on some day of that fiscal year
        ("2017-04-01", [("Commission", "Certain")]),  # two sources tell two beginnings: the earlier counts
        ("2020-06-02", [("Commission", "Presumed")]),
        ("2026-04-01", [("Next", "Planned"), ("Commission", "Presumed")]),  # what no tier is told of comes first
    ],
)
def test_who_runs_a_tier_is_told_with_how_sure_it_is(
    store: LocalStore, repository: Repository, day: str, operations: list[tuple[str, str]]
) -> None:
    answer = ask(store, repository, "operator-on-date", asOf=day, lang="en")
    assert [(row["operationLabel"], row["stateLabel"]) for row in answer] == operations


def test_a_beginning_told_by_two_sources_makes_one_row(store: LocalStore, repository: Repository) -> None:
    answer = ask(store, repository, "contractor-history")
    assert [row["from"] for row in answer] == ["2026-04-01", "", "2017-04-01"]


def test_everything_is_named_in_the_language_asked(store: LocalStore, repository: Repository) -> None:
    answer = ask(store, repository, "contractor-history", lang="en")
    assert [row["tierLabel"] for row in answer] == ["", "Tier 1", "Tier 1"]
    assert [row["operatorLabel"] for row in answer] == ["", "Sapporo", "One"]


def test_a_title_that_a_document_has_in_japanese_only_is_given_in_japanese(
    store: LocalStore, repository: Repository
) -> None:
    thing = "https://w3id.org/sasaeai/id/011002/org/one"
    question = catalogue.questions(repository)["evidence-of"]
    body = catalogue.answer(store, question, {"iri": [thing], "lang": ["en"]}, BY_NAME["csv"]).body.decode()
    (row,) = csv.DictReader(io.StringIO(body, newline=""))
    assert (row["thingLabel"], row["sourceLabel"]) == ("One", "資料")


def test_what_no_source_says_rests_on_every_document_of_the_city(store: LocalStore, repository: Repository) -> None:
    (row,) = ask(store, repository, "what-is-known", topic="agreements", lang="en")
    source = "https://w3id.org/sasaeai/id/source/011002/"
    assert (row["stateLabel"], row["evidence"]) == ("Not stated", f"{source}one {source}two")
