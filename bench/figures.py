"""What a measurement returns: rows of figures, one figure for each round, and how they are compared and written."""

import os
import platform
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

OURS, MACHINE = "Sasaeai", "machine"


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
    """Divide ours by a peer's, round by round: what else the machine did fell on both."""
    return [one / two for one, two in zip(ours.values, other.values, strict=False) if two]


def wins(other: Row, ours: Row) -> bool:
    """Tell whether a peer does better than ours in every round."""
    found = ratios(ours, other)
    return bool(found) and (max(found) < 1 if other.unit == "requests/s" else min(found) > 1)


def written(figure: float) -> str:
    """Write a figure with as many digits as say something."""
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.1f}" if figure >= 10 else f"{figure:.2f}"


def compared(ours: Row, other: Row) -> str:
    """Write what a peer took and ours as a multiple of it: the median of the rounds, the least and the most."""
    found = ratios(ours, other)
    if not found:
        return written(other.median) if other.values else "–"
    times = f"{written(statistics.median(found))} ×"
    spread = f"{written(min(found))}–{written(max(found))}" if len(found) > 1 else "once"
    return f"{written(other.median)}; {f'**{times}**' if wins(other, ours) else times} ({spread})"


def markdown(rows: Sequence[Row]) -> str:
    """Write rows as a table: our median, then each peer's, and ours as a multiple of it, bold where the peer wins."""
    found = {(each.subject, each.unit, each.peer): each for each in rows if each.unit and each.peer != MACHINE}
    others = list(dict.fromkeys(peer for *_, peer in found if peer != OURS))
    heads = [OURS, *(f"{each}; {OURS} is" for each in others)]
    lines = [f"| | {' | '.join(heads)} |", "|---|" + "---:|" * len(heads)]
    for subject, unit in dict.fromkeys((subject, unit) for subject, unit, _ in found):
        ours, *theirs = (found.get((subject, unit, each), Row(subject, each, unit)) for each in (OURS, *others))
        cells = [written(ours.median) if ours.values else "–", *(compared(ours, each) for each in theirs)]
        lines.append(f"| {subject}, {unit} | {' | '.join(cells)} |")
    return "\n".join(lines)


def noise() -> float:
    """Return what a fixed piece of work takes by the clock, in ms: more where others work on the machine, or beside it.

    A processor that a host shares may be half as fast for minutes, which no count of processor time shows.
    """
    began = time.perf_counter()
    sum(each * each for each in range(300_000))
    return (time.perf_counter() - began) * 1000


def most_held() -> float:
    """Return the most memory this process has held, in kB; `ru_maxrss` begins with that of who started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return float(next(each for each in lines if each.startswith("VmHWM:")).split()[1])


def noisy(found: Sequence[float]) -> str:
    """Say how noisy the machine was, from what `noise` gave over the time: ms, the least, the most and the median."""
    if not found:
        return "not known"
    least, middle, worst = min(found), statistics.median(found), max(found)
    return f"{least:.0f} to {worst:.0f}, {middle:.0f} in the middle"


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
