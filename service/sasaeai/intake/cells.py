"""How a value stands in a cell, and what a cell means: one cannot be without the other."""

import difflib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from rdflib import RDF, BNode, Literal, URIRef

from sasaeai.calendar import CalendarError, Moment, fiscal_year_label, fiscal_year_of, parse_day
from sasaeai.fields import Column, Field, Names
from sasaeai.intake.findings import Remark
from sasaeai.intake.keys import iri_of, key_of, whole
from sasaeai.vocabulary import CONCEPT, ID, SAS, XSD
from sasaeai.workbook import Raw

Term = URIRef | Literal | BNode

LANG_STRING = str(RDF.langString)
STRING, URI, INTEGER, DECIMAL, BOOLEAN, DATE, MONTH, MOMENT = (
    XSD + each for each in ("string", "anyURI", "integer", "decimal", "boolean", "date", "gYearMonth", "dateTime")
)
TEXTS = {LANG_STRING, STRING, URI}

YES, NO, MARK = "はい", "いいえ", "○"
_TRUE = {"はい", "有", "あり", "○", "◯", "〇", "true", "yes", "1", "真"}
_FALSE = {"いいえ", "無", "なし", "×", "✕", "✗", "false", "no", "0", "偽"}
_MARKS = {"○", "◯", "〇", "✓", "✔", "●", "はい", "true", "yes", "1", "m", "空欄"}
_DITTO = {"同上", "〃", "々", "″", '"', "”", "仝"}
_NOTHING = {
    "-",
    "—",
    "―",
    "‐",
    "–",
    "ー",
    "なし",
    "無し",
    "無",
    "不明",
    "未定",
    "未記入",
    "該当なし",
    "n/a",
    "na",
    "?",
}
_ERRORS = {"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"}
_WITH_KEY = re.compile(r"(?:.*\s)?\[([^\[\]]+)\]")
_EPOCH = date(1899, 12, 30)
_FIRST_SERIAL, _LAST_SERIAL = 3654, 109_574
"""Days that Excel counts 1 January 1910 and 31 December 2199 as: a number outside of them is no date of ours."""
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_CLOCK = re.compile(r"(.*?)[T ]*([0-9]{1,2})[::時]([0-9]{1,2})分?(?:[::]([0-9]{2}))?(\+09:00)?")
_ALIKE = 0.76
"""How alike two names must be for the one to be suggested for the other (difflib)."""

_JAPAN = "+09:00"


@dataclass(frozen=True)
class Understood:
    """Hold what a cell means, and what there is to say of it."""

    values: tuple[Term, ...] = ()
    remarks: tuple[Remark, ...] = ()


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


def understood(column: Column, raw: Raw, names: Names) -> Understood:
    """Read a cell: its values, one a line where the column takes several."""
    if raw is None or raw == "" or (isinstance(raw, str) and not raw.strip()):
        return Understood()
    if not isinstance(raw, str):
        return _piece(column, raw, names)
    text = raw.strip()
    if text.upper() in _ERRORS:
        return Understood((), (Remark("cell-error", text),))
    if text in _DITTO:
        return Understood((), (Remark("ditto", text),))
    whole_cell = column.field.single and set(column.field.datatypes) & TEXTS
    lines = [text] if whole_cell else [line.strip() for line in text.splitlines() if line.strip()]
    read = [_piece(column, line, names) for line in lines]
    return Understood(
        tuple(dict.fromkeys(value for each in read for value in each.values)),
        tuple(remark for each in read for remark in each.remarks),
    )


def reference(iri: str, kinds: tuple[str, ...], names: Names) -> str:
    """Write a thing by its name; where another could be meant, or it has none, with its key."""
    label = names.label(iri)
    if not label or "\n" in label or "[" in label:
        return key_of(iri)
    return label if names.meant(label, kinds) == {iri} else f"{label} [{key_of(iri)}]"


def nearest(text: str, known: Sequence[str]) -> str:
    """Find the known name that was probably meant: one nearly the same, or part of it; never one of another number."""
    same = [each for each in known if re.findall("[0-9]+", each) == re.findall("[0-9]+", text)]
    close = difflib.get_close_matches(text, same, 1, _ALIKE)
    if close:
        return close[0]
    within = {each for each in same if min(len(each), len(text)) > 1 and (text in each or each in text)}
    return within.pop() if len(within) == 1 else ""


