"""Days, months and fiscal years in a cell: every notation that people use, and how they are written back."""

import re
from collections.abc import Iterator
from datetime import date, time, timedelta

from rdflib import Literal, URIRef

from sasaeai.calendar import CalendarError, Moment, fiscal_year_label, fiscal_year_of, parse_day
from sasaeai.fields import Field
from sasaeai.intake.findings import Remark
from sasaeai.intake.values import DATE, MOMENT, MONTH, Understood, digits
from sasaeai.vocabulary import ID
from sasaeai.workbook import Raw

_EPOCH = date(1899, 12, 30)
_FIRST_SERIAL, _LAST_SERIAL = 3654, 109_574
"""Days that Excel counts 1 January 1910 and 31 December 2199 as: a number outside of them is no date of ours."""
_CLOCK = re.compile(r"(.*?)[T ]*([0-9]{1,2})[::時]([0-9]{1,2})分?(?:[::]([0-9]{2}))?(\+09:00)?")
_JAPAN = "+09:00"


def moment(field: Field, raw: Raw, written: date | None = None) -> Understood:
    """Read a day; where the field takes them, a month or a time of a day."""
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
        found = parse_day((clock and clock[1]) or text, written)
    except CalendarError as error:
        return Understood((), (_no_date(text, {each: error.message(each) for each in ("ja", "en")}),))
    remarks = tuple(_remarks(found, text))
    if found.first == found.day:
        day = found.day.isoformat()
        if clock:
            day += f"T{int(clock[2]):02}:{clock[3]:0>2}:{clock[4] or '00'}{_JAPAN}"
        return Understood((_dated(day, MOMENT if clock else DATE),), remarks)
    if MONTH in field.datatypes and found.fiscal_year is None:
        return Understood((_dated(found.first.isoformat()[:7], MONTH),), remarks)
    return Understood((), (Remark("wanted-day", text),))


_EXAMPLE = {"ja": "2024-04-01、令和6年4月1日のように書いてください。", "en": "Write 2024-04-01 or 令和6年4月1日."}


def _no_date(text: str, why: dict[str, str]) -> Remark:
    return Remark("not-a-date", text, parameters={"why": why})


def _remarks(moment: Moment, text: str) -> Iterator[Remark]:
    for key, remarks in (("era-name-then", moment.repairs), ("era-name", moment.warnings)):
        for each in remarks:
            yield Remark(key, text, each.right, {"why": {lang: each.message(lang) for lang in ("ja", "en")}})


def _dated(text: str, datatype: str) -> Literal:
    return Literal(text, datatype=URIRef(datatype), normalize=False)


def period_written(iri: str) -> str | None:
    """Write a fiscal year, a month or a day; None for what is none."""
    kind, _, rest = iri.removeprefix(ID).partition("/")
    if kind == "fiscal-year" and re.fullmatch("[0-9]{4}", rest):
        return fiscal_year_label(int(rest), "ja")
    return rest if kind in ("month", "day") else None


def period(field: Field, raw: Raw, written: date | None = None) -> Understood:
    """Read a fiscal year, where the pattern allows it a month or a day too."""
    only_years = "month/" not in field.pattern
    text = digits(raw).strip()
    wrong = "not-a-fiscal-year" if only_years else "not-a-period"
    if isinstance(raw, bool | time):
        return Understood((), (Remark(wrong, text),))
    remarks: tuple[Remark, ...] = ()
    try:
        found = parse_day(text, written)
    except CalendarError as error:
        if error.key != "bare-year":
            return Understood((), (Remark(wrong, text),))
        label = error.parameters["fiscal_year"]["ja"]
        if not only_years:
            return Understood((), (Remark(wrong, text, label),))
        remarks = (Remark("year-as-fiscal", text, label),)
        found = parse_day(label, written)
    remarks += tuple(_remarks(found, text))
    if found.fiscal_year is not None:
        return Understood((URIRef(f"{ID}fiscal-year/{found.fiscal_year}"),), remarks)
    if only_years:
        return Understood((), (Remark(wrong, text, fiscal_year_label(fiscal_year_of(found.day), "ja")),))
    rest = f"day/{found.day}" if found.first == found.day else f"month/{found.first.isoformat()[:7]}"
    return Understood((URIRef(ID + rest),), remarks)
