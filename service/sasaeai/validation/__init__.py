"""Is the graph right? Shapes through pySHACL, checks as queries; what is wrong is a value, never raised.

A shape looks at a thing and at what the things it points to are. Sums, overlaps, links that lead nowhere and whatever
else needs more are checks: queries that must find nothing.
"""

from collections.abc import Mapping
from pathlib import Path

from sasaeai.repository import Repository
from sasaeai.validation.documents import SYNTAXES
from sasaeai.validation.ground import Ground, quiet
from sasaeai.validation.parting import QUADS, Parts, in_place, parted
from sasaeai.validation.shapes import Progress
from sasaeai.validation.violation import Violation, short

__all__ = [
    "QUADS",
    "SYNTAXES",
    "Ground",
    "Parts",
    "Progress",
    "Violation",
    "in_place",
    "parted",
    "quiet",
    "short",
    "validate",
]


def validate(
    repository: Repository,
    files: Mapping[str, bytes] | None = None,
    progress: Progress = quiet,
    kept: Path | None = None,
) -> list[Violation]:
    """Check files of RDF beside the rest of a repository's graph, or the whole of it, once.

    What is found in cities is kept in the folder `kept`, and not looked for again in those that have not changed.
    """
    return Ground(repository, kept).validate(files, progress)
