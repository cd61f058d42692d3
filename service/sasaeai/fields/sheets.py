"""The sheets of a workbook, read from the shapes: every column is a property, in the words of its shape."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from rdflib import DCTERMS, RDF, RDFS, SH, Literal

from sasaeai.fields.names import NAMING, Names
from sasaeai.fields.turtle import Statement, read_statements
from sasaeai.repository import Repository
from sasaeai.vocabulary import CONCEPT, SAS, Words

LANG_STRING = str(RDF.langString)
_IN: Mapping[str, Words] = {
    "ja": {"ja": "", "en": ""},
    "en": {"ja": "（英語）", "en": " (English)"},
    "ja-Hira": {"ja": "（かな）", "en": " (kana)"},
}
"""What a heading says of the language of its texts."""

FISCAL_YEAR = SAS + "FiscalYear"
INDICATOR = SAS + "Indicator"


@dataclass(frozen=True)
class Field:
    """Say what a property may hold.

    `datatypes` are those of its literals; without any it holds IRIs: of things of `kinds` (classes and code lists; any
    without), of periods (`period`), or of `choices`, which may be literals too. `pattern` is what its text must match.
    """

    path: str
    shape: str
    name: Words
    description: Words
    datatypes: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    pattern: str = ""
    period: bool = False
    required: bool = False
    single: bool = False


@dataclass(frozen=True)
class Column:
    """Hold a column: a property and, where it has texts of several languages, one of these."""

    heading: Words
    field: Field
    language: str = ""


@dataclass(frozen=True)
class RowKind:
    """Hold a kind of row: the class of its things ('' for a graph's own description) and how a new key is made."""

    label: Words
    shape: str
    rdf_class: str
    pattern: str
    paths: frozenset[str]


@dataclass(frozen=True)
class Sheet:
    """Hold a sheet: its title, what it is for, its kinds of row and its columns."""

    title: Words
    comment: Words
    kinds: Sequence[RowKind]
    columns: Sequence[Column]


class Fields:
    """Hold the sheets, and the names of all that a cell may point to."""

    def __init__(self, sheets: Sequence[Sheet], names: Names) -> None:
        self.sheets = sheets
        self.names = names
        for kind in (kind for sheet in sheets for kind in sheet.kinds if kind.rdf_class):
            names.entitle(kind.rdf_class, kind.label)

    @classmethod
    def of(cls, repository: Repository) -> "Fields":
        """Read the shapes, and the names all cities share: of the register, code lists and common organisations."""
        names = Names(
            statement
            for file in repository.shared("ontology", "data")
            for statement in read_statements(file.content, NAMING)
        )
        return cls.beside(repository, names)

    @classmethod
    def beside(cls, repository: Repository, names: Names) -> "Fields":
        """Read the shapes, beside names from elsewhere."""
        return cls(_sheets(tuple(each.content for each in repository.shared("shapes"))), names)

    @cached_property
    def lists(self) -> dict[str, list[str]]:
        """Return the words of each code list that a column takes, by list or class; fiscal years among them."""
        wanted = [kind for sheet in self.sheets for column in sheet.columns for kind in column.field.kinds]
        kinds = [each for each in dict.fromkeys(wanted) if each.startswith(CONCEPT) or each in (INDICATOR, FISCAL_YEAR)]
        return {each: [self.names.label(thing) for thing in self.names.all_of([each])] for each in kinds}

    def kind_of(self, rdf_class: str) -> tuple[Sheet, RowKind] | None:
        """Find the sheet, and the kind of row, of a class; of '', those of a graph's description."""
        found = ((sheet, kind) for sheet in self.sheets for kind in sheet.kinds if kind.rdf_class == rdf_class)
        return next(found, None)


@lru_cache(maxsize=1)
def _sheets(shapes: tuple[bytes, ...]) -> tuple[Sheet, ...]:
    """Read the sheets out of the files of the shapes; these change less often than they are needed."""
    read = _Shapes(statement for content in shapes for statement in read_statements(content))
    return tuple(map(read.sheet, read.sheets()))


class _Shapes:
    def __init__(self, statements: Iterable[Statement]) -> None:
        self._said: defaultdict[str, defaultdict[str, list[Literal | object]]] = defaultdict(lambda: defaultdict(list))
        self._with: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for subject, predicate, value in statements:
            self._said[subject][predicate].append(value)
            self._with[predicate, str(value)].append(subject)

    def sheets(self) -> list[str]:
        return sorted({str(each) for said in self._said.values() for each in said[SAS + "sheet"]}, key=self._order)

    def sheet(self, iri: str) -> Sheet:
        rows = sorted(self._with[SAS + "sheet", iri], key=self._order)
        fields: dict[str, Field] = {}
        kinds = []
        for row in rows:
            shape = self._one(row, SAS + "rowShape")
            rdf_class = self._one(row, SAS + "rowClass")
            # Which document a graph re-tells stands in every row already.
            own = {field.path: field for field in self._fields(shape) if rdf_class or field.path != str(DCTERMS.source)}
            for path, field in own.items():
                fields[path] = _together(fields[path], field) if path in fields else field
            kinds.append(
                RowKind(
                    label=self._words(row, str(RDFS.label)),
                    shape=shape,
                    rdf_class=rdf_class,
                    pattern=self._one(row, SAS + "keyPattern"),
                    paths=frozenset(own),
                )
            )
        ordered = sorted(fields.values(), key=lambda each: self._place(each.shape))
        return Sheet(
            title=self._words(iri, str(RDFS.label)),
            comment=self._words(iri, str(RDFS.comment)),
            kinds=kinds,
            columns=list(_columns(ordered)),
        )

    def _fields(self, shape: str) -> Iterator[Field]:
        for each in sorted(self._all(shape, SH.property), key=self._place):
            yield self._field(each)

    def _field(self, iri: str) -> Field:
        alternatives = [part for head in self._all(iri, SH["or"]) for part in self._list(head)]
        sources = [iri, *alternatives]
        nodes = [node for each in sources for node in self._all(each, SH.node)]
        kinds = [kind for each in sources for kind in self._all(each, SH["class"])]
        kinds += [kind for each in nodes for kind in self._kinds_of_node(each)]
        pattern = self._one(iri, SH.pattern)
        choices = tuple(each for head in self._all(iri, SH["in"]) for each in self._list(head))
        one = {"1"}
        return Field(
            path=self._one(iri, SH.path),
            shape=iri,
            name=self._words(iri, str(SH.name)),
            description=self._words(iri, str(SH.description)),
            datatypes=tuple(each for source in sources for each in self._all(source, SH.datatype)),
            languages=tuple(each for head in self._all(iri, SH.languageIn) for each in self._list(head)),
            kinds=tuple(kinds),
            choices=choices,
            pattern=pattern,
            period="fiscal-year/" in pattern or kinds == [FISCAL_YEAR],
            required=bool(self._all(iri, SH.minCount)),
            single=set(self._all(iri, SH.maxCount)) == one or bool(self._all(iri, SH.uniqueLang)),
        )

    def _kinds_of_node(self, node: str) -> Iterator[str]:
        for head in self._all(node, SH["or"]):
            for part in self._list(head):
                yield from self._all(part, SH["class"])
        for part in self._all(node, SH.property):
            yield from (each for each in self._all(part, SH.hasValue) if each.startswith(CONCEPT))

    def _place(self, iri: str) -> tuple[float, float]:
        return self._order(self._one(iri, SH.group)), self._order(iri)

    def _order(self, iri: str) -> float:
        return float(self._one(iri, SH.order) or "inf")

    def _all(self, iri: str, path: object) -> list[str]:
        return [str(each) for each in self._said[iri][str(path)]] if iri in self._said else []

    def _one(self, iri: str, path: object) -> str:
        return next(iter(self._all(iri, path)), "")

    def _words(self, iri: str, path: str) -> Words:
        return {str(each.language): str(each) for each in self._said[iri][path] if isinstance(each, Literal)}

    def _list(self, head: str) -> Iterator[str]:
        while head in self._said and head != str(RDF.nil):
            yield self._one(head, RDF.first)
            head = self._one(head, RDF.rest)


def _together(first: Field, second: Field) -> Field:
    """Make one field of two of the same property, of which one sheet has rows."""
    return replace(
        first,
        kinds=tuple(dict.fromkeys((*first.kinds, *second.kinds))) if first.kinds and second.kinds else (),
        required=first.required and second.required,
        single=first.single and second.single,
    )


def _columns(fields: Iterable[Field]) -> Iterator[Column]:
    """Make a column of each field, of texts one for each language; a heading names those but Japanese."""
    for field in fields:
        if field.datatypes != (LANG_STRING,):
            yield Column(field.name, field)
            continue
        for language in field.languages:
            yield Column({key: f"{name}{_IN[language][key]}" for key, name in field.name.items()}, field, language)
