"""The things of a list, with what finds, orders and narrows them down."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import overload

from sasaeai.lists.columns import Columns, Entry
from sasaeai.lists.facets import Facet
from sasaeai.lists.values import Value
from sasaeai.statements.finding import Index, Standing

MUNICIPALITY = "municipality"
"""The column that the parameter `m` is about, in every list."""


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

    `index` finds rows by all that is said of things here; `names` has the different names of things, numbered in the
    order in which they first stand, and `called` the rows of each. `facets` has, by column, what is narrowed down by.
    Documents speak of the first `known`. `labelled` are the columns of things, which have labels; `dated` says whether
    the things have a time. `sorted` has the rows in other orders, once they were asked for.
    """

    columns: Columns
    index: Index
    names: Index
    called: Standing
    facets: Mapping[str, Facet]
    known: int
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
        return self.of(range(self.known))

    def of(self, rows: Sequence[int]) -> Things:
        """Return the things of some rows."""
        return Things(self.columns, rows)

    def in_order(self, column: str) -> Sequence[int]:
        """Return all rows in the order of a column, for which a minus stands before a column from its end."""
        if column not in self.sorted:
            self.sorted[column] = self.columns.in_order(column, range(len(self.columns.iris)))
        return self.sorted[column]
