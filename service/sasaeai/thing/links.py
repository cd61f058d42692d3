"""What points to a thing, as lists: grouped by class and property, each row told by the shape of its class."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from sasaeai import statements
from sasaeai.repository import Repository
from sasaeai.statements.evidence import Evidence
from sasaeai.statements.forms import Field, Forms
from sasaeai.statements.labels import Label
from sasaeai.statements.validity import Validity
from sasaeai.store import Store
from sasaeai.store.parameters import iri
from sasaeai.thing.about import NAMES, Statements, Told, called, gathered, nameless
from sasaeai.thing.said import DERIVED_FROM, Context, Value, measure, value
from sasaeai.vocabulary import SAS, SHAPES

COLUMNS = 5
"""How many fields a list shows of each row beside its name, time and evidence."""

COLUMNS_TAKEN = 7
"""The same in a list of what one document says, where the fields tell the time: a period is what all documents say."""

_MEASURE = "http://purl.org/linked-data/sdmx/2009/measure#obsValue"
_PERIOD = "http://purl.org/linked-data/sdmx/2009/dimension#refPeriod"

_ELSEWHERE = frozenset(
    (
        *NAMES[:2],
        *(SAS + each for each in ("validFrom", "validThrough", "notBefore", "notAfter", "asOf")),
        *(SAS + each for each in ("fromFiscalYear", "throughFiscalYear", "beganIn", "endedIn", "totalOf")),
    )
)
"""What a row says otherwise, its name and its time as a period, and the long lists of what a total adds up."""

_PLACES = (SAS + "listPosition", SAS + "position", SAS + "number")
_BEGINNINGS = ("https://schema.org/startDate", "http://purl.org/dc/terms/issued")


@dataclass(frozen=True)
class Group:
    """Hold a class and the link by which things of it point here: what both are called, and how many there are.

    What was taken from a document is grouped by class alone. `shape` is that of the class; several of one shape and
    name (a body, a body founded formally) are one to a reader.
    """

    classes: Sequence[str]
    name: str
    link: str | None
    via: str | None
    count: int
    shape: str

    @property
    def names(self) -> bool:
        """Say whether these are the names that the thing has borne."""
        return self.link == SAS + "nameOf"

    @property
    def runs(self) -> bool:
        """Say whether these tell who runs the thing."""
        return self.link == SAS + "operates"

    @property
    def anchor(self) -> str:
        """Return where its list stands in a page."""
        return "-".join(re.split(r"[/#]", each)[-1] for each in (self.classes[0], self.link) if each)

    @property
    def arguments(self) -> list[tuple[str, str]]:
        """Return what an address says to show this group alone; terms of ours are named without their namespace."""
        return [_said("kind", self.classes[0]), *([_said("via", self.link)] if self.link else [])]

    def meets(self, kind: str | None, via: str | None) -> bool:
        """Tell whether an address that says so shows this group."""
        kinds = [_said("kind", each) for each in self.classes]
        return (not kind or ("kind", kind) in kinds) and (not via or ("via", via) in self.arguments)


class Linked(NamedTuple):
    """Hold one row: a thing, its fields by property, its time and who says so."""

    iri: str
    group: Group
    label: Label
    cells: Mapping[str, Sequence[Value]]
    validity: Validity | None
    evidence: Sequence[Evidence]
    municipality: Value | None
    differs: bool = False


@dataclass(frozen=True)
class Part:
    """Hold the rows of a group that a page shows, under the fields that at least one of them has."""

    group: Group
    columns: Sequence[Field]
    rows: Sequence[Linked]


def groups(counts: Mapping[tuple[str, str | None], int], forms: Forms) -> list[Group]:
    """Group the classes and properties of which there are so many things, in the order of the model."""
    order = {target: number for number, target in enumerate(forms.by_target)}
    read = (_group(class_, via, count, forms) for (class_, via), count in counts.items())
    found: dict[tuple[str, str, str | None], Group] = {}
    for each in sorted(read, key=lambda each: (order.get(each.classes[0], len(order)), *each.classes, each.link or "")):
        key = each.name, each.shape or each.classes[0], each.link
        before = found.get(key, replace(each, classes=(), count=0))
        found[key] = replace(each, classes=(*before.classes, *each.classes), count=before.count + each.count)
    return list(found.values())


def briefs(store: Store, repository: Repository, things: Iterable[str], source: str | None) -> dict[str, Statements]:
    """Read what is said of the things of a list, by one document or by all, in one query."""
    if source:
        query = repository.query("entity-taken-brief")
        found = statements.select_of(store, query, things, source=iri(source)).rows
    else:
        found = statements.select_of(store, repository.query("entity-brief"), things).rows
    # Values that share a cell are seen in their order; to sort them here costs a tenth of what it does in the store.
    found = sorted(found, key=lambda row: row["value"]["value"])
    return {
        thing: {name: gathered(values) for name, values in statements.by(rows, "property").items()}
        for thing, rows in statements.by(found, "thing").items()
    }


def spoken_of(brief: Statements) -> Iterable[str]:
    """Name the things that a row speaks of: its values and their units."""
    for values in brief.values():
        for told in values.values():
            yield from filter(None, (told.term["value"] if told.term["type"] == "uri" else None, told.unit))


def linked(thing: str, group: Group, brief: Statements, context: Context, language: str) -> Linked:
    """Tell one row of a list."""
    unit = measure(told for values in brief.values() for told in values.values())
    cells = {
        name: [
            value(told, context, unit if name == _MEASURE else None) for told in _readable(values.values(), language)
        ]
        for name, values in brief.items()
    }
    label = (
        called(brief, language)
        or context.labels.get(thing)
        or {"type": "literal", "value": nameless(group.name, thing)}
    )
    rests_on = [thing, *(told.term["value"] for told in brief.get(DERIVED_FROM, {}).values())]
    quotes = context.evidence.get(thing) or [quote for each in rests_on for quote in context.evidence.get(each, ())]
    city = next(iter(cells.get(SAS + "municipality", ())), None)
    return Linked(thing, group, label, cells, context.validities.get(thing), quotes, city)


def parts(rows: Sequence[Linked], groups: Iterable[Group], forms: Forms, known: Collection[str]) -> list[Part]:
    """Put rows under the headings of their groups, in the order of their place, beginning and IRI.

    A field in which all of them have the same one of the things that are `known` to the reader is no column.
    """
    found = {group: [row for row in rows if row.group is group] for group in groups}
    return [
        Part(group, columns(group, of, forms, known), sorted(_compared(of), key=_order))
        for group, of in found.items()
        if of
    ]


def columns(group: Group, rows: Sequence[Linked], forms: Forms, known: Collection[str]) -> list[Field]:
    """Choose the fields a list of things of one class shows: the first of its shape that a row has."""
    form = forms.of(group.classes)
    fields = form.fields.values() if form else ()
    told = [
        each
        for each in fields
        if each.property not in (_ELSEWHERE if group.link else NAMES[:2])
        and each.property != group.link
        and each.group != SHAPES + "evidence"
        and not _said_before([row.cells.get(each.property, ()) for row in rows], known)
    ]
    return told[: COLUMNS if group.link else COLUMNS_TAKEN]


def _said_before(cells: Iterable[Sequence[Value]], known: Collection[str]) -> bool:
    """Tell whether a column holds nothing, or one thing only that the reader knows."""
    values = {each.term["value"] for cell in cells for each in cell}
    return len(values) <= 1 and values <= set(known)


def _said(name: str, iri: str) -> tuple[str, str]:
    return name, iri.removeprefix(SAS)


def _group(class_: str, via: str | None, count: int, forms: Forms) -> Group:
    name = forms.terms.get(class_) or forms.name(class_) or ""
    form = forms.of([class_])
    field = form.fields.get(via) if form and via else None
    words = field.name if field else forms.name(via) if via else None
    return Group((class_,), name, via, words, count, form.shape if form else "")


def _readable(values: Iterable[Told], language: str) -> list[Told]:
    """Leave out of a text's renderings those in another language than the reader's, if there is one in that."""
    told = list(values)
    return [each for each in told if each.term.get("xml:lang") in (None, language)] or told


def _compared(rows: Sequence[Linked]) -> list[Linked]:
    """Mark the figures that count the same thing at the same time and do not agree."""
    counted: dict[tuple[str, ...], set[str]] = {}
    for row in rows:
        if row.cells.get(_PERIOD):
            counted.setdefault(_counts(row), set()).update(each.term["value"] for each in row.cells.get(_MEASURE, ()))
    return [row._replace(differs=len(counted.get(_counts(row), ())) > 1) for row in rows]


def _counts(row: Linked) -> tuple[str, ...]:
    same = (SAS + "indicator", SAS + "subject", SAS + "inArea", _PERIOD)
    return tuple(" ".join(sorted(each.term["value"] for each in row.cells.get(name, ()))) for name in same)


def _order(row: Linked) -> tuple[int, str, str]:
    place = next((each.term["value"] for name in _PLACES for each in row.cells.get(name, ())), "0")
    begins = next((each.term["value"] for name in _BEGINNINGS for each in row.cells.get(name, ())), "")
    time = row.validity or Validity()
    first = time.valid_from or time.not_before or time.first_known or date.max
    return int(place) if place.isdecimal() else 0, begins or first.isoformat(), row.iri
