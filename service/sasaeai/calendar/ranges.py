"""Ranges as people in Japan write them: 令和6年度~, 平成29~令和元年度, 令和6年4月1日から, 令和7年3月31日現在."""

import re
from dataclasses import dataclass

from sasaeai.calendar.texts import PERIOD, fold

_FROM = re.compile("から|より|(?:以降|以後)$")
_UNTIL = re.compile("(?:まで|に至る)$")
_NOW = re.compile("(?:現在|時点)$")
_GOING_ON = {"", "現在", "継続", "継続中"}


@dataclass(frozen=True)
class Range:
    """Hold the texts of days, months or fiscal years that a range is written with.

    '' is an end that is open, or not given; `seen` is the day of which it says that something holds then.
    """

    start: str = ""
    end: str = ""
    seen: str = ""


def parse_range(text: str) -> Range | None:
    """Part a range, open or closed, into the texts of its ends, each whole by itself; None for what is no range.

    平成29~31年度 is parted into 平成29年度 and 平成31年度. Whether there are such days, who reads the ends tells.
    """
    folded = _FROM.sub("~", fold(text))
    if "~" in folded:
        left, _, right = folded.partition("~")
        return _between(left, right)
    if _NOW.search(folded):
        return _checked(Range(seen=_NOW.sub("", folded)))
    if _UNTIL.search(folded):
        return _checked(Range(end=_UNTIL.sub("", folded)))
    for place in (place for place, letter in enumerate(folded) if letter == "-"):
        left, right = folded[:place], folded[place + 1 :]
        # A hyphen also stands within a date: beside that of a range are whole dates, or what ends like one in words.
        apart = right.endswith(("年度", "月", "日")) or all(_is_whole(side) for side in (left, right) if side)
        if apart and (found := _between(left, right)):
            return found
    return None


def _between(left: str, right: str) -> Range | None:
    right = _UNTIL.sub("", right)
    if right in _GOING_ON:
        return _checked(Range(start=left))
    if _NOW.search(right):
        return _checked(Range(start=left, seen=_NOW.sub("", right)))
    if left and not PERIOD.fullmatch(right):
        right = _completed(left, right)
    if right.endswith("年度") and re.search("[0-9元]$", left):
        left += "年度"
    return _checked(Range(left, right))


def _is_whole(side: str) -> bool:
    match = PERIOD.fullmatch(side)
    return match is not None and any(match[part] for part in ("fy", "fiscal", "month", "month2"))


def _completed(left: str, right: str) -> str:
    """Give the second end the era, the year or the month that it shares with the first: 平成29年度~31年度."""
    starts = (left[:place] for place in range(1, len(left)) if not left[place - 1].isdecimal())
    return next((start + right for start in starts if PERIOD.fullmatch(start + right)), right)


def _checked(found: Range) -> Range | None:
    sides = [side for side in (found.start, found.end, found.seen) if side]
    return found if sides and all(map(PERIOD.fullmatch, sides)) else None
