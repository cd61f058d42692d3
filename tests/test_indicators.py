"""The indicators: the values a careful reader of the documents would reckon, and what is not known kept apart."""

import functools
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from rdflib import SKOS, Graph, URIRef

from sasaeai.indicators import Indicator, indicators, read
from sasaeai.indicators.measures import Findings, Measures
from sasaeai.indicators.readings import Found, Standing
from sasaeai.repository import QueryFile, Repository
from sasaeai.statements import select
from sasaeai.store.local import LocalStore
from sasaeai.validation import validate
from sasaeai.vocabulary import CONCEPT, ID, LANGUAGES

from .conftest import ROOT
from .counting import CountingStore

HERE = Path(__file__).parent / "indicators"
DAY = date(2025, 3, 31)
KORIYAMA, MINATO, TAMA, SHIZUOKA = "072036", "131032", "132241", "221007"
MADE_UP = "011002"

RECKONED: Mapping[str, Mapping[str, str]] = {
    "levels": {KORIYAMA: "2", MINATO: "2", TAMA: "2", SHIZUOKA: "4"},
    # 30 March 2017 is in fiscal year 2016; Tama's council is of 2015. The day asked is in fiscal year 2024.
    "council-age": {KORIYAMA: "8", TAMA: "9"},
    # 36 of 38 districts.
    "second-tier-coverage": {KORIYAMA: "94.7"},
    # Each of Tama's two tiers had one contractor from 2017 to 2023 and has another since.
    "contractor-changes": {TAMA: "2"},
    "contractor-years": {TAMA: "7"},
    # A social welfare council; a medical foundation and the community support centres; a social welfare council.
    "operator-kinds": {KORIYAMA: "1", TAMA: "2", SHIZUOKA: "1"},
    # Of Tama's tier 1 no number is given, so that there is no total.
    "coordinators": {MINATO: "3"},
    "coordinators-widest-tier": {},
    "coordinators-second-tier": {TAMA: "5"},
    # Minato's report has no population; Tama's is of 2019, six years before its coordinators were counted.
    "coordinators-per-older-people": {},
    "coordinators-per-population": {},
    # The sitting of 14 February 2024; twice a year in Minato.
    "meetings-a-year": {KORIYAMA: "1", MINATO: "2"},
    # Four of the eleven sittings are marked 書面開催.
    "meetings-in-writing": {KORIYAMA: "36.4"},
    # 23 rows of the list, and the life insurance company named beside it.
    "council-size": {TAMA: "24"},
    # 9 companies, 4 NPOs, twos of welfare, housing and insurance, five sectors of one: 1 - 114 / 576.
    "council-diversity": {TAMA: "0.802"},
    "activity-types": {MINATO: "5", TAMA: "14", SHIZUOKA: "7"},
    "duties": {KORIYAMA: "7", MINATO: "5", TAMA: "9", SHIZUOKA: "11"},
    "publications": {KORIYAMA: "2", MINATO: "1", TAMA: "8", SHIZUOKA: "8"},
    # Of 25 topics 16, 13, 21 and 12.
    "topics-answered": {KORIYAMA: "64", MINATO: "52", TAMA: "84", SHIZUOKA: "48"},
}
"""The values on 31 March 2025, reckoned by hand from the documents; who is not named has none."""

AT_LEAST = {("meetings-in-writing", KORIYAMA), ("council-size", TAMA), ("activity-types", SHIZUOKA)}
"""Not all formats are told, the list of members is not whole, some activities have no date."""

NEW = """#+ title: {ja: 事業の数, en: Programmes}
#+ summary: {ja: 事業を数える。, en: Programmes are counted.}
#+ theme: evidence
#+ position: 99
#+ unit: case
#+ time: always
#+ not-stated: {ja: 値はない。, en: There is no value.}
PREFIX sas: <https://w3id.org/sasaeai/ns#>
PREFIX state: <https://w3id.org/sasaeai/concept/state/>
SELECT ?municipality (COUNT(DISTINCT ?programme) AS ?value) (state:computed AS ?state)
  (GROUP_CONCAT(DISTINCT STR(?programme); SEPARATOR = " ") AS ?evidence)
WHERE { VALUES ?m { UNDEF } ?municipality sas:code ?m . ?programme sas:runBy ?municipality }
GROUP BY ?municipality
"""

KNOWN = indicators(Repository(ROOT))


@functools.cache
def measures(merged: bool = True) -> Measures:
    repository = Repository(ROOT)
    return Measures(CountingStore(repository, merged=merged), repository, KNOWN)


