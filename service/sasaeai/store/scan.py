"""A courtesy look at a query's text: plain words for what would only cost a worker.

It is linear in the text and knows tokens, not the grammar. So it can be fooled, and is no wall: the worker is.
"""

import re

from sasaeai.errors import ServiceError

DEPTH = 100
OPERATORS = 500

# Possessive quantifiers, and an unclosed string runs to its line's or the text's end: no character is read twice
# by the same alternative, whatever the text.
_TOKEN = re.compile(
    r"""
      (?P<skip>
        \#[^\n\r]*+
      | <[^<>"{}|^`\\\x00-\x20]*+>
      | \"\"\"(?:[^"\\]|\\[\s\S]?|"(?!""))*+(?:\"\"\"|\Z)
      | '''(?:[^'\\]|\\[\s\S]?|'(?!''))*+(?:'''|\Z)
      | "(?:[^"\\\n\r]|\\.?)*+(?:"|(?=[\n\r])|\Z)
      | '(?:[^'\\\n\r]|\\.?)*+(?:'|(?=[\n\r])|\Z)
      | [?$@]\w++
      | [\w.%-]*+:(?:[\w.:%-]|\\.)*+
      | [+-]?[0-9][\w.]*+
      )
    | (?P<word>[^\W\d]\w*+)
    | (?P<open>[({\[])
    | (?P<close>[)}\]])
    | (?P<operator><<|\|\||&&|[<>!]?=|[/|^!<>*+-])
    """,
    re.VERBOSE,
)

_OPERATORS = frozenset(("optional", "union", "minus", "filter", "bind", "graph", "select", "exists", "in"))
_UPDATES = frozenset(
    ("insert", "delete", "load", "clear", "create", "drop", "copy", "move", "add", "with")
)  # fmt: skip
_PROLOGUE = frozenset(("base", "prefix", "version"))


def check(text: str) -> None:
    """Raise a ServiceError for an update, for SERVICE, and for a query nested or composed beyond reason."""
    if is_update(text):
        raise ServiceError("update", 403)
    depth = operators = 0
    for token in _TOKEN.finditer(text):
        match token.lastgroup:
            case "word":
                word = token[0].lower()
                if word == "service":
                    raise ServiceError("federation", 400)
                operators += word in _OPERATORS
            case "operator":
                operators += 1
            case "open":
                depth += 1
                if depth > DEPTH:
                    raise ServiceError("too-deep", 400, limit=DEPTH)
            case "close":
                depth -= 1
        if operators > OPERATORS:
            raise ServiceError("too-many-operators", 400, limit=OPERATORS)


def is_update(text: str) -> bool:
    """Say whether the first word after the prologue is one that an update begins with."""
    words = (token[0].lower() for token in _TOKEN.finditer(text) if token.lastgroup == "word")
    return next((word for word in words if word not in _PROLOGUE), "") in _UPDATES
