"""How what is said stands in a page: a value, a day, a time, a state, and who says so.

A page has hundreds of each. Written here they take a fifth of the time that macros of a template take, which call one
another for every part. All that comes from data is escaped, as a template would.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

from flask import Flask
from markupsafe import Markup, escape

from sasaeai import calendar
from sasaeai.calendar import Moment
from sasaeai.statements.evidence import Evidence
from sasaeai.statements.forms import Field
from sasaeai.statements.things import Thing, Value
from sasaeai.statements.validity import Validity
from sasaeai.thing import Value as Shown
from sasaeai.vocabulary import BASE, SAS
from sasaeai.web.context import as_of, here, language
from sasaeai.web.links import carried, leading

NOTHING = Markup()

_VALUES = 5
"""Values that a cell of a list shows."""

_JAPANESE = re.compile(r"[^A-Za-z\u3040-\u30ff\u3400-\u9fff]*[\u3040-\u30ff\u3400-\u9fff][^A-Za-z]*")
"""A text in kana or kanji, and in no Latin letters."""

_XSD = "http://www.w3.org/2001/XMLSchema#"


def install(app: Flask) -> None:
    """Give the templates of an application a way to write what is said."""
    app.context_processor(lambda: {"said": Saying()})


class Saying:
    """Write for the page of one request: in its language, as of its day, with the links of its host."""

    def __init__(self) -> None:
        self.tongue = language()
        self._carried = carried()
        self._states: dict[str, Markup] = {}

    @cached_property
    def _moment(self) -> Moment | None:
        return as_of()

    def either(self, ja: str, en: str) -> str:
        """Choose between two wordings, neither of which comes from data."""
        return ja if self.tongue == "ja" else en

    def missing(self) -> Markup:
        """Write that no source says it."""
        return Markup(f'<span class="missing">{self.either("記載なし", "not stated")}</span>')

    def day(self, value: object) -> Markup:
        """Write a day, which breaks, if it must, before its era only."""
        return _day(str(value), self.tongue)

    def period(self, validity: Validity | None) -> Markup:
        """Write a thing's time: from its beginning to its end, or the last day it was seen."""
        return _period(validity, self.tongue) if validity else NOTHING

    def state(self, key: str) -> Markup:
        """Write a state by its key: the words of its concept, and a sign, so that colour is never all there is."""
        if (written := self._states.get(key)) is None:
            name = escape(here().state_names[key, self.tongue])
            written = self._states[key] = Markup(f'<span class="state state-{escape(key)}">{name}</span>')
        return written

    def state_of(self, validity: Validity | None) -> Markup:
        """Write the state on the day asked; nothing where no day is asked or nothing is said of the time."""
        return self.state(validity.state(self._moment.day).value) if validity and self._moment else NOTHING

    def evidence(self, quotes: Sequence[Evidence]) -> Markup:
        """Write who says so: one keypress away, in place."""
        if not quotes:
            return NOTHING
        count = f" {len(quotes)}" if len(quotes) > 1 else ""
        items = "\n".join([_quoted(each, self._to(each.document or each.graph), self.tongue) for each in quotes])
        return Markup(
            f'<details class="evidence"><summary>{self.either("根拠", "Evidence")}{count}</summary>'
            f"\n<ul>\n{items}\n</ul></details>"
        )

    def value(self, value: Value) -> Markup:
        """Write a value: a link if it is a thing or a concept, marked with its language where that is another."""
        return _words(self._to(value.iri) if value.iri else "", value.text, self._foreign(value.language, value.text))

    def values(self, values: Iterable[Value]) -> Markup:
        """Write values one after the other; that there is none."""
        return Markup(self.either("、", ", ").join(map(self.value, values))) or self.missing()

    def thing(self, thing: Thing) -> Markup:
        """Write the name of a thing, as a link to its own page."""
        name = thing.name
        return _words(self._to(thing.iri), name.text, self._foreign(name.language, name.text))

    def standing(self, thing: Thing) -> Markup:
        """Write when a thing holds, how sure that is on the day asked, how it is known, and who says so."""
        on_day = self.state(thing.state(self._moment.day).value) if self._moment else NOTHING
        bases = {each.rpartition("/")[2] for each in thing.refers("basis")}
        known = next((self.state(each) for each in ("inferred", "computed") if each in bases), NOTHING)
        parts = (on_day, self.period(thing.validity), known, self.evidence(thing.evidence))
        return Markup(" ").join(each for each in parts if each)

    def muted(self, thing: Thing) -> Markup:
        """Write the class of a thing that is not so on the day asked: it stays, muted."""
        return Markup(' class="not-so"') if self.is_not_so(thing) else NOTHING

    def is_not_so(self, thing: Thing) -> bool:
        """Tell whether a thing is not so on the day asked."""
        return self._moment is not None and thing.state(self._moment.day).value == "not-so"

    def note(self, thing: Thing) -> Markup:
        """Write the notes on a thing."""
        return NOTHING.join(
            Markup(f'<p class="note"><small>{self.value(each)}</small></p>') for each in thing.all("note")
        )

    def name(self, iri: str, names: Mapping[str, Value]) -> Markup:
        """Write what an IRI is called; the IRI where it is called nothing."""
        name = names.get(iri)
        return _words("", name.text, self._foreign(name.language, name.text)) if name else escape(iri)

    def linked(self, iri: str, names: Mapping[str, Value]) -> Markup:
        """Write what an IRI is called, as a link to its page; a term of the vocabulary is a word and no link."""
        to = "" if iri.startswith(SAS) else self._to(iri)
        name = names.get(iri) or Value(iri)
        return _words(to, name.text, self._foreign(name.language, name.text))

    def term(self, term: Mapping[str, Any], names: Mapping[str, Value]) -> Markup:
        """Write a term of an answer: the name of an IRI, yes or no, a day, or a literal as it is."""
        text, kind = term["value"], term.get("datatype", "")
        if term["type"] == "uri":
            return self.linked(text, names)
        if kind == f"{_XSD}boolean":
            return escape(self.either("はい", "yes") if text == "true" else self.either("いいえ", "no"))
        return self.day(text) if kind == f"{_XSD}date" else self.called(term)

    def called(self, label: Mapping[str, Any]) -> Markup:
        """Write a literal, marked with its language where that is not the page's."""
        return _words("", label["value"], self._foreign(label.get("xml:lang"), label["value"]))

    def link(self, iri: str, label: Mapping[str, Any] | None) -> Markup:
        """Write what an IRI is labelled as a link to its page, for want of a label its IRI within our space."""
        if label:
            return _words(self._to(iri), label["value"], self._foreign(label.get("xml:lang"), label["value"]))
        to = self._to(iri)
        return _words(to, iri.removeprefix(BASE) if to else iri, "")

    def shown(self, value: Shown) -> Markup:
        """Write one value of a field as people write it: a link, a day, yes or no, a number with its unit."""
        text, kind = value.term["value"], value.kind
        if kind == "uri":
            return self.link(text, value.label)
        if kind in {"date", "dateTime", "gYearMonth"}:
            return self.day(text)
        if kind == "boolean":
            return escape(self.either("はい", "yes") if text in {"true", "1"} else self.either("いいえ", "no"))
        if kind == "anyURI" and self._to(text):
            return Markup(f'<a href="{escape(text)}" rel="noreferrer">{escape(text)}</a>')
        unit = f' <small class="unit">{self.called(value.unit)}</small>' if value.unit else ""
        return Markup(f"{self.called(value.term)}{unit}")

    def fields(self, columns: Iterable[Field], cells: Mapping[str, Sequence[Shown]]) -> Markup:
        """Write the cells of a row in a list, one for each column."""
        numbers = {True: ' class="number"', False: ""}
        kinds = [(each.property, numbers[each.property.endswith("obsValue")]) for each in columns]
        return Markup("".join([f"<td{kind}>{self.cells(cells.get(name, ()))}</td>" for name, kind in kinds]))

    def cells(self, values: Sequence[Shown]) -> Markup:
        """Write the values of a cell, of many the first; that there is none."""
        if not values:
            return self.missing()
        if len(values) == 1:
            return self.shown(values[0])
        items = "".join(f"<li>{self.shown(each)}</li>" for each in values[:_VALUES])
        more = len(values) - _VALUES
        words = self.either(f"ほか{more}件", f"and {more} more")
        return Markup(f"<ul>{items}{f'<li><small>{words}</small></li>' if more > 0 else ''}</ul>")

    def _to(self, iri: str) -> str:
        return leading(iri, self._carried)

    def _foreign(self, language: str | None, text: str) -> str:
        """Return what marks words of another language; what a document writes (全38地区) bears no tag in the data."""
        if language or self.tongue == "ja":
            return language if language and language != self.tongue else ""
        return "ja" if _JAPANESE.fullmatch(text) else ""


