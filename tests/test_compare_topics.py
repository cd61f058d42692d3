"""The topics of a comparison: what they cover, what they cost, and when their cells differ."""

import csv
import functools
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from sasaeai import catalogue, compare
from sasaeai.calendar import parse_day
from sasaeai.compare import Comparison, Difference, told
from sasaeai.compare.cells import Cell, Value
from sasaeai.compare.columns import City, Column
from sasaeai.compare.difference import difference
from sasaeai.compare.tables import csv_of
from sasaeai.errors import ServiceError
from sasaeai.formats import BY_NAME
from sasaeai.repository import Repository
from sasaeai.statements.validity import State
from sasaeai.store.local import LocalStore

from .conftest import ROOT
from .counting import CountingStore

CITIES = ("072036", "131032", "132241", "221007")
TOPIC = "https://w3id.org/sasaeai/concept/topic/"
HERE = Path(__file__).parent


@functools.cache
def store(merged: bool) -> CountingStore:
    return CountingStore(Repository(ROOT), merged=merged)


def compared(asked: LocalStore, cities: Sequence[str], *days: str) -> Comparison:
    repository = Repository(ROOT)
    beside = compare.columns(asked, repository, cities, [parse_day(day) for day in days], "ja")
    return compare.compare(asked, repository, compare.topics(repository).values(), beside, "ja")


@functools.cache
def known() -> dict[tuple[str, str], str]:
    """What the question what-is-known says: the state of each topic, by code and key of the concept."""
    question = catalogue.questions(Repository(ROOT))["what-is-known"]
    body = catalogue.answer(store(True), question, {}, BY_NAME["csv"]).body.decode()
    rows = csv.DictReader(io.StringIO(body, newline=""))
    return {(key(row["municipality"]), key(row["topic"])): key(row["state"]) for row in rows}


def key(iri: str) -> str:
    return iri.rpartition("/")[2]


def test_every_concept_of_a_topic_is_answered_whole_by_one_file() -> None:
    whole = [topic.concept for topic in compare.topics(Repository(ROOT)).values() if not topic.partial]
    assert sorted(whole) == sorted({concept for _, concept in known()})


def test_every_part_of_a_topic_belongs_to_one_that_there_is() -> None:
    concepts = {concept for _, concept in known()}
    assert {topic.concept for topic in compare.topics(Repository(ROOT)).values()} == concepts


def test_a_comparison_and_the_question_what_is_known_say_the_same_of_what_is_stated() -> None:
    comparison = compared(store(True), CITIES)
    said = {
        (cell.column.city.code, line.topic.concept): cell.state
        for line in comparison.lines
        if not line.topic.partial
        for cell in line.cells
    }
    assert said == known()


def test_of_what_is_not_known_at_all_no_part_is_stated() -> None:
    for line in compared(store(True), CITIES).lines:
        for cell in line.cells:
            if known()[cell.column.city.code, line.topic.concept] == "not-stated":
                assert cell.state in {"not-stated", "does-not-apply"}, line.topic.key


@pytest.mark.parametrize("days", [(), ("2018-04-01", "2025-03-31")])
def test_a_comparison_is_the_same_over_a_merged_and_a_union_default_graph(days: tuple[str, ...]) -> None:
    merged, union = (csv_of(compared(store(each), CITIES, *days), "ja") for each in (True, False))
    assert merged == union


def test_the_number_of_queries_grows_with_neither_cities_nor_days_nor_data() -> None:
    own = CountingStore(Repository(ROOT))
    counts = []
    for cities, days in ((CITIES[:2], ()), (CITIES, ("2018-04-01", "2025-03-31"))):
        own.asked.clear()
        compared(own, cities, *days)
        counts.append(len(own.asked))
    own.publish({f"https://w3id.org/sasaeai/graph/072036/more-{number}": more(number) for number in range(20)})
    own.asked.clear()
    compared(own, CITIES[:2])
    topics = len(compare.topics(Repository(ROOT)))
    # A topic is not asked where nothing of its class is known; what terms and times are called is read once.
    assert max(*counts, len(own.asked)) <= topics + 7
    assert len(own.asked) == counts[0]


