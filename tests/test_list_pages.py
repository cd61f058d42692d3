"""Lists and search in a real browser, by keyboard alone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import Service

pytestmark = pytest.mark.slow


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="ja-JP")
    yield context.new_page()
    context.close()


def test_a_city_is_found_and_opened_by_keyboard_alone(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/lists/?lang=ja")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "q":
            break
    page.keyboard.type("ﾀﾏｼ")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("検索")
    expect(page.locator(".hits a").first).to_have_text("多摩市")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "多摩市":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/doc/132241*")


def test_a_list_is_narrowed_down_by_keyboard_and_widened_again(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/lists/cities?lang=ja")
    summary = page.locator(".facets summary", has_text="都道府県")
    summary.focus()
    page.keyboard.press("Enter")
    chip = page.locator(".chips a", has_text="沖縄県")
    expect(chip).to_be_visible()
    chip.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#things")).to_contain_text("41件")
    expect(page.locator(".chips a[aria-current]")).to_contain_text("沖縄県")
    page.locator(".chips a[aria-current]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#things")).to_have_text("1,747件")


def test_focus_can_be_seen_wherever_the_tab_key_leads(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/lists/documents?lang=ja")
    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        kind, style, width = page.evaluate(
            "(e => [e.localName, getComputedStyle(e).outlineStyle, getComputedStyle(e).outlineWidth])"
            "(document.activeElement)"
        )
        if kind == "body":
            break
        assert (style, width) == ("solid", "4px"), kind
        seen.add(kind)
    assert {"a", "input", "button", "summary", "div"} <= seen


def test_a_list_reads_and_works_without_javascript(browser: Browser, service: Service) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(f"{service.url}/lists/councils")
    page.locator("#list-q").fill("ward")
    page.get_by_role("button", name="Search").last.click()
    expect(page.locator("tbody tr")).to_have_count(3)
    context.close()
