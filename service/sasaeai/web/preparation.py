"""What is the same for everybody, read before the first reader asks for it: at start, and when new data have come."""

import fcntl
import gc
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Thread

from flask import Flask

from sasaeai import calendar, compare, terms
from sasaeai.errors import ServiceError
from sasaeai.journal import log
from sasaeai.vocabulary import LANGUAGES
from sasaeai.web.context import Context

_PAUSE = 2.0
"""Seconds between two looks at the version: who has just started, or published, has the processor first."""

_CITIES, _AT_ONCE = 100, 10
"""Cities that are read, no more than can be kept, and how many by one query: each is over soon."""

_SWITCH = 0.0005
"""Seconds after which a thread that computes lets another go on: a page waits for that each time the engine answers."""

_MADE = 10_000
"""Things that are made before the collector looks for rings of them: a page makes tens of thousands, and few rings."""


def begin(app: Flask, run_dir: Path) -> None:
    """Prepare in a thread of its own, as long as the process lives."""
    sys.setswitchinterval(_SWITCH)
    collect_seldom()
    context: Context = app.extensions["sasaeai"]
    Thread(target=_watch, args=(context, run_dir), name="preparation", daemon=True).start()


def collect_seldom() -> None:
    """Have the collector run less often: until what is prepared is frozen, it took a sixth of a page of much data."""
    gc.set_threshold(_MADE)


def prepare(context: Context) -> list[ServiceError]:
    """Read vocabulary and shapes; lists and cities in Japanese, which most read; what is measured of all, as of today.

    Of a whole country lists and cities are large, so that other languages are read by who asks first. Return what was
    wrong with what could not be read, such as a list longer than an answer may be: the rest is read all the same.
    """
    wrong = []
    for read in _parts(context):
        try:
            read()
        except ServiceError as error:
            wrong.append(error)
    # What stays need not be looked at again by the collector; what new data replace goes without it.
    gc.freeze()
    return wrong


def _parts(context: Context) -> Iterator[Callable[[], object]]:
    for language in LANGUAGES:
        yield partial(context.kept, terms.vocabulary, language)
        yield partial(context.kept, terms.rules, language)
    for listing in context.shelf.listings.values():
        yield partial(context.shelf.take, listing, LANGUAGES[0])
    yield partial(_cities, context)
    for indicator in context.measures.indicators.values():
        yield partial(context.measures.findings, indicator, calendar.today())
    yield context.measures.national


def _cities(context: Context) -> None:
    listed = context.shelf.listings.get("cities")
    cities = context.shelf.take(listed, LANGUAGES[0]).heard[:_CITIES] if listed else []
    for start in range(0, len(cities), _AT_ONCE):
        known = {each.cells["code"][0].key: each.iri for each in cities[start : start + _AT_ONCE]}
        compare.prepare(context.store, context.repository, context.topics.values(), known, LANGUAGES[0])


def _watch(context: Context, run_dir: Path) -> None:
    prepared = "", calendar.today()
    while True:
        time.sleep(_PAUSE)
        try:
            version, today = context.store.version(), calendar.today()
        except ServiceError:
            continue  # there is no engine yet, or none for a moment
        if prepared == (version, today):
            continue
        prepared, began = (version, today), time.monotonic()
        try:
            with _turn(run_dir):
                wrong: list[ServiceError | OSError] = [*prepare(context)]
        except OSError as error:
            wrong = [error]
        # Who asks for what is missing has it read then, or is told why not.
        for detail in dict.fromkeys(map(str, wrong)):
            log("preparation-failed", version=version, detail=detail)
        log("prepared", version=version, seconds=round(time.monotonic() - began, 1))


@contextmanager
def _turn(run_dir: Path) -> Iterator[None]:
    """Let one process prepare at a time: the others' readers have the processors and the engine's workers meanwhile."""
    with (run_dir / "preparation").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
