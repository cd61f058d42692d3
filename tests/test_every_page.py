"""Every kind of page, in both languages: sound, accessible, at home on a phone, read without a mouse or a script."""

import itertools
import re
import urllib.parse
from collections.abc import Iterator

import html5lib
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from .conftest import Service
from .test_sparql import NAMES, ask

KINDS = {
    "start": "/",
    "lists": "/lists/",
    "list": "/lists/councils?asOf=FY2019",
    "list narrowed": "/lists/cities?kind=town&q=山&sort=-reading",
    "list of organisations": "/lists/organisations",
    "search": "/search?q=協議体",
    "search without hits": "/search?q=zzzzzzz",
    "city": "/doc/132241",
    "city on a day": "/doc/221007?asOf=2018-04-01",
    "city of the register": "/doc/473618",
    "prefecture": "/doc/prefecture/13",
    "ward": "/doc/221015",
    "thing of several classes": "/doc/132241/commission/tier-1-fy2017",
    "tier": "/doc/132241/tier/1?asOf=2020-04-01",
    "council": "/doc/132241/council/marutto",
    "organisation": "/doc/132241/org/member-06",
    "document": "/doc/source/132241/city-page",
    "concept": "/doc/concept/role/coordinator",
    "scheme": "/doc/concept/role",
    "fiscal year": "/doc/fiscal-year/2017",
    "graph": "/doc/graph/132241/city-page",
    "figure": "/doc/132241/figure/population",
    "meeting": "/doc/131032/meeting/fy2018-tier-1-1",
    "programme": "/doc/221007/programme?asOf=FY2019",
    "comparison asked for": "/compare",
    "comparison of one": "/compare?m=132241",
    "comparison": "/compare?m=132241&m=072036",
    "comparison of two days": "/compare?m=132241&asOf=2017-04-01&asOf=2024-04-01",
    "indicators": "/indicators/",
    "indicator": "/indicators/second-tier-coverage?m=072036&asOf=FY2023",
    "scorecard": "/indicators/?m=132241",
    "scorecard on a day": "/indicators/?m=221007&asOf=2019-04-01",
    "indicator that is none": "/indicators/no-such-thing",
    "questions": "/queries/",
    "questions found": "/queries/?q=会議",
    "question": "/queries/contractor-history?m=132241",
    "question with a chart": "/queries/monthly-figures?m=131032&limit=20",
    "question on a day": "/queries/coordinators?asOf=FY2019",
    "question not yet asked": "/queries/evidence-of",
    "question about one of two": "/queries/tier-structure?m=府中市",
    "query": "/sparql",
    "query answered": f"/sparql?query={urllib.parse.quote(NAMES)}",
    "checking a file": "/validate",
    "terms": "/ns",
    "shapes": "/shapes",
    "dataset": "/dataset",
    "prefixes": "/prefixes",
    "API": "/docs",
    "part of the API": "/docs/sparql",
    "longest part of the API": "/docs/queries",
    "indicators in the API": "/docs/indicators",
    "about": "/about",
    "asking": "/ask",
    "citing": "/cite",
    "accessibility": "/accessibility",
    "privacy": "/privacy",
    "nothing there": "/doc/132241/no-such-thing",
    "day that is none": "/doc/132241?asOf=2019-02-30",
}
WRONG = {
    "comparison of one": 400,
    "indicator that is none": 404,
    "question about one of two": 400,
    "nothing there": 404,
    "day that is none": 400,
}
WITH_SCRIPT = {"query", "query answered"}
HEAD_OF_LONG = {"include": [["header"], ["footer"], ["main > :nth-child(-n+25)"]]}
"""Pages of hundreds of sections that are all made alike are looked at as far as they tell something new."""
LONG = {"terms", "shapes"}
ONCE = LONG | {"city", "city on a day", "tier", "council", "programme", "concept", "fiscal year", "comparison"}
"""Pages so large that axe looks at them once, on a phone in Japanese: the same templates are smaller elsewhere."""

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"], "preload": False}
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


def address(service: Service, kind: str, language: str) -> str:
    path = urllib.parse.quote(KINDS[kind], safe="/?=&%-")
    return f"{service.url}{path}{'&' if '?' in path else '?'}lang={language}"


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_sound_and_says_what_it_is(service: Service, kind: str, language: str) -> None:
    reply = ask(address(service, kind, language), Accept="text/html")
    assert (reply.status, reply.headers["Content-Language"]) == (WRONG.get(kind, 200), language)
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(reply.body.decode())
    assert parser.errors == []
    assert tree.get("lang") == language
    assert str(tree.findtext(".//title")).removesuffix(" — Sasaeai 支え合い").strip()
    levels = [int(each.tag[1]) for each in tree.iter() if re.fullmatch("h[1-6]", str(each.tag))]
    assert (levels[0], levels.count(1)) == (1, 1)
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels))
    identifiers = [each.get("id") for each in tree.iter() if each.get("id")]
    assert len(identifiers) == len(set(identifiers))
    targets = {each.get("href", "")[1:] for each in tree.iter("a") if each.get("href", "").startswith("#")}
    assert targets <= set(identifiers)
    assert "None" not in "".join(tree.find(".//main").itertext()).replace("If-None-Match", "")
    scripts = [each for each in tree.iter("script") if each.get("type") != "application/ld+json"]
    assert bool(scripts) == (kind in WITH_SCRIPT)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in WITH_SCRIPT | WRONG.keys()])
