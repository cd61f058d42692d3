"""The answer to a question, whole or a page of it, in every form it can be had in."""

import datetime
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sasaeai import workbook
from sasaeai.catalogue.by_city import ByCity
from sasaeai.catalogue.questions import Question
from sasaeai.errors import ServiceError
from sasaeai.formats import GRAPH_FORMATS, OBJECTS, RESULT_FORMATS, WORKBOOK, Format
from sasaeai.prefixes import Prefixes, expanded
from sasaeai.statements import Row, Table, table
from sasaeai.statements.paging import Paging
from sasaeai.store import Answer
from sasaeai.store.parameters import Term, iri, literal
from sasaeai.store.writing import Statement, address, in_language, results, statement, typed, written
from sasaeai.vocabulary import BASE, LICENCE, XSD, Words

FORMATS = (*(each.without(OBJECTS) for each in RESULT_FORMATS), OBJECTS, WORKBOOK, *GRAPH_FORMATS)
"""What an answer can be had in beside its page, in the order of our preference."""

MOST_ROWS = 20_000
"""Rows that are written here at once; the engine writes CSV, TSV, JSON and XML results of any length itself."""

EVIDENCE = "evidence"
"""The column of the IRIs that a row rests on, parted by spaces."""

_CSVW = "http://www.w3.org/ns/csvw#"
_WHOLE, _BROKEN = {XSD + "integer"}, {XSD + "decimal", XSD + "double"}
_FIRST_DAY = datetime.date(1900, 3, 1)
"""Workbooks count days from 1900 and take that for a leap year: what is earlier stays text."""

_SAFE = 10**15
"""From there on a workbook loses digits."""


@dataclass(frozen=True)
class Reply:
    """Hold an answer: the rows of the page asked for, or all; the number of the first; how many there are of all.

    That is None while it is not known: then others follow. Where all were read they are the `whole`.
    """

    question: Question
    arguments: Mapping[str, Sequence[str]]
    rows: Table
    first: int
    total: int | None
    whole: Sequence[Row] = ()

    @property
    def address(self) -> str:
        """Return the IRI of the whole answer: its address, of whatever host."""
        return self.file("")

    def file(self, ending: str) -> str:
        """Return the address of the whole answer with an ending such as `.csv`."""
        query = urlencode(self.arguments, doseq=True)
        return f"{BASE}queries/{self.question.name}{ending}" + (f"?{query}" if query else "")


def ask(cities: ByCity, question: Question, arguments: Mapping[str, Sequence[str]], page: Paging | None) -> Reply:
    """Ask a question and return its whole answer, or one page; ServiceError 404 where there is no such page."""
    if page is None:
        whole = table(cities.whole(question, arguments))
        return Reply(question, arguments, whole, 1, len(whole.rows), whole.rows)
    found = cities.page(question, arguments, page)
    columns, rows, version = found.table.columns, found.table.rows, found.table.version
    shown = Table(columns, page.cut(rows, found.before), version)
    return Reply(question, arguments, shown, page.start + 1, found.total, rows if len(rows) == found.total else ())


