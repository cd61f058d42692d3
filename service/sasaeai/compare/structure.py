"""The structure of a programme on a day, as a tree: what each tier, council and placing belongs to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sasaeai.statements import Row
from sasaeai.statements.validity import UNDATED, State, Validity


@dataclass(frozen=True)
class Node:
    """Hold a part of a programme: its class, who stands in it (`detail`), how many, and the parts within it."""

    thing: str
    kind: str
    detail: tuple[str, ...]
    number: str | None
    on_day: State | None
    parts: tuple["Node", ...]


def tree(rows: Iterable[Row], validities: Mapping[str, Validity], day: date | None) -> tuple[Node, ...]:
    """Build the tree from rows of parts, each with its parent; a part whose parent is no part stands at the top.

    What is not so on the day is kept, marked. A part of two tiers stands under both.
    """
    parts: dict[str, list[Row]] = {}
    children: dict[str, list[str]] = {}
    for row in rows:
        thing, parent = row["thing"]["value"], row["parent"]["value"] if "parent" in row else ""
        parts.setdefault(thing, []).append(row)
        if thing not in children.setdefault(parent, []):
            children[parent].append(thing)

    def build(thing: str, above: frozenset[str]) -> Node:
        told = parts[thing]
        # Two sources that each put one within the other would make a tree without end.
        inner = [each for each in children.get(thing, []) if each not in above]
        return Node(
            thing=thing,
            kind=told[0]["class"]["value"],
            detail=tuple(dict.fromkeys(row["detail"]["value"] for row in told if "detail" in row)),
            number=next((row["number"]["value"] for row in told if "number" in row), None),
            on_day=_on_day(validities.get(thing, UNDATED), day),
            parts=tuple(build(each, above | {each}) for each in inner),
        )

    tops = dict.fromkeys(each for parent, inner in children.items() if parent not in parts for each in inner)
    return tuple(build(each, frozenset({each})) for each in tops)


def _on_day(validity: Validity, day: date | None) -> State | None:
    if day is None:
        return State.PLANNED if validity.planned else None
    return validity.state(day)
