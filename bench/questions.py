"""What a bench asks: the quads that all programs hold, and the queries over them."""

import random
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from pyoxigraph import QuerySolutions, RdfFormat

from peer import JSON, N_TRIPLES
from sasaeai import catalogue
from sasaeai.repository import Repository
from sasaeai.store.loading import Holdings

Query = tuple[str, str]
"""A text and the format asked for."""
_PREFIX = "PREFIX sas: <https://w3id.org/sasaeai/ns#> SELECT DISTINCT ?x "


@dataclass(frozen=True)
class Held:
    """Tell what the quads are about: how many they are, the councils' IRIs, and the cities' codes."""

    quads: int
    councils: list[str]
    codes: list[str]


def dumped(root: Path, quads: Path) -> Held:
    """Write the graph of a repository as it is served, in N-Quads; in a process whose memory goes with it."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_dumped, root, quads).result()


def _dumped(root: Path, quads: Path) -> Held:
    store = Holdings.read(Repository(root)).store

    def values(text: str) -> list[str]:
        found = store.query(_PREFIX + text)
        assert isinstance(found, QuerySolutions)
        return [row[0].value for row in found]

    with quads.open("wb") as file:
        store.dump(file, RdfFormat.N_QUADS)
    return Held(
        len(store),
        values("{ ?x a sas:Council } ORDER BY ?x"),
        values("{ ?programme sas:runBy/sas:code ?x } ORDER BY ?x"),
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
        "city: meetings by year": [(filled("meetings-by-year-and-format", m=each), JSON) for each in codes],
        "nation: activities by type": [(filled("activities-by-type"), JSON)],
        "nation: members per council": [
            (
                "PREFIX sas: <https://w3id.org/sasaeai/ns#> PREFIX org: <http://www.w3.org/ns/org#> "
                "SELECT ?council (COUNT(DISTINCT ?member) AS ?members) "
                "{ ?row a sas:CouncilMembership ; org:organization ?council ; org:member ?member } "
                "GROUP BY ?council ORDER BY DESC(?members) ?council",
                JSON,
            )
        ],
    }
