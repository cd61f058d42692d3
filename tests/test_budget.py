"""The budget of query-seconds: one count over all processes, in a file that never grows."""

import fcntl
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sasaeai.errors import ServiceError
from sasaeai.store.budget import Budget

CHARGE = """
import sys
from pathlib import Path
from concurrent.futures import ThreadPoolExecutor
from sasaeai.store.budget import Budget
budget = Budget(Path(sys.argv[1]), 60, clock=lambda: 5.0)
with ThreadPoolExecutor(4) as pool:
    list(pool.map(lambda _: budget.charge("192.0.2.1", 0.25), range(100)))
"""


class Clock:
    """A clock that the test sets."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def refusal(budget: Budget, client: str) -> ServiceError | None:
    try:
        budget.check(client)
    except ServiceError as error:
        return error
    return None


def test_the_budget_can_be_used_at_once_and_comes_back_in_a_minute(tmp_path: Path) -> None:
    clock = Clock()
    budget = Budget(tmp_path / "budgets", 30.0, clock)
    budget.charge("a", 29.9)
    assert refusal(budget, "a") is None
    budget.charge("a", 10.1)
    error = refusal(budget, "a")
    assert error is not None
    assert (error.status, error.key, error.retry_after) == (429, "budget", 20)
    clock.now += 20.5
    assert refusal(budget, "a") is None
    clock.now += 3600
    assert budget.level("a") == 0.0


def test_a_client_s_use_is_not_counted_against_another_nor_against_the_service(tmp_path: Path) -> None:
    budget = Budget(tmp_path / "budgets", 1.0)
    budget.charge("a", 100.0)
    budget.charge("", 100.0)
    assert [refusal(budget, each) is None for each in ("a", "b", "")] == [False, True, True]


def test_processes_and_threads_count_together_and_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "budgets"
    running = [subprocess.Popen([sys.executable, "-c", CHARGE, str(path)]) for _ in range(3)]
    assert [each.wait(60) for each in running] == [0, 0, 0]
    assert Budget(path, 60, clock=lambda: 5.0).level("192.0.2.1") == pytest.approx(75.0)


def test_many_clients_make_the_file_no_bigger_and_do_not_crowd_out_who_owes_more(tmp_path: Path) -> None:
    clock = Clock()
    budget = Budget(tmp_path / "budgets", 1.0, clock)
    budget.charge("heavy", 100.0)
    for number in range(30_000):
        budget.charge(f"198.51.100.{number}", 0.01)
    assert budget.path.stat().st_size <= 2048 * 8 * 32
    assert budget.level("heavy") == 100.0


def test_a_count_is_dated_under_the_lock_for_one_from_the_future_would_be_forgotten(tmp_path: Path) -> None:
    path, held = tmp_path / "budgets", []

    def clock() -> float:
        with path.open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                held.append(True)
            else:
                held.append(False)
        return 1000.0

    budget = Budget(path, 1.0, clock)
    budget.charge("a", 1.0)
    assert budget.level("a") == 1.0
    assert held == [True, True]


def test_a_level_from_before_the_machine_was_started_is_forgotten(tmp_path: Path) -> None:
    clock = Clock()
    budget = Budget(tmp_path / "budgets", 1.0, clock)
    budget.charge("a", 100.0)
    clock.now = 1.0
    assert budget.level("a") == 0.0


@given(steps=st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 20), st.floats(0, 30)), max_size=30))
def test_a_level_is_the_sum_of_what_was_charged_less_what_has_come_back(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, float, float]]
) -> None:
    clock = Clock()
    budget = Budget(tmp_path_factory.mktemp("run") / "budgets", 12.0, clock)
    levels = dict.fromkeys("abc", 0.0)
    for client, seconds, pause in steps:
        budget.charge(client, seconds)
        levels[client] += seconds
        clock.now += pause
        levels = {name: max(0.0, level - pause * 12.0 / 60) for name, level in levels.items()}
    assert {name: budget.level(name) for name in levels} == pytest.approx(levels, abs=1e-6)
