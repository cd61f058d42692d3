"""What stands in the columns of a comparison: cities, each on the days asked about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sasaeai import statements
from sasaeai.calendar import Moment
from sasaeai.errors import ServiceError
from sasaeai.repository import Repository
from sasaeai.store import Store
from sasaeai.store.parameters import literal

MOST = 8
"""Columns: more cannot be read side by side."""


@dataclass(frozen=True)
class City:
    """Hold a city that is compared, with the documents that speak of its programme (none: nothing is known of it)."""

    iri: str
    code: str
    label: str
    prefecture: str
    documents: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """Hold a city, on a day or (None) on any."""

    city: City
    moment: Moment | None

    @property
    def day(self) -> date | None:
        """Return the day asked about."""
        return self.moment.day if self.moment else None

    @property
    def key(self) -> str:
        """Return what tells the column from the others: the code, and the day if there is one."""
        return f"{self.city.code}-{self.day}" if self.day else self.city.code


def columns(
    store: Store, repository: Repository, wanted: Sequence[str], moments: Sequence[Moment], language: str
) -> list[Column]:
    """Return the columns for municipalities by code, each on every day, in the order given.

    Raises ServiceError 400 for a code that no municipality has, and for fewer than two columns or more than eight.
    """
    days: list[Moment | None] = [*{each.day: each for each in moments}.values()] or [None]
    count = len(wanted) * len(days)
    if count > MOST:
        raise ServiceError("too-many-columns", 400, count=count, limit=MOST)
    cities = _cities(store, repository, wanted, language)
    unknown = [code for code in wanted if code not in cities]
    if unknown:
        raise ServiceError("unknown-municipality", 400, parameter="m", value=unknown[0], example="011002")
    if count < 2:
        raise ServiceError("one-column", 400)
    return [Column(cities[code], moment) for code in wanted for moment in days]


def _cities(store: Store, repository: Repository, wanted: Sequence[str], language: str) -> dict[str, City]:
    if not wanted:
        return {}
    bound = {"m": [literal(code) for code in wanted], "lang": [literal(language)]}
    rows = statements.select_each(store, repository.query("compare-cities"), bound).rows
    cities: dict[str, City] = {}
    for row in rows:
        code = row["code"]["value"]
        documents = (*(cities[code].documents if code in cities else ()), *_told(row, "document"))
        cities[code] = City(
            row["municipality"]["value"], code, row["label"]["value"], "".join(_told(row, "prefectureLabel")), documents
        )
    return cities


def _told(row: statements.Row, name: str) -> list[str]:
    return [row[name]["value"]] if name in row else []
