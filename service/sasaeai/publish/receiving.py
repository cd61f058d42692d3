"""Handing in: what a city's token may send, and whose submissions it sees."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sasaeai.desk import Desk, submissions
from sasaeai.desk.revisions import Content
from sasaeai.desk.submissions import File, Submission
from sasaeai.desk.tokens import Token
from sasaeai.errors import ServiceError
from sasaeai.fields import Fields, read_statements
from sasaeai.publish.changes import Graphs, changes, said
from sasaeai.repository import Repository, digest
from sasaeai.statements.paging import Paging
from sasaeai.vocabulary import GRAPH, ID, SAS, city_of

_PART_OF = SAS + "partOf"


@dataclass(frozen=True)
class Handed:
    """Hold a file that was examined: its bytes, the report on it (JSON), how many mistakes that has, and what it says.

    `graphs` are all documents of the city by the names of their graphs, as Turtle: what the file leaves out is left
    out of the city.
    """

    name: str
    content: bytes
    report: bytes
    mistakes: int
    city: str
    graphs: Mapping[str, bytes]


def submit(desk: Desk, repository: Repository, token: Token, handed: Handed) -> str:
    """Receive a file that a city hands in, and return its receipt.

    ServiceError 403 for a token that is not of the city, 422 for a file with mistakes or without a change.
    """
    if token.is_reviewer:
        raise ServiceError("cities-only", 403)
    if handed.mistakes:
        raise ServiceError("not-conforming", 422, name=handed.name, count=handed.mistakes)
    if not handed.city:
        raise ServiceError("whose-file", 422, name=handed.name, own=token.city)
    may_see(token, handed.city)
    after = said(handed.graphs)
    _only_its_own(repository, token.city, after)
    present = repository.city(handed.city)
    if not changes(said(present), after):
        raise ServiceError("changes-nothing", 422, name=handed.name)
    base = {name: digest(content) for name, content in present.items()}
    file = File(handed.name, handed.content, handed.report)
    return submissions.receive(desk, handed.city, token.name, file, Content(handed.graphs, base))


def _only_its_own(repository: Repository, city: str, said: Graphs) -> None:
    """Refuse documents that are not all a city's, or speak of another; of shared organisations they may."""
    for name in said:
        if not repository.is_of(name, city):
            if name.startswith(f"{GRAPH}{city}/"):
                raise ServiceError("document-name", 422, name=name.removeprefix(GRAPH), example=f"{city}/city-page")
            raise ServiceError("another-city", 403, own=city, city=name)
    things = {thing for statements in said.values() for thing, _, _ in statements}
    # The stroke lets another municipality itself count as a thing of its city.
    foreign = {city_of(f"{each}/") for each in things} - {city, ""}
    if foreign and (others := foreign - _wards(repository, city)):
        raise ServiceError("another-city", 403, own=city, city=min(others))


def _wards(repository: Repository, city: str) -> set[str]:
    """Return the codes of a designated city's wards, which are areas of it and no cities."""
    register = (each for each in repository.shared("data") if each.name.startswith(f"{GRAPH}register/"))
    parts = (each for file in register for each in read_statements(file.content, (_PART_OF,)))
    return {thing.removeprefix(ID) for thing, _, whole in parts if str(whole) == f"{ID}{city}/area"}


def is_city(repository: Repository, code: str) -> bool:
    """Tell whether a code is that of a municipality."""
    return SAS + "Municipality" in Fields.of(repository).names.kinds(ID + code)


def find(desk: Desk, token: Token, receipt: str) -> Submission:
    """Return a submission to its city or a reviewer."""
    found = submissions.find(desk, receipt)
    may_see(token, found.city)
    return found


def listed(desk: Desk, token: Token, asked: Paging) -> tuple[Sequence[Submission], int]:
    """Return a page of the submissions that a token's bearer may see, a city its own, a reviewer all, and their count.

    Those that wait come first; ServiceError 404 where there is no such page.
    """
    found, total = submissions.listed(desk, token.city, asked.start, asked.limit)
    return asked.within(found, total), total


def may_see(token: Token, city: str) -> None:
    """Refuse a city what is of another one: ServiceError 403."""
    if not token.is_reviewer and token.city != city:
        raise ServiceError("another-city", 403, own=token.city, city=city)
