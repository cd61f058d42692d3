"""Which sheet is which, and which column: found by their words, wherever they were moved and however renamed."""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sasaeai.fields import Column, Fields, Sheet
from sasaeai.fields.names import folded
from sasaeai.intake.findings import Finding, Place, Remark
from sasaeai.intake.layout import FINDINGS, GUIDE, KEY, KIND, LISTS, OTHERS, PROPERTY, SOURCE, VALUE, first_columns
from sasaeai.intake.values import digits
from sasaeai.workbook import Grid, Raw

_LOOKED_AT = 20
"""Rows in which the head is looked for: titles and notes may stand above it."""

_FEWEST = 3
"""Headings by which a sheet is known whose title is not."""

_ALIKE = 0.75
_MARKS = re.compile(r"[*＊※]|【?必須】?|\(必須\)|（必須）")
_COPY = re.compile(r"\(\d+\)$")
_NOTE = re.compile(r"^(※|注[::\d)）]|＊|\*|備考[::]|記入例|例[::])")
_OTHERS_SHEET = Sheet(OTHERS, {}, (), ())


@dataclass
class SheetRead:
    """Hold a sheet as found: what its columns are, and the rows below its head, counted from 1 as in the file."""

    sheet: Sheet
    title: str
    first: dict[str, int] = field(default_factory=dict)
    columns: dict[int, Column] = field(default_factory=dict)
    rows: list[tuple[int, list[Raw]]] = field(default_factory=list)
    unsaved: set[tuple[int, int]] = field(default_factory=set)


def heads(grids: Sequence[Grid], fields: Fields) -> tuple[list[SheetRead], list[SheetRead], list[Finding]]:
    """Find the sheets of a city's workbook, the sheets of other statements, and what there is to say of all of them."""
    findings: list[Finding] = []
    sheets: list[SheetRead] = []
    others: list[SheetRead] = []
    ours = {folded(each[language]) for each in (GUIDE, LISTS, FINDINGS) for language in each}
    for grid in grids:
        if folded(grid.title) in ours or not any(any(map(_filled, row)) for row in grid.rows):
            continue
        if folded(grid.title) in {folded(each) for each in OTHERS.values()}:
            others += _read(grid, _OTHERS_SHEET, findings)
            continue
        sheet = _known(grid, fields)
        if sheet is None:
            findings.append(Remark("sheet-ignored", grid.title).at(Place(grid.title)))
            continue
        if folded(grid.title) not in {folded(each) for each in sheet.title.values()}:
            findings.append(Remark("sheet-renamed", grid.title, sheet.title["ja"]).at(Place(grid.title)))
        sheets += _read(grid, sheet, findings)
    return sheets, others, findings


def _filled(cell: Raw) -> bool:
    return cell is not None and digits(cell).strip() != ""


def _known(grid: Grid, fields: Fields) -> Sheet | None:
    """Find which sheet it is: by its title, else by its headings."""
    title = folded(_COPY.sub("", grid.title.strip()).strip())
    for sheet in fields.sheets:
        if title in {folded(each) for each in sheet.title.values()}:
            return sheet
    fitting = sorted(
        ((len(_places(_head(grid, each)[1], each)), n) for n, each in enumerate(fields.sheets)), reverse=True
    )
    (best, place), (second, _) = fitting[:2]
    return fields.sheets[place] if best >= _FEWEST and best > second else None


def _headings(sheet: Sheet) -> dict[str, Column | str]:
    """Return what each heading, folded, stands for: a column, or the Japanese heading of a first column."""
    firsts = [SOURCE, KEY, PROPERTY, VALUE] if sheet is _OTHERS_SHEET else first_columns(sheet)
    known: dict[str, Column | str] = {folded(each[lang]): each["ja"] for each in firsts for lang in ("en", "ja")}
    for language in ("en", "ja"):
        for column in sheet.columns:
            known.setdefault(folded(column.heading[language]), column)
    return known


def _head(grid: Grid, sheet: Sheet) -> tuple[int, list[str]]:
    """Find the row of headings: that with the most known ones."""
    known = _headings(sheet)
    best, found = 0, (-1, list[str]())
    for number, row in enumerate(grid.rows[:_LOOKED_AT]):
        texts = [_MARKS.sub("", digits(cell)).strip() for cell in row]
        count = sum(folded(each) in known for each in texts if each)
        if count > best:
            best, found = count, (number, texts)
    return found


