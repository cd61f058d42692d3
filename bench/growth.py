"""How figures grow with the number of cities: exponents, words for them, and a plot."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures import MACHINE, OURS, Row

Sizes = Mapping[int, Sequence[Row]]
"""The rows of each size of nation, by its number of cities."""
_TOLERANCE = 0.15
"""What an exponent may be off by the noise of a machine: a tenth of a figure more over four times the cities."""
_STYLES = {
    OURS: ("#0b3d91", "o", 2.2),
    "Oxigraph": ("#c2410c", "s", 1.0),
    "pyoxigraph": ("#c2410c", "s", 1.0),
    "Virtuoso": ("#15803d", "^", 1.0),
    "rdflib": ("#7e22ce", "v", 1.0),
    "rdflib-endpoint": ("#a16207", "D", 1.0),
    "pySHACL": ("#be185d", "P", 1.0),
}
_COLUMNS = 3


@dataclass(frozen=True)
class Growth:
    """Hold the medians of a subject by number of cities, and the exponents: of all sizes, and between the last two."""

    subject: str
    unit: str
    medians: dict[int, float]

    @property
    def fitted(self) -> float:
        """Return the slope of the line that fits best through the logarithms of all sizes."""
        cities, figures = zip(*((math.log(n), math.log(figure)) for n, figure in self.medians.items()), strict=True)
        return statistics.linear_regression(cities, figures).slope

    @property
    def last(self) -> float:
        """Return the slope between the two largest sizes, where what is the same at every size weighs least."""
        (few, less), (many, more) = sorted(self.medians.items())[-2:]
        return math.log(more / less) / math.log(many / few)

    @property
    def words(self) -> str:
        """Say what the slope at the end means."""
        if self.last > 1 + _TOLERANCE:
            return "**more than linear**"
        if self.last > 1 - _TOLERANCE:
            return "linear"
        return "less than linear" if self.last > _TOLERANCE else "does not grow"


def growths(sizes: Sizes, peer: str = OURS) -> list[Growth]:
    """Gather what was measured of one program at more than one size."""
    found: dict[tuple[str, str], dict[int, float]] = {}
    for cities, rows in sorted(sizes.items()):
        for row in rows:
            if row.peer == peer and row.unit not in ("", "requests", "requests/s") and row.values and row.median > 0:
                found.setdefault((row.subject, row.unit), {})[cities] = row.median
    return [Growth(*what, medians) for what, medians in found.items() if len(medians) > 1]


def plot(sizes: Sizes, file: Path) -> None:
    """Draw each subject over the number of cities, both logarithmic, as an SVG that is the same for the same rows."""
    ours = growths(sizes)
    peers = dict.fromkeys(row.peer for rows in sizes.values() for row in rows if row.peer not in (OURS, MACHINE))
    theirs = {
        peer: {(each.subject, each.unit): each.medians for each in growths(sizes, peer)} for peer in sorted(peers)
    }
    lines = -(-len(ours) // _COLUMNS)
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "sasaeai", "font.size": 8}):
        figure = Figure(figsize=(9.6, 2.3 * lines + 0.5), layout="constrained")
        for place, growth in enumerate(ours, 1):
            axes = figure.add_subplot(lines, _COLUMNS, place)
            _panel(axes, growth, {peer: found.get((growth.subject, growth.unit), {}) for peer, found in theirs.items()})
        handles = {
            label: line for axes in figure.axes for line, label in zip(*axes.get_legend_handles_labels(), strict=True)
        }
        figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=len(handles), frameon=False)
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})


def _panel(axes: Axes, growth: Growth, others: Mapping[str, dict[int, float]]) -> None:
    for peer, medians in {**others, OURS: growth.medians}.items():
        colour, mark, width = _STYLES[peer]
        if medians:
            axes.plot(list(medians), list(medians.values()), color=colour, marker=mark, ms=3.5, lw=width, label=peer)
    cities = sorted(growth.medians)
    line = [growth.medians[cities[-1]] * each / cities[-1] for each in cities]
    axes.plot(cities, line, color="#9ca3af", ls=":", lw=1, label="linear")
    axes.set(xscale="log", yscale="log")
    axes.set_xticks(cities, labels=[f"{each:,}" for each in cities])
    axes.minorticks_off()
    axes.yaxis.set_major_formatter(lambda figure, _: f"{figure:,g}")
    # Two powers of ten at least, so that what hardly changes looks like it.
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, high / 100), high * 1.5)
    axes.set_title(
        f"{growth.subject}, {growth.unit}\nexponent {growth.fitted:.2f}, at the end {growth.last:.2f}", size=8
    )
    axes.grid(color="#e5e7eb", lw=0.6)
