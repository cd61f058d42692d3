"""What a bench asks of all programs."""

import random
from pathlib import Path

from held import Held
from peer import JSON, N_TRIPLES
from sasaeai import catalogue
from sasaeai.repository import Repository

Query = tuple[str, str]
"""A text and the format asked for."""

# Worded so that every peer answers: a question of the catalogue asks for more in one query than some compilers take.
_PREFIXES = (
    "PREFIX sas: <https://w3id.org/sasaeai/ns#> PREFIX org: <http://www.w3.org/ns/org#> "
    "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
)
_MEETINGS = (
    "SELECT ?tier ?year ?label ?status (COUNT(DISTINCT ?meeting) AS ?meetings) "
    '{{ ?municipality sas:code "{code}" . ?meeting sas:municipality ?municipality ; a sas:Meeting ; '
    "sas:fiscalYear ?year ; sas:status ?status . "
    '?year skos:prefLabel ?label . FILTER(LANG(?label) = "ja") '
    "OPTIONAL {{ ?meeting sas:council ?council . ?council sas:serves ?tier }} }} "
    "GROUP BY ?tier ?year ?label ?status ORDER BY ?year ?tier ?status"
)
_ACTIVITIES = (
    "SELECT ?type ?label (COUNT(DISTINCT ?activity) AS ?activities) (COUNT(DISTINCT ?municipality) AS ?municipalities) "
    "{ ?activity a sas:Activity ; sas:activityType ?type ; sas:municipality ?municipality . "
    '?type skos:prefLabel ?label . FILTER(LANG(?label) = "ja") } '
    "GROUP BY ?type ?label ORDER BY DESC(?activities) ?type"
)
_MEMBERS = (
    "SELECT ?council (COUNT(DISTINCT ?member) AS ?members) "
    "{ ?row a sas:CouncilMembership ; org:organization ?council ; org:member ?member } "
    "GROUP BY ?council ORDER BY DESC(?members) ?council"
)


def questions(root: Path, held: Held, variants: int = 40) -> dict[str, list[Query]]:
    """Make the queries to measure: each kind over several things or cities, drawn by lot, always the same."""
    lots, known = random.Random(7), catalogue.questions(Repository(root))
    councils = lots.sample(held.councils, min(variants, len(held.councils)))
    codes = lots.sample(held.codes, min(variants, len(held.codes)))

    def filled(name: str, **arguments: str) -> str:
        text = catalogue.fill(known[name], {each: [value] for each, value in arguments.items()})
        return "\n".join(line for line in text.splitlines() if not line.startswith("#"))

    return {
        "look-up: label": [
            (f"SELECT ?label {{ <{each}> <http://www.w3.org/2004/02/skos/core#prefLabel> ?label }}", JSON)
            for each in councils
        ],
        "look-up: entity": [(f"SELECT ?property ?value {{ <{each}> ?property ?value }}", JSON) for each in councils],
        "look-up: entity as RDF": [
            (f"CONSTRUCT {{ <{each}> ?p ?o }} WHERE {{ <{each}> ?p ?o }}", N_TRIPLES) for each in councils
        ],
        "city: who runs it": [(filled("operator-on-date", m=each, asOf="2024-04-01"), JSON) for each in codes],
        "city: meetings by year": [(_PREFIXES + _MEETINGS.format(code=each), JSON) for each in codes],
        "nation: activities by type": [(_PREFIXES + _ACTIVITIES, JSON)],
        "nation: members per council": [(_PREFIXES + _MEMBERS, JSON)],
    }
