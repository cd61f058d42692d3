"""Cities like one another: of the same kind, of the same prefecture, of about the same population."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sasaeai.indicators.cities import Cities, City
from sasaeai.indicators.distribution import FEWEST

FACTOR = 2
"""How many times as large or small a population may be to be about the same."""

KIND, POPULATION, PREFECTURE = "kind", "population", "prefecture"

_LADDER = ((KIND, POPULATION, PREFECTURE), (KIND, POPULATION), (KIND, PREFECTURE), (KIND,))
"""The features looked at, from the closest likeness to the loosest."""


@dataclass(frozen=True)
class Peers:
    """Hold the cities like one, of which a value is known, and by which features they are like it."""

    features: Sequence[str]
    cities: Sequence[City]


def peers(city: City, cities: Cities, known: Mapping[str, float], day: date) -> Peers:
    """Find the cities like one by as many features as leave ten of which a value is known, else by its kind alone.

    Where the population of the city is not known, it is no feature. The nearest in population come first.
    """
    others = [cities.by_iri[iri] for iri in known if iri != city.iri]
    own = city.population(day)
    for features in _LADDER:
        if POPULATION in features and own is None:
            continue
        like = [each for each in others if _alike(city, each, features, own, day)]
        if len(like) >= FEWEST or features == (KIND,):
            return Peers(features, sorted(like, key=lambda each: (_apart(own, each, day), each.code)))
    raise AssertionError("the loosest likeness is always found")


def _alike(city: City, other: City, features: Sequence[str], own: float | None, day: date) -> bool:
    if other.kind != city.kind or (PREFECTURE in features and other.prefecture != city.prefecture):
        return False
    if POPULATION not in features:
        return True
    theirs = other.population(day)
    return bool(own and theirs and own / FACTOR <= theirs <= own * FACTOR)


def _apart(own: float | None, other: City, day: date) -> float:
    theirs = other.population(day)
    return max(own / theirs, theirs / own) if own and theirs else float("inf")
