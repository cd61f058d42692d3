"""All that the page of a municipality shows, from a number of queries that does not grow with what there is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sasaeai.city.series import Series, months, once, series
from sasaeai.city.structure import Branch, branches
from sasaeai.city.things import Thing, Value, completed, read
from sasaeai.city.timeline import Lane, lanes
from sasaeai.repository import Repository
from sasaeai.statements import Row, Table, select, select_of
from sasaeai.statements.evidence import Evidence
from sasaeai.store import Store
from sasaeai.store.parameters import Term, iri, literal
from sasaeai.vocabulary import SAS

GROUPS = (
    ("Programme", "Office", "Tier"),
    ("Operation", "Deployment"),
    ("Council", "Subcommittee", "Name"),
    ("CouncilMembership",),
    ("Activity",),
    ("Publication",),
    ("Agreement", "SupportProject", "ProjectEntry", "Case", "RoleDefinition"),
    ("Figure",),
)
"""The classes a page shows, as they are asked for: many councils leave room for the programme and its tiers."""

OF_TIME = ("Operation", "Name", "Deployment")
SHOWN = {"Activity": 30, "Publication": 20, "Agreement": 20, "SupportProject": 10, "ProjectEntry": 40, "Case": 12}
SHOWN |= {"RoleDefinition": 40, "CouncilMembership": 300, "Figure": 300}
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
    meetings: Sequence[tuple[Row, Sequence[Evidence]]]
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
    head = select_of(store, repository.query("city-head"), [municipality])
    if not head.rows:
        return None
    counted = select(store, repository.query("city-counts"), municipality=iri(municipality)).rows
    counts = {row["class"]["value"].removeprefix(SAS): int(row["things"]["value"]) for row in counted}
    if not counts:
        (alone,) = completed(store, repository, read([head]), [], language)[0]
        return City(alone, _names(head), {}, (), (), (), {}, (), (), {}, (), (), head.version)
    return _known(store, repository, municipality, head, counts, language)


def municipalities(store: Store, repository: Repository, prefecture: str, language: str) -> Table:
    """List the municipalities of a prefecture, with the programmes that are known; none of what is no prefecture."""
    return select_of(store, repository.query("city-prefecture"), [prefecture], lang=literal(language))


def of_time(store: Store, repository: Repository, municipality: str, language: str) -> list[Lane]:
    """Return the lanes of a municipality's timeline."""
    return lanes(_of(store, repository, municipality, OF_TIME, language))


def by_month(store: Store, repository: Repository, municipality: str, language: str) -> list[Series]:
    """Return a municipality's figures by month."""
    return series(_of(store, repository, municipality, ("Figure",), language))[0]


def _of(store: Store, repository: Repository, municipality: str, kinds: Sequence[str], language: str) -> list[Thing]:
    table = _ask(store, repository, municipality, kinds)
    return completed(store, repository, read([table]), [], language)[0]


def _known(  # noqa: PLR0913, PLR0917 — what was found so far, and where to ask
    store: Store, repository: Repository, municipality: str, head: Table, counts: Mapping[str, int], language: str
) -> City:
    asked = [each for each in GROUPS if any(kind in counts for kind in each)]
    found = _shown(read(_ask(store, repository, municipality, each) for each in asked))
    about: dict[str, Term | Sequence[Term]] = {"municipality": iri(municipality), "lang": literal(language)}
    held = select(store, repository.query("city-meetings"), **about).rows
    counted = [each for row in held for each in _counted(row)]
    (alone, *things), told = completed(store, repository, [*read([head]), *found], counted, language)
    by_kind = {kind: [each for each in things if kind in each.kinds] for group in GROUPS for kind in group}
    found_series, others = series(by_kind["Figure"])
    return City(
        alone,
        _names(head),
        by_kind,
        branches(things, by_kind["Figure"]),
        lanes(things),
        found_series,
        months(found_series),
        others,
        [(row, once(one for each in _counted(row) for one in told.get(each, ()))) for row in held],
        counts,
        select(store, repository.query("city-unknown"), **about).rows,
        select(store, repository.query("city-sources"), **about).rows,
        head.version,
    )


def _ask(store: Store, repository: Repository, municipality: str, kinds: Sequence[str]) -> Table:
    classes = [iri(SAS + each) for each in kinds]
    bound: dict[str, Term | Sequence[Term]] = {"municipality": iri(municipality), "class": classes}
    return select(store, repository.query("city-things"), **bound)


def _names(head: Table) -> list[Value]:
    order = ("ja", "ja-hira", "en")
    names = [each for thing in read([head]) for each in thing.all("prefLabel") if each.language in order]
    return sorted(names, key=lambda each: order.index(each.language or "ja"))


def _counted(row: Row) -> list[str]:
    return str(row["counted"]["value"]).split()


def _shown(things: Sequence[Thing]) -> list[Thing]:
    left = dict(SHOWN)
    shown = []
    for each in things:
        kind = next((kind for kind in each.kinds if kind in left), None)
        if kind:
            left[kind] -= 1
        if kind is None or left[kind] >= 0:
            shown.append(each)
    return shown
