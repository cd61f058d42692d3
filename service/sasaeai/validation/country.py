"""What all cities have in common: what stands in no city's document, and what these say of more than their own city.

A city is held against this and its own documents, never against those of all others: what it takes grows with the
city, not with the country. That a thing of a city is spoken of in its own documents only is a check (`wrong-city`).
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256

import pyoxigraph as ox
from rdflib import SH, SKOS

from sasaeai.validation.documents import Document, text
from sasaeai.validation.said import Said
from sasaeai.vocabulary import ID, RDF_TYPE, SAS, city_of

_SHARED_BODY, _BODY = f"{ID}org/", "/org/"
_NUMBER = f"{SAS}corporateNumber"
_NAME = str(SKOS.prefLabel)
_LABELS = {_NAME, str(SKOS.altLabel)}
_BACK, _SHARED, _NAMED = "<- ", "shared body named ", "body named "
"""Before what is looked up that is no thing: a city or number, for all that lead to it; a name, for its bodies."""

SAID_OR_NOT = frozenset("株式会社有限合同相互福祉医療法人特定非営利活動一般公益財団独立行政生協組・･()（）NPOＮＰＯ")
"""What the words are made of that the check for bodies named twice takes out of a name: without it, what it takes for
one name is one, whichever words it takes out. Others may fall together too; of these it finds nothing."""


def cities_of(document: Document) -> set[str]:
    """Return the codes of the cities whose document it is, and whose things it speaks of."""
    terms = {text(term) for each in document.triples for term in (each.subject, each.object)}
    return {city_of(each) for each in (document.graph, *terms)} - {""}


def bare(name: str) -> str:
    """Leave out of a body's name all that may be said or not."""
    return "".join(each for each in name if each not in SAID_OR_NOT and not each.isspace())


def of_concern(document: Document, described: Said) -> Document:
    """Take out of a city's document what may concern others: what is said of things that are not its own, or that a
    document of no city describes too, of bodies, and of what points to another city's things or bears a number.
    """
    own = city_of(document.graph)
    about: defaultdict[str, list[ox.Quad]] = defaultdict(list)
    for each in document.triples:
        about[text(each.subject)].append(each)
    kept = [
        each
        for thing, said in about.items()
        if not thing.startswith("_:")
        and (_BODY in thing or _is_foreign(thing, document) or described.of(thing) or _meets(said, own))
        for each in said
    ]
    return replace(document, triples=kept, text="")


def _is_foreign(thing: str, document: Document) -> bool:
    return thing != document.graph and city_of(thing) != city_of(document.graph)


def _meets(said: Iterable[ox.Quad], own: str) -> bool:
    return any(each.predicate.value == _NUMBER or city_of(text(each.object)) not in ("", own) for each in said)


class Country:
    """Hold it, and find what of it somebody's documents touch."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.documents = documents
        self.said = Said(each for each in documents if each.folder != "shapes")
        self.targets = [
            (document.graph, each)
            for document in documents
            if document.folder == "shapes"
            for each in document.triples
            if each.predicate.value == str(SH.targetClass)
        ]
        self._back: defaultdict[str, set[str]] = defaultdict(set)
        for thing in self.said:
            for name in self._led_to_by(thing):
                self._back[name].add(thing)
        self._digests: dict[str, str] = {}

    def replace(self, old: Sequence[Document], new: Sequence[Document]) -> None:
        """Hold some documents in the place of others."""
        things = {text(each.subject) for document in (*old, *new) for each in document.triples}
        for thing in things:
            for name in self._led_to_by(thing):
                self._back[name].discard(thing)
        gone = set(map(id, old))
        self.documents = [*(each for each in self.documents if id(each) not in gone), *new]
        self.said.drop(old)
        self.said.add(new)
        for thing in things:
            for name in self._led_to_by(thing):
                self._back[name].add(thing)
        self._digests.clear()

    def _led_to_by(self, thing: str) -> set[str]:
        """Name the cities that a thing leads to, and the numbers and names it bears."""
        names: set[str] = set()
        for document, each in self.said.of(thing):
            # What another city's document says of a thing of this one leads to it too.
            leading = {city_of(thing)} - {city_of(document.graph)}
            leading |= {city_of(text(each.object))} - {city_of(thing)}
            names |= {_BACK + where for where in leading - {""}} | set(_borne(each, _NAMED))
            if thing.startswith(_SHARED_BODY):
                names |= set(_borne(each, _SHARED))
        return names

    def describes(self, thing: str) -> bool:
        """Tell whether all that is said of a thing is held here: of a body, or what no city's document describes."""
        return _BODY in thing or any(not city_of(document.graph) for document, _ in self.said.of(thing))

    def leads(self, name: str) -> set[str]:
        """Name the things that lead to a city, or bear a number or name."""
        return self._back.get(name, set())

    def digest(self, name: str) -> str:
        """Digest what was looked up under a name."""
        if name not in self._digests:
            said = sorted(f"{document.graph} {each}" for document, each in self.said.of(name))
            lines = "\n".join([*said, *(f"{each} {self.digest(each)}" for each in sorted(self.leads(name)))])
            self._digests[name] = sha256(lines.encode()).hexdigest()[:16] if lines else ""
        return self._digests[name]


