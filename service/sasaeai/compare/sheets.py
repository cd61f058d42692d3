"""A comparison as the sheets of a workbook: to read, to calculate with, and one row a value."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from sasaeai.compare.cells import DOES_NOT_APPLY, NOT_STATED, STATED, Cell, Value
from sasaeai.compare.columns import MOST, Column
from sasaeai.compare.comparison import Comparison, Line
from sasaeai.compare.tables import COLUMNS, STATE, address, rows, text
from sasaeai.statements.validity import State
from sasaeai.vocabulary import CONCEPT

Row = list[str | int | float]

TITLES = {
    "ja": ("比較", "数値", "値の一覧", "この表について"),
    "en": ("compare", "numbers", "values", "about"),
}
"""The sheets of a workbook in each language, in their order."""

_WIDTHS = (
    (28, 14, *[48] * MOST),
    (28, 24, 32, 14, 14, 14, *[16] * MOST),
    [24] * len(COLUMNS),
    (24, 80),
)
WIDTHS = {title: widths for titles in TITLES.values() for title, widths in zip(titles, _WIDTHS, strict=True)}
"""The widths of the columns of each sheet, in characters."""


def sheets(comparison: Comparison, language: str) -> dict[str, list[Row]]:
    """Lay the comparison out: topics by cities as on the page, numbers by cities, and the table of one row a value."""
    ja = language == "ja"
    cities = [_head(column) for column in comparison.columns]
    matrix: list[Row] = [["論点", "比較", *cities] if ja else ["Topic", "Difference", *cities]]
    matrix += [_line(comparison, line, language) for line in comparison.lines]
    of_what = (
        ["論点", "対象", "内容", "限定", "単位", "時期"] if ja else ["Topic", "Of", "What", "Bound", "Unit", "When"]
    )
    numbers: list[Row] = [[*of_what, *cities]]
    numbers += [row for line in comparison.lines for row in _numbers(comparison, line, language)]
    table: list[Row] = [list(COLUMNS)]
    table += [
        [_number(row[each]) if each == "number" else row[each] for each in COLUMNS]
        for row in rows(comparison, language)
    ]
    about: list[Row] = [
        ["アドレス" if ja else "Address", address(comparison)],
        ["データの版" if ja else "Version of the data", comparison.version],
        ["ライセンス" if ja else "Licence", "CC BY 4.0"],
    ]
    return dict(zip(TITLES[language], (matrix, numbers, table, about), strict=True))


def _head(column: Column) -> str:
    return f"{column.city.label} {column.day}" if column.day else column.city.label


def _line(comparison: Comparison, line: Line, language: str) -> Row:
    told = comparison.label(f"{CONCEPT}difference/{line.difference}")
    return [line.topic.title[language], told, *("\n".join(_said_in(comparison, cell, language)) for cell in line.cells)]


def _said_in(comparison: Comparison, cell: Cell, language: str) -> list[str]:
    if cell.nothing:
        return [comparison.label(STATE + NOT_STATED)]
    return [_sentence(comparison, value, language) for value in (*cell.values, *cell.others)]


def _sentence(comparison: Comparison, value: Value, language: str) -> str:
    """Say a value in one line, as the page does: of what, what, how much, in what state."""
    of = f"{comparison.label(value.of)}: " if value.of else ""
    said = text(comparison, value.value) if value.value else ""
    bound, unit = (comparison.label(each) if each else "" for each in (value.bound, value.unit))
    amount = ("" if language == "ja" else " ").join(each for each in (bound, value.number, unit) if each)
    detail = f"({text(comparison, value.detail)})" if value.detail else ""
    told = "".join(f" [{each}]" for each in _states(comparison, value))
    return of + " ".join(each for each in (said, amount, detail) if each) + told


def _states(comparison: Comparison, value: Value) -> list[str]:
    return [comparison.label(STATE + each) for each in (value.state, value.on_day) if each and each != STATED]


def _numbers(comparison: Comparison, line: Line, language: str) -> Iterator[Row]:
    """Set beside each other the numbers that a topic compares; a word stands where there is none to calculate with."""
    found: dict[tuple[str, str | None], list[list[Value]]] = {}
    for place, cell in enumerate(line.cells):
        for value in cell.values:
            if value.number:
                found.setdefault((value.key, value.unit), [[] for _ in line.cells])[place].append(value)
    for (key, _), columns in found.items():
        for beside in zip_longest(*columns):
            numbers = [
                _counted(comparison, value) if value else "" if told else comparison.label(STATE + _without(cell, key))
                for value, told, cell in zip(beside, columns, line.cells, strict=True)
            ]
            yield [line.topic.title[language], *_of_what(comparison, [each for each in beside if each]), *numbers]


def _of_what(comparison: Comparison, values: Sequence[Value]) -> list[str]:
    """Say of what, what, how exactly, in what unit and when; what cities call in different ways in all of them."""
    told = [
        (
            comparison.label(each.of) if each.of else "",
            _named(comparison, each),
            *(comparison.label(iri) if iri else "" for iri in (each.bound, each.unit, each.period)),
        )
        for each in values
    ]
    return [" / ".join(dict.fromkeys(filter(None, words))) for words in zip(*told, strict=True)]


def _named(comparison: Comparison, value: Value) -> str:
    said = " ".join(text(comparison, term) for term in (value.value, value.detail) if term)
    return said or (comparison.label(STATE + NOT_STATED) if value.state == NOT_STATED else "")


def _counted(comparison: Comparison, value: Value) -> str | int | float:
    """Return a number to calculate with, or the word for why it does not count on the day asked about."""
    if value.on_day in {State.UNKNOWN, State.PLANNED}:
        return comparison.label(STATE + value.on_day)
    return _number(value.number or "")


def _without(cell: Cell, key: str) -> str:
    """Return the state of a number that a cell does not give: what is not stated is no zero."""
    return (
        DOES_NOT_APPLY if any(each.key == key and each.state == DOES_NOT_APPLY for each in cell.values) else NOT_STATED
    )


def _number(text: str) -> str | int | float:
    if not text:
        return ""
    return int(text) if text.isdigit() else float(text)