@functools.cache
def made_up(merged: bool) -> Measures:
    """A city of two documents that differ, and a survey of Japan, beside the real ones."""
    repository = Repository(ROOT)
    store = LocalStore(repository, merged=merged)
    graph = "https://w3id.org/sasaeai/graph/"
    files = {"011002/one": "one", "011002/two": "two", "japan/survey": "survey"}
    store.publish({graph + name: (HERE / f"{file}.ttl").read_bytes() for name, file in files.items()})
    return Measures(store, repository, KNOWN)


@functools.cache
def quoted_things() -> frozenset[str]:
    rows = select(LocalStore(Repository(ROOT)), Repository(ROOT).query("quotes")).rows
    return frozenset(row["resource"]["value"] for row in rows)


def findings(name: str, day: date = DAY, merged: bool = True) -> Findings:
    return measures(merged).findings(KNOWN[name], day)


def found(name: str, code: str, day: date = DAY) -> Found:
    here = findings(name, day)
    return here.of(here.cities.by_code[code])


def invented(name: str, merged: bool = True) -> Found:
    here = made_up(merged).findings(KNOWN[name], DAY)
    return here.of(here.cities.by_code[MADE_UP])


@pytest.mark.parametrize("merged", [True, False], ids=["merged", "union"])
@pytest.mark.parametrize("name", KNOWN)
def test_an_indicator_finds_what_was_reckoned_by_hand(name: str, merged: bool) -> None:
    here = findings(name, merged=merged)
    values = {here.cities.by_iri[iri].code: here.by_city[iri].readings[0].value for iri in here.known}
    assert values == RECKONED[name]
    bounds = {code for code in values if found(name, code).readings[0].bound == f"{CONCEPT}bound/at-least"}
    assert bounds == {code for told, code in AT_LEAST if told == name}


@pytest.mark.parametrize("name", KNOWN)
def test_every_city_is_counted_once_and_what_is_missing_is_no_zero(name: str) -> None:
    here = findings(name)
    assert sum(here.counts.values()) == len(here.cities.by_iri) == 1747
    assert here.counts[Standing.NO_DOCUMENT] == 1743
    assert here.n == len(RECKONED[name])
    without = [each for each in here.cities.with_documents if each.code not in RECKONED[name]]
    assert {here.of(each).standing for each in without} <= {Standing.NOT_STATED}
    assert [here.of(each).number for each in without] == [None] * len(without)


@pytest.mark.parametrize("name", KNOWN)
def test_every_reading_rests_on_quoted_things_and_every_part_on_some_of_them(name: str) -> None:
    quoted = quoted_things()
    for city in findings(name).by_city.values():
        for reading in (*city.readings, *city.parts, *city.earlier):
            assert reading.evidence
            assert set(reading.evidence) <= quoted
            assert reading.state in {"stated", "computed", "inferred", "does-not-apply"}


@pytest.mark.parametrize("name", KNOWN)
def test_the_concept_of_an_indicator_says_the_same_as_its_formula(name: str) -> None:
    graph, indicator = Graph().parse(Repository(ROOT).scheme("benchmark")), KNOWN[name]
    concept = URIRef(indicator.iri)
    told = [(SKOS.prefLabel, indicator.title), (SKOS.definition, indicator.summary)]
    for link, words in [*told, (SKOS.scopeNote, indicator.not_stated)]:
        assert {each.language: str(each) for each in graph.objects(concept, link)} == dict(words)  # type: ignore[attr-defined]
    assert [str(each) for each in graph.objects(concept, URIRef("https://w3id.org/sasaeai/ns#unit"))] == [
        indicator.unit
    ]


def test_no_concept_is_without_its_formula() -> None:
    graph = Graph().parse(Repository(ROOT).scheme("benchmark"))
    concepts = {str(each) for each in graph.subjects(SKOS.inScheme, URIRef(f"{CONCEPT}benchmark"))}
    assert concepts == {each.iri for each in KNOWN.values()}


@pytest.mark.parametrize("name", KNOWN)
def test_a_formula_runs_unchanged_for_the_cities_asked_for(name: str) -> None:
    indicator = KNOWN[name]
    file = QueryFile(name, indicator.query.path, measures().formula(indicator, DAY, [TAMA]))
    rows = select(measures()._store, file).rows
    assert {row["municipality"]["value"] for row in rows} <= {f"{ID}{TAMA}"}
    assert bool([row for row in rows if "part" not in row]) == (TAMA in RECKONED[name])


# As of a day


