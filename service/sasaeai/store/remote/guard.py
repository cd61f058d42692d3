"""The engine that looks at strangers' queries: `python -m sasaeai.store.remote.guard RUN_DIR`.

It is the engine within, over an empty graph: what it cannot read, or not in time, never reaches the server.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from sasaeai.repository import Conflict, GraphFile, QueryFile, Repository
from sasaeai.settings import Settings
from sasaeai.store.engine import Engine
from sasaeai.store.remote.client import WITHIN


class Empty(Repository):
    """Hold the project's prefixes, and no graph."""

    def graphs(self, *_: str) -> Iterator[GraphFile]:
        """Yield nothing."""
        return iter(())

    def rules(self) -> list[QueryFile]:
        """Return none: there is nothing to derive."""
        return []

    def conflicts(self) -> list[Conflict]:
        """Return none."""
        return []


def main(run_dir: str) -> NoReturn:
    """Serve an engine over nothing."""
    settings = replace(Settings.from_environment(), snapshots=None)
    folder = Path(run_dir) / WITHIN
    folder.mkdir(exist_ok=True)
    Engine(folder, settings, Empty(settings.root)).serve()


if __name__ == "__main__":
    main(sys.argv[1])
