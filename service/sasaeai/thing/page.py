"""The pages of a thing: one for every kind of thing, and two that arrange what points there in their own way."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sasaeai.errors import ServiceError
from sasaeai.repository import Repository
from sasaeai.statements.evidence import Evidence, evidence
from sasaeai.statements.labels import Label, labels
from sasaeai.statements.validity import Validity, validities
from sasaeai.store import Store
from sasaeai.thing import links, listing, said
from sasaeai.thing.about import About, Statements
from sasaeai.thing.links import Group, Linked, Part
from sasaeai.thing.listing import Listing
from sasaeai.thing.said import DERIVED_FROM, Context, Said, Section, Value
from sasaeai.vocabulary import SAS

TRAIL = (
    ("municipality", "runBy"),
    ("programme",),
    ("tier", "serves", "operates", "supports"),
    ("council", "organization", "nameOf", "unitOf"),
    ("meeting", "project", "under"),
)
"""The way down to a thing, by the properties that lead up from it; of two of one step the first."""


@dataclass(frozen=True)
class City:
    """Hold what a body does in the programme of one municipality, or beyond those of any."""

    municipality: Value | None
    rows: Sequence[Linked]


@dataclass(frozen=True)
class Page:
    """Hold a page: the fields of a thing, what points to it in parts, and which page of that this is.

    `unnamed` are the links for which the vocabulary has no words: they are counted, not listed.
    """

    about: About
    validity: Validity | None
    evidence: Sequence[Evidence]
    trail: Sequence[tuple[str, Label]]
    sections: Sequence[Section]
    others: Sequence[Said]
    technical: Sequence[tuple[str, list[str]]]
    groups: Sequence[Group]
    unnamed: Sequence[Group]
    chosen: Sequence[Group]
    parts: Sequence[Part]
    cities: Sequence[City]
    number: int
    pages: int

    @property
    def opens(self) -> bool:
        """Say whether this page tells of the thing itself, and not only of what points to it."""
        return self.number == 1 and len(self.chosen) == len(self.groups)

    @property
    def leading(self) -> list[Part]:
        """Return the lists that stand before the fields: who runs it is what most come for."""
        return [each for each in self.parts if self.opens and each.group.runs]

    @property
    def following(self) -> list[Part]:
        """Return the lists that stand after the fields."""
        return [each for each in self.parts if not (self.opens and each.group.runs)]

    @property
    def whole(self) -> list[Group]:
        """Name the groups that this page shows whole."""
        return [each.group for each in self.parts if len(each.rows) == each.group.count]


@dataclass(frozen=True)
class Wanted:
    """Hold which part of a long list a reader asks for: a page of it, of one class, by one property."""

    number: int = 1
    kind: str | None = None
    via: str | None = None


def page(store: Store, repository: Repository, about: About, wanted: Wanted) -> Page:
    """Make the page of a thing of any kind: what points to it, by class and property."""
    return _page(store, repository, about, wanted, listing.pointing(store, repository, about.iri))


def body(store: Store, repository: Repository, about: About, wanted: Wanted) -> Page:
    """Make the page of an organisation: what it does, city by city."""
    made = _page(store, repository, about, wanted, listing.pointing(store, repository, about.iri, listing.BY_CITY))
    return replace(made, parts=(), cities=_by_city(made.parts))


def document(store: Store, repository: Repository, about: About, wanted: Wanted) -> Page:
    """Make the page of a document: what was taken from it, in the order of the model."""
    things = listing.taken(store, repository, about.iri, about.version)
    made = _page(store, repository, about, wanted, things, about.iri)
    return replace(made, parts=[_of_document(part, about.iri) for part in made.parts])


def _page(  # noqa: PLR0913, PLR0917 — what the three pages differ in
    store: Store,
    repository: Repository,
    about: About,
    wanted: Wanted,
    listed: Listing,
    source: str | None = None,
) -> Page:
    every = links.groups(listed.counts, about.forms)
    groups = [each for each in every if each.via or not each.link]
    chosen = _chosen(groups, wanted)
    pages = max(1, math.ceil(sum(each.count for each in chosen) / listing.ROWS))
    if not 1 <= wanted.number <= pages:
        raise ServiceError("no-such-page", 404, page=wanted.number, last=pages)
    found = listed.rows(chosen, wanted.number) if chosen else []
    briefs = links.briefs(store, repository, (thing for thing, _ in found), source)
    context = _context(store, repository, about, briefs)
    by_kind = {(class_, each.link): each for each in groups for class_ in each.classes}
    rows = [links.linked(thing, by_kind[kind], briefs.get(thing, {}), context, about.language) for thing, kind in found]
    trail = _trail(about, context)
    return Page(
        about,
        context.validities.get(about.iri),
        context.evidence.get(about.iri, ()),
        trail,
        said.sections(about, context),
        said.others(about, context),
        said.technical(about),
        groups,
        [each for each in every if each not in groups],
        chosen,
        links.parts(rows, groups, about.forms, [about.iri, *(each for each, _ in trail)]),
        [],
        wanted.number,
        pages,
    )


def _of_document(part: Part, source: str) -> Part:
    """Keep of the evidence of each row what stands in one document."""
    rows = [row._replace(evidence=[each for each in row.evidence if each.document == source]) for row in part.rows]
    return replace(part, rows=rows)


def _chosen(groups: Sequence[Group], wanted: Wanted) -> list[Group]:
    asked = list(filter(None, (wanted.kind, wanted.via)))
    chosen = [each for each in groups if each.meets(wanted.kind, wanted.via)]
    if asked and not chosen:
        raise ServiceError("not-found", 404, what=", ".join(asked))
    return chosen


def _context(store: Store, repository: Repository, about: About, briefs: Mapping[str, Statements]) -> Context:
    """Read, in three queries, what the things on a page are called, when they hold, and who says so."""
    seen = list(said.shown(about))
    spoken = [each for brief in briefs.values() for each in links.spoken_of(brief)]
    rests_on = [told.term["value"] for brief in briefs.values() for told in brief.get(DERIVED_FROM, {}).values()]
    rests_on += about.values(DERIVED_FROM)
    return Context(
        labels(store, repository, [*seen, *spoken, *briefs], about.language),
        validities(store, repository, [about.iri, *seen, *briefs]),
        evidence(store, repository, [about.iri, *briefs, *rests_on], about.language),
    )


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


def _by_city(parts: Iterable[Part]) -> list[City]:
    """Sort the rows of a page by the municipality whose programme they belong to; what belongs to none comes last."""
    cities: dict[str, list[Linked]] = {}
    for part in parts:
        for row in part.rows:
            cities.setdefault(row.municipality.term["value"] if row.municipality else "", []).append(row)
    return [
        City(cities[each][0].municipality, cities[each]) for each in sorted(cities, key=lambda each: (not each, each))
    ]
