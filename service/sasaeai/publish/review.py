"""Looking at a submission beside the present data."""

from collections.abc import Sequence
from dataclasses import dataclass

from sasaeai.desk import Desk, submissions
from sasaeai.desk.submissions import Submission
from sasaeai.fields import Fields, Statement, read_statements
from sasaeai.publish.changes import Change, Wording, changes, said
from sasaeai.publish.organisations import Candidate, candidates
from sasaeai.publish.warnings import Warning_, warnings
from sasaeai.repository import Repository, digest
from sasaeai.vocabulary import GRAPH


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


def review(desk: Desk, repository: Repository, receipt: str) -> Review:
    """Compare a submission that waits with the present data of its city.

    ServiceError 409 if it was decided on: then there is nothing to compare.
    """
    submission = submissions.waiting(desk, receipt)
    proposed = submissions.proposed(desk, receipt)
    present = repository.city(submission.city)
    before, after = said(present), said(proposed.graphs)
    wording = Wording(Fields.of(repository), before, after)
    return Review(
        submission,
        changes(before, after),
        warnings(before, after, wording),
        candidates((each for statements in after.values() for each in statements), known(repository)),
        proposed.base != {name: digest(content) for name, content in present.items()},
        wording,
    )


def known(repository: Repository) -> list[Statement]:
    """Read what readers see now, but for the national register."""
    files = (each for each in repository.graphs("data") if not each.name.startswith(f"{GRAPH}register/"))
    return [statement for each in files for statement in read_statements(each.content)]
