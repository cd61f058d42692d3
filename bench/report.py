"""What a run of all measurements found: kept as JSON, and written into the page that shows it."""

import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from figures import MACHINE, OURS, Row, markdown, noisy, wins, written
from growth import growths, plot

PAGE, KEPT, IMAGE = "benchmarks.md", "benchmarks.json", "benchmarks-growth.svg"
_BLOCK = re.compile(r"(<!-- figures: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


@dataclass
class Run:
    """Hold when and where the measurements were made, how long they took, and the rows of each size of nation."""

    command: str
    begun: str
    machine: str
    minutes: float = 0.0
    sizes: dict[int, list[Row]] = field(default_factory=dict)

    @classmethod
    def read(cls, file: Path) -> "Run":
        """Read what `write` has kept."""
        kept = json.loads(file.read_text("utf-8"))
        sizes = {int(cities): [_row(each) for each in rows] for cities, rows in kept.pop("sizes").items()}
        return cls(**kept, sizes=sizes)

    def write(self, folder: Path) -> None:
        """Keep the run, draw its growth, and bring the folder's page up to it, if there is one."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / KEPT).write_text(_json(self), "utf-8")
        # What is kept is rounded, and the page is to be what can be made of it again.
        kept = Run.read(folder / KEPT)
        if len(kept.sizes) > 1:
            plot(kept.sizes, folder / IMAGE)
        if (page := folder / PAGE).exists():
            page.write_text(kept.fill(page.read_text("utf-8")), "utf-8")

    def fill(self, page: str) -> str:
        """Put the figures into a page, between the marks that are there for them."""
        blocks = {"run": self._run, "tables": self._tables, "wins": self._wins, "growth": self._growth}
        return _BLOCK.sub(lambda found: f"{found[1]}{blocks[found[2]]()}\n{found[3]}", page)

    def _run(self) -> str:
        idle = {
            cities: [figure for row in rows if row.subject == "noise" for figure in row.values]
            for cities, rows in self.sizes.items()
        }
        told = "; ".join(f"at {cities:,} cities {noisy(found)}" for cities, found in sorted(idle.items()))
        return (
            f"`{self.command}`, {self.begun}, {self.minutes:.0f} minutes; {self.machine}. "
            f"The same piece of work, in ms by the clock, while all this was measured: {told}."
        )

    def _tables(self) -> str:
        return "\n\n".join(map(self.tables, sorted(self.sizes, reverse=True)))

    def tables(self, cities: int) -> str:
        """Write the tables of one size of nation, with what is to be said of them."""
        rows = self.sizes[cities]
        quads = next((f", {row.median:,.0f} quads" for row in rows if row.subject == "quads"), "")
        parts = [f"### {cities:,} cities", f"A nation of {cities:,} made-up cities{quads}."]
        parts += [markdown(some) for some in _together(rows)]
        notes = dict[str, list[str]]()
        for row in rows:
            if row.note:
                notes.setdefault(f"{row.peer}: {row.note}", []).append(row.subject)
        if notes:
            parts.append("\n".join(f"- {note} ({', '.join(subjects)})." for note, subjects in notes.items()))
        return "\n\n".join(parts)

    def _wins(self) -> str:
        compared: dict[tuple[str, str, str], dict[int, bool]] = {}
        for cities, rows in sorted(self.sizes.items()):
            ours = {(row.subject, row.unit): row for row in rows if row.peer == OURS and row.values}
            for row in rows:
                if (
                    row.unit
                    and row.peer not in (OURS, MACHINE)
                    and row.values
                    and (mine := ours.get((row.subject, row.unit)))
                ):
                    compared.setdefault((row.peer, row.subject, row.unit), {})[cities] = wins(row, mine)
        lines: dict[str, list[str]] = {}
        for (peer, subject, unit), won in compared.items():
            if at := [f"{cities:,}" for cities, better in won.items() if better]:
                where = "wherever measured" if len(at) == len(won) else f"at {', '.join(at)}"
                lines.setdefault(peer, []).append(f"{subject}, {unit} ({where})")
        return "\n".join(f"- **{peer}**: {'; '.join(what)}." for peer, what in lines.items()) or "Nowhere."

    def _growth(self) -> str:
        sizes = sorted(self.sizes)
        lines = [
            f"| {OURS} at so many cities | {' | '.join(f'{each:,}' for each in sizes)} | exponent | at the end | |",
            "|---|" + "---:|" * (len(sizes) + 2) + "---|",
        ]
        for each in growths(self.sizes):
            figures = [written(each.medians[size]) if size in each.medians else "–" for size in sizes]
            figures += [f"{each.fitted:.2f}", f"{each.last:.2f}", each.words]
            lines.append(f"| {each.subject}, {each.unit} | {' | '.join(figures)} |")
        return "\n".join(lines)


def _together(rows: list[Row]) -> list[list[Row]]:
    """Part rows into tables, each of subjects that the same group of peers was measured with."""
    servers = {"Oxigraph", "Virtuoso", "rdflib", "rdflib-endpoint"}
    subjects: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        if row.unit and row.peer != MACHINE:
            subjects.setdefault((row.subject, row.unit), set()).add(row.peer)
    tables: dict[frozenset[str], list[Row]] = {}
    for row in rows:
        with_whom = subjects.get((row.subject, row.unit), set()) - {OURS}
        if row.unit and row.peer != MACHINE:
            tables.setdefault(frozenset({"servers"} if with_whom & servers else with_whom), []).append(row)
    return list(tables.values())


def _row(kept: dict[str, Any]) -> Row:
    return Row(**(kept | {"values": tuple(kept["values"])}))


def _json(run: Run) -> str:
    """Write a run with a row in a line, so that a later run differs line by line."""
    rows = {
        cities: [json.dumps(asdict(row) | {"values": [float(f"{each:.4g}") for each in row.values]}) for row in found]
        for cities, found in run.sizes.items()
    }
    head = {name: value for name, value in asdict(run).items() if name != "sizes"}
    sizes = ",\n".join(f'"{cities}": [\n' + ",\n".join(lines) + "\n]" for cities, lines in rows.items())
    return json.dumps(head, indent=0)[:-2] + ',\n"sizes": {\n' + sizes + "\n}}\n"
