"""What was found before, in a folder that may be deleted at any time: it saves work and decides nothing.

A city's findings are kept under the digest of its documents, of all rules and of the programs that apply them, with a
digest of everything else that was looked up. Where one differs, or the file cannot be read, the city is looked at anew.
"""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from sasaeai.validation.violation import Violation

_PROGRAMS = ("pyshacl", "pyoxigraph", "rdflib")


class Kept:
    """Find and keep what was found in a city."""

    def __init__(self, folder: Path, rules: Iterable[bytes]) -> None:
        self._folder = folder
        own = [path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))]
        self._rules = digest_of([*own, *(f"{each} {version(each)}".encode() for each in _PROGRAMS), *rules])

    def find(self, city: str, digest: Callable[[str], str]) -> list[Violation] | None:
        """Return what was found in a city of this digest, if all that was looked up still has its digest."""
        key = self._key(city)
        try:
            kept = json.loads((self._folder / f"{key}.json").read_bytes())
            if kept["key"] != key or any(digest(name) != each for name, each in kept["looked_up"].items()):
                return None
            return [Violation(**each) for each in kept["found"]]
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None

    def keep(self, city: str, looked_up: Mapping[str, str], found: Iterable[Violation]) -> None:
        """Keep it, whole or not at all."""
        key = self._key(city)
        self._folder.mkdir(parents=True, exist_ok=True)
        whole = {"key": key, "looked_up": looked_up, "found": [each.as_json() for each in found]}
        new = self._folder / f"{key}.{os.getpid()}.new"
        new.write_text(json.dumps(whole, ensure_ascii=False), "utf-8")
        new.replace(self._folder / f"{key}.json")

    def _key(self, city: str) -> str:
        return digest_of([self._rules.encode(), city.encode()])


def digest_of(contents: Iterable[bytes]) -> str:
    """Digest several contents in their order."""
    return sha256(b"".join(sha256(each).digest() for each in contents)).hexdigest()[:32]
