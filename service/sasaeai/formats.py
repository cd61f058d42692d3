"""The formats of answers: one table of names, media types and file extensions."""

from dataclasses import dataclass, replace
from enum import Enum


class Kind(Enum):
    """What a format can carry."""

    RESULTS = "results"
    GRAPH = "graph"
    DATASET = "dataset"
    TABLE = "table"


@dataclass(frozen=True, eq=False)
class Format:
    """Name a serialisation: its short name is also its file extension. It is equal to itself only, and a quick key."""

    name: str
    media_type: str
    kinds: frozenset[Kind]
    aliases: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        """Return the Content-Type of an answer, charset included where the type has one."""
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type

    def without(self, other: "Format") -> "Format":
        """Return the format without the alias that another one has for its name."""
        return replace(self, aliases=tuple(each for each in self.aliases if each != other.media_type))


def _format(name: str, media_type: str, *aliases: str, kinds: set[Kind]) -> Format:
    return Format(name, media_type, frozenset(kinds), aliases)


RESULT_FORMATS = (
    _format("srj", "application/sparql-results+json", "application/json", kinds={Kind.RESULTS}),
    _format("srx", "application/sparql-results+xml", "application/xml", "text/xml", kinds={Kind.RESULTS}),
    _format("csv", "text/csv", kinds={Kind.RESULTS}),
    _format("tsv", "text/tab-separated-values", kinds={Kind.RESULTS}),
)
"""SPARQL 1.1 Query Results JSON, XML, CSV and TSV, in the order of our preference."""

GRAPH_FORMATS = (
    _format("ttl", "text/turtle", "application/x-turtle", kinds={Kind.GRAPH}),
    _format("nt", "application/n-triples", "text/plain", kinds={Kind.GRAPH}),
    _format("rdf", "application/rdf+xml", kinds={Kind.GRAPH}),
    _format("jsonld", "application/ld+json", kinds={Kind.GRAPH, Kind.DATASET}),
    _format("trig", "application/trig", kinds={Kind.GRAPH, Kind.DATASET}),
    _format("nq", "application/n-quads", kinds={Kind.GRAPH, Kind.DATASET}),
)
"""RDF 1.1 syntaxes, in the order of our preference."""

WORKBOOK = _format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", kinds={Kind.TABLE})
"""Excel's workbook, for what is a table to people."""

OBJECTS = _format("json", "application/json", kinds={Kind.TABLE})
"""A table as a list of objects, for programs that know no SPARQL results."""

EVERY_FORMAT = (*RESULT_FORMATS, *GRAPH_FORMATS)
BY_NAME = {each.name: each for each in EVERY_FORMAT}
RESULTS, GRAPH = RESULT_FORMATS[0], GRAPH_FORMATS[0]
"""What an asker without wishes gets."""

PREFIX_FORMATS = (
    *GRAPH_FORMATS,
    _format("rq", "application/sparql-query", kinds=set()),
    OBJECTS,
    BY_NAME["csv"],
)
"""What the project's prefixes can be had in beside RDF: as lines of a query, a JSON object and a table."""
