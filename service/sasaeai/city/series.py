"""Figures: those a source gives month by month, as series with their totals, and all others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sasaeai.statements.evidence import Evidence
from sasaeai.statements.things import Thing, Value

FEWEST, MOST = 3, 24
"""Months that make a series; series that are shown."""


@dataclass(frozen=True)
class Series:
    """Hold the figures of one indicator and subject by month (an IRI), and what adds them up."""

    indicator: Value
    subject: Value | None
    points: Mapping[str, Thing]
    totals: Sequence[Thing]

    @property
    def title(self) -> str:
        """Return what is counted, and of what."""
        return " — ".join(each.text for each in (self.indicator, self.subject) if each)

    @property
    def evidence(self) -> list[Evidence]:
        """Return who says so, each quote once."""
        return once(each for figure in (*self.points.values(), *self.totals) for each in figure.evidence)


def series(figures: Sequence[Thing]) -> tuple[list[Series], list[Thing]]:
    """Part figures into series by month and the others."""
    by: dict[tuple[str, ...], dict[str, Thing]] = {}
    for each in figures:
        if month := _month(each):
            by.setdefault(_what(each), {}).setdefault(month, each)
    long = {what: dict(sorted(points.items())) for what, points in by.items() if len(points) >= FEWEST}
    sums = [each for each in figures if each.all("totalOf")]
    found = [_series(points, sums) for _, points in sorted(long.items())[:MOST]]
    used = {each.iri for one in found for each in (*one.points.values(), *one.totals)}
    return found, [each for each in figures if each.iri not in used]


def months(found: Iterable[Series]) -> dict[str, Value]:
    """Name the months of which any series tells, in order."""
    told = {month: point.all("refPeriod")[0] for each in found for month, point in each.points.items()}
    return dict(sorted(told.items()))


def once(evidence: Iterable[Evidence]) -> list[Evidence]:
    """Leave out what was quoted before."""
    return list(dict.fromkeys(evidence))


def _series(points: Mapping[str, Thing], sums: Sequence[Thing]) -> Series:
    parts = {each.iri for each in points.values()}
    first = next(iter(points.values()))
    totals = [each for each in sums if _what(each) == _what(first) and parts & set(each.refers("totalOf"))]
    return Series(first.one("indicator") or first.name, first.one("subject"), points, totals)


def _what(figure: Thing) -> tuple[str, ...]:
    return (*figure.refers("indicator"), *figure.refers("subject"))


def _month(figure: Thing) -> str | None:
    return next((iri for iri in figure.refers("refPeriod") if "/month/" in iri), None)
