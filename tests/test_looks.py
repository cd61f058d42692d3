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
