"""What things are called, and which thing a name means: how a cell of text points to a thing."""

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable

from rdflib import Literal

from sasaeai.fields.turtle import Statement
from sasaeai.vocabulary import ID, PREF_LABEL, RDF_TYPE, SAS, Words

IN_SCHEME = "http://www.w3.org/2004/02/skos/core#inScheme"
ALT_LABEL = "http://www.w3.org/2004/02/skos/core#altLabel"
RDFS_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"

PART_OF = SAS + "partOf"

NAMING = (RDF_TYPE, IN_SCHEME, PREF_LABEL, ALT_LABEL, RDFS_LABEL, PART_OF)
"""The properties that names are taken from, and what tells whose a thing is."""


def folded(text: str) -> str:
    """Fold what people write differently and mean alike: width, case and white space."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


class Names:
    """Hold names of things, with the classes and code lists these belong to, beside those of `others`.

    Of several things of one name, that of the city `home` is meant: 26 names of cities are borne twice or more, and
    most of those of wards.
    """

    def __init__(self, statements: Iterable[Statement] = (), others: "Names | None" = None, home: str = "") -> None:
        self._others = others
        self._home = home
        self._within: dict[str, str] = {}
        self._kinds: defaultdict[str, set[str]] = defaultdict(set)
        self._labels: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self._meant: defaultdict[str, set[str]] = defaultdict(set)
        self._alike: defaultdict[str, set[str]] = defaultdict(set)
        for each in statements:
            self.learn(each)

    def learn(self, statement: Statement) -> None:
        """Take from a statement a name, a class or a code list; others say nothing of these."""
        thing, said, value = statement
        if said in (RDF_TYPE, IN_SCHEME):
            self._kinds[thing].add(str(value))
        elif said == PREF_LABEL and isinstance(value, Literal):
            self._labels[thing].setdefault(value.language or "", str(value))
            self._meant[str(value)].add(thing)
            self._alike[folded(str(value))].add(thing)
        elif said == RDFS_LABEL and isinstance(value, Literal):
            self._labels[thing].setdefault(value.language or "", str(value))
        elif said == PART_OF:
            self._within[thing] = str(value)
        elif said == ALT_LABEL:
            self._alike[folded(str(value))].add(thing)

    def entitle(self, thing: str, words: Words) -> None:
        """Call something by these words where it is told of; no cell means it by them."""
        self._labels[thing].update(words)

    def kinds(self, thing: str) -> set[str]:
        """Return the classes and code lists of a thing."""
        own = self._kinds.get(thing, set())
        return own | self._others.kinds(thing) if self._others else own

    def label(self, thing: str, language: str = "ja") -> str:
        """Return the name of a thing; '' for what has none in that language."""
        own = self._labels[thing].get(language, "") if thing in self._labels else ""
        return own or (self._others.label(thing, language) if self._others else "")

    def meant(self, text: str, kinds: Collection[str]) -> set[str]:
        """Find the things of these classes or lists (of any, without) that bear exactly this name."""
        return self._of(self._found("_meant", text), kinds)

    def alike(self, text: str, kinds: Collection[str]) -> set[str]:
        """Find the things whose name, or other name, is this but for width, case and white space."""
        return self._of(self._found("_alike", folded(text)), kinds)

    def all_of(self, kinds: Collection[str]) -> list[str]:
        """Name all things of these classes or lists, in the order they were learnt in."""
        own = [thing for thing, has in self._kinds.items() if has & set(kinds)]
        return list(dict.fromkeys([*(self._others.all_of(kinds) if self._others else ()), *own]))

    def _found(self, index: str, text: str) -> set[str]:
        own: set[str] = getattr(self, index).get(text, set())
        return own | self._others._found(index, text) if self._others else own

    def _of(self, things: Iterable[str], kinds: Collection[str]) -> set[str]:
        wanted = set(kinds)
        fitting = {each for each in things if not wanted or self.kinds(each) & wanted}
        own = {each for each in fitting if self._is_at_home(each)} if self._home and len(fitting) > 1 else set()
        return own or fitting

    def _is_at_home(self, thing: str) -> bool:
        city = ID + self._home
        within = self._within.get(thing) or (self._others._within.get(thing, "") if self._others else "")
        return thing == city or thing.startswith(f"{city}/") or within.startswith(f"{city}/")
