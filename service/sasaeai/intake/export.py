"""A city's documents as the sheets of a workbook: a row for each thing in each document."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rdflib import URIRef

from sasaeai import workbook
from sasaeai.errors import ServiceError
from sasaeai.fields import Column, Fields, Names, RowKind, Sheet, Statement, read_statements
from sasaeai.intake.cells import shown
from sasaeai.intake.guide import WIDTHS, guide, helps, lists_table
from sasaeai.intake.keys import key_of, source_of
from sasaeai.intake.layout import (
    DCT_SOURCE,
    GUIDE,
    KEY,
    LISTS,
    OTHERS,
    PROPERTY,
    SOURCE,
    SOURCES,
    VALUE,
    first_columns,
)
from sasaeai.intake.references import reference
from sasaeai.intake.values import Term
from sasaeai.repository import Repository
from sasaeai.vocabulary import GRAPH, ID, RDF_TYPE, SAS
from sasaeai.workbook import Table

Graphs = Mapping[str, Sequence[Statement]]
"""What each document of a city says, by the name of its graph."""

Rows = list[list[str | int | float | date]]


def template(repository: Repository, city: str, known: Fields | None = None) -> bytes:
    """Write the workbook of a city, filled with what its documents say; of a city without any, an empty one."""
    fields = known or Fields.of(repository)
    if SAS + "Municipality" not in fields.names.kinds(ID + city):
        raise ServiceError("unknown-municipality", 404, parameter="CODE", value=city, example="011002")
    filled = tables(fields, documents(repository, city))
    own = filled[fields.sheets[0].title["ja"]]
    if len(own) == 1:
        own.append([city])
    sheets = {GUIDE["ja"]: guide(fields), **filled, LISTS["ja"]: lists_table(fields)}
    widths = {title: [_width(column) for column in zip(*_even(rows), strict=True)] for title, rows in sheets.items()}
    return workbook.write(sheets, widths | WIDTHS, {each.title["ja"]: helps(each, fields) for each in fields.sheets})


def _even(rows: Table) -> list[list[str | int | float | date]]:
    longest = max(map(len, rows))
    return [[*row, *[""] * (longest - len(row))] for row in rows]


def _width(column: Sequence[str | int | float | date]) -> int:
    """Return how wide a column is to be, in characters: a Japanese one takes two."""
    longest = max(
        (len(line.encode("cp932", "replace")) for each in column for line in str(each).splitlines()), default=0
    )
    return min(max(longest + 2, 10), 44)


def documents(repository: Repository, city: str) -> dict[str, list[Statement]]:
    """Read what the documents of a city say, by graph."""
    return {name: read_statements(content) for name, content in repository.city(city).items()}


def tables(fields: Fields, graphs: Graphs) -> dict[str, Rows]:
    """Lay out what the documents say: sheets by their Japanese title, each with its head.

    Each statement stands in one cell, and reading the cell gives it back; what no column takes is on the last sheet.
    """
    names = names_of(fields, graphs)
    written: dict[str, Rows] = {}
    for sheet in fields.sheets:
        head: list[str | int | float | date] = [
            each["ja"] for each in (*first_columns(sheet), *(column.heading for column in sheet.columns))
        ]
        written[sheet.title["ja"]] = [head]
    others: Rows = []
    for each in laid_out(fields, graphs, names):
        source = reference(source_of(each.graph), SOURCES, names)
        if each.place:
            sheet, kind = each.place
            kinds = [kind.label["ja"]] if len(sheet.kinds) > 1 else []
            cells = [cell for _, cell, _ in each.cells]
            written[sheet.title["ja"]].append([key_of(each.thing), *kinds, source, *cells])
        others += [[source, key_of(thing), key_of(path), value.n3()] for thing, path, value in each.left]
    if others:
        written[OTHERS["ja"]] = [[each["ja"] for each in (SOURCE, KEY, PROPERTY, VALUE)], *others]
    return written


def names_of(fields: Fields, graphs: Graphs) -> Names:
    """Learn what documents call things, beside what all know."""
    names = Names(others=fields.names, home=next(iter(graphs), "").removeprefix(GRAPH).partition("/")[0])
    for statement in (each for statements in graphs.values() for each in statements):
        names.learn(statement)
    return names


@dataclass(frozen=True)
class Laid:
    """Hold what a document says of a thing as a row: its sheet and kind, each column's cell with what stands in it.

    `left` no column takes; without a place that is all of it. `implied` says what its being there says.
    """

    graph: str
    thing: str
    place: tuple[Sheet, RowKind] | None
    cells: Sequence[tuple[Column, str | int | float, Sequence[Statement]]]
    left: Sequence[Statement]
    implied: Sequence[Statement]


def laid_out(fields: Fields, graphs: Graphs, names: Names) -> Iterator[Laid]:
    """Lay each thing of each document out as a row."""
    for graph, statements in graphs.items():
        for thing, said in _by_thing(statements).items():
            place = _place(fields, thing, graph, said)
            if place is None:
                yield Laid(graph, thing, None, (), [(thing, path, each) for path in said for each in said[path]], ())
                continue
            sheet, kind = place
            cells, left = _row(thing, sheet, kind, said, names)
            known = {(RDF_TYPE, URIRef(kind.rdf_class)), (DCT_SOURCE, URIRef(source_of(graph)))}
            implied = [each for each in left if each[1:] in known]
            yield Laid(graph, thing, place, cells, [each for each in left if each not in implied], implied)


def _by_thing(statements: Iterable[Statement]) -> dict[str, dict[str, list[Term]]]:
    things: dict[str, dict[str, list[Term]]] = {}
    for thing, path, value in statements:
        things.setdefault(thing, {}).setdefault(path, []).append(value)
    return things


def _place(fields: Fields, thing: str, graph: str, said: Mapping[str, Sequence[Term]]) -> tuple[Sheet, RowKind] | None:
    if thing == graph:
        return fields.kind_of("")
    return next((found for each in said.get(RDF_TYPE, ()) if (found := fields.kind_of(str(each)))), None)


def _row(
    thing: str, sheet: Sheet, kind: RowKind, said: Mapping[str, list[Term]], names: Names
) -> tuple[list[tuple[Column, str | int | float, list[Statement]]], list[Statement]]:
    """Return the cells of a thing with what stands in each, and what of it no cell takes."""
    left = {path: list(values) for path, values in said.items()}
    cells: list[tuple[Column, str | int | float, list[Statement]]] = []
    for column in sheet.columns:
        path = column.field.path
        if path not in left or path not in kind.paths:
            cells.append((column, "", []))
            continue
        own = [each for each in left[path] if not column.language or getattr(each, "language", None) == column.language]
        cell, unfit = shown(column, own, names)
        fit = set(own) - set(unfit)
        cells.append((column, cell, [(thing, path, each) for each in own if each in fit]))
        left[path] = [each for each in left[path] if each not in fit]
    return cells, [(thing, path, value) for path, values in left.items() for value in values]
