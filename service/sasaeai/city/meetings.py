"""How many meetings the councils of a city had, by fiscal year, tier, format and status."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sasaeai.city.series import once
from sasaeai.statements.evidence import Evidence
from sasaeai.statements.things import Thing, Value

MOST = 200
"""Rows that are shown."""


@dataclass(frozen=True)
class Sitting:
    """Hold the meetings of one fiscal year, tier, format and status, each as far as it is said."""

    year: Value | None
    tier: Thing | None
    format: Value | None
    status: Value | None
    meetings: Sequence[Thing]

    @property
    def begins(self) -> date | None:
        """Return the first day of the fiscal year, which its IRI is named after."""
        number = (self.year.iri or "").rpartition("/")[2] if self.year else ""
        return date(int(number), 4, 1) if len(number) == 4 and number.isdigit() else None

    @property
    def evidence(self) -> list[Evidence]:
        """Return who says so, each quote once."""
        return once(one for each in self.meetings for one in each.evidence)


def sittings(things: Mapping[str, Sequence[Thing]]) -> list[Sitting]:
    """Count the meetings among the things of a city, the earliest year first; those of two tiers under both."""
    tiers = {each.iri: each for each in things["Tier"]}
    councils = {each.iri: each for each in things["Council"]}
    found: dict[tuple[Value | None, Thing | None, Value | None, Value | None], list[Thing]] = {}
    for each in things["Meeting"]:
        of = {tier for iri in each.refers("council") if iri in councils for tier in councils[iri].refers("serves")}
        for tier in sorted(of | set(each.refers("tier"))) or [""]:
            what = each.one("fiscalYear"), tiers.get(tier), each.one("format"), each.one("status")
            found.setdefault(what, []).append(each)
    return sorted((Sitting(*what, meetings) for what, meetings in found.items()), key=_order)[:MOST]


def _order(row: Sitting) -> tuple[str, ...]:
    return (
        row.begins.isoformat() if row.begins else "",
        row.tier.iri if row.tier else "",
        *(each.text if each else "" for each in (row.status, row.format)),
    )
