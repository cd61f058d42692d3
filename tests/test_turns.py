"""Turns in a lane: every client has a place of its own, and whoever has more to ask waits behind himself."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from sasaeai.store.turns import Turns

from .patience import PATIENCE, wait_until

LONG = float(PATIENCE)
HOLD = """
import sys
from pathlib import Path
from sasaeai.store.turns import Turns
with Turns(Path(sys.argv[1]), 8).held("a", ["one"]) as turn:
    print(turn.place, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(16) as pool:
        yield pool


def has_place(turns: Turns, client: str, *places: str, seconds: float = 0.0) -> bool:
    with turns.held(client, places, seconds) as turn:
        return turn is not None


def in_line(turns: Turns) -> int:
    """Count those who wait for a place: there is no other sign of them."""
    return sum(map(len, turns._lines.values()))


def test_a_place_is_one_client_s_at_a_time_and_free_again_after(tmp_path: Path) -> None:
    turns = Turns(tmp_path, 8)
    with turns.held("a", ["one", "two"]) as first, turns.held("a", ["one", "two"]) as second:
        assert (first and first.place, second and second.place) == ("one", "two")
        assert not has_place(turns, "a", "one", "two")
        assert has_place(turns, "b", "three")
    assert has_place(turns, "b", "one")


def test_the_service_itself_needs_no_place(tmp_path: Path) -> None:
    turns = Turns(tmp_path, 8)
    with turns.held("a", ["one"]):
        assert has_place(turns, "", "one")


def test_a_place_is_held_over_all_processes_and_freed_by_the_death_of_its_holder(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"one\n"
        assert not has_place(Turns(tmp_path, 8), "a", "one")
        assert has_place(Turns(tmp_path / "elsewhere", 8), "a", "one"), "another service counts for itself"
        other.kill()
        other.wait()
        assert has_place(Turns(tmp_path, 8), "a", "one")


def test_who_waits_gets_the_place_when_it_is_free(tmp_path: Path, pool: ThreadPoolExecutor) -> None:
    turns = Turns(tmp_path, 8)
    with turns.held("a", ["one"]):
        waiting = [pool.submit(has_place, turns, "a", "one", seconds=LONG) for _ in range(4)]
        wait_until(lambda: in_line(turns) == 4)
        assert not any(each.done() for each in waiting)
    assert all(each.result() for each in waiting)


def test_who_waits_in_vain_is_told(tmp_path: Path, pool: ThreadPoolExecutor) -> None:
    turns = Turns(tmp_path, 8)
    with turns.held("a", ["one"]):
        waiting = [pool.submit(has_place, turns, "a", "one", seconds=0.2) for _ in range(3)]
        assert [each.result() for each in waiting] == [False] * 3


def test_who_comes_late_does_not_get_in_before_who_waits(tmp_path: Path, pool: ThreadPoolExecutor) -> None:
    turns, order, release = Turns(tmp_path, 8), list[str](), threading.Event()

    def wait_for_one(name: str) -> None:
        with turns.held("a", ["one"], LONG) as place:
            order.append(name if place else "none")

    def hold() -> None:
        with turns.held("a", ["one"]):
            release.wait(LONG)

    holding = pool.submit(hold)
    wait_until(lambda: not has_place(turns, "b", "one"))
    early = pool.submit(wait_for_one, "early")
    wait_until(lambda: in_line(turns) == 1)
    assert not has_place(turns, "a", "two"), "a free place is for the first in the line"
    late = pool.submit(wait_for_one, "late")
    wait_until(lambda: in_line(turns) == 2)
    release.set()
    for each in (holding, early, late):
        each.result()
    assert order == ["early", "late"]


def test_the_line_is_short_and_no_client_has_it_to_himself(tmp_path: Path, pool: ThreadPoolExecutor) -> None:
    turns = Turns(tmp_path, 4)
    with ExitStack() as held:
        for client in "abc":
            held.enter_context(turns.held(client, [client]))
        waiting = [pool.submit(has_place, turns, "a", "a", seconds=LONG) for _ in range(3)]
        wait_until(lambda: in_line(turns) == 3)
        assert not has_place(turns, "a", "a", seconds=LONG), "three quarters of it are the most for one client"
        waiting.append(pool.submit(has_place, turns, "b", "b", seconds=LONG))
        wait_until(lambda: in_line(turns) == 4)
        assert not has_place(turns, "c", "c", seconds=LONG), "the line is full"
        assert has_place(turns, "d", "d"), "who finds his place free needs no line"
    assert all(each.result() for each in waiting)


def test_a_place_may_stay_taken_for_a_while_after_the_turn(tmp_path: Path) -> None:
    turns = Turns(tmp_path, 8)
    for place, rest in (("short", 0.1), ("long", LONG)):
        with turns.held("a", [place]) as turn:
            assert turn
            turn.rest = rest
    assert not has_place(turns, "a", "long")
    assert has_place(turns, "a", "long", "extra")
    wait_until(lambda: has_place(turns, "a", "short"))
