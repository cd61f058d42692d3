"""The IRIs the service itself speaks of."""

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

XSD = "http://www.w3.org/2001/XMLSchema#"
