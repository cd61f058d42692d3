"""The desk's pages, as a city's staff with a spreadsheet program and a reviewer use them."""

import base64
import contextlib
import http.client
import io
import json
import re
import urllib.parse
from collections.abc import Iterator
from dataclasses import replace
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import html5lib
import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from openpyxl.worksheet.worksheet import Worksheet
from playwright.sync_api import Browser, BrowserContext, Download, FilePayload, Page, expect
from rdflib import URIRef

from sasaeai import publish
from sasaeai.desk import Desk, audit, sessions, submissions, tokens
from sasaeai.formats import WORKBOOK
from sasaeai.repository import Repository
from sasaeai.settings import Settings
from sasaeai.store.local import LocalStore
from sasaeai.vocabulary import ID, SAS
from sasaeai.web import create_app

from .conftest import ROOT, Service, start_service, stop_service
from .patience import PATIENCE
from .test_every_page import DESK as VIEW
from .test_every_page import OPTIONS, PHONE, reach
from .test_openapi import patiently
from .test_publish import COUNCIL, PAGE, changed, handed, organisation, renamed
from .test_sparql import Reply, ask
from .test_validate import submit

SHIZUOKA, TAMA = "221007", "132241"
MEETING = "葵区地域支え合いネットワーク会議 第1回"
ROW = 6
WARD_COUNCIL = "葵区地域支え合いネットワーク会議"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("state"))


@pytest.fixture(scope="module")
def service(desk: Desk) -> Iterator[Service]:
    running = start_service(state=str(desk.state), refused_tokens="5")
    yield running
    stop_service(running)


@pytest.fixture(scope="module")
def shown(desk: Desk) -> dict[str, str]:
    """What the bearers of tokens show: two cities and a reviewer."""
    whose = {"静岡市 担当": SHIZUOKA, "多摩市 担当": TAMA, "審査者": ""}
    return {name: tokens.make(desk, name, city, "the operator") for name, city in whose.items()}


def reader(browser: Browser) -> BrowserContext:
    """Somebody with a browser of his own, without a script."""
    return browser.new_context(java_script_enabled=False, locale="ja-JP", viewport=VIEW, accept_downloads=True)  # type: ignore[arg-type]


def sign_in(page: Page, token: str) -> None:
    page.get_by_label("トークン", exact=True).fill(token)
    page.get_by_role("button", name="サインイン").click()


def fill(sheet: Worksheet, row: int, **said: str) -> None:
    """Write into a row by the headings, as somebody types."""
    heads = {str(cell.value): place for place, cell in enumerate(sheet[1], 1)}
    for heading, value in said.items():
        sheet.cell(row, heads[heading], value)


def saved(book: openpyxl.Workbook) -> FilePayload:
    written = io.BytesIO()
    book.save(written)
    return {"name": "静岡市.xlsx", "mimeType": WORKBOOK.media_type, "buffer": written.getvalue()}


def opened(download: Download, folder: Path) -> openpyxl.Workbook:
    """Open in a spreadsheet program what was downloaded."""
    download.save_as(folder / download.suggested_filename)
    return openpyxl.load_workbook(folder / download.suggested_filename)


def hand_in(page: Page, book: openpyxl.Workbook) -> None:
    page.get_by_label("提出するファイル").set_input_files(saved(book))
    page.get_by_role("button", name="検証して提出する").click()


def with_a_meeting(book: openpyxl.Workbook, day: str) -> openpyxl.Workbook:
    """Add a meeting of a ward's council, in the first empty row."""
    said = {
        "出典": str(book["協議体"].cell(2, 2).value),
        "見出し": MEETING,
        "見出し（英語）": "Aoi Ward council, first meeting",
        "協議体": WARD_COUNCIL,
        "年度": "令和6年度",
        "開催日": day,
        "状況": "開催・実施済み",
        "根拠（原文の抜粋）": WARD_COUNCIL,
    }
    fill(book["会議"], ROW, **said)
    return book


