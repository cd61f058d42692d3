"""The things of a city, with what is said of them in the reader's language, their time and their evidence."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from sasaeai.repository import Repository
from sasaeai.statements import Row, Table
from sasaeai.statements.evidence import Evidence, evidence
from sasaeai.statements.labels import labels
from sasaeai.statements.validity import UNDATED, State, Validity, told_by
from sasaeai.store import Store

DOMAIN = ("municipality", "programme")
"""Where a thing belongs: said of nearly everything, and no reader's business."""


@dataclass(frozen=True)
class Value:
    """Hold one value: its text in a language, and the IRI if it is one."""

    text: str
    language: str | None = None
    iri: str | None = None


@dataclass(frozen=True)
class Thing:
    """Hold one thing; `said` has its values by the local name of the property (`tierNumber`, `startDate`)."""

    iri: str
    kinds: frozenset[str]
    said: Mapping[str, Sequence[Value]] = field(repr=False)
    validity: Validity = UNDATED
    evidence: Sequence[Evidence] = ()

    @property
    def name(self) -> Value:
        """Return what it is called, for want of a name its IRI."""
        return self.one("prefLabel") or Value(self.iri)

    def one(self, name: str) -> Value | None:
        """Return the first value of a property, if it has any."""
        values = self.said.get(name, ())
        return values[0] if values else None

    def all(self, name: str) -> Sequence[Value]:
        """Return the values of a property."""
        return self.said.get(name, ())

    def refers(self, *names: str) -> Iterator[str]:
        """Name the IRIs that are the values of some properties."""
        return (value.iri for name in names for value in self.all(name) if value.iri)

    @property
    def heading(self) -> str:
        """Return under which type of activity, or whose role, it stands in a table; '' if none is said."""
        value = self.one("activityType") or self.one("role")
        return value.text if value else ""

    @property
    def place(self) -> tuple[float, str]:
        """Return where it stands among its like."""
        return self.number("position"), self.iri

    def state(self, day: date) -> State:
        """Say what is known of a day: of a single event or publication, whether it had been by then."""
        dated = self.one("startDate") or self.one("issued") or self.one("created")
        if dated is None or self.validity.planned:
            return self.validity.state(day)
        when = dated.text[:10]
        if (reached := day.isoformat()[: len(when)]) < when:
            return State.NOT_SO
        # Of a month only its last day tells that the event has been.
        over = reached > when or len(when) == 10 or (day + timedelta(1)).month != day.month
        return State.CERTAIN if over else State.UNKNOWN

    def number(self, name: str) -> float:
        """Return a property's number for sorting: what has none comes last."""
        value = self.one(name)
        return float(value.text) if value else float("inf")


def read(tables: Iterable[Table]) -> list[Thing]:
    """Read things and their times from rows of thing, property and value; for names and evidence see `completed`."""
    rows: dict[str, list[Row]] = {}
    for table in tables:
        for row in table.rows:
            rows.setdefault(row["thing"]["value"], []).append(row)
    when = told_by(row for each in rows.values() for row in each)
    return [_thing(iri, each, when.get(iri, UNDATED)) for iri, each in rows.items()]


Told = Mapping[str, Sequence[Evidence]]
"""Evidence by the IRI of what rests on it."""


def completed(
    store: Store, repository: Repository, things: Sequence[Thing], others: Iterable[str], language: str
) -> tuple[list[Thing], Told]:
    """Give things their words in a language (else Japanese), names of what they refer to, and evidence.

    Two queries, however many things; the evidence of other IRIs is returned with theirs.
    """
    named = dict.fromkeys(
        value.iri for each in things for values in each.said.values() for value in values if value.iri
    )
    called = {iri: _literal(label) for iri, label in labels(store, repository, named, language).items()}
    told: Told = evidence(store, repository, [*(each.iri for each in things), *others], language)
    whole = [
        replace(
            each,
            said={name: _named(chosen(values, language), called) for name, values in each.said.items()},
            evidence=told.get(each.iri, ()),
        )
        for each in things
    ]
    return whole, told


def chosen(values: Sequence[Value], language: str) -> Sequence[Value]:
    """Choose those in a language, of which there may be none: then the Japanese, then all; what has none stays."""
    for wanted in (language, "ja"):
        if any(each.language == wanted for each in values):
            return [each for each in values if each.language in (wanted, None)]
    return values


def _thing(iri: str, rows: Sequence[Row], when: Validity) -> Thing:
    said: dict[str, list[Value]] = {}
    for row in rows:
        name = _local(row["property"]["value"])
        if name not in DOMAIN:
            said.setdefault(name, []).append(_value(row["value"]))
    kinds = frozenset(_local(each.iri) for each in said.pop("type", ()) if each.iri)
    said.pop("quote", None)
    return Thing(iri, kinds, {name: sorted(values, key=_order) for name, values in said.items()}, when)


def _value(term: Mapping[str, str]) -> Value:
    return Value(term["value"], iri=term["value"]) if term["type"] == "uri" else _literal(term)


def _literal(term: Mapping[str, str]) -> Value:
    return Value(term["value"], term.get("xml:lang"))


def _named(values: Sequence[Value], names: Mapping[str, Value]) -> Sequence[Value]:
    return [replace(names[each.iri], iri=each.iri) if each.iri and each.iri in names else each for each in values]


def _order(value: Value) -> tuple[str, str]:
    return value.text, value.language or ""


def _local(iri: str) -> str:
    return iri.rpartition("#" if "#" in iri else "/")[2]
