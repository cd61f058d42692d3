"""A child process of the supervisor: it never outlives it, and leaves nothing behind."""

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from sasaeai.store.confinement import die_with_parent

_FIRST_PAUSE, _LONGEST_PAUSE, _HEALTHY_SECONDS = 0.1, 5.0, 10.0


@dataclass
class Child:
    """Hold one child process: how it is started, since when it runs, and when it is due again after it died."""

    name: str
    command: list[str]
    environment: dict[str, str]
    folder: Path
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.0
    due: float = field(default_factory=time.monotonic)

    def start(self) -> None:
        """Start the process from this (the main) thread: when it ends, the kernel ends the child."""
        supervisor = os.getpid()

        def prepare() -> None:
            signal.pthread_sigmask(signal.SIG_SETMASK, ())
            die_with_parent(supervisor)

        self.started = time.monotonic()
        # A session of its own: ^C at the terminal reaches the supervisor alone.
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            env=self.environment,
            cwd=self.folder,
            start_new_session=True,
            preexec_fn=prepare,  # noqa: PLW1509 — this process has one thread
        )

    def ended(self) -> int:
        """Take note that the process has ended, with whatever it has left behind; return its exit status."""
        assert self.process is not None
        # It has ended but is not reaped yet: the number of its process group cannot be another's.
        self.kill()
        status = self.process.wait()
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process = None
        lived = time.monotonic() - self.started
        self.pause = 0.0 if lived > _HEALTHY_SECONDS else min(self.pause * 2 or _FIRST_PAUSE, _LONGEST_PAUSE)
        self.due = time.monotonic() + self.pause
        return status

    def ask_to_stop(self) -> None:
        """Ask the process to end."""
        if self.process and self.process.stdin:
            self.process.stdin.close()
            self.send(signal.SIGTERM)

    def send(self, number: int) -> None:
        """Send a signal; to a process that has ended but is not reaped it does nothing.

        Popen's own `send_signal` would reap such a process, and the supervisor would wait for its end for ever.
        """
        if self.process:
            os.kill(self.process.pid, number)

    def kill(self) -> None:
        """Kill the process and its group."""
        if self.process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
