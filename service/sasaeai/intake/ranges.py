"""A range typed into one cell: what of it that cell takes, and into which other cells of its row the rest belongs.

Only what can mean one thing is taken: 令和6年度~ as a beginning, ~令和3年度 as an end, 令和7年3月31日現在 as a day on
which something is seen. The rest is said at the cells it belongs into, with what to type there.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sasaeai.calendar import Range, parse_range
from sasaeai.fields import Column, Names
from sasaeai.intake.cells import shown, understood
from sasaeai.intake.findings import VIOLATION, Finding, Place, Remark
from sasaeai.intake.rows import Row
from sasaeai.intake.values import DATE, MOMENT, MONTH, Term, digits
from sasaeai.vocabulary import SAS

_SCHEMA = "https://schema.org/"
_END_OF = {
    SAS + "fromFiscalYear": SAS + "throughFiscalYear",
    SAS + "startedIn": SAS + "throughFiscalYear",
    SAS + "validFrom": SAS + "validThrough",
    SAS + "establishedOn": SAS + "validThrough",
    SAS + "beganIn": SAS + "endedIn",
    SAS + "establishedIn": SAS + "endedIn",
    _SCHEMA + "startDate": _SCHEMA + "endDate",
}
"""The property that ends what each of these begins."""

_SEEN = (SAS + "asOf", SAS + "fiscalYear", "http://purl.org/linked-data/sdmx/2009/dimension#refPeriod")
"""The properties of a day or a year that something is said of."""


_NO_NAMES = Names()
"""No name means a day or a fiscal year."""


@dataclass(frozen=True)
class _Part:
    """Hold an end of a range, or the day it was seen: its text, the column it belongs into, and its value there."""

    end: str
    text: str
    column: Column
    value: Term

    @property
    def shown(self) -> str:
        """Write it as a cell of its column has it."""
        return str(shown(self.column, [self.value], _NO_NAMES)[0])


def part(row: Row) -> list[Finding]:
    """Leave in each cell of a row what it takes of a range, line by line; return what there is to say of the rest."""
    findings: list[Finding] = []
    cells = list(row.cells)
    for number, column, raw in row.columns():
        of_time = column.field.period or set(column.field.datatypes) & {DATE, MONTH, MOMENT}
        if of_time and isinstance(raw, str):
            lines = [_line(line, row, number, column, findings) for line in raw.splitlines()]
            cells[number] = "\n".join(line for line in lines if line)
    row.cells = cells
    return findings


def _line(line: str, row: Row, number: int, column: Column, findings: list[Finding]) -> str:
    found = parse_range(line)
    if found is None:
        return line
    text, place = line.strip(), row.place(column.heading["ja"], number)
    parts = _parts(found, row, column)
    rest = [each for each in parts if each.column is column or not _is_said(each, row)]
    if not parts:
        findings.append(Remark("range-unfit", text).at(place))
    elif found.start and found.end and str(parts[0].value) > str(parts[1].value):
        findings.append(Remark("range-backwards", text).at(place))
    elif [each.column for each in rest] == [column]:
        findings.append(Remark(f"range-{rest[0].end}", text, rest[0].shown).at(place))
        return rest[0].text
    else:
        own = next((each.shown for each in parts if each.column is column), "")
        findings.append(Remark("range-parted", text, own, {"where": _where(parts)}).at(place))
        told = {"text": text, "heading": column.heading}
        for each in rest:
            findings += [Remark("range-rest", "", each.shown, told).at(empty) for empty in _empty(each.column, row)]
    return ""


def _parts(found: Range, row: Row, column: Column) -> list[_Part]:
    """Return the parts of a range, each in a column of the row that takes it; none unless there is one for every part.

    Of the columns that take them, this one and its counterpart are meant first.
    """
    columns = {each.field.path: each for each in row.sheet.sheet.columns if each.field.path in row.kind.paths}
    ways = [{"start": start, "end": end, "seen": seen} for start, end in _END_OF.items() for seen in _SEEN]
    ways.sort(key=lambda way: column.field.path not in way.values())
    wanted = {end: text for end in ways[0] if (text := getattr(found, end))}
    for way in ways:
        homes = {end: columns[way[end]] for end in wanted if way[end] in columns}
        read = {end: _value(home, wanted[end]) for end, home in homes.items()}
        parts = [_Part(end, wanted[end], homes[end], value) for end, value in read.items() if value is not None]
        if len(parts) == len(wanted):
            return parts
    return []


def _value(column: Column, text: str) -> Term | None:
    read = understood(column, text, _NO_NAMES)
    return None if any(each.severity == VIOLATION for each in read.remarks) else read.values[0]


def _is_said(part: _Part, row: Row) -> bool:
    """Tell whether the row says it already, in the cell it belongs into."""
    cells = (raw for _, column, raw in row.columns() if column is part.column)
    return any(part.value in understood(part.column, raw, _NO_NAMES).values for raw in cells)


def _where(parts: list[_Part]) -> dict[str, str]:
    return {
        "ja": "、".join(f"「{each.column.heading['ja']}」に「{each.shown}」" for each in parts),
        "en": ", ".join(f"{each.shown} under '{each.column.heading['en']}'" for each in parts),
    }


def _empty(column: Column, row: Row) -> Iterator[Place]:
    """Yield the place of a column's cell in a row, if nothing stands there."""
    for number, each in row.sheet.columns.items():
        if each is column and not (number < len(row.cells) and digits(row.cells[number]).strip()):
            yield row.place(column.heading["ja"], number)
