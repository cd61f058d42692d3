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

ORG = "http://www.w3.org/ns/org#"
PREF_LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
