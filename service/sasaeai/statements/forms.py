"""The shapes as forms: which fields a class has, in which order, under which words and headings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from sasaeai.repository import Repository
from sasaeai.statements import Row, select
from sasaeai.store import Store
from sasaeai.store.parameters import literal


@dataclass(frozen=True)
class Field:
    """Hold one field of a form: its property, what it is called and under which heading it stands.

    `single` fields take one value of each document, `own` ones belong to this class and no other.
    """

    property: str
    name: str
    group: str
    group_name: str
    single: bool
    own: bool


@dataclass
class Form:
    """Hold the fields of a class by their properties, in the order of its shape."""

    shape: str
    name: str = ""
    fields: dict[str, Field] = field(default_factory=dict)


@dataclass
class Forms:
    """Hold the forms of all classes, in the order of the model, and the names of the vocabulary's terms."""

    by_target: dict[str, Form] = field(default_factory=dict)
    terms: dict[str, str] = field(default_factory=dict)

    def of(self, targets: Iterable[str]) -> Form | None:
        """Return the form of a thing: the first in the order of the model that one of its classes has."""
        wanted = set(targets)
        return next((form for target, form in self.by_target.items() if target in wanted), None)

    def name(self, term: str) -> str | None:
        """Return what a class or property is called; a foreign one is called as the shapes call it."""
        if term in self.terms:
            return self.terms[term]
        return self.by_target[term].name if term in self.by_target else None


_KEPT: WeakKeyDictionary[Store, dict[tuple[str, str], Forms]] = WeakKeyDictionary()
"""What a store's shapes say in a version and a language: read once, since every page asks for it."""


def forms(store: Store, repository: Repository, language: str, version: str) -> Forms:
    """Return the forms in a language, as the version of the data has them that a page is being made of."""
    kept = _KEPT.get(store, {})
    if (found := kept.get((version, language))) is None:
        found = _read(select(store, repository.query("forms"), lang=literal(language)).rows)
        same = {key: each for key, each in kept.items() if key[0] == version}
        _KEPT[store] = same | {(version, language): found}
    return found


def _read(rows: Iterable[Row]) -> Forms:
    read, shapes = Forms(), dict[str, Form]()
    for row in rows:
        told = {name: term["value"] for name, term in row.items()}
        if "term" in told:
            read.terms[told["term"]] = told["name"]
            continue
        form = shapes.setdefault(told["shape"], Form(told["shape"]))
        if "target" in told:
            form.name = told["name"]
            read.by_target[told["target"]] = form
        else:
            form.fields.setdefault(told["property"], _field(told))
    # What another vocabulary names has no name of ours but the one a shape gives its field.
    for form in shapes.values():
        for each in form.fields.values():
            read.terms.setdefault(each.property, each.name)
    return read


def _field(told: Mapping[str, str]) -> Field:
    own = told["field"].startswith(told["shape"] + "-")
    return Field(told["property"], told["name"], told["group"], told["groupName"], told["single"] == "true", own)
