"""Looking at a submission beside the present data."""

from collections.abc import Sequence
from dataclasses import dataclass

from sasaeai.desk import Desk, submissions
from sasaeai.desk.submissions import Submission
from sasaeai.publish.changes import Change, Wording, changes, said
from sasaeai.publish.organisations import Candidate, candidates
from sasaeai.publish.warnings import Warning_, warnings
from sasaeai.repository import Repository, digest
from sasaeai.store import Store


@dataclass(frozen=True)
class Review:
    """Hold what a reviewer decides on: the changes against the present, what deserves a look, who may be whom.

    `outdated` says that the city's data have changed since the file was looked at: what it lacks of them would go.
    """

    submission: Submission
    changes: Sequence[Change]
    warnings: Sequence[Warning_]
    candidates: Sequence[Candidate]
    outdated: bool
    wording: Wording


def review(desk: Desk, repository: Repository, store: Store, receipt: str) -> Review:
    """Compare a submission that waits with the present data of its city.

    ServiceError 409 if it was decided on: then there is nothing to compare.
    """
    submission = submissions.waiting(desk, receipt)
    proposed = submissions.proposed(desk, receipt)
    present = repository.city(submission.city)
    before, after = said(present), said(proposed.graphs)
    wording = Wording(repository, store, before, after)
    return Review(
        submission,
        changes(before, after),
        warnings(before, after, wording),
        candidates(store, repository, before, after),
        proposed.base != {name: digest(content) for name, content in present.items()},
        wording,
    )
