"""Finding a thing by what it is called, in all lists at once."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, chain
from typing import overload

from sasaeai.formats import Format
from sasaeai.lists import Listing
from sasaeai.lists.entries import Entries, Entry
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
    """Hold what was found in one list, the best first: of tens of thousands few are ever looked at."""

    def __init__(self, listing: Listing, entries: Entries, found: Mapping[Match, Sequence[int]]) -> None:
        self._listing = listing
        self._entries = entries.entries
        self._rows = list(chain.from_iterable(found.values()))
        self._ends = list(accumulate(map(len, found.values())))
        self._matches = list(found)

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> Hit: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Hit]: ...
    def __getitem__(self, place: int | slice) -> Hit | Sequence[Hit]:
        if isinstance(place, slice):
            return [self[each] for each in range(len(self))[place]]
        match = self._matches[bisect_right(self._ends, range(len(self))[place])]
        return Hit(self._listing, self._entries[self._rows[place]], match)


@dataclass(frozen=True)
class Group:
    """Hold the things that were found in one list, the best first."""

    listing: Listing
    hits: Sequence[Hit]


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
    return sorted(groups, key=lambda group: _ORDER[group.hits[0].match]), version


def _group(listing: Listing, entries: Entries, words: Sequence[str], whole: str) -> Group:
    rows = entries.names.find(words)
    # Who asks for one word finds the rows that hold it, and no others.
    holding = set(rows) if words == [whole] else entries.names.holding(whole)
    best = {Match.EXACT: entries.names.being(whole), Match.BEGINS: entries.names.beginning(whole), Match.HOLDS: holding}
    found: dict[Match, Sequence[int]] = {}
    for match, such in best.items():
        found[match] = _heard_of(entries, [row for row in rows if row in such])
        rows = [row for row in rows if row not in such]
    return Group(listing, Hits(listing, entries, found | {Match.APART: _heard_of(entries, rows)}))


def _heard_of(entries: Entries, rows: Sequence[int]) -> Sequence[int]:
    """Place what documents speak of before what only the register knows; the list's own order decides the rest."""
    unheard = entries.unheard
    return sorted(rows, key=unheard.__contains__) if unheard else rows


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
