"""Days, months and fiscal years as people in Japan write them: 2019-04-01, 平成31年4月, Ｒ６．４．１, 令和元年度."""

import re
import unicodedata
from calendar import month_name, monthrange
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

MESSAGES: dict[str, dict[str, str]] = {
    "unreadable": {
        "ja": "「{text}」は日付とも年度とも読めません。2019-04-01、平成31年4月1日、令和元年度のように書きます。",
        "en": "'{text}' is neither a day nor a fiscal year. Write 2019-04-01, 平成31年4月1日, FY2019 or 令和元年度.",
    },
    "no-such-day": {
        "ja": "「{text}」という日はありません。月と日を確かめてください。",
        "en": "There is no such day as '{text}'. Check its month and day.",
    },
    "out-of-range": {
        "ja": "「{text}」は扱える範囲（{first}年から{last}年まで）の外にあります。",
        "en": "'{text}' is outside of the years that can be read here, {first} to {last}.",
    },
    "bare-year": {
        "ja": "「{text}」は暦年とも年度とも読めます。{year}年の末日なら{day}、年度なら{fiscal_year}と書いてください。",
        "en": "'{text}' can be a calendar year or a fiscal year. Write {day} for the last day of {year}, "
        "or {fiscal_year} for the fiscal year.",
    },
    "no-such-era-year": {
        "ja": "「{text}」は存在しません。{era}は{end}までです。正しくは{right}ではありませんか。",
        "en": "There is no '{text}': {era} ended on {end}. Is {right} meant?",
    },
    "era-over": {
        "ja": "「{text}」は改元後の名では{right}です。",
        "en": "'{text}' is named {right} since the era changed.",
    },
    "era-not-begun": {
        "ja": "「{text}」は改元前なので、正しくは{right}です。",
        "en": "'{text}' lies before the era began; its name is {right}.",
    },
    "backwards": {
        "ja": "「{text}」は終わりが始まりより前です。前後を入れ替えてください。",
        "en": "'{text}' ends before it begins. Exchange its two ends.",
    },
}
"""What can be wrong with a date or worth saying of it, in both languages."""

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

# From the change on, the government called this whole fiscal year by the era that began in its second month;
# in its first month it was 平成31年度, and that stays readable. No other fiscal year after the war saw an era change
# but 昭和63年度, which kept its name.
_JAPAN = timezone(timedelta(hours=9))
_NAMED_AFTER_ITS_CHANGE = {2019: "令和元年度"}

_ERA_OF = {key: era for era in ERAS for key in (era.name, era.letter)}
_PERIOD = re.compile(
    rf"FY(?P<fy>[0-9]{{4}})|(?:(?P<era>{'|'.join(_ERA_OF)})(?P<number>元|[0-9]{{1,2}})|(?P<western>[0-9]{{4}}))"
    r"(?:(?P<fiscal>年度)|年(?P<month>[0-9]{1,2})月(?:(?P<day>[0-9]{1,2})日)?"
    r"|(?P<mark>[-/.])(?P<month2>[0-9]{1,2})(?:(?P=mark)(?P<day2>[0-9]{1,2}))?|年?)",
    re.IGNORECASE,
)
_YEAR = re.compile(rf"(?:(?:{'|'.join(_ERA_OF)})(?:元|[0-9]{{1,2}})|[0-9]{{4}})年?", re.IGNORECASE)
_ISO = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})"
    r"(?:-(?P<day>[0-9]{2})(?:T(?P<clock>[0-9]{2}:[0-9]{2})(?::00)?(?:[+-][0-9:]+)?)?)?"
)
_ROMAJI = {"明治": "Meiji", "大正": "Taishō", "昭和": "Shōwa", "平成": "Heisei", "令和": "Reiwa"}
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ー", "-") | dict.fromkeys("〜∼～", "~"))


class CalendarError(ValueError):
    """Say why a text cannot be read, and what could be written instead.

    `key` names the entry of MESSAGES, `parameters` fill the words; a mapping holds one for each language.
    """

    def __init__(self, key: str, **parameters: Any) -> None:
        super().__init__(key)
        self.key = key
        self.parameters = parameters

    def message(self, language: str) -> str:
        """Word the error in `ja` or `en`."""
        words = {name: value[language] if isinstance(value, dict) else value for name, value in self.parameters.items()}
        return MESSAGES[self.key][language].format_map(words)

    def __str__(self) -> str:
        """Return the English words."""
        return self.message("en")


