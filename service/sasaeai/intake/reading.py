"""What a workbook says: its rows as statements, each with the cell it came from, and what there is to say of the cells.

Nothing is guessed silently: what was mended in reading is a finding as well, and what cannot be read is left out and
said. Reading what `export` wrote gives back the same statements.
"""

import difflib
from collections.abc import Iterator, Sequence
from datetime import date

from rdflib import Literal, URIRef
from rdflib.util import from_n3

from sasaeai.calendar import parse_day
from sasaeai.fields import Column, Fields, Names, RowKind
from sasaeai.intake.cells import understood
from sasaeai.intake.export import Graphs
from sasaeai.intake.findings import Place, Remark
from sasaeai.intake.heads import SheetRead, heads
from sasaeai.intake.keeping import keep, unspoken
from sasaeai.intake.keys import graph_of, iri_of, key_of, source_of, whole
from sasaeai.intake.layout import DCT_ISSUED, DCT_MODIFIED, DCT_SOURCE, KEY, PROPERTY, SOURCE, SOURCES, VALUE
from sasaeai.intake.quoting import describe, quote_cells
from sasaeai.intake.ranges import part
from sasaeai.intake.rows import SINGLE, Row, Submission, identify, rows_of
from sasaeai.intake.values import Term, digits
from sasaeai.vocabulary import ID, RDF_TYPE, SAS
from sasaeai.workbook import Grid

SOURCE_CLASS = SAS + "Source"


def city_of(grids: Sequence[Grid]) -> str:
    """Find the city that a workbook is of: that of its first whole key; '' if none is."""
    for grid in grids:
        for row in grid.rows:
            for cell in row:
                text = whole(digits(cell).strip())
                first, _, rest = text.removeprefix("source/").partition("/")
                if len(first) == 6 and first.isascii() and first.isdecimal() and iri_of(text) and (rest or cell):
                    return first
    return ""


def read(grids: Sequence[Grid], fields: Fields, city: str, present: Graphs | None = None) -> Submission:
    """Read the sheets of a city's workbook; of what is `present`, what they do not speak of stays."""
    submission = Submission(city)
    sheets, others, findings = heads(grids, fields)
    submission.findings += findings
    place = Place(grids[0].title if grids else "")
    if not sheets:
        submission.findings.append(Remark("no-sheet", "").at(place))
    silent = unspoken(present or {}, sheets, others, fields)
    rows = [row for sheet in sheets for row in rows_of(sheet, submission)]
    for row in rows:
        submission.findings += part(row)
    names = submission.names = Names(others=fields.names, home=city)
    silent.learn(names)
    identify(rows, submission, names, {thing for _, thing in silent.whole})
    spoken = list(_of_sources(rows, submission, names))
    written = _written(rows, present or {}, names)
    for row in spoken:
        _say(row, submission, names, written.get(row.graph))
    for sheet in others:
        _say_others(sheet, submission, names)
    keep(silent, submission, place)
    describe(submission)
    quote_cells(spoken, submission, names)
    for graph, statements in submission.graphs.items():
        submission.graphs[graph] = list(dict.fromkeys(statements))
    return submission


def _of_sources(rows: list[Row], submission: Submission, names: Names) -> Iterator[Row]:
    """Yield the rows with their graph: that of the source each names, if that is one of the city's."""
    own = [each for each in names.all_of(SOURCES) if each.startswith(f"{ID}source/{submission.city}/")]
    for row in rows:
        if not row.iri and row.kind.rdf_class:
            continue
        place = row.place(SOURCE["ja"])
        text = row.cell(SOURCE["ja"])
        source = ""
        if text:
            found = _source(text, names)
            source = next((each for each in found if each in own), "")
            if not source:
                near = difflib.get_close_matches(text, [names.label(each) for each in own], 1, 0.3)
                submission.findings.append(Remark("foreign-source", text, next(iter(near), "")).at(place))
        elif row.kind.rdf_class == SOURCE_CLASS:
            source = row.iri
        elif len(own) == SINGLE:
            source = own[0]
            submission.findings.append(Remark("source-filled", "", names.label(source) or key_of(source)).at(place))
        else:
            submission.findings.append(Remark("source-needed", "").at(place))
        row.graph = graph_of(source) if source else ""
        if not row.kind.rdf_class:
            row.iri = row.graph
        yield row


