"""The pages of a thing: one for every kind of thing, and two that arrange what points there in their own way."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sasaeai import statements
from sasaeai.errors import ServiceError
from sasaeai.repository import QueryFile, Repository
from sasaeai.statements.evidence import Evidence, evidence
from sasaeai.statements.labels import Label, labels
from sasaeai.statements.validity import Validity, validities
from sasaeai.store import Store
from sasaeai.store.parameters import iri
from sasaeai.thing import links, said
from sasaeai.thing.about import About, Statements
from sasaeai.thing.links import Group, Linked, Part
from sasaeai.thing.said import DERIVED_FROM, Context, Said, Section
from sasaeai.vocabulary import SAS

ROWS = 50
"""How many of the things that point to a thing one page shows; so say the queries."""

TRAIL = (
    ("municipality", "runBy"),
    ("programme",),
    ("tier", "serves", "operates", "supports"),
    ("council", "organization", "nameOf", "unitOf"),
    ("meeting", "project", "under"),
)
"""The way down to a thing, by the properties that lead up from it; of two of one step the first."""


@dataclass(frozen=True)
class Page:
    """Hold a page: the fields of a thing, what points to it in parts, and which page of that this is."""

    about: About
    validity: Validity | None
    evidence: Sequence[Evidence]
    trail: Sequence[tuple[str, Label]]
    sections: Sequence[Section]
    others: Sequence[Said]
    technical: Sequence[tuple[str, list[str]]]
    groups: Sequence[Group]
    chosen: Sequence[Group]
    parts: Sequence[Part]
    cities: Sequence[tuple[str | None, Label | None, Sequence[Linked]]]
    number: int
    pages: int


@dataclass(frozen=True)
class Wanted:
    """Hold which part of a long list a reader asks for: a page of it, of one class, by one property."""

    number: int = 1
    kind: str | None = None
    via: str | None = None


def page(store: Store, repository: Repository, about: About, wanted: Wanted) -> Page:
    """Make the page of a thing of any kind: what points to it, by class and property."""
    return _page(store, repository, about, wanted, ("entity-link-counts", "entity-links"))


def body(store: Store, repository: Repository, about: About, wanted: Wanted) -> Page:
    """Make the page of an organisation: what it does, city by city."""
    return _page(store, repository, about, wanted, ("entity-link-counts", "entity-roles"))


def document(store: Store, repository: Repository, about: About, wanted: Wanted) -> Page:
    """Make the page of a document: what was taken from it, in the order of the model."""
    return _page(store, repository, about, wanted, ("entity-taken-counts", "entity-taken"))


def _page(store: Store, repository: Repository, about: About, wanted: Wanted, names: tuple[str, str]) -> Page:
    counts, listing = map(repository.query, names)
    groups = links.groups(statements.select(store, counts, thing=iri(about.iri)).rows, about.forms)
    chosen = _chosen(groups, wanted)
    pages = max(1, math.ceil(sum(each.count for each in chosen) / ROWS))
    if not 1 <= wanted.number <= pages:
        raise ServiceError("not-found", 404, what=f"{about.iri} ({wanted.number}/{pages})")
    found = _listed(store, listing, about, chosen if len(chosen) < len(groups) else [], wanted.number)
    briefs = links.briefs(store, repository, (row["subject"]["value"] for row in found))
    context = _context(store, repository, about, briefs)
    by_key = {(each.class_, each.property): each for each in groups}
    rows = [_linked(row, by_key, briefs, context, about) for row in found]
    return Page(
        about,
        context.validities.get(about.iri),
        context.evidence.get(about.iri, ()),
        _trail(about, context),
        said.sections(about, context),
        said.others(about, context),
        said.technical(about),
        groups,
        chosen,
        links.parts(rows, about.forms),
        _by_city(rows, context),
        wanted.number,
        pages,
    )


def _chosen(groups: Sequence[Group], wanted: Wanted) -> list[Group]:
    asked = [(name, each) for name, each in (("kind", wanted.kind), ("via", wanted.via)) if each]
    chosen = [each for each in groups if set(asked) <= set(each.arguments)]
    if asked and not chosen:
        raise ServiceError("not-found", 404, what=", ".join(each for _, each in asked))
    return chosen


def _listed(
    store: Store, listing: QueryFile, about: About, chosen: Sequence[Group], number: int
) -> Sequence[statements.Row]:
    bound = {"thing": [about.iri]}
    if chosen:
        bound["class"] = list(dict.fromkeys(each.class_ for each in chosen))
        bound["property"] = list(dict.fromkeys(each.property for each in chosen if each.property))
    return statements.listed(store, listing, (number - 1) * ROWS, **bound).rows


def _context(store: Store, repository: Repository, about: About, briefs: Mapping[str, Statements]) -> Context:
    """Read, in three queries, what the things on a page are called, when they hold, and who says so."""
    seen = list(said.shown(about))
    spoken = [each for brief in briefs.values() for each in links.spoken_of(brief)]
    rests_on = [told.term["value"] for brief in briefs.values() for told in brief.get(DERIVED_FROM, {}).values()]
    rests_on += about.values(DERIVED_FROM)
    return Context(
        labels(store, repository, [*seen, *spoken], about.language),
        validities(store, repository, [about.iri, *seen, *briefs]),
        evidence(store, repository, [about.iri, *briefs, *rests_on], about.language),
    )


def _linked(
    row: statements.Row,
    groups: Mapping[tuple[str, str | None], Group],
    briefs: Mapping[str, Statements],
    context: Context,
    about: About,
) -> Linked:
    thing, class_ = row["subject"]["value"], row["class"]["value"]
    group = groups[class_, row["property"]["value"] if "property" in row else None]
    return links.linked(thing, group, briefs.get(thing, {}), context, about.language)


def _trail(about: About, context: Context) -> list[tuple[str, Label]]:
    steps: dict[str, Label] = {}
    for names in TRAIL:
        told = [value for name in names for value in _above(about, name)][:1]
        steps |= {each: context.labels[each] for each in told if each in context.labels and each != about.iri}
    return list(steps.items())


def _above(about: About, name: str) -> list[str]:
    """Return where a property leads up to, if to one thing only."""
    values = about.values(SAS + name) or about.values(f"http://www.w3.org/ns/org#{name}")
    return values if len(values) == 1 else []


def _by_city(rows: Iterable[Linked], context: Context) -> list[tuple[str | None, Label | None, list[Linked]]]:
    cities: dict[str | None, list[Linked]] = {}
    for row in rows:
        cities.setdefault(row.municipality, []).append(row)
    return [(city, context.labels.get(city or ""), of) for city, of in cities.items()]
