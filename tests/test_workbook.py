"""The door to Excel: what goes in as text comes out as text."""

import io

import pytest
from openpyxl import load_workbook

from sasaeai import workbook


@pytest.mark.parametrize(
    "text", ["=1+1", "+81", "-1", "@SUM(A1)", '=HYPERLINK("https://example.org")', "#N/A", "007", "2020-01-01"]
)
def test_a_text_stays_text_whatever_it_begins_with(text: str) -> None:
    (cell,) = load_workbook(io.BytesIO(workbook.write({"one": [[text]]})))["one"][1]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


def test_a_number_is_a_number_and_nothing_is_an_empty_cell() -> None:
    sheet = load_workbook(io.BytesIO(workbook.write({"one": [["a", "b", "c"], [0, "", 1.5]]})))["one"]
    assert [[cell.value for cell in row] for row in sheet] == [["a", "b", "c"], [0, None, 1.5]]


def test_the_same_tables_make_the_same_bytes() -> None:
    tables = {"one": [["論点"], ["層"]], "two": [["x"]]}
    assert workbook.write(tables) == workbook.write(tables)
    book = load_workbook(io.BytesIO(workbook.write(tables)))
    assert (book.sheetnames, book.properties.creator) == (["one", "two"], "Sasaeai")


def test_what_a_cell_cannot_hold_is_replaced_or_cut_with_a_mark() -> None:
    sheet = load_workbook(io.BytesIO(workbook.write({"one": [["a\x07b", "x" * 40000]]})))["one"]
    assert sheet["A1"].value == "a\ufffdb"
    assert sheet["B1"].value == "x" * 32766 + "…"
