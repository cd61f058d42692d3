"""The page of /sparql in a real browser: Debian's Chromium, through Playwright."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from sasaeai.repository import Repository
from sasaeai.web import editor
from sasaeai.web.citations import Asked

from .conftest import ROOT, Service, start_service, stop_service
from .test_sparql import NAMES, ask, get

EDITOR = ROOT / "service" / "sasaeai" / "web" / "static" / "npm" / "yasqe.min.js"

pytestmark = pytest.mark.slow
with_the_editor = pytest.mark.skipif(not EDITOR.exists(), reason="npm could not be reached when the package was built")

COUNCILS = """PREFIX sas: <https://w3id.org/sasaeai/ns#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?council ?councilLabel WHERE {
  ?council a sas:Council ; skos:prefLabel ?councilLabel .
  FILTER(CONTAINS(?councilLabel, "協議体"))
} ORDER BY ?council LIMIT 3"""


@pytest.fixture
def context(browser: Browser, service: Service) -> Iterator[BrowserContext]:
    """A browser in which nothing may go wrong unseen: no word on the console, no request to another host."""
    opened = browser.new_context(locale="ja-JP", permissions=["clipboard-read", "clipboard-write"])
    said: list[str] = []
    elsewhere: list[str] = []
    opened.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    opened.on("weberror", lambda error: said.append(str(error.error)))
    opened.on("request", lambda request: elsewhere.append(request.url))
    yield opened
    opened.close()
    assert said == []
    assert [url for url in elsewhere if not url.startswith(f"{service.url}/")] == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def fill(page: Page, text: str) -> None:
    """Write a query as a reader does: into the editor, in place of what is there."""
    page.locator(".CodeMirror").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def written(page: Page) -> str:
    return page.locator("#query").input_value()


def shoot(page: Page, name: str) -> None:
    if folder := os.environ.get("SASAEAI_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@with_the_editor
def test_japanese_is_written_into_the_editor_and_the_answer_has_links_and_downloads(
    page: Page, service: Service
) -> None:
    page.goto(f"{service.url}/sparql?lang=ja")
    fill(page, COUNCILS.replace("協議体", ""))
    for _ in range(len('")) \n} ORDER BY ?council LIMIT 3') - 1):
        page.keyboard.press("ArrowLeft")
    keyboard = page.context.new_cdp_session(page)
    for begun in ("k", "きょう", "きょうぎたい"):
        keyboard.send(
            "Input.imeSetComposition", {"text": begun, "selectionStart": len(begun), "selectionEnd": len(begun)}
        )
    keyboard.send("Input.insertText", {"text": "協議体"})
    assert written(page) == COUNCILS
    shoot(page, "written")
    page.keyboard.press("Control+Enter")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(3)
    shoot(page, "answered")
    assert written(page) == COUNCILS

    link = rows.first.locator("a")
    assert "協議体" in link.inner_text()
    assert (link.get_attribute("href") or "").startswith("/id/")
    for label, beginning in (
        ("CSV", b"council,"),
        ("CSV (Excel)", b"\xef\xbb\xbfcouncil,"),
        ("JSON", b"{"),
        ("XML", b"<?xml"),
    ):
        with page.expect_download() as coming:
            page.locator("#downloads").get_by_text(label, exact=True).click()
        assert Path(coming.value.path()).read_bytes().startswith(beginning)
        assert coming.value.suggested_filename.startswith("sasaeai.")
    permanent = page.locator("#permanent").get_attribute("href") or ""
    linked = urllib.parse.parse_qs(urllib.parse.urlsplit(permanent).query)
    expect(page.locator("#citation code")).to_have_text(re.compile(r"閲覧日：\d{4}-\d\d-\d\d$"))
    assert (linked.pop("query"), len(linked.pop("dataset-version")), linked) == ([COUNCILS], 1, {})
    link.click()
    expect(page.locator("h1")).to_contain_text("協議体")


@with_the_editor
def test_what_is_copied_runs(page: Page, service: Service, tmp_path: Path) -> None:
    page.goto(f"{service.url}/sparql?{urllib.parse.urlencode({'query': NAMES})}")
    copied = {}
    for name in ("curl", "Python", "R"):
        details = page.locator("details").filter(has=page.get_by_text(name, exact=True))
        details.locator("summary").click()
        details.get_by_role("button").click()
        expect(details.get_by_role("status")).to_have_text("コピーしました")
        copied[name] = page.evaluate("navigator.clipboard.readText()")
    shoot(page, "copies")
    shell = subprocess.run(["bash", "-c", copied["curl"]], capture_output=True, text=True, check=True)
    assert len(list(csv.DictReader(io.StringIO(shell.stdout)))) == 4
    program = tmp_path / "copied.py"
    program.write_text(copied["Python"], "utf-8")
    python = subprocess.run([sys.executable, program], capture_output=True, text=True, check=True)
    assert "{'code': '132241', 'name': '多摩市'}" in python.stdout
    assert f'paste0("{service.url}/sparql?_format=csv&query=", URLencode(query, reserved = TRUE))' in copied["R"]
    if shutil.which("Rscript"):
        script = tmp_path / "copied.R"
        script.write_text(copied["R"], "utf-8")
        r = subprocess.run(["Rscript", script], capture_output=True, text=True, check=True)
        assert "多摩市" in r.stdout


@with_the_editor
def test_tab_leaves_the_editor_in_both_directions(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/sparql")
    before = written(page)
    page.locator(".CodeMirror").click()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "format"
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.closest('.CodeMirror') !== null")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.id") == "example"
    assert written(page) == before


@with_the_editor
def test_terms_and_prefixes_are_completed_from_our_own_vocabulary(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/sparql?lang=ja")
    fill(page, "SELECT * WHERE { ?x a ")
    page.keyboard.type("sas:Counc")
    expect(page.locator("#query")).to_have_value(
        "PREFIX sas: <https://w3id.org/sasaeai/ns#>\nSELECT * WHERE { ?x a sas:Counc"
    )
    expect(page.get_by_text("Ctrl+スペース又はCtrl+.で語を補完")).to_be_visible()
    page.keyboard.press("Control+.")
    hints = page.locator(".CodeMirror-hint")
    expect(hints).to_have_text(["sas:Council 協議体", "sas:CouncilMembership 協議体への参加"])
    shoot(page, "completion")
    page.keyboard.press("Enter")
    assert written(page).endswith("?x a sas:Council")
    page.keyboard.type(" ; sas:estab")
    page.keyboard.press("Control+Space")
    expect(hints.first).to_contain_text("sas:established")
    page.keyboard.press("Escape")
    fill(page, "PREFIX sko")
    expect(hints).to_have_text(["skos: <http://www.w3.org/2004/02/skos/core#>"])


@with_the_editor
def test_every_question_of_the_catalogue_can_be_started_from(
    page: Page, service: Service, repository: Repository
) -> None:
    page.goto(f"{service.url}/sparql?lang=en")
    choice = page.get_by_label("Start from a question")
    names = [each.name for each in repository.questions()]
    assert choice.locator("option").evaluate_all("each => each.map(one => one.value)") == ["", *names]
    choice.select_option("contractor-history")
    expect(page.locator("#query")).to_have_value(ask_text(service, "/queries/contractor-history.rq?m=132241&lang=en"))
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("tbody")).to_contain_text("Tama Mylife Comprehensive Support Association")
    shoot(page, "catalogue")


def ask_text(service: Service, path: str) -> str:
    return ask(f"{service.url}{path}").body.decode()


@with_the_editor
def test_a_mistake_is_told_above_the_query_that_has_it(browser: Browser, service: Service) -> None:
    page = browser.new_page(locale="ja-JP")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{service.url}/sparql?lang=ja")
    fill(page, "SELECT ?x WHERE { ?x ?y }")
    page.locator(".parseErrorIcon").hover()
    expect(page.locator(".yasqe_tooltip strong").first).to_have_css("text-decoration-line", "underline")
    assert said == []
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    shoot(page, "mistake")
    assert written(page) == "SELECT ?x WHERE { ?x ?y }"
    page.close()


@with_the_editor
def test_a_query_too_long_for_an_address_goes_by_post(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/sparql?lang=en")
    fill(page, f"{NAMES}\n# {'長' * 3000}")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("tbody tr")).to_have_count(4)
    assert page.url == f"{service.url}/sparql?lang=en#answer"
    with page.expect_download() as coming:
        page.get_by_role("button", name="CSV (Excel)").click()
    assert Path(coming.value.path()).read_bytes().startswith(b"\xef\xbb\xbfcode,name")


@with_the_editor
@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_fits_a_phone(browser: Browser, service: Service, language: str) -> None:
    phone = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    page = phone.new_page()
    page.goto(f"{service.url}/sparql?{urllib.parse.urlencode({'query': COUNCILS, 'lang': language})}")
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.locator(".CodeMirror")).to_be_visible()
    shoot(page, f"phone-{language}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    phone.close()


def test_without_javascript_the_form_asks_the_same(browser: Browser, service: Service) -> None:
    plain = browser.new_context(java_script_enabled=False, locale="ja-JP")
    page = plain.new_page()
    page.goto(f"{service.url}/sparql")
    page.get_by_label("質問集の問合せから始める").select_option("contractor-history")
    page.get_by_role("button", name="書き入れる").click()
    assert "sas:operator" in page.locator("#query").input_value()
    page.locator("#query").fill(COUNCILS)
    page.get_by_role("button", name="問い合わせる", exact=True).click()
    expect(page.locator("tbody tr")).to_have_count(3)
    shoot(page, "plain")
    page.get_by_role("button", name="POSTで問い合わせる").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    plain.close()


def test_where_the_editor_does_not_come_the_form_still_takes_examples_and_answers(
    browser: Browser, service: Service
) -> None:
    page = browser.new_page(locale="ja-JP")
    page.route("**/yasqe.min.js", lambda route: route.abort())
    page.goto(f"{service.url}/sparql?lang=ja")
    page.get_by_label("質問集の問合せから始める").select_option("contractor-history")
    expect(page.locator("#query")).to_be_visible()
    expect(page.locator("#query")).to_have_value(ask_text(service, "/queries/contractor-history.rq?m=132241&lang=ja"))
    page.locator("#query").fill(COUNCILS)
    page.get_by_role("button", name="問い合わせる", exact=True).click()
    expect(page.locator("tbody tr")).to_have_count(3)
    page.close()


def test_the_page_lets_no_script_run_but_the_service_s_own(service: Service) -> None:
    reply = ask(f"{service.url}/sparql", Accept="text/html")
    policy = dict(each.strip().split(" ", 1) for each in reply.headers["Content-Security-Policy"].split(";"))
    assert (policy["default-src"], policy["script-src"], policy["connect-src"]) == ("'none'", "'self'", "'self'")
    assert policy["style-src"] == "'self'"
    assert "script-src" not in ask(f"{service.url}/queries/", Accept="text/html").headers["Content-Security-Policy"]


def test_the_terms_are_those_of_the_ontology_with_labels(service: Service) -> None:
    terms = json.loads(ask(f"{service.url}/sparql/terms?lang=en").body)
    by_name = {(each["term"], each["kind"]): each.get("label") for each in terms}
    assert by_name["https://w3id.org/sasaeai/ns#Council", "class"] == "Council (kyōgitai)"
    assert ("http://www.w3.org/2004/02/skos/core#prefLabel", "property") in by_name
    assert len(by_name) == len(terms)


def test_csv_for_excel_differs_by_its_mark_only(service: Service) -> None:
    plain, marked = get(service, NAMES, _format="csv"), get(service, NAMES, _format="csv-bom")
    assert marked.type == "text/csv"
    assert marked.body == b"\xef\xbb\xbf" + plain.body


TRICKY = """SELECT ?x WHERE { BIND("it's \\\"quoted\\\" \\\\ $HOME `x` )-\\" 長" AS ?x) # \\"\"\"\"
}"""


@pytest.mark.parametrize(
    ("text", "kind", "told"),
    [
        (TRICKY, "solutions", ("it's", "$HOME `x` )-", "長")),
        ("ASK { ?x a <https://w3id.org/sasaeai/ns#Council> }", "boolean", ("rue",)),
        (
            'CONSTRUCT { ?x ?y "\'" } WHERE { GRAPH ?g { ?x ?y "132241" } }',
            "graph",
            ("<https://w3id.org/sasaeai/id/132241>",),
        ),
    ],
)
def test_what_can_be_copied_asks_the_very_same(service: Service, text: str, kind: str, told: tuple[str, ...]) -> None:
    copied = dict(editor.copies(f"{service.url}/sparql", Asked(text), kind))
    shell = subprocess.run(["bash", "-c", copied["curl"]], capture_output=True, text=True, check=True)
    python = subprocess.run([sys.executable, "-c", copied["Python"]], capture_output=True, text=True, check=True)
    for answer in (shell.stdout, python.stdout):
        assert [word for word in told if word not in answer.replace("\\'", "'")] == []


def test_an_unknown_example_is_not_found(service: Service) -> None:
    assert ask(f"{service.url}/sparql?example=no-such", Accept="text/html").status == 404


def test_the_address_of_the_settings_stands_in_what_is_copied() -> None:
    running = start_service(public_base="https://sasaeai.example/")
    try:
        text = get(running, 'SELECT ("\\"\\"\\"" AS ?x) {}', "text/html").body.decode()
    finally:
        stop_service(running)
    assert "curl -sS https://sasaeai.example/sparql" in text
    assert "127.0.0.1" not in text


def test_the_lock_names_no_host_and_the_editor_carries_its_licences() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    assert [name for name, each in lock["packages"].items() if "resolved" in each] == []
    assert "registry" not in (ROOT / "package-lock.json").read_text("utf-8")
    assert lock["packages"]["node_modules/@zazuko/yasgui"]["version"] == "4.6.2"
    if EDITOR.exists():
        licences = EDITOR.with_name("LICENSES.txt").read_text("utf-8")
        assert "YASGUI" in licences
        assert "Marijn Haverbeke" in licences
