"""What a measurement returns: rows of figures, one figure for each round, and how they are compared and written."""

import os
import platform
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

OURS = "Sasaeai"


@dataclass(frozen=True)
class Row:
    """Hold what one subject took by one peer: a figure for each round, in the order of the rounds.

    `note` says why there are none where a peer is missing, refuses or is left out.
    """

    subject: str
    peer: str
    unit: str
    values: tuple[float, ...] = ()
    note: str = ""

    @property
    def median(self) -> float:
        """Return the median of the rounds."""
        return statistics.median(self.values)


def ratios(ours: Row, other: Row) -> list[float]:
    """Divide ours by a peer's, round by round, in ascending order: what else the machine did fell on both."""
    return sorted(one / two for one, two in zip(ours.values, other.values, strict=True))


def spread(values: Sequence[float]) -> str:
    """Write a median and the least and the most."""
    low, high = min(values), max(values)
    return f"{statistics.median(values):.2f} ({low:.2f}–{high:.2f})"


def written(figure: float) -> str:
    """Write a figure with as many digits as say something."""
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.1f}" if figure >= 10 else f"{figure:.2f}"


def markdown(title: str, rows: Iterable[Row], peers: Sequence[str]) -> str:
    """Write rows as a table: the medians of each peer, ours first, and behind them ours as a multiple of theirs."""
    found = {(each.subject, each.peer): each for each in rows}
    others = [each for each in peers if each != OURS]
    lines = [
        f"| {title} | {' | '.join([OURS, *others])} | {' | '.join(f'ours / {each}' for each in others)} |",
        "|---|" + "---:|" * (1 + 2 * len(others)),
    ]
    for subject, unit in dict.fromkeys((each.subject, each.unit) for each in found.values()):
        cells = [found.get((subject, each), Row(subject, each, unit)) for each in [OURS, *others]]
        figures = [written(each.median) if each.values else "–" for each in cells]
        compared = [spread(ratios(cells[0], each)) if cells[0].values and each.values else "–" for each in cells[1:]]
        lines.append(f"| {subject}, {unit} | {' | '.join(figures)} | {' | '.join(compared)} |")
    return "\n".join(lines)


def noise() -> float:
    """Return the milliseconds of a fixed piece of work: how they vary is how noisy the machine was."""
    began = time.perf_counter()
    sum(each * each for each in range(300_000))
    return (time.perf_counter() - began) * 1000


def noisy(idle: Sequence[float]) -> str:
    """Say how noisy the machine was, from what `noise` gave over the time."""
    quiet = min(idle)
    return (
        f"a fixed piece of work took {statistics.median(idle) / quiet:.2f} (median) to {max(idle) / quiet:.2f} (worst) "
        f"times its best of {quiet:.1f} ms"
    )


def machine(*packages: str) -> str:
    """Name the machine, and the versions of packages."""
    there = ", ".join(f"{each} {_version(each)}" for each in packages)
    system = f"{platform.system()} {platform.release()}"
    return f"{os.cpu_count()} cores, {system}, Python {platform.python_version()}; {there}"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "–"
