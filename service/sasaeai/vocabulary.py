"""The IRIs and the languages the service itself speaks of."""

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

DERIVED = GRAPH + "derived"
"""The graph of what the rules construct."""

TRUNCATED = BASE + "truncated"
"""What the head of a result links to that was cut."""

PREF_LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"
