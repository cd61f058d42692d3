"""The page of a comparison in a real browser, on a desk and on a phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from .conftest import Service

pytestmark = pytest.mark.slow

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 800}
TWO = "m=132241&m=072036"


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def visit(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A visitor with a phone, with and without JavaScript."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=request.param, locale="ja-JP")  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


def test_on_a_phone_every_cell_is_beside_its_city_and_nothing_is_cut_off(visit: Page, service: Service) -> None:
    visit.goto(f"{service.url}/compare?{TWO}")
    row = visit.locator("#councils")
    cells = row.locator("td")
    boxes = [cells.nth(place).bounding_box() for place in range(cells.count())]
    assert len(boxes) == 2
    for box in boxes:
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]
    first, second = boxes
    assert first is not None
    assert second is not None
    assert second["y"] >= first["y"] + first["height"]  # one below the other
    assert [row.locator(".whose").nth(place).is_visible() for place in range(2)] == [True, True]
    # The evidence is one tap away, in place.
    evidence = cells.first.locator("details.evidence").last
    assert not evidence.locator("q").first.is_visible()
    evidence.locator("summary").click()
    assert evidence.locator("q").first.is_visible()


def test_cities_are_chosen_by_a_form_and_what_differs_by_a_link(visit: Page, service: Service) -> None:
    visit.goto(f"{service.url}/compare")
    visit.get_by_label("多摩市").check()
    visit.get_by_label("名称又は6桁のコード").fill("郡山市")
    visit.get_by_role("button", name="比べる").click()
    assert visit.url == f"{service.url}/compare?{TWO}"
    visit.wait_for_load_state()
    every = visit.locator(".matrix tbody tr").count()
    visit.get_by_role("link", name="違いあり").click()
    assert visit.url == f"{service.url}/compare?{TWO}&only=differs"
    visit.wait_for_load_state()
    assert 0 < visit.locator(".matrix tbody tr").count() < every
    assert visit.locator(".matrix tbody tr:not(.differs)").count() == 0


def test_a_mistake_leaves_what_was_chosen_in_the_form(visit: Page, service: Service) -> None:
    visit.goto(f"{service.url}/compare?m=132241&asOf=2019-04-01")
    assert "2列以上" in visit.get_by_role("alert").inner_text()
    assert visit.get_by_label("多摩市").is_checked()
    assert visit.get_by_label("基準日 1").input_value() == "2019-04-01"


def test_on_a_desk_the_topics_stay_in_view_beside_many_columns(browser: Browser, service: Service) -> None:
    page = browser.new_page(viewport=DESK, locale="ja-JP")  # type: ignore[arg-type]
    days = "&".join(f"asOf={year}-04-01" for year in (2018, 2024))
    page.goto(f"{service.url}/compare?m=132241&m=072036&m=131032&m=221007&{days}")
    region = page.get_by_role("region", name="比較表")
    topic = page.locator("#councils th")
    before = topic.bounding_box()
    region.evaluate("each => { each.scrollLeft = 600 }")
    after = topic.bounding_box()
    assert before is not None
    assert after is not None
    assert region.evaluate("each => each.scrollLeft") > 0
    assert before["x"] == after["x"]
    page.close()
