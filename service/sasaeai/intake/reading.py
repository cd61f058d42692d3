"""What a workbook says: its rows as statements, each with the cell it came from, and what there is to say of the cells.

Nothing is guessed silently: what was mended in reading is a finding as well, and what cannot be read is left out and
said. Reading what `export` wrote gives back the same statements.
"""

import difflib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rdflib import Literal, URIRef
from rdflib.util import from_n3

from sasaeai.fields import Column, Fields, Names, RowKind, Sheet, Statement
from sasaeai.intake.cells import Term, digits, understood
from sasaeai.intake.findings import Finding, Place, Remark
from sasaeai.intake.heads import SheetRead, heads
from sasaeai.intake.keys import graph_of, iri_of, key_of, may_touch, new_key, source_of, whole
from sasaeai.intake.layout import DCT_SOURCE, DCT_TITLE, KEY, KIND, PROPERTY, SOURCE, SOURCES, VALUE
from sasaeai.vocabulary import ID, PREF_LABEL, RDF_TYPE, SAS
from sasaeai.workbook import Grid, Raw

SOURCE_CLASS = SAS + "Source"
SINGLE = 1


@dataclass
class Submission:
    """Hold what a workbook says: the city's code, its statements by graph, where each stands, and the findings.

    A statement's place is that of its cell; `rows` has the place of the first row of a thing in a graph.
    """

    city: str
    graphs: dict[str, list[Statement]] = field(default_factory=dict)
    places: dict[tuple[str, Statement], Place] = field(default_factory=dict)
    rows: dict[tuple[str, str], Place] = field(default_factory=dict)
    columns: dict[tuple[str, str, str], Place] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


@dataclass
class _Row:
    sheet: SheetRead
    number: int
    cells: Sequence[Raw]
    kind: RowKind
    iri: str = ""
    graph: str = ""

    def place(self, heading: str = "", column: int | None = None) -> Place:
        if column is None:
            column = self.sheet.first.get(heading, -1)
        return Place(self.sheet.title, self.number, column + 1, heading)

    def cell(self, heading: str) -> str:
        column = self.sheet.first.get(heading)
        return digits(self.cells[column]).strip() if column is not None and column < len(self.cells) else ""

    def columns(self) -> Iterator[tuple[int, Column, Raw]]:
        for place, column in self.sheet.columns.items():
            if place < len(self.cells) and column.field.path in self.kind.paths:
                yield place, column, self.cells[place]


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


def read(grids: Sequence[Grid], fields: Fields, city: str) -> Submission:
    """Read the sheets of a city's workbook."""
    submission = Submission(city)
    sheets, others, findings = heads(grids, fields)
    submission.findings += findings
    if not sheets:
        submission.findings.append(Remark("no-sheet", "").at(Place(grids[0].title if grids else "")))
    rows = [row for sheet in sheets for row in _rows(sheet, submission)]
    names = Names(others=fields.names)
    _name(rows, submission, names)
    for row in _of_sources(rows, submission, names):
        _say(row, submission, names)
    for sheet in others:
        _say_others(sheet, submission, names)
    for graph, statements in submission.graphs.items():
        submission.graphs[graph] = list(dict.fromkeys(statements))
    return submission


def _rows(sheet: SheetRead, submission: Submission) -> Iterator[_Row]:
    """Yield the rows that say something, with their kind."""
    known = {kind.label[language]: kind for kind in sheet.sheet.kinds for language in kind.label}
    for number, cells in sheet.rows:
        kind = sheet.sheet.kinds[0]
        row = _Row(sheet, number, cells, kind)
        if len(sheet.sheet.kinds) > SINGLE:
            text = row.cell(KIND["ja"])
            if text in known:
                row.kind = known[text]
            else:
                by_key = _kinds_by_key(sheet.sheet, row.cell(KEY["ja"]), submission.city)
                if text or len(by_key) != SINGLE:
                    choices = "、".join(each.label["ja"] for each in sheet.sheet.kinds)
                    remark = Remark("kind-needed", text, parameters={"choices": choices})
                else:
                    remark = Remark("kind-filled", "", by_key[0].label["ja"])
                row.kind = (by_key or sheet.sheet.kinds)[0]
                submission.findings.append(remark.at(row.place(KIND["ja"])))
        yield row


def _kinds_by_key(sheet: Sheet, key: str, city: str) -> list[RowKind]:
    """Find the kinds of row whose keys look like this one."""

    def looks(kind: RowKind) -> bool:
        start = kind.pattern.replace("{city}", city).partition("{")[0]
        return bool(start) and (key == start or ("{" in kind.pattern.replace("{city}", "") and key.startswith(start)))

    return [kind for kind in sheet.kinds if looks(kind)]


def _name(rows: list[_Row], submission: Submission, names: Names) -> None:
    """Give each row its thing, and learn the names that the workbook gives."""
    fresh = []
    for row in rows:
        key = row.cell(KEY["ja"])
        if not key or not row.kind.rdf_class:
            fresh.append(row)
            continue
        iri = iri_of(whole(key))
        place = row.place(KEY["ja"])
        if not iri:
            submission.findings.append(Remark("bad-key", key).at(place))
            continue
        if whole(key) != key:
            submission.findings.append(Remark("zeros-added", key, whole(key)).at(place))
        if row.kind.pattern and not may_touch(iri, submission.city) and not names.kinds(iri):
            remark = Remark("key-of-another", key, parameters={"city": submission.city})
            submission.findings.append(remark.at(place))
            continue
        row.iri = iri
        _learn(row, names)
    taken = {row.iri for row in rows}
    for row in fresh:
        if not row.kind.rdf_class:
            continue
        if not row.kind.pattern:
            wanted = row.kind.label
            submission.findings.append(Remark("key-needed", "", parameters={"wanted": wanted}).at(row.place(KEY["ja"])))
            continue
        row.iri = _new(row, submission.city, names, taken)
        taken.add(row.iri)
        submission.findings.append(Remark("key-made", "", key_of(row.iri)).at(row.place(KEY["ja"])))
        _learn(row, names)


def _new(row: _Row, city: str, names: Names, taken: set[str]) -> str:
    values: dict[str, list[str]] = defaultdict(list)
    english = ""
    for _, column, raw in row.columns():
        if column.field.path == PREF_LABEL and column.language == "en":
            english = digits(raw)
        elif column.field.path.rpartition("#")[2].rpartition("/")[2] in row.kind.pattern:
            path = column.field.path.rpartition("#")[2].rpartition("/")[2]
            values[path] += [str(each) for each in understood(column, raw, names).values]
    return new_key(row.kind.pattern, city, values, english, taken)


def _learn(row: _Row, names: Names) -> None:
    names.learn((row.iri, RDF_TYPE, URIRef(row.kind.rdf_class)))
    for path in (PREF_LABEL, DCT_TITLE):
        for _, column, raw in row.columns():
            if column.field.path == path and column.language and digits(raw).strip():
                text = Literal(digits(raw).strip(), lang=column.language)
                names.learn((row.iri, PREF_LABEL, text))
    for _, column, raw in row.columns():
        if column.field.path.endswith(("#altLabel", "#inScheme")):
            for value in understood(column, raw, names).values:
                names.learn((row.iri, column.field.path, value))


def _of_sources(rows: list[_Row], submission: Submission, names: Names) -> Iterator[_Row]:
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


def _say(row: _Row, submission: Submission, names: Names) -> None:
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
        cell = understood(column, raw, names)
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
        row = _Row(sheet, number, cells, RowKind({}, "", "", "", frozenset()))
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