def write(reply: Reply, wanted: Format, language: str, prefixes: Prefixes) -> Answer:
    """Write an answer in a format; ServiceError 503 where it is too long to be written at once."""
    if len(reply.rows.rows) > MOST_ROWS:
        raise ServiceError("file-too-long", 503, limit=MOST_ROWS)
    match wanted.name:
        case OBJECTS.name:
            body = json.dumps(_objects(reply, language), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        case WORKBOOK.name:
            body = workbook.write(sheets(reply, language), {})
        case name if name in {each.name for each in RESULT_FORMATS}:
            body = results(reply.rows.columns, reply.rows.rows, wanted)
        case _:
            body = written(_statements(reply, prefixes), wanted, prefixes)
    return Answer(body, wanted, reply.rows.version, "solutions")


def _objects(reply: Reply, language: str) -> dict[str, Any]:
    """Return the answer as an object with the rows as objects: JSON for programs, JSON-LD 1.1 for those who read it."""
    question, columns = reply.question, reply.rows.columns
    base = f"{BASE}queries/{question.name}#"
    context = {name: _read_as(name, base + name, reply.rows.rows) for name in columns}
    own = {
        "title": "http://purl.org/dc/terms/title",
        "licence": {"@id": "http://purl.org/dc/terms/license", "@type": "@id"},
        "version": "http://www.w3.org/2002/07/owl#versionInfo",
        "rows": {"@id": "http://purl.org/dc/terms/hasPart", "@container": "@set"},
    }
    rows = ({name: _plain(name, row.get(name)) for name in columns} for row in reply.rows.rows)
    return {
        "@context": {"@version": 1.1, **own, "rows": {**own["rows"], "@context": context}},  # type: ignore[dict-item]
        "@id": reply.address,
        "title": question.title[language],
        "version": reply.rows.version,
        "licence": LICENCE,
        "total": reply.total,
        "rows": [{"@id": f"{reply.address}#{number}"} | row for number, row in enumerate(rows, reply.first)],
    }


def _read_as(name: str, property_: str, rows: Sequence[Row]) -> str | dict[str, str]:
    """Return what JSON-LD is told of a column: its IRI, and its type where all of its values have the same."""
    types = {_type(row[name]) for row in rows if name in row}
    if name == EVIDENCE:
        types = {"@id"}
    return {"@id": property_, "@type": types.pop()} if len(types) == 1 and None not in types else property_  # type: ignore[dict-item]


def _type(term: Mapping[str, str]) -> str | None:
    if term["type"] == "uri":
        return "@id"
    datatype = term.get("datatype")
    return None if datatype in {*_WHOLE, *_BROKEN, XSD + "boolean", XSD + "string"} else datatype


def _plain(name: str, term: Mapping[str, str] | None) -> object:
    """Return a cell as JSON has it; what is not stated is null, and not zero."""
    if term is None:
        return [] if name == EVIDENCE else None
    if name == EVIDENCE:
        return term["value"].split()
    datatype, value = term.get("datatype"), term["value"]
    if datatype in _WHOLE:
        return int(value)
    if datatype in _BROKEN:
        return float(value)
    return value == "true" if datatype == XSD + "boolean" else value


def sheets(reply: Reply, language: str) -> dict[str, workbook.Table]:
    """Lay an answer out for a workbook: its table, and a sheet that says what it is, of what, and whose."""
    question, ja = reply.question, language == "ja"
    head = [question.columns[name][language] if name in question.columns else name for name in reply.rows.columns]
    cells = [[_cell(row.get(name)) for name in reply.rows.columns] for row in reply.rows.rows]
    return {"答え" if ja else "Answer": [head, *cells], "この答えについて" if ja else "About": _about(reply, language)}


def _about(reply: Reply, language: str) -> list[list[str | int | float | datetime.date]]:
    def said(ja: str, en: str) -> str:
        return ja if language == "ja" else en

    question = reply.question
    empty = said("資料に書かれていないこと。0ではありません。", "Not stated by any source; it is not zero.")
    shown = len(reply.rows.rows)
    rows: str | int = shown
    if reply.total is None:
        rows = said(f"{shown}行（ほかにも行がある）", f"{shown}; there are others")
    elif shown < reply.total:
        rows = said(f"全{reply.total}行のうち{shown}行", f"{shown} of {reply.total}")
    told: list[list[str | int | float | datetime.date]] = [
        [said("質問", "Question"), question.title[language]],
        [said("内容", "What it answers"), question.summary[language]],
        [said("空欄", "Empty cells"), empty],
        [said("行数", "Rows"), rows],
    ]
    if question.caveat:
        told.insert(2, [said("注意", "Caveat"), question.caveat[language]])
    for name, values in reply.arguments.items():
        told.append([question.parameters[name].label[language], ", ".join(values)])
    return [
        *told,
        [said("データの版", "Version of the data"), reply.rows.version],
        [said("ライセンス", "Licence"), f"CC BY 4.0 {LICENCE}"],
        [said("出典", "Source"), f"Sasaeai 支え合い {reply.address}"],
    ]


def _cell(term: Mapping[str, str] | None) -> str | int | float | datetime.date:
    if term is None:
        return ""
    datatype, value = term.get("datatype"), term["value"]
    if datatype in _WHOLE and abs(int(value)) < _SAFE:
        return int(value)
    if datatype in _BROKEN:
        return float(value)
    if datatype == XSD + "date" and (day := _day(value)) and day >= _FIRST_DAY:
        return day
    return value


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None  # with a time zone, which a workbook's days have not


def _statements(reply: Reply, prefixes: Prefixes) -> Iterator[Statement]:
    """Tell the answer in RDF as "Generating RDF from Tabular Data on the Web" (W3C, 2015) has it, §4.4.

    The table is a csvw:Table; each row describes a node that has a property for each column, `queries/<name>#<column>`.
    """
    question, columns = reply.question, reply.rows.columns
    column = f"{BASE}queries/{question.name}#"
    a, label, title, version, licence, description = (
        expanded(prefixes, name)
        for name in ("rdf:type", "rdfs:label", "dct:title", "owl:versionInfo", "dct:license", "dct:description")
    )
    here = reply.address
    yield statement(here, a, iri(_CSVW + "Table"))
    yield statement(here, _CSVW + "url", address(reply.file(".csv")))
    yield statement(here, licence, iri(LICENCE))
    yield statement(here, version, literal(reply.rows.version))
    for words, property_ in ((question.title, title), (question.summary, description), (question.caveat, description)):
        yield from _worded(here, property_, words)
    for name in columns:
        yield from _worded(column + name, label, question.columns.get(name))
    for number, row in enumerate(reply.rows.rows, reply.first):
        whole, described = f"{here}#row={number}", f"{here}#{number}"
        yield statement(here, _CSVW + "row", iri(whole))
        yield statement(whole, a, iri(_CSVW + "Row"))
        yield statement(whole, _CSVW + "rownum", literal(number))
        yield statement(whole, _CSVW + "describes", iri(described))
        for name, term in row.items():
            yield from (statement(described, column + name, value) for value in _terms(name, term))


def _worded(subject: str, property_: str, words: Words | None) -> Iterator[Statement]:
    for language, text in (words or {}).items():
        yield statement(subject, property_, in_language(text, language))


def _terms(name: str, term: Mapping[str, str]) -> list[Term]:
    if name == EVIDENCE:
        return [iri(each) for each in term["value"].split()]
    return [typed(term)]