@pytest.mark.slow
def test_a_ward_council_s_meeting_goes_from_a_spreadsheet_to_the_city_s_page(
    browser: Browser, service: Service, shown: dict[str, str], tmp_path: Path
) -> None:
    staff = reader(browser).new_page()
    staff.goto(f"{service.url}/doc/{SHIZUOKA}")
    with staff.expect_download() as download:
        staff.get_by_role("link", name="Excelの様式（記入済み）").click()
    book = with_a_meeting(opened(download.value, tmp_path), "令和6年6月31日")
    # Handed in with a date that is none: the wrong cell is shown, and the own file comes back with a comment there.
    staff.get_by_role("link", name="修正・追加を提出").click()
    sign_in(staff, shown["静岡市 担当"])
    expect(staff.locator("h1")).to_contain_text("静岡市の申請")
    hand_in(staff, book)
    expect(staff.locator("h1")).to_have_text("まだ受け付けていません")
    expect(staff.locator(".findings tbody tr", has_text="会議!N6")).to_contain_text("令和6年6月31日")
    with staff.expect_download() as download:
        staff.get_by_role("link", name="コメント付きで受け取る").click()
    book = opened(download.value, tmp_path)
    assert [cell.coordinate for line in book["会議"] for cell in line if cell.comment] == ["N6"]
    # Mended there, and handed in once more.
    fill(book["会議"], ROW, 開催日="令和6年7月10日")
    hand_in(staff, book)
    expect(staff).to_have_url(re.compile("/submissions/[0-9a-f]{32}$"))
    receipt = staff.url
    expect(staff.get_by_role("status")).to_contain_text("審査を待っています")
    expect(staff.locator(".change")).to_have_count(1)
    assert MEETING not in ask(f"{service.url}/lists/meetings?m={SHIZUOKA}", Accept="text/html").body.decode()

    reviewer = reader(browser).new_page()
    reviewer.goto(receipt)
    sign_in(reviewer, shown["審査者"])
    expect(reviewer).to_have_url(receipt)
    change = reviewer.locator(".change")
    expect(change.locator("h4")).to_contain_text(MEETING)
    expect(change).to_contain_text("2024年7月10日（令和6年7月10日）")
    assert "http" not in change.inner_text()
    reviewer.get_by_role("button", name="受理して公開する").click()
    expect(reviewer.get_by_role("status")).to_contain_text("受理され、公開されました")
    staff.reload()
    expect(staff.get_by_role("status")).to_contain_text("受理され、公開されました")

    is_seen_by_everybody(reader(browser).new_page(), service)


def is_seen_by_everybody(page: Page, service: Service) -> None:
    """See the meeting on the city's page, in the list it leads to, in SPARQL and in a comparison."""
    page.goto(f"{service.url}/doc/{SHIZUOKA}")
    meetings = page.get_by_role("region", name="会議の表").locator("tbody tr")
    expect(meetings).to_have_count(1)
    expect(meetings).to_contain_text("令和6年度")
    page.get_by_role("link", name="会議の一覧").click()
    expect(page.get_by_role("link", name=MEETING)).to_be_visible()
    day = '"2024-07-10"^^<http://www.w3.org/2001/XMLSchema#date>'
    query = f'ASK {{ ?x <https://schema.org/startDate> {day} ; ?p "{MEETING}"@ja }}'
    answer = ask(f"{service.url}/sparql?query={urllib.parse.quote(query)}", Accept="application/sparql-results+json")
    assert json.loads(answer.body)["boolean"] is True
    page.goto(f"{service.url}/compare?m={SHIZUOKA}&m={TAMA}")
    expect(page.locator("#meetings")).to_contain_text(MEETING)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["ja", "en"])
