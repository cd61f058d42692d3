"""The way of a submission into the graph: received, looked at, accepted or returned; a revision, seen or restored.

Plain functions for the command line and for pages. Who acts is a `Token` of the desk; the edge finds out whose.
"""

from sasaeai.publish.changes import Change, Wording, changes
from sasaeai.publish.deciding import Accepted, Judge, accept, restore, return_
from sasaeai.publish.export import export
from sasaeai.publish.history import Between, before, between, history, seen, whole
from sasaeai.publish.organisations import Candidate
from sasaeai.publish.receiving import Handed, find, is_city, listed, submit
from sasaeai.publish.review import Review, review
from sasaeai.publish.telling import Chapter, chapters
from sasaeai.publish.warnings import Warning_

__all__ = [
    "Accepted",
    "Between",
    "Candidate",
    "Change",
    "Chapter",
    "Handed",
    "Judge",
    "Review",
    "Warning_",
    "Wording",
    "accept",
    "before",
    "between",
    "changes",
    "chapters",
    "export",
    "find",
    "history",
    "is_city",
    "listed",
    "restore",
    "return_",
    "review",
    "seen",
    "submit",
    "whole",
]
