"""What is known of a city as a whole, read at once and kept for those who ask next, on whatever page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sasaeai.repository import Repository
from sasaeai.statements import by, select_about, select_all, select_of
from sasaeai.statements.evidence import Evidence, evidence, told
from sasaeai.statements.keeping import Last
from sasaeai.statements.labels import Label, labels
from sasaeai.statements.things import DERIVED_FROM, Said, Thing, Value, called, completed, gathered, spoken_of
from sasaeai.store import Store
from sasaeai.store.parameters import iri, literal
from sasaeai.vocabulary import PREF_LABEL, SAS

MOST = 20_000
"""Things that are kept of cities, in all: of some two hundred cities, in about 65 MB."""


@dataclass(frozen=True)
class Dossier:
    """Hold what is said of a municipality and of each thing of its programme, in one language.

    `names` are those of the municipality in every language, `labels` has the names of what the things refer to and of
    what those read with them do, and `evidence` also that of documents and of what things were derived from. What is no
    municipality has no `city`.
    """

    city: Thing | None
    names: Sequence[Value]
    things: Mapping[str, Thing]
    labels: Mapping[str, Value]
    evidence: Mapping[str, Sequence[Evidence]]
    version: str


KEPT: WeakKeyDictionary[Store, Last[Dossier]] = WeakKeyDictionary()
"""What is kept of each store; it needs no emptying, for it is of one version of the data."""


def dossiers(store: Store, repository: Repository, cities: Iterable[str], language: str) -> list[Dossier]:
    """Return the dossiers of municipalities; those not kept are read by four queries, however many they are."""

    def read(keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], tuple[Dossier, int]]:
        found = _read(store, repository, [city for city, _ in keys], language)
        return {(city, language): (each, 1 + len(each.things)) for city, each in found.items()}

    kept = KEPT.setdefault(store, Last(MOST))
    return list(kept.take([(city, language) for city in cities], store.version(), read).values())


def things(store: Store, repository: Repository, iris: Iterable[str], language: str) -> Dossier:
    """Return what is said of things that belong to no city, as a dossier without one."""
    iris = list(iris)
    said = gathered(select_of(store, repository.query("things"), iris).rows)
    names = _names(store, repository, said, language)
    quoted = evidence(store, repository, [*iris, *_derived(said)], language)
    return Dossier(None, (), completed(said, names, quoted, language), names, quoted, store.version())


def _read(store: Store, repository: Repository, cities: Sequence[str], language: str) -> dict[str, Dossier]:
    of = [iri(each) for each in cities]
    asked = {"municipality": of, "thing": of}
    answer, quoting = select_all(store, [(repository.query(each), asked) for each in ("dossier", "dossier-quotes")])
    said, quotes = gathered(answer.rows), quoting.rows
    graphs = {"graph": (row["graph"]["value"] for row in quotes)}
    documents = select_about(store, repository.query("documents"), graphs, lang=literal(language)).rows
    names, quoted = _names(store, repository, said, language), by(quotes, "municipality")
    read: dict[str, Dossier] = {}
    for city in cities:
        of_city = {iri: each for iri, each in said.items() if iri == city or city in _whose(each)}
        evident = told(quoted.get(city, ()), documents)
        whole = completed(of_city, names, evident, language)
        read[city] = Dossier(
            whole.pop(city, None),
            [Value(each["value"], each.get("xml:lang")) for each in of_city.get(city, {}).get(PREF_LABEL, ())],
            whole,
            names,
            evident,
            answer.version,
        )
    return read


def _names(store: Store, repository: Repository, said: Said, language: str) -> dict[str, Value]:
    """Name things, and what they refer to."""
    own = called(said, language)
    others = labels(store, repository, {each for each in spoken_of(said) if each not in own}, language)
    return {iri: Value(label["value"], label.get("xml:lang"), iri) for iri, label in (own | others).items()}


def _whose(told: Mapping[str, Sequence[Label]]) -> list[str]:
    return [each["value"] for each in told.get(SAS + "municipality", ())]


def _derived(said: Said) -> list[str]:
    return [each["value"] for told in said.values() for each in told.get(DERIVED_FROM, ())]
