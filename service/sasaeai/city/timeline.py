"""Who ran what, and under which name, over time: the lanes of the timeline and of its table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from sasaeai.statements.things import Thing, Value
from sasaeai.statements.validity import State, Validity

MOST = 60
"""Lanes that are drawn."""


@dataclass(frozen=True)
class Lane:
    """Hold one row: of which group it is, whose it is (tiers or councils), and what the bar stands for."""

    group: str
    of: Sequence[Value]
    names: Sequence[Value]
    thing: Thing


@dataclass(frozen=True)
class Stretch:
    """Hold days, both inclusive, on which the same is known of a thing."""

    first: date
    last: date
    state: State


def lanes(things: Iterable[Thing]) -> list[Lane]:
    """Return a lane for each operation, name of a council and deployment of which any day is known."""
    found = (
        lane for each in things if each.validity != Validity(planned=each.validity.planned) for lane in _lanes(each)
    )
    return sorted(found, key=_order)[:MOST]


def _lanes(thing: Thing) -> Iterable[Lane]:
    if "Operation" in thing.kinds:
        yield Lane("operation", _of(thing, "operates"), thing.all("operator"), thing)
    elif "Deployment" in thing.kinds:
        yield Lane("deployment", _of(thing, "tier"), thing.all("host"), thing)
    elif "Name" in thing.kinds and not any("/concept/" in iri for iri in thing.refers("nameOf")):
        yield Lane("name", thing.all("nameOf"), thing.all("literalForm"), thing)


def _of(thing: Thing, name: str) -> Sequence[Value]:
    return [each for each in thing.all(name) if each.iri and not each.iri.endswith("/programme")]


def _order(lane: Lane) -> tuple[int, Sequence[str], str, str]:
    when = lane.thing.validity
    first = when.valid_from or when.not_before or when.first_known or when.last_known
    group = ("operation", "name", "deployment").index(lane.group)
    return (group, [each.iri or "" for each in lane.of], first.isoformat() if first else "", lane.thing.iri)


def stretches(validity: Validity, first: date, last: date) -> list[Stretch]:
    """Cut the days from first to last where what is known changes; days on which it is not so are left out."""
    begins = [validity.valid_from, validity.not_before, validity.first_known]
    ends = [validity.valid_through, validity.not_after, validity.last_known]
    cuts = {each for each in begins if each} | {each + timedelta(1) for each in ends if each}
    edges = sorted({first, last + timedelta(1), *(each for each in cuts if first < each <= last)})
    parts: list[Stretch] = []
    for start, end in pairwise(edges):
        state = validity.state(start)
        if parts and parts[-1].state == state:
            parts[-1] = Stretch(parts[-1].first, end - timedelta(1), state)
        else:
            parts.append(Stretch(start, end - timedelta(1), state))
    return [each for each in parts if each.state is not State.NOT_SO]
