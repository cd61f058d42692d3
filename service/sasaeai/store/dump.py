"""Dumps: the whole graph as files, written once for each version by a process of its own, beside the engine's sockets.

What the rules derive is in them, and the merged default graph is not: it would say everything twice. Graphs follow
one another by name and triples within a graph are in order, so that a version has the same bytes on any machine; for
that the writer holds one graph at a time as text.
"""

import gzip
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NoReturn

from pyoxigraph import NamedNode, Quad, RdfFormat, serialize
from pyoxigraph import Store as Oxigraph

from sasaeai.formats import BY_NAME
from sasaeai.store import Dump, confinement

FOLDER = "dumps"
STEM = "sasaeai"
_INDEX = "index.json"
_FORMATS = ("nq", "trig")
_GZIP = "application/gzip"
_LEVEL = 6


@dataclass(frozen=True)
class _Twin:
    """Take what is written, plain and compressed, and digest both."""

    plain: Any
    packed: Any

    def write(self, piece: bytes) -> int:
        self.plain.write(piece)
        self.packed.write(piece)
        return len(piece)

    def flush(self) -> None:
        """Do nothing: both are closed in the end."""


class _Digested:
    """Write a file, counting and digesting what goes into it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = path.open("wb")
        self.size = 0
        self.sha256 = hashlib.sha256()

    def write(self, piece: bytes) -> int:
        self.file.write(piece)
        self.sha256.update(piece)
        self.size += len(piece)
        return len(piece)

    def flush(self) -> None:
        self.file.flush()


def folder(run_dir: Path, version: str) -> Path:
    """Return where the dumps of a version lie once they are whole."""
    return run_dir / FOLDER / version


def read(run_dir: Path, version: str) -> list[Dump] | None:
    """Return the dumps of a version, None where they are not written or not yet whole."""
    try:
        index = json.loads((folder(run_dir, version) / _INDEX).read_text("utf-8"))
    except FileNotFoundError:
        return None
    return [Dump(**each, path=folder(run_dir, version) / each["name"]) for each in index]


def run(store: Oxigraph, run_dir: Path, version: str, prefixes: Mapping[str, str], parent: int) -> NoReturn:
    """Be the writer, in a process just forked from `parent`."""
    status = 1
    try:
        confinement.die_with_parent(parent)
        confinement.close_all_but()
        os.nice(19)
        write(lambda: quads(store), run_dir, version, prefixes)
        status = 0
    except BaseException as error:
        os.write(2, f"dump of {version}: {error!r}\n".encode())
    finally:
        os._exit(status)
    raise AssertionError


def write(told: Callable[[], Iterator[Quad]], run_dir: Path, version: str, prefixes: Mapping[str, str]) -> None:
    """Write the dumps of a version, all of them or none, and take away those of other versions.

    `told` tells its quads in their order, once for each format; what it raises ends the writing.
    """
    fresh = folder(run_dir, f"{version}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    dumps = [dump for name in _FORMATS for dump in _written(told, fresh, name, prefixes)]
    index = [{name: each for name, each in asdict(dump).items() if name != "path"} for dump in dumps]
    (fresh / _INDEX).write_text(json.dumps(index), "utf-8")
    os.rename(fresh, folder(run_dir, version))
    for other in (run_dir / FOLDER).iterdir():
        if other.name != version:
            shutil.rmtree(other)


def _written(told: Callable[[], Iterator[Quad]], fresh: Path, name: str, prefixes: Mapping[str, str]) -> list[Dump]:
    media_type = BY_NAME[name].media_type
    plain, packed = _Digested(fresh / f"{STEM}.{name}"), _Digested(fresh / f"{STEM}.{name}.gz")
    with plain.file, packed.file:
        with gzip.GzipFile("", "wb", _LEVEL, packed, mtime=0) as zipped:
            syntax = RdfFormat.from_media_type(media_type)
            serialize(told(), _Twin(plain, zipped), syntax, prefixes=prefixes)  # type: ignore[arg-type]
        return [
            Dump(each.path.name, media, each.size, each.sha256.hexdigest(), each.path)
            for each, media in ((plain, media_type), (packed, _GZIP))
        ]


def quads(store: Oxigraph) -> Iterator[Quad]:
    """Tell the quads of all named graphs, in order."""
    for graph in sorted((each for each in store.named_graphs() if isinstance(each, NamedNode)), key=str):
        yield from sorted(store.quads_for_pattern(None, None, None, graph), key=str)
