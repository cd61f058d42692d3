"""The concepts of a scheme: what can be chosen, under the words a reader knows it by."""

from collections.abc import Iterable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sasaeai.repository import Repository
from sasaeai.statements import Row, select
from sasaeai.statements.finding import fold
from sasaeai.store import Store
from sasaeai.store.parameters import iri
from sasaeai.vocabulary import CONCEPT, LANGUAGES, Words


@dataclass(frozen=True)
class Concept:
    """Hold a concept: `key` stands for it in an address, for one that only a city has it is the whole IRI."""

    key: str
    labels: Words


@dataclass(frozen=True)
class Scheme:
    """Hold the concepts of a scheme as a version of the data has them, by key; `base` is what their IRIs begin with."""

    version: str
    base: str
    concepts: dict[str, Concept]

    def key(self, text: str) -> str | None:
        """Return the key of what is given by key, by label in any language, or by IRI; None if there is none."""
        if (key := text.removeprefix(self.base)) in self.concepts:
            return key
        wanted = fold(text)
        called = (each.key for each in self.concepts.values() if wanted in map(fold, each.labels.values()))
        return next(called, None)


_KEPT: WeakKeyDictionary[Store, dict[str, Scheme]] = WeakKeyDictionary()
"""The schemes of a store that were asked for, as its present version has them."""


def scheme(store: Store, repository: Repository, name: str) -> Scheme:
    """Return the concepts of a scheme by its key, as the present version of the data has them."""
    kept = _KEPT.setdefault(store, {})
    found = kept.get(name)
    if found is None or found.version != store.version():
        told = select(store, repository.query("concepts"), scheme=iri(CONCEPT + name))
        base = f"{CONCEPT}{name}/"
        found = kept[name] = Scheme(told.version, base, _read(told.rows, base))
    return found


def _read(rows: Iterable[Row], base: str) -> dict[str, Concept]:
    labels: dict[str, dict[str, str]] = {}
    for row in rows:
        key = row["concept"]["value"].removeprefix(base)
        labels.setdefault(key, {})[row["label"].get("xml:lang", LANGUAGES[0])] = row["label"]["value"]
    # One that is named in a single language is called so in the other.
    whole = {key: {each: next(iter(names.values())) for each in LANGUAGES} | names for key, names in labels.items()}
    return {key: Concept(key, names) for key, names in whole.items()}
