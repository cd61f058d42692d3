"""Whether cells differ: as far as what is said lets one tell.

Two cells differ for certain if no reading of what is unknown would make them equal, and are the same for certain if
nothing is unknown. What no source says may be anything: of that nothing can be told.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from sasaeai.compare.cells import DOES_NOT_APPLY, NOT_STATED, Cell, Term, Value
from sasaeai.compare.topics import Topic
from sasaeai.statements.validity import State


class Difference(StrEnum):
    """What can be told of the cells of a row; each is a concept of the scheme `difference`."""

    DIFFERS = "differs"
    SAME = "same"
    OPEN = "open"


@dataclass(frozen=True)
class _Said:
    """Hold what a cell says for certain and what it may say; `open` if it may say anything."""

    known: frozenset[tuple[object, ...]]
    maybe: frozenset[tuple[object, ...]]
    open: bool
    applies: bool


def difference(topic: Topic, cells: Sequence[Cell]) -> Difference:
    """Tell whether the cells of a row differ.

    Cities are compared by what the topic makes comparable (its `key`), days of one city by the values themselves.
    """
    said: dict[tuple[int, bool], _Said] = {}
    found: set[Difference] = set()
    for pair in combinations(range(len(cells)), 2):
        same_city = len({cells[each].column.city.code for each in pair}) == 1
        for each in pair:
            if (each, same_city) not in said:
                said[each, same_city] = _said(topic, cells[each], same_city)
        found.add(_compared(*(said[each, same_city] for each in pair)))
    return next(each for each in (Difference.DIFFERS, Difference.OPEN, Difference.SAME) if each in found)


def _compared(a: _Said, b: _Said) -> Difference:
    # Where the question does not apply to a part of one, nothing is said of the rest of it.
    if a.open or b.open or a.applies != b.applies:
        return Difference.OPEN
    if a.known - b.known - b.maybe or b.known - a.known - a.maybe:
        return Difference.DIFFERS
    return Difference.OPEN if a.maybe or b.maybe else Difference.SAME


def _said(topic: Topic, cell: Cell, same_city: bool) -> _Said:
    unknown = [each for each in cell.values if each.on_day is State.UNKNOWN]
    counting = topic.shows == "count"
    state = cell.state
    sure = [each for each in cell.values if each.on_day is not State.UNKNOWN]
    signs = _SIGNS[same_city, counting]
    is_open = state == NOT_STATED or (counting and bool(unknown))
    return _Said(frozenset(signs(sure)), frozenset(signs(unknown)), is_open, state != DOES_NOT_APPLY)


def _kind(value: Value) -> tuple[object, ...]:
    return (value.state if value.state in {NOT_STATED, DOES_NOT_APPLY} else "", value.on_day is State.PLANNED)


def _keys(values: Iterable[Value]) -> list[tuple[object, ...]]:
    return [(value.key, value.number, *_kind(value)) for value in values]


def _totals(values: Iterable[Value]) -> list[tuple[object, ...]]:
    """Add up what has one key: the same kind of thing told of several, or sure in two ways."""
    totals: dict[tuple[object, ...], set[str]] = {}
    for value in values:
        totals.setdefault((value.key, *_kind(value)), set()).update(value.things)
    return [(*key, len(things)) for key, things in totals.items()]


def _themselves(values: Iterable[Value]) -> list[tuple[object, ...]]:
    return [(value.of, _text(value.value), _text(value.detail), value.number, *_kind(value)) for value in values]


def _members(values: Iterable[Value]) -> list[tuple[object, ...]]:
    """Tell one by one what was counted: as many others are not the same."""
    members: dict[tuple[object, ...], set[str]] = {}
    for value in values:
        members.setdefault((value.of, _text(value.value), *_kind(value)), set()).update(value.things)
    return [(*key, frozenset(things)) for key, things in members.items()]


def _text(term: Term | None) -> str:
    return str(term["value"]) if term else ""


_SIGNS = {(False, False): _keys, (False, True): _totals, (True, False): _themselves, (True, True): _members}
"""What is compared: whether between days of one city, and whether a number of things."""
