"""What there is to say of a cell: what is wrong, and what was mended in reading; values, collected and never raised."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from sasaeai.vocabulary import LANGUAGES, Words

SAYINGS: dict[str, dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "words.yaml").read_text("utf-8"))
"""The words of each remark on a cell, how grave it is, and the rules of machine readability that the cell breaks."""

VIOLATION, REPAIR = "violation", "repair"
SEVERITIES: dict[str, Words] = {
    VIOLATION: {"ja": "誤り", "en": "wrong"},
    "warning": {"ja": "注意", "en": "look at it"},
    "info": {"ja": "情報", "en": "note"},
    REPAIR: {"ja": "読み替え", "en": "mended in reading"},
}
"""How grave a finding is, the gravest first, and what that is called."""


@dataclass(frozen=True)
class Place:
    """Hold a place: a sheet, its row and column from 1 (0: the whole row or sheet), and the heading.

    Of RDF it is a file, its line (0: it is not known), and the thing and property in the place of the heading.
    """

    sheet: str
    row: int = 0
    column: int = 0
    heading: str = ""
    line: int = 0

    @property
    def cell(self) -> str:
        """Name the place as spreadsheets do, 会議!C12; a line of a file as compilers do, city.ttl:12."""
        if self.line:
            return f"{self.sheet}:{self.line}"
        letters, number = "", self.column
        while number:
            number, rest = divmod(number - 1, 26)
            letters = chr(ord("A") + rest) + letters
        return f"{self.sheet}!{letters}{self.row or ''}" if letters or self.row else self.sheet


@dataclass(frozen=True)
class Remark:
    """Say something of a value, wherever it stands; `key` names the entry of SAYINGS, `suggestion` is what to type."""

    key: str
    value: str
    suggestion: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def severity(self) -> str:
        """Tell how grave it is."""
        return str(SAYINGS[self.key].get("is", VIOLATION))

    def at(self, place: Place) -> "Finding":
        """Return it as a finding at a place."""
        words, said = {}, SAYINGS[self.key]
        for language in LANGUAGES:
            told = {
                name: each.get(language, "") if isinstance(each, Mapping) else each
                for name, each in self.parameters.items()
            }
            words[language] = said[language].format_map({"value": self.value, "right": self.suggestion, **told})
        rules = tuple(said.get("rules", ()))
        return Finding(place, self.value, self.severity, f"cells:{self.key}", words, self.suggestion, readability=rules)


@dataclass(frozen=True)
class Finding:
    """Say what is wrong with a cell, or was mended in it: where, by which rule, in words, and what to type instead.

    `readability` are the rules of 行政データにおける機械可読性に関するルール that the cell breaks.
    """

    place: Place
    value: str
    severity: str
    rule: str
    messages: Words
    suggestion: str = ""
    focus: str = ""
    readability: tuple[str, ...] = ()

    @property
    def rules(self) -> str:
        """Name the rule, and those of machine readability beside it."""
        return " ".join((self.rule, *self.readability))

    def sentence(self, language: str) -> str:
        """Word it on one line: the cell, its heading and value; what is wrong and how to mend it; the rule."""
        about = " ".join(each for each in (self.place.heading, self.value) if each)
        right = f" → {self.suggestion}" if self.suggestion else ""
        return f"{self.place.cell}: {about}: {self.messages[language]}{right} [{self.rules}]"
