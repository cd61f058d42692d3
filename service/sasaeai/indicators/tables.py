"""What the indicators find, as a table of one row a reading, and as a graph of one node a reading."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from rdflib import RDF, XSD, Graph, Literal, Namespace, URIRef
from rdflib.namespace import PROV

from sasaeai import workbook
from sasaeai.formats import BY_NAME, WORKBOOK, Format, Kind
from sasaeai.indicators.cities import City
from sasaeai.indicators.measures import Findings
from sasaeai.indicators.readings import Found, Reading, Standing
from sasaeai.statements import writing
from sasaeai.vocabulary import BASE, CONCEPT, SAS

COLUMNS = (
    *("indicator", "indicatorLabel", "municipality", "municipalityLabel", "asOf", "reading"),
    *("part", "partLabel", "detail", "detailLabel", "bound", "boundLabel", "value", "unit", "unitLabel", "date"),
    *("numerator", "denominator", "denominatorDate", "state", "stateLabel", "onDay", "onDayLabel", "lastSeen"),
    "evidence",
)
"""The columns of the table; beside a column `x` of IRIs stands `xLabel`, as in the answers of the catalogue."""

WHOLE, PART, EARLIER = "whole", "part", "earlier"
"""What a row is a reading of: of the city, of a part of it, or of the city at an earlier time."""

_STATE = f"{CONCEPT}state/"
_SDMX = "http://purl.org/linked-data/sdmx/2009/"
_OURS = Namespace(SAS)
FORMATS = (*writing.FORMATS, WORKBOOK, *(BY_NAME[name] for name in ("ttl", "jsonld", "rdf", "nt")))
"""What a table of readings can be had as, in the order of our preference."""

_IRIS = {"indicator", "municipality", "part", "detail", "bound", "unit", "state", "onDay"}
_SYNTAXES = {"ttl": "turtle", "nt": "nt", "rdf": "xml", "jsonld": "json-ld"}
_NOTHING = Reading(None, Standing.NOT_STATED, ())


@dataclass(frozen=True)
class Told:
    """Hold one row of the table: a reading of a city by an indicator."""

    findings: Findings
    city: City
    kind: str
    reading: Reading

    @property
    def evidence(self) -> tuple[str, ...]:
        """Return what the reading rests on: that nothing is said, on the documents read."""
        return self.reading.evidence or tuple(sorted(self.city.documents))


def told(findings: Iterable[Findings], cities: Iterable[City]) -> Iterator[Told]:
    """Yield the readings of cities, indicator by indicator; of a city without any, that nothing is stated."""
    wanted = list(cities)
    for each in findings:
        for city in wanted:
            yield from (Told(each, city, kind, reading) for kind, reading in _readings(each.of(city)))


def named(rows: Iterable[Told]) -> dict[str, None]:
    """Return the IRIs that the table names, each once."""
    return dict.fromkeys(iri for row in rows for iri in _named(row).values() if iri)


def row_of(row: Told, labels: Mapping[str, str], language: str) -> dict[str, str]:
    """Write one row of the table; what is not known is empty."""
    about, reading = row.findings.indicator, row.reading
    iris = {name: iri for name, iri in _named(row).items() if iri}
    cells = dict.fromkeys(COLUMNS, "") | iris | {f"{name}Label": labels.get(iri, "") for name, iri in iris.items()}
    return cells | {
        "indicator": about.iri,
        "indicatorLabel": about.title[language],
        "municipality": row.city.iri,
        "municipalityLabel": row.city.name(language),
        "asOf": row.findings.day.isoformat(),
        "reading": row.kind,
        "value": reading.value or "",
        "date": reading.end or "",
        "numerator": reading.numerator or "",
        "denominator": reading.denominator or "",
        "denominatorDate": reading.denominator_day or "",
        "lastSeen": reading.last_seen or "",
        "evidence": " ".join(row.evidence),
    }


def written(
    rows: Sequence[Told], labels: Mapping[str, str], prefixes: Mapping[str, str], language: str, format_: Format
) -> bytes:
    """Write the rows in one of the formats offered, whole."""
    if format_ == WORKBOOK:
        title = "指標" if language == "ja" else "indicators"
        return workbook.write({title: sheet(rows, labels, language)}, {title: [20] * len(COLUMNS)})
    if Kind.GRAPH in format_.kinds:
        return graph_of(rows, prefixes, format_.name)
    cells = (row_of(row, labels, language) for row in rows)
    terms = ({name: _term(name, text) for name, text in row.items() if text} for row in cells)
    return writing.write(COLUMNS, terms, "", format_).body


def _term(name: str, text: str) -> dict[str, str]:
    return {"type": "uri" if name in _IRIS else "literal", "value": text}


def graph_of(rows: Iterable[Told], prefixes: Mapping[str, str], syntax: str) -> bytes:
    """Write the rows as RDF: a `sas:Finding` each, on the topic of its indicator."""
    graph = Graph()
    for prefix, namespace in prefixes.items():
        graph.bind(prefix, namespace)
    for number, row in enumerate(rows, 1):
        _find(graph, row, number)
    return graph.serialize(format=_SYNTAXES[syntax], encoding="utf-8")


def sheet(rows: Iterable[Told], labels: Mapping[str, str], language: str) -> list[list[str | int | float]]:
    """Lay the table out for a workbook, with numbers as numbers."""
    numbers = {"value", "numerator", "denominator"}
    table: list[list[str | int | float]] = [list(COLUMNS)]
    for row in rows:
        cells = row_of(row, labels, language)
        table.append([float(cells[each]) if each in numbers and cells[each] else cells[each] for each in COLUMNS])
    return table


def _readings(found: Found) -> Iterator[tuple[str, Reading]]:
    yield from ((WHOLE, each) for each in found.readings or (_NOTHING,))
    yield from ((PART, each) for each in found.parts)
    yield from ((EARLIER, each) for each in found.earlier)


def _named(row: Told) -> dict[str, str | None]:
    reading = row.reading
    return {
        "part": reading.part,
        "detail": reading.detail,
        "bound": reading.bound,
        "unit": row.findings.indicator.unit if row.kind != PART else None,
        "state": _STATE + reading.state,
        "onDay": _STATE + reading.on_day if reading.on_day else None,
    }


def _find(graph: Graph, row: Told, number: int) -> None:
    about, reading = row.findings.indicator, row.reading
    asked = urlencode({"m": row.city.code, "asOf": row.findings.day.isoformat()})
    finding = URIRef(f"{BASE}indicators/{about.name}?{asked}#{number}")
    graph.add((finding, RDF.type, _OURS.Finding))
    links = {
        _OURS.topic: about.iri,
        _OURS.municipality: row.city.iri,
        _OURS.state: _STATE + reading.state,
        _OURS.stateOnDay: _STATE + reading.on_day if reading.on_day else None,
        _OURS.bound: reading.bound,
        URIRef("http://purl.org/dc/terms/subject"): reading.part,
        URIRef(f"{_SDMX}attribute#unitMeasure"): about.unit if reading.value and row.kind != PART else None,
    }
    for link, iri in links.items():
        if iri:
            graph.add((finding, link, URIRef(iri)))
    for each in row.evidence:
        graph.add((finding, PROV.wasDerivedFrom, URIRef(each)))
    graph.add((finding, _OURS.day, Literal(row.findings.day)))
    if reading.value:
        kind = XSD.integer if reading.value.isdigit() else XSD.decimal
        graph.add((finding, URIRef(f"{_SDMX}measure#obsValue"), Literal(reading.value, datatype=kind)))
    if reading.end:
        graph.add((finding, URIRef("http://purl.org/dc/terms/date"), Literal(reading.end, datatype=XSD.date)))
