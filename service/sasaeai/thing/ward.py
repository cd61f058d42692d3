"""Of which city a ward is: the city, whether anything is recorded of it, and the wards beside this one."""

from collections.abc import Mapping
from dataclasses import dataclass

from sasaeai.repository import Repository
from sasaeai.statements import select_of
from sasaeai.statements.labels import Label, labels
from sasaeai.store import Store


@dataclass(frozen=True)
class City:
    """Hold the city of a ward with its name, and its other wards with theirs, in the order of their codes."""

    iri: str
    label: Label
    is_recorded: bool
    others: Mapping[str, Label]


def city_of(store: Store, repository: Repository, ward: str, language: str) -> City | None:
    """Return the city that a ward is a part of; None where no register says."""
    rows = select_of(store, repository.query("entity-ward"), [ward]).rows
    if not rows:
        return None
    city = rows[0]["city"]["value"]
    others = [each for row in rows if (each := row["ward"]["value"]) != ward]
    named = labels(store, repository, [city, *others], language)
    recorded = rows[0]["recorded"]["value"] == "true"
    return City(city, named[city], recorded, {each: named[each] for each in others})
