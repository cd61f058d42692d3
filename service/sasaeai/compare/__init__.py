"""The flow of a comparison: topics by cities, each cell with its state and its evidence.

The number of queries is that of the topics and a few more, whatever the cities and the days: each topic is asked of
all cities at once and knows no day; what holds on a day is judged here, by `statements.validity`.
"""

from collections.abc import Iterable, Sequence

from sasaeai import statements
from sasaeai.compare.cells import Known, cell
from sasaeai.compare.columns import MOST, Column, codes, columns
from sasaeai.compare.comparison import Comparison, Line
from sasaeai.compare.difference import Difference, difference
from sasaeai.compare.structure import tree
from sasaeai.compare.topics import Topic, topics
from sasaeai.repository import Repository
from sasaeai.statements import Row, Table
from sasaeai.statements.evidence import evidence
from sasaeai.statements.labels import labels
from sasaeai.statements.validity import State, validities
from sasaeai.store import Store
from sasaeai.store.parameters import bind, literal
from sasaeai.vocabulary import CONCEPT

__all__ = ["MOST", "Column", "Comparison", "Difference", "Topic", "codes", "columns", "compare", "fill", "topics"]

_STATES = (*State, "stated", "inferred", "computed", "not-stated", "does-not-apply")
_NAMED = (*(f"{CONCEPT}state/{each}" for each in _STATES), *(f"{CONCEPT}difference/{each}" for each in Difference))
"""What every table names, beside what stands in it."""


def compare(
    store: Store, repository: Repository, asked: Iterable[Topic], beside: Sequence[Column], language: str
) -> Comparison:
    """Compare cities by topics, with names in a language."""
    bound = {"m": [literal(code) for code in dict.fromkeys(column.city.code for column in beside)]}
    told = [(topic, statements.select_each(store, topic.file, bound)) for topic in asked]
    parts = statements.select_each(store, repository.query("compare-structure"), bound)
    tables = [*(table for _, table in told), parts]
    things = dict.fromkeys(row["thing"]["value"] for table in tables for row in table.rows)
    periods = validities(store, repository, things)
    bases, sources = _grounds(store, repository, things)
    documents = [each for column in beside for each in column.city.documents]
    quoted = [*things, *(each for derived in sources.values() for each in derived), *documents]
    known = Known(periods, bases)
    return Comparison(
        columns=tuple(beside),
        lines=tuple(_line(topic, beside, table.rows, known) for topic, table in told),
        structures=tuple(tree(_of(column, parts.rows), periods, column.day) for column in beside),
        labels=_labels(store, repository, tables, language),
        quotes=evidence(store, repository, quoted, language),
        sources=sources,
        version=parts.version,
    )


def fill(topic: Topic, wanted: Sequence[str]) -> str:
    """Return the SPARQL of a topic, filled in with the codes of municipalities."""
    return bind(topic.file.text, {"m": [literal(code) for code in wanted]})


def _line(topic: Topic, beside: Sequence[Column], rows: Sequence[Row], known: Known) -> Line:
    cells = tuple(cell(topic, column, _of(column, rows), known) for column in beside)
    return Line(topic, cells, difference(topic, cells))


def _of(column: Column, rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row["municipality"]["value"] == column.city.iri]


def _grounds(
    store: Store, repository: Repository, things: Iterable[str]
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Tell of things on what basis they are said, and from what they were derived."""
    bases: dict[str, str] = {}
    sources: dict[str, list[str]] = {}
    for row in statements.select_of(store, repository.query("compare-grounds"), things).rows:
        if "basis" in row:
            bases[row["thing"]["value"]] = row["basis"]["value"].rpartition("/")[2]
        else:
            sources.setdefault(row["thing"]["value"], []).append(row["from"]["value"])
    return bases, sources


def _labels(store: Store, repository: Repository, tables: Iterable[Table], language: str) -> dict[str, tuple[str, str]]:
    """Name every IRI of the tables: in the language, else in Japanese."""
    cells = (term for table in tables for row in table.rows for term in row.values())
    iris = [*_NAMED, *(term["value"] for term in cells if term["type"] == "uri")]
    found = labels(store, repository, iris, language)
    return {iri: (label["value"], label["xml:lang"]) for iri, label in found.items()}