@lru_cache(maxsize=16384)
def _words(to: str, text: str, language: str) -> Markup:
    """Write words, of which a page has the same many times, as a link if they lead anywhere."""
    tongue = f' lang="{escape(language)}"' if language else ""
    if to:
        return Markup(f'<a href="{escape(to)}"{tongue}>{escape(text)}</a>')
    return Markup(f"<span{tongue}>{escape(text)}</span>") if tongue else escape(text)


@lru_cache(maxsize=4096)
def _quoted(quoted: Evidence, to: str, tongue: str) -> str:
    """Write a quote and where it is from: what one thing rests on stands in a page under many topics."""
    foreign = ' lang="ja"' if quoted.document else ""
    title = escape(quoted.title or quoted.document or quoted.graph)
    source = f'<a href="{escape(to)}"{foreign}>{title}</a>'
    if quoted.publisher:
        source += f" <small>{escape(quoted.publisher)}</small>"
    if quoted.modified:
        changed = "最終更新" if tongue == "ja" else "last changed"
        source += f" <small>{changed} {_day(quoted.modified, tongue)}</small>"
    return f'<li><q lang="ja">{escape(quoted.quote)}</q> — {source}</li>'


@lru_cache(maxsize=4096)
def _day(text: str, tongue: str) -> Markup:
    western, bracket, era = calendar.reading(text, tongue).partition("（" if tongue == "ja" else "(")
    words = f"{escape(western)}<wbr>{bracket}{escape(era)}" if bracket else escape(western)
    return Markup(f'<time datetime="{escape(text)}">{words}</time>')


@lru_cache(maxsize=4096)
def _period(validity: Validity, tongue: str) -> Markup:
    begun, ended = validity.valid_from or validity.not_before, validity.valid_through or validity.not_after
    words = ""
    if begun:
        ja, en = ("から", "") if validity.valid_from else ("以後のある日から", " or later")
        words += f"{_day(str(begun), tongue)}{ja}" if tongue == "ja" else f"from {_day(str(begun), tongue)}{en}"
    if ended:
        ja, en = ("まで", "until ") if validity.valid_through else ("以前のある日まで", "ended by ")
        after = {"until ": " to ", "ended by ": ", ended by "}[en] if begun else en
        words += f"{_day(str(ended), tongue)}{ja}" if tongue == "ja" else f"{after}{_day(str(ended), tongue)}"
    elif validity.last_known:
        seen = "確認できる最後の日" if tongue == "ja" else "last seen"
        words += f" <small>{seen} {_day(str(validity.last_known), tongue)}</small>"
    return Markup(f'<span class="period">{words}</span>') if words else NOTHING
