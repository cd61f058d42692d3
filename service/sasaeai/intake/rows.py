"""The rows of a city's workbook: of which kind each is, and which thing it speaks of."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rdflib import Literal, URIRef

from sasaeai.fields import Column, Names, RowKind, Sheet, Statement
from sasaeai.fields.names import ALT_LABEL, folded
from sasaeai.intake.cells import understood
from sasaeai.intake.findings import Finding, Place, Remark
from sasaeai.intake.heads import SheetRead
from sasaeai.intake.keys import iri_of, key_of, may_touch, new_key, whole
from sasaeai.intake.layout import DCT_TITLE, KEY, KIND
from sasaeai.intake.values import digits
from sasaeai.vocabulary import PREF_LABEL, RDF_TYPE
from sasaeai.workbook import Raw

SINGLE = 1


@dataclass
class Submission:
    """Hold what a workbook says: the city's code, its statements by graph, where each stands, and the findings.

    A statement's place is that of its cell; `rows` has the place of the first row of a thing in a graph, `names` what
    its things are called.
    """

    city: str
    graphs: dict[str, list[Statement]] = field(default_factory=dict)
    places: dict[tuple[str, Statement], Place] = field(default_factory=dict)
    rows: dict[tuple[str, str], Place] = field(default_factory=dict)
    columns: dict[tuple[str, str, str], Place] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    names: Names = field(default_factory=Names)


@dataclass
class Row:
    """Hold a row that says something: its kind, and the thing and the graph it speaks of once these are known."""

    sheet: SheetRead
    number: int
    cells: Sequence[Raw]
    kind: RowKind
    iri: str = ""
    graph: str = ""

    def place(self, heading: str = "", column: int | None = None) -> Place:
        """Return its place, or that of one of its cells."""
        if column is None:
            column = self.sheet.first.get(heading, -1)
        return Place(self.sheet.title, self.number, column + 1, heading)

    def cell(self, heading: str) -> str:
        """Return the text of one of its first cells."""
        column = self.sheet.first.get(heading)
        return digits(self.cells[column]).strip() if column is not None and column < len(self.cells) else ""

    def columns(self) -> Iterator[tuple[int, Column, Raw]]:
        """Yield its other cells, of the columns that its kind has."""
        for place, column in self.sheet.columns.items():
            if place < len(self.cells) and column.field.path in self.kind.paths:
                yield place, column, self.cells[place]


def rows_of(sheet: SheetRead, submission: Submission) -> Iterator[Row]:
    """Yield the rows that say something, with their kind."""
    known = {folded(kind.label[language]): kind for kind in sheet.sheet.kinds for language in kind.label}
    for number, cells in sheet.rows:
        kind = sheet.sheet.kinds[0]
        row = Row(sheet, number, cells, kind)
        if kind.pattern == "{city}" and not any(digits(raw).strip() for _, _, raw in row.columns()):
            # The register says what it is; the empty workbook of a city names it by this row.
            continue
        if len(sheet.sheet.kinds) > SINGLE:
            text = row.cell(KIND["ja"])
            if folded(text) in known:
                row.kind = known[folded(text)]
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


def identify(rows: list[Row], submission: Submission, names: Names, kept: Iterable[str]) -> None:
    """Give each row its thing, and learn the names that the workbook gives; no new thing gets the IRI of a kept one."""
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
    taken = {*kept, *(row.iri for row in rows)}
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


def _new(row: Row, city: str, names: Names, taken: set[str]) -> str:
    values: dict[str, list[str]] = defaultdict(list)
    english = ""
    for _, column, raw in row.columns():
        if column.field.path in (PREF_LABEL, DCT_TITLE) and column.language == "en":
            english = english or digits(raw)
        elif column.field.path.rpartition("#")[2].rpartition("/")[2] in row.kind.pattern:
            path = column.field.path.rpartition("#")[2].rpartition("/")[2]
            values[path] += [str(each) for each in understood(column, raw, names).values]
    return new_key(row.kind.pattern, city, values, english, taken)


def _learn(row: Row, names: Names) -> None:
    names.learn((row.iri, RDF_TYPE, URIRef(row.kind.rdf_class)))
    for path in (PREF_LABEL, DCT_TITLE):
        for _, column, raw in row.columns():
            if column.field.path == path and column.language and digits(raw).strip():
                text = Literal(digits(raw).strip(), lang=column.language)
                names.learn((row.iri, PREF_LABEL, text))
    if not names.label(row.iri):
        # What has no name is meant by what its key ends in: a meeting by its day.
        names.learn((row.iri, ALT_LABEL, Literal(row.iri.rpartition("/")[2], lang="ja")))
    for _, column, raw in row.columns():
        if column.field.path.endswith(("#altLabel", "#inScheme")):
            for value in understood(column, raw, names).values:
                names.learn((row.iri, column.field.path, value))
