"""Spreadsheets as people send them: Excel workbooks, CSV in the encodings of Japan, and archives of CSV files.

Files come from strangers: an archive is measured as it is unpacked, and nothing in it is trusted or run.
"""

import codecs
import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element, ParseError

import python_calamine
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse
from python_calamine import CalamineError, CalamineSheet, PasswordError, XmlError, ZipError

from sasaeai.errors import ServiceError
from sasaeai.settings import Settings

Raw = str | int | float | bool | date | datetime | time | None
"""What a cell holds; '' and None are empty."""


@dataclass(frozen=True)
class Bounds:
    """Hold what a file may cost: bytes sent and unpacked, their ratio, parts, and a sheet's rows and columns."""

    sent: int = 10_000_000
    unpacked: int = 100_000_000
    ratio: int = 200
    parts: int = 500
    rows: int = 20_000
    columns: int = 200

    @classmethod
    def of(cls, settings: Settings) -> "Bounds":
        """Take from the settings what they say of files."""
        return cls(settings.max_file_bytes, settings.max_unpacked_bytes, rows=settings.max_sheet_rows)


@dataclass
class Grid:
    """Hold a sheet: rows of cells; what is merged, and formulas saved without value, as (row, column) from 0."""

    title: str
    rows: list[list[Raw]]
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    unsaved: set[tuple[int, int]] = field(default_factory=set)


_SPREADSHEET = "[Content_Types].xml"
_REFUSED = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_CELL = re.compile(r"([A-Z]{1,3})([0-9]+)")
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]*)([0-9]+)["']""")
_FORMULA = re.compile(rb"<(\w+:)?f[\s/>]")
_CHUNK = 1 << 16
_OLD = b"\xd0\xcf\x11\xe0"


def opened(name: str, content: bytes, bounds: Bounds | None = None) -> list[Grid]:
    """Read a workbook, a CSV file or an archive of such; raise ServiceError for what is none or too large."""
    bounds = bounds or Bounds()
    if len(content) > bounds.sent:
        raise ServiceError("too-large", 413, limit=bounds.sent)
    if content.startswith(_OLD):
        raise ServiceError("old-workbook", 400, name=name)
    if content.startswith(b"PK"):
        parts = _unpacked(name, content, bounds)
        if _SPREADSHEET in parts:
            return _workbook(name, content, parts, bounds)
        return [
            _csv(each, parts[each], bounds) for each in sorted(parts) if each.lower().endswith((".csv", ".tsv", ".txt"))
        ]
    return [_csv(name, content, bounds)]


def is_workbook(content: bytes) -> bool:
    """Tell whether a file is an Excel workbook."""
    if not content.startswith(b"PK"):
        return False
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return _SPREADSHEET in archive.namelist()


def _unpacked(name: str, content: bytes, bounds: Bounds) -> dict[str, bytes]:
    """Unpack an archive, counting what really comes out of it, whatever its directory says."""
    parts: dict[str, bytes] = {}
    total = 0
    limit = min(bounds.unpacked, max(len(content) * bounds.ratio, 1_000_000))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [each for each in archive.infolist() if not each.is_dir()]
            if len(members) > bounds.parts:
                raise ServiceError("archive-too-large", 413, name=name, limit=limit, parts=bounds.parts)
            for member in members:
                with archive.open(member) as stream:
                    pieces = []
                    while piece := stream.read(_CHUNK):
                        total += len(piece)
                        if total > limit:
                            raise ServiceError("archive-too-large", 413, name=name, limit=limit, parts=bounds.parts)
                        pieces.append(piece)
                parts[_member_name(member)] = b"".join(pieces)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError):
        raise ServiceError("unreadable-file", 400, name=name) from None
    return parts


