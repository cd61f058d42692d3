"""Lists, search, start and texts in a real browser: on a phone, by keyboard alone, and under the rules of axe."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from .conftest import Service

CHROMIUM = "/usr/bin/chromium"
PAGES = [
    "/",
    "/lists/",
    "/lists/cities",
    "/lists/cities?kind=town&q=山&sort=-reading",
    "/lists/councils?asOf=FY2019",
    "/lists/organisations",
    "/search",
    "/search?q=協議体",
    "/search?q=zzzzzzz",
    "/about",
    "/accessibility",
    "/ask",
    "/cite",
    "/privacy",
]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"{CHROMIUM} is not installed"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--disable-gpu", "--disable-dev-shm-usage"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="ja-JP")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("width", [320, 390])
def test_a_page_fits_a_phone(page: Page, service: Service, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(service.url + address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_axe_finds_nothing_against_wcag_2_2_aa(page: Page, service: Service, address: str, language: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page.goto(f"{service.url}{address}{'&' if '?' in address else '?'}lang={language}")
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = axe.run(page, options={"runOnly": {"type": "tag", "values": rules}}).response["violations"]
    assert [(each["id"], [node["html"][:120] for node in each["nodes"][:3]]) for each in found] == []


@pytest.mark.parametrize("address", PAGES)
def test_headings_go_down_one_step_at_a_time(page: Page, service: Service, address: str) -> None:
    page.goto(service.url + address)
    levels = [
        int(each) for each in page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => h.tagName[1])")
    ]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


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
