"""Put the graph's folders into the wheel, so that an installed service needs no checkout."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDERS = ("ontology", "shapes", "data", "queries")


class GraphFolders(BuildHookInterface[Any]):
    """Add the graph's folders as `sasaeai/graph/…`.

    Only to a standard wheel: an editable one reads the checkout itself, and a copy would go stale beside it.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the folders to include, unless the install is editable."""
        if version == "standard" and self.target_name == "wheel":
            root = Path(self.root)
            build_data["force_include"].update({str(root / name): f"sasaeai/graph/{name}" for name in FOLDERS})
