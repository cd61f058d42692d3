"""Readers see the packaged files, and in their place the newest revision of a city, through one door."""

import json
from pathlib import Path

import pytest

from sasaeai.desk import Desk, submissions
from sasaeai.desk.revisions import Content
from sasaeai.desk.submissions import File
from sasaeai.repository import Conflict, Repository
from sasaeai.store.client import EngineStore
from sasaeai.store.loading import Holdings
from sasaeai.store.local import LocalStore
from sasaeai.vocabulary import GRAPH
from tests.processes import engine, write_graph

CITY = "000001"
PAGE, MORE = f"{GRAPH}{CITY}/page", f"{GRAPH}{CITY}/more"
BASE = b"@base <https://w3id.org/sasaeai/> .\n"
REVISED = BASE + b"<id/a> <ns#knows> <id/z> .\n"
ADDED = BASE + b"<id/z> <ns#knows> <id/y> .\n"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(write_graph(tmp_path / "graph"), tmp_path / "state")


def file_of(repository: Repository) -> Path:
    return repository.root / "data" / "cities" / "000001-here" / "page.ttl"


def revise(repository: Repository, graphs: dict[str, bytes], after: int = 0) -> int:
    assert repository.state
    desk = Desk(repository.state)
    content = Content(graphs, repository.packaged(CITY))
    receipt = submissions.receive(desk, CITY, "the city", File("city.xlsx", b"", b""), content)
    return submissions.accept(desk, receipt, "a reviewer", content, after=after).id


def test_without_a_desk_the_files_are_what_there_is(repository: Repository) -> None:
    assert list(repository.graphs()) == list(Repository(repository.root).graphs())
    assert repository.conflicts() == []
    assert repository.state
    assert not repository.state.exists()


def test_a_revision_takes_the_place_of_the_documents_of_its_city(repository: Repository) -> None:
    others = {each.name: each for each in repository.graphs() if each.name != PAGE}
    first = revise(repository, {PAGE: REVISED, MORE: ADDED})
    assert repository.city(CITY) == {PAGE: REVISED, MORE: ADDED}
    seen = {each.name: each for each in repository.graphs("data")}
    assert (seen[PAGE].path, seen[PAGE].folder) == (file_of(repository), "data")
    assert seen[MORE].path == file_of(repository).with_name("more.ttl")
    assert {name: each for name, each in seen.items() if name not in (PAGE, MORE)}.items() <= others.items()
    revise(repository, {MORE: ADDED}, first)
    assert repository.city(CITY) == {MORE: ADDED}


def test_the_same_content_is_the_same_version_from_a_file_or_a_revision(repository: Repository) -> None:
    before = repository.version()
    revise(repository, {PAGE: REVISED})
    revised = repository.version()
    assert revised != before
    file_of(repository).write_bytes(REVISED)
    assert Repository(repository.root).version() == repository.version() == revised


def test_a_file_changed_after_a_revision_is_a_conflict_and_the_revision_stays(repository: Repository) -> None:
    page, more = file_of(repository), file_of(repository).with_name("more.ttl")
    revise(repository, {PAGE: REVISED})
    assert repository.conflicts() == []
    page.write_bytes(ADDED)
    assert repository.conflicts() == [Conflict(CITY, PAGE, page, "changed")]
    assert repository.city(CITY) == {PAGE: REVISED}
    more.write_bytes(ADDED)
    assert repository.conflicts() == [Conflict(CITY, MORE, more, "added"), Conflict(CITY, PAGE, page, "changed")]
    assert repository.city(CITY) == {PAGE: REVISED, MORE: ADDED}
    more.unlink()
    page.unlink()
    assert repository.conflicts() == [Conflict(CITY, PAGE, page, "removed")]
    assert repository.city(CITY) == {PAGE: REVISED}


def test_a_revision_that_was_taken_over_as_files_is_no_conflict(repository: Repository) -> None:
    revise(repository, {PAGE: REVISED, MORE: ADDED})
    file_of(repository).write_bytes(REVISED)
    file_of(repository).with_name("more.ttl").write_bytes(ADDED)
    assert repository.conflicts() == []


def test_a_store_that_publishes_a_revision_is_one_that_starts_with_it(repository: Repository) -> None:
    told = LocalStore(repository)
    revise(repository, {PAGE: REVISED, MORE: ADDED})
    told.publish(dict(repository.city(CITY)))
    assert told.version() == LocalStore(repository).version() == repository.version()
    held = Holdings.read(Repository(repository.root))
    held.reread(repository)
    assert held.version == told.version()


def test_an_engine_starts_with_the_revisions_and_rereads_them(repository: Repository) -> None:
    assert repository.state
    first = revise(repository, {PAGE: REVISED})
    with engine(repository.root, state=repository.state) as running:
        assert running.store.version() == repository.version()
        revise(repository, {PAGE: REVISED, MORE: ADDED}, first)
        assert isinstance(running.store, EngineStore)
        assert running.store.reread() == repository.version()


def test_an_engine_that_starts_beside_a_conflict_tells_of_it_and_shows_the_revision(
    repository: Repository, capfd: pytest.CaptureFixture[str]
) -> None:
    assert repository.state
    revise(repository, {PAGE: REVISED})
    file_of(repository).write_bytes(ADDED)
    with engine(repository.root, state=repository.state) as running:
        assert running.store.version() == repository.version()
    lines = [json.loads(line) for line in "".join(capfd.readouterr()).splitlines() if "revision-conflict" in line]
    assert [(each["city"], each["graph"], each["now"]) for each in lines] == [(CITY, PAGE, "changed")]
    assert lines[0]["file"] == str(file_of(repository))
