"""What an indicator finds of a city: its readings, the parts of them, and how they stand on a day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from sys import intern

from sasaeai.indicators import LATEST
from sasaeai.statements import Row
from sasaeai.vocabulary import CONCEPT

_STATE = f"{CONCEPT}state/"


class Standing(StrEnum):
    """What is known of a city: a value, values that differ, or why there is none."""

    KNOWN = "known"
    DIFFERING = "differing"
    UNKNOWN = "unknown"
    DOES_NOT_APPLY = "does-not-apply"
    NOT_STATED = "not-stated"
    NO_DOCUMENT = "no-document"


@dataclass(frozen=True, slots=True)
class Reading:
    """Hold one row of an indicator: `value` is a number as it is written, `end` the day it is of.

    `state` tells how it is known, `on_day` how sure it is on the day asked; both are keys of the scheme `state`.
    `evidence` are the IRIs of the quoted things it rests on.
    """

    value: str | None
    state: str
    evidence: tuple[str, ...]
    bound: str | None = None
    part: str | None = None
    detail: str | None = None
    end: str | None = None
    on_day: str | None = None
    last_seen: str | None = None
    numerator: str | None = None
    denominator: str | None = None
    denominator_day: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Hold what is found of a city: readings of the whole (several if they differ), of its parts, and earlier ones."""

    standing: Standing
    readings: Sequence[Reading] = ()
    parts: Sequence[Reading] = ()
    earlier: Sequence[Reading] = ()

    @property
    def number(self) -> float | None:
        """Return the value, if it is one and known."""
        return float(self.readings[0].value) if self.standing is Standing.KNOWN and self.readings[0].value else None


NOT_STATED, NO_DOCUMENT = Found(Standing.NOT_STATED), Found(Standing.NO_DOCUMENT)


def reading(row: Row) -> Reading:
    """Read one row of an indicator."""

    def text(name: str) -> str | None:
        return str(row[name]["value"]) if name in row else None

    on_day = text("onDay")
    return Reading(
        value=text("value"),
        state=(text("state") or "").removeprefix(_STATE),
        # The same things are what many indicators rest on: each IRI is held once.
        evidence=tuple(sorted({intern(each) for each in (text("evidence") or "").split()})),
        bound=text("bound"),
        part=text("part"),
        detail=text("detail"),
        end=text("end"),
        on_day=on_day.removeprefix(_STATE) if on_day else None,
        last_seen=text("lastSeen"),
        numerator=text("numerator"),
        denominator=text("denominator"),
        denominator_day=text("denominatorDay"),
    )


def judge(rows: Iterable[Row], time: str, day: date) -> Found:
    """Tell what the rows of one city come to on a day; of what has a date, the newest up to it counts."""
    told = _merged(reading(row) for row in rows)
    whole = [each for each in told if each.part is None]
    parts = [each for each in told if each.part is not None]
    earlier: list[Reading] = []
    if time == LATEST:
        whole, earlier = _newest(whole, day)
        by_part = {each.part: [one for one in parts if one.part == each.part] for each in parts}
        parts = [each for readings in by_part.values() for each in _newest(readings, day)[0]]
    return Found(_standing(whole), whole, parts, earlier)


def _merged(readings: Iterable[Reading]) -> list[Reading]:
    """Put together those that say the same: two sources that agree are one reading."""
    merged: dict[Reading, list[str]] = {}
    for each in readings:
        merged.setdefault(replace(each, evidence=()), []).extend(each.evidence)
    return [replace(each, evidence=tuple(sorted(set(evidence)))) for each, evidence in merged.items()]


def _newest(readings: Iterable[Reading], day: date) -> tuple[list[Reading], list[Reading]]:
    told = [each for each in readings if each.end and each.end[:10] <= day.isoformat()]
    newest = max((each.end or "" for each in told), default="")
    older = sorted((each for each in told if each.end != newest), key=lambda each: each.end or "", reverse=True)
    return [each for each in told if each.end == newest], older


def _standing(whole: Sequence[Reading]) -> Standing:
    if not whole:
        return Standing.NOT_STATED
    if all(each.state == Standing.DOES_NOT_APPLY for each in whole):
        return Standing.DOES_NOT_APPLY
    if any(each.on_day == Standing.UNKNOWN for each in whole):
        return Standing.UNKNOWN
    values = {float(each.value) for each in whole if each.value is not None}
    return Standing.KNOWN if len(values) == 1 else Standing.DIFFERING if values else Standing.NOT_STATED
