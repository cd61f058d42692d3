"""Revisions as files of the repository, for a commit."""

import re
import unicodedata
from pathlib import Path

from sasaeai.desk import Desk, revisions
from sasaeai.fields import Fields
from sasaeai.repository import Repository
from sasaeai.vocabulary import ID

_UNFIT = re.compile("[^a-z0-9]+")


def export(desk: Desk, repository: Repository, city: str = "") -> dict[Path, bytes | None]:
    """Return the files that the newest revisions (of a city, or all) stand for, by their path under the root.

    They are byte by byte what readers see; a file that a revision has no more is None.
    """
    written: dict[Path, bytes | None] = {}
    for code, content in revisions.newest(desk.state).items():
        if city in ("", code):
            for name in content.base:
                written[_path(repository, code, name)] = None
            for name, text in content.graphs.items():
                written[_path(repository, code, name)] = text
    return written


def _path(repository: Repository, code: str, graph: str) -> Path:
    """Return where a document lies; the folder of a city without files is named like the others'."""
    path = repository.place(graph).relative_to(repository.root)
    if path.parts[2] != code:
        return path
    label = Fields.of(repository).names.label(ID + code, "en")
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    slug = _UNFIT.sub("-", plain).strip("-")
    return Path(*path.parts[:2], f"{code}-{slug}" if slug else code, *path.parts[3:])
