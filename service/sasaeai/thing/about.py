"""What is said of one thing, as it stands in the graphs: enough to tell what kind of thing it is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sasaeai import statements
from sasaeai.repository import Repository
from sasaeai.statements.forms import Form, Forms, forms
from sasaeai.statements.labels import Label, chosen
from sasaeai.store import Store
from sasaeai.store.parameters import iri
from sasaeai.vocabulary import BASE, DERIVED, PREF_LABEL, RDF_TYPE, SAS

NAMES = (
    PREF_LABEL,
    "http://purl.org/dc/terms/title",
    SAS + "literalForm",
    "http://www.w3.org/2000/01/rdf-schema#label",
)
"""The properties a thing is called by, the best first."""


@dataclass(frozen=True)
class About:
    """Hold the statements of a thing: by property, its values, and the graphs that each stands in."""

    iri: str
    language: str
    said: "Statements"
    forms: Forms
    version: str

    @property
    def classes(self) -> list[str]:
        """Name the classes the documents give the thing; those a rule gives it, where none does."""
        told = self.said.get(RDF_TYPE, {}).values()
        given = [each.term["value"] for each in told if each.graphs != [DERIVED]]
        return given or [each.term["value"] for each in told]

    @property
    def form(self) -> Form | None:
        """Return the form of the thing's class; what is described without a class is known by its properties."""
        return self.forms.of(self.classes) or self.forms.of(self.said)

    @property
    def kind(self) -> str | None:
        """Name the kind of the thing: its class, as the vocabulary or else the shape of the class calls it."""
        named = (self.forms.terms.get(each) for each in self.classes)
        return next(filter(None, named), None) or (self.form.name if self.form else None)

    @property
    def label(self) -> Label | None:
        """Return what the thing is called, in the reader's language if it can be."""
        return called(self.said, self.language)

    @property
    def title(self) -> str:
        """Return what heads the page: the name of the thing, else its kind and the end of its IRI."""
        return str(self.label["value"]) if self.label else nameless(self.kind, self.iri)

    def values(self, term: str) -> list[str]:
        """Return the values of a property of our vocabulary, as text."""
        return [told.term["value"] for told in self.said.get(term, {}).values()]


class Told(NamedTuple):
    """Hold one value of a property, the graphs it stands in, and the unit it is counted in, where it has one."""

    term: Label
    graphs: Sequence[str]
    unit: str | None = None


Statements = Mapping[str, Mapping[tuple[str, ...], Told]]
"""What is said of a thing: its properties, and the values of each by what makes two terms the same."""


def about(store: Store, repository: Repository, thing: str, language: str) -> About:
    """Read what is said of a thing, in one query."""
    found = statements.select(store, repository.query("entity-statements"), thing=iri(thing))
    said = {name: gathered(rows) for name, rows in statements.by(found.rows, "property").items()}
    return About(thing, language, said, forms(store, repository, language, found.version), found.version)


def called(said: Statements, language: str) -> Label | None:
    """Return the name among the statements of a thing, in a language if it can be."""
    for each in NAMES:
        if each in said:
            return chosen([told.term for told in said[each].values()], language)
    return None


def gathered(rows: Iterable[statements.Row]) -> dict[tuple[str, ...], Told]:
    """Gather the rows of one property by value: what several graphs say is one value of several graphs."""
    values: dict[tuple[str, ...], Told] = {}
    for row in rows:
        term = row["value"]
        key = (term["type"], term["value"], term.get("datatype", ""), term.get("xml:lang", ""))
        before = values[key].graphs if key in values else ()
        graph = [row["graph"]["value"]] if "graph" in row else []
        values[key] = Told(
            term,
            [*before, *(each for each in graph if each not in before)],
            row["unit"]["value"] if "unit" in row else None,
        )
    return values


def nameless(kind: str | None, thing: str) -> str:
    """Call a thing that has no name by its kind and the end of its IRI."""
    key = thing.removeprefix(BASE).removeprefix("id/")
    return f"{kind} {key}" if kind else key
