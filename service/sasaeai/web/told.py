"""What the desk tells programs: submissions, reviews and revisions as JSON."""

from collections.abc import Iterable
from typing import Any

from sasaeai.desk.revisions import Revision
from sasaeai.desk.submissions import Submission
from sasaeai.publish import Change, Review, Wording
from sasaeai.vocabulary import LANGUAGES


def submission(found: Submission) -> dict[str, Any]:
    """Tell what became of a submission."""
    named = {
        "receipt": found.id,
        "municipality": found.city,
        "sender": found.sender,
        "file": found.name,
        "received": found.received,
        "state": found.state,
    }
    return named | {name: getattr(found, name) or None for name in ("decided", "reviewer", "comment")}


def review(found: Review) -> dict[str, Any]:
    """Tell what accepting a submission would change, and what there is to look at and to choose."""
    return {
        "outdated": found.outdated,
        "changes": changes(found.changes, found.wording),
        "warnings": [{"kind": each.key, "things": each.things, "words": each.messages} for each in found.warnings],
        "candidates": [
            {
                "new": each.new,
                "known": each.known,
                "by": each.by,
                "newName": each.new_name,
                "knownName": each.known_name,
            }
            for each in found.candidates
        ],
    }


def revision(found: Revision) -> dict[str, Any]:
    """Tell which revision it is, and what it was made from."""
    named = {"number": found.id, "municipality": found.city, "made": found.made, "reviewer": found.reviewer}
    return named | {
        "digest": found.digest,
        "submission": found.submission or None,
        "restored": found.restored or None,
    }


def changes(found: Iterable[Change], wording: Wording) -> list[dict[str, Any]]:
    """Tell changes: in which document, whether added or removed, and in the words of both languages."""
    return [
        {
            "document": each.graph,
            "thing": each.statement[0],
            "property": each.statement[1],
            "added": each.added,
            "words": {of: wording.sentence(each.statement, of) for of in LANGUAGES},
        }
        for each in found
    ]
