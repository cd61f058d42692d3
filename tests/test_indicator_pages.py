"""The pages and files of the indicators, over the real cities and over a made-up nation of two dozen."""

import csv
import io
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import openpyxl
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from rdflib import RDF, Graph, URIRef

from sasaeai.indicators import indicators
from sasaeai.indicators.cities import Cities, City
from sasaeai.indicators.distribution import CUTS, FEWEST, distribution
from sasaeai.indicators.measures import KEPT, Measures
from sasaeai.indicators.peers import peers
from sasaeai.indicators.tables import COLUMNS
from sasaeai.repository import Repository
from sasaeai.settings import Settings
from sasaeai.vocabulary import SAS
from sasaeai.web import create_app

from .conftest import ROOT
from .counting import CountingStore
from .test_indicators import HERE, NEW

HTML = {"Accept": "text/html"}
DAY = "asOf=2025-03-31"
AFRESH = {"Accept": "text/html", "Authorization": "nobody"}
"""What no cache answers."""


class Site:
    """An application over a repository, and what it asks of its store."""

    def __init__(self, root: Path) -> None:
        self.store = CountingStore(Repository(root))
        self.client: FlaskClient = create_app(Settings(root=root), self.store).test_client()

    def page(self, path: str, language: str = "en") -> str:
        reply = self.client.get(f"{path}{'&' if '?' in path else '?'}lang={language}", headers=HTML)
        assert reply.status_code == 200, reply.get_data(as_text=True)[:500]
        return reply.get_data(as_text=True)

    def rows(self, path: str) -> list[dict[str, str]]:
        reply = self.client.get(path)
        assert (reply.status_code, reply.mimetype) == (200, "text/csv")
        return list(csv.DictReader(io.StringIO(reply.get_data(as_text=True), newline="")))


def words(page: str) -> str:
    """The text of a page's main part, with single spaces."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    told = tree.find(".//main")
    assert told is not None
    for formula in told.iter("pre"):
        formula.text = formula[0].text = ""
    return re.sub(r"\s+", " ", "".join(told.itertext()))


def text(element: Element | None) -> str:
    assert element is not None
    return "".join(element.itertext())


@pytest.fixture(scope="module")
def real() -> Site:
    return Site(ROOT)


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Two dozen made-up cities beside the real ones: of most indicators more than ten values are known."""
    folder = tmp_path_factory.mktemp("nation")
    command = [sys.executable, str(ROOT / "bench" / "nation.py"), str(folder)]
    subprocess.run([*command, "--cities", "24", "--seed", "5", "--with-real"], check=True, capture_output=True)
    return Site(folder)


def test_the_index_tells_of_every_indicator_by_theme_in_plain_words(real: Site) -> None:
    for language in ("ja", "en"):
        shown = words(real.page("/indicators/", language))
        for each in indicators(Repository(ROOT)).values():
            assert each.title[language] in shown
            assert re.sub(r"\s+", " ", each.summary[language]) in shown
        assert not re.search(r"RDF|SPARQL|sas:", shown)


def test_a_page_says_what_is_measured_what_is_missing_and_by_which_formula(real: Site) -> None:
    page = real.page(f"/indicators/second-tier-coverage?{DAY}")
    shown = words(page)
    indicator = indicators(Repository(ROOT))["second-tier-coverage"]
    for each in (indicator.summary, indicator.not_stated, indicator.denominator):
        assert each
        assert each["en"] in shown
    assert "indicator:council-coverage" in page  # the formula
    assert "94.7" in shown
    assert re.search(r"value known ?1 ", shown)
    assert re.search(r"not stated in the documents ?3 ", shown)
    assert re.search(r"no document yet ?1,743 ", shown)
    assert "fewer than ten municipalities (1)" in shown
    assert "36地区で設置" in shown  # the words it rests on


def test_below_ten_values_there_is_no_distribution_band_or_peer(real: Site) -> None:
    page = real.page(f"/indicators/levels?m=132241&{DAY}")
    assert "distribution.svg" not in page
    assert not re.search(
        "percentile (?!is told)|Municipalities like it|median", words(page).replace("percentile or", "")
    )
    assert real.client.get("/charts/distribution.svg?indicator=levels").status_code == 404


def test_the_scorecard_shows_every_indicator_of_one_city_and_the_others_values(real: Site) -> None:
    shown = words(real.page(f"/indicators/?m=132241&{DAY}"))
    for each in indicators(Repository(ROOT)).values():
        assert each.title["en"] in shown
    assert "At least 24 Organisations" in shown
    assert re.search(r"Number of levels 2 Levels .*?Kōriyama 2 Levels, Minato 2 Levels, Shizuoka 4 Levels", shown)
    assert re.search(r"Tier-2 coverage Not stated", shown)