@pytest.mark.parametrize("names", [0, 10**6])
def test_a_topic_answers_the_same_whether_it_is_asked_about_cities_or_about_their_things(
    names: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = CountingStore(Repository(ROOT))
    monkeypatch.setattr(told, "_NAMES", names)
    assert csv_of(compared(asked, CITIES), "ja") == csv_of(compared(store(True), CITIES), "ja")
    of_cities = [each for each in asked.asked if "VALUES ?thing { UNDEF }" in each and "?municipality" in each]
    assert bool(of_cities) is (names == 0)


def test_each_thing_that_a_topic_of_a_class_tells_of_is_of_that_class() -> None:
    for topic in compare.topics(Repository(ROOT)).values():
        if topic.kind:
            assert f"?thing sas:municipality ?municipality ; a sas:{topic.kind} " in topic.file.text, topic.key


def more(number: int) -> bytes:
    """Twenty councils more of a city, said by a document of their own."""
    graph, source = f"<graph/072036/more-{number}>", f"<id/source/072036/more-{number}>"
    councils = (
        f"<id/072036/council/more-{number}-{each}> a sas:Council ; sas:serves <id/072036/tier/2> ;"
        f' skos:prefLabel "協議体{each}"@ja ; sas:quote "協議体の一つ"@ja ; sas:establishedIn <id/fiscal-year/2023> .'
        for each in range(20)
    )
    head = (
        "@base <https://w3id.org/sasaeai/> . @prefix sas: <https://w3id.org/sasaeai/ns#> ."
        "@prefix dct: <http://purl.org/dc/terms/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> ."
    )
    return "\n".join([head, f"{graph} dct:source {source} .", *councils]).encode()


def test_a_header_that_does_not_hold_is_told_with_its_file(tmp_path: Path) -> None:
    for folder in ("data", "ontology", "shapes"):
        (tmp_path / folder).mkdir()
    (tmp_path / "queries" / "topics").mkdir(parents=True)
    good = (HERE / "compare" / "05-made-up.rq").read_text("utf-8")
    for bad in (
        good.replace("shows: values", "shows: all"),
        good.replace("?m {", "?n {"),
        good.replace("#+ within", "#"),
    ):
        (tmp_path / "queries" / "topics" / "05-bad.rq").write_text(bad, "utf-8")
        with pytest.raises(ValueError, match=r"05-bad\.rq: the header does not hold"):
            compare.topics(Repository(tmp_path))


def test_fewer_than_two_columns_and_more_than_eight_are_refused() -> None:
    with pytest.raises(ServiceError, match="needs two columns"):
        compared(store(True), CITIES[:1])
    with pytest.raises(ServiceError, match="12 columns"):
        compared(store(True), CITIES, "2018-04-01", "2019-04-01", "2020-04-01")
    assert len(compared(store(True), CITIES, "2018-04-01", "2019-04-01").columns) == 8


def cell(code: str, *values: Value) -> Cell:
    return Cell(Column(City(f"id/{code}", code, code, "", ()), parse_day("2020-01-01")), values, ())


def value(
    text: str, on_day: State = State.CERTAIN, things: tuple[str, ...] = ("a",), number: str | None = None
) -> Value:
    term = {"type": "literal", "value": text}
    return Value(None, term, None, number, None, None, None, "stated", on_day, text[0], things)


UNKNOWN, PRESUMED, PLANNED = State.UNKNOWN, State.PRESUMED, State.PLANNED
DIFFERS, SAME, OPEN = Difference.DIFFERS, Difference.SAME, Difference.OPEN


@pytest.mark.parametrize(
    ("one", "other", "between_cities", "between_days"),
    [
        ([value("x1")], [value("x1")], SAME, SAME),
        ([value("x1")], [value("x1", PRESUMED)], SAME, SAME),
        ([value("x1")], [value("x2")], SAME, DIFFERS),  # comparable, and yet another
        ([value("x1")], [value("y1")], DIFFERS, DIFFERS),
        ([value("x1")], [value("x1"), value("y1")], DIFFERS, DIFFERS),
        ([value("x1")], [value("x1"), value("y1", UNKNOWN)], OPEN, OPEN),
        ([value("x1")], [value("y1", UNKNOWN)], DIFFERS, DIFFERS),
        ([value("x1", UNKNOWN)], [value("x1", UNKNOWN)], OPEN, OPEN),
        ([value("x1")], [value("x1", PLANNED)], DIFFERS, DIFFERS),
        ([value("x1")], [], OPEN, OPEN),  # nothing is stated
        ([], [], OPEN, OPEN),
    ],
)
def test_cells_differ_where_no_reading_of_the_unknown_makes_them_equal(
    one: list[Value], other: list[Value], between_cities: Difference, between_days: Difference
) -> None:
    topic = compare.topics(Repository(ROOT))["operators"]
    assert difference(topic, [cell("1", *one), cell("2", *other)]) is between_cities
    assert difference(topic, [cell("1", *one), cell("1", *other)]) is between_days
    assert difference(topic, [cell("2", *other), cell("1", *one)]) is between_cities


@pytest.mark.parametrize(
    ("one", "other", "between_cities", "between_days"),
    [
        ([value("x", things=("a", "b"))], [value("x", things=("c", "d"))], SAME, DIFFERS),
        ([value("x", things=("a",)), value("x", PRESUMED, ("b",))], [value("x", things=("a", "b"))], SAME, SAME),
        ([value("x", things=("a",))], [value("x", things=("a",)), value("x", UNKNOWN, ("b",))], OPEN, OPEN),
        ([value("x", things=("a",))], [value("x", things=("b", "c"))], DIFFERS, DIFFERS),
    ],
)
def test_numbers_of_things_are_added_up_between_cities_and_told_one_by_one_between_days(
    one: list[Value], other: list[Value], between_cities: Difference, between_days: Difference
) -> None:
    topic = compare.topics(Repository(ROOT))["council-members"]
    assert difference(topic, [cell("1", *one), cell("2", *other)]) is between_cities
    assert difference(topic, [cell("1", *one), cell("1", *other)]) is between_days


def test_what_does_not_apply_is_the_same_twice_and_not_to_be_compared_with_a_value() -> None:
    topic = compare.topics(Repository(ROOT))["tier-area-count"]
    none = value("x")._replace(state="does-not-apply", on_day=None)
    assert difference(topic, [cell("1", none), cell("2", none)]) is SAME
    assert difference(topic, [cell("1", none), cell("2", none, value("y1"))]) is OPEN
    assert (
        difference(topic, [cell("1", none, value("y1")), cell("2", none, value("y1")._replace(number="2"))]) is DIFFERS
    )


def test_a_row_of_several_columns_differs_where_any_two_do() -> None:
    topic = compare.topics(Repository(ROOT))["operators"]
    same, other, nothing = cell("1", value("x1")), cell("2", value("y1")), cell("3")
    assert difference(topic, [same, nothing, other]) is DIFFERS
    assert difference(topic, [same, nothing, cell("4", value("x1"))]) is OPEN


def test_of_figures_the_newest_by_the_day_is_shown_and_earlier_ones_are_kept() -> None:
    own = CountingStore(Repository(ROOT))
    page = """@base <https://w3id.org/sasaeai/> . @prefix sas: <https://w3id.org/sasaeai/ns#> .
    @prefix dct: <http://purl.org/dc/terms/> .
    @prefix sdmx-dimension: <http://purl.org/linked-data/sdmx/2009/dimension#> .
    @prefix sdmx-measure: <http://purl.org/linked-data/sdmx/2009/measure#> .
    @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    <graph/072036/people> dct:source <id/source/072036/people> .
    """ + "".join(
        f"""<id/072036/figure/population-{year}> a sas:Figure ; sas:indicator <concept/indicator/population> ;
        sas:subject <id/072036> ; sdmx-measure:obsValue {number} ; sdmx-dimension:refPeriod <id/fiscal-year/{year}> ;
        sas:quote "人口"@ja .
        """
        for year, number in ((2015, 330000), (2020, 320000))
    )
    own.publish({"https://w3id.org/sasaeai/graph/072036/people": page.encode()})
    days = ("2015-01-01", "2016-03-31", "2018-04-01", "2021-03-31")
    (line,) = [each for each in compared(own, ["072036"], *days).lines if each.topic.key == "population"]
    shown = [[(each.number, each.on_day) for each in found.values] for found in line.cells]
    assert shown == [
        [("320000", UNKNOWN)],
        [("330000", State.CERTAIN)],
        [("330000", PRESUMED)],
        [("320000", State.CERTAIN)],
    ]
    assert [len(found.others) for found in line.cells] == [1, 1, 1, 1]


def test_a_column_has_a_day_and_a_key_of_its_own() -> None:
    plain = Column(City("id/1", "1", "", "", ()), None)
    assert (plain.day, plain.key) == (None, "1")
    dated = Column(plain.city, parse_day("FY2017"))
    assert (dated.day, dated.key) == (date(2018, 3, 31), "1-2018-03-31")
