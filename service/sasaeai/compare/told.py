"""What a comparison takes of cities: read once, by the topics' queries, and kept until the data change."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
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
from sasaeai.statements.things import Thing, Value
from sasaeai.statements.validity import State
from sasaeai.store import Store
from sasaeai.store.parameters import Term, iri, literal
from sasaeai.vocabulary import CONCEPT, SAS

_STATES = (*State, "stated", "inferred", "computed", "not-stated", "does-not-apply")
_NAMED = (*(f"{CONCEPT}state/{each}" for each in _STATES), *(f"{CONCEPT}difference/{each}" for each in Difference))
_NAMED += tuple(SAS + each for each in KINDS)
"""What every table names, beside what stands in it."""

Key = tuple[str, str, tuple[str, ...]]
"""What is kept is of a city by its code, in a language, on some topics."""

_ROWS = 20_000
"""Rows of answers that are kept of cities, in all: of some hundred and thirty, in about 40 MB."""


_NAMES = 60
"""Things that a query names: of more it asks by city."""


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


def tell(
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
    known = dossiers(store, repository, cities.values(), language)
    own = {iri: each for dossier in known for iri, each in dossier.things.items()}
    bound = _bound(asked, cities, own)
    tables = statements.select_all(store, [(topic.file, bound[topic.key]) for topic in asked if topic.key in bound])
    versions = {each.version for each in tables} | {each.version for each in known}
    version = versions.pop() if len(versions) == 1 else ""  # of two versions at once nothing is kept
    rows = [row for table in tables for row in table.rows]
    # A topic may tell of what belongs to no city.
    others = things(store, repository, {row["thing"]["value"] for row in rows} - own.keys(), language)
    named = {iri for each in (*known, others) for iri in each.labels}
    spoken = {*_NAMED, *(term["value"] for row in rows for term in row.values() if term["type"] == "uri")}
    found = labels(store, repository, sorted(spoken - named), language)
    names = {iri: Value(label["value"], label.get("xml:lang"), iri) for iri, label in found.items()}
    parted = {key: statements.by(table.rows, "municipality") for key, table in zip(bound, tables, strict=True)}
    return {
        code: Told(
            {topic.key: [said(topic, row) for row in parted.get(topic.key, {}).get(iri, ())] for topic in asked},
            others,
            names,
            version,
        )
        for code, iri in cities.items()
    }


def _bound(
    asked: Sequence[Topic], codes: Iterable[str], own: Mapping[str, Thing]
) -> dict[str, Mapping[str, Sequence[Term]]]:
    """Say what each topic is asked about: cities, or the things of its class in them; of none there is nothing to ask.

    To look at each thing of a city for its class is most of what a topic takes, and its dossier has told it already.
    """
    kinds = defaultdict[str, list[Term]](list)
    for each in own.values():
        for kind in each.kinds:
            kinds[kind].append(iri(each.iri))
    cities = {"m": [literal(code) for code in codes]}
    bound = dict[str, Mapping[str, Sequence[Term]]]()
    for topic in asked:
        those = kinds[topic.kind] if topic.kind else None
        if those is None or len(those) > _NAMES:
            bound[topic.key] = cities
        elif those:
            bound[topic.key] = {"thing": those}
    return bound
