"""What stands in the columns of a comparison: cities, each on the days asked about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from weakref import WeakKeyDictionary

from sasaeai import statements
from sasaeai.calendar import Moment
from sasaeai.errors import ServiceError
from sasaeai.repository import Repository
from sasaeai.statements.keeping import Last
from sasaeai.store import Store
from sasaeai.store.parameters import literal

MOST = 8
"""Columns: more cannot be read side by side."""


_CITIES = 2_000
"""Cities that are kept, in all."""


@dataclass(frozen=True)
class City:
    """Hold a city that is compared, with the documents that speak of its programme (none: nothing is known of it)."""

    iri: str
    code: str
    label: str
    prefecture: str
    documents: tuple[str, ...]
    version: str = ""


KEPT: WeakKeyDictionary[Store, Last[City]] = WeakKeyDictionary()
"""What is kept of each store, as `dossiers.KEPT`."""


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
    cities = known(store, repository, wanted, language)
    if count < 2:
        raise ServiceError("one-column", 400)
    return [Column(cities[code], moment) for code in wanted for moment in days]


def known(store: Store, repository: Repository, wanted: Sequence[str], language: str) -> dict[str, City]:
    """Return the municipalities that bear some codes; ServiceError 400 for one that none has."""

    def read(missing: Sequence[tuple[str, str]]) -> dict[tuple[str, str], tuple[City, int]]:
        found = _read(store, repository, [code for code, _ in missing], language)
        if unknown := [code for code, _ in missing if code not in found]:
            raise ServiceError("unknown-municipality", 400, parameter="m", value=unknown[0], example="011002")
        return {key: (found[key[0]], 1) for key in missing}

    taken = KEPT.setdefault(store, Last(_CITIES)).take([(code, language) for code in wanted], store.version(), read)
    return {code: each for (code, _), each in taken.items()}


def _read(store: Store, repository: Repository, wanted: Sequence[str], language: str) -> dict[str, City]:
    bound = {"m": [literal(code) for code in wanted], "lang": [literal(language)]}
    table = statements.select_each(store, repository.query("compare-cities"), bound)
    cities: dict[str, City] = {}
    for code, rows in statements.by(table.rows, "code").items():
        documents = tuple(row["document"]["value"] for row in rows if "document" in row)
        prefecture = rows[-1]["prefectureLabel"]["value"] if "prefectureLabel" in rows[-1] else ""
        iri, label = (rows[-1][each]["value"] for each in ("municipality", "label"))
        cities[code] = City(iri, code, label, prefecture, documents, table.version)
    return cities
