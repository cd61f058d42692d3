"""What a submission would change: the statements added and removed, and the same in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rdflib import DCTERMS, BNode, Literal

from sasaeai.fields import Fields, Names, Statement, read_statements
from sasaeai.publish.known import said_of
from sasaeai.repository import Repository
from sasaeai.store import Store
from sasaeai.validation import short
from sasaeai.vocabulary import RDF_TYPE, Words

Graphs = Mapping[str, Sequence[Statement]]
"""What each document of a city says, by the name of its graph."""

_KIND: Words = {"ja": "種類", "en": "kind"}
_SOURCE: Words = {"ja": "出典", "en": "Source"}
_RECORD: Words = {"ja": "この資料の記録そのもの", "en": "the record of this document"}


@dataclass(frozen=True)
class Change:
    """Hold a statement of a document that would be added, or removed."""

    graph: str
    statement: Statement
    added: bool


def said(graphs: Mapping[str, bytes]) -> dict[str, list[Statement]]:
    """Read what documents say."""
    return {name: read_statements(content) for name, content in graphs.items()}


def changes(before: Graphs, after: Graphs) -> list[Change]:
    """List what is said no more and what is new, document by document, thing by thing."""
    found = []
    for graph in sorted(before.keys() | after.keys()):
        old, new = dict.fromkeys(before.get(graph, ())), dict.fromkeys(after.get(graph, ()))
        found += [Change(graph, each, False) for each in old if each not in new]
        found += [Change(graph, each, True) for each in new if each not in old]
    return sorted(found, key=lambda each: (each.graph, each.statement[0]))


class Wording:
    """Put statements into words: things and properties by what they are called, in the documents and beside them."""

    def __init__(self, repository: Repository, store: Store, *documents: Graphs) -> None:
        fields = Fields.beside(repository, Names())
        self.names = fields.names
        said = [each for graphs in documents for statements in graphs.values() for each in statements]
        self._learn(said)
        mentioned = {str(each) for statement in said for each in statement if not isinstance(each, Literal | BNode)}
        self._learn(said_of(store, repository, (each for each in mentioned if not self.names.label(each))))
        for name in (name for graphs in documents for name in graphs):
            self.names.entitle(name, _RECORD)
        self._properties: dict[tuple[str, str], Words] = {(RDF_TYPE, ""): _KIND, (str(DCTERMS.source), ""): _SOURCE}
        for column in (column for sheet in fields.sheets for column in sheet.columns):
            self._properties.setdefault((column.field.path, column.language), column.heading)
            self._properties.setdefault((column.field.path, ""), column.field.name)

    def _learn(self, statements: Iterable[Statement]) -> None:
        for statement in statements:
            self.names.learn(statement)
            thing, path, value = statement
            if path == str(DCTERMS.title) and isinstance(value, Literal) and value.language:
                self.names.entitle(thing, {value.language: str(value)})

    def name(self, iri: str, language: str) -> str:
        """Return what a thing is called in a language, else in Japanese; '' for what has no name."""
        return self.names.label(iri, language) or self.names.label(iri)

    def kind(self, iri: str, language: str) -> str:
        """Say what kind of thing it is; '' where that has no words."""
        return next(filter(None, (self.names.label(each, language) for each in sorted(self.names.kinds(iri)))), "")

    def thing(self, iri: str, language: str) -> str:
        """Call a thing by its name, else by its kind and key."""
        key = short(iri).strip("<>").removeprefix("id/")
        kind = self.kind(iri, language)
        with_key = {"ja": f"{kind}（{key}）", "en": f"{kind} ({key})"}
        return self.name(iri, language) or (with_key[language] if kind else key)

    def property(self, iri: str, language: str, of: str = "") -> str:
        """Call a property as the workbook does; its texts in the language `of` may have a heading of their own."""
        known = self._properties.get((iri, of)) or self._properties.get((iri, ""))
        return known[language] if known else self.thing(iri, language)

    def sentence(self, statement: Statement, language: str) -> str:
        """Say a statement: thing, property, value."""
        subject, path, value = statement
        shown = str(value) if isinstance(value, Literal) else self.thing(str(value), language)
        colon = {"ja": "：", "en": ": "}[language]
        return f"{self.thing(subject, language)} / {self.property(path, language)}{colon}{shown}"

    def things(self, iris: Iterable[str], language: str) -> str:
        """Name several things in a row."""
        return ("、" if language == "ja" else ", ").join(self.thing(each, language) for each in iris)
