"""Finding a thing by what it is called, in all lists at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sasaeai.formats import Format
from sasaeai.lists import Listing
from sasaeai.lists.entries import Entries, Entry, Shelf
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
    names = entries.names
    being, beginning, holding = names.being(whole), names.beginning(whole), names.holding(whole)

    def match(row: int) -> Match:
        if row in being:
            return Match.EXACT
        if row in beginning:
            return Match.BEGINS
        return Match.HOLDS if row in holding else Match.APART

    hits = [Hit(listing, entries.entries[row], match(row)) for row in names.find(words)]
    return Group(listing, sorted(hits, key=_place))


def _place(hit: Hit) -> tuple[int, bool]:
    """Place what documents speak of before what only the register knows; the list's own order decides the rest."""
    return _ORDER[hit.match], any(value.truth is False for value in hit.entry.cells.get("data", ()))


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