def _places(texts: Sequence[str], sheet: Sheet) -> list[str]:
    known = _headings(sheet)
    return [each for each in texts if each and folded(each) in known]


def _read(grid: Grid, sheet: Sheet, findings: list[Finding]) -> Iterator[SheetRead]:
    number, texts = _head(grid, sheet)
    if number < 0:
        findings.append(Remark("no-heading", "").at(Place(grid.title, 1)))
        return
    above = [digits(cell) for row in grid.rows[:number] for cell in row if _filled(cell)]
    if number:
        remark = Remark("heading-below", "".join(above[:1]), parameters={"row": number + 1})
        findings.append(remark.at(Place(grid.title, 1)))
    read = SheetRead(sheet, grid.title, unsaved={(row + 1, column) for row, column in grid.unsaved})
    known = _headings(sheet)
    taken = {folded(each) for each in texts} & set(known)
    for column, text in enumerate(texts):
        if not text:
            continue
        place = Place(grid.title, number + 1, column + 1, text)
        meant = known.get(folded(text))
        if meant is None:
            free = [each for each in known if each not in taken]
            near = difflib.get_close_matches(folded(text), free, 1, _ALIKE)
            if not near:
                if any(column < len(row) and _filled(row[column]) for row in grid.rows[number + 1 :]):
                    findings.append(Remark("column-unknown", text).at(place))
                continue
            meant = known[near[0]]
            taken.add(near[0])
            right = meant if isinstance(meant, str) else meant.heading["ja"]
            findings.append(Remark("heading-renamed", text, right).at(place))
        if isinstance(meant, str):
            if meant in read.first:
                findings.append(Remark("column-twice", text).at(place))
            read.first.setdefault(meant, column)
        elif meant in read.columns.values():
            findings.append(Remark("column-twice", text).at(place))
        else:
            read.columns[column] = meant
    if KEY["ja"] not in read.first:
        findings.append(Remark("column-missing", KEY["ja"]).at(Place(grid.title, number + 1)))
        return
    _unmerge(grid, number, read, findings)
    read.rows = list(_rows(grid, number, read, texts, findings))
    yield read


def _unmerge(grid: Grid, head: int, read: SheetRead, findings: list[Finding]) -> None:
    """Give each row the value of the cells it shares with others; never a key."""
    for (top, left), (bottom, right) in grid.merged:
        if top <= head or top >= len(grid.rows) or left >= len(grid.rows[top]) or not _filled(grid.rows[top][left]):
            continue
        value = grid.rows[top][left]
        place = Place(grid.title, top + 1, left + 1)
        if right > left and bottom == top:
            if left in read.columns or left in read.first.values():
                findings.append(Remark("merged-across", digits(value)).at(place))
            continue
        if left == read.first.get(KEY["ja"]):
            continue
        last = min(bottom, len(grid.rows) - 1)
        findings.append(Remark("merged", digits(value), parameters={"rows": last - top + 1}).at(place))
        for row in range(top + 1, last + 1):
            grid.rows[row] += [""] * (left + 1 - len(grid.rows[row]))
            if any(_filled(each) for each in grid.rows[row]):
                grid.rows[row][left] = value


def _rows(
    grid: Grid, head: int, read: SheetRead, texts: Sequence[str], findings: list[Finding]
) -> Iterator[tuple[int, list[Raw]]]:
    """Yield the rows that say something; notes below the table, and its head where it is printed again, do not."""
    ours = {*read.first.values(), *read.columns}
    kind = read.first.get(KIND["ja"])
    for number, cells in enumerate(grid.rows[head + 1 :], head + 1):
        filled = [column for column, cell in enumerate(cells) if _filled(cell) or (number + 1, column) in read.unsaved]
        if not set(filled) & ours or filled == [kind]:
            continue
        again = sum(digits(cells[column]).strip() == texts[column] for column in filled if column < len(texts))
        only = filled[0] if len(filled) == 1 else -1
        if again > len(filled) / 2 or (only >= 0 and _NOTE.match(digits(cells[only]).strip())):
            findings.append(Remark("row-ignored", digits(cells[filled[0]])).at(Place(grid.title, number + 1)))
            continue
        yield number + 1, cells