def test_coverage_is_told_by_year_and_as_of_a_day() -> None:
    here = found("second-tier-coverage", KORIYAMA)
    by_year = [("2023-03-31", "94.7"), ("2022-03-31", "86.8"), ("2021-03-31", "65.8"), ("2020-03-31", "47.4")]
    assert [(each.end, each.value) for each in here.earlier] == [*by_year, ("2019-03-31", "13.2")]
    assert {(each.denominator, each.denominator_day) for each in here.earlier} == {("38", "2023-09-01")}
    assert found("second-tier-coverage", KORIYAMA, date(2020, 3, 31)).readings[0].value == "47.4"
    assert found("second-tier-coverage", KORIYAMA, date(2019, 3, 30)).standing == Standing.NOT_STATED


def test_a_year_of_meetings_counts_from_its_last_day_on() -> None:
    assert found("meetings-a-year", KORIYAMA, date(2021, 3, 31)).readings[0].value == "2"
    assert found("meetings-a-year", KORIYAMA, date(2021, 3, 30)).readings[0].end == "2020-03-31"
    assert [each.value for each in found("meetings-a-year", MINATO).parts] == ["10"]


def test_before_the_contractors_changed_nothing_had_changed_which_is_zero_and_not_missing() -> None:
    here = found("contractor-changes", TAMA, date(2020, 4, 1))
    assert (here.standing, here.number) == (Standing.KNOWN, 0.0)
    assert found("contractor-changes", KORIYAMA, date(2024, 4, 1)).standing == Standing.NOT_STATED
    assert found("contractor-changes", TAMA, date(2017, 3, 31)).standing == Standing.NOT_STATED


def test_while_no_contractor_has_left_the_question_how_long_they_stayed_does_not_apply() -> None:
    here = found("contractor-years", TAMA, date(2020, 4, 1))
    assert (here.standing, here.number) == (Standing.DOES_NOT_APPLY, None)
    assert [each.value for each in here.parts] == ["4", "4"]


def test_the_years_of_each_contractor_are_told_with_its_tier() -> None:
    told = {(each.part, each.detail): (each.value, each.on_day) for each in found("contractor-years", TAMA).parts}
    tiers = f"{ID}{TAMA}/tier/"
    assert told == {
        (f"{ID}{TAMA}/org/tama-mylife", f"{tiers}1"): ("7", "certain"),
        (f"{ID}{TAMA}/org/member-06", f"{tiers}1"): ("1", "certain"),
        (f"{ID}{TAMA}/org/council-of-social-welfare", f"{tiers}2"): ("7", "certain"),
        (f"{ID}{TAMA}/org/community-support-centres", f"{tiers}2"): ("1", "certain"),
    }


def test_how_sure_a_value_is_on_the_day_is_told_with_the_last_day_seen() -> None:
    (reading,) = found("levels", TAMA).readings
    assert (reading.on_day, reading.last_seen) == ("certain", "2025-03-31")
    (reading,) = found("levels", TAMA, date(2026, 4, 1)).readings
    assert (reading.on_day, reading.last_seen) == ("presumed", "2025-03-31")


def test_what_is_unknown_on_the_day_is_neither_zero_nor_counted() -> None:
    here = findings("levels", date(2019, 4, 1))
    # Koriyama's page is of 2024, and does not say since when there are two tiers.
    assert here.of(here.cities.by_code[KORIYAMA]).standing == Standing.UNKNOWN
    assert here.of(here.cities.by_code[KORIYAMA]).number is None
    assert here.counts[Standing.UNKNOWN] == 2
    assert here.of(here.cities.by_code[TAMA]).number == 2


# What no document of the repository shows


@pytest.mark.parametrize("merged", [True, False], ids=["merged", "union"])
@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("second-tier-coverage", ["0"]),
        ("council-age", ["7", "8"]),
        ("meetings-a-year", ["0", "2"]),
        ("coordinators", ["4"]),
        ("coordinators-per-older-people", ["2"]),
        ("coordinators-per-population", []),
        ("contractor-changes", ["1"]),
        ("contractor-years", ["5"]),
        ("operator-kinds", ["1"]),
        ("activity-types", []),
    ],
)
def test_the_made_up_city_has_the_values_reckoned(name: str, values: list[str], merged: bool) -> None:
    assert sorted(each.value or "" for each in invented(name, merged).readings) == values


def test_a_zero_that_is_stated_is_a_value_and_what_is_not_stated_is_none() -> None:
    assert (invented("second-tier-coverage").standing, invented("second-tier-coverage").number) == (Standing.KNOWN, 0.0)
    assert (invented("activity-types").standing, invented("activity-types").number) == (Standing.NOT_STATED, None)


def test_two_sources_that_differ_are_two_readings_and_neither_is_counted() -> None:
    here = invented("meetings-a-year")
    assert (here.standing, here.number) == (Standing.DIFFERING, None)
    assert [each.evidence for each in here.readings] == [
        (f"{ID}{MADE_UP}/figure/meetings",),
        (f"{ID}{MADE_UP}/figure/meetings-again",),
    ]
    assert made_up(True).findings(KNOWN["meetings-a-year"], DAY).counts[Standing.DIFFERING] == 1


