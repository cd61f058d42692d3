"""How long the tests wait: for what happens, not for the clock, and for as long as a busy machine may take."""

import time
from collections.abc import Callable

PATIENCE = 240
"""Seconds after which a test that waits for something gives up; nothing is expected to take as long."""

UNHURRIED = {"own_seconds": "120", "wait_seconds": "120"}
"""Settings of a service that refuses nobody because its machine is busy; who tries one of these limits sets his own."""


def wait_until(holds: Callable[[], object]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
