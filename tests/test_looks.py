"""How the pages stand on a phone and on paper, as a browser lays them out."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from .conftest import Service
from .test_every_page import PHONE

pytestmark = pytest.mark.slow

PAPER = {"width": 718, "height": 1000}
"""Pixels between the margins of an A4 sheet."""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False, locale="ja-JP", viewport=PHONE)  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("width", [390, 320])
def test_the_control_of_the_day_stands_in_one_row_on_a_phone(
    page: Page, service: Service, width: int, language: str
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{service.url}/doc/132241?asOf=FY2019&lang={language}")
    boxes = [page.locator(f".as-of {part}").bounding_box() for part in ("label", "input:not([type])", "button")]
    middles = [box["y"] + box["height"] / 2 for box in boxes if box]
    assert len(middles) == 3
    assert max(middles) - min(middles) < 2


def test_who_ran_a_tier_is_read_without_going_past_the_second_screen_of_a_phone(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/doc/132241?asOf=2020-04-01&lang=ja")
    operator = page.locator("[id='132241-tier-1'] li.operator:not(.not-so)")
    box = operator.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 2 * PHONE["height"]
    summary = operator.locator("summary").bounding_box()
    assert summary is not None
    assert summary["y"] < 2 * PHONE["height"]


@pytest.mark.parametrize(
    "path",
    [
        "/doc/132241?asOf=FY2019",
        "/doc/131032",
        "/doc/source/132241/city-page",
        "/doc/132241/org/member-06",
        "/compare?m=132241&m=072036&m=131032&m=221007",
        "/lists/councils?asOf=FY2019",
        "/queries/contractor-history?m=132241",
        "/dataset",
    ],
)
def test_nothing_is_cut_off_on_paper(page: Page, service: Service, path: str) -> None:
    page.set_viewport_size(PAPER)  # type: ignore[arg-type]
    page.emulate_media(media="print")
    page.goto(f"{service.url}{path}{'&' if '?' in path else '?'}lang=ja")
    beyond = page.evaluate(
        "wide => [...document.querySelectorAll('main *')]"
        ".filter(each => each.getClientRects().length && each.getBoundingClientRect().right > wide + 1)"
        ".map(each => each.outerHTML.slice(0, 100))",
        PAPER["width"],
    )
    assert beyond == []
    assert not page.locator(".seek").is_visible()
    assert not page.locator("nav").first.is_visible()


def test_the_members_of_a_council_are_printed_though_their_list_is_closed(page: Page, service: Service) -> None:
    page.set_viewport_size(PAPER)  # type: ignore[arg-type]
    page.goto(f"{service.url}/doc/132241?lang=ja")
    member = page.locator("details:not([open]) ol > li").first
    assert not member.is_visible()
    page.emulate_media(media="print")
    box = member.bounding_box()
    assert box is not None
    assert box["height"] > 0


@pytest.mark.parametrize("path", ["/queries/contractor-history?m=132241", "/doc/132241", "/compare?m=132241&m=072036"])
def test_a_day_in_a_table_does_not_break_within_its_year_month_and_number(
    page: Page, service: Service, path: str
) -> None:
    page.goto(f"{service.url}{path}{'&' if '?' in path else '?'}lang=ja")
    lines = page.evaluate(
        """() => {
            const found = [];
            const walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
            while (walk.nextNode()) {
                const within = walk.currentNode.parentElement;
                if (!within.closest("td") || within.closest("details:not([open])")) continue;
                for (const part of walk.currentNode.data.matchAll(/[0-9]{4}-[0-9]{2}-[0-9]{2}/g)) {
                    const range = document.createRange();
                    range.setStart(walk.currentNode, part.index);
                    range.setEnd(walk.currentNode, part.index + part[0].length);
                    found.push(range.getClientRects().length);
                }
            }
            for (const time of document.querySelectorAll("td time")) {
                if (time.firstChild && !time.closest("details:not([open])")) {
                    const range = document.createRange();
                    range.selectNodeContents(time.firstChild);
                    found.push(range.getClientRects().length);
                }
            }
            return found;
        }"""
    )
    assert lines
    assert set(lines) == {1}
