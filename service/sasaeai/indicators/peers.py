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
    others = [each for iri in known if iri != city.iri and (each := cities.by_iri[iri]).kind == city.kind]
    people = {each: number for each in (city, *others) if (number := each.population(day))}
    for features in _LADDER:
        if POPULATION in features and city not in people:
            continue
        like = [each for each in others if _alike(city, each, features, people)]
        if len(like) >= FEWEST or features == (KIND,):
            return Peers(features, sorted(like, key=lambda each: (_apart(city, each, people), each.code)))
    raise AssertionError("the loosest likeness is always found")


def _alike(city: City, other: City, features: Sequence[str], people: Mapping[City, float]) -> bool:
    if PREFECTURE in features and other.prefecture != city.prefecture:
        return False
    return POPULATION not in features or _apart(city, other, people) <= FACTOR


def _apart(city: City, other: City, people: Mapping[City, float]) -> float:
    """Return how many times as many people one of two cities has as the other; infinitely many if that is not known."""
    own, theirs = people.get(city), people.get(other)
    return max(own / theirs, theirs / own) if own and theirs else float("inf")