def test_nothing_on_the_desk_stands_in_anyones_way(
    browser: Browser, service: Service, shown: dict[str, str], receipt: str, language: str
) -> None:
    view = PHONE if language == "ja" else VIEW
    told(program(service, shown["審査者"]).ask(f"/submissions/{receipt}/accept", {"over": "1"}))
    number = told(program(service, shown["審査者"]).ask(f"/submissions/{receipt}"))["revision"]
    context = browser.new_context(viewport=view, locale=language)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{service.url}/sign-in?lang={language}")
    is_in_nobodys_way(page)
    page.locator("#token").fill(shown["審査者"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/submissions*")
    for path in ("/submissions", f"/submissions/{receipt}", "/revisions", f"/revisions/{number}"):
        page.set_viewport_size(view)  # type: ignore[arg-type]
        reply = page.goto(f"{service.url}{path}?lang={language}")
        assert reply
        assert reply.status == 200
        is_in_nobodys_way(page)
    context.close()


def is_in_nobodys_way(page: Page) -> None:
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    parser.parse(page.content())
    assert parser.errors == []
    found = Axe().run(page, options=OPTIONS).response["violations"]
    assert [(each["id"], [node["html"][:120] for node in each["nodes"][:3]]) for each in found] == []
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.slow
def test_a_reviewer_returns_a_submission_by_the_keyboard(
    browser: Browser, service: Service, shown: dict[str, str], receipt: str
) -> None:
    page = reader(browser).new_page()
    page.goto(f"{service.url}/submissions/{receipt}?lang=ja")
    reach(page, page.get_by_label("トークン", exact=True))
    page.keyboard.type(shown["審査者"])
    page.keyboard.press("Enter")
    reach(page, page.get_by_label("差し戻すときの意見"))
    page.keyboard.type("根拠を書いてください")
    reach(page, page.get_by_role("button", name="意見を付けて差し戻す"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("差し戻されました")
    expect(page.locator(".comment")).to_contain_text("根拠を書いてください")


# Programs, and those who mean harm


class Visitor:
    """Somebody at an address of this machine, who keeps cookies and follows no redirection by himself."""

    def __init__(self, service: Service, source: str = "127.0.0.1", **headers: str) -> None:
        self.service, self.source = service, source
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.cookies: dict[str, str] = {}
        self.given = SimpleCookie()

    def ask(self, path: str, fields: dict[str, str] | None = None, method: str = "", **headers: str) -> Reply:
        place = self.service.url.removeprefix("http://")
        body = None if fields is None else urllib.parse.urlencode(fields)
        said = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **self.headers}
        said |= {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            said["Content-Type"] = "application/x-www-form-urlencoded"
        with contextlib.closing(
            http.client.HTTPConnection(place, timeout=PATIENCE, source_address=(self.source, 0))
        ) as line:
            line.request(method or ("GET" if body is None else "POST"), path, body, said)
            answer = line.getresponse()
            reply = Reply(answer.status, answer.headers, answer.read())
        self.given = SimpleCookie()
        for each in reply.headers.get_all("Set-Cookie", []):
            self.given.load(each)
        self.cookies |= {name: morsel.value for name, morsel in self.given.items()}
        return reply

    def post(self, path: str, on: str = "/submissions", **fields: str) -> Reply:
        """Send the form of a page."""
        return self.ask(path, {"proof": self.proof(on), **fields})

    def proof(self, on: str = "/submissions") -> str:
        found = re.search('name="proof" value="([0-9a-f]{64})"', self.ask(on).body.decode())
        assert found
        return found[1]

    def sign_in(self, token: str, **fields: str) -> Reply:
        return self.post("/sign-in", "/sign-in", token=token, **fields)


def person(service: Service, token: str = "", **more: str) -> Visitor:
    """Somebody with a browser, signed in if he has a token."""
    visitor = Visitor(service, Accept="text/html", **more)
    if token:
        assert visitor.sign_in(token).status == 303
    return visitor


def program(service: Service, token: str) -> Visitor:
    return Visitor(service, Authorization=f"Bearer {token}")


@pytest.fixture
def held(desk: Desk) -> Repository:
    return Repository(ROOT, desk.state)


@pytest.fixture
def receipt(desk: Desk, held: Repository, shown: dict[str, str]) -> str:
    """A submission of Tama's that waits: one more name of its council."""
    name = f"新しい名称{len(submissions.every(desk))}"
    return publish.submit(desk, held, tokens.bearer(desk, shown["多摩市 担当"]), handed(renamed(held, name)))


def told(reply: Reply, status: int = 200) -> Any:
    assert (reply.status, reply.type) == (status, "application/json"), reply.body
    return json.loads(reply.body)


def is_refused(reply: Reply, status: int, key: str) -> bool:
    return (reply.status, json.loads(reply.body)["type"].rpartition("#")[2]) == (status, key)


def test_who_signs_in_gets_a_cookie_that_neither_scripts_nor_other_sites_use(
    service: Service, shown: dict[str, str]
) -> None:
    visitor = person(service)
    reply = visitor.sign_in(shown["多摩市 担当"])
    assert (reply.status, reply.headers["Location"]) == (303, "/submissions")
    (cookie,) = visitor.given.values()
    assert (cookie.key, cookie["httponly"], cookie["samesite"], cookie["path"]) == ("sasaeai-desk", True, "Lax", "/")
    assert not cookie["secure"]  # at this machine
    assert "多摩市" in visitor.ask("/submissions").body.decode()
    # Through a proxy, whatever it is, the cookie goes over HTTPS only.
    away = person(service, X_Forwarded_For="192.0.2.1")
    away.ask("/sign-in")
    (cookie,) = away.given.values()
    assert (cookie.key, bool(cookie["secure"]), cookie["domain"]) == ("__Host-sasaeai-desk", True, "")


def test_nobody_keeps_what_the_desk_answers(service: Service, shown: dict[str, str], receipt: str) -> None:
    visitor = person(service, shown["多摩市 担当"])
    paths = ["/sign-in", "/submissions", f"/submissions/{receipt}", f"/submissions/{receipt}/file", "/revisions"]
    for path in [*paths, "/submissions/none", "/revisions/999999"]:
        assert visitor.ask(path).headers["Cache-Control"] == "no-store", path
        assert person(service).ask(path).headers["Cache-Control"] == "no-store", path
    assert person(service).ask("/sign-in").body != person(service).ask("/sign-in").body


def test_what_is_not_for_strangers_leads_them_to_sign_in(service: Service, receipt: str) -> None:
    for path in ("/submissions", f"/submissions/{receipt}", "/revisions", "/revisions/1"):
        reply = person(service).ask(path)
        assert (reply.status, reply.headers["Location"]) == (303, f"/sign-in?to={urllib.parse.quote(path, safe='')}")
        refused = Visitor(service).ask(path)
        assert is_refused(refused, 401, "sign-in-needed")
        assert refused.headers["WWW-Authenticate"] == "Bearer"
    for path in (f"/submissions/{receipt}/accept", f"/submissions/{receipt}/return", "/revisions/1/restore"):
        assert is_refused(Visitor(service).ask(path, {}), 401, "sign-in-needed")


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example/", "/\\evil.example", "/submissions\r\nSet-Cookie: a=b", "/doc/1"]
)
def test_signing_in_leads_nowhere_else(service: Service, shown: dict[str, str], to: str) -> None:
    reply = person(service).sign_in(shown["多摩市 担当"], to=to)
    assert (reply.status, reply.headers["Location"]) == (303, "/submissions")
    assert len(reply.headers.get_all("Set-Cookie", [])) == 1


@pytest.mark.slow
def test_what_a_city_s_staff_look_at_leads_to_the_desk(service: Service) -> None:
    workbook = patiently(f"{service.url}/template/{TAMA}.xlsx").body
    clean = submit(service, "多摩市.xlsx", workbook, accept="text/html")
    pages = [clean, *(ask(f"{service.url}{path}", Accept="text/html") for path in ("/validate", f"/doc/{TAMA}"))]
    for page in pages:
        assert page.status == 200
        main = html5lib.parse(page.body.decode(), namespaceHTMLElements=False).find(".//main")
        assert main is not None
        assert "/submissions" in [each.get("href") for each in main.iter("a")]


def test_a_token_is_taken_from_no_address(service: Service, shown: dict[str, str]) -> None:
    token = shown["審査者"]
    visitor = person(service)
    for path in (f"/submissions?token={token}", f"/sign-in?token={token}&to=/submissions"):
        assert visitor.ask(path).status in {200, 303}
    assert visitor.post(f"/sign-in?token={token}", "/sign-in").status == 401
    assert visitor.ask("/submissions").status == 303


def test_tokens_cannot_be_tried_without_end(service: Service, shown: dict[str, str]) -> None:
    guesser = Visitor(service, "127.0.0.77")
    number = shown["審査者"].partition(".")[0]
    tries = [guesser.ask("/submissions", Authorization=f"Bearer {number}.guess-{each}") for each in range(20)]
    assert [reply.status for reply in tries[:5]] == [401] * 5
    assert tries[-1].status == 429
    assert tries[-1].headers["Retry-After"]
    # Nor on the page, nor with the right one then; others are not kept out.
    assert guesser.sign_in(shown["審査者"]).status == 429
    assert program(service, shown["審査者"]).ask("/submissions").status == 200


def test_a_session_is_never_one_that_was_there_before(service: Service, shown: dict[str, str]) -> None:
    victim = person(service)
    victim.cookies["sasaeai-desk"] = "planted"
    assert victim.sign_in(shown["多摩市 担当"]).status == 303
    assert victim.cookies["sasaeai-desk"] != "planted"
    attacker = person(service)
    attacker.cookies["sasaeai-desk"] = "planted"
    assert attacker.ask("/submissions").status == 303
    # Signing in once more ends the session before.
    before = victim.cookies["sasaeai-desk"]
    victim.sign_in(shown["静岡市 担当"])
    attacker.cookies["sasaeai-desk"] = before
    assert attacker.ask("/submissions").status == 303


def test_a_form_of_another_site_does_nothing(service: Service, shown: dict[str, str], desk: Desk, receipt: str) -> None:
    reviewer, stranger = person(service, shown["審査者"]), person(service, shown["静岡市 担当"])
    forged = {"comment": "x", "over": "1", "token": shown["静岡市 担当"]}
    for path in (f"/submissions/{receipt}/accept", f"/submissions/{receipt}/return", "/sign-out", "/sign-in"):
        for proof in ({}, {"proof": ""}, {"proof": stranger.proof()}, {"proof": "ü"}):
            assert reviewer.ask(path, forged | proof).status == 400, path
    assert person(service).ask("/sign-in", forged).status == 400
    assert submissions.find(desk, receipt).state == submissions.RECEIVED
    assert reviewer.ask("/submissions").status == 200


def test_credentials_that_another_site_can_have_sent_prove_nothing(
    service: Service, shown: dict[str, str], desk: Desk, receipt: str
) -> None:
    reviewer = person(service, shown["審査者"])
    sent = {"Authorization": f"Basic {base64.b64encode(shown['審査者'].encode()).decode()}", "Accept": "*/*"}
    for path in ("/sign-out", "/sign-in"):
        assert reviewer.ask(path, {"token": shown["静岡市 担当"]}, **sent).status == 400
    for path in (f"/submissions/{receipt}/accept", f"/submissions/{receipt}/return"):
        assert is_refused(reviewer.ask(path, {"comment": "x", "over": "1"}, **sent), 401, "sign-in-needed")
    assert submissions.find(desk, receipt).state == submissions.RECEIVED
    assert "審査者" in reviewer.ask("/submissions").body.decode()


def test_a_program_that_hands_in_is_given_its_receipt(
    service: Service, shown: dict[str, str], held: Repository, desk: Desk
) -> None:
    name = f"新しい名称{len(submissions.every(desk))}"
    content = renamed(held, name)[PAGE]
    bearer = f"Bearer {shown['多摩市 担当']}"
    reply = ask(f"{service.url}/submissions", data=content, Content_Type="text/turtle", Authorization=bearer)
    given = told(reply, 201)
    assert given["state"] == "received"
    assert reply.headers["Location"] == f"/submissions/{given['receipt']}"
    assert submissions.find(desk, given["receipt"]).content == content


def test_a_session_ends_by_signing_out_with_its_token_and_after_its_time(
    service: Service, desk: Desk, shown: dict[str, str]
) -> None:
    visitor = person(service, shown["多摩市 担当"])
    stolen = dict(visitor.cookies)
    assert visitor.post("/sign-out").status == 303
    visitor.cookies = stolen
    assert visitor.ask("/submissions").status == 303

    other = person(service, tokens.make(desk, "leaving", TAMA, "the operator"))
    assert other.ask("/submissions").status == 200
    tokens.revoke(desk, "leaving", "the operator")
    assert other.ask("/submissions").status == 303

    secret = sessions.begin(desk, shown["多摩市 担当"], 0)
    assert sessions.bearer(desk, secret) is None


def test_a_city_sees_and_touches_nothing_of_another(
    service: Service, shown: dict[str, str], desk: Desk, receipt: str
) -> None:
    for other in (person(service, shown["静岡市 担当"]), program(service, shown["静岡市 担当"])):
        for path in (f"/submissions/{receipt}", f"/submissions/{receipt}/file"):
            assert other.ask(path).status == 404
        assert receipt not in other.ask("/submissions").body.decode()
        assert other.ask(f"/revisions?m={TAMA}").status == 403
        for path in (f"/submissions/{receipt}/accept", f"/submissions/{receipt}/return"):
            proof = {} if "Authorization" in other.headers else {"proof": other.proof()}
            assert other.ask(path, {"comment": "x", **proof}).status == 404
    own = program(service, shown["多摩市 担当"])
    assert is_refused(own.ask(f"/submissions/{receipt}/accept", {}), 403, "reviewers-only")
    assert is_refused(own.ask(f"/submissions/{receipt}/return", {"comment": "x"}), 403, "reviewers-only")
    assert submissions.find(desk, receipt).state == submissions.RECEIVED


def test_the_file_comes_back_as_it_was_sent_under_a_name_that_is_no_header(
    service: Service, desk: Desk, held: Repository, shown: dict[str, str]
) -> None:
    name = '多摩"\r\nSet-Cookie: a=b\r\n.xlsx'
    file = replace(handed(renamed(held, "ファイル名")), name=name)
    receipt = publish.submit(desk, held, tokens.bearer(desk, shown["多摩市 担当"]), file)
    reply = program(service, shown["審査者"]).ask(f"/submissions/{receipt}/file")
    assert (reply.status, reply.type, reply.body) == (200, "application/octet-stream", b"bytes")
    assert "Set-Cookie" not in reply.headers
    assert reply.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E5%A4%9A%E6%91%A9%22%0D%0A")
    assert ("審査者", "upload read", receipt) in [(each.who, each.what, each.about) for each in audit.entries(desk)]


def test_a_program_hands_in_looks_and_decides(service: Service, shown: dict[str, str], receipt: str) -> None:
    city, reviewer = program(service, shown["多摩市 担当"]), program(service, shown["審査者"])
    assert receipt in [each["receipt"] for each in told(city.ask("/submissions"))["submissions"]]
    said = told(reviewer.ask(f"/submissions/{receipt}"))
    (change,) = said["review"]["changes"]
    assert change["added"]
    assert "新しい名称" in change["words"]["ja"]
    assert "http" not in change["words"]["ja"] + change["words"]["en"]
    assert is_refused(reviewer.ask(f"/submissions/{receipt}/return", {"comment": " "}), 422, "no-comment")
    comment = "出典を確かめてください <script>"
    assert told(reviewer.ask(f"/submissions/{receipt}/return", {"comment": comment}))["state"] == "returned"
    assert told(city.ask(f"/submissions/{receipt}"))["comment"] == comment
    page = person(service, shown["多摩市 担当"]).ask(f"/submissions/{receipt}").body.decode()
    assert "出典を確かめてください &lt;script&gt;" in page
    assert is_refused(reviewer.ask(f"/submissions/{receipt}/accept", {}), 409, "already-decided")


def test_submissions_and_revisions_come_in_pages_that_lead_to_one_another(
    service: Service, desk: Desk, held: Repository, shown: dict[str, str], receipt: str
) -> None:
    reviewer, reading = program(service, shown["審査者"]), person(service, shown["審査者"])
    told(reviewer.ask(f"/submissions/{receipt}/accept", {}))
    sender = tokens.bearer(desk, shown["多摩市 担当"])
    for count in range(2):
        publish.submit(desk, held, sender, handed(renamed(held, f"続く名称{count}")))
    for path, name, key in (("/submissions", "submissions", "receipt"), ("/revisions", "revisions", "number")):
        whole = told(reviewer.ask(f"{path}?limit=200"))
        gone, at = [], f"{path}?limit=1"
        while at:
            reply = reviewer.ask(at)
            assert told(reply)["total"] == whole["total"] == len(whole[name])
            gone += [each[key] for each in told(reply)[name]]
            following = re.search(r'<([^>]*)>; rel="next"', reply.headers["Link"])
            at = following[1].removeprefix(service.url) if following else ""
        assert gone == [each[key] for each in whole[name]]
        last = len(gone)
        assert f'page={last}>; rel="last"' in reviewer.ask(f"{path}?limit=1").headers["Link"]
        assert is_refused(reviewer.ask(f"{path}?limit=1&page={last + 1}"), 404, "no-such-page")
        assert is_refused(reviewer.ask(f"{path}?page=x"), 400, "bad-parameter")
    states = [each["state"] for each in told(reviewer.ask("/submissions?limit=200"))["submissions"]]
    assert states == sorted(states, key=lambda state: state != "received")
    assert 'rel="next"' in reading.ask("/submissions?limit=1").body.decode()
    later = reading.ask(f"/submissions?limit=1&page={len(states)}").body.decode()
    assert "審査を待っているもの" not in later
    assert "決定されたもの" in later


def test_what_was_accepted_is_what_the_next_file_is_held_against(
    service: Service, held: Repository, shown: dict[str, str], receipt: str
) -> None:
    reviewer = program(service, shown["審査者"])
    known = told(reviewer.ask(f"/submissions/{receipt}"))["review"]["changes"][0]["words"]["ja"].rpartition("：")[2]
    assert told(reviewer.ask(f"/submissions/{receipt}/accept", {}))["state"] == "accepted"
    version = ask(f"{service.url}/readyz").body.decode().split()[1]
    given = patiently(f"{service.url}/template/{TAMA}.xlsx")
    assert (given.headers["X-Dataset-Version"], version) == (version, held.version())
    cells = [str(cell.value) for row in openpyxl.load_workbook(io.BytesIO(given.body))["協議体"] for cell in row]
    assert any(known in each for each in cells)


def test_revisions_are_listed_read_compared_and_restored(
    service: Service, desk: Desk, held: Repository, shown: dict[str, str], receipt: str
) -> None:
    city, reviewer = program(service, shown["多摩市 担当"]), program(service, shown["審査者"])
    told(reviewer.ask(f"/submissions/{receipt}/accept", {}))
    number = told(reviewer.ask(f"/submissions/{receipt}"))["revision"]
    listed = told(city.ask("/revisions"))["revisions"]
    assert (listed[0]["number"], listed[0]["submission"]) == (number, receipt)
    (change,) = told(city.ask(f"/revisions/{number}"))["changes"]
    assert change["added"]
    everything = told(city.ask(f"/revisions/{number}?from=all"))["changes"]
    assert len(everything) > 100
    assert all(each["added"] for each in everything)
    assert told(city.ask(f"/revisions/{number}?from={number}"))["changes"] == []
    assert is_refused(city.ask(f"/revisions/{number}?from=x"), 400, "bad-parameter")
    assert is_refused(city.ask(f"/revisions/{number}?from=999999"), 404, "unknown-revision")
    assert is_refused(city.ask(f"/revisions/{2**63}"), 404, "not-found")
    assert is_refused(program(service, shown["静岡市 担当"]).ask(f"/revisions/{number}"), 403, "another-city")
    assert is_refused(city.ask(f"/revisions/{number}/restore", {}), 403, "reviewers-only")

    more = publish.submit(desk, held, tokens.bearer(desk, shown["多摩市 担当"]), handed(renamed(held, "また別の名称")))
    told(reviewer.ask(f"/submissions/{more}/accept", {}))
    restored = told(reviewer.ask(f"/revisions/{number}/restore", {}))
    assert restored["restored"] == number
    assert told(city.ask(f"/revisions/{restored['number']}?from={number}"))["changes"] == []
    (undone,) = told(city.ask(f"/revisions/{restored['number']}"))["changes"]
    assert (undone["added"], "また別の名称" in undone["words"]["en"]) == (False, True)
    assert ask(f"{service.url}/readyz").body.decode().split()[1] == held.version()


def test_a_city_that_has_changed_meanwhile_is_accepted_over_only_by_who_says_so(
    service: Service, desk: Desk, held: Repository, shown: dict[str, str], receipt: str
) -> None:
    reviewer = person(service, shown["審査者"])
    more = publish.submit(desk, held, tokens.bearer(desk, shown["多摩市 担当"]), handed(renamed(held, "同時の名称")))
    assert reviewer.post(f"/submissions/{more}/accept").status == 303
    page = reviewer.ask(f"/submissions/{receipt}").body.decode()
    assert 'name="over"' in page
    refused = reviewer.post(f"/submissions/{receipt}/accept")
    assert refused.status == 409
    assert 'role="alert"' in refused.body.decode()
    # The answer to a form leads on from the page it is about, not from where the form was sent to.
    assert f'href="/submissions/{receipt}?lang=en"' in refused.body.decode()
    accepted = reviewer.post(f"/submissions/{receipt}/accept", over="1", comment="確かめました")
    assert accepted.status == 303
    assert submissions.find(desk, receipt).comment == "確かめました"
    assert "確かめました" in person(service, shown["多摩市 担当"]).ask(f"/submissions/{receipt}").body.decode()


@pytest.mark.parametrize("languages", [("en", "ja"), ("ja", "en")])
def test_the_language_somebody_has_chosen_stays_through_every_form(
    service: Service, desk: Desk, shown: dict[str, str], receipt: str, languages: tuple[str, str]
) -> None:
    (browser_s, chosen), held = languages, Repository(ROOT, desk.state)
    somebody = person(service, Accept_Language=browser_s)
    signed_in = somebody.post(f"/sign-in?lang={chosen}", "/sign-in", token=shown["審査者"])
    assert signed_in.headers["Location"] == f"/submissions?lang={chosen}"
    page = somebody.ask(f"/submissions/{receipt}?lang={chosen}").body.decode()
    for step in ("accept", "return"):
        assert f'action="/submissions/{receipt}/{step}?lang={chosen}"' in page
    accepted = somebody.post(f"/submissions/{receipt}/accept?lang={chosen}", over="1")
    assert accepted.headers["Location"] == f"/submissions/{receipt}?lang={chosen}"
    more = publish.submit(
        desk, held, tokens.bearer(desk, shown["多摩市 担当"]), handed(renamed(held, f"{chosen}の名称"))
    )
    refused = somebody.post(f"/submissions/{more}/return?lang={chosen}", comment=" ")
    assert refused.status == 422
    assert f'<html lang="{chosen}"' in refused.body.decode()
    returned = somebody.post(f"/submissions/{more}/return?lang={chosen}", comment="no")
    assert returned.headers["Location"] == f"/submissions/{more}?lang={chosen}"


def test_which_organisation_is_meant_is_the_reviewer_s_choice(
    service: Service, desk: Desk, held: Repository, shown: dict[str, str]
) -> None:
    new, known = f"{ID}{TAMA}/org/otsuka", f"{ID}org/otsuka-pharmaceutical"
    link = (COUNCIL, SAS + "namedWith", URIRef(new))
    graphs = changed(held, lambda said: [*said, *organisation("otsuka", "大塚製薬 (株)多摩"), link])
    receipt = publish.submit(desk, held, tokens.bearer(desk, shown["多摩市 担当"]), handed(graphs))
    reviewer = person(service, shown["審査者"])
    page = html5lib.parse(reviewer.ask(f"/submissions/{receipt}").body.decode(), namespaceHTMLElements=False)
    choices = [each for each in page.iter("input") if each.get("name") == f"same:{new}"]
    assert known in [each.get("value") for each in choices]
    assert choices[-1].get("value") == ""
    assert all(each.get("checked") is None and each.get("required") is not None for each in choices)
    # The sender sees no such choice.
    assert b"same:" not in person(service, shown["多摩市 担当"]).ask(f"/submissions/{receipt}").body
    assert reviewer.post(f"/submissions/{receipt}/accept", **{f"same:{new}": known}).status == 303
    assert new not in held.city(TAMA)[PAGE].decode()


def test_every_action_is_in_the_audit_log(service: Service, desk: Desk, shown: dict[str, str]) -> None:
    person(service, shown["審査者"]).post("/sign-out")
    last = [(each.who, each.what) for each in audit.entries(desk)][-2:]
    assert last == [("審査者", "signed in"), ("審査者", "signed out")]
    everything = json.dumps([vars(each) for each in audit.entries(desk)])
    assert all(token.partition(".")[2] not in everything for token in shown.values())


def test_without_a_desk_nothing_leads_to_one(repository: Repository) -> None:
    client = create_app(Settings(root=ROOT), LocalStore(repository)).test_client()
    for path in ("/sign-in", "/submissions", "/revisions"):
        assert client.get(path).status_code == 404
    assert "/submissions" not in client.get(f"/doc/{TAMA}", headers={"Accept": "text/html"}).text
    assert "/submissions" not in client.get("/about", headers={"Accept": "text/html"}).text
