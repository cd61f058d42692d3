"""What stands in the cells of a list."""

import re
from dataclasses import dataclass
from typing import Any

from sasaeai.statements.finding import fold
from sasaeai.vocabulary import BASE

_SHORT = re.compile(rf"{BASE}(?:concept/[^/]+|id/[a-z-]+)/([^/]+)|{BASE}id/(.+)|{BASE}ns#(.+)")
_NUMBER = {f"http://www.w3.org/2001/XMLSchema#{name}" for name in ("integer", "decimal", "double")}
_BOOLEAN = "http://www.w3.org/2001/XMLSchema#boolean"


@dataclass(frozen=True, slots=True)
class Value:
    """Hold one value of a cell: a term as SPARQL results have it, and its label if it is an IRI.

    Thousands of them are kept: what can be told of them is told when it is asked for.
    """

    type: str
    text: str
    datatype: str | None = None
    language: str | None = None
    label: str | None = None

    @property
    def key(self) -> str:
        """Return what stands for it in an address: the key of a concept, a municipality's code, a text as it is."""
        short = _SHORT.fullmatch(self.text) if self.is_iri else None
        return next(filter(None, short.groups())) if short else self.text

    @property
    def rank(self) -> tuple[float, str]:
        """Place numbers by what they count, keys that are numbers (codes, years) by their number, texts after them."""
        key = self.key
        if self.datatype in _NUMBER or (self.is_iri and key.isascii() and key.isdigit()):
            return float(key), ""
        return float("inf"), fold(self.shown)

    @property
    def is_iri(self) -> bool:
        """Tell whether the value is a thing."""
        return self.type == "uri"

    @property
    def leads_on(self) -> bool:
        """Tell whether the value is a thing whose page is worth going to, rather than a term or a year."""
        return self.is_iri and not self.text.startswith((f"{BASE}concept/", f"{BASE}ns#", f"{BASE}id/fiscal-year/"))

    @property
    def is_number(self) -> bool:
        """Tell whether the value is a number."""
        return self.datatype in _NUMBER

    @property
    def is_day(self) -> bool:
        """Tell whether the value is a day, a month, or a time."""
        return bool(self.datatype) and str(self.datatype).rpartition("#")[2] in {"date", "dateTime", "gYearMonth"}

    @property
    def truth(self) -> bool | None:
        """Return the value of a boolean; None of anything else."""
        return self.text == "true" if self.datatype == _BOOLEAN else None

    @property
    def shown(self) -> str:
        """Return the words that stand for the value."""
        return self.label or (self.key if self.is_iri else self.text)

    @property
    def term(self) -> dict[str, Any]:
        """Return the value as SPARQL 1.1 Query Results JSON has it."""
        more = {"datatype": self.datatype, "xml:lang": self.language}
        return {"type": self.type, "value": self.text} | {name: said for name, said in more.items() if said}
