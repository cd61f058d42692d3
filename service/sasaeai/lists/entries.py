"""The things of a list, read once for each version of the data and language, and kept in the process."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Any, TypeVar

from sasaeai.errors import ServiceError
from sasaeai.lists import Listing
from sasaeai.statements import Row, Table, select, validity
from sasaeai.statements.finding import Index, fold
from sasaeai.statements.keeping import Keeper
from sasaeai.statements.validity import Validity
from sasaeai.store import Store
from sasaeai.store.parameters import Term, iri, literal
from sasaeai.vocabulary import BASE

_SHORT = re.compile(rf"{BASE}(?:concept/[^/]+|id/[a-z-]+)/([^/]+)|{BASE}id/(.+)|{BASE}ns#(.+)")
_NUMBER = {f"http://www.w3.org/2001/XMLSchema#{name}" for name in ("integer", "decimal", "double")}
NOTHING = "-"
"""The key that stands in an address for "has no value"."""

MUNICIPALITY = "municipality"
"""The column that the parameter `m` is about, in every list."""

NAMES = "words"
"""The column of a list's query that gives other names of a thing."""

_TRIES = 3

_BOOLEAN = "http://www.w3.org/2001/XMLSchema#boolean"


@dataclass(frozen=True, slots=True)
class Value:
    """Hold one value of a cell: a term as SPARQL results have it, and its label if it is an IRI.

    `key` stands for it in an address: that of a concept, a municipality's code, a text as it is.
    """

    type: str
    text: str
    datatype: str | None = None
    language: str | None = None
    label: str | None = None
    key: str = field(init=False, compare=False)
    rank: tuple[float, str] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        short = _SHORT.fullmatch(self.text) if self.is_iri else None
        object.__setattr__(self, "key", next(filter(None, short.groups())) if short else self.text)
        object.__setattr__(self, "rank", self._rank())

    def _rank(self) -> tuple[float, str]:
        """Place numbers by what they count, keys that are numbers (codes, years) by their number, texts after them."""
        if self.datatype in _NUMBER or (self.is_iri and self.key.isascii() and self.key.isdigit()):
            return float(self.text if self.datatype else self.key), ""
        return float("inf"), fold(self.shown)

    @property
    def is_iri(self) -> bool:
        """Tell whether the value is a thing."""
        return self.type == "uri"

    @property
    def leads_on(self) -> bool:
        """Tell whether the value is a thing whose page is worth going to, rather than a term or a year."""
        return self.is_iri and not self.text.startswith((f"{BASE}concept/", f"{BASE}ns#", f"{BASE}id/fiscal-year/"))

    @property
    def is_number(self) -> bool:
        """Tell whether the value is a number."""
        return self.datatype in _NUMBER

    @property
    def is_day(self) -> bool:
        """Tell whether the value is a day, a month, or a time."""
        return bool(self.datatype) and str(self.datatype).rpartition("#")[2] in {"date", "dateTime", "gYearMonth"}

    @property
    def truth(self) -> bool | None:
        """Return the value of a boolean; None of anything else."""
        return self.text == "true" if self.datatype == _BOOLEAN else None

    @property
    def shown(self) -> str:
        """Return the words that stand for the value."""
        return self.label or (self.key if self.is_iri else self.text)

    @property
    def term(self) -> dict[str, Any]:
        """Return the value as SPARQL 1.1 Query Results JSON has it."""
        more = {"datatype": self.datatype, "xml:lang": self.language}
        return {"type": self.type, "value": self.text} | {name: said for name, said in more.items() if said}


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold one thing of a list: its values by column, and when it holds if anything is said of that."""

    iri: str
    cells: Mapping[str, Sequence[Value]]
    validity: Validity | None


@dataclass(frozen=True)
class Entries:
    """Hold all things of a list in its default order, in one language, of one version of the data.

    `index` finds things by all that is said of them here, `names` by what they are called. `keys` has,
    by column and row, what a choice is held against, `values` what each key stands for, `counts` how often it stands.
    `unheard` are the rows of which no document speaks. `labelled` are the columns of things, which have labels;
    `dated` says whether the things have a time. `sorted` has the rows in other orders, once they were asked for.
    """

    entries: Sequence[Entry]
    index: Index
    names: Index
    keys: Mapping[str, Sequence[Sequence[str]]]
    values: Mapping[str, Mapping[str, Value]]
    counts: Mapping[str, Counter[str]]
    unheard: frozenset[int]
    labelled: frozenset[str]
    version: str
    dated: bool
    sorted: dict[str, Sequence[int]] = field(default_factory=dict)

    @property
    def heard(self) -> Sequence[Entry]:
        """Return the things of which a document speaks."""
        return [entry for row, entry in enumerate(self.entries) if row not in self.unheard]

    def in_order(self, column: str) -> Sequence[int]:
        """Return all rows in the order of a column, for which a minus stands before a column from its end."""
        if column not in self.sorted:
            rows = {entry.iri: row for row, entry in enumerate(self.entries)}
            self.sorted[column] = [rows[entry.iri] for entry in _sorted(self.entries, column)]
        return self.sorted[column]


Versioned = TypeVar("Versioned", Entries, Table)


class Shelf:
    """Keep the lists of a repository that were asked for."""

    def __init__(self, store: Store, listings: Mapping[str, Listing]) -> None:
        self.listings = listings
        self._store = store
        self._keeper = Keeper[Entries](store)

    def take(self, listing: Listing, language: str) -> Entries:
        """Return the things of a list: by a query (one for each of its parts) where the data are new, else by none."""
        return self._keeper.take((listing.name, language), lambda: self._read(listing, language))

    def take_all(self, language: str) -> dict[Listing, Entries]:
        """Return the things of every list, all of one version of the data."""
        listings = self.listings.values()
        taken = _of_one_version(lambda: [self.take(listing, language) for listing in listings])
        return dict(zip(listings, taken, strict=True))

    def _read(self, listing: Listing, language: str) -> Entries:
        asked: list[dict[str, Term]] = [{"lang": literal(language)}]
        for place, classes in listing.parts.items():
            asked = [{**each, place: iri(one)} for each in asked for one in classes]
        tables = _of_one_version(lambda: [select(self._store, listing.query, **values) for values in asked])
        rows = [row for table in tables for row in table.rows]
        return gather(listing, Table(tables[0].columns, rows, tables[0].version))


def _of_one_version(read: Callable[[], list[Versioned]]) -> list[Versioned]:
    """Read until all that was read is of one version of the data; ServiceError 503 if it changes all along."""
    for _ in range(_TRIES):
        things = read()
        if len({thing.version for thing in things}) <= 1:
            return things
    raise ServiceError("busy", 503, retry_after=1)


def gather(listing: Listing, table: Table) -> Entries:
    """Make the entries of a list from the rows of its query, which may be several for one thing."""
    gathered: dict[str, list[Row]] = {}
    for row in table.rows:
        gathered.setdefault(row[listing.subject]["value"], []).append(row)
    # The same few values (kinds, prefectures, years) stand in very many cells, and so do times: one of each is kept.
    value_of, validity_of = lru_cache(maxsize=None)(Value), lru_cache(maxsize=None)(_itself)
    entries = [_entry(listing, iri, rows, value_of, validity_of) for iri, rows in gathered.items()]
    in_order = sort(entries, listing.order)
    shown = {name for column in listing.columns for name in (column, f"{column}Label")}
    unshown = [each for each in table.columns if each not in shown | {"property", "value", NAMES}]
    names = [list(_names(entry, listing, gathered[entry.iri])) for entry in in_order]
    everything = (
        [*own, *_rest(entry, gathered[entry.iri], unshown)] for entry, own in zip(in_order, names, strict=True)
    )
    labelled = frozenset(each for each in listing.columns if f"{each}Label" in table.columns)
    chosen = {*listing.facets, *({MUNICIPALITY} & listing.columns.keys())}
    keys = {column: [_keys(entry, column) for entry in in_order] for column in chosen}
    return Entries(
        entries=in_order,
        index=Index(everything),
        names=Index(names),
        keys=keys,
        values={
            column: {value.key: value for entry in in_order for value in entry.cells.get(column, ())}
            for column in chosen
        },
        counts={column: Counter(chain.from_iterable(keys[column])) for column in chosen},
        unheard=frozenset(row for row, entry in enumerate(in_order) if _is_unheard(entry)),
        labelled=labelled,
        version=table.version,
        dated="property" in table.columns,
    )


def _keys(entry: Entry, column: str) -> Sequence[str]:
    return tuple(value.key for value in entry.cells.get(column, ())) or (NOTHING,)


def _itself(validity: Validity) -> Validity:
    return validity


def _entry(listing: Listing, iri: str, rows: Iterable[Row], value_of: Any, validity_of: Any) -> Entry:
    cells: dict[str, dict[Value, None]] = {}
    dates = [row for row in rows if "property" in row]
    columns, subject = listing.columns.keys(), listing.subject
    for row in rows:
        for column in columns & row.keys():
            term, label = row[column], row.get(f"{column}Label", {}).get("value")
            if column != subject or label:
                value = value_of(term["type"], term["value"], term.get("datatype"), term.get("xml:lang"), label)
                cells.setdefault(column, {})[value] = None
    cells.setdefault(subject, {value_of("uri", iri): None})
    kept = {column: tuple(sorted(values, key=lambda each: each.rank)) for column, values in cells.items()}
    return Entry(iri, kept, validity_of(validity.of(dates)) if dates else None)


def _names(entry: Entry, listing: Listing, rows: Iterable[Row]) -> Iterator[str]:
    yield from (value.shown for value in entry.cells[listing.subject])
    yield from (row[NAMES]["value"] for row in rows if NAMES in row)


def _rest(entry: Entry, rows: Iterable[Row], unshown: Sequence[str]) -> Iterator[str]:
    yield from (value.shown for values in entry.cells.values() for value in values if value.truth is None)
    yield from (row[column]["value"] for row in rows for column in unshown if column in row)


def sort(entries: Iterable[Entry], order: Sequence[str]) -> list[Entry]:
    """Return entries in the order of columns, those without a value last; what is alike goes by its IRI."""
    in_order = sorted(entries, key=lambda entry: entry.iri)
    for column in reversed(order):
        in_order = _sorted(in_order, column)
    return in_order


def _sorted(entries: Iterable[Entry], column: str) -> list[Entry]:
    """Return entries in the order of one column; what is alike in it stays as it was."""
    name, backwards = column.removeprefix("-"), column.startswith("-")
    with_value, without = list[Entry](), list[Entry]()
    for entry in entries:
        (with_value if name in entry.cells else without).append(entry)
    end = -1 if backwards else 0
    with_value.sort(key=lambda entry: entry.cells[name][end].rank, reverse=backwards)
    return with_value + without


def _is_unheard(entry: Entry) -> bool:
    return any(value.truth is False for value in entry.cells.get("data", ()))
