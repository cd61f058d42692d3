"""A prepared snapshot gives the graph that its files give, or is not used."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat

from sasaeai.errors import ServiceError
from sasaeai.repository import Repository
from sasaeai.store import snapshot
from sasaeai.store.engine import UNREADABLE
from sasaeai.store.loading import Holdings
from sasaeai.vocabulary import GRAPH
from tests.patience import wait_until
from tests.processes import engine, settings_for_tests, write_graph

PAGE = "data/cities/000001-here/page.ttl"
NEW = "@base <https://w3id.org/sasaeai/> . <id/a> <ns#knows> <id/new> . <id/b> <ns#says> 'a _: b' ."


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_graph(tmp_path / "root")


@pytest.fixture
def folder(tmp_path: Path, root: Path) -> Path:
    """Return a folder with a snapshot of the graph."""
    snapshot.write(Holdings.read(Repository(root)), tmp_path / "snapshots")
    return tmp_path / "snapshots"


def dump(holdings: Holdings) -> list[bytes]:
    return sorted((holdings.store.dump(format=RdfFormat.N_QUADS) or b"").splitlines())


def same(held: Holdings, root: Path) -> bool:
    fresh = Holdings.read(Repository(root))
    graphs = set(held.store.named_graphs()) == set(fresh.store.named_graphs())
    rules = [each.text for each in held.rules] == [each.text for each in fresh.rules]
    return rules and graphs and (dump(held), held.version) == (dump(fresh), fresh.version)


def test_what_is_loaded_from_a_snapshot_is_what_the_files_give_blank_nodes_included(root: Path, folder: Path) -> None:
    (root / PAGE).write_text(NEW)
    snapshot.write(Holdings.read(Repository(root)), folder)
    held = snapshot.start(Repository(root), folder)
    assert same(held, root)
    assert any(b"_:" in line for line in dump(held))


def test_an_unchanged_graph_is_not_read_from_its_files(
    root: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(Holdings, "read")
    assert snapshot.start(Repository(root), folder).version == Repository(root).version()


@pytest.mark.parametrize("text", [NEW, None])
def test_documents_of_a_city_that_have_changed_since_are_published_over_it(
    root: Path, folder: Path, text: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / PAGE).unlink() if text is None else (root / PAGE).write_text(text)
    with monkeypatch.context() as patched:
        patched.delattr(Holdings, "read")
        held = snapshot.start(Repository(root), folder)
    assert same(held, root)
    assert not snapshot.is_kept(held, folder)


@pytest.mark.parametrize(
    ("file", "text"),
    [("data/both.ttl", NEW), ("queries/rules/10-reach.rq", "CONSTRUCT { ?a a ?c } WHERE { ?a <a:a> ?c }")],
)
def test_after_a_change_of_anything_else_the_graph_is_read_from_its_files(
    root: Path, folder: Path, file: str, text: str
) -> None:
    (root / file).write_text(text)
    assert same(snapshot.start(Repository(root), folder), root)


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 20)


def alter(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [cut, alter, Path.unlink])
@pytest.mark.parametrize("name", ["quads.nq", "blank.nq", "index"])
def test_a_snapshot_that_is_torn_or_altered_is_not_trusted(
    root: Path, folder: Path, name: str, damage: Callable[[Path], None]
) -> None:
    (path,) = folder.glob(f"*/{name}")
    damage(path)
    assert same(snapshot.start(Repository(root), folder), root)


@pytest.mark.parametrize("another", ["program", "engine"])
def test_a_snapshot_of_another_program_or_engine_is_not_trusted(
    root: Path, folder: Path, another: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if another == "engine":
        monkeypatch.setattr("pyoxigraph.__version__", "0.0.1")
    else:
        monkeypatch.setattr(snapshot, "_MAKERS", ("loading.py",))
    (path,) = folder.glob("*/quads.nq")
    path.write_bytes(b"")
    assert snapshot.find(folder) is None
    assert same(snapshot.start(Repository(root), folder), root)


def test_a_new_snapshot_takes_the_place_of_the_others_and_deleting_all_is_no_harm(root: Path, folder: Path) -> None:
    (before,) = folder.iterdir()
    (root / PAGE).write_text(NEW)
    after = snapshot.write(Holdings.read(Repository(root)), folder)
    assert [after] == list(folder.iterdir()) != [before]
    for each in after.iterdir():
        each.unlink()
    after.rmdir()
    assert same(snapshot.start(Repository(root), folder), root)


def test_a_snapshot_that_is_being_written_is_not_found(
    root: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (before,) = folder.iterdir()
    (root / PAGE).write_text(NEW)

    def full(*_: object) -> None:
        raise OSError("no space")

    held = Holdings.read(Repository(root))
    monkeypatch.setattr(os, "rename", full)
    with pytest.raises(OSError, match="no space"):
        snapshot.write(held, folder)
    found = snapshot.find(folder)
    assert found is not None
    assert found.folder == before
    assert same(snapshot.start(Repository(root), folder), root)


def test_the_engine_leaves_a_snapshot_and_starts_from_it(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    with engine(root, snapshots=folder) as first:
        wait_until(lambda: snapshot.find(folder))
        version = first.store.version()
    with engine(root, snapshots=folder) as second:
        assert second.store.version() == version == Repository(root).version()
        assert second.rows("BASE <https://w3id.org/sasaeai/> SELECT ?c { <id/a> <ns#reaches> ?c }") == [
            "https://w3id.org/sasaeai/id/c"
        ]
        second.store.publish({GRAPH + "000001/page": NEW.encode()})
        assert second.rows("BASE <https://w3id.org/sasaeai/> SELECT ?x { <id/a> <ns#knows> ?x } ORDER BY ?x")[-1:] == [
            "https://w3id.org/sasaeai/id/new"
        ]


def test_a_replica_serves_the_snapshot_whatever_its_files_say_and_publishes_nothing(root: Path, folder: Path) -> None:
    version = Repository(root).version()
    (root / PAGE).unlink()
    with engine(root, snapshots=folder, replica=True) as running:
        assert running.store.version() == version
        with pytest.raises(ServiceError, match="replica"):
            running.store.publish({GRAPH + "both": None})
        with pytest.raises(ServiceError, match="replica"):
            running.store.reread()
        assert running.store.version() == version
        assert len(list(folder.iterdir())) == 1


def test_a_replica_without_a_snapshot_says_so_and_is_not_started_again(root: Path, tmp_path: Path) -> None:
    settings = settings_for_tests(root=root, snapshots=tmp_path, replica=True)
    command = [sys.executable, "-m", "sasaeai.store.engine", str(tmp_path)]
    ended = subprocess.run(
        command, env=os.environ | settings.to_environment(), capture_output=True, text=True, check=False
    )
    assert ended.returncode == UNREADABLE
    assert "holds no snapshot of this program" in ended.stderr


def test_the_command_line_prepares_a_snapshot(root: Path, tmp_path: Path) -> None:
    environment = os.environ | {"SASAEAI_ROOT": str(root), "SASAEAI_SNAPSHOTS": str(tmp_path / "kept")}
    command = [sys.executable, "-m", "sasaeai", "snapshot"]
    for _ in range(2):
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        assert ended.stderr == f"dataset version {Repository(root).version()}\n"
    assert snapshot.is_kept(Holdings.read(Repository(root)), tmp_path / "kept")
