"""What national surveys say of Japan as a whole, beside which a city can be set. Nothing of it is made here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sasaeai.repository import Repository
from sasaeai.statements import by, select
from sasaeai.store import Store


@dataclass(frozen=True)
class Statistic:
    """Hold one figure about Japan: what it counts, its value, and when it is of."""

    figure: str
    counts: str
    value: str
    unit: str | None
    bound: str | None
    period: str | None
    day: str | None


@dataclass(frozen=True)
class National:
    """Hold the figures about Japan by the indicator they belong beside."""

    by_indicator: Mapping[str, Sequence[Statistic]]
    version: str

    def beside(self, indicator: str) -> Sequence[Statistic]:
        """Return the figures that belong beside an indicator."""
        return self.by_indicator.get(indicator, ())


def national(store: Store, repository: Repository) -> National:
    """Read the figures about Japan, in one query."""
    table = select(store, repository.query("indicator-national"))

    def statistic(row: Mapping[str, Mapping[str, str]]) -> Statistic:
        names = ("figure", "counts", "value", "unit", "bound", "period", "day")
        return Statistic(**{name: row[name]["value"] if name in row else None for name in names})  # type: ignore[arg-type]

    told = by(table.rows, "indicator")
    return National({indicator: [statistic(row) for row in rows] for indicator, rows in told.items()}, table.version)
