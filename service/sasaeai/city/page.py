"""All that the page of a municipality shows, from a number of queries that does not grow with what there is."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sasaeai.city.meetings import Sitting, sittings
from sasaeai.city.series import Series, months, series
from sasaeai.city.structure import Branch, branches
from sasaeai.city.timeline import Lane, lanes
from sasaeai.repository import Repository
from sasaeai.statements import Row, Table, by, select, select_of
from sasaeai.statements.dossiers import Dossier, dossiers
from sasaeai.statements.keeping import Last
from sasaeai.statements.things import Thing, Value, local
from sasaeai.store import Store
from sasaeai.store.parameters import iri, literal
from sasaeai.vocabulary import LANGUAGES

SHOWN = {"Activity": 30, "Publication": 20, "Agreement": 20, "SupportProject": 10, "ProjectEntry": 40, "Case": 12}
SHOWN |= {"RoleDefinition": 40, "CouncilMembership": 300, "Figure": 300}
MOST = 500
"""How many of a class a page shows; all are in the lists and questions it links to."""


@dataclass(frozen=True)
class City:
    """Hold what the page of a municipality shows; without `programme` only the register knows it."""

    municipality: Thing
    names: Sequence[Value]
    things: Mapping[str, Sequence[Thing]]
    branches: Sequence[Branch]
    lanes: Sequence[Lane]
    series: Sequence[Series]
    months: Mapping[str, Value]
    figures: Sequence[Thing]
    meetings: Sequence[Sitting]
    counts: Mapping[str, int]
    unknown: Sequence[Row]
    sources: Sequence[Row]
    version: str

    @property
    def programme(self) -> Thing | None:
        """Return its programme, as far as any source tells of one."""
        return next(iter(self.things.get("Programme", ())), None)


def city(store: Store, repository: Repository, municipality: str, language: str) -> City | None:
    """Return what is known of a municipality, in a language; None for what is no municipality."""
    (dossier,) = dossiers(store, repository, [municipality], language)
    if not (alone := dossier.city):
        return None
    counts = Counter(kind for each in dossier.things.values() for kind in each.kinds)
    names = _names(dossier)
    if not counts:
        return City(alone, names, {}, (), (), (), {}, (), (), {}, (), (), dossier.version)
    things = _by_kind(dossier)
    found, others = series(things["Figure"])
    return City(
        alone,
        names,
        things,
        branches(things),
        lanes(dossier.things.values()),
        found,
        months(found),
        others,
        sittings(things),
        counts,
        _unknown(store, repository, dossier, language),
        select(store, repository.query("city-sources"), municipality=iri(municipality), lang=literal(language)).rows,
        dossier.version,
    )


def municipalities(store: Store, repository: Repository, prefecture: str, language: str) -> Table:
    """List the municipalities of a prefecture, with the programmes that are known; none of what is no prefecture."""
    return select_of(store, repository.query("city-prefecture"), [prefecture], lang=literal(language))


def of_time(store: Store, repository: Repository, municipality: str, language: str) -> list[Lane]:
    """Return the lanes of a municipality's timeline."""
    (dossier,) = dossiers(store, repository, [municipality], language)
    return lanes(dossier.things.values())


def by_month(store: Store, repository: Repository, municipality: str, language: str) -> list[Series]:
    """Return a municipality's figures by month."""
    (dossier,) = dossiers(store, repository, [municipality], language)
    return series(_by_kind(dossier)["Figure"])[0]


_TOPICS: WeakKeyDictionary[Store, Last[Table]] = WeakKeyDictionary()
"""What is asked of every city, and how it is told whether a source says it."""


def _unknown(store: Store, repository: Repository, dossier: Dossier, language: str) -> list[Row]:
    """Return the topics of which no source says anything: no thing of their classes has one of their properties."""

    def read(_: Sequence[str]) -> dict[str, tuple[Table, int]]:
        return {language: (select(store, repository.query("city-topics"), lang=literal(language)), 1)}

    kept = _TOPICS.setdefault(store, Last(len(LANGUAGES)))
    table = kept.take([language], store.version(), read)[language]
    said: dict[str, set[str]] = {}
    for each in dossier.things.values():
        for kind in each.kinds:
            said.setdefault(kind, set()).update(each.said)
    return [topic[0] for topic in by(table.rows, "topic").values() if not any(_says(row, said) for row in topic)]


def _says(row: Row, said: Mapping[str, Collection[str]]) -> bool:
    properties = said.get(local(row["class"]["value"]))
    return properties is not None and ("property" not in row or local(row["property"]["value"]) in properties)


def _by_kind(dossier: Dossier) -> Mapping[str, list[Thing]]:
    """Sort things by their classes, of each the first so many."""
    found = defaultdict[str, list[Thing]](list)
    for each in dossier.things.values():
        for kind in each.kinds:
            if len(found[kind]) < SHOWN.get(kind, MOST):
                found[kind].append(each)
    return found


def _names(dossier: Dossier) -> list[Value]:
    order = ("ja", "ja-hira", "en")
    names = [each for each in dossier.names if each.language in order]
    return sorted(names, key=lambda each: order.index(each.language or "ja"))
