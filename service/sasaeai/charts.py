"""Charts as shapes on a page: where each bar, point and word stands. Templates write them as SVG.

Everything is bounded: lanes, panels, the length of words. All lengths are pixels.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

WIDTH = 760
_LEFT, _RIGHT, _LANE, _HEAD = 12, 12, 44, 34
_PANEL, _PLOT = 150, 96
_MOST_LANES, _MOST_PANELS, _MOST_POINTS = 60, 24, 36
_WORDS = 84
"""Half-width characters that go over a bar."""


@dataclass(frozen=True)
class Bar:
    """Hold days of one state, both inclusive."""

    first: date
    last: date
    state: str


@dataclass(frozen=True)
class Shape:
    """Hold a box, or with no width or height a place, and what it shows: a state or words."""

    x: float
    y: float
    width: float = 0
    height: float = 0
    text: str = ""


@dataclass
class Drawing:
    """Hold the shapes of a chart by what they are, and its height."""

    height: float
    bars: list[Shape] = field(default_factory=list)
    words: list[Shape] = field(default_factory=list)
    headings: list[Shape] = field(default_factory=list)
    ticks: list[Shape] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    points: list[Shape] = field(default_factory=list)
    gaps: list[Shape] = field(default_factory=list)
    mark: float | None = None
    width: int = WIDTH


def timeline(
    groups: Sequence[tuple[str, Sequence[tuple[str, Sequence[Bar]]]]],
    span: tuple[date, date],
    ticks: Sequence[tuple[date, str]],
    mark: date | None,
) -> Drawing:
    """Draw bars over time: under each group's heading a lane for each label; `mark` is the day asked about."""
    drawing = Drawing(_HEAD)
    first, last = span
    scale = (WIDTH - _LEFT - _RIGHT) / max(1, (last - first).days + 1)

    def x(day: date) -> float:
        return round(_LEFT + (min(max(day, first), last) - first).days * scale, 1)

    left = _MOST_LANES
    for heading, lanes in groups:
        drawing.headings.append(Shape(_LEFT, drawing.height + 20, text=fitting(heading, _WORDS)))
        drawing.height += 28
        for label, bars in lanes[:left]:
            drawing.words.append(Shape(_LEFT, drawing.height + 14, text=fitting(label, _WORDS)))
            for bar in bars:
                width = max(4, (bar.last - bar.first).days * scale)
                drawing.bars.append(Shape(x(bar.first), drawing.height + 20, round(width, 1), 14, bar.state))
            drawing.height += _LANE
        left -= len(lanes[:left])
    drawing.ticks = [Shape(x(day), _HEAD, text=text) for day, text in _sparse(ticks) if first <= day <= last]
    drawing.mark = x(mark) if mark and first <= mark <= last else None
    return drawing


def panels(series: Sequence[tuple[str, Sequence[tuple[str, float | None]]]]) -> Drawing:
    """Draw lines, a panel for each series of named points; a point without value is a gap in the line, not zero."""
    drawing = Drawing(0)
    for title, points in series[:_MOST_PANELS]:
        _panel(drawing, title, points[:_MOST_POINTS])
        drawing.height += _PANEL
    return drawing


def _panel(drawing: Drawing, title: str, points: Sequence[tuple[str, float | None]]) -> None:
    top, bottom = drawing.height + 28, drawing.height + 28 + _PLOT
    highest = max([value for _, value in points if value is not None], default=0) or 1
    step = (WIDTH - 2 * 40) / max(1, len(points) - 1)
    places = [(40 + number * step, value) for number, (_, value) in enumerate(points)]
    drawing.headings.append(Shape(_LEFT, drawing.height + 16, text=fitting(title, _WORDS)))
    drawing.bars.append(Shape(40, bottom, WIDTH - 80, 0))
    for (x, value), (name, _) in zip(places, points, strict=True):
        drawing.ticks.append(Shape(round(x, 1), bottom + 16, text=fitting(name, 12)))
        if value is None:
            drawing.gaps.append(Shape(round(x, 1), bottom - 6, text="—"))
        else:
            y = round(bottom - (bottom - top - 16) * max(0.0, value) / highest, 1)
            drawing.points.append(Shape(round(x, 1), y, text=f"{value:g}"))
    for (x1, one), (x2, two) in pairwise(places):
        if one is not None and two is not None:
            y1, y2 = (bottom - (bottom - top - 16) * max(0.0, each) / highest for each in (one, two))
            drawing.lines.append(f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}")


def histogram(bars: Sequence[tuple[str, int, bool]]) -> Drawing:
    """Draw a bar for each named count, those that are marked apart from the others."""
    drawing = Drawing(_HEAD + _PLOT + 56)
    bottom, highest = _HEAD + _PLOT, max((count for _, count, _ in bars), default=0) or 1
    step = (WIDTH - 2 * 40) / max(1, len(bars))
    for number, (name, count, marked) in enumerate(bars):
        x, height = round(40 + number * step, 1), round(_PLOT * count / highest, 1)
        middle = round(x + step / 2, 1)
        state = "marked" if marked else "plain"
        drawing.bars.append(Shape(round(x + 2, 1), round(bottom - height, 1), round(step - 4, 1), height, state))
        drawing.points.append(Shape(middle, round(bottom - height - 6, 1), text=str(count)))
        drawing.ticks.append(Shape(middle, bottom + 18, text=fitting(name, max(4, int(step / 7)))))
    return drawing


def fitting(text: str, room: int) -> str:
    """Shorten a text to a number of half-width characters; what XML 1.0 §2.2 does not allow becomes a replacement."""
    kept: list[str] = []
    for each in text[: 2 * room]:
        room -= 2 if unicodedata.east_asian_width(each) in "WFA" else 0 if unicodedata.combining(each) else 1
        if room < 0:
            return "".join(kept) + "…"
        kept.append(each if _allowed(each) else "\ufffd")
    return "".join(kept) + ("…" if len(text) > len(kept) else "")


def _allowed(character: str) -> bool:
    code = ord(character)
    return code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or code > 0xFFFF


def _sparse(ticks: Iterable[tuple[date, str]]) -> list[tuple[date, str]]:
    """Leave out ticks until the words do not run into one another."""
    every = list(ticks)
    return every[:: -(-len(every) // 12) or 1]
