"""What things are called: in the reader's language, else in Japanese."""

from collections.abc import Iterable
from typing import Any

from sasaeai.repository import Repository
from sasaeai.statements import select_of
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


def labels(store: Store, repository: Repository, things: Iterable[str], language: str) -> dict[str, Label]:
    """Read the names of things by their IRIs, in one query; what has none is not in it."""
    found: dict[str, list[Label]] = {}
    for row in select_of(store, repository.query("labels"), things, lang=literal(language)).rows:
        found.setdefault(row["thing"]["value"], []).append(row["label"])
    return {thing: chosen(names, language) for thing, names in found.items()}


def chosen(literals: Iterable[Label], language: str) -> Label:
    """Choose of some literals the one in a language, else the Japanese one, else any; of several the first."""
    wanted = {language: 0, "ja": 1}
    return min(literals, key=lambda each: (wanted.get(str(each.get("xml:lang")), 2), each["value"]))