@dataclass(frozen=True)
class Remark:
    """Say by which name a text that was read is rightly called."""

    key: str
    text: str
    right: str

    def message(self, language: str) -> str:
        """Word the remark in `ja` or `en`."""
        return MESSAGES[self.key][language].format(text=self.text, right=self.right)


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


@dataclass(frozen=True)
class Span:
    """Hold a range; an end that is None is open."""

    start: Moment | None
    end: Moment | None


@lru_cache(maxsize=4096)
def parse_day(text: str, written: date | None = None) -> Moment:
    """Read a day, a month or a fiscal year in western or era years; raise CalendarError if that is not what it is.

    `written` is the day the document was written. It decides what an era's name past the end of that era is: a repair
    if the era had not ended then; a warning if it was the era before the writer's own, whose plans are still about;
    an error if it is older than that. Without it, the writer lives in the latest era.
    """
    match = _PERIOD.fullmatch(_fold(text))
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
        right = era_name(moment.day) if number else f"{_era_year(moment.first)}{moment.first.month}月"
    else:
        moment = Moment(date(year, 1, 1), date(year, 12, 31))
        right = _era_year(moment.first)
    moment = _judge(moment, era, text, right, written)
    if not (month or moment.fiscal_year):
        fiscal_year = {language: fiscal_year_label(year, language) for language in ("ja", "en")}
        raise CalendarError("bare-year", text=text, year=year, day=moment.day.isoformat(), fiscal_year=fiscal_year)
    return moment


def asked_day(text: str) -> Moment:
    """Read the day that somebody asks about: as in `parse_day`, or `today`."""
    return Moment(today(), today()) if _fold(text).lower() == "today" else parse_day(text)


def parse_range(text: str, written: date | None = None) -> Span:
    """Read a range with a wave dash or hyphen, open or closed: 令和6年度~, ~2024-03-31, 平成29年度-令和元年度.

    What is no range is read as one moment, at which the range begins and ends.
    """
    folded = _fold(text)
    left, wave, right = folded.partition("~")
    if wave:
        return _span(text, left, right, written)
    for place in (place for place, letter in enumerate(folded) if letter == "-"):
        # A hyphen also stands within a date: the one that parts a range has whole dates, or nothing, beside it.
        left, right = folded[:place], folded[place + 1 :]
        sides = [side for side in (left, right) if side]
        if sides and all(_PERIOD.fullmatch(side) and not _YEAR.fullmatch(side) for side in sides):
            return _span(text, left, right, written)
    moment = parse_day(text, written)
    return Span(moment, moment)


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
    return _NAMED_AFTER_ITS_CHANGE.get(year) or f"{_era_year(date(year, 4, 1))}度"


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
        return f"{western}（{era_name(day) if number else f'{_era_year(day)}{month}月'}）{clock}"
    era = _era_at(day)
    western = (f"{int(number)} " if number else "") + f"{month_name[month]} {year}"
    return f"{western} ({_ROMAJI[era.name]} {year - era.year_one + 1}) {clock}".rstrip()


def era_name(day: date) -> str:
    """Write a day in its era: 平成31年4月1日."""
    return f"{_era_year(day)}{day.month}月{day.day}日"


def _fold(text: str) -> str:
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
    changes = ERAS.index(_era_at(written) if written else ERAS[-1]) - ERAS.index(era)
    if changes > 1:
        raise CalendarError("no-such-era-year", text=text, era=era.name, end=era_name(era.end), right=right)
    return replace(moment, warnings=(remark,)) if changes == 1 else replace(moment, repairs=(remark,))


def _span(text: str, left: str, right: str, written: date | None) -> Span:
    if not (left or right):
        raise CalendarError("unreadable", text=text)
    start = parse_day(left, written) if left else None
    end = parse_day(right, written) if right else None
    if start and end and end.day < start.first:
        raise CalendarError("backwards", text=text)
    return Span(start, end)


def _era_at(day: date) -> Era:
    era = next((era for era in ERAS if era.start <= day <= era.end), None)
    if era is None:
        raise CalendarError("out-of-range", text=day.isoformat(), first=FIRST_YEAR, last=LAST_YEAR)
    return era


def _era_year(day: date) -> str:
    era = _era_at(day)
    number = day.year - era.year_one + 1
    return f"{era.name}{'元' if number == 1 else number}年"
