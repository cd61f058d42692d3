"""How the cells of a comparison stand in its page, and the structures below them: hundreds of values, each in parts.

As in `saying`, all that comes from data is escaped by what writes it.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import groupby

from markupsafe import Markup, escape

from sasaeai import calendar
from sasaeai.compare import Comparison, Line, Topic
from sasaeai.compare.cells import DOES_NOT_APPLY, NOT_STATED, STATED, Cell, Term, Value
from sasaeai.compare.structure import Node
from sasaeai.statements.validity import State
from sasaeai.web.saying import NOTHING, Saying

_QUOTES, _THINGS = 10, 60
"""Quotes that stand by what rests on many things, and things that a number or a part of a structure names."""

_FEW = 6
"""Parts of one class that a structure shows outright."""


class Matrix:
    """Write the values of one comparison for the page of one request."""

    def __init__(self, comparison: Comparison) -> None:
        said, names = Saying(), comparison.labels
        self._said = said
        # The same stands under many topics, and is written once.
        self._name = cache(lambda iri: said.name(iri, names))
        self._linked = cache(lambda iri: said.linked(iri, names))
        days = [f" {calendar.reading(str(each.day), said.tongue)}" if each.day else "" for each in comparison.columns]
        self._whose = [escape(each.city.label + day) for each, day in zip(comparison.columns, days, strict=True)]
        self._rests_on = cache(lambda things: _rested(said, comparison, things))

    def cells(self, line: Line) -> Markup:
        """Write the cells of a row; on a narrow page, where they stand one below the other, each says whose it is."""
        head = '<td role="cell"><p class="whose" aria-hidden="true">'
        cells = zip(self._whose, line.cells, strict=True)
        return Markup("".join([f"{head}{whose}</p>\n{self._cell(line.topic, cell)}</td>\n" for whose, cell in cells]))

    def _cell(self, topic: Topic, cell: Cell) -> str:
        """Write what is said in a cell: its values, and folded away those that are not of its day."""
        said, parts = self._said, []
        if cell.nothing:
            parts.append(f"{said.state(NOT_STATED)} {self._rests_on(cell.column.city.documents)}")
        if cell.values:
            parts.append(self._values(topic, cell.values))
        if cell.others:
            if not cell.values:
                none = said.either("この日に当てはまるものはありません。", "Nothing that holds on that day.")
                parts.append(f"<p>{none}</p>")
            words = ("この日のものでない値", "Not of that day") if cell.column.day else ("以前の値", "Earlier")
            parts.append(
                f"<details><summary>{said.either(*words)} {len(cell.others)}</summary>"
                f"{self._values(topic, cell.others)}</details>"
            )
        return "".join(parts)

    def structure(self, nodes: Sequence[Node]) -> Markup:
        """Write the parts of a structure; many of one class are folded away."""
        return NOTHING.join(self._group(kind, list(each)) for kind, each in groupby(nodes, lambda node: node.kind))

    def _values(self, topic: Topic, values: Iterable[Value]) -> str:
        items = "\n".join([f"<li{_muted(each.on_day)}>{self._shown(topic, each)}</li>" for each in values])
        return f'<ul class="values">\n{items}\n</ul>'

    def _shown(self, topic: Topic, value: Value) -> str:
        said, parts = self._said, []
        if value.of:
            parts.append(f'<span class="of">{self._name(value.of)}</span>')
        if value.value:
            parts.append(f'<span class="said">{self._term(value.value)}</span>')
        if value.number:
            parts.append(self._number(value))
        if value.detail:
            parts.append(f'<small class="detail">({self._term(value.detail)})</small>')
        if value.period:
            parts.append(f"<small>{self._name(value.period)}</small>")
        if value.state != STATED:
            parts.append(said.state(value.state))
        if value.state == DOES_NOT_APPLY and topic.does_not_apply:
            parts.append(f"<small>{escape(topic.does_not_apply[said.tongue])}</small>")
        if value.on_day:
            parts.append(said.state(value.on_day.value))
        if topic.shows == "count":
            parts.append(self._which(value.things))
        elif value.validity and value.of not in value.things and value.validity.bounded:
            parts.append(f"<small>{said.period(value.validity)}</small>")
        parts.append(self._rests_on(value.things))
        return " ".join(parts)

    def _term(self, term: Term) -> Markup:
        return self._linked(term["value"]) if term["type"] == "uri" else self._said.term(term, {})

    def _number(self, value: Value) -> str:
        gap = self._said.either("", " ")
        bound = f"{self._name(value.bound)}{gap}" if value.bound else ""
        unit = f'{gap}<span class="unit">{self._name(value.unit)}</span>' if value.unit else ""
        share = f" <small>{value.share}%</small>" if value.share is not None else ""
        return f'<strong class="number">{bound}{escape(value.number)}{unit}</strong>{share}'

    def _which(self, things: Sequence[str]) -> str:
        items = "\n".join([f"<li>{self._linked(each)}</li>" for each in things[:_THINGS]])
        which = self._said.either("内訳", "Which")
        more = self._more(len(things))
        return f'<details class="evidence"><summary>{which}</summary><ul>\n{items}\n{more}</ul></details>'

    def _group(self, kind: str, nodes: Sequence[Node]) -> Markup:
        shown = NOTHING.join(map(self._part, nodes[:_THINGS] if len(nodes) > _FEW else nodes))
        if len(nodes) <= _FEW:
            return shown
        name, more = self._name(kind), self._more(len(nodes))
        return Markup(f"<li><details><summary>{name} {len(nodes)}</summary><ul>\n{shown}{more}</ul></details></li>\n")

    def _part(self, node: Node) -> Markup:
        said = self._said
        detail = said.either("、", ", ").join(map(self._linked, node.detail))
        number = f" <strong>{escape(node.number)}{said.either('人', ' persons')}</strong>" if node.number else ""
        on_day = f" {said.state(node.on_day.value)}" if node.on_day else ""
        parts = f"\n<ul>{self.structure(node.parts)}</ul>" if node.parts else ""
        return Markup(
            f"<li{_muted(node.on_day)}><small>{self._name(node.kind)}</small> {self._linked(node.thing)}"
            f"{': ' if detail else ''}{detail}{number}{on_day} {self._rests_on((node.thing,))}{parts}</li>\n"
        )

    def _more(self, count: int) -> str:
        more = count - _THINGS
        return f"<li>{self._said.either(f'ほか{more}件', f'and {more} more')}</li>" if more > 0 else ""


def _muted(on_day: State | None) -> str:
    return ' class="not-so"' if on_day is State.NOT_SO else ""


def _rested(said: Saying, comparison: Comparison, things: tuple[str, ...]) -> Markup:
    """Write who says what rests on some things."""
    quotes = comparison.evidence(things)
    written = said.evidence(quotes[:_QUOTES])
    if (more := len(quotes) - _QUOTES) > 0:
        words = said.either(f"ほか{more}件の根拠はCSVにあります", f"{more} more in the CSV")
        written += Markup(f" <small>{words}</small>")
    return written
