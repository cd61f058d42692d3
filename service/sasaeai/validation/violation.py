"""What is wrong in somebody's data: a value, with its place and the words for it."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sasaeai.vocabulary import BASE, SAS, SHAPES


@dataclass(frozen=True)
class Violation:
    """Say what is wrong, where, and how to mend it.

    `rule` is `shapes:<shape>-<constraint>`, `checks:<query>`, or of a file that cannot be read its syntax with
    `:syntax`, `:encoding` or `:remote-context`; `line` is where the file begins to speak of the focus,
    if that was found.
    """

    rule: str
    focus: str
    path: str
    value: str
    severity: str
    messages: Mapping[str, str]
    graph: str
    file: str
    line: int | None

    def sentence(self, language: str) -> str:
        """Word it on one line: place, thing, property, value; what is wrong and how to mend it; the rule."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        thing = " ".join(short(each) for each in (self.focus, self.path, self.value) if each)
        return f"{place}: {thing}: {self.messages[language]} [{self.rule}]"

    def as_json(self) -> dict[str, Any]:
        """Return all of it as plain values."""
        return asdict(self)


def short(text: str) -> str:
    """Write an IRI as people know it: our own without what they share, a property by its last part."""
    for start, prefix in ((SAS, "sas:"), (SHAPES, "shapes:")):
        if text.startswith(start):
            return prefix + text.removeprefix(start)
    if text.startswith(BASE):
        return f"<{text.removeprefix(BASE)}>"
    return re.sub("^https?://(www[.]w3[.]org|purl[.]org|schema[.]org)/(.*[#/])?", "", text)