def test_the_scorecard_finds_a_city_by_its_name_and_says_where_it_has_no_document(real: Site) -> None:
    assert "多摩市の指標" in real.page("/indicators/?m=多摩市", "ja")
    assert "There is no document about" in words(real.page("/indicators/?m=473618"))
    assert real.client.get("/indicators/?m=132240", headers=HTML).status_code == 400
    assert real.client.get("/indicators.csv?" + "&m=132241" * 51).status_code == 400
    assert real.client.get("/indicators/?m=132241&m=072036", headers=HTML).status_code == 400


def test_the_page_of_a_city_leads_to_its_indicators(real: Site) -> None:
    assert 'href="/indicators/?m=132241&amp;asOf=2020-04-01&amp;lang=en"' in real.page("/doc/132241?asOf=2020-04-01")


def test_a_day_is_asked_about_in_any_notation_and_goes_along(real: Site) -> None:
    page = real.page("/indicators/second-tier-coverage?asOf=令和元年度")
    assert "47.4" in words(page)
    assert "asOf=" in re.findall(r'href="(/indicators/\?m=072036[^"]*)"', page)[0]
    assert real.client.get("/indicators/levels?asOf=2019-02-30", headers=HTML).status_code == 400


def test_what_is_not_there_is_told_as_a_problem(real: Site) -> None:
    reply = real.client.get("/indicators/no-such.csv")
    assert (reply.status_code, reply.mimetype) == (404, "application/problem+json")
    assert real.client.get("/indicators/levels", headers={"Accept": "image/png"}).status_code == 406


def test_the_table_has_a_row_for_each_reading_and_says_what_is_not_stated(real: Site) -> None:
    rows = real.rows(f"/indicators/second-tier-coverage.csv?{DAY}&lang=en")
    assert [*rows[0]] == list(COLUMNS)
    told = [(row["municipalityLabel"], row["reading"], row["value"], row["stateLabel"]) for row in rows]
    years = [("Kōriyama", "earlier", value, "Computed") for value in ("94.7", "86.8", "65.8", "47.4", "13.2")]
    assert told == [
        ("Kōriyama", "whole", "94.7", "Computed"),
        *years,
        *((name, "whole", "", "Not stated") for name in ("Minato", "Tama", "Shizuoka")),
    ]
    assert rows[-1]["evidence"] == "https://w3id.org/sasaeai/id/source/221007/city-page"
    assert [row["unitLabel"] for row in rows[:2]] == ["Per cent"] * 2


def test_every_form_of_a_table_says_the_same(real: Site) -> None:
    rows = real.rows(f"/indicators/council-size.csv?{DAY}")
    known = [(row["municipality"], row["value"]) for row in rows if row["value"]]
    bindings: list[dict[str, Any]] = real.client.get(f"/indicators/council-size.json?{DAY}").get_json(force=True)[
        "results"
    ]["bindings"]
    assert [(row["municipality"]["value"], row["value"]["value"]) for row in bindings if "value" in row] == known
    sheet = openpyxl.load_workbook(io.BytesIO(real.client.get(f"/indicators/council-size.xlsx?{DAY}").data)).active
    assert sheet is not None
    column = COLUMNS.index("value")
    assert [str(row[column]) for row in sheet.iter_rows(min_row=2, values_only=True) if row[column]] == [
        each for _, each in known
    ]
    graph = Graph().parse(data=real.client.get(f"/indicators/council-size.ttl?{DAY}").data, format="turtle")
    found = list(graph.subjects(RDF.type, URIRef(SAS + "Finding")))
    assert len(found) == len(rows)
    values = URIRef("http://purl.org/linked-data/sdmx/2009/measure#obsValue")
    assert sorted(str(each) for each in graph.objects(None, values)) == sorted(each for _, each in known)


def test_all_indicators_come_in_one_table(real: Site) -> None:
    rows = real.rows(f"/indicators.csv?m=132241&{DAY}")
    assert {row["municipality"] for row in rows} == {"https://w3id.org/sasaeai/id/132241"}
    assert len({row["indicator"] for row in rows}) == len(indicators(Repository(ROOT)))
    everywhere = real.rows(f"/indicators.csv?{DAY}")
    assert len({row["municipality"] for row in everywhere}) == 4
    alternates = real.client.get("/indicators/?m=132241", headers=HTML).headers["Link"]
    assert '</indicators.csv?m=132241&lang=ja>; rel="alternate"; type="text/csv"' in alternates