def _source(text: str, names: Names) -> set[str]:
    key = text.rpartition("[")[2].rstrip("]") if text.endswith("]") else text
    return names.meant(text, SOURCES) or names.alike(text, SOURCES) or {iri_of(key)}


def _written(rows: list[Row], present: Graphs, names: Names) -> dict[str, date]:
    """Tell of each graph on which day its document was written: when it was changed last, else when it was issued."""
    said = [each for statements in present.values() for each in statements if each[0].startswith(f"{ID}source/")]
    for row in (row for row in rows if row.kind.rdf_class == SOURCE_CLASS):
        for _, column, raw in row.columns():
            said += [(row.iri, column.field.path, value) for value in understood(column, raw, names).values]
    days: dict[str, date] = {}
    for dated in (DCT_ISSUED, DCT_MODIFIED):
        days |= {graph_of(source): parse_day(str(value)).day for source, path, value in said if path == dated}
    return days


def _say(row: Row, submission: Submission, names: Names, written: date | None) -> None:
    """Take what a row says; of a row without a source, only what there is to say of its cells."""
    said = submission.graphs.setdefault(row.graph, []) if row.graph else []
    submission.rows.setdefault((row.graph, row.iri), row.place(KEY["ja"]))
    if not said and row.graph:
        submission.places[row.graph, (row.graph, DCT_SOURCE, URIRef(source_of(row.graph)))] = row.place(SOURCE["ja"])
        said.append((row.graph, DCT_SOURCE, URIRef(source_of(row.graph))))
    if row.kind.rdf_class:
        said.append((row.iri, RDF_TYPE, URIRef(row.kind.rdf_class)))
    for number, column, raw in row.columns():
        place = row.place(column.heading["ja"], number)
        submission.columns.setdefault((row.graph, row.iri, _told(column)), place)
        if (row.number, number) in row.sheet.unsaved:
            submission.findings.append(Remark("formula-without-value", "").at(place))
            continue
        cell = understood(column, raw, names, written)
        submission.findings += [each.at(place) for each in cell.remarks]
        for value in cell.values:
            statement = (row.iri, column.field.path, value)
            said.append(statement)
            submission.places.setdefault((row.graph, statement), place)


def _told(column: Column) -> str:
    return column.field.path + (f"@{column.language}" if column.language not in ("", "ja") else "")


def _say_others(sheet: SheetRead, submission: Submission, names: Names) -> None:
    """Take the statements that no column holds, as they were exported."""
    for number, cells in sheet.rows:
        row = Row(sheet, number, cells, RowKind({}, "", "", "", frozenset()))
        sources = _source(row.cell(SOURCE["ja"]), names)
        thing, path = (iri_of(row.cell(each["ja"])) for each in (KEY, PROPERTY))
        value = _term(row.cell(VALUE["ja"]))
        source = next(iter(sources))
        if (
            len(sources) != SINGLE
            or not source.startswith(f"{ID}source/{submission.city}/")
            or not thing
            or not path
            or value is None
        ):
            submission.findings.append(Remark("other-unreadable", "").at(row.place(VALUE["ja"])))
            continue
        statement = (thing, path, value)
        submission.graphs.setdefault(graph_of(source), []).append(statement)
        submission.places.setdefault((graph_of(source), statement), row.place(VALUE["ja"]))
        submission.rows.setdefault((graph_of(source), thing), row.place(KEY["ja"]))


def _term(text: str) -> Term | None:
    try:
        term = from_n3(text)
    except (ValueError, IndexError, TypeError, AttributeError):
        return None
    return term if isinstance(term, URIRef | Literal) else None