class Sight:
    """See, from some documents, what is said of any thing: of another city's things by its own documents."""

    def __init__(
        self,
        country: Country,
        documents: Sequence[Document],
        left_out: Iterable[Document],
        fetch: Callable[[str], Sequence[Document]],
    ) -> None:
        self._country, self._documents, self._fetch = country, documents, fetch
        self._said = Said(each for each in documents if each.folder != "shapes")
        self._left_out = {each.graph for each in left_out if each.folder != "shapes"}
        self._dropped = {each.graph for each in left_out if each.folder == "shapes"}
        self.cities = {city_of(each.graph) for each in documents} | {""}

    def of(self, thing: str) -> list[tuple[Document, ox.Quad]]:
        """Return what is said of a thing."""
        code = city_of(thing)
        if code not in self.cities and not self._country.describes(thing):
            self.cities.add(code)
            fetched = self._fetch(code)
            self._said.add(fetched)
            self._left_out |= {each.graph for each in fetched}
        others = (pair for pair in self._country.said.of(thing) if pair[0].graph not in self._left_out)
        return [*self._said.of(thing), *others]

    def touched(self) -> tuple[list[ox.Quad], set[str]]:
        """Return what others say of all that the documents touch, as far as it goes on; and all that was looked up.

        It stands in the default graph, where no check goes through it: which other document says so matters of names.
        """
        codes = {city_of(each.graph) for each in self._documents} - {""}
        said = [each for document in self._documents for each in document.triples]
        things = {text(each.subject) for each in said}
        asked = {each.graph for each in self._documents} | things
        for code in codes:
            asked |= {ID + code, _BACK + code}
        for each in said:
            asked |= {*_mentioned(each), *_to_tell_apart(each, codes)}
        quads = [each for graph, each in self._country.targets if graph not in self._dropped]
        own, waiting = set(map(id, self._documents)), list(asked)
        while waiting:
            name = waiting.pop()
            found = set(self._country.leads(name))
            for document, each in self.of(name):
                if id(document) not in own:
                    quads.append(each)
                    if name in things and each.predicate.value == _NAME:
                        quads.append(ox.Quad(each.subject, each.predicate, each.object, ox.NamedNode(document.graph)))
                    found.update(_mentioned(each))
                    if name in things:
                        found.update(_to_tell_apart(each, codes))
            waiting += found - asked
            asked |= found
        return quads, asked


def _mentioned(quad: ox.Quad) -> Iterator[str]:
    if isinstance(quad.object, ox.NamedNode) and quad.predicate.value != RDF_TYPE:
        yield quad.object.value


def _borne(quad: ox.Quad, whose: str) -> Iterator[str]:
    """Yield the number or, with `whose` before it, the name by which a body may be taken for another."""
    if quad.predicate.value == _NUMBER:
        yield _BACK + text(quad.object)
    elif quad.predicate.value in _LABELS and _BODY in text(quad.subject):
        yield whose + bare(text(quad.object))


def _to_tell_apart(quad: ox.Quad, codes: Collection[str]) -> Iterator[str]:
    """Yield what to look up: a city's own body may bear the name of another city's, but not of a shared one."""
    return _borne(quad, _SHARED if city_of(text(quad.subject)) in codes else _NAMED)
