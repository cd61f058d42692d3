"""What readers of pages count on, whatever page it is: which language its words are in, and which day it is about."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import html5lib
import pytest

from sasaeai import calendar

from .conftest import Service
from .patience import wait_until
from .test_sparql import ask

KANA_OR_KANJI = re.compile(r"[぀-ヿ一-鿿]")
OF_A_DAY = (
    "/doc/132241",
    "/doc/132241/council/marutto",
    "/doc/source/132241/city-page",
    "/lists/councils",
    "/queries/operator-on-date?m=132241",
    "/indicators/?m=132241",
    "/compare?m=132241&m=072036",
)


def texts(element: ET.Element, language: str) -> Iterator[tuple[str, str]]:
    """Yield each text of a page with the language it is said to be in (WCAG 2.2, 3.1.2)."""
    own = element.get("lang", language)
    yield own, element.text or ""
    for child in element:
        if child.tag not in {"script", "style"}:
            yield from texts(child, own)
        yield own, child.tail or ""


@pytest.mark.parametrize("path", ["/lists/cities", "/dataset"])
def test_japanese_on_an_english_page_says_that_it_is(service: Service, path: str) -> None:
    address = f"{service.url}{path}?lang=en"
    # Of the dataset nothing is told before its dumps are written.
    wait_until(lambda: ask(address, Accept="text/html").status == 200)
    page = html5lib.parse(ask(address, Accept="text/html").body.decode(), namespaceHTMLElements=False)
    main = page.find("body/main")
    assert main is not None
    told = list(texts(main, "en"))
    assert any(language.startswith("ja") and KANA_OR_KANJI.search(text) for language, text in told)
    assert [text for language, text in told if language == "en" and KANA_OR_KANJI.search(text)] == []


@pytest.mark.parametrize("path", OF_A_DAY)
def test_today_is_a_day_to_ask_about(service: Service, path: str) -> None:
    sign = "&" if "?" in path else "?"
    today = calendar.today()
    by_name, by_number = (
        ask(f"{service.url}{path}{sign}asOf={day}", Accept="text/html") for day in ("today", today.isoformat())
    )
    assert by_name.status == by_number.status == 200
    if "queries" not in path and "compare" not in path:
        shown = re.search(rb'role="status"><strong>(.*?)</p>', by_number.body, re.DOTALL)
        assert shown
        assert shown[0] in by_name.body


def test_whom_to_ask_is_the_offices_that_the_programme_names(service: Service) -> None:
    page = ask(f"{service.url}/doc/132241?lang=ja", Accept="text/html").body.decode()
    told = re.search(r"<dt>問合せ先</dt>(.*?)<dt>", page, re.DOTALL)
    assert told
    assert "/id/132241/office/care-prevention" in told[1]
    assert "/id/132241/office/applicant" not in told[1], "the addresses of those who applied for a project"
    beside = ask(f"{service.url}/compare.csv?m=132241&m=221007&lang=en", Accept="text/csv").body.decode()
    assert "/id/221007/office/suruga" in beside
    assert "/id/132241/office/applicant" not in beside


@pytest.mark.parametrize(
    ("cities", "language", "name"),
    [
        ("m=132241&m=072036", "ja", "多摩市と郡山市を比べる"),
        ("m=132241&m=072036", "en", "Tama and Kōriyama compared"),
        ("m=132241&m=072036&m=221007", "ja", "多摩市、郡山市、静岡市を比べる"),
        ("m=132241&m=072036&m=221007", "en", "Tama, Kōriyama and Shizuoka compared"),
    ],
)
def test_a_comparison_is_named_as_people_list_things(service: Service, cities: str, language: str, name: str) -> None:
    page = ask(f"{service.url}/compare?{cities}&lang={language}", Accept="text/html").body.decode()
    assert f"<h1>{name}</h1>" in page
