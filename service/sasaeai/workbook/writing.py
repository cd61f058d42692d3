"""Workbooks, written from tables of text and numbers.

What strangers wrote stays text: no cell is ever a formula, whatever it begins with. The same tables make the same
bytes.
"""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

Table = Sequence[Sequence[str | int | float | date]]
"""The rows of a sheet, the first of them its head; '' is an empty cell, and numbers and days are what they are."""


@dataclass(frozen=True)
class Help:
    """Help whoever fills in a column: words shown at each of its cells, and the values to choose from, if any.

    `choices` is a formula such as 'コード表'!$A$2:$A$9. Another value may still be typed.
    """

    title: str
    text: str
    choices: str = ""


@dataclass(frozen=True)
class Note:
    """Say something of a cell, as a comment on it; the cell is coloured."""

    row: int
    column: int
    text: str
    grave: bool = True


_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""What no XML 1.0 document, and so no workbook, can hold."""

_LONGEST = 32767
"""Characters of a cell: Excel takes no more."""

_LAST_ROW = 3000
"""The last row whose cells are helped with: more than any city has of one kind."""

_TEXT = "@"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_TIMES = re.compile(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>")


def write(
    sheets: Mapping[str, Table],
    widths: Mapping[str, Sequence[int]] | None = None,
    helps: Mapping[str, Sequence[Help]] | None = None,
) -> bytes:
    """Write a workbook (xlsx) with a sheet for each table by its title; its head is bold and stays in view.

    `widths` are those of a sheet's columns, in characters; `helps` are for those who fill the columns in, whose cells
    then keep what is typed as text.
    """
    book = Workbook()
    book.properties.creator = "Sasaeai"
    del book["Sheet"]
    for title, table in sheets.items():
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "B2"
        for number, row in enumerate(table, 1):
            for place, value in enumerate(row, 1):
                if value != "":
                    fill(sheet.cell(number, place), value, head=number == 1)
        for place, width in enumerate((widths or {}).get(title, ()), 1):
            sheet.column_dimensions[get_column_letter(place)].width = width
        for place, each in enumerate((helps or {}).get(title, ()), 1):
            _help(sheet, place, each)
    return saved(book)


def saved(book: Workbook) -> bytes:
    """Return the bytes of a workbook, the same whenever it is saved."""
    written = io.BytesIO()
    book.save(written)
    return _timeless(written.getvalue())


def _help(sheet: Worksheet, place: int, given: Help) -> None:
    """Show words at the cells of a column, and a list to choose from; a cell typed as 1-2 is not to become a date."""
    letter = get_column_letter(place)
    rule = DataValidation(
        type="list" if given.choices else None,
        formula1=given.choices or None,
        allow_blank=True,
        promptTitle=given.title[:32],
        prompt=given.text[:255],
        showInputMessage=True,
        showErrorMessage=False,
    )
    sheet.add_data_validation(rule)
    rule.add(f"{letter}2:{letter}{_LAST_ROW}")
    sheet.column_dimensions[letter].number_format = _TEXT
    for (cell,) in sheet[f"{letter}2:{letter}{max(sheet.max_row, 2)}"]:
        if isinstance(cell.value, str):
            cell.number_format = _TEXT


def fill(cell: Cell, value: str | int | float | date, *, head: bool) -> None:
    """Put a value into a cell, a text as text whatever it begins with."""
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    if head:
        cell.font = Font(bold=True)
    if not isinstance(value, str):
        cell.value = value
        if isinstance(value, date):
            cell.number_format = "yyyy-mm-dd"
        return
    text = _ILLEGAL.sub("\ufffd", value)
    cell.value = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    # A text that begins with = would be taken for a formula; quoted, it stays text when somebody edits the cell.
    cell.data_type = "s"
    cell.quotePrefix = True


def _timeless(book: bytes) -> bytes:
    """Take the time of writing out of a workbook and of the archive it is."""
    timeless = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(timeless, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = _TIMES.sub(b"", content)
            new.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return timeless.getvalue()
