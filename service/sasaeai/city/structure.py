"""Of what a programme consists: tiers, their councils with members, who runs them, and coordinators with hosts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sasaeai.statements.things import Thing


@dataclass(frozen=True)
class Body:
    """Hold a council with its names, sub-committees and members; members in the order of the list."""

    council: Thing
    names: Sequence[Thing]
    subcommittees: Sequence[Thing]
    members: Sequence[Thing]


@dataclass(frozen=True)
class Branch:
    """Hold a tier and what belongs to it; the branch without a tier has what is said of the programme as a whole."""

    tier: Thing | None
    areas: Sequence[Thing]
    names: Sequence[Thing]
    operations: Sequence[Thing]
    deployments: Sequence[Thing]
    bodies: Sequence[Body]

    @property
    def is_empty(self) -> bool:
        """Tell that nothing belongs here."""
        return not (self.names or self.operations or self.deployments or self.bodies)


def branches(things: Mapping[str, Sequence[Thing]]) -> list[Branch]:
    """Order the things of a city by tier, the widest first; what no tier is said of comes before them."""
    return [_branch(tier, things) for tier in (None, *sorted(things["Tier"], key=lambda each: each.place))]


def _branch(tier: Thing | None, things: Mapping[str, Sequence[Thing]]) -> Branch:
    def of(kind: str, name: str) -> list[Thing]:
        return sorted((each for each in things[kind] if _is_of(tier, each, name)), key=in_time)

    names = [each for each in of("Name", "tier") if any("/concept/" in iri for iri in each.refers("nameOf"))]
    counts = (each for each in things["Figure"] if tier and tier.iri in each.refers("subject"))
    areas = [each for each in counts if any(iri.endswith("/area-count") for iri in each.refers("indicator"))]
    bodies = [_body(each, things) for each in of("Council", "serves")]
    return Branch(tier, areas, names, of("Operation", "operates"), of("Deployment", "tier"), bodies)


def _is_of(tier: Thing | None, thing: Thing, name: str) -> bool:
    said = [iri for iri in thing.refers(name) if not iri.endswith("/programme")]
    return tier.iri in said if tier else not said


def _body(council: Thing, things: Mapping[str, Sequence[Thing]]) -> Body:
    def of(kind: str, name: str) -> list[Thing]:
        return [each for each in things[kind] if council.iri in each.refers(name)]

    members = sorted(of("CouncilMembership", "organization"), key=lambda each: (each.number("listPosition"), each.iri))
    return Body(council, sorted(of("Name", "nameOf"), key=in_time), of("Subcommittee", "unitOf"), members)


def in_time(thing: Thing) -> tuple[str, str]:
    """Order things by the first day on which they could have held, then by IRI."""
    when = thing.validity
    first = when.valid_from or when.not_before or when.first_known
    return (first.isoformat() if first else "9999", thing.iri)
