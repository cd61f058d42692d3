"""Days, months and fiscal years as people in Japan write them: 2019-04-01, 平成31年4月, Ｒ６．４．１, 令和元年度."""

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from sasaeai.calendar.eras import (
    ERAS,
    FIRST_YEAR,
    LAST_YEAR,
    Era,
    era_at,
    era_name,
    era_year,
    fiscal_year_days,
    fiscal_year_label,
    today,
)
from sasaeai.calendar.mistakes import CalendarError, Remark

_ERA_OF = {key: era for era in ERAS for key in (era.name, era.letter)}
PERIOD = re.compile(
    rf"FY(?P<fy>[0-9]{{4}})|(?:(?P<era>{'|'.join(_ERA_OF)})(?P<number>元|[0-9]{{1,2}})|(?P<western>[0-9]{{4}}))"
    r"(?:(?P<fiscal>年度)|年(?P<month>[0-9]{1,2})月(?:(?P<day>[0-9]{1,2})日)?"
    r"|(?P<mark>[-/.])(?P<month2>[0-9]{1,2})(?:(?P=mark)(?P<day2>[0-9]{1,2}))?|年?)",
    re.IGNORECASE,
)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ー", "-") | dict.fromkeys("〜∼～", "~"))


@dataclass(frozen=True)
class Moment:
    """Hold what was read: a day, a month or a fiscal year, from `first` to `day`.

    `day` is the one to ask about: of a month or fiscal year, its last. Repairs are of names that were right when they
    were written (平成32年度 in a plan of 2018), warnings of names that were not.
    """

    first: date
    day: date
    fiscal_year: int | None = None
    repairs: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()


@lru_cache(maxsize=4096)
def parse_day(text: str, written: date | None = None) -> Moment:
    """Read a day, a month or a fiscal year in western or era years; raise CalendarError if that is not what it is.

    `written` is the day the document was written. It decides what an era's name past the end of that era is: a repair
    if the era had not ended then; a warning if it was the era before the writer's own, whose plans are still about;
    an error if it is older than that. Without it, the writer lives in the latest era.
    """
    match = PERIOD.fullmatch(fold(text))
    if match is None:
        raise CalendarError("unreadable", text=text)
    era = _ERA_OF[match["era"].upper()] if match["era"] else None
    year = _western_year(text, match, era)
    month, number = match["month"] or match["month2"], match["day"] or match["day2"]
    if match["fy"] or match["fiscal"]:
        moment = Moment(*fiscal_year_days(year), fiscal_year=year)
        right = fiscal_year_label(year, "ja")
    elif month:
        moment = _month_or_day(text, year, int(month), int(number) if number else None)
        right = era_name(moment.day) if number else f"{era_year(moment.first)}{moment.first.month}月"
    else:
        moment = Moment(date(year, 1, 1), date(year, 12, 31))
        right = era_year(moment.first)
    moment = _judge(moment, era, text, right, written)
    if not (month or moment.fiscal_year):
        fiscal_year = {language: fiscal_year_label(year, language) for language in ("ja", "en")}
        raise CalendarError("bare-year", text=text, year=year, day=moment.day.isoformat(), fiscal_year=fiscal_year)
    return moment


def asked_day(text: str) -> Moment:
    """Read the day that somebody asks about: as in `parse_day`, or `today`."""
    return Moment(today(), today()) if fold(text).lower() == "today" else parse_day(text)


def fold(text: str) -> str:
    """Fold what is written differently and meant alike: width, dashes and wave dashes; without white space."""
    return "".join(unicodedata.normalize("NFKC", text).translate(_DASHES).split())


def _western_year(text: str, match: re.Match[str], era: Era | None) -> int:
    if era is None:
        year = int(match["fy"] or match["western"])
    else:
        number = 1 if match["number"] == "元" else int(match["number"])
        if number == 0:
            raise CalendarError("unreadable", text=text)
        year = era.year_one + number - 1
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CalendarError("out-of-range", text=text, first=FIRST_YEAR, last=LAST_YEAR)
    return year


def _month_or_day(text: str, year: int, month: int, number: int | None) -> Moment:
    try:
        first = date(year, month, 1 if number is None else number)
    except ValueError:
        raise CalendarError("no-such-day", text=text) from None
    return Moment(first, first if number is not None else first.replace(day=monthrange(year, month)[1]))


def _judge(moment: Moment, era: Era | None, text: str, right: str, written: date | None) -> Moment:
    if era is None or (moment.first <= era.end and era.start <= moment.day):
        return moment
    if moment.day < era.start:
        return replace(moment, warnings=(Remark("era-not-begun", text, right),))
    remark = Remark("era-over", text, right)
    changes = ERAS.index(era_at(written) if written else ERAS[-1]) - ERAS.index(era)
    if changes > 1:
        raise CalendarError("no-such-era-year", text=text, era=era.name, end=era_name(era.end), right=right)
    return replace(moment, warnings=(remark,)) if changes == 1 else replace(moment, repairs=(remark,))
