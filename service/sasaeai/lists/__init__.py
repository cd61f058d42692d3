"""The flow of the lists: things of one kind with columns, facets, an order, and words to find them by.

A file `queries/lists/<name>.rq` is the registration: its `#+` header names the columns in their order, the first of
them that of the things listed. What the query finds of a thing may come in several rows, which are gathered: a column
can have several values. Columns that the header does not name are searched and not shown; `words` are other
names of the thing, by which the search over all lists finds it too, `property` and `value` what is said of its time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import yaml

from sasaeai.repository import QueryFile, Repository
from sasaeai.store.parameters import slots
from sasaeai.vocabulary import LANGUAGES, SAS, Words

RESERVED = {"m", "asOf", "lang", "q", "page", "limit", "sort", "state", "_format", "_mediatype"}
"""Parameters that mean the same for every list; no facet may be called so."""

DATA = "data"
"""The column that says whether a document speaks of a thing; in the search, too, what does comes first."""


@dataclass(frozen=True, eq=False)
class Listing:
    """Hold what the header of a list says: its words, columns, facets, and what it can be sorted by.

    `parts` maps a place of the query to the classes it is asked with one after the other, if all at once would be too
    long an answer. `order` names columns, with a minus before those that go from the last to the first. `position` is
    the list's place among the lists. `absent` stands where a thing has no value, if "not stated" would be wrong.
    """

    name: str
    title: Words
    summary: Words
    columns: Mapping[str, Words]
    facets: tuple[str, ...]
    sortable: tuple[str, ...]
    order: tuple[str, ...]
    position: int
    query: QueryFile = field(repr=False)
    parts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    absent: Words | None = None

    @cached_property
    def subject(self) -> str:
        """Name the column of the things listed."""
        return next(iter(self.columns))


def listings(repository: Repository) -> dict[str, Listing]:
    """Read every list of the repository, by name, in the order their headers give.

    Raises ValueError naming the file whose header does not hold.
    """
    found = sorted(map(read, repository.lists()), key=lambda listing: (listing.position, listing.name))
    return {listing.name: listing for listing in found}


def read(file: QueryFile) -> Listing:
    """Read one list's header and check it."""
    try:
        about = file.header
        listing = Listing(
            name=file.name,
            title=about["title"],
            summary=about["summary"],
            columns=about["columns"],
            facets=tuple(about["facets"]),
            sortable=tuple(about["sortable"]),
            order=tuple(about["order"]),
            position=int(about["position"]),
            query=file,
            parts={name: tuple(SAS + each for each in classes) for name, classes in about.get("parts", {}).items()},
            absent=about.get("absent"),
        )
        _check(listing)
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"{file.path}: the header does not hold: {error!r}") from error
    return listing


def _check(listing: Listing) -> None:
    for words in (listing.title, listing.summary, *listing.columns.values(), *filter(None, [listing.absent])):
        if set(words) != set(LANGUAGES):
            raise ValueError(f"words are needed in {LANGUAGES}: {words}")
    _known(listing, (*listing.facets, *listing.sortable, *(each.removeprefix("-") for each in listing.order)))
    if unknown := listing.parts.keys() - set(slots(listing.query.text)):
        raise ValueError(f"the query has no VALUES ?{unknown.pop()} {{ … }}")
    if DATA in listing.columns and listing.order[0] != f"-{DATA}":
        raise ValueError(f"what documents speak of comes first: the order begins with -{DATA}")
    if taken := RESERVED & set(listing.facets):
        raise ValueError(f"no facet can be called {', '.join(sorted(taken))}")


def _known(listing: Listing, columns: Iterable[str]) -> None:
    if unknown := set(columns) - set(listing.columns):
        raise ValueError(f"no such column: {', '.join(sorted(unknown))}")
