"""What a reader chooses of a list: by words, facets and a day; in an order; page by page or whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sasaeai.formats import Format
from sasaeai.lists import Listing
from sasaeai.lists.columns import Entry
from sasaeai.lists.entries import Entries, Things
from sasaeai.lists.facets import Choice, Facet
from sasaeai.lists.wishes import STATE, Wish
from sasaeai.statements import writing
from sasaeai.statements.finding import words_of
from sasaeai.statements.validity import UNDATED, State, Validity
from sasaeai.store import Answer
from sasaeai.vocabulary import CONCEPT


@dataclass(frozen=True)
class Found:
    """Hold the things that a wish leaves in their order, what each facet offers next, and the day of their states."""

    entries: Things
    facets: Mapping[str, Sequence[Choice]]
    day: date | None

    def state(self, entry: Entry) -> str | None:
        """Return the key of a thing's state on the day asked, if one is asked; what has no time is unknown on it."""
        return _states(entry.validity, self.day)[0] if self.day else None


def choose(listing: Listing, entries: Entries, wish: Wish) -> Found:
    """Return what a wish leaves of a list. Nothing is asked of the store."""
    facets, offered = dict(entries.facets), list(listing.facets)
    if entries.dated and (day := wish.day):
        facets[STATE] = Facet(entries.columns.validities.each(lambda time: _states(time, day)), {})
        offered.append(STATE)
    wanted = {column: frozenset(chosen) for column, chosen in wish.chosen.items() if chosen and column in facets}
    rows = entries.index.find(words_of(wish.words))

    def left_by(wanted: Mapping[str, frozenset[str]]) -> Sequence[int]:
        left = rows
        for column, chosen in wanted.items():
            left = facets[column].fitting(chosen, left)
        return left

    left, choices = left_by(wanted), {}
    for column in offered:
        # What a facet offers is counted as if nothing had been chosen in it.
        others = {name: chosen for name, chosen in wanted.items() if name != column}
        counted = left_by(others) if column in wanted else left
        choices[column] = facets[column].choices(counted, wanted.get(column, frozenset()))
    if wish.sort:
        kept = set(left)
        left = [row for row in entries.in_order(wish.sort) if row in kept]
    return Found(entries.of(left), choices, wish.day if entries.dated else None)


def _states(time: Validity | None, day: date) -> tuple[str, ...]:
    return ((time or UNDATED).state(day).value,)


def total(things: Things, column: str) -> int:
    """Add up a column of whole numbers."""
    return sum(int(value.text) for values in things.cells(column) for value in values)


def answer(listing: Listing, entries: Entries, found: Found, state_names: Mapping[str, str], results: Format) -> Answer:
    """Write all that was found, whole: the columns of the list, each of things with its label beside it.

    Several values of a cell are parted by a space if they are IRIs, else by a semicolon. On a day the state, its name
    and the last day seen stand at the end.
    """
    columns = [name for each in listing.columns for name in _beside(each, entries)]
    on_a_day = found.day is not None
    if on_a_day:
        columns += ["state", "stateLabel", "lastSeen"]
    rows = (_row(entry, entries) | (_time(entry, found, state_names) if on_a_day else {}) for entry in found.entries)
    return writing.write(columns, rows, entries.version, results)


def _beside(column: str, entries: Entries) -> list[str]:
    return [column, f"{column}Label"] if column in entries.labelled else [column]


def _row(entry: Entry, entries: Entries) -> dict[str, dict[str, str]]:
    row = {}
    for column, values in entry.cells.items():
        gap = " " if values[0].is_iri else "; "
        row[column] = values[0].term if len(values) == 1 else _literal(gap.join(value.text for value in values))
        if column in entries.labelled:
            row[f"{column}Label"] = _literal("; ".join(value.shown for value in values))
    return row


def _time(entry: Entry, found: Found, state_names: Mapping[str, str]) -> dict[str, dict[str, str]]:
    key = found.state(entry) or State.UNKNOWN.value
    seen = entry.validity.last_known if entry.validity else None
    said = {"state": {"type": "uri", "value": f"{CONCEPT}state/{key}"}, "stateLabel": _literal(state_names[key])}
    return said | ({"lastSeen": _literal(seen.isoformat())} if seen else {})


def _literal(text: str) -> dict[str, str]:
    return {"type": "literal", "value": text}