def _written(column: Column, value: Term, names: Names) -> str | int | float | None:
    field = column.field
    if isinstance(value, BNode):
        return None
    if isinstance(value, URIRef):
        if field.datatypes:
            return None
        if field.choices:
            return MARK if str(value) in field.choices else None
        return _period_written(str(value)) if field.period else reference(str(value), field.kinds, names)
    if value.language:
        return str(value) if value.language == column.language else None
    kind = str(value.datatype or STRING)
    if kind in (INTEGER, DECIMAL):
        number = float(str(value)) if kind == DECIMAL and "." in str(value) else int(str(value))
        return number if str(number) == str(value) else None
    if kind == BOOLEAN:
        return {"true": YES, "false": NO}.get(str(value))
    return str(value)


def _piece(column: Column, raw: Raw, names: Names) -> Understood:
    field = column.field
    if field.choices:
        return _choice(field, raw)
    if not field.datatypes:
        if field.period:
            return _period(field, raw)
        return _thing(field, raw, names)
    if LANG_STRING in field.datatypes or set(field.datatypes) <= TEXTS:
        return _text(column, raw)
    if _plain(raw) in _NOTHING:
        return Understood((), (Remark("placeholder", str(raw)),))
    if BOOLEAN in field.datatypes:
        return _truth(raw)
    if set(field.datatypes) & {INTEGER, DECIMAL}:
        return _number(field, raw)
    return _moment(field, raw)


def _plain(raw: Raw) -> str:
    return unicodedata.normalize("NFKC", digits(raw)).strip().casefold()


def digits(raw: Raw) -> str:
    """Write a cell's value as text: a whole number without the .0 that spreadsheets give it, a day as ISO does."""
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    if isinstance(raw, datetime) and raw.time() == time():
        return raw.date().isoformat()
    return raw.isoformat() if isinstance(raw, date) else "" if raw is None else str(raw)


def _choice(field: Field, raw: Raw) -> Understood:
    text = digits(raw).strip()
    if all(each.startswith("http") for each in field.choices):
        if _plain(raw) in _MARKS or text in field.choices:
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
    text = _plain(raw)
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


def _moment(field: Field, raw: Raw) -> Understood:
    if isinstance(raw, bool | time):
        return Understood((), (_no_date(digits(raw), {"ja": "", "en": ""}),))
    if isinstance(raw, int | float):
        if not (_FIRST_SERIAL <= raw <= _LAST_SERIAL and float(raw).is_integer()):
            return Understood((), (_no_date(digits(raw), _EXAMPLE),))
        day = (_EPOCH + timedelta(days=int(raw))).isoformat()
        return Understood((_dated(day, DATE),), (Remark("serial-day", digits(raw), day),))
    text = digits(raw).strip()
    clock = _CLOCK.fullmatch(text) if MOMENT in field.datatypes else None
    try:
        moment = parse_day((clock and clock[1]) or text)
    except CalendarError as error:
        return Understood((), (_no_date(text, {each: error.message(each) for each in ("ja", "en")}),))
    remarks = tuple(_remarks(moment, text))
    if moment.first == moment.day:
        day = moment.day.isoformat()
        if clock:
            day += f"T{int(clock[2]):02}:{clock[3]:0>2}:{clock[4] or '00'}{_JAPAN}"
        return Understood((_dated(day, MOMENT if clock else DATE),), remarks)
    if MONTH in field.datatypes and moment.fiscal_year is None:
        return Understood((_dated(moment.first.isoformat()[:7], MONTH),), remarks)
    return Understood((), (Remark("wanted-day", text),))


_EXAMPLE = {"ja": "2024-04-01、令和6年4月1日のように書いてください。", "en": "Write 2024-04-01 or 令和6年4月1日."}


def _no_date(text: str, why: dict[str, str]) -> Remark:
    return Remark("not-a-date", text, parameters={"why": why})