def test_the_formula_is_a_file_too(real: Site) -> None:
    reply = real.client.get("/indicators/levels.rq?m=132241&asOf=FY2019")
    assert reply.mimetype == "application/sparql-query"
    assert 'VALUES ?m { "132241" }' in reply.get_data(as_text=True)
    assert "2020-03-31" in reply.get_data(as_text=True)


def test_a_file_dropped_in_has_a_page_a_table_and_a_card(tmp_path: Path) -> None:
    for folder in ("ontology", "shapes", "queries"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "data").symlink_to(ROOT / "data")
    (tmp_path / "queries" / "indicators" / "programmes.rq").write_text(NEW, "utf-8")
    site = Site(tmp_path)
    assert "Programmes are counted." in words(site.page("/indicators/"))
    assert "Programmes are counted." in words(site.page("/indicators/programmes"))
    assert "Programmes 1 Case" in words(site.page("/indicators/?m=132241"))
    assert [row["value"] for row in site.rows("/indicators/programmes.csv")] == ["1"] * 4


def test_a_survey_of_japan_stands_on_the_page_and_the_scorecard(tmp_path: Path) -> None:
    for folder in ("ontology", "shapes", "queries", "data"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "data" / "japan").mkdir()
    shutil.copy(HERE / "survey.ttl", tmp_path / "data" / "japan")
    site = Site(tmp_path)
    for path in ("/indicators/second-tier-coverage", "/indicators/?m=132241"):
        shown = words(site.page(path))
        assert "Municipalities with tier-2 councils: 12.3 per cent" in shown.replace("Per cent", "per cent")
        assert "架空の全国調査" in shown
    assert "No figure of a national survey" in words(site.page("/indicators/levels"))


# A nation


@pytest.mark.slow
def test_from_ten_values_on_the_distribution_is_told_with_how_many_are_missing(nation: Site) -> None:
    page = nation.page(f"/indicators/contractor-years?{DAY}")
    rows = [row for row in nation.rows(f"/indicators/contractor-years.csv?{DAY}") if row["reading"] == "whole"]
    values = sorted(float(row["value"]) for row in rows if row["value"])
    assert len(values) >= FEWEST
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    tables = {" ".join(text(each.find("caption")).split()): each for each in tree.iter("table")}
    (spread,) = (table for name, table in tables.items() if name.startswith("Municipalities by value"))
    assert sum(int(text(cell)) for cell in spread.iter("td")) == len(values)
    (percentiles,) = (name for name in tables if name.startswith("The percentiles"))
    assert f"(n = {len(values)}; no value known of {1747 - len(values):,})" in percentiles
    cuts = [float(text(cell)) for cell in tables[percentiles].iter("td")]
    assert (cuts[0], cuts[-1]) == (values[0], values[-1])
    assert set(cuts) <= set(values)
    drawn = nation.client.get(re.findall(r'src="(/charts/distribution[^"]*)"', page)[0].replace("&amp;", "&"))
    assert (drawn.status_code, drawn.mimetype) == (200, "image/svg+xml")
    assert f"n = {len(values)}" in drawn.get_data(as_text=True)


@pytest.mark.slow
def test_a_city_lies_in_a_band_of_so_many_and_is_never_given_a_rank(nation: Site) -> None:
    shown = words(nation.page(f"/indicators/levels?m=132241&{DAY}"))
    assert re.search(r"Of the \d+ municipalities with a known value, 0% have less, \d+% the same and \d+% more", shown)
    assert re.search(r"the band from the 0th to the \d+th percentile\)\. Of 1,7\d\d no value is known", shown)
    card = words(nation.page(f"/indicators/?m=132241&{DAY}"))
    assert "municipalities with a known value" in card
    for text in (shown, card):
        assert not re.search(r"\brank(?!ed)|\d+(st|nd|rd|th) (place|of \d)", text)


@pytest.mark.slow
def test_cities_like_one_are_shown_with_the_features_used(nation: Site) -> None:
    shown = words(nation.page(f"/indicators/levels?m=132241&{DAY}"))
    assert "Municipalities like it By: the same kind of municipality" in shown
    assert re.search(r"With a known value: \d+\.", shown)


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/indicators/levels", "/indicators/council-size?m=132241", "/indicators/?m=132241"])
def test_a_page_asks_two_queries_once_all_is_kept_however_many_cities_there_are(
    real: Site, nation: Site, path: str
) -> None:
    for site in (real, nation):
        site.client.get(path, headers=AFRESH)
        site.store.asked.clear()
        assert site.client.get(path, headers=AFRESH).status_code == 200
        assert len(site.store.asked) == 2  # names, and the words of the documents


