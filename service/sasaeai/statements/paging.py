"""Long results page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sasaeai.errors import ServiceError

USUAL, MOST = 50, 200
"""Things on a page: where nothing else is asked, and at most."""

_DIGITS = 7
"""More than that no page's number has; Python reads longer numbers too, and slowly."""

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Paging:
    """Hold which page is asked for, the first being 1, and how many things are on one."""

    page: int = 1
    limit: int = USUAL

    def last(self, total: int) -> int:
        """Return the number of the last page; what is empty has one."""
        return max(1, -(-total // self.limit))

    @property
    def start(self) -> int:
        """Return how many things come before the page."""
        return (self.page - 1) * self.limit

    def cut(self, things: Sequence[Thing], before: int = 0) -> Sequence[Thing]:
        """Return the page's share of things, before which others come; ServiceError 404 where there is no such page."""
        return self.within(things[self.start - before : self.start - before + self.limit], before + len(things))

    def within(self, things: Sequence[Thing], total: int) -> Sequence[Thing]:
        """Return the things that were found for the page; ServiceError 404 if `total` things have no such page."""
        if self.page > (last := self.last(total)):
            raise ServiceError("no-such-page", 404, page=self.page, last=last)
        return things

    def others(self, total: int | None) -> dict[str, int]:
        """Name the pages a reader goes to from this one, by their relations (RFC 8288): first, prev, next, last.

        While the total is not known there is a next page, and nobody knows the last.
        """
        pages = {"first": 1, "prev": self.page - 1, "next": self.page + 1}
        if total is None:
            return {relation: page for relation, page in pages.items() if page >= 1}
        last = self.last(total)
        return {relation: page for relation, page in (pages | {"last": last}).items() if 1 <= page <= last}


def read(arguments: Mapping[str, Sequence[str]]) -> Paging:
    """Read `page` and `limit`; ServiceError 400 for what is no number or too large."""
    return Paging(_number(arguments, "page", 1, 10**_DIGITS), _number(arguments, "limit", USUAL, MOST))


def _number(arguments: Mapping[str, Sequence[str]], name: str, usual: int, most: int) -> int:
    given = arguments.get(name, ())
    if len(given) > 1:
        raise ServiceError("repeated-parameter", 400, parameter=name)
    if not given:
        return usual
    text = given[0].strip()
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else 0
    if not 1 <= number <= most:
        wanted = {"ja": f"1から{most:,}までの整数を指定してください", "en": f"Give a whole number from 1 to {most:,}"}
        raise ServiceError("bad-parameter", 400, parameter=name, value=text[:100], wanted=wanted, example=str(usual))
    return number
