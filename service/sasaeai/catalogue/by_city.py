"""Questions about many cities, asked about a few at a time: what they promise by `scope: city` in their headers.

Of a whole country a page then costs what its rows do, and a file is made of many short queries, between which pages
have their turn. An answer is of one version of the data and of one day, or it begins again.
"""

import math
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar
from urllib.parse import urlencode

from sasaeai import calendar
from sasaeai.catalogue.asking import answer
from sasaeai.catalogue.questions import Question
from sasaeai.errors import ServiceError
from sasaeai.formats import RESULTS, Format
from sasaeai.repository import Repository
from sasaeai.statements import Row, Table, table
from sasaeai.statements.keeping import Keeper
from sasaeai.statements.municipalities import municipalities
from sasaeai.statements.paging import Paging
from sasaeai.store import Answer, LaneName, Store
from sasaeai.store.cutting import joined, too_large

Arguments = Mapping[str, Sequence[str]]
Thing = TypeVar("Thing")

_TOGETHER = 8
"""Cities that are asked about by one query, as they always were."""

_FIRST, _MOST = 4, 16
"""Of more, those of the first query and of the largest: each is twice as large as the one before it.

Of the first the rows of a page come soon; of 32 the planner takes some questions the long way round.
"""

_LIGHT = 4
"""Queries among the service's own for one answer; further ones stand with what takes long, in nobody's way."""

_PLACES = 2
"""Answers of more queries than that which a web process reads at once."""

_AT_ONCE = 4.0
"""Seconds for a whole answer to come by one query, with what takes long: light questions do so even of a country."""

_TOO_MUCH = {"deadline", "stopped", "too-many-rows"}
"""What is wrong where a question is too heavy for one query."""

_COUNTED = 500
"""Answers of which it is kept how many rows each query gave."""

_TRIES = 3


class _ChangedError(Exception):
    """Other data have been published since the answer was begun."""


@dataclass(frozen=True)
class _Counts:
    """Hold how many rows the queries of an answer gave, by their places."""

    version: str
    rows: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """Hold rows of an answer, and how many come before them; how many there are of all is None until all were read."""

    table: Table
    before: int
    total: int | None


class ByCity:
    """Ask questions: in parts where they are about many cities and promise that this is the same, else by one query.

    An answer may take so many seconds and, as a file, so many bytes.
    """

    def __init__(self, store: Store, repository: Repository, seconds: float, most_bytes: int) -> None:
        self._store, self._repository = store, repository
        self._seconds, self._most_bytes = seconds, most_bytes
        self._places = threading.BoundedSemaphore(_PLACES)
        self._counts = Keeper[_Counts](store, _COUNTED)

    def whole(self, question: Question, arguments: Arguments, results: Format = RESULTS) -> Answer:
        """Return a whole answer in a format; ServiceError 503 where it takes too long or is too large."""
        asked = _of_one_day(question, arguments)
        if not self._parts(question, asked)[1]:
            return answer(self._store, question, asked, results)
        try:
            found = answer(self._store, question, asked, results, lane="slow", seconds=_AT_ONCE)
            if found.cut is None:
                return found
        except ServiceError as error:
            if error.key not in _TOO_MUCH:
                raise
        return _unchanged(lambda: self._joined(question, asked, results))

    def page(self, question: Question, arguments: Arguments, page: Paging) -> Found:
        """Return the rows of a page, among others; those read before are counted, and not read again."""
        asked = _of_one_day(question, arguments)
        return _unchanged(lambda: self._page(question, asked, page))

    def _joined(self, question: Question, asked: Arguments, results: Format) -> Answer:
        version, parts = self._parts(question, asked)
        bodies, size = [], 0
        with closing(self._answers(question, version, parts, results)) as answers:
            for each in answers:
                bodies.append(each.body)
                size += len(each.body)
                if size > self._most_bytes:
                    raise too_large(self._most_bytes)
        return Answer(joined(bodies, results.name), results, version, "solutions")

    def _page(self, question: Question, asked: Arguments, page: Paging) -> Found:
        version, parts = self._parts(question, asked)
        if not parts:
            found = table(answer(self._store, question, asked))
            return Found(found, 0, len(found.rows))
        counts = self._counts.take((question.name, urlencode(asked, doseq=True)), lambda: _Counts(version))
        if counts.version != version:
            raise _ChangedError
        rows: list[Row] = []
        place = before = 0
        while place in counts.rows and before + counts.rows[place] <= page.start and place < len(parts) - 1:
            before += counts.rows[place]
            place += 1
        with closing(self._answers(question, version, parts[place:], RESULTS)) as answers:
            for number, each in enumerate(answers, place):
                found = table(each)
                counts.rows[number] = len(found.rows)
                rows += found.rows
                if before + len(rows) > page.start + page.limit:
                    break
        total = sum(counts.rows.values()) if len(counts.rows) == len(parts) else None
        return Found(Table(found.columns, rows, version), before, total)

    def _parts(self, question: Question, asked: Arguments) -> tuple[str, list[Arguments]]:
        """Return what to ask one after the other of a version of the data; nothing where one query answers all."""
        if not question.by_city:
            return "", []
        register = municipalities(self._store, self._repository)
        codes = sorted(set(asked.get("m", ()))) or register.told
        if len(codes) <= _TOGETHER:
            return register.version, []
        return register.version, [{**asked, "m": part} for part in _growing(codes)]

    def _answers(
        self, question: Question, version: str, parts: Sequence[Arguments], results: Format
    ) -> Generator[Answer]:
        """Ask part after part, as long as the data are the same and there is time."""
        deadline = time.monotonic() + self._seconds
        with ExitStack() as stack:
            for number, asked in enumerate(parts):
                if number == _LIGHT:
                    stack.enter_context(self._place())
                if time.monotonic() > deadline:
                    retry = math.ceil(self._seconds)
                    raise ServiceError("deadline", 503, retry_after=retry, seconds=f"{self._seconds:g}")
                lane: LaneName = "own" if number < _LIGHT else "slow"
                found = answer(self._store, question, asked, results, lane=lane)
                if found.cut is not None:
                    raise too_large(self._most_bytes)
                if found.version != version:
                    raise _ChangedError
                yield found

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise ServiceError("busy", 503, retry_after=math.ceil(self._seconds))
        try:
            yield
        finally:
            self._places.release()


def _of_one_day(question: Question, arguments: Arguments) -> Arguments:
    """Return arguments with the day it is in Japan where a question wants a day and none is given."""
    days = {each.name: [calendar.today().isoformat()] for each in question.parameters.values() if each.type == "day"}
    return {**days, **arguments}


def _growing(codes: Sequence[str]) -> Iterator[Sequence[str]]:
    left, size = iter(codes), _FIRST
    while part := list(islice(left, size)):
        yield part
        size = min(2 * size, _MOST)


def _unchanged(read: Callable[[], Thing]) -> Thing:
    """Read until all is of one version of the data; ServiceError 503 if these change all along."""
    for _ in range(_TRIES):
        try:
            return read()
        except _ChangedError:
            continue
    raise ServiceError("busy", 503, retry_after=1)
