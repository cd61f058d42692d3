"""A courtesy look at a query's text: plain words for what would only cost a worker.

It is linear in the text and knows tokens, not the grammar. So it can be fooled, and is no wall: the worker is.
"""

import re
from collections.abc import Iterator

from sasaeai.errors import ServiceError

DEPTH = 100
OPERATORS = 500

# Possessive quantifiers, no alternative that gives back what it has read, and unclosed strings that run to the end of
# their line or of the text: whatever the text, no character is read more than a few times.
_SKIPPED = r"""
    \#[^\n\r]*+
  | <[^<>"{}|^`\\\x00-\x20]*+>
  | \"\"\"(?:[^"\\]|\\[\s\S]?|"(?!""))*+(?:\"\"\"|\Z)
  | '''(?:[^'\\]|\\[\s\S]?|'(?!''))*+(?:'''|\Z)
  | "(?:[^"\\\n\r]|\\.?)*+(?:"|(?=[\n\r])|\Z)
  | '(?:[^'\\\n\r]|\\.?)*+(?:'|(?=[\n\r])|\Z)
  | [?$@][\w\xb7\u0300-\u036f\u203f\u2040\u2070-\u2fef\u3001-\ud7ff\uf900-\ufffd\U00010000-\U000effff]*+
  | :(?:[\w.:%-]|\\.)*+
  | [+-](?=[0-9])
"""
_WORD = r"\w[\w.%-]*+"
_PREFIXED = r":(?:[\w.:%-]|\\.)*+"
_OPEN, _CLOSE, _OPERATOR = r"[({\[]", r"[)}\]]", r"<<|\|\||&&|[<>!]?=|[/|^!<>*+-]"

_TOKEN = re.compile(rf"{_SKIPPED} | {_WORD}(?:{_PREFIXED})?+ | {_OPEN} | {_CLOSE} | {_OPERATOR}", re.VERBOSE)

_CHUNK = re.compile(rf"(?:{_TOKEN.pattern} | \S)++", re.VERBOSE)

# All that means nothing here is read in one go with what does: most of a query is names, variables and white space.
_SIGN = re.compile(
    rf"""
      (?:{_SKIPPED} | {_WORD}{_PREFIXED} | [\s.,;]++)*+
      (?:(?P<word>{_WORD}) | (?P<open>{_OPEN}) | (?P<close>{_CLOSE}) | (?P<operator>{_OPERATOR}) | [\s\S] | \Z)
    """,
    re.VERBOSE,
)

_JOINT = re.compile(r"[.%-]")

_OPERATORS = frozenset(("optional", "union", "minus", "filter", "bind", "graph", "select", "exists", "in"))
_UPDATES = frozenset(("insert", "delete", "load", "clear", "create", "drop", "copy", "move", "add", "with"))
_PROLOGUE = frozenset(("base", "prefix", "version"))


def scan(text: str) -> None:
    """Raise a ServiceError for an update, for SERVICE, and for a query nested or composed beyond reason."""
    if is_update(text):
        raise ServiceError("update", 403)
    depth = operators = 0
    for kind, token in _tokens(text):
        match kind:
            case "word":
                if token == "service":
                    raise ServiceError("federation", 400)
                operators += token in _OPERATORS
            case "operator":
                operators += 1
            case "open":
                depth += 1
            case "close":
                depth -= 1
        if depth > DEPTH:
            raise ServiceError("too-deep", 400, limit=DEPTH)
        if operators > OPERATORS:
            raise ServiceError("too-many-operators", 400, limit=OPERATORS)


def is_update(text: str) -> bool:
    """Say whether the first word after the prologue is one that an update begins with."""
    return form(text) in _UPDATES


def form(text: str) -> str:
    """Return the first word after the prologue, in lower case: select, ask, construct, describe, or an update's."""
    words = (token for kind, token in _tokens(text) if kind == "word")
    return next((word for word in words if word not in _PROLOGUE), "")


def chunks(text: str) -> Iterator[tuple[int, int]]:
    """Yield where what stands between white space starts and ends; a string or comment is in one piece."""
    return (found.span() for found in _CHUNK.finditer(text))


def pieces(text: str) -> Iterator[str]:
    """Yield a text piece by piece: tokens, and what stands between them; a variable is in one piece."""
    end = 0
    for found in _TOKEN.finditer(text):
        yield text[end : found.start()]
        yield found[0]
        end = found.end()
    yield text[end:]


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Yield the brackets, operators and bare words of a text, words in lower case."""
    for found in _SIGN.finditer(text):
        kind = found.lastgroup
        if kind == "word":
            words = found[kind].lower()
            if words.isalnum():
                yield kind, words
            else:
                yield from ((kind, each) for each in _JOINT.split(words))
        elif kind:
            yield kind, found[kind]
