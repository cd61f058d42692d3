"""The calendar of Japan: eras and fiscal years, how days are called by them, and how texts of days are read."""

from sasaeai.calendar.eras import (
    ERAS,
    FIRST_YEAR,
    era_name,
    fiscal_year_days,
    fiscal_year_label,
    fiscal_year_of,
    in_japan,
    reading,
    today,
)
from sasaeai.calendar.mistakes import MESSAGES, CalendarError, Remark
from sasaeai.calendar.ranges import Range, parse_range
from sasaeai.calendar.texts import Moment, asked_day, parse_day

__all__ = [
    "ERAS",
    "FIRST_YEAR",
    "MESSAGES",
    "CalendarError",
    "Moment",
    "Range",
    "Remark",
    "asked_day",
    "era_name",
    "fiscal_year_days",
    "fiscal_year_label",
    "fiscal_year_of",
    "in_japan",
    "parse_day",
    "parse_range",
    "reading",
    "today",
]
