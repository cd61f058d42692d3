"""Eras and fiscal years, and how days are called by them: 平成31年4月1日, 令和元年度, 1 April 2019 (Heisei 31)."""

import re
from calendar import month_name
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache

from sasaeai.calendar.mistakes import CalendarError

FIRST_YEAR, LAST_YEAR = 1873, 2199
"""1873 is the first year of the Gregorian calendar in Japan: before it, an era's days are not those of a `date`."""


@dataclass(frozen=True)
class Era:
    """Hold an era; `year_one` is the western year that its first year (元年) is in."""

    name: str
    letter: str
    year_one: int
    start: date
    end: date


def _eras() -> tuple[Era, ...]:
    starts = (
        ("明治", "M", 1868, date(FIRST_YEAR, 1, 1)),
        ("大正", "T", 1912, date(1912, 7, 30)),
        ("昭和", "S", 1926, date(1926, 12, 25)),
        ("平成", "H", 1989, date(1989, 1, 8)),
        ("令和", "R", 2019, date(2019, 5, 1)),
    )
    ends = [start - timedelta(days=1) for *_, start in starts[1:]] + [date.max]
    return tuple(Era(*each, end) for each, end in zip(starts, ends, strict=True))


ERAS = _eras()

_JAPAN = timezone(timedelta(hours=9))
# From the change on, the government called this whole fiscal year by the era that began in its second month;
# in its first month it was 平成31年度, and that stays readable. No other fiscal year after the war saw an era change
# but 昭和63年度, which kept its name.
_NAMED_AFTER_ITS_CHANGE = {2019: "令和元年度"}
_ISO = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})"
    r"(?:-(?P<day>[0-9]{2})(?:T(?P<clock>[0-9]{2}:[0-9]{2})(?::00)?(?:[+-][0-9:]+)?)?)?"
)
_ROMAJI = {"明治": "Meiji", "大正": "Taishō", "昭和": "Shōwa", "平成": "Heisei", "令和": "Reiwa"}


def fiscal_year_of(day: date) -> int:
    """Return the year in which the fiscal year of a day began."""
    return day.year if day.month >= 4 else day.year - 1


def fiscal_year_days(year: int) -> tuple[date, date]:
    """Return the first and the last day of a fiscal year: 1 April and 31 March."""
    return date(year, 4, 1), date(year + 1, 3, 31)


def fiscal_year_label(year: int, language: str) -> str:
    """Name a fiscal year: 平成29年度 in `ja`, FY2017 in `en`."""
    if language != "ja":
        return f"FY{year}"
    return _NAMED_AFTER_ITS_CHANGE.get(year) or f"{era_year(date(year, 4, 1))}度"


def today() -> date:
    """Return the day it is in Japan."""
    return datetime.now(_JAPAN).date()


def in_japan(moment: str) -> str:
    """Write a moment, ISO 8601 with its zone, as the clocks in Japan have it: 2024-04-01T09:00."""
    return datetime.fromisoformat(moment).astimezone(_JAPAN).isoformat("T", "minutes")[:16]


@lru_cache(maxsize=4096)
def reading(text: str, language: str) -> str:
    """Write an ISO day, month or moment for readers, with its era.

    2019-04-01 is 2019年4月1日（平成31年4月1日） in `ja`, 1 April 2019 (Heisei 31) in `en`. What is none of these is
    returned as it is.
    """
    match = _ISO.fullmatch(text)
    if match is None or not FIRST_YEAR <= int(match["year"]) <= LAST_YEAR:
        return text
    year, month, number = int(match["year"]), int(match["month"]), match["day"]
    day = date(year, month, int(number or 1))
    clock = match["clock"] or ""
    if language == "ja":
        western = f"{year}年{month}月" + (f"{int(number)}日" if number else "")
        return f"{western}（{era_name(day) if number else f'{era_year(day)}{month}月'}）{clock}"
    era = era_at(day)
    western = (f"{int(number)} " if number else "") + f"{month_name[month]} {year}"
    return f"{western} ({_ROMAJI[era.name]} {year - era.year_one + 1}) {clock}".rstrip()


def era_name(day: date) -> str:
    """Write a day in its era: 平成31年4月1日."""
    return f"{era_year(day)}{day.month}月{day.day}日"


def era_at(day: date) -> Era:
    """Return the era of a day; raise CalendarError for one before the Gregorian calendar."""
    era = next((era for era in ERAS if era.start <= day <= era.end), None)
    if era is None:
        raise CalendarError("out-of-range", text=day.isoformat(), first=FIRST_YEAR, last=LAST_YEAR)
    return era


def era_year(day: date) -> str:
    """Write the year of a day in its era: 平成31年."""
    era = era_at(day)
    number = day.year - era.year_one + 1
    return f"{era.name}{'元' if number == 1 else number}年"
