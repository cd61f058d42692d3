"""What stands in the columns of a comparison: cities, each on the days asked about."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sasaeai import statements
from sasaeai.calendar import Moment
from sasaeai.errors import ServiceError
from sasaeai.model import is_municipality_code
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


def codes(store: Store, repository: Repository, given: Iterable[str], language: str) -> list[str]:
    """Return the codes of municipalities given by code or by name, each once.

    Raises ServiceError 400 naming a name that none has, or that several have (with their codes).
    """
    found = dict[str, None]()
    for text in given:
        name = "".join(unicodedata.normalize("NFKC", text).split()) if not text.isascii() else text.strip()
        found[name if is_municipality_code(name) else _named(store, repository, name, language)] = None
    return list(found)


def _named(store: Store, repository: Repository, name: str, language: str) -> str:
    query = repository.query("compare-named")
    rows = statements.select(store, query, name=literal(name), lang=literal(language)).rows
    if not rows:
        raise ServiceError("unknown-municipality", 400, value=name[:100])
    if len(rows) > 1:
        told = (f"{row['code']['value']} ({row['prefectureLabel']['value']} {row['label']['value']})" for row in rows)
        raise ServiceError("ambiguous-municipality", 400, value=name[:100], candidates=", ".join(told))
    return str(rows[0]["code"]["value"])


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
        raise ServiceError("unknown-municipality", 400, value=unknown[0])
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
