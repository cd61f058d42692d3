"""Things with what is said of them in the reader's language, their time and their evidence: what pages are made of."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import NamedTuple

from sasaeai.statements import Row, validity
from sasaeai.statements.evidence import Evidence
from sasaeai.statements.labels import NAMING, Label
from sasaeai.statements.labels import chosen as label_in
from sasaeai.statements.validity import UNDATED, State, Validity
from sasaeai.vocabulary import RDF_TYPE, SAS

DERIVED_FROM = "http://www.w3.org/ns/prov#wasDerivedFrom"

_UNNAMED = {RDF_TYPE, DERIVED_FROM, SAS + "municipality"}
"""Properties whose values no page calls by a name."""


class Value(NamedTuple):
    """Hold one value: its text in a language, and the IRI if it is one."""

    text: str
    language: str | None = None
    iri: str | None = None


@dataclass(frozen=True, eq=False)
class Thing:
    """Hold one thing; `said` has its values by the local name of the property (`tierNumber`, `startDate`)."""

    iri: str
    kinds: frozenset[str] = frozenset()
    said: Mapping[str, Sequence[Value]] = field(default_factory=dict, repr=False)
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

    @cached_property
    def basis(self) -> str:
        """Return the key of how it is known (`computed`, `inferred`); '' of what a source says outright."""
        return next(self.refers("basis"), "").rpartition("/")[2]

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


Said = Mapping[str, Mapping[str, Sequence[Label]]]
"""What is said of things, as it was found: terms by the IRIs of thing and property."""


def gathered(rows: Iterable[Row]) -> Said:
    """Gather what is said of things from rows of thing, property and value."""
    said: dict[str, dict[str, list[Label]]] = {}
    for row in rows:
        told = said.setdefault(row["thing"]["value"], {})
        told.setdefault(row["property"]["value"], []).append(row["value"])
    return said


def spoken_of(said: Said) -> Iterator[str]:
    """Name what things refer to and a page calls by its name; some more than once."""
    for told in said.values():
        for name, terms in told.items():
            if name not in _UNNAMED:
                yield from (each["value"] for each in terms if each["type"] == "uri")


def called(said: Said, language: str) -> dict[str, Label]:
    """Return what things call themselves, as far as they do; see `labels`."""
    found = {iri: [each for name in NAMING for each in told.get(name, ())] for iri, told in said.items()}
    return {iri: label_in(literals, language) for iri, literals in found.items() if literals}


def completed(
    said: Said, names: Mapping[str, Value], evidence: Mapping[str, Sequence[Evidence]], language: str
) -> dict[str, Thing]:
    """Make things of what is said of them, in a language (else Japanese), in the order of their IRIs."""
    return {iri: _thing(iri, said[iri], names, evidence.get(iri, ()), language) for iri in sorted(said)}


def chosen(values: Sequence[Label], language: str) -> Sequence[Label]:
    """Choose those in a language, of which there may be none: then the Japanese, then all; what has none stays."""
    tongues = {each.get("xml:lang") for each in values}
    wanted = next((each for each in (language, "ja") if each in tongues), None)
    return [each for each in values if each.get("xml:lang") in (wanted, None)] if wanted else values


def _thing(
    iri: str,
    told: Mapping[str, Sequence[Label]],
    names: Mapping[str, Value],
    evidence: Sequence[Evidence],
    language: str,
) -> Thing:
    said: dict[str, list[Value]] = {}
    for name, terms in told.items():
        spoken = chosen(sorted(terms, key=_order), language) if len(terms) > 1 else terms
        said.setdefault(local(name), []).extend([_value(each, names) for each in spoken])
    kinds = frozenset(local(each.text) for each in said.pop("type", ()))
    return Thing(iri, kinds, said, validity.of_terms(told), evidence)


def _value(term: Label, names: Mapping[str, Value]) -> Value:
    if term["type"] == "uri":
        return names.get(term["value"]) or Value(term["value"], iri=term["value"])
    return Value(term["value"], term.get("xml:lang"))


def _order(term: Label) -> tuple[str, str]:
    return term["value"], term.get("xml:lang", "")


@lru_cache(maxsize=1024)
def local(iri: str) -> str:
    """Return the last part of an IRI, by which a term is known among its like."""
    return iri.rpartition("#" if "#" in iri else "/")[2]
