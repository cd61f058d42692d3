"""The desk's pages, as a city's staff with a spreadsheet program and a reviewer use them."""

import io
import json
import re
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from playwright.sync_api import Browser, BrowserContext, Page, expect

from sasaeai.desk import Desk, tokens
from sasaeai.formats import WORKBOOK

from .conftest import Service, start_service, stop_service
from .test_every_page import DESK
from .test_sparql import ask

SHIZUOKA, TAMA = "221007", "132241"
MEETING = "葵区地域支え合いネットワーク会議 第1回"
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


def saved(book: openpyxl.Workbook) -> dict[str, Any]:
    written = io.BytesIO()
    book.save(written)
    return {"name": "静岡市.xlsx", "mimeType": WORKBOOK.media_type, "buffer": written.getvalue()}


@pytest.mark.slow
def test_a_ward_council_s_meeting_goes_from_a_spreadsheet_to_the_city_s_page(
    browser: Browser, service: Service, shown: dict[str, str], tmp_path: Path
) -> None:
    staff = reader(browser).new_page()
    # The workbook, from the city's page.
    staff.goto(f"{service.url}/doc/{SHIZUOKA}")
    with staff.expect_download() as download:
        staff.get_by_role("link", name="Excelの様式(記入済み)").click()
    download.value.save_as(tmp_path / "city.xlsx")
    book = openpyxl.load_workbook(tmp_path / "city.xlsx")
    sheet, row = book["会議"], 6
    fill(
        sheet,
        row,
        **{
            "出典": str(book["協議体"].cell(2, 2).value),
            "見出し": MEETING,
            "見出し(英語)": "Aoi Ward council, first meeting",
            "協議体": WARD_COUNCIL,
            "年度": "令和6年度",
            "開催日": "令和6年6月31日",
            "状況": "開催・実施済み",
            "根拠(原文の抜粋)": WARD_COUNCIL,
        },
    )
    # Handed in with a date that is none.
    staff.get_by_role("link", name="修正・追加を提出").click()
    sign_in(staff, shown["静岡市 担当"])
    expect(staff.locator("h1")).to_contain_text("静岡市の申請")
    staff.get_by_label("提出するファイル").set_input_files(saved(book))
    staff.get_by_role("button", name="検証して提出する").click()
    expect(staff.locator("h1")).to_have_text("まだ受け付けていません")
    wrong = staff.locator(".findings tbody tr", has_text="会議!N6")
    expect(wrong).to_contain_text("令和6年6月31日")
    # The own file, with a comment at that cell.
    with staff.expect_download() as download:
        staff.get_by_role("link", name="コメント付きで受け取る").click()
    download.value.save_as(tmp_path / "commented.xlsx")
    book = openpyxl.load_workbook(tmp_path / "commented.xlsx")
    assert book["会議"]["N6"].comment
    assert [cell.coordinate for line in book["会議"] for cell in line if cell.comment] == ["N6"]
    # Mended there, and handed in.
    fill(book["会議"], row, 開催日="令和6年7月10日")
    staff.get_by_label("提出するファイル").set_input_files(saved(book))
    staff.get_by_role("button", name="検証して提出する").click()
    expect(staff).to_have_url(re.compile("/submissions/[0-9a-f]{32}$"))
    receipt = staff.url
    expect(staff.get_by_role("status")).to_contain_text("審査を待っています")
    expect(staff.locator(".change")).to_have_count(1)
    assert not ask(f"{service.url}/doc/{SHIZUOKA}", Accept="text/html").body.decode().count(MEETING)

    # Looked at and accepted.
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

    # Seen by its sender, and by everybody.
    staff.reload()
    expect(staff.get_by_role("status")).to_contain_text("受理され、公開されました")
    public = reader(browser).new_page()
    public.goto(f"{service.url}/lists/meetings?m={SHIZUOKA}")
    expect(public.get_by_role("link", name=MEETING)).to_be_visible()
    public.goto(f"{service.url}/doc/{SHIZUOKA}")
    expect(public.locator("main")).to_contain_text(MEETING)
    query = f'ASK {{ ?x <https://schema.org/startDate> "2024-07-10"^^<http://www.w3.org/2001/XMLSchema#date> ; ?p "{MEETING}"@ja }}'
    answer = ask(f"{service.url}/sparql?query={urllib.parse.quote(query)}", Accept="application/sparql-results+json")
    assert json.loads(answer.body)["boolean"] is True
    public.goto(f"{service.url}/compare?m={SHIZUOKA}&m={TAMA}")
    expect(public.locator("#meetings-a-year, #meetings").first).to_contain_text("令和6年度")
