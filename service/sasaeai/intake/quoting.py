"""What new rows rest on: a workbook that is itself the source is quoted by the text of its cells."""

from collections.abc import Iterable, Iterator

from rdflib import Literal

from sasaeai.fields import Names, Statement
from sasaeai.intake.cells import shown, understood
from sasaeai.intake.findings import Remark
from sasaeai.intake.keys import source_of
from sasaeai.intake.layout import KEY, OWN_RENDERING, QUOTE, SOURCES, SUBMITTED
from sasaeai.intake.rows import Row, Submission
from sasaeai.vocabulary import RDF_TYPE, SAS

_LONGEST = 80
"""Characters of a quote."""

_NO_EVIDENCE = {
    QUOTE,
    SAS + "basis",
    "http://www.w3.org/ns/prov#wasDerivedFrom",
    "http://www.w3.org/2004/02/skos/core#note",
}
"""What a reader says, not the source."""


def describe(submission: Submission) -> None:
    """Say of the graph of a new source, where the file does not, that its English is a rendering."""
    for graph, statements in submission.graphs.items():
        source = source_of(graph)
        described = any(thing == graph and path == OWN_RENDERING for thing, path, _ in statements)
        is_there = any(thing == source and path == RDF_TYPE for thing, path, _ in statements)
        if is_there and not described:
            statements.append((graph, OWN_RENDERING, Literal("en")))
            submission.findings.append(Remark("description-made", "").at(submission.rows[graph, source]))


def quote_cells(rows: Iterable[Row], submission: Submission, names: Names) -> None:
    """Let the rows of a source that is the workbook itself rest on the text of their cells.

    A quote that stands in the cells of its row remains; in the place of another comes the text of these.
    """
    own = {
        thing
        for statements in submission.graphs.values()
        for thing, path, value in statements
        if path == SUBMITTED and str(value) == "true"
    }
    for row in rows:
        if row.graph and source_of(row.graph) in own and row.kind.rdf_class not in ("", *SOURCES):
            _quote(row, submission, names)


def _quote(row: Row, submission: Submission, names: Names) -> None:
    said = submission.graphs[row.graph]
    given = [each for each in said if each[:2] == (row.iri, QUOTE)]
    cells = list(_texts(row, names))
    if given and all(_plain(str(value)) in _plain("".join(cells)) for _, _, value in given):
        return
    place = submission.columns.get((row.graph, row.iri, QUOTE)) or row.place(KEY["ja"])
    fresh: Statement = (row.iri, QUOTE, Literal(_joined(cells), lang="ja"))
    submission.graphs[row.graph] = [*(each for each in said if each not in given), fresh]
    submission.places[row.graph, fresh] = place
    submission.findings.append(Remark("quote-made", "", str(fresh[2])).at(place))


def _texts(row: Row, names: Names) -> Iterator[str]:
    """Yield the text of a row's cells as the workbook writes them, however they were typed; of both languages ja."""
    for _, column, raw in row.columns():
        if column.field.path in _NO_EVIDENCE or column.language == "en":
            continue
        cell, _ = shown(column, list(understood(column, raw, names).values), names)
        yield from str(cell).splitlines()


def _joined(cells: Iterable[str]) -> str:
    text = ""
    for cell in cells:
        if len(text) + 1 + len(cell) > _LONGEST and text:
            break
        text = f"{text} {cell}" if text else cell[:_LONGEST]
    return text


def _plain(text: str) -> str:
    return "".join(text.split())
