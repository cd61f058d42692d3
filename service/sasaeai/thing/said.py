"""The statements of a thing as fields: in the order, the words and the groups of its shape."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sasaeai.statements.evidence import Evidence
from sasaeai.statements.forms import Field, Form
from sasaeai.statements.labels import Label
from sasaeai.statements.validity import Validity
from sasaeai.thing.about import NAMES, About, Told
from sasaeai.vocabulary import DERIVED, RDF_TYPE, SAS, SHAPES

SHOWN = 100
"""How many values of one field a page shows; all of them are in the RDF."""

ALT_LABEL = "http://www.w3.org/2004/02/skos/core#altLabel"
DERIVED_FROM = "http://www.w3.org/ns/prov#wasDerivedFrom"

_ASKED = frozenset(SHAPES + each for each in ("belonging", "place", "people"))
"""The groups whose shared fields are worth missing; of the others only what is the class's own."""

_SILENT = frozenset(
    (
        *(SAS + each for each in ("bound", "totalOf", "position", "listPosition", "namedWith", "concurrentRole")),
        *(SAS + each for each in ("under", "unitOf", "partOf", "areasOf", "ownRendering", "establishedIn", "office")),
        "http://purl.org/dc/terms/isPartOf",
        "http://purl.org/dc/terms/created",
        "http://purl.org/dc/terms/license",
        "http://purl.org/linked-data/sdmx/2009/attribute#obsStatus",
        "http://www.w3.org/2004/02/skos/core#broader",
        "https://schema.org/endDate",
        *NAMES,
        ALT_LABEL,
    )
)
"""Fields whose absence says nothing: a figure without a bound is exact, a body of no other is a unit of none."""


@dataclass(frozen=True)
class Context:
    """Hold what a page knows of all the things on it: their names, their times and who says so."""

    labels: Mapping[str, Label]
    validities: Mapping[str, Validity]
    evidence: Mapping[str, Sequence[Evidence]]


class Value(NamedTuple):
    """Hold one value with its name and time, who says so, and the graphs that say it without quoting a document."""

    term: Label
    label: Label | None
    unit: Label | None
    validity: Validity | None
    derived: bool
    evidence: Sequence[Evidence] = ()
    unquoted: Sequence[tuple[str, Label | None]] = ()

    @property
    def kind(self) -> str:
        """Return what tells how the value is written: `uri`, or the name of its datatype."""
        return "uri" if self.term["type"] == "uri" else str(self.term.get("datatype", "")).rpartition("#")[2]


@dataclass(frozen=True)
class Said:
    """Hold one field: what it is called, its values, and how many there are; no value is "not stated".

    `apart` marks values that not the same documents give, `differs` a field that takes one value and has several.
    """

    property: str
    name: str
    values: Sequence[Value]
    count: int
    apart: bool = False
    differs: bool = False


@dataclass(frozen=True)
class Section:
    """Hold the fields that stand under one heading."""

    name: str
    fields: Sequence[Said]


def sections(about: About, context: Context) -> list[Section]:
    """Arrange what is said as the shape of the thing's class has it, with what is not stated but could be."""
    form, found = about.form, dict[str, list[Said]]()
    for each in form.fields.values() if form else ():
        if each.property in about.said and each.property != SAS + "quote":
            found.setdefault(each.group_name, []).append(_said(about, each, context))
        elif each.property not in about.said and _missed(each):
            found.setdefault(each.group_name, []).append(Said(each.property, each.name, (), 0))
    return [Section(name, fields) for name, fields in found.items()]


def others(about: About, context: Context) -> list[Said]:
    """Return what is said beyond the shape, in words of the vocabulary: most of it derived by rule."""
    return [
        _said(about, Field(each, name, "", "", single=False, own=False), context)
        for each in _beyond(about.said, about.form)
        if (name := about.forms.name(each))
    ]


def technical(about: About) -> list[tuple[str, list[str]]]:
    """Return the classes of a thing, and the properties for which the vocabulary has no words, with their values."""
    unnamed = (each for each in _beyond(about.said, about.form) if not about.forms.name(each))
    return [(each, about.values(each)[:SHOWN]) for each in (RDF_TYPE, *unnamed) if each in about.said]


def shown(about: About) -> Iterable[str]:
    """Name the things that the fields of a page speak of: values, units, and the graphs they stand in."""
    for values in about.said.values():
        for told in list(values.values())[:SHOWN]:
            if told.term["type"] == "uri":
                yield told.term["value"]
            if told.unit:
                yield told.unit
            yield from told.graphs


def value(told: Told, context: Context, unit: str | None = None) -> Value:
    """Name a value, without regard to who says it."""
    thing = told.term["value"] if told.term["type"] == "uri" else ""
    derived = list(told.graphs) == [DERIVED]
    return Value(
        told.term, context.labels.get(thing), context.labels.get(unit or ""), context.validities.get(thing), derived
    )


def measure(values: Iterable[Told]) -> str | None:
    """Return the unit that one of the values of a figure, its indicator, is counted in."""
    return next((told.unit for told in values if told.unit), None)


def _beyond(properties: Iterable[str], form: Form | None) -> list[str]:
    known = set(form.fields) if form else set()
    return sorted(set(properties) - known - {RDF_TYPE, SAS + "quote"})


def _missed(field: Field) -> bool:
    return field.property not in _SILENT and field.group != SHAPES + "evidence" and (field.own or field.group in _ASKED)


def _said(about: About, field: Field, context: Context) -> Said:
    told = _readable(field.property, list(about.said[field.property].values()), about.language)
    differs = field.single and len(told) > len({each.term.get("xml:lang") for each in told})
    apart = len({frozenset(each.graphs) for each in told if list(each.graphs) != [DERIVED]}) > 1
    values = [_evident(about, each, field, context) for each in told[:SHOWN]]
    return Said(field.property, field.name, values, len(told), apart, differs)


def _readable(name: str, told: list[Told], language: str) -> list[Told]:
    """Leave out the renderings of a text in other languages; names are shown in all."""
    if name in NAMES or name == ALT_LABEL:
        return sorted(told, key=lambda each: each.term.get("xml:lang") != language)
    rendered = {graph for each in told if each.term.get("xml:lang") == language for graph in each.graphs}
    return [
        each for each in told if each.term.get("xml:lang") in (None, language) or not rendered.issuperset(each.graphs)
    ]


def _evident(about: About, told: Told, field: Field, context: Context) -> Value:
    """Name a value and say who says it: the quotes of the thing in the graphs where the value stands.

    What a rule derived rests on all that is quoted of the thing, and on what the thing itself was derived from.
    """
    unit = None
    if field.property == "http://purl.org/linked-data/sdmx/2009/measure#obsValue":
        unit = measure(each for values in about.said.values() for each in values.values())
    named = value(told, context, unit)
    quotes = [quote for each in (about.iri, *about.values(DERIVED_FROM)) for quote in context.evidence.get(each, ())]
    if not named.derived:
        quotes = [each for each in quotes if each.graph in told.graphs]
    quoting = {each.graph for each in quotes} | {DERIVED}
    unquoted = [(each, context.labels.get(each)) for each in told.graphs if each not in quoting]
    return Value(
        named.term, named.label, named.unit, named.validity, named.derived, list(dict.fromkeys(quotes)), unquoted
    )
