"""How the answers to a list's query become its entries: part by part, since all at once a country's are too much."""

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, TypeVar, cast

from sasaeai.lists import Listing
from sasaeai.lists.entries import MUNICIPALITY, NOTHING, Columns, Entries
from sasaeai.lists.values import Value
from sasaeai.statements import Row, Table, validity
from sasaeai.statements.finding import Index, fold
from sasaeai.statements.validity import Validity

NAMES = "words"
"""The column of a list's query that gives other names of a thing."""


Kept = TypeVar("Kept", bound=Hashable)

_DATES, _UNSHOWN = "property", ""
"""Beside its columns, what is gathered of a thing: what is said of its time, and texts that only find it."""


class Gathering:
    """Gather the things of a list from the rows of its query, which may be several for one thing."""

    def __init__(self, listing: Listing) -> None:
        self._listing = listing
        self._said: dict[str, dict[str, tuple[Any, ...]]] = {}
        self._names: frozenset[str] = frozenset()
        # The same few values (kinds, prefectures, years) stand in very many cells, and so do times: one of each is kept
        self._value = lru_cache(maxsize=None)(Value)
        self._same: dict[Hashable, Hashable] = {}

    def add(self, table: Table) -> None:
        """Take in the answer to the query, or to a part of it; nothing of it is held on to but what is said."""
        self._names |= frozenset(table.columns)
        listing = self._listing
        shown = {name for column in listing.columns for name in (column, f"{column}Label")}
        unshown = [each for each in table.columns if each not in shown | {"property", "value", NAMES}]
        for row in table.rows:
            said = self._said.setdefault(row[listing.subject]["value"], {})
            for column in listing.columns.keys() & row.keys():
                _add(said, column, self._cell(column, row))
            if NAMES in row:
                _add(said, NAMES, row[NAMES]["value"])
            for column in unshown:
                if column in row:
                    _add(said, _UNSHOWN, row[column]["value"])
            if "property" in row:
                _add(said, _DATES, row)

    def _cell(self, column: str, row: Row) -> Value | str | None:
        term, label = row[column], row.get(f"{column}Label", {}).get("value")
        if column == self._listing.subject:
            return label
        return self._value(term["type"], term["value"], term.get("datatype"), term.get("xml:lang"), label)

    def entries(self, version: str) -> Entries:
        """Make the entries of all that was taken in."""
        listing, every = self._listing, list(self._said.values())
        columns = self._columns(every)
        rows: Sequence[int] = sorted(range(len(every)), key=columns.iris.__getitem__)
        for column in reversed(listing.order):
            rows = columns.in_order(column, rows)
        columns = columns.at(rows)
        # What a thing is called is in both indexes, and folded for them once.
        names = [[*map(fold, _names(columns, place, every[row]))] for place, row in enumerate(rows)]
        everything = (
            [*own, *map(fold, _rest(columns, place)), *map(fold, every[row].get(_UNSHOWN, ()))]
            for place, (own, row) in enumerate(zip(names, rows, strict=True))
        )
        chosen = {*listing.facets, *({MUNICIPALITY} & listing.columns.keys())}
        keys = {name: [self._keys(columns.values(name, row)) for row in range(len(rows))] for name in chosen}
        return Entries(
            columns=columns,
            index=Index(everything, folding=str),
            names=Index(names, folding=str),
            keys=keys,
            values={
                name: {value.key: value for row in range(len(rows)) for value in columns.values(name, row)}
                for name in chosen
            },
            counts={name: Counter(chain.from_iterable(keys[name])) for name in chosen},
            unheard=frozenset(row for row in range(len(rows)) if _is_unheard(columns, row)),
            labelled=frozenset(each for each in listing.columns if f"{each}Label" in self._names),
            version=version,
            dated="property" in self._names,
        )

    def _columns(self, every: Sequence[Mapping[str, tuple[Any, ...]]]) -> Columns:
        subject = self._listing.subject

        def cell(said: Mapping[str, tuple[Any, ...]], column: str) -> tuple[Value, ...]:
            return self._once(tuple(sorted(said.get(column, ()), key=lambda each: each.rank)))

        def time(said: Mapping[str, tuple[Any, ...]]) -> Validity | None:
            return self._once(validity.of(said[_DATES])) if _DATES in said else None

        return Columns(
            subject,
            list(self._said),
            [tuple(filter(None, said[subject])) or (None,) for said in every],
            {name: [cell(said, name) for said in every] for name in self._listing.columns if name != subject},
            [time(said) for said in every],
        )

    def _once(self, thing: Kept) -> Kept:
        return cast("Kept", self._same.setdefault(thing, thing))

    def _keys(self, values: Sequence[Value]) -> tuple[str, ...]:
        return self._once(tuple(value.key for value in values) or (NOTHING,))


def _add(said: dict[str, tuple[Any, ...]], name: str, thing: object) -> None:
    before = said.get(name, ())
    if thing not in before:
        said[name] = (*before, thing)


def _names(columns: Columns, row: int, said: Mapping[str, tuple[Any, ...]]) -> list[str]:
    return [*columns.names(row), *said.get(NAMES, ())]


def _rest(columns: Columns, row: int) -> Iterator[str]:
    for name in columns.cells:
        yield from (value.shown for value in columns.values(name, row) if value.truth is None)


def _is_unheard(columns: Columns, row: int) -> bool:
    return "data" in columns.cells and any(value.truth is False for value in columns.values("data", row))
