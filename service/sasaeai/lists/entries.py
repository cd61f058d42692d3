"""The things of a list, held column by column, with what finds, orders and counts them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar, overload

from sasaeai.lists.values import Value
from sasaeai.statements.finding import Index
from sasaeai.statements.validity import Validity

NOTHING = "-"
"""The key that stands in an address for "has no value"."""

MUNICIPALITY = "municipality"
"""The column that the parameter `m` is about, in every list."""


Cell = TypeVar("Cell")


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold one thing of a list: its values by column, and when it holds if anything is said of that."""

    iri: str
    cells: Mapping[str, Sequence[Value]]
    validity: Validity | None


@dataclass(frozen=True)
class Columns:
    """Hold what is said of the things of a list, row by row in each column.

    The few values that stand in very many rows are one and the same tuple; what a thing itself is called stands in one
    row only, and is held as its labels (None: it has none), which take a tenth of the room of a value.
    """

    subject: str
    iris: Sequence[str]
    labels: Sequence[tuple[str | None, ...]]
    cells: Mapping[str, Sequence[tuple[Value, ...]]]
    validities: Sequence[Validity | None]

    def values(self, column: str, row: int) -> tuple[Value, ...]:
        """Return the values of a cell."""
        if column != self.subject:
            return self.cells[column][row]
        return tuple(Value("uri", self.iris[row], None, None, label) for label in self.labels[row])

    def names(self, row: int) -> Iterable[str]:
        """Return what the thing of a row is called."""
        return (label or Value("uri", self.iris[row]).shown for label in self.labels[row])

    def entry(self, row: int) -> Entry:
        """Put together the thing of a row."""
        cells = {self.subject: self.values(self.subject, row)}
        cells |= {column: values for column, each in self.cells.items() if (values := each[row])}
        return Entry(self.iris[row], cells, self.validities[row])

    def in_order(self, column: str, rows: Iterable[int]) -> list[int]:
        """Return rows in the order of one column, those without a value last; what is alike in it stays as it was."""
        name, backwards = column.removeprefix("-"), column.startswith("-")
        ranks, without = dict[int, tuple[float, str]](), list[int]()
        for row in rows:
            if values := self.values(name, row):
                ranks[row] = values[-1 if backwards else 0].rank
            else:
                without.append(row)
        return [*sorted(ranks, key=ranks.__getitem__, reverse=backwards), *without]

    def at(self, rows: Sequence[int]) -> "Columns":
        """Return some rows, in their order."""

        def of(column: Sequence[Cell]) -> list[Cell]:
            return [column[row] for row in rows]

        cells = {name: of(column) for name, column in self.cells.items()}
        return Columns(self.subject, of(self.iris), of(self.labels), cells, of(self.validities))


class Things(Sequence[Entry]):
    """Hold rows of a list: a thing is put together when somebody looks at it, for a country has very many."""

    def __init__(self, columns: Columns, rows: Sequence[int]) -> None:
        self.columns = columns
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, place: int) -> Entry: ...
    @overload
    def __getitem__(self, place: slice) -> "Things": ...
    def __getitem__(self, place: int | slice) -> "Entry | Things":
        if isinstance(place, slice):
            return Things(self.columns, self.rows[place])
        return self.columns.entry(self.rows[place])

    def cells(self, column: str) -> Iterable[tuple[Value, ...]]:
        """Go through one column."""
        return (self.columns.values(column, row) for row in self.rows)


@dataclass(frozen=True)
class Entries:
    """Hold all things of a list in its default order, in one language, of one version of the data.

    `index` finds things by all that is said of them here, `names` by what they are called. `keys` has,
    by column and row, what a choice is held against, `values` what each key stands for, `counts` how often it stands.
    `unheard` are the rows of which no document speaks. `labelled` are the columns of things, which have labels;
    `dated` says whether the things have a time. `sorted` has the rows in other orders, once they were asked for.
    """

    columns: Columns
    index: Index
    names: Index
    keys: Mapping[str, Sequence[Sequence[str]]]
    values: Mapping[str, Mapping[str, Value]]
    counts: Mapping[str, Counter[str]]
    unheard: frozenset[int]
    labelled: frozenset[str]
    version: str
    dated: bool
    sorted: dict[str, Sequence[int]] = field(default_factory=dict)

    @property
    def entries(self) -> Things:
        """Return all things."""
        return self.of(range(len(self.columns.iris)))

    @property
    def heard(self) -> Things:
        """Return the things of which a document speaks."""
        return self.of([row for row in range(len(self.columns.iris)) if row not in self.unheard])

    def of(self, rows: Sequence[int]) -> Things:
        """Return the things of some rows."""
        return Things(self.columns, rows)

    def in_order(self, column: str) -> Sequence[int]:
        """Return all rows in the order of a column, for which a minus stands before a column from its end."""
        if column not in self.sorted:
            self.sorted[column] = self.columns.in_order(column, range(len(self.columns.iris)))
        return self.sorted[column]