@pytest.mark.slow
def test_the_first_asker_has_each_indicator_asked_once() -> None:
    site = Site(ROOT)
    site.client.get("/indicators/?m=132241", headers=AFRESH)
    # Every formula, what municipalities are called and are, the figures of Japan, names, those of terms, and words.
    assert len(site.store.asked) == len(indicators(Repository(ROOT))) + 6


# Reckoning


@given(st.lists(st.integers(0, 40), min_size=FEWEST, max_size=60))
def test_bins_bands_and_percentiles_account_for_every_value(values: list[int]) -> None:
    spread = distribution(values)
    assert spread is not None
    assert sum(each.count for each in spread.bins) == spread.n == len(values)
    assert all(sum(each.holds(value) for each in spread.bins) == 1 for value in values)
    cuts = list(spread.percentiles.values())
    assert cuts == sorted(cuts)
    assert set(cuts) <= set(values)
    for cut, value in spread.percentiles.items():
        assert sum(each <= value for each in values) * 100 >= cut * len(values)
    for value in values:
        place = spread.place(value)
        assert place.below + place.same + place.above == pytest.approx(100)
        assert place.low in CUTS
        assert place.low <= place.below < place.below + place.same <= place.high + 1e-9


@given(st.lists(st.decimals(0, 100, places=1), min_size=FEWEST, max_size=40))
def test_fractions_are_parted_into_bins_that_do_not_overlap(values: list[Any]) -> None:
    numbers = [float(each) for each in values]
    spread = distribution(numbers)
    assert spread is not None
    assert sum(each.count for each in spread.bins) == len(numbers)
    assert len(spread.bins) <= 15


def test_nine_values_are_no_distribution() -> None:
    assert distribution(range(FEWEST - 1)) is None
    assert distribution(range(FEWEST)) is not None


def city(code: str, kind: str = "town", prefecture: str = "1", people: float | None = None) -> City:
    return City(code, code, {"ja": code}, kind, prefecture, (), (("2020-01-01", people),) if people else ())


def everywhere(*each: City) -> Cities:
    return Cities({one.iri: one for one in each}, {one.code: one for one in each}, "1")


def test_the_closest_likeness_that_leaves_ten_is_used() -> None:
    day, own = date(2025, 4, 1), city("own", people=1000)
    near = [city(f"near-{number}", people=600 + 10 * number) for number in range(FEWEST)]
    far = [city(f"far-{number}", prefecture="2", people=1900) for number in range(3)]
    large = [city(f"large-{number}", people=2001) for number in range(3)]
    other = [city(f"other-{number}", kind="village", people=1000) for number in range(20)]
    here = everywhere(own, *near, *far, *large, *other)
    known = dict.fromkeys(here.by_iri, 1.0)
    like = peers(own, here, known, day)
    assert (like.features, set(like.cities)) == (("kind", "population", "prefecture"), set(near))
    assert like.cities[0] is near[-1]  # the nearest in population first
    without = {iri: 1.0 for iri in known if iri != "near-0"}
    like = peers(own, here, without, day)
    assert (like.features, set(like.cities)) == (("kind", "population"), {*near[1:], *far})


def test_a_city_of_unknown_population_is_not_compared_by_it() -> None:
    own, others = city("own"), [city(str(number), prefecture="2", people=500) for number in range(FEWEST)]
    here = everywhere(own, *others)
    like = peers(own, here, dict.fromkeys(here.by_iri, 1.0), date(2025, 4, 1))
    assert (like.features, len(like.cities)) == (("kind",), FEWEST)


def test_populations_that_differ_or_are_of_later_are_not_known() -> None:
    told = (("2020-01-01", 100.0), ("2020-01-01", 200.0), ("2024-01-01", 300.0))
    known = City("x", "x", {"ja": "x"}, "town", "1", (), told)
    assert [known.population(date(year, 6, 1)) for year in (2019, 2020, 2024)] == [None, None, 300.0]


def test_days_that_askers_make_up_do_not_fill_the_memory(real: Site) -> None:
    repository = Repository(ROOT)
    here = Measures(real.store, repository, indicators(repository))
    levels = here.indicators["levels"]
    for number in range(120):
        here.findings(levels, date.fromordinal(date(2020, 1, 1).toordinal() + number))
    assert len(here._findings._kept) == len(here._findings._locks) == KEPT
