"""What the service holds for itself while it runs: its port, and the folder of its sockets."""

import contextlib
import errno
import fcntl
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

_LONGEST = 88
"""The path of a socket has at most 107 bytes; so many may be its folder's."""
_PREFIX = "sasaeai-run-"
"""How the names of folders made here begin, and nobody else's: what is left of them is removed."""


class RefusalError(Exception):
    """What keeps the service from starting, worded for the person who starts it."""


@contextlib.contextmanager
def port_held(host: str, port: int) -> Iterator[tuple[str, int]]:
    """Hold a port for the web: its address and number (0 takes one that is free).

    The server shares its port among its workers, and would share it with a stranger without a word. Held here
    without listening, it is found taken by the next who asks like this.
    """
    try:
        family, _, _, _, (address, *_) = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise RefusalError(f"There is no address {host}: {error}") from error
    try:
        with socket.socket(family, socket.SOCK_STREAM) as alone:
            alone.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            alone.bind((address, port))
            alone.listen(1)
            number = alone.getsockname()[1]
        held = socket.socket(family, socket.SOCK_STREAM)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind((address, number))
    except OSError as error:
        hint = (
            "another program uses it; choose another with --port" if error.errno == errno.EADDRINUSE else error.strerror
        )
        raise RefusalError(f"Port {port} of {host} cannot be used: {hint}") from error
    with held:
        yield str(address), number


@contextlib.contextmanager
def run_dir_held(given: Path | None) -> Iterator[Path]:
    """Hold the folder of the sockets: the one that is set, else a new one that is removed at the end."""
    if given is None:
        base = tempfile.gettempdir()
        folder = Path(base if len(base) < _LONGEST // 2 else "/tmp")
        _sweep(folder)
        made, lock = _made(folder)
        try:
            yield made.resolve()
        finally:
            shutil.rmtree(made, ignore_errors=True)
            os.close(lock)
        return
    run_dir = given.resolve()
    if len(os.fsencode(run_dir)) > _LONGEST:
        raise RefusalError(f"{run_dir} is too long a path for sockets: it may have {_LONGEST} bytes")
    try:
        run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(run_dir, os.O_RDONLY)
    except OSError as error:
        raise RefusalError(f"{run_dir} cannot be used: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield run_dir
    except BlockingIOError as error:
        raise RefusalError(f"Another Sasaeai runs in {run_dir}") from error
    finally:
        os.close(lock)


def _made(folder: Path) -> tuple[Path, int]:
    """Make a folder and lock it; the lock tells for how long it has an owner, for the kernel gives it back."""
    while True:
        made = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=folder))
        # Until it is locked a sweep may take it for left behind.
        with contextlib.suppress(FileNotFoundError):
            lock = os.open(made, os.O_RDONLY)
            fcntl.flock(lock, fcntl.LOCK_EX)
            if made.exists():
                return made, lock
            os.close(lock)


def _sweep(folder: Path) -> None:
    """Remove the folders whose owners were killed before they could."""
    for each in folder.glob(_PREFIX + "[a-z0-9_]" * 8):
        # What is a stranger's, no folder, or gone meanwhile is left alone.
        with contextlib.suppress(OSError):
            lock = os.open(each, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.fstat(lock).st_uid == os.getuid():
                    shutil.rmtree(each)
            finally:
                os.close(lock)
