"""Somebody's workbook given back: comments on its cells, a sheet of findings, nothing that tells who wrote it."""

import io
import re
from collections.abc import Mapping, Sequence

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.packaging.core import DocumentProperties
from openpyxl.styles import PatternFill

from sasaeai.workbook.opening import Grid, is_workbook
from sasaeai.workbook.writing import Note, Table, fill, saved

AUTHOR = "Sasaeai"
_UNFIT = re.compile(r"[\[\]:*?/\\]")
_LONGEST = 31
"""What the title of a sheet cannot have, and how long it can be."""

_GRAVE = PatternFill("solid", fgColor="FFD8D8")
_LIGHT = PatternFill("solid", fgColor="FFF4CC")
_WIDE, _HIGH = 380, 160
"""The size of a comment, in pixels."""


def annotated(
    content: bytes, grids: Sequence[Grid], notes: Mapping[str, Sequence[Note]], found: tuple[str, Table]
) -> bytes:
    """Return a workbook with comments, by sheet, and a first sheet (title and table); of CSV files, a new workbook.

    Links to other files, macros and the document's properties are left out.
    """
    book = load_workbook(io.BytesIO(content), keep_links=False) if is_workbook(content) else _rewritten(grids)
    title, table = found
    if title in book.sheetnames:
        del book[title]
    for name, each in notes.items():
        if name in book.sheetnames:
            for note in each:
                cell = book[name].cell(max(note.row, 1), max(note.column, 1))
                if isinstance(cell, Cell):
                    _comment(cell, note)
    sheet = book.create_sheet(title, 0)
    sheet.freeze_panes = "A2"
    for number, row in enumerate(table, 1):
        for place, value in enumerate(row, 1):
            if value != "":
                fill(sheet.cell(number, place), value, head=number == 1)
    for letter, width in zip("ABCDEFGH", (24, 20, 24, 10, 60, 24, 30, 10), strict=True):
        sheet.column_dimensions[letter].width = width
    book.active = 0
    book.properties = DocumentProperties()
    return saved(book)


def _rewritten(grids: Sequence[Grid]) -> Workbook:
    """Make a workbook of tables that came in files of their own."""
    book = Workbook()
    del book["Sheet"]
    for grid in grids:
        sheet = book.create_sheet(_UNFIT.sub("_", grid.title)[:_LONGEST])
        for number, row in enumerate(grid.rows, 1):
            for place, value in enumerate(row, 1):
                if value not in ("", None):
                    fill(sheet.cell(number, place), str(value), head=False)
    return book


def _comment(cell: Cell, note: Note) -> None:
    text = f"{cell.comment.text}\n\n{note.text}" if cell.comment else note.text
    cell.comment = Comment(text, AUTHOR, width=_WIDE, height=_HIGH)
    cell.fill = _GRAVE if note.grave else _LIGHT
