"""What a reader chooses of a list: by words, facets and a day; in an order; page by page or whole."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from sasaeai.formats import Format
from sasaeai.lists import Listing
from sasaeai.lists.entries import NOTHING, Entries, Entry, Things
from sasaeai.lists.values import Value
from sasaeai.lists.wishes import STATE, Wish
from sasaeai.statements import writing
from sasaeai.statements.finding import words_of
from sasaeai.statements.validity import UNDATED, State
from sasaeai.store import Answer
from sasaeai.vocabulary import CONCEPT


@dataclass(frozen=True)
class Choice:
    """Hold one value that a facet offers, and how many things have it among those the other wishes leave."""

    key: str
    value: Value | None
    count: int
    chosen: bool


@dataclass(frozen=True)
class Found:
    """Hold the things that a wish leaves in their order, what each facet offers next, and the day of their states."""

    entries: Things
    facets: Mapping[str, Sequence[Choice]]
    day: date | None

    def state(self, entry: Entry) -> str | None:
        """Return the key of a thing's state on the day asked, if one is asked; what has no time is unknown on it."""
        return _state(entry, self.day) if self.day else None


def choose(listing: Listing, entries: Entries, wish: Wish) -> Found:
    """Return what a wish leaves of a list. Nothing is asked of the store."""
    keys = dict(entries.keys)
    facets = list(listing.facets)
    if entries.dated and wish.day:
        keys[STATE] = _states(entries, wish.day)
        facets.append(STATE)
    wanted = {column: frozenset(chosen) for column, chosen in wish.chosen.items() if chosen and column in keys}
    rows = entries.index.find(words_of(wish.words))
    left = _fitting(rows, keys, wanted)
    offered = {}
    for column in facets:
        # What a facet offers is counted as if nothing had been chosen in it.
        others = {name: chosen for name, chosen in wanted.items() if name != column}
        counted = _fitting(rows, keys, others) if column in wanted else left
        whole = column in entries.counts and len(counted) == len(entries.columns.iris)
        counts = (
            entries.counts[column] if whole else Counter(chain.from_iterable(map(keys[column].__getitem__, counted)))
        )
        offered[column] = _choices(counts, entries.values.get(column, {}), wanted.get(column, frozenset()))
    if wish.sort:
        kept = set(left)
        left = [row for row in entries.in_order(wish.sort) if row in kept]
    return Found(entries.of(left), offered, wish.day if entries.dated else None)


def _states(entries: Entries, day: date) -> list[tuple[str]]:
    """Name the state of every row on a day; many things hold for the same time."""
    times = entries.columns.validities
    states = {each: ((each or UNDATED).state(day).value,) for each in set(times)}
    return [states[each] for each in times]


def _fitting(
    rows: Sequence[int], keys: Mapping[str, Sequence[Sequence[str]]], wanted: Mapping[str, frozenset[str]]
) -> Sequence[int]:
    """Return the rows that have one of the keys wanted in each column."""
    for column, chosen in wanted.items():
        rows = [row for row in rows if not chosen.isdisjoint(keys[column][row])]
    return rows


def _state(entry: Entry, day: date) -> str:
    return (entry.validity or UNDATED).state(day).value


def _choices(counts: Counter[str], values: Mapping[str, Value], wanted: frozenset[str]) -> list[Choice]:
    """Order what a facet offers: codes and years by their number, words by how often they stand, nothing last."""
    choices = [Choice(key, values.get(key), counts[key], key in wanted) for key in counts.keys() | wanted]

    def place(choice: Choice) -> tuple[bool, float, int, str]:
        number = choice.value.rank[0] if choice.value else float("inf")
        return choice.key == NOTHING, number, -choice.count, choice.key

    return sorted(choices, key=place)


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
    key = _state(entry, found.day) if found.day else State.UNKNOWN.value
    seen = entry.validity.last_known if entry.validity else None
    said = {"state": {"type": "uri", "value": f"{CONCEPT}state/{key}"}, "stateLabel": _literal(state_names[key])}
    return said | ({"lastSeen": _literal(seen.isoformat())} if seen else {})


def _literal(text: str) -> dict[str, str]:
    return {"type": "literal", "value": text}
