"""The service over a copy of what a server holds: for servers that keep graphs well, whatever their answers are.

Virtuoso 7.2.5 answers few of our questions as the standard has it; it keeps every statement as it was said.
"""

import csv
import io
import shutil
import tempfile
import urllib.parse
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from sasaeai.settings import Settings
from sasaeai.store.remote.client import CopyStore

from .conftest import Service, start_service, stop_service
from .patience import wait_until
from .servers import Server, Start, oxigraph, virtuoso
from .test_questions import ANSWERS, expected
from .test_remote import PUBLIC, patient, quads
from .test_sparql import ask, get


@pytest.fixture(scope="module", params=[oxigraph, virtuoso], ids=["oxigraph", "virtuoso"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    start: Start = request.param
    with start() as running:
        yield running


@pytest.fixture(scope="module")
def run_dir() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="sas-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def publishing(server: Server, run_dir: Path) -> Iterator[Service]:
    running = start_service(None, public_base=PUBLIC, store_copy="1", run_dir=str(run_dir), **server.settings)
    yield running
    stop_service(running)


@pytest.fixture(scope="module")
def reading(publishing: Service, server: Server) -> Iterator[Service]:  # noqa: ARG001 — it reads what that one wrote
    """A second service over the same server, which has neither the right nor the address to write."""
    writing = {"store_update", "store_graphs", "store_user", "store_password"}
    settings = {name: value for name, value in server.settings.items() if name not in writing}
    running = start_service(None, public_base=PUBLIC, store_copy="1", **settings)
    yield running
    stop_service(running)


@pytest.mark.slow
@pytest.mark.parametrize("path", ANSWERS, ids=lambda path: path.stem)
def test_every_question_has_over_a_copy_the_answer_that_is_written_down(reading: Service, path: Path) -> None:
    name, arguments, answer = expected(path)
    told = ask(f"{reading.url}/queries/{name}.csv?{urllib.parse.urlencode(arguments, doseq=True)}")
    assert told.status == 200
    assert list(csv.reader(io.StringIO(told.body.decode(), newline=""))) == answer


def test_a_copy_holds_every_statement_as_it_is_in_the_files(reading: Service, service: Service) -> None:
    there, here = (quads(patient(each, "/dump/sasaeai.nq").body) for each in (reading, service))
    assert there == here


def test_services_over_one_server_tell_the_version_of_the_files(
    publishing: Service, reading: Service, service: Service
) -> None:
    versions = {ask(f"{each.url}/readyz").body for each in (publishing, reading, service)}
    assert len(versions) == 1


def test_what_one_service_publishes_the_others_follow(
    publishing: Service, reading: Service, run_dir: Path, server: Server
) -> None:
    before = ask(f"{reading.url}/readyz").body.decode().split()[1]
    document = "https://w3id.org/sasaeai/graph/000001/page"
    said = '<https://w3id.org/sasaeai/id/000001/a> <https://w3id.org/sasaeai/ns#note> "\u5354\u8b70"@ja .'
    asked = f"ASK {{ GRAPH <{document}> {{ {said} }} }}"
    environment = {f"SASAEAI_{name.upper()}": value for name, value in server.settings.items()}
    store = CopyStore(run_dir, Settings.from_environment(environment))
    version = store.publish({document: said.encode()})
    for each in (publishing, reading):
        wait_until(partial(tells, each, version))
        assert b"true" in get(each, asked).body
    store.publish({document: None})
    wait_until(partial(tells, reading, before))
    assert b"false" in get(reading, asked).body


def tells(service: Service, version: str) -> bool:
    return ask(f"{service.url}/readyz").body.decode() == f"ready {version}\n"
