"""What the project's rules conclude, where it is easy to conclude too much."""

import pytest
from pyoxigraph import QueryTriples, RdfFormat, Store, Triple

from .conftest import ROOT

PREFIXES = """@prefix sas: <https://w3id.org/sasaeai/ns#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix indicator: <https://w3id.org/sasaeai/concept/indicator/> .
@prefix measure: <http://purl.org/linked-data/sdmx/2009/measure#> .
@prefix dimension: <http://purl.org/linked-data/sdmx/2009/dimension#> .
"""
YEAR, NEXT_YEAR = "dimension:refPeriod <a:2019>", "dimension:refPeriod <a:2020>"
DAY, NEXT_DAY = 'sas:asOf "2019-10-01"^^xsd:date', 'sas:asOf "2019-10-02"^^xsd:date'


def derived(rule: str, document: str) -> list[Triple]:
    """Run one of the project's rules over a document."""
    store = Store()
    store.load(f"{PREFIXES}GRAPH <a:graph> {{ {document} }}", format=RdfFormat.TRIG)
    text = (ROOT / "queries" / "rules" / f"{rule}.rq").read_text("utf-8")
    found = store.query(text, use_default_graph_as_union=True)
    assert isinstance(found, QueryTriples)
    return list(found)


@pytest.mark.parametrize(
    ("councils", "areas", "is_told"),
    [
        (YEAR, YEAR, True),
        (YEAR, NEXT_YEAR, False),
        (DAY, DAY, True),
        (DAY, NEXT_DAY, False),
        (f"{YEAR} ; {DAY}", f"{YEAR} ; {NEXT_DAY}", False),
        (f"{YEAR} ; {DAY}", YEAR, True),
        (YEAR, f"{YEAR} ; {DAY}", True),
    ],
)
def test_councils_are_divided_by_areas_of_the_same_time_only(councils: str, areas: str, is_told: bool) -> None:
    found = derived(
        "62-coverage",
        f"""<a:tier> sas:programme <a:programme> . <a:programme> sas:runBy <a:city> .
        <a:some> sas:indicator indicator:council-count ; sas:subject <a:tier> ; measure:obsValue 3 ; {councils} .
        <a:all> sas:indicator indicator:area-count ; sas:subject <a:tier> ; measure:obsValue 4 ; {areas} .""",
    )
    assert ["75" in str(each) for each in found if each.predicate.value.endswith("#obsValue")] == [True] * is_told
    # When it was is told as by the number of councils.
    assert any(each.predicate.value.endswith("#asOf") for each in found) == (is_told and DAY in councils)
