"""What is said of the things of a list, held column by column."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar, overload

from sasaeai.lists.values import Value
from sasaeai.statements.validity import Validity

Cell = TypeVar("Cell")
Other = TypeVar("Other")


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold one thing of a list: its values by column, and when it holds if anything is said of that."""

    iri: str
    cells: Mapping[str, Sequence[Value]]
    validity: Validity | None


@dataclass(frozen=True, slots=True)
class Column(Sequence[Cell]):
    """Hold a column as the different cells there are, and which of them stands in each row: most stand in very many."""

    different: Sequence[Cell]
    which: "array[int]"

    def __len__(self) -> int:
        return len(self.which)

    @overload
    def __getitem__(self, row: int) -> Cell: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Cell]: ...
    def __getitem__(self, row: int | slice) -> Cell | Sequence[Cell]:
        if isinstance(row, slice):
            return Column(self.different, self.which[row])
        return self.different[self.which[row]]

    def __iter__(self) -> Iterator[Cell]:
        return map(self.different.__getitem__, self.which)

    def each(self, make: Callable[[Cell], Other]) -> "Column[Other]":
        """Return the column with something made of each cell."""
        return Column(list(map(make, self.different)), self.which)

    def at(self, rows: Sequence[int]) -> "Column[Cell]":
        """Return the column in another order of the rows."""
        return Column(self.different, array("I", map(self.which.__getitem__, rows)))


@dataclass(frozen=True)
class Columns:
    """Hold what is said of the things of a list, row by row in each column.

    What a thing itself is called is held as its labels (None: it has none), which take less room than a value.
    """

    subject: str
    iris: Sequence[str]
    labels: Column[tuple[str | None, ...]]
    cells: Mapping[str, Column[tuple[Value, ...]]]
    validities: Column[Validity | None]

    def values(self, column: str, row: int) -> tuple[Value, ...]:
        """Return the values of a cell."""
        if column != self.subject:
            return self.cells[column][row]
        return tuple(Value("uri", self.iris[row], None, None, label) for label in self.labels[row])

    def column(self, name: str) -> Column[tuple[Value, ...]]:
        """Return a column; of the things themselves, each cell is another."""
        if name != self.subject:
            return self.cells[name]
        rows = range(len(self.iris))
        return Column([self.values(name, row) for row in rows], array("I", rows))

    def entry(self, row: int) -> Entry:
        """Put together the thing of a row."""
        cells = {self.subject: self.values(self.subject, row)}
        cells |= {column: values for column, each in self.cells.items() if (values := each[row])}
        return Entry(self.iris[row], cells, self.validities[row])

    def in_order(self, column: str, rows: Iterable[int]) -> Sequence[int]:
        """Return rows in the order of one column, those without a value last; what is alike in it stays as it was."""
        name, backwards = column.removeprefix("-"), column.startswith("-")
        end = -1 if backwards else 0
        ranks = self.column(name).each(lambda values: values[end].rank if values else None)
        order = sorted({rank for rank in ranks.different if rank}, reverse=backwards)
        places = {None: len(order)} | {rank: place for place, rank in enumerate(order)}
        return array("I", sorted(rows, key=list(ranks.each(places.__getitem__)).__getitem__))

    def at(self, rows: Sequence[int]) -> "Columns":
        """Return the things in another order."""
        cells = {name: column.at(rows) for name, column in self.cells.items()}
        iris = [self.iris[row] for row in rows]
        return Columns(self.subject, iris, self.labels.at(rows), cells, self.validities.at(rows))
