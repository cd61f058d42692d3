"""Which cities there are, and by what they are alike: kind, prefecture, population."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sasaeai.repository import Repository
from sasaeai.statements import by, select
from sasaeai.store import Store


@dataclass(frozen=True, eq=False)
class City:
    """Hold a municipality: its names by language, the documents that speak of its programme, its populations by day."""

    iri: str
    code: str
    names: Mapping[str, str]
    kind: str
    prefecture: str
    documents: Sequence[str] = ()
    people: Sequence[tuple[str, float]] = ()

    def name(self, language: str) -> str:
        """Return the name in a language, else in Japanese."""
        return self.names.get(language) or self.names["ja"]

    def population(self, day: date) -> float | None:
        """Return the newest population known on a day; None where none is, or where sources differ."""
        told = [each for each in self.people if each[0] <= day.isoformat()]
        numbers = {number for when, number in told if when == max(told)[0]}
        return numbers.pop() if len(numbers) == 1 else None


@dataclass(frozen=True)
class Cities:
    """Hold every municipality of the register by its IRI, in the order of the codes."""

    by_iri: Mapping[str, City]
    by_code: Mapping[str, City]
    version: str

    @property
    def with_documents(self) -> list[City]:
        """Return those of whose programme some document speaks."""
        return [each for each in self.by_iri.values() if each.documents]


def cities(store: Store, repository: Repository) -> Cities:
    """Read every municipality, in one query."""
    table = select(store, repository.query("indicator-cities"))
    found = {}
    for iri, rows in by(table.rows, "municipality").items():
        named = [row for row in rows if "label" in row]
        if not named:
            continue
        found[iri] = City(
            iri,
            code=named[0]["code"]["value"],
            names={row["label"]["xml:lang"]: row["label"]["value"] for row in named},
            kind=named[0]["kind"]["value"],
            prefecture=named[0]["prefecture"]["value"],
            documents=tuple(row["document"]["value"] for row in rows if "document" in row),
            people=tuple((row["day"]["value"], float(row["people"]["value"])) for row in rows if "people" in row),
        )
    in_order = sorted(found.values(), key=lambda each: each.code)
    return Cities({each.iri: each for each in in_order}, {each.code: each for each in in_order}, table.version)
