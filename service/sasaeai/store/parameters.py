"""Put a caller's values into a query: as terms of the engine's own classes, never as text."""

import datetime
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from pyoxigraph import Literal, NamedNode

from sasaeai.vocabulary import XSD

Term = Literal | NamedNode

_SLOT = re.compile(r"VALUES\s+\?(\w+)\s*\{[^{}]*\}")
_OFFSET = re.compile(r"\bOFFSET 0\b")
_ESCAPE = re.compile(r"(\\\\)([uU])|\\.")


def slots(text: str) -> list[str]:
    """Name the places of a query where values go, `VALUES ?name { … }`, in their order."""
    return _SLOT.findall(text)


def bind(text: str, values: Mapping[str, Sequence[Term]]) -> str:
    """Return the query with each parameter's `VALUES ?name { … }` holding the given terms.

    The words a query file stands with (its defaults, or UNDEF for "any") make it run unchanged in any tool; a
    parameter without values keeps them. The engine's classes escape what a term contains, and the text is gone
    through once, so that a value that looks like a place for another is left alone.
    """

    def block(found: re.Match[str]) -> str:
        terms = values.get(found[1])
        return f"VALUES ?{found[1]} {{ {' '.join(map(spelled, terms))} }}" if terms else found[0]

    return _SLOT.sub(block, text)


def at(text: str, offset: int) -> str:
    """Return a paged query with its `OFFSET 0` at a row further on; the number is a number, whoever gave it."""
    return _OFFSET.sub(f"OFFSET {int(offset)}", text)


def spelled(term: object) -> str:
    """Spell a term, or a triple of terms, so that every reader of SPARQL reads the same."""
    # SPARQL 1.1 §19.2 reads \u0041 before it reads tokens, some engines within them: after an escaped backslash a
    # letter u would be an escape to the one and not to the other, so it is written by its number, which both read; in
    # its long form, since rdflib takes eight digits wherever eight follow.
    text = str(term)
    if "\\" not in text:
        return text  # nearly all are: a page asks about hundreds of terms
    return _ESCAPE.sub(lambda found: f"{found[1]}\\U{ord(found[2]):08X}" if found[1] else found[0], text)


def literal(value: str | int | Decimal | datetime.date) -> Literal:
    """Make a literal of a Python value: xsd:string, xsd:integer, xsd:decimal or xsd:date."""
    if isinstance(value, datetime.date):
        return Literal(value.isoformat(), datatype=NamedNode(XSD + "date"))
    if isinstance(value, Decimal):
        return Literal(f"{value:f}", datatype=NamedNode(XSD + "decimal"))
    return Literal(value)


def in_language(text: str, language: str) -> Literal:
    """Make a text in a language."""
    return Literal(text, language=language)


def iri(text: str) -> NamedNode:
    """Make an IRI; raises ValueError for what is not an absolute one."""
    return NamedNode(text)
