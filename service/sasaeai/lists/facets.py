"""What a list can be narrowed down by, column by column, and how many things each choice leaves."""

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sasaeai.lists.columns import Column
from sasaeai.lists.values import Value
from sasaeai.statements.finding import Standing

NOTHING = "-"
"""The key that stands in an address for "has no value"."""

_WORD = float("inf")
"""The number of what has none."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Hold one value that a facet offers, and how many things have it among those the other wishes leave."""

    key: str
    value: Value | None
    count: int
    chosen: bool


class Facet:
    """Hold the keys of a column, against which a choice is held, and the values that they stand for."""

    def __init__(self, keys: Column[tuple[str, ...]], values: Mapping[str, Value]) -> None:
        self.keys = keys
        # Looked at for very many rows at a time, which a list of numbers made once is quickest for.
        self._which = list(map(list(range(len(keys.different))).__getitem__, keys.which))
        self._values = values
        self._numbers = {key: value.rank[0] for key, value in values.items()}
        self._counts = self._counted(Counter(self._which))
        self._untouched = self._offered(self._counts, frozenset())

    def fitting(self, chosen: frozenset[str], rows: Sequence[int]) -> Sequence[int]:
        """Return those rows that have one of the keys chosen."""
        which = self._which
        fits = {cell for cell, each in enumerate(self.keys.different) if not chosen.isdisjoint(each)}
        if len(rows) < len(which):
            return [row for row in rows if which[row] in fits]
        return sorted(self._standing.rows(fits))

    def choices(self, rows: Sequence[int], chosen: frozenset[str]) -> Sequence[Choice]:
        """Tell what is offered to who has these rows left, and has chosen some keys."""
        which = self._which
        if len(rows) < len(which):
            return self._offered(self._counted(Counter(map(which.__getitem__, rows))), chosen)
        return self._offered(self._counts, chosen) if chosen else self._untouched

    def _counted(self, cells: Counter[int]) -> Counter[str]:
        """Count keys, of each different cell at once."""
        counts = Counter[str]()
        for cell, times in cells.items():
            for key in self.keys.different[cell]:
                counts[key] += times
        return counts

    def _offered(self, counts: Counter[str], chosen: frozenset[str]) -> Sequence[Choice]:
        """Order what is offered: codes and years by their number, words by how often they stand, nothing last."""
        numbers = self._numbers

        def place(key: str) -> tuple[bool, float, int, str]:
            return key == NOTHING, numbers.get(key, _WORD), -counts[key], key

        keys = sorted(counts.keys() | chosen, key=place)
        return [Choice(key, self._values.get(key), counts[key], key in chosen) for key in keys]

    @cached_property
    def _standing(self) -> Standing:
        """Tell in which rows each different cell stands."""
        rows = [array("I") for _ in self.keys.different]
        for row, cell in enumerate(self._which):
            rows[cell].append(row)
        return Standing(rows)