def _member_name(member: zipfile.ZipInfo) -> str:
    """Name a member as it was named: archives from Japanese Windows write CP932 and do not say so."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("cp932")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return member.filename


def _workbook(name: str, content: bytes, parts: Mapping[str, bytes], bounds: Bounds) -> list[Grid]:
    for part, text in parts.items():
        if part.endswith((".xml", ".rels", ".vml")) and (
            _REFUSED.search(text) or text.startswith((b"\xff\xfe", b"\xfe\xff"))
        ):
            raise ServiceError("document-type", 400, name=name)
    try:
        texts = _sheets(parts)
        for title, sheet in texts.items():
            _measure(title, sheet, bounds)
        book = python_calamine.load_workbook(io.BytesIO(content))
        grids = [
            _grid(book.get_sheet_by_name(each.name))
            for each in book.sheets_metadata
            if each.typ is python_calamine.SheetTypeEnum.WorkSheet and each.name in texts
        ]
    except (CalamineError, PasswordError, XmlError, ZipError, ParseError, DefusedXmlException, OSError, ValueError):
        raise ServiceError("unreadable-file", 400, name=name) from None
    for grid in grids:
        grid.unsaved = set(_unsaved(texts.get(grid.title, b"")))
    return grids


def _grid(sheet: CalamineSheet) -> Grid:
    rows = sheet.to_python(skip_empty_area=False) if sheet.end else []
    merged = list(sheet.merged_cell_ranges or [])
    return Grid(sheet.name, [[_value(cell) for cell in row] for row in rows], merged)


def _sheets(parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """Find the part of each sheet by its title."""
    targets = {}
    for each in _elements(parts.get("xl/_rels/workbook.xml.rels", b""), "Relationship"):
        target = each.get("Target", "")
        targets[each.get("Id")] = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    found = {}
    for each in _elements(parts.get("xl/workbook.xml", b""), "sheet"):
        relation = next((value for key, value in each.attrib.items() if key.endswith("}id")), None)
        found[each.get("name", "")] = parts.get(targets.get(relation, ""), b"")
    return found


def _elements(text: bytes, name: str) -> Iterator[Element]:
    if text:
        for _, each in iterparse(io.BytesIO(text), forbid_dtd=True):
            if each.tag.rpartition("}")[2] == name:
                yield each


def _unsaved(sheet: bytes) -> Iterator[tuple[int, int]]:
    """Name the cells that have a formula but not its result."""
    if not _FORMULA.search(sheet):
        return
    for cell in _elements(sheet, "c"):
        inner = {each.tag.rpartition("}")[2]: each.text for each in cell}
        place = _CELL.fullmatch(cell.get("r", ""))
        if "f" in inner and not inner.get("v") and place:
            yield int(place[2]) - 1, _number(place[1])


def _measure(title: str, sheet: bytes, bounds: Bounds) -> None:
    """Refuse a sheet by the places it names: a single cell at its far corner would make a table of billions."""
    for found in _PLACE.finditer(sheet):
        if int(found[2]) > bounds.rows or (found[1] and _number(found[1].decode()) >= bounds.columns):
            raise ServiceError("sheet-too-large", 413, name=title, rows=bounds.rows, columns=bounds.columns)


def _number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _value(cell: object) -> Raw:
    if isinstance(cell, timedelta):
        return str(cell)
    return cell if isinstance(cell, str | int | float | date | time) else ""


def _csv(name: str, content: bytes, bounds: Bounds) -> Grid:
    """Read a CSV file, its fields parted by comma, tab or semicolon; its name is the sheet's."""
    text = _decoded(name, content)
    first = text.partition("\n")[0]
    delimiter = max(",\t;", key=first.count)
    rows: list[list[Raw]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if len(rows) >= bounds.rows or len(row) > bounds.columns:
                raise ServiceError("sheet-too-large", 413, name=name, rows=bounds.rows, columns=bounds.columns)
            rows.append(list(row))
    except csv.Error:
        raise ServiceError("unreadable-file", 400, name=name) from None
    return Grid(PurePosixPath(name.replace("\\", "/")).stem, rows)


def _decoded(name: str, content: bytes) -> str:
    """Decode what Japanese offices save: UTF-8 with or without byte order mark, UTF-16, else CP932."""
    encodings = ["utf-8-sig", "cp932"]
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif b"\0" in content[:200]:
        encodings = ["utf-16-le" if content[1:2] == b"\0" else "utf-16-be"]
    for each in encodings:
        try:
            text = content.decode(each)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise ServiceError("unknown-encoding", 400, name=name)
