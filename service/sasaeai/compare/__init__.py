"""The flow of a comparison: topics by cities, each cell with its state and its evidence.

The number of queries is that of the topics and a few more, whatever the cities and the days: each topic is asked of
all cities at once and knows no day; what holds on a day is judged here, by `statements.validity`. What was answered of
a city is kept until the data change, so that of cities compared before nothing is asked again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sasaeai import statements
from sasaeai.compare.cells import cell
from sasaeai.compare.columns import MOST, Column, columns
from sasaeai.compare.comparison import Comparison, Line
from sasaeai.compare.difference import Difference, difference
from sasaeai.compare.structure import KINDS, tree
from sasaeai.compare.topics import Topic, topics
from sasaeai.repository import Repository
from sasaeai.statements import Row
from sasaeai.statements.dossiers import dossiers, things
from sasaeai.statements.keeping import Last
from sasaeai.statements.labels import labels
from sasaeai.statements.things import Thing, Value
from sasaeai.statements.validity import State
from sasaeai.store import Store
from sasaeai.store.parameters import bind, literal
from sasaeai.vocabulary import CONCEPT, SAS

__all__ = [
    "MOST",
    "Column",
    "Comparison",
    "Difference",
    "Topic",
    "codes",
    "columns",
    "compare",
    "fill",
    "prepare",
    "topics",
]

_STATES = (*State, "stated", "inferred", "computed", "not-stated", "does-not-apply")
_NAMED = (*(f"{CONCEPT}state/{each}" for each in _STATES), *(f"{CONCEPT}difference/{each}" for each in Difference))
_NAMED += tuple(SAS + each for each in KINDS)
"""What every table names, beside what stands in it."""


_ROWS = 20_000
"""Rows of answers that are kept of cities, in all: of some hundred and thirty, in about 40 MB."""


@dataclass(frozen=True)
class Told:
    """Hold what the topics' queries answer of one city, by the key of the topic."""

    rows: Mapping[str, Sequence[Row]]
    version: str


KEPT: WeakKeyDictionary[Store, Last[Told]] = WeakKeyDictionary()
"""What is kept of each store, as `dossiers.KEPT`."""


def compare(
    store: Store, repository: Repository, asked: Iterable[Topic], beside: Sequence[Column], language: str
) -> Comparison:
    """Compare cities by topics, with names in a language."""
    asked = list(asked)
    cities = list(dict.fromkeys(column.city for column in beside))
    told = _told(store, asked, {city.code: city.iri for city in cities})
    known = dict(zip(cities, dossiers(store, repository, (city.iri for city in cities), language), strict=True))
    of_cities = {iri: each for dossier in known.values() for iri, each in dossier.things.items()}
    rows = [row for each in told.values() for of_topic in each.rows.values() for row in of_topic]
    # A topic may tell of what belongs to no city.
    others = things(store, repository, {row["thing"]["value"] for row in rows} - of_cities.keys(), language)
    every = {**of_cities, **others.things}
    lines = [[(column, told[column.city.code].rows[topic.key]) for column in beside] for topic in asked]
    return Comparison(
        columns=tuple(beside),
        lines=tuple(_line(topic, of_topic, every) for topic, of_topic in zip(asked, lines, strict=True)),
        structures=tuple(tree(known[column.city].things.values(), column.day) for column in beside),
        labels=_labels(store, repository, rows, [each.labels for each in (*known.values(), others)], language),
        things=every,
        quotes={iri: each for dossier in (*known.values(), others) for iri, each in dossier.evidence.items()},
        version=next(iter(known.values())).version,
    )


def prepare(
    store: Store, repository: Repository, asked: Iterable[Topic], cities: Mapping[str, str], language: str
) -> None:
    """Read what a comparison needs of cities, IRIs by code, so that who compares or visits them finds it kept."""
    _told(store, list(asked), cities)
    dossiers(store, repository, cities.values(), language)


def fill(topic: Topic, wanted: Sequence[str]) -> str:
    """Return the SPARQL of a topic, filled in with the codes of municipalities."""
    return bind(topic.file.text, {"m": [literal(code) for code in wanted]})


def _line(topic: Topic, columns: Iterable[tuple[Column, Sequence[Row]]], known: Mapping[str, Thing]) -> Line:
    cells = tuple(cell(topic, column, rows, known) for column, rows in columns)
    return Line(topic, cells, difference(topic, cells))


def _told(store: Store, asked: Sequence[Topic], cities: Mapping[str, str]) -> dict[str, Told]:
    """Ask the topics of the cities of which no answer is kept, all at once."""
    keys = tuple(each.key for each in asked)

    def read(missing: Sequence[tuple[str, tuple[str, ...]]]) -> dict[tuple[str, tuple[str, ...]], tuple[Told, int]]:
        bound = {"m": [literal(code) for code, _ in missing]}
        tables = statements.select_all(store, [(topic.file, bound) for topic in asked])
        parted = {key: statements.by(table.rows, "municipality") for key, table in zip(keys, tables, strict=True)}
        versions = {table.version for table in tables}
        version = versions.pop() if len(versions) == 1 else ""  # of two versions at once nothing is kept
        found = {code: {key: each.get(cities[code], []) for key, each in parted.items()} for code, _ in missing}
        weights = {code: 1 + sum(map(len, rows.values())) for code, rows in found.items()}
        return {(code, keys): (Told(rows, version), weights[code]) for code, rows in found.items()}

    taken = KEPT.setdefault(store, Last(_ROWS)).take([(code, keys) for code in cities], store.version(), read)
    return {code: each for (code, _), each in taken.items()}


def _labels(
    store: Store, repository: Repository, rows: Iterable[Row], known: Iterable[Mapping[str, Value]], language: str
) -> dict[str, Value]:
    """Name every IRI of the rows: in the language, else in Japanese."""
    found = {iri: name for each in known for iri, name in each.items()}
    spoken = {term["value"] for row in rows for term in row.values() if term["type"] == "uri"}
    missing = [each for each in (*_NAMED, *sorted(spoken)) if each not in found]
    for iri, label in labels(store, repository, missing, language).items():
        found[iri] = Value(label["value"], label.get("xml:lang"), iri)
    return found
