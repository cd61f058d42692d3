"""The desk's pages, as a city's staff with a spreadsheet program and a reviewer use them."""

import io
import json
import re
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from playwright.sync_api import Browser, BrowserContext, Download, FilePayload, Page, expect

from sasaeai.desk import Desk, tokens
from sasaeai.formats import WORKBOOK

from .conftest import Service, start_service, stop_service
from .test_every_page import DESK
from .test_sparql import ask

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
    return browser.new_context(java_script_enabled=False, locale="ja-JP", viewport=DESK, accept_downloads=True)  # type: ignore[arg-type]


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
        "見出し(英語)": "Aoi Ward council, first meeting",
        "協議体": WARD_COUNCIL,
        "年度": "令和6年度",
        "開催日": day,
        "状況": "開催・実施済み",
        "根拠(原文の抜粋)": WARD_COUNCIL,
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
        staff.get_by_role("link", name="Excelの様式(記入済み)").click()
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
    expect(change).to_contain_text("2024年7月10日(令和6年7月10日)")
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
