"""Where a long result is cut: after a whole row, well-formed, and with a mark in its head.

JSON and XML results have a place for it, the links of their head. CSV and TSV have none, and are never cut. And where
whole results with the same columns are joined.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sasaeai.errors import ServiceError
from sasaeai.vocabulary import TRUNCATED

_QUOTED = re.compile(rb'"[^"]*+"')
_JSON_ROW = re.compile(rb'(?:[^"}]++|"(?:[^"\\]++|\\.)*+"|\}(?!,\{))*+\}(?=,\{)', re.DOTALL)
"""All up to the end of a row that another follows: outside strings, `},{` stands nowhere else."""


@dataclass(frozen=True)
class _Syntax:
    """Say how a format goes from its head to its rows, from row to row, to its end, and how its head is marked."""

    opening: bytes
    seam: bytes
    closing: bytes
    mark: bytes


_SYNTAXES = {
    "srj": _Syntax(b'},"results":{"bindings":[', b"},{", b"]}}", f',"link":["{TRUNCATED}"]'.encode()),
    "srx": _Syntax(
        b"</head><results>", b"</result><result>", b"</results></sparql>", f'<link href="{TRUNCATED}"/>'.encode()
    ),
}


def cut(body: bytes, name: str, *, whole: bool, rows: int, limit: int) -> tuple[bytes, int | None]:
    """Return solutions in the format `name` within `rows` and `limit` bytes, and the rows kept if it was cut.

    `whole` says that `body` ends where the result does; else it is as much of it as came within the limit.
    Raises a ServiceError where the format cannot be cut.
    """
    if (syntax := _SYNTAXES.get(name)) is None:
        if not whole:
            raise too_large(limit)
        if _lines(body, name) > rows:
            raise too_many(rows)
        return body, None
    if whole and body.count(syntax.seam) < rows:
        return body, None
    head = body.find(syntax.opening)
    start = head + len(syntax.opening)
    room = limit - len(syntax.mark) - len(syntax.closing)
    if head < 0 or start > room:
        raise too_large(limit)
    ends = list(islice(_ends(body, name, syntax, start), rows))
    if whole and len(ends) < rows:
        return body, None
    kept = [end for end in ends if end <= room]
    end = kept[-1] if kept else start
    return b"".join((body[:head], syntax.mark, body[head:end], syntax.closing)), len(kept)


def joined(bodies: Sequence[bytes], name: str) -> bytes:
    """Return results with the same columns, whole and in the format `name`, as one with the rows of all in turn."""
    if (syntax := _SYNTAXES.get(name)) is None:
        return b"".join([bodies[0], *(each[each.index(b"\n") + 1 :] for each in bodies[1:])])
    start = bodies[0].index(syntax.opening) + len(syntax.opening)
    rows = [each[start : -len(syntax.closing)] for each in bodies]
    between = b"," if name == "srj" else b""
    return b"".join((bodies[0][:start], between.join(filter(None, rows)), syntax.closing))


def too_large(limit: int) -> ServiceError:
    """Refuse an answer of too many bytes."""
    return ServiceError("answer-too-large", 503, retry_after=60, limit=limit)


def too_many(rows: int) -> ServiceError:
    """Refuse an answer of too many rows or triples in a format that cannot be cut."""
    return ServiceError("too-many-rows", 503, retry_after=60, limit=rows)


def _ends(body: bytes, name: str, syntax: _Syntax, start: int) -> Iterator[int]:
    """Yield where a row ends that another follows."""
    if name == "srj":
        while found := _JSON_ROW.match(body, start):
            yield (start := found.end())
        return
    # XML writes no < but in its tags.
    while (seam := body.find(syntax.seam, start)) >= 0:
        yield (start := seam + syntax.seam.index(b"<", 1))


def _lines(body: bytes, name: str) -> int:
    """Count the rows of a table after its head; CSV breaks lines within quotes too, TSV never does."""
    return (_QUOTED.sub(b"", body) if name == "csv" else body).count(b"\n") - 1
