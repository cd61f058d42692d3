"""The IRIs and the languages the service itself speaks of."""

import re
from collections.abc import Mapping

LANGUAGES = ("ja", "en")

Words = Mapping[str, str]
"""The same text in each language of the service."""

BASE = "https://w3id.org/sasaeai/"
"""Where every IRI of the project lies, whatever host serves it."""

ID = BASE + "id/"
GRAPH = BASE + "graph/"
CONCEPT = BASE + "concept/"
SHAPES = BASE + "shapes#"
SAS = BASE + "ns#"

PROBLEM = BASE + "problem"
"""The document that every kind of mistake is a part of."""

DERIVED = GRAPH + "derived"
"""The graph of what the rules construct."""

TRUNCATED = BASE + "truncated"
"""What the head of a result links to that was cut."""

DATASET = BASE + "dataset#sasaeai"
"""The whole graph, as DCAT and VoID describe it."""

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
"""Of the data, the ontology and every description; quotations in them stay their publishers'."""

XSD = "http://www.w3.org/2001/XMLSchema#"
ORG = "http://www.w3.org/ns/org#"
PREF_LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

_OF_CITY = re.compile(rf"(?:{re.escape(GRAPH)}|{re.escape(ID)}(?:source/)?)([0-9]{{6}})/")


def city_of(iri: str) -> str:
    """Return the code of the city whose thing, or whose document, this is; '' for what is no city's.

    A municipality itself is nobody's: the register describes it.
    """
    found = _OF_CITY.match(iri)
    return found[1] if found else ""
