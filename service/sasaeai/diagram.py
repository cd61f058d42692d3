"""A drawing of what points to what: boxes in columns, lines from left to right, as numbers for an SVG."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 220, 34
_ACROSS, _DOWN = 300, 50
_MARGIN = 10
_SWEEPS = 6

Link = tuple[str, str]


@dataclass(frozen=True)
class Box:
    """Place a thing in a drawing: its name, and the upper left corner of its box."""

    name: str
    x: int
    y: int


@dataclass(frozen=True)
class Line:
    """Draw one link: the names at its ends, and the path of an SVG."""

    start: str
    end: str
    path: str


@dataclass(frozen=True)
class Drawing:
    """Hold a drawing with its size in pixels."""

    boxes: Sequence[Box]
    lines: Sequence[Line]
    width: int
    height: int


def draw(links: Sequence[Link]) -> Drawing:
    """Place what the links join in columns, so that most lines lead to the right, and short ones are many."""
    links = [link for link in dict.fromkeys(links) if link[0] != link[1]]
    columns = _columns(_ranks(links))
    _untangle(columns, links)
    tallest = max((len(column) for column in columns), default=0)
    boxes = {
        name: Box(name, _MARGIN + across * _ACROSS, _MARGIN + int((down + (tallest - len(column)) / 2) * _DOWN))
        for across, column in enumerate(columns)
        for down, name in enumerate(column)
    }
    lines = [Line(start, end, _curve(boxes[start], boxes[end])) for start, end in links]
    width = 2 * _MARGIN + max(len(columns) - 1, 0) * _ACROSS + WIDTH
    return Drawing(list(boxes.values()), lines, width, 2 * _MARGIN + max(tallest - 1, 0) * _DOWN + HEIGHT)


def _ranks(links: Sequence[Link]) -> Mapping[str, int]:
    """Give each thing the length of the longest way to it; a link that would close a circle counts as none."""
    onward: dict[str, list[str]] = {}
    for start, end in links:
        onward.setdefault(start, []).append(end)
        onward.setdefault(end, [])
    order: list[str] = []
    state: dict[str, int] = {}

    def visit(name: str) -> None:
        state[name] = 1
        onward[name] = [each for each in onward[name] if state.get(each) != 1]
        for each in onward[name]:
            if each not in state:
                visit(each)
        state[name] = 2
        order.append(name)

    for name in sorted(onward):
        if name not in state:
            visit(name)
    ranks = dict.fromkeys(onward, 0)
    for name in reversed(order):
        for each in onward[name]:
            if ranks[each] <= ranks[name]:
                ranks[each] = ranks[name] + 1
    # Then as near as may be to what it points to: a line that crosses no column crosses no box.
    for name in order:
        if onward[name]:
            ranks[name] = min(ranks[each] for each in onward[name]) - 1
    least = min(ranks.values(), default=0)
    return {name: rank - least for name, rank in ranks.items()}


def _columns(ranks: Mapping[str, int]) -> list[list[str]]:
    columns: list[list[str]] = [[] for _ in range(max(ranks.values(), default=-1) + 1)]
    for name in sorted(ranks):
        columns[ranks[name]].append(name)
    return columns


def _untangle(columns: list[list[str]], links: Sequence[Link]) -> None:
    """Order each column by where the neighbours stand, back and forth (the barycentre heuristic)."""
    near: dict[str, list[str]] = {}
    for start, end in links:
        near.setdefault(start, []).append(end)
        near.setdefault(end, []).append(start)
    for sweep in range(_SWEEPS):
        place = {name: down - len(column) / 2 for column in columns for down, name in enumerate(column)}
        for column in columns if sweep % 2 else reversed(columns):
            middle = {name: sum(place[each] for each in near[name]) / len(near[name]) for name in column}
            column.sort(key=lambda name, middle=middle: (middle[name], name))  # type: ignore[misc]
            place.update({name: down - len(column) / 2 for down, name in enumerate(column)})


def _curve(start: Box, end: Box) -> str:
    y1, y2 = start.y + HEIGHT // 2, end.y + HEIGHT // 2
    if start.x < end.x:
        x1, x2, bend = start.x + WIDTH, end.x, 50
    else:
        x1, x2, bend = start.x, end.x + WIDTH, -50
        if start.x == end.x:
            x2 = end.x
            return f"M{x1} {y1} C{x1 - 40} {y1} {x2 - 40} {y2} {x2} {y2}"
    return f"M{x1} {y1} C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"
