"""How the answers to a list's query become its entries: part by part, since all at once a country's are too much."""

from array import array
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, TypeVar

from sasaeai.lists import DATA, Listing
from sasaeai.lists.columns import Column, Columns
from sasaeai.lists.entries import MUNICIPALITY, Entries
from sasaeai.lists.facets import NOTHING, Facet
from sasaeai.lists.values import Value
from sasaeai.statements import Table
from sasaeai.statements.finding import Index, Standing, fold
from sasaeai.statements.validity import Validity, of_terms

NAMES = "words"
"""The column of a list's query that gives other names of a thing."""

Cell = TypeVar("Cell", bound=Hashable)

_TIMES, _UNSHOWN = "property", ""
"""Beside its columns, what is gathered of a thing: what is said of its time, and texts that only find it."""


class Gathering:
    """Gather the things of a list from the rows of its query, which may be several for one thing."""

    def __init__(self, listing: Listing) -> None:
        self._listing = listing
        self._rows: dict[str, int] = {}
        self._said = defaultdict[str, _Growing](_Growing)
        self._names: frozenset[str] = frozenset()

    def add(self, table: Table) -> None:
        """Take in the answer to the query, or to a part of it; nothing of it is held on to but what is said."""
        self._names |= frozenset(table.columns)
        subject = self._listing.subject
        things = [each for each in self._listing.columns if each != subject]
        shown = {name for column in self._listing.columns for name in (column, f"{column}Label")}
        texts = {each: _UNSHOWN for each in table.columns if each not in shown | {"property", "value", NAMES}}
        texts |= {NAMES: NAMES, f"{subject}Label": subject}
        for said in table.rows:
            row = self._rows.setdefault(said[subject]["value"], len(self._rows))
            for column in things:
                if term := said.get(column):
                    label = said.get(f"{column}Label", {}).get("value")
                    value = term["type"], term["value"], term.get("datatype"), term.get("xml:lang"), label
                    self._said[column].add(row, value)
            for name, column in texts.items():
                if name in said:
                    self._said[column].add(row, said[name]["value"])
            if "property" in said:
                self._said[_TIMES].add(row, (said["property"]["value"], said["value"]["value"]))

    def entries(self, version: str) -> Entries:
        """Make the entries of all that was taken in."""
        listing, columns = self._listing, self._columns()
        rows: Sequence[int] = sorted(range(len(columns.iris)), key=columns.iris.__getitem__)
        for name in reversed(listing.order):
            rows = columns.in_order(name, rows)
        columns = columns.at(rows)
        others, unshown = (self._column(each, _folded).at(rows) for each in (NAMES, _UNSHOWN))
        names = list(_names(columns, others))
        called = defaultdict[tuple[str, ...], list[int]](list)
        for row, each in enumerate(names):
            called[each].append(row)
        rest = [column.each(_words) for column in columns.cells.values()]
        chosen = {*listing.facets, *({MUNICIPALITY} & listing.columns.keys())}
        return Entries(
            columns=columns,
            index=Index(map(chain.from_iterable, zip(names, unshown, *rest, strict=True))),
            names=Index(called),
            called=Standing(called.values()),
            facets={name: _facet(columns.column(name)) for name in chosen},
            known=_known(columns),
            labelled=frozenset(each for each in listing.columns if f"{each}Label" in self._names),
            version=version,
            dated="property" in self._names,
        )

    def _columns(self) -> Columns:
        subject = self._listing.subject
        value = lru_cache(maxsize=None)(Value)

        def cell(terms: tuple[Any, ...]) -> tuple[Value, ...]:
            return tuple(sorted((value(*each) for each in terms), key=lambda each: each.rank))

        return Columns(
            subject,
            list(self._rows),
            self._column(subject, lambda labels: labels or (None,)),
            {name: self._column(name, cell) for name in self._listing.columns if name != subject},
            self._column(_TIMES, _time),
        )

    def _column(self, name: str, make: Callable[[tuple[Any, ...]], Cell]) -> Column[Cell]:
        return self._said[name].column(len(self._rows), make)


class _Growing:
    """Grow a column: a row to which something is added goes on to the cell that has it too, made once for all rows."""

    def __init__(self) -> None:
        self._cells: list[tuple[Hashable, ...]] = [()]
        self._which = array("I")
        self._onward: dict[tuple[int, Hashable], int] = {}

    def add(self, row: int, thing: Hashable) -> None:
        """Add to the cell of a row what it does not hold yet."""
        self._reach(row + 1)
        before = self._which[row]
        after = self._onward.get((before, thing))
        if after is None:
            after = self._onward[before, thing] = self._after(before, thing)
        self._which[row] = after

    def column(self, rows: int, make: Callable[[tuple[Any, ...]], Cell]) -> Column[Cell]:
        """Return so many rows, with something made of each cell; of what is alike there is one."""
        self._reach(rows)
        places: dict[Cell, int] = {}
        place = {each: places.setdefault(make(self._cells[each]), len(places)) for each in sorted(set(self._which))}
        return Column(list(places), array("I", map(place.__getitem__, self._which)))

    def _reach(self, rows: int) -> None:
        if (missing := rows - len(self._which)) > 0:
            self._which.extend([0] * missing)

    def _after(self, before: int, thing: Hashable) -> int:
        cell = self._cells[before]
        if thing in cell:
            return before
        self._cells.append((*cell, thing))
        return len(self._cells) - 1


def _time(said: tuple[tuple[str, str], ...]) -> Validity | None:
    told = defaultdict[str, list[dict[str, Any]]](list)
    for name, value in said:
        told[name].append({"value": value})
    return of_terms(told) if told else None


def _names(columns: Columns, others: Column[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Fold what each thing is called: what has no label is called by the key of its IRI."""
    labels = columns.labels.each(lambda each: _folded(filter(None, each)))
    for iri, own, more in zip(columns.iris, labels, others, strict=True):
        yield (*(own or _folded([Value("uri", iri).shown])), *more)


def _folded(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(fold, texts))


def _words(values: Sequence[Value]) -> tuple[str, ...]:
    return _folded(value.shown for value in values if value.truth is None)


def _facet(column: Column[tuple[Value, ...]]) -> Facet:
    keys = column.each(lambda values: tuple(value.key for value in values) or (NOTHING,))
    return Facet(keys, {value.key: value for value in chain.from_iterable(column.different)})


def _known(columns: Columns) -> int:
    """Count the things of which documents speak, which come first."""
    told = columns.cells.get(DATA)
    return len(columns.iris) if told is None else sum(any(value.truth for value in values) for values in told)
