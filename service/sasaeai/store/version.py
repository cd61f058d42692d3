"""The version that new queries are answered from: told by the engine, read by everybody before each answer.

It stands in a file that every publication replaces. Beside it lies a count of the replacements, mapped by who reads:
while it is the same the version is, and who looks calls no kernel, in which another thread could take his turn.
"""

import mmap
import os
from datetime import UTC, datetime
from pathlib import Path

from sasaeai.errors import ServiceError

_COUNT = 8
"""Bytes of the count."""


def tell(run_dir: Path, version: str) -> None:
    """Let everybody who looks from now on read `version`; only the engine tells."""
    # The count stays the same file for as long as the folder is there: what is mapped must not be cut or replaced.
    with open(run_dir / "version-count", "ab") as file:
        file.write(bytes(_COUNT - file.tell()))
    fresh = run_dir / "version.new"
    fresh.write_text(version, "ascii")
    os.rename(fresh, run_dir / "version")
    with open(run_dir / "version-count", "r+b") as kept, mmap.mmap(kept.fileno(), _COUNT) as count:
        count[:] = (int.from_bytes(count) + 1).to_bytes(_COUNT)


class Told:
    """Read the version that the engine in `run_dir` tells; used from many threads."""

    def __init__(self, run_dir: Path) -> None:
        self._path, self._count_path = run_dir / "version", run_dir / "version-count"
        self._count: mmap.mmap | None = None
        self._kept = b"", "", datetime.fromtimestamp(0, UTC)

    def version(self) -> str:
        """Return the version; raises ServiceError 503 before the engine has told one."""
        return self._read()[0]

    def since(self, version: str) -> datetime | None:
        """Return when a version was published, if it is the one still."""
        try:
            present, published = self._read()
        except ServiceError:
            return None
        return published if present == version else None

    def _read(self) -> tuple[str, datetime]:
        try:
            count = (self._count or self._mapped())[:]
            known, version, published = self._kept
            if count != known:
                # The count is raised after the file is there: who reads too early reads once more.
                with open(self._path, encoding="ascii") as file:
                    version = file.read()
                    published = datetime.fromtimestamp(int(os.fstat(file.fileno()).st_mtime), UTC)
        except FileNotFoundError as error:
            raise ServiceError("engine-away", 503, retry_after=5) from error
        self._kept = count, version, published
        return version, published

    def _mapped(self) -> mmap.mmap:
        with open(self._count_path, "rb") as file:
            self._count = mmap.mmap(file.fileno(), _COUNT, access=mmap.ACCESS_READ)
        return self._count
