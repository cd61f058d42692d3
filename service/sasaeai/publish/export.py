"""Revisions as files of the repository, for a commit."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path

from sasaeai.desk import Desk, revisions
from sasaeai.fields import Fields, Names
from sasaeai.repository import Repository
from sasaeai.vocabulary import GRAPH, ID

_UNFIT = re.compile("[^a-z0-9]+")


def export(desk: Desk, repository: Repository, city: str = "") -> dict[Path, bytes | None]:
    """Return the files that the newest revisions (of a city, or all) stand for, by their path under the root.

    They are byte by byte what readers see; a file that a revision has no more is None.
    """
    written: dict[Path, bytes | None] = {}
    revised = revisions.newest(desk.state, city)
    slugs = _slugs(repository, revised)
    for content in revised.values():
        for name in content.base:
            written[_path(repository, slugs, name)] = None
        for name, text in content.graphs.items():
            written[_path(repository, slugs, name)] = text
    return written


def _path(repository: Repository, slugs: Mapping[str, str], graph: str) -> Path:
    """Return where a document lies; the folder of a city without files is named like the others'."""
    path = repository.place(graph).relative_to(repository.root)
    data, cities, folder, *rest = path.parts
    return Path(data, cities, slugs.get(folder, folder), *rest)


def _slugs(repository: Repository, cities: Iterable[str]) -> dict[str, str]:
    """Name the folders of cities that have no files yet, by their codes."""
    bare = [code for code in cities if repository.place(f"{GRAPH}{code}/").parent.name == code]
    names = Fields.of(repository).names if bare else Names()
    slugs = {}
    for code in bare:
        plain = unicodedata.normalize("NFKD", names.label(ID + code, "en")).encode("ascii", "ignore").decode().lower()
        slugs[code] = f"{code}-{_UNFIT.sub('-', plain).strip('-')}".rstrip("-")
    return slugs
