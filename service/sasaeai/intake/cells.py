"""How a value stands in a cell, and what a cell means: one cannot be without the other."""

import re
import unicodedata
from datetime import date, time

from rdflib import BNode, Literal, URIRef

from sasaeai.fields import Column, Field, Names
from sasaeai.intake.findings import Remark
from sasaeai.intake.moments import moment, period, period_written
from sasaeai.intake.references import reference, things
from sasaeai.intake.values import (
    BOOLEAN,
    DECIMAL,
    INTEGER,
    LANG_STRING,
    NOTHING,
    STRING,
    TEXTS,
    Term,
    Understood,
    digits,
    plain,
)
from sasaeai.workbook import Raw

YES, NO, MARK = "はい", "いいえ", "○"
_TRUE = {"はい", "有", "あり", "○", "◯", "〇", "true", "yes", "1", "真"}
_FALSE = {"いいえ", "無", "なし", "×", "✕", "✗", "false", "no", "0", "偽"}
_MARKS = {"○", "◯", "〇", "✓", "✔", "●", "はい", "true", "yes", "1", "m", "空欄"}
_DITTO = {"同上", "〃", "々", "″", '"', "”", "仝"}
_ERRORS = {"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"}
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def shown(column: Column, values: list[Term], names: Names) -> tuple[str | int | float, list[Term]]:
    """Write the values of a property as a cell; what does not come back the same from it is returned beside it."""
    pieces: list[str | int | float] = []
    left: list[Term] = []
    for value in values:
        piece = _written(column, value, names)
        if piece is None or understood(column, piece, names).values != (value,):
            left.append(value)
        else:
            pieces.append(piece)
    if len(pieces) == 1:
        return pieces[0], left
    cell = "\n".join(str(each) for each in pieces)
    if set(understood(column, cell, names).values) | set(left) != set(values):
        return "", values
    return cell, left


def understood(column: Column, raw: Raw, names: Names, written: date | None = None) -> Understood:
    """Read a cell: its values, one a line where the column takes several; `written` is the day of its document."""
    if raw is None or raw == "" or (isinstance(raw, str) and not raw.strip()):
        return Understood()
    if not isinstance(raw, str):
        return _piece(column, raw, names, written)
    text = raw.strip()
    if text.upper() in _ERRORS:
        return Understood((), (Remark("cell-error", text),))
    if text in _DITTO:
        return Understood((), (Remark("ditto", text),))
    whole_cell = column.field.single and set(column.field.datatypes) & TEXTS
    lines = [text] if whole_cell else [line.strip() for line in text.splitlines() if line.strip()]
    read = [_piece(column, line, names, written) for line in lines]
    return Understood(
        tuple(dict.fromkeys(value for each in read for value in each.values)),
        tuple(remark for each in read for remark in each.remarks),
    )


def _written(column: Column, value: Term, names: Names) -> str | int | float | None:
    field = column.field
    if isinstance(value, BNode):
        return None
    if isinstance(value, URIRef):
        if field.datatypes:
            return None
        if field.choices:
            return MARK if str(value) in field.choices else None
        return period_written(str(value)) if field.period else reference(str(value), field.kinds, names)
    if value.language:
        return str(value) if value.language == column.language else None
    kind = str(value.datatype or STRING)
    if kind in (INTEGER, DECIMAL):
        number = float(str(value)) if kind == DECIMAL and "." in str(value) else int(str(value))
        return number if str(number) == str(value) else None
    if kind == BOOLEAN:
        return {"true": YES, "false": NO}.get(str(value))
    return str(value)


def _piece(column: Column, raw: Raw, names: Names, written: date | None) -> Understood:
    field = column.field
    if field.choices:
        return _choice(field, raw)
    if not field.datatypes:
        if field.period:
            return period(field, raw, written)
        return things(field, raw, names)
    if LANG_STRING in field.datatypes or set(field.datatypes) <= TEXTS:
        return _text(column, raw)
    if plain(raw) in NOTHING:
        return Understood((), (Remark("placeholder", str(raw)),))
    if BOOLEAN in field.datatypes:
        return _truth(raw)
    if set(field.datatypes) & {INTEGER, DECIMAL}:
        return _number(field, raw)
    return moment(field, raw, written)


def _choice(field: Field, raw: Raw) -> Understood:
    text = digits(raw).strip()
    if all(each.startswith("http") for each in field.choices):
        if plain(raw) in _MARKS or text in field.choices:
            return Understood((URIRef(field.choices[0]),))
        return Understood((), (Remark("not-a-mark", text, MARK),))
    if text in field.choices:
        return Understood((Literal(text),))
    return Understood((), (Remark("not-a-choice", text, parameters={"choices": "、".join(field.choices)}),))


def _text(column: Column, raw: Raw) -> Understood:
    if isinstance(raw, bool | date | time):
        return Understood((), (Remark("not-text", digits(raw)),))
    text = digits(raw).strip()
    datatype = column.field.datatypes[0]
    remarks: tuple[Remark, ...] = ()
    pattern = column.field.pattern
    if pattern and not re.search(pattern, text):
        right = _fitting(pattern, text)
        if right:
            remarks = (Remark("zeros-added" if right.endswith(text) else "width-folded", text, right),)
            text = right
    if datatype == LANG_STRING:
        return Understood((Literal(text, lang=column.language),), remarks)
    return Understood((Literal(text, datatype=None if datatype == STRING else URIRef(datatype)),), remarks)


def _fitting(pattern: str, text: str) -> str:
    """Find what fits a pattern and differs from the text only in width or in zeros lost before a number."""
    plain = unicodedata.normalize("NFKC", text).translate(dict.fromkeys(map(ord, "‐‑–—―−ー"), "-"))
    tries = [plain] + ([plain.zfill(count) for count in range(len(plain) + 1, 14)] if plain.isdecimal() else [])
    return next((each for each in tries if re.search(pattern, each)), "")


def _truth(raw: Raw) -> Understood:
    text = plain(raw)
    if text in _TRUE:
        return Understood((Literal("true", datatype=URIRef(BOOLEAN), normalize=False),))
    if text in _FALSE:
        return Understood((Literal("false", datatype=URIRef(BOOLEAN), normalize=False),))
    return Understood((), (Remark("not-yes-or-no", digits(raw)),))


def _number(field: Field, raw: Raw) -> Understood:
    given = digits(raw).strip()
    if isinstance(raw, bool | date | time):
        return Understood((), (Remark("not-a-number", given),))
    plain = unicodedata.normalize("NFKC", given).replace(",", "").replace(" ", "")
    kind = INTEGER if "." not in plain else DECIMAL
    if not _NUMBER.fullmatch(plain) or kind not in field.datatypes:
        found = re.findall(r"[0-9]+(?:\.[0-9]+)?", plain)
        right = found[0] if len(found) == 1 and found[0] != plain else ""
        return Understood((), (Remark("not-a-number", given, right),))
    remarks = (Remark("width-folded", given, plain),) if plain != given else ()
    return Understood((Literal(plain, datatype=URIRef(kind), normalize=False),), remarks)
