"""Keys: IRIs as they stand in a workbook, and how a new row gets one."""

import re
from collections.abc import Container, Mapping, Sequence

from sasaeai.vocabulary import BASE, CONCEPT, GRAPH, ID

_KEY = re.compile(r"(\d{6}|org|source|prefecture|japan|fiscal-year|month|day|concept|graph)(/[A-Za-z0-9._~-]+)*")
_CODE = re.compile(r"\d{4,5}")
_PART = re.compile(r"\{([^{}]+)\}")
_UNFIT = re.compile(r"[^a-z0-9]+")
_LONGEST = 48


def key_of(iri: str) -> str:
    """Write an IRI as a key: without what the project's IRIs share."""
    for start in (ID, BASE):
        rest = iri.removeprefix(start)
        if rest != iri and _KEY.fullmatch(rest) and iri_of(rest) == iri:
            return rest
    return iri


def iri_of(key: str) -> str:
    """Read a key back; '' for what is none."""
    if re.match(r"https?://[^\s<>\"{}|\\^`]+$", key):
        return key
    if not _KEY.fullmatch(key):
        return ""
    return (BASE if key.startswith(("concept/", "graph/")) else ID) + key


def whole(key: str) -> str:
    """Give a code its lost zeros back: 11002 is 011002; another key is returned as it is."""
    return key.zfill(6) if _CODE.fullmatch(key) else key


def graph_of(source: str) -> str:
    """Name the graph of what a source says."""
    return GRAPH + source.removeprefix(ID + "source/")


def source_of(graph: str) -> str:
    """Name the source that a graph re-tells."""
    return ID + "source/" + graph.removeprefix(GRAPH)


def new_key(pattern: str, city: str, values: Mapping[str, Sequence[str]], name: str, taken: Container[str]) -> str:
    """Make the IRI of a new row: what the pattern names, else its English name, else the number of its place.

    `values` are the row's by the last part of their property, `taken` the IRIs that are not to be given again.
    """

    def filled(found: re.Match[str]) -> str:
        for part in found[1].split("|"):
            if part == "city":
                return city
            text = name if part == "slug" else next(iter(values.get(part, ())), "").rsplit("/", 1)[-1][:10]
            slug = _UNFIT.sub("-", text.lower()).strip("-")[:_LONGEST].rstrip("-")
            if slug:
                return slug
        return ""

    stem = ID + _PART.sub(filled, pattern)
    if not stem.endswith("/") and stem not in taken:
        return stem
    segment = pattern.split("/")[-2] if "/" in pattern else "row"
    start = f"{stem}{segment if segment != '{city}' else 'source'}-" if stem.endswith("/") else f"{stem}-"
    number = 1 if stem.endswith("/") else 2
    while f"{start}{number:02}" in taken:
        number += 1
    return f"{start}{number:02}"


def may_touch(iri: str, city: str) -> bool:
    """Tell whether a thing is one that the city's own workbook may describe."""
    if iri.startswith(CONCEPT):
        return False
    return iri.startswith((f"{ID}{city}/", f"{ID}source/{city}/", f"{GRAPH}{city}/")) or iri == ID + city