def _remarks(moment: Moment, text: str) -> Iterator[Remark]:
    for each in (*moment.repairs, *moment.warnings):
        yield Remark("era-name", text, each.right, {"why": {lang: each.message(lang) for lang in ("ja", "en")}})


def _dated(text: str, datatype: str) -> Literal:
    return Literal(text, datatype=URIRef(datatype), normalize=False)


def _period_written(iri: str) -> str | None:
    kind, _, rest = iri.removeprefix(ID).partition("/")
    if kind == "fiscal-year" and re.fullmatch("[0-9]{4}", rest):
        return fiscal_year_label(int(rest), "ja")
    return rest if kind in ("month", "day") else None


def _period(field: Field, raw: Raw) -> Understood:
    """Read a fiscal year, where the pattern allows it a month or a day too."""
    only_years = "month/" not in field.pattern
    text = digits(raw).strip()
    wrong = "not-a-fiscal-year" if only_years else "not-a-period"
    if isinstance(raw, bool | time):
        return Understood((), (Remark(wrong, text),))
    remarks: tuple[Remark, ...] = ()
    try:
        moment = parse_day(text)
    except CalendarError as error:
        if error.key != "bare-year":
            return Understood((), (Remark(wrong, text),))
        label = error.parameters["fiscal_year"]["ja"]
        if not only_years:
            return Understood((), (Remark(wrong, text, label),))
        remarks = (Remark("year-as-fiscal", text, label),)
        moment = parse_day(label)
    remarks += tuple(_remarks(moment, text))
    if moment.fiscal_year is not None:
        return Understood((URIRef(f"{ID}fiscal-year/{moment.fiscal_year}"),), remarks)
    if only_years:
        return Understood((), (Remark(wrong, text, fiscal_year_label(fiscal_year_of(moment.day), "ja")),))
    rest = f"day/{moment.day}" if moment.first == moment.day else f"month/{moment.first.isoformat()[:7]}"
    return Understood((URIRef(ID + rest),), remarks)


def _thing(field: Field, raw: Raw, names: Names) -> Understood:
    text = digits(raw).strip()
    found = _named(field, text, names)
    if isinstance(found, URIRef):
        return Understood((found,))
    parts = [part.strip() for part in re.split("[、,,;;]", text) if part.strip()]
    if len(parts) > 1:
        each_found = [_named(field, part, names) for part in parts]
        if all(isinstance(each, URIRef) for each in each_found):
            things = tuple(each for each in each_found if isinstance(each, URIRef))
            return Understood(things, (Remark("names-split", text, "\n".join(parts), {"count": len(parts)}),))
    if isinstance(found, Remark):
        return Understood((), (found,))
    thing, remark = found
    return Understood((thing,), (remark,))


def _named(field: Field, text: str, names: Names) -> URIRef | tuple[URIRef, Remark] | Remark:
    keyed = _WITH_KEY.fullmatch(text)
    exact = names.meant(text, field.kinds)
    if not exact and (iri := iri_of(whole(keyed[1] if keyed else text))):
        return URIRef(iri)
    if len(exact) == 1:
        return URIRef(exact.pop())
    alike = exact or names.alike(text, field.kinds)
    if len(alike) == 1:
        iri = alike.pop()
        return URIRef(iri), Remark("name-folded", text, reference(iri, field.kinds, names))
    if alike:
        choices = "、".join(f"{names.label(each)} [{key_of(each)}]" for each in sorted(alike)[:5])
        return Remark("ambiguous-name", text, parameters={"choices": choices})
    if _plain(text) in _NOTHING:
        return Remark("placeholder", text)
    near = nearest(text, [label for each in names.all_of(field.kinds) if (label := names.label(each))])
    if any(each.startswith(CONCEPT) or each == SAS + "Indicator" for each in field.kinds) and len(field.kinds) == 1:
        return Remark("not-in-list", text, near)
    wanted = {
        lang: "・".join(dict.fromkeys(names.label(each, lang) or each for each in field.kinds)) for lang in ("ja", "en")
    }
    key = "other-kind" if names.alike(text, ()) else "unknown-name"
    return Remark(key, text, near, {"wanted": wanted if field.kinds else {"ja": "もの", "en": "thing"}})
