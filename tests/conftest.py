"""What the tests share: the repository's own graph, and the service as a stranger meets it."""

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from sasaeai.repository import Repository
from sasaeai.store.confinement import die_with_parent

from .patience import PATIENCE, UNHURRIED, wait_until

ROOT = Path(__file__).parent.parent
CHROMIUM = "/usr/bin/chromium"


@dataclass(frozen=True)
class Service:
    """A running `sasaeai serve`: its address (no slash at the end), its process and its environment."""

    url: str
    process: subprocess.Popen[bytes]
    environment: dict[str, str]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def start_service(journal: IO[bytes] | None = None, **settings: str) -> Service:
    """Start `sasaeai serve` on a free port and wait until it is ready; its standard error may go to a file.

    It refuses nobody because the machine is busy, but for what the settings say.
    """
    given = {f"SASAEAI_{name.upper()}": value for name, value in (UNHURRIED | settings).items()}
    environment = os.environ | given
    port = free_port()
    command = [sys.executable, "-m", "sasaeai", "serve", "--port", str(port)]
    parent = os.getpid()
    # A killed test run leaves no service behind.
    process = subprocess.Popen(
        command,
        env=environment,
        stderr=journal,
        preexec_fn=lambda: die_with_parent(parent),  # noqa: PLW1509
    )
    service = Service(f"http://127.0.0.1:{port}", process, environment)
    try:
        wait_until(lambda: process.poll() is not None or answers(f"{service.url}/readyz"))
    except AssertionError:
        stop_service(service)
        raise
    if process.returncode is not None:
        raise RuntimeError(f"the service ended with {process.returncode}")
    return service


def answers(address: str) -> bool:
    """Say whether a GET is answered, and not by a refusal."""
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE):
            return True
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def stop_service(service: Service) -> None:
    """Stop a service as an operator does, and see it end."""
    if service.process.poll() is None:
        service.process.send_signal(signal.SIGTERM)
    try:
        service.process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        service.process.kill()
        service.process.wait()
        raise


@pytest.fixture(scope="session")
def repository() -> Repository:
    return Repository(ROOT)


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    running = start_service()
    # Its dumps are written when somebody first asks for them, and who asks meanwhile is told to come again.
    wait_until(lambda: answers(f"{running.url}/dataset"))
    yield running
    stop_service(running)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium through Playwright, one for all: what needs it skips where there is none."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--disable-gpu", "--disable-dev-shm-usage"])
        yield opened
        opened.close()
