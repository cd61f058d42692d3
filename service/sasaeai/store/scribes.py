"""What the engine holds, written by processes of their own: dumps, and a snapshot to start from the next time."""

import os
import signal
from pathlib import Path

from pyoxigraph import Store as Oxigraph

from sasaeai.journal import log
from sasaeai.store import dump, snapshot
from sasaeai.store.generation import fork, outcome
from sasaeai.store.loading import Holdings


class Scribes:
    """Have one process at most write dumps, and one a snapshot; what they hold is that of their birth."""

    def __init__(self) -> None:
        self._dumping: tuple[int, str] | None = None
        self._keeping = 0

    @property
    def pids(self) -> list[int]:
        """Return the process ids of those at work."""
        return [*([self._dumping[0]] if self._dumping else ()), *([self._keeping] if self._keeping else ())]

    def dump(self, store: Oxigraph, run_dir: Path, version: str, prefixes: dict[str, str]) -> None:
        """Have the dumps of a version written, unless they are there or being written."""
        if dump.folder(run_dir, version).exists():
            return
        if self._dumping:
            pid, before = self._dumping
            if before == version:
                return
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        parent = os.getpid()
        if not (pid := fork()):
            dump.run(store, run_dir, version, prefixes, parent)
        self._dumping = pid, version

    def keep(self, holdings: Holdings, folder: Path) -> None:
        """Have a snapshot written to start from the next time, unless there is one."""
        if snapshot.is_kept(holdings, folder):
            return
        parent = os.getpid()
        if not (pid := fork()):
            snapshot.run(holdings, folder, parent)
        self._keeping = pid

    def ended(self, pid: int, status: int) -> bool:
        """Note that a process has ended; False if it was none of these."""
        if pid == self._keeping:
            log("snapshot-ended", **outcome(status))
            self._keeping = 0
        elif self._dumping and pid == self._dumping[0]:
            log("dump-ended", version=self._dumping[1], **outcome(status))
            self._dumping = None
        else:
            return False
        return True
