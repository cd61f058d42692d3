"""Finding a thing by what it is called, in all lists at once."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from heapq import nsmallest
from itertools import repeat
from typing import overload

from sasaeai.formats import Format
from sasaeai.lists import Listing
from sasaeai.lists.columns import Entry
from sasaeai.lists.entries import Entries
from sasaeai.lists.shelf import Shelf
from sasaeai.statements import writing
from sasaeai.statements.finding import fold, words_of
from sasaeai.store import Answer

COLUMNS = ("thing", "thingLabel", "list", "listLabel", "match", "context")
"""Of an answer as a file: the thing and its name, the list it is in, how well it fits, and what tells it apart."""


class Match(StrEnum):
    """How well a thing's name fits what was asked for, the best first."""

    EXACT = "exact"
    BEGINS = "begins"
    HOLDS = "holds"
    APART = "apart"


_ORDER = {match: place for place, match in enumerate(Match)}


@dataclass(frozen=True)
class Hit:
    """Hold a thing that was found."""

    listing: Listing
    entry: Entry
    match: Match

    @property
    def label(self) -> str:
        """Return what the thing is called."""
        return self.entry.cells[self.listing.subject][0].shown

    @property
    def context(self) -> Sequence[str]:
        """Return what tells the thing apart from others of that name: where and of which kind it is."""
        cells = (self.entry.cells.get(column, ()) for column in self.listing.facets)
        return [value.shown for values in cells for value in values[:3] if value.truth is None]


class Hits(Sequence[Hit]):
    """Hold what was found in one list, the best first, as what it is called: of tens of thousands few are looked at."""

    def __init__(self, listing: Listing, entries: Entries, found: Mapping[Match, Collection[int]]) -> None:
        self._listing = listing
        self._entries = entries
        self._found = found
        self._count = sum(map(entries.called.count, found.values()))

    @property
    def match(self) -> Match:
        """Tell how well the best one fits."""
        return next(match for match, names in self._found.items() if names)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> Hit: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Hit]: ...
    def __getitem__(self, place: int | slice) -> Hit | Sequence[Hit]:
        if not isinstance(place, slice):
            place = range(len(self))[place]
            return self[place : place + 1][0]
        start, stop, step = place.indices(len(self))
        columns = self._entries.columns
        best = list(self._best(stop))[start:stop:step]
        return [Hit(self._listing, columns.entry(row), match) for match, row in best]

    def __iter__(self) -> Iterator[Hit]:
        return iter(self[:])

    def _best(self, wanted: int) -> Iterator[tuple[Match, int]]:
        """Go through the first rows: they are of the first names, which are numbered as they stand in the list."""
        for match, names in self._found.items():
            rows = sorted(self._entries.called.rows(nsmallest(wanted, names)))[:wanted]
            wanted -= len(rows)
            yield from zip(repeat(match), rows)


@dataclass(frozen=True)
class Group:
    """Hold the things that were found in one list, the best first."""

    listing: Listing
    hits: Hits


def search(shelf: Shelf, text: str, language: str) -> tuple[Sequence[Group], str]:
    """Return what is called by all words of a text, by list, and the version of the data it was found in.

    A list in which nothing was found is left out. The list with the best fit comes first. Lists of two versions of
    the data are never shown together: while new data come in, those read before them are read again.
    """
    shelved = shelf.take_all(language)
    words, whole = words_of(text), fold(text)
    found = [_group(listing, entries, words, whole) for listing, entries in shelved.items()] if words else []
    groups = [group for group in found if group.hits]
    version = next(iter(shelved.values())).version if shelved else ""
    return sorted(groups, key=lambda group: _ORDER[group.hits.match]), version


def _group(listing: Listing, entries: Entries, words: Sequence[str], whole: str) -> Group:
    names = entries.names
    left, found = names.holding(*words), dict[Match, set[int]]()
    for match, such in ((Match.EXACT, names.being(whole)), (Match.BEGINS, names.beginning(whole))):
        found[match] = left & such
        left -= such
    # Who asks for one word finds what holds it, and nothing else.
    found[Match.HOLDS] = left if words == [whole] else left & names.holding(whole)
    found[Match.APART] = left - found[Match.HOLDS]
    return Group(listing, Hits(listing, entries, found))


def answer(hits: Iterable[Hit], language: str, version: str, results: Format) -> Answer:
    """Write what was found."""
    rows = [
        {
            "thing": {"type": "uri", "value": hit.entry.iri},
            "thingLabel": _literal(hit.label),
            "list": _literal(hit.listing.name),
            "listLabel": _literal(hit.listing.title[language]),
            "match": _literal(hit.match.value),
            "context": _literal("; ".join(hit.context)),
        }
        for hit in hits
    ]
    return writing.write(COLUMNS, rows, version, results)


def _literal(text: str) -> dict[str, str]:
    return {"type": "literal", "value": text}
