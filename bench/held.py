"""A nation as all programs hold it: read from its files once, for all that is measured of it."""

import shutil
import tempfile
import time
import weakref
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path

from pyoxigraph import QuerySolutions, RdfFormat, Store, serialize

from sasaeai.repository import Repository
from sasaeai.store import snapshot
from sasaeai.store.loading import Holdings

_PREFIX = "PREFIX sas: <https://w3id.org/sasaeai/ns#> SELECT DISTINCT ?x "


@dataclass(frozen=True)
class Held:
    """Tell where the quads lie, how many they are, what they are about, and what reading the files took in CPU-s."""

    folder: Path
    quads: int
    councils: list[str]
    codes: list[str]
    cpu: float

    @property
    def snapshots(self) -> Path:
        """Return the folder of the snapshot: to be read only."""
        return self.folder / "snapshots"

    @property
    def served(self) -> Path:
        """Return the graph as it is served, in N-Quads."""
        return self.folder / "all.nq"

    @property
    def named(self) -> Path:
        """Return the same without the merge, in N-Quads."""
        return self.folder / "named.nq"


@lru_cache(1)
def held(root: Path) -> Held:
    """Read a repository, in a process whose memory goes with it; what is written goes when another nation is read."""
    folder = Path(tempfile.mkdtemp(prefix="sasaeai-bench-"))
    try:
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            found = pool.submit(_written, root, folder).result()
    except BaseException:
        shutil.rmtree(folder)
        raise
    weakref.finalize(found, shutil.rmtree, folder)
    return found


def _written(root: Path, folder: Path) -> Held:
    began = time.process_time()
    holdings = Holdings.read(Repository(root))
    cpu = time.process_time() - began
    found = Held(folder, len(holdings.store), *_spoken_of(holdings.store), cpu)
    snapshot.write(holdings, found.snapshots)
    with found.served.open("wb") as file:
        holdings.store.dump(file, RdfFormat.N_QUADS)
    with found.named.open("wb") as file:
        for graph in holdings.store.named_graphs():
            serialize(holdings.store.quads_for_pattern(None, None, None, graph), file, RdfFormat.N_QUADS)
    return found


def _spoken_of(store: Store) -> tuple[list[str], list[str]]:
    """Return the councils' IRIs, and the codes of the cities that tell of meetings: a question has an answer there."""

    def values(text: str) -> list[str]:
        found = store.query(_PREFIX + text)
        assert isinstance(found, QuerySolutions)
        return [row[0].value for row in found]

    meets = "?programme sas:runBy/sas:code ?x FILTER EXISTS { ?meeting sas:programme ?programme ; a sas:Meeting }"
    return values("{ ?x a sas:Council } ORDER BY ?x"), values(f"{{ {meets} }} ORDER BY ?x")
