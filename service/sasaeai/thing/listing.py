"""What a page of a thing lists: what points to the thing, or what was taken from it if it is a document."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from weakref import WeakKeyDictionary

from sasaeai import statements
from sasaeai.repository import Repository
from sasaeai.statements.keeping import Last
from sasaeai.store import Store
from sasaeai.store.parameters import iri
from sasaeai.thing.links import Group

ROWS = 50
"""How many things one page lists; so say the queries."""

MOST = 20_000
"""Things that are kept of documents, in all, in some 2 MB: a register has thousands, what a city says a hundred."""

BY_CITY = "entity-roles"
"""The query that lists by municipality; else things are listed by class and property."""

Kind = tuple[str, str | None]
"""The class for which a thing is listed, and the property by which it points here, if it does."""


@dataclass(frozen=True)
class Listing:
    """Hold how many things of each kind there are, and what lists one page of some groups of them."""

    counts: Mapping[Kind, int]
    rows: Callable[[Sequence[Group], int], Sequence[tuple[str, Kind]]]


@dataclass(frozen=True)
class Taken:
    """Hold the things that were taken from a document by their classes."""

    things: Mapping[str, Sequence[str]]
    version: str


KEPT: WeakKeyDictionary[Store, Last[Taken]] = WeakKeyDictionary()
"""What is kept of each store's documents; it needs no emptying, for it is of one version of the data."""


def pointing(store: Store, repository: Repository, thing: str, name: str = "entity-links") -> Listing:
    """List what points to a thing: one query counts it, another one sorts what a page needs."""
    counted, query = repository.query("entity-link-counts"), repository.query(name)

    def rows(chosen: Sequence[Group], number: int) -> Sequence[tuple[str, Kind]]:
        shown, offset = (chosen, (number - 1) * ROWS) if name == BY_CITY else _window(chosen, number)
        classes = dict.fromkeys(class_ for each in shown for class_ in each.classes)
        properties = dict.fromkeys(each.link for each in shown if each.link)
        bound = {"thing": [thing], "class": list(classes), "property": list(properties)}
        return [(row["subject"]["value"], _kind(row)) for row in statements.listed(store, query, offset, **bound).rows]

    found = statements.select(store, counted, thing=iri(thing)).rows
    return Listing({_kind(row): int(row["count"]["value"]) for row in found}, rows)


def taken(store: Store, repository: Repository, document: str, version: str) -> Listing:
    """List what was taken from a document, which one query reads whole, for whoever turns its pages."""

    def read(_: Sequence[str]) -> dict[str, tuple[Taken, int]]:
        found = statements.select(store, repository.query("entity-taken"), thing=iri(document))
        things = {row["class"]["value"]: row["things"]["value"].split() for row in found.rows}
        return {document: (Taken(things, found.version), sum(map(len, things.values())))}

    def rows(chosen: Sequence[Group], number: int) -> Sequence[tuple[str, Kind]]:
        shown, offset = _window(chosen, number)
        found = [
            pair
            for of in _of_one_shape(shown)
            for pair in sorted(
                (thing, (class_, None)) for each in of for class_ in each.classes for thing in things[class_]
            )
        ]
        return found[offset : offset + ROWS]

    things = KEPT.setdefault(store, Last(MOST)).take([document], version, read)[document].things
    return Listing({(class_, None): len(those) for class_, those in things.items()}, rows)


def _kind(row: statements.Row) -> Kind:
    return row["class"]["value"], row["property"]["value"] if "property" in row else None


def _window(chosen: Sequence[Group], number: int) -> tuple[Sequence[Group], int]:
    """Return the groups that a page shows, and at which row of theirs it begins: all that is asked for is sorted.

    Groups of one shape stand among each other, in the order of the IRIs: they are asked for together.
    """
    first, shapes = (number - 1) * ROWS, _of_one_shape(chosen)
    ends = list(accumulate(sum(each.count for each in of) for of in shapes))
    begins = [0, *ends]
    shown = [number for number, end in enumerate(ends) if begins[number] < first + ROWS and end > first]
    return [each for number in shown for each in shapes[number]], first - begins[shown[0]]


def _of_one_shape(groups: Iterable[Group]) -> list[list[Group]]:
    return [list(of) for _, of in groupby(groups, key=lambda each: each.shape)]
