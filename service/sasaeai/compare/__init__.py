"""The flow of a comparison: topics by cities, each cell with its state and its evidence.

The number of queries is that of the topics and a few more, whatever the cities and the days: each topic is asked of
all cities at once and knows no day; what holds on a day is judged here, by `statements.validity`. What was answered of
a city is kept until the data change, so that of cities compared before nothing is asked again.
"""

from collections.abc import Iterable, Mapping, Sequence

from sasaeai.compare.cells import Said, cell
from sasaeai.compare.columns import MOST, Column, columns, known
from sasaeai.compare.comparison import Comparison, Line
from sasaeai.compare.difference import Difference, difference
from sasaeai.compare.structure import tree
from sasaeai.compare.told import tell
from sasaeai.compare.topics import Topic, topics
from sasaeai.repository import Repository
from sasaeai.statements.dossiers import dossiers
from sasaeai.statements.things import Thing
from sasaeai.store import Store
from sasaeai.store.parameters import bind, literal

__all__ = [
    "MOST",
    "Column",
    "Comparison",
    "Difference",
    "Line",
    "Topic",
    "codes",
    "columns",
    "compare",
    "fill",
    "prepare",
    "topics",
]


def compare(
    store: Store, repository: Repository, asked: Iterable[Topic], beside: Sequence[Column], language: str
) -> Comparison:
    """Compare cities by topics, with names in a language."""
    asked, cities = list(asked), {column.city.code: column.city.iri for column in beside}
    of = tell(store, repository, asked, cities, language)
    own = dict(zip(cities, dossiers(store, repository, cities.values(), language), strict=True))
    # What a city says of itself goes before what is known of it as a thing of no city.
    spoken = [*(each.others for each in of.values()), *own.values()]
    every = {iri: each for dossier in spoken for iri, each in dossier.things.items()}
    named = [*(each.labels for each in of.values()), *(each.labels for each in spoken)]
    lines = ((topic, [(column, of[column.city.code].rows[topic.key]) for column in beside]) for topic in asked)
    return Comparison(
        columns=tuple(beside),
        lines=tuple(_line(topic, columns, every) for topic, columns in lines),
        structures=tuple(tree(own[column.city.code].things.values(), column.day) for column in beside),
        labels={iri: each for those in named for iri, each in those.items()},
        things=every,
        quotes={iri: each for dossier in spoken for iri, each in dossier.evidence.items()},
        version=next(iter(own.values())).version,
    )


def prepare(
    store: Store, repository: Repository, asked: Iterable[Topic], cities: Mapping[str, str], language: str
) -> None:
    """Read what a comparison needs of cities, IRIs by code, so that who compares or visits them finds it kept."""
    known(store, repository, [*cities], language)
    tell(store, repository, list(asked), cities, language)
    dossiers(store, repository, cities.values(), language)


def fill(topic: Topic, wanted: Sequence[str]) -> str:
    """Return the SPARQL of a topic, filled in with the codes of municipalities."""
    return bind(topic.file.text, {"m": [literal(code) for code in wanted]})


def _line(topic: Topic, columns: Iterable[tuple[Column, Sequence[Said]]], known: Mapping[str, Thing]) -> Line:
    cells = tuple(cell(topic, column, rows, known) for column, rows in columns)
    return Line(topic, cells, difference(topic, cells))
