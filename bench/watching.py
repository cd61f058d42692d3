"""How much memory each kind of process of a running service holds, while it runs."""

import contextlib
import os
import time
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path

from runaways import Service
from sasaeai.settings import Settings
from sasaeai.store.lanes import lanes

NICENESS = {each.niceness: f"{each.name} worker" for each in lanes(Settings())}


def watch(service: Service, over: Event, told: Connection) -> None:
    """Watch the memory of each process of the service; tell the most that each kind has held, in MB."""
    most: dict[str, float] = {}
    kinds: dict[str, str | None] = {}
    page = os.sysconf("SC_PAGE_SIZE") / 2**20
    while not over.wait(0.05):
        there = [each for each in os.listdir("/proc") if each.isdigit()]
        for pid in there:
            with contextlib.suppress(OSError):
                # A process just forked has neither its name nor its niceness yet.
                if pid not in kinds and time.time() - Path("/proc", pid).stat().st_mtime > 0.1:
                    kinds[pid] = _kind(pid, f"--port {service.port}", str(service.run_dir))
                if kind := kinds.get(pid):
                    held = int(Path("/proc", pid, "statm").read_text().split()[1]) * page
                    most[kind] = max(most.get(kind, 0.0), held)
        kinds = {pid: kinds[pid] for pid in there if pid in kinds}
    told.send(most)


def _kind(pid: str, *marks: str) -> str | None:
    """Name a process of the service: workers have the engine's command line, and are told apart by their niceness."""
    line = Path("/proc", pid, "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    if not any(each in line for each in marks):
        return None
    if "store.engine" not in line:
        return "web" if "granian" in line else "supervisor"
    _, parent, group, *rest = Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()
    return "engine" if parent != group else NICENESS.get(int(rest[13]), "other worker")
