"""How a page of a list is written: its rows, and what it can be narrowed down by.

A page has hundreds of cells and choices. Written here they take a third of the time that a template takes. All that
comes from data is escaped, as a template would.
"""

from collections.abc import Sequence
from urllib.parse import urlencode

from markupsafe import Markup, escape

from sasaeai.lists import Listing
from sasaeai.lists.choosing import Found
from sasaeai.lists.columns import Entry
from sasaeai.lists.facets import NOTHING, Choice
from sasaeai.lists.values import Value
from sasaeai.lists.wishes import STATE, Wish, parameter_of
from sasaeai.statements.validity import State
from sasaeai.web.context import here
from sasaeai.web.links import local, this_page, without
from sasaeai.web.saying import Saying

_CHOICES = 100
"""Choices of one column that a page shows beside those made; others are found by their names."""


class Listed:
    """Write a list for the page of one request."""

    def __init__(self, listing: Listing, wish: Wish, found: Found) -> None:
        self._wish, self._found = wish, found
        self._said = Saying()
        self._more = f"{this_page()}{'&' if '?' in this_page() else '?'}"
        self._subject, *self._columns = listing.columns
        absent = listing.absent and Markup(f'<span class="missing">{escape(listing.absent[self._said.tongue])}</span>')
        self._cells: dict[Sequence[Value], str] = {(): f"<td>{absent or self._said.missing()}</td>"}

    def row(self, entry: Entry) -> Markup:
        """Write a thing: its name, its state on the day asked, and what is said of it."""
        state, name = self._found.state(entry), entry.cells[self._subject][0].shown
        muted = ' class="not-so"' if state == State.NOT_SO.value else ""
        cells = [self._standing(entry, state)] if state else []
        cells += [self._cell(entry.cells.get(column, ())) for column in self._columns]
        heading = f'<th scope="row"><a href="{escape(local(entry.iri))}">{escape(name)}</a></th>'
        return Markup(f"<tr{muted}>\n{heading}\n{''.join(cells)}</tr>\n")

    def choices(self, column: str, choices: Sequence[Choice]) -> Markup:
        """Write the first choices of a column, and those made, as links that make or undo them."""
        made = [each for each in choices[_CHOICES:] if each.chosen] if self._wish.chosen.get(column) else []
        chips = "".join([self._chip(column, each) for each in [*choices[:_CHOICES], *made]])
        more = len(choices) - _CHOICES
        words = self._said.either(f"ほか{more}件。上の欄で名称から探せます。", f"{more} more: search by name above.")
        return Markup(f'<ul class="chips">\n{chips}</ul>\n{f"<p><small>{words}</small></p>" if more > 0 else ""}')

    def _standing(self, entry: Entry, state: str) -> str:
        seen = entry.validity.last_known if entry.validity else None
        words = self._said.either("確認できる最後の日", "last seen")
        return f"<td>{self._said.state(state)}{f' <small>{words} {self._said.day(seen)}</small>' if seen else ''}</td>"

    def _cell(self, values: Sequence[Value]) -> str:
        if (written := self._cells.get(values)) is None:
            number = ' class="number"' if values[0].is_number else ""
            told = self._said.either("、", ", ").join(map(self._value, values))
            written = self._cells[values] = f"<td{number}>{told}</td>"
        return written

    def _value(self, value: Value) -> str:
        shown = escape(value.shown)
        if value.language and value.language != self._said.tongue:
            return f'<span lang="{escape(value.language)}">{shown}</span>'
        if value.truth is not None:
            return self._truth(value.truth)
        if value.leads_on:
            return f'<a href="{escape(local(value.text))}">{shown}</a>'
        return self._said.day(value.text) if value.is_day else shown

    def _chip(self, column: str, choice: Choice) -> str:
        name = parameter_of(column)
        to = escape(without(name, choice.key) if choice.chosen else self._more + urlencode({name: choice.key}))
        chosen, sign = (' aria-current="true"', '<span aria-hidden="true">✓ </span>') if choice.chosen else ("", "")
        words = escape(self._choice(column, choice))
        return f'<li><a href="{to}"{chosen}>{sign}{words} <small>{choice.count:,}</small></a></li>\n'

    def _choice(self, column: str, choice: Choice) -> str:
        if column == STATE:
            return here().state_names[choice.key, self._said.tongue]
        if choice.value is None:
            return self._said.either("記載なし", "not stated") if choice.key == NOTHING else choice.key
        return choice.value.shown if choice.value.truth is None else self._truth(choice.value.truth)

    def _truth(self, truth: bool) -> str:
        return self._said.either("あり", "yes") if truth else self._said.either("なし", "no")
