"""Hostile files, sent to be checked and to be handed in: each is a plain refusal, and others are answered meanwhile."""

import http
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import pytest

from sasaeai.desk import Desk, submissions, tokens

from .conftest import Service, start_service, stop_service
from .patience import wait_until
from .test_hostile_connections import connect, send_until_refused, status
from .test_intake import MINATO, archive_of, parts_of
from .test_sparql import Reply, ask
from .test_validate import COUNCIL, HOSTILE, LAUGHS, PREFIXES, TYPES, listening

T = TypeVar("T")
BUSY = {429, 503}
SHAPE = """@prefix sh: <http://www.w3.org/ns/shacl#> .
<shapes#Mine> a sh:NodeShape ; sh:targetNode <id/131032> ;
  sh:sparql [ sh:select "SELECT $this { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }" ] .
"""
MACROS = {"xl/vbaProject.bin": b"macros", "xl/externalLinks/externalLink1.xml": b"<externalLink/>"}
RELATIONS = """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLinkPath"
  Target="{}" TargetMode="External"/></Relationships>"""

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Hostile:
    """A file, and the statuses of the answer to who has it checked and to who hands it in."""

    ending: str
    content: Callable[[str], bytes]
    checked: int
    handed: int = 422


def entities(part: str, text: str) -> bytes:
    """Make a workbook a part of which declares a document type."""
    start, mark, rest = parts_of(MINATO)[part].partition(b"?>")
    return archive_of(parts_of(MINATO) | {part: start + mark + text.encode() + rest})


def _anywhere(make: Callable[[], bytes]) -> Callable[[str], bytes]:
    return lambda _: make()


FILES = {
    # What one is told of these stands in tests/test_validate.py.
    **{kind: Hostile(ending, _anywhere(make), code, code) for kind, (ending, make, code, _) in HOSTILE.items()},
    "laughs among the texts": Hostile("xlsx", lambda _: entities("xl/styles.xml", LAUGHS + "]>"), 400, 400),
    "an entity from elsewhere": Hostile(
        "xlsx", lambda place: entities("xl/styles.xml", f'<!DOCTYPE a [<!ENTITY b SYSTEM "{place}">]>'), 400, 400
    ),
    "macros": Hostile("xlsx", lambda _: archive_of(parts_of(MINATO) | MACROS), 200),
    "links to other files": Hostile(
        "xlsx",
        lambda place: archive_of(
            parts_of(MINATO) | {"xl/externalLinks/_rels/externalLink1.xml.rels": RELATIONS.format(place).encode()}
        ),
        200,
    ),
    "names that lead out": Hostile(
        "zip",
        lambda _: archive_of(dict.fromkeys(("../../../evil.csv", "/tmp/evil.csv", "..\\evil.csv"), b"a\n1\n")),
        200,
    ),
    "a context from elsewhere": Hostile(
        "jsonld", lambda place: json.dumps({"@context": f"{place}c.jsonld", "@id": "a:a"}).encode(), 400, 400
    ),
    "imports": Hostile(
        "ttl", lambda place: f"<{place}> <http://www.w3.org/2002/07/owl#imports> <{place}more.ttl> .".encode(), 200
    ),
    "shapes": Hostile("ttl", lambda _: f"{PREFIXES}{SHAPE}{COUNCIL}".encode(), 200),
    "NUL in a text": Hostile("ttl", lambda _: b"<a:a> <a:b> 'a\0b' .", 200),
    "NUL in a workbook": Hostile("xlsx", lambda _: b"PK\3\4" + b"\0" * 5000, 400, 400),
    "NUL in a cell": Hostile("csv", lambda _: b"a,b\n1,\0\n", 200),
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("state"))


@pytest.fixture(scope="module")
def service(desk: Desk) -> Iterator[Service]:
    running = start_service(state=str(desk.state))
    yield running
    stop_service(running)


@pytest.fixture(scope="module")
def bearer(desk: Desk) -> str:
    return f"Bearer {tokens.make(desk, 'the city', MINATO, 'the operator')}"


def another_is_answered(service: Service, number: int) -> bool:
    """Ask for a page, and what no cache knows."""
    paths = f"/doc/{MINATO}", f"/sparql?query={quote(f'ASK {{}} # {number}')}"
    return all(ask(f"{service.url}{path}").status == http.HTTPStatus.OK for path in paths)


def while_others_read(service: Service, send: Callable[[], T]) -> T:
    """Send a file, and see that pages are answered as long as it is under way."""
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(send)
        asked = [another_is_answered(service, 0)]
        while not sending.done():
            wait([sending], 0.1)
            asked.append(another_is_answered(service, len(asked)))
    assert all(asked)
    return sending.result()


def sent(service: Service, path: str, bearer: str, ending: str, content: bytes) -> Reply:
    """Send a file; who has a file examined already waits."""
    replies: list[Reply] = []

    def is_taken() -> bool:
        replies.append(
            ask(f"{service.url}{path}", data=content, Content_Type=TYPES[ending], Authorization=bearer, Accept="*/*")
        )
        return replies[-1].status not in BUSY

    wait_until(is_taken)
    return replies[-1]


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("path", ["/validate", "/submissions"])
def test_a_hostile_file_is_answered_plainly_and_others_meanwhile(
    service: Service, desk: Desk, bearer: str, kind: str, path: str
) -> None:
    hostile = FILES[kind]
    with listening() as (place, came):
        content = hostile.content(place)
        reply = while_others_read(service, lambda: sent(service, path, bearer, hostile.ending, content))
    wanted = hostile.checked if path == "/validate" else hostile.handed
    assert reply.status == wanted, reply.body
    assert reply.type == ("application/json" if wanted == http.HTTPStatus.OK else "application/problem+json")
    assert came == [b"last"]
    assert submissions.every(desk) == []
    assert not Path("/tmp/evil.csv").exists()
    assert sent(service, "/validate", bearer, "csv", b"a\n1\n").status == http.HTTPStatus.OK


@pytest.mark.parametrize("path", ["/validate", "/submissions"])
def test_200_mb_without_an_announced_length_are_refused_before_they_have_come(
    service: Service, bearer: str, path: str
) -> None:
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {TYPES['xlsx']}\r\nAuthorization: {bearer}\r\n"

    def send() -> int:
        with connect(service) as connection:
            connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
            send_until_refused(connection, b"100000\r\n" + b"x" * 2**20 + b"\r\n")
            return status(connection)

    assert while_others_read(service, send) == http.HTTPStatus.REQUEST_ENTITY_TOO_LARGE
