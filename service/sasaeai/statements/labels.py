"""What things are called: in the reader's language, else in Japanese."""

from collections.abc import Iterable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from sasaeai.repository import Repository
from sasaeai.statements import Row, by, select, select_of
from sasaeai.store import Store
from sasaeai.store.parameters import literal

Label = dict[str, Any]
"""A literal as SPARQL 1.1 Query Results JSON has it, with its language, so that a page can mark it."""

NAMING = (
    "http://www.w3.org/2004/02/skos/core#prefLabel",
    "http://www.w3.org/2000/01/rdf-schema#label",
    "http://purl.org/dc/terms/title",
    "https://w3id.org/sasaeai/ns#literalForm",
)
"""The properties that say what a thing is called, as `queries/labels.rq` asks for them."""


_SHARED: WeakKeyDictionary[Store, dict[str, tuple[str, Mapping[str, Label]]]] = WeakKeyDictionary()
"""The names of what every page speaks of, terms and times, by language, each with the version they were read from."""


def labels(store: Store, repository: Repository, things: Iterable[str], language: str) -> dict[str, Label]:
    """Return the names of things by their IRIs, in one query; what has none is not in it.

    Those of terms and times, of which every page speaks, are read once for each version of the data.
    """
    shared, wanted = _shared(store, repository, language), dict.fromkeys(things)
    others = (each for each in wanted if each not in shared)
    rows = select_of(store, repository.query("labels"), others, lang=literal(language)).rows
    return {each: shared[each] for each in wanted if each in shared} | _named(rows, language)


def _shared(store: Store, repository: Repository, language: str) -> Mapping[str, Label]:
    kept = _SHARED.setdefault(store, {})
    version, named = kept.get(language, ("", {}))
    if version != store.version():
        read = select(store, repository.query("labels-shared"), lang=literal(language))
        named = _named(read.rows, language)
        kept[language] = read.version, named
    return named


def _named(rows: Iterable[Row], language: str) -> dict[str, Label]:
    return {thing: chosen([row["label"] for row in each], language) for thing, each in by(rows, "thing").items()}


def chosen(literals: Iterable[Label], language: str) -> Label:
    """Choose of some literals the one in a language, else the Japanese one, else any; of several the first."""
    wanted = {language: 0, "ja": 1}
    return min(literals, key=lambda each: (wanted.get(str(each.get("xml:lang")), 2), each["value"]))