def test_a_page_leads_to_its_address_its_licence_and_the_dataset(service: Service, kind: str) -> None:
    reply = ask(address(service, kind, "en"), Accept="text/html")
    links = re.findall(r'<([^>]*)>; rel="([^"]*)"', ", ".join(reply.headers.get_all("Link", [])))
    relations = [relation for _, relation in links]
    assert [relations.count(each) for each in ("canonical", "describedby", "license")] == [1, 1, 1]
    assert "lang=" not in next(to for to, relation in links if relation == "canonical")
    assert {"Accept", "Accept-Language"} <= set(reply.headers["Vary"].split(", "))
    again = ask(address(service, kind, "en"), Accept="text/html", If_None_Match=reply.headers["ETag"])
    assert (again.status, again.body) == (304, b"")
    head = ask(address(service, kind, "en"), method="HEAD", Accept="text/html")
    assert (head.status, head.headers["ETag"], head.body) == (200, reply.headers["ETag"], b"")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A reader without a script."""
    context = browser.new_context(java_script_enabled=False, locale="en-GB", viewport=DESK)  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_on_a_page_stands_in_anyones_way(browser: Browser, service: Service, kind: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    context.on("console", lambda message: said.append(message.text))
    context.on("weberror", lambda error: said.append(str(error.error)))
    context.on("request", lambda request: asked.append(request.url))
    for language, view in (("ja", PHONE), ("en", DESK)):
        page.set_viewport_size(view)  # type: ignore[arg-type]
        page.goto(address(service, kind, language))
        assert page.evaluate("[...document.images].every(each => each.complete && each.naturalWidth > 0)")
        # The browser itself tells of what was not found.
        assert [each for each in said if kind not in WRONG or "Failed to load resource" not in each] == []
        assert [url for url in asked if not url.startswith((f"{service.url}/", "data:"))] == []
        if view == PHONE or kind not in ONCE:
            part = HEAD_OF_LONG if kind in LONG else None
            found = Axe().run(page, context=part, options=OPTIONS).response["violations"]
            assert [(each["id"], [node["html"][:120] for node in each["nodes"][:3]]) for each in found] == []
        said.clear()
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def reach(page: Page, target: Locator) -> None:
    """Go on by the Tab key until the target has the focus."""
    for _ in range(400):
        page.keyboard.press("Tab")
        if target.evaluate("each => each === document.activeElement"):
            return
    pytest.fail("the Tab key does not lead there")


@pytest.mark.slow
def test_the_first_key_leads_past_the_menu(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/doc/132241?lang=en")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.slow
def test_who_ran_tier_1_of_tama_in_2020_and_who_says_so_is_found_by_the_keyboard(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/?lang=en")
    reach(page, page.locator("main input[name=q]"))
    page.keyboard.type("Tama")
    page.keyboard.press("Enter")
    reach(page, page.locator(".hits").get_by_role("link", name="Tama", exact=True).first)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Tama")
    reach(page, page.get_by_label("As of"))
    page.keyboard.type("2020-04-01")
    page.keyboard.press("Enter")
    operators = page.locator("[id='132241-tier-1'] li.operator:not(.not-so)")
    expect(operators).to_have_count(1)
    expect(operators).to_contain_text("Tama Mylife Comprehensive Support Association")
    expect(operators.locator(".state")).to_have_text("Certain")
    quote = operators.locator("q").first
    expect(quote).to_be_hidden()
    reach(page, operators.locator("summary"))
    page.keyboard.press("Enter")
    expect(quote).to_be_visible()
    expect(quote).to_contain_text("多摩マイライフ包括支援協議会")
    reach(page, operators.locator("details a").first)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/doc/source/132241/.*asOf=2020-04-01"))


@pytest.mark.slow
def test_how_the_councils_of_two_cities_differ_is_found_by_the_keyboard(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/?lang=en")
    reach(page, page.get_by_role("navigation").get_by_role("link", name="Compare", exact=True))
    page.keyboard.press("Enter")
    for name in ("Kōriyama", "Tama"):
        reach(page, page.get_by_role("checkbox", name=name))
        page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("compared")
    councils = page.locator("#councils")
    expect(councils).to_contain_text("Differs")
    expect(councils.locator("td")).to_have_count(2)
    evidence = councils.locator("td").last.locator("details.evidence").last
    reach(page, evidence.locator("summary"))
    page.keyboard.press("Enter")
    expect(evidence.locator("q").first).to_be_visible()
