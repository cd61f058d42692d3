"""What the indicators find of all cities: asked once for each version of the data and day, and kept."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sasaeai.indicators import DAY, Indicator
from sasaeai.indicators.cities import Cities, City, cities
from sasaeai.indicators.distribution import Distribution, distribution
from sasaeai.indicators.national import National, national
from sasaeai.indicators.peers import Peers, peers
from sasaeai.indicators.readings import NO_DOCUMENT, NOT_STATED, Found, Standing, judge
from sasaeai.repository import Repository
from sasaeai.statements import Table, by, select
from sasaeai.statements.keeping import Keeper
from sasaeai.store import Store
from sasaeai.store.parameters import bind, literal

KEPT = 60
"""Indicators on days that a process keeps; those asked for longest ago make room."""


@dataclass(frozen=True)
class Findings:
    """Hold what an indicator finds of all cities on a day; of fewer than ten known values there is no distribution."""

    indicator: Indicator
    day: date
    by_city: Mapping[str, Found]
    cities: Cities
    counts: Mapping[Standing, int]
    distribution: Distribution | None
    version: str

    def of(self, city: City) -> Found:
        """Return what is found of a city, or why nothing is."""
        return self.by_city.get(city.iri) or (NOT_STATED if city.documents else NO_DOCUMENT)

    @cached_property
    def known(self) -> dict[str, float]:
        """Return the known values by the IRIs of their cities, in the order of the codes."""
        found = {iri: self.by_city[iri].number for iri in self.cities.by_iri if iri in self.by_city}
        return {iri: number for iri, number in found.items() if number is not None}

    @property
    def n(self) -> int:
        """Return of how many cities a value is known."""
        return self.counts[Standing.KNOWN]

    def peers(self, city: City) -> Peers | None:
        """Return the cities like one; None where too few values are known to speak of any."""
        return peers(city, self.cities, self.known, self.day) if self.distribution else None


class Measures:
    """Answer for all indicators over a store; what is the same for every asker is read once."""

    def __init__(self, store: Store, repository: Repository, known: Mapping[str, Indicator]) -> None:
        self.indicators = known
        self._store, self._repository = store, repository
        self._cities = Keeper[Cities](store)
        self._national = Keeper[National](store)
        self._tables = Keeper[Table](store)
        self._findings = Keeper[Findings](store, most=KEPT)

    def cities(self) -> Cities:
        """Return every municipality."""
        return self._cities.take("cities", lambda: cities(self._store, self._repository))

    def national(self) -> National:
        """Return the figures about Japan."""
        return self._national.take("national", lambda: national(self._store, self._repository))

    def findings(self, indicator: Indicator, day: date) -> Findings:
        """Return what an indicator finds on a day."""
        return self._findings.take((indicator.name, day), lambda: self._find(indicator, day))

    def formula(self, indicator: Indicator, day: date | None, codes: Iterable[str] = ()) -> str:
        """Return the SPARQL of an indicator, filled in with a day and with the codes of municipalities."""
        asked = {"asOf": [literal(day)]} if day and indicator.time == DAY else {}
        return bind(indicator.query.body, {"m": [literal(code) for code in codes], **asked})

    def _find(self, indicator: Indicator, day: date) -> Findings:
        if indicator.time == DAY:
            table = select(self._store, indicator.query, asOf=literal(day))
        else:
            # What is asked knows no day: on another, the same rows are judged again.
            table = self._tables.take(indicator.name, lambda: select(self._store, indicator.query))
        everywhere = self.cities()
        told = by(table.rows, "municipality")
        found = {iri: judge(rows, indicator.time, day) for iri, rows in told.items() if iri in everywhere.by_iri}
        counts = Counter(each.standing for each in found.values())
        counts[Standing.NOT_STATED] += sum(each.iri not in found for each in everywhere.with_documents)
        counts[Standing.NO_DOCUMENT] = len(everywhere.by_iri) - sum(counts.values())
        numbers = (number for each in found.values() if (number := each.number) is not None)
        return Findings(indicator, day, found, everywhere, counts, distribution(numbers), table.version)
