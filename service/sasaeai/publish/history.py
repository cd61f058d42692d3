"""Looking at revisions: what one says, and what lies between two."""

from collections.abc import Sequence
from dataclasses import dataclass

from sasaeai.desk import Desk, revisions
from sasaeai.desk.revisions import Revision
from sasaeai.desk.tokens import Token
from sasaeai.errors import ServiceError
from sasaeai.publish.changes import Change, Graphs, Wording, changes, said
from sasaeai.publish.receiving import may_see
from sasaeai.repository import Repository
from sasaeai.statements.paging import Paging
from sasaeai.store import Store


@dataclass(frozen=True)
class Between:
    """Hold what a revision says that another state of its city does not, and the other way round."""

    revision: Revision
    changes: Sequence[Change]
    wording: Wording


def history(desk: Desk, token: Token, asked: Paging, city: str = "") -> tuple[Sequence[Revision], int]:
    """Return a page of the revisions that a token's bearer may see, the newest first, and how many these are.

    Of a city, or of all he may see; ServiceError 403, and 404 where there is no such page.
    """
    if city:
        may_see(token, city)
    found, total = revisions.listed(desk, city or token.city, asked.start, asked.limit)
    return asked.within(found, total), total


def seen(desk: Desk, token: Token, number: int) -> Revision:
    """Return a revision to its city or a reviewer; ServiceError 403, 404."""
    found = revisions.find(desk, number)
    may_see(token, found.city)
    return found


def before(desk: Desk, revision: Revision) -> int:
    """Return the number of the revision that this one took the place of; 0: the files of the repository."""
    return max((each.id for each in revisions.of_city(desk, revision.city) if each.id < revision.id), default=0)


def whole(desk: Desk, repository: Repository, store: Store, revision: Revision) -> Between:
    """Tell all that a revision says."""
    return _between(repository, store, revision, {}, said(revisions.content(desk, revision.id).graphs))


def between(desk: Desk, repository: Repository, store: Store, revision: Revision, other: int) -> Between:
    """Tell what changed from another revision of the same city to this one; 0 stands for the files as they are.

    ServiceError 404 if the other is none of this city's.
    """
    if other:
        found = revisions.find(desk, other)
        if found.city != revision.city:
            raise ServiceError("unknown-revision", 404, number=other)
        earlier = revisions.content(desk, other).graphs
    else:
        earlier = Repository(repository.root).city(revision.city)
    return _between(repository, store, revision, said(earlier), said(revisions.content(desk, revision.id).graphs))


def _between(repository: Repository, store: Store, revision: Revision, old: Graphs, new: Graphs) -> Between:
    return Between(revision, changes(old, new), Wording(repository, store, old, new))
