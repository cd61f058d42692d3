"""What is wrong with a query's text, and where: line, column and the words there."""

import re
import unicodedata

from pyoxigraph import Store as Oxigraph

from sasaeai.errors import ServiceError
from sasaeai.store.scan import chunks
from sasaeai.vocabulary import BASE

_PLACE = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_CHARACTERS = re.compile(r"\[[^\]]*'[^\]]*\](?:, )?|, \[_\]|\[_\]")

_STRETCH = 16
"""Spaces: more than the letters of the longest keyword, ENCODE_FOR_URI."""

_BEFORE, _AFTER = 50, 20
"""Characters of a line that an excerpt shows before and after the place of the mistake."""


def misspelt(text: str, error: SyntaxError) -> ServiceError:
    """Tell line, column and excerpt, and what the engine expected there without its tables of characters."""
    found = _PLACE.match(error.msg)
    if not found:
        return ServiceError("syntax", 400, detail=error.msg)
    (line, column), expected = _sharpened(text) or ((int(found[1]), int(found[2])), found[3])
    expected = _CHARACTERS.sub("", expected.replace("\n", " ")).strip(" ,")
    if "Prefix not found" in expected:
        detail = {
            "ja": f"{line}行{column}文字目の接頭辞が宣言されていません。先頭にPREFIXを書いてください",
            "en": f"the prefix at line {line}, column {column} is not declared; add a PREFIX for it at the top",
        }
    else:
        detail = {
            "ja": f"{line}行{column}文字目" + (f"。期待されるもの：{expected}" if expected else ""),
            "en": f"line {line}, column {column}" + (f"; expected {expected}" if expected else ""),
        }
    place = excerpt(text, line, column)
    return ServiceError("syntax", 400, detail=detail, line=line, column=column, excerpt=place)


def _sharpened(text: str) -> tuple[tuple[int, int], str] | None:
    """Find the place of a mistake more exactly than the engine does; None if it finds none in the stretched text.

    The engine names the furthest character it has looked at, and looks ahead for keywords: it points up to 14
    characters too far. With more white space than that between all words, it looks at no word that it has not reached.
    """
    stretched, starts = "", list[tuple[int, int, int]]()
    for start, end in chunks(text):
        gap = text[starts[-1][2] if starts else 0 : start]
        stretched += f"{gap}{' ' * _STRETCH}"
        starts.append((len(stretched), start, end))
        stretched += text[start:end]
    stretched += "\n" + " " * _STRETCH
    try:
        Oxigraph().query(stretched, base_iri=BASE)
    except SyntaxError as error:
        if not (found := _PLACE.match(error.msg)):
            return None
        offset = _offset(stretched, int(found[1]), int(found[2]))
        reached = [each for each in starts if each[0] <= offset]
        if not reached or offset >= len(stretched):
            return _place(text, starts[-1][2] if starts else 0), found[3]
        at, start, end = reached[-1]
        inside = offset - at
        # In the white space behind a word the engine was looking for keywords: what it misses there says nothing.
        expected = found[3] if inside <= end - start else ""
        return _place(text, start + inside if inside < end - start else start), expected
    except (OSError, RuntimeError, ValueError):
        return None
    return None


def _offset(text: str, line: int, column: int) -> int:
    lines = text.split("\n")[: line - 1]
    return sum(map(len, lines)) + len(lines) + column - 1


def _place(text: str, offset: int) -> tuple[int, int]:
    """Return line and column of a character, both counted from 1."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


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
