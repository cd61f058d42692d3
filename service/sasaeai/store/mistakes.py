"""What is wrong with a query's text, and where: line, column and the words there."""

import re
import unicodedata

from sasaeai.errors import ServiceError

_PLACE = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_CHARACTERS = re.compile(r"\[[^\]]*'[^\]]*\](?:, )?|, \[_\]|\[_\]")

_BEFORE, _AFTER = 50, 20
"""Characters of a line that an excerpt shows before and after the place of the mistake."""


def misspelt(text: str, error: SyntaxError) -> ServiceError:
    """Tell line, column and excerpt, and what the engine expected there without its tables of characters."""
    if not (found := _PLACE.match(error.msg)):
        return ServiceError("syntax", 400, detail=error.msg)
    line, column = int(found[1]), int(found[2])
    expected = _CHARACTERS.sub("", found[3].replace("\n", " ")).strip(" ,")
    if expected == "Prefix not found":
        detail = {
            "ja": f"{line}行{column}文字目の手前の接頭辞が宣言されていません。先頭にPREFIXを書いてください",
            "en": f"the prefix before line {line}, column {column} is not declared; add a PREFIX for it at the top",
        }
    else:
        detail = {
            "ja": f"{line}行{column}文字目" + (f"。期待されるもの: {expected}" if expected else ""),
            "en": f"line {line}, column {column}" + (f"; expected {expected}" if expected else ""),
        }
    place = excerpt(text, line, column)
    return ServiceError("syntax", 400, detail=detail, line=line, column=column, excerpt=place)


def excerpt(text: str, line: int, column: int) -> str:
    """Return a line of a text around a column, both counted from 1, and below it a caret at the column.

    Each line is of at most 77 characters; three dots stand for what is left out. What cannot be seen is made visible,
    and under what is wide stands a wide space, so that the caret is below its character.
    """
    lines = text.split("\n")
    words = lines[line - 1] if line <= len(lines) else ""
    place = min(column - 1, len(words))
    start, end = max(0, place - _BEFORE), place + 1 + _AFTER
    before, after = ("..." if start else ""), ("..." if end < len(words) else "")
    shown = f"{before}{''.join(map(_visible, words[start:end]))}{after}".rstrip()
    return f"{shown}\n{' ' * len(before)}{''.join(map(_blank, words[start:place]))}^"


def _visible(character: str) -> str:
    """Put a space for a tab or the like, and U+FFFD for what is unseen or turns the direction of what follows."""
    if character.isspace() and character != "\N{IDEOGRAPHIC SPACE}":
        return " "
    return "\N{REPLACEMENT CHARACTER}" if unicodedata.category(character).startswith("C") else character


def _blank(character: str) -> str:
    """Return what is as wide as a character and empty."""
    if unicodedata.category(character) in {"Mn", "Me"}:
        return ""
    return "\N{IDEOGRAPHIC SPACE}" if unicodedata.east_asian_width(character) in "WF" else " "