def test_a_population_more_than_two_years_from_the_count_is_not_used() -> None:
    assert invented("coordinators-per-population").standing == Standing.NOT_STATED
    (near,) = invented("coordinators-per-older-people").readings
    assert (near.numerator, near.end, near.denominator, near.denominator_day) == (
        *("4", "2024-04-01"),
        *("20000", "2022-04-01"),
    )
    assert f"{ID}{MADE_UP}/figure/population-older" in near.evidence


def test_the_rate_by_tier_stands_beside_that_of_the_city() -> None:
    parts = {each.part: each.value for each in invented("coordinators-per-older-people").parts}
    assert parts == {f"{ID}{MADE_UP}/tier/1": "0.5", f"{ID}{MADE_UP}/tier/2": "1.5"}


def test_figures_of_japan_stand_beside_their_indicator_and_there_are_none_yet() -> None:
    coverage = KNOWN["second-tier-coverage"].iri
    assert measures().national().by_indicator == {}
    (statistic,) = made_up(True).national().beside(coverage)
    assert (statistic.value, statistic.period) == ("12.3", f"{ID}fiscal-year/2023")
    assert made_up(True).national().beside(KNOWN["levels"].iri) == ()


def test_a_survey_of_japan_is_valid_where_the_readme_puts_it(tmp_path: Path) -> None:
    for folder in ("ontology", "shapes", "queries"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copytree(ROOT / "data" / "register", tmp_path / "data" / "register", ignore=shutil.ignore_patterns("*.py"))
    shutil.copy(ROOT / "data" / "fiscal-years.ttl", tmp_path / "data")
    (tmp_path / "data" / "japan").mkdir()
    shutil.copy(HERE / "survey.ttl", tmp_path / "data" / "japan")
    repository = Repository(tmp_path)
    assert [each.sentence("en") for each in validate(repository)] == []


# The file is the registration


def test_a_file_dropped_in_is_an_indicator(tmp_path: Path) -> None:
    for folder in ("ontology", "shapes", "queries"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "data").symlink_to(ROOT / "data")
    (tmp_path / "queries" / "indicators" / "programmes.rq").write_text(NEW, "utf-8")
    repository = Repository(tmp_path)
    known = indicators(repository)
    assert [*known] == [*KNOWN, "programmes"]
    here = Measures(LocalStore(repository), repository, known).findings(known["programmes"], DAY)
    assert set(here.known.values()) == {1.0}
    assert here.n == 4


@pytest.mark.parametrize(
    "wrong",
    [
        NEW.replace("#+ unit: case\n", ""),
        NEW.replace("theme: evidence", "theme: weather"),
        NEW.replace("time: always", "time: sometimes"),
        NEW.replace("time: always", "time: day"),
        NEW.replace("en: Programmes}", "fr: Programmes}"),
        NEW.replace("VALUES ?m { UNDEF } ", ""),
        NEW.replace("#+ title: {", "#+ title: {{"),
    ],
)
def test_a_header_that_does_not_hold_names_its_file(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"programmes\.rq"):
        read(QueryFile("programmes", Path("queries/indicators/programmes.rq"), wrong))


@pytest.mark.parametrize("name", KNOWN)
def test_an_indicator_has_words_in_both_languages_and_no_city(name: str) -> None:
    indicator: Indicator = KNOWN[name]
    assert all(set(words) == set(LANGUAGES) for words in (indicator.title, indicator.summary, indicator.not_stated))
    assert not any(code in indicator.query.text for code in (KORIYAMA, MINATO, TAMA, SHIZUOKA))


# What is read once


def test_all_indicators_are_asked_once_and_then_nothing_is() -> None:
    repository = Repository(ROOT)
    store = CountingStore(repository)
    here = Measures(store, repository, KNOWN)
    for _ in range(2):
        for indicator in KNOWN.values():
            here.findings(indicator, DAY)
    assert len(store.asked) == len(KNOWN) + 1  # and the municipalities
    for name in ("levels", "meetings-a-year", "duties"):
        here.findings(KNOWN[name], date(2024, 1, 1))
    assert len(store.asked) == len(KNOWN) + 2  # only the first depends on the day


def test_new_data_are_read_anew() -> None:
    repository = Repository(ROOT)
    store = LocalStore(repository)
    here = Measures(store, repository, KNOWN)
    assert here.findings(KNOWN["levels"], DAY).n == 4
    store.publish({"https://w3id.org/sasaeai/graph/011002/one": (HERE / "one.ttl").read_bytes()})
    assert here.findings(KNOWN["levels"], DAY).n == 5
