"""A snapshot: the graph as it was loaded, merged and derived, in files that are read in a fraction of the time.

It lies in a folder that is a cache: whatever is in it may be deleted. A snapshot is used by the program and the engine
that wrote it only, and only if its files are what their digests say; otherwise, and where more than documents of some
cities has changed since, the graph is read from its own files. It is written beside and renamed: there all at once.
"""

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pyoxigraph
from pyoxigraph import NamedNode, RdfFormat, parse
from pyoxigraph import Store as Oxigraph

from sasaeai.errors import ServiceError
from sasaeai.journal import log
from sasaeai.repository import Repository
from sasaeai.settings import Settings
from sasaeai.store import confinement
from sasaeai.store.deriving import city_of, refusal
from sasaeai.store.loading import Holdings

_INDEX = "index"
_QUADS, _BLANK = "quads.nq", "blank.nq"
_MAKERS = ("deriving.py", "loading.py", "snapshot.py")
"""What decides on the content of a snapshot: another version of these does not trust it."""


@dataclass(frozen=True)
class Snapshot:
    """Name a snapshot: its folder, the digests of what it was made from, those of its files, and its quads."""

    folder: Path
    digests: Mapping[str, str]
    files: Mapping[str, str]
    quads: int

    def holdings(self) -> Holdings | None:
        """Load it; None if it is not what was written."""
        try:
            if any(_digest(self.folder / name) != each for name, each in self.files.items()):
                log("snapshot-damaged", folder=str(self.folder))
                return None
            store = Oxigraph()
            # What the engine wrote itself needs no second look at its IRIs.
            store.load(path=str(self.folder / _QUADS), format=RdfFormat.N_QUADS, lenient=True)
            # Loading would name blank nodes anew.
            store.extend(parse(path=str(self.folder / _BLANK), format=RdfFormat.N_QUADS))
        except FileNotFoundError:
            return None
        holdings = Holdings(store, self.digests)
        return holdings if holdings.size == self.quads else None


def program() -> str:
    """Name the program and the engine that write and trust a snapshot."""
    makers = b"".join((Path(__file__).parent / name).read_bytes() for name in _MAKERS)
    return hashlib.sha256(f"{pyoxigraph.__version__}\n".encode() + makers).hexdigest()[:12]


def find(folder: Path) -> Snapshot | None:
    """Return the newest snapshot in the folder that this program wrote."""
    found: list[tuple[float, Path, bytes]] = []
    for path in folder.glob(f"{program()}-*/{_INDEX}"):
        # Whoever writes one takes away the others.
        with contextlib.suppress(FileNotFoundError):
            found.append((path.stat().st_mtime, path, path.read_bytes()))
    for _, index, content in sorted(found, reverse=True):
        check, _, body = content.partition(b"\n")
        if check.decode(errors="replace") == hashlib.blake2b(body).hexdigest():
            said = json.loads(body)
            return Snapshot(index.parent, said["digests"], said["files"], said["quads"])
        log("snapshot-damaged", folder=str(index.parent))
    return None


def loaded(repository: Repository, settings: Settings) -> Holdings:
    """Load the graph as the settings have it: of a replica, the newest snapshot as it is."""
    return replica(settings.snapshots) if settings.replica else start(repository, settings.snapshots)


def start(repository: Repository, folder: Path | None) -> Holdings:
    """Load the graph: from the snapshot as far as it still holds, else from its files."""
    found = find(folder) if folder else None
    if found:
        changed = {name for name, _ in found.digests.items() ^ repository.digests().items()}
        if all(map(_is_of_a_city, changed)) and (holdings := found.holdings()):
            holdings.rules = repository.rules()
            if changed:
                holdings.reread(repository)
                holdings.settle()
            return holdings
    return Holdings.read(repository)


def replica(folder: Path | None) -> Holdings:
    """Load the newest snapshot as it is, whatever the files say; ServiceError if there is none that can be trusted."""
    found = find(folder) if folder else None
    if holdings := found and found.holdings():
        return holdings
    raise refusal(
        f"{folder} にこのプログラムのスナップショットがありません。sasaeai snapshot で作成してください。",
        f"{folder} holds no snapshot of this program. Make one with `sasaeai snapshot`.",
    )


def as_it_is() -> ServiceError:
    """Word that a replica does not change."""
    return refusal(
        "このサービスは写しのため、公開を受け付けません。スナップショットを作成する側のサービスで公開してください。",
        "This service is a replica and publishes nothing. Publish at the service whose snapshots it reads.",
    )


def is_kept(holdings: Holdings, folder: Path) -> bool:
    """Tell whether the newest snapshot holds just this."""
    found = find(folder)
    return bool(found and found.digests == holdings.digests)


def write(holdings: Holdings, folder: Path) -> Path:
    """Write a snapshot, whole or not at all, and take away all others; return where it lies."""
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f"{program()}-{holdings.version}"
    fresh = folder / f"new-{os.getpid()}"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    with open(fresh / _QUADS, "wb") as plain, open(fresh / _BLANK, "wb") as blank:
        output = _Sorted(plain, blank)
        holdings.store.dump(output, RdfFormat.N_QUADS)  # type: ignore[arg-type]
        output.end()
        for file in (plain, blank):
            file.flush()
            os.fsync(file.fileno())
    files = {name: _digest(fresh / name) for name in (_QUADS, _BLANK)}
    said = {"digests": holdings.digests, "files": files, "quads": holdings.size}
    body = json.dumps(said).encode()
    with open(fresh / _INDEX, "wb") as index:
        index.write(hashlib.blake2b(body).hexdigest().encode() + b"\n" + body)
        index.flush()
        os.fsync(index.fileno())
    shutil.rmtree(place, ignore_errors=True)
    os.rename(fresh, place)
    for other in folder.iterdir():
        if other != place and (other / _QUADS).exists():
            shutil.rmtree(other, ignore_errors=True)
    return place


def run(holdings: Holdings, folder: Path, parent: int) -> NoReturn:
    """Be the writer, in a process just forked from `parent`."""
    status = 1
    try:
        confinement.die_with_parent(parent)
        confinement.close_all_but()
        os.nice(19)
        write(holdings, folder)
        status = 0
    except BaseException as error:
        os.write(2, f"snapshot in {folder}: {error!r}\n".encode())
    finally:
        os._exit(status)
    raise AssertionError


@dataclass
class _Sorted:
    """Take N-Quads, and put the lines that may name a blank node into a file of their own."""

    plain: Any
    blank: Any
    rest: bytes = b""

    def write(self, piece: bytes) -> int:
        lines, newline, self.rest = (self.rest + piece).rpartition(b"\n")
        self._sort(lines + newline)
        return len(piece)

    def end(self) -> None:
        self._sort(self.rest)

    def flush(self) -> None:
        """Do nothing: what is left of a line is not to be written yet."""

    def _sort(self, lines: bytes) -> None:
        if b"_:" not in lines:
            self.plain.write(lines)
            return
        for line in lines.splitlines(keepends=True):
            (self.blank if b"_:" in line else self.plain).write(line)


def _is_of_a_city(name: str) -> bool:
    return not name.startswith("rule/") and bool(city_of(NamedNode(name)))


def _digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()
