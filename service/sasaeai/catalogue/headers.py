"""The grammar of a question's header: what each key holds, and what is wanted where it does not.

`summary` and `tags` are grlc's keys (https://grlc.io); the others are this project's. `queries/README.md` teaches them.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import yaml

from sasaeai.repository import QueryFile
from sasaeai.vocabulary import LANGUAGES, Words

KEYS = {
    *("title", "summary", "caveat", "tags", "scope", "parameters", "columns", "chart", "example"),
    *("deprecated", "replaced-by"),
}
"""What a header can say."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_FILE_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Header:
    """Read the keys of one header, or of a mapping within it.

    Every method raises ValueError naming the file, the key and what is wanted there.
    """

    def __init__(self, said: Mapping[str, Any], where: str, known: set[str] | None = None) -> None:
        self._said, self.where = said, where
        if known is not None and (unknown := sorted(map(str, said.keys() - known))):
            raise self.wrong(unknown[0], f"no such key; there are {', '.join(sorted(known))}")

    def __contains__(self, key: str) -> bool:
        """Tell whether the header says anything under a key."""
        return key in self._said

    def wrong(self, key: str, wanted: str) -> ValueError:
        """Return the mistake of a key, to be raised."""
        return ValueError(f"{self.where}: {key}: {wanted}")

    def needed(self, key: str, wanted: str) -> Any:
        """Return what stands under a key, which may not be missing."""
        if self._said.get(key) is None:
            raise self.wrong(key, f"it is missing; {wanted}")
        return self._said[key]

    def words(self, key: str) -> Words:
        """Return a text in every language."""
        wanted = f"give words in each of {', '.join(LANGUAGES)}, as {{ja: …, en: …}}"
        said = self.needed(key, wanted)
        if not _is_words(said):
            raise self.wrong(key, f"{wanted}; it says {said!r}")
        return {language: said[language] for language in LANGUAGES}

    def optional_words(self, key: str) -> Words | None:
        """Return a text in every language, or None where there is none."""
        return self.words(key) if key in self else None

    def text(self, key: str, wanted: str) -> str:
        """Return a text that is neither empty nor a number: YAML reads 11002 as one, "011002" as a text."""
        said = self.needed(key, wanted)
        if not isinstance(said, str) or not said.strip():
            raise self.wrong(key, f"{wanted}, as a text in quotation marks; it says {said!r}")
        return said

    def truth(self, key: str) -> bool:
        """Return true or false; false where nothing is said."""
        said = self._said.get(key, False)
        if not isinstance(said, bool):
            raise self.wrong(key, f"write true or false; it says {said!r}")
        return said

    def name(self, key: str, wanted: str) -> str:
        """Return a name of ASCII letters and digits that begins with a letter: a variable of SPARQL."""
        said = self.text(key, wanted)
        if not _NAME.fullmatch(said):
            raise self.wrong(key, f"write ASCII letters and digits, the first a letter; it says {said!r}")
        return said

    def names(self, key: str, wanted: str) -> tuple[str, ...]:
        """Return a list of at least one text."""
        said = self.needed(key, wanted)
        if not isinstance(said, list) or not said or not all(isinstance(each, str) for each in said):
            raise self.wrong(key, f"{wanted}; it says {said!r}")
        return tuple(said)

    def day(self, key: str) -> date | None:
        """Return a day, or None where nothing is said."""
        said = self._said.get(key)
        if said is not None and type(said) is not date:
            raise self.wrong(key, f"write a day as 2026-11-22; it says {said!r}")
        return said

    def file_name(self, key: str) -> str | None:
        """Return the name of another question, or None where nothing is said."""
        said = self._said.get(key)
        if said is not None and (not isinstance(said, str) or not _FILE_NAME.fullmatch(said)):
            raise self.wrong(key, f"write the name of a question, as its file has it; it says {said!r}")
        return said

    def mapping(self, key: str, known: set[str] | None = None) -> "Header":
        """Return the mapping under a key, an empty one where nothing is said; `known` are the keys it may have."""
        said = self._said.get(key, {})
        if not isinstance(said, dict):
            raise self.wrong(key, f"write a mapping, as {{key: value}}; it says {said!r}")
        return Header(said, f"{self.where}: {key}", known)

    def mappings(self, key: str, known: set[str]) -> list["Header"]:
        """Return the mappings listed under a key, none where nothing is said."""
        said = self._said.get(key, [])
        if not isinstance(said, list) or not all(isinstance(each, dict) for each in said):
            raise self.wrong(key, f"write a list of mappings; it says {said!r}")
        named = ((each, each.get("name", number)) for number, each in enumerate(said, 1))
        return [Header(each, f"{self.where}: {key}: {name}", known) for each, name in named]

    @property
    def keys(self) -> list[str]:
        """Return the keys in their order."""
        return [str(each) for each in self._said]

    def values(self, key: str) -> list[str]:
        """Return one or several values as texts."""
        said = self._said[key]
        if isinstance(said, dict):
            raise self.wrong(key, f"write a list of values; it says {said!r}")
        return [str(each) for each in said] if isinstance(said, list) else [str(said)]


def header(file: QueryFile) -> Header:
    """Read the header of a question's file; ValueError where there is none, or it is not YAML."""
    try:
        said = file.header
    except yaml.YAMLError as error:
        raise ValueError(f"{file.path}: the lines beginning with #+ are not YAML: {error}") from error
    if not isinstance(said, dict):
        raise ValueError(f"{file.path}: there is no header; begin with lines such as #+ title: {{ja: …, en: …}}")
    return Header(said, str(file.path), KEYS)


def _is_words(said: Any) -> bool:
    return (
        isinstance(said, dict)
        and set(said) == set(LANGUAGES)
        and all(isinstance(each, str) and each.strip() for each in said.values())
    )
