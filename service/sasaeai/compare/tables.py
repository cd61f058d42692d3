"""A comparison as a table of one row a value, and as a graph of one node a value: the same content as its page."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlencode

from rdflib import RDF, SKOS, XSD, Dataset, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, PROV

from sasaeai.compare.cells import NOT_STATED, Cell, Term, Value
from sasaeai.compare.comparison import Comparison, Line
from sasaeai.vocabulary import BASE, CONCEPT, SAS

COLUMNS = (
    *("topic", "topicLabel", "difference", "differenceLabel", "municipality", "municipalityLabel", "asOf"),
    *("of", "ofLabel", "value", "valueLabel", "detail", "detailLabel", "number", "unit", "unitLabel"),
    *("bound", "boundLabel", "period", "periodLabel", "state", "stateLabel", "onDay", "onDayLabel"),
    *("things", "evidence"),
)
"""The columns of the table; beside a column `x` of IRIs stands `xLabel`, as in the answers of the catalogue."""

STATE = f"{CONCEPT}state/"
_SDMX = "http://purl.org/linked-data/sdmx/2009/"
_OURS = Namespace(SAS)
_SYNTAXES = {"ttl": "turtle", "nt": "nt", "rdf": "xml", "jsonld": "json-ld", "trig": "trig", "nq": "nquads"}


def rows(comparison: Comparison, language: str) -> Iterator[dict[str, str]]:
    """Yield the rows of the table: the values of each cell, or that nothing is stated."""
    for line, cell, value in _values(comparison):
        said = _row(line, language) | _place(cell)
        if value is None:
            said |= {"state": f"{STATE}{NOT_STATED}", "evidence": " ".join(sorted(cell.column.city.documents))}
        else:
            said |= _said(comparison, value)
        labels = {
            f"{each}Label": comparison.label(said[each]) for each in ("difference", "state", "onDay") if said.get(each)
        }
        yield dict.fromkeys(COLUMNS, "") | said | labels


def csv_of(comparison: Comparison, language: str) -> bytes:
    """Write the table as CSV (RFC 4180)."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([row[each] for each in COLUMNS] for row in rows(comparison, language))
    return text.getvalue().encode()


def address(comparison: Comparison) -> str:
    """Return the IRI of a comparison: its address, of whatever host."""
    cities = dict.fromkeys(column.city.code for column in comparison.columns)
    days = dict.fromkeys(column.day.isoformat() for column in comparison.columns if column.day)
    return f"{BASE}compare?{urlencode([('m', code) for code in cities] + [('asOf', day) for day in days])}"


def rdf_of(comparison: Comparison, prefixes: Mapping[str, str], language: str, syntax: str) -> bytes:
    """Write the comparison as RDF: a `sas:Finding` for each row of the table."""
    whole = Dataset() if syntax in {"trig", "nq"} else Graph()
    for prefix, namespace in prefixes.items():
        whole.bind(prefix, namespace)
    graph = whole.default_graph if isinstance(whole, Dataset) else whole
    here = address(comparison)
    for number, (line, cell, value) in enumerate(_values(comparison), 1):
        finding = URIRef(f"{here}#{line.topic.key}/{cell.column.key}/{number}")
        topic = URIRef(line.topic.iri)
        if line.topic.partial:
            graph.add((topic, RDF.type, SKOS.Concept))
            graph.add((topic, SKOS.prefLabel, Literal(line.topic.title[language], language)))
            graph.add((topic, SKOS.broader, URIRef(f"{CONCEPT}topic/{line.topic.concept}")))
        _find(graph, finding, comparison, cell, value)
        graph.add((finding, _OURS.topic, topic))
        graph.add((finding, _OURS.difference, URIRef(f"{CONCEPT}difference/{line.difference}")))
        graph.add((URIRef(here), DCTERMS.hasPart, finding))
    return whole.serialize(format=_SYNTAXES[syntax], encoding="utf-8")


def _values(comparison: Comparison) -> Iterator[tuple[Line, Cell, Value | None]]:
    for line in comparison.lines:
        for cell in line.cells:
            yield from ((line, cell, value) for value in (*cell.values, *cell.others))
            if cell.nothing:
                yield line, cell, None


def _row(line: Line, language: str) -> dict[str, str]:
    return {
        "topic": line.topic.iri,
        "topicLabel": line.topic.title[language],
        "difference": f"{CONCEPT}difference/{line.difference}",
    }


def _place(cell: Cell) -> dict[str, str]:
    city, day = cell.column.city, cell.column.day
    return {"municipality": city.iri, "municipalityLabel": city.label, "asOf": day.isoformat() if day else ""}


def _said(comparison: Comparison, value: Value) -> dict[str, str]:
    told: dict[str, str] = {}
    for name in ("of", "unit", "bound", "period"):
        if iri := getattr(value, name):
            told |= {name: iri, f"{name}Label": comparison.label(iri)}
    for name, term in (("value", value.value), ("detail", value.detail)):
        if term:
            told |= {name: term["value"], f"{name}Label": text(comparison, term)}
    return told | {
        "number": value.number or "",
        "state": STATE + value.state,
        "onDay": STATE + value.on_day if value.on_day else "",
        "things": " ".join(value.things),
        "evidence": " ".join(comparison.grounds(value.things)),
    }


def text(comparison: Comparison, term: Term) -> str:
    """Return the words for a term: the name of an IRI, a literal as it is."""
    return comparison.label(term["value"]) if term["type"] == "uri" else str(term["value"])


def _find(graph: Graph, finding: URIRef, comparison: Comparison, cell: Cell, value: Value | None) -> None:
    city, day = cell.column.city, cell.column.day
    state = value.state if value else NOT_STATED
    evidence: Sequence[str] = comparison.grounds(value.things) if value else city.documents
    graph.add((finding, RDF.type, _OURS.Finding))
    graph.add((finding, _OURS.municipality, URIRef(city.iri)))
    graph.add((finding, _OURS.state, URIRef(STATE + state)))
    for each in evidence:
        graph.add((finding, PROV.wasDerivedFrom, URIRef(each)))
    if day:
        graph.add((finding, _OURS.day, Literal(day)))
    if value is None:
        return
    if value.on_day:
        graph.add((finding, _OURS.stateOnDay, URIRef(STATE + value.on_day)))
    if value.number:
        graph.add(
            (
                finding,
                URIRef(f"{_SDMX}measure#obsValue"),
                Literal(value.number, datatype=XSD.integer if value.number.isdigit() else XSD.decimal),
            )
        )
    links = {
        DCTERMS.subject: value.of,
        URIRef(f"{_SDMX}attribute#unitMeasure"): value.unit,
        _OURS.bound: value.bound,
        URIRef(f"{_SDMX}dimension#refPeriod"): value.period,
    }
    for link, iri in links.items():
        if iri:
            graph.add((finding, link, URIRef(iri)))
    for link, term in ((RDF.value, value.value), (DCTERMS.relation, value.detail)):
        if term:
            graph.add((finding, link, _node(term)))


def _node(term: Term) -> URIRef | Literal:
    if term["type"] == "uri":
        return URIRef(term["value"])
    return Literal(term["value"], lang=term.get("xml:lang"), datatype=term.get("datatype"))
