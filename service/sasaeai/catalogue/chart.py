"""What the chart of an answer shows: lines over time, with the times of which nothing is said left open."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sasaeai import calendar
from sasaeai.catalogue.questions import Chart
from sasaeai.statements import Row
from sasaeai.vocabulary import ID

_YEAR = re.compile(re.escape(ID) + r"fiscal-year/([0-9]{4})")
_MONTH = re.compile(re.escape(ID) + r"month/([0-9]{4})-([0-9]{2})")
_LONGEST = 60
"""Times that an axis is filled up with; a longer one has only those that something is said of."""


@dataclass(frozen=True)
class Line:
    """Hold the points of a line by their names: a value that nobody tells is None, which is not zero."""

    title: str
    points: Sequence[tuple[str, float | None]]


@dataclass(frozen=True)
class _Time:
    """Hold a time an axis can go along: its kind, a number that counts it, and its name where it needs none made."""

    kind: str
    number: int
    name: str = ""


def lines(chart: Chart | None, rows: Iterable[Row], language: str) -> list[Line]:
    """Return the lines of a chart that have two values at least; none where there is no chart.

    An axis has all times from its first to its last.
    """
    if chart is None:
        return []
    told: dict[tuple[str, str], dict[_Time, list[float | None]]] = {}
    named: dict[str, int] = {}
    for row in rows:
        if chart.over in row:
            time = _time(row, chart.over, named)
            key = (" ".join(filter(None, (_words(row, name) for name in chart.by))), time.kind)
            value = float(row[chart.of]["value"]) if chart.of in row else None
            told.setdefault(key, {}).setdefault(time, []).append(value)
    axes: dict[str, set[_Time]] = {}
    for (_, kind), points in told.items():
        axes.setdefault(kind, set()).update(points)
    ordered = {kind: _filled(kind, sorted(times, key=lambda each: each.number)) for kind, times in axes.items()}
    return [
        Line(title, [(_name(each, language), value) for each in ordered[kind] for value in points.get(each, [None])])
        for (title, kind), points in told.items()
        if sum(value is not None for values in points.values() for value in values) > 1
    ]


def _words(row: Mapping[str, Any], name: str) -> str:
    term = row.get(f"{name}Label") or row.get(name)
    return str(term["value"]) if term else ""


def _time(row: Row, over: str, named: dict[str, int]) -> _Time:
    text = row[over]["value"]
    if year := _YEAR.fullmatch(text):
        return _Time("year", int(year[1]))
    if month := _MONTH.fullmatch(text):
        return _Time("month", int(month[1]) * 12 + int(month[2]) - 1)
    return _Time("other", named.setdefault(text, len(named)), _words(row, over))


def _filled(kind: str, times: Sequence[_Time]) -> Sequence[_Time]:
    first, last = times[0].number, times[-1].number
    if kind == "other" or last - first >= _LONGEST:
        return times
    return [_Time(kind, number) for number in range(first, last + 1)]


def _name(time: _Time, language: str) -> str:
    if time.kind == "year":
        return calendar.fiscal_year_label(time.number, language)
    if time.kind == "month":
        year, month = divmod(time.number, 12)
        return f"{year}/{month + 1}" if month in (0, 3) else str(month + 1)
    return time.name
