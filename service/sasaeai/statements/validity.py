"""When a thing holds, and what can be said of that on a day.

The dates of a thing are its own and those the rules made of its fiscal years (`queries/rules/`). Two sources may tell
two beginnings and two ends: the earliest beginning and the latest end count, as in the questions of the catalogue.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from sasaeai.repository import Repository
from sasaeai.statements import Row, by, select_of
from sasaeai.statements.labels import Label
from sasaeai.store import Store
from sasaeai.vocabulary import CONCEPT, SAS


class State(StrEnum):
    """What is known of a thing on a day; each is a concept of the scheme `state`."""

    CERTAIN = "certain"
    PRESUMED = "presumed"
    UNKNOWN = "unknown"
    NOT_SO = "not-so"
    PLANNED = "planned"


class Validity(NamedTuple):
    """Hold the days between which a thing holds (`valid_…`), could hold (`not_…`), and was seen to hold (`…_known`).

    All are inclusive; what is not known is None.
    """

    valid_from: date | None = None
    valid_through: date | None = None
    not_before: date | None = None
    not_after: date | None = None
    first_known: date | None = None
    last_known: date | None = None
    planned: bool = False

    @property
    def dated(self) -> bool:
        """Say whether anything is known of its days: what is only planned need not have any."""
        return self._replace(planned=False) != UNDATED

    @property
    def bounded(self) -> bool:
        """Say whether a beginning or an end is known."""
        return any((self.valid_from, self.not_before, self.valid_through, self.not_after))

    def state(self, day: date) -> State:
        """Say what is known of a day."""
        if any(each and day < each for each in (self.valid_from, self.not_before)):
            return State.NOT_SO
        if any(each and day > each for each in (self.valid_through, self.not_after)):
            return State.NOT_SO
        if self.planned:
            return State.PLANNED
        if self.first_known and self.last_known and self.first_known <= day <= self.last_known:
            return State.CERTAIN
        open_ended = self.valid_through is None and self.not_after is None
        if self.last_known and day > self.last_known and open_ended:
            return State.PRESUMED
        return State.UNKNOWN

    def asked(self, day: date | None) -> State | None:
        """Say what is known of a day; where none is asked about, only what is planned needs saying."""
        if day is None:
            return State.PLANNED if self.planned else None
        return self.state(day)


UNDATED = Validity()
"""That of a thing of which no source says when it holds: unknown on every day."""

_STATUS = SAS + "status"
_FIELDS = {
    SAS + "validFrom": ("valid_from", min),
    SAS + "notBefore": ("not_before", min),
    SAS + "firstKnown": ("first_known", min),
    SAS + "validThrough": ("valid_through", max),
    SAS + "notAfter": ("not_after", max),
    SAS + "lastKnown": ("last_known", max),
}


def validities(store: Store, repository: Repository, things: Iterable[str]) -> dict[str, Validity]:
    """Read the validity of things by their IRIs, in one query; who is not in it has no dates at all."""
    rows = select_of(store, repository.query("validity"), things).rows
    return {thing: of(told) for thing, told in by(rows, "thing").items()}


def of(rows: Iterable[Row]) -> Validity:
    """Make the validity of one thing of what is said of its time: rows of `property` and `value`."""
    told: dict[str, list[Label]] = {}
    for row in rows:
        told.setdefault(row["property"]["value"], []).append(row["value"])
    return of_terms(told)


def of_terms(told: Mapping[str, Sequence[Label]]) -> Validity:
    """Make the validity of one thing of what is said of it: terms by property, among which may be others."""
    days: Mapping[str, date] = {
        name: choose(date.fromisoformat(term["value"][:10]) for term in told[each])
        for each, (name, choose) in _FIELDS.items()
        if each in told
    }
    planned = any(term["value"] == f"{CONCEPT}status/planned" for term in told.get(_STATUS, ()))
    return Validity(**days, planned=planned) if days or planned else UNDATED
