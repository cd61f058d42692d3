"""The structure of a programme on a day, as a tree: what each tier, council and placing belongs to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sasaeai.statements.things import Thing
from sasaeai.statements.validity import State
from sasaeai.vocabulary import SAS

KINDS = ("Council", "Deployment", "Operation", "Subcommittee", "Tier")
"""The classes of which a programme is made."""


@dataclass(frozen=True)
class Node:
    """Hold a part of a programme: its class, who stands in it (`detail`), how many, and the parts within it."""

    thing: str
    kind: str
    detail: tuple[str, ...]
    number: str | None
    on_day: State | None
    parts: tuple["Node", ...]


def tree(things: Iterable[Thing], day: date | None) -> tuple[Node, ...]:
    """Build the tree of the parts among some things; a part that belongs to no other stands at the top.

    What is not so on the day is kept, marked. A part of two tiers stands under both.
    """
    kinds = {each.iri: kind for each in things for kind in KINDS if kind in each.kinds}
    parts = {each.iri: each for each in things if each.iri in kinds}
    children: dict[str, list[Thing]] = {}
    tops: list[Thing] = []
    for each in sorted(parts.values(), key=lambda each: (kinds[each.iri], each.place)):
        above = [iri for iri in dict.fromkeys(each.refers("serves", "operates", "tier", "unitOf")) if iri in parts]
        for iri in above:
            children.setdefault(iri, []).append(each)
        if not above:
            tops.append(each)

    def build(each: Thing, above: frozenset[str]) -> Node:
        headcount = each.one("headcount")
        return Node(
            thing=each.iri,
            kind=SAS + kinds[each.iri],
            detail=tuple(dict.fromkeys(each.refers("operator", "host"))),
            number=headcount.text if headcount else None,
            on_day=each.validity.asked(day),
            # Two sources that each put one within the other would make a tree without end.
            parts=tuple(build(one, above | {one.iri}) for one in children.get(each.iri, ()) if one.iri not in above),
        )

    return tuple(build(each, frozenset({each.iri})) for each in tops)
