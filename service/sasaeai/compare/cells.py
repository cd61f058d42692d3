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


class Said(NamedTuple):
    """Hold a row of a topic's answer: the value it tells of a thing, and from when to when.

    Rows of a cell that are `alike` are one value. A row that tells no `state` leaves it to the thing.
    """

    alike: tuple[str | None, ...]
    thing: str
    told: Value
    begin: str
    end: str


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


def said(topic: Topic, row: Row) -> Said:
    """Read a row of a topic's answer, as every comparison of its city takes it."""
    text = {name: str(term["value"]) for name, term in row.items()}
    of, number, unit, bound, period = map(text.get, ("of", "number", "unit", "bound", "period"))
    state, key = text.get("state", "").removeprefix(f"{CONCEPT}state/"), text.get("key", text.get("value", ""))
    told = Value(
        of, row.get("value"), row.get("detail"), number, unit, bound, period, state, None, key, (text["thing"],)
    )
    amount = number if topic.shows == "values" else None
    alike = (of, text.get("value"), text.get("detail"), amount, unit, bound, period, state, key)
    return Said(alike, text["thing"], told, text.get("begin", ""), text.get("end", ""))


def cell(topic: Topic, column: Column, rows: Iterable[Said], known: Mapping[str, Thing]) -> Cell:
    """Build a cell from what a topic tells of the city of its column."""
    judged = [(row, _on_day(topic, column.day, row, known)) for row in rows]
    fresh = _newest(judged) if topic.time == "latest" else [True] * len(judged)
    groups: dict[tuple[Any, ...], list[Said]] = {}
    for (row, on_day), is_new in zip(judged, fresh, strict=True):
        groups.setdefault((is_new, on_day, row.alike), []).append(row)
    shown, others = list[Value](), list[Value]()
    for (is_new, on_day, _), group in groups.items():
        kept = shown if is_new and on_day is not State.NOT_SO else others
        kept.append(_value(topic, on_day, group, known))
    return Cell(column, tuple(_shares(shown) if topic.share else shown), tuple(others))


def _on_day(topic: Topic, day: date | None, row: Said, known: Mapping[str, Thing]) -> State | None:
    """Say what is known of a row on a day; what is planned is so whether a day is asked about or not."""
    validity = _thing(row, known).validity
    if topic.time == "always" or day is None or row.told.state == DOES_NOT_APPLY:
        return validity.asked(None)
    if not (row.begin and row.end):
        return validity.state(day)
    begin, end = calendar.parse_day(row.begin[:10]), calendar.parse_day(row.end[:10])
    if topic.time == "latest":
        return Validity(first_known=begin.first, last_known=end.day).state(day)
    if validity.planned:
        return State.PLANNED
    # What happened once is so from its day on: of a month or year, from its last day.
    return State.NOT_SO if day < begin.first else State.CERTAIN if day >= end.day else State.UNKNOWN


def _newest(judged: Sequence[tuple[Said, State | None]]) -> list[bool]:
    """Tell of each row whether, of the figures of one thing, it is of the latest day not after the day asked about."""
    places = [(state is not State.UNKNOWN, row.end) for row, state in judged]
    latest: dict[str | None, tuple[bool, str]] = {}
    for (row, _), place in zip(judged, places, strict=True):
        latest[row.told.of] = max(latest.get(row.told.of, place), place)
    return [place == latest[row.told.of] for (row, _), place in zip(judged, places, strict=True)]


def _value(topic: Topic, on_day: State | None, group: Sequence[Said], known: Mapping[str, Thing]) -> Value:
    row = group[0]
    things = {each.thing: _thing(each, known) for each in group}
    timed = topic.time == "holds" and not row.begin
    validities = {each.validity for each in things.values()} if timed else set()
    state = row.told.state or min({each.basis or STATED for each in things.values()}, key=_SURER.index)
    counted = topic.shows == "count" and state != DOES_NOT_APPLY
    return row.told._replace(
        number=str(len(things)) if counted else row.told.number,
        state=state,
        on_day=on_day,
        things=tuple(things),
        # The things of one value may have begun apart: then each page tells its own.
        validity=validities.pop() if len(validities) == 1 else None,
    )


def _shares(values: Sequence[Value]) -> list[Value]:
    total = sum(int(each.number or 0) for each in values)
    return [each._replace(share=round(100 * int(each.number) / total)) if each.number else each for each in values]


def _thing(row: Said, known: Mapping[str, Thing]) -> Thing:
    return known.get(row.thing) or Thing(row.thing)
