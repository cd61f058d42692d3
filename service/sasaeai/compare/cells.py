"""The cells of a comparison: what is said of a city on a topic, on the day of the column."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sasaeai import calendar
from sasaeai.compare.columns import Column
from sasaeai.compare.topics import Topic
from sasaeai.statements import Row
from sasaeai.statements.things import Thing
from sasaeai.statements.validity import State, Validity
from sasaeai.vocabulary import CONCEPT

Term = Mapping[str, Any]
"""A term as SPARQL 1.1 Query Results JSON has it."""

STATED, INFERRED, COMPUTED = "stated", "inferred", "computed"
NOT_STATED, DOES_NOT_APPLY = "not-stated", "does-not-apply"

_SURER = (STATED, INFERRED, COMPUTED, NOT_STATED, DOES_NOT_APPLY)


class Value(NamedTuple):
    """Hold one value of a cell with all things that say it.

    `number` is a figure, or how many things there are; `share` is its percentage of the cell's. `state` says how it
    is known, `on_day` (None: no day is asked, or the topic knows no time) what is known of the day.
    """

    of: str | None
    value: Term | None
    detail: Term | None
    number: str | None
    unit: str | None
    bound: str | None
    period: str | None
    state: str
    on_day: State | None
    key: str
    things: tuple[str, ...]
    validity: Validity | None = None
    share: int | None = None


@dataclass(frozen=True)
class Cell:
    """Hold what is said in a column: the values, and `others` that are not so on its day or not the newest."""

    column: Column
    values: tuple[Value, ...]
    others: tuple[Value, ...]

    @property
    def state(self) -> str:
        """Return how the surest of its values is known; `not-stated` where nothing is said."""
        said = {each.state for each in (*self.values, *self.others)}
        return next((state for state in _SURER if state in said), NOT_STATED)

    @property
    def nothing(self) -> bool:
        """Say whether no source says anything, whatever the day."""
        return not self.values and not self.others


def cell(topic: Topic, column: Column, rows: Iterable[Row], known: Mapping[str, Thing]) -> Cell:
    """Build a cell from the rows of a topic that are about the city of its column."""
    judged = [(row, _on_day(topic, column.day, row, known)) for row in rows]
    fresh = _newest(judged) if topic.time == "latest" else [True] * len(judged)
    groups: dict[tuple[Any, ...], list[tuple[Row, State | None]]] = {}
    for (row, on_day), is_new in zip(judged, fresh, strict=True):
        groups.setdefault((is_new, on_day, _told(row, topic)), []).append((row, on_day))
    values = [(_value(topic, told, group, known), is_new) for (is_new, _, told), group in groups.items()]
    shown = [value for value, is_new in values if is_new and value.on_day is not State.NOT_SO]
    others = [value for value, is_new in values if not is_new or value.on_day is State.NOT_SO]
    return Cell(column, tuple(_shares(shown) if topic.share else shown), tuple(others))


def _on_day(topic: Topic, day: date | None, row: Row, known: Mapping[str, Thing]) -> State | None:
    """Say what is known of a row on a day; what is planned is so whether a day is asked about or not."""
    validity = _thing(row, known).validity
    if topic.time == "always" or day is None or _text(row, "state").endswith(DOES_NOT_APPLY):
        return validity.asked(None)
    if "begin" not in row or "end" not in row:
        return validity.state(day)
    begin, end = (calendar.parse_day(row[each]["value"][:10]) for each in ("begin", "end"))
    if topic.time == "latest":
        return Validity(first_known=begin.first, last_known=end.day).state(day)
    if validity.planned:
        return State.PLANNED
    # What happened once is so from its day on: of a month or year, from its last day.
    return State.NOT_SO if day < begin.first else State.CERTAIN if day >= end.day else State.UNKNOWN


def _newest(judged: Sequence[tuple[Row, State | None]]) -> list[bool]:
    """Tell of each row whether, of the figures of one thing, it is of the latest day not after the day asked about."""
    places = [(state is not State.UNKNOWN, _text(row, "end")) for row, state in judged]
    latest: dict[str, tuple[bool, str]] = {}
    for (row, _), place in zip(judged, places, strict=True):
        latest[_text(row, "of")] = max(latest.get(_text(row, "of"), place), place)
    return [place == latest[_text(row, "of")] for (row, _), place in zip(judged, places, strict=True)]


class _Told(NamedTuple):
    """Hold what a row says: rows of a cell that say the same are one value."""

    of: str
    value: str
    detail: str
    unit: str
    bound: str
    period: str
    state: str
    key: str
    number: str


def _told(row: Row, topic: Topic) -> _Told:
    told = _Told._make([row[each]["value"] if each in row else "" for each in _Told._fields])
    return told._replace(number="") if topic.shows == "count" and told.number else told


def _value(topic: Topic, told: _Told, group: Sequence[tuple[Row, State | None]], known: Mapping[str, Thing]) -> Value:
    row, on_day = group[0]
    said = {each.iri: each for each in (_thing(row, known) for row, _ in group)}
    things = tuple(said)
    validities = {each.validity for each in said.values()} if topic.time == "holds" and "begin" not in row else set()
    states = [told.state] if told.state else [each.basis or STATED for each in said.values()]
    counted = topic.shows == "count" and not states[0].endswith(DOES_NOT_APPLY)
    return Value(
        of=told.of or None,
        value=row.get("value"),
        detail=row.get("detail"),
        number=str(len(things)) if counted else _text(row, "number") or None,
        unit=told.unit or None,
        bound=told.bound or None,
        period=told.period or None,
        state=min((each.removeprefix(f"{CONCEPT}state/") for each in states), key=_SURER.index),
        on_day=on_day,
        key=told.key if "key" in row else told.value,
        things=things,
        # The things of one value may have begun apart: then each page tells its own.
        validity=validities.pop() if len(validities) == 1 else None,
    )


def _shares(values: Sequence[Value]) -> list[Value]:
    total = sum(int(each.number or 0) for each in values)
    return [each._replace(share=round(100 * int(each.number) / total)) if each.number else each for each in values]


def _thing(row: Row, known: Mapping[str, Thing]) -> Thing:
    iri = row["thing"]["value"]
    return known.get(iri) or Thing(iri)


def _text(row: Row, name: str) -> str:
    return str(row[name]["value"]) if name in row else ""
