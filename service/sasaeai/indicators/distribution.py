"""How the known values of an indicator are spread: percentiles, bands and counts, from ten values on."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

FEWEST = 10
"""Known values from which on a distribution is told; of fewer, the values and nothing more."""

CUTS = (0, 10, 25, 50, 75, 90, 100)
"""The percentiles that part the bands."""

_BINS = 8
"""Bars of a histogram, about; whole numbers of at most so many values and a half more get a bar each."""


@dataclass(frozen=True)
class Bin:
    """Count the values from `low` to `high` (not included, but in the last); of a single value both are it."""

    low: float
    high: float
    count: int

    def holds(self, value: float) -> bool:
        """Tell whether a value is counted here."""
        return self.low <= value < self.high or value == self.low


@dataclass(frozen=True)
class Place:
    """Tell where a value lies among those known: shares in percent, and the bands it reaches over.

    Values that are the same share one place, so a band can be wide; nobody is given a rank.
    """

    below: float
    same: float
    above: float
    low: int
    high: int


@dataclass(frozen=True)
class Distribution:
    """Hold the known values of an indicator, in their order."""

    values: Sequence[float]

    @property
    def n(self) -> int:
        """Return how many values are known."""
        return len(self.values)

    @property
    def percentiles(self) -> dict[int, float]:
        """Return the value at each cut: the smallest that so many percent of the values do not exceed."""
        return {cut: self.values[max(0, math.ceil(cut * self.n / 100) - 1)] for cut in CUTS}

    @property
    def bins(self) -> list[Bin]:
        """Return the bars of a histogram; whole numbers that are few get one each."""
        low, high = self.values[0], self.values[-1]
        whole = all(each == int(each) for each in self.values)
        if whole and high - low <= 1.5 * _BINS:
            edges = [float(each) for each in range(int(low), int(high) + 1)]
            return [Bin(each, each, self._count(each, math.nextafter(each, math.inf))) for each in edges]
        step = _round_step((high - low) / _BINS or 1)
        first, last = math.floor(low / step), math.floor(high / step)
        edges = [round(number * step, 10) for number in range(first, last + 2)]
        return [Bin(a, b, self._count(a, b)) for a, b in pairwise(edges)]

    def _count(self, low: float, high: float) -> int:
        return bisect_left(self.values, high) - bisect_left(self.values, low)

    def place(self, value: float) -> Place:
        """Tell where one of the values lies."""
        below, upto = bisect_left(self.values, value), bisect_right(self.values, value)
        low = max(cut for cut in CUTS if cut * self.n <= 100 * below)
        high = min(cut for cut in CUTS if cut * self.n >= 100 * upto)
        shares = [100 * each / self.n for each in (below, upto - below, self.n - upto)]
        return Place(shares[0], shares[1], shares[2], low, high)


def distribution(values: Iterable[float]) -> Distribution | None:
    """Return the distribution of values; None of fewer than ten."""
    known = sorted(values)
    return Distribution(known) if len(known) >= FEWEST else None


def _round_step(step: float) -> float:
    """Round a step up to 1, 2 or 5 times a power of ten."""
    power: float = 10 ** math.floor(math.log10(step))
    return next(each * power for each in (1, 2, 5, 10) if each * power >= step * 0.999)
