"""What a comparison takes of cities: read once, by the topics' queries, and kept until the data change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sasaeai import statements
from sasaeai.compare.cells import Said, said
from sasaeai.compare.difference import Difference
from sasaeai.compare.structure import KINDS
from sasaeai.compare.topics import Topic
from sasaeai.repository import Repository
from sasaeai.statements.dossiers import Dossier, dossiers, things
from sasaeai.statements.keeping import Last
from sasaeai.statements.labels import labels
from sasaeai.statements.things import Value
from sasaeai.statements.validity import State
from sasaeai.store import Store
from sasaeai.store.parameters import literal
from sasaeai.vocabulary import CONCEPT, SAS

_STATES = (*State, "stated", "inferred", "computed", "not-stated", "does-not-apply")
_NAMED = (*(f"{CONCEPT}state/{each}" for each in _STATES), *(f"{CONCEPT}difference/{each}" for each in Difference))
_NAMED += tuple(SAS + each for each in KINDS)
"""What every table names, beside what stands in it."""

Key = tuple[str, str, tuple[str, ...]]
"""What is kept is of a city by its code, in a language, on some topics."""

_ROWS = 20_000
"""Rows of answers that are kept of cities, in all: of some hundred and thirty, in about 40 MB."""


@dataclass(frozen=True)
class Told:
    """Hold what the topics tell of one city, by their keys.

    `others` is about things that belong to no city; `labels` name what neither they nor the city's own dossier does.
    """

    rows: Mapping[str, Sequence[Said]]
    others: Dossier
    labels: Mapping[str, Value]
    version: str


KEPT: WeakKeyDictionary[Store, Last[Told]] = WeakKeyDictionary()
"""What is kept of each store, as `dossiers.KEPT`."""


def told(
    store: Store, repository: Repository, asked: Sequence[Topic], cities: Mapping[str, str], language: str
) -> dict[str, Told]:
    """Return what topics tell of cities, IRIs by code; of those not kept all are asked at once."""
    keys = tuple(each.key for each in asked)

    def read(
        missing: Sequence[Key],
    ) -> dict[Key, tuple[Told, int]]:
        found = _read(store, repository, asked, {code: cities[code] for code, *_ in missing}, language)
        return {(code, language, keys): (each, 1 + sum(map(len, each.rows.values()))) for code, each in found.items()}

    kept = KEPT.setdefault(store, Last(_ROWS))
    taken = kept.take([(code, language, keys) for code in cities], store.version(), read)
    return {code: each for (code, *_), each in taken.items()}


def _read(
    store: Store, repository: Repository, asked: Sequence[Topic], cities: Mapping[str, str], language: str
) -> dict[str, Told]:
    bound = {"m": [literal(code) for code in cities]}
    tables = statements.select_all(store, [(topic.file, bound) for topic in asked])
    versions = {table.version for table in tables}
    version = versions.pop() if len(versions) == 1 else ""  # of two versions at once nothing is kept
    rows = [row for table in tables for row in table.rows]
    known = dossiers(store, repository, cities.values(), language)
    # A topic may tell of what belongs to no city.
    own = {iri for dossier in known for iri in dossier.things}
    others = things(store, repository, {row["thing"]["value"] for row in rows} - own, language)
    named = {iri for each in (*known, others) for iri in each.labels}
    spoken = {*_NAMED, *(term["value"] for row in rows for term in row.values() if term["type"] == "uri")}
    found = labels(store, repository, sorted(spoken - named), language)
    names = {iri: Value(label["value"], label.get("xml:lang"), iri) for iri, label in found.items()}
    parted = {topic.key: statements.by(table.rows, "municipality") for topic, table in zip(asked, tables, strict=True)}
    return {
        code: Told(
            {topic.key: [said(topic, row) for row in parted[topic.key].get(iri, ())] for topic in asked},
            others,
            names,
            version,
        )
        for code, iri in cities.items()
    }
