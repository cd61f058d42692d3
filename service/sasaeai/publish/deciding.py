"""Deciding: a submission accepted or returned, an earlier revision restored. Only reviewers do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain

from sasaeai.desk import Desk, revisions, submissions
from sasaeai.desk.revisions import Content, Revision
from sasaeai.desk.tokens import Token
from sasaeai.errors import ServiceError
from sasaeai.fields import written_as_turtle
from sasaeai.journal import log
from sasaeai.publish.changes import said
from sasaeai.publish.known import said_of
from sasaeai.publish.organisations import is_body, joined
from sasaeai.repository import Repository, digest
from sasaeai.store import Store
from sasaeai.validation import Ground
from sasaeai.vocabulary import SAS

Judge = Callable[[Mapping[str, bytes]], int]
"""Counts the mistakes in documents of a city, by graph (b'': it is gone), beside the rest of the graph as it is now."""

_AWAY = 500
"""From this status on it is the engine that cannot, not the data that must not."""


@dataclass(frozen=True)
class Accepted:
    """Hold a revision that was made, and the version of the data that has it.

    Without a version no engine took it: none was given, or it is away. One that starts or finds it later reads it.
    """

    revision: Revision
    version: str


def accept(  # noqa: PLR0913 — what a reviewer decides
    desk: Desk,
    repository: Repository,
    store: Store | None,
    token: Token,
    receipt: str,
    *,
    same: Mapping[str, str] | None = None,
    over: bool = False,
    comment: str = "",
    judge: Judge | None = None,
) -> Accepted:
    """Make a submission its city's newest revision: durable first, then seen by all readers, then acknowledged.

    `same` names known organisations in place of new ones, for which the store is asked. Without a `judge` the whole
    graph is read to hold it against. ServiceError 403 for a city's token; 409 when decided on already, or the city has
    changed since (`over` accepts it all the same); 422 when it no longer conforms.
    """
    _reviewer(token)
    with desk.accepting():
        submission = submissions.waiting(desk, receipt)
        proposed = submissions.proposed(desk, receipt)
        present = repository.city(submission.city)
        if not over and proposed.base != {name: digest(text) for name, text in present.items()}:
            raise ServiceError("city-has-changed", 409, city=submission.city)
        graphs = _settled(repository, store, proposed.graphs, present, same or {})
        if count := _mistakes(repository, graphs, present, judge):
            raise ServiceError("not-conforming", 422, name=submission.name, count=count)
        content = Content(graphs, repository.packaged(submission.city))
        after = _newest(desk, submission.city)
        revision = submissions.accept(desk, receipt, token.name, content, after=after, comment=comment.strip())
        return Accepted(revision, _publish(store, present, graphs))


def return_(desk: Desk, token: Token, receipt: str, comment: str) -> None:
    """Give a submission back with a comment; ServiceError 403 for a city's token, 409 when decided on already."""
    _reviewer(token)
    if not comment.strip():
        raise ServiceError("no-comment", 422)
    submissions.return_(desk, receipt, token.name, comment.strip())


def restore(  # noqa: PLR0913 — as `accept`
    desk: Desk, repository: Repository, store: Store | None, token: Token, number: int, *, judge: Judge | None = None
) -> Accepted:
    """Make a new revision that says what an earlier one said.

    ServiceError 403 for a city's token, 422 where the rules or the rest of the graph do not go with it any more.
    """
    _reviewer(token)
    with desk.accepting():
        earlier = revisions.find(desk, number)
        present, base = repository.city(earlier.city), repository.packaged(earlier.city)
        graphs = revisions.content(desk, number).graphs
        if count := _mistakes(repository, graphs, present, judge):
            raise ServiceError("revision-not-conforming", 422, number=number, count=count)
        revision = revisions.restore(desk, earlier, base, token.name, _newest(desk, earlier.city))
        return Accepted(revision, _publish(store, present, graphs))


def _reviewer(token: Token) -> None:
    if not token.is_reviewer:
        raise ServiceError("reviewers-only", 403)


def _newest(desk: Desk, city: str) -> int:
    return max((each.id for each in revisions.of_city(desk, city)), default=0)


def _settled(
    repository: Repository,
    store: Store | None,
    proposed: Mapping[str, bytes],
    present: Mapping[str, bytes],
    same: Mapping[str, str],
) -> dict[str, bytes]:
    """Put known organisations in their places; a document that says what it said stays as it is written."""
    after, before = said(proposed), said(present)
    if same:
        if store is None:
            raise ServiceError("engine-away", 503, retry_after=5)
        known = chain(*before.values(), said_of(store, repository, filter(is_body, chain(*same.items()))))
        after = joined(after, same, known)
    written = {}
    for name, statements in after.items():
        if set(statements) == set(before.get(name, ())):
            written[name] = present[name]
        else:
            written[name] = written_as_turtle(statements, {"sas": SAS}) if same else proposed[name]
    return written


def _mistakes(
    repository: Repository, graphs: Mapping[str, bytes], present: Mapping[str, bytes], judge: Judge | None
) -> int:
    """Count what does not go with the rules and the other data as they are now; what rested on what is gone, too."""
    return (judge or Ground(repository).mistakes)({**dict.fromkeys(present, b""), **graphs})


def _publish(store: Store | None, present: Mapping[str, bytes], graphs: Mapping[str, bytes]) -> str:
    """Let readers see a revision that is on the disk; what the engine cannot take now it finds by itself later."""
    if store is None:
        return ""
    try:
        return store.publish({**dict.fromkeys(present), **graphs})
    except ServiceError as error:
        if error.status < _AWAY:
            raise
        log("revision-waits", detail=str(error))
        return ""
